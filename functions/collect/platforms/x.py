"""X API v2 with an app's own Bearer token.

A timeline call returns an account's posts with counters, a lookup up to 100 posts of any accounts.
Each post read is billed once per UTC day. Quirks: a failed part comes as ``errors`` inside a 200;
no posts means no ``data`` key; fewer results than asked do not mean the end; replies, own thread
parts among them, are asked for only where threads are summed, and reposts never; an edit makes a
new post with counters of its own, so a post is known by its first version and counted over all of
them that are left. So is a thread over its parts, the account's replies to itself. Texts come with
``&``, ``<`` and ``>`` escaped as in HTML.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

import msgspec

from functions.collect.client import ApiClient, every_call
from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Denied,
    Limited,
    Lookup,
    Manner,
    PlatformError,
    PostCount,
    Profile,
    Refused,
    Sweep,
    Thread,
)
from functions.collect.platforms.decoding import Count, Cursor, Id, each, error_in, plausible
from functions.collect.platforms.walks import AnswerPage, Walk, in_halves
from functions.model import COUNTERS, DAY, Post, Sample, by_number

NAME: Final = "x"
PAGE_SIZE, LEAST_SIZE = 100, 5
MAX_PAGES = 32  # the timeline ends at 3,200 posts
LOOKUP_SIZE = 100
DEPTH = 1
LISTING_TELLS = False
LISTING_PROVES = False
RESOLVE_SIZE, RECHECK_SIZE = 100, 100
FOLLOWERS_EVERY = timedelta(days=30)  # a user read costs twice a post read
HAS_CHOICES = True
bucket = every_call

POST_FIELDS = "created_at,public_metrics,referenced_tweets,edit_history_tweet_ids,note_tweet"
THREAD_FIELDS = f"{POST_FIELDS},conversation_id,in_reply_to_user_id"
USER_FIELDS = "public_metrics,protected"
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
LONGEST_WINDOW = timedelta(days=1)
MOST_VERSIONS = 20  # the API allows five edits
# What a problem's ``type`` ends in where the app is at fault, and where the object asked for is.
PAY = ("/problems/credits", "/problems/usage-capped")
APP = (
    "/problems/client-forbidden",
    "/problems/client-not-enrolled",
    "/problems/oauth1-permissions",
    "/problems/unsupported-authentication",
)
OBJECT = (
    "/problems/not-authorized-for-resource",
    "/problems/resource-not-found",
    "/problems/resource-unavailable",
    "/problems/disallowed-resource",
)
# The titles of what X says of an account or a post in a 200.
NOT_FOUND, SUSPENDED, PROTECTED = "Not Found Error", "Forbidden", "Authorization Error"
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # of the ids, which carry their time


class MissingUser(AccountWrong):
    """404: what the path names does not exist."""


class _Metrics(msgspec.Struct):
    like_count: Count | None = None
    reply_count: Count | None = None
    retweet_count: Count | None = None
    quote_count: Count | None = None
    impression_count: Count | None = None
    followers_count: Count | None = None
    tweet_count: Count | None = None


class _Reference(msgspec.Struct):
    type: str


class _Note(msgspec.Struct):
    text: str | None = None


class _Tweet(msgspec.Struct):
    id: Id
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    text: str | None = None
    public_metrics: _Metrics = msgspec.field(default_factory=_Metrics)
    referenced_tweets: list[_Reference] | None = []  # None: nobody knows
    edit_history_tweet_ids: list[Id] | None = []
    note_tweet: _Note = msgspec.field(default_factory=_Note)
    conversation_id: Id | None = None
    in_reply_to_user_id: Id | None = None

    @property
    def versions(self) -> list[str]:
        history = self.edit_history_tweet_ids or []
        return history if self.id in history and len(history) <= MOST_VERSIONS else [self.id]

    @property
    def root(self) -> str:
        """The id of its first version, by which it is known."""
        return self.versions[0]

    @property
    def published_at(self) -> datetime:
        """When its first version was posted."""
        return self.created_at if self.id == self.root else _time_of(self.root, self.created_at)


_Read = tuple[_Tweet, datetime]  # and when it was read


class _User(msgspec.Struct):
    id: Id
    username: Id
    name: str | None = None
    protected: bool = False
    public_metrics: _Metrics = msgspec.field(default_factory=_Metrics)


class _Trouble(msgspec.Struct):
    title: str = ""
    detail: str = ""
    type: str = ""
    status: int | None = None
    value: Id | None = None
    resource_id: Id | None = None
    section: str | None = None


class _Meta(msgspec.Struct):
    next_token: Cursor | None = None


class _Posts(msgspec.Struct):
    data: list[msgspec.Raw] = []
    errors: list[_Trouble] = []
    meta: _Meta | None = None


class _Count(msgspec.Struct):
    start: Annotated[datetime, msgspec.Meta(tz=True)]
    end: Annotated[datetime, msgspec.Meta(tz=True)]
    tweet_count: int


class _Counts(msgspec.Struct):
    data: list[_Count]  # without it nothing was counted: there is no default


class _Users(msgspec.Struct):
    data: list[msgspec.Raw] = []
    errors: list[_Trouble] = []


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What X's refusal means; money and caps come as 402, 403 and 429 and look like limits."""
    if status < 400 and b"/problems/" not in body:
        return None
    problem = error_in(body, _Trouble) or _Trouble()
    if status < 400:
        # A success has no type of its own; a problem in its clothes tells its status besides.
        if "/problems/" not in problem.type:
            return None
        status = problem.status or 400
    name = problem.title or "forbidden"
    if status == 402 or problem.type.endswith(PAY):
        return Refused(
            f"{problem.title or 'out of credits'}: add credits or raise the spending cap"
        )
    if status == 401:
        return Refused("the bearer token is invalid; issue a new one")
    if status == 429:
        return Limited("too many requests", _reset(headers, now))
    if problem.type.endswith(APP) or problem.title == "Client Forbidden":
        return Refused(f"{name}: the app lacks access")
    if status == 404 or problem.type.endswith("/problems/resource-not-found"):
        return MissingUser("not found", "Akun X ini tidak ditemukan lagi; periksa nama akunnya.")
    if problem.type.endswith(OBJECT) or 400 <= status < 500:
        return Denied(f"{name}: an unexpected refusal")
    return None


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """The accounts behind handles, 100 a call; a malformed handle would fail its whole batch."""
    found: dict[str, Profile | AccountWrong] = {
        handle: AccountWrong(
            "not a valid X handle",
            f"@{handle} bukan nama akun X: hanya huruf, angka dan _, paling panjang 15.",
        )
        for handle in handles
        if not HANDLE.fullmatch(handle)
    }
    valid = [handle for handle in handles if handle not in found]
    for start in range(0, len(valid), RESOLVE_SIZE):
        batch = valid[start : start + RESOLVE_SIZE]
        users, troubles, denied = await _users(client, "/2/users/by", "usernames", batch)
        found |= denied
        by_name = {user.username.lower(): user for user in users}
        for handle in batch:
            user, trouble = by_name.get(handle.lower()), troubles.get(handle.lower())
            if user or trouble:  # of what is in neither nothing is known
                found[handle] = _profile(user) if user else _account_wrong(handle, trouble)
    return found


