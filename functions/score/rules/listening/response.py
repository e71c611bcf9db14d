"""Whether a question was answered in time: the rule for one thread.

Pure: no I/O, no clock. Time runs in working days of the unit's zone: Monday to Friday without
national holidays and cuti bersama. In Ramadan offices open for fewer hours, and on as many days; no
due day moves for it. The day asked does not count, whatever its hour.

That nobody answered needs a proof: a read that saw all replies of a thread at, or after, the end of
its last due day, and no answer among them. Where there is none the thread is unmeasured. A thread
that the account hid is judged as any other; hiding is no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from functions.model import month_bounds
from functions.score.rules.calendar import after_working_days
from functions.store.dialog import ThreadState
from functions.store.threads import CommentThread
from functions.times import CLOCKS_AGREE

# So long after the last due day the next read may still tell what became of a thread.
TELLS = timedelta(days=1)
# Nobody follows a thread for more than 21 days; then nothing more is learned of it.
SETTLES = timedelta(days=22)
CLOSES = 3  # working days after a month's end, at least

Due = tuple[datetime, datetime]
Dues = Callable[[datetime], Due]


class Judged(NamedTuple):
    """A thread with its state.

    ``by_first``: whether it was answered by the first due day; None: that day is not over, or it is
    not known, or the thread is not measured at all. ``is_over``: its last due day is; a share of
    what was answered before that would hold the quick answers alone.
    """

    thread: CommentThread
    state: ThreadState
    by_first: bool | None
    is_over: bool


def due(
    asked_at: datetime, days: tuple[int, int], zone: ZoneInfo, holidays: Container[date]
) -> Due:
    """24:00 of the first and of the last due day, in UTC.

    They are so many working days (``days``) after the day asked, both in the unit's zone.
    """
    first, last = (after_working_days(asked_at, count, zone, holidays) for count in days)
    return first, last


def dues(days: tuple[int, int], zone: ZoneInfo, holidays: Container[date]) -> Dues:
    """``due`` for many threads; each day is reckoned once."""
    known: dict[date, Due] = {}

    def of(asked_at: datetime) -> Due:
        day = asked_at.astimezone(zone).date()
        if day not in known:
            known[day] = due(asked_at, days, zone, holidays)
        return known[day]

    return of


def state(
    thread: CommentThread, checked_at: datetime | None, due_last: datetime, now: datetime
) -> ThreadState:
    """What became of a thread by ``now``.

    ``checked_at``: the latest read that saw all its replies and no answer among them; None: none
    did. ``gone`` is what was found gone before the last due day was over; of what was found gone
    later nobody knows whether it had been answered.
    """
    if thread.answered_at is not None:
        return "answered" if thread.answered_at <= due_last else "late"
    if thread.gone_at is not None and thread.gone_at < due_last:
        return "gone"
    if now < due_last:
        return "open"
    if checked_at is not None and checked_at >= due_last:
        return "unanswered"
    if thread.gone_at is None and now < due_last + TELLS:
        return "open"
    return "unmeasured"


def judge(
    thread: CommentThread, reads: Iterable[datetime | None], due: Due, now: datetime
) -> Judged:
    """A thread's state, and whether its first due day was kept.

    ``reads``: those that saw all its replies and no answer among them. One from after ``now``
    proves nothing: a clock was wrong.
    """
    past = [at for at in reads if at is not None and at.tzinfo and at <= now + CLOCKS_AGREE]
    checked_at = max(past, default=None)
    first, last = due
    found = state(thread, checked_at, last, now)
    by_first: bool | None = None
    if thread.answered_at is not None and first <= now:
        by_first = thread.answered_at <= first
    elif found in ("unanswered", "open") and checked_at is not None and checked_at >= first:
        by_first = False
    return Judged(thread, found, by_first, is_over=last <= now)


def is_possible(thread: CommentThread, begin: datetime, end: datetime, now: datetime) -> bool:
    """Whether a thread was asked in ``begin <= t < end``, and its instants can be true.

    Nothing is answered or gone before it was asked, and nothing happens after ``now``.
    """
    told = [at for at in (thread.asked_at, thread.answered_at, thread.gone_at) if at is not None]
    if any(at.tzinfo is None for at in told):
        return False
    asked_at, latest = thread.asked_at, now + CLOCKS_AGREE
    return begin <= asked_at < end and all(asked_at <= at <= latest for at in told)


def day_bounds(day: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """First instant of a day (``YYYY-MM-DD``) and of the next, in UTC; None for what is none."""
    try:
        begin = date.fromisoformat(day)
        bounds = [datetime.combine(each, time(), zone) for each in (begin, begin + timedelta(1))]
        first, end = (at.astimezone(UTC) for at in bounds)
    except (ValueError, OverflowError):
        return None
    return (first, end) if begin.isoformat() == day else None


def closes_at(
    month: str,
    zone: ZoneInfo,
    units: Iterable[ZoneInfo],
    days: tuple[int, int],
    holidays: Container[date],
) -> datetime:
    """When nothing of a month can change any more.

    A day after the last due day of what was asked in its last second, in whichever zone of
    ``units`` that is latest, but no earlier than three working days after its end. ``zone``: the
    agency's, in which the month is bounded.
    """
    last = month_bounds(month, zone)[1] - timedelta(seconds=1)
    count = max(CLOSES, days[1])
    return TELLS + max(after_working_days(last, count, each, holidays) for each in {zone, *units})
