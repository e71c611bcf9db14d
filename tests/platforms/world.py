"""The world that the stand-ins serve: accounts, their posts, and a clock that the caller sets.

Instants come in as aware datetimes and are kept as whole seconds since 1970. Nothing here
speaks HTTP; what a platform shows of the world, and how, is told in the platform's own module.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from time import monotonic
from typing import NamedTuple, TypeVar

from tests.platforms import ids
from tests.platforms.comments import Comments
from tests.platforms.credentials import Credentials
from tests.platforms.growth import DAY, NOTHING, Counters, Curve, Growth, Linear, Steps
from tests.platforms.limits import Limits
from tests.platforms.quirks import Quirks

T = TypeVar("T")

PLATFORMS = ("instagram", "facebook", "x", "tiktok", "youtube")

COUNTED_KINDS = frozenset({"post", "quote"})
"""Kinds of post that the rules count. The others: X `reply`, `thread_part`, `repost`; Facebook
`share` (without text of its own), `profile_photo`, `cover_photo`, `event`, `life_event`."""

COUNTED_COUNTERS: Mapping[str, tuple[str, ...]] = {
    "instagram": ("likes", "comments"),
    "facebook": ("likes", "comments", "shares"),
    "x": ("likes", "comments", "shares", "quotes"),
    "tiktok": ("likes", "comments", "shares"),
    "youtube": ("likes", "comments"),
}
"""Which counters are interactions, by the rules of the ranking."""

_DEFAULT_MEDIA = {
    "instagram": "IMAGE",
    "facebook": "added_photos",
    "x": "",
    "tiktok": "video",
    "youtube": "video",
}

START_OF_TIME = -(2**62)
"""Before every instant: the `from` of what has always been so."""


class AccountRow(NamedTuple):
    """One line of the accounts file."""

    satker: str
    platform: str
    handle: str
    refresh_token: str = ""


class Stream(NamedTuple):
    """A YouTube stream or premiere; `started` and `ended` lie in the future until they happen."""

    scheduled: int
    started: int
    ended: int


@dataclass(slots=True, eq=False)
class Account:
    """One presence on one platform."""

    platform: str
    id: str
    satker: str
    title: str
    created: int
    handles: list[tuple[int, str]]
    states: list[tuple[int, str]]
    followers: list[tuple[int, int | None]]
    followers_per_day: float
    feed: list[Post] = field(default_factory=list)
    keys: list[tuple[int, str]] = field(default_factory=list)
    unsteady: list[Post] = field(default_factory=list)
    """The posts that come late or go again: those that `count` must look at one by one."""
    pinned: list[Post] = field(default_factory=list)
    counts_unlisted: bool = False
    """Whether the platform's own count of posts holds those that no listing shows yet."""

    def handle(self, now: int) -> str:
        return _latest(self.handles, now)

    def state(self, now: int) -> str:
        """`ok`, or what is wrong: see `World.add_account`."""
        return _latest(self.states, now)

    def followers_at(self, now: int) -> int | None:
        """Followers, growing slowly from the last figure that was set; None when hidden."""
        since, count = self.followers[0]
        for entry in self.followers[1:]:
            if since <= entry[0] <= now:
                since, count = entry
        if count is None:
            return None
        return max(0, count + int(self.followers_per_day * (now - since) / DAY))

    def count(self, now: int) -> int:
        """How many posts are visible, or counted all the same."""
        listed = bisect_left(self.keys, (now + 1, ""))
        return listed - sum(
            post.order <= now
            and not post.visible(now)
            and not (self.counts_unlisted and post.published <= now < post.appears)
            for post in self.unsteady
        )

    def newest(self, now: int, before: tuple[int, str] | None = None) -> Iterator[Post]:
        """Visible posts, newest first, from a key of the feed downwards (itself excluded)."""
        limit = (now + 1, "")
        last = bisect_left(self.keys, limit if before is None else min(before, limit))
        for index in range(last - 1, -1, -1):
            post = self.feed[index]
            if post.visible(now):
                yield post


