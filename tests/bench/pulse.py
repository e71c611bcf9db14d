"""What the pulse costs a ministry: documents a day, its size, and its part of a tick's time.

    python -m tests.bench.pulse [--satker 47] [--posts 5] [--latency 0.05]

The second day of collecting every 15 minutes is counted. In the same ticks the time is taken that
reckoning, covering and noting what grew need, and how late each platform's accounts are known.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from functions import log
from functions.collect import job
from functions.collect import state as states
from functions.collect.sync import PlatformSync
from functions.model import DAY, PLATFORMS
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.bench.ministry import BEGIN, TICK, account_rows, register, run_ticks, settings
from tests.bench.stand_ins import Plan, stand_ins
from tests.bench.stored import document_bytes

MOST_WRITES, MOST_BYTES, MOST_SHARE = 120, 200_000, 0.05
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Counted:
    """A day's ticks.

    Attributes:
        seconds: of each tick by the wall, and of this process's CPU; ``ours``: of it the pulse's.
        reads, writes: documents that noting it took.
        size: of the largest day's document, in bytes as Firestore counts them.
        late: how far behind a tick the accounts are known, in hours, by platform.
    """

    seconds: list[tuple[float, float]] = field(default_factory=list)
    ours: list[tuple[float, float]] = field(default_factory=list)
    reads: int = 0
    writes: int = 0
    size: int = 0
    late: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate two days and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pulse", description=__doc__)
    parser.add_argument("--satker", type=int, default=47, help="with an account on each platform")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    options = parser.parse_args(arguments)
    log.quiet()
    _print(count(options.satker, options.posts, options.latency), options)


def count(satker: int, posts: float, latency: float) -> Counted:
    """The second day of a ministry."""
    plan = Plan(account_rows(satker), BEGIN, days=3, posts_per_day=posts)
    with stand_ins(plan) as platforms, tempfile.TemporaryDirectory() as folder:
        loaded = settings(platforms.url, Path(folder))
        agency = open_agency(loaded)
        register(agency, loaded, satker)
        now = run_ticks(agency, loaded, platforms, BEGIN, BEGIN + DAY)
        platforms.set_latency(latency)
        found = Counted()
        while now < BEGIN + 2 * DAY:
            with _timed(agency, found):
                began, cpu = perf_counter(), process_time()
                run_ticks(agency, loaded, platforms, now, now + TICK)
                found.seconds.append((perf_counter() - began, process_time() - cpu))
            _look(agency, now, found)
            now += TICK
        documents = [*agency.store.list(f"{agency.root}/pulse")]
        found.size = max(document_bytes(each.path, each.data) for each in documents)
        agency.store.close()
    return found


@contextmanager
def _timed(agency: AgencyStore, found: Counted) -> Iterator[None]:
    """Take the time of everything in a tick that is the pulse's."""
    meter, spent = agency.store.meter, [0.0, 0.0]

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def doing(*asked: Any) -> Any:
            began, cpu = perf_counter(), process_time()
            reads, writes = meter.reads, meter.writes
            try:
                return work(*asked)
            finally:
                spent[0] += perf_counter() - began
                spent[1] += process_time() - cpu
                found.reads += meter.reads - reads
                found.writes += meter.writes - writes

        return doing

    with (
        patch.object(PlatformSync, "growth", timed(PlatformSync.growth)),
        patch.object(job.pulse, "note", timed(job.pulse.note)),
    ):
        yield
    found.ours.append((spent[0], spent[1]))


def _look(agency: AgencyStore, now: datetime, found: Counted) -> None:
    """How late the accounts are known after a tick."""
    for platform in PLATFORMS:
        state = states.decode(agency.sync_state(platform).body or b"")
        for account in state.accounts.values() if state is not None else ():
            if account.covered_until is not None:
                found.late[platform].append((now - account.covered_until) / HOUR)


def _print(found: Counted, options: argparse.Namespace) -> None:
    table = Table(
        title=f"the pulse of {options.satker} satker with {options.satker * len(PLATFORMS)} "
        f"accounts, {options.posts:g} posts a day of each, at "
        f"{1000 * options.latency:.0f} ms a response"
    )
    for heading in ("what", "counted", "bound", "holds"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for what, counted, most in (
        ("documents written a day", found.writes, MOST_WRITES),
        ("documents read a day", found.reads, None),
        ("a day's document, bytes", found.size, MOST_BYTES),
    ):
        holds = _holds(counted <= most) if most else ""
        table.add_row(what, f"{counted:,}", f"≤ {most:,}" if most else "", holds)
    for n, name in enumerate(("by the wall", "of CPU")):
        ours = [1000 * spent[n] for spent in found.ours]
        rest = [1000 * spent[n] - own for spent, own in zip(found.seconds, ours, strict=True)]
        share = sum(ours) / sum(rest)
        table.add_row(f"a tick without it, ms {name}: median", f"{median(rest):.0f}")
        table.add_row(f"its part of a tick, ms {name}: median", f"{median(ours):.1f}")
        bound = (f"≤ {MOST_SHARE:.0%}", _holds(share <= MOST_SHARE)) if n == 0 else ()
        table.add_row(f"its part {name}", f"{share:.1%}", *bound)
    for platform, late in found.late.items():
        table.add_row(
            f"{platform}: hours behind, median (95 %)",
            f"{median(late):.1f} ({quantiles(late, n=20)[-1]:.1f})",
        )
    Console(width=120).print(table)


def _holds(holds: bool) -> str:
    return "yes" if holds else "NO"


if __name__ == "__main__":
    main()
