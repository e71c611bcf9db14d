"""``kiprah connect`` as an operator types it: consents from a file, and links for units."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.connect import ticket
from functions.model import parse_time
from functions.tokens.vault import StaleError, Vault
from tests.commands.running import (
    CONSENTS,
    REGISTRY,
    THEN,
    documents,
    done,
    kiprah,
    opened,
    refused,
    report,
)

pytestmark = pytest.mark.usefixtures("folder")


def test_consents_are_imported_once_and_never_lie_open(folder):
    done("registry", "import", "satker.csv", "--now", THEN)
    stored = {"satker": "bali", "platform": "tiktok", "handle": "kemenkum.bali", "consent": "new"}
    assert report("connect", "import", "consents.csv", "--now", THEN) == {
        "job": "connect import",
        "consents": 1,
        "added": 1,
        "stored": [stored],
    }
    before = documents()
    assert report("connect", "import", "consents.csv")["added"] == 0
    assert documents() == before
    assert all(b"rft.rahasia" not in path.read_bytes() for path in folder.glob("kiprah.*"))
    assert (folder / "kiprah.key").stat().st_mode & 0o077 == 0


def test_an_import_of_consents_says_what_it_did_with_each_line():
    done("registry", "import", "satker.csv")
    address = "https://www.tiktok.com/@Kemenkum.Bali?lang=id"
    Path("consents.csv").write_text(CONSENTS.replace("kemenkum.bali", address))
    assert done("connect", "import", "consents.csv") == ("bali  tiktok  kemenkum.bali  izin baru\n")
    assert done("connect", "import", "consents.csv") == ("bali  tiktok  kemenkum.bali  sudah ada\n")
    Path("consents.csv").write_text(CONSENTS.replace("rft.rahasia", "rft.lain"))
    assert done("connect", "import", "consents.csv") == (
        "bali  tiktok  kemenkum.bali  izin baru, mengganti yang lama\n"
    )


def test_a_consent_that_fits_no_account_is_told_and_nothing_is_stored():
    assert "the registry is empty" in refused(1, "connect", "import", "consents.csv")
    done("registry", "import", "satker.csv")
    Path("wrong.csv").write_text(
        f"{CONSENTS}bally,tiktok,kemenkum.bali,rft.rahasia\naceh,tiktok,kemenkum.bali,rft.rahasia\n"
        "bali,facebook,kemenkumbali,rft.rahasia\n"
    )
    result = kiprah("connect", "import", "wrong.csv")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "kiprah: wrong.csv: line 3: the same account as in line 2; keep one",
        "kiprah: wrong.csv: line 4: the same account as in line 2; keep one",
    ]
    Path("wrong.csv").write_text(
        f"{CONSENTS}bally,tiktok,kemenkum.lain,rft.rahasia\naceh,tiktok,kemenkum.dua,rft.rahasia\n"
        "bali,facebook,kemenkumbali,rft.rahasia\n"
    )
    result = kiprah("connect", "import", "wrong.csv")
    assert result.stderr.splitlines() == [
        "kiprah: wrong.csv: line 3: the satker is not in the registry; did you mean bali?",
        "kiprah: wrong.csv: line 4: that TikTok account is not registered for aceh; "
        "aceh has none there",
        "kiprah: wrong.csv: line 5: that Facebook Page is not registered for bali; "
        "bali has none there",
    ]
    with opened() as agency:
        assert list(agency.store.list(f"{agency.root}/consents")) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "satker,platform,handle\nbali,tiktok,kemenkum.bali\n",
        CONSENTS.replace("tiktok", "x"),
        CONSENTS.replace("rft.rahasia", ""),
        CONSENTS.replace("kemenkum.bali", '"kemenkum'),
        CONSENTS + "aceh,tiktok\n",
    ],
)
def test_a_broken_file_of_consents_changes_nothing_and_repeats_no_token(content):
    Path("broken.csv").write_text(content)
    said = refused(1, "connect", "import", "broken.csv")
    assert "broken.csv: " in said
    assert "rahasia" not in said
    assert documents()[2] == []


def test_a_link_is_printed_for_each_tiktok_account_of_a_satker(monkeypatch):
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id/")
    Path("two.csv").write_text(REGISTRY.replace("@kemenkum.bali", "@kemenkum.bali;bali.dua"))
    done("registry", "import", "two.csv", "--now", THEN)
    before = documents()
    lines = done("connect", "link", "bali", "--now", THEN).splitlines()
    assert [line.split()[0] for line in lines] == ["@bali.dua", "@kemenkum.bali"]
    vault = Vault(Path("kiprah.key").read_text().strip())
    for line, handle in zip(lines, ["bali.dua", "kemenkum.bali"], strict=True):
        address = urlsplit(line.split()[1])
        assert address.geturl().startswith("https://izin.example.go.id/start?ticket=")
        [sealed] = parse_qs(address.query)["ticket"]
        week = timedelta(days=7)
        read = ticket.read(vault, sealed, parse_time(THEN) + week - timedelta(seconds=1))
        assert (read.agency, read.satker, read.handle) == ("kemenkum", "bali", handle)
        with pytest.raises(StaleError):
            ticket.read(vault, sealed, parse_time(THEN) + week)
    assert documents() == before


@pytest.mark.parametrize(
    ("satker", "said"),
    [("none", "no satker 'none'"), ("aceh", "aceh has no TikTok account")],
)
def test_a_link_that_cannot_be_made_is_one_line(monkeypatch, satker, said):
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id")
    done("registry", "import", "satker.csv")
    assert said in refused(1, "connect", "link", satker)


def test_a_link_before_the_first_registry_is_one_line(monkeypatch):
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id")
    assert "no satker 'bali'" in refused(1, "connect", "link", "bali")


def test_a_link_without_an_address_to_lead_to_is_one_line():
    done("registry", "import", "satker.csv")
    assert "KIPRAH_CONNECT_URL" in refused(2, "connect", "link", "bali")


TWO = REGISTRY.replace("@kemenkum.bali", "@kemenkum.bali;bali.dua").replace(
    "@kemenkum_aceh,", "@kemenkum_aceh,aceh.tiktok"
)


@pytest.fixture
def three_accounts(folder, monkeypatch):
    """Three TikTok accounts, one of which has consented."""
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id/")
    Path("two.csv").write_text(TWO)
    done("registry", "import", "two.csv", "--now", THEN)
    done("connect", "import", "consents.csv", "--now", THEN)


def sheet(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("three_accounts")
def test_links_of_all_units_are_a_sheet_with_who_has_consented():
    before = documents()
    result = kiprah("connect", "links", "--all", "--now", THEN)
    assert result.exit_code == 0
    assert result.stderr == (
        "kiprah: 3 TikTok accounts, 1 have consented; 2 new links; whoever has a link can consent "
        "by it: hand each to its unit alone, then delete them\n"
    )
    rows = sheet(result.stdout)
    assert [(row["satker"], row["nama"], row["akun"], row["izin"]) for row in rows] == [
        ("aceh", "Kanwil Aceh", "aceh.tiktok", "belum memberi izin"),
        ("bali", "Kanwil Bali", "bali.dua", "belum memberi izin"),
        ("bali", "Kanwil Bali", "kemenkum.bali", "sudah memberi izin sejak 2026-10-01"),
    ]
    assert [bool(row["tautan"]) for row in rows] == [True, True, False]
    assert [row["berlaku_sampai"] for row in rows] == ["2026-10-08 00:00 WIB"] * 2 + [""]
    vault = Vault(Path("kiprah.key").read_text().strip())
    [sealed] = parse_qs(urlsplit(rows[0]["tautan"]).query)["ticket"]
    read = ticket.read(vault, sealed, parse_time(THEN))
    assert (read.agency, read.satker, read.handle) == ("kemenkum", "aceh", "aceh.tiktok")
    assert documents() == before


@pytest.mark.usefixtures("three_accounts")
def test_links_without_all_are_for_those_who_have_not_consented():
    rows = sheet(kiprah("connect", "links", "--now", THEN).stdout)
    assert [row["akun"] for row in rows] == ["aceh.tiktok", "bali.dua"]
    rows = sheet(kiprah("connect", "links", "--renew", "--now", THEN).stdout)
    assert all(row["tautan"] for row in rows)
    assert len(rows) == 3


@pytest.mark.usefixtures("three_accounts")
@pytest.mark.parametrize("name", ["izin.csv", "izin.xlsx"])
def test_a_file_of_links_is_for_its_owner_alone(name):
    Path(name).write_text("")
    Path(name).chmod(0o644)
    result = kiprah("connect", "links", "--all", name, "--now", THEN)
    assert (result.exit_code, result.stdout) == (0, "")
    assert Path(name).stat().st_mode & 0o777 == 0o600
    assert Path(name).read_bytes().startswith(b"PK" if name.endswith("x") else b"\xef\xbb\xbf")


@pytest.mark.usefixtures("three_accounts")
def test_files_of_links_that_cannot_be_are_one_line():
    assert "name the file .csv or .xlsx" in refused(2, "connect", "links", "izin.txt")
    assert "cannot be written" in refused(1, "connect", "links", "no/folder/izin.csv")


def test_links_need_an_address_and_an_account(monkeypatch):
    assert "KIPRAH_CONNECT_URL" in refused(2, "connect", "links")
    monkeypatch.setenv("KIPRAH_CONNECT_URL", "https://izin.example.go.id/")
    assert "no satker has a TikTok account" in refused(1, "connect", "links", "--all")
