"""HTTP to a platform: retries that end, limits that are heard, connections that are few."""

from __future__ import annotations

import asyncio
import socket
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import stamina

from functions.collect.client import (
    ATTEMPTS,
    CONNECTIONS,
    LONGEST_WAIT,
    MOST_PACKED,
    MOST_UNPACKED,
    PATIENCE,
    ApiClient,
    ClientOptions,
    Clock,
    Connection,
    retry_after,
)
from functions.collect.contract import Limited, PlatformError, TooMuch, Transient, Unreadable
from functions.collect.credentials import credentials
from functions.collect.platforms import x
from functions.settings import Settings
from tests.collect.api import Asked
from tests.platforms.server import Handle, serve
from tests.platforms.wire import Connection as Served
from tests.platforms.wire import Response, json_response
from tests.platforms.world import World

PATH = "/2/users/by"


class Anything(msgspec.Struct):
    data: list[msgspec.Raw] = []


def nothing_special(*_: Any) -> None:
    """An adapter's ``explain`` that leaves every answer to its status."""


def use(
    url: str,
    work: Callable[[ApiClient], Awaitable[Any]],
    explain: Any = nothing_special,
    now: datetime | None = None,
) -> Any:
    async def session() -> Any:
        async with Connection(url) as connection:
            options = ClientOptions(headers={"Authorization": "Bearer x-bearer-token"})
            client = ApiClient(connection, Clock(now), explain, options=options)
            return await work(client)

    return asyncio.run(session())


def ask(client: ApiClient) -> Awaitable[Any]:
    return client.get(PATH, Anything, usernames="kemenkum")


def script(server: Handle, *responses: Response) -> list[float]:
    """Answers in turn, the last one for ever; the list grows with the time of each request."""
    times: list[float] = []

    def answer(request: Any, route: Any) -> Response:
        times.append(time.monotonic())
        return responses[min(len(times), len(responses)) - 1]

    server.app._answer = answer  # type: ignore[method-assign]
    return times


UNWELL = Response(503, b"{}")
FINE = json_response(200, {"data": []})


# Trying again


def test_attempts_are_bounded(server: Handle) -> None:
    times = script(server, UNWELL)
    with pytest.raises(Transient):
        use(server.url, ask)
    assert len(times) == ATTEMPTS


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_passes_is_tried_again(server: Handle, status: int) -> None:
    times = script(server, Response(status), FINE)
    use(server.url, ask)
    assert len(times) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_a_refusal_is_not_tried_again(server: Handle, status: int) -> None:
    times = script(server, Response(status))
    with pytest.raises(Unreadable):
        use(server.url, ask)
    assert len(times) == 1


def test_nobody_listening_is_a_passing_trouble() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Transient):
        use(f"http://127.0.0.1:{port}", ask)


def test_a_redirection_is_not_followed(server: Handle) -> None:
    """A token must not travel to another address."""
    elsewhere = Response(302, headers=[("location", "http://127.0.0.1:1/away")])
    times = script(server, elsewhere)
    with pytest.raises(PlatformError):
        use(server.url, ask)
    assert len(times) == ATTEMPTS


def test_the_servers_own_pause_wins_over_ours(server: Handle) -> None:
    times = script(server, Response(503, headers=[("retry-after", "1")]), FINE)
    with stamina.set_testing(False):
        use(server.url, ask)
    assert 0.95 <= times[1] - times[0] <= 1.6


def test_a_pause_beyond_our_patience_is_left_to_the_next_tick(server: Handle) -> None:
    long_pause = str(int(PATIENCE) + 1)
    times = script(server, Response(503, headers=[("retry-after", long_pause)]), FINE)
    with stamina.set_testing(False), pytest.raises(Transient):
        use(server.url, ask)
    assert len(times) == 1


# Limits


@pytest.mark.parametrize(("header", "seconds"), [
    ([], 60),
    ([("retry-after", "120")], 120),
    ([("retry-after", "Tue, 20 Oct 2026 03:05:00 GMT")], 300),
    ([("retry-after", "soon")], 60),
])  # fmt: skip
def test_too_many_requests_wait_as_long_as_the_server_says(
    server: Handle, now: datetime, header: list[tuple[str, str]], seconds: int
) -> None:
    times = script(server, Response(429, headers=header))
    with pytest.raises(Limited) as caught:
        use(server.url, ask, now=now)
    assert caught.value.until is not None
    late = caught.value.until - (now + timedelta(seconds=seconds))
    assert timedelta(0) <= late <= timedelta(seconds=5)
    assert len(times) == 1


