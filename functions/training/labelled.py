"""Labelled texts out of sheets that came back: XLSX or CSV, several months, two people a month."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from functions.listen.labels.reading import SheetError, read_sheet
from functions.listen.labels.sheet import NO_TEXT
from functions.listen.triage import folded
from functions.parsing.cleaning import clean
from functions.parsing.tables import FIRST_LINES, read_csv
from functions.registry import workbook
from functions.registry.kinds import kind_of
from functions.registry.values import UnreadableValue
from functions.store.labels import Marks
from functions.store.models import ModelName

_COLUMNS = ("nomor", "label")


class LabelledSheet(NamedTuple):
    """What one sheet says: labels by folded text, and what is wrong with single rows.

    ``unknown``: how many labelled rows say nothing of what the model is to tell.
    """

    labels: Sequence[tuple[str, bool]]
    unknown: int
    faults: tuple[str, ...]

    def __repr__(self) -> str:
        """Without the texts: they might get into a log."""
        return f"LabelledSheet({len(self.labels)})"


class Labelled(NamedTuple):
    """Texts, each once and in order, with their label. ``differing``: left out, as people differ.

    ``texts`` are folded (listen/triage.py).
    """

    texts: tuple[str, ...]
    labels: tuple[bool, ...]
    differing: int

    def __repr__(self) -> str:
        """Without the texts: they might get into a log."""
        return f"Labelled({len(self.texts)})"


def read_labelled(content: bytes, name: ModelName) -> LabelledSheet:
    """A sheet's labels for a model.

    Raises:
        SheetError: it is no labelled sheet, or has no texts.
    """
    filled = read_sheet(content)
    texts = _texts(content)
    found: list[tuple[str, bool]] = []
    unknown = 0
    for code, marks in filled.marks.items():
        text, label = texts.get(filled.rows[code], ""), _label(marks, name)
        if label is None or not text:
            unknown += 1
        else:
            found.append((text, label))
    return LabelledSheet(found, unknown, filled.faults)


def together(sheets: Iterable[LabelledSheet]) -> Labelled:
    """All sheets' texts, the same whatever their order. Nobody knows who is right of two."""
    said = defaultdict[str, set[bool]](set)
    for sheet in sheets:
        for text, label in sheet.labels:
            said[text].add(label)
    texts = tuple(sorted(text for text, found in said.items() if len(found) == 1))
    return Labelled(texts, tuple(True in said[text] for text in texts), len(said) - len(texts))


def _label(marks: Marks, name: ModelName) -> bool | None:
    """What a row says; None where it says nothing. "tidak jelas" is not "negatif", as in shares."""
    return marks.complaint if name == "keluhan" else marks.label == "negatif"


def _texts(content: bytes) -> dict[int, str]:
    """The folded texts of a sheet that ``read_sheet`` read, by the numbers of their rows."""
    rows = _rows(content)
    header = next(number for number in rows if _is_header(rows[number]))
    names = _names(rows[header])
    if "teks" not in names:
        raise SheetError("kolom teks tidak ada; pakai lembar dari labels sheet")
    column = names.index("teks")
    below = {n: cells[column] for n, cells in rows.items() if n > header and len(cells) > column}
    return {number: text for number, cell in below.items() if (text := _text(cell))}


def _rows(content: bytes) -> Mapping[int, Sequence[Any]]:
    """The rows of the sheet that ``read_sheet`` took: the first with its header."""
    if kind_of(content) != "XLSX":
        return dict(enumerate(read_csv(content, _is_header), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the library cannot show
        return next(
            sheet.rows
            for sheet in workbook.sheets(content)
            if any(map(_is_header, [*sheet.rows.values()][:FIRST_LINES]))
        )


def _text(cell: Any) -> str:
    """A cell's text, folded; empty where it holds none, or not what it shows."""
    if not isinstance(cell, str) or isinstance(cell, UnreadableValue) or clean(cell) == NO_TEXT:
        return ""
    return folded(cell)


def _is_header(cells: Sequence[Any]) -> bool:
    return {*_COLUMNS} <= {*_names(cells)}


def _names(cells: Sequence[Any]) -> list[str]:
    return ["" if cell is None else clean(str(cell)).casefold() for cell in cells]
