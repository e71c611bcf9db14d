"""The registry read from a file: CSV (comma, semicolon or tab) or XLSX.

What spreadsheets put around a table is taken off here: a ``sep=`` line, a title or blank lines
before the header, invisible characters, another sheet that was open when the file was saved.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice, zip_longest
from typing import Any, NamedTuple

from functions.parsing.cleaning import clean
from functions.parsing.nearest import nearest
from functions.parsing.tables import (
    FIRST_LINES,
    MOST_BYTES,
    BinaryError,
    BrokenError,
    EncodingError,
    TooLongError,
    read_csv,
)
from functions.registry import workbook
from functions.registry.columns import DATES, HEADER, REQUIRED
from functions.registry.kinds import kind_of
from functions.registry.values import UnreadableValue

MOST_ROWS = workbook.MOST_ROWS

_SAVE_AS = "simpan sebagai XLSX atau 'CSV UTF-8' lalu coba lagi"


class FileError(ValueError):
    """The file as a whole cannot be read; one line in Indonesian says why and what to do."""


class Table(NamedTuple):
    """A file's rows: line numbers, and cells by column.

    A cell whose value is not what it shows is ``Unreadable``. Cells outside the columns appear as
    one cell of the column ``""``. ``sheet``: the sheet's name if the workbook has several.
    ``places``: what the file calls each column, with its letter in a sheet: ``G (Instagram)``.
    """

    rows: list[tuple[int, dict[str, str]]]
    sheet: str | None = None
    places: Mapping[str, str] = {}


def read(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of ``load``."""
    return load(content, name).rows


def load(content: bytes, name: str) -> Table:
    """The file's table, empty rows left out; ``FileError`` when there is none."""
    if len(content) > MOST_BYTES:
        raise FileError("berkas terlalu besar; sisakan satu baris per satker")
    kind = kind_of(content)
    if kind == "XLSX":
        return _xlsx(content)
    if kind is not None or name.lower().endswith((".xlsx", ".xlsm")):
        raise FileError(_foreign(content, name, kind))
    return _table(dict(enumerate(_csv(content), 1)))


def _foreign(content: bytes, name: str, kind: str | None) -> str:
    if kind == "kata sandi":
        return "berkas terkunci kata sandi; simpan tanpa kata sandi lalu coba lagi"
    what = "berkas bukan CSV" if name.lower().endswith((".csv", ".txt")) else "berkas bukan XLSX"
    if kind is None and content.strip() and b"\0" not in content:
        return f"{what} melainkan teks; beri nama .csv, atau simpan ulang dari Excel"
    is_named = kind not in (None, "ZIP")
    return f"{what}{f' melainkan {kind}' if is_named else ''}; {_SAVE_AS}"


def _table(
    lines: Mapping[int, Sequence[Any]], sheet: str | None = None, *, lettered: bool = False
) -> Table:
    """The table below the header: the first line with the columns that every header has."""
    filled = [number for number, cells in lines.items() if any(map(_holds, cells))]
    if not filled:
        raise FileError("berkas kosong; baris pertama harus berisi nama kolom")
    first = next(filter(lambda n: _is_header(lines[n]), filled[:FIRST_LINES]), filled[0])
    header = _header(lines[first])
    _check_header(header)
    below = [number for number in filled if number > first]
    if len(below) > MOST_ROWS:
        raise FileError(f"lebih dari {MOST_ROWS:,} baris berisi; sisakan satu baris per satker")
    places = _places(header, lines[first], lettered=lettered)
    return Table([(number, _row(header, lines[number])) for number in below], sheet, places)


def _places(header: Sequence[str], cells: Sequence[Any], *, lettered: bool) -> dict[str, str]:
    """Each column as the file spells it, behind the letter that a spreadsheet shows above it."""
    found = {}
    for position, (column, cell) in enumerate(zip(header, cells, strict=True)):
        if column:
            spelled = " ".join(clean(str(cell)).split())
            letter = workbook.letter(position) if lettered else ""
            found[column] = f"{letter} ({spelled})" if lettered else spelled
    return found


