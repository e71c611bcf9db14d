"""What listening beside the ranking found, as far as pages are made of it.

The index names every week and month; only the latest of them are read for the living pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from operator import attrgetter
from typing import TypeVar

import msgspec

from functions.store.agency.listening import ListeningDocuments, ListeningIndex
from functions.store.dialog import Dialog
from functions.store.insights import Insights
from functions.store.issues import Issues
from functions.store.listening_settings import Listening
from functions.store.shares import Shares

T = TypeVar("T", bound=Insights | Dialog)

RECENT = 2  # weeks: the running one, and the one before while the new one has nothing to tell
_LOOKED_AT = 3  # months, for one of which nothing changes any more
_WEEK = re.compile(r"\d{4}-W\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the living pages tell of issues, insights and answering.

    ``weeks``, ``months`` (of insights), ``dialog_months`` and ``share_months`` are all that there
    are, the latest first. ``issues``: the latest weeks that can be read, the latest first;
    ``insights`` and ``dialogs``: the latest month, and the latest of which nothing changes any more
    where that is another; ``shares`` of labels: the latest two months. ``notice_url``, ``dpo`` and
    ``samples``: the privacy notice, whom to ask, and how many texts are drawn in a month to be
    labelled, as admins typed them.
    """

    weeks: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    issues: tuple[Issues, ...] = ()
    insights: tuple[Insights, ...] = ()
    dialog_months: tuple[str, ...] = ()
    dialogs: tuple[Dialog, ...] = ()
    notice_url: str = ""
    dpo: str = ""
    samples: int = 0
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


def read_heard(agency: ListeningDocuments, index: ListeningIndex, wanted: Listening) -> Heard:
    """Read the latest weeks and months of an index. ``wanted``: what admins typed of listening."""
    weeks, months = weeks_of(index.weeks), months_of(index.months)
    dialogs = months_of(index.dialogs)
    issues = (read_issues(agency, week) for week in weeks[:RECENT])
    share_months = months_of(index.shares)
    shares = (read_shares(agency, month) for month in share_months[:RECENT])
    return Heard(
        weeks=weeks,
        months=months,
        share_months=share_months,
        shares=tuple(each for each in shares if each is not None),
        issues=tuple(each for each in issues if each is not None),
        insights=tuple(_latest(months, partial(read_insights, agency), attrgetter("is_over"))),
        dialog_months=dialogs,
        dialogs=tuple(_latest(dialogs, partial(read_dialog, agency), attrgetter("closed"))),
        notice_url=wanted.notice_url or "",
        dpo=wanted.dpo or "",
        samples=wanted.sample_texts,
    )


def read_issues(agency: ListeningDocuments, week: str) -> Issues | None:
    """A week's issues; None where there are none that can be read, or they are another week's."""
    found = agency.issues(week)
    return found if found is not None and found.week == week else None


def read_insights(agency: ListeningDocuments, month: str) -> Insights | None:
    """A month's insights; None where there are none that can be read, or another month's."""
    found = agency.insights(month)
    return found if found is not None and found.month == month else None


def read_dialog(agency: ListeningDocuments, month: str) -> Dialog | None:
    """A month's answering; None where there is none that can be read, or another month's."""
    found = agency.dialog(month)
    return found if found is not None and found.month == month else None


def read_shares(agency: ListeningDocuments, month: str) -> Shares | None:
    """A month's shares; None where there are none that can be read, or another month's."""
    found = agency.shares(month)
    return found if found is not None and found.month == month else None


def _latest(
    months: tuple[str, ...], read: Callable[[str], T | None], is_over: Callable[[T], bool]
) -> Iterator[T]:
    """The latest month's, and those after which nothing changes; reads no further than that."""
    is_first = True
    for month in months[:_LOOKED_AT]:
        found = read(month)
        if found is None:
            continue
        if is_first or is_over(found):
            yield found
        if is_over(found):
            return
        is_first = False