async def recheck(client: ApiClient, known: Sequence[Profile]) -> dict[str, Profile | AccountWrong]:
    """Known accounts as they are today, by their ids, 100 a call: a new handle loses nothing."""
    found: dict[str, Profile | AccountWrong] = {}
    for start in range(0, len(known), RECHECK_SIZE):
        batch = known[start : start + RECHECK_SIZE]
        ids = [one.account_id for one in batch]
        users, troubles, denied = await _users(client, "/2/users", "ids", ids)
        found |= denied
        by_id = {user.id: user for user in users}
        for one in batch:
            user, trouble = by_id.get(one.account_id), troubles.get(one.account_id)
            if user or trouble:
                found[one.account_id] = _profile(user) if user else _lost(one, trouble)
    return found


async def sweep(
    client: ApiClient,
    profile: Profile,
    *,
    since: datetime,
    until: datetime | None = None,
    depth: int = 1,
    manner: Manner = USUAL,
    replies: bool = False,
    threads: Mapping[str, Thread] | None = None,
) -> Sweep:
    """The account's original posts and quotes from ``since`` on, all of them at any ``depth``.

    Args:
        until: where the listing ends, exclusive; None: with what is newest. One that ends covers
            nothing.
        replies: whether replies are listed as well, so that parts of threads are found.
        threads: posts known before by id; parts known of them are summed whether listed or not.
    """
    asked = {
        "start_time": _rfc3339(since),
        "exclude": "retweets" if replies else "retweets,replies",
        "tweet.fields": THREAD_FIELDS if replies else POST_FIELDS,
    }
    if until is not None:
        asked["end_time"] = _rfc3339(until)
    ask = partial(_timeline, client, profile, asked)
    walk = Walk(NAME, ask, MAX_PAGES, PAGE_SIZE, least=LEAST_SIZE, manner=manner)
    tweets: list[_Read] = []
    reached: datetime | None = None
    async for page in walk:
        tweets += walk.read(page, _Tweet, partial(_listed, replies, page.taken_at))
        reached = since if page.following is None and until is None else None
    known = threads or {}
    parts = _parts([tweet for tweet, _ in tweets], profile.account_id, known)
    reading = _Assembly(client, walk.broken, walk.lost, walk.failure)
    posts = await reading.assemble(tweets, parts)
    listed = {tweet.root for tweet, _ in tweets if not _is_reply_or_repost(tweet)}
    summed = {part for post in posts for part in post.parts}
    return Sweep(
        posts=tuple(
            msgspec.structs.replace(
                post,
                account_id=profile.account_id,
                url=f"https://x.com/{profile.handle or 'i'}/status/{post.post_id}",
            )
            for post in posts
        ),
        covered_since=walk.covering(reached, since),
        broken=tuple(walk.broken),
        lost=tuple(walk.lost),
        failure=reading.failure,
        manner=walk.manner,
        joining={
            name: found
            for name, found in parts.items()
            if name not in listed and found != known[name].parts
        },
        besides={
            tweet.id: tweet.published_at
            for tweet, _ in tweets
            if replies and _is_reply_or_repost(tweet) and tweet.root not in summed
        },
    )


