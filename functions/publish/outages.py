"""Why a post has no usable sample, as far as all reads of its platform tell. Pure.

A post is unmeasured when nothing was read of it between 18 and 30 hours. Where no post at all of
the platform was read in that time, the platform's reading stood still, and everybody sees the same
gap; else it was this post or its account.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from functions.model import Entry, Platform
from functions.thresholds import EARLIEST_USABLE, LATEST_USABLE

Gap = tuple[datetime | None, datetime | None]


class Reads:
    """The instants at which posts of each platform were read, as far as they were kept."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        found: dict[Platform, set[datetime]] = defaultdict(set)
        for entry in entries:
            found[entry.post.platform].update(sample.taken_at for sample in entry.post.samples)
        self._taken = {platform: sorted(instants) for platform, instants in found.items()}

    def gap(self, platform: Platform, published_at: datetime) -> Gap | None:
        """The reads around a post's usable time when nothing of its platform was read in it.

        The last read before it and the first one after it; None for an end without one. None for
        the whole: the platform was read in that time.
        """
        taken = self._taken.get(platform, [])
        first, last = published_at + EARLIEST_USABLE, published_at + LATEST_USABLE
        begin, end = bisect_left(taken, first), bisect_right(taken, last)
        if begin != end:
            return None
        return taken[begin - 1] if begin else None, taken[end] if end < len(taken) else None


def own_gap(entry: Entry) -> Gap:
    """The post's own reads around its usable time; None for an end without one."""
    post = entry.post
    first, last = post.published_at + EARLIEST_USABLE, post.published_at + LATEST_USABLE
    before = [s.taken_at for s in post.samples if s.taken_at < first]
    after = [s.taken_at for s in post.samples if s.taken_at > last]
    return (before[-1] if before else None), (after[0] if after else None)
