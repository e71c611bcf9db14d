"""A labelled sheet comes back as it was filled in; an odd cell costs its own row."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from functions.listen.labels.reading import SheetError, read_sheet
from functions.listen.labels.sheet import HEADER, Cover, SheetText, write_csv, write_xlsx
from functions.store.labels import LABELS, Marks

ROWS = [SheetText(f"T{number:010x}", f"teks {number}") for number in range(4)]
CODES = [row.code for row in ROWS]
COVER = Cover("2026-10", "Ani", date(2026, 11, 2))
KENARI = "KENARI dan ekornya"


def table(*lines: tuple[Any, ...], header: tuple[str, ...] = HEADER) -> bytes:
    """A workbook of these rows below a header."""
    book = Workbook()
    assert book.active is not None
    for line in (header, *lines):
        book.active.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plain(*lines: tuple[str, ...], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([HEADER, *lines])
    return text.getvalue().encode()


def test_our_own_sheets_come_back_empty_and_filled() -> None:
    for body in (write_xlsx(COVER, ROWS), write_csv(ROWS)):
        found = read_sheet(body)
        assert (found.marks, found.empty, found.faults) == ({}, 4, ())
    book = load_workbook(io.BytesIO(write_xlsx(COVER, ROWS)))
    for number, values in enumerate([("negatif", "ya", "tidak"), ("netral", None, None)], 2):
        for column, value in enumerate(values, 3):
            book["Label"].cell(number, column, value)
    buffer = io.BytesIO()
    book.active = 0  # saved with the instructions open
    book.save(buffer)
    found = read_sheet(buffer.getvalue())
    assert found.marks == {
        CODES[0]: Marks(label="negatif", complaint=True, abusive=False),
        CODES[1]: Marks(label="netral"),
    }
    assert (found.empty, found.rows[CODES[1]]) == (2, 3)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((CODES[1], "t", "negatf", "", ""), "label 'negatf' tidak dikenal; maksudnya negatif?"),
        ((CODES[1], "t", KENARI, "", ""), "label tidak dikenal; isi negatif, netral, positif, "),
        ((CODES[1], "t", "", "ya", ""), "label kosong, padahal keluhan atau kasar diisi"),
        ((CODES[1], "t", "netral", "mungkin", ""), "keluhan harus ya atau tidak, atau kosong"),
        ((CODES[1], "t", "netral", "", KENARI), "kasar harus ya atau tidak, atau kosong"),
        ((KENARI, "t", "netral", "", ""), "nomor bukan dari labels sheet"),
        ((CODES[0], "t", "positif", "", ""), "lain daripada baris 2 dengan nomor sama"),
        ((CODES[1], "t", True, "", ""), "label berisi TRUE"),
        ((CODES[1], "t", "=1/0", "", ""), "label berisi rumus tanpa hasil"),
        ((CODES[1], "t", 3.5, "", ""), "label berisi 3.5"),
        ((CODES[1], "t", datetime(2026, 1, 1), "", ""), "label tidak dikenal"),  # noqa: DTZ001
    ],
)
def test_an_odd_cell_is_told_by_row_without_a_word_of_a_text(
    cells: tuple[Any, ...], said: str
) -> None:
    good = (CODES[0], "t", "netral", "", ""), (CODES[2], "t", "positif", "ya", "tidak")
    found = read_sheet(table(good[0], cells, good[1]))
    [fault] = found.faults
    assert fault.startswith("baris 3: ")
    assert said in fault
    assert "KENARI" not in fault
    assert found.marks[CODES[2]] == Marks(label="positif", complaint=True, abusive=False)
    # Of a number that stands there twice nobody knows which label is meant.
    assert (CODES[0] in found.marks) == (cells[0] != CODES[0])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(*[st.text(max_size=12) | st.sampled_from([*LABELS, "ya"])] * 5), max_size=5),
    st.sampled_from([",", ";", "\t"]),
)
def test_odd_rows_cost_their_neighbours_nothing(odd: list[tuple[str, ...]], delimiter: str) -> None:
    lines = [tuple(c.replace("\0", "") for c in line) for line in odd]
    lines = [tuple(c.encode(errors="replace").decode() for c in line) for line in lines]
    found = read_sheet(plain((CODES[0], "t", "NEGATIF ", "Ya", ""), *lines, delimiter=delimiter))
    assert found.marks[CODES[0]] == Marks(label="negatif", complaint=True)


def test_columns_may_stand_in_any_order_and_below_a_title() -> None:
    body = table(("Nomor", "LABEL"), (CODES[0], "tidak  jelas"), header=("Contoh", "Oktober"))
    assert read_sheet(body).marks == {CODES[0]: Marks(label="tidak jelas")}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "kolom nomor, label tidak ada"),
        (b"nomor,teks\nT0000,x", "kolom nomor, label tidak ada"),
        (b"nomor,label,label\nT0000,netral,netral", "kolom label tertulis dua kali"),
        (b"%PDF-1.7", "melainkan PDF"),
        (b"PK\x03\x04broken", "melainkan ZIP"),
        (b"nomor,label\n\xff\xfe\xfa", "berkas bukan CSV"),
        (table(("x",), header=("y",)), "kolom nomor, label tidak ada"),
        (table((CODES[0],))[:-900], "berkas bukan"),
        (b"nomor,label\n" + b"T0000,\n" * 5_001, "lebih dari 5,000 baris"),
    ],
)
def test_what_is_no_sheet_is_told_in_one_line(body: bytes, said: str) -> None:
    with pytest.raises(SheetError, match=said) as caught:
        read_sheet(body)
    assert "\n" not in str(caught.value)