async def counts(
    client: ApiClient, handle: str, *, since: datetime, until: datetime
) -> list[PostCount]:
    """How many posts X counts of an account, replies and reposts left out, by the UTC day.

    Billed by the call, whatever it counts. ``since``: less than seven days ago; ``until``: at least
    ten seconds ago. The first and the last day may be parts of one.
    https://docs.x.com/x-api/posts/get-count-of-recent-posts
    """
    answer, _ = await client.get(
        "/2/tweets/counts/recent",
        _Counts,
        query=f"from:{handle} -is:retweet -is:reply",
        granularity="day",
        start_time=_rfc3339(since),
        end_time=_rfc3339(until),
    )
    return [PostCount(day.start, day.end, day.tweet_count) for day in answer.data]


async def _timeline(
    client: ApiClient, profile: Profile, asked: Mapping[str, str], walk: Walk
) -> AnswerPage:
    more = {"pagination_token": str(walk.cursor)} if walk.cursor else {}
    try:
        page, taken_at = await client.get(
            f"/2/users/{profile.account_id}/tweets",
            _Posts,
            lost=walk.broken,
            max_results=walk.size,
            **asked,
            **more,
        )
    except MissingUser:
        raise _lost(profile, None) from None
    troubles = [t for t in page.errors if t.section != "includes"]
    if troubles and not page.data:
        raise _whose(profile, troubles)
    if page.meta is None:  # it is always there, even without any post
        walk.broken.append("x timeline: it came without its meta")
    return AnswerPage(page.data, taken_at, (page.meta and page.meta.next_token) or None)


def _whose(profile: Profile, troubles: Sequence[_Trouble]) -> PlatformError:
    """What a timeline of nothing but troubles says: of the account, or of nobody known."""
    for trouble in troubles:
        if trouble.title in (NOT_FOUND, SUSPENDED, PROTECTED):
            return _lost(profile, trouble)
    return Denied(f"{troubles[0].title or 'trouble'}: no timeline, and no known reason")


def _listed(replies: bool, taken_at: datetime, tweet: _Tweet) -> _Read:
    """A listed post; ValueError where a listing with replies does not say what it is."""
    if tweet.referenced_tweets is None and replies and tweet.in_reply_to_user_id is None:
        raise ValueError("it is not told whether it is a reply")
    plausible(tweet.created_at, taken_at)
    return tweet, taken_at


