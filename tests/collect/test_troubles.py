"""Every kind of trouble once, through the whole job: what it costs, and that it is made up for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from functions.collect.client import Connection, Connections
from functions.collect.reading.session import Session
from functions.collect.report import CollectReport
from functions.model import PLATFORMS, Platform, run_id
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import StoreError, Write
from functions.tokens.vault import open_vault
from tests.collect.api import HOUR
from tests.collect.ministry import UNITS, handle_of, rows, stored_posts, tick
from tests.collect.storms import GUSTS, FrailStore, Gust
from tests.platforms import wire
from tests.platforms.server import Handle
from tests.platforms.wire import Request, Response
from tests.platforms.world import Account, World

MINUTE = timedelta(minutes=1)
AGES = (2, 5, 9)
# The answer that carries a post's counters.
COUNTED_AT = {
    "instagram": "business_discovery",
    "facebook": "/posts",
    "x": "/2/users/:id/tweets",
    "tiktok": "/v2/video/list/",
    "youtube": "/youtube/v3/videos",
}

# TikTok did its work and the answer was lost: with it a pair of tokens, which has its own tests.
LOST_ON_THE_WAY = ("cut", "broken_json", "empty_body")


@pytest.fixture
def world(now: datetime) -> World:
    """Two units with three posts on each platform."""
    made = World(now=now)
    for row in rows(UNITS):
        account = made.add_account(row.platform, row.handle, refresh_token=row.refresh_token)
        for age in AGES:
            made.add_post(account, now - age * HOUR, per_hour={"likes": 7, "comments": 2})
    return made


def at_hours(
    agency: AgencyStore, settings: Settings, server: Handle, now: datetime, hours: Iterable[float]
) -> list[CollectReport]:
    reports = []
    for hour in hours:
        at = now + hour * HOUR
        server.set_clock(at)
        reports.append(tick(agency, settings, at))
    return reports


def owners(agency: AgencyStore, platform: Platform) -> dict[str, int]:
    """How many posts are held of each account of a platform."""
    held: dict[str, int] = {}
    for found, account_id, _ in stored_posts(agency):
        if found == platform:
            held[account_id] = held.get(account_id, 0) + 1
    return held


def ours(server: Handle) -> list[Account]:
    """The first unit's account on each platform."""
    found = [server.world.by_handle(platform, handle_of(UNITS[0])) for platform in PLATFORMS]
    return [account for account in found if account is not None]


def distort(
    server: Handle,
    platform: Platform,
    change: Callable[[Response], None],
    *,
    path: str = "",
    times: int = 10**9,
) -> list[Request]:
    """Change so many of the honest answers of a path; the list grows with those requests."""
    struck: list[Request] = []
    honest = server.app._answer

    def changed(request: Request, route: Any) -> Response:
        response = honest(request, route)
        fits = route.platform == platform and (path or COUNTED_AT[platform]) in route.template
        if fits and len(struck) < times:
            struck.append(request)
            change(response)
        return response

    server.app._answer = changed  # type: ignore[method-assign]
    return struck


def is_named(report: CollectReport) -> bool:
    """Whether every trouble was foreseen: what was not gives its exception's name."""
    return not any("Error: " in p or "unforeseen" in p for p in report.problems)


# Every kind of fault, on every platform


