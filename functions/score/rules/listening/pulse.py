"""A unit's accounts are judged together, though each was last read at another time.

An account's hours end with its last read, up to six hours ago. Each is taken as of its own last
known hour, and its reference from there on, so that an hour of waiting counts as no silence. An
account of which too little is known is left out, and costs only itself: with one account without
gaps this is the rule of ``alarm.py`` as it stands there.

Where reference windows are unknown, leaving out as many of fewer makes the usual look less than it
was. Missing hours are not to alarm: so there must be an alarm as well where fewer are left out in
proportion, and a lonjakan only if it were one with each unknown window as large as the account's
largest. What lies before an account's first known hour is no gap: of a young account the rule
decides alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from functions.score.rules.listening.alarm import (
    BACK,
    KNOWN,
    LEAST,
    OUTLIERS,
    TALK,
    TALKING_DAYS,
    Raised,
    Series,
    Spans,
    Talk,
    Unusual,
    judged,
    strongest,
    talk_by_day,
    unusual,
)

T = TypeVar("T")

LATE = 6  # hours that an account's last known hour may lie back


class Voice(NamedTuple):
    """An account up to its last known hour, which lies ``late`` hours before the present one.

    ``interactions`` are those up to the present hour, and are made only where they are asked for.
    """

    late: int
    said: Spans
    interactions: Callable[[], Series]


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit's accounts show together.

    ``late``: by account, how many hours before the present one its window ends.
    """

    raised: Raised
    late: Mapping[str, int]


def heard(comments: Series, interactions: Callable[[], Series]) -> Voice | None:
    """An account from its hours up to the present one; None where nothing is known of late."""
    for late in range(min(LATE + 1, len(comments))):
        until = len(comments) - late
        if comments[until - 1] is not None:
            return Voice(late, Spans(comments[:until]), interactions)
    return None


class _Seen(NamedTuple):
    """An unusual window, and the accounts that take part in it.

    ``is_sure``: however large the unknown windows of its reference were.
    """

    window: Unusual
    taking: Sequence[str]
    is_sure: bool


def judge(voices: Mapping[str, Voice]) -> Sign | None:
    """What to say of a unit by its accounts; None: nothing."""
    seen = [one for one in (_seen(voices, hours) for hours in LEAST) if one is not None]
    sign = _sign(voices, seen)
    if sign is None or sign.raised.level == "siaga":
        return sign
    return _sign(voices, [one for one in seen if one.is_sure])


def _sign(voices: Mapping[str, Voice], seen: Sequence[_Seen]) -> Sign | None:
    window = strongest(one.window for one in seen)
    if window is None:
        return None
    taking = next(one.taking for one in seen if one.window is window)
    raised = judged(window, _talk({name: voices[name] for name in taking}))
    return Sign(raised=raised, late={name: voices[name].late for name in taking})


def _seen(voices: Mapping[str, Voice], hours: int) -> _Seen | None:
    totals = {name: voice.said.total(0, hours) for name, voice in voices.items()}
    known = {name: total for name, total in totals.items() if total is not None}
    if sum(known.values()) < LEAST[hours]:  # fewer accounts have fewer still
        return None
    reference = {name: voices[name].said.reference(hours) for name in known}
    taking, rows = _known_together(reference, KNOWN)
    comments = sum(known[name] for name in taking)
    window = unusual(hours, comments, [sum(row) for row in rows])
    if window is None:
        return None
    filled = _together([_filled(voices[name].said, hours) for name in taking])
    fewer = OUTLIERS * len(rows) // len(filled)
    if unusual(hours, comments, [sum(row) for row in rows], fewer) is None:
        return None
    is_sure = unusual(hours, comments, [sum(row) for row in filled]) is not None
    return _Seen(window, taking, is_sure)


def _filled(said: Spans, hours: int) -> list[int | None]:
    """Reference windows, those in gaps as large as the largest that is known."""
    windows = said.reference(hours)
    largest = max((each for each in windows if each is not None), default=None)
    return [
        largest if each is None and not said.is_first(back, hours) else each
        for back, each in zip(BACK, windows, strict=True)
    ]


def _talk(voices: Mapping[str, Voice]) -> Talk | None:
    """How much of what these accounts get are comments; None where that is not known."""
    now, days = {}, {}
    for name, voice in voices.items():
        interactions = voice.interactions()
        said, done = voice.said, Spans(interactions[: len(interactions) - voice.late])
        said_now, done_now = said.total(0, TALK), done.total(0, TALK)
        if said_now is not None and done_now is not None:
            now[name], days[name] = (said_now, done_now), talk_by_day(said, done)
    taking, rows = _known_together(days, TALKING_DAYS)
    if not taking:
        return None
    comments, done_by_all = _added([now[name] for name in taking])
    return Talk(comments, done_by_all, [_added(row) for row in rows])


def _added(pairs: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(comments for comments, _ in pairs), sum(done for _, done in pairs)


def _known_together(
    values: Mapping[str, Sequence[T | None]], least: int
) -> tuple[list[str], list[list[T]]]:
    """The accounts of which enough is known together, and their values where all are known.

    Left out, one after the other, is the account of which the least is known.
    """
    known = {name: sum(each is not None for each in row) for name, row in values.items()}
    taking = sorted(name for name in values if known[name] >= least)
    while taking:
        together = _together([values[name] for name in taking])
        if len(together) >= least:
            return taking, together
        taking.remove(min(taking, key=lambda name: (known[name], name)))
    return [], []


def _together(columns: Sequence[Sequence[T | None]]) -> list[list[T]]:
    """What stands side by side where nothing is missing."""
    rows = [[each for each in row if each is not None] for row in zip(*columns, strict=True)]
    return [row for row in rows if len(row) == len(columns)]
