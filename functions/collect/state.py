"""What is remembered of a platform between ticks: accounts, live posts, and when each was read.

One small document (``plans/{platform}``), so that a tick need not read accounts and posts one by
one. It can be lost: posts, and when accounts were last listed, then come back from the store.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from functions.collect.contract import Manner
from functions.collect.reading.completeness import CountTally, together
from functions.model import DAY, Post, by_number
from functions.thresholds import SETTLED

# Posts stay in the state until no listing window can bring them up again.
REMEMBERED = timedelta(hours=48)
LONGEST_REST = timedelta(days=1)  # no account found wrong rests as long as that
_NEVER, _ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
# When an account was looked at, in one way and another.
_LOOKS = ("checked_at", "followers_at", "swept_at", "deep_at", "looked_back_at", "counted_at")
Counters = tuple[int | None, int | None, int | None]
"""Comments, likes and shares; None: not shown."""
TICKS = 32  # a quiet platform seldom has two in a row


class LivePost(msgspec.Struct, frozen=True, kw_only=True):
    """A post that may have to be read again.

    ``kept``: when its stored samples were taken; ``read_at``: the last time it was seen, stored or
    not, and what it then had (``counters``; None: nobody remembers). ``missing``: reads since then
    that covered it and did not show it. ``parts``: the further posts of its thread, which are read
    with it and summed.
    """

    account_id: str
    post_id: str
    published_at: datetime
    url: str
    versions: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    kept: tuple[datetime, ...] = ()
    read_at: datetime | None = None
    counters: Counters | None = None
    missing: tuple[datetime, ...] = ()

    @property
    def mark(self) -> datetime:
        return self.published_at + DAY

    @property
    def key(self) -> str:
        return f"{self.account_id}:{self.post_id}"

    @property
    def size(self) -> int:
        """How many posts a read of it is, to a platform that bills each."""
        return (len(self.versions) or 1) + len(self.parts)

    def closed(self, now: datetime) -> bool:
        """Whether no further read can change its measurement."""
        passed = bool(self.kept) and self.kept[-1] >= self.mark
        return passed or now > self.published_at + SETTLED

    def as_post(self, platform: str) -> Post:
        """The post's facts, without samples."""
        return msgspec.convert(
            {
                "platform": platform,
                "account_id": self.account_id,
                "post_id": self.post_id,
                "published_at": self.published_at,
                "url": self.url,
                "versions": self.versions,
                "parts": self.parts,
            },
            Post,
        )


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """An account by its handle. ``account_id`` None: not resolved yet, or ``wrong``.

    ``wrong`` is the Indonesian sentence its admin sees; it is looked at again at ``retry_at``.
    Of an account that is read all the same its admin sees ``told`` (a new name, say) and what its
    listing is ``lacking``.
    ``settled``: ids that its listing showed and that need no further look, or the replies of late
    that it brought along when last read (X), ``deep_at``: when the listing was last read beyond its
    first page (YouTube); ``waits``: since when videos are waited for that are over without their
    end having been told (YouTube). ``manner``: how its listing has to be asked for, None: as usual,
    and ``manner_at`` when that was found out. ``daily``: how many of its posts were found, by the
    UTC day of their publication, where a platform lists busy accounts incompletely (Facebook), and
    ``proven`` the day on which a Page's token was last found to be its own, with its fingerprint.

    What tells whether all was found: ``looked_back_at``, when it was last listed back to the first
    of the open month; ``tally``, the platform's count beside what was found; ``unlooked``, the last
    month that began closing without that look; ``incomplete``, the sentence that was told of it
    all. Where it is counted by the day (X): ``counted_at``, when that was; ``known``, its posts of
    the last days by id, with the second of their publication; and ``known_from``, the instant from
    which on all that were found are in it.

    ``covered_until``: until when it is known how its posts' counters grew (watching/pulse.py);
    None: not since any time.
    """

    handle: str
    account_id: str | None = None
    title: str | None = None
    playlist_id: str | None = None
    checked_at: datetime | None = None
    followers_at: datetime | None = None
    swept_at: datetime | None = None
    wrong: str | None = None
    told: str | None = None
    lacking: str | None = None
    retry_at: datetime | None = None
    settled: tuple[str, ...] = ()
    deep_at: datetime | None = None
    daily: dict[str, int] = {}
    proven: str | None = None
    waits: dict[str, datetime] = {}
    manner: Manner | None = None
    manner_at: datetime | None = None
    looked_back_at: datetime | None = None
    tally: CountTally | None = None
    unlooked: str | None = None
    incomplete: str | None = None
    counted_at: datetime | None = None
    known: dict[str, int] = {}
    known_from: datetime | None = None
    covered_until: datetime | None = None


