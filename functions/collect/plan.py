"""What to read at this tick, most valuable first: pure functions.

A post needs two reads that matter, just before and just after its 24-hour mark; it must be found
well before that, and pages want it fresh. ``wishes`` says all that would be worth reading now,
``ration`` grants of it what the credentials' budgets allow. When a budget does not reach, freshness
gives way first, then looks for new posts, then reads that would only narrow a bracket; reads
without which a mark is lost come last.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import pairwise
from math import ceil
from types import ModuleType
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from functions.collect.budget import PRICES, Allowance, Expected, in_turn
from functions.collect.completeness import COUNTED_BACK, LAST_LOOK, OpenMonth, counted_by
from functions.collect.note import REMEMBERED, AccountNote, LivePost, Note
from functions.model import DAY, SETTLED, Platform

T = TypeVar("T")
_Batch = tuple[Platform, str, str, bool, int]
Foreseen = tuple[str, Expected]  # the account whose credential will pay, and what

CONFIRM_AFTER = timedelta(minutes=15)  # two absences count when they are this far apart
OVERLAP = timedelta(hours=6)  # listings show some posts late
# Ages at which a provisional value is refreshed on the way to the mark. The last is also the
# earliest usable sample, should every read near the mark fail.
STAGES = tuple(timedelta(hours=h) for h in (3, 6, 12, 18))
LONGEST_TICK = timedelta(hours=6)

# A read this near to the mark observes it; a bracket this wide is what we promise; a wider one than
# the last is an estimate.
OBSERVES = timedelta(minutes=5)
PROMISED, INTERPOLATES = timedelta(hours=1), timedelta(hours=2)
# An account is looked at before a post that came right after its last look is this old.
FOUND_WITHIN = timedelta(hours=5, minutes=30)
# Without a post for two days an account is looked at that much more seldom.
QUIET = 5 / 3
# Posts a second that an account is taken to publish: one a day over a month that nobody has looked
# at, five a day since the last look, lest many looks at once cost more than there is.
USUAL, BUSY = 1 / 86_400, 5 / 86_400
DEEP_EVERY = timedelta(hours=5)
# The last looks are spread over the first half of their time; the other half is for what a budget
# or a platform refused, and for a tick that does not come.
SPREAD = LAST_LOOK / 2
# In UTC, by which X's days go: accounts are listed once or twice more before they end.
LATE_HOUR = 18
# X counts what lies this far back at least; the request takes a while to get there.
COUNT_LAG = timedelta(minutes=1)


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
    def of(cls, adapter: ModuleType) -> Ways:
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
    """One form a wish can take, and its cost by bucket: ``each`` time, and once a ``batch``.

    ``since``: how far back a listing reaches in this form; None: as the wish has it.
    """

    depth: int = 1
    way: int = 0
    since: datetime | None = None
    each: Mapping[str, int] = msgspec.field(default_factory=dict)
    batch: Mapping[str, int] = msgspec.field(default_factory=dict)
    size: int = 1


class Reason(NamedTuple):
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


class Wish(msgspec.Struct, frozen=True):
    """Something worth reading now, and why. ``subject``: the account whose credential serves it."""

    platform: Platform
    reason: Reason
    subject: str
    what: SweepRequest | LivePost | ProfileRequest | CountRequest
    options: tuple[Option, ...]


def next_tick(note: Note, now: datetime, cadence: timedelta) -> datetime:
    """When the next tick is to be expected: after the usual pause, or the shortest one of late.

    Ticks may come more rarely than configured. Those with nothing to do leave no trace, so the
    shortest pause between the others is the best guess; it errs on the side of reading too often.
    """
    return now + min(usual_pause(note, now, cadence), LONGEST_TICK)


def usual_pause(note: Note, now: datetime, cadence: timedelta) -> timedelta:
    """The pause between ticks, as far as the last few tell it."""
    ticks = (*note.ticks, now)
    pauses = [later - earlier for earlier, later in pairwise(ticks) if later > earlier]
    return max(cadence, min(pauses, default=cadence))


def share_of(handle: str) -> float:
    """A handle's place among all, 0 to 1, always the same: what falls due together is spread."""
    return zlib.crc32(handle.encode()) / 2**32


