"""A month's life: open, then closing (objections), then final. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from functions.model import MonthState, iso, month_bounds, month_of, next_month
from functions.score.rules.calendar import after_working_days
from functions.store.evidence import Objection
from functions.thresholds import SETTLED

OBJECTION_DAYS = 3  # full working days
_NEVER = datetime.min.replace(tzinfo=UTC)


def closing_begins(month: str, zone: ZoneInfo) -> datetime:
    """When the last post of the month has passed every usable read: its end + 30 h."""
    return month_bounds(month, zone)[1] + SETTLED


def closing_ends(
    month: str, zone: ZoneInfo, holidays: Container[date], days: int = OBJECTION_DAYS
) -> datetime:
    """When the time for objections is over: ``days`` full working days after closing starts."""
    return after_working_days(closing_begins(month, zone), days, zone, holidays)


def certain(now: datetime, clock: datetime, read_until: datetime | None) -> datetime:
    """The newest instant that has certainly passed; what cannot be undone goes by it.

    ``now`` may be given by hand, and the computer's ``clock`` may be wrong. So a collection must
    have ended after the instant too, by the platforms' clocks (``read_until``; None: none ended).
    """
    return min(now, clock, read_until or _NEVER)


def state_at(
    certain: datetime,
    closes_at: datetime | None,
    *,
    incomplete: bool = False,
    contested: bool = False,
) -> MonthState:
    """The month's state at the instant ``certain``.

    ``closes_at`` None: closing has not started. An incomplete month is published but never becomes
    final; an undecided objection (``contested``) holds closing open.
    """
    if closes_at is None:
        return "open"
    return "closing" if certain < closes_at or incomplete or contested else "final"


def waiting(due: datetime, now: datetime, clock: datetime, certain: datetime) -> str | None:
    """Why something that was due by ``now`` must wait; None when it is done or not due."""
    if not certain < due <= now:
        return None
    if clock < due:
        return f"this computer's clock has not reached {iso(due)}"
    return f"no collection has ended since {iso(due)} by the platforms' clocks; kiprah collect"


def is_contested(objections: Iterable[Objection], closes_at: datetime | None) -> bool:
    """Whether an objection that came in time is undecided."""
    return any(objection.holds_open(closes_at) for objection in objections)


def is_incomplete(month: str, zone: ZoneInfo, began_at: datetime) -> bool:
    """Whether collection began after the month's first day."""
    return began_at >= month_bounds(month, zone)[0] + timedelta(days=1)


def months_between(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[str]:
    """The months from one instant's to another's, oldest first."""
    month, end = month_of(first, zone), month_of(last, zone)
    while month <= end:
        yield month
        month = next_month(month)
