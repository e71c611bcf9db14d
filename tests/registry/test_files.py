"""The registry's files: every usual way a spreadsheet saves them."""

import io
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.registry.files import HEADER, FileError, read
from tests.registry.one_agency import check

PLAIN = "id,nama,jenis\naceh,Kanwil Aceh,kanwil\n"


def rows(text, name="satker.csv"):
    return read(text.encode() if isinstance(text, str) else text, name)


def workbook(*table):
    agency = openpyxl.Workbook()
    for cells in table:
        agency.active.append(cells)
    buffer = io.BytesIO()
    agency.save(buffer)
    return buffer.getvalue()


def file_refusal(content, name="satker.csv"):
    with pytest.raises(FileError) as refused:
        rows(content, name)
    assert "\n" not in str(refused.value)
    return str(refused.value)


ONE = [(2, {"id": "aceh", "nama": "Kanwil Aceh", "jenis": "kanwil"})]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace(",", ";"),
        "\ufeff" + PLAIN.replace(",", ";"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.rstrip("\n"),
        PLAIN.replace("id,nama", " ID , Nama "),
        PLAIN.replace("Kanwil Aceh", '" Kanwil Aceh "'),
        PLAIN + "\n,,\n  ,\n",
    ],
)
def test_a_csv_is_read_with_or_without_bom_by_comma_or_semicolon(content):
    """ "CSV with UTF-8 BOM accepted" (DESIGN.md); Excel in Indonesian writes semicolons."""
    assert rows(content) == ONE


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\n" + PLAIN.replace(",", ";"),
        "sep=,\r\n" + PLAIN,
        '"sep=;"\r\n' + PLAIN.replace(",", ";"),
        "\ufeffSEP=\t\n" + PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r"),
        '"id";"nama";"jenis"\n"aceh";"Kanwil Aceh";"kanwil"\n',
        PLAIN.replace("id,nama", "\u200bId,\u00a0NAMA "),
        PLAIN.replace("aceh,", "'aceh,").replace("kanwil\n", "\u200ekanwil\ufeff\n"),
    ],
)
def test_what_spreadsheets_put_around_a_table_is_taken_off(content):
    assert rows(content) == ONE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_excels_unicode_text_is_read(encoding):
    content = PLAIN.replace(",", "\t").encode(encoding)
    mark = b"\xfe\xff" if encoding.endswith("be") else b""
    assert rows(mark + content, "satker.txt") == ONE


@pytest.mark.parametrize("above", ["\n", "\n\n", ";;\n", "Daftar satker; per 1 Oktober\n\n"])
def test_a_header_may_stand_below_blank_lines_or_a_title(above):
    [(number, row)] = rows(above + PLAIN.replace(",", ";"))
    assert row["id"] == "aceh"
    assert number == 2 + above.count("\n")


def test_columns_are_known_whatever_their_case_spaces_and_hyphens():
    [(_, row)] = rows("ID,Nama,Jenis,Zona Waktu,aktif-dari,Twitter\naceh,A,kanwil,,2026-10-01,b\n")
    assert (row["zona_waktu"], row["aktif_dari"], row["x"]) == ("", "2026-10-01", "b")
    assert file_refusal("id,nama,jenis,x,twitter\n") == "kolom x tertulis dua kali"


def test_a_column_that_is_misspelt_is_told_with_the_one_that_was_meant():
    assert "maksudnya instagram?" in file_refusal("id,nama,jenis,instagrm\na,b,c,d\n")


def test_what_a_file_really_is_is_named():
    assert "melainkan halaman HTML" in file_refusal("<html><table>", "satker.xlsx")
    assert "melainkan halaman HTML" in file_refusal("<html><table>", "satker.csv")
    assert "melainkan teks" in file_refusal(PLAIN, "satker.xlsx")
    assert rows(SHEET, "satker.csv") == [(2, {"id": "aceh", "nama": "Aceh", "jenis": "kanwil"})]


def test_a_file_that_is_larger_than_any_registry_is_refused():
    assert "terlalu besar" in file_refusal("id,nama,jenis\n" + "a" * 16 * 1024 * 1024)
    assert "baris berisi" in file_refusal(PLAIN + "a,b,c\n" * 20_001)


