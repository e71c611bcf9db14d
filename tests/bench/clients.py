"""The reads of a tick with the platforms' usual Python clients, as their documentation shows.

Each is pointed at the stand-ins by the address it lets one set or, where it has none, by a
transport of requests, on which all of them are built. Their objects are made and their answers
turned into their own models, as they do by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyfacebook
import pyyoutube
import requests
import tweepy
from requests.adapters import HTTPAdapter

from functions.collect.platforms import facebook, instagram, tiktok, x
from functions.model import Platform
from tests.platforms.credentials import (
    FACEBOOK_APP_SECRET,
    FACEBOOK_TOKEN,
    INSTAGRAM_TOKEN,
    INSTAGRAM_USER_ID,
    X_BEARER_TOKEN,
    YOUTUBE_API_KEY,
)

PACKAGES: dict[Platform, str] = {
    "instagram": "python-facebook-api",
    "facebook": "python-facebook-api",
    "x": "tweepy",
    "tiktok": "requests",  # none is usual
    "youtube": "python-youtube",
}
NOTES = (
    "The clients read the same accounts with as many calls of each kind; python-youtube does not "
    "know videos:batchGetStats and reads videos instead. TikTok has no usual client. Consents that "
    "the tick renewed on top are not renewed again."
)


@dataclass(frozen=True, slots=True)
class Reads:
    """What to read: accounts, and so many calls of each of the platform's kinds.

    ``ids`` and ``tokens`` go with ``handles``; ``posts`` fill the batches of calls by id.
    """

    url: str
    since: datetime
    handles: Sequence[str]
    ids: Sequence[str]
    posts: Sequence[str]
    calls: tuple[int, ...]
    tokens: Sequence[str]

    def batches(self, count: int, size: int) -> Iterator[Sequence[str]]:
        """So many batches of posts, from the beginning again where there are too few."""
        posts = [*self.posts] * (1 + count * size // max(len(self.posts), 1))
        return (posts[n * size : (n + 1) * size] for n in range(count))


def read_instagram(reads: Reads) -> None:
    api = pyfacebook.IGBusinessApi(
        access_token=INSTAGRAM_TOKEN,
        instagram_business_id=INSTAGRAM_USER_ID,
        base_url=f"{reads.url}/",
    )
    for handle in reads.handles[: reads.calls[0]]:
        media = api.user.discovery_user_medias(
            username=handle, fields=instagram.MEDIA, limit=instagram.PAGE_SIZE
        )
        assert media.business_discovery.media.data is not None


def read_facebook(reads: Reads) -> None:
    api = pyfacebook.FacebookApi(
        app_secret=FACEBOOK_APP_SECRET, access_token=FACEBOOK_TOKEN, base_url=f"{reads.url}/"
    )
    for page in reads.ids[: reads.calls[0]]:
        posts = api.page.get_posts(
            object_id=page,
            fields=facebook.EDGES[0][1],
            since=str(int(reads.since.timestamp())),
            count=facebook.PAGE_SIZE,
            limit=facebook.PAGE_SIZE,
        )
        assert posts.data is not None


def read_x(reads: Reads) -> None:
    client = tweepy.Client(X_BEARER_TOKEN)
    client.session.mount("https://", _To(reads.url))  # its host is written in its code
    for user in reads.ids[: reads.calls[0]]:
        answer = client.get_users_tweets(
            user,
            max_results=x.PAGE_SIZE,
            start_time=reads.since,
            exclude=["retweets", "replies"],
            tweet_fields=x.POST_FIELDS.split(","),
        )
        assert answer.meta is not None
    for batch in reads.batches(reads.calls[1], x.LOOKUP_SIZE):
        answer = client.get_tweets(batch, tweet_fields=x.POST_FIELDS.split(","))
        assert answer.data


def read_tiktok(reads: Reads) -> None:
    with requests.Session() as session:
        for token in reads.tokens[: reads.calls[0]]:
            answer = session.post(
                f"{reads.url}/v2/video/list/",
                params={"fields": tiktok.VIDEO_FIELDS},
                json={"max_count": tiktok.PAGE_SIZE},
                headers={"Authorization": f"Bearer {token}"},
            )
            answer.raise_for_status()
            assert answer.json()["data"]["videos"] is not None


def read_youtube(reads: Reads) -> None:
    client = pyyoutube.Client(api_key=YOUTUBE_API_KEY)
    client.BASE_URL = f"{reads.url}/youtube/v3/"
    listings, details, statistics = reads.calls
    # Our tick looks at a second page where the first shows something new: so do they.
    pages = [(channel, "") for channel in reads.ids]
    for _ in range(listings):
        channel, token = pages.pop(0)
        try:
            answer = client.playlistItems.list(
                parts="contentDetails",
                playlist_id=f"UU{channel[2:]}",
                max_results=50,
                page_token=token or None,
            )
        except pyyoutube.PyYouTubeException as error:
            if error.status_code != 404:  # a channel without public videos answers so
                raise
        else:
            assert answer.items is not None
            if answer.nextPageToken:
                pages.append((channel, answer.nextPageToken))
    for batch in reads.batches(details + statistics, 50):
        videos = client.videos.list(
            parts=["statistics", "snippet", "liveStreamingDetails", "status"], video_id=list(batch)
        )
        assert videos.items


class _To(HTTPAdapter):
    """Sends what was meant for another host to the stand-ins."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        request.url = self._url + request.path_url
        return super().send(request, *args, **options)


BY_PLATFORM: dict[Platform, Callable[[Reads], None]] = {
    "instagram": read_instagram,
    "facebook": read_facebook,
    "x": read_x,
    "tiktok": read_tiktok,
    "youtube": read_youtube,
}
