"""What a run of publish costs with few and with many months behind it.

    python -m tests.bench publishing [--months 2 60] [--posts 300]

47 units; the months before the running one are final. First everything is published, which is not
measured. Then come runs with nothing new, and runs before each of which some posts have been read
once more and scored: what a busy half hour brings. The site lies in memory; of several runs the
middle one counts, by the processor time of this process.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from functions import log
from functions.model import run_id
from functions.publish.job import publish
from functions.score.job import score
from functions.settings import Settings
from tests.bench.archive import Archive
from tests.bench.counted import CountedObjects
from tests.clock import store_clock

RUNS = 7
CHANGED = 60  # posts read once more before a run with something new
COUNTED = ("reads", "listed", "got", "objects", "bytes")


class Runs(NamedTuple):
    """Several runs of a kind: seconds of the middle one, and the last one's report."""

    seconds: float
    report: Mapping[str, Any]


class Measured(NamedTuple):
    """A store with so many final months; the report of the first run, which made everything."""

    months: int
    first: Runs
    idle: Runs
    busy: Runs


def measure(folder: Path, months: int, posts: int) -> Measured:
    """Fill a store, publish it, and measure the runs that follow."""
    archive, objects = Archive(folder / "kiprah.db"), CountedObjects()
    archive.add_final_months(months, posts)
    archive.fill_running_month(posts)
    now = archive.now

    def run(at: datetime) -> dict[str, Any]:
        name = run_id("publish", at)
        return publish(archive.agency, objects, now=at, settings=Settings(), run_id=name)

    def later() -> datetime:
        nonlocal now
        now += timedelta(minutes=1)
        return now

    def rescored() -> datetime:
        archive.now = later()
        archive.change(CHANGED)
        at = archive.now
        with store_clock(lambda: at):
            score(archive.agency, now=at, run_id=run_id("score", at), clock=lambda: at)
        return later()

    measured = Measured(
        months,
        _runs(1, later, run),
        _runs(RUNS, later, run),
        _runs(RUNS, rescored, run),
    )
    archive.close()
    return measured


def _runs(
    count: int, prepare: Callable[[], datetime], run: Callable[[datetime], dict[str, Any]]
) -> Runs:
    seconds, report = [], {}
    for _ in range(count):
        at = prepare()
        began = process_time()
        report = run(at)
        seconds.append(process_time() - began)
    return Runs(median(seconds), report)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench publishing", description=__doc__)
    parser.add_argument("--months", type=int, nargs="+", default=[2, 60])
    parser.add_argument("--posts", type=int, default=300, help="of each month")
    options = parser.parse_args(arguments)
    table = Table(title="a run of publish over 47 units")
    for heading in ("months behind it", "what is new", "ms", *COUNTED):
        table.add_column(heading, justify="right")
    log.quiet()
    for months in options.months:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder), months, options.posts)
        for name in ("first", "idle", "busy"):
            runs: Runs = getattr(found, name)
            said = {"first": "everything", "idle": "nothing", "busy": f"{CHANGED} posts"}[name]
            counts = [f"{runs.report[counted]:,}" for counted in COUNTED]
            table.add_row(str(months), said, f"{1000 * runs.seconds:,.1f}", *counts)
    log.speak()
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