class SyncState(msgspec.Struct, kw_only=True):
    """What the collector knows about a platform.

    ``ticks``: the last ticks that sent anything.
    """

    ticks: tuple[datetime, ...] = ()
    accounts: dict[str, AccountState] = {}
    posts: dict[str, LivePost] = {}

    def tick(self, now: datetime) -> None:
        """Remember this tick among the last few."""
        self.ticks = (*self.ticks[1 - TICKS :], now)

    def has_forgotten(self, now: datetime) -> bool:
        """Whether a clock that was ahead has pruned posts that are still being read at ``now``."""
        return max(self.ticks, default=now) - now > REMEMBERED - SETTLED

    def prune(self, now: datetime) -> None:
        """Forget posts that no listing window can bring up again."""
        self.posts = {
            name: post for name, post in self.posts.items() if post.published_at > now - REMEMBERED
        }

    def rest(self, handle: str, until: datetime | None) -> None:
        """Leave an account alone until then; None ends its rest."""
        self.accounts[handle] = msgspec.structs.replace(self.accounts[handle], retry_at=until)

    def part(self, handles: Iterable[str], posts: Iterable[str]) -> SyncState:
        """These accounts and posts alone, those that are not in it left out."""
        return SyncState(
            accounts={name: self.accounts[name] for name in handles if name in self.accounts},
            posts={name: self.posts[name] for name in posts if name in self.posts},
        )

    def copy(self) -> SyncState:
        """The state as it is now, whatever becomes of this one."""
        return SyncState(ticks=self.ticks, accounts={**self.accounts}, posts={**self.posts})

    def fold(self, other: SyncState) -> None:
        """Take in what another reading noted: in any order, and as often as it comes."""
        for name, account in other.accounts.items():
            held = self.accounts.get(name)
            self.accounts[name] = _same_account(held, account) if held else account
        for name, post in other.posts.items():
            known = self.posts.get(name)
            self.posts[name] = _same_post(known, post) if known else post

    def until(self, now: datetime) -> None:
        """Forget what seems to have happened later than now: a clock was wrong for a while.

        An account that seems to have been looked at is looked at again, over two days back.
        """
        self.ticks = tuple(at for at in self.ticks if at <= now)
        self.accounts = {name: _account_until(a, now) for name, a in self.accounts.items()}
        self.posts = {name: _post_until(post, now) for name, post in self.posts.items()}


def encode(state: SyncState) -> bytes:
    """Compressed canonical JSON."""
    return zlib.compress(msgspec.json.encode(state, order="sorted"), 6)


def decode(body: bytes) -> SyncState | None:
    """The state; None when it cannot be read, so that it is rebuilt."""
    try:
        return msgspec.json.decode(zlib.decompress(body), type=SyncState)
    except (zlib.error, msgspec.DecodeError):
        return None


def rebuild(
    posts: Iterable[Post], ids: Mapping[str, str] | None = None, since: datetime | None = None
) -> SyncState:
    """A state from the posts that the store holds.

    Args:
        posts: of one platform, all that were published from ``since`` on.
        ids: accounts found before, by handle.
    """
    live = [
        LivePost(
            account_id=post.account_id,
            post_id=post.post_id,
            published_at=post.published_at,
            url=post.url,
            versions=post.versions,
            parts=post.parts,
            kept=tuple(sample.taken_at for sample in post.samples),
            read_at=post.samples[-1].taken_at if post.samples else None,
            missing=tuple(
                at for at in post.absences if not post.samples or at > post.samples[-1].taken_at
            ),
        )
        for post in posts
    ]
    # A post is first read where its account's listing shows it: then, at least, that was looked at.
    listed: dict[str, datetime] = {}
    for post in live:
        for found_at in post.kept[:1]:
            listed[post.account_id] = max(found_at, listed.get(post.account_id, found_at))
    shown: dict[str, dict[str, int]] = defaultdict(dict)
    for post in live:
        shown[post.account_id][post.post_id] = int(post.published_at.timestamp())
    return SyncState(
        accounts={
            handle: AccountState(
                handle=handle,
                account_id=name,
                swept_at=listed.get(name),
                known=shown[name],
                known_from=since,
            )
            for handle, name in (ids or {}).items()
        },
        posts={post.key: post for post in live},
    )