@dataclass(slots=True, eq=False)
class Post:
    """One published item.

    `order` is the instant by which the platform lists it (YouTube: the upload), `appears` the
    one from which it can be read, `published` the one that the platform tells, and `start` the
    one at which its 24 hours begin, which differs for streams alone.
    """

    id: str
    account: Account
    published: int
    growth: Growth
    kind: str
    media: str
    title: str
    text: str
    url: str
    start: int
    order: int
    appears: int
    duration: int = 0
    hidden: dict[str, int] = field(default_factory=dict)
    removed: int | None = None
    restored: int | None = None
    pinned: int | None = None
    refers_to: str = ""
    thread_of: str = ""
    versions: tuple[tuple[str, int], ...] = ()
    stream: Stream | None = None
    collaborators: tuple[Account, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        return self.order, self.id

    @property
    def mark(self) -> int:
        return self.start + DAY

    def visible(self, now: int) -> bool:
        if now < self.appears:
            return False
        if self.removed is None or now < self.removed:
            return True
        return self.restored is not None and now >= self.restored

    def hides(self, counter: str, now: int) -> bool:
        """Whether the platform leaves this counter out, because the owner said so."""
        return bool(self.hidden) and now >= self.hidden.get(counter, 2**62)

    def version_ids(self, now: int) -> list[str]:
        """The edit history as known at an instant; the post's own id is its first version."""
        return [self.id, *(version for version, edited in self.versions if edited <= now)]


class World:
    """Accounts and posts, and the instant at which everybody looks at them.

    The clock stands still at the instant set last. Credentials, limits and quirks are open to
    change at any time.
    """

    def __init__(
        self,
        *,
        now: datetime = datetime(2026, 10, 1, tzinfo=UTC),
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        quirks: Quirks | None = None,
    ) -> None:
        self.credentials = credentials or Credentials()
        self.limits = limits or Limits()
        self.quirks = quirks or Quirks()
        self.accounts: list[Account] = []
        self.posts: list[Post] = []
        self.comments = Comments()
        self.refresh_tokens: dict[str, Account] = {}
        """Consents that a TikTok account gave, by the token that the ministry keeps first."""
        self.business_tokens: dict[str, Account] = {}
        """The same for TikTok's Business API, which is another app's."""
        self._accounts_by_id: dict[tuple[str, str], Account] = {}
        self._accounts_by_handle: dict[tuple[str, str], list[Account]] = {}
        self._posts_by_id: dict[tuple[str, str], Post] = {}
        self.set_clock(now)

    @staticmethod
    def generate(
        seed: int,
        accounts: Iterable[Sequence[str]],
        start: datetime,
        days: int,
        *,
        posts_per_day: float = 0.35,
        history_days: int = 30,
        special_cases: bool = True,
        oddities: bool = False,
    ) -> World:
        """A seeded world; see `tests.platforms.generate`, which is built on this class."""
        from tests.platforms.generate import generate

        return generate(
            seed,
            accounts,
            start,
            days,
            posts_per_day=posts_per_day,
            history_days=history_days,
            special_cases=special_cases,
            oddities=oddities,
        )

    # The clock

    def set_clock(self, now: datetime) -> None:
        self.now = epoch(now)
        self._set_at = monotonic()

    @property
    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def limiter_now(self) -> int:
        """The set instant and the real seconds since: a full rate window empties on its own."""
        return self.now + int(monotonic() - self._set_at)

    # Building

    def add_account(
        self,
        platform: str,
        handle: str,
        *,
        satker: str = "",
        id: str | None = None,
        title: str | None = None,
        followers: int | None = 1_000,
        followers_per_day: float = 0.0,
        followers_since: datetime | None = None,
        state: str = "ok",
        created: datetime = datetime(2015, 1, 1, tzinfo=UTC),
        refresh_token: str = "",
    ) -> Account:
        """An account; its id, when not given, follows from its handle.

        States besides `ok`: `unknown` (nobody of this name); Instagram `personal`; X
        `suspended` and `protected`; YouTube `empty` (a channel without public videos); TikTok
        `revoked` (the consent was taken back).
        """
        if platform not in PLATFORMS:
            raise ValueError(f"no such platform: {platform}")
        account = Account(
            platform=platform,
            id=id or ids.account_id(platform, Random(f"{platform}:{handle}")),
            satker=satker,
            title=title or handle,
            created=epoch(created),
            handles=[(START_OF_TIME, handle)],
            states=[(START_OF_TIME, state)],
            followers=[(epoch(followers_since or created), followers)],
            followers_per_day=followers_per_day,
        )
        if (platform, account.id) in self._accounts_by_id:
            raise ValueError(f"{platform} account {account.id} exists already")
        self.accounts.append(account)
        self._accounts_by_id[platform, account.id] = account
        self._accounts_by_handle.setdefault((platform, handle.casefold()), []).append(account)
        if refresh_token:
            self.consent(account, refresh_token)
        return account

    def add_post(
        self,
        account: Account,
        published_at: datetime,
        *,
        id: str | None = None,
        level: Mapping[str, int] | None = None,
        steps: Sequence[tuple[datetime, Mapping[str, int]]] | None = None,
        per_hour: Mapping[str, int] | None = None,
        start_with: Mapping[str, int] | None = None,
        growth: Growth | None = None,
        kind: str = "post",
        media: str = "",
        title: str = "",
        text: str = "Kegiatan hari ini.",
        duration: int = 30,
        hidden: Iterable[str] | Mapping[str, datetime] = (),
        removed_at: datetime | None = None,
        restored_at: datetime | None = None,
        appears_at: datetime | None = None,
        uploaded_at: datetime | None = None,
        pinned_at: datetime | None = None,
        refers_to: str = "",
        thread_of: str = "",
        edited_at: Sequence[datetime] = (),
        scheduled_at: datetime | None = None,
        started_at: datetime | None = None,
        ended_at: datetime | None = None,
        collaborators: Iterable[Account] = (),
    ) -> Post:
        """One post, with keywords for everything unusual.

        Counters: `level` gives the counters at exactly 24 h, reached along the platform's
        curve; `steps` exact readings from given instants on; `per_hour` (with `start_with`)
        linear growth; `growth` anything else. Without any of them the post has no interactions.

        `media`: Instagram IMAGE, VIDEO, REELS, CAROUSEL_ALBUM; Facebook a status_type, `album`,
        `reel` or `live`; X `photo`, `album`, `video`, `link` or nothing; TikTok `video` or `photo`;
        YouTube `video` or `short`. `hidden` names counters that the owner
        hides, always or from an instant on. `appears_at` is later than the publication when
        the platform lists a post late; `uploaded_at` earlier when a YouTube video was made
        public later. `refers_to` is the id of the post that is quoted, shared or answered,
        `thread_of` the first post of an X thread. `edited_at` adds a version of an X post at
        each instant. The last three make a YouTube stream or premiere of the post.
        """
        published = epoch(published_at)
        seed = f"{account.id}:{published}:{len(account.feed)}"
        post_id = id or ids.post_id(account.platform, account.id, published, Random(seed))
        stream = None
        start = published
        if scheduled_at or started_at:
            begun = epoch(started_at or scheduled_at or published_at)
            ended = epoch(ended_at) if ended_at else begun + 3600
            stream = Stream(epoch(scheduled_at) if scheduled_at else begun, begun, ended)
            start = begun
        if growth is None:
            growth = _growth(account.platform, start, level, steps, per_hour, start_with)
        if not isinstance(hidden, Mapping):
            hidden = dict.fromkeys(hidden, datetime.min.replace(tzinfo=UTC))
        versions = [
            (ids.snowflake(epoch(at), Random(f"{seed}:{at}")), epoch(at)) for at in edited_at
        ]
        handle = account.handle(published)
        post = Post(
            id=post_id,
            account=account,
            published=published,
            growth=growth,
            kind=kind,
            media=media or _DEFAULT_MEDIA[account.platform],
            title=title or text[:90],
            text=text,
            url=_url(account.platform, handle, post_id, media),
            start=start,
            order=epoch(uploaded_at) if uploaded_at else published,
            appears=epoch(appears_at) if appears_at else published,
            duration=duration,
            hidden={counter: epoch(since) for counter, since in hidden.items()},
            removed=epoch(removed_at) if removed_at else None,
            restored=epoch(restored_at) if restored_at else None,
            pinned=epoch(pinned_at) if pinned_at else None,
            refers_to=refers_to,
            thread_of=thread_of,
            versions=tuple(versions),
            stream=stream,
            collaborators=tuple(collaborators),
        )
        return self._place(post)

    def _place(self, post: Post) -> Post:
        platform = post.account.platform
        known = (post.id, *(version for version, _ in post.versions))
        if any((platform, post_id) in self._posts_by_id for post_id in known):
            raise ValueError(f"{platform} post {post.id} exists already")
        self.posts.append(post)
        for post_id in known:
            self._posts_by_id[platform, post_id] = post
        _list(post.account, post)
        collaborators, post.collaborators = post.collaborators, ()
        for collaborator in collaborators:
            self.share(post, collaborator)
        return post

    def share(self, post: Post, collaborator: Account) -> None:
        """An Instagram collaboration: the same item belongs to another account as well."""
        post.collaborators += (collaborator,)
        if self.quirks.instagram_collab_in_both:
            _list(collaborator, post)

    def consent(self, account: Account, refresh_token: str) -> None:
        """The account's owner allows the app to read it; this is the token that proves it.

        TikTok's is a refresh token, Facebook's the Page's own access token.
        """
        if account.platform == "facebook":
            self.credentials.give_page_token(account.id, refresh_token)
        elif account.platform == "tiktok":
            self.refresh_tokens[refresh_token] = account
        else:
            raise ValueError("only TikTok accounts and Facebook Pages give consent")

    # Changing, at once or from an instant on

    def set_state(self, account: Account, state: str, at: datetime | None = None) -> None:
        account.states.append((epoch(at) if at else START_OF_TIME, state))

    def set_followers(self, account: Account, followers: int | None, at: datetime) -> None:
        account.followers.append((epoch(at), followers))

    def rename(self, account: Account, handle: str, at: datetime | None = None) -> None:
        """A new handle; from then on the old one is nobody's."""
        account.handles.append((epoch(at) if at else START_OF_TIME, handle))
        key = account.platform, handle.casefold()
        self._accounts_by_handle.setdefault(key, []).append(account)

    def remove(self, post: Post, at: datetime, restored_at: datetime | None = None) -> None:
        post.removed = epoch(at)
        post.restored = epoch(restored_at) if restored_at else None
        for owner in (post.account, *post.collaborators):
            if post not in owner.unsteady:
                owner.unsteady.append(post)

    # Reading

    def counters(self, post: Post, at: int | datetime) -> Counters:
        """The post's counters, summed over its versions; hidden ones included."""
        now = at if isinstance(at, int) else epoch(at)
        return post.growth.at(now - post.start) if now >= post.start else NOTHING

    def version_counters(self, post: Post, version_id: str, at: int) -> Counters:
        """What one version of an edited post collected: everything until the next edit."""
        names = [post.id, *(version for version, _ in post.versions)]
        edits = [post.start, *(edited for _, edited in post.versions)]
        index = names.index(version_id)
        until = min(at, edits[index + 1]) if index + 1 < len(edits) else at
        end = self.counters(post, until)
        if index == 0:
            return end
        begin = self.counters(post, edits[index])
        return Counters._make(b - a for a, b in zip(begin, end, strict=True))

    def interactions(self, post: Post, at: int | datetime) -> int | None:
        """The sum of the counted counters that are shown; None when all are hidden."""
        now = at if isinstance(at, int) else epoch(at)
        counters = self.counters(post, now)
        shown = [
            getattr(counters, name)
            for name in COUNTED_COUNTERS[post.account.platform]
            if not post.hides(name, now)
        ]
        return sum(shown) if shown else None

    def account(self, platform: str, id: str) -> Account | None:
        return self._accounts_by_id.get((platform, id))

    def by_handle(self, platform: str, handle: str) -> Account | None:
        """Who bears this handle at the set instant; handles know no upper and lower case."""
        wanted = handle.casefold()
        for account in self._accounts_by_handle.get((platform, wanted), ()):
            if account.handle(self.now).casefold() == wanted:
                return account
        return None

    def post(self, platform: str, id: str) -> Post | None:
        """A post by its id, or by the id of any of its versions."""
        return self._posts_by_id.get((platform, id))


def _list(account: Account, post: Post) -> None:
    index = bisect_right(account.keys, post.key)
    account.feed.insert(index, post)
    account.keys.insert(index, post.key)
    if post.removed is not None or post.appears != post.order:
        account.unsteady.append(post)
    if post.pinned is not None:
        account.pinned.append(post)


def epoch(instant: datetime) -> int:
    """Whole seconds since 1970; a datetime without a time zone is a mistake."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return int(instant.timestamp() // 1)


def _latest(entries: list[tuple[int, T]], now: int) -> T:
    """The value of the entry that came into force last; of equal ones the later added."""
    if len(entries) == 1:
        return entries[0][1]
    best = entries[0]
    for entry in entries[1:]:
        if best[0] <= entry[0] <= now:
            best = entry
    return best[1]


def _growth(
    platform: str,
    start: int,
    level: Mapping[str, int] | None,
    steps: Sequence[tuple[datetime, Mapping[str, int]]] | None,
    per_hour: Mapping[str, int] | None,
    start_with: Mapping[str, int] | None,
) -> Growth:
    if steps is not None:
        return Steps([(epoch(at) - start, changes) for at, changes in steps])
    if per_hour is not None or start_with is not None:
        return Linear(per_hour or {}, start_with)
    return Curve(platform, NOTHING._replace(**(level or {})))


def _url(platform: str, handle: str, post_id: str, media: str) -> str:
    """The public address of a post, as the platform's own interface gives it."""
    if platform == "instagram":
        path = "reel" if media == "REELS" else "p"
        return f"https://www.instagram.com/{path}/{ids.shortcode(post_id)}/"
    if platform == "facebook":
        page, _, story = post_id.partition("_")
        if media == "reel":
            return f"https://www.facebook.com/reel/{story}/"
        return f"https://www.facebook.com/{page}/posts/{story}"
    if platform == "x":
        return f"https://x.com/{handle}/status/{post_id}"
    if platform == "tiktok":
        path = "photo" if media == "photo" else "video"
        return f"https://www.tiktok.com/@{handle}/{path}/{post_id}"
    return f"https://www.youtube.com/watch?v={post_id}"
