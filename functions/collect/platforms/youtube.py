"""YouTube Data API v3 with an API key.

A channel's uploads playlist lists video ids (1 unit a page of 50), details and counters are read
by id, 50 a call. Quirks: counters are strings, and absent when hidden or disabled; the playlist is
ordered by upload, not publication, so the whole first page is looked at; streams and premieres
stand in it before they air; a channel without public videos answers ``playlistNotFound``; the
statistics endpoint has a quota of its own, but its gaps are no proof that a video is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from functions.collect.answers import (
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
KNOWN_BY = "id"
RESOLVE_SIZE, RECHECK_SIZE = 1, 50
FOLLOWERS_EVERY = timedelta(days=1)

PACIFIC = ZoneInfo("America/Los_Angeles")  # the quota's day
SPENT = {"quotaExceeded", "dailyLimitExceeded"}
HURRIED = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
MISSING = {"playlistNotFound", "channelNotFound", "videoNotFound"}


class Missing(AccountWrong):
    """The playlist, channel or video named does not exist, or the endpoint is not offered."""


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
    videoPublishedAt: datetime | None = None


class _Snippet(msgspec.Struct):
    title: str | None = None
    customUrl: str | None = None
    channelId: str | None = None
    publishedAt: datetime | None = None
    liveBroadcastContent: str = "none"


class _Statistics(msgspec.Struct):
    viewCount: int | None = None
    likeCount: int | None = None
    commentCount: int | None = None
    subscriberCount: int | None = None
    hiddenSubscriberCount: bool = False


class _Live(msgspec.Struct):
    actualStartTime: datetime | None = None
    actualEndTime: datetime | None = None


class _Resource(msgspec.Struct):
    id: str = ""
    snippet: _Snippet = msgspec.field(default_factory=_Snippet)
    contentDetails: _Content = msgspec.field(default_factory=_Content)
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)
    liveStreamingDetails: _Live | None = None


class _List(msgspec.Struct):
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
    except msgspec.DecodeError:
        return None
    reasons = {reason.reason for reason in error.errors} | {error.status}
    label = ", ".join(sorted(reasons - {""})) or "refused"
    if reasons & SPENT:
        return Limited(f"{label}: the day's units are spent", _midnight(now))
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


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """Channels by id 50 a call, by handle one a call."""
    found: dict[str, Profile | AccountWrong] = {}
    ids = [handle for handle in handles if _is_channel_id(handle)]
    for start in range(0, len(ids), LOOKUP_SIZE):
        batch = ids[start : start + LOOKUP_SIZE]
        channels, broken = await _channels(client, id=",".join(batch), maxResults=LOOKUP_SIZE)
        found |= {channel.id: _profile(channel) for channel in channels}
        # What could not be understood may be any of those that are missing.
        found |= {} if broken else {name: _unknown(name) for name in batch if name not in found}
    for handle in handles:
        if not _is_channel_id(handle):
            channels, broken = await _channels(client, forHandle=f"@{handle}")
            if channels:
                found[handle] = _profile(channels[0])
            elif not broken:
                found[handle] = _unknown(handle)
    return found


async def sweep(client: ApiClient, profile: Profile, *, since: datetime) -> Sweep:
    """Ids in the channel's uploads; they carry no counters, so all are ``unread``."""
    unread: list[str] = []
    broken: list[str] = []
    page_token = ""
    seen: set[str] = set()
    for _ in range(MAX_PAGES):
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
            return Sweep()  # a channel without public videos answers so
        items = [item.contentDetails for item in _decode(page.items, broken)]
        unread += [item.videoId for item in items if item.videoId]
        page_token = page.nextPageToken or ""
        recent = any(i.videoPublishedAt and i.videoPublishedAt >= since for i in items)
        if not page_token or not recent:
            break
        if page_token in seen:
            raise Unreadable("the playlist repeats a page")
        seen.add(page_token)
    return Sweep(unread=tuple(dict.fromkeys(unread)), broken=tuple(broken))


async def details(client: ApiClient, ids: Sequence[str]) -> Lookup:
    """Up to 50 videos with their facts; streams and premieres that have not ended are pending."""
    broken: list[str] = []
    answer, taken_at = await client.get(
        "/youtube/v3/videos",
        _List,
        part="statistics,snippet,liveStreamingDetails,status",
        id=",".join(ids),
    )
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
            posts.append(parse(video, taken_at))
    answered = {post.post_id for post in posts} | set(pending)
    return Lookup(
        posts=tuple(posts),
        pending=tuple(pending),
        absent={} if broken else {i: taken_at for i in ids if i not in answered},
        broken=tuple(broken),
    )


async def lookup(client: ApiClient, posts: Sequence[Post]) -> Lookup:
    """Fresh counters of up to 50 known videos, from the statistics endpoint where it exists.

    What that endpoint leaves out is asked for again by details: only they tell what is gone.
    """
    broken: list[str] = []
    fresh: list[Post] = []
    if "batchGetStats" not in client.learned:
        try:
            answer, taken_at = await client.get(
                "/youtube/v3/videos:batchGetStats",
                _List,
                part="statistics,snippet",
                id=",".join(post.post_id for post in posts),
            )
            counters = {video.id: video.statistics for video in _decode(answer.items, broken)}
            fresh = [
                msgspec.structs.replace(post, samples=(_sample(counters[post.post_id], taken_at),))
                for post in posts
                if post.post_id in counters
            ]
        except (Missing, Unreadable):
            client.learned.add("batchGetStats")
    read = {post.post_id for post in fresh}
    rest = [post.post_id for post in posts if post.post_id not in read]
    if not rest:
        return Lookup(posts=tuple(fresh), broken=tuple(broken))
    found = await details(client, rest)
    return Lookup(
        posts=(*fresh, *found.posts),
        absent=found.absent,
        pending=found.pending,
        broken=(*broken, *found.broken),
    )


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


async def _channels(client: ApiClient, **by: str | int) -> tuple[list[_Resource], list[str]]:
    """The channels that can be understood, and what cannot."""
    broken: list[str] = []
    try:
        answer, _ = await client.get(
            "/youtube/v3/channels", _List, part="id,contentDetails,statistics,snippet", **by
        )
    except Missing:  # one channel's matter, not that of all who are asked about
        return [], broken
    channels = _decode(answer.items, broken)
    broken += ["youtube channel: no id" for channel in channels if not channel.id]
    return [channel for channel in channels if channel.id], broken


def _unknown(handle: str) -> AccountWrong:
    return AccountWrong(
        "no such channel",
        f"YouTube tidak mengenal kanal {handle}; periksa ejaannya atau isi id kanal (UC…).",
    )


def _profile(channel: _Resource) -> Profile:
    hidden = channel.statistics.hiddenSubscriberCount
    return Profile(
        account_id=channel.id,
        handle=channel.snippet.customUrl.removeprefix("@") if channel.snippet.customUrl else None,
        title=channel.snippet.title,
        followers=None if hidden else channel.statistics.subscriberCount,
        place=channel.contentDetails.relatedPlaylists.uploads,
    )


def _decode(items: Iterable[msgspec.Raw], broken: list[str]) -> list[_Resource]:
    resources = []
    for raw in items:
        try:
            # Counters come as strings, from the statistics endpoint also as numbers.
            resources.append(msgspec.json.decode(raw, type=_Resource, strict=False))
        except msgspec.DecodeError as error:
            broken.append(f"youtube item: {error}")
    return resources


def _is_channel_id(handle: str) -> bool:
    return handle.startswith("UC") and len(handle) == 24


def _midnight(now: datetime) -> datetime:
    """The next midnight in California, when the quota is renewed."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(UTC)
