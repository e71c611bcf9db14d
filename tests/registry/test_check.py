"""From rows to documents: all problems of all rows at once."""

from pathlib import Path

import pytest

from functions.model import PLATFORMS
from functions.registry.check import check as check_agencies
from functions.registry.files import read
from tests.registry.one_agency import check

EXAMPLE = Path(__file__).parents[2] / "examples" / "satker.csv"


def cells_of(satker="aceh", **cells):
    return {"id": satker, "nama": f"Kanwil {satker}", "jenis": "kanwil", **cells}


def checked(*rows, held=None):
    return check(list(enumerate(rows, 2)), held or {})


def problems(*rows, held=None):
    return checked(*rows, held=held)[1]


def test_a_row_becomes_a_document():
    documents, found = checked(
        cells_of(
            singkatan="Aceh",
            provinsi="Aceh",
            zona_waktu="Asia/Makassar",
            instagram="https://www.instagram.com/kemenkum.aceh/",
            x="@satu; dua;",
            website="https://aceh.example.go.id",
            aktif_dari="2026-10-01",
        )
    )
    assert found == []
    assert documents == {
        "aceh": {
            "name": "Kanwil aceh",
            "short_name": "Aceh",
            "kind": "kanwil",
            "province": "Aceh",
            "timezone": "Asia/Makassar",
            "website": "https://aceh.example.go.id",
            "parent": None,
            "active_from": "2026-10-01",
            "active_to": None,
            "notify": None,
            "accounts": {"instagram": ["kemenkum.aceh"], "x": ["satu", "dua"]},
        }
    }


def test_the_default_time_zone_is_jakartas():
    assert checked(cells_of())[0]["aceh"]["timezone"] == "Asia/Jakarta"


def test_every_problem_of_every_row_is_told_at_once():
    found = problems(
        {
            "id": "Aceh Besar",
            "nama": "",
            "jenis": "Kantor Besar",
            "zona_waktu": "WIB",
            "x": "kemenkum_sulawesi_utara",
            "tiktok": "https://www.instagram.com/kemenkum",
            "aktif_dari": "1 Oktober",
            "": "surplus",
        },
        cells_of("bali"),
        cells_of("papua", jenis=""),
    )
    assert [line[:7] for line in found] == ["baris 2"] * 8 + ["baris 4"]
    for words in (
        "baris 2: ada isi di luar kolom",
        "baris 2, kolom nama: kosong",
        "kolom jenis: 'Kantor Besar'",
        "kolom zona_waktu: 'WIB'",
        "kolom aktif_dari: '1 Oktober' bukan tanggal",
        "kolom id: 'Aceh Besar'",
        "kolom x: ",
        "kolom tiktok: ",
    ):
        assert sum(words in line for line in found) == 1


def test_an_id_that_is_used_twice_is_told_of_every_row():
    assert problems(cells_of(), cells_of("bali"), cells_of()) == [
        "baris 2, kolom id: 'aceh' juga tertulis di baris 4; sisakan satu",
        "baris 4, kolom id: 'aceh' juga tertulis di baris 2; sisakan satu",
    ]


@pytest.mark.parametrize("satker", ["", "Aceh", "aceh/besar", "-aceh", "a" * 61, "kanwil aceh"])
def test_an_id_is_made_of_small_letters_digits_and_hyphens(satker):
    assert "harus huruf kecil, angka dan tanda hubung" in problems(cells_of(satker))[0]


def test_one_handle_of_two_units_is_told_whatever_its_case():
    rows = cells_of(x="Kemenkum"), cells_of("bali", x="@kemenkum")
    second = (
        "baris 3, kolom x: kemenkum juga tertulis untuk aceh di baris 2; sisakan di satu satker"
    )
    assert problems(*rows) == [
        "baris 2, kolom x: Kemenkum juga tertulis untuk bali di baris 3; sisakan di satu satker",
        second,
    ]
    # Nothing is wrong with the row of the unit that has it already.
    held = {"aceh": {"name": "Aceh", "kind": "kanwil", "accounts": {"X": ["@kemenkum"]}}}
    assert problems(*rows, held=held) == [second]


def test_the_same_name_on_two_platforms_or_twice_in_a_cell_is_no_problem():
    documents, found = checked(
        cells_of(x="kemenkum;@kemenkum", instagram="kemenkum"), cells_of("bali")
    )
    assert found == []
    assert documents["aceh"]["accounts"] == {"x": ["kemenkum"], "instagram": ["kemenkum"]}


def test_a_parent_must_be_there_in_the_file_or_before():
    assert problems(cells_of(induk="pusat")) == [
        "baris 2, kolom induk: 'pusat' tidak ada dalam daftar"
    ]
    assert problems(cells_of(induk="pusat"), cells_of("pusat")) == []
    assert problems(cells_of(induk="pusat"), held={"pusat": {"name": "Pusat"}}) == []


def test_a_parent_that_no_cell_is_about_is_no_problem_of_the_row():
    held = {"aceh": {"name": "Aceh", "kind": "kanwil", "parent": "lain"}}
    assert problems(cells_of(), held=held) == []
    assert len(problems(cells_of(induk="lain"), held=held)) == 1


def test_what_was_wrong_before_and_no_cell_is_about_is_no_problem_of_the_row():
    held = {"aceh": {"name": "Aceh", "kind": "Kantor", "active_to": "2026-10-01"}}
    assert problems(cells_of(), held=held) == []
    said = problems(cells_of(aktif_dari="2026-12-01"), held=held)
    assert said == ["baris 2, kolom aktif_sampai: lebih awal daripada aktif_dari"]


