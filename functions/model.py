"""The words every room shares.

All values are frozen and compare by content. Datetimes are aware, UTC, in whole seconds.
``None`` in a counter means the platform did not say (hidden, disabled, unsupported); it is never
a zero. Names follow the method page: satker, account, post, sample, i24, ranking.

What a month holds by the hundred thousand is out of the garbage collector's sight (``gc=False``):
it refers to nothing that could refer back, and scoring takes half the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType

from functions.thresholds import MARK

Platform = Literal["instagram", "facebook", "x", "tiktok", "youtube"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)

Counter = Literal["likes", "comments", "shares", "views"]
COUNTERS: tuple[Counter, ...] = get_args(Counter)

# What is summed into interactions; every other counter is shown beside and never counted.
COUNTED: dict[Platform, tuple[Counter, ...]] = {
    "instagram": ("likes", "comments"),
    "facebook": ("likes", "comments", "shares"),
    "x": ("likes", "comments", "shares"),
    "tiktok": ("likes", "comments", "shares"),
    "youtube": ("likes", "comments"),
}

# As everybody knows them.
PLATFORM_NAMES: Mapping[Platform, str] = {
    "instagram": "Instagram",
    "facebook": "Facebook",
    "x": "X",
    "tiktok": "TikTok",
    "youtube": "YouTube",
}

DAY = timedelta(hours=24)

State = Literal["running", "observed", "interpolated", "estimated", "unmeasured", "removed"]
Reason = Literal[
    "counted",
    "running",
    "hidden",
    "found_late",
    "removed",
    "duplicate",
    "thread_part",
    "outside_month",
    "account_not_registered",
    "excluded",
]
# What a post is, as far as the platform says so (each adapter tells by which field).
PostFormat = Literal["photo", "album", "video", "short", "live", "text", "link"]
FORMATS: tuple[PostFormat, ...] = get_args(PostFormat)
FlagCode = Literal["burst", "same_text", "counter_fall", "likes_only", "follower_jump"]
MonthState = Literal["open", "closing", "final"]
RankingName = Literal["most_active", "most_popular"]
MovementKind = Literal["up", "down", "same", "new", "back", "none"]


class Sample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post's cumulative counters as read at ``taken_at``; None = the platform did not say."""

    taken_at: datetime
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    views: int | None = None

    def total(self, platform: Platform) -> int | None:
        """Interactions: the counted counters that are known, summed; None when none is known."""
        known = [n for name in COUNTED[platform] if (n := getattr(self, name)) is not None]
        return sum(known) if known else None


