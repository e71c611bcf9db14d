"""A labelling sheet holds every text as text, whatever it looks like."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from functions.listen.labels.sheet import HEADER, NO_TEXT, Cover, SheetText, write_csv, write_xlsx
from functions.store.labels import LABELS

COVER = Cover("2026-10", "Ani", date(2026, 11, 2))
ODD = [
    "=cmd|' /C calc'!A0",
    "\n =1+1",
    "@SUM(A1)",
    "+62 812",
    "-5",
    "\t=x",
    "👨‍👩‍👧 👍",
    "\ud83d",
    "a\r\nb\x00\x07\x1b",
    "_x0041_",
    "{=1}",
    "https://contoh.go.id",
    "x" * 32_000,
    "  ",
    "",
]
TEXTS = st.lists(st.text(max_size=40) | st.sampled_from(ODD), max_size=6)


def rows(texts: list[str]) -> list[SheetText]:
    return [SheetText(f"T{number:010x}", text) for number, text in enumerate([*texts, "baik"])]


def cells(body: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(body))["Label"]
    return [[cell.value for cell in row[:2]] for row in sheet.iter_rows()]


@settings(max_examples=25, deadline=None)
@given(TEXTS)
def test_no_text_becomes_a_formula_or_breaks_a_neighbour(texts: list[str]) -> None:
    body = write_xlsx(COVER, rows(texts))
    book = load_workbook(io.BytesIO(body))
    assert not any(c.data_type == "f" for row in book["Label"].iter_rows() for c in row)
    found = cells(body)
    assert len(found) == len(texts) + 2
    assert found[-1][1] == "baik"
    assert all(text for _, text in found)
    plain = [*csv.reader(io.StringIO(write_csv(rows(texts)).decode("utf-8-sig")))]
    assert plain[0] == [*HEADER]
    assert len(plain) == len(texts) + 2
    assert not any(text[:1] in {*"=+-@\t\r"} for _, text, *_ in plain[1:])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=cmd", "=cmd"),
        ("👨‍👩‍👧 👍", "👨‍👩‍👧 👍"),
        ("dua\r\nbaris", "dua\nbaris"),
        ("\ud83d!", "?!"),
        (" \n", NO_TEXT),
    ],
)
def test_what_a_text_looks_like(text: str, shown: str) -> None:
    assert cells(write_xlsx(COVER, [SheetText("T0123456789", text)]))[1][1] == shown


def test_the_cover_says_by_when_to_delete_and_the_sheet_what_to_choose() -> None:
    body = write_xlsx(COVER, rows([]))
    assert body == write_xlsx(COVER, rows([]))
    book = load_workbook(io.BytesIO(body))
    assert book.sheetnames == ["Petunjuk", "Label"]
    assert book.active is not None
    assert book.active.title == "Label"
    guide = "\n".join(str(row[0].value) for row in book["Petunjuk"].iter_rows())
    assert "2026-11-02" in guide
    assert "Ani" in guide
    assert all(f"{label}: " in guide for label in LABELS)
    lists = {
        str(rule.sqref): rule.formula1 for rule in book["Label"].data_validations.dataValidation
    }
    assert lists["C2"] == f'"{",".join(LABELS)}"'
    assert lists["D2"] == lists["E2"] == '"ya,tidak"'


def test_a_row_does_not_show_its_text() -> None:
    assert "rahasia" not in repr(SheetText("T1", "rahasia"))
