"""How many followers accounts had, by platform and month, as one compressed mapping in parts.

As a plain map, the readings of a platform's accounts would not fit a document, and would pass
Firestore's limit of index entries even before. Readings are only ever added, so a writer that meets
another one reads again and adds its own. A reading is a follower count and when it was read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from math import inf

from functions.store.parts import count_parts, expand
from functions.store.port import Stored

FollowerCounts = dict[str, dict[str, int]]
"""Follower counts by account id and the instant at which they were read."""
Counts = tuple[tuple[datetime, int], ...]
"""One account's: (read at, followers)."""


def unite(documents: Iterable[Stored]) -> FollowerCounts:
    """The readings of one platform that documents hold together."""
    found: FollowerCounts = {}
    # A writer may have died and left parts of an older, coarser split: the finer parts are newer.
    for stored in sorted(documents, key=count_parts):
        add(found, expand(stored.data["body"], FollowerCounts))
    return found


def add(known: FollowerCounts, readings: FollowerCounts) -> None:
    """Add readings to those that are known."""
    for account_id, counts in readings.items():
        known.setdefault(account_id, {}).update(counts)


def serving(counts: Counts, begin: datetime, end: datetime) -> Counts:
    """The counts of an account that a month needs: its own, and the last one before it.

    If there are none, the first one after it: a post may use the first count that follows. So later
    reads change nothing in a month that is over.

    Args:
        counts: ordered by time.
        begin, end: the month's first instant, and the one that no longer belongs to it.
    """
    first = max(bisect_right(counts, (begin, inf)) - 1, 0)
    beyond = bisect_left(counts, (end, -inf))
    return counts[first : max(beyond, 1)]
