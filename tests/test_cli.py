"""The command line as people and schedulers use it; quoted lines stand in DESIGN.md."""

import json
import os
import pty
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import click
import pytest
from click.testing import CliRunner

from functions import log
from functions.__main__ import cli
from functions.connect import ticket
from functions.model import Agency, iso, parse_time
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.tokens.vault import StaleError, Vault
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import serve
from tests.platforms.world import World

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "satker.csv"
REGISTRY = """id,nama,jenis,x,tiktok
aceh,Kanwil Aceh,kanwil,@kemenkum_aceh,
bali,Kanwil Bali,kanwil,,https://www.tiktok.com/@kemenkum.bali
"""
CONSENTS = "satker,platform,handle,refresh_token\nbali,tiktok,kemenkum.bali,rft.rahasia\n"
THEN = "2026-10-01T00:00:00+07:00"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working folder, where the defaults put the store and the site."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    monkeypatch.setattr(log, "_hidden", set())
    (tmp_path / "satker.csv").write_text(REGISTRY)
    (tmp_path / "consents.csv").write_text(CONSENTS)
    return tmp_path


@pytest.fixture
def stand_ins(monkeypatch, now):
    """The platforms of a small world, and the settings that lead to them."""
    world = World(now=now)
    x = world.add_account("x", "kemenkum_aceh", satker="aceh")
    tiktok = world.add_account(
        "tiktok", "kemenkum.bali", satker="bali", refresh_token="rft.rahasia"
    )
    for n in (1, 2):
        world.add_post(x, now - timedelta(hours=n), level={"likes": 50})
    world.add_post(tiktok, now - timedelta(hours=2), level={"likes": 500})
    with serve(world) as handle:
        for platform in ("INSTAGRAM", "FACEBOOK", "X", "TIKTOK", "YOUTUBE"):
            monkeypatch.setenv(f"KIPRAH_{platform}_URL", handle.url)
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        yield handle


class Book:
    """The store of the working folder, opened for a look."""

    def __enter__(self):
        self.store = open_store("sqlite:///kiprah.db")
        return AgencyStore(self.store, Agency())

    def __exit__(self, *_):
        self.store.close()


def kiprah(*words):
    """Run a command in this process; a traceback is nobody's error message."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def done(*words):
    result = kiprah(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def report(*words):
    return json.loads(done(*words, "--json"))


def refused(status, *words):
    """What a command that exits with this status says in its one line."""
    result = kiprah(*words)
    assert (result.exit_code, result.stdout) == (status, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("kiprah: ")
    return line


def process(*words, **options):
    """Run a command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "functions", *map(str, words)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, **options
    )


def documents():
    with Book() as book:
        found = {s.id: s.data for s in book.satker_documents()}
        rosters = [s.data["as_of"] for s in book.store.list(f"{book.root}/rosters")]
        consents = [s.version for s in book.store.list(f"{book.root}/consents")]
    return found, rosters, consents


# Exit statuses, streams


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["registry", "check", EXAMPLE], 0),
        (["registry", "import", "none.csv"], 1),
        (["score", "--now", "yesterday"], 2),
    ],
)
def test_a_process_exits_0_on_success_1_on_failure_2_on_wrong_usage(words, status):
    """ "exits 0 on success, 1 when the work failed, 2 on wrong usage; errors are one line" """
    finished = process(*words)
    assert finished.returncode == status
    assert len(finished.stderr.splitlines()) == (status > 0)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["score", "--wrong"],
        ["score", "surplus"],
        ["registry", "import"],
        ["collect", "--platform", "myspace"],
        ["registry", "nonsense"],
        ["serve", "--port", "99999"],
    ],
)
def test_wrong_usage_is_one_line_that_leads_to_the_help(words):
    assert "--help" in refused(2, *words)


def test_an_option_without_its_value_is_one_line():
    assert "--now" in refused(2, "score", "--now")


@pytest.mark.parametrize(
    "words",
    [
        ["registry", "import", "satker.csv"],
        ["connect", "import", "consents.csv"],
        ["collect"],
        ["score"],
        ["publish"],
    ],
)
@pytest.mark.parametrize("now", ["2026-10-01T07:00:00", "2026-10-01", "now", ""])
def test_every_command_that_writes_takes_now_and_refuses_it_without_an_offset(words, now):
    said = refused(2, *words, "--now", now)
    assert "--now" in said
    assert not Path("kiprah.db").exists()


