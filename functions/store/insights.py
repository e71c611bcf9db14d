"""What goes with more interactions than expected, over all units of an agency.

A group of posts is named only where its interval leaves zero, and where it has enough posts of
enough units. What is named is observed: it goes with more or fewer interactions, and need not be
their cause.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from functions.model import Platform

GroupKind = Literal["format", "hour", "weekday", "tag", "campaign"]

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A group whose posts get more, or fewer, interactions than the others, as is expected of each.

    Attributes:
        platform: whose posts they are.
        kind: what the groups differ by. ``group``: a format's name, the first hour of three (``6``:
            from 6 to 9 in the unit's zone), a weekday (``1``: Monday), a tag, a campaign's id.
        posts, units: how many posts of how many satker.
        percent: how much more of what is expected of them they get than the other posts of their
            units, the posterior mean; ``low`` and ``high`` bound 90 % of it.
    """

    platform: Platform
    kind: GroupKind
    group: str
    posts: _Count
    units: _Count
    percent: int
    low: int
    high: int


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """How many groups of a kind were large enough to say something of, and how many posts."""

    platform: Platform
    kind: GroupKind
    groups: _Count
    posts: _Count


class FormatShare(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's posts of a format; ``format`` None: the platform did not say."""

    platform: Platform
    format: str | None
    posts: _Count
    i24: int | None


class Insights(msgspec.Struct, frozen=True, kw_only=True):
    """A month of an agency. ``posts``: those that were measured and had something expected.

    ``formats``: how many counted posts of each platform have each format, and the sum of their I24
    where it is known.
    """

    month: str
    as_of: _Instant
    is_over: bool
    posts: _Count
    looked: tuple[Looked, ...] = ()
    effects: tuple[Effect, ...] = ()
    formats: tuple[FormatShare, ...] = ()