async def lookup(client: ApiClient, posts: Sequence[Post]) -> Lookup:
    """Fresh counters of up to 100 posts of any accounts, which the answer does not name.

    Into those of a post with parts, the parts' counters are summed.
    """
    parts = {post.post_id: post.parts for post in posts if post.parts}
    reading = _Assembly(client, [], [], None)
    tweets = await reading.read([_latest(post) for post in posts])
    found = await reading.assemble(tweets, parts)
    return Lookup(
        posts=tuple(found),
        absent={
            post.post_id: reading.gone[_latest(post)]
            for post in posts
            if _latest(post) in reading.gone
        },
        broken=tuple(reading.broken),
        lost=tuple(reading.lost),
        failure=reading.failure,
    )


def parse(versions: Sequence[_Tweet], taken_at: datetime) -> Post:
    """All versions of one post, first to last, as one post: the latest text, the summed counters.

    A counter that is unknown in one version is unknown in the sum.
    """
    first, latest = versions[0], versions[-1]
    root = latest.root
    metrics = [version.public_metrics for version in versions]
    reposts = _sum(m.retweet_count for m in metrics)
    quotes = _sum(m.quote_count for m in metrics)
    return Post(
        platform="x",
        account_id="",  # the caller knows whose timeline it read
        post_id=root,
        published_at=first.created_at if first.id == root else _time_of(root, first.created_at),
        url=f"https://x.com/i/status/{root}",
        text=_unescaped(latest.note_tweet.text or latest.text),
        versions=tuple(latest.versions) if len(latest.versions) > 1 else (),
        samples=(
            Sample(
                taken_at=taken_at,
                likes=_sum(m.like_count for m in metrics),
                comments=_sum(m.reply_count for m in metrics),
                shares=_sum((reposts, quotes)),
                views=_sum(m.impression_count for m in metrics),
            ),
        ),
    )


class _Assembly:
    """Posts put together from what is read of them: their versions, and the parts of threads.

    ``gone``: the ids that X says do not exist, with the time of that answer; ``broken``, ``lost``
    and ``failure``: as a ``Lookup`` has them.
    """

    def __init__(
        self,
        client: ApiClient,
        broken: list[str],
        lost: list[str],
        failure: PlatformError | None,
    ) -> None:
        self.broken = broken
        self.lost = lost
        self.failure = failure
        self.gone: dict[str, datetime] = {}
        self._client = client

    async def read(self, ids: Sequence[str]) -> list[_Read]:
        """Tweets by id, up to ``LOOKUP_SIZE``; what X refuses by itself is a broken item.

        The first failure is raised where nothing could be read, and kept otherwise.
        """
        answers = await in_halves([*dict.fromkeys(ids)], self._ask)
        self.failure = self.failure or answers.failure
        self.broken += [f"x item: {denied}" for _, denied in answers.odd]
        tweets: list[_Read] = []
        for answer, taken_at in answers.answers:
            self.gone |= dict.fromkeys(_gone(answer), taken_at)
            tweets += each(
                answer.data,
                _Tweet,
                partial(_listed, False, taken_at),
                named="x item",
                broken=self.broken,
                lost=self.lost,
            )
        return tweets

    async def _ask(self, ids: Sequence[str]) -> tuple[_Posts, datetime]:
        try:
            return await self._client.get(
                "/2/tweets",
                _Posts,
                lost=self.broken,
                ids=",".join(ids),
                **{"tweet.fields": POST_FIELDS},
            )
        except MissingUser as missing:  # of a hundred, it does not say which
            raise Denied(str(missing)) from None

    async def assemble(
        self, tweets: Sequence[_Read], parts: Mapping[str, Sequence[str]]
    ) -> list[Post]:
        """Posts from tweets, reading what of them is not at hand.

        A version or part that X says does not exist is gone with its interactions. One that is left
        out without a word, or cannot be asked for, makes the post a broken item: the sum over the
        others would be too low.
        """
        own = [read for read in tweets if not _is_reply_or_repost(read[0])]
        wanted = dict.fromkeys(part for tweet, _ in own for part in parts.get(tweet.root, ()))
        known = {read[0].id: read for read in tweets}
        missing = [v for tweet, _ in own for v in tweet.versions if v not in known]
        missing += _unread(wanted, known, self.gone)
        while missing and self.failure is None:
            for start in range(0, len(missing), LOOKUP_SIZE):
                try:
                    reads = await self.read(missing[start : start + LOOKUP_SIZE])
                except Denied as denied:  # of the ids that these posts told, not of the posts
                    self.broken.append(f"x item: {denied}")
                    continue
                except PlatformError as error:
                    self.failure = error
                    break
                known |= {read[0].id: read for read in reads}
            # Only a part that was read tells whether it has further versions.
            asked = {*missing}
            missing = [one for one in _unread(wanted, known, self.gone) if one not in asked]
        further = _histories(known.values())
        posts: list[Post] = []
        for root, versions in _histories(own).items():
            chains = [further.get(part, [part]) for part in parts.get(root, ())]
            left_out = [
                what
                for what, chain in (("version", versions), *(("part", chain) for chain in chains))
                if any(version not in known and version not in self.gone for version in chain)
            ]
            if left_out:
                self.broken.append(f"x item: a {left_out[0]} of {root} was left out")
                continue
            first = _whole([known[version] for version in versions if version in known])
            others = ([known[version] for version in c if version in known] for c in chains)
            posts.append(_with_parts(first, [_whole(reads) for reads in others if reads]))
        return posts


