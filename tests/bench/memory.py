"""Peak memory of one collect tick over 5,000 accounts with about ten live posts each.

    python -m tests.bench.memory [--accounts 1000] [--only x]

The tick is the real command in a process that does nothing else; the stand-ins are another one.
The note is warm: two days were read before, every twelve hours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from functions import log
from functions.collect import state as states
from functions.model import PLATFORMS, Platform
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from tests.bench.ministry import (
    AMPLE,
    BEGIN,
    TICK,
    account_rows,
    environment,
    register,
    run_ticks,
    settings,
)
from tests.bench.stand_ins import NO_LIMIT, Plan, StandIns, stand_ins

WARM = timedelta(hours=42)
WARM_EVERY = timedelta(hours=12)
BOUND = 300  # MB, of a million bytes


@dataclass(frozen=True, slots=True)
class Tick:
    """A measured tick: its peak in MB, its seconds, and the run's own report."""

    name: str
    peak: float
    seconds: float
    report: dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Warm the note up, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000, help="on each platform")
    parser.add_argument("--only", choices=PLATFORMS, help="this platform alone")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    options = parser.parse_args(arguments)
    log.quiet()
    measured: tuple[Platform, ...] = (options.only,) if options.only else PLATFORMS
    plan = Plan(
        account_rows(options.accounts, measured),
        BEGIN,
        days=4,
        posts_per_day=options.posts,
        history_days=2,
        youtube_units=NO_LIMIT,
    )
    console = Console(width=140)
    try:
        _measure_ticks(console, plan, measured, options)
    except StoreError as error:
        accounts = options.accounts * len(measured)
        console.print(f"one tick over {accounts:,} accounts: NO, it cannot be stored: {error}")


def _measure_ticks(
    console: Console, plan: Plan, measured: tuple[Platform, ...], options: argparse.Namespace
) -> None:
    with stand_ins(plan) as platforms, tempfile.TemporaryDirectory() as folder:
        loaded = settings(platforms.url, Path(folder), AMPLE)
        agency = open_agency(loaded)
        register(agency, loaded, options.accounts, platforms=measured)
        began = perf_counter()
        now = run_ticks(agency, loaded, platforms, BEGIN, BEGIN + WARM, every=WARM_EVERY)
        console.print(f"warmed up in {perf_counter() - began:.0f} s")
        live = _live(agency, measured)
        ticks = []
        variables = environment(platforms.url, Path(folder)) | AMPLE
        for name, minutes in (("every account is read", "1"), ("a quarter hour later", "180")):
            given = variables | {"KIPRAH_DISCOVER_EVERY": minutes}
            ticks.append(_measure(name, given, platforms, now))
            now += TICK
        agency.store.close()
    console.print(_table(ticks, options, measured, live))


def _measure(name: str, variables: dict[str, str], platforms: StandIns, now: datetime) -> Tick:
    platforms.set_clock(now)
    command = [sys.executable, "-m", "tests.bench.peak", "collect", "--json"]
    began = perf_counter()
    done = subprocess.run(
        [*command, "--now", now.isoformat()],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - began
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Tick(
        name,
        int(done.stderr.split()[-1]) * 1024 / 1e6,
        seconds,
        json.loads(done.stdout),
    )


def _live(agency: AgencyStore, measured: Sequence[Platform]) -> tuple[int, int]:
    """Posts in the notes, and the bytes of the largest note."""
    posts, largest = 0, 0
    for platform in measured:
        body = agency.sync_state(platform).body
        note = states.decode(body or b"")
        posts += len(note.posts) if note else 0
        largest = max(largest, len(body or b""))
    return posts, largest


def _table(
    ticks: Sequence[Tick],
    options: argparse.Namespace,
    measured: Sequence[Platform],
    live: tuple[int, int],
) -> Table:
    accounts = options.accounts * len(measured)
    posts, largest = live
    where = measured[0] if len(measured) == 1 else "the five platforms"
    table = Table(
        title=f"one tick over {accounts:,} accounts on {where}, {posts / accounts:.1f} live posts "
        f"each, the largest note {largest / 1e6:.2f} MB"
    )
    for heading in (
        "tick",
        "requests",
        "accounts read",
        "posts read",
        "s",
        "peak MB",
        f"< {BOUND} MB",
    ):
        table.add_column(heading, justify="left" if heading == "tick" else "right")
    for tick in ticks:
        summaries = tick.report["platforms"].values()
        table.add_row(
            tick.name,
            *(
                f"{sum(summary[name] for summary in summaries):,}"
                for name in ("requests", "accounts_read", "posts_read")
            ),
            f"{tick.seconds:.1f}",
            f"{tick.peak:.0f}",
            "yes" if tick.peak < BOUND else "NO",
        )
    return table


if __name__ == "__main__":
    main()
