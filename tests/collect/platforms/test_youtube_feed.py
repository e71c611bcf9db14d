"""The keyless feed: few facts, no order, and outages that say nothing about a channel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.client import ApiClient, Clock, Connection
from functions.collect.contract import (
    AccountWrong,
    Limited,
    PlatformError,
    Profile,
    Sweep,
    Transient,
    Unreadable,
)
from functions.collect.platforms import youtube_feed
from functions.model import Sample
from functions.score.rules.window import measure
from tests.collect.api import HOUR, Api, Asked
from tests.platforms.server import Handle
from tests.platforms.wire import Response
from tests.platforms.world import Account, Post

PLATFORM = "youtube"  # only for the shared fixtures, and to compare with the API's adapter
READ = {"likes": 41, "comments": 7, "views": 900}
CHANNEL = "UC" + "a" * 22
HEAD = (
    '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">'
)
T = TypeVar("T")


@pytest.fixture
def account(server: Handle) -> Account:
    return server.world.add_account("youtube", "kemenkumntt", title="Kanwil & Kawan")


def run(server: Handle, work: Callable[[ApiClient], Awaitable[T]]) -> T:
    async def session() -> T:
        async with Connection(server.url) as connection:
            clock = Clock(server.world.clock)
            return await work(ApiClient(connection, clock, youtube_feed.explain))

    return asyncio.run(session())


def sweep(server: Handle, channel: str, since: datetime, depth: int = 1) -> Sweep:
    profile = Profile(account_id=channel)
    return run(server, lambda c: youtube_feed.sweep(c, profile, since=since, depth=depth))


def add(server: Handle, account: Account, at: datetime, **options: Any) -> Post:
    return server.world.add_post(account, at, steps=[(at, READ)], **options)


def answer(server: Handle, body: str | bytes, status: int = 200) -> None:
    """From now on this body, whatever is asked."""
    content = body.encode() if isinstance(body, str) else body
    server.app._answer = lambda request, route: Response(  # type: ignore[method-assign]
        status, content, "text/xml; charset=UTF-8"
    )


def entry(video: str = "abcdefghijk", published: str = "2026-10-20T01:00:00+00:00") -> str:
    return f"<entry><yt:videoId>{video}</yt:videoId><published>{published}</published></entry>"


# Posts


def test_the_latest_fifteen_come_with_views_and_likes(
    server: Handle, account: Account, now: datetime
) -> None:
    videos = [add(server, account, now - n * HOUR, title=f"Video <{n}>") for n in range(1, 21)]
    found = sweep(server, account.id, now - 30 * 24 * HOUR)
    assert [post.post_id for post in found.posts] == [video.id for video in videos[:15]]
    assert (found.covered_since, found.unread, found.broken) == (None, (), ())
    first = found.posts[0]
    assert (first.platform, first.account_id) == ("youtube", account.id)
    assert first.published_at == now - HOUR
    assert first.text == "Video <1>"
    [sample] = first.samples
    assert now <= sample.taken_at <= now + timedelta(seconds=5)
    assert sample == Sample(taken_at=sample.taken_at, likes=41, views=900)


def test_a_post_is_the_one_that_the_api_knows(
    server: Handle, api: Api, account: Account, now: datetime
) -> None:
    """So that a key that is added later goes on with the same posts."""
    video = add(server, account, now - HOUR, title="Penyuluhan")
    [by_feed] = sweep(server, account.id, now - 24 * HOUR).posts
    [by_api] = api.details([video.id]).posts
    same = ("platform", "account_id", "post_id", "published_at", "url", "text")
    assert [getattr(by_feed, name) for name in same] == [getattr(by_api, name) for name in same]


def test_all_that_the_feed_shows_is_told_whatever_its_order(
    server: Handle, account: Account, now: datetime
) -> None:
    """The feed is in no order to rely on: here by upload."""
    late = add(server, account, now - HOUR, uploaded_at=now - 40 * HOUR)
    old = add(server, account, now - 30 * HOUR)
    top = add(server, account, now - 2 * HOUR)
    found = sweep(server, account.id, now - 24 * HOUR)
    assert {post.post_id for post in found.posts} == {late.id, old.id, top.id}


def test_a_deep_look_is_one_request_as_well(
    server: Handle, account: Account, asked: list[Asked], now: datetime
) -> None:
    add(server, account, now - HOUR)
    assert len(sweep(server, account.id, now - 24 * HOUR, depth=4).posts) == 1
    [request] = asked
    assert request.template == "/feeds/videos.xml"
    assert request.query == {"channel_id": account.id}


@pytest.mark.parametrize(("age", "state"), [(2 * HOUR, "running"), (24 * HOUR, "observed")])
def test_a_measurement_by_the_feed_is_partial(
    server: Handle, account: Account, now: datetime, age: timedelta, state: str
) -> None:
    add(server, account, now - age)
    [post] = sweep(server, account.id, now - 30 * HOUR).posts
    measured = measure(post, now + timedelta(minutes=1))
    assert (measured.state, measured.i24, measured.partial) == (state, 41, True)


def test_counters_that_are_missing_are_unknown(
    server: Handle, account: Account, now: datetime
) -> None:
    add(server, account, now - HOUR, hidden=["views"])
    [post] = sweep(server, account.id, now - 24 * HOUR).posts
    [sample] = post.samples
    assert sample == Sample(taken_at=sample.taken_at)


@pytest.mark.parametrize("hidden", [(), ("likes",)])
def test_no_likes_and_hidden_likes_read_alike_so_both_are_unknown(
    server: Handle, account: Account, now: datetime, hidden: tuple[str, ...]
) -> None:
    steps = [(now - HOUR, READ if hidden else {"views": 900})]
    server.world.add_post(account, now - HOUR, steps=steps, hidden=hidden)
    [post] = sweep(server, account.id, now - 24 * HOUR).posts
    assert (post.samples[0].likes, post.samples[0].views) == (None, 900)


def test_a_video_that_is_gone_is_simply_not_shown(
    server: Handle, account: Account, now: datetime
) -> None:
    video = add(server, account, now - 2 * HOUR)
    server.world.remove(video, now - HOUR)
    assert sweep(server, account.id, now - 24 * HOUR) == Sweep()


@pytest.mark.parametrize(
    "bad",
    [
        entry(video=""),
        entry(published=""),
        entry(published="kemarin"),
        entry(published="2026-10-20T01:00:00"),
        entry(published="9999-12-31T23:59:59-23:00"),
        "<entry/>",
    ],
)
def test_one_broken_entry_costs_one_entry(server: Handle, now: datetime, bad: str) -> None:
    answer(server, f"{HEAD}{bad}{entry('lainlainnya')}</feed>")
    found = sweep(server, CHANNEL, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == ["lainlainnya"]
    [problem] = found.broken
    assert problem.startswith("youtube item: ")


@pytest.mark.parametrize("counter", [
    "starRating count='banyak'", "starRating count='-1'", "statistics views='1.5'",
    "statistics views='99999999999999999999'", "statistics views=''",
])  # fmt: skip
def test_a_counter_that_is_none_costs_that_counter(
    server: Handle, now: datetime, counter: str
) -> None:
    group = f"<media:group><media:community><media:{counter}/></media:community></media:group>"
    answer(server, f"{HEAD}{entry().replace('</entry>', f'{group}</entry>')}</feed>")
    found = sweep(server, CHANNEL, now - 24 * HOUR)
    [post] = found.posts
    assert (post.samples[0].likes, post.samples[0].views) == (None, None)
    [problem] = found.lost
    assert problem.startswith("youtube item: ")


@pytest.mark.parametrize(
    "odd", ["\xff", "\x00", "\x0b", "&a;", "&", "&#0;", "&#xD83D;", "&#99999999;"]
)
def test_what_no_text_can_hold_costs_that_text_alone(
    server: Handle, now: datetime, odd: str
) -> None:
    title = f"<title>Siaran {odd} pagi</title></entry>"
    body = f"{HEAD}{entry().replace('</entry>', title)}{entry('lainlainnya')}</feed>"
    answer(server, body.encode("latin-1"))
    found = sweep(server, CHANNEL, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == ["abcdefghijk", "lainlainnya"]
    assert found.broken == ()
    found.posts[0].text.encode()  # type: ignore[union-attr]


@pytest.mark.parametrize("body", [
    HEAD.encode() + b"<a>" * 30_000 + b"</a>" * 30_000 + b"</feed>",
    HEAD.encode() + b"a" * 3_000_000 + b"</feed>",
])  # fmt: skip
def test_a_feed_without_end_is_given_up(server: Handle, now: datetime, body: bytes) -> None:
    answer(server, body)
    with pytest.raises(Unreadable):
        sweep(server, CHANNEL, now - 24 * HOUR)


# Channels


def test_a_channel_is_known_by_its_id_and_tells_its_title(server: Handle, account: Account) -> None:
    expected = Profile(account_id=account.id, title="Kanwil & Kawan")
    found = run(server, lambda client: youtube_feed.resolve(client, [account.id]))
    assert found == {account.id: expected}
    again = run(
        server, lambda client: youtube_feed.recheck(client, [Profile(account_id=account.id)])
    )
    assert again == {account.id: expected}


@pytest.mark.parametrize(
    "handle", ["kemenkumntt", "UCpendek", "uc" + "a" * 22, "Ünïkode", "user/kemenkum"]
)
def test_a_handle_needs_a_key_and_its_admin_is_told_what_to_do(
    server: Handle, asked: list[Asked], handle: str
) -> None:
    found = run(server, lambda client: youtube_feed.resolve(client, [handle]))[handle]
    assert isinstance(found, AccountWrong)
    for word in (handle, "UC…", "kunci API"):
        assert word in found.advice
    assert found.advice.endswith(".")
    assert asked == []


# Outages


def attempts(server: Handle, channel: str, now: datetime) -> list[PlatformError]:
    """What each way of asking for a channel fails with."""
    profile = Profile(account_id=channel)
    ways: list[Callable[[ApiClient], Awaitable[Any]]] = [
        lambda client: youtube_feed.sweep(client, profile, since=now - 24 * HOUR),
        lambda client: youtube_feed.resolve(client, [channel]),
        lambda client: youtube_feed.recheck(client, [profile]),
    ]
    errors = []
    for way in ways:
        with pytest.raises(PlatformError) as caught:
            run(server, way)
        errors.append(caught.value)
    return errors


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 410, 418, 500, 502, 503])
@pytest.mark.parametrize("body", ["", "<html>Error 404 (Not Found)</html>", f"{HEAD}</feed>"])
def test_no_status_is_a_verdict_about_a_channel(
    server: Handle, now: datetime, status: int, body: str
) -> None:
    answer(server, body, status)
    assert {type(error) for error in attempts(server, CHANNEL, now)} == {Transient}


BROKEN = {
    "nothing": b"",
    "a page": b"<!DOCTYPE html><html><body>Sorry</body></html>",
    "JSON": b'{"error": {"code": 404}}',
    "cut": f"{HEAD}{entry()}".encode(),
    "cut in a word": HEAD[:-9].encode(),
    "no Atom": b"<feed></feed>",
    "another root": f"<rss>{HEAD}</feed></rss>".encode(),
    "two roots": f"{HEAD}</feed>{HEAD}</feed>".encode(),
    "a document type": f"<!DOCTYPE feed>{HEAD}</feed>".encode(),
    "an entity": f'<!DOCTYPE feed [<!ENTITY a "b">]>{HEAD}<title>&a;</title></feed>'.encode(),
    "an outside entity": (
        f'<!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/passwd">]>{HEAD}<title>&a;</title></feed>'
    ).encode(),
    "UTF-16": f"<!DOCTYPE feed>{HEAD}</feed>".encode("utf-16"),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_no_sound_feed_is_an_outage(server: Handle, now: datetime, body: bytes) -> None:
    answer(server, body)
    for error in attempts(server, CHANNEL, now):
        assert isinstance(error, Transient)
        assert "passwd" not in str(error)


def test_a_billion_laughs_are_not_laughed(server: Handle, now: datetime) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE feed [<!ENTITY l0 "ha">{laughs}]>{HEAD}<title>&l11;</title></feed>'
    answer(server, body)
    for error in attempts(server, CHANNEL, now):
        assert "document type" in str(error)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("server_error", {}),
        ("html", {}),
        ("html", {"status": 404}),
        ("refuse", {}),
        ("cut", {}),
        ("empty_body", {}),
    ],
)
def test_an_outage_is_tried_again_and_then_left_for_the_next_tick(
    server: Handle,
    account: Account,
    asked: list[Asked],
    now: datetime,
    kind: str,
    options: dict[str, Any],
) -> None:
    add(server, account, now - HOUR)
    server.fault(kind, platform="youtube", path="/feeds", times=2, **options)
    assert len(sweep(server, account.id, now - 24 * HOUR).posts) == 1
    assert len(asked) == 3
    server.fault(kind, platform="youtube", path="/feeds", **options)
    with pytest.raises(Transient):
        sweep(server, account.id, now - 24 * HOUR)
    assert len(asked) == 6


def test_the_feed_that_does_not_work_for_days_blames_nobody(
    server: Handle, account: Account, now: datetime
) -> None:
    server.world.quirks.youtube_feed_works = False
    assert {type(error) for error in attempts(server, account.id, now)} == {Transient}


def test_too_many_requests_are_a_limit(server: Handle, now: datetime) -> None:
    answer(server, "", 429)
    with pytest.raises(Limited) as caught:
        sweep(server, CHANNEL, now - 24 * HOUR)
    assert caught.value.bucket == ""
    assert caught.value.until is not None
    assert (
        timedelta(0) <= caught.value.until - (now + timedelta(minutes=1)) < 5 * timedelta(seconds=1)
    )


@given(st.binary() | st.text().map(lambda text: f"{HEAD}{text}</feed>".encode()))
def test_no_body_raises_anything_unforeseen(body: bytes) -> None:
    try:
        root = youtube_feed._parsed(body)
    except ValueError:
        return
    for item in root.iterfind(f"{youtube_feed.ATOM}entry"):
        with pytest.raises(ValueError):  # Random text never makes a whole entry.
            youtube_feed.parse(item, CHANNEL, datetime.fromisoformat("2026-10-20T01:00:00Z"))
