"""YouTube Data API v3 with an API key.

A channel's uploads playlist lists video ids (1 unit a page of 50), details and counters are read
by id, 50 a call. Quirks: counters are strings, and absent when hidden or disabled; the playlist is
ordered by upload, not publication, so the whole first page is looked at, and now and then a few
more (``DEPTH``): a video uploaded weeks before it is published stands there; streams and premieres
stand in it before they air; a channel without public videos answers ``playlistNotFound``; the
statistics endpoint has a quota of its own, but its gaps are no proof that a video is gone.

The day's quota is counted in two buckets: ``stats`` for the statistics endpoint, ``units`` for all
else. A deleted and a suspended channel answer alike: they are left out.

A stream or premiere is no post until its end is told. One that is neither announced nor on air any
more, and has a duration, is ``waiting``: its end may never be told. One that has not begun a week
after its time, and one that has gone on for a week, is waited for no longer (``ENDLESS``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from functions.collect.client import ApiClient
from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Denied,
    Limited,
    Lookup,
    Manner,
    PlatformError,
    Profile,
    Refused,
    Sweep,
    Transient,
    Unreadable,
)
from functions.collect.platforms.decoding import each, error_in
from functions.collect.platforms.walks import AnswerPage, Walk, in_halves
from functions.collect.platforms.youtube_channels import (
    BATCH,
    asked_for,
    channels_by_id,
    find_channels,
    gone,
    is_channel_id,
    unknown,
)
from functions.collect.platforms.youtube_resources import (
    MissingChannel,
    Resource,
    ResourceList,
    VideoStanding,
    sample_of,
    standing_of,
)
from functions.model import Post, Sample

NAME: Final = "youtube"
PAGE_SIZE = 50
MAX_PAGES = 20
LOOKUP_SIZE = 50
DEPTH = 4  # reaches 200 uploads back; each page costs a unit
LISTING_TELLS = False
LISTING_PROVES = False
RESOLVE_SIZE, RECHECK_SIZE = 1, BATCH
FOLLOWERS_EVERY = timedelta(days=1)
HAS_CHOICES = False

UNITS, STATS = "units", "stats"  # the buckets of the day's quota
VIDEOS = "youtube#videoListResponse"  # what an answer has to be to prove an absence
BATCH_STATS = "videos:batchGetStats"
PACIFIC = ZoneInfo("America/Los_Angeles")  # the quota's day

# Whose fault a refusal's reason is; what is not known to be the key's own is no key's fault.
SPENT = {"quotaExceeded", "dailyLimitExceeded"}
HURRIED = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
MISSING = {"playlistNotFound", "channelNotFound", "videoNotFound"}
KEY = {
    "keyInvalid",
    "keyExpired",
    "accessNotConfigured",
    "ipRefererBlocked",
    "refererBlocked",
    "dailyLimitExceededUnreg",
    "userRateLimitExceededUnreg",
    "SERVICE_DISABLED",
    "CONSUMER_INVALID",
    "CONSUMER_SUSPENDED",
    "BILLING_DISABLED",
    "USER_PROJECT_DENIED",
}
KEY_PREFIX = "API_KEY_"
NO_KEY = "unregistered callers"  # a bare ``forbidden`` otherwise
CLOSED = {
    "playlistItemsNotAccessible",
    "channelSuspended",
    "channelClosed",
    "channelForbidden",
    "playlistForbidden",
    "accountClosed",
    "accountSuspended",
}


class _NotOffered(Denied):
    """The endpoint is not there, whatever is asked of it."""


class _Reason(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""
    errors: list[_Reason] = []
    details: list[_Reason] = []
    status: str = ""


class _Refusal(msgspec.Struct):
    error: _Error


def explain(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> PlatformError | None:
    """What YouTube's refusal means, by its reason: 403 alone says little."""
    if status < 400 and b'"error"' not in body[:200]:
        return None
    told = error_in(body, _Refusal)
    if told is None:
        # An endpoint that is not there answers with a page, or with nothing.
        return _NotOffered("the endpoint is not offered") if status in (404, 405, 501) else None
    error = told.error
    status = status if status >= 400 else error.code or 400
    reasons = {one.reason for one in (*error.errors, *error.details)} - {""}
    label = ", ".join(sorted(reasons | {error.status} - {""})) or "refused"
    if reasons & SPENT:
        # Of which bucket is for the caller to correct: a refusal does not name its endpoint.
        return Limited(f"{label}: the day's units are spent", _midnight(now), UNITS)
    if reasons & HURRIED:
        return Limited(f"{label}: too many requests", now + timedelta(minutes=1))
    if reasons & MISSING:
        return MissingChannel(
            label, "YouTube tidak menemukan kanal ini lagi; periksa nama akunnya."
        )
    if reasons & KEY or any(r.startswith(KEY_PREFIX) for r in reasons) or NO_KEY in error.message:
        return Refused(f"{label}: check the API key and that the YouTube Data API is enabled")
    if status in (404, 405, 501):
        return _NotOffered(f"{label}: the endpoint is not offered")
    if status >= 500 or status == 409:
        return Transient(label)
    if "invalidPageToken" in reasons:
        return Unreadable(label)
    if status in (413, 414, 429):
        return None
    return Denied(f"{label}: an unexpected refusal", _CLOSED if reasons & CLOSED else "")


