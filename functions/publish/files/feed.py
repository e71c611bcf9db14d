"""``feed.xml``: the final rankings and their revisions, for feed readers (Atom, RFC 4287).

An entry is a month's newest revision. A revision is an entry of its own with its own id, so that
readers are told of it, and takes the place of the one that it corrects.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from functions.model import iso
from functions.publish.files.markup import DECLARATION, around, element
from functions.publish.imprint import Imprint
from functions.publish.pages.paths import FEED, month_path
from functions.publish.text import formats, points
from functions.publish.text.plain import plain
from functions.store.agency.months import MonthRecord

PATH = FEED
MOST = 24  # entries
_ATOM = "http://www.w3.org/2005/Atom"


def feed(records: Sequence[MonthRecord], agency: str, imprint: Imprint, address: str) -> bytes:
    """The feed, the latest month first.

    Args:
        records: final months, one at least, in any order.
        agency: whose site it is, by name.
        address: the public address of the site, with its slash.
    """
    newest = sorted(records, key=lambda record: record.ranking.month, reverse=True)[:MOST]
    return (
        DECLARATION
        + around(
            "feed",
            element("title", f"Peringkat media sosial {plain(agency)}: final dan revisi"),
            element("id", f"{address}{PATH}"),
            element("link", rel="self", type="application/atom+xml", href=f"{address}{PATH}"),
            element("link", rel="alternate", type="text/html", href=address),
            element("updated", iso(max(record.ranking.as_of for record in newest))),
            _author(agency, imprint),
            element("rights", plain(f"{imprint.licence} {imprint.licence_url}")),
            *(_entry(record, address) for record in newest),
            xmlns=_ATOM,
            **{"xml:lang": "id"},
        )
        + "\n"
    ).encode()


def _author(agency: str, imprint: Imprint) -> str:
    said = [element("name", plain(imprint.office or agency))]
    if imprint.contact.startswith("https://"):
        said.append(element("uri", imprint.contact))
    elif imprint.contact:
        said.append(element("email", imprint.contact))
    return around("author", *said)


def _entry(record: MonthRecord, address: str) -> str:
    ranking = record.ranking
    page = f"{address}{month_path(ranking.month)}"
    state = "final" if ranking.revision == 1 else f"revisi {ranking.revision}"
    folder = f"{address}data/{ranking.month}/r{ranking.revision}/"
    return around(
        "entry",
        element("title", f"Peringkat {formats.month(ranking.month)}: {state}"),
        element("id", entry_id(record)),
        element("updated", iso(ranking.as_of)),
        element("link", rel="alternate", type="text/html", href=page),
        element("link", rel="related", type="text/csv", href=f"{folder}ranking.csv"),
        element("summary", _summary(record), type="text"),
    )


def entry_id(record: MonthRecord) -> str:
    """The id of a revision of a month, which stays the same wherever the site moves to."""
    ranking = record.ranking
    name = f"kiprah {ranking.agency} {ranking.month} r{ranking.revision} {record.digest}"
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name.encode(errors='replace').decode())}"


def _summary(record: MonthRecord) -> str:
    """Who leads the official lists, and why a revision was made."""
    ranking = record.ranking
    said = [points.leaders(ranking.find(name)) for name in ("most_popular", "most_active")]
    if ranking.reason:
        said.append(f"Alasan revisi: {plain(ranking.reason)}")
    return " ".join(each for each in said if each) or "Belum ada unggahan yang dihitung."
