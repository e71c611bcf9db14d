"""One tick over 250 accounts at 50 ms a response, beside the platforms' usual Python clients.

    python -m tests.bench.tick [--accounts 50] [--posts 5] [--latency 0.05] [--ticks 12]

Timed is the collect job from its start to finished writes on SQLite, with fresh connections as in
a function that was just called. The clients make the same reads, one after the other, as their
documentation shows; what they read is kept nowhere.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from functions import log
from functions.collect import state as states
from functions.model import PLATFORMS, Platform
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.tokens.consents import Consents
from functions.tokens.vault import open_vault
from tests.bench import clients
from tests.bench.ministry import (
    AMPLE,
    BEGIN,
    TICK,
    account_rows,
    one_tick,
    register,
    run_ticks,
    settings,
)
from tests.bench.stand_ins import NO_LIMIT, Plan, StandIns, stand_ins

WARM = timedelta(hours=36)  # the first posts have passed their mark
BOUND = 1.5  # seconds
# What counts as a read of the same kind; renewing consents and reading profiles comes on top.
READS = {
    "instagram": ("GET /{user}?business_discovery",),
    "facebook": ("GET /{node}/posts",),
    "x": ("GET /2/users/:id/tweets", "GET /2/tweets"),
    "tiktok": ("POST /v2/video/list/",),
    "youtube": (
        "GET /youtube/v3/playlistItems",
        "GET /youtube/v3/videos",
        "GET /youtube/v3/videos:batchGetStats",
    ),
}


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds by the wall, of this process's CPU and of the stand-ins'; requests by path."""

    seconds: float
    cpu: float
    theirs: float
    requests: dict[str, dict[str, int]]

    @property
    def count(self) -> int:
        return sum(sum(paths.values()) for paths in self.requests.values())


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate a warm ministry, time its ticks and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tick", description=__doc__)
    parser.add_argument("--accounts", type=int, default=50, help="on each platform")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--ticks", type=int, default=12, help="ticks timed, a quarter hour apart")
    parser.add_argument("--full", type=int, default=4, help="ticks timed that read every account")
    options = parser.parse_args(arguments)
    log.quiet()
    plan = Plan(
        account_rows(options.accounts),
        BEGIN,
        days=4,
        posts_per_day=options.posts,
        youtube_units=NO_LIMIT,
    )
    with stand_ins(plan) as platforms, tempfile.TemporaryDirectory() as folder:
        loaded = settings(platforms.url, Path(folder), AMPLE)
        agency = open_agency(loaded)
        register(agency, loaded, options.accounts)
        now = run_ticks(agency, loaded, platforms, BEGIN, BEGIN + WARM)
        platforms.set_latency(options.latency)
        typical = []
        for _ in range(options.ticks):
            typical.append(_tick(agency, loaded, platforms, now))
            now += TICK
        # Every account is due at every tick when it is to be looked at every minute.
        eager = replace(loaded, discover_every=1)
        full = []
        for _ in range(options.full):
            full.append(_tick(agency, eager, platforms, now))
            now += TICK
        usual = _usual(agency, loaded, platforms, now, full[-1].requests)
        agency.store.close()
    _print(typical, full, usual, options)


def _tick(agency: AgencyStore, loaded: Settings, platforms: StandIns, now: datetime) -> Timed:
    return _time(platforms, lambda: asyncio.run(one_tick(agency, loaded, platforms, now)))


def _time(platforms: StandIns, work: Callable[[], Any]) -> Timed:
    platforms.reset_calls()
    theirs, began, cpu = platforms.cpu(), perf_counter(), process_time()
    work()
    return Timed(
        seconds=perf_counter() - began,
        cpu=process_time() - cpu,
        theirs=platforms.cpu() - theirs,
        requests=platforms.calls()["requests"],
    )