@pytest.mark.parametrize("words", [[], ["registry"], ["connect"], ["score"], ["run"], ["serve"]])
def test_help_is_there_for_every_command(words):
    assert "Usage:" in done(*words, "--help")


def test_the_commands_of_the_design_that_there_are_have_a_help_line():
    wanted = {"demo", "registry", "collect", "score", "publish", "run", "serve", "connect"}
    context = click.Context(cli)
    names = cli.list_commands(context)
    assert wanted <= {*names}
    commands = [cli.get_command(context, name) for name in names]
    assert all(command and command.get_short_help_str() for command in commands)


def test_a_command_stays_quiet_in_a_pipe():
    """ "long work shows progress on a terminal and stays quiet in a pipe" """
    for words in (["registry", "import", "satker.csv"], ["score"], ["publish"]):
        assert done(*words) == ""


def test_a_command_speaks_on_a_terminal():
    mine, theirs = pty.openpty()
    with os.fdopen(mine, "rb", buffering=0) as terminal:
        finished = subprocess.run(
            [sys.executable, "-m", "functions", "registry", "import", "satker.csv"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=60,
        )
        os.close(theirs)
        said = terminal.read(1000).decode()
    assert (finished.returncode, finished.stderr) == (0, b"")
    assert said.split("\r\n")[-2] == "2 satker, 2 akun terdaftar."
    assert "mulai: bali: akun TikTok kemenkum.bali mulai diukur sejak" in said


def test_a_reader_that_goes_away_is_no_traceback():
    done("registry", "import", EXAMPLE)
    command = f"{shlex.quote(sys.executable)} -m functions registry export | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    finished = subprocess.run(
        command, shell=True, env=environment, capture_output=True, text=True, timeout=60
    )
    assert finished.stdout.startswith("id,nama")
    assert "Traceback" not in finished.stderr


