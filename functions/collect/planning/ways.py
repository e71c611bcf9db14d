"""How a platform can be read, and the words in which its reading is planned."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from functions.collect.planning.quota import Expected
from functions.collect.planning.requests import CountRequest, ProfileRequest, Purpose, SweepRequest
from functions.collect.platforms import Adapter
from functions.collect.reading.completeness import LAST_LOOK, OpenMonth
from functions.collect.state import LivePost
from functions.model import Platform

Foreseen = tuple[str, Expected]  # the account whose credential will pay, and what
# The last looks are spread over the first half of their time; the other half is for what a budget
# or a platform refused, and for a tick that does not come.
SPREAD = LAST_LOOK / 2


class Ways(msgspec.Struct, frozen=True):
    """How a platform can be read; see ``platforms/__init__.py`` for the adapters' words.

    ``replies``: the agency wants replies listed, for the parts of threads; ``counts``: it wants
    posts counted where a listing is paid by the post.
    """

    platform: Platform
    lookup_size: int
    resolve_size: int
    recheck_size: int
    followers_every: timedelta
    depth: int = 1
    listing_tells: bool = False
    replies: bool = False
    counts: bool = False
    page_size: int = 50

    @classmethod
    def of(cls, adapter: Adapter) -> Ways:
        """What an adapter says of itself."""
        return cls(
            adapter.NAME,
            adapter.LOOKUP_SIZE,
            adapter.RESOLVE_SIZE,
            adapter.RECHECK_SIZE,
            adapter.FOLLOWERS_EVERY,
            adapter.DEPTH,
            adapter.LISTING_TELLS,
            page_size=adapter.PAGE_SIZE,
        )


class Option(msgspec.Struct, frozen=True):
    """One form a candidate can take, and its cost by bucket: ``each`` time, and once a ``batch``.

    ``since``: how far back a listing reaches in this form; None: as the candidate has it.
    """

    depth: int = 1
    way: int = 0
    since: datetime | None = None
    each: Mapping[str, int] = msgspec.field(default_factory=dict)
    batch: Mapping[str, int] = msgspec.field(default_factory=dict)
    size: int = 1


class Priority(NamedTuple):
    """What speaks for a request, in the order of value: a smaller one goes first.

    ``rank``: the smaller of one purpose lose more by waiting. ``spared``: minus the number of
    marks that one request serves.
    """

    purpose: Purpose
    rank: int
    spared: int
    when: datetime


class Span(msgspec.Struct, frozen=True):
    """When a handle has been registered: from its first beginning to its last end (None: still)."""

    begin: datetime
    end: datetime | None = None

    def touches(self, begin: datetime, end: datetime) -> bool:
        """Whether it was registered at any time between two instants."""
        return self.begin < end and (self.end is None or self.end > begin)


class Closing(msgspec.Struct, frozen=True):
    """What planning the last look before a month begins closing needs to know.

    Attributes:
        month: the oldest month that has not begun closing, and ``before`` the one before it.
        following: the next tick, however long from now.
        spans: when handles have been registered; one that is not in it always was.
        leaving: handles that are read no more, but were registered in that month.
    """

    month: OpenMonth
    before: OpenMonth
    following: datetime
    spans: Mapping[str, Span] = msgspec.field(default_factory=dict)
    leaving: tuple[str, ...] = ()

    def concerns(self, handle: str) -> bool:
        """Whether the handle was registered at any time of the month."""
        span = self.spans.get(handle)
        return span is None or span.touches(self.month.begin, self.month.end)

    def since(self, handle: str) -> datetime:
        """From when on posts of the month may count for whoever registered the handle."""
        span = self.spans.get(handle)
        return max(self.month.begin, span.begin) if span else self.month.begin

    @property
    def opens_at(self) -> datetime:
        """From when on a look is the last one."""
        return self.month.closes_at - LAST_LOOK

    def is_near(self, now: datetime) -> bool:
        """Whether any last look may be due."""
        return now >= self.opens_at or self._is_last_tick(now)

    def _is_last_tick(self, now: datetime) -> bool:
        slack = (self.following - now) / 10  # ticks may come a little late
        return self.following + slack >= self.month.closes_at

    def due(self, handle: str, done_at: datetime | None, now: datetime) -> datetime | None:
        """Since when the last look at a handle has been due; None: not yet, or no more."""
        if not self.is_near(now) or not self.concerns(handle):
            return None
        if done_at is not None and done_at >= self.opens_at:
            return None
        if self._is_last_tick(now):
            return min(now, self.opens_at)
        due = self.opens_at + share_of(handle) * SPREAD
        return due if now >= self.opens_at and due < self.following else None


class Candidate(msgspec.Struct, frozen=True):
    """Something worth reading now, and why. ``subject``: the account whose credential serves it."""

    platform: Platform
    reason: Priority
    subject: str
    what: SweepRequest | LivePost | ProfileRequest | CountRequest
    options: tuple[Option, ...]


def share_of(handle: str) -> float:
    """A handle's place among all, 0 to 1, always the same: what falls due together is spread."""
    return zlib.crc32(handle.encode()) / 2**32


def times(price: Mapping[str, int], count: int) -> dict[str, int]:
    return {bucket: amount * count for bucket, amount in price.items()} if count else {}


def added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {bucket: one.get(bucket, 0) + other.get(bucket, 0) for bucket in {*one, *other}}
