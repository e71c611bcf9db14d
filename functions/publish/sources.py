"""What files are made from, as digests: a file whose source is as it was need not be made again.

A page follows from its model and this room's code alone, a month's data files from its evidence and
the code. What a whole site follows from is one digest more: while that is the same, as at night
when nobody posts, a run neither reads months nor builds models.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from functions.model import Agency, Roster
from functions.publish.imprint import Imprint
from functions.settings import Settings
from functions.store.agency.listening import ListeningIndex
from functions.store.agency.months import MonthIndex

if TYPE_CHECKING:
    from functions.publish.files.month_files import PostLine
    from functions.publish.pages.context import Page

HERE = Path(__file__).parent
TEMPLATES = HERE.parents[1] / "site_templates"


def of_page(model: Page) -> str:
    """Of a page."""
    # Models are frozen structs of plain values: their repr says all of them.
    return _digest(code(), repr(model))


def of_posts(lines: Sequence[PostLine]) -> str:
    """Of a satker's posts of a month as files."""
    return _digest(code(), "posts", repr(lines))


def of_data(digest: str, revision: int, agency: Agency, imprint: Imprint) -> str:
    """Of a month's data files. ``digest``: its evidence's, from which all numbers follow."""
    return _digest(code(), "data", digest, str(revision), repr(agency), repr(imprint))


def of_told(told: str, rest: str = "") -> str:
    """Of what an index tells by a digest, so that it is known again (``is_told``).

    ``rest``: of what else.
    """
    return f"{told}:{rest}"


def is_told(source: str, told: str) -> bool:
    """Whether something was made of what an index tells, whatever else it was made of."""
    return source.startswith(of_told(told))


def of_across(
    week: str,
    told: Mapping[str, str],
    everybody: Iterable[Agency],
    imprint: Imprint,
    settings: Settings,
) -> str:
    """Of the page over all agencies. ``told``: what each one's index says of the week."""
    return _digest(code(), week, repr([told, [*everybody], imprint, settings.site_url]))


def of_site(
    agency: Agency,
    index: MonthIndex,
    roster: Roster,
    incomplete: Mapping[str, str],
    imprint: Imprint,
    papers: Mapping[str, str],
    settings: Settings,
    listening: Mapping[str, ListeningIndex] | None = None,
    privacy: Sequence[object] = (),
    *,
    now: datetime,
    simulation: bool,
    everybody: Iterable[Agency],
) -> str:
    """Of all pages and files together. ``listening``: by agency, what is told of weeks and months.
    ``privacy``: what is said beside figures of comments.

    Of ``now`` only what pages follow from: the day in the agency's zone, the months that were
    ranked by then, and who is registered.
    """
    units = [*roster.satker, *roster.former]
    registered = [(each.valid_from, each.valid_to) for each in units]
    registered += [(each.valid_from, each.valid_to) for each in roster.accounts]
    told: list[Any] = [
        agency,
        [*everybody],
        index,
        roster,
        dict(incomplete),
        imprint,
        dict(papers),
        dict(listening or {}),
        [*privacy],
        [settings.notice, settings.site_url, simulation],
        now.astimezone(agency.zone).date(),
        [month.as_of <= now for month in index.months.values()],
        [
            (begin is None or begin <= now, end is not None and end <= now)
            for begin, end in registered
        ],
    ]
    return _digest(code(), *(msgspec.json.encode(each, order="sorted").decode() for each in told))


def of_private(agency: Agency, place: str, day: str, made_of: object) -> str:
    """Of files for staff: where they go, the day, and plain values of which they are made."""
    return _digest(code(), "private", repr(agency), place, day, repr(made_of))


def _digest(*values: str) -> str:
    digest = hashlib.sha256()
    for value in values:
        digest.update(f"{value}\0".encode(errors="surrogatepass"))
    return digest.hexdigest()[:32]


@lru_cache(1)
def code() -> str:
    """Of everything that pages and files are made with."""
    files: Iterable[Path] = (*HERE.rglob("*.py"), *TEMPLATES.rglob("*"))
    digest = hashlib.sha256(f"jinja2 {version('jinja2')}".encode())
    for file in sorted(file for file in files if file.is_file()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
