"""The server as a whole: the clock, the truth, the books, and its life as a process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.platforms.app import App
from tests.platforms.conftest import NOON, connect
from tests.platforms.credentials import INSTAGRAM_TOKEN, INSTAGRAM_USER_ID
from tests.platforms.server import Handle, serve
from tests.platforms.wire import Request, Response
from tests.platforms.world import World

ACCOUNTS = """satker,platform,handle,refresh_token
kanwil-ntt,instagram,kemenkum.ntt,
kanwil-ntt,tiktok,kemenkumntt,consent-ntt
"""
ROOT = Path(__file__).parents[2]


def _command(tmp_path: Path, *more: str) -> list[str]:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(ACCOUNTS, encoding="utf-8")
    start = ["--start", "2026-10-01T00:00:00Z", "--days", "31", "--seed", "7"]
    return [sys.executable, "-m", "tests.platforms", "--accounts", str(accounts), *start, *more]


def _start(command: list[str], stdin: int | None = None) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=stdin, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


def test_it_starts_quickly(world: World) -> None:
    begun = time.perf_counter()
    with serve(world) as handle, connect(handle.url) as client:
        assert client.get("/_world/clock").json() == {"now": "2026-10-20T05:00:00Z"}
    assert time.perf_counter() - begun < 0.5


def test_the_clock_shows_the_world(client: httpx.Client, world: World) -> None:
    account = world.add_account("instagram", "ntt")
    world.add_post(account, NOON + timedelta(hours=1), per_hour={"likes": 60})
    fields = "business_discovery.username(ntt){media{like_count}}"
    query = {"fields": fields, "access_token": INSTAGRAM_TOKEN}
    seen = []
    for now in ("2026-10-20T05:59:59Z", "2026-10-20T13:00:00+07:00", "2026-10-20T07:30:00Z"):
        client.put("/_world/clock", json={"now": now})
        data = client.get(f"/v26.0/{INSTAGRAM_USER_ID}", params=query).json()
        media = data["business_discovery"]["media"]["data"]
        seen.append([item["like_count"] for item in media])
    assert seen == [[], [0], [90]]
    for wrong in ({"now": "2026-10-20T05:00:00"}, {"now": "soon"}, {}):
        assert client.put("/_world/clock", json=wrong).status_code == 400


def test_truth(client: httpx.Client, world: World) -> None:
    account = world.add_account("facebook", "ntt", satker="kanwil-ntt")
    post = world.add_post(
        account, NOON - timedelta(days=2), level={"likes": 30, "comments": 4, "shares": 2}
    )
    world.add_post(account, NOON + timedelta(minutes=1))
    (row,) = client.get("/_world/truth").json()["posts"]
    assert row["post_id"] == post.id
    assert (row["i24"], row["counted"], row["satker"]) == (36, True, "kanwil-ntt")
    assert row["mark"] == "2026-10-19T05:00:00Z"
    assert row["count"] > 36
    early = client.get("/_world/truth", params={"at": "2026-10-18T05:00:00Z"}).json()["posts"]
    assert [row["count"] for row in early] == [0]


def test_calls_are_counted_by_path(client: httpx.Client, world: World) -> None:
    account = world.add_account("x", "ntt")
    client.get(f"/2/users/{account.id}/tweets")
    client.get("/v26.0/ntt/posts")
    client.get("/_world/clock")
    calls = client.get("/_world/calls").json()
    assert calls["requests"] == {
        "x": {"GET /2/users/:id/tweets": 1},
        "facebook": {"GET /{node}/posts": 1},
    }
    assert calls["statuses"] == {"x": {"401": 1}, "facebook": {"400": 1}}
    client.delete("/_world/calls")
    assert client.get("/_world/calls").json()["total"] == 0


def test_latency_is_waited_for(world: World) -> None:
    with serve(world, latency=0.05) as handle, connect(handle.url) as client:
        begun = time.perf_counter()
        client.get("/2/tweets")
        assert time.perf_counter() - begun >= 0.05


def test_a_bug_of_the_stand_in_does_not_pass_unseen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(app: App, request: Request, route: object) -> Response:
        raise ZeroDivisionError

    monkeypatch.setattr(App, "_honest", broken)
    with (
        pytest.raises(RuntimeError, match="ZeroDivisionError"),
        serve(world) as handle,
        connect(handle.url) as client,
    ):
        assert client.get("/2/tweets").status_code == 500


def test_unknown_paths(client: httpx.Client) -> None:
    assert client.get("/_world/nothing").status_code == 404
    assert client.get("/2/lists").status_code == 401
    assert client.get("/youtube/v3/search", params={"key": "youtube-api-key"}).status_code == 404


def test_a_body_in_pieces_and_two_requests_at_once(server: Handle) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    body = b'{"now": "2026-10-21T00:00:00Z"}'
    head = b"PUT /_world/clock HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body)
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(head + body[:10])
        time.sleep(0.05)
        raw.sendall(body[10:] + b"GET /_world/clock HTTP/1.1\r\nconnection: close\r\n\r\n")
        received = b""
        while piece := raw.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert server.world.clock == datetime(2026, 10, 21, tzinfo=UTC)


def test_as_a_process(tmp_path: Path) -> None:
    process, url = _start(_command(tmp_path))
    fields = "business_discovery.username(kemenkum.ntt){media_count}"
    query = {"fields": fields, "access_token": INSTAGRAM_TOKEN}
    with connect(url) as client:
        found = client.get(f"/v26.0/{INSTAGRAM_USER_ID}", params=query).json()
        assert client.get("/_world/clock").json() == {"now": "2026-10-01T00:00:00Z"}
    assert found["business_discovery"]["media_count"] > 0
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=5)[0] == ""
    assert process.returncode == 0


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    process, _ = _start(_command(tmp_path, "--until-stdin-closes"), stdin=subprocess.PIPE)
    process.communicate(timeout=5)
    assert process.returncode == 0