def test_an_end_before_its_beginning_is_told():
    found = problems(cells_of(aktif_dari="2026-10-02", aktif_sampai="2026-10-01"))
    assert found == ["baris 2, kolom aktif_sampai: lebih awal daripada aktif_dari"]
    assert problems(cells_of(aktif_dari="2026-10-01", aktif_sampai="2026-10-01")) == []


def test_a_handles_own_validity_is_kept_from_the_document_there_was():
    """A file has no place for a handle's ``from`` and ``to``; importing must not wipe them."""
    dated = {"handle": "Kemenkum", "from": "2026-10-05", "to": "2026-12-31"}
    held = {"aceh": {"name": "Aceh", "accounts": {"x": [dated, "lain"], "tiktok": dated}}}
    documents, _ = checked(cells_of(x="kemenkum;lain;baru", tiktok="kemenkum"), held=held)
    assert documents["aceh"]["accounts"] == {"x": [dated, "lain", "baru"], "tiktok": dated}
    # A handle of another unit of the same name has its own life.
    assert checked(cells_of("bali", x="kemenkum"), held=held)[0]["bali"]["accounts"] == {
        "x": ["kemenkum"]
    }


def test_a_document_that_an_admin_broke_does_not_stop_an_import():
    held = {"aceh": {"name": "Aceh", "accounts": 12}}
    documents, found = checked(cells_of(x="kemenkum"), held=held)
    assert found == []
    assert documents["aceh"]["accounts"] == {"x": ["kemenkum"]}


@pytest.mark.parametrize(
    ("typed", "laid_over"),
    [
        ({"Nama": "Aceh", "Akun": "x: lama"}, {"Nama": "Baru", "Akun": {"x": ["baru"]}}),
        (
            {"NAMA": "Aceh", "X": "lama", "instagram": "aceh"},
            {"NAMA": "Baru", "X": None, "instagram": None}
            | {"accounts": {"x": ["baru"], "instagram": ["aceh"]}},
        ),
        (
            {"nama": "Aceh", "accounts": {"Twitter": "lama"}, "X": "lama"},
            {"nama": "Baru", "accounts": {"Twitter": [], "x": ["baru"]}, "X": None},
        ),
        ({"name": "Aceh", "akun": ["x: lama"]}, {"name": "Baru", "akun": {"x": ["baru"]}}),
    ],
)
def test_a_row_is_laid_over_the_fields_as_they_are_spelled(typed, laid_over):
    held = {"aceh": {**typed, "jenis": "kanwil", "catatan": 1}}
    documents, found = checked(
        {"id": "aceh", "nama": "Baru", "jenis": "kanwil", "x": "baru"}, held=held
    )
    assert found == []
    assert documents["aceh"] == {**laid_over, "jenis": "kanwil", "catatan": 1}


def test_the_example_is_the_ministrys_47_units_without_a_problem():
    documents, found = check(read(EXAMPLE.read_bytes(), EXAMPLE.name), {})
    assert found == []
    assert len(documents) == 47
    kinds = {document["kind"] for document in documents.values()}
    assert {"unit-utama", "kanwil"} <= kinds
    platforms = {p for document in documents.values() for p in document["accounts"]}
    assert platforms <= set(PLATFORMS)


# Several agencies


def checked_agencies(rows, held):
    checked, refusals = check_agencies(rows, held)
    documents = {}
    for row in checked:
        documents.setdefault(row.agency, {})[row.satker] = row.document
    return documents, [refused.words() for refused in refusals]


def test_a_row_without_an_agency_is_the_first_ones():
    rows = list(
        enumerate(
            [cells_of("aceh"), cells_of("aceh", instansi="dua"), cells_of("bali", instansi="satu")],
            2,
        )
    )
    documents, found = checked_agencies(rows, {"satu": {}, "dua": {}})
    assert found == []
    assert {agency: list(held) for agency, held in documents.items()} == {
        "satu": ["aceh", "bali"],
        "dua": ["aceh"],
    }


def test_every_problem_of_a_row_with_an_unknown_agency_is_told():
    rows = list(
        enumerate([cells_of("aceh"), cells_of("bali", instansi="x", jenis="", youtube="?")], 2)
    )
    documents, found = checked_agencies(rows, {"satu": {}, "dua": {}})
    assert found[0] == "baris 3, kolom instansi: 'x' tidak dikenal; pilih satu, dua"
    assert len(found) == 3
    assert all(line.startswith("baris 3, kolom ") for line in found)
    assert documents["satu"].keys() == {"aceh"}


def test_from_and_to_are_kept_from_the_rows_own_agency():
    dated = {"handle": "satu", "from": "2026-09-01"}
    held = {"satu": {"aceh": {"accounts": {"x": dated}}}, "dua": {}}
    rows = [(2, cells_of("aceh", x="satu")), (3, cells_of("aceh", x="dua", instansi="dua"))]
    documents, found = checked_agencies(rows, held)
    assert found == []
    assert documents["satu"]["aceh"]["accounts"] == {"x": dated}
    assert documents["dua"]["aceh"]["accounts"] == {"x": ["dua"]}


def test_without_agencies_the_column_is_not_looked_at():
    assert problems(cells_of("aceh", instansi="siapa saja")) == []
