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
from typing import Annotated, Final
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
from functions.collect.platforms.decoding import Count, Cursor, Id, each, error_in, plausible
from functions.collect.platforms.walks import AnswerPage, Walk, in_halves
from functions.model import Post, Sample

NAME: Final = "youtube"
PAGE_SIZE = 50
MAX_PAGES = 20
LOOKUP_SIZE = 50
DEPTH = 4  # reaches 200 uploads back; each page costs a unit
LISTING_TELLS = False
LISTING_PROVES = False
RESOLVE_SIZE, RECHECK_SIZE = 1, 50
FOLLOWERS_EVERY = timedelta(days=1)
HAS_CHOICES = False

UNITS, STATS = "units", "stats"  # the buckets of the day's quota
VIDEOS = "youtube#videoListResponse"  # what an answer has to be to prove an absence
BATCH_STATS = "videos:batchGetStats"
PACIFIC = ZoneInfo("America/Los_Angeles")  # the quota's day
ENDLESS = timedelta(days=7)  # no stream goes on for so long, or is that late

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


class MissingChannel(AccountWrong):
    """The playlist, channel or video named does not exist."""


class _NotOffered(Denied):
    """The endpoint is not there, whatever is asked of it."""


_Time = Annotated[datetime, msgspec.Meta(tz=True)]


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


class _Playlists(msgspec.Struct):
    uploads: Id | None = None


class _Content(msgspec.Struct):
    relatedPlaylists: _Playlists = msgspec.field(default_factory=_Playlists)
    videoId: Id | None = None
    videoPublishedAt: _Time | None = None
    duration: str | None = None


class _Snippet(msgspec.Struct):
    title: str | None = None
    customUrl: str | None = None
    channelId: Id | None = None
    publishedAt: _Time | None = None
    liveBroadcastContent: str = "none"


class _Statistics(msgspec.Struct):
    viewCount: Count | None = None
    likeCount: Count | None = None
    commentCount: Count | None = None
    subscriberCount: Count | None = None
    hiddenSubscriberCount: bool | None = False  # None: it may be
    videoCount: Count | None = None


class _Live(msgspec.Struct):
    actualStartTime: _Time | msgspec.UnsetType | None = None  # UNSET: nobody knows
    actualEndTime: _Time | None = None
    scheduledStartTime: _Time | None = None


class _Resource(msgspec.Struct):
    id: Id | None = None
    snippet: _Snippet = msgspec.field(default_factory=_Snippet)
    contentDetails: _Content = msgspec.field(default_factory=_Content)
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)
    liveStreamingDetails: _Live | msgspec.UnsetType | None = None  # UNSET: nobody knows


class _Standing(msgspec.Struct):
    """A video of the details: ``post`` None while it is none yet."""

    video_id: str
    post: Post | None = None
    waiting: bool = False
    over: bool = False


class _List(msgspec.Struct):
    kind: str = ""
    items: list[msgspec.Raw] = []
    nextPageToken: Cursor | None = None


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
    ids = [handle for handle in handles if _is_channel_id(handle)]
    found = await _by_id(client, {name: _unknown(name) for name in ids})
    for handle in handles:
        if not _is_channel_id(handle):
            try:
                channels, is_whole = await _channels(client, **_asked_for(handle))
            except MissingChannel:
                channels, is_whole = [], True
            if channels:
                found[handle] = channels[0]
            elif is_whole:
                found[handle] = _unknown(handle)
    return found


async def recheck(client: ApiClient, known: Sequence[Profile]) -> dict[str, Profile | AccountWrong]:
    """Known channels as they are today, by their ids, 50 a call."""
    return await _by_id(client, {one.account_id: _gone(one) for one in known})


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
        dated = dict(walk.read(page, _Resource, _listed, strict=False))
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
            "/youtube/v3/playlistItems", _List, lost=walk.broken, **asked
        )
    except MissingChannel:  # a channel without public videos, at times also between two pages
        return AnswerPage((), client.clock(), None)
    return AnswerPage(page.items, taken_at, page.nextPageToken or None)


def _listed(item: _Resource) -> tuple[str, datetime | None]:
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
    found: list[_Standing] = []
    asked: dict[str, datetime] = {}  # where the answer is one that proves an absence
    read = await in_halves(ids, partial(_videos, client, broken))
    for batch, answer, taken_at in read.answers:
        found += each(
            answer.items,
            _Resource,
            partial(_standing, taken_at),
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
) -> tuple[Sequence[str], _List, datetime]:
    try:
        answer, taken_at = await client.get(
            "/youtube/v3/videos",
            _List,
            lost=broken,
            part="statistics,snippet,contentDetails,liveStreamingDetails,status",
            id=",".join(ids),
        )
    except MissingChannel as missing:  # of fifty, it does not say which
        raise Denied(str(missing)) from None
    return ids, answer, taken_at


