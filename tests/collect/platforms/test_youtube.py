"""YouTube's own ways: uploads that are no timeline, two endpoints, quota days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.collect.contract import Limited, Profile, Refused, Sweep, Transient
from functions.collect.platforms import youtube
from tests.collect.api import HOUR, Api, Asked, answer_with, as_post
from tests.platforms.wire import json_response

PLATFORM = "youtube"
MINUTE = timedelta(minutes=1)
READ = {"likes": 41, "comments": 7, "views": 900}


def add(api: Api, account: Any, at: datetime, **options: Any) -> Any:
    return api.server.world.add_post(account, at, steps=[(at, READ)], **options)


# Listings


def test_a_video_made_public_late_is_found_below_older_ones(
    api: Api, account: Any, now: datetime
) -> None:
    """The uploads are ordered by upload: the newest publication may stand at the bottom."""
    late = add(api, account, now - HOUR, uploaded_at=now - 400 * HOUR)
    for n in range(2, 42):
        add(api, account, now - n * 9 * HOUR)
    found = api.sweep(account, now - 24 * HOUR)
    assert late.id in found.unread


def deep(api: Api, account: Any, since: datetime, depth: int) -> Sweep:
    profile = api.profile(account)
    return api.run(lambda client: youtube.sweep(client, profile, since=since, depth=depth))


def test_a_video_uploaded_long_before_is_found_by_a_deep_look_alone(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """Uploaded 180 uploads ago, published an hour ago."""
    late_at = now - HOUR
    late = add(api, account, late_at, uploaded_at=now - 5400 * HOUR)
    for n in range(1, 251):
        add(api, account, now - n * 30 * HOUR)
    since = now - 24 * HOUR
    assert late.id not in api.sweep(account, since).unread
    assert len(asked) == 1
    found = deep(api, account, since, youtube.DEPTH)
    # The last of them brought a recent one, so one page more is looked at.
    assert len(asked) == 1 + youtube.DEPTH + 1
    # What is shown is given, with the time of its publication.
    assert late.id in found.unread
    assert found.dated[late.id] == late_at
    assert len(found.unread) == (youtube.DEPTH + 1) * youtube.PAGE_SIZE


def test_a_deep_look_ends_with_the_uploads(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    for n in range(60):
        add(api, account, now - n * 30 * HOUR)
    assert len(deep(api, account, now - 24 * HOUR, youtube.DEPTH).unread) == 60
    assert len(asked) == 2


def test_a_deep_look_goes_on_while_pages_bring_recent_videos(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    videos = [add(api, account, now - n * timedelta(minutes=1)) for n in range(240)]
    found = deep(api, account, now - 24 * HOUR, 2)
    assert set(found.unread) == {video.id for video in videos}
    assert len(asked) == 5


def test_uploads_that_vanish_between_two_pages_cost_only_the_rest(
    api: Api, account: Any, now: datetime
) -> None:
    for n in range(60):
        add(api, account, now - n * timedelta(minutes=1))
    honest = api.server.app._answer

    def vanishing(request: Any, route: Any) -> Any:
        if "pageToken" in request.query:
            return json_response(404, {"error": {"errors": [{"reason": "playlistNotFound"}]}})
        return honest(request, route)

    api.server.app._answer = vanishing  # type: ignore[method-assign]
    assert len(api.sweep(account, now - 24 * HOUR).unread) == youtube.PAGE_SIZE


def test_a_listing_never_claims_that_something_is_gone(
    api: Api, account: Any, now: datetime
) -> None:
    """Uploads can be missing from the playlist for hours; only videos.list tells."""
    add(api, account, now - HOUR)
    assert api.sweep(account, now - 24 * HOUR).covered_since is None


@pytest.mark.parametrize("state", ["ok", "empty"])
def test_a_channel_without_public_videos_is_empty_not_wrong(
    api: Api, now: datetime, state: str
) -> None:
    account = api.account("kosong", state=state)
    assert isinstance(api.resolve("kosong")["kosong"], Profile)
    assert api.sweep(account, now - 24 * HOUR) == Sweep()


def test_the_uploads_place_is_the_one_the_channel_names(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    found: Any = api.resolve("kemenkum_ntt")["kemenkum_ntt"]
    assert found.playlist_id == "UU" + account.id[2:]
    add(api, account, now - HOUR)
    api.sweep(account, now - 24 * HOUR)
    assert asked[-1].query["playlistId"] == found.playlist_id


# Lookups


def test_lookups_use_the_statistics_endpoint_which_has_a_quota_of_its_own(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    videos = [add(api, account, now - n * HOUR) for n in range(1, 6)]
    found = api.lookup(as_post(video) for video in videos)
    assert len(found.posts) == 5
    assert [one.template for one in asked] == ["/youtube/v3/videos:batchGetStats"]


def test_what_the_statistics_endpoint_leaves_out_is_asked_of_videos_list(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """Its gaps are no proof of anything."""
    one, other = add(api, account, now - HOUR), add(api, account, now - 2 * HOUR)
    api.server.fault("partial", platform="youtube", path="batchGetStats", ids=[other.id])
    found = api.lookup([as_post(one), as_post(other)])
    assert {post.post_id for post in found.posts} == {one.id, other.id}
    assert found.absent == {}
    assert asked[-1].query["id"] == other.id


def test_a_deleted_video_is_absent_only_by_videos_list(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    kept, gone = add(api, account, now - HOUR), add(api, account, now - 2 * HOUR)
    api.server.world.remove(gone, now - MINUTE)
    found = api.lookup([as_post(kept), as_post(gone)])
    assert set(found.absent) == {gone.id}
    assert asked[-1].template == "/youtube/v3/videos"


def test_a_broken_answer_of_videos_list_makes_nothing_absent(
    api: Api, account: Any, now: datetime
) -> None:
    one, other = add(api, account, now - HOUR), add(api, account, now - 2 * HOUR)
    api.server.fault("missing_keys", platform="youtube", ids=[other.id])
    found = api.lookup([as_post(one), as_post(other)])
    assert found.absent == {}
    assert found.broken


@pytest.mark.parametrize("payload", [{}, {"items": []}, {"kind": "youtube#channelListResponse"}])
def test_an_answer_that_is_no_list_of_videos_makes_nothing_absent(
    api: Api, payload: dict[str, Any]
) -> None:
    answer_with(api.server, payload)
    assert api.details(["abcdefghijk"]).absent == {}


def test_without_a_statistics_endpoint_videos_list_does_the_work(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    video = as_post(add(api, account, now - HOUR))
    answer_with(
        api.server,
        {"error": {"errors": [{"reason": "notFound"}]}},
        status=404,
        path="batchGetStats",
    )

    async def twice(client: Any) -> list[int]:
        return [len((await youtube.lookup(client, [video])).posts) for _ in range(2)]

    assert api.run(twice) == [1, 1]
    # It is asked for once, then no more.
    assert [one.template for one in asked] == ["/youtube/v3/videos"] * 2
    assert api.requests == 3


# Quota


@pytest.mark.parametrize(("at", "midnight"), [
    ("2026-07-20T03:00:00Z", "2026-07-20T07:00:00Z"),
    ("2026-07-20T07:00:00Z", "2026-07-21T07:00:00Z"),
    ("2026-12-20T07:59:00Z", "2026-12-20T08:00:00Z"),
    # The night in which California's clocks are put back, and forward.
    ("2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"),
    ("2026-11-01T12:00:00Z", "2026-11-02T08:00:00Z"),
    ("2026-03-08T12:00:00Z", "2026-03-09T07:00:00Z"),
])  # fmt: skip
def test_a_spent_quota_waits_for_midnight_in_california(
    api: Api, account: Any, at: str, midnight: str
) -> None:
    now = datetime.fromisoformat(at)
    api.server.set_clock(now)
    api.server.world.limits.youtube_units_per_day = 0
    with pytest.raises(Limited) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert caught.value.until == datetime.fromisoformat(midnight).astimezone(UTC)


def spent(api: Api, work: Any) -> Limited:
    with pytest.raises(Limited) as caught:
        api.run(work)
    return caught.value


def test_a_spent_quota_names_its_bucket(api: Api, account: Any, now: datetime) -> None:
    video = as_post(add(api, account, now - HOUR))
    profile = api.profile(account)
    api.server.fault("quota_exceeded", platform="youtube")
    units = (
        lambda client: youtube.resolve(client, ["kemenkum_ntt"]),
        lambda client: youtube.recheck(client, [profile]),
        lambda client: youtube.sweep(client, profile, since=now - HOUR),
        lambda client: youtube.details(client, [video.post_id]),
        lambda client: youtube.lookup(client, [video], stats=False),
    )
    assert {spent(api, work).bucket for work in units} == {"units"}
    assert spent(api, lambda client: youtube.lookup(client, [video])).bucket == "stats"


@pytest.mark.parametrize("path", ["playlistItems", "videos:batchGetStats"])
def test_too_much_haste_concerns_the_whole_key(
    api: Api, account: Any, now: datetime, path: str
) -> None:
    video = as_post(add(api, account, now - HOUR))
    profile = api.profile(account)
    api.server.fault("rate_limited", platform="youtube", path=path)

    async def work(client: Any) -> None:
        await youtube.lookup(client, [video])
        await youtube.sweep(client, profile, since=now - HOUR)

    assert spent(api, work).bucket == ""


def test_with_the_units_spent_the_statistics_still_serve(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """What they leave out is simply unknown."""
    kept, gone = add(api, account, now - HOUR), add(api, account, now - 2 * HOUR)
    api.server.world.remove(gone, now - MINUTE)
    api.server.world.limits.youtube_units_per_day = 0
    posts = [as_post(kept), as_post(gone)]
    found = api.run(lambda client: youtube.lookup(client, posts, details=False))
    assert [post.post_id for post in found.posts] == [kept.id]
    assert (found.absent, found.failure) == ({}, None)
    assert [one.template for one in asked] == ["/youtube/v3/videos:batchGetStats"]


def test_without_details_and_without_the_endpoint_everything_is_unknown(
    api: Api, account: Any, now: datetime
) -> None:
    video = as_post(add(api, account, now - HOUR))
    refusal = {"error": {"errors": [{"reason": "notFound"}]}}
    answer_with(api.server, refusal, status=404, path="batchGetStats")
    found = api.run(lambda client: youtube.lookup(client, [video], details=False))
    assert found == youtube.Lookup()


def test_with_the_statistics_spent_the_details_serve(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    kept, gone = add(api, account, now - HOUR), add(api, account, now - 2 * HOUR)
    api.server.world.remove(gone, now - MINUTE)
    api.server.world.limits.youtube_stats_units_per_day = 0
    posts = [as_post(kept), as_post(gone)]
    found = api.run(lambda client: youtube.lookup(client, posts, stats=False))
    assert [post.post_id for post in found.posts] == [kept.id]
    assert found.posts[0].samples[0].likes == 41
    assert set(found.absent) == {gone.id}
    assert [one.template for one in asked] == ["/youtube/v3/videos"]


def test_a_quota_that_ends_half_way_loses_nothing_that_was_read(
    api: Api, account: Any, now: datetime
) -> None:
    kept, gone = add(api, account, now - HOUR), add(api, account, now - 2 * HOUR)
    api.server.world.remove(gone, now - MINUTE)
    api.server.world.limits.youtube_units_per_day = 0
    found = api.lookup([as_post(kept), as_post(gone)])
    assert [post.post_id for post in found.posts] == [kept.id]
    assert found.absent == {}
    assert found.failure is not None
    assert found.failure.bucket == "units"
    assert found.failure.until is not None
    # With nothing read there is nothing to save.
    with pytest.raises(Limited):
        api.lookup([as_post(gone)])


def test_details_that_fail_half_way_lose_nothing_that_was_read(
    api: Api, account: Any, now: datetime
) -> None:
    kept, gone = add(api, account, now - HOUR), add(api, account, now - 2 * HOUR)
    api.server.world.remove(gone, now - MINUTE)

    def failing(request: Any, route: Any) -> Any:
        if route.template == "/youtube/v3/videos":
            return json_response(503, {"error": {"status": "UNAVAILABLE"}})
        return honest(request, route)

    honest = api.server.app._answer
    api.server.app._answer = failing  # type: ignore[method-assign]
    found = api.lookup([as_post(kept), as_post(gone)])
    assert [post.post_id for post in found.posts] == [kept.id]
    assert found.absent == {}
    assert isinstance(found.failure, Transient)
    with pytest.raises(Transient):
        api.lookup([as_post(gone)])


def test_a_key_without_the_api_enabled_is_refused(now: datetime) -> None:
    body = b'{"error": {"errors": [{"reason": "accessNotConfigured"}]}}'
    assert isinstance(youtube.explain(403, {}, body, now), Refused)