def _row(header: Sequence[str], cells: Sequence[Any]) -> dict[str, str]:
    row = {column: "" for column in header if column}
    for column, cell in zip_longest(header, cells, fillvalue=""):
        # Spreadsheets export empty columns at the end; only a filled cell there is surplus.
        if column or _holds(cell):
            row[column] = _cell(column, cell) if column else "surplus"
    return row


def _cell(column: str, cell: Any) -> str:
    if cell is None or isinstance(cell, UnreadableValue):
        return cell or ""
    if not isinstance(cell, date):
        return clean(cell)
    if column not in DATES:
        return UnreadableValue("berisi tanggal; format selnya sebagai teks lalu isi ulang")
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return cell.isoformat()


def _holds(cell: Any) -> bool:
    return bool(clean(cell)) if isinstance(cell, str) else cell is not None


def _header(cells: Sequence[Any]) -> list[str]:
    """Columns by their names, whatever their case, spaces or hyphens; empty where none is."""
    named = [
        "" if cell is None or isinstance(cell, UnreadableValue) else str(cell) for cell in cells
    ]
    columns = [re.sub(r"[\s-]+", "_", clean(name).lower()) for name in named]
    return ["x" if column == "twitter" else column for column in columns]


def _is_header(cells: Sequence[Any]) -> bool:
    return {*REQUIRED} <= {*_header(cells)}


def _check_header(header: list[str]) -> None:
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        raise FileError(
            f"kolom {', '.join(missing)} tidak ada; baris pertama harus: {','.join(HEADER[:12])}"
        )
    if unknown := [column for column in header if column and column not in HEADER]:
        meant = nearest(unknown[0], HEADER)
        hint = f"maksudnya {meant}? " if meant and len(unknown) == 1 else ""
        names = ", ".join(column[:40] for column in unknown[:10])
        raise FileError(f"kolom {names} tidak dikenal; {hint}kolom yang ada: {','.join(HEADER)}")
    if twice := {column for column in header if column and header.count(column) > 1}:
        raise FileError(f"kolom {', '.join(sorted(twice))} tertulis dua kali")


def _csv(content: bytes) -> list[list[str]]:
    try:
        return read_csv(content, _is_header)
    except EncodingError:
        raise FileError("berkas bukan UTF-8; simpan sebagai 'CSV UTF-8' lalu coba lagi") from None
    except BinaryError:
        raise FileError("berkas bukan CSV; simpan sebagai 'CSV UTF-8' lalu coba lagi") from None
    except TooLongError:
        raise FileError("berkas terlalu besar; sisakan satu baris per satker") from None
    except BrokenError as error:
        raise FileError(f"berkas CSV rusak ({error}); periksa tanda kutipnya") from None


def _xlsx(content: bytes) -> Table:
    """The first sheet with a registry's header; if none has it, the error of the open sheet."""
    try:
        with warnings.catch_warnings():
            # The library warns of what it cannot show: filters, checks of cells, odd dates.
            warnings.simplefilter("ignore")
            return _first_table(workbook.sheets(content))
    except workbook.TooLarge as error:
        raise FileError(str(error)) from None
    except FileError:
        raise
    except Exception:
        # A damaged file makes the library raise errors of many kinds: zip, zlib, XML, KeyError for
        # missing parts, AttributeError.
        raise FileError("berkas bukan XLSX; simpan ulang dari Excel atau pakai CSV") from None


def _first_table(sheets: Iterable[workbook.Sheet]) -> Table:
    refusals: list[FileError] = []
    for sheet in sheets:
        try:
            return _table(sheet.rows, sheet.name if sheet.of > 1 else None, lettered=True)
        except FileError as error:
            has_header = any(map(_is_header, islice(sheet.rows.values(), FIRST_LINES)))
            if has_header:
                raise
            refusals.append(error)
    raise refusals[0] if refusals else FileError("berkas kosong; tidak ada lembar kerja")
