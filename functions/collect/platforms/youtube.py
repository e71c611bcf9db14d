"""YouTube Data API v3 with an API key.

A channel's uploads playlist lists video ids (1 unit a page of 50), details and counters are read
by id, 50 a call. Quirks: counters are strings, and absent when hidden or disabled; the playlist is
ordered by upload, not publication, so the whole first page is looked at, and now and then a few
more (``DEPTH``): a video uploaded weeks before it is published stands there; streams and premieres
stand in it before they air; a channel without public videos answers ``playlistNotFound``; the
statistics endpoint has a quota of its own, but its gaps are no proof that a video is gone.

The day's quota is counted in two buckets: ``stats`` for the statistics endpoint, ``units`` for all
else. A deleted and a suspended channel answer alike: they are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from functions.collect.answers import (
    UNDECODABLE,
    AccountWrong,
    Limited,
    Lookup,
    PlatformError,
    Profile,
    Refused,
    Sweep,
    Transient,
    Unreadable,
)
from functions.collect.client import ApiClient
from functions.model import Post, Sample

NAME = "youtube"
PAGE_SIZE = 50
MAX_PAGES = 20
LOOKUP_SIZE = 50
DEPTH = 4  # reaches 200 uploads back; each page costs a unit
LISTING_TELLS = False
RESOLVE_SIZE, RECHECK_SIZE = 1, 50
FOLLOWERS_EVERY = timedelta(days=1)

UNITS, STATS = "units", "stats"  # the buckets of the day's quota
VIDEOS = "youtube#videoListResponse"  # what an answer has to be to prove an absence
BATCH_STATS = "videos:batchGetStats"
PACIFIC = ZoneInfo("America/Los_Angeles")  # the quota's day
SPENT = {"quotaExceeded", "dailyLimitExceeded"}
HURRIED = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
MISSING = {"playlistNotFound", "channelNotFound", "videoNotFound"}


class Missing(AccountWrong):
    """The playlist, channel or video named does not exist, or the endpoint is not offered."""


_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Reason(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    errors: list[_Reason] = []
    status: str = ""


class _Refusal(msgspec.Struct):
    error: _Error


class _Playlists(msgspec.Struct):
    uploads: str | None = None


class _Content(msgspec.Struct):
    relatedPlaylists: _Playlists = msgspec.field(default_factory=_Playlists)
    videoId: str = ""
    videoPublishedAt: _Time | None = None


class _Snippet(msgspec.Struct):
    title: str | None = None
    customUrl: str | None = None
    channelId: str | None = None
    publishedAt: _Time | None = None
    liveBroadcastContent: str = "none"


class _Statistics(msgspec.Struct):
    viewCount: int | None = None
    likeCount: int | None = None
    commentCount: int | None = None
    subscriberCount: int | None = None
    hiddenSubscriberCount: bool = False
    videoCount: int | None = None


class _Live(msgspec.Struct):
    actualStartTime: _Time | None = None
    actualEndTime: _Time | None = None


class _Resource(msgspec.Struct):
    id: str = ""
    snippet: _Snippet = msgspec.field(default_factory=_Snippet)
    contentDetails: _Content = msgspec.field(default_factory=_Content)
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)
    liveStreamingDetails: _Live | None = None


class _List(msgspec.Struct):
    kind: str = ""
    items: list[msgspec.Raw] = []
    nextPageToken: str | None = None


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What YouTube's refusal means, by its reason: 403 alone says little."""
    if status < 400:
        return None
    try:
        error = msgspec.json.decode(body, type=_Refusal).error
    except UNDECODABLE:
        return None
    reasons = {reason.reason for reason in error.errors} | {error.status}
    label = ", ".join(sorted(reasons - {""})) or "refused"
    if reasons & SPENT:
        # Of which bucket is for the caller to correct: a refusal does not name its endpoint.
        return Limited(f"{label}: the day's units are spent", _midnight(now), UNITS)
    if reasons & HURRIED:
        return Limited(f"{label}: too many requests", now + timedelta(minutes=1))
    if reasons & MISSING or status == 404:
        return Missing(label, "YouTube tidak menemukan kanal ini lagi; periksa nama akunnya.")
    if status >= 500 or status == 409:
        return Transient(label)
    if "invalidPageToken" in reasons:
        return Unreadable(label)
    if status in (400, 401, 403):
        return Refused(f"{label}: check the API key and that the YouTube Data API is enabled")
    return None


def bucket(path: str) -> str:
    """Which part of the day's quota a call is counted in."""
    return STATS if path.endswith(BATCH_STATS) else UNITS


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """The channels behind ids, 50 a call, and behind handles, one a call."""
    ids = [handle for handle in handles if _is_channel_id(handle)]
    found = await _by_id(client, {name: _unknown(name) for name in ids})
    for handle in handles:
        if not _is_channel_id(handle):
            try:
                channels, broken = await _channels(client, forHandle=f"@{handle}")
            except Missing:
                channels, broken = [], []
            if channels:
                found[handle] = _profile(channels[0])
            elif not broken:
                found[handle] = _unknown(handle)
    return found