def _usual(
    agency: AgencyStore,
    loaded: Settings,
    platforms: StandIns,
    now: datetime,
    requests: dict[str, dict[str, int]],
) -> dict[Platform, Timed]:
    """The same reads with the usual clients, platform by platform."""
    found: dict[Platform, Timed] = {}
    for platform in PLATFORMS:
        body = agency.sync_state(platform).body
        note = states.decode(body or b"")
        assert note is not None
        accounts = {h: a.account_id for h, a in sorted(note.accounts.items()) if a.account_id}
        reads = clients.Reads(
            url=platforms.url,
            since=now - timedelta(hours=30),
            handles=[*accounts],
            ids=[*accounts.values()],
            posts=[post.post_id for post in note.posts.values()],
            calls=tuple(requests[platform].get(path, 0) for path in READS[platform]),
            tokens=_tokens(agency, loaded, [*accounts], now) if platform == "tiktok" else [],
        )
        found[platform] = _time(platforms, partial(clients.BY_PLATFORM[platform], reads))
    return found


def _tokens(agency: AgencyStore, loaded: Settings, handles: list[str], now: datetime) -> list[str]:
    """Living access tokens, as the tick before left them."""

    async def never(_: str) -> Any:
        raise AssertionError("the tick before has renewed every token")

    async def tokens() -> list[str]:
        consents = Consents(agency, lambda: open_vault(loaded))
        return [(await consents.access(h, now - TICK, never)).token for h in handles]

    return asyncio.run(tokens())


def _print(
    typical: Sequence[Timed],
    full: Sequence[Timed],
    usual: dict[Platform, Timed],
    options: argparse.Namespace,
) -> None:
    accounts = options.accounts * len(PLATFORMS)
    table = Table(
        title=f"one tick over {accounts} accounts at {1000 * options.latency:.0f} ms a response, "
        "from start to finished writes"
    )
    for heading in (
        "what",
        "requests",
        "seconds min",
        "median",
        "max",
        "CPU s",
        "stand-ins' CPU s",
        f"≤ {BOUND} s",
    ):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for name, ticks in (
        (f"ticks in a row ({len(typical)}; every 3 h all accounts are looked at)", typical),
        (f"ticks that read every account ({len(full)})", full),
    ):
        seconds = [tick.seconds for tick in ticks]
        table.add_row(
            name,
            f"{median(tick.count for tick in ticks):.0f} … {max(tick.count for tick in ticks)}",
            f"{min(seconds):.2f}",
            f"{median(seconds):.2f}",
            f"{max(seconds):.2f}",
            f"{median(tick.cpu for tick in ticks):.2f}",
            f"{median(tick.theirs for tick in ticks):.2f}",
            "yes" if median(seconds) <= BOUND else "NO",
        )
    console = Console(width=140)
    console.print(table)
    best = min(full, key=lambda tick: tick.seconds)
    table = Table(title="the same reads with the usual clients, one after the other, kept nowhere")
    for heading in (
        "platform",
        "client",
        "requests",
        "seconds",
        "CPU s",
        "stand-ins' CPU s",
        "CPU ms a request",
    ):
        table.add_column(heading, justify="left" if heading in ("platform", "client") else "right")
    for platform, timed in usual.items():
        table.add_row(platform, _client(platform), *_cells(timed))
    whole = Timed(
        sum(timed.seconds for timed in usual.values()),
        sum(timed.cpu for timed in usual.values()),
        sum(timed.theirs for timed in usual.values()),
        {platform: timed.requests.get(platform, {}) for platform, timed in usual.items()},
    )
    table.add_row("all", "", *_cells(whole), end_section=True)
    table.add_row("all", "kiprah: the best tick that reads every account", *_cells(best))
    table.add_row(
        "ratio",
        "",
        "",
        f"{whole.seconds / best.seconds:.1f}",
        f"{whole.cpu / best.cpu:.1f}",
        "",
        "",
    )
    console.print(table)
    console.print(clients.NOTES)


def _client(platform: Platform) -> str:
    package = clients.PACKAGES[platform]
    return f"{package} {version(package)}"


def _cells(timed: Timed) -> tuple[str, ...]:
    return (
        str(timed.count),
        f"{timed.seconds:.2f}",
        f"{timed.cpu:.2f}",
        f"{timed.theirs:.2f}",
        f"{1000 * timed.cpu / max(timed.count, 1):.1f}",
    )


if __name__ == "__main__":
    main()