def _whole(reads: Sequence[_Read]) -> Post:
    return parse([tweet for tweet, _ in reads], max(at for _, at in reads))


_LAST = datetime.max.replace(tzinfo=UTC) - DAY  # a platform may say any time


def _parts(
    tweets: Sequence[_Tweet], owner: str, known: Mapping[str, Thread]
) -> dict[str, tuple[str, ...]]:
    """The parts of threads, those known before and those in a listing, by the first post's id.

    A part is a reply of the account to itself in the conversation that its own post began.
    """
    threads = dict(known)
    for tweet in tweets:
        if not _is_reply_or_repost(tweet):
            held = threads.get(tweet.root) or Thread(mark=min(tweet.published_at, _LAST) + DAY)
            longer = max(held.versions, tuple(tweet.versions), key=len)
            threads[tweet.root] = msgspec.structs.replace(held, versions=longer)
    begun = {
        version: name for name, thread in threads.items() for version in (name, *thread.versions)
    }
    found = {name: {*thread.parts} for name, thread in threads.items()}
    for tweet in tweets:
        name = begun.get(tweet.conversation_id or "")
        is_own = _is_reply_or_repost(tweet) and tweet.in_reply_to_user_id == owner
        if name is not None and is_own and threads[name].takes(tweet.published_at):
            found[name].add(tweet.root)
    return {name: by_number(parts) for name, parts in found.items() if parts}


def _unread(wanted: Iterable[str], known: Mapping[str, _Read], gone: Collection[str]) -> list[str]:
    """The versions of parts that are yet to be read, as far as they are known of."""
    histories = _histories(known.values())
    return [
        version
        for part in wanted
        for version in histories.get(part, [part])
        if version not in known and version not in gone
    ]


def _histories(reads: Iterable[_Read]) -> dict[str, list[str]]:
    """The versions of what was read by the first one's id.

    A post edited between two reads shows up once per version read; the longest history wins.
    """
    histories = sorted((tweet.versions for tweet, _ in reads), key=len)
    return {versions[0]: versions for versions in histories}


def _with_parts(first: Post, parts: Sequence[Post]) -> Post:
    """A thread as one post; a counter that is unknown in any part is unknown in the sum."""
    if not parts:
        return first
    samples = [sample for post in (first, *parts) for sample in post.samples]
    return msgspec.structs.replace(
        first,
        parts=tuple(part.post_id for part in parts),
        samples=(
            Sample(
                taken_at=max(sample.taken_at for sample in samples),
                **{name: _sum(getattr(s, name) for s in samples) for name in COUNTERS},
            ),
        ),
    )


def _is_reply_or_repost(tweet: _Tweet) -> bool:
    if tweet.referenced_tweets is None:  # then it was read where there are none but for threads
        return tweet.in_reply_to_user_id is not None
    return any(
        reference.type in ("replied_to", "retweeted") for reference in tweet.referenced_tweets
    )


