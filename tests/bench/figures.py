"""The figures that docs/biaya.md and docs/skala.md are made of, and the documents themselves.

    python -m tests.bench.figures            write the documents' tables from figures.json
    python -m tests.bench.figures --count    count anew first: a quarter of an hour on two cores
    python -m tests.bench.figures --count --only large
    python -m tests.bench.figures --check    1 when a document is not what its figures make

Tables stand between markers; the words around them are written by hand.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench import budget_tables
from tests.bench.days import representative

FIGURES = Path(__file__).with_suffix(".json")
DOCS = Path(__file__).parents[2] / "docs"
MARKED = re.compile(r"(<!-- tabel: ([a-z-]+) -->\n).*?(<!-- akhir -->\n)", re.DOTALL)
PAGES = ("biaya.md", "skala.md")


# What is counted: units, times the real posts, whether by a queue, and on which days.
SIZES: Mapping[str, tuple[int, float, bool]] = {
    "real": (50, 1, False),
    "busy": (5, 15, False),
    "small": (10, 1, False),
    "queued": (50, 1, True),
}
LARGE = 1_000  # units, run for themselves; five times as many take five times as much
# What a queue changes does not depend on the month: the third day of all, in the days of September.
THIRD = -28


def parts() -> list[tuple[str, int]]:
    """Every count and its days, the longest first; each is a process of its own."""
    days = [(name, day) for name in ("real", "busy", "small") for day in representative()]
    return [("large", 0), *days, ("queued", THIRD)]


def count(name: str, day: int) -> None:
    """Count one day anew and put it into figures.json, beside what others put there meanwhile."""
    # Imported here: the documents are written without anything being simulated.
    from tests.bench import large, month

    began = perf_counter()
    if name == "large":
        found = large.count(LARGE)
    else:
        satker, times, queue = SIZES[name]
        found = month.count(satker, times * month.REAL_POSTS, queue=queue, only=(day,))
    with _alone():
        figures = load()
        held = figures.get(name, {})
        # Days that are no longer counted would stand for others.
        kept = {d: n for d, n in held.get("days", {}).items() if (name, int(d)) in parts()}
        held["days"] = {**kept, str(day): found.days[day]}
        if day >= max(map(int, held["days"])):
            held |= {
                "satker": found.satker,
                "posts": round(found.posts, 4),
                "posts_counted": found.stored["posts:documents"],
                "stored": found.stored,
                "site": found.site,
                "busiest": found.busiest,
                "counted": f"{datetime.now(UTC):%Y-%m-%d}",
            }
        figures[name] = held
        text = json.dumps(figures, indent=1, sort_keys=True)
        FIGURES.write_text(text + "\n", encoding="utf-8")
    sys.stderr.write(f"{name}, day {day}: counted in {perf_counter() - began:.0f} s\n")


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time, since several put their counts into one file."""
    with (FIGURES.parent / "figures.py").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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


def _by_process(part: tuple[str, int]) -> int:
    code = f"from tests.bench.figures import count; count{part!r}"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Count, write or check; 1 when a checked document differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.figures", description=__doc__)
    parser.add_argument("--count", action="store_true", help="count anew")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=[*SIZES, "large"],
        default=[*SIZES, "large"],
        help="of the counts",
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    if options.count:
        # As many at once as there are cores.
        with ThreadPoolExecutor(2) as pool:
            wanted = [part for part in parts() if part[0] in options.only]
            if any(list(pool.map(_by_process, wanted))):
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
