"""Texts and labels out of sheets; an odd row or sheet costs itself alone."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from functions.listen.labels.reading import SheetError
from functions.listen.labels.sheet import NO_TEXT, Cover, SheetText, write_csv, write_xlsx
from functions.listen.triage import folded
from functions.training.labelled import LabelledSheet, read_labelled, together

COVER = Cover("2026-10", "Ani", date(2026, 11, 2))
Row = tuple[str, str | None, str | None]


def xlsx(*rows: Row) -> bytes:
    """A sheet as it goes out, filled in: text, label, keluhan."""
    texts = [SheetText(f"T{number:010x}", text) for number, (text, *_) in enumerate(rows)]
    book = load_workbook(io.BytesIO(write_xlsx(COVER, texts)))
    for number, (_, label, complaint) in enumerate(rows, 2):
        book["Label"].cell(number, 3, label)
        book["Label"].cell(number, 4, complaint)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plain(*rows: Row) -> bytes:
    """The same as CSV."""
    texts = [SheetText(f"T{number:010x}", text) for number, (text, *_) in enumerate(rows)]
    header, *lines = csv.reader(io.StringIO(write_csv(texts).decode("utf-8-sig"), newline=""))
    filled = [
        [code, text, label or "", complaint or "", ""]
        for (code, text, *_), (_, label, complaint) in zip(lines, rows, strict=True)
    ]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *filled])
    return buffer.getvalue().encode()


@pytest.mark.parametrize("sheet", [xlsx, plain])
def test_labels_stand_beside_their_texts(sheet):
    content = sheet(
        ("=Kecewa, lambat!", "negatif", "ya"),
        ("Mantap min", "positif", "tidak"),
        ("entahlah", "tidak jelas", None),
        ("belum dilabeli", None, None),
        ("", "netral", "tidak"),
        ("https://x.id/1", "netral", "tidak"),
    )
    complaints = read_labelled(content, "keluhan")
    assert complaints.labels == [("=kecewa, lambat!", True), ("mantap min", False)]
    assert (complaints.unknown, complaints.faults) == (3, ())
    negative = read_labelled(content, "negatif")
    assert [label for _, label in negative.labels] == [True, False, False]


def test_an_odd_row_is_told_and_costs_itself():
    content = xlsx(("a", "negatif", "ya"), ("RAHASIA", "RAHASIA", "ya"), ("b", "netral", "tidak"))
    sheet = read_labelled(content, "keluhan")
    assert sheet.labels == [("a", True), ("b", False)]
    [fault] = sheet.faults
    assert fault.startswith("baris 3: label tidak dikenal")
    assert "rahasia" not in repr((sheet, together([sheet]), fault)).casefold()


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", b"nomor,label\r\nT01234,netral\r\n"])
def test_what_is_no_labelled_sheet_is_told(content):
    with pytest.raises(SheetError):
        read_labelled(content, "keluhan")


@settings(max_examples=15)
@given(st.lists(st.tuples(st.text(max_size=12), st.booleans()), max_size=6))
def test_any_text_is_read_back_as_models_see_it(rows):
    content = plain(*((text, "netral", "ya" if label else "tidak") for text, label in rows))
    told = {*read_labelled(content, "keluhan").labels}
    assert told == {(folded(t), label) for t, label in rows if folded(t)} - {(NO_TEXT, True)}


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans())), max_size=3),
    st.randoms(),
)
def test_texts_that_people_label_differently_are_left_out(sheets, chance):
    said = [pair for sheet in sheets for pair in sheet]
    found = together(LabelledSheet(sheet, 0, ()) for sheet in sheets)
    chance.shuffle(sheets)
    assert found == together(LabelledSheet(sheet, 0, ()) for sheet in sheets)
    both = {text for text, label in said if (text, not label) in said}
    assert found.differing == len(both)
    assert {*zip(found.texts, found.labels, strict=True)} == {p for p in said if p[0] not in both}
