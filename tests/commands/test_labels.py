"""``kiprah labels``: a sheet out, filled in, and in again."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from functions import log, settings
from functions.listen.comments.sampling import Sampler
from functions.model import iso
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.listening_settings import Listening
from functions.store.port import Write
from functions.tokens.vault import open_vault
from tests.commands.running import done, kiprah, refused, report
from tests.factories import MONTH, NOW

AT = ("--now", iso(NOW))
ANI = ("--labeller", "Ani")


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AgencyStore]:
    """A store in the working folder, with three threads drawn."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    loaded = settings.load()
    agency = open_agency(loaded)
    drawing = Sampler(agency, Listening(sample_texts=5), open_vault(loaded), NOW)
    for hash in "abc":
        drawing.offer(hash, "facebook:1", NOW, f"=teks {hash}")
    drawing.save()
    # The documents expire by the computer's clock, which is not that of the test.
    for stored in [*agency.store.list(f"{agency.root}/texts")]:
        agency.store.write([Write(stored.path, stored.data)])
    yield agency
    agency.store.close()


def fill(file: Path, *labels: str | None) -> None:
    book = load_workbook(file)
    for number, label in enumerate(labels, 2):
        book["Label"].cell(number, 3, label)
    book.save(file)


def test_a_sheet_goes_out_is_filled_in_and_comes_back(agency: AgencyStore, tmp_path: Path) -> None:
    file = tmp_path / f"label-{MONTH}.xlsx"
    said = done("labels", "sheet", MONTH, *ANI, *AT)
    assert said == f"label-{MONTH}.xlsx: 3 teks; hapus paling lambat 2026-11-02.\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    fill(file, "negatif", None, "netral")
    told = report("labels", "read", file, *ANI, *AT)
    assert (told["new"], told["same"], told["empty"]) == ({MONTH: 2}, 0, 1)
    assert report("labels", "read", file, *ANI, *AT)["same"] == 2
    done("labels", "sheet", MONTH, "--labeller", "Budi", "--out", "budi.xlsx", *AT)
    fill(tmp_path / "budi.xlsx", "negatif", "netral", "netral")
    done("labels", "read", "budi.xlsx", "--labeller", "Budi", *AT)
    month = report("labels", "status", *AT)["months"][MONTH]
    assert month == {
        "size": 5,
        "drawn": 3,
        "texts": 3,
        "labels": {"Ani": 2, "Budi": 3},
        "both": 2,
        "kappa": 1.0,
        "label_before": "2026-11-03T03:00:00Z",
        "outcome": None,
    }
    assert "Ani 2, Budi 3; berdua 2" in done("labels", "status", MONTH, *AT)
    assert done("labels", "drop", MONTH, *ANI) == f"2 label {MONTH} dari Ani dihapus.\n"


def test_a_csv_holds_no_formula(agency: AgencyStore, tmp_path: Path) -> None:
    done("labels", "sheet", MONTH, *ANI, "--out", "label.csv", *AT)
    assert "'=teks a" in (tmp_path / "label.csv").read_text(encoding="utf-8-sig")


def test_faults_are_told_by_row_and_cost_themselves(agency: AgencyStore, tmp_path: Path) -> None:
    done("labels", "sheet", MONTH, *ANI, *AT)
    file = tmp_path / f"label-{MONTH}.xlsx"
    fill(file, "negatf", "netral")
    book = load_workbook(file)
    book["Label"].append(["T0123456789", "x", "netral"])
    book.save(file)
    result = kiprah("labels", "read", file, *ANI, *AT)
    assert result.exit_code == 1
    assert "baris 2: label 'negatf' tidak dikenal; maksudnya negatif?" in result.stderr
    assert "baris 5: tidak (lagi) terpilih dalam contoh; dilewati" in result.stderr
    sample = agency.sample(MONTH)
    assert sample is not None
    assert len(sample.labels["Ani"]) == 1


def test_what_cannot_be_done_is_told_in_one_line(agency: AgencyStore, tmp_path: Path) -> None:
    sheet = ("labels", "sheet", MONTH, *ANI, *AT)
    assert "belum ada contoh" in refused(1, "labels", "sheet", "2026-09", *ANI, *AT)
    assert "is no month" in refused(2, "labels", "sheet", "2026-13", *ANI)
    assert "name the file .xlsx" in refused(2, *sheet, "--out", "label.ods")
    (tmp_path / "label.xlsx").write_text("x")
    assert "there already" in refused(2, *sheet, "--out", "label.xlsx")
    assert "kolom nomor" in refused(1, "labels", "read", "label.xlsx", *ANI, *AT)
    done(*sheet, "--out", "label.xlsx", "--overwrite")
    assert "tidak ada label" in refused(1, "labels", "drop", MONTH, *ANI)


def test_nothing_drawn_and_nothing_left_are_told(agency: AgencyStore) -> None:
    later = iso(NOW + timedelta(days=14))
    said = done("labels", "sheet", MONTH, *ANI, "--now", later)
    assert said == f"Tidak ada teks {MONTH} yang menunggu label Ani.\n"
    assert done("labels", "status", "2026-01").startswith("Belum ada contoh")


def test_an_odd_sample_is_told_and_costs_no_other_month(agency: AgencyStore) -> None:
    agency.store.write([Write(f"{agency.root}/samples/2026-09", {"body": 1})])
    result = kiprah("labels", "status", *AT)
    assert result.exit_code == 0
    assert "samples/2026-09 cannot be read" in result.stderr
    assert MONTH in result.stdout
