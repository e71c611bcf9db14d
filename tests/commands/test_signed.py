"""``kiprah signed``: a signed copy beside the sheet, once and for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from functions.commands import cli
from functions.commands.signed import is_pdf
from functions.publish.documents.job import documents
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store import open_agency
from tests.publish.world import UNITS, World

BEHIND = "2026/09/r1/penetapan-bertanda-tangan.pdf"
NOW = datetime(2026, 10, 21, 4, tzinfo=UTC)
SEAL = b"\n<< /Type /Sig /ByteRange [0 1 2 3] >>\n%%EOF\n"

Signed = Callable[..., Result]


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    agency = open_agency(Settings(store=sqlite_url))
    built = World(agency.store, UNITS[-3:])
    built.add_month("2026-09", state="final", as_of=datetime(2026, 10, 8, tzinfo=UTC))
    built.add_month("2026-10")
    yield built
    agency.store.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def sheet(world: World, site: Path) -> bytes:
    """The month's sheet, as it lies in the site."""
    record = world.agency.months()["2026-09"]
    world.agency.note("publish", {"published": {"2026-09": record.digest}})
    documents(world.agency, FolderObjects(site), now=NOW, settings=Settings(), run_id="r")
    return (site / "2026/09/r1/penetapan.pdf").read_bytes()


@pytest.fixture
def signed(
    world: World, sqlite_url: str, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Signed:
    """Call the command with a file's bytes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    monkeypatch.setenv("KIPRAH_SITE", f"file://{site}")

    def call(body: bytes, month: str = "2026-09", by: str = "Sari Dewi", **options: str) -> Result:
        file = tmp_path / "salinan.pdf"
        file.write_bytes(body)
        more = [word for name, value in options.items() for word in (f"--{name}", value)]
        words = ["signed", month, str(file), "--by", by, "--office", "Kepala Biro Humas", *more]
        return CliRunner().invoke(cli, words)

    return call


def test_a_signed_copy_lies_beside_its_sheet_and_is_named(
    signed: Signed, sheet: bytes, site: Path, world: World
) -> None:
    result = signed(sheet + SEAL, link="https://example.go.id/surat")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (site / BEHIND).read_bytes() == sheet + SEAL
    [noted] = world.agency.signatures().values()
    assert (noted.month, noted.revision, noted.by) == ("2026-09", 1, "Sari Dewi")
    assert (noted.office, noted.sealed) == ("Kepala Biro Humas", True)
    assert noted.link == "https://example.go.id/surat"


def test_saying_the_same_again_changes_nothing_and_another_copy_is_refused(
    signed: Signed, sheet: bytes, site: Path, world: World
) -> None:
    assert signed(sheet + SEAL).exit_code == 0
    before = world.agency.signatures()
    assert signed(sheet + SEAL).exit_code == 0
    other = signed(sheet + b"\n%" + SEAL)
    assert other.exit_code == 1
    assert "sudah bertanda tangan Sari Dewi (Kepala Biro Humas)" in other.stderr
    assert signed(sheet + SEAL, by="Orang Lain").exit_code == 1
    assert world.agency.signatures() == before
    assert (site / BEHIND).read_bytes() == sheet + SEAL


def test_a_copy_without_a_signature_or_of_another_sheet_is_warned_of(
    signed: Signed, sheet: bytes
) -> None:
    result = signed(b"%PDF-1.7\nlain\n%%EOF\n")
    assert result.exit_code == 0
    assert "tidak memuat tanda tangan elektronik" in result.stderr
    assert "tidak diawali lembar penetapan revisi ini" in result.stderr


def test_a_month_that_is_not_final_and_a_file_that_is_no_pdf_are_refused(
    signed: Signed, sheet: bytes, site: Path, world: World
) -> None:
    early = signed(sheet + SEAL, month="2026-10")
    assert (early.exit_code, "2026-10 belum final" in early.stderr) == (1, True)
    for body in (b"", b"PK\x03\x04", sheet[:-100]):
        broken = signed(body)
        assert (broken.exit_code, "bukan PDF" in broken.stderr) == (1, True)
    assert not (site / BEHIND).exists()
    assert world.agency.signatures() == {}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"month": "2026-13"}, "is no month"),
        ({"by": " "}, "--by needs"),
        ({"link": "javascript:alert(1)"}, "--link needs an address"),
    ],
)
def test_a_wrong_use_is_one_line(
    signed: Signed, sheet: bytes, options: dict[str, str], said: str
) -> None:
    result = signed(sheet + SEAL, **options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_lies_there_already_is_never_overwritten(
    signed: Signed, sheet: bytes, site: Path
) -> None:
    (site / BEHIND).write_bytes(b"somebody's")
    result = signed(sheet + SEAL)
    assert (result.exit_code, "tidak pernah ditimpa" in result.stderr) == (1, True)
    assert (site / BEHIND).read_bytes() == b"somebody's"


def test_a_copy_is_also_kept_where_frozen_months_are(
    signed: Signed, sheet: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIPRAH_FROZEN", f"file://{tmp_path}/kept")
    assert signed(sheet + SEAL).exit_code == 0
    assert (tmp_path / "kept" / BEHIND).read_bytes() == sheet + SEAL


def test_a_pdf_has_a_head_and_an_end() -> None:
    assert is_pdf(b"%PDF-1.4 ... %%EOF\n")
    assert not is_pdf(b"%PDF-1.4 ...")
    assert not is_pdf(b"x" * 2_000 + b"%PDF-1.4 %%EOF")