def _same_account(one: AccountState, other: AccountState) -> AccountState:
    """Two readings' states of an account: each fact by the reading that looked later."""
    checked, swept, mannered = (
        max((one, other), key=lambda a: (_time(getattr(a, name)), msgspec.json.encode(a)))
        for name in ("checked_at", "swept_at", "manner_at")
    )
    return msgspec.structs.replace(
        checked,
        followers_at=max((one.followers_at, other.followers_at), key=_time),
        swept_at=swept.swept_at,
        settled=swept.settled,
        waits={  # seen first is seen first, whoever saw it; what is settled waits for nothing
            name: min(at, other.waits.get(name, at), one.waits.get(name, at))
            for name, at in swept.waits.items()
        },
        manner=mannered.manner,
        manner_at=mannered.manner_at,
        deep_at=max((one.deep_at, other.deep_at), key=_time),
        looked_back_at=max((one.looked_back_at, other.looked_back_at), key=_time),
        unlooked=swept.unlooked,
        tally=together(one.tally, other.tally),
        counted_at=max((one.counted_at, other.counted_at), key=_time),
        known={
            post_id: max(one.known.get(post_id, 0), other.known.get(post_id, 0))
            for post_id in {*one.known, *other.known}
        },
        known_from=min((one.known_from, other.known_from), key=_time_or_last),
        daily={
            day: max(one.daily.get(day, 0), other.daily.get(day, 0))
            for day in {*one.daily, *other.daily}
        },
        covered_until=max((one.covered_until, other.covered_until), key=_time),
    )


def _same_post(one: LivePost, other: LivePost) -> LivePost:
    """Two readings' states of a post: all that was kept, and what was missed since it was seen."""
    read_at, counters = max(_read(one), _read(other), key=_order)
    missing = {at for at in (*one.missing, *other.missing) if at > _time(read_at)}
    return msgspec.structs.replace(
        max((one, other), key=lambda post: (len(post.versions), msgspec.json.encode(post))),
        parts=by_number({*one.parts, *other.parts}),
        kept=tuple(sorted({*one.kept, *other.kept})),
        read_at=read_at,
        counters=counters,
        missing=tuple(sorted(missing)),
    )


def _account_until(account: AccountState, now: datetime) -> AccountState:
    late = [name for name in _LOOKS if _time(getattr(account, name)) > now]
    tally = account.tally if account.tally is None or account.tally.at <= now else None
    waits = {name: at for name, at in account.waits.items() if at <= now}
    covered_until = account.covered_until if _time(account.covered_until) <= now else None
    rests = account.retry_at is None or account.retry_at <= now + LONGEST_REST
    is_right = not late and rests and tally is account.tally and waits == account.waits
    if is_right and covered_until is account.covered_until:
        return account
    return msgspec.structs.replace(
        account,
        retry_at=None,
        tally=tally,
        waits=waits,
        covered_until=covered_until,
        **dict.fromkeys(late, now - REMEMBERED),
    )


def _post_until(post: LivePost, now: datetime) -> LivePost:
    last = max((post.read_at, *post.kept, *post.missing), key=_time)
    if _time(last) <= now:
        return post
    kept = tuple(at for at in post.kept if at <= now)
    return msgspec.structs.replace(
        post,
        kept=kept,
        read_at=kept[-1] if kept else None,
        counters=None,
        missing=tuple(at for at in post.missing if at <= now),
    )


def _read(post: LivePost) -> tuple[datetime | None, Counters | None]:
    return post.read_at, post.counters


def _order(read: tuple[datetime | None, Counters | None]) -> tuple[datetime, bytes]:
    """The later read goes; of two at one time the one whose counters are remembered."""
    at, counters = read
    return _time(at), b"" if counters is None else msgspec.json.encode(counters)


def _time(at: datetime | None) -> datetime:
    return at or _NEVER


def _time_or_last(at: datetime | None) -> datetime:
    return at or _ALWAYS