def test_a_date_in_the_past_means_at_once(now: datetime) -> None:
    assert retry_after({"retry-after": "Mon, 19 Oct 2026 03:05:00 GMT"}, now) == 0.0


@pytest.mark.parametrize("odd", ["", " ", "-5", "12.5.1", "Tue, 99 Foo 2026", "Tue, 20 Oct 2026"])
def test_a_header_that_makes_no_sense_says_nothing(now: datetime, odd: str) -> None:
    assert retry_after({"retry-after": odd}, now) is None


# Bodies


@pytest.mark.parametrize("body", [b"", b" ", b"<html></html>", b"null", b'"text"', b"17"])
def test_what_is_no_json_object_is_a_passing_trouble(server: Handle, body: bytes) -> None:
    times = script(server, Response(200, body))
    with pytest.raises(Transient):
        use(server.url, ask)
    assert len(times) == ATTEMPTS


def test_a_shape_that_is_not_the_documented_one_names_its_place(server: Handle) -> None:
    script(server, json_response(200, {"data": 5}))
    with pytest.raises(Unreadable, match=r"\$\.data") as caught:
        use(server.url, ask)
    assert PATH in str(caught.value)


def test_an_error_names_the_path_and_the_status_and_no_query(server: Handle) -> None:
    script(server, Response(404))
    with pytest.raises(Unreadable) as caught:
        use(server.url, ask)
    assert str(caught.value).startswith(f"{PATH}: 404 ")
    assert "kemenkum" not in str(caught.value)


# The clock