async def recheck(client: ApiClient, known: Sequence[Profile]) -> dict[str, Profile | AccountWrong]:
    """Known channels as they are today, by their ids, 50 a call."""
    return await _by_id(client, {one.account_id: _gone(one) for one in known})


async def sweep(client: ApiClient, profile: Profile, *, since: datetime, depth: int = 1) -> Sweep:
    """Ids in the channel's uploads; they carry no counters, so all are ``unread``.

    At least ``depth`` pages are read, more while they bring videos published from ``since`` on. The
    first page's ids come first, dated or not: a stream that airs today was published when it was
    announced. Of further pages all that say when they were published are given.
    """
    unread: dict[str, datetime | None] = {}
    broken: list[str] = []
    page_token = ""
    seen: set[str] = set()
    for number in range(1, MAX_PAGES + 1):
        asked: dict[str, str | int] = {
            "part": "contentDetails",
            "playlistId": profile.place or "UU" + profile.account_id[2:],
            "maxResults": PAGE_SIZE,
        }
        if page_token:
            asked["pageToken"] = page_token
        try:
            page, _taken_at = await client.get("/youtube/v3/playlistItems", _List, **asked)
        except Missing:
            break  # a channel without public videos answers so, at times also between two pages
        items = [item.contentDetails for item in _decode(page.items, broken)]
        dates = [item.videoPublishedAt for item in items if item.videoPublishedAt]
        unread |= {
            item.videoId: item.videoPublishedAt
            for item in items
            if item.videoId and (number == 1 or item.videoPublishedAt)
        }
        page_token = page.nextPageToken or ""
        is_recent = any(date >= since for date in dates)
        if not page_token or not (is_recent or number < depth):
            break
        if page_token in seen:
            raise Unreadable("the playlist repeats a page")
        seen.add(page_token)
    return Sweep(
        unread=tuple(unread),
        dated={video_id: at for video_id, at in unread.items() if at},
        broken=tuple(broken),
    )


async def details(client: ApiClient, ids: Sequence[str]) -> Lookup:
    """Up to 50 videos with their facts; streams and premieres that have not ended are pending."""
    return await _read(client, ids)


async def _read(client: ApiClient, ids: Sequence[str]) -> Lookup:
    broken: list[str] = []
    try:
        answer, taken_at = await client.get(
            "/youtube/v3/videos",
            _List,
            part="statistics,snippet,liveStreamingDetails,status",
            id=",".join(ids),
        )
    except Missing as missing:  # of fifty, it does not say which
        raise Unreadable(str(missing)) from None
    posts: list[Post] = []
    pending: list[str] = []
    for video in _decode(answer.items, broken):
        if not video.id:
            broken.append("youtube item: no id")
        elif _is_pending(video):
            pending.append(video.id)
        elif video.snippet.publishedAt is None:
            broken.append("youtube item: no publishedAt")
        else:
            try:
                posts.append(parse(video, taken_at))
            except OverflowError:
                broken.append("youtube item: a time outside of the calendar")
    answered = {post.post_id for post in posts} | set(pending)
    is_whole = answer.kind == VIDEOS and not broken
    return Lookup(
        posts=tuple(posts),
        pending=tuple(pending),
        absent={i: taken_at for i in ids if i not in answered} if is_whole else {},
        broken=tuple(broken),
    )


async def lookup(
    client: ApiClient, posts: Sequence[Post], *, details: bool = True, stats: bool = True
) -> Lookup:
    """Fresh counters of up to 50 known videos, from the statistics endpoint where it exists.

    What that endpoint leaves out is asked for again by details: only they tell what is gone. A
    bucket that is spent is left alone: without ``details`` what the statistics leave out is simply
    unknown, without ``stats`` everything is asked of the details (one unit).
    """
    fresh: list[Post] = []
    broken: list[str] = []
    if stats and BATCH_STATS not in client.learned:
        fresh = await _statistics(client, posts, broken)
    read = {post.post_id for post in fresh}
    rest = [post.post_id for post in posts if post.post_id not in read]
    if not rest or not details:
        return Lookup(posts=tuple(fresh), broken=tuple(broken))
    try:
        found = await _read(client, rest)
    except Limited as limit:
        if not fresh:
            raise
        found = Lookup(spent=limit)
    except (Transient, Unreadable) as error:
        if not fresh:
            raise
        found = Lookup(broken=(f"youtube details: {error}",))
    return Lookup(
        posts=(*fresh, *found.posts),
        absent=found.absent,
        pending=found.pending,
        broken=(*broken, *found.broken),
        spent=found.spent,
    )