def wishes(
    note: Note,
    handles: Iterable[str],
    ways: Ways,
    *,
    now: datetime,
    following: datetime,
    look_back: datetime,
    discover_every: timedelta,
    closing: Closing | None = None,
) -> list[Wish]:
    """Everything worth reading on a platform at this tick, in no order.

    Args:
        note: accounts and live posts of the platform.
        handles: the handles that are registered now.
        now, following: this tick and the next.
        look_back: how far back an account's very first listing reaches.
        discover_every: how often an account is looked at for new posts.
        closing: what the last look before closing needs; None: there is none.
    """
    accounts = [note.accounts.get(handle, AccountNote(handle=handle)) for handle in handles]
    awake = [account for account in accounts if not _resting(account, now)]
    live: dict[str, list[LivePost]] = defaultdict(list)
    for post in note.posts.values():
        live[post.account_id].append(post)
    found: list[Wish] = []
    marks: dict[str, Reason] = {}
    for post in note.posts.values():
        reason = _reason(post, now, following)
        if reason is None:
            continue
        if ways.lookup_size:
            found.append(_look(post, reason, ways, now))
        # Freshness alone is not worth a listing: it rides on those that look for new posts.
        elif reason.purpose is not Purpose.FRESHEN:
            marks[post.account_id] = _together(reason, marks.get(post.account_id))
    for account in awake:
        posts = live.get(account.account_id or "", [])
        reasons = [
            reason
            for reason in (
                marks.get(account.account_id or ""),
                _discovery(account, posts, now, following, discover_every),
                _last_look(account, ways, closing, now),
            )
            if reason
        ]
        if reasons:
            since = _since(account, now, look_back, ways.lookup_size)
            found.append(_sweep(account, min(reasons), since, posts, ways, now, closing))
        if (count := _count(account, ways, closing, now)) is not None:
            found.append(count)
        if (profile := _profile(account, ways, now, swept=bool(reasons))) is not None:
            found.append(profile)
    for handle in closing.leaving if closing else ():
        leaving = note.accounts.get(handle)
        if leaving is None or _resting(leaving, now):
            continue
        if (reason := _last_look(leaving, ways, closing, now)) is not None:
            found.append(_sweep(leaving, reason, now, (), ways, now, closing))
    return found


