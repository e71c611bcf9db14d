"""A labelled sheet read back, from XLSX or CSV: each odd cell costs its own row, and is told."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from functions.listen.labels.sheet import HEADER, YES_OR_NO
from functions.parsing.cleaning import clean
from functions.parsing.nearest import nearest
from functions.parsing.tables import FIRST_LINES, MOST_BYTES, TableError, read_csv
from functions.registry import workbook
from functions.registry.kinds import kind_of
from functions.registry.values import UnreadableValue
from functions.store.fields import shown
from functions.store.labels import LABELS, Marks

MOST_ROWS = 5_000
_NEEDED = ("nomor", "label")
_CODE = re.compile(r"T[0-9a-f]{4,64}")
_YES = {"ya": True, "y": True, "tidak": False, "t": False}


class SheetError(ValueError):
    """The file as a whole cannot be read; one line in Indonesian says why and what to do."""


class Filled(NamedTuple):
    """What a sheet says.

    ``marks``: by code. ``rows``: the row of each. ``faults``: what is wrong, one Indonesian
    sentence a row. ``empty``: rows without a label, which go on waiting.
    """

    marks: Mapping[str, Marks]
    rows: Mapping[str, int]
    faults: tuple[str, ...]
    empty: int


def read_sheet(content: bytes) -> Filled:
    """The labels of a file.

    Raises:
        SheetError: it is none, or has no table with the columns that are needed.
    """
    lines = _lines(content)
    header = next((n for n in [*lines][:FIRST_LINES] if _is_header(lines[n])), None)
    if header is None:
        raise SheetError(f"kolom {', '.join(_NEEDED)} tidak ada; pakai lembar dari labels sheet")
    names = _names(lines[header])
    if twice := sorted({name for name in names if name in HEADER and names.count(name) > 1}):
        raise SheetError(f"kolom {', '.join(twice)} tertulis dua kali")
    below = {n: dict(zip(names, cells, strict=False)) for n, cells in lines.items() if n > header}
    if len(below) > MOST_ROWS:
        raise SheetError(f"lebih dari {MOST_ROWS:,} baris; sisakan yang dari labels sheet")
    return _filled(below)


def _filled(rows: Mapping[int, Mapping[str, Any]]) -> Filled:
    marks: dict[str, Marks] = {}
    places: dict[str, int] = {}
    faults: list[str] = []
    differing: set[str] = set()
    empty = 0
    for number, cells in rows.items():
        if not any(_text(cells.get(name)) for name in HEADER if name != "teks"):
            continue
        try:
            code, found = _code(cells), _marks(cells)
        except ValueError as error:
            faults.append(f"baris {number}: {error}")
            continue
        if found is None:
            empty += 1
        elif code not in marks:
            marks[code], places[code] = found, number
        elif marks[code] != found:
            faults.append(f"baris {number}: lain daripada baris {places[code]} dengan nomor sama")
            differing.add(code)
    for code in differing:  # nobody knows which one is meant
        del marks[code]
    return Filled(marks, places, tuple(faults), empty)


def _code(cells: Mapping[str, Any]) -> str:
    typed = _text(cells.get("nomor"))
    code = typed[:1].upper() + typed[1:].lower()
    if not _CODE.fullmatch(code):
        raise ValueError("nomor bukan dari labels sheet")
    return code


def _marks(cells: Mapping[str, Any]) -> Marks | None:
    """What a row says; None where nothing is filled in. ValueError says what is wrong with it.

    What stands in a cell is told only where it is nearly a label: it might be a citizen's text that
    slipped into another column.
    """
    cell = cells.get("label")
    typed = " ".join(_text(cell).casefold().split())
    rest = {name: _yes_or_no(name, cells.get(name)) for name in ("keluhan", "kasar")}
    for label in LABELS:
        if typed == label:
            return Marks(label=label, complaint=rest["keluhan"], abusive=rest["kasar"])
    if isinstance(cell, UnreadableValue):
        raise ValueError(f"label {cell}")
    if near := nearest(typed, LABELS):
        raise ValueError(f"label {shown(typed)} tidak dikenal; maksudnya {near}?")
    if typed:
        raise ValueError(f"label tidak dikenal; isi {', '.join(LABELS)}")
    if any(value is not None for value in rest.values()):
        raise ValueError("label kosong, padahal keluhan atau kasar diisi")
    return None


def _yes_or_no(name: str, cell: Any) -> bool | None:
    typed = _text(cell).casefold()
    if typed and typed not in _YES:
        raise ValueError(f"{name} harus {' atau '.join(YES_OR_NO)}, atau kosong")
    return _YES.get(typed)


def _text(cell: Any) -> str:
    return "" if cell is None else clean(str(cell))


def _is_header(cells: Sequence[Any]) -> bool:
    return {*_NEEDED} <= {*_names(cells)}


def _names(cells: Sequence[Any]) -> list[str]:
    return [_text(cell).casefold() for cell in cells]


def _lines(content: bytes) -> dict[int, Sequence[Any]]:
    """The rows of the sheet with the header, by their numbers."""
    if len(content) > MOST_BYTES:
        raise SheetError("berkas terlalu besar; pakai lembar dari labels sheet")
    kind = kind_of(content)
    if kind == "XLSX":
        return _xlsx(content)
    if kind == "kata sandi":
        raise SheetError("berkas terkunci kata sandi; simpan tanpa kata sandi lalu coba lagi")
    if kind is not None:
        raise SheetError(f"berkas bukan XLSX atau CSV melainkan {kind}; simpan sebagai XLSX")
    try:
        return dict(enumerate(read_csv(content, _is_header), 1))
    except TableError:
        raise SheetError("berkas bukan CSV; simpan sebagai XLSX lalu coba lagi") from None


def _xlsx(content: bytes) -> dict[int, Sequence[Any]]:
    try:
        with warnings.catch_warnings():
            # The library warns of what it cannot show: filters, checks of cells, odd dates.
            warnings.simplefilter("ignore")
            return next(_with_header(content), {})
    except workbook.TooLarge as error:
        raise SheetError(str(error)) from None
    except Exception:
        # A damaged file makes the library raise errors of many kinds; see registry/files.py.
        raise SheetError("berkas bukan XLSX; simpan ulang dari Excel atau pakai CSV") from None


def _with_header(content: bytes) -> Iterator[dict[int, Sequence[Any]]]:
    for sheet in workbook.sheets(content):
        first = [*sheet.rows.values()][:FIRST_LINES]
        if any(map(_is_header, first)):
            yield dict(sheet.rows)
