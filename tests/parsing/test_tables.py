"""CSV as people's programs write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.parsing.cleaning import clean
from functions.parsing.tables import MOST_BYTES, TableError, read_csv

TABLE = [["id", "nama"], ["bali", "Bali; dan, lain"]]


def is_header(cells: Sequence[str]) -> bool:
    return [clean(cell) for cell in cells] == TABLE[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("above", ["", "sep={0}\n", '"sep={0}"\r\n'])
def test_a_table_is_read_however_it_was_saved(
    delimiter: str, end: str, encoding: str, above: str
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(TABLE)
    content = (above.format(delimiter) + buffer.getvalue()).encode(encoding)
    assert read_csv(content, is_header) == TABLE


def test_what_separates_the_cells_is_taken_from_the_header_and_not_from_a_title() -> None:
    lines = "Daftar, lengkap, terbaru\n\nid;nama\nbali;Bali, Nusa\n"
    assert read_csv(lines.encode(), is_header)[2:] == [["id", "nama"], ["bali", "Bali, Nusa"]]


@pytest.mark.parametrize(
    "content",
    [b"\xff", b"a\0b", b'a,"b', b"x" * (MOST_BYTES + 1), b"\n" * 100_001, b"sep=\xc2\xa0\n\xff"],
    ids=range(6),
)
def test_what_is_no_table_is_told(content: bytes) -> None:
    with pytest.raises(TableError):
        read_csv(content, is_header)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda s: s.encode(errors="replace")))
def test_any_bytes_are_a_table_or_told_to_be_none(content: bytes) -> None:
    try:
        read_csv(content, is_header)
    except TableError as error:
        said = str(error)
    else:
        said = "a table"
    assert said
