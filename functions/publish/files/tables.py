"""Rows as CSV and as XLSX: the same columns, the same cells, the same bytes each time.

CSV is UTF-8 with a byte order mark (without it Excel reads Indonesian names in the wrong
encoding), CRLF, and empty cells for null. It comes in two dialects: with commas and a point for
decimals, which any program reads, and with semicolons and a comma for decimals, which Excel opens
as a table where Windows is set to Indonesian. In CSV, a text cell that a spreadsheet would take for
a formula gets an apostrophe in front; XLSX cells carry their type. Excel keeps 15 digits of a
number, so the XLSX formats columns of ids as text: an id stays whole even when somebody edits or
pastes its cell. Half of a character, which no file can hold, becomes a question mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Cell = str | int | float | bool | None

# Of what kind a column's cells are; instants are texts as ISO 8601 writes them, in UTC.
Kind = Literal["string", "integer", "number", "boolean", "datetime"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field name, what it means (in Indonesian), its width in characters.

    ``is_id``: it holds a platform's ids, or names that people chose, which may be all digits.
    ``kind``: of its cells. ``values``: all that they may hold besides null; empty: anything.
    """

    name: str
    meaning: str
    width: int = 14
    is_id: bool = False
    kind: Kind = "string"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written: what parts its cells, and its decimals."""

    delimiter: str
    decimal: str


COMMA = Dialect(",", ".")
SEMICOLON = Dialect(";", ",")


def write_csv(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell]], dialect: Dialect = COMMA
) -> bytes:
    """The table as CSV."""
    return join_csv(
        [column.name for column in columns],
        (plain_cells(row, dialect) for row in rows),
        dialect,
    )


def plain_cells(row: Iterable[Cell], dialect: Dialect = COMMA) -> list[str | int]:
    """A row's cells as CSV holds them."""
    return [_plain(cell, dialect) for cell in row]


def join_csv(
    header: Sequence[str], rows: Iterable[Sequence[str | int]], dialect: Dialect = COMMA
) -> bytes:
    """A CSV file of cells that are written as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="replace")


def split_csv(body: bytes) -> tuple[list[str], list[list[str]]]:
    """The header and the cells of a file that ``write_csv`` wrote with commas, as they stand there.

    Raises:
        ValueError: it is none.
    """
    try:
        header, *rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"no CSV: {error}") from error
    return header, rows


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
                sheet.write_string(last, position, _whole(cell), forms[position])
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


def _plain(cell: Cell, dialect: Dialect) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(cell).replace(".", dialect.decimal)
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()
