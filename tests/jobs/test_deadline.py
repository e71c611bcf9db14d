"""A run ends before its function does, and what it leaves is done by the next ones.

The clock is one that a slow store, or a slow bucket, moves on by each of its calls.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.planning.quota import RUN
from functions.collect.reading.session import TIME_LIMIT
from functions.jobs.deadline import NEVER, Deadline, deadline_of, working_seconds
from functions.model import Agency
from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import File
from functions.score.job import score, score_all
from functions.score.run import ScoreReport
from functions.settings import Settings
from functions.settings.cadence import CADENCES
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.sqlite import SqliteStore
from tests.factories import BEGIN, END, measured_post
from tests.publish.pieces import tree
from tests.publish.world import NOW, World
from tests.score.scoring import ministry

DAY = timedelta(days=1)
BEGAN = BEGIN - 95 * DAY


class Slow:
    """A clock that does not go by itself."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def deadline(self, seconds: float) -> Deadline:
        return Deadline(self.now + seconds, self)


class SlowStore(SqliteStore):
    """Each call takes a second."""

    def __init__(self, path: Path, clock: Slow) -> None:
        super().__init__(path)
        self.clock = clock

    def get(self, paths: Any) -> Any:
        self.clock.now += 1
        return super().get(paths)

    def list(self, collection: str, **bounds: Any) -> Any:
        self.clock.now += 1
        return super().list(collection, **bounds)

    def write(self, writes: Any) -> None:
        self.clock.now += 1
        super().write(writes)


# The rule


def test_a_job_stops_beginning_work_well_before_its_function_is_killed() -> None:
    for job, cadence in CADENCES.items():
        left = cadence.timeout - working_seconds(job)
        assert left >= 120, "for what is under way, and the report"
        clock = Slow()
        deadline = deadline_of(job, clock)
        assert not deadline.is_over
        clock.now = working_seconds(job)
        assert deadline.is_over
    assert not NEVER.is_over


def test_collecting_has_the_same_rule() -> None:
    assert working_seconds("collect") == TIME_LIMIT == RUN.total_seconds()


# Scoring


def life(path: Path, clock: Slow) -> AgencyStore:
    """Four months and a bit of three accounts, of which nothing was scored yet."""
    agency = ministry(SlowStore(path, clock), began=BEGAN)
    agency.save_posts(
        measured_post(n % 7, account=account, post_id=f"{account[-1]}{n}", at=BEGAN + n * 3 * DAY)
        for n in range(1, 40)
        for account in ("x:1", "x:3", "instagram:2")
    )
    return agency


def scored(agency: AgencyStore, now: Any, deadline: Deadline) -> ScoreReport:
    return score(agency, now=now, run_id="run", clock=lambda: now, deadline=deadline)


def known(agency: AgencyStore) -> dict[str, Any]:
    """Everything that readers, and later runs, may see of the scoring."""
    months = agency.months()
    return {
        "months": months,
        "frozen": {m: agency.frozen_evidence(m, 1) for m in months},
        "entries": {
            (m, name, post): entry
            for m in months
            for name, ledger in agency.ledgers(m).items()
            for post, entry in ledger.entries.items()
        },
        "reached": agency.cursor("score").get("reached") is not None,
        "left": agency.cursor("score").get("left"),
    }


@settings(max_examples=8)
@given(seconds=st.integers(0, 60), days=st.sampled_from([-20, -1, 1, 3, 20]))
def test_scoring_cut_short_as_often_as_it_may_be_ends_where_one_run_does(
    tmp_path_factory: pytest.TempPathFactory, seconds: int, days: int
) -> None:
    here, clock, now = tmp_path_factory.mktemp("score"), Slow(), END + days * DAY
    whole, cut = life(here / "whole.db", clock), life(here / "cut.db", clock)
    assert scored(whole, now, NEVER).postponed == []
    reports = [scored(cut, now, clock.deadline(seconds)) for _ in range(7)]
    assert all(r.months for r in reports[:1])
    ended = next(n for n, report in enumerate(reports) if not report.postponed)
    for before, report in itertools.pairwise(reports[: ended + 1]):
        assert report.postponed == before.postponed[-len(report.postponed) or len(reports) :]
        assert before.postponed[0] in report.months, "it goes on there"
    # A run that begins with the oldest again has nothing left to say.
    assert scored(cut, now, NEVER).postponed == []
    assert known(cut) == known(whole)
    whole.store.close()
    cut.store.close()


def test_what_changes_while_a_scoring_goes_on_is_not_lost(tmp_path: Path) -> None:
    clock, now = Slow(), END + DAY  # the last two months are alive
    agency = life(tmp_path / "a.db", clock)
    assert scored(agency, now, clock.deadline(0)).postponed
    new = measured_post(1000, account="x:1", post_id="late", at=BEGIN + DAY)
    agency.save_posts([new])
    reports = [scored(agency, now, clock.deadline(0)) for _ in range(12)]
    assert any(not report.postponed for report in reports)
    entry = next(e for e in known(agency)["entries"].items() if e[0][2] == "late")
    assert entry[1].verdict is not None
    assert entry[1].verdict.counted


def test_a_replay_of_an_earlier_time_scores_its_months_all_the_same(tmp_path: Path) -> None:
    clock = Slow()
    agency = life(tmp_path / "a.db", clock)
    while agency.cursor("score").get("left") != "2026-11":
        scored(agency, END + DAY, clock.deadline(0))
    replayed = scored(agency, BEGIN + 10 * DAY, NEVER)
    assert list(replayed.months) == ["2026-10"]
    assert replayed.postponed == []


# Several agencies