async def _statistics(client: ApiClient, posts: Sequence[Post], broken: list[str]) -> list[Post]:
    """The videos that the statistics endpoint tells of; none where it is not offered."""
    try:
        answer, taken_at = await client.get(
            f"/youtube/v3/{BATCH_STATS}",
            _List,
            part="statistics,snippet",
            id=",".join(post.post_id for post in posts),
        )
    except Limited as limit:
        limit.bucket = limit.bucket and STATS
        raise
    except (Missing, Unreadable):
        client.learned.add(BATCH_STATS)
        return []
    counters = {video.id: video.statistics for video in _decode(answer.items, broken)}
    return [
        msgspec.structs.replace(post, samples=(_sample(counters[post.post_id], taken_at),))
        for post in posts
        if post.post_id in counters
    ]


def parse(video: _Resource, taken_at: datetime) -> Post:
    """One video with one sample; a stream's or premiere's clock starts when it went on air."""
    live = video.liveStreamingDetails
    began = live.actualStartTime if live else None
    published = began or video.snippet.publishedAt
    if published is None:
        raise ValueError("a video without publishedAt")
    return Post(
        platform="youtube",
        account_id=video.snippet.channelId or "",
        post_id=video.id,
        published_at=published.astimezone(UTC).replace(microsecond=0),
        url=f"https://www.youtube.com/watch?v={video.id}",
        text=video.snippet.title,
        samples=(_sample(video.statistics, taken_at),),
    )


def _sample(statistics: _Statistics, taken_at: datetime) -> Sample:
    return Sample(
        taken_at=taken_at,
        likes=statistics.likeCount,
        comments=statistics.commentCount,
        views=statistics.viewCount,
    )


def _is_pending(video: _Resource) -> bool:
    live = video.liveStreamingDetails
    if video.snippet.liveBroadcastContent in ("upcoming", "live"):
        return True
    return live is not None and live.actualEndTime is None


async def _by_id(
    client: ApiClient, wanted: Mapping[str, AccountWrong]
) -> dict[str, Profile | AccountWrong]:
    """Channels by id; ``wanted`` says what to tell of each that is not there."""
    found: dict[str, Profile | AccountWrong] = {}
    for start in range(0, len(wanted), RECHECK_SIZE):
        batch = list(wanted)[start : start + RECHECK_SIZE]
        try:
            channels, broken = await _channels(client, id=",".join(batch), maxResults=RECHECK_SIZE)
        except Missing as missing:  # of fifty, it does not say which
            raise Unreadable(str(missing)) from None
        found |= {channel.id: _profile(channel) for channel in channels}
        # What could not be understood may be any of those that are missing.
        found |= {} if broken else {name: wanted[name] for name in batch if name not in found}
    return found


async def _channels(client: ApiClient, **by: str | int) -> tuple[list[_Resource], list[str]]:
    """The channels that can be understood, and what cannot."""
    broken: list[str] = []
    answer, _ = await client.get(
        "/youtube/v3/channels", _List, part="id,contentDetails,statistics,snippet", **by
    )
    channels = _decode(answer.items, broken)
    broken += ["youtube channel: no id" for channel in channels if not channel.id]
    return [channel for channel in channels if channel.id], broken


def _unknown(handle: str) -> AccountWrong:
    return AccountWrong(
        "no such channel",
        f"YouTube tidak mengenal kanal {handle}; periksa ejaannya atau isi id kanal (UC…).",
    )


def _gone(known: Profile) -> AccountWrong:
    return AccountWrong(
        "the channel is gone",
        f"Kanal YouTube {known.handle or known.account_id} tidak ada lagi: dihapus pemiliknya atau "
        "ditutup oleh YouTube. Pulihkan kanalnya, atau ganti akunnya di daftar.",
    )


def _profile(channel: _Resource) -> Profile:
    hidden = channel.statistics.hiddenSubscriberCount
    return Profile(
        account_id=channel.id,
        handle=channel.snippet.customUrl.removeprefix("@") if channel.snippet.customUrl else None,
        title=channel.snippet.title,
        followers=None if hidden else channel.statistics.subscriberCount,
        place=channel.contentDetails.relatedPlaylists.uploads,
        posts=channel.statistics.videoCount,
    )


def _decode(items: Iterable[msgspec.Raw], broken: list[str]) -> list[_Resource]:
    resources = []
    for raw in items:
        try:
            # Counters come as strings, from the statistics endpoint also as numbers.
            resources.append(msgspec.json.decode(raw, type=_Resource, strict=False))
        except UNDECODABLE as error:
            broken.append(f"youtube item: {error}")
    return resources


def _is_channel_id(handle: str) -> bool:
    return handle.startswith("UC") and len(handle) == 24


def _midnight(now: datetime) -> datetime:
    """The next midnight in California, when the quota is renewed."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(UTC)
