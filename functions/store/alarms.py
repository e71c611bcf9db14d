"""What an alarm says: that comments on a unit's posts grow as they seldom do, with its numbers.

An alarm is private: it never touches a rank, and nothing of it stands in a public file. It says
nothing about who is right. Staff mark it as right or wrong, by command or by hand in the console.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from functions.model import Platform, iso

Level = Literal["lonjakan", "siaga"]
Outcome = Literal["benar", "keliru"]

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class AlarmPost(msgspec.Struct, frozen=True, kw_only=True):
    """One of the posts with most of the new comments, and how many it got in the window."""

    platform: Platform
    account_id: str
    post_id: str
    url: str
    comments: _Count


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm of a unit.

    Attributes:
        satker: the unit's id. ``name``: what it was called then.
        at: the end of the window, a whole hour, UTC. ``made_at``: when the alarm was given.
        level: ``lonjakan`` for volume alone, ``siaga`` where the share of comments is unusual too.
        hours: how long the window is. ``comments``: how many came in it.
        usual: the mean of the reference windows, in thousandths.
        chance: the chance of so many by the reference, in millionths, rounded up.
        share: the lower bound of comments among interactions over six hours, in thousandths;
            None where it could not be judged. ``usual_share``: the share that it was held against.
        accounts: the accounts that were judged together, by key.
        posts: at most three, the one with most new comments first.
        outcome: what staff found; None: nobody marked it yet. ``marked_by``: who did, and when.
    """

    satker: str
    name: str
    at: _Instant
    made_at: _Instant
    level: Level
    hours: _Count
    comments: _Count
    usual: _Count
    chance: _Count
    share: _Count | None = None
    usual_share: _Count | None = None
    accounts: tuple[str, ...] = ()
    posts: tuple[AlarmPost, ...] = ()
    outcome: Outcome | None = None
    marked_by: str | None = None
    marked_at: _Instant | None = None
    note: str | None = None

    @property
    def id(self) -> str:
        """What the alarm is called: ``kanwil-ntt:20261013T080000Z``."""
        return f"{self.satker}:{self.at:%Y%m%dT%H%M%SZ}"

    def document(self) -> dict[str, Any]:
        """As it is stored, without what staff mark."""
        told = msgspec.to_builtins(self)
        times = {"at": iso(self.at), "made_at": iso(self.made_at)}
        return {name: value for name, value in told.items() if name not in MARKS} | times


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How often a level was right, of the alarms that staff marked."""

    right: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """The share that was right; None while nothing is marked."""
        marked = self.right + self.wrong
        return self.right / marked if marked else None


def read_alarm(document: Mapping[str, Any]) -> Alarm | None:
    """What a document says; None where it cannot be read.

    A mark that cannot be read is as if there were none, and costs the alarm nothing.
    """
    told = dict(document)
    for name in MARKS:
        try:
            msgspec.convert({name: told.get(name)}, _Mark, strict=False)
        except msgspec.ValidationError:
            told.pop(name)
    try:
        return msgspec.convert(told, Alarm, strict=False)
    except msgspec.ValidationError:
        return None


class _Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What staff write into an alarm's document; one field of it at a time."""

    outcome: Outcome | None = None
    marked_by: str | None = None
    marked_at: _Instant | None = None
    note: str | None = None


MARKS = _Mark.__struct_fields__
