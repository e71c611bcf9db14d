"""Two programs, written apart from the same rules, rank every month alike.

More months than a short run has: ``KIPRAH_MONTHS=5000 pytest tests/periksa/test_agreement.py``.
"""

from __future__ import annotations

import os
import random
import tempfile
import zoneinfo
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from functions.model import month_bounds
from functions.score.rules.formula import USUAL
from functions.store import evidence as ev
from tests.periksa.months import month
from tests.periksa.program import Case, publish, run, write
from tests.score import earlier
from tests.score.rules.test_ranking import months
from tests.test_truth import Step, World, steps

NEEDED = ("bukti.jsonl.gz", "bukti.sha256", "ranking.json")
MONTHS = int(os.environ.get("KIPRAH_MONTHS", "300"))


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """So many examples of a strategy, the same in every run."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take(example: Any) -> None:
        found.append(example)

    take()
    return found


def by_formula(evidence: ev.Evidence, version: str) -> ev.Evidence:
    """The month as that version of the rules would have ranked it."""
    header = msgspec.structs.replace(evidence.month, formula=version, rules=USUAL[version])
    return msgspec.structs.replace(evidence, month=header)


def assert_same(results: Iterable[dict[str, Any]]) -> None:
    for number, found in enumerate(results):
        told = (found.get("crash"), found.get("faults"), found.get("count"), found.get("isNamed"))
        assert told == (None, [], 0, True), (number, told, found.get("differences"))


def test_random_months_are_ranked_alike(node: Path, tmp_path: Path) -> None:
    cases = [publish(tmp_path / str(seed), month(seed)) for seed in range(MONTHS)]
    assert_same(run(node, cases))


def test_the_months_of_the_rules_own_tests_are_ranked_alike(node: Path, tmp_path: Path) -> None:
    found = drawn(months(), 100)
    cases = [
        publish(tmp_path / f"{n}-{version}", by_formula(evidence, version))
        for n, evidence in enumerate(found)
        for version in USUAL
    ]
    assert_same(run(node, cases))


@pytest.mark.parametrize("kept", earlier.SETTINGS)
def test_a_month_that_an_earlier_version_froze_is_ranked_alike(
    node: Path, tmp_path: Path, kept: str
) -> None:
    lines = earlier.lines(kept)
    assert_same(run(node, [write(tmp_path, lines, earlier.ranking(kept), digest=ev.digest(lines))]))


def put_down(files: Mapping[str, bytes], folder: Path) -> list[Case]:
    """Every month of a site, and each revision of it, with the evidence that it names."""
    for path, body in files.items():
        if path.startswith("data/") and path.endswith(NEEDED):
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
    cases = []
    before: Path | None = None
    for latest in sorted((folder / "data").glob("20*")):
        frozen = sorted(latest.glob("r[0-9]"))
        for place in (latest, *frozen):
            number = len(frozen) if place == latest else int(place.name[1:])
            cases.append(
                {
                    "evidence": place / "bukti.jsonl.gz",
                    "ranking": place / "ranking.json",
                    "digest": (place / "bukti.sha256").read_text(),
                    "month": latest.name,
                    "before": sorted(before.rglob("bukti.jsonl.gz")) if before else [],
                    "revised": sorted(latest.glob(f"r{number - 1}/bukti.jsonl.gz")),
                }
            )
        before = latest
    return cases


def test_months_that_the_jobs_made_are_ranked_alike_and_form_a_chain(
    node: Path, tmp_path: Path
) -> None:
    """Units that are added, ended, moved and decided about, over months that become final."""
    cases: list[Case] = []
    last = Step(hours=24 * 20, edits=(("decide", 0, 4),), posts=((0, 3), (1, 3)), publishes=True)
    for number, taken in enumerate(drawn(st.lists(steps, min_size=3, max_size=6), 3)):
        with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
            for step in (*taken, last, last, last):
                world.take(replace(step, publishes=True))
            cases += put_down(world.objects.files, tmp_path / str(number))
    results = run(node, cases)
    assert_same(results)
    for link in ("chain", "revision"):
        told = Counter(found[link] for found in results)
        assert told["same"] >= 3
        assert told.keys() <= {"same", "none"}


def test_months_begin_and_end_alike_in_every_time_zone(node: Path) -> None:
    """Also where a clock is put forward or back at the very midnight.

    Years that are over: of those to come, one table of laws may know more than another.
    """
    names = sorted(zoneinfo.available_timezones() - {"Factory", "localtime"})
    asked = [
        {"zone": zone, "month": f"{year}-{number:02}"}
        for zone in random.Random(1).sample(names, 120)
        for year in (2016, 2020, 2023, 2024)
        for number in (1, 3, 4, 9, 10, 11)
    ]
    expected = [
        [int(at.timestamp()) for at in month_bounds(each["month"], ZoneInfo(each["zone"]))]
        for each in asked
    ]
    assert run(node, asked) == expected


def test_a_post_of_another_month_counts_nowhere(node: Path, tmp_path: Path) -> None:
    """Real evidence holds none; both programs leave out what somebody would put in."""
    made = next(m for m in map(month, range(99)) if len(m.items) > 5 and not m.decisions)
    zone = ZoneInfo(made.month.timezone)
    begin, _ = month_bounds(made.month.month, zone)
    strays = tuple(
        msgspec.structs.replace(item, published_at=begin - timedelta(seconds=1), samples=())
        for item in made.items
    )
    [found] = run(node, [publish(tmp_path, msgspec.structs.replace(made, items=strays))])
    assert found["count"] == 0
