"""What listening beside the ranking found, as far as pages are made of it.

The index names every week and month; only the latest of them are read for the living pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from functions.store.agency.listening import ListeningDocuments, ListeningIndex
from functions.store.insights import Insights
from functions.store.issues import Issues
from functions.store.shares import Shares

RECENT = 2  # weeks: the running one, and the one before while the new one has nothing to tell
_LOOKED_AT = 3  # months, for one of which nothing changes any more
_WEEK = re.compile(r"\d{4}-W\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the living pages tell of issues and insights.

    ``weeks`` and ``months`` are all that there are, the latest first. ``issues``: the latest weeks
    that can be read, the latest first; ``insights``: the latest month, and the latest of which
    nothing changes any more where that is another. ``share_months`` and ``shares``: the same of
    shares of labels, of which the latest two are read.
    """

    weeks: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    issues: tuple[Issues, ...] = ()
    insights: tuple[Insights, ...] = ()
    share_months: tuple[str, ...] = ()
    shares: tuple[Shares, ...] = ()

    @property
    def shown(self) -> Issues | None:
        """The latest week that has something to tell, else the latest; None where there is none."""
        telling = (each for each in self.issues if has_something(each))
        return next(telling, next(iter(self.issues), None))


def weeks_of(told: Mapping[str, str]) -> tuple[str, ...]:
    """The weeks of an index, the latest first; what is no week's name is left out."""
    return tuple(sorted((name for name in told if is_week(name)), reverse=True))


def months_of(told: Mapping[str, str]) -> tuple[str, ...]:
    """The months of an index, the latest first; what is no month's name is left out."""
    return tuple(sorted((name for name in told if _MONTH.fullmatch(name)), reverse=True))


def is_week(name: str) -> bool:
    """Whether a name is a week's of the calendar, as ISO 8601 writes it (``2026-W41``)."""
    if not _WEEK.fullmatch(name):
        return False
    try:
        for day in (1, 7):
            date.fromisocalendar(int(name[:4]), int(name[6:]), day)
    except ValueError:
        return False
    return True


def has_something(issues: Issues) -> bool:
    """Whether a week has anything to tell."""
    told = (issues.terms, issues.narratives, issues.campaigns, issues.clarifications)
    return any(told)


def read_heard(agency: ListeningDocuments, index: ListeningIndex) -> Heard:
    """Read the latest weeks and months of an index."""
    weeks, months = weeks_of(index.weeks), months_of(index.months)
    issues = (read_issues(agency, week) for week in weeks[:RECENT])
    share_months = months_of(index.shares)
    shares = (read_shares(agency, month) for month in share_months[:RECENT])
    return Heard(
        weeks=weeks,
        months=months,
        share_months=share_months,
        shares=tuple(each for each in shares if each is not None),
        issues=tuple(each for each in issues if each is not None),
        insights=tuple(_insights(agency, months[:_LOOKED_AT])),
    )


def read_issues(agency: ListeningDocuments, week: str) -> Issues | None:
    """A week's issues; None where there are none that can be read, or they are another week's."""
    found = agency.issues(week)
    return found if found is not None and found.week == week else None


def read_insights(agency: ListeningDocuments, month: str) -> Insights | None:
    """A month's insights; None where there are none that can be read, or another month's."""
    found = agency.insights(month)
    return found if found is not None and found.month == month else None


def read_shares(agency: ListeningDocuments, month: str) -> Shares | None:
    """A month's shares; None where there are none that can be read, or another month's."""
    found = agency.shares(month)
    return found if found is not None and found.month == month else None


def _insights(agency: ListeningDocuments, months: tuple[str, ...]) -> Iterator[Insights]:
    """The latest month's, and those after which nothing changes; reads no further than that."""
    is_first = True
    for month in months:
        found = read_insights(agency, month)
        if found is None:
            continue
        if is_first or found.is_over:
            yield found
        if found.is_over:
            return
        is_first = False
