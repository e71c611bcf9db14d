"""YouTube Data API v3, read with an API key, and the keyless Atom feed.

Facts: developers.google.com/youtube/v3/docs (channels, playlistItems, videos,
videos/batchGetStats), …/determine_quota_cost; error bodies in api-evangelist/youtube.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

import msgspec

from tests.platforms import cursors
from tests.platforms.calls import Calls
from tests.platforms.limits import PacificDays
from tests.platforms.wire import Request, Response, json_response, names
from tests.platforms.world import Account, Post, World

MAX_IDS = 50
MAX_RESULTS, DEFAULT_RESULTS = 50, 5
FEED_LENGTH = 15
PREFIXES = {"UU": None, "UULF": "video", "UUSH": "short", "UULV": "stream"}
"""Upload playlists: all, and the undocumented ones by type."""

CHANNEL_PARTS = names(
    "auditDetails brandingSettings contentDetails id localizations snippet statistics status "
    "topicDetails"
)
ITEM_PARTS = frozenset({"contentDetails", "id", "snippet", "status"})
VIDEO_PARTS = names(
    "contentDetails id liveStreamingDetails localizations paidProductPlacementDetails player "
    "recordingDetails snippet statistics status topicDetails"
)
STATS_PARTS = frozenset({"contentDetails", "id", "snippet", "statistics"})


class YouTubeError(Exception):
    """An answer other than 200."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "youtube",
        state: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        error: dict[str, Any] = {
            "code": status,
            "message": message,
            "errors": [{"message": message, "domain": domain, "reason": reason}],
        }
        if state is not None:
            error["status"] = state
        self.payload = {"error": error}

    def response(self) -> Response:
        return json_response(self.status, self.payload)


def key_invalid() -> YouTubeError:
    return YouTubeError(
        400,
        "keyInvalid",
        "API key not valid. Please pass a valid API key.",
        domain="usageLimits",
        state="INVALID_ARGUMENT",
    )


def quota_exceeded() -> YouTubeError:
    return YouTubeError(
        403,
        "quotaExceeded",
        "The request cannot be completed because you have exceeded your "
        '<a href="/youtube/v3/getting-started#quota">quota</a>.',
        domain="youtube.quota",
    )


def playlist_not_found() -> YouTubeError:
    return YouTubeError(
        404,
        "playlistNotFound",
        "The playlist identified with the request's <code>playlistId</code> parameter cannot be "
        "found.",
        domain="youtube.playlistItem",
    )


