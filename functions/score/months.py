"""A month's life: open, then closing (objections), then final. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from functions.model import SETTLED, MonthState, month_bounds, month_of
from functions.score.calendar import after_working_days
from functions.store.evidence import Objection

OBJECTION_DAYS = 3  # full working days


def closing_begins(month: str, zone: ZoneInfo) -> datetime:
    """When the last post of the month has passed every usable read: its end + 30 h."""
    return month_bounds(month, zone)[1] + SETTLED


def closing_ends(
    month: str, zone: ZoneInfo, holidays: Container[date], days: int = OBJECTION_DAYS
) -> datetime:
    """When the time for objections is over: so many full working days after closing starts."""
    return after_working_days(closing_begins(month, zone), days, zone, holidays)


def state_at(
    now: datetime,
    month: str,
    zone: ZoneInfo,
    closes_at: datetime | None,
    *,
    incomplete: bool = False,
    contested: bool = False,
) -> MonthState:
    """The month's state.

    An incomplete month is published but never becomes final; an undecided objection (``contested``)
    holds closing open.
    """
    if now < closing_begins(month, zone) or closes_at is None:
        return "open"
    return "closing" if now < closes_at or incomplete or contested else "final"


def is_contested(objections: Iterable[Objection], closes_at: datetime | None) -> bool:
    """Whether an objection that came in time is undecided."""
    return any(
        objection.answer is None and (closes_at is None or objection.at < closes_at)
        for objection in objections
    )


def is_incomplete(month: str, zone: ZoneInfo, began_at: datetime) -> bool:
    """Whether collection began after the month's first day."""
    return began_at >= month_bounds(month, zone)[0] + timedelta(days=1)


def months_between(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[str]:
    """The months from one instant's to another's, oldest first."""
    month, end = month_of(first, zone), month_of(last, zone)
    while month <= end:
        yield month
        month = month_of(month_bounds(month, zone)[1], zone)
