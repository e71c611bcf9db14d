"""How often a query was counted on X, by the whole hour in UTC.

A series belongs to a query's name and to its very text: another text under the same name begins
another series, so that no sum ever mixes two questions. An hour that is not there is unknown, and
no zero.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from functions.model import month_bounds, month_of, next_month

HOUR = timedelta(hours=1)
ZONE = ZoneInfo("UTC")  # of the hours' names, whatever the agency's is: it may change
_FIELD = re.compile(r"(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])")
_MOST = 2**53  # what every file and reader holds


class Series(NamedTuple):
    """A query's name, and the fingerprint of its text."""

    name: str
    fingerprint: str

    @classmethod
    def of(cls, name: str, text: str) -> Series:
        """The series of a query; names are the same in any case."""
        return cls(name.casefold(), hashlib.sha256(text.encode()).hexdigest()[:12])


def by_month(hours: Mapping[datetime, int]) -> dict[str, dict[str, int]]:
    """Counted hours as they are kept: by month (``YYYY-MM``), each by its day and hour (``DDHH``).

    ``hours``: by the instant at which each began, on the hour.
    """
    found: dict[str, dict[str, int]] = {}
    for at, count in sorted(hours.items()):
        field = at.astimezone(UTC).strftime("%d%H")
        found.setdefault(month_of(at, ZONE), {})[field] = count
    return found


def read_hours(month: str, document: Mapping[str, Any]) -> Iterator[tuple[datetime, int]]:
    """A month's hours as they were kept; what is no hour, or no count, is left out."""
    held = document.get("hours")
    begin, end = month_bounds(month, ZONE)
    for name, count in held.items() if isinstance(held, Mapping) else ():
        field = _FIELD.fullmatch(str(name))
        if field is None or isinstance(count, bool) or not isinstance(count, int):
            continue
        at = begin + timedelta(days=int(field[1]) - 1, hours=int(field[2]))
        if at < end and 0 <= count < _MOST:
            yield at, count


def months_of(begin: datetime, end: datetime) -> Iterator[str]:
    """The months that a span touches, ``end`` not in it, the first one first."""
    month = month_of(begin, ZONE)
    while month_bounds(month, ZONE)[0] < end:
        yield month
        month = next_month(month)
