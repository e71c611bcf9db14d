"""The registry as a file: CSV (comma or semicolon, with or without BOM) or XLSX, in and out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import zip_longest
from typing import Any

from functions.model import PLATFORMS, iso

HEADER = (
    "id",
    "nama",
    "singkatan",
    "jenis",
    "provinsi",
    "zona_waktu",
    *PLATFORMS,
    "website",
    "induk",
    "aktif_dari",
    "aktif_sampai",
    "instansi",
)
REQUIRED = ("id", "nama", "jenis")


class FileError(ValueError):
    """The file as a whole cannot be read; one line in Indonesian says why and what to do."""


def read(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    """The file's rows with their line numbers, cells by column; empty rows left out."""
    table = _xlsx(content) if name.lower().endswith(".xlsx") else _csv(content)
    filled = [number for number, cells in enumerate(table, 1) if any(c.strip() for c in cells)]
    if not filled:
        raise FileError("berkas kosong; baris pertama harus berisi nama kolom")
    header = [cell.strip().lower() for cell in table[filled[0] - 1]]
    _check_header(header)
    rows = []
    for number in filled[1:]:
        cells = table[number - 1]
        row = {column: "" for column in header if column}
        for column, cell in zip_longest(header, cells, fillvalue=""):
            # Spreadsheets export empty columns at the end; only what stands in one is surplus.
            if column or cell.strip():
                row[column] = cell.strip() if column else "surplus"
        rows.append((number, row))
    return rows


def write(documents: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The registry as CSV: what was imported comes out again."""
    return write_agencies({"": documents})


def write_agencies(documents: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> bytes:
    """As ``write``, for the documents of several agencies, each satker with its agency's id."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, HEADER, lineterminator="\n")
    writer.writeheader()
    for agency, held in documents.items():
        _write(writer, agency, held)
    return buffer.getvalue().encode()


def _write(
    writer: csv.DictWriter[str], agency: str, documents: Mapping[str, Mapping[str, Any]]
) -> None:
    for satker_id in documents:
        document = documents[satker_id]
        accounts = document.get("accounts")
        if not isinstance(accounts, Mapping):  # typed by hand: the roster tells the admin
            accounts = {}
        row = {
            "id": satker_id,
            "nama": document.get("name"),
            "singkatan": document.get("short_name"),
            "jenis": document.get("kind"),
            "provinsi": document.get("province"),
            "zona_waktu": document.get("timezone"),
            "website": document.get("website"),
            "induk": document.get("parent"),
            "aktif_dari": _moment(document.get("active_from")),
            "aktif_sampai": _moment(document.get("active_to")),
            "instansi": agency,
        }
        row |= {platform: ";".join(_names(accounts.get(platform))) for platform in PLATFORMS}
        writer.writerow({column: value or "" for column, value in row.items()})


def _names(given: Any) -> Iterable[str]:
    handles = given if isinstance(given, list) else [given] if given else []
    return [str(h.get("handle", "")) if isinstance(h, Mapping) else str(h) for h in handles]


def _moment(given: Any) -> Any:
    """A date as it was typed; one that was picked in the console is an instant."""
    return iso(given) if isinstance(given, datetime) else given


def _check_header(header: list[str]) -> None:
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        raise FileError(
            f"kolom {', '.join(missing)} tidak ada; baris pertama harus: {','.join(HEADER[:12])}"
        )
    unknown = [column for column in header if column and column not in HEADER]
    if unknown:
        raise FileError(
            f"kolom {', '.join(unknown)} tidak dikenal; kolom yang ada: {','.join(HEADER)}"
        )
    if twice := {column for column in header if column and header.count(column) > 1}:
        raise FileError(f"kolom {', '.join(sorted(twice))} tertulis dua kali")


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError("berkas bukan UTF-8; simpan sebagai 'CSV UTF-8' lalu coba lagi") from None
    if "\0" in text:
        raise FileError("berkas bukan CSV; simpan sebagai 'CSV UTF-8' lalu coba lagi")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileError(f"berkas CSV rusak ({error}); periksa tanda kutipnya") from None


def _xlsx(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
        rows = [] if sheet is None else list(sheet.iter_rows(values_only=True))
    except Exception:
        # The library lets through whatever a damaged file provokes: errors of zip, zlib and XML,
        # of missing parts and of attributes that are none.
        raise FileError("berkas bukan XLSX; simpan ulang dari Excel atau pakai CSV") from None
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "date"):
        return str(value.date().isoformat())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
