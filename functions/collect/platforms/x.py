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
from collections.abc import Mapping, Sequence
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
)
from functions.collect.platforms.decoding import Id, each, error_in
from functions.collect.platforms.walks import AnswerPage, Walk, in_halves
from functions.collect.platforms.x_posts import (
    MOST_IDS,
    NOT_FOUND,
    POST_FIELDS,
    PROTECTED,
    SUSPENDED,
    THREAD_FIELDS,
    MissingUser,
    PublicMetrics,
    ReadTweet,
    Trouble,
    Tweet,
    TweetPage,
    is_reply_or_repost,
    listed_tweet,
)
from functions.collect.platforms.x_threads import NO_THREADS, Assembly, ThreadsAsked, parts_of
from functions.model import Post

NAME: Final = "x"
PAGE_SIZE, LEAST_SIZE = 100, 5
MAX_PAGES = 32  # the timeline ends at 3,200 posts
LOOKUP_SIZE = MOST_IDS
DEPTH = 1
LISTING_TELLS = False
LISTING_PROVES = False
RESOLVE_SIZE, RECHECK_SIZE = 100, 100
FOLLOWERS_EVERY = timedelta(days=30)  # a user read costs twice a post read
HAS_CHOICES = True
bucket = every_call

USER_FIELDS = "public_metrics,protected"
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
LONGEST_WINDOW = timedelta(days=1)
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


class _User(msgspec.Struct):
    id: Id
    username: Id
    name: str | None = None
    protected: bool = False
    public_metrics: PublicMetrics = msgspec.field(default_factory=PublicMetrics)


class _Count(msgspec.Struct):
    start: Annotated[datetime, msgspec.Meta(tz=True)]
    end: Annotated[datetime, msgspec.Meta(tz=True)]
    tweet_count: int


class _Counts(msgspec.Struct):
    data: list[_Count]  # without it nothing was counted: there is no default


class _Users(msgspec.Struct):
    data: list[msgspec.Raw] = []
    errors: list[Trouble] = []


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What X's refusal means; money and caps come as 402, 403 and 429 and look like limits."""
    if status < 400 and b"/problems/" not in body:
        return None
    problem = error_in(body, Trouble) or Trouble()
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
    threads: ThreadsAsked = NO_THREADS,
) -> Sweep:
    """The account's original posts and quotes from ``since`` on, all of them at any ``depth``.

    Args:
        until: where the listing ends, exclusive; None: with what is newest. One that ends covers
            nothing.
        threads: what is to be summed over its parts.
    """
    asked = _asked_for(since, until, threads)
    ask = partial(_timeline, client, profile, asked)
    walk = Walk(NAME, ask, MAX_PAGES, PAGE_SIZE, least=LEAST_SIZE, manner=manner)
    tweets: list[ReadTweet] = []
    reached: datetime | None = None
    async for page in walk:
        tweets += walk.read(page, Tweet, partial(listed_tweet, threads.replies, page.taken_at))
        reached = since if page.following is None and until is None else None
    parts = parts_of([tweet for tweet, _ in tweets], profile.account_id, threads.known)
    reading = Assembly(client, walk.broken, walk.lost, walk.failure)
    posts = await reading.assemble(tweets, parts)
    return Sweep(
        posts=tuple(_of_account(post, profile) for post in posts),
        covered_since=walk.covering(reached, since),
        broken=tuple(walk.broken),
        lost=tuple(walk.lost),
        failure=reading.failure,
        manner=walk.manner,
        joining=_joining(tweets, parts, threads),
        besides=_besides(tweets, posts) if threads.replies else {},
    )


def _asked_for(since: datetime, until: datetime | None, threads: ThreadsAsked) -> dict[str, str]:
    asked = {
        "start_time": _rfc3339(since),
        "exclude": "retweets" if threads.replies else "retweets,replies",
        "tweet.fields": THREAD_FIELDS if threads.replies else POST_FIELDS,
    }
    return asked if until is None else {**asked, "end_time": _rfc3339(until)}


def _of_account(post: Post, profile: Profile) -> Post:
    return msgspec.structs.replace(
        post,
        account_id=profile.account_id,
        url=f"https://x.com/{profile.handle or 'i'}/status/{post.post_id}",
    )


def _joining(
    tweets: Sequence[ReadTweet], parts: Mapping[str, tuple[str, ...]], threads: ThreadsAsked
) -> dict[str, tuple[str, ...]]:
    """The parts of threads whose first post was not listed and that have grown."""
    originals = {tweet.root for tweet, _ in tweets if not is_reply_or_repost(tweet)}
    return {
        name: found
        for name, found in parts.items()
        if name not in originals and found != threads.known[name].parts
    }


def _besides(tweets: Sequence[ReadTweet], posts: Sequence[Post]) -> dict[str, datetime]:
    """The listed replies that are in no post's sum, with the time of publication."""
    summed = {part for post in posts for part in post.parts}
    return {
        tweet.id: tweet.published_at
        for tweet, _ in tweets
        if is_reply_or_repost(tweet) and tweet.root not in summed
    }


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
            TweetPage,
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


def _whose(profile: Profile, troubles: Sequence[Trouble]) -> PlatformError:
    """What a timeline of nothing but troubles says: of the account, or of nobody known."""
    for trouble in troubles:
        if trouble.title in (NOT_FOUND, SUSPENDED, PROTECTED):
            return _lost(profile, trouble)
    return Denied(f"{troubles[0].title or 'trouble'}: no timeline, and no known reason")


async def lookup(client: ApiClient, posts: Sequence[Post]) -> Lookup:
    """Fresh counters of up to 100 posts of any accounts, which the answer does not name.

    Into those of a post with parts, the parts' counters are summed.
    """
    parts = {post.post_id: post.parts for post in posts if post.parts}
    reading = Assembly(client, [], [], None)
    tweets = await reading.read([latest_version(post) for post in posts])
    found = await reading.assemble(tweets, parts)
    return Lookup(
        posts=tuple(found),
        absent={
            post.post_id: reading.gone[latest_version(post)]
            for post in posts
            if latest_version(post) in reading.gone
        },
        broken=tuple(reading.broken),
        lost=tuple(reading.lost),
        failure=reading.failure,
    )


async def _users(
    client: ApiClient, path: str, key: str, names: Sequence[str]
) -> tuple[list[_User], dict[str, Trouble], dict[str, AccountWrong]]:
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
    troubles: dict[str, Trouble] = {}
    for answer in found.answers:
        users += each(
            answer.data, _User, lambda user: user, named="x account", broken=lost, lost=lost
        )
        troubles |= {(t.value or t.resource_id or "").lower(): t for t in answer.errors}
    return users, troubles, {name: denied.of_account("X") for name, denied in found.odd}


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        return _account_wrong(user.username, Trouble(title=PROTECTED))
    return Profile(
        account_id=user.id,
        handle=user.username,
        title=user.name,
        followers=user.public_metrics.followers_count,
        posts=user.public_metrics.tweet_count,
    )


def _account_wrong(handle: str, trouble: Trouble | None) -> AccountWrong:
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


def _lost(known: Profile, trouble: Trouble | None) -> AccountWrong:
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


def latest_version(post: Post) -> str:
    return post.versions[-1] if post.versions else post.post_id