class Post(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One published item of one account, with every sample that was kept.

    ``samples`` and ``absences`` are ordered by time. An absence is a read that covered the post
    and did not show it. ``text`` is the caption, None when the platform gave none. ``versions``
    are the platform's ids of an edited post, first to last; empty when it was never edited.
    ``parts`` are the ids of the further posts of its thread that the latest sample sums, oldest
    first; empty without any, and where a thread is worth its first post alone. ``format`` None: the
    platform did not say; no ranking rests on it.
    """

    platform: Platform
    account_id: str
    post_id: str
    published_at: datetime
    url: str
    text: str | None = None
    versions: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    absences: tuple[datetime, ...] = ()
    format: PostFormat | None = None

    @property
    def account(self) -> str:
        """The account's durable key, ``platform:account_id``."""
        return f"{self.platform}:{self.account_id}"

    @property
    def mark(self) -> datetime:
        """The instant at which the post's interactions are measured."""
        return self.published_at + MARK

    def as_known(self, now: datetime) -> Post:
        """The post without what was read after ``now``, for replaying a past instant."""
        is_past = not self.samples or self.samples[-1].taken_at <= now
        if is_past and (not self.absences or self.absences[-1] <= now):
            return self
        return msgspec.structs.replace(
            self,
            samples=tuple(s for s in self.samples if s.taken_at <= now),
            absences=tuple(t for t in self.absences if t <= now),
        )


class Measurement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post's interactions at its 24-hour mark (I24), with evidence and error.

    ``i24`` is None when nothing could be measured, never 0 in its place. For ``running`` it is the
    latest read. ``partial``: a counted counter was unknown and left out of all three sums.
    ``decided``: ``i24`` is the value that an admin set, whatever the reads say.
    """

    state: State
    i24: int | None = None
    lower: int | None = None
    upper: int | None = None
    partial: bool = False
    decided: bool = False
    before: Sample | None = None
    after: Sample | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whether a post stands in Akun Teraktif, why, for whom, and what it measured.

    ``duplicate_of`` is the id of the same account's earlier post that it repeats, so much percent
    alike. ``over_usual`` is in tenths. ``decisions`` are the ids of the admins' decisions that made
    the verdict what it is; ``measurement.i24`` may then be a value that was set.
    """

    counted: bool
    reason: Reason
    satker: str | None
    measurement: Measurement
    shared: bool = False
    duplicate_of: str | None = None
    duplicate_percent: int | None = None
    over_usual: int | None = None
    flags: tuple[FlagCode, ...] = ()
    decisions: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A ledger line: the post as it was read, and the verdict of the latest scoring (or None)."""

    post: Post
    verdict: Verdict | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the post was removed before its mark, or not shown by the newest read of it."""
        post = self.post
        if self.verdict is not None and self.verdict.measurement.state == "removed":
            return True
        last_seen = post.samples[-1].taken_at if post.samples else None
        return bool(post.absences) and (last_seen is None or post.absences[-1] > last_seen)


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """A time of registration: ``valid_from <= t < valid_to``; None = until further."""

    valid_from: datetime
    valid_to: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is registered at that instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        """Whether it is registered at any time of ``begin <= t < end``."""
        return overlaps(self.valid_from, self.valid_to, begin, end)


class Handle(msgspec.Struct, frozen=True, kw_only=True):
    """An account as an admin registers it; None = from the registry's entry / until further."""

    platform: Platform
    handle: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class Satker(msgspec.Struct, frozen=True, kw_only=True):
    """A work unit, registered ``valid_from <= t < valid_to``; None: ever since, until further.

    ``timezone`` is for display: months are bounded in the agency's time zone. ``emails``: the mail
    addresses of its staff, which are never published. ``removed``: it ended because its document
    was taken away, not by a date that an admin typed.
    """

    id: str
    name: str
    kind: str
    short_name: str | None = None
    parent: str | None = None
    province: str | None = None
    timezone: str = "Asia/Jakarta"
    website: str | None = None
    emails: tuple[str, ...] = ()
    handles: tuple[Handle, ...] = ()
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    removed: bool = False

    @property
    def label(self) -> str:
        """The name that fits a table."""
        return self.short_name or self.name

    def overlaps(self, begin: datetime, end: datetime) -> bool:
        """Whether it is registered at any time of ``begin <= t < end``."""
        return overlaps(self.valid_from or begin, self.valid_to, begin, end)


class Account(Spell, frozen=True, kw_only=True):
    """One satker's presence on one platform while it is registered.

    ``account_id`` is the platform's own durable id, None until the handle has been resolved.
    """

    platform: Platform
    handle: str
    satker: str
    account_id: str | None = None

    @property
    def key(self) -> str | None:
        """``platform:account_id``, the key of posts and ledgers; None until resolved."""
        return None if self.account_id is None else f"{self.platform}:{self.account_id}"


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """The checked registry as it stood from ``as_of`` on: who is measured.

    ``former`` are units as they were when their registration ended, oldest first; one that was
    registered again stands there and in ``satker``. ``source`` is a fingerprint of the documents it
    was made from, ``problems`` what was wrong with them, one Indonesian line each.
    """

    as_of: datetime
    satker: tuple[Satker, ...] = ()
    former: tuple[Satker, ...] = ()
    accounts: tuple[Account, ...] = ()
    source: str = ""
    problems: tuple[str, ...] = ()


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """A ministry with its own units, months and rankings."""

    id: str = "kemenkum"
    name: str = "Kementerian Hukum"
    timezone: str = "Asia/Jakarta"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One satker's line in a list. ``rank`` None = listed, not ranked; ``i24`` None = unmeasured.

    ``engagement_rate`` is per 1,000 followers, one decimal; ``movement`` is in places. ``thin``: of
    one of its accounts under 90 % of the posts are measured. ``flags`` are codes; what they rest on
    stands in the ranking's own ``flags``.

    ``rank_best`` and ``rank_worst``: the best and the worst rank that the bounds of all I24 allow;
    None without a rank. ``largest_share``: of ``i24`` the post with the most, in percent, one
    decimal; None when ``i24`` is 0 or None. Rows of formula 1 say none of the three: they are
    unset, and not in the files.
    """

    rank: int | None
    satker: str
    name: str
    posts: int
    measured: int
    i24: int | None
    engagement_rate: float | None = None
    movement_kind: MovementKind = "none"
    movement: int | None = None
    thin: bool = False
    flags: tuple[FlagCode, ...] = ()
    rank_best: int | UnsetType | None = UNSET
    rank_worst: int | UnsetType | None = UNSET
    largest_share: float | UnsetType | None = UNSET

    @property
    def possible_ranks(self) -> tuple[int, int] | None:
        """The best and the worst rank, where they are not both the rank; else None."""
        best, worst = self.rank_best, self.rank_worst
        if not isinstance(best, int) or not isinstance(worst, int):
            return None
        return None if best == worst == self.rank else (best, worst)

    @property
    def concentration(self) -> float | None:
        """``largest_share``; None also where the row does not say it."""
        return None if self.largest_share is UNSET else self.largest_share


class RankedList(msgspec.Struct, frozen=True, kw_only=True):
    """One list of a month; ``platform``, ``kind`` and ``band`` are None in the official total.

    A band holds the satker with ``band_from <= followers < band_below`` (None: without an end).
    """

    ranking: RankingName
    platform: Platform | None = None
    kind: str | None = None
    band: int | None = None
    band_from: int | None = None
    band_below: int | None = None
    rows: tuple[Row, ...] = ()


class _Flag(msgspec.Struct, frozen=True, kw_only=True, tag_field="code"):
    """What deserves a look, with the numbers that say why; percentages are in tenths.

    ``satker`` is the unit that held the account, None until it is known.
    """

    satker: str | None = None
    account: str

    @property
    def code(self) -> FlagCode:
        """The flag's name in lists and files."""
        name: FlagCode = self.__struct_config__.tag  # type: ignore[assignment]
        return name


class Burst(_Flag, frozen=True, kw_only=True, tag="burst"):
    """A stretch of posts, 10 or more of which lie within 60 minutes; ``most`` of them do.

    ``post_ids`` are all posts of the stretch, oldest first.
    """

    post_ids: tuple[str, ...]
    most: int
    begin: datetime
    end: datetime


class SameText(_Flag, frozen=True, kw_only=True, tag="same_text"):
    """So many of an account's posts of the month are near-duplicates."""

    duplicates: int
    posts: int
    percent: int


class CounterFall(_Flag, frozen=True, kw_only=True, tag="counter_fall"):
    """A counter of a post fell from one read to the next that knows it."""

    post_id: str
    counter: Counter
    before_at: datetime
    before: int
    after_at: datetime
    after: int
    percent: int


class LikesOnly(_Flag, frozen=True, kw_only=True, tag="likes_only"):
    """A post with hardly any comments and shares, on an account that usually has them.

    ``talk`` are the comments and shares in ``i24``; the ``usual_`` figures are sums over the
    ``earlier`` posts of which both are known.
    """

    post_id: str
    i24: int
    talk: int
    percent: int
    earlier: int
    usual_i24: int
    usual_talk: int
    usual_percent: int


class FollowerJump(_Flag, frozen=True, kw_only=True, tag="follower_jump"):
    """An account's followers changed from one daily read to the next.

    ``percent`` has no sign, and is None when there were no followers before.
    """

    before_at: datetime
    before: int
    after_at: datetime
    after: int
    percent: int | None


Flag = Burst | SameText | CounterFall | LikesOnly | FollowerJump


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a revision of a final month changed in one satker's line of one list.

    ``before`` and ``after`` are (rank, posts, i24); None = the satker was not listed.
    """

    ranking: RankingName
    platform: Platform | None = None
    kind: str | None = None
    band: int | None = None
    satker: str
    before: tuple[int | None, int, int | None] | None
    after: tuple[int | None, int, int | None] | None


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """Every list of a month at one instant, as published in ``ranking.json``.

    ``reason`` says why a final month was revised; None in the first revision.
    """

    agency: str
    month: str
    state: MonthState
    incomplete: bool
    revision: int
    formula: str
    as_of: datetime
    run_id: str
    reason: str | None = None
    lists: tuple[RankedList, ...] = ()
    flags: tuple[Flag, ...] = ()

    def find(
        self,
        name: RankingName,
        *,
        platform: Platform | None = None,
        kind: str | None = None,
        band: int | None = None,
    ) -> RankedList:
        """A list of the month, empty when it was not ranked."""
        wanted = (name, platform, kind, band)
        for ranked in self.lists:
            if (ranked.ranking, ranked.platform, ranked.kind, ranked.band) == wanted:
                return ranked
        return RankedList(ranking=name, platform=platform, kind=kind, band=band)


def by_number(ids: Iterable[str]) -> tuple[str, ...]:
    """Ids that are numbers and grow with time, oldest first."""
    return tuple(sorted(ids, key=lambda name: (len(name), name)))


def overlaps(
    valid_from: datetime, valid_to: datetime | None, begin: datetime, end: datetime
) -> bool:
    """Whether ``valid_from <= t < valid_to`` (None: without an end) and ``begin <= t < end`` meet.

    A validity that ends before it begins meets nothing.
    """
    return max(valid_from, begin) < (end if valid_to is None else min(valid_to, end))


def month_of(at: datetime, zone: ZoneInfo) -> str:
    """The month (``YYYY-MM``) an instant belongs to in the agency's time zone."""
    return at.astimezone(zone).strftime("%Y-%m")


def month_bounds(month: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of a month and of the next, in UTC."""
    begin, end = (
        datetime(int(name[:4]), int(name[5:7]), 1, tzinfo=zone)
        for name in (month, next_month(month))
    )
    return begin.astimezone(UTC), end.astimezone(UTC)


def next_month(month: str) -> str:
    """The month after, ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + 1}-01" if number == 12 else f"{year}-{number + 1:02d}"


def previous_month(month: str) -> str:
    """The month before, ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def run_id(job: str, now: datetime) -> str:
    """A run's name. The same trigger delivered twice is the same run."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{job}"


def iso(at: datetime) -> str:
    """RFC 3339 in UTC with whole seconds and ``Z``: sorts as text, the same in every file."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """An ISO 8601 instant as aware UTC; ValueError without an offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no UTC offset; write for example 2026-10-01T07:00:00+07:00")
    try:
        return at.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999") from None
