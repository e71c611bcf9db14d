"""YouTube: which listed ids are looked at, how often, and what is waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR, Asked
from tests.collect.ministry import Enter, Run, register, stored_posts, tick
from tests.platforms.server import Handle

MINUTE = timedelta(minutes=1)


def templates(asked: list[Asked]) -> list[str]:
    return [one.template.rpartition("/")[2] for one in asked]


def test_an_upload_that_was_looked_at_is_not_looked_at_again(
    enter: Enter, run: Run, server: Handle, asked: list[Asked], now: datetime
) -> None:
    """Old videos stand in the uploads for ever; their details are asked for once."""
    channel = enter("youtube")
    for days in (1, 3, 60, 300):
        server.world.add_post(channel, now - days * 24 * HOUR)
    run(now)
    assert "videos" in templates(asked)
    asked.clear()
    run(now + 3 * HOUR)
    assert templates(asked) == ["playlistItems"]


def test_new_videos_of_many_channels_are_looked_at_fifty_a_call(
    agency: AgencyStore, settings: Settings, server: Handle, asked: list[Asked], now: datetime
) -> None:
    units = [f"kanwil-{letter}" for letter in "abcdefgh"]
    register(agency, settings, units, now, ["youtube"])
    for unit in units:
        channel = server.world.add_account("youtube", unit.replace("-", ""))
        for hours in range(1, 9):
            server.world.add_post(channel, now - hours * HOUR)
    server.set_clock(now)
    tick(agency, settings, now)
    assert len(stored_posts(agency)) == 64
    assert templates(asked).count("videos") == 2


def test_a_stream_is_looked_at_until_it_has_ended(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    asked: list[Asked],
    now: datetime,
) -> None:
    channel = enter("youtube")
    begun, over = now + 4 * HOUR, now + 5 * HOUR
    stream = server.world.add_post(
        channel, now - HOUR, scheduled_at=begun, started_at=begun, ended_at=over
    )
    for hours in (0, 3):
        run(now + hours * HOUR)
        assert stored_posts(agency) == {}
    run(now + 6 * HOUR)
    [post] = stored_posts(agency).values()
    assert (post.post_id, post.published_at) == (stream.id, begun)


def test_details_that_failed_leave_their_videos_new(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    channel = enter("youtube")
    server.world.add_post(channel, now - HOUR)
    server.fault("server_error", platform="youtube", path="videos")
    run(now)
    assert stored_posts(agency) == {}
    server.app.faults.clear()
    run(now + 15 * MINUTE)
    assert len(stored_posts(agency)) == 1


def test_a_video_left_out_of_the_details_is_late_for_two_days_and_not_new_for_ever(
    enter: Enter, run: Run, server: Handle, asked: list[Asked], now: datetime
) -> None:
    """The uploads may name it before its details are there, and a while after it is gone."""
    channel = enter("youtube")
    gone = server.world.add_post(channel, now - HOUR)
    server.world.add_post(channel, now - 2 * HOUR)
    server.fault("partial", platform="youtube", path="/youtube/v3/videos", ids=[gone.id])
    run(now)
    for hours, looked_at in ((3, True), (46, True), (52, True), (58, False)):
        asked.clear()
        run(now + hours * HOUR)
        assert ("videos" in templates(asked)) == looked_at


def test_a_video_that_its_details_left_out_comes_late_though_the_listing_has_moved_on(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    channel = enter("youtube")
    late = server.world.add_post(channel, now - HOUR)
    server.fault("partial", platform="youtube", path="/youtube/v3/videos", ids=[late.id])
    for hours in (0, 6, 12, 18):
        run(now + hours * HOUR)
    assert stored_posts(agency) == {}
    server.app.faults.clear()
    run(now + 24 * HOUR)
    assert [post.post_id for post in stored_posts(agency).values()] == [late.id]
