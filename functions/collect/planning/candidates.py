"""What is worth reading at this tick, and how much: pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from functions.collect.planning.marks import combined, reason_of
from functions.collect.planning.quota import PRICES, Expected
from functions.collect.planning.requests import CountRequest, ProfileRequest, Purpose, SweepRequest
from functions.collect.planning.ways import (
    Candidate,
    Closing,
    Foreseen,
    Option,
    Priority,
    Ways,
    added,
    share_of,
    times,
)
from functions.collect.reading.completeness import COUNTED_BACK, counted_by
from functions.collect.state import REMEMBERED, AccountState, LivePost, SyncState
from functions.model import DAY
from functions.thresholds import SETTLED

OVERLAP = timedelta(hours=6)  # listings show some posts late
# An account is looked at before a post that came right after its last look is this old.
FOUND_WITHIN = timedelta(hours=5, minutes=30)
# Without a post for two days an account is looked at that much more seldom.
QUIET = 5 / 3
# Posts a second that an account is taken to publish: one a day over a month that nobody has looked
# at, five a day since the last look, lest many looks at once cost more than there is.
USUAL, BUSY = 1 / 86_400, 5 / 86_400
DEEP_EVERY = timedelta(hours=5)
# In UTC, by which X's days go: accounts are listed once or twice more before they end.
LATE_HOUR = 18
# X counts what lies this far back at least; the request takes a while to get there.
COUNT_LAG = timedelta(minutes=1)


class Timing(NamedTuple):
    """When a tick is, and how far it looks.

    Attributes:
        now, following: this tick and the next.
        look_back: how far back an account's very first listing reaches.
        discover_every: how often an account is looked at for new posts.
    """

    now: datetime
    following: datetime
    look_back: datetime
    discover_every: timedelta


def candidates(
    state: SyncState,
    handles: Iterable[str],
    ways: Ways,
    timing: Timing,
    closing: Closing | None = None,
) -> list[Candidate]:
    """Everything worth reading on a platform at this tick, in no order.

    Args:
        state: accounts and live posts of the platform.
        handles: the handles that are registered now.
        closing: what the last look before closing needs; None: there is none.
    """
    live: dict[str, list[LivePost]] = defaultdict(list)
    for post in state.posts.values():
        live[post.account_id].append(post)
    found, marks = _of_posts(state, ways, timing)
    for handle in handles:
        account = state.accounts.get(handle, AccountState(handle=handle))
        if not _resting(account, timing.now):
            name = account.account_id or ""
            found += _of_account(
                account, live.get(name, []), marks.get(name), ways, timing, closing
            )
    for handle in closing.leaving if closing else ():
        leaving = state.accounts.get(handle)
        if leaving is None or _resting(leaving, timing.now):
            continue
        if (reason := _last_look(leaving, ways, closing, timing.now)) is not None:
            found.append(_sweep(leaving, reason, timing.now, (), ways, timing.now, closing))
    return found


def _of_posts(
    state: SyncState, ways: Ways, timing: Timing
) -> tuple[list[Candidate], dict[str, Priority]]:
    """The posts worth reading by id; where there is no such way, by account's id, what speaks for
    a listing."""
    found: list[Candidate] = []
    marks: dict[str, Priority] = {}
    for post in state.posts.values():
        reason = reason_of(post, timing.now, timing.following)
        if reason is None:
            continue
        if ways.lookup_size:
            found.append(_look(post, reason, ways, timing.now))
        # Freshness alone is not worth a listing: it rides on those that look for new posts.
        elif reason.purpose is not Purpose.FRESHEN:
            marks[post.account_id] = combined(reason, marks.get(post.account_id))
    return found, marks


def _of_account(
    account: AccountState,
    posts: Sequence[LivePost],
    mark: Priority | None,
    ways: Ways,
    timing: Timing,
    closing: Closing | None,
) -> Iterator[Candidate]:
    """What is worth asking about an account: its listing, its counts, its profile."""
    now = timing.now
    reasons = [
        reason
        for reason in (
            mark,
            _discovery(account, posts, now, timing.following, timing.discover_every),
            _last_look(account, ways, closing, now),
        )
        if reason
    ]
    if reasons:
        since = _since(account, now, timing.look_back, ways.lookup_size)
        yield _sweep(account, min(reasons), since, posts, ways, now, closing)
    if (count := _count(account, ways, closing, now)) is not None:
        yield count
    if (profile := _profile(account, ways, now, swept=bool(reasons))) is not None:
        yield profile


def expected(state: SyncState, ways: Ways, now: datetime, tick: timedelta) -> Iterator[Foreseen]:
    """What the marks to come will need, one for each request that can be foreseen.

    A listing serves all marks of its account that fall into one tick; a lookup by id is billed by
    the post, where it is billed at all, once a UTC day.
    """
    price = PRICES[ways.platform]
    served: set[tuple[str, int]] = set()
    handles = {account.account_id: handle for handle, account in state.accounts.items()}
    for post in state.posts.values():
        if post.mark <= now or post.closed(now):
            continue
        if ways.lookup_size:
            is_read = post.read_at is not None and post.read_at.date() == post.mark.date()
            if price.post and not is_read:
                yield post.account_id, Expected(post.mark, times(price.post, post.size))
        elif (slot := (post.account_id, (post.mark - now) // tick)) not in served:
            served.add(slot)
            subject = handles.get(post.account_id, post.account_id)
            yield subject, Expected(post.mark, price.page)


def _discovery(
    account: AccountState,
    live: Sequence[LivePost],
    now: datetime,
    following: datetime,
    every: timedelta,
) -> Priority | None:
    """What speaks for looking at an account's listing for new posts; None = not yet."""
    if account.account_id is None or account.swept_at is None:
        return Priority(Purpose.OVERDUE, 0, 0, now)
    if following - account.swept_at > max(FOUND_WITHIN, every + (following - now)):
        return Priority(Purpose.OVERDUE, 0, 0, account.swept_at)
    # Due at the tick that lies nearest to the wished time, not always at the one after it.
    half = (following - now) / 2
    pause = every if live else min(every * QUIET, max(every, FOUND_WITHIN))
    if account.swept_at + pause > now + half:
        return None
    return Priority(Purpose.DISCOVER, 0, 0, account.swept_at)


