"""The registry as a file that comes in again as it is: rows of cells, and those as CSV.

A value that a cell cannot hold – a list where a text belongs, a number that is no name – is written
as a spreadsheet's error, which an import refuses: so no broken field is cleared by its export.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from functions.model import PLATFORMS, Platform, iso
from functions.parsing.cleaning import without_invisible
from functions.registry.columns import HEADER
from functions.registry.fields import COLUMNS, fields_of
from functions.registry.overlay import means_the_same, name_means_the_same
from functions.registry.typed_accounts import accounts_of, handle_of
from functions.registry.values import is_empty

# By agency (empty: there is only one) and satker id.
Registries = Mapping[str, Mapping[str, Mapping[str, Any]]]

UNREADABLE = "#N/A"
LONGEST = 30_000  # characters of a cell; spreadsheets cut behind some more
# What a spreadsheet takes for the beginning of a formula, also out of a CSV file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(documents: Registries) -> Iterator[dict[str, str]]:
    """A row of cells for each unit, in the order of the documents."""
    for agency, held in documents.items():
        for satker_id, document in held.items():
            fields = fields_of(document).values
            cells = {column: _cell(field, fields.get(field)) for field, column in COLUMNS.items()}
            accounts = accounts_of(fields)
            cells |= {p: _accounts(p, accounts.get(p, [])) for p in PLATFORMS}
            cells |= {"id": _whole(satker_id), "instansi": agency}
            yield {
                column: cell if len(cell) <= LONGEST else UNREADABLE
                for column, cell in cells.items()
            }


def write_csv(documents: Registries) -> bytes:
    """The registry as CSV in UTF-8; text that looks like a formula has an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, HEADER, lineterminator="\n")
    writer.writeheader()
    for row in rows(documents):
        writer.writerow({column: harmless(cell) for column, cell in row.items()})
    return buffer.getvalue().encode()


def harmless(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cell(field: str, value: Any) -> str:
    items = value if field == "notify" and isinstance(value, list | tuple) else [value]
    text = "; ".join(filter(None, map(_text, items)))
    return text if means_the_same(field, text, value) else UNREADABLE


def _accounts(platform: Platform, items: Sequence[Any]) -> str:
    names = [handle_of(item) for item in items]
    if any(is_empty(name) and not is_empty(item) for name, item in zip(names, items, strict=True)):
        return UNREADABLE  # times of registration, say, without a handle
    typed = [name for name in names if not is_empty(name)]
    cell = ";".join(map(_text, typed))
    parts = [part for part in cell.split(";") if not is_empty(part)]
    is_same = len(parts) == len(typed) and all(
        name_means_the_same(platform, *pair) for pair in zip(parts, typed, strict=True)
    )
    return cell if is_same else UNREADABLE


def _text(value: Any) -> str:
    """A value as it was typed; a date that was picked in the console is an instant."""
    if is_empty(value):
        return ""
    if isinstance(value, datetime):
        return iso(value) if value.tzinfo else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool) or not isinstance(value, str | int | date):
        return UNREADABLE
    return _whole(str(value))


def _whole(text: str) -> str:
    """On one line, without what nobody sees and no file can hold: it is read the same."""
    line = " ".join(without_invisible(text).split())
    return line.encode("utf-8", "replace").decode()
