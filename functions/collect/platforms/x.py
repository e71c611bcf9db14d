"""X API v2 with an app's own Bearer token.

A timeline call returns an account's posts with counters, a lookup up to 100 posts of any accounts.
Each post read is billed once per UTC day. Quirks: a failed part comes as ``errors`` inside a 200;
no posts means no ``data`` key; fewer results than asked do not mean the end; replies, own thread
parts among them, are asked for only where threads are summed, and reposts never; an edit makes a
new post with counters of its own, so a post is known by its first version and counted over all of
them that are left. So is a thread over its parts, the account's replies to itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from functions.collect.answers import (
    UNDECODABLE,
    AccountWrong,
    Limited,
    Lookup,
    PlatformError,
    PostCount,
    Profile,
    Refused,
    Sweep,
    Thread,
    Unreadable,
)
from functions.collect.client import ApiClient
from functions.model import COUNTERS, DAY, Post, Sample, by_number

NAME = "x"
PAGE_SIZE = 100
MAX_PAGES = 32  # the timeline ends at 3,200 posts
LOOKUP_SIZE = 100
DEPTH = 1
LISTING_TELLS = False
RESOLVE_SIZE, RECHECK_SIZE = 100, 100
FOLLOWERS_EVERY = timedelta(days=30)  # a user read costs twice a post read

POST_FIELDS = "created_at,public_metrics,referenced_tweets,edit_history_tweet_ids,note_tweet"
THREAD_FIELDS = f"{POST_FIELDS},conversation_id,in_reply_to_user_id"
USER_FIELDS = "public_metrics,protected"
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
LONGEST_WINDOW = timedelta(days=1)
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # of the ids, which carry their time


class Missing(AccountWrong):
    """404: what the path names does not exist."""


class _Metrics(msgspec.Struct):
    like_count: int | None = None
    reply_count: int | None = None
    retweet_count: int | None = None
    quote_count: int | None = None
    impression_count: int | None = None
    followers_count: int | None = None
    tweet_count: int | None = None


class _Reference(msgspec.Struct):
    type: str


class _Note(msgspec.Struct):
    text: str | None = None


class _Tweet(msgspec.Struct):
    id: str
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    text: str | None = None
    public_metrics: _Metrics = msgspec.field(default_factory=_Metrics)
    referenced_tweets: list[_Reference] = []
    edit_history_tweet_ids: list[str] = []
    note_tweet: _Note = msgspec.field(default_factory=_Note)
    conversation_id: str | None = None
    in_reply_to_user_id: str | None = None

    @property
    def versions(self) -> list[str]:
        return self.edit_history_tweet_ids or [self.id]

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
    id: str
    username: str
    name: str | None = None
    protected: bool = False
    public_metrics: _Metrics = msgspec.field(default_factory=_Metrics)


class _Trouble(msgspec.Struct):
    title: str = ""
    detail: str = ""
    type: str = ""
    value: str | None = None
    resource_id: str | None = None
    section: str | None = None


class _Meta(msgspec.Struct):
    next_token: str | None = None


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
    if status < 400:
        return None
    try:
        problem = msgspec.json.decode(body, type=_Trouble)
    except UNDECODABLE:
        problem = _Trouble()
    if status == 402 or problem.type.endswith(("/problems/credits", "/problems/usage-capped")):
        return Refused(
            f"{problem.title or 'out of credits'}: add credits or raise the spending cap"
        )
    if status == 401:
        return Refused("the bearer token is invalid; issue a new one")
    if status == 429:
        return Limited("too many requests", _reset(headers, now))
    if status == 403:
        return Refused(f"{problem.title or 'forbidden'}: the app lacks access")
    if status == 404:
        return Missing("not found", "Akun X ini tidak ditemukan lagi; periksa nama akunnya.")
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
        users, troubles = await _users(client, "/2/users/by", usernames=",".join(batch))
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
        ids = _ids(one.account_id for one in batch)
        users, troubles = await _users(client, "/2/users", ids=ids)
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
    tweets: list[_Read] = []
    broken: list[str] = []
    seen: set[str] = set()
    asked: dict[str, str | int] = {
        "max_results": PAGE_SIZE,
        "start_time": _rfc3339(since),
        "exclude": "retweets" if replies else "retweets,replies",
        "tweet.fields": THREAD_FIELDS if replies else POST_FIELDS,
    }
    if until is not None:
        asked["end_time"] = _rfc3339(until)
    for _ in range(MAX_PAGES):
        try:
            page, taken_at = await client.get(
                f"/2/users/{profile.account_id}/tweets", _Posts, **asked
            )
        except Missing:
            raise _lost(profile, None) from None
        trouble = [t for t in page.errors if t.section != "includes"]
        if trouble and not page.data:
            raise _lost(profile, trouble[0])
        if page.meta is None:  # it is always there, even without any post
            raise Unreadable("the timeline came without its meta")
        tweets += _decode(page.data, taken_at, broken)
        token = page.meta.next_token
        if not token:
            break
        if token in seen:
            raise Unreadable("the timeline repeats a page")
        seen.add(token)
        asked["pagination_token"] = token
    else:
        broken.append("x timeline: more pages than the API offers")
    known = threads or {}
    parts = _parts([tweet for tweet, _ in tweets], profile.account_id, known)
    posts = await _assemble(client, tweets, broken, parts)
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
        covered_since=None if broken or until else since,
        broken=tuple(broken),
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


async def lookup(client: ApiClient, posts: Sequence[Post]) -> Lookup:
    """Fresh counters of up to 100 posts of any accounts, which the answer does not name.

    Into those of a post with parts, the parts' counters are summed.
    """
    broken: list[str] = []
    parts = {post.post_id: post.parts for post in posts if post.parts}
    answer, taken_at = await client.get(
        "/2/tweets",
        _Posts,
        ids=_ids(_latest(post) for post in posts),
        **{"tweet.fields": POST_FIELDS},
    )
    gone = _gone(answer)
    return Lookup(
        posts=tuple(await _assemble(client, _decode(answer.data, taken_at, broken), broken, parts)),
        absent={post.post_id: taken_at for post in posts if _latest(post) in gone},
        broken=tuple(broken),
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
        text=latest.note_tweet.text or latest.text,
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


async def _assemble(
    client: ApiClient,
    tweets: Sequence[_Read],
    broken: list[str],
    parts: Mapping[str, Sequence[str]],
) -> list[Post]:
    """Posts from tweets, reading what of them is not at hand: versions, and parts of threads.

    A version or part that X says does not exist is gone with its interactions. One that is left out
    without a word makes the post a broken item: the sum over the others would be too low.
    """
    own = [read for read in tweets if not _is_reply_or_repost(read[0])]
    wanted = dict.fromkeys(part for tweet, _ in own for part in parts.get(tweet.root, ()))
    known = {read[0].id: read for read in tweets}
    gone: set[str] = set()
    missing = [version for tweet, _ in own for version in tweet.versions if version not in known]
    missing += _unread(wanted, known, gone)
    while missing:
        for start in range(0, len(missing), LOOKUP_SIZE):
            answer, taken_at = await client.get(
                "/2/tweets",
                _Posts,
                ids=_ids(missing[start : start + LOOKUP_SIZE]),
                **{"tweet.fields": POST_FIELDS},
            )
            known |= {read[0].id: read for read in _decode(answer.data, taken_at, broken)}
            gone |= _gone(answer)
        # Only a part that was read tells whether it has further versions.
        asked = {*missing}
        missing = [one for one in _unread(wanted, known, gone) if one not in asked]
    further = _histories(known.values())
    posts: list[Post] = []
    for root, versions in _histories(own).items():
        chains = [further.get(part, [part]) for part in parts.get(root, ())]
        for what, chain in (("version", versions), *(("part", chain) for chain in chains)):
            if any(version not in known and version not in gone for version in chain):
                broken.append(f"x item: a {what} of {root} was left out")
                break
        else:
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
    return any(
        reference.type in ("replied_to", "retweeted") for reference in tweet.referenced_tweets
    )


async def _users(
    client: ApiClient, path: str, **by: str
) -> tuple[list[_User], dict[str, _Trouble]]:
    """The users that can be understood, and X's complaints by the name or id they are about."""
    try:
        answer, _ = await client.get(path, _Users, **by, **{"user.fields": USER_FIELDS})
    except Missing as missing:  # of a hundred, it does not say which
        raise Unreadable(str(missing)) from None
    users = []
    for raw in answer.data:
        try:
            users.append(msgspec.json.decode(raw, type=_User))
        except UNDECODABLE:
            continue
    return users, {(t.value or t.resource_id or "").lower(): t for t in answer.errors}


