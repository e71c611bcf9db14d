"""Issues and insights as files: what goes on changing, and weeks that are made once.

A week's page is made from its document: again while it is one of the latest, and otherwise only
when the document says something else or the page was lost. The index of all weeks tells that
without a look at any of them. Months' insights lie as data alone, made the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from functions.publish import sources
from functions.publish.heard import (
    RECENT,
    Heard,
    months_of,
    read_insights,
    read_issues,
    read_shares,
    weeks_of,
)
from functions.publish.pages.across import across_page
from functions.publish.pages.context import Context
from functions.publish.pages.issues import week_page
from functions.publish.pages.paths import ACROSS, insights_data, shares_data, week_data, week_path
from functions.publish.render import render
from functions.publish.site import Material
from functions.publish.targets.upload import SiteFile
from functions.publish.work import Work
from functions.store.agency import AgencyStore
from functions.store.agency.listening import ListeningDocuments
from functions.store.insights import Insights
from functions.store.issues import Issues
from functions.store.shares import Shares

_ACROSS = f"{ACROSS}index.html"


def week_pages(work: Work, heard: Heard) -> list[SiteFile]:
    """The pages of weeks that are not as they are to be, the oldest first.

    What cannot be read stays as it was published, or waits.
    """
    read = {issues.week: issues for issues in heard.issues}
    material = _material(work)
    found: list[SiteFile] = []
    before = None
    for week in reversed(heard.weeks):
        told, path = work.listening.weeks[week], _page_of(week)
        is_due = week in heard.weeks[:RECENT] or not _is_made(work, path, told)
        issues = (read.get(week) or read_issues(work.agency, week)) if is_due else None
        if issues is not None:
            model = week_page(Context(material, week_path(week)), issues, before)
            source = sources.of_told(told, sources.of_page(model))
            if work.held.source(path) != source:
                found.append(SiteFile(path, render({path: model})[path], source))
        if issues is not None or work.held.get(path) is not None:
            before = week
    return found


def listening_data(work: Work) -> list[SiteFile]:
    """The data files of weeks and months that are not as they are to be."""
    told = work.listening
    weeks, months, shares = told.weeks, told.months, told.shares
    return [
        *_data(work, weeks_of(weeks), weeks, week_data, read_issues),
        *_data(work, months_of(months), months, insights_data, read_insights),
        *_data(work, months_of(shares), shares, shares_data, read_shares),
    ]


def published(work: Work, heard: Heard, made: Iterable[SiteFile]) -> Heard:
    """With those weeks and months alone whose files are there, or are made now: pages lead to them.

    ``made``: what ``week_pages`` and ``listening_data`` gave.
    """
    paths = {file.path for file in made}

    def is_there(path: str) -> bool:
        return path in paths or work.held.get(path) is not None

    return msgspec.structs.replace(
        heard,
        weeks=tuple(week for week in heard.weeks if is_there(_page_of(week))),
        months=tuple(month for month in heard.months if is_there(insights_data(month))),
        share_months=tuple(m for m in heard.share_months if is_there(shares_data(m))),
    )


def _page_of(week: str) -> str:
    """The file of a week's page."""
    return f"{week_path(week)}index.html"


def _data(
    work: Work,
    names: tuple[str, ...],
    told: Mapping[str, str],
    path_of: Callable[[str], str],
    read: Callable[[ListeningDocuments, str], Issues | Insights | Shares | None],
) -> Iterator[SiteFile]:
    for name in names:
        path = path_of(name)
        if not _is_made(work, path, told[name]) and (found := read(work.agency, name)) is not None:
            body = msgspec.json.encode(found) + b"\n"
            yield SiteFile(path, body, sources.of_told(told[name]))


def _is_made(work: Work, path: str, told: str) -> bool:
    """Whether the site holds a file that was made of what is told now."""
    return sources.is_told(work.held.source(path), told)


def across_pages(work: Work) -> list[SiteFile]:
    """The page over all agencies, if it is not as it is to be; none on another site than the first
    one's, and without other agencies."""
    if not work.neighbours:
        return []
    told = {work.agency.id: work.listening, **work.neighbours}
    week = _common_week(index.weeks for index in told.values())
    digests = {each: index.weeks[week] for each, index in told.items() if week in index.weeks}
    source = sources.of_across(week, digests, work.run.everybody, work.imprint, work.run.settings)
    if work.held.source(_ACROSS) == source:
        return []
    read = {
        agency.id: issues
        for agency in work.run.everybody
        if agency.id in digests
        and (issues := read_issues(AgencyStore(work.agency.store, agency), week)) is not None
    }
    model = across_page(Context(_material(work), ACROSS), week, read)
    return [SiteFile(_ACROSS, render({_ACROSS: model})[_ACROSS], source)]


def _common_week(told: Iterator[Mapping[str, str]]) -> str:
    """The latest week that at least two agencies have, else the latest; empty without any."""
    held = Counter(week for weeks in told for week in weeks_of(weeks))
    return max(held, key=lambda week: (held[week] > 1, week), default="")


def _material(work: Work) -> Material:
    """What these pages are made in: they carry no notice of the day, and show no month."""
    return work.material(
        now=work.run.now,
        roster=work.roster,
        records={},
        ledgers={},
        named={},
        pending=frozenset(),
        files={},
        is_frozen=True,
    )