_CLOSED = (
    "YouTube tidak mengizinkan unggahan kanal ini dibaca: kanalnya ditutup, ditangguhkan, atau "
    "daftar unggahannya tidak terbuka untuk umum. Periksa kanalnya, atau ganti akunnya di daftar."
)


def bucket(path: str) -> str:
    """Which part of the day's quota a call is counted in."""
    return STATS if path.endswith(BATCH_STATS) else UNITS


async def resolve(client: ApiClient, handles: Sequence[str]) -> dict[str, Profile | AccountWrong]:
    """The channels behind ids, 50 a call, and behind handles, one a call."""
    ids = [handle for handle in handles if is_channel_id(handle)]
    found = await channels_by_id(client, {name: unknown(name) for name in ids})
    for handle in handles:
        if not is_channel_id(handle):
            try:
                channels, is_whole = await find_channels(client, **asked_for(handle))
            except MissingChannel:
                channels, is_whole = [], True
            if channels:
                found[handle] = channels[0]
            elif is_whole:
                found[handle] = unknown(handle)
    return found


async def recheck(client: ApiClient, known: Sequence[Profile]) -> dict[str, Profile | AccountWrong]:
    """Known channels as they are today, by their ids, 50 a call."""
    return await channels_by_id(client, {one.account_id: gone(one) for one in known})


async def sweep(
    client: ApiClient,
    profile: Profile,
    *,
    since: datetime,
    depth: int = 1,
    manner: Manner = USUAL,
) -> Sweep:
    """Ids in the channel's uploads; they carry no counters, so all are ``unread``.

    At least ``depth`` pages are read, more while they bring videos published from ``since`` on. The
    first page's ids come first, dated or not: a stream that airs today was published when it was
    announced. Of further pages all that say when they were published are given.
    """
    walk = Walk(NAME, partial(_uploads, client, profile), MAX_PAGES, PAGE_SIZE, manner=manner)
    unread: dict[str, datetime | None] = {}
    async for page in walk:
        dated = dict(walk.read(page, Resource, _listed, strict=False))
        unread |= {
            video_id: at for video_id, at in dated.items() if walk.pages == 1 or at is not None
        }
        is_recent = any(at is not None and at >= since for at in dated.values())
        if not is_recent and walk.pages >= depth:
            break
    return Sweep(
        unread=tuple(unread),
        dated={video_id: at for video_id, at in unread.items() if at},
        broken=tuple(walk.broken),
        lost=tuple(walk.lost),
        failure=walk.failure,
        manner=walk.manner,
    )


async def _uploads(client: ApiClient, profile: Profile, walk: Walk) -> AnswerPage:
    asked: dict[str, str | int] = {
        "part": "contentDetails",
        "playlistId": profile.playlist_id or "UU" + profile.account_id[2:],
        "maxResults": walk.size,
    }
    if walk.cursor:
        asked["pageToken"] = str(walk.cursor)
    try:
        page, taken_at = await client.get(
            "/youtube/v3/playlistItems", ResourceList, lost=walk.broken, **asked
        )
    except MissingChannel:  # a channel without public videos, at times also between two pages
        return AnswerPage((), client.clock(), None)
    return AnswerPage(page.items, taken_at, page.nextPageToken or None)


def _listed(item: Resource) -> tuple[str, datetime | None]:
    """A listed video's id, and when it was published, as far as the listing says so."""
    if item.contentDetails.videoId is None:
        raise ValueError("no id of a video")
    return item.contentDetails.videoId, item.contentDetails.videoPublishedAt


