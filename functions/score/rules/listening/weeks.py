"""Weeks: Monday to Sunday in the agency's time zone, named as ISO 8601 does (``2026-W41``).

Pure: no I/O, no clock. A year's first week is the one with its first Thursday, so that the last
days of December may stand in a week of the next year.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from functions.model import month_of

_WEEK = timedelta(weeks=1)


def week_of(at: datetime, zone: ZoneInfo) -> str:
    """The week that an instant belongs to."""
    return _name(at.astimezone(zone).date())


def week_bounds(week: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of a week and of the next, in UTC."""
    monday = _monday(week)
    begin, end = (datetime.combine(day, time(), zone) for day in (monday, monday + _WEEK))
    return begin.astimezone(UTC), end.astimezone(UTC)


def shifted(week: str, by: int) -> str:
    """The week so many weeks later; earlier for a negative number."""
    return _name(_monday(week) + by * _WEEK)


def weeks_between(first: str, last: str) -> list[str]:
    """The weeks from one to another, both included; none where the last comes first."""
    count = (_monday(last) - _monday(first)) // _WEEK + 1
    return [shifted(first, by) for by in range(count)]


def months_of(begin: datetime, end: datetime, zone: ZoneInfo) -> list[str]:
    """The months that ``begin <= t < end`` touches, the oldest first."""
    found, at = [], begin
    while at < end:
        found.append(month_of(at, zone))
        at += _WEEK
    return [*dict.fromkeys([*found, month_of(end - timedelta(seconds=1), zone)])]


def _monday(week: str) -> date:
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def _name(day: date) -> str:
    year, number, _ = day.isocalendar()
    return f"{year:04}-W{number:02}"
