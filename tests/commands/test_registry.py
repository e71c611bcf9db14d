"""The registry as an operator handles it: files in, files out, and what is said of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.model import parse_time
from functions.registry.files import load
from functions.registry.history import history
from tests.commands.running import (
    EXAMPLE,
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


def test_a_registry_is_imported_and_its_report_is_printed():
    assert report("registry", "import", "satker.csv", "--now", THEN) == {
        "job": "registry import",
        "satker": 2,
        "changed": 2,
        "kept": [],
        "accounts": 2,
        "begins": [
            "aceh: satker baru, 'Kanwil Aceh'",
            "aceh: akun X kemenkum_aceh mulai diukur sejak 2026-10-01",
            "bali: satker baru, 'Kanwil Bali'",
            "bali: akun TikTok kemenkum.bali mulai diukur sejak 2026-10-01",
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
    with opened() as agency:
        [aceh] = [s.data for s in agency.satker_documents() if s.id == "aceh"]
        agency.save_satker({"aceh": {**aceh, "accounts": {"x": [dated]}}})
    done("registry", "import", "satker.csv", "--now", "2026-10-20T00:00:00+07:00")
    found, _, _ = documents()
    assert found["aceh"]["accounts"] == {"x": [dated]}
    with opened() as agency:
        roster = agency.roster(parse_time("2026-10-20T00:00:00+07:00"))
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
    result = kiprah("registry", command, "broken.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("kiprah: broken.csv: ")
    assert documents() == before


def test_every_error_of_a_file_is_a_line_that_names_its_place():
    Path("broken.csv").write_text("id,nama,jenis\nA,,kanwil\nb,B,Kantor Besar\n")
    result = kiprah("registry", "import", "broken.csv")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert all(
        line.startswith("kiprah: broken.csv: baris ") and ", kolom " in line for line in lines
    )


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


@pytest.mark.parametrize("command", [["import", "--dry-run"], ["check"]])
def test_a_dry_run_shows_the_difference_as_a_table_and_writes_nothing(command):
    done("registry", "import", "satker.csv", "--now", THEN)
    before = documents()
    Path("more.csv").write_text(
        "id,nama,jenis,x\naceh,Kanwil Aceh,upt,kemenkum_aceh\nntt,NTT,kanwil,ntt\n"
    )
    lines = done("registry", *command, "more.csv").splitlines()
    assert [line.split() for line in lines[:-1]] == [
        ["yang", "terjadi", "satker", "pada", "sebelum", "sesudah", "masa"],
        ["mulai", "ntt", "satker", "NTT", "sejak", lines[1][-10:]],
        ["mulai", "ntt", "akun", "X", "ntt", "sejak", lines[1][-10:]],
        ["berubah", "aceh", "jenis", "kanwil", "upt"],
        ["tidak", "disebut,", "tidak", "berubah:", "1", "satker:", "bali"],
    ]
    assert lines[-1] == (
        "more.csv: 2 satker, tidak ada kesalahan. mulai: 1 satker, 1 akun; "
        "berakhir: 0 satker, 0 akun; berubah: 1 satker, 0 akun; dokumen yang akan ditulis: 2. "
        "Belum ada yang ditulis."
    )
    assert documents() == before


def test_a_dry_run_of_what_is_there_says_that_nothing_changes():
    done("registry", "import", "satker.csv", "--now", THEN)
    [line] = done("registry", "import", "satker.csv", "--dry-run").splitlines()
    assert "dokumen yang akan ditulis: 0" in line


def test_a_dry_run_has_a_form_for_programs():
    done("registry", "import", "satker.csv", "--now", THEN)
    Path("fewer.csv").write_text("id,nama,jenis,x\naceh,Kanwil Aceh,kanwil,\n")
    result = kiprah("registry", "import", "fewer.csv", "--dry-run", "--json", "--now", THEN)
    assert result.stderr.startswith("kiprah: fewer.csv: aceh: akun X kemenkum_aceh berakhir")
    told = json.loads(result.stdout)
    [ends] = told.pop("amendments")
    assert told == {
        "job": "registry import",
        "dry_run": True,
        "satker": 1,
        "changed": 1,
        "kept": ["bali"],
    }
    assert (ends["happens"], ends["satker"], ends["handle"]) == ("ends", "aceh", "kemenkum_aceh")


def test_a_partial_import_takes_the_good_rows_and_names_the_others():
    done("registry", "import", "satker.csv", "--now", THEN)
    Path("partly.csv").write_text(
        "id,Nama Satker,jenis,x\naceh,,kanwil,\nbali,Bali Baru,kanwil,\nntt,NTT,,ntt\n".replace(
            "Nama Satker", "Nama"
        )
    )
    for more in (["--dry-run"], []):
        result = kiprah("registry", "import", "partly.csv", "--partial", "--json", *more)
        assert result.exit_code == 1
        assert result.stderr.splitlines() == [
            "kiprah: partly.csv: baris 2, kolom Nama: kosong; isi nama satuan kerja",
            "kiprah: partly.csv: baris 4, kolom jenis: kosong; isi misalnya kanwil",
        ]
        told = json.loads(result.stdout)
        assert (told["satker"], told["changed"], told["kept"]) == (1, 1, [])
        assert told["refused"] == [
            {"row": 2, "column": "nama", "reason": "kosong; isi nama satuan kerja"},
            {"row": 4, "column": "jenis", "reason": "kosong; isi misalnya kanwil"},
        ]
    found, _, _ = documents()
    assert found.keys() == {"aceh", "bali"}
    assert found["bali"]["name"] == "Bali Baru"
    assert found["aceh"]["accounts"] == {"x": ["kemenkum_aceh"]}


def test_a_refused_file_has_a_form_for_programs():
    Path("broken.csv").write_text("id,nama,jenis\naceh,Aceh,\n")
    result = kiprah("registry", "import", "broken.csv", "--json")
    assert result.exit_code == 1
    assert [one["column"] for one in json.loads(result.stdout)["refused"]] == ["jenis"]


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
        assert "broken.csv: baris 2, kolom " in refused(1, "registry", command, "broken.csv")
    assert documents() == before


@pytest.mark.parametrize("name", ["a.xls", "a.ods"])
def test_an_export_is_not_called_what_it_is_not(name):
    done("registry", "import", "satker.csv")
    assert "name the file .xlsx or .csv" in refused(2, "registry", "export", name)
    assert not Path(name).exists()


def test_an_exported_workbook_comes_in_again_and_changes_nothing():
    done("registry", "import", "satker.csv", "--now", THEN)
    before = documents()
    assert done("registry", "export", "keluar.XLSX") == ""
    again = report("registry", "import", "keluar.XLSX")
    assert (again["satker"], again["changed"], again["kept"]) == (2, 0, [])
    assert documents() == before


def test_a_template_is_empty_and_nothing_is_written_over_it():
    result = kiprah("registry", "template")
    assert (result.exit_code, result.stdout) == (0, "")
    content = Path("satker.xlsx").read_bytes()
    assert load(content, "satker.xlsx").rows == []
    assert "0 satker, tidak ada kesalahan" in done("registry", "check", "satker.xlsx")
    Path("satker.xlsx").write_bytes(b"mine")
    assert "is there already" in refused(2, "registry", "template")
    assert Path("satker.xlsx").read_bytes() == b"mine"
    assert kiprah("registry", "template", "--overwrite").exit_code == 0
    assert Path("satker.xlsx").read_bytes() == content
    assert kiprah("registry", "template", "-").stdout_bytes == content
    assert "name the file .xlsx" in refused(2, "registry", "template", "satker.csv")
    assert "cannot be written" in refused(1, "registry", "template", "no/folder/a.xlsx")


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
    with opened() as agency:
        agency.save_satker({"rusak": {"name": "Rusak"}})
    result = kiprah("registry", "import", "satker.csv")
    assert result.exit_code == 0
    assert result.stderr == "kiprah: rusak: kind kosong; isi misalnya kanwil\n"


def test_an_import_says_whose_changes_it_brings():
    done("registry", "import", "satker.csv", "--by", "Ayu Wulandari", "--now", THEN)
    with opened() as agency:
        assert {entry.by for entry in history(agency, parse_time(THEN))} == {"Ayu Wulandari"}