def _standing(taken_at: datetime, video: _Resource) -> _Standing:
    """What a video is at that time; ValueError where it does not say what its clock is."""
    if video.id is None:
        raise ValueError("no id")
    live, airs = video.liveStreamingDetails, video.snippet.liveBroadcastContent
    if live is msgspec.UNSET or (live and live.actualStartTime is msgspec.UNSET):
        raise ValueError("when it was on air cannot be understood")
    is_over = live is None or live.actualEndTime is not None
    if airs not in ("upcoming", "live"):
        if is_over:
            return _Standing(video.id, parse(video, taken_at))
        if video.contentDetails.duration not in (None, "", "P0D", "PT0S"):
            return _Standing(video.id, parse(video, taken_at), waiting=True)
    began = live and (live.actualStartTime or live.scheduledStartTime)
    began = began or video.snippet.publishedAt
    return _Standing(video.id, over=began is not None and taken_at - began > ENDLESS)


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
            _List,
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
        _Resource,
        lambda video: video,
        named="youtube item",
        broken=lost,
        lost=lost,
        strict=False,
    )
    samples = {video.id: _sample(video.statistics, taken_at) for video in videos}
    nothing = Sample(taken_at=taken_at)
    return [
        msgspec.structs.replace(post, samples=(sample,))
        for post in posts
        if (sample := samples.get(post.post_id, nothing)) != nothing
    ]


def parse(video: _Resource, taken_at: datetime) -> Post:
    """One video with one sample; a stream's or premiere's clock starts when it went on air."""
    live = video.liveStreamingDetails
    began = live.actualStartTime if live else None
    published = began or video.snippet.publishedAt
    if video.id is None or published is None:
        raise ValueError("a video without publishedAt")
    return Post(
        platform="youtube",
        account_id=video.snippet.channelId or "",  # the caller knows whose uploads it read
        post_id=video.id,
        published_at=plausible(published.astimezone(UTC).replace(microsecond=0), taken_at),
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


def _asked_for(handle: str) -> dict[str, str | int]:
    """What a channel is asked for by: ``user/NAME`` is a user's name of before 2014, which may be
    somebody else's handle today (channels.list, forUsername)."""
    kind, found, name = handle.partition("/")
    return {"forUsername": name} if found and kind == "user" else {"forHandle": f"@{handle}"}


async def _by_id(
    client: ApiClient, wanted: Mapping[str, AccountWrong]
) -> dict[str, Profile | AccountWrong]:
    """Channels by id; ``wanted`` says what to tell of each that is not there."""
    found: dict[str, Profile | AccountWrong] = {}
    for start in range(0, len(wanted), RECHECK_SIZE):
        batch = list(wanted)[start : start + RECHECK_SIZE]
        read = await in_halves(batch, partial(_channels_by_id, client))
        if isinstance(read.failure, Limited | Refused):
            raise read.failure
        for asked, channels, is_whole in read.answers:
            found |= {channel.account_id: channel for channel in channels}
            # What could not be understood may be any of those that are missing.
            missing = asked if is_whole else ()
            found |= {name: wanted[name] for name in missing if name not in found}
        found |= {name: denied.of_account("YouTube") for name, denied in read.odd}
    return found


async def _channels_by_id(
    client: ApiClient, ids: Sequence[str]
) -> tuple[Sequence[str], list[Profile], bool]:
    try:
        channels, is_whole = await _channels(client, id=",".join(ids), maxResults=RECHECK_SIZE)
    except MissingChannel as missing:  # of fifty, it does not say which
        raise Denied(str(missing)) from None
    return ids, channels, is_whole


async def _channels(client: ApiClient, **by: str | int) -> tuple[list[Profile], bool]:
    """The channels that can be understood, and whether those were all."""
    broken: list[str] = []
    answer, _ = await client.get(
        "/youtube/v3/channels",
        _List,
        lost=broken,
        part="id,contentDetails,statistics,snippet",
        **by,
    )
    channels = [
        *each(
            answer.items,
            _Resource,
            _profile,
            named="youtube channel",
            broken=broken,
            lost=client.tally.lost,
            strict=False,
        )
    ]
    client.tally.lost += broken
    return channels, not broken


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
    if channel.id is None:
        raise ValueError("no id")
    hidden = channel.statistics.hiddenSubscriberCount
    return Profile(
        account_id=channel.id,
        handle=channel.snippet.customUrl.removeprefix("@") if channel.snippet.customUrl else None,
        title=channel.snippet.title,
        followers=None if hidden is not False else channel.statistics.subscriberCount,
        playlist_id=channel.contentDetails.relatedPlaylists.uploads,
        posts=channel.statistics.videoCount,
    )


def _is_channel_id(handle: str) -> bool:
    return handle.startswith("UC") and len(handle) == 24


def _midnight(now: datetime) -> datetime:
    """The next midnight in California, when the quota is renewed."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(UTC)