@pytest.mark.parametrize(
    ("platform", "gust"),
    [
        # Each once, by turns; storms and the adapters' contract meet them everywhere.
        pytest.param(gust.platforms[n % len(gust.platforms)], gust, id=f"{gust.kind}-{n}")
        for n, gust in enumerate(GUSTS)
    ],
)
def test_a_platform_in_trouble_costs_itself_alone_and_is_made_up_for(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    platform: Platform,
    gust: Gust,
) -> None:
    """429 in each platform's own shape, 5xx, cuts, HTML, broken JSON, wrong types, missing keys,
    cursors without end, dead tokens, spent quotas and credits, errors inside a 200.
    """
    place = "/v2/video/list/" if platform == "tiktok" and gust.kind in LOST_ON_THE_WAY else ""
    server.fault(gust.kind, platform=platform, path=place, **gust.options)
    reports = at_hours(ministry, settings, server, now, (0, 0.25))
    assert not reports[0].failed
    for report in reports:
        assert is_named(report), report.problems
        assert set(report.platforms) == set(PLATFORMS)
        assert all(p.startswith(platform) for p in report.problems), report.problems
    for other in set(PLATFORMS) - {platform}:
        assert list(owners(ministry, other).values()) == [len(AGES)] * len(UNITS)
    server.app.faults.clear()
    # An account's rest of six hours; a quota until midnight in California.
    [last] = at_hours(ministry, settings, server, now, (7,))
    assert last.problems == []
    assert list(owners(ministry, platform).values()) == [len(AGES)] * len(UNITS)


# Answers that no documentation foresees


def body(content: bytes, status: int = 200) -> Callable[[Response], None]:
    def change(response: Response) -> None:
        response.status, response.body = status, content

    return change


def refusal(content: bytes, *headers: tuple[str, str]) -> Callable[[Response], None]:
    """A 429 with exactly these headers."""

    def change(response: Response) -> None:
        response.status, response.body, response.headers = 429, content, list(headers)

    return change


REGAIN = '{"1": [{"estimated_time_to_regain_access": 99999999999999}]}'
ABSURD: dict[str, Callable[[Response], None]] = {
    "nested without end": body(b'{"data":' * 5_000),
    "nested without end, refused": body(b'{"error":' * 5_000, 403),
    "no UTF-8": body(b'{"data": "\xff", "items": "\xff", "error": "\xff"}'),
    "no UTF-8, refused": body(b'{"title": "\xff", "error": {"message": "\xff"}}', 403),
    "null": body(b"null"),
    "wait for ages": refusal(b"{}", ("retry-after", "999999999999999")),
    "wait beyond numbers": refusal(b"{}", ("retry-after", "9" * 400)),
    "a window of ages": refusal(b"{}", ("x-rate-limit-reset", "99999999999999999")),
    "a window in milliseconds": refusal(b"{}", ("x-rate-limit-reset", "1790000000000")),
    "regain in ages": refusal(b'{"error": {"code": 80002}}', ("x-business-use-case-usage", REGAIN)),
    "no such status": body(b"{}", 999),
}


@pytest.mark.parametrize("case", ABSURD)
def test_an_absurd_answer_costs_one_request(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, case: str
) -> None:
    """One of each platform."""
    struck = [distort(server, platform, ABSURD[case], times=1) for platform in PLATFORMS]
    report, *_, last = at_hours(ministry, settings, server, now, (0, 24.5, 25))
    assert all(struck)
    assert is_named(report), report.problems
    assert set(report.platforms) == set(PLATFORMS)
    # Whatever it asked for, nothing is waited for longer than a day.
    assert last.problems == []
    for platform in PLATFORMS:
        assert list(owners(ministry, platform).values()) == [len(AGES)] * len(UNITS)


def in_the_first_item(platform: Platform, **values: Any) -> Callable[[Response], None]:
    """Put other values under these names, wherever they stand in the first post of an answer."""
    from tests.platforms.faults import _items, _objects

    def change(response: Response) -> None:
        payload = msgspec.json.decode(response.body)
        for item in _items(payload)[:1]:
            for holder in list(_objects(item)):
                holder.update({name: v for name, v in values.items() if name in holder})
        response.body = msgspec.json.encode(payload)

    return change