# Settings and places


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KIPRAH_TIMEZONE", "nowhere"),
        ("KIPRAH_X_URL", "api.x.com"),
        ("KIPRAH_COLLECT_EVERY", "often"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert name in refused(2, "score")


def test_settings_come_from_a_dotenv_in_the_working_folder(folder):
    (folder / ".env").write_text("KIPRAH_STORE=sqlite:///other.db\n")
    done("registry", "import", "satker.csv")
    assert (folder / "other.db").exists()
    assert not (folder / "kiprah.db").exists()


@pytest.mark.parametrize("command", ["score", "publish", "collect", "run"])
def test_a_store_that_cannot_be_read_is_one_line(folder, command):
    (folder / "kiprah.db").write_bytes(b"this is no database, whatever its name says\n" * 40)
    assert "kiprah.db" in refused(1, command)


@pytest.mark.parametrize(
    "store", ["redis://host", "sqlite:///no/folder/kiprah.db", "sqlite://", "firestore://"]
)
def test_a_store_that_is_none_is_one_line_that_names_the_setting_or_the_forms(monkeypatch, store):
    monkeypatch.setenv("KIPRAH_STORE", store)
    said = refused(1, "score")
    assert "KIPRAH_STORE" in said or "sqlite:///FILE" in said


@pytest.mark.parametrize("site", ["file://file", "file://file/site", "gopher://host"])
def test_a_site_that_cannot_be_written_is_one_line(folder, monkeypatch, site):
    (folder / "file").touch()
    done("registry", "import", "satker.csv")
    monkeypatch.setenv("KIPRAH_SITE", site)
    said = refused(1, "publish")
    assert "KIPRAH_SITE" in said or "file://FOLDER" in said


# The registry


def test_a_registry_is_imported_and_its_report_is_printed():
    assert report("registry", "import", "satker.csv", "--now", THEN) == {
        "job": "registry import",
        "satker": 2,
        "changed": 2,
        "kept": [],
        "accounts": 2,
        "begins": [
            "aceh: akun X kemenkum_aceh mulai diukur sejak 2026-10-01",
            "aceh: satker baru, 'Kanwil Aceh'",
            "bali: akun TikTok kemenkum.bali mulai diukur sejak 2026-10-01",
            "bali: satker baru, 'Kanwil Bali'",
        ],
        "ends": [],
        "changes": [],
        "problems": [],
    }
    found, rosters, _ = documents()
    assert found["aceh"]["accounts"] == {"x": ["kemenkum_aceh"]}
    assert rosters == ["2026-09-30T17:00:00Z"]


def test_importing_again_changes_nothing():
    done("registry", "import", "satker.csv", "--now", THEN)
    before = documents()
    again = report("registry", "import", "satker.csv", "--now", "2026-10-20T00:00:00+07:00")
    assert (again["changed"], again["accounts"]) == (0, 2)
    assert documents() == before


def test_importing_again_keeps_from_and_to():
    """ "a handle's own from and to" stand in the store; a file has no place for them."""
    done("registry", "import", "satker.csv", "--now", THEN)
    dated = {"handle": "kemenkum_aceh", "from": "2026-09-01", "to": "2026-12-31"}
    with Book() as book:
        [aceh] = [s.data for s in book.satker_documents() if s.id == "aceh"]
        book.save_satker({"aceh": {**aceh, "accounts": {"x": [dated]}}})
    done("registry", "import", "satker.csv", "--now", "2026-10-20T00:00:00+07:00")
    found, _, _ = documents()
    assert found["aceh"]["accounts"] == {"x": [dated]}
    with Book() as book:
        roster = book.roster(parse_time("2026-10-20T00:00:00+07:00"))
    begins = [a.valid_from for a in roster.accounts if a.satker == "aceh"]
    assert begins == [parse_time("2026-09-01T00:00:00+07:00")]


def test_what_a_file_does_not_name_is_kept():
    done("registry", "import", "satker.csv")
    Path("bali.csv").write_text(
        "id,nama,jenis,tiktok\nbali,Kanwil Bali Baru,kanwil,kemenkum.bali\n"
    )
    again = report("registry", "import", "bali.csv")
    assert (again["changed"], again["kept"]) == (1, ["aceh"])
    found, _, _ = documents()
    assert found["bali"]["name"] == "Kanwil Bali Baru"
    assert found["aceh"]["name"] == "Kanwil Aceh"


@pytest.mark.parametrize(
    "content",
    [
        REGISTRY.replace("kemenkum_aceh", "kemenkum_aceh_besar"),
        REGISTRY.replace("Kanwil Bali", ""),
        REGISTRY.replace("bali,Kanwil", "aceh,Kanwil"),
        REGISTRY.replace("jenis", "jenjang"),
        REGISTRY.replace("@kemenkum_aceh", '"@kemenkum_aceh'),
        "",
    ],
)
@pytest.mark.parametrize("command", ["import", "check"])
def test_a_file_with_any_error_changes_nothing(content, command):
    """ "With any error in it, nothing is changed." """
    done("registry", "import", "satker.csv", "--now", THEN)
    before = documents()
    Path("broken.csv").write_text(content)
    assert "broken.csv: " in refused(1, "registry", command, "broken.csv")
    assert documents() == before


def test_every_error_of_a_file_is_a_line_that_names_its_place():
    Path("broken.csv").write_text("id,nama,jenis\nA,,kanwil\nb,B,Kantor Wilayah\n")
    result = kiprah("registry", "import", "broken.csv")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("kiprah: broken.csv: baris ") for line in lines)


def test_an_account_that_ends_is_told_before_it_does_also_in_a_pipe():
    done("registry", "import", "satker.csv", "--now", THEN)
    Path("fewer.csv").write_text("id,nama,jenis,x\naceh,Kanwil Aceh,kanwil,\n")
    later = "2026-10-20T00:00:00+07:00"
    line = "kiprah: fewer.csv: aceh: akun X kemenkum_aceh berakhir sekarang"
    before = documents()
    checked = kiprah("registry", "check", "fewer.csv")
    assert (checked.exit_code, documents()) == (0, before)
    assert checked.stderr.startswith(line)
    result = kiprah("registry", "import", "fewer.csv", "--now", later, "--json")
    assert result.stderr == f"{line} (2026-10-20)\n"
    told = json.loads(result.stdout)
    assert told["ends"] == ["aceh: akun X kemenkum_aceh berakhir sekarang (2026-10-20)"]
    assert (told["begins"], told["changes"]) == ([], [])


