"""What collecting notes of how posts' counters grow, of which it stores few reads (store/pulse.py).

The growth is the difference between a state that was stored and the one that replaced it: whoever
read the posts, and however often, a growth is in one such pair alone. It is reckoned for the save
that succeeded and noted after it. A run that dies in between loses it: it is never counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache

import msgspec

from functions.collect.report import CollectReport
from functions.collect.state import AccountState, Counters, LivePost, SyncState
from functions.model import Platform
from functions.store.agency import AgencyStore
from functions.store.pulse import HOUR, HOURS, AccountPulse, ByHour, Growth
from functions.thresholds import SETTLED

# After so long a time nobody has looked at, posts have come and gone unseen, and so has what they
# gathered: nothing is known of it.
LONGEST = SETTLED
WHAT = ("comments", "likes", "shares")  # in the order of a post's counters
_AT_PUBLICATION: Counters = (0, 0, 0)
Hour = tuple[date, int]
"""A UTC day, and an hour of it."""


def note(agency: AgencyStore, report: CollectReport) -> None:
    """Note what grew on all platforms; a run in which nothing did notes nothing.

    A pulse that cannot be written costs no collection: the report says so, and what grew is lost.
    """
    if not report.grown:
        return
    try:
        agency.note_pulse(report.grown.values())
    except Exception as error:
        report.problems.append(f"pulse: {type(error).__name__}: {error}")


# Until when an account's growth is known


def cover(before: SyncState, after: SyncState, now: datetime) -> None:
    """Note in a state that replaces another until when its accounts' growth is known."""
    live: dict[str, list[LivePost]] = defaultdict(list)
    for post in after.posts.values():
        if not post.missing and not post.closed(now):
            live[post.account_id].append(post)
    for handle, account in [*after.accounts.items()]:
        held = before.accounts.get(handle)
        until = _covered(account, live.get(account.account_id or "", ()), held)
        if until != account.covered_until:
            after.accounts[handle] = msgspec.structs.replace(account, covered_until=until)


def _covered(
    account: AccountState, live: Sequence[LivePost], held: AccountState | None
) -> datetime | None:
    """Until when an account and each of its live posts were looked at.

    None while nobody remembers what one of them had. From then on it is known what grows after the
    last of those looks.
    """
    looks = [at for at in (account.swept_at, *map(_remembered, live)) if at is not None]
    if len(looks) <= len(live):
        return None
    same = held is not None and held.account_id == account.account_id
    previous = held.covered_until if held is not None and same else None
    if previous is None:
        return max(looks)
    until = max(previous, min(looks))
    return until if until - previous <= LONGEST else max(looks)


def _remembered(post: LivePost) -> datetime | None:
    """When a post was read, if it is known what it had then."""
    return None if post.counters is None else post.read_at


# What grew


def growth(platform: Platform, before: SyncState, after: SyncState) -> Growth:
    """What grew between a stored state and the one that replaces it, once that is ``cover``ed.

    Only of accounts that were covered before: of what others had nobody knows when it came.
    """
    spans = _spans(before, after)
    found: dict[str, _Grown] = defaultdict(_Grown)
    for name, hours in spans.items():
        if hours:
            found[name].know(hours)
    for key, post in after.posts.items():
        if post is not (held := before.posts.get(key)) and post.account_id in spans:
            found[post.account_id].take(held, post)
    days: dict[date, dict[str, AccountPulse]] = defaultdict(dict)
    for name, grown in found.items():
        for day, pulse in grown.days().items():
            days[day][f"{platform}:{name}"] = pulse
    return dict(days)


def _spans(before: SyncState, after: SyncState) -> dict[str, set[Hour]]:
    """The hours that have become known, by account; those that were not covered are left out."""
    found: dict[str, set[Hour]] = {}
    for handle, account in after.accounts.items():
        held = before.accounts.get(handle)
        since = held.covered_until if held is not None else None
        until = account.covered_until
        if since is None or until is None or until - since > LONGEST or not account.account_id:
            continue
        hours = found.setdefault(account.account_id, set())
        hours.update(_hours(_floor(since), _floor(until)))
    return found


class _Grown:
    """What an account's posts gathered, by hour."""

    def __init__(self) -> None:
        self._known: dict[date, int] = defaultdict(int)
        self._counts: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0] * HOURS)
        self._posts: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0] * HOURS)

    def know(self, hours: Iterable[Hour]) -> None:
        """Some hours are known."""
        for day, hour in hours:
            self._known[day] |= 1 << hour

    def take(self, held: LivePost | None, post: LivePost) -> None:
        """Add what a post has more than it had; ``held`` None: it was found only now."""
        since = _since(held, post)
        if since is None or post.read_at is None or post.counters is None:
            return
        read_at, had = since
        hours = between(read_at, post.read_at)
        for what, earlier, later in zip(WHAT, had, post.counters, strict=True):
            if earlier is None or later is None or later <= earlier:
                continue
            for (day, hour), count in spread(later - earlier, hours):
                self._counts[day, what][hour] += count
                if what == "comments":
                    self._posts[day, post.post_id][hour] += count

    def days(self) -> dict[date, AccountPulse]:
        """What was gathered and known on each day."""
        posts: dict[date, dict[str, ByHour]] = defaultdict(dict)
        for (day, post_id), hours in self._posts.items():
            posts[day][post_id] = tuple(hours)
        counts: dict[date, dict[str, ByHour]] = defaultdict(dict)
        for (day, what), hours in self._counts.items():
            counts[day][what] = tuple(hours)
        return {
            day: AccountPulse(known=self._known[day], posts=posts[day], **counts[day])
            for day in {*self._known, *counts}
        }


def _since(held: LivePost | None, post: LivePost) -> tuple[datetime, Counters] | None:
    """The last read before, and what the post had then; None where it is not known.

    A post that was not there before had nothing when it was published. But one that is older than a
    state needs to remember may have been in it, and been counted.
    """
    if held is None:
        is_young = post.read_at is None or post.read_at - post.published_at <= SETTLED
        return (post.published_at, _AT_PUBLICATION) if is_young else None
    if held.read_at is None or held.counters is None:
        return None
    return held.read_at, held.counters


def between(earlier: datetime, later: datetime) -> Sequence[Hour]:
    """The hours in which it came what grew between two reads: those after the first one's up to the
    last one's, or that of the last where both lie in one."""
    return _hours(_floor(earlier), _floor(later)) or ((later.date(), later.hour),)


def spread(count: int, hours: Sequence[Hour]) -> Iterator[tuple[Hour, int]]:
    """A count evenly over hours. What is left over is given to the later ones, one each; hours that
    get nothing are left out."""
    each, rest = divmod(count, len(hours))
    fewer = len(hours) - rest
    for n in range(0 if each else fewer, len(hours)):
        yield hours[n], each + (n >= fewer)


@lru_cache(maxsize=1_000)  # most posts of a tick are read in one hour, and were in another one
def _hours(since: datetime, until: datetime) -> Sequence[Hour]:
    """The hours after one, up to another one."""
    count = (until - since) // HOUR
    found = (since + n * HOUR for n in range(1, count + 1))
    return tuple((at.date(), at.hour) for at in found)


def _floor(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