@settings(max_examples=100)
@given(
    st.binary(max_size=60)
    | st.text(st.characters(), max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from([b"", b"id,nama,jenis\n", b"sep=", b"\xff\xfe", b"\n;", b"PK\x03\x04"]),
)
def test_any_file_is_read_or_refused_in_one_line(content, beginning):
    for name in ("a.csv", "a.xlsx", "a"):
        with suppress(FileError):
            _, problems = check(rows(beginning + content, name), {})
            assert all("\n" not in problem for problem in problems)


def test_handles_in_a_cell_keep_their_semicolons():
    """ "several handles in a cell are separated by `;`" """
    [(_, row)] = rows("id,nama,jenis,x\naceh,Aceh,kanwil,satu;dua;tiga\n")
    assert row["x"] == "satu;dua;tiga"
    [(_, row)] = rows('id;nama;jenis;x\naceh;Aceh;kanwil;"satu;dua;tiga;empat;lima"\n')
    assert row["x"] == "satu;dua;tiga;empat;lima"


def test_rows_have_the_numbers_that_a_spreadsheet_shows():
    expected = [(2, "aceh"), (5, "bali")]
    numbered = rows("id,nama,jenis\naceh,Aceh,kanwil\n,,\n\nbali,Bali,kanwil\n")
    assert [(number, row["id"]) for number, row in numbered] == expected
    sheet = workbook(["id", "nama", "jenis"], ["aceh", "A", "k"], [], [None], ["bali", "B", "k"])
    assert [(number, row["id"]) for number, row in rows(sheet, "satker.xlsx")] == expected


def test_a_row_that_is_too_short_has_empty_cells():
    [(_, row)] = rows("id,nama,jenis,provinsi\naceh,Aceh\n")
    assert row == {"id": "aceh", "nama": "Aceh", "jenis": "", "provinsi": ""}


def test_an_xlsx_is_read_like_a_csv():
    sheet = workbook(
        ["id", "nama", "jenis", "facebook", "aktif_dari", "aktif_sampai"],
        [
            "aceh",
            "Kanwil Aceh",
            "kanwil",
            61573000111222,
            datetime(2026, 10, 1),  # noqa: DTZ001 – a spreadsheet's date has no zone
            date(2026, 12, 31),
        ],
        [None, None, None],
        ["bali", "Kanwil Bali", "kanwil", 105612345.0, "2026-10-01", None],
    )
    found = [row for _, row in rows(sheet, "Satker.XLSX")]
    assert [(r["id"], r["facebook"], r["aktif_dari"]) for r in found] == [
        ("aceh", "61573000111222", "2026-10-01"),
        ("bali", "105612345", "2026-10-01"),
    ]
    assert found[0]["aktif_sampai"] == "2026-12-31"
    assert found[1]["aktif_sampai"] == ""


def test_empty_columns_at_the_end_are_no_surplus():
    """Spreadsheets export them as bare commas."""
    [(_, row)] = rows("id,nama,jenis,,\naceh,Aceh,kanwil,,\n")
    assert set(row) == {"id", "nama", "jenis"}
    sheet = workbook(["id", "nama", "jenis", None], ["aceh", "Aceh", "kanwil", " "])
    [(_, row)] = rows(sheet, "a.xlsx")
    assert check([(2, row)], {})[1] == []


@pytest.mark.parametrize("header", ["id,nama,jenis", "id,nama,jenis,,"])
def test_surplus_cells_are_told_and_never_dropped_silently(header):
    numbered = rows(f"{header}\naceh,Kanwil, Aceh,kanwil\n")
    _, problems = check(numbered, {})
    assert problems[0] == "baris 2: ada isi di luar kolom; periksa pemisah atau tanda kutip"


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", ",,\n"])
def test_an_empty_file_is_refused(content):
    assert "berkas kosong" in file_refusal(content)


def test_an_empty_xlsx_is_refused():
    assert "berkas kosong" in file_refusal(workbook(), "a.xlsx")


def test_missing_columns_are_named_with_the_header_to_write():
    said = file_refusal("id,name\naceh,Aceh\n")
    assert said.startswith("kolom nama, jenis tidak ada")
    assert ",".join(HEADER[:12]) in said


def test_unknown_columns_are_named_with_those_there_are():
    said = file_refusal("id,nama,jenis,instagrm\na,b,c,d\n")
    assert said.startswith("kolom instagrm tidak dikenal")
    assert "instansi" in said


def test_a_column_that_is_there_twice_is_named():
    assert file_refusal("id,nama,jenis,x, X \na,b,c,d,e\n") == "kolom x tertulis dua kali"


def test_every_column_of_the_design_is_known():
    """The header of the design with its optional columns, and the one for notices behind them."""
    assert ",".join(HEADER) == (
        "id,nama,singkatan,jenis,provinsi,zona_waktu,instagram,facebook,x,tiktok,youtube,website,"
        "induk,aktif_dari,aktif_sampai,instansi,pemberitahuan"
    )
    assert rows(",".join(HEADER) + "\n") == []


def test_what_is_not_utf_8_is_refused_with_what_to_do():
    latin = PLAIN.replace("Aceh", "Acéh").encode("cp1252")
    assert file_refusal(latin) == "berkas bukan UTF-8; simpan sebagai 'CSV UTF-8' lalu coba lagi"
    assert "simpan sebagai 'CSV UTF-8'" in file_refusal(PLAIN.encode("utf-16-le"))


@pytest.mark.parametrize(
    "content",
    ['id,nama,jenis\naceh,"Aceh,kanwil\n', 'id,nama,jenis\naceh,"Aceh"s,kanwil\n'],
)
def test_broken_quotes_are_refused(content):
    assert "periksa tanda kutipnya" in file_refusal(content)


@pytest.mark.parametrize("content", [b"", b"PK", PLAIN.encode(), workbook(["id"])[:800]])
def test_what_is_no_xlsx_is_refused(content):
    assert file_refusal(content, "a.xlsx").startswith("berkas bukan XLSX")


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_a_damaged_xlsx_is_refused_or_read_and_never_a_crash(place, value):
    content = bytearray(SHEET)
    content[place % len(content)] = value
    found = []
    with suppress(FileError):
        found = rows(bytes(content), "a.xlsx")
    assert len(found) <= 1  # the sheet has one row


SHEET = workbook(["id", "nama", "jenis"], ["aceh", "Aceh", "kanwil"])