async def details(client: ApiClient, ids: Sequence[str]) -> Lookup:
    """Up to 50 videos with their facts; streams and premieres that have not ended are pending."""
    return await _read(client, ids)


async def _read(client: ApiClient, ids: Sequence[str]) -> Lookup:
    broken: list[str] = []
    lost: list[str] = []
    found: list[VideoStanding] = []
    asked: dict[str, datetime] = {}  # where the answer is one that proves an absence
    read = await in_halves(ids, partial(_videos, client, broken))
    for batch, answer, taken_at in read.answers:
        found += each(
            answer.items,
            Resource,
            partial(standing_of, taken_at),
            named="youtube item",
            broken=broken,
            lost=lost,
            strict=False,
        )
        asked |= dict.fromkeys(batch, taken_at) if answer.kind == VIDEOS else {}
    broken += [f"youtube item: {denied}" for _, denied in read.odd]
    answered = {one.video_id for one in found}
    return Lookup(
        posts=tuple(one.post for one in found if one.post and not one.waiting),
        waiting=tuple(one.post for one in found if one.post and one.waiting),
        pending=tuple(one.video_id for one in found if one.post is None and not one.over),
        absent={} if broken else {i: at for i, at in asked.items() if i not in answered},
        broken=tuple(broken),
        lost=tuple(lost),
        failure=read.failure,
    )


async def _videos(
    client: ApiClient, broken: list[str], ids: Sequence[str]
) -> tuple[Sequence[str], ResourceList, datetime]:
    try:
        answer, taken_at = await client.get(
            "/youtube/v3/videos",
            ResourceList,
            lost=broken,
            part="statistics,snippet,contentDetails,liveStreamingDetails,status",
            id=",".join(ids),
        )
    except MissingChannel as missing:  # of fifty, it does not say which
        raise Denied(str(missing)) from None
    return ids, answer, taken_at


async def lookup(
    client: ApiClient, posts: Sequence[Post], *, details: bool = True, stats: bool = True
) -> Lookup:
    """Fresh counters of up to 50 known videos, from the statistics endpoint where it exists.

    What that endpoint leaves out is asked for again by details: only they tell what is gone. A
    bucket that is spent is left alone: without ``details`` what the statistics leave out is simply
    unknown, without ``stats`` everything is asked of the details (one unit).
    """
    fresh: list[Post] = []
    lost: list[str] = []
    if stats and BATCH_STATS not in client.learned:
        fresh = await _statistics(client, posts, lost)
    read = {post.post_id for post in fresh}
    rest = [post.post_id for post in posts if post.post_id not in read]
    if not rest or not details:
        return Lookup(posts=tuple(fresh), lost=tuple(lost))
    try:
        found = await _read(client, rest)
    except PlatformError as error:
        if not fresh:
            raise
        found = Lookup(failure=error)
    return msgspec.structs.replace(
        found,
        posts=(*fresh, *found.posts, *found.waiting),  # known posts wait for nothing
        waiting=(),
        lost=(*lost, *found.lost),
    )


async def _statistics(client: ApiClient, posts: Sequence[Post], lost: list[str]) -> list[Post]:
    """The videos that the statistics endpoint tells of; none where it is not offered.

    What it does not tell the details do, so what cannot be understood is merely said.
    """
    try:
        answer, taken_at = await client.get(
            f"/youtube/v3/{BATCH_STATS}",
            ResourceList,
            lost=lost,
            part="statistics,snippet",
            id=",".join(post.post_id for post in posts),
        )
    except Limited as limit:
        limit.bucket = limit.bucket and STATS
        raise
    except _NotOffered:
        client.learned.add(BATCH_STATS)
        return []
    except (MissingChannel, Unreadable):
        return []
    videos = each(
        answer.items,
        Resource,
        lambda video: video,
        named="youtube item",
        broken=lost,
        lost=lost,
        strict=False,
    )
    samples = {video.id: sample_of(video.statistics, taken_at) for video in videos}
    nothing = Sample(taken_at=taken_at)
    return [
        msgspec.structs.replace(post, samples=(sample,))
        for post in posts
        if (sample := samples.get(post.post_id, nothing)) != nothing
    ]


def _midnight(now: datetime) -> datetime:
    """The next midnight in California, when the quota is renewed."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(UTC)
