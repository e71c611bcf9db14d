"""A month recomputed from its evidence in this process, by our rules in Python or by DuckDB's SQL.

    python -m tests.bench.recompute kiprah bukti.jsonl
    python -m tests.bench.recompute duckdb bukti.jsonl

Prints JSON: seconds by step, the peak in kB, and each satker's posts, measured posts and I24.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.peak import peak

Totals = dict[str, tuple[int, int, int | None]]
Steps = dict[str, float]

# The rules of RULES.md once more. Sums are of whole numbers, so they are as exact as ours.
SQL = Path(__file__).with_name("recompute.sql")


def by_kiprah(path: Path) -> tuple[Totals, Steps]:
    """What ``kiprah audit`` does with a month's evidence."""
    from functions.score.rules.judging import judge_month
    from functions.score.rules.ranking import rank
    from functions.store import evidence as ev
    from functions.store import rankings

    steps: Steps = {}
    with _timed(steps, "decode"):
        evidence = ev.decode(path.read_bytes())
    with _timed(steps, "judge"):
        judgement = judge_month(evidence)
    with _timed(steps, "rank"):
        ranking = rank(evidence, judgement)
    with _timed(steps, "encode"):
        rankings.encode(ranking)
    official = next(
        ranked for ranked in ranking.lists if not (ranked.platform or ranked.kind or ranked.band)
    )
    return {row.satker: (row.posts, row.measured, row.i24) for row in official.rows}, steps


def by_duckdb(path: Path) -> tuple[Totals, Steps]:
    """The same sums, without lists, movement, engagement rates and flags."""
    import duckdb

    steps: Steps = {}
    connection = duckdb.connect(config={"threads": 2})
    read, query = SQL.read_text().split(";\n")[:2]
    with _timed(steps, "read"):
        connection.execute(read, {"path": str(path)})
    with _timed(steps, "ask"):
        rows = connection.execute(query).fetchall()
    return {satker: (posts, measured, i24) for satker, posts, measured, i24 in rows}, steps


WAYS = {"kiprah": by_kiprah, "duckdb": by_duckdb}


def main(way: str, path: str) -> None:
    """Recompute and print."""
    # What is imported is no part of the work.
    __import__("duckdb" if way == "duckdb" else "functions.score.rules.ranking")
    totals, steps = WAYS[way](Path(path))
    found: dict[str, Any] = {"totals": totals, "steps": steps, "peak": peak()}
    sys.stdout.write(json.dumps(found))


@contextmanager
def _timed(steps: Steps, name: str) -> Iterator[None]:
    began = perf_counter()
    yield
    steps[name] = perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
