"""What an alarm says: that comments on a unit's posts grow as they seldom do, with its numbers.

An alarm is private: it never touches a rank, and nothing of it stands in a public file. It says
nothing about who is right. Staff mark it as right or wrong, by command or by hand in the console:
there a mark is read leniently (``fields.py``), and what is wrong with it costs the alarm nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from functions.model import Platform, iso
from functions.parsing.cleaning import clean
from functions.parsing.nearest import meant
from functions.store.fields import Fields, Names, shown

Level = Literal["lonjakan", "siaga"]
Outcome = Literal["benar", "keliru"]

LEVELS: tuple[Level, ...] = get_args(Level)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MARKS: Names = {
    "outcome": ("hasil",),
    "marked_by": ("ditandai oleh", "oleh"),
    "marked_at": ("ditandai pada", "waktu tanda"),
    "note": ("catatan",),
}
MARKED = "tanda tercatat"
UNMARKED = "belum ditandai; isi outcome dengan benar atau keliru"
LONGEST_NOTE = 500  # characters
_UTC = ZoneInfo("UTC")

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
        """What the alarm is called: ``kanwil-ntt:20261013T080000Z:siaga``.

        A lonjakan may become a siaga within the same hour: another alarm.
        """
        return f"{self.satker}:{self.at:%Y%m%dT%H%M%SZ}:{self.level}"

    def document(self) -> dict[str, Any]:
        """As it is stored, without what staff mark."""
        told = msgspec.to_builtins(self)
        times = {"at": iso(self.at), "made_at": iso(self.made_at)}
        return {name: value for name, value in told.items() if name not in MARKS} | times


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How often a level was right, of the alarms that staff marked; ``open``: not marked yet."""

    right: int
    wrong: int
    open: int = 0

    @property
    def marked(self) -> int:
        """How many were marked."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """The share that was right; None while nothing is marked."""
        return self.right / self.marked if self.marked else None


def record(alarms: Iterable[Alarm], since: datetime) -> dict[Level, Record]:
    """How often each level was right, of the alarms that were given since then."""
    found = [(alarm.level, alarm.outcome) for alarm in alarms if alarm.made_at >= since]
    return {
        level: Record(
            right=found.count((level, "benar")),
            wrong=found.count((level, "keliru")),
            open=found.count((level, None)),
        )
        for level in LEVELS
    }


def read_alarm(document: Mapping[str, Any]) -> Alarm | None:
    """What a document says; None where it cannot be read.

    A mark that cannot be read is as if there were none, and costs the alarm nothing.
    """
    told = {name: value for name, value in document.items() if name not in MARKS}
    try:
        return msgspec.convert(told | _marks(document)[0], Alarm, strict=False)
    except msgspec.ValidationError:
        return None


def told_of_mark(document: Mapping[str, Any]) -> dict[str, str]:
    """What to write beside the mark in an alarm's document; nothing where nobody typed one."""
    found, faults = _marks(document)
    if faults:
        return {"status": "; ".join(faults)}
    if found.get("outcome"):
        return {"status": MARKED}
    return {"status": UNMARKED} if any(found.values()) or "status" in document else {}


def marked(document: Mapping[str, Any], mark: Mapping[str, Any]) -> dict[str, Any]:
    """The fields to write for a mark, by the names that they were typed by, where they were."""
    fields = Fields(document, MARKS)
    return {fields.label(name): value for name, value in mark.items()}


def _marks(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What staff marked, as far as it can be read, and what is wrong with the rest."""
    fields = Fields(document, MARKS)
    found: dict[str, Any] = {}
    faults = [
        f"{name} tidak dikenal; maksudnya {near}?"
        for name, near in fields.strange()
        if near and name not in Alarm.__struct_fields__
    ]
    for name, read in _READ.items():
        try:
            found[name] = read(fields)
        except ValueError as error:
            faults.append(str(error))
    return found, faults


def _outcome(fields: Fields) -> Outcome | None:
    given = fields.get("outcome")
    said = clean(given).casefold() if isinstance(given, str) else None
    for outcome in OUTCOMES:
        if said == outcome:
            return outcome
    if given is None:
        return None
    advice = meant(said or "", OUTCOMES) or "; isi benar atau keliru"
    raise ValueError(f"{fields.label('outcome')} {shown(given)} tidak dikenal{advice}")


def _marked_at(fields: Fields) -> datetime | None:
    return None if fields.get("marked_at") is None else fields.instant("marked_at", _UTC)


_READ: Mapping[str, Callable[[Fields], Any]] = {
    "outcome": _outcome,
    "marked_by": lambda fields: fields.text("marked_by"),
    "marked_at": _marked_at,
    "note": lambda fields: fields.text("note", LONGEST_NOTE),
}
