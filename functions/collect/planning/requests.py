"""What a tick asks of the platforms: requests, and why each is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum

import msgspec

from functions.collect.state import LivePost


class Purpose(IntEnum):
    """Why a request is made; the smaller, the more valuable."""

    MARK = 1  # now or never: later the mark would be measured worse, or not at all
    CLOSING = 2  # now or never: what is found after a month began closing does not count
    OVERDUE = 3  # an account that nobody has looked at for long
    NARROW = 4  # the mark is safe; this read makes its bracket narrower
    DISCOVER = 5
    FRESHEN = 6


# What a run's report calls that which was given up.
GIVEN_UP: Mapping[Purpose, str] = {
    Purpose.MARK: "marks",
    Purpose.CLOSING: "last looks",
    Purpose.OVERDUE: "discovery",
    Purpose.NARROW: "brackets",
    Purpose.DISCOVER: "discovery",
    Purpose.FRESHEN: "freshness",
}


class SweepRequest(msgspec.Struct, frozen=True):
    """Read an account's listing back to ``since``, ``depth`` pages of it at least.

    ``until``: it ends there, exclusive; None: with what is newest.
    ``replies``: the account's replies as well, among which are the parts of its threads (X).
    ``taken_since``: what it shows of before ``since`` is taken back to there; None: to the first of
    the open month. ``looks_back``: it reaches there, so it may be the last look before closing.
    ``unlooked``: the month that began closing last, when that was without such a look.
    """

    handle: str
    since: datetime
    purpose: Purpose
    depth: int = 1
    credential: str = ""
    replies: bool = False
    taken_since: datetime | None = None
    looks_back: bool = False
    unlooked: str | None = None
    until: datetime | None = None


class CountRequest(msgspec.Struct, frozen=True):
    """Ask how many posts of an account there are, day by day, and list the days that hold more."""

    handle: str
    since: datetime
    until: datetime
    purpose: Purpose
    credential: str = ""


class LookupRequest(msgspec.Struct, frozen=True):
    """Read posts by id, of any accounts; ``way``: which of the platform's ways to pay is used."""

    posts: tuple[LivePost, ...]
    purpose: Purpose
    way: int = 0
    credential: str = ""


class ProfileRequest(msgspec.Struct, frozen=True):
    """Read profiles: of handles that are new, or of accounts ``known`` by their durable id."""

    handles: tuple[str, ...]
    known: bool
    credential: str = ""


class Plan(msgspec.Struct, frozen=True):
    """A tick's requests for one platform, each kind in order of value.

    ``given_up`` counts what a budget did not allow, by the names of ``GIVEN_UP``.
    """

    sweeps: tuple[SweepRequest, ...] = ()
    lookups: tuple[LookupRequest, ...] = ()
    profiles: tuple[ProfileRequest, ...] = ()
    counts: tuple[CountRequest, ...] = ()
    given_up: Mapping[str, int] = msgspec.field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to ask."""
        return not (self.sweeps or self.lookups or self.profiles or self.counts)
