"""The figures that docs/biaya.md and docs/skala.md are made of, and the documents themselves.

    python -m tests.bench.figures            write the documents' tables from figures.json
    python -m tests.bench.figures --count    count anew first: a quarter of an hour on two cores
    python -m tests.bench.figures --count --only large
    python -m tests.bench.figures --check    1 when a document is not what its figures make

Tables stand between markers; the words around them are written by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench import budget_tables

FIGURES = Path(__file__).with_suffix(".json")
DOCS = Path(__file__).parents[2] / "docs"
MARKED = re.compile(r"(<!-- tabel: ([a-z-]+) -->\n).*?(<!-- akhir -->\n)", re.DOTALL)
PAGES = ("biaya.md", "skala.md")


def counted(name: str) -> dict[str, Any]:
    """One of the counts, as figures.json holds it."""
    # Imported here: the documents are written without anything being simulated.
    from tests.bench import large, month

    if name == "large":
        found = large.count(LARGE)
        run = {job: dict(count) for job, count in found.days[0].items()}
        return {**_facts(found), "run": run}
    satker, posts, queue = {
        "real": (50, month.REAL_POSTS, False),
        "small": (10, month.REAL_POSTS, False),
        "busy": (5, 15 * month.REAL_POSTS, False),
        "queued": (50, month.REAL_POSTS, True),
    }[name]
    middle = month.representative()[-1]
    found = month.count(satker, posts, queue=queue, only=(middle,) if queue else None)
    if queue:
        return {**_facts(found), "day": {job: dict(c) for job, c in found.days[middle].items()}}
    return {
        **_facts(found),
        "month": {job: dict(count) for job, count in month.together(found.days).items()},
        "middle": {job: dict(count) for job, count in found.days[middle].items()},
        "worst": {
            what: month.worst(found.days, what) for what in ("reads", "writes", "deletes", "puts")
        },
        "busiest": dict(found.busiest),
    }


LARGE = 1_000  # units, run for themselves; five times as many take five times as much
COUNTS = ("real", "busy", "large", "small", "queued")


def count(name: str) -> None:
    """Count one anew and put it into figures.json, beside what others put there meanwhile."""
    began = perf_counter()
    found = {**counted(name), "counted": f"{datetime.now(UTC):%Y-%m-%d}"}
    figures = {**load(), name: found}
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stderr.write(f"{name}: counted in {perf_counter() - began:.0f} s\n")


def pages(figures: Mapping[str, Any]) -> dict[str, str]:
    """The documents as their figures make them, by name."""
    tables = budget_tables.tables(figures)

    def filled(found: re.Match[str]) -> str:
        return f"{found[1]}\n{tables[found[2]]}\n{found[3]}"

    return {name: MARKED.sub(filled, (DOCS / name).read_text(encoding="utf-8")) for name in PAGES}


def load() -> dict[str, Any]:
    """What was counted last; empty before the first time."""
    if not FIGURES.exists():
        return {}
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return found


def _by_process(name: str) -> int:
    command = [sys.executable, "-c", f"from tests.bench.figures import count; count({name!r})"]
    return subprocess.run(command, check=False).returncode


def _facts(found: Any) -> dict[str, Any]:
    return {
        "satker": found.satker,
        "posts": round(found.posts, 4),
        "posts_counted": found.stored["posts:documents"],
        "stored": dict(sorted(found.stored.items())),
        "site": dict(found.site),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Count, write or check; 1 when a checked document differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.figures", description=__doc__)
    parser.add_argument("--count", action="store_true", help="count anew")
    parser.add_argument("--only", nargs="*", choices=COUNTS, default=COUNTS, help="of the counts")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    if options.count:
        # A process of its own for each, as many at once as there are cores; the longest first.
        with ThreadPoolExecutor(2) as pool:
            names = [name for name in COUNTS if name in options.only]
            if any(pool.map(_by_process, names)):
                return 1
    made = pages(load())
    differing = [n for n in PAGES if (DOCS / n).read_text(encoding="utf-8") != made[n]]
    if options.check:
        for name in differing:
            sys.stderr.write(f"docs/{name} is not what its figures make; run: make figures\n")
        return 1 if differing else 0
    for name in differing:
        (DOCS / name).write_text(made[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
