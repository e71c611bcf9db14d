"""Rows as CSV and as XLSX: the same columns, the same cells, the same bytes each time.

CSV is UTF-8 with a byte order mark (without it Excel reads Indonesian names in the wrong
encoding), commas, CRLF, a point for decimals and empty cells for null: any program reads it; for
Excel there is the XLSX. In CSV, a text cell that a spreadsheet would take for a formula gets an
apostrophe in front; XLSX cells carry their type. Excel keeps 15 digits of a number, so the XLSX
formats columns of ids as text: an id stays whole even when somebody edits or pastes its cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

Cell = str | int | float | bool | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field name, what it means (in Indonesian), its width in characters.

    ``is_id``: it holds a platform's ids, or names that people chose, which may be all digits.
    """

    name: str
    meaning: str
    width: int = 14
    is_id: bool = False


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    created: datetime,
) -> bytes:
    """The table as a workbook: a sheet of rows, and one that says what the columns mean."""
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    workbook = Workbook(buffer, options | {"strings_to_urls": False})
    # The library would write today's date, and other bytes each time.
    workbook.set_properties({"title": title, "created": created.replace(tzinfo=None)})
    bold = workbook.add_format({"bold": True, "bottom": 1})
    as_text = workbook.add_format({"num_format": "@"})
    forms = [as_text if column.is_id else None for column in columns]
    sheet = workbook.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width, forms[position])
        sheet.write_string(0, position, column.name, bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for position, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(last, position, cell)
            elif isinstance(cell, str):
                sheet.write_string(last, position, cell, forms[position])
            elif cell is not None:
                sheet.write_number(last, position, cell)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    legend = workbook.add_worksheet("keterangan")
    legend.set_column(0, 0, 20)
    legend.set_column(1, 1, 100)
    for line, column in enumerate(columns):
        legend.write_string(line, 0, column.name, bold)
        legend.write_string(line, 1, column.meaning)
    workbook.close()
    return buffer.getvalue()


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
