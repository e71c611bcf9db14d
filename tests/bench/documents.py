"""Documents that a normal day reads and writes, by job, counted as Firestore bills them.

    python -m tests.bench.documents [--satker 47] [--posts 5] [--day middle] [--day first]

Collect runs every 15 minutes, score and publish every 30. Counted is the second day of collecting,
so that nothing of the beginning is in it: in the middle of a month or, the dearest day, the first
of one, while the month before is still open beside it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from functions import log
from functions.model import PLATFORMS, run_id
from functions.publish.job import publish
from functions.publish.targets import open_objects
from functions.score.job import score
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Meter
from tests.bench.ministry import TICK, account_rows, register, run_ticks, settings
from tests.bench.stand_ins import Plan, stand_ins
from tests.clock import store_clock

DAY = timedelta(days=1)
SCORE_EVERY = timedelta(minutes=30)
MOST_READS, MOST_WRITES = 40_000, 15_000
# Midnight in Jakarta, at which collecting begins; the day after is counted.
DAYS = {
    "middle": datetime(2026, 10, 13, 17, tzinfo=UTC),
    "first": datetime(2026, 10, 30, 17, tzinfo=UTC),
}
JOBS = ("collect", "score", "publish")


@dataclass(slots=True)
class Count:
    """Documents read and written, runs, and seconds they took here."""

    reads: int = 0
    writes: int = 0
    runs: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Counts:
    """By job; what is counted lies between one call of ``job`` and its end."""

    meter: Meter
    jobs: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """Count what happens inside for a job."""
        reads, writes, began = self.meter.reads, self.meter.writes, perf_counter()
        yield
        count = self.jobs[name]
        count.reads += self.meter.reads - reads
        count.writes += self.meter.writes - writes
        count.runs += 1
        count.seconds += perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.documents", description=__doc__)
    parser.add_argument("--satker", type=int, default=47, help="with an account on each platform")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    parser.add_argument(
        "--day", choices=DAYS, action="append", help="of the month; may be repeated (middle)"
    )
    options = parser.parse_args(arguments)
    log.quiet()
    table = Table(
        title=f"documents on a normal day, {options.satker} satker with "
        f"{options.satker * len(PLATFORMS)} accounts, {options.posts:g} posts a day of each"
    )
    for heading in ("day", "job", "runs", "read", "written", "read a run", "s a run", "holds"):
        table.add_column(heading, justify="left" if heading in ("day", "job") else "right")
    for day in options.day or ["middle"]:
        jobs = _count(options.satker, options.posts, DAYS[day])
        _add(table, f"{day} of a month", jobs)
    Console(width=140).print(table)


def _count(satker: int, posts: float, begin: datetime) -> dict[str, Count]:
    plan = Plan(account_rows(satker), begin, days=3, posts_per_day=posts)
    now = begin
    with (
        stand_ins(plan) as platforms,
        tempfile.TemporaryDirectory() as folder,
        store_clock(lambda: now),
    ):
        loaded = settings(platforms.url, Path(folder))
        agency = open_agency(loaded)
        register(agency, loaded, satker, begin)
        counts = Counts(agency.store.meter)
        while now < begin + 2 * DAY:
            with counts.job("collect"):
                run_ticks(agency, loaded, platforms, now, now + TICK)
            # On the day before, the last turn leaves behind what all of them would.
            if now >= begin + DAY - SCORE_EVERY and (now - begin) % SCORE_EVERY == timedelta(0):
                _score_and_publish(agency, loaded, now, counts)
            now += TICK
            if now == begin + DAY:
                counts.jobs.clear()
        agency.store.close()
    return counts.jobs


def _score_and_publish(
    agency: AgencyStore, loaded: Settings, now: datetime, counts: Counts
) -> None:
    with counts.job("score"):
        score(agency, now=now, run_id=run_id("score", now))
    with counts.job("publish"):
        name = run_id("publish", now)
        publish(agency, open_objects(loaded.site), now=now, settings=loaded, run_id=name)


def _add(table: Table, day: str, jobs: dict[str, Count]) -> None:
    for job in JOBS:
        count = jobs[job]
        table.add_row(
            day,
            job,
            str(count.runs),
            f"{count.reads:,}",
            f"{count.writes:,}",
            f"{count.reads / count.runs:,.0f}",
            f"{count.seconds / count.runs:.2f}",
            "",
        )
        day = ""
    reads = sum(count.reads for count in jobs.values())
    writes = sum(count.writes for count in jobs.values())
    holds = reads <= MOST_READS and writes <= MOST_WRITES
    table.add_row(
        "",
        f"all (≤ {MOST_READS:,} and {MOST_WRITES:,})",
        "",
        f"{reads:,}",
        f"{writes:,}",
        "",
        "",
        "yes" if holds else "NO",
        end_section=True,
    )


if __name__ == "__main__":
    main()