@pytest.fixture
def agencies(tmp_path: Path) -> Iterator[tuple[list[AgencyStore], Slow]]:
    clock = Slow()
    store = SlowStore(tmp_path / "three.db", clock)
    yield [ministry(store, agency=name) for name in ("a", "b", "c")], clock
    store.close()


def test_whoever_was_left_begins_the_next_time(agencies: tuple[list[AgencyStore], Slow]) -> None:
    agencies, clock = agencies
    rounds = []
    for _ in range(4):
        deadline = clock.deadline(1)
        report = score_all(
            agencies, now=BEGIN + DAY, run_id="r", clock=lambda: BEGIN + DAY, deadline=deadline
        )
        assert report["failed"] is False
        rounds.append((list(report["agencies"]), report["postponed"]))
    assert rounds == [
        (["a"], ["b", "c"]),
        (["b"], ["a", "c"]),
        (["c"], ["a", "b"]),
        (["a"], ["b", "c"]),
    ]
    report = score_all(agencies, now=BEGIN + DAY, run_id="r", clock=lambda: BEGIN + DAY)
    assert (list(report["agencies"]), report["postponed"]) == (["a", "b", "c"], [])
    assert agencies[0].cursor("left") == {"score": None}


@settings(max_examples=8)
@given(st.lists(st.integers(0, 400), min_size=12, max_size=12), st.integers(2, 5))
def test_no_agency_starves_however_long_the_others_take(
    tmp_path_factory: pytest.TempPathFactory, limits: list[int], count: int
) -> None:
    clock = Slow()
    store = SlowStore(tmp_path_factory.mktemp("many") / "a.db", clock)
    names = "abcde"[:count]
    agencies = [ministry(store, agency=name) for name in names]
    since = dict.fromkeys(names, 0)
    for limit in limits:
        deadline = clock.deadline(limit)
        report = score_all(
            agencies, now=BEGIN + DAY, run_id="r", clock=lambda: BEGIN + DAY, deadline=deadline
        )
        since = {n: 0 if n in report["agencies"] else since[n] + 1 for n in names}
        assert max(since.values()) < count
    store.close()


# Publishing


class SlowFolder(FolderObjects):
    """Each upload takes a second; three at a time."""

    parallel = 3

    def __init__(self, root: Path, clock: Slow) -> None:
        super().__init__(root)
        self.clock = clock

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        self.clock.now += 1
        return super().put(file, if_absent=if_absent)


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    store = open_store(sqlite_url)
    built = World(store)
    built.add_month("2026-10")
    yield built
    store.close()


def published(world: World, objects: FolderObjects, deadline: Deadline, **said: str) -> Any:
    return publish(
        world.agency,
        objects,
        now=NOW,
        settings=Settings(**said),  # type: ignore[arg-type]
        run_id="r",
        deadline=deadline,
    )


def test_a_site_that_is_put_in_pieces_is_whole_at_every_moment_and_the_same_in_the_end(
    world: World, tmp_path: Path
) -> None:
    clock = Slow()
    whole, pieces = FolderObjects(tmp_path / "whole"), SlowFolder(tmp_path / "pieces", clock)
    published(world, whole, NEVER)
    left = []
    for _ in range(100):
        report = published(world, pieces, clock.deadline(9))
        left.append(report["postponed"])
        # And the three files that tell how fresh the data are.
        assert report["objects"] <= 9 + pieces.parallel + 3
        assert report["objects"] == report["uploaded"]
        here = tree(tmp_path / "pieces")
        if left[-1]:
            assert "index.html" not in here
        # What a page shows the way to inside the site is there.
        for path, body in here.items():
            for link in re.findall(rb'href="(/[^"#?]*)"', body) if path == "index.html" else ():
                name = link.decode().lstrip("/")
                assert (f"{name}index.html" if name.endswith("/") or not name else name) in here
        if not left[-1]:
            break
    assert left == sorted(left, reverse=True)
    assert len(left) > 3
    assert tree(tmp_path / "pieces") == tree(tmp_path / "whole")
    assert published(world, pieces, clock.deadline(9))["uploaded"] == 0


def test_pages_that_change_with_every_run_do_not_keep_the_index_waiting(
    world: World, tmp_path: Path
) -> None:
    clock = Slow()
    objects = SlowFolder(tmp_path / "site", clock)
    published(world, objects, NEVER, notice="awal")
    files = len(tree(tmp_path / "site"))
    seen = []
    for number in range(-(-files // 9) + 1):
        report = published(world, objects, clock.deadline(9), notice=f"ke-{number}")
        assert report["postponed"] > 0
        seen.append(re.findall(r"awal|ke-\d+", (tmp_path / "site/index.html").read_text())[0])
    assert seen[0] == "awal"
    assert seen[-1] != "awal"


def test_a_run_whose_time_is_over_before_it_puts_anything_puts_a_handful(
    world: World, tmp_path: Path
) -> None:
    clock = Slow()
    report = published(world, SlowFolder(tmp_path / "site", clock), clock.deadline(-1))
    assert (
        1 <= report["objects"] <= 3 + 2 + 2 * 3
    )  # what says that they are there, and how fresh the data are
    assert report["postponed"] > 0


def test_agencies_without_a_deadline_are_all_begun(
    agencies: tuple[list[AgencyStore], Slow],
) -> None:
    agencies, _ = agencies
    run: Callable[..., Any] = score_all
    assert run(agencies, now=BEGIN + DAY, run_id="r", clock=lambda: BEGIN + DAY)["postponed"] == []
    assert {agency.agency for agency in agencies} == {Agency(id=name) for name in "abc"}