def test_a_check_says_what_an_import_would_do_and_does_nothing():
    done("registry", "import", "satker.csv", "--now", THEN)
    before = documents()
    Path("more.csv").write_text(
        "id,nama,jenis,x\naceh,Kanwil Aceh,upt,kemenkum_aceh\nntt,NTT,kanwil,ntt\n"
    )
    lines = done("registry", "check", "more.csv").splitlines()
    assert lines[-1] == "more.csv: 2 satker, tidak ada kesalahan."
    assert lines[0].startswith("mulai: ntt: akun X ntt mulai diukur sejak ")
    assert lines[1:-1] == [
        "mulai: ntt: satker baru, 'NTT'",
        "berubah: aceh: jenis 'kanwil' menjadi 'upt'",
    ]
    assert documents() == before


@pytest.mark.parametrize(
    "cells",
    [
        {"aktif_sampai": "9999-12-31"},
        {"zona_waktu": "WITA"},
        {"website": "javascript:alert(1)"},
        {"nama": "#REF!"},
        {"x": "1,52803E+15"},
        {"induk": "lain"},
    ],
)
def test_a_cell_that_cannot_be_is_a_problem_of_its_row_and_nothing_is_written(cells):
    done("registry", "import", "satker.csv", "--now", THEN)
    before = documents()
    row = {"id": "aceh", "nama": "Kanwil Aceh", "jenis": "kanwil", **cells}
    text = ",".join(row) + "\n" + ",".join(f'"{cell}"' for cell in row.values()) + "\n"
    Path("broken.csv").write_text(text)
    for command in ("check", "import"):
        assert "broken.csv: baris 2: " in refused(1, "registry", command, "broken.csv")
    assert documents() == before


def test_an_export_is_csv_and_is_not_called_otherwise():
    done("registry", "import", "satker.csv")
    assert "name the file .csv" in refused(2, "registry", "export", "a.xlsx")
    assert not Path("a.xlsx").exists()


def test_a_file_that_never_ends_is_read_no_further_than_any_registry():
    assert "terlalu besar" in refused(1, "registry", "check", "/dev/zero")


def test_a_file_that_is_not_there_is_one_line():
    for command in ("import", "check"):
        assert "none.csv cannot be read" in refused(1, "registry", command, "none.csv")
        assert "cannot be read" in refused(1, "registry", command, ".")


def test_the_example_is_clean():
    assert "47 satker, tidak ada kesalahan" in done("registry", "check", EXAMPLE)


def test_an_export_comes_in_again_as_it_was():
    done("registry", "import", EXAMPLE)
    first = documents()[0]
    assert done("registry", "export", "export.csv") == ""
    assert done("registry", "export") == Path("export.csv").read_text()
    for path in Path().glob("kiprah.db*"):
        path.unlink()
    again = report("registry", "import", "export.csv")
    assert (again["satker"], again["changed"]) == (47, 47)
    assert documents()[0] == first


def test_an_export_that_cannot_be_written_is_one_line():
    assert "cannot be written" in refused(1, "registry", "export", "no/folder/a.csv")


def test_problems_that_the_store_holds_are_told_and_do_not_stop_an_import():
    done("registry", "import", "satker.csv")
    with Book() as book:
        book.save_satker({"rusak": {"name": "Rusak"}})
    result = kiprah("registry", "import", "satker.csv")
    assert result.exit_code == 0
    assert result.stderr == "kiprah: rusak: kind kosong; isi misalnya kanwil\n"


# Consents


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
    with Book() as book:
        assert list(book.store.list(f"{book.root}/consents")) == []


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


# The jobs


def test_collecting_an_empty_registry_fails_and_says_what_to_do():
    assert "kiprah registry import" in refused(1, "collect")


def test_a_platform_without_credentials_is_skipped_and_said():
    """ "a platform without credentials is skipped, and … the run report say[s] so" """
    done("registry", "import", "satker.csv")
    result = kiprah("collect", "--json")
    assert result.exit_code == 1  # nothing at all could be read
    assert result.stderr.splitlines() == [
        "kiprah: x is skipped: no credentials; set KIPRAH_X_BEARER_TOKEN",
        "kiprah: tiktok is skipped: no credentials; "
        "set KIPRAH_TIKTOK_CLIENT_KEY and KIPRAH_TIKTOK_CLIENT_SECRET",
    ]
    assert set(json.loads(result.stdout)["skipped"]) == {"x", "tiktok"}


