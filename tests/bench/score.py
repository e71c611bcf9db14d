"""Scoring: a month recomputed from its evidence, and what a run costs when the store has grown.

    python -m tests.bench.score [--posts 100000] [--store 1000000]

The month is recomputed by `kiprah audit`'s steps, and its sums once more by DuckDB in SQL: both
have to come to the same before their times are shown. Then the real command scores 500 posts that
changed, over a year of final months and a running one. Each measured thing is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from functions import log
from tests.bench.archive import TURN, Archive, write_evidence

SECONDS, MEGABYTES = 3, 500  # bounds for recomputing a month
CHANGED = 500
EARLIER = 11  # final months beside the running one


@dataclass(frozen=True, slots=True)
class Run:
    """A score run over a store: its posts, those of the running month, and what it took."""

    stored: int
    running: int
    seconds: float
    peak: float
    report: Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.score", description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000, help="of the recomputed month")
    parser.add_argument(
        "--store",
        type=int,
        default=1_000_000,
        help="posts in the store, a tenth in the month; or 0",
    )
    options = parser.parse_args(arguments)
    log.quiet()
    console = Console(width=140)
    with tempfile.TemporaryDirectory() as folder:
        console.print(_recomputed(Path(folder) / "bukti.jsonl", options.posts))
        if options.store:
            console.print(_runs(Path(folder), options.store))


def _recomputed(path: Path, posts: int) -> Table:
    """The month by both ways; RuntimeError when they differ."""
    write_evidence(path, posts)
    ways = {way: _recompute(way, path) for way in ("kiprah", "duckdb")}
    ours, theirs = (ways[way]["totals"] for way in ("kiprah", "duckdb"))
    if ours != theirs:
        differing = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        said = [(name, ours.get(name), theirs.get(name)) for name in differing[:3]]
        raise RuntimeError(f"{len(differing)} satker differ (kiprah, then DuckDB): {said}")
    counted, measured, i24 = (sum(row[n] or 0 for row in ours.values()) for n in range(3))
    table = Table(
        title=f"a month of {posts:,} posts from {path.stat().st_size / 1e6:.0f} MB of evidence; "
        f"both count {counted:,} posts of {len(ours)} satker, {measured:,} measured, I24 {i24:,}"
    )
    for heading in ("by", "steps", "s", f"≤ {SECONDS} s", "peak MB", f"≤ {MEGABYTES} MB"):
        table.add_column(heading, justify="left" if heading in ("by", "steps") else "right")
    for way, name in (
        ("kiprah", "kiprah: all lists, rates and flags"),
        ("duckdb", "DuckDB: these sums alone"),
    ):
        steps, peak = ways[way]["steps"], ways[way]["peak"] * 1024 / 1e6
        seconds = sum(steps.values())
        table.add_row(
            name,
            ", ".join(f"{step} {taken:.2f}" for step, taken in steps.items()),
            f"{seconds:.2f}",
            ("yes" if seconds <= SECONDS else "NO") if way == "kiprah" else "",
            f"{peak:.0f}",
            ("yes" if peak <= MEGABYTES else "NO") if way == "kiprah" else "",
        )
    return table


def _recompute(way: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.recompute", way, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _runs(folder: Path, stored: int) -> Table:
    month = stored // 10
    began = perf_counter()
    small = Archive(folder / "small.db")
    large = Archive(folder / "large.db")
    small.add_final_months(EARLIER, (stored // 10 - month // 10) // EARLIER)
    large.add_final_months(EARLIER, (stored - month // 10) // EARLIER)
    runs = []
    for archive, posts in ((small, month // 10), (large, month // 10), (large, month)):
        archive.fill_running_month(posts)
        runs.append(_run(archive, archive.change(CHANGED)))
        archive.now += TURN
    small.close()
    large.close()
    return _table(runs, perf_counter() - began)


def _run(archive: Archive, changed: int) -> Run:
    """The real command in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.peak", "score", "--json"]
    began = perf_counter()
    done = subprocess.run(
        [*command, "--now", archive.now.isoformat()],
        env={**os.environ, "KIPRAH_STORE": f"sqlite:///{archive.path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - began
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    report = json.loads(done.stdout)
    if report["folded"] != changed:
        raise RuntimeError(f"{report['folded']} posts were folded instead of {changed}")
    return Run(
        archive.stored,
        archive.running,
        seconds,
        int(done.stderr.split()[-1]) * 1024 / 1e6,
        report,
    )


def _table(runs: Sequence[Run], seconds: float) -> Table:
    table = Table(
        title=f"scoring up to {CHANGED} changed posts; {EARLIER} final months and the running one "
        f"(filled and measured in {seconds:.0f} s)"
    )
    for heading in ("posts in the store", "of them this month", "read", "written", "s", "peak MB"):
        table.add_column(heading, justify="right")
    for run in runs:
        table.add_row(
            f"{run.stored:,}",
            f"{run.running:,}",
            f"{run.report['reads']:,}",
            f"{run.report['writes']:,}",
            f"{run.seconds:.1f}",
            f"{run.peak:.0f}",
        )
    return table


if __name__ == "__main__":
    main()
