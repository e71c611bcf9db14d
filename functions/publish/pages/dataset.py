"""What search engines for data read of a page: schema.org/Dataset as JSON-LD.

It stands in a ``script`` element of a type that no browser runs, so that the page's security policy
has nothing against it. Its addresses are absolute: without a public address there is none.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from functions.model import iso, month_bounds
from functions.publish.files import registry_now, series
from functions.publish.files.names import NAMES
from functions.publish.pages.context import Context
from functions.publish.pages.paths import month_path
from functions.publish.text import formats, words
from functions.publish.text.plain import plain
from functions.store.agency.months import MonthRecord

_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gz": "application/gzip",
}
_MEASURED = ("Interaksi 24 Jam", "jumlah unggahan", "peringkat", "tingkat keterlibatan")
# What a data block in HTML must not hold: the end of its element, or what begins a comment.
_ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def month_dataset(context: Context, record: MonthRecord) -> Markup | None:
    """A month's tables; None without a public address."""
    m, ranking = context.material, record.ranking
    page = context.absolute(month_path(ranking.month))
    if page is None:
        return None
    begin, end = month_bounds(ranking.month, m.zone)
    month, state = formats.month(ranking.month), words.MONTH_STATE[ranking.state].lower()
    days = [each.astimezone(m.zone).date().isoformat() for each in (begin, end - timedelta(days=1))]
    folder = f"data/{ranking.month}"
    if ranking.state == "final":
        folder += f"/r{ranking.revision}"
    held = m.files.get(ranking.month, {})
    return _block(
        _about(
            context,
            f"Peringkat media sosial satuan kerja {m.agency.name}, {month}",
            f"Akun Terpopuler dan Akun Teraktif satuan kerja {m.agency.name} pada {month} "
            f"({state}): peringkat, setiap unggahan dengan Interaksi 24 Jam-nya, keputusan dan "
            "sanggahan, serta buktinya. Dari angka publik; bukan ukuran mutu layanan.",
            page,
        )
        | {
            "identifier": f"sha256:{record.digest}",
            "version": f"r{ranking.revision}",
            "dateModified": iso(ranking.as_of),
            "temporalCoverage": "/".join(days),
            "isPartOf": {"@type": "Dataset", "@id": context.absolute("data/")},
            "distribution": [
                _download(context, f"{folder}/{name}")
                for name in NAMES
                if _kind(name) in _TYPES
                if name in held
            ],
        }
    )


def series_dataset(context: Context) -> Markup | None:
    """All months together; None without a public address or before the first month."""
    m = context.material
    page = context.absolute("data/")
    if page is None or not m.index:
        return None
    first, last = min(m.index), max(m.index)
    paths = [series.PATH, registry_now.PATH] if m.has_finals else [registry_now.PATH]
    return _block(
        _about(
            context,
            f"Peringkat media sosial satuan kerja {m.agency.name}",
            f"Semua bulan: peringkat resmi dan tiap platform satuan kerja {m.agency.name}, setiap "
            "unggahan dengan Interaksi 24 Jam-nya, dan bukti yang menjadi dasarnya.",
            page,
        )
        | {
            "temporalCoverage": f"{first}/{last}",
            "distribution": [_download(context, path) for path in paths],
            "hasPart": [
                {"@type": "Dataset", "@id": context.absolute(month_path(month))}
                for month in m.newest_first[:_PARTS]
            ],
        }
    )


_PARTS = 12  # months that the page of all data names


def _about(context: Context, name: str, description: str, page: str) -> dict[str, Any]:
    imprint, agency = context.material.imprint, context.material.agency
    maker: dict[str, Any] = {"@type": "Organization", "name": plain(imprint.office or agency.name)}
    if imprint.contact.startswith("https://"):
        maker["url"] = imprint.contact
    elif imprint.contact:
        maker["email"] = imprint.contact
    if imprint.office:
        maker["parentOrganization"] = {"@type": "Organization", "name": plain(agency.name)}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": page,
        "url": page,
        "name": plain(name),
        "description": plain(description),
        "inLanguage": "id",
        "license": imprint.licence_url or plain(imprint.licence),
        "isAccessibleForFree": True,
        "creator": maker,
        "publisher": maker,
        "spatialCoverage": "Indonesia",
        "measurementTechnique": context.absolute("metode/"),
        "variableMeasured": list(_MEASURED),
    }


def _download(context: Context, path: str) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": path.rpartition("/")[2],
        "encodingFormat": _TYPES[_kind(path)],
        "contentUrl": context.absolute(path),
    }


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


def _block(told: dict[str, Any]) -> Markup:
    return Markup(json.dumps(told, ensure_ascii=False, indent=1).translate(_ESCAPED))
