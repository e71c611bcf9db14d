"""Workbooks as Excel, scripts and web exports write them; every cell is read or told."""

import io
import re
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from functions.registry import workbook
from functions.registry.files import FileError, load
from functions.registry.values import UnreadableValue
from tests.registry.one_agency import check

HEADER = ["id", "nama", "jenis", "instagram", "facebook"]
BALI = ["bali", "Kanwil Bali", "kanwil", "kemenkum_bali", "61573000111222"]
ACEH = ["aceh", "Kanwil Aceh", "kanwil", "kemenkum_aceh", "61573000111223"]


def packed(*rows, edit=None, others=(), active=0, prepare=None):
    """A workbook's bytes; ``edit`` changes the first sheet's XML as no Excel would write it."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for title, lines in others:
        sheet = made.create_sheet(title)
        for line in lines:
            sheet.append(line)
    made.active = active
    if prepare:
        prepare(made)
    buffer = io.BytesIO()
    made.save(buffer)
    if edit is None:
        return buffer.getvalue()
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = edit(parts[name].decode()).encode()
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def cells(content):
    return [row for _, row in load(content, "satker.xlsx").rows]


def problems(*rows, **options):
    return check(load(packed(HEADER, *rows, **options), "satker.xlsx").rows, {})[1]


@pytest.mark.parametrize("stated", ["A1:D3", "A1", "A1:B2", "ZZ9:ZZ9", "A1:E1048576", None])
def test_a_sheet_is_read_whole_whatever_range_it_states(stated):
    new = f'<dimension ref="{stated}"/>' if stated else ""
    content = packed(
        HEADER, BALI, ACEH, edit=lambda xml: re.sub(r"<dimension ref=[^>]*>", new, xml)
    )
    assert [[row[column] for column in HEADER] for row in cells(content)] == [BALI, ACEH]


def test_a_formula_whose_result_was_not_stored_is_a_problem_of_its_row():
    link = '=HYPERLINK("https://www.instagram.com/kemenkum_bali","kemenkum_bali")'
    [problem] = problems([*BALI[:3], link, None], ACEH)
    assert problem.startswith("baris 2, kolom instagram: berisi rumus tanpa hasil")


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ('t="str"><f>A1</f><v>kemenkum_bali</v>', "kemenkum_bali"),
        ('t="str"><f>A1</f><v></v>', ""),
        ("><f>A1</f><v>61573000111222</v>", "61573000111222"),
    ],
)
def test_a_formula_is_read_by_its_stored_result(stored, meant):
    content = packed(
        HEADER,
        [*BALI[:3], "=A1", None],
        edit=lambda xml: re.sub(
            r'(<c r="D2")[^>]*><f>A1</f><v ?/?>(</v>)?', rf"\1 {stored}", xml
        ).replace(" ><f>", "><f>"),
    )
    [row] = cells(content)
    assert row["instagram"] == meant
    assert not isinstance(row["instagram"], UnreadableValue)


def test_a_formula_that_gives_0_for_an_empty_cell_is_told():
    def edit(xml):
        return re.sub(r'(<c r="D2")[^>]*><f>A9</f><v ?/?>(</v>)?', r"\1><f>A9</f><v>0</v>", xml)

    [problem] = problems([*BALI[:3], "=A9", None], edit=edit)
    assert "kolom instagram: berisi rumus yang hasilnya 0" in problem


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (1, "#REF!", "kolom nama: berisi kesalahan #REF!"),
        (3, "#N/A", "kolom instagram: berisi kesalahan #N/A"),
        (0, "#VALUE!", "kolom id: berisi kesalahan #VALUE!"),
        (4, 1528028210776480, "kolom facebook: berisi angka 16 digit atau lebih"),
        (4, 1.5e15, "kolom facebook: berisi angka 16 digit atau lebih"),
        (4, "1,52803E+15", "kolom facebook: '1,52803E+15' tidak utuh lagi"),
        (4, 6157.5, "kolom facebook: berisi 6157.5, bukan bilangan bulat"),
        (4, -6157, "kolom facebook: berisi -6157, bukan bilangan bulat"),
        (3, True, "kolom instagram: berisi TRUE"),
        (3, date(2026, 12, 10), "kolom instagram: berisi tanggal"),
        (3, time(10, 12), "kolom instagram: berisi jam"),
        (2, datetime(2026, 12, 10, 8, 30), "kolom jenis: berisi tanggal"),  # noqa: DTZ001
        (0, True, "kolom id: berisi TRUE"),
    ],
)
def test_a_cell_that_cannot_be_what_it_shows_is_a_problem_of_its_row(column, value, words):
    row = [*BALI]
    row[column] = value
    [problem] = problems(row, ACEH)
    assert problem.startswith(f"baris 2, {words}")


def test_text_numbers_dates_and_spaces_are_read_as_they_show():
    header = [*HEADER, "aktif_dari", "aktif_sampai"]
    rich = CellRichText("Kanwil ", TextBlock(InlineFont(b=True), "Bali"))
    row = ["bali", rich, " kanwil ", "   ", 61573000111222.0, date(2026, 10, 1)]
    content = packed(header, [*row, datetime(2026, 10, 1, 8, 30)])  # noqa: DTZ001
    [found] = cells(content)
    assert [found[column] for column in header] == [
        "bali",
        "Kanwil Bali",
        "kanwil",
        "",
        "61573000111222",
        "2026-10-01",
        "2026-10-01T08:30:00",
    ]


def test_what_excel_escapes_is_read_as_it_shows():
    [found] = cells(packed(HEADER, ["bali", "Kanwil_x000D_\nBali", "kanwil", None, None]))
    assert found["nama"].split() == ["Kanwil", "Bali"]


def test_merged_cells_are_told_where_they_show_a_value_that_they_do_not_hold():
    def merge(made):
        made.active.merge_cells("C2:C3")

    [problem] = problems(BALI, [*ACEH[:2], None, *ACEH[3:]], prepare=merge)
    assert problem.startswith("baris 3, kolom jenis: adalah bagian sel gabungan")


def test_a_merged_title_above_the_header_is_no_part_of_the_table():
    content = packed(
        ["Daftar Satuan Kerja 2026"],
        [],
        HEADER,
        BALI,
        prepare=lambda made: made.active.merge_cells("A1:E1"),
    )
    assert [(number, row["id"]) for number, row in load(content, "a.xlsx").rows] == [(4, "bali")]


@pytest.mark.parametrize("active", [0, 1, 2])
def test_the_sheet_that_has_the_columns_is_read_and_named(active):
    others = [("Satker", [HEADER, BALI]), ("Catatan", [["apa saja"]])]
    content = packed(["Petunjuk pengisian"], ["Isi lembar Satker"], others=others, active=active)
    table = load(content, "satker.xlsx")
    assert table.sheet == "Satker"
    assert [row["id"] for _, row in table.rows] == ["bali"]


def test_of_two_sheets_with_the_columns_the_open_one_is_read_and_a_hidden_one_last():
    others = [("Lama", [HEADER, ACEH]), ("Baru", [HEADER, BALI])]
    assert load(packed(["Petunjuk"], others=others, active=2), "a.xlsx").sheet == "Baru"

    def hide(made):
        made["Lama"].sheet_state = "hidden"

    content = packed(["Petunjuk"], others=others, active=0, prepare=hide)
    assert load(content, "a.xlsx").sheet == "Baru"


def test_a_workbook_of_one_sheet_needs_no_name_for_it():
    assert load(packed(HEADER, BALI), "satker.xlsx").sheet is None


def test_when_no_sheet_has_the_columns_the_open_one_is_told():
    content = packed(["id", "nama"], ["bali"], others=[("B", [["nama", "jenis"]])])
    with pytest.raises(FileError, match="kolom jenis tidak ada"):
        load(content, "a.xlsx")


def test_a_value_far_to_the_right_is_surplus_and_one_far_below_a_row():
    def far(made):
        made.active.cell(2, 3_000, "jauh")
        made.active.cell(900_000, 1, "aceh")

    found = problems(BALI, prepare=far)
    assert found[0].startswith("baris 2: ada isi di luar kolom")
    assert found[1].startswith("baris 900000, kolom ")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 1_000)
    with pytest.raises(FileError, match="terlalu besar"):
        load(packed(HEADER, BALI), "a.xlsx")


def test_too_many_rows_and_too_long_a_time_are_refused(monkeypatch):
    content = packed(HEADER, *([f"s{n}", "A", "k"] for n in range(1_100)))
    monkeypatch.setattr(workbook, "MOST_ROWS", 1_050)
    with pytest.raises(FileError, match="baris berisi"):
        load(content, "a.xlsx")
    monkeypatch.setattr(workbook, "MOST_ROWS", 10_000)
    monkeypatch.setattr(workbook, "MOST_SECONDS", -1)
    with pytest.raises(FileError, match="terlalu lama"):
        load(content, "a.xlsx")


def test_a_row_beyond_any_spreadsheet_is_refused():
    def edit(xml):
        return xml.replace('<row r="2"', '<row r="999999999"').replace('r="A2"', 'r="A999999999"')

    with pytest.raises(FileError):
        load(packed(HEADER, ["bali"], edit=edit), "a.xlsx")


values = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates(date(1901, 1, 1), date(2200, 1, 1))
    | st.times()
    | st.sampled_from(["=A1", "#REF!", "1,52803E+15", "'@bali", "\u200ebali", " ", "bali"])
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(values, min_size=5, max_size=7))
def test_any_cell_is_read_or_told_and_costs_no_other_row(row):
    header = [*HEADER, "aktif_dari"]
    found, said = check(load(packed(header, ACEH, row), "a.xlsx").rows, {})
    assert found["aceh"]["accounts"] == {
        "instagram": ["kemenkum_aceh"],
        "facebook": ["61573000111223"],
    }
    assert not any(line.startswith("baris 2") and "juga tertulis" not in line for line in said)
    shows = [value for value in row if value is not None and str(value).strip(" '\u200e")]
    assert said or len(found) == 2 or not shows