async def _users(
    client: ApiClient, path: str, key: str, names: Sequence[str]
) -> tuple[list[_User], dict[str, _Trouble], dict[str, AccountWrong]]:
    """The users that can be understood, X's complaints by the name or id that they are about, and
    the names that X refuses by themselves."""

    async def ask(batch: Sequence[str]) -> _Users:
        asked: dict[str, Any] = {key: ",".join(dict.fromkeys(batch)), "user.fields": USER_FIELDS}
        try:
            answer, _ = await client.get(path, _Users, **asked)
        except MissingUser as missing:  # of a hundred, it does not say which
            raise Denied(str(missing)) from None
        return answer

    found = await in_halves(names, ask)
    if isinstance(found.failure, Limited | Refused):
        raise found.failure
    lost = client.tally.lost
    lost += [str(found.failure)] if found.failure else []
    users: list[_User] = []
    troubles: dict[str, _Trouble] = {}
    for answer in found.answers:
        users += each(
            answer.data, _User, lambda user: user, named="x account", broken=lost, lost=lost
        )
        troubles |= {(t.value or t.resource_id or "").lower(): t for t in answer.errors}
    return users, troubles, {name: denied.of_account("X") for name, denied in found.odd}


def _gone(answer: _Posts) -> set[str]:
    """The ids that X says do not exist (any more)."""
    return {
        trouble.resource_id or trouble.value or ""
        for trouble in answer.errors
        if trouble.title == NOT_FOUND
    }


def _latest(post: Post) -> str:
    return post.versions[-1] if post.versions else post.post_id


def _unescaped(text: str | None) -> str | None:
    """The text as it was written: X escapes three characters, ``&`` first."""
    if text is None or "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time_of(post_id: str, latest: datetime) -> datetime:
    """When a first version that cannot be read any more was posted: its id says so."""
    if not post_id.isdecimal():
        return latest
    at = EPOCH + timedelta(milliseconds=int(post_id) >> 22)
    # Edits end an hour after posting; an id that says otherwise is no snowflake.
    return at.replace(microsecond=0) if latest - timedelta(hours=2) <= at <= latest else latest


def _reset(headers: Mapping[str, str], now: datetime) -> datetime:
    """The window's end by header; a 429 with requests remaining is a second, short limiter."""
    reset, remaining = headers.get("x-rate-limit-reset", ""), headers.get("x-rate-limit-remaining")
    if remaining not in (None, "0"):
        return now + timedelta(seconds=30)
    if reset.isdecimal() and len(reset) < 12:  # else no seconds since 1970
        latest = now + LONGEST_WINDOW
        return min(max(now, datetime.fromtimestamp(int(reset), UTC)), latest)
    return now + timedelta(minutes=15)


def _profile(user: _User) -> Profile | AccountWrong:
    if user.protected:
        return _account_wrong(user.username, _Trouble(title=PROTECTED))
    return Profile(
        account_id=user.id,
        handle=user.username,
        title=user.name,
        followers=user.public_metrics.followers_count,
        posts=user.public_metrics.tweet_count,
    )


def _account_wrong(handle: str, trouble: _Trouble | None) -> AccountWrong:
    """Why the account behind a handle cannot be read; without any trouble told, it is not there."""
    if trouble and ("suspended" in trouble.detail or trouble.title == SUSPENDED):
        return AccountWrong(
            "suspended",
            f"Akun X @{handle} ditangguhkan oleh X; ajukan banding ke X atau ganti akunnya di "
            "daftar.",
        )
    if trouble and trouble.title == PROTECTED:
        return AccountWrong(
            "protected", f"Akun X @{handle} dikunci; buka kuncinya agar unggahan dapat dibaca."
        )
    return AccountWrong("not found", f"X tidak mengenal @{handle}; periksa ejaan nama akunnya.")


def _lost(known: Profile, trouble: _Trouble | None) -> AccountWrong:
    """Why an account that was read before cannot be read now."""
    handle = known.handle or known.account_id
    wrong = _account_wrong(handle, trouble)
    if str(wrong) != "not found":
        return wrong
    return AccountWrong(
        "gone",
        f"Akun X @{handle} tidak ada lagi: dihapus atau dinonaktifkan pemiliknya. Aktifkan "
        "kembali, atau ganti akunnya di daftar.",
    )
