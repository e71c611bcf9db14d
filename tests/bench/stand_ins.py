"""The stand-in platforms as a process of their own, so that what is measured has its own GIL."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from time import process_time
from typing import Any

import msgspec

from tests.platforms.app import App
from tests.platforms.limits import Limits
from tests.platforms.server import run
from tests.platforms.truth import truth
from tests.platforms.wire import Request, Response, json_response
from tests.platforms.world import AccountRow, World, epoch

NO_LIMIT = 10**9
# Of what is true about a post, what the tables are made from.
_TOLD = ("platform", "account_id", "post_id", "published_at", "listed_at", "i24")


@dataclass(frozen=True, slots=True)
class Plan:
    """The world that the stand-ins show.

    ``history_days``: days with posts before ``begin``; some, so that listings fill their pages.
    Of the limits only X's and YouTube's are kept, which are published; ``youtube_units``: a day.
    """

    accounts: tuple[AccountRow, ...]
    begin: datetime
    days: int
    posts_per_day: float
    history_days: int = 30
    youtube_units: int = 10_000


class StandIns:
    """The other process, from here."""

    def __init__(self, url: str) -> None:
        self.url = url
        """Scheme and host without a path: the base URL of all five platforms."""

    def set_clock(self, now: datetime) -> None:
        self._ask("PUT", "/_world/clock", {"now": now.isoformat()})

    def set_latency(self, seconds: float) -> None:
        """How long every answer waits from now on."""
        self._ask("PUT", "/_bench/latency", seconds)

    def calls(self) -> dict[str, Any]:
        """What was asked since the last reset, and what it would have cost."""
        found: dict[str, Any] = self._ask("GET", "/_world/calls")
        return found

    def reset_calls(self) -> None:
        self._ask("DELETE", "/_world/calls")

    def posts(self, since: datetime, at: datetime) -> list[dict[str, Any]]:
        """The posts that count and were published from ``since`` on, as ``truth`` tells them."""
        found: list[dict[str, Any]] = self._ask(
            "POST", "/_bench/posts", {"since": since.isoformat(), "at": at.isoformat()}
        )
        return found

    def cpu(self) -> float:
        """Seconds of CPU that the stand-ins have used so far."""
        spent: float = self._ask("GET", "/_bench/cpu")
        return spent

    def failures(self) -> list[str]:
        """What went wrong in the stand-ins themselves."""
        found: list[str] = self._ask("GET", "/_bench/failures")
        return found

    def _ask(self, method: str, path: str, payload: Any = None) -> Any:
        body = None if payload is None else msgspec.json.encode(payload)
        request = urllib.request.Request(self.url + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=300) as answer:
            return msgspec.json.decode(answer.read())


@contextmanager
def stand_ins(plan: Plan) -> Iterator[StandIns]:
    """Generate the world and serve it; leaving raises when the stand-ins failed on a request."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(plan, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        platforms = StandIns(ours.recv())
        yield platforms
        failures = platforms.failures()
    finally:
        process.terminate()
        process.join(timeout=10)
    if failures:
        raise RuntimeError("the stand-ins failed:\n" + "\n".join(failures))


class _App(App):
    """The stand-ins with four words more on their control side."""

    def __call__(self, request: Request) -> Response:
        if request.path == "/_bench/latency":
            self.latency = float(request.body)
            return json_response(200, {})
        if request.path == "/_bench/cpu":
            return json_response(200, process_time())
        if request.path == "/_bench/failures":
            return json_response(200, self.failures)
        if request.path == "/_bench/posts":
            asked = msgspec.json.decode(request.body, type=dict[str, datetime])
            rows = truth(self.world, epoch(asked["at"]))
            return json_response(
                200,
                [
                    {name: row[name] for name in _TOLD}
                    for row in rows
                    if row["counted"] and row["published_at"] >= f"{asked['since']:%FT%TZ}"
                ],
            )
        return super().__call__(request)


def _serve(plan: Plan, parent: Connection) -> None:
    world = World.generate(
        1,
        plan.accounts,
        plan.begin,
        plan.days,
        posts_per_day=plan.posts_per_day,
        history_days=plan.history_days,
    )
    # Every Page is listed whole: what a budget is worth is measured here, not the ranking.
    world.quirks.facebook_listed_per_year = 10**9
    world.limits = Limits(
        meta_calls_per_hour=NO_LIMIT,
        tiktok_calls_per_minute=NO_LIMIT,
        youtube_units_per_day=plan.youtube_units,
        youtube_stats_units_per_day=plan.youtube_units,
    )
    # The world lives as long as the process: looking through it for garbage would cost pauses.
    gc.collect()
    gc.freeze()
    listener = socket.create_server(("127.0.0.1", 0))
    parent.send(f"http://127.0.0.1:{listener.getsockname()[1]}")
    asyncio.run(run(_App(world), listener, asyncio.Event()))
