"""What to read at this tick, most valuable first: a pure function.

A post needs two reads that matter, just before and just after its 24-hour mark; it must be found
well before that, and pages want it fresh. So: marks, then discovery, then freshness.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise

from functions.collect.note import AccountNote, LivePost, Note
from functions.model import SETTLED

CONFIRM_AFTER = timedelta(minutes=15)  # two absences count when they are this far apart
OVERLAP = timedelta(hours=6)  # listings show some posts late
# Ages at which a provisional value is refreshed on the way to the mark. The last is also the
# earliest usable sample, should every read near the mark fail.
STAGES = tuple(timedelta(hours=h) for h in (3, 6, 12, 18))
LONGEST_TICK = timedelta(hours=6)


class Purpose(IntEnum):
    """Why a request is made; the smaller, the more valuable."""

    MARK = 1
    DISCOVER = 2
    FRESHEN = 3


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """Read an account's listing back to ``since``."""

    handle: str
    since: datetime
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class LookupRequest:
    """Read posts by id, of any accounts."""

    posts: tuple[LivePost, ...]
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Plan:
    """A tick's requests for one platform, each kind in order of value."""

    sweeps: tuple[SweepRequest, ...] = ()
    lookups: tuple[LookupRequest, ...] = ()


def next_tick(note: Note, now: datetime, cadence: timedelta) -> datetime:
    """When the next tick is to be expected: after the usual pause, or the shortest one of late.

    Ticks may come more rarely than configured. Those with nothing to do leave no trace, so the
    shortest pause between the others is the best guess; it errs on the side of reading too often.
    """
    ticks = (*note.ticks, now)
    pauses = [later - earlier for earlier, later in pairwise(ticks) if later > earlier]
    return now + min(max(cadence, min(pauses, default=cadence)), LONGEST_TICK)


def plan(
    note: Note,
    handles: Iterable[str],
    *,
    now: datetime,
    following: datetime,
    look_back: datetime,
    lookup_size: int,
    discover_every: timedelta,
) -> Plan:
    """What to read of posts and listings at this tick.

    Args:
        note: accounts and live posts of the platform.
        handles: the handles that are registered now.
        now, following: this tick and the next.
        look_back: how far back an account's very first listing reaches.
        lookup_size: how many posts one lookup takes; 0 = the platform is read by account alone.
        discover_every: how often an account is looked at for new posts.
    """
    accounts = {handle: note.accounts.get(handle, AccountNote(handle=handle)) for handle in handles}
    due = _due_posts(note, now, following)
    wanted: dict[str, Purpose] = {}
    if not lookup_size:
        by_id = {a.account_id: handle for handle, a in accounts.items() if a.account_id}
        for post, purpose in due:
            # Freshness alone is not worth a listing: it rides on those that look for new posts.
            if purpose is Purpose.MARK and (handle := by_id.get(post.account_id)):
                wanted[handle] = purpose
    for handle, account in accounts.items():
        if account.account_id and _discovery_due(account, now, following, discover_every):
            wanted[handle] = min(Purpose.DISCOVER, wanted.get(handle, Purpose.DISCOVER))
    sweeps = [
        SweepRequest(handle, _since(accounts[handle], now, look_back, lookup_size), purpose)
        for handle, purpose in wanted.items()
        if not _resting(accounts[handle], now)
    ]
    return Plan(
        sweeps=tuple(sorted(sweeps, key=lambda s: (s.purpose, s.since, s.handle))),
        lookups=_batches(due, lookup_size) if lookup_size else (),
    )


def unresolved(note: Note, handles: Iterable[str], now: datetime) -> list[str]:
    """The handles whose durable id is not known yet, those at rest left out."""
    accounts = (note.accounts.get(handle, AccountNote(handle=handle)) for handle in handles)
    return [a.handle for a in accounts if a.account_id is None and not _resting(a, now)]


def stale_profiles(
    note: Note, handles: Iterable[str], now: datetime, every: timedelta
) -> list[str]:
    """The resolved handles whose profile and followers were read longer than ``every`` ago.

    They wait for a tick that reads the account anyway (an access token may be dear), but not for
    longer than as much again.
    """
    accounts = (note.accounts[handle] for handle in handles if handle in note.accounts)
    return [
        a.handle
        for a in accounts
        if a.account_id
        and not _resting(a, now)
        and (
            a.followers_at is None
            or a.wrong is not None  # it can be read again, so its admin is to be told
            or a.followers_at + 2 * every <= now
            or (a.followers_at + every <= now and a.swept_at is not None and a.swept_at >= now)
        )
    ]


def purpose_of(post: LivePost, now: datetime, following: datetime) -> Purpose | None:
    """Why a post would be read at this tick; None = it needs no read."""
    if post.closed(now):
        return None
    if post.read_at is not None and post.read_at >= now:
        return None  # the same tick, delivered twice
    if len(post.missing) > 1:
        # Gone, but for one more look before the mark: it may have come back.
        return Purpose.MARK if is_last_before_mark(post, now, following) else None
    if post.missing:
        return Purpose.MARK if now - post.missing[-1] >= CONFIRM_AFTER else None
    if is_last_before_mark(post, now, following) or post.mark <= now:
        return Purpose.MARK
    read_at = post.read_at or post.published_at
    if stage(now - post.published_at) > stage(read_at - post.published_at):
        return Purpose.FRESHEN
    return None


def is_last_before_mark(post: LivePost, now: datetime, following: datetime) -> bool:
    """Whether the mark falls before the next tick; ticks may come a little late."""
    slack = (following - now) / 10
    return now <= post.mark < following + slack


def stage(age: timedelta) -> int:
    """How many of the refreshing ages have been reached."""
    return sum(age >= at for at in STAGES)


def _due_posts(note: Note, now: datetime, following: datetime) -> list[tuple[LivePost, Purpose]]:
    due = [
        (post, purpose)
        for post in note.posts.values()
        if (purpose := purpose_of(post, now, following)) is not None
    ]
    return sorted(due, key=lambda pair: (pair[1], pair[0].mark, pair[0].key))


def _discovery_due(
    account: AccountNote, now: datetime, following: datetime, every: timedelta
) -> bool:
    # Due at the tick that lies nearest to the wished time, not always at the one after it.
    half = (following - now) / 2
    return account.swept_at is None or account.swept_at + every <= now + half


def _since(account: AccountNote, now: datetime, look_back: datetime, lookup_size: int) -> datetime:
    if account.swept_at is None:
        return look_back
    since = account.swept_at - OVERLAP
    # Read by account alone, a listing must reach every post that still waits for its mark.
    return since if lookup_size else min(since, now - SETTLED)


def _resting(account: AccountNote, now: datetime) -> bool:
    return account.retry_at is not None and now < account.retry_at


def _batches(due: list[tuple[LivePost, Purpose]], size: int) -> tuple[LookupRequest, ...]:
    """Fill each purpose's batches; the last of one is topped up with what comes next."""
    batches: list[LookupRequest] = []
    for start in range(0, len(due), size):
        batch = due[start : start + size]
        batches.append(LookupRequest(tuple(post for post, _ in batch), batch[0][1]))
    return tuple(batches)
