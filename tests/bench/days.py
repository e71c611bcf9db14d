"""A month of days of which some were counted, and stand for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from functions.model import DAY, month_bounds
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.closing import closing_ends
from tests.bench.counted import Counts

MONTH, BEFORE = "2026-09", "2026-08"
ZONE = ZoneInfo("Asia/Jakarta")
BEGIN, DAYS = month_bounds(MONTH, ZONE)[0], 30


def representative() -> tuple[int, ...]:
    """The days of the month that are counted."""
    final = final_day()
    return (final, (final + 1 + DAYS) // 2)


def final_day() -> int:
    """The day of the month on which the month before becomes final."""
    return (closing_ends(BEFORE, ZONE, indonesian_holidays()) - BEGIN) // DAY + 1


def together(days: Mapping[int, Counts]) -> Counts:
    """A month from its representative days; every day's own count where it was counted."""
    total: Counts = {}
    for day in range(1, DAYS + 1):
        for job, counted in _of_day(day, days).items():
            total.setdefault(job, Counter()).update(counted)
    return total


def _of_day(day: int, days: Mapping[int, Counts]) -> Counts:
    """A day's own count, or that of the day that stands for it."""
    if day in days:
        return days[day]
    final = final_day()
    alike = [other for other in days if (other > final) == (day > final)]
    return days[alike[-1] if alike else min(days)]


def worst(days: Mapping[int, Counts], name: str) -> int:
    """The most of something on a counted day, all jobs together."""
    return max(sum(counted[name] for counted in jobs.values()) for jobs in days.values())
