"""A month's tables described for programs: ``datapackage.json`` (datapackage.org, 2.0).

It lies beside the tables, names them by their plain names, and so is the same in the folder of the
latest files and in that of a frozen revision.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from functions.model import Agency, Ranking, iso
from functions.publish.files.tables import COMMA, SEMICOLON, Column, Dialect
from functions.publish.imprint import Imprint
from functions.publish.text import formats, words
from functions.publish.text.plain import plain

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_LICENCE = re.compile(r"CC(0|[ -]BY(?:-SA)?)[ -](\d\.\d)")
_DIALECTS: tuple[tuple[str, Dialect, str], ...] = (
    ("", COMMA, "pemisah koma dan titik desimal"),
    (
        ".titik-koma",
        SEMICOLON,
        "pemisah titik koma dan koma desimal, untuk Excel berbahasa Indonesia",
    ),
)


class PackagedTable(NamedTuple):
    """A table of the month: its name, what it holds, its columns, and which of them tell its rows
    apart (none: no row needs to be unique)."""

    name: str
    title: str
    columns: Sequence[Column]
    key: Sequence[str]


def data_package(
    ranking: Ranking,
    digest: str,
    agency: Agency,
    imprint: Imprint,
    tables: Sequence[PackagedTable],
    files: Mapping[str, bytes],
) -> bytes:
    """``datapackage.json`` of a month.

    Args:
        digest: SHA-256 of the month's evidence.
        tables: what is described; each lies in ``files`` in both dialects of CSV.
        files: the month's files by name.
    """
    month = formats.month(ranking.month)
    state = words.MONTH_STATE[ranking.state].lower()
    package = {
        "$schema": _PROFILE,
        "name": _code(f"kiprah-{agency.id}-{ranking.month}"),
        "id": f"sha256:{digest}",
        "title": plain(f"Peringkat media sosial satuan kerja {agency.name}, {month}"),
        "description": plain(
            f"Akun Terpopuler dan Akun Teraktif satuan kerja {agency.name} pada {month} ({state}, "
            f"revisi {ranking.revision}), setiap unggahan dengan Interaksi 24 Jam-nya, dan "
            "keputusan serta sanggahannya. Bukan ukuran mutu layanan."
        ),
        "version": f"{ranking.revision}.0.0",
        "created": iso(ranking.as_of),
        "keywords": ["media sosial", "peringkat", "satuan kerja"],
        "licenses": [_licence(imprint)],
        "sources": [{"title": "Angka publik setiap unggahan, dibaca lewat API resmi platformnya"}],
        "contributors": [_publisher(agency, imprint)],
        "resources": [each for table in tables for each in _resources(table, files)],
    }
    return json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n"


def _resources(table: PackagedTable, files: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    for suffix, dialect, said in _DIALECTS:
        path = f"{table.name}{suffix}.csv"
        body = files[path]
        yield {
            "name": _code(f"{table.name}{suffix}"),
            "type": "table",
            "path": path,
            "title": f"{table.title} ({said})",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(body),
            "hash": f"sha256:{hashlib.sha256(body).hexdigest()}",
            "dialect": {"delimiter": dialect.delimiter, "lineTerminator": "\r\n"},
            "schema": {
                "fields": [_field(column, dialect) for column in table.columns],
                "missingValues": [""],
                **({"primaryKey": list(table.key)} if table.key else {}),
            },
        }


def _field(column: Column, dialect: Dialect) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": column.kind,
        "description": column.meaning,
    }
    if column.kind == "number":
        field["decimalChar"] = dialect.decimal
    if column.values:
        field["constraints"] = {"enum": list(column.values)}
    return field


def _licence(imprint: Imprint) -> dict[str, str]:
    """Named as opendefinition.org names it, where it is one of Creative Commons."""
    known = _LICENCE.fullmatch(imprint.licence.strip())
    name = f"CC{known[1].replace(' ', '-')}-{known[2]}" if known else imprint.licence
    found = {"name": _code(name, lower=False), "title": plain(imprint.licence)}
    return found | ({"path": imprint.licence_url} if imprint.licence_url else {})


def _publisher(agency: Agency, imprint: Imprint) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": plain(imprint.office or agency.name),
        "organization": plain(agency.name),
        "roles": ["publisher"],
    }
    if imprint.contact:
        is_page = imprint.contact.startswith("https://")
        found["path" if is_page else "email"] = imprint.contact
    return found


def _code(text: str, *, lower: bool = True) -> str:
    """A name as the profile wants it: letters, digits, ``-``, ``_`` and ``.`` alone."""
    plain_name = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-") or "tanpa-nama"
    return plain_name.lower() if lower else plain_name
