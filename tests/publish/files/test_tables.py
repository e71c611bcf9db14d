"""Tables that any program reads, and that no spreadsheet runs."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.files.tables import (
    COMMA,
    SEMICOLON,
    Column,
    Dialect,
    join_csv,
    split_csv,
    write_csv,
    write_xlsx,
)

COLUMNS = (Column("nama", "Nama"), Column("nilai", "Nilai"))
CREATED = datetime(2026, 10, 21, 4, tzinfo=UTC)


@pytest.mark.parametrize("dialect", [COMMA, SEMICOLON])
@pytest.mark.parametrize("cell", ["=1+1", "+62", "-dQw4", "@akun", "\tx", "\rx"])
def test_a_cell_that_looks_like_a_formula_is_text(cell: str, dialect: Dialect) -> None:
    line = write_csv(COLUMNS, [[cell, 1]], dialect).decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")
    body = write_xlsx("t", COLUMNS, [[cell, 1]], created=CREATED)
    read = openpyxl.load_workbook(io.BytesIO(body))["t"]["A2"]
    assert read.data_type == "s"
    assert read.value.endswith(cell.strip())


def test_numbers_stay_numbers_even_below_zero() -> None:
    assert write_csv(COLUMNS, [["a", -5], ["b", 2.5]]).endswith(b"a,-5\r\nb,2.5\r\n")


def test_with_semicolons_decimals_have_a_comma_and_texts_stay() -> None:
    body = write_csv(COLUMNS, [["a;b", 2.5], ["1.5", -7]], SEMICOLON)
    assert body.endswith(b'nama;nilai\r\n"a;b";2,5\r\n1.5;-7\r\n')


# Every character but half of one, which no file can hold.
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=4))
def test_what_was_written_is_read_and_written_again_as_it_is(rows: list[tuple[str, str]]) -> None:
    body = write_csv(COLUMNS, rows)
    header, cells = split_csv(body)
    assert header == ["nama", "nilai"]
    assert join_csv(header, cells) == body


@given(st.text(max_size=8))
def test_an_odd_name_costs_itself_alone(name: str) -> None:
    body = write_csv(COLUMNS, [[name, 1], ["Bali", 2]])
    assert split_csv(body)[1][-1] == ["Bali", "2"]


def test_half_a_character_is_a_question_mark() -> None:
    assert b"a?b" in write_csv(COLUMNS, [["a\ud800b", 1]])
    body = write_xlsx("t", COLUMNS, [["a\ud800b", 1]], created=CREATED)
    assert openpyxl.load_workbook(io.BytesIO(body))["t"]["A2"].value == "a?b"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b'a,b\r\n"c'])
def test_what_is_no_table_is_told(body: bytes) -> None:
    with pytest.raises(ValueError):
        split_csv(body)


def test_unknown_is_empty_and_no_zero() -> None:
    assert write_csv(COLUMNS, [["a", None], ["b", 0]]).endswith(b"a,\r\nb,0\r\n")
    body = write_xlsx("t", COLUMNS, [["a", None], ["b", 0]], created=CREATED)
    sheet = openpyxl.load_workbook(io.BytesIO(body))["t"]
    assert (sheet["B2"].value, sheet["B3"].value) == (None, 0)


def test_names_are_read_as_they_are_written() -> None:
    body = write_csv(COLUMNS, [['Kémenkum, "Aceh"\n2', True]])
    assert body.decode("utf-8-sig").endswith('"Kémenkum, ""Aceh""\n2",true\r\n')


def test_the_same_table_is_the_same_workbook() -> None:
    one, two = (write_xlsx("t", COLUMNS, [["a", 1]], created=CREATED) for _ in range(2))
    assert one == two


def test_a_workbook_says_what_its_columns_mean() -> None:
    body = write_xlsx("t", COLUMNS, [], created=CREATED)
    sheet = openpyxl.load_workbook(io.BytesIO(body))["keterangan"]
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["nama", "Nama"],
        ["nilai", "Nilai"],
    ]


def test_a_column_of_ids_is_formatted_as_text_and_keeps_every_digit() -> None:
    """Excel keeps 15 digits of a number, also of one that somebody edits in a plain cell."""
    columns = (Column("post_id", "Kode", is_id=True), Column("nilai", "Nilai"))
    ids = ["1991000000000000001", "17912345678901234", "abc"]
    body = write_xlsx("t", columns, [[each, 1] for each in ids], created=CREATED)
    sheet = openpyxl.load_workbook(io.BytesIO(body))["t"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == ids
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    assert sheet.column_dimensions["A"].width > 0
    assert sheet["B2"].number_format == "General"
