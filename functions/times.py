"""The present, and how far from it a given ``now`` may lie.

Reading the computer's clock is written here alone, so that it can be an argument everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from functions.model import iso, parse_time

# Clocks that are right, of computers and of platforms, differ by no more.
CLOCKS_AGREE = timedelta(minutes=2)
# Months are called 2000-01 to 2099-12; a day is left at both ends for whatever reckons around one.
_FIRST = datetime(2000, 1, 2, tzinfo=UTC)
_LAST = datetime(2099, 12, 31, tzinfo=UTC)


class NowError(ValueError):
    """A given ``now`` that no job takes; the message says what to do instead."""


def present() -> datetime:
    """The computer's clock: aware UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def parse_now(text: str) -> datetime:
    """A ``now`` that somebody gave, as aware UTC; ValueError (NowError where it is an instant)."""
    now = parse_time(text)
    if not _FIRST <= now < _LAST:
        raise NowError(f"{text!r} lies outside the years 2000 to 2099; give another instant")
    return now


def refuse_future(now: datetime, clock: Callable[[], datetime] = present) -> None:
    """NowError when ``now`` lies ahead of the computer's clock: only a simulation goes there."""
    at = clock()
    if now - at > CLOCKS_AGREE:
        raise NowError(
            f"now = {iso(now)} is ahead of this computer's clock ({iso(at)}), which only a "
            "simulation may be: leave it out, or set KIPRAH_SIMULATION=1 with a new KIPRAH_STORE"
        )


def time_of(value: object) -> datetime | None:
    """An instant as it is stored; None for what is none."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