def _decode(items: Iterable[msgspec.Raw], taken_at: datetime, broken: list[str]) -> list[_Read]:
    tweets = []
    for raw in items:
        try:
            tweets.append((msgspec.json.decode(raw, type=_Tweet), taken_at))
        except UNDECODABLE as error:
            broken.append(f"x item: {error}")
    return tweets


def _gone(answer: _Posts) -> set[str]:
    """The ids that X says do not exist (any more)."""
    return {
        trouble.resource_id or trouble.value or ""
        for trouble in answer.errors
        if trouble.title == "Not Found Error"
    }


def _latest(post: Post) -> str:
    return post.versions[-1] if post.versions else post.post_id


def _ids(ids: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(ids))


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
        return _account_wrong(user.username, _Trouble(title="Authorization Error"))
    return Profile(
        account_id=user.id,
        handle=user.username,
        title=user.name,
        followers=user.public_metrics.followers_count,
        posts=user.public_metrics.tweet_count,
    )


def _account_wrong(handle: str, trouble: _Trouble | None) -> AccountWrong:
    """Why the account behind a handle cannot be read; without any trouble told, it is not there."""
    if trouble and ("suspended" in trouble.detail or trouble.title == "Forbidden"):
        return AccountWrong(
            "suspended",
            f"Akun X @{handle} ditangguhkan oleh X; ajukan banding ke X atau ganti akunnya di "
            "daftar.",
        )
    if trouble and trouble.title == "Authorization Error":
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
