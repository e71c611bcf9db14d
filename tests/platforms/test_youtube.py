"""YouTube's Data API: strings for numbers, absent things, units of quota."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.platforms.conftest import NOON
from tests.platforms.credentials import YOUTUBE_API_KEY
from tests.platforms.world import Account, World


@pytest.fixture
def channel(world: World) -> Account:
    return world.add_account("youtube", "kemenkumntt", followers=123_456)


def _data(client: httpx.Client, what: str, **params: Any) -> httpx.Response:
    return client.get(f"/youtube/v3/{what}", params={"key": YOUTUBE_API_KEY, **params})


def _uploads(channel: Account) -> str:
    return "UU" + channel.id[2:]


def test_channel_by_handle(client: httpx.Client, channel: Account) -> None:
    for handle in ("@KemenkumNTT", "kemenkumntt"):
        payload = _data(
            client, "channels", part="id,contentDetails,statistics", forHandle=handle
        ).json()
        (item,) = payload["items"]
        assert item["id"] == channel.id
        assert item["contentDetails"]["relatedPlaylists"]["uploads"] == _uploads(channel)
        assert item["statistics"]["subscriberCount"] == "123000"
        assert item["statistics"]["videoCount"] == "0"
        assert "snippet" not in item
    for query in ({"forHandle": "user/kemenkumntt"}, {"forUsername": "kemenkumntt"}):
        assert "items" not in _data(client, "channels", part="id", **query).json()
    nobody = _data(client, "channels", part="id", forHandle="@tidakada").json()
    assert "items" not in nobody
    assert nobody["pageInfo"]["totalResults"] == 0


def test_videos_give_strings_and_leave_out_what_is_hidden(
    client: httpx.Client, world: World, channel: Account
) -> None:
    counts = {"likes": 5, "comments": 2, "views": 90}
    plain = world.add_post(channel, NOON - timedelta(hours=1), start_with=counts)
    shy = world.add_post(
        channel, NOON - timedelta(hours=2), start_with=counts, hidden=("likes", "comments")
    )
    gone = world.add_post(channel, NOON - timedelta(hours=3), removed_at=NOON)
    wanted = ",".join([plain.id, shy.id, gone.id])
    items = _data(client, "videos", part="statistics,snippet", id=wanted).json()["items"]
    assert [item["id"] for item in items] == [plain.id, shy.id]
    assert items[0]["statistics"] == {
        "viewCount": "90",
        "likeCount": "5",
        "commentCount": "2",
        "favoriteCount": "0",
    }
    assert items[1]["statistics"] == {"viewCount": "90", "favoriteCount": "0"}
    assert items[0]["snippet"]["publishedAt"] == "2026-10-20T04:00:00Z"
    stats = _data(client, "videos:batchGetStats", part="statistics,snippet", id=wanted).json()
    assert stats["items"][0]["snippet"] == {"publishTime": "2026-10-20T04:00:00Z"}
    assert stats["items"][0]["statistics"]["likeCount"] == "5"
    assert stats["summary"]["failedVideoIds"] == [gone.id]


def test_uploads_are_ordered_by_upload_and_paged(
    client: httpx.Client, world: World, channel: Account
) -> None:
    for hours in range(60):
        world.add_post(channel, NOON - timedelta(hours=hours))
    late = world.add_post(channel, NOON, uploaded_at=NOON - timedelta(hours=55, minutes=1))
    seen: list[str] = []
    params = {"part": "contentDetails", "playlistId": _uploads(channel), "maxResults": 50}
    while True:
        payload = _data(client, "playlistItems", **params).json()
        seen += [item["contentDetails"]["videoId"] for item in payload["items"]]
        if "nextPageToken" not in payload:
            break
        params["pageToken"] = payload["nextPageToken"]
    assert len(seen) == len(set(seen)) == 61
    assert seen.index(late.id) == 56


def test_a_stream_before_during_and_after(
    client: httpx.Client, world: World, channel: Account
) -> None:
    stream = world.add_post(
        channel,
        NOON - timedelta(hours=5),
        scheduled_at=NOON + timedelta(hours=1),
        started_at=NOON + timedelta(hours=1, minutes=2),
        ended_at=NOON + timedelta(hours=2),
        per_hour={"likes": 60},
    )
    seen = []
    for hours in (0, 1.5, 3):
        world.set_clock(NOON + timedelta(hours=hours))
        (item,) = _data(
            client, "videos", part="snippet,statistics,liveStreamingDetails", id=stream.id
        ).json()["items"]
        details = item["liveStreamingDetails"]
        seen.append(
            (
                item["snippet"]["liveBroadcastContent"],
                item["statistics"]["likeCount"],
                sorted(details),
            )
        )
        assert item["snippet"]["publishedAt"] == "2026-10-20T00:00:00Z"
    times = ["actualEndTime", "actualStartTime", "scheduledStartTime"]
    assert seen == [
        ("upcoming", "0", times[2:]),
        ("live", "28", times[1:]),
        ("none", "118", times),
    ]
    listed = _data(client, "playlistItems", part="contentDetails", playlistId=_uploads(channel))
    assert len(listed.json()["items"]) == 1


@pytest.mark.parametrize(
    ("what", "params", "status", "reason"),
    [
        ("videos", {"part": "id", "id": "a", "key": "wrong"}, 400, "keyInvalid"),
        ("videos", {"part": "id", "id": "a", "key": ""}, 403, "forbidden"),
        ("videos", {"id": "a"}, 400, "missingRequiredParameter"),
        ("videos", {"part": "secrets", "id": "a"}, 400, "unknownPart"),
        ("videos", {"part": "id", "id": ",".join(map(str, range(51)))}, 400, "invalidFilters"),
        ("playlistItems", {"part": "id", "playlistId": "UUnone"}, 404, "playlistNotFound"),
        ("channels", {"part": "id"}, 400, "missingRequiredParameter"),
    ],
)
def test_refusals(
    client: httpx.Client, what: str, params: dict[str, str], status: int, reason: str
) -> None:
    response = _data(client, what, **params)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, status)
    assert error["errors"][0]["reason"] == reason


def test_bad_pages_and_empty_channels(client: httpx.Client, world: World, channel: Account) -> None:
    def reason(**params: Any) -> str:
        params = {"part": "id", "playlistId": _uploads(channel), **params}
        error = _data(client, "playlistItems", **params).json()["error"]
        return str(error["errors"][0]["reason"])

    assert reason() == "playlistNotFound"
    world.add_post(channel, NOON)
    assert reason(pageToken="xyz") == "invalidPageToken"
    assert reason(maxResults=51) == "invalidParameter"
    world.set_state(channel, "empty")
    assert reason() == "playlistNotFound"


def test_quota_has_two_buckets_and_ends_at_midnight_pacific(
    client: httpx.Client, world: World
) -> None:
    world.limits.youtube_units_per_day = 2

    def status(what: str) -> int:
        return _data(client, what, part="id", id="a").status_code

    assert [status("videos") for _ in range(3)] == [200, 200, 403]
    assert status("videos:batchGetStats") == 200
    world.set_clock(datetime(2026, 10, 20, 6, 59, 59, tzinfo=UTC))
    assert _data(client, "videos", part="id", id="a").json()["error"]["errors"][0] == {
        "message": 'The request cannot be completed because you have exceeded your <a href="'
        '/youtube/v3/getting-started#quota">quota</a>.',
        "domain": "youtube.quota",
        "reason": "quotaExceeded",
    }
    world.set_clock(datetime(2026, 10, 20, 7, 0, tzinfo=UTC))
    assert status("videos") == 200
    units = client.get("/_world/calls").json()["youtube"]["units"][YOUTUBE_API_KEY]
    assert units["general"] == {"2026-10-19": 2, "2026-10-20": 1}
    assert units["stats"] == {"2026-10-19": 1}


def test_etags_save_the_body_and_not_the_unit(client: httpx.Client, channel: Account) -> None:
    params = {"key": YOUTUBE_API_KEY, "part": "id", "id": channel.id}
    first = client.get("/youtube/v3/channels", params=params)
    assert first.json()["etag"] == first.headers["etag"].strip('"')
    headers = {"If-None-Match": first.headers["etag"]}
    again = client.get("/youtube/v3/channels", params=params, headers=headers)
    assert (again.status_code, again.content) == (304, b"")


def test_feed(client: httpx.Client, world: World, channel: Account) -> None:
    for hours in range(20):
        world.add_post(channel, NOON - timedelta(hours=hours), start_with={"views": 8})
    feed = client.get("/feeds/videos.xml", params={"channel_id": channel.id})
    assert feed.status_code == 200
    assert feed.text.count("<entry>") == 15
    assert '<media:statistics views="8"/>' in feed.text
    world.set_state(channel, "unknown")
    assert client.get("/feeds/videos.xml", params={"channel_id": channel.id}).status_code == 404
    world.set_state(channel, "ok")
    world.quirks.youtube_feed_works = False
    assert client.get("/feeds/videos.xml", params={"channel_id": channel.id}).status_code == 404


def test_the_feed_tells_hidden_likes_as_none_and_may_leave_out_all_counters(
    client: httpx.Client, world: World, channel: Account
) -> None:
    counts = {"likes": 5, "views": 90}
    world.add_post(channel, NOON, start_with=counts, hidden=("likes",))
    world.add_post(channel, NOON - timedelta(hours=1), start_with=counts, hidden=("views",))
    feed = client.get("/feeds/videos.xml", params={"channel_id": channel.id}).text
    assert feed.count("<entry>") == 2
    assert feed.count("<media:community>") == 1
    assert '<media:starRating count="0" average="0.00" min="1" max="5"/>' in feed
