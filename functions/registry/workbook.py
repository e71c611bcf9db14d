"""A workbook's sheets as tables of cells: what is in them, whatever the file says about itself.

A cell whose value is not what it shows becomes ``Unreadable`` with the reason: a formula without a
stored result, an error, a number too long for a spreadsheet, a date where a name belongs, one of
several merged cells. So it is a problem of its row, never an empty cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from time import process_time
from typing import Any, NamedTuple

from functions.parsing.tables import FIRST_LINES
from functions.registry.values import EXACT_FLOAT, UnreadableValue

MOST_UNPACKED = 64 * 1024 * 1024  # bytes of XML; a sheet of 1,000 units has 1 MB
MOST_ROWS = 20_000  # that hold anything, below the header
LAST_ROW = 1_048_576  # of any spreadsheet
MOST_COLUMNS = 500
MOST_SECONDS = 60.0  # of the processor: a busy machine refuses no file
MOST_SHEETS = 50

_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})\""
)
_TEXT = "format selnya sebagai teks lalu isi ulang"
NO_RESULT = "berisi rumus tanpa hasil; salin lalu tempel sebagai nilai (paste values)"
EMPTY_RESULT = "berisi rumus yang hasilnya 0; salin lalu tempel sebagai nilai, atau kosongkan"
ERROR = "berisi kesalahan {}; perbaiki rumusnya atau kosongkan"
MERGED = "adalah bagian sel gabungan; pisahkan selnya (unmerge) dan isi masing-masing"

SheetRow = list[Any]  # text, date, datetime, Unreadable or None


class TooLarge(ValueError):
    """More than a registry can hold; the words say what, in Indonesian."""


class Sheet(NamedTuple):
    """A sheet by its name, one of ``of``, with the rows that hold anything by their numbers."""

    name: str
    of: int
    rows: dict[int, SheetRow]


def sheets(content: bytes) -> Iterator[Sheet]:
    """The workbook's sheets: the one that was open when it was saved, then the visible, the hidden.

    Raises:
        TooLarge: it would take too much memory or time.
        Exception: whatever a damaged file provokes in the library.
    """
    from openpyxl import load_workbook

    ends = process_time() + MOST_SECONDS
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # The library unpacks no more of a packed part than the size that the part claims.
        if sum(part.file_size for part in archive.infolist() if _is_read(part)) > MOST_UNPACKED:
            raise TooLarge(
                "isi berkas terlalu besar; hapus baris, kolom dan format yang tidak perlu"
            )
    typed = load_workbook(io.BytesIO(content), read_only=True)
    worksheets = [sheet for sheet in typed.worksheets if hasattr(sheet, "reset_dimensions")]
    order = sorted(worksheets, key=lambda s: (s is not typed.active, s.sheet_state != "visible"))
    results = None
    for sheet in order[:MOST_SHEETS]:
        rows = _rows(sheet, ends)
        if any(cell.data_type == "f" for row in rows.values() for cell in row):
            results = results or load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            computed = _rows(results[sheet.title], ends)
        else:
            computed = rows
        plain = {n: _values(row, computed.get(n, ())) for n, row in rows.items()}
        _mark_merged(plain, content, sheet)
        yield Sheet(sheet.title, len(worksheets), plain)


def letter(position: int) -> str:
    """What a spreadsheet calls a column; ``position`` 0 is A."""
    from openpyxl.utils.cell import get_column_letter

    return get_column_letter(position + 1)


def _is_read(part: zipfile.ZipInfo) -> bool:
    """Pictures and the like are never unpacked."""
    return part.filename.lower().endswith((".xml", ".rels"))


def _rows(sheet: Any, ends: float) -> dict[int, Sequence[Any]]:
    """The rows that hold anything, by their numbers."""
    sheet.reset_dimensions()
    found: dict[int, Sequence[Any]] = {}
    for number, row in enumerate(sheet.iter_rows(), 1):
        if any(map(_holds, row)):
            found[number] = row[:MOST_COLUMNS]
            if beyond := next(filter(_holds, row[MOST_COLUMNS:]), None):
                found[number] = (*row[:MOST_COLUMNS], beyond)
        if number > LAST_ROW or len(found) > MOST_ROWS + FIRST_LINES:
            raise TooLarge(f"lebih dari {MOST_ROWS:,} baris berisi; sisakan satu baris per satker")
        if number % 1_000 == 0 and process_time() > ends:
            raise TooLarge("berkas terlalu lama dibaca; hapus baris dan format yang tidak perlu")
    return found


def _holds(cell: Any) -> bool:
    return cell.value is not None or cell.data_type == "f"


def _values(typed: Sequence[Any], computed: Sequence[Any]) -> SheetRow:
    results = [*computed, *[None] * (len(typed) - len(computed))]
    return [_value(cell, result) for cell, result in zip(typed, results, strict=False)]


def _value(cell: Any, result: Any) -> Any:
    """A cell as text or date, None when it is empty, or why it cannot be read."""
    kind, value = cell.data_type, cell.value
    if kind == "f":
        # An empty text is a formula's result (the cell is of type text); a missing result is not.
        if result is None or (result.value is None and result.data_type != "str"):
            return UnreadableValue(NO_RESULT)
        kind, value = result.data_type, result.value
        if kind == "n" and value == 0:
            return UnreadableValue(EMPTY_RESULT)
    if kind == "e":
        return UnreadableValue(ERROR.format(str(value)[:20]))
    return _plain(value)


def _plain(value: Any) -> Any:
    from openpyxl.utils.escape import unescape

    match value:
        case None | datetime() | date():
            return value
        case str():
            return unescape(value) if "_x" in value else value
        case bool():
            return UnreadableValue(f"berisi {str(value).upper()}; {_TEXT}")
        case time() | timedelta():
            return UnreadableValue(f"berisi jam; {_TEXT}")
        case int() | float() if value < 0 or value != value or value % 1:
            return UnreadableValue(f"berisi {value:.15g}, bukan bilangan bulat; {_TEXT}")
        case int() | float() if value >= EXACT_FLOAT:
            return UnreadableValue(
                f"berisi angka 16 digit atau lebih, yang tidak utuh lagi di lembar kerja; {_TEXT}"
            )
        case int() | float():
            return str(int(value))
    return UnreadableValue(f"tidak dapat dibaca; {_TEXT}")


def _mark_merged(rows: dict[int, SheetRow], content: bytes, sheet: Any) -> None:
    """Mark all merged cells but the first as unreadable: only the first holds what they show."""
    from openpyxl.utils.cell import range_boundaries

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = set(_MERGED.findall(archive.read(sheet._worksheet_path)))
    for reference in sorted(found)[:10_000]:
        left, top, right, bottom = (
            int(bound or 0) for bound in range_boundaries(reference.decode())
        )
        first = rows.get(top, [])
        if len(first) < left or first[left - 1] in (None, ""):
            continue
        # Cells merged within one row are a title; merged over rows they are somebody's value.
        for number in range(top + 1, min(bottom, max(rows, default=0)) + 1):
            if number in rows:
                row = rows[number]
                row += [None] * (right - len(row))
                for column in range(left - 1, right):
                    row[column] = row[column] or UnreadableValue(MERGED)
        for column in range(left, min(right, len(first))):
            first[column] = first[column] or UnreadableValue(MERGED)