class YouTube:
    def __init__(self, world: World, calls: Calls) -> None:
        self._world = world
        self._calls = calls
        self._spent = PacificDays()
        self._routes: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
            "/youtube/v3/channels": self._channels,
            "/youtube/v3/playlistItems": self._playlist_items,
            "/youtube/v3/videos": self._videos,
            "/youtube/v3/videos:batchGetStats": self._batch_stats,
        }

    def also(self, path: str, route: Callable[[dict[str, str]], dict[str, Any]]) -> None:
        """Another method of the API, which stands in a file of its own."""
        self._routes[path] = route

    def answer(self, request: Request, template: str) -> Response:
        if template == "/feeds/videos.xml":
            return self._feed(request.query)
        try:
            self._charge(request, template)
            if template not in self._routes:
                raise YouTubeError(404, "notFound", "Not Found", domain="global")
            payload = self._routes[template](request.query)
        except YouTubeError as error:
            return error.response()
        return _tagged(request, payload)

    def _charge(self, request: Request, template: str) -> None:
        """One unit for every request with a valid key, invalid requests included."""
        key = request.query.get("key") or request.headers.get("x-goog-api-key", "")
        if not key:
            raise YouTubeError(
                403,
                "forbidden",
                "Method doesn't allow unregistered callers (callers without established "
                "identity). Please use API Key or other form of API consumer identity to call "
                "this API.",
                domain="global",
                state="PERMISSION_DENIED",
            )
        if key not in self._world.credentials.youtube:
            raise key_invalid()
        limits = self._world.limits
        stats = template.endswith(":batchGetStats")
        bucket = "stats" if stats else "general"
        limit = limits.youtube_stats_units_per_day if stats else limits.youtube_units_per_day
        day, spent = self._spent.add(f"{key} {bucket}", self._world.now)
        self._calls.youtube(key, bucket, day, min(spent, limit))
        if spent > limit:
            raise quota_exceeded()

    # Channels

    def _channels(self, query: dict[str, str]) -> dict[str, Any]:
        parts = _parts(query, CHANNEL_PARTS)
        if "forHandle" in query:
            found = [self._world.by_handle("youtube", query["forHandle"].removeprefix("@"))]
        elif "forUsername" in query:  # a name apart from handles; the world writes it user/NAME
            found = [self._world.by_handle("youtube", f"user/{query['forUsername']}")]
        elif "id" in query:
            found = [self._world.account("youtube", one) for one in _ids(query)]
        else:
            raise _no_filter()
        channels = [
            one for one in found if one is not None and one.state(self._world.now) != "unknown"
        ]
        payload: dict[str, Any] = {
            "kind": "youtube#channelListResponse",
            "etag": "",
            "pageInfo": {"totalResults": len(channels), "resultsPerPage": len(channels)},
        }
        if channels:  # Without any result there is not even an empty list.
            payload["items"] = [self._channel(one, parts) for one in channels]
        return payload

    def _channel(self, account: Account, parts: frozenset[str]) -> dict[str, Any]:
        now = self._world.now
        item: dict[str, Any] = {"kind": "youtube#channel", "etag": account.id, "id": account.id}
        if "snippet" in parts:
            item["snippet"] = {
                "title": account.title,
                "description": f"Saluran resmi {account.title}",
                "customUrl": f"@{account.handle(now).removeprefix('user/').lower()}",
                "publishedAt": self._time(account.created),
                "country": "ID",
            }
        if "contentDetails" in parts:
            item["contentDetails"] = {
                "relatedPlaylists": {"likes": "", "uploads": "UU" + account.id[2:]}
            }
        if "statistics" in parts:
            item["statistics"] = self._channel_statistics(account)
        if "status" in parts:
            item["status"] = {"privacyStatus": "public", "isLinked": True}
        return item

    def _channel_statistics(self, account: Account) -> dict[str, Any]:
        now = self._world.now
        followers = account.followers_at(now)
        latest = islice(account.newest(now), MAX_RESULTS)
        views = sum(self._world.counters(post, now).views for post in latest)
        statistics: dict[str, Any] = {"viewCount": str(views)}
        if followers is not None:
            statistics["subscriberCount"] = str(three_digits(followers))
        statistics["hiddenSubscriberCount"] = followers is None
        statistics["videoCount"] = str(account.count(now))
        return statistics

    # Uploads

    def _playlist_items(self, query: dict[str, str]) -> dict[str, Any]:
        parts = _parts(query, ITEM_PARTS)
        if "playlistId" not in query:
            raise _no_filter()
        account, chosen = self._playlist(query["playlistId"])
        size = _page_size(query)
        token = query.get("pageToken")
        try:
            before = cursors.decode(token) if token else None
        except ValueError:
            raise YouTubeError(
                400,
                "invalidPageToken",
                "The request specifies an invalid page token.",
                domain="youtube.parameter",
            ) from None
        videos = list(islice(self._uploads(account, chosen, before), size + 1))
        total = (
            account.count(self._world.now)
            if chosen is None
            else sum(1 for _ in self._uploads(account, chosen, None))
        )
        if not total:
            raise playlist_not_found()  # A channel without public videos has no uploads either.
        page = videos[:size]
        payload: dict[str, Any] = {"kind": "youtube#playlistItemListResponse", "etag": ""}
        if len(videos) > size:
            payload["nextPageToken"] = cursors.encode(page[-1].key)
        if before is not None and page:
            payload["prevPageToken"] = cursors.encode(page[0].key, salt=1)
        payload["items"] = [self._item(post, query["playlistId"], parts) for post in page]
        payload["pageInfo"] = {"totalResults": total, "resultsPerPage": size}
        return payload

    def _playlist(self, playlist: str) -> tuple[Account, str | None]:
        for prefix in ("UULF", "UUSH", "UULV", "UU"):
            account = self._world.account("youtube", "UC" + playlist[len(prefix) :])
            if playlist.startswith(prefix) and account is not None:
                if account.state(self._world.now) == "ok":
                    return account, PREFIXES[prefix]
                break
        raise playlist_not_found()

    def _uploads(
        self, account: Account, chosen: str | None, before: cursors.Key | None
    ) -> Iterator[Post]:
        """Newest upload first, which is not the newest publication."""
        for post in account.newest(self._world.now, before):
            kind = "stream" if post.stream else post.media
            if chosen is None or kind == chosen:
                yield post

    def _item(self, post: Post, playlist: str, parts: frozenset[str]) -> dict[str, Any]:
        item: dict[str, Any] = {
            "kind": "youtube#playlistItem",
            "etag": post.id,
            "id": "VVU" + post.id,
        }
        if "snippet" in parts:
            item["snippet"] = {
                # The instant at which it joined the playlist.
                "publishedAt": self._time(max(post.order, post.appears)),
                "channelId": post.account.id,
                "title": post.title,
                "description": post.text,
                "channelTitle": post.account.title,
                "playlistId": playlist,
                "position": 0,
                "resourceId": {"kind": "youtube#video", "videoId": post.id},
            }
        if "contentDetails" in parts:
            item["contentDetails"] = {
                "videoId": post.id,
                "videoPublishedAt": self._time(post.published),
            }
        if "status" in parts:
            item["status"] = {"privacyStatus": "public"}
        return item

    # Videos

    def _videos(self, query: dict[str, str]) -> dict[str, Any]:
        parts = _parts(query, VIDEO_PARTS)
        if "id" not in query:
            raise _no_filter()
        found = [post for post in map(self._video_of, _ids(query)) if post is not None]
        return {
            "kind": "youtube#videoListResponse",
            "etag": "",
            "items": [self._video(post, parts) for post in found],
            "pageInfo": {"totalResults": len(found), "resultsPerPage": len(found)},
        }

    def _video_of(self, video_id: str) -> Post | None:
        """A public video; deleted and private ones are missing in silence."""
        post = self._world.post("youtube", video_id)
        now = self._world.now
        if post is None or not post.visible(now) or post.account.state(now) == "unknown":
            return None
        return post

    def _video(self, post: Post, parts: frozenset[str]) -> dict[str, Any]:
        item: dict[str, Any] = {"kind": "youtube#video", "etag": post.id, "id": post.id}
        if "snippet" in parts:
            item["snippet"] = {
                "publishedAt": self._time(post.published),
                "channelId": post.account.id,
                "title": post.title,
                "description": post.text,
                "channelTitle": post.account.title,
                "categoryId": "25",
                "liveBroadcastContent": self._broadcast(post),
            }
        if "contentDetails" in parts:
            item["contentDetails"] = {"duration": _iso_duration(self._duration(post))}
        if "statistics" in parts:
            item["statistics"] = {**self._statistics(post), "favoriteCount": "0"}
        if "status" in parts:
            item["status"] = {
                "uploadStatus": "processed" if self._broadcast(post) == "none" else "uploaded",
                "privacyStatus": "public",
                "embeddable": True,
                "madeForKids": False,
            }
        if "liveStreamingDetails" in parts and post.stream is not None:
            item["liveStreamingDetails"] = self._streaming(post)
        return item

    def _statistics(self, post: Post) -> dict[str, str]:
        """Strings; without likes that the owner hides and without comments that are off."""
        now = self._world.now
        counters = self._world.counters(post, now)
        statistics = {"viewCount": str(counters.views)}
        if not post.hides("likes", now):
            statistics["likeCount"] = str(counters.likes)
        if not post.hides("comments", now):
            statistics["commentCount"] = str(counters.comments)
        return statistics

    def _broadcast(self, post: Post) -> str:
        if post.stream is None or post.stream.ended <= self._world.now:
            return "none"
        return "live" if post.stream.started <= self._world.now else "upcoming"

    def _streaming(self, post: Post) -> dict[str, str]:
        assert post.stream is not None
        scheduled, started, ended = post.stream
        details = {}
        if started <= self._world.now:
            details["actualStartTime"] = self._time(started)
        if ended <= self._world.now:
            details["actualEndTime"] = self._time(ended)
        details["scheduledStartTime"] = self._time(scheduled)
        return details

    def _duration(self, post: Post) -> int:
        if post.stream is None:
            return post.duration
        return post.stream.ended - post.stream.started if self._broadcast(post) == "none" else 0

    def _batch_stats(self, query: dict[str, str]) -> dict[str, Any]:
        parts = _parts(query, STATS_PARTS)
        if "id" not in query:
            raise _no_filter()
        wanted = _ids(query)
        found = {one: post for one in wanted if (post := self._video_of(one)) is not None}
        return {
            "kind": "youtube#batchGetStatsResponse",
            "etag": "",
            "items": [self._stats(post, parts) for post in found.values()],
            "summary": {
                "requestedVideoCount": len(wanted),
                "succeededVideoCount": len(found),
                "failedVideoCount": len(wanted) - len(found),
                "failedVideoIds": [one for one in wanted if one not in found],
            },
        }

    def _stats(self, post: Post, parts: frozenset[str]) -> dict[str, Any]:
        item: dict[str, Any] = {"kind": "youtube#videoStats", "etag": post.id, "id": post.id}
        if "snippet" in parts:
            item["snippet"] = {"publishTime": self._time(post.published)}
        if "statistics" in parts:
            statistics = self._statistics(post)
            as_int = self._world.quirks.youtube_stats_as_int
            item["statistics"] = (
                {name: int(count) for name, count in statistics.items()} if as_int else statistics
            )
        if "contentDetails" in parts:
            seconds = self._duration(post)
            item["contentDetails"] = {
                "duration": _iso_duration(seconds),
                "durationMillis": str(seconds * 1000),
            }
        return item

    # The keyless feed

    def _feed(self, query: dict[str, str]) -> Response:
        """Atom with the latest fifteen; its 404 says nothing about the channel."""
        channel = query.get("channel_id") or "UC" + query.get("playlist_id", "")[2:]
        account = self._world.account("youtube", channel)
        gone = account is None or account.state(self._world.now) == "unknown"
        if account is None or gone or not self._world.quirks.youtube_feed_works:
            return Response(404, b"<html>Error 404 (Not Found)</html>", "text/html; charset=UTF-8")
        entries = "".join(
            self._entry(post) for post in islice(account.newest(self._world.now), FEED_LENGTH)
        )
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
            'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">\n'
            f"<id>yt:channel:{channel[2:]}</id><yt:channelId>{channel[2:]}</yt:channelId>"
            f"<title>{escape(account.title)}</title>\n{entries}</feed>\n"
        )
        return Response(200, body.encode(), "text/xml; charset=UTF-8")

    def _entry(self, post: Post) -> str:
        published = datetime.fromtimestamp(post.published, UTC).isoformat()
        return (
            f"<entry><id>yt:video:{post.id}</id><yt:videoId>{post.id}</yt:videoId>"
            f"<yt:channelId>{post.account.id}</yt:channelId>"
            f"<title>{escape(post.title)}</title>"
            f'<link rel="alternate" href={quoteattr(post.url)}/>'
            f"<published>{published}</published><updated>{published}</updated>"
            f"<media:group><media:title>{escape(post.title)}</media:title>{self._community(post)}"
            "</media:group></entry>\n"
        )

    def _community(self, post: Post) -> str:
        """Likes that are hidden are told as 0 (recorded beside 166,972 views); with hidden views
        the whole element is missing."""
        now = self._world.now
        if post.hides("views", now):
            return ""
        counters = self._world.counters(post, now)
        likes = 0 if post.hides("likes", now) else counters.likes
        average = "5.00" if likes else "0.00"
        return (
            f'<media:community><media:starRating count="{likes}" average="{average}" min="1" '
            f'max="5"/><media:statistics views="{counters.views}"/></media:community>'
        )

    def _time(self, instant: int) -> str:
        return _rfc3339(instant, self._world.quirks.youtube_millis)