TIME = ("timestamp", "created_time", "created_at", "create_time", "publishedAt")
TEXT = ("caption", "message", "text", "video_description", "title")
ADDRESS = ("permalink", "permalink_url", "share_url")
ODD: dict[str, dict[str, Any]] = {
    "a time without zone": dict.fromkeys(TIME, "2026-10-20T01:00:00"),
    "a time before the calendar": dict.fromkeys(TIME, "0001-01-01T00:00:00+14:00"),
    "a time after the calendar": dict.fromkeys(TIME, "9999-12-31T23:59:59-12:00"),
    "a time as a huge number": dict.fromkeys(TIME, 10**18),
    "a text of a megabyte": dict.fromkeys(TEXT, "a" * 1_200_000),
    "an address of a megabyte": dict.fromkeys(ADDRESS, "a" * 1_200_000),
    "an id without end": {"id": "9" * 5_000},
    "an empty id": {"id": ""},
    "an id with a path in it": {"id": "../../x"},
    "a null character": {"id": "a\x00b", **dict.fromkeys(TEXT, "a\x00b")},
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_item_costs_one_item_at_most(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, case: str
) -> None:
    """One of each account on each platform, whenever it is listed."""
    for platform in PLATFORMS:
        distort(server, platform, in_the_first_item(platform, **ODD[case]))
    for report in at_hours(ministry, settings, server, now, (0, 3, 26)):
        assert is_named(report), report.problems
        assert set(report.platforms) == set(PLATFORMS)
    for platform in PLATFORMS:
        held = owners(ministry, platform)
        assert len(held) == len(UNITS)
        assert min(held.values()) >= len(AGES) - 1


def test_a_caption_that_is_no_utf_8_costs_one_item_at_most(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    def spoil(response: Response) -> None:
        response.body = response.body.replace(b"Kegiatan", b"\xff\xfe", 1)

    struck = [distort(server, platform, spoil) for platform in PLATFORMS]
    report, *_ = at_hours(ministry, settings, server, now, (0,))
    assert all(struck)
    assert is_named(report), report.problems
    for platform in PLATFORMS:
        held = owners(ministry, platform)
        assert len(held) == len(UNITS)
        assert sum(held.values()) >= len(AGES) * len(UNITS) - 2


# Parts left out of a 200


def test_a_video_that_the_details_left_out_once_is_not_lost_for_ever(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """Listed, but not there yet where its details are: a matter of minutes at YouTube."""
    server.fault("partial", platform="youtube", path="/videos", times=1)
    first, *_ = at_hours(ministry, settings, server, now, (0, 3, 6))
    assert first.platforms["youtube"]["posts_found"] == len(AGES) * len(UNITS) // 2
    assert list(owners(ministry, "youtube").values()) == [len(AGES)] * len(UNITS)


def test_a_stream_of_many_hours_counts_once_it_has_ended(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """It stands in the uploads all the while, and begins before the last look at them."""
    account = server.world.by_handle("youtube", handle_of("kanwil-ntt"))
    assert account is not None
    begin, end = now - HOUR, now + 10 * HOUR
    stream = server.world.add_post(account, begin, scheduled_at=begin, ended_at=end)
    at_hours(ministry, settings, server, now, (0, 3, 6, 9, 12, 15))
    assert ("youtube", account.id, stream.id) in stored_posts(ministry)


@pytest.mark.parametrize("how", ["not_found", "protected", "suspended"])
def test_a_timeline_of_nothing_but_one_bad_post_makes_no_bad_account(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, how: str
) -> None:
    account = server.world.by_handle("x", handle_of("kanwil-ntt"))
    assert account is not None
    everything = [post.id for post in account.feed]
    server.fault("partial", platform="x", path="tweets", ids=everything, how=how, times=1)
    first, second = at_hours(ministry, settings, server, now, (0, 3))
    assert first.platforms["x"]["accounts_wrong"] == 0, first.problems
    assert second.problems == []
    assert owners(ministry, "x")[account.id] == len(AGES)


@pytest.mark.parametrize(("how", "counted"), [("not_found", 5), ("silent", None)])
def test_an_edited_post_counts_what_is_left_of_it(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    how: str,
    counted: int | None,
) -> None:
    """Each version has counters of its own. One that is gone took its own along; without one that
    is merely left out the sum would be too low."""
    account = server.world.by_handle("x", handle_of("kanwil-ntt"))
    assert account is not None
    likes = [(now - 50 * MINUTE, {"likes": 10}), (now - 20 * MINUTE, {"likes": 15})]
    post = server.world.add_post(account, now - HOUR, steps=likes, edited_at=[now - 30 * MINUTE])
    server.fault("partial", platform="x", path="/2/tweets", ids=[post.id], how=how, times=1)
    at_hours(ministry, settings, server, now, (0, 3))
    samples = stored_posts(ministry)["x", account.id, post.id].samples
    assert [sample.likes for sample in samples] == [*([counted] if counted else []), 15][
        : len(samples)
    ]


def test_one_id_that_is_gone_costs_the_batch_nothing(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """Read again by id, or with its account: the others get both reads around their marks."""
    gone = [account.feed[-1] for account in ours(server)]
    for post in gone:
        server.world.remove(post, now + HOUR)
    at_hours(ministry, settings, server, now, [0.5 * n for n in range(51)])
    states = measurement_states(ministry, now + 25 * HOUR)
    assert {states.pop(post.id) for post in gone} == {"removed"}
    assert len(states) == len(PLATFORMS) * (len(UNITS) * len(AGES) - 1)
    assert set(states.values()) <= {"observed", "interpolated"}


# Time limits


HANGS = 60  # seconds, of which no run may wait many


def hurry(
    monkeypatch: pytest.MonkeyPatch, platform: Platform, limit: float, timeout: float | None = None
) -> None:
    """Let a run's time be over soon for one platform, and its client wait for little.

    The others have all their time, so that a machine that stalls takes nothing from them.
    """
    start, reach = Session.__post_init__, Connections.to
    # A consent is renewed while a quarter of the time is left.
    monkeypatch.setattr("functions.collect.reading.companions.tiktok.RENEWAL", limit / 4)

    def hurried(self: Session) -> None:
        start(self)
        if self.platform == platform:
            self.ends = time.monotonic() + limit

    async def impatient(self: Connections, named: Platform, base_url: str) -> Connection:
        connection = await reach(self, named, base_url)
        if named == platform and timeout is not None:
            connection._open = lambda: opened(connection, timeout)  # type: ignore[method-assign]
        return connection

    monkeypatch.setattr(Session, "__post_init__", hurried)
    monkeypatch.setattr(Connections, "to", impatient)


def opened(connection: Connection, timeout: float) -> httpx.AsyncClient:
    """A connection's next lane, with a time-out of its own."""
    lane = Connection._open(connection)
    lane.timeout = httpx.Timeout(timeout)
    return lane


def waited_for(
    agency: AgencyStore, settings: Settings, now: datetime, platform: Platform
) -> CollectReport:
    """A run's report, after which everything is stored but what ``platform`` would have told."""
    began = time.monotonic()
    report = tick(agency, settings, now)
    assert time.monotonic() - began < HANGS / 2, "the run waited for what hangs"
    assert not report.failed
    assert {name for name, *_ in stored_posts(agency)} >= set(PLATFORMS) - {platform}
    return report


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_that_hangs_on_every_request_is_given_up(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch, platform, limit=0.6, timeout=0.3)
    server.fault("hang", platform=platform, seconds=HANGS)
    report = waited_for(ministry, settings, now, platform)
    assert report.platforms[platform]["served"] is False
    assert {name for name, *_ in stored_posts(ministry)} == set(PLATFORMS) - {platform}


def test_a_request_that_began_just_before_the_limit_holds_no_run(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The client would wait for longer than the run has."""
    hurry(monkeypatch, "facebook", limit=1.0, timeout=HANGS)
    server.fault("hang", platform="facebook", seconds=HANGS)
    report = waited_for(ministry, settings, now, "facebook")
    assert report.platforms["facebook"]["served"] is False
    assert {name for name, *_ in stored_posts(ministry)} == set(PLATFORMS) - {"facebook"}


def test_a_slow_listing_of_many_pages_holds_no_run(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each page comes in time, and there is always another one."""
    hurry(monkeypatch, "facebook", limit=1.0)
    server.fault("endless_pages", platform="facebook")
    pages = distort(server, "facebook", lambda response: setattr(response, "delay", 0.4))
    waited_for(ministry, settings, now, "facebook")
    # Two listings, of which each has a second and the grace behind it.
    assert 0 < len(pages) <= 2 * (2 / 0.4 + 1)


def test_an_answer_that_comes_drop_by_drop_holds_no_run(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A time-out between two bytes is none for the whole."""
    hurry(monkeypatch, "facebook", limit=1.0, timeout=5.0)
    whole = wire.Connection._send

    def drop_by_drop(self: wire.Connection, response: Response, close: bool) -> None:
        if b'"posts"' not in response.body and response.content_type != "drops":
            whole(self, response, close)
            return
        data = response.encode()
        loop = asyncio.get_running_loop()
        for n in range(min(len(data), 10 * HANGS)):
            loop.call_later(0.1 * n, self._transport.write, data[n : n + 1])

    def mark(response: Response) -> None:
        response.content_type = "drops"

    monkeypatch.setattr(wire.Connection, "_send", drop_by_drop)
    monkeypatch.setattr("functions.collect.client.WHOLE", float(HANGS))
    listings = distort(server, "facebook", mark)
    waited_for(ministry, settings, now, "facebook")
    assert listings


# Consents: a refresh token is dead once it was used


def living(agency: AgencyStore, settings: Settings, server: Handle) -> dict[str, bool]:
    """Whether the refresh token that is stored of each unit would be accepted."""
    vault = open_vault(settings)
    alive = {}
    for unit in UNITS:
        path = f"{agency.root}/consents/tiktok:{handle_of(unit)}"
        token = vault.open(agency.store.get([path])[path].data["refresh"])
        alive[unit] = token not in server.app._tiktok._dead
    return alive


class Picky(FrailStore):
    """Refuses the writes that a test picks."""

    def __init__(self, inner: Any, picks: Callable[[Write], bool], times: int) -> None:
        super().__init__(inner)
        self.picks, self.times = picks, times

    def write(self, writes: Iterable[Write]) -> None:
        todo = list(writes)
        if self.times and any(self.picks(write) for write in todo):
            self.times -= 1
            raise StoreError("the store refuses for a while; try again")
        super().write(todo)


def test_a_store_that_refuses_for_a_moment_costs_no_consent(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """The new pair comes once. Refused, it has to be stored all the same."""
    store = ministry.store
    ministry.store = Picky(store, lambda w: "/consents/" in w.path and "access" in w.data, 1)
    with suppress(StoreError):
        tick(ministry, settings, now)
    ministry.store = store
    assert all(living(ministry, settings, server).values())


def test_a_refusal_for_one_account_costs_no_other_its_consent(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """Renewals of others are under way; the run must not end before their pairs are stored."""
    store = ministry.store
    ill = handle_of(UNITS[0])
    ministry.store = Picky(store, lambda w: w.path.endswith(f"/consents/tiktok:{ill}"), 1)
    distort(server, "tiktok", lambda r: setattr(r, "delay", 0.3), path="oauth")
    with suppress(StoreError):
        tick(ministry, settings, now)
    ministry.store = store
    assert all(living(ministry, settings, server).values())


def test_a_run_at_its_time_limit_costs_no_consent(
    ministry: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A renewal that is under way at the limit may still end: it takes a moment."""
    monkeypatch.setattr("functions.collect.sync.TIME_LIMIT", 0.3)
    distort(server, "tiktok", lambda r: setattr(r, "delay", 0.6), path="oauth")
    tick(ministry, settings, now)
    assert all(living(ministry, settings, server).values())


def test_an_access_token_that_died_early_is_renewed_and_blames_nobody(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """The refresh token still lives: no human has to act, and no mark has to be missed."""
    server.world.quirks.tiktok_access_seconds = 24 * 3600
    at_hours(ministry, settings, server, now, (0,))
    server.app._tiktok._access.clear()
    for report in at_hours(ministry, settings, server, now, (3, 6)):
        assert report.platforms["tiktok"]["requests"] > 0
        assert report.platforms["tiktok"]["accounts_wrong"] == 0, report.problems
    told = ministry.feedback(UNITS[0])[f"tiktok:{handle_of(UNITS[0])}"]
    assert told["status"] == "ok"


# The clock


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=40), timedelta(days=4000)])
def test_a_clock_that_was_ahead_for_one_tick_stops_nothing_for_long(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime, ahead: timedelta
) -> None:
    """Set right again: new posts are found, and marks are read from both sides."""
    at_hours(ministry, settings, server, now, (0,))
    server.set_clock(now + HOUR)
    tick(ministry, settings, now + HOUR + ahead)
    growing = {"likes": 7, "comments": 2}
    accounts = ours(server)
    new = [server.world.add_post(a, now + 1.5 * HOUR, per_hour=growing) for a in accounts]
    hours = [1.25 + 0.25 * n for n in range(4 * 27)]
    at_hours(ministry, settings, server, now, hours)
    states = measurement_states(ministry, now + 27.5 * HOUR)
    posts = [post for account in accounts for post in account.feed]
    late = {post.id for post in posts if post.mark > (now + 7 * HOUR).timestamp()}
    assert {post.id for post in new} < late
    for post_id in late:
        assert states.get(post_id) in ("observed", "interpolated"), (post_id, states)


def test_a_clock_that_was_behind_for_one_tick_stops_nothing(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    at_hours(ministry, settings, server, now, (0, 1))
    server.set_clock(now + 1.25 * HOUR)
    tick(ministry, settings, now - 3 * HOUR)
    at_hours(ministry, settings, server, now, [1.5 + 0.25 * n for n in range(4 * 24)])
    states = measurement_states(ministry, now + 26 * HOUR)
    for account in ours(server):
        for post in account.feed:
            assert states[post.id] in ("observed", "interpolated")


def measurement_states(agency: AgencyStore, at: datetime) -> dict[str, str]:
    """The state of every post, by its id."""
    score(agency, now=at, run_id=run_id("score", at))
    return {
        post_id: entry.verdict.measurement.state
        for month in agency.months()
        for ledger in agency.ledgers(month).values()
        for post_id, entry in ledger.entries.items()
        if entry.verdict
    }


# Losing the plan


def test_a_lost_plan_reads_nothing_again_that_is_long_settled(
    ministry: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """Old posts are in the store; reading and writing them again costs money and proves nothing."""
    for account in ours(server):
        for n in range(4, 12):
            server.world.add_post(account, now - n * 24 * HOUR)
    at_hours(ministry, settings, server, now, (0,))
    before, billed = stored_posts(ministry), len(server.calls.x_posts)
    paths = [f"{ministry.root}/plans/{platform}" for platform in PLATFORMS]
    ministry.store.write([Write(path, mode="delete") for path in paths])
    at_hours(ministry, settings, server, now, (0.25, 0.5, 6))
    after = stored_posts(ministry)
    old = {name for name, post in before.items() if post.published_at < now - 72 * HOUR}
    assert len(old) == len(PLATFORMS) * 8
    assert {name: after[name] for name in old} == {name: before[name] for name in old}
    # X bills each post once a day, and these two days had begun already.
    assert len(server.calls.x_posts) == billed