def test_a_simulated_clock_starts_at_its_instant_and_runs_on(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(now)
    assert clock() == now
    began = time.monotonic()
    monkeypatch.setattr("functions.collect.client.monotonic", lambda: began + 90.7)
    assert timedelta(seconds=89) <= clock() - now <= timedelta(seconds=91)
    assert clock().microsecond == 0


def test_without_an_instant_it_is_the_computers_clock() -> None:
    assert abs(Clock()() - datetime.now(UTC)) < timedelta(seconds=3)


def test_taken_at_is_the_instant_of_the_answer_not_of_the_question(
    world: World, now: datetime
) -> None:
    with serve(world, latency=1.1) as server:
        _, taken_at = use(server.url, ask, now=now)
    assert taken_at >= now + timedelta(seconds=1)


@pytest.mark.parametrize("value", [
    "86401",
    "9" * 20,
    "9" * 400,
    "Fri, 31 Dec 9999 23:59:59 GMT",
])  # fmt: skip
def test_nobody_is_waited_for_longer_than_a_day(now: datetime, value: str) -> None:
    assert retry_after({"retry-after": value}, now) == LONGEST_WAIT


@pytest.mark.parametrize("value", ["Fri, 31 Dec 99999999999999999999 23:59:59 GMT", "-1", "soon"])
def test_a_wait_that_nobody_can_understand_is_none(now: datetime, value: str) -> None:
    assert retry_after({"retry-after": value}, now) is None


class Titled(msgspec.Struct):
    title: str


@pytest.mark.parametrize("body", [b'{"title": "', b'{"x":' * 5_000], ids=["cut", "deep"])
def test_an_answer_that_cannot_be_decoded_may_be_better_next_time(
    server: Handle, body: bytes
) -> None:
    script(server, Response(200, body))
    with pytest.raises(Transient, match="broken JSON"):
        use(server.url, lambda client: client.get(PATH, Titled))


@pytest.mark.parametrize("error", [
    UnicodeDecodeError("utf-8", b"", 0, 1, ""),
    RecursionError(),
    msgspec.DecodeError(),
])  # fmt: skip
def test_a_refusal_that_its_adapter_cannot_decode_is_told_by_its_status(
    server: Handle, error: Exception
) -> None:
    def explain(*_: Any) -> PlatformError | None:
        raise error

    script(server, Response(403, b"{}"))
    with pytest.raises(Unreadable, match="403 an unexpected refusal"):
        use(server.url, ask, explain)


def test_an_answer_that_trickles_in_is_given_up_as_a_whole(
    server: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.collect.client.WHOLE", 0.2)
    whole = Served._send

    def drop_by_drop(self: Served, response: Response, close: bool) -> None:
        data = response.encode()
        loop = asyncio.get_running_loop()
        for n in range(len(data)):
            loop.call_later(0.02 * n, self._transport.write, data[n : n + 1])

    monkeypatch.setattr(Served, "_send", drop_by_drop)
    began = time.monotonic()
    with pytest.raises(Transient, match="no answer"):
        use(server.url, ask)
    assert time.monotonic() - began < 0.2 * ATTEMPTS + 1
    monkeypatch.setattr(Served, "_send", whole)


# Connections


@contextmanager
def counted_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many connections the stand-in has open: now, and at most."""
    counts = [0, 0]
    made, lost = Served.connection_made, Served.connection_lost

    def connection_made(self: Served, transport: Any) -> None:
        counts[0] += 1
        counts[1] = max(counts)
        made(self, transport)

    def connection_lost(self: Served, error: Exception | None) -> None:
        counts[0] -= 1
        lost(self, error)

    monkeypatch.setattr(Served, "connection_made", connection_made)
    monkeypatch.setattr(Served, "connection_lost", connection_lost)
    yield counts


def test_requests_are_in_flight_together_on_few_connections(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_at_once(client: ApiClient) -> None:
        await asyncio.gather(*(ask(client) for _ in range(60)))

    monkeypatch.setattr(Served, "most_in_flight", 0)
    with counted_connections(monkeypatch) as counts, serve(world, latency=0.1) as server:
        use(server.url, all_at_once, x.explain)
    assert counts[1] == CONNECTIONS
    assert Served.most_in_flight > CONNECTIONS // 2


def test_one_request_opens_one_connection_and_further_ones_use_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one_after_the_other(client: ApiClient) -> None:
        for _ in range(5):
            await ask(client)

    with counted_connections(monkeypatch) as counts, serve(world) as server:
        use(server.url, one_after_the_other)
    assert counts[1] == 1


def test_a_connection_that_broke_leaves_room_for_the_next(server: Handle) -> None:
    """Ten broken ones would otherwise leave none."""
    server.fault("refuse", times=3 * CONNECTIONS)

    async def many(client: ApiClient) -> list[Any]:
        tries = (ask(client) for _ in range(2 * CONNECTIONS))
        return await asyncio.gather(*tries, return_exceptions=True)

    found = use(server.url, many)
    assert all(isinstance(one, Transient | tuple) for one in found)
    assert sum(isinstance(one, tuple) for one in found) >= CONNECTIONS


def test_retries_are_counted_as_requests(settings: Settings, server: Handle) -> None:
    script(server, UNWELL, UNWELL, FINE)

    async def session() -> int:
        async with Connection(server.url) as connection:
            [credential] = credentials(settings, "x", x, connection, Clock())
            await ask(credential.client)
            return connection.requests

    assert asyncio.run(session()) == 3


def test_parameters_arrive_as_they_were_given(server: Handle, asked: list[Asked]) -> None:
    """Field lists are full of brackets, and a handle may hold a space or an ampersand."""
    odd = "media.limit(25).after(a+b=/&c){id,caption} é €"
    with pytest.raises(PlatformError):  # X knows no such parameters
        use(server.url, lambda client: client.get(PATH, Anything, fields=odd, limit=25))
    assert asked[0].query["fields"] == odd
    assert asked[0].query["limit"] == "25"


# Answers that are no JSON


def ask_raw(client: ApiClient) -> Awaitable[tuple[bytes, datetime]]:
    return client.raw("/feeds/videos.xml", channel_id="UC1")


@pytest.mark.parametrize("body", [b"<feed/>", b"", b"\xff\x00"])
def test_a_raw_answer_comes_as_it_is_with_its_time(
    server: Handle, now: datetime, body: bytes
) -> None:
    script(server, Response(200, body))
    got, taken_at = use(server.url, ask_raw, now=now)
    assert got == body
    assert now <= taken_at <= now + timedelta(seconds=5)


def test_a_raw_answer_is_tried_again_as_any_other(server: Handle) -> None:
    times = script(server, UNWELL, UNWELL, Response(200, b"<feed/>"))
    assert use(server.url, ask_raw)[0] == b"<feed/>"
    assert len(times) == 3


def test_a_raw_answer_that_its_adapter_finds_no_sense_in_is_tried_again(server: Handle) -> None:
    times = script(server, Response(200, b"<html/>"))

    def explain(status: int, headers: Any, body: bytes, now: datetime) -> PlatformError | None:
        return Transient("not a feed") if b"<feed" not in body else None

    with pytest.raises(Transient, match=r"/feeds/videos\.xml: 200 not a feed"):
        use(server.url, ask_raw, explain)
    assert len(times) == ATTEMPTS


# Clocks that differ


@pytest.mark.parametrize(
    ("minutes", "age", "is_refused"),
    [(0, False, False), (1, False, False), (3, False, True), (-3, False, True), (30, True, False)],
)
def test_an_answer_from_another_time_stops_the_credential(
    minutes: int, age: bool, is_refused: bool
) -> None:
    from email.utils import format_datetime

    from functions.collect.client import _check_clock, _date

    now = datetime(2026, 10, 20, 3, tzinfo=UTC)
    headers = {"date": format_datetime(now + timedelta(minutes=minutes), usegmt=True)}
    headers |= {"age": "100"} if age else {}
    theirs = _date(headers)
    assert (theirs is None) == age
    if theirs is None or not is_refused:
        assert theirs is None or _check_clock("/2/tweets", theirs, now) is None
        return
    with pytest.raises(Limited, match=r"clock is 3 min (ahead of|behind) the platform's"):
        _check_clock("/2/tweets", theirs, now)


@pytest.mark.parametrize("header", [
    "",
    "yesterday",
    "Tue, 99 Oct",
    "Fri, 31 Dec 99999999999999999999 23:59:59 GMT",
    "Fri, 30 Oct 2026 23:59:59 -0000",
])  # fmt: skip
def test_without_a_readable_date_nothing_is_concluded(header: str) -> None:
    from functions.collect.client import _date

    assert _date({"date": header}) is None


# Bounds


def packed(body: bytes, packing: str = "gzip") -> Response:
    compressor = zlib.compressobj(9, wbits=31 if packing == "gzip" else 15)
    content = compressor.compress(body) + compressor.flush()
    return Response(200, content, headers=[("content-encoding", packing)])


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_a_packed_answer_is_unpacked(server: Handle, packing: str) -> None:
    script(server, packed(b'{"data": [1, 2]}', packing))
    found, _ = use(server.url, ask)
    assert len(found.data) == 2


def test_a_bomb_is_given_up_before_it_fills_the_memory(server: Handle) -> None:
    """A quarter of a megabyte that would unpack to a quarter of a gigabyte."""
    compressor = zlib.compressobj(9, wbits=31)
    pieces = [compressor.compress(b" " * 2**20) for _ in range(256)]
    bomb = b"".join((*pieces, compressor.flush()))
    assert len(bomb) < 2**18 + 2**14
    times = script(server, Response(200, bomb, headers=[("content-encoding", "gzip")]))
    tracemalloc.start()
    with pytest.raises(Unreadable, match="larger than any answer"):
        use(server.url, ask)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * MOST_UNPACKED < 2**28
    assert len(times) == 1


@pytest.mark.parametrize("response", [
    Response(200, b" " * (MOST_PACKED + 1)),
    Response(500, b" " * (MOST_PACKED + 1)),
    Response(200, b"{}", headers=[("content-encoding", "br")]),
    Response(200, b"{}", headers=[("content-encoding", "gzip, gzip")]),
])  # fmt: skip
def test_what_is_too_large_or_packed_oddly_is_given_up(server: Handle, response: Response) -> None:
    script(server, response)
    with pytest.raises(Unreadable):
        use(server.url, ask)


@pytest.mark.parametrize("response", [
    Response(200, b"{}", headers=[("content-encoding", "gzip")]),
    Response(200, packed(b'{"data": []}').body[:-9], headers=[("content-encoding", "gzip")]),
    Response(200, b"{}", headers=[("x-" + "y" * 200_000, "z")]),
    Response(200, b"{}", headers=[("x-usage", "y" * 2_000_000)]),
])  # fmt: skip
def test_what_cannot_be_unpacked_may_be_better_next_time(
    server: Handle, response: Response
) -> None:
    script(server, response)
    with pytest.raises(Transient):
        use(server.url, ask)


@pytest.mark.parametrize("status", [413, 414])
def test_a_request_too_long_is_to_be_smaller(server: Handle, status: int) -> None:
    times = script(server, Response(status))
    with pytest.raises(TooMuch):
        use(server.url, ask)
    assert len(times) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_with_a_body_is_no_answer(server: Handle, status: int) -> None:
    script(server, Response(status, b'{"data": []}'))
    with pytest.raises(Transient):
        use(server.url, ask)
