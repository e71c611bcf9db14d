"""What a live post needs next: a fresher value, or a read around its 24-hour mark. Pure."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import pairwise

from functions.collect.planning.requests import Purpose
from functions.collect.planning.ways import Priority
from functions.collect.state import LivePost, SyncState
from functions.thresholds import (
    ABSENCES_APART,
    EARLIEST_USABLE,
    INTERPOLATED_WITHIN,
    OBSERVED_WITHIN,
)

# Ages at which a provisional value is refreshed on the way to the mark. The last is also the
# earliest usable sample, should every read near the mark fail.
STAGES = (*(timedelta(hours=h) for h in (3, 6, 12)), EARLIEST_USABLE)
LONGEST_TICK = timedelta(hours=6)
# A bracket this wide is what we promise.
PROMISED = timedelta(hours=1)


def next_tick(state: SyncState, now: datetime, cadence: timedelta) -> datetime:
    """When the next tick is to be expected: after the usual pause, or the shortest one of late.

    Ticks may come more rarely than configured. Those with nothing to do leave no trace, so the
    shortest pause between the others is the best guess; it errs on the side of reading too often.
    """
    return now + min(usual_pause(state, now, cadence), LONGEST_TICK)


def usual_pause(state: SyncState, now: datetime, cadence: timedelta) -> timedelta:
    """The pause between ticks, as far as the last few tell it."""
    ticks = (*state.ticks, now)
    pauses = [later - earlier for earlier, later in pairwise(ticks) if later > earlier]
    return max(cadence, min(pauses, default=cadence))


def purpose_of(post: LivePost, now: datetime, following: datetime) -> Purpose | None:
    """Why a post would be read at this tick; None = it needs no read."""
    reason = reason_of(post, now, following)
    return reason.purpose if reason else None


def is_last_before_mark(post: LivePost, now: datetime, following: datetime) -> bool:
    """Whether the mark falls before the next tick; ticks may come a little late."""
    slack = (following - now) / 10
    return now <= post.mark < following + slack


def stage(age: timedelta) -> int:
    """How many of the refreshing ages have been reached."""
    return bisect_right(STAGES, age)


def reason_of(post: LivePost, now: datetime, following: datetime) -> Priority | None:
    """What speaks for reading a post now; None = it needs no read."""
    if post.closed(now):
        return None
    if post.read_at is not None and post.read_at >= now:
        return None  # the same tick, delivered twice
    last = is_last_before_mark(post, now, following)
    if post.missing:
        # Gone, but for one more look before the mark: it may have come back.
        confirm = len(post.missing) == 1 and now - post.missing[-1] >= ABSENCES_APART
        wanted = confirm or (last and len(post.missing) > 1)
        return Priority(Purpose.MARK, 0, -1, post.mark) if wanted else None
    if last or post.mark <= now:
        return Priority(*_at_mark(post, now, following), -1, post.mark)
    read_at = post.read_at or post.published_at
    if stage(now - post.published_at) > stage(read_at - post.published_at):
        return Priority(Purpose.FRESHEN, 0, 0, post.mark)
    return None


def combined(one: Priority, other: Priority | None) -> Priority:
    """What speaks for a request that serves both; those of less value ride along."""
    if other is None:
        return one
    if one[:2] != other[:2]:
        return min(one, other)
    return Priority(*one[:2], one.spared + other.spared, min(one.when, other.when))


def _at_mark(post: LivePost, now: datetime, following: datetime) -> tuple[Purpose, int]:
    """Whether a mark would lose by waiting for the next tick.

    What the read at the next tick could make of it without this one is compared with what this one
    makes of it; equal means that this read only narrows the bracket.
    """
    before = _before(post)
    then = _quality(post, before, following)
    if now <= post.mark:
        return (Purpose.MARK, 0) if then else (Purpose.NARROW, 1)
    at_once = _quality(post, before, now)
    if at_once < then:
        return Purpose.MARK, 0
    if at_once:
        # Too late for a promised bracket, and no worse at the next tick: behind those that are not.
        return Purpose.MARK, 1
    # What completes a narrow bracket goes first: the one call for which another was spent before.
    is_narrow = before is not None and now - before <= 1.5 * (following - now)
    return Purpose.NARROW, 0 if is_narrow else 2


def _quality(post: LivePost, before: datetime | None, after: datetime) -> int:
    """How well two reads measure the mark: 0 as promised, 1 interpolated, 2 estimated."""
    if after - post.mark <= OBSERVED_WITHIN or (before and post.mark - before <= OBSERVED_WITHIN):
        return 0
    if before is None or after - before > INTERPOLATED_WITHIN:
        return 2
    return 0 if after - before <= PROMISED else 1


def _before(post: LivePost) -> datetime | None:
    """The last stored read that is usable for the mark and not behind it."""
    earliest = post.published_at + EARLIEST_USABLE
    return max((at for at in post.kept if earliest <= at <= post.mark), default=None)
