"""X API v2 with an app's own Bearer token.

A timeline call returns an account's posts with counters, a lookup up to 100 posts of any accounts.
Each post read is billed once per UTC day. Quirks: a failed part comes as ``errors`` inside a 200;
no posts means no ``data`` key; fewer results than asked do not mean the end; replies, own thread
parts among them, and reposts are never asked for; an edit makes a new post with counters of its
own, so a post is known by its first version and counted over all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from functions.collect.answers import (
    AccountWrong,
    Limited,
    Lookup,
    PlatformError,
    Profile,
    Refused,
    Sweep,
    Unreadable,
)
from functions.collect.client import ApiClient
from functions.model import Post, Sample

NAME = "x"
PAGE_SIZE = 100
MAX_PAGES = 32  # the timeline ends at 3,200 posts
LOOKUP_SIZE = 100
KNOWN_BY = "handle"
RESOLVE_SIZE, RECHECK_SIZE = 100, 100
FOLLOWERS_EVERY = timedelta(days=30)  # a user read costs twice a post read

POST_FIELDS = "created_at,public_metrics,referenced_tweets,edit_history_tweet_ids,note_tweet"
USER_FIELDS = "public_metrics,protected"
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # of the ids, which carry their time


class _Metrics(msgspec.Struct):
    like_count: int | None = None
    reply_count: int | None = None
    retweet_count: int | None = None
    quote_count: int | None = None
    impression_count: int | None = None
    followers_count: int | None = None


class _Reference(msgspec.Struct):
    type: str


class _Note(msgspec.Struct):
    text: str | None = None


class _Tweet(msgspec.Struct):
    id: str
    created_at: datetime
    text: str | None = None
    public_metrics: _Metrics = msgspec.field(default_factory=_Metrics)
    referenced_tweets: list[_Reference] = []
    edit_history_tweet_ids: list[str] = []
    note_tweet: _Note = msgspec.field(default_factory=_Note)

    @property
    def versions(self) -> list[str]:
        return self.edit_history_tweet_ids or [self.id]


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
    except msgspec.DecodeError:
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
        return AccountWrong("not found", "Akun X ini tidak ditemukan lagi; periksa nama akunnya.")
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
    for start in range(0, len(valid), LOOKUP_SIZE):
        batch = valid[start : start + LOOKUP_SIZE]
        answer, _ = await client.get(
            "/2/users/by", _Users, usernames=",".join(batch), **{"user.fields": USER_FIELDS}
        )
        users, broken = _users(answer.data)
        troubles = {(t.value or t.resource_id or "").lower(): t for t in answer.errors}
        for handle in batch:
            user, trouble = users.get(handle.lower()), troubles.get(handle.lower())
            # What could not be understood may be any of those that are missing.
            if user or trouble or not broken:
                found[handle] = _profile(user, handle, trouble)
    return found


async def sweep(client: ApiClient, profile: Profile, *, since: datetime) -> Sweep:
    """The account's original posts and quotes from ``since`` on."""
    tweets: list[_Tweet] = []
    broken: list[str] = []
    seen: set[str] = set()
    asked: dict[str, str | int] = {
        "max_results": PAGE_SIZE,
        "start_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "exclude": "retweets,replies",
        "tweet.fields": POST_FIELDS,
    }
    for _ in range(MAX_PAGES):
        page, taken_at = await client.get(f"/2/users/{profile.account_id}/tweets", _Posts, **asked)
        trouble = [t for t in page.errors if t.section != "includes"]
        if trouble and not page.data:
            raise _account_wrong(profile.handle or profile.account_id, trouble[0])
        if page.meta is None:  # it is always there, even without any post
            raise Unreadable("the timeline came without its meta")
        tweets += _decode(page.data, broken)
        token = page.meta.next_token
        if not token:
            break
        if token in seen:
            raise Unreadable("the timeline repeats a page")
        seen.add(token)
        asked["pagination_token"] = token
    else:
        broken.append("x timeline: more pages than the API offers")
    posts = await _assemble(client, tweets, taken_at, broken)
    return Sweep(
        posts=tuple(
            msgspec.structs.replace(
                post,
                account_id=profile.account_id,
                url=f"https://x.com/{profile.handle or 'i'}/status/{post.post_id}",
            )
            for post in posts
            if post.published_at >= since
        ),
        covered_since=None if broken else since,
        broken=tuple(broken),
    )