def _since(account: AccountState, now: datetime, look_back: datetime, lookup_size: int) -> datetime:
    if account.swept_at is None:
        return look_back
    since = account.swept_at - OVERLAP
    # Read by account alone, a listing must reach every post that still waits for its mark.
    return since if lookup_size else min(since, now - SETTLED)


def _last_look(
    account: AccountState, ways: Ways, closing: Closing | None, now: datetime
) -> Priority | None:
    """What speaks for listing an account once more, back to the first of a month that closes."""
    if closing is None or account.account_id is None or PRICES[ways.platform].post:
        return None
    due = closing.due(account.handle, account.looked_back_at, now)
    return None if due is None else Priority(Purpose.CLOSING, 0, 0, due)


def _count(
    account: AccountState, ways: Ways, closing: Closing | None, now: datetime
) -> Candidate | None:
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
    return Candidate(
        ways.platform,
        Priority(purpose, 0, 0, due),
        account.handle,
        CountRequest(account.handle, since, until, purpose),
        (Option(each=PRICES[ways.platform].count),),
    )


def _resting(account: AccountState, now: datetime) -> bool:
    return account.retry_at is not None and now < account.retry_at


def _look(post: LivePost, reason: Priority, ways: Ways, now: datetime) -> Candidate:
    price = PRICES[ways.platform]
    options = tuple(
        Option(way=way, each=_unread((post,), price.post, now), batch=batch, size=ways.lookup_size)
        for way, batch in enumerate(price.lookup)
    )
    return Candidate(ways.platform, reason, post.account_id, post, options)


def _sweep(
    account: AccountState,
    reason: Priority,
    since: datetime,
    live: Sequence[LivePost],
    ways: Ways,
    now: datetime,
    closing: Closing | None = None,
) -> Candidate:
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
        found = added(_unread(shown, price.post, now), expected_new)
        if ways.replies:
            found = added(found, times(price.post, _replies(account, pace, since, now)))
        return found

    deep = ways.depth > 1 and (
        looks_back or account.deep_at is None or account.deep_at + DEEP_EVERY <= now
    )
    least = ceil(pace * (now - since).total_seconds() / ways.page_size) if looks_back else 1
    options = [
        Option(depth, each=added(times(price.page, max(depth, least)), posts(since)))
        for depth in ((ways.depth, 1) if deep else (1,))
    ]
    if (further := _for_nothing(account, live, ways, since, now)) is not None:
        options.insert(0, Option(2, since=further, each=posts(further)))
    return Candidate(ways.platform, reason, account.handle, request, tuple(options))


def _is_last(
    account: AccountState, ways: Ways, closing: Closing | None, reason: Priority, now: datetime
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


def _unlooked(account: AccountState, ways: Ways, closing: Closing | None) -> str | None:
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
    account: AccountState, live: Sequence[LivePost], ways: Ways, since: datetime, now: datetime
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


def _replies(account: AccountState, pace: float, since: datetime, now: datetime) -> int:
    """How many replies a listing will bring that are not paid for today.

    As many new ones as of late, or as posts; and after midnight those of late once more.
    """
    pace = max(pace, len(account.settled) / OVERLAP.total_seconds())
    begin = account.swept_at or since
    again = 0 if begin.date() == now.date() else len(account.settled)
    return again + max(1, ceil(pace * (now - begin).total_seconds()))


def _profile(account: AccountState, ways: Ways, now: datetime, *, swept: bool) -> Candidate | None:
    """A look at who the account is: when its handle is new, and now and then for its followers."""
    if account.account_id is not None and (
        (swept and ways.listing_tells) or not _is_stale(account, ways.followers_every, now, swept)
    ):
        return None
    return _identity(account, _profile_purpose(account, ways, now), ways, now)


def identities(
    state: SyncState, handles: Iterable[str], ways: Ways, now: datetime
) -> list[Candidate]:
    """A look at who some accounts are, whenever they were looked at before."""
    accounts = (state.accounts.get(handle, AccountState(handle=handle)) for handle in handles)
    return [_identity(account, Purpose.OVERDUE, ways, now) for account in accounts]


def _identity(account: AccountState, purpose: Purpose, ways: Ways, now: datetime) -> Candidate:
    price, known = PRICES[ways.platform], account.account_id is not None
    size = ways.recheck_size if known else ways.resolve_size
    return Candidate(
        ways.platform,
        Priority(purpose, 0, 0, account.followers_at or now),
        account.handle,
        ProfileRequest((account.handle,), known),
        (Option(each=price.user, batch=price.profile, size=size),),
    )


def _profile_purpose(account: AccountState, ways: Ways, now: datetime) -> Purpose:
    if account.account_id is None:
        return Purpose.OVERDUE
    late = account.followers_at is None or account.followers_at + 2 * ways.followers_every <= now
    return Purpose.DISCOVER if late else Purpose.FRESHEN


def _is_stale(account: AccountState, every: timedelta, now: datetime, swept: bool) -> bool:
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
    return times(price, count)