def expected(note: Note, ways: Ways, now: datetime, tick: timedelta) -> Iterator[Foreseen]:
    """What the marks to come will need, one for each request that can be foreseen.

    A listing serves all marks of its account that fall into one tick; a lookup by id is billed by
    the post, where it is billed at all, once a UTC day.
    """
    price = PRICES[ways.platform]
    served: set[tuple[str, int]] = set()
    handles = {account.account_id: handle for handle, account in note.accounts.items()}
    for post in note.posts.values():
        if post.mark <= now or post.closed(now):
            continue
        if ways.lookup_size:
            is_read = post.read_at is not None and post.read_at.date() == post.mark.date()
            if price.post and not is_read:
                yield post.account_id, Expected(post.mark, _times(price.post, post.size))
        elif (slot := (post.account_id, (post.mark - now) // tick)) not in served:
            served.add(slot)
            subject = handles.get(post.account_id, post.account_id)
            yield subject, Expected(post.mark, price.page)


def ration(
    wanted: Iterable[Wish],
    ways: Mapping[Platform, Ways],
    serving: Mapping[Platform, Sequence[tuple[str, Allowance]]],
) -> dict[Platform, Plan]:
    """What the budgets allow of all platforms' wishes; the allowances are used up by it.

    Args:
        serving: each platform's credentials with their allowances. Two platforms that share a
            credential share its allowance, and the more valuable wish of either goes first.
            TikTok's consents belong to one app each; elsewhere another credential steps in when an
            account's own cannot pay, or was refused: then it is tried once a tick, on no mark.
    """
    granted: dict[Platform, list[tuple[Wish, Option, str]]] = {name: [] for name in ways}
    given_up: dict[Platform, Counter[str]] = {name: Counter() for name in ways}
    batched: Counter[_Batch] = Counter()
    tried: Counter[str] = Counter()
    for wish in sorted(wanted, key=_order):
        found = _affordable(wish, serving[wish.platform], batched, tried)
        if found is None:
            given_up[wish.platform][GIVEN_UP[wish.reason.purpose]] += 1
            continue
        option, name, allowed = found
        batch = _batch(wish, option, name)
        allowed.take(_cost(option, batched[batch]))
        batched[batch] += 1
        tried[name] += 1
        granted[wish.platform].append((wish, option, name))
    return {
        platform: _plan(taken, ways[platform], given_up[platform])
        for platform, taken in granted.items()
    }


def priced(
    wanted: Iterable[Wish], serving: Mapping[Platform, Sequence[str]]
) -> Iterator[tuple[str, dict[str, int]]]:
    """What each wish would cost in its preferred form, with its account's own credential."""
    batched: Counter[_Batch] = Counter()
    for wish in wanted:
        name, option = in_turn(serving[wish.platform], wish.subject)[0], wish.options[0]
        batch = _batch(wish, option, name)
        yield name, _cost(option, batched[batch])
        batched[batch] += 1


def purpose_of(post: LivePost, now: datetime, following: datetime) -> Purpose | None:
    """Why a post would be read at this tick; None = it needs no read."""
    reason = _reason(post, now, following)
    return reason.purpose if reason else None


def is_last_before_mark(post: LivePost, now: datetime, following: datetime) -> bool:
    """Whether the mark falls before the next tick; ticks may come a little late."""
    slack = (following - now) / 10
    return now <= post.mark < following + slack


def stage(age: timedelta) -> int:
    """How many of the refreshing ages have been reached."""
    return bisect_right(STAGES, age)


def _reason(post: LivePost, now: datetime, following: datetime) -> Reason | None:
    """What speaks for reading a post now; None = it needs no read."""
    if post.closed(now):
        return None
    if post.read_at is not None and post.read_at >= now:
        return None  # the same tick, delivered twice
    last = is_last_before_mark(post, now, following)
    if post.missing:
        # Gone, but for one more look before the mark: it may have come back.
        confirm = len(post.missing) == 1 and now - post.missing[-1] >= CONFIRM_AFTER
        wanted = confirm or (last and len(post.missing) > 1)
        return Reason(Purpose.MARK, 0, -1, post.mark) if wanted else None
    if last or post.mark <= now:
        return Reason(*_at_mark(post, now, following), -1, post.mark)
    read_at = post.read_at or post.published_at
    if stage(now - post.published_at) > stage(read_at - post.published_at):
        return Reason(Purpose.FRESHEN, 0, 0, post.mark)
    return None


def _together(one: Reason, other: Reason | None) -> Reason:
    """What speaks for a request that serves both; those of less value ride along."""
    if other is None:
        return one
    if one[:2] != other[:2]:
        return min(one, other)
    return Reason(*one[:2], one.spared + other.spared, min(one.when, other.when))


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
    if after - post.mark <= OBSERVES or (before and post.mark - before <= OBSERVES):
        return 0
    if before is None or after - before > INTERPOLATES:
        return 2
    return 0 if after - before <= PROMISED else 1


def _before(post: LivePost) -> datetime | None:
    """The last stored read that is usable for the mark and not behind it."""
    earliest = post.published_at + STAGES[-1]
    return max((at for at in post.kept if earliest <= at <= post.mark), default=None)


def _discovery(
    account: AccountNote,
    live: Sequence[LivePost],
    now: datetime,
    following: datetime,
    every: timedelta,
) -> Reason | None:
    """What speaks for looking at an account's listing for new posts; None = not yet."""
    if account.account_id is None or account.swept_at is None:
        return Reason(Purpose.OVERDUE, 0, 0, now)
    if following - account.swept_at > max(FOUND_WITHIN, every + (following - now)):
        return Reason(Purpose.OVERDUE, 0, 0, account.swept_at)
    # Due at the tick that lies nearest to the wished time, not always at the one after it.
    half = (following - now) / 2
    pause = every if live else min(every * QUIET, max(every, FOUND_WITHIN))
    if account.swept_at + pause > now + half:
        return None
    return Reason(Purpose.DISCOVER, 0, 0, account.swept_at)


def _since(account: AccountNote, now: datetime, look_back: datetime, lookup_size: int) -> datetime:
    if account.swept_at is None:
        return look_back
    since = account.swept_at - OVERLAP
    # Read by account alone, a listing must reach every post that still waits for its mark.
    return since if lookup_size else min(since, now - SETTLED)


def _last_look(
    account: AccountNote, ways: Ways, closing: Closing | None, now: datetime
) -> Reason | None:
    """What speaks for listing an account once more, back to the first of a month that closes."""
    if closing is None or account.account_id is None or PRICES[ways.platform].post:
        return None
    due = closing.due(account.handle, account.looked_back_at, now)
    return None if due is None else Reason(Purpose.CLOSING, 0, 0, due)


def _count(account: AccountNote, ways: Ways, closing: Closing | None, now: datetime) -> Wish | None:
    """A count of an account's posts of the last days, where a listing of them would be dear."""
    if closing is None or not ways.counts or account.swept_at is None:
        return None
    last = closing.due(account.handle, account.counted_at, now)
    due = last or counted_by(closing.month, now, share_of(account.handle))
    counted_at = account.counted_at or account.known_from
    if due is None or counted_at is None or account.known_from is None:
        return None
    if not last and (counted_at >= due or not closing.concerns(account.handle)):
        return None
    since = max(now - COUNTED_BACK + COUNT_LAG, closing.since(account.handle), account.known_from)
    until = min(account.swept_at, now - COUNT_LAG)
    if until <= since:
        return None
    purpose = Purpose.CLOSING if last else Purpose.DISCOVER
    return Wish(
        ways.platform,
        Reason(purpose, 0, 0, due),
        account.handle,
        CountRequest(account.handle, since, until, purpose),
        (Option(each=PRICES[ways.platform].count),),
    )


def _resting(account: AccountNote, now: datetime) -> bool:
    return account.retry_at is not None and now < account.retry_at


def _look(post: LivePost, reason: Reason, ways: Ways, now: datetime) -> Wish:
    price = PRICES[ways.platform]
    options = tuple(
        Option(way=way, each=_unread((post,), price.post, now), batch=batch, size=ways.lookup_size)
        for way, batch in enumerate(price.lookup)
    )
    return Wish(ways.platform, reason, post.account_id, post, options)


def _sweep(
    account: AccountNote,
    reason: Reason,
    since: datetime,
    live: Sequence[LivePost],
    ways: Ways,
    now: datetime,
    closing: Closing | None = None,
) -> Wish:
    price = PRICES[ways.platform]
    pace = max(BUSY, len(live) / timedelta(days=2).total_seconds()) if account.swept_at else USUAL
    # A look that is due anyway shortly before closing is the last one, too.
    looks_back = _is_last(account, ways, closing, reason, now)
    if looks_back and closing:
        since = min(since, closing.since(account.handle))
    request = SweepRequest(
        account.handle,
        since,
        reason.purpose,
        replies=ways.replies,
        taken_since=closing.since(account.handle) if closing else None,
        looks_back=looks_back,
        unlooked=_unlooked(account, ways, closing),
    )

    def posts(since: datetime) -> dict[str, int]:
        # What the listing will bring: known posts not read today, and as many new ones as usual. A
        # part of a new post is a cost as well: where nothing is left no listing may be read for
        # nothing.
        shown = [post for post in live if post.published_at >= since]
        new = pace * (now - (account.swept_at or since)).total_seconds()
        expected_new = {bucket: max(1, ceil(amount * new)) for bucket, amount in price.post.items()}
        found = _sum(_unread(shown, price.post, now), expected_new)
        if ways.replies:
            found = _sum(found, _times(price.post, _replies(account, pace, since, now)))
        return found

    deep = ways.depth > 1 and (
        looks_back or account.deep_at is None or account.deep_at + DEEP_EVERY <= now
    )
    least = ceil(pace * (now - since).total_seconds() / ways.page_size) if looks_back else 1
    options = [
        Option(depth, each=_sum(_times(price.page, max(depth, least)), posts(since)))
        for depth in ((ways.depth, 1) if deep else (1,))
    ]
    if (further := _for_nothing(account, live, ways, since, now)) is not None:
        options.insert(0, Option(2, since=further, each=posts(further)))
    return Wish(ways.platform, reason, account.handle, request, tuple(options))


def _is_last(
    account: AccountNote, ways: Ways, closing: Closing | None, reason: Reason, now: datetime
) -> bool:
    """Whether a listing is to be the last look before a month begins closing."""
    if closing is None or not closing.is_near(now) or PRICES[ways.platform].post:
        return False
    if account.account_id is None or not closing.concerns(account.handle):
        return False
    done = account.looked_back_at is not None and account.looked_back_at >= closing.opens_at
    return (
        reason.purpose is Purpose.CLOSING
        or (now >= closing.opens_at and not done)
        or (closing.due(account.handle, account.looked_back_at, now) is not None)
    )


def _unlooked(account: AccountNote, ways: Ways, closing: Closing | None) -> str | None:
    """The month that began closing last, when there was no last look at the account before it.

    A look a day before is one where ticks are rare. None as well when nobody knows.
    """
    by_count = bool(PRICES[ways.platform].post)
    looked_at = account.counted_at if by_count else account.looked_back_at
    if closing is None or looked_at is None or (by_count and not ways.counts):
        return None
    before, span = closing.before, closing.spans.get(account.handle)
    is_concerned = span is None or span.touches(before.begin, before.end)
    return before.name if is_concerned and looked_at < before.closes_at - DAY else None


def _for_nothing(
    account: AccountNote, live: Sequence[LivePost], ways: Ways, since: datetime, now: datetime
) -> datetime | None:
    """How much further back a listing can reach that is paid by the post and day; None: no further.

    Every post is paid for on the day of its publication and on that of its mark. So what was
    published today or yesterday costs nothing more, and neither does time without posts before.
    Looked at once a day, late, when that reaches furthest, lest all be read anew at every listing.
    """
    is_late = now.hour >= LATE_HOUR and (
        account.deep_at is None or account.deep_at.date() < now.date()
    )
    if live and not is_late:
        return None
    price = PRICES[ways.platform]
    if not price.post or ways.replies or account.swept_at is None or account.known_from is None:
        return None
    yesterday = now.replace(hour=0, minute=0, second=0, microsecond=0) - DAY
    # An edited post costs a call more, for the versions that a listing does not show.
    dear = (
        post.published_at + timedelta(seconds=1)
        for post in live
        if (post.published_at < yesterday and _unread((post,), price.post, now))
        or (post.published_at < since and post.size > 1)
    )
    further = max([now - REMEMBERED + COUNT_LAG, account.known_from, *dear])
    shown = sum(post.published_at >= further for post in live)
    return further if further < since and shown < ways.page_size * 4 // 5 else None


def _replies(account: AccountNote, pace: float, since: datetime, now: datetime) -> int:
    """How many replies a listing will bring that are not paid for today.

    As many new ones as of late, or as posts; and after midnight those of late once more.
    """
    pace = max(pace, len(account.settled) / OVERLAP.total_seconds())
    begin = account.swept_at or since
    again = 0 if begin.date() == now.date() else len(account.settled)
    return again + max(1, ceil(pace * (now - begin).total_seconds()))


def _profile(account: AccountNote, ways: Ways, now: datetime, *, swept: bool) -> Wish | None:
    """A look at who the account is: when its handle is new, and now and then for its followers."""
    known = account.account_id is not None
    if known and (
        (swept and ways.listing_tells) or not _is_stale(account, ways.followers_every, now, swept)
    ):
        return None
    price = PRICES[ways.platform]
    size = ways.recheck_size if known else ways.resolve_size
    return Wish(
        ways.platform,
        Reason(_profile_purpose(account, ways, now), 0, 0, account.followers_at or now),
        account.handle,
        ProfileRequest((account.handle,), known),
        (Option(each=price.user, batch=price.profile, size=size),),
    )


def _profile_purpose(account: AccountNote, ways: Ways, now: datetime) -> Purpose:
    if account.account_id is None:
        return Purpose.OVERDUE
    late = account.followers_at is None or account.followers_at + 2 * ways.followers_every <= now
    return Purpose.DISCOVER if late else Purpose.FRESHEN


def _is_stale(account: AccountNote, every: timedelta, now: datetime, swept: bool) -> bool:
    """Whether profile and followers are to be read again.

    They wait for a tick that reads the account anyway (an access token may be dear), but not for
    longer than as much again.
    """
    return (
        account.followers_at is None
        or account.wrong is not None  # it can be read again, so its admin is to be told
        or account.followers_at + 2 * every <= now
        or (account.followers_at + every <= now and swept)
    )


def _unread(posts: Iterable[LivePost], price: Mapping[str, int], now: datetime) -> dict[str, int]:
    """What reading these posts costs where each is billed once a UTC day."""
    if not price:
        return {}
    count = sum(
        post.size for post in posts if post.read_at is None or post.read_at.date() != now.date()
    )
    return _times(price, count)


def _times(price: Mapping[str, int], count: int) -> dict[str, int]:
    return {bucket: amount * count for bucket, amount in price.items()} if count else {}


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {bucket: one.get(bucket, 0) + other.get(bucket, 0) for bucket in {*one, *other}}


def _order(wish: Wish) -> tuple[Reason, Platform, str, str]:
    """The most valuable first; of equals always the same, and a handle's profile before its
    listing, which nobody can ask for before it is known whose it is."""
    name = wish.what.key if isinstance(wish.what, LivePost) else type(wish.what).__name__
    return wish.reason, wish.platform, wish.subject, name


def _affordable(
    wish: Wish,
    serving: Sequence[tuple[str, Allowance]],
    batched: Mapping[_Batch, int],
    tried: Mapping[str, int],
) -> tuple[Option, str, Allowance] | None:
    """The first way in which a wish can be granted; None when no credential can pay it."""
    able = in_turn(serving, wish.subject)
    if wish.platform == "tiktok":  # a consent was given to one app alone
        able = able[:1]
    else:
        may_try = not tried[able[0][0]] and wish.reason.purpose is not Purpose.MARK
        own = able[0][0] if may_try else ""
        able.sort(key=lambda one: one[1].refused and one[0] != own)
    for option in wish.options:
        for name, allowed in able:
            cost = _cost(option, batched[_batch(wish, option, name)])
            if allowed.affords(cost, urgent=wish.reason.purpose is Purpose.MARK):
                return option, name, allowed
    return None


def _batch(wish: Wish, option: Option, credential: str) -> _Batch:
    """The calls in which a wish shares one with others."""
    known = isinstance(wish.what, ProfileRequest) and wish.what.known
    return wish.platform, credential, type(wish.what).__name__, known, option.way


def _cost(option: Option, before: int) -> dict[str, int]:
    """What a wish costs when so many share its batches already: the first of a call pays it."""
    begins_a_call = before % option.size == 0
    return _sum(option.each, option.batch if begins_a_call else {})


def _plan(
    granted: Sequence[tuple[Wish, Option, str]], ways: Ways, given_up: Mapping[str, int]
) -> Plan:
    """The granted wishes as requests; what shares a call is put into one."""
    sweeps: list[SweepRequest] = []
    counts: list[CountRequest] = []
    looks: dict[tuple[str, int], list[Wish]] = defaultdict(list)
    profiles: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for wish, option, credential in granted:
        match wish.what:
            case SweepRequest() as sweep:
                since = option.since or sweep.since
                sweeps.append(
                    replace(sweep, since=since, depth=option.depth, credential=credential)
                )
            case CountRequest() as count:
                counts.append(replace(count, credential=credential))
            case ProfileRequest() as profile:
                profiles[credential, profile.known] += profile.handles
            case LivePost():
                looks[credential, option.way].append(wish)
    return Plan(
        sweeps=tuple(sweeps),
        lookups=tuple(
            LookupRequest(
                tuple(wish.what for wish in batch if isinstance(wish.what, LivePost)),
                batch[0].reason.purpose,
                way,
                credential,
            )
            for (credential, way), wanted in looks.items()
            for batch in _chunks(wanted, ways.lookup_size)
        ),
        profiles=tuple(
            ProfileRequest(tuple(batch), known, credential)
            for (credential, known), handles in profiles.items()
            for batch in _chunks(handles, ways.recheck_size if known else ways.resolve_size)
        ),
        counts=tuple(counts),
        given_up=dict(given_up),
    )


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
