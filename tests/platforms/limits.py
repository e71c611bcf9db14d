"""Rate limits and quotas, counted over the world's time.

The world's clock stands still between two settings, so a window that is full would never
empty. Therefore the real time that passed since the clock was set is added for the windows of
minutes and hours; only YouTube's daily quota looks at the set clock alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(slots=True)
class Limits:
    """The ceilings; a benchmark raises them, a test lowers them."""

    meta_calls_per_hour: int = 20_000
    """Per token. Real ceilings are undisclosed or grow with the app's users."""
    x_window_seconds: int = 900
    x_calls: dict[str, int] = field(
        default_factory=lambda: {
            "/2/users": 300,
            "/2/users/by": 300,
            "/2/users/by/username/:username": 300,
            "/2/users/:id": 300,
            "/2/users/:id/tweets": 10_000,
            "/2/tweets": 3_500,
            "/2/tweets/:id": 3_500,
            "/2/tweets/counts/recent": 300,
            "/2/tweets/search/recent": 450,
            "/2/usage/tweets": 50,
        }
    )
    """Calls per app and window, by path."""
    tiktok_calls_per_minute: int = 600
    """Per endpoint, in a sliding window."""
    youtube_units_per_day: int = 10_000
    youtube_stats_units_per_day: int = 10_000
    """batchGetStats has a bucket of its own."""


class Sliding:
    """Calls within the last so many seconds, by key."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._calls: dict[str, deque[list[int]]] = {}
        self._totals: dict[str, int] = {}

    def add(self, key: str, now: int) -> int:
        """Count one call and say how many there were in the window, this one included."""
        calls = self._calls.setdefault(key, deque())
        total = self._totals.get(key, 0)
        if calls and calls[-1][0] > now:  # The clock was set back: another past, other calls.
            calls.clear()
            total = 0
        while calls and calls[0][0] <= now - self._seconds:
            total -= calls.popleft()[1]
        if calls and calls[-1][0] == now:
            calls[-1][1] += 1
        else:
            calls.append([now, 1])
        self._totals[key] = total + 1
        return total + 1


class Fixed:
    """Calls within the running window, by key; windows start at multiples of their length."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}

    def add(self, key: str, now: int, seconds: int) -> tuple[int, int]:
        """Count one call; how many in this window, and the instant at which it ends."""
        window = now // seconds
        last, count = self._counts.get(key, (window, 0))
        count = count + 1 if last == window else 1
        self._counts[key] = (window, count)
        return count, (window + 1) * seconds


class PacificDays:
    """Units spent by bucket and day, where a day ends at midnight Pacific time."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], int] = {}
        self._day = (-1, "")

    def add(self, bucket: str, now: int) -> tuple[str, int]:
        """Count one unit; the day it falls on, and how many were spent on it by now."""
        day = self._today(now)
        spent = self.spent[bucket, day] = self.spent.get((bucket, day), 0) + 1
        return day, spent

    def _today(self, now: int) -> str:
        if self._day[0] != now:
            self._day = (now, datetime.fromtimestamp(now, PACIFIC).date().isoformat())
        return self._day[1]