def test_another_time_at_an_official_host_is_refused():
    """ "it would forge evidence" """
    done("registry", "import", "satker.csv")
    assert "forge evidence" in refused(2, "collect", "--now", "2020-01-01T00:00:00Z")


def test_a_past_instant_is_replayed_from_the_registry_to_the_site(
    stand_ins, now, folder, monkeypatch
):
    """ "so that any past or simulated time can be replayed" """
    # However slowly it collects here, what it read is known at the instant that is scored.
    monkeypatch.setattr("functions.collect.client.monotonic", lambda: 0.0)
    at = ["--now", iso(now)]
    done("registry", "import", "satker.csv", "--now", iso(now - timedelta(days=19)))
    done("connect", "import", "consents.csv", *at)
    collected = report("collect", *at)
    assert (collected["now"], collected["failed"], collected["problems"]) == (iso(now), False, [])
    assert {p: s["posts_found"] for p, s in collected["platforms"].items()} == {
        "x": 2,
        "tiktok": 1,
    }
    scored = report("score", *at)
    assert scored["months"]["2026-10"] == {
        "state": "open",
        "posts": 3,
        "counted": 3,
        "written": True,
    }
    published = report("publish", *at)
    assert published["uploaded"] > 0
    assert "Kanwil Aceh" in (folder / "site" / "index.html").read_text()
    again = report("publish", *at)
    assert again["uploaded"] == 0
    ranking = json.loads((folder / "site/data/2026-10/ranking.json").read_text())
    total = ranking["lists"][0]["rows"]
    assert [(row["rank"], row["satker"], row["posts"]) for row in total] == [
        (1, "aceh", 2),
        (2, "bali", 1),
    ]


def test_one_platform_can_be_collected_alone(stand_ins, now):
    done("registry", "import", "satker.csv", "--now", iso(now))
    collected = report("collect", "--platform", "x", "--now", iso(now))
    assert set(collected["platforms"]) == {"x"}
    assert collected["skipped"] == {}


def test_no_secret_is_printed_or_kept(stand_ins, now, folder):
    done("registry", "import", "satker.csv", "--now", iso(now))
    stand_ins.world.credentials.x.clear()
    stand_ins.world.credentials.tiktok.clear()
    done("connect", "import", "consents.csv", "--now", iso(now))
    result = kiprah("collect", "--json", "--now", iso(now))
    said = result.stdout + result.stderr
    kept = b"".join(path.read_bytes() for path in folder.glob("kiprah.db*"))
    for secret in (*ENVIRONMENT.values(), "rft.rahasia"):
        assert secret not in said
        assert secret.encode() not in kept


# Looking at the site


def test_serving_a_site_that_is_not_there_says_what_to_do(monkeypatch):
    assert "kiprah publish" in refused(1, "serve")
    monkeypatch.setenv("KIPRAH_SITE", "gs://bucket/prefix")
    assert "open its public address" in refused(1, "serve")


def test_a_platform_that_answers_nonsense_is_one_line_in_a_process_of_its_own(stand_ins):
    """Whatever libraries would print besides is seen only where no test harness takes it."""
    done("registry", "import", "satker.csv", "--now", THEN)
    stand_ins.fault("html", platform="x")
    ran = subprocess.run(
        [sys.executable, "-m", "functions", "collect", "--platform", "x"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "kiprah: x kemenkum_aceh: /2/users/by: the answer is not JSON"
    ]


# The first contact


def test_doctor_asks_the_platforms_when_it_is_told_to(stand_ins):
    done("registry", "import", "satker.csv")
    kiprah("doctor")
    assert stand_ins.calls.report()["total"] == 0
    result = kiprah("doctor", "--live")
    assert result.exit_code == 0, result.output
    live = [line for line in result.stdout.splitlines() if " live " in line]
    assert len(live) == 7
    assert all(line.startswith("ok") for line in live), live
    stand_ins.fault("credits_depleted", platform="x")
    result = kiprah("doctor", "--live")
    assert result.exit_code == 1
    [line] = [line for line in result.stdout.splitlines() if line.startswith("!!  live")]
    assert "CreditsDepleted: add credits" in line
    assert result.stdout.splitlines()[-1].startswith("!!  next: live x x:")
    with Book() as book:
        assert list(book.store.list(f"{book.root}/budgets")) == []
