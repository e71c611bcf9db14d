"""Videos as YouTube gives them: strings for numbers, hidden counters, streams."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.collect.api import HOUR, Api, answer_with, as_post

PLATFORM = "youtube"
MINUTE = timedelta(minutes=1)
READ = {"likes": 41, "comments": 7, "views": 900}


def add(api: Api, account: Any, at: datetime, **options: Any) -> Any:
    return api.server.world.add_post(account, at, steps=[(at, READ)], **options)


@pytest.mark.parametrize("as_int", [False, True])
@pytest.mark.parametrize("millis", [False, True])
def test_counters_and_times_are_read_in_every_form_they_come_in(
    api: Api, account: Any, now: datetime, as_int: bool, millis: bool
) -> None:
    api.server.world.quirks.youtube_stats_as_int = as_int
    api.server.world.quirks.youtube_millis = millis
    video = add(api, account, now - HOUR)
    [listed] = api.details([video.id]).posts
    [fresh] = api.lookup([listed]).posts
    for post in (listed, fresh):
        assert (post.samples[0].likes, post.samples[0].comments, post.samples[0].views) == (
            41,
            7,
            900,
        )
        assert post.published_at == now - HOUR


def test_disabled_comments_and_hidden_likes_are_unknown_by_either_endpoint(
    api: Api, account: Any, now: datetime
) -> None:
    silent = add(api, account, now - HOUR, hidden=["comments"])
    shy = add(api, account, now - 2 * HOUR, hidden=["likes"])
    known = [as_post(silent), as_post(shy)]
    for found in (api.details([silent.id, shy.id]), api.lookup(known)):
        by_id = {post.post_id: post.samples[0] for post in found.posts}
        assert (by_id[silent.id].likes, by_id[silent.id].comments) == (41, None)
        assert (by_id[shy.id].likes, by_id[shy.id].comments) == (None, 7)


# Streams and premieres


def test_a_stream_is_a_post_from_its_end_on_with_its_clock_from_its_start(
    api: Api, account: Any, now: datetime
) -> None:
    announced, begun, over = now - 3 * HOUR, now + HOUR + 3 * MINUTE, now + 2 * HOUR
    stream = api.server.world.add_post(
        account,
        announced,
        scheduled_at=now + HOUR,
        started_at=begun,
        ended_at=over,
        per_hour={"likes": 60},
    )
    for at in (now, begun + MINUTE, over - MINUTE):
        api.server.set_clock(at)
        found = api.details([stream.id])
        assert (found.posts, found.pending, found.absent) == ((), (stream.id,), {})
    api.server.set_clock(over)
    found = api.details([stream.id])
    [post] = found.posts
    assert found.pending == ()
    assert post.published_at == begun
    assert post.samples[0].likes == 57


def test_a_stream_whose_end_is_not_told_is_still_pending(api: Api) -> None:
    item = {
        "id": "abcdefghijk",
        "snippet": {"publishedAt": "2026-10-20T01:00:00Z", "liveBroadcastContent": "none"},
        "liveStreamingDetails": {"actualStartTime": "2026-10-20T02:00:00Z"},
    }
    answer_with(api.server, {"items": [item]})
    assert api.details(["abcdefghijk"]).pending == ("abcdefghijk",)


# Formats


@pytest.mark.parametrize(("options", "format"), [
    ({"media": "video", "duration": 900}, "video"),
    ({"media": "short", "duration": 30}, "video"),  # no field tells it
    ({"scheduled_at": timedelta(), "ended_at": timedelta(minutes=40)}, "live"),
])  # fmt: skip
def test_what_was_on_air_is_live_and_all_else_a_video(
    api: Api, account: Any, now: datetime, options: dict[str, Any], format: str
) -> None:
    begun = now - 3 * HOUR
    times = {name: begun + age for name, age in options.items() if isinstance(age, timedelta)}
    video = api.server.world.add_post(account, begun, **(options | times))
    [post] = api.details([video.id]).posts
    assert post.format == format