@lru_cache(maxsize=1 << 16)
def _rfc3339(instant: int, millis: bool) -> str:
    moment = datetime.fromtimestamp(instant, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z" if millis else "%Y-%m-%dT%H:%M:%SZ")


def three_digits(count: int) -> int:
    """Subscribers are told with three significant digits, rounded down."""
    unit: int = 10 ** max(0, len(str(count)) - 3)
    return count // unit * unit


def _tagged(request: Request, payload: dict[str, Any]) -> Response:
    """With an ETag; one that the client has already is answered 304, which costs as much."""
    body = msgspec.json.encode(payload)
    etag = f"{crc32(body):08x}"
    if request.headers.get("if-none-match", "").strip('"') == etag:
        return Response(304, headers=[("etag", f'"{etag}"')])
    body = body.replace(b'"etag":""', b'"etag":"%s"' % etag.encode(), 1)
    return Response(200, body, headers=[("etag", f'"{etag}"')])


def _parts(query: dict[str, str], allowed: frozenset[str]) -> frozenset[str]:
    parts = frozenset(part.strip() for part in query.get("part", "").split(",") if part.strip())
    if not parts:
        raise YouTubeError(
            400,
            "missingRequiredParameter",
            "Required parameter: part",
            domain="youtube.parameter",
        )
    unknown = sorted(parts - allowed)
    if unknown:
        raise YouTubeError(
            400, "unknownPart", f"{unknown[0]}", domain="youtube.part", state="INVALID_ARGUMENT"
        )
    return parts


def _ids(query: dict[str, str]) -> list[str]:
    wanted = list(dict.fromkeys(one for one in query["id"].split(",") if one))
    if not wanted:
        raise _no_filter()
    if len(wanted) > MAX_IDS:
        raise YouTubeError(
            400,
            "invalidFilters",
            f"The request specifies {len(wanted)} ids; at most {MAX_IDS} are allowed.",
            domain="youtube.parameter",
        )
    return wanted


def _page_size(query: dict[str, str]) -> int:
    value = query.get("maxResults", str(DEFAULT_RESULTS))
    if not value.isdigit() or int(value) > MAX_RESULTS:
        raise YouTubeError(
            400,
            "invalidParameter",
            f"Invalid value '{value}'. Values must be within the range: [0, {MAX_RESULTS}]",
            domain="global",
        )
    return max(1, int(value))


def _no_filter() -> YouTubeError:
    return YouTubeError(
        400,
        "missingRequiredParameter",
        "No filter selected. Expected one of: id, forHandle, forUsername, playlistId",
        domain="youtube.parameter",
    )


def _iso_duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    hour = f"{hours}H" if hours else ""
    minute = f"{minutes}M" if minutes else ""
    return f"PT{hour}{minute}{seconds}S" if seconds or not (hour or minute) else f"PT{hour}{minute}"
