"""Working days in Indonesia: Monday to Friday without national holidays and cuti bersama."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SATURDAY = 5


def after_working_days(
    start: datetime, count: int, zone: ZoneInfo, holidays: Container[date]
) -> datetime:
    """The end (24:00 local time, given in UTC) of the ``count``-th full working day after a day.

    That day is the local day of ``start``; it does not count itself.
    """
    day = start.astimezone(zone).date()
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and day not in holidays
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


@lru_cache
def indonesian_holidays() -> Container[date]:
    """National holidays and cuti bersama, from the ``holidays`` library, any year."""
    from holidays import country_holidays

    return country_holidays("ID", categories=("public", "government"))
