"""YouTube's resources as its API gives them, and what a video is at a time.

A stream or premiere is no post until its end is told. One that is neither announced nor on air any
more, and has a duration, is ``waiting``: its end may never be told. One that has not begun a week
after its time, and one that has gone on for a week, is waited for no longer (``ENDLESS``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from functions.collect.contract import (
    AccountWrong,
)
from functions.collect.platforms.decoding import Count, Cursor, Id, plausible
from functions.model import Post, Sample

ENDLESS = timedelta(days=7)  # no stream goes on for so long, or is that late


class MissingChannel(AccountWrong):
    """The playlist, channel or video named does not exist."""


_Time = Annotated[datetime, msgspec.Meta(tz=True)]


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


class Resource(msgspec.Struct):
    id: Id | None = None
    snippet: _Snippet = msgspec.field(default_factory=_Snippet)
    contentDetails: _Content = msgspec.field(default_factory=_Content)
    statistics: _Statistics = msgspec.field(default_factory=_Statistics)
    liveStreamingDetails: _Live | msgspec.UnsetType | None = None  # UNSET: nobody knows


class VideoStanding(msgspec.Struct):
    """A video of the details: ``post`` None while it is none yet."""

    video_id: str
    post: Post | None = None
    waiting: bool = False
    over: bool = False


class ResourceList(msgspec.Struct):
    kind: str = ""
    items: list[msgspec.Raw] = []
    nextPageToken: Cursor | None = None


def standing_of(taken_at: datetime, video: Resource) -> VideoStanding:
    """What a video is at that time; ValueError where it does not say what its clock is."""
    if video.id is None:
        raise ValueError("no id")
    live, airs = video.liveStreamingDetails, video.snippet.liveBroadcastContent
    if live is msgspec.UNSET or (live and live.actualStartTime is msgspec.UNSET):
        raise ValueError("when it was on air cannot be understood")
    is_over = live is None or live.actualEndTime is not None
    if airs not in ("upcoming", "live"):
        if is_over:
            return VideoStanding(video.id, parse(video, taken_at))
        if video.contentDetails.duration not in (None, "", "P0D", "PT0S"):
            return VideoStanding(video.id, parse(video, taken_at), waiting=True)
    began = live and (live.actualStartTime or live.scheduledStartTime)
    began = began or video.snippet.publishedAt
    return VideoStanding(video.id, over=began is not None and taken_at - began > ENDLESS)


def parse(video: Resource, taken_at: datetime) -> Post:
    """One video with one sample; a stream's or premiere's clock starts when it went on air.

    Such a one is ``live`` by ``liveStreamingDetails.actualStartTime``. All else is a ``video``: no
    field tells a Short, and its length does not (videos resource, 2026-11).
    """
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
        samples=(sample_of(video.statistics, taken_at),),
        format="live" if began else "video",
    )


def sample_of(statistics: _Statistics, taken_at: datetime) -> Sample:
    return Sample(
        taken_at=taken_at,
        likes=statistics.likeCount,
        comments=statistics.commentCount,
        views=statistics.viewCount,
    )