async def lookup(client: ApiClient, posts: Sequence[Post]) -> Lookup:
    """Fresh counters of up to 100 posts of any accounts, which the answer does not name."""
    broken: list[str] = []
    answer, taken_at = await client.get(
        "/2/tweets",
        _Posts,
        ids=_ids(_latest(post) for post in posts),
        **{"tweet.fields": POST_FIELDS},
    )
    tweets = _decode(answer.data, broken)
    gone = {
        trouble.resource_id or trouble.value or ""
        for trouble in answer.errors
        if trouble.title == "Not Found Error"
    }
    return Lookup(
        posts=tuple(await _assemble(client, tweets, taken_at, broken)),
        absent={post.post_id: taken_at for post in posts if _latest(post) in gone},
        broken=tuple(broken),
    )


def parse(versions: Sequence[_Tweet], taken_at: datetime) -> Post:
    """All versions of one post, first to last, as one post: the latest text, the summed counters.

    A counter that is unknown in one version is unknown in the sum.
    """
    first, latest = versions[0], versions[-1]
    root = latest.versions[0]
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
    client: ApiClient, tweets: Iterable[_Tweet], taken_at: datetime, broken: list[str]
) -> list[Post]:
    """Posts from tweets, reading the other versions of those that were edited."""
    own = [tweet for tweet in tweets if not _is_reply_or_repost(tweet)]
    known = {tweet.id: tweet for tweet in own}
    missing = [version for tweet in own for version in tweet.versions if version not in known]
    for start in range(0, len(missing), LOOKUP_SIZE):
        answer, taken_at = await client.get(
            "/2/tweets",
            _Posts,
            ids=_ids(missing[start : start + LOOKUP_SIZE]),
            **{"tweet.fields": POST_FIELDS},
        )
        known |= {tweet.id: tweet for tweet in _decode(answer.data, broken)}
    # A post edited between two reads shows up once per version read; the longest history wins.
    newest = {t.versions[0]: t.versions for t in sorted(own, key=lambda t: len(t.versions))}
    return [
        parse([known[version] for version in versions if version in known], taken_at)
        for versions in newest.values()
    ]


def _is_reply_or_repost(tweet: _Tweet) -> bool:
    return any(
        reference.type in ("replied_to", "retweeted") for reference in tweet.referenced_tweets
    )


def _users(items: Iterable[msgspec.Raw]) -> tuple[dict[str, _User], bool]:
    """Users by their name in lower case, and whether any could not be understood."""
    users, broken = {}, False
    for raw in items:
        try:
            user = msgspec.json.decode(raw, type=_User)
            users[user.username.lower()] = user
        except msgspec.DecodeError:
            broken = True
    return users, broken


def _decode(items: Iterable[msgspec.Raw], broken: list[str]) -> list[_Tweet]:
    tweets = []
    for raw in items:
        try:
            tweets.append(msgspec.json.decode(raw, type=_Tweet))
        except msgspec.DecodeError as error:
            broken.append(f"x item: {error}")
    return tweets


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
    if reset.isdecimal():
        return max(now, datetime.fromtimestamp(int(reset), UTC))
    return now + timedelta(minutes=15)


def _profile(user: _User | None, handle: str, trouble: _Trouble | None) -> Profile | AccountWrong:
    if user is None:
        return _account_wrong(handle, trouble or _Trouble(title="Not Found Error"))
    if user.protected:
        return _account_wrong(handle, _Trouble(title="Authorization Error"))
    return Profile(
        account_id=user.id,
        handle=user.username,
        title=user.name,
        followers=user.public_metrics.followers_count,
    )


def _account_wrong(handle: str, trouble: _Trouble) -> AccountWrong:
    if "suspended" in trouble.detail or trouble.title == "Forbidden":
        return AccountWrong("suspended", f"Akun X @{handle} ditangguhkan oleh X.")
    if trouble.title == "Authorization Error":
        return AccountWrong(
            "protected", f"Akun X @{handle} dikunci; buka kuncinya agar unggahan dapat dibaca."
        )
    return AccountWrong("not found", f"X tidak mengenal @{handle}; periksa ejaan nama akunnya.")
