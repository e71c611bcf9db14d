"""From the platforms to the published figures, held against what a perfect observer would know."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from functions import log
from functions.collect.client import Connections
from functions.collect.job import collect
from functions.collect.tick import CollectRun
from functions.model import DAY, PLATFORMS, Entry, iso, parse_time, run_id
from functions.score.job import score
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.thresholds import SETTLED
from tests.collect.api import settings_for
from tests.collect.ministry import FIRST_TOKEN, handle_of, register, rows
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle, serve
from tests.platforms.truth import truth
from tests.platforms.world import World

ROOT = Path(__file__).parents[1]
UNITS = ("kanwil-ntt", "kanwil-bali", "kanwil-aceh")
START = datetime(2026, 9, 30, 17, tzinfo=UTC)  # October begins in Jakarta
HOUR = timedelta(hours=1)
DAYS = 3
# Discovery comes round every three hours, and some posts are listed late.
FOUND_BY = timedelta(hours=13)
# A removal is confirmed by two reads an hour apart, after the one that first missed the post.
CONFIRMED_BY = timedelta(hours=6)


class Compared(NamedTuple):
    """A post as it is, and as it was measured (None: never found)."""

    fact: dict[str, Any]
    entry: Entry | None

    @property
    def age(self) -> timedelta:
        return END - parse_time(self.fact["published_at"])


END = START + DAYS * DAY


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Compared]]:
    """Three days of three units on five platforms, collected hourly and scored at the end."""
    folder = tmp_path_factory.mktemp("whole")
    world = World.generate(31, rows(UNITS, page_tokens=True), START, DAYS + 2, posts_per_day=4)
    _take_some_back(world)
    log.quiet()
    with serve(world) as server:
        settings = settings_for(server.url, f"sqlite:///{folder}/kiprah.db", collect_every=60)
        agency = open_agency(settings)
        register(agency, settings, UNITS, START, page_tokens=True)
        asyncio.run(_hours(agency, settings, server))
        score(agency, now=END, run_id=run_id("score", END))
        yield _compare(world, agency)
        agency.store.close()
    log.speak()


def _take_some_back(world: World) -> None:
    """On each platform one post goes for good well before its mark, and one comes back."""
    for platform in PLATFORMS:
        young = [
            post
            for post in world.posts
            if post.account.platform == platform
            and post.kind == "post"
            and not post.versions
            and not post.stream
            and 0 < post.published - START.timestamp() < DAY.total_seconds()
        ]
        gone, back = young[:2]
        world.remove(gone, _later(gone.published, 9))
        world.remove(back, _later(back.published, 7), restored_at=_later(back.published, 15))


def _later(instant: int, hours: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC) + hours * HOUR


async def _hours(agency: AgencyStore, settings: Any, server: Handle) -> None:
    async with Connections() as connections:
        now = START
        while now <= END:
            server.set_clock(now)
            report = await collect(
                agency,
                settings,
                CollectRun(
                    now=now,
                    run_id=run_id("collect", now),
                    simulated=True,
                    connections=connections,
                ),
            )
            assert report.problems == []
            now += HOUR


def _compare(world: World, agency: AgencyStore) -> list[Compared]:
    entries = {
        (entry.post.platform, entry.post.account_id, entry.post.post_id): entry
        for month in ("2026-09", "2026-10")
        for ledger in agency.ledgers(month).values()
        for entry in ledger.entries.values()
    }
    facts = [
        fact
        for fact in truth(world, int(END.timestamp()))
        if parse_time(fact["published_at"]) >= START
    ]
    found = [
        Compared(fact, entries.pop((fact["platform"], fact["account_id"], fact["post_id"]), None))
        for fact in facts
    ]
    # What is in the ledgers and in no truth would be made up; posts of before do not count.
    assert [e for e in entries.values() if e.post.published_at >= START] == []
    assert [e for e in entries.values() if e.verdict and e.verdict.counted] == []
    return found


def measured(compared: list[Compared]) -> list[tuple[dict[str, Any], Entry]]:
    """The counted posts whose mark has passed by a tick."""
    return [
        (one.fact, one.entry)
        for one in compared
        if one.fact["counted"] and one.entry and one.age > DAY + HOUR
    ]


def test_the_world_is_worth_comparing(compared: list[Compared]) -> None:
    kinds = Counter(one.fact["why"] for one in compared)
    assert kinds["counted"] > 100
    assert {"reply", "repost", "share", "cover_photo", "event", "removed"} <= set(kinds)
    assert sum(one.fact["restored_at"] is not None for one in compared) == len(PLATFORMS)
    assert {one.fact["platform"] for one in compared} == set(PLATFORMS)
    assert any(one.fact["hidden"] for one in compared)
    assert any(one.fact["shared"] for one in compared)
    assert any(len(one.fact["ids"]) > 1 for one in compared)


def test_every_post_is_found(compared: list[Compared]) -> None:
    missing = [
        one.fact
        for one in compared
        if one.fact["counted"] and one.age > FOUND_BY and one.entry is None
    ]
    assert missing == []


def test_every_post_has_its_own_time_and_address(compared: list[Compared]) -> None:
    wrong = [
        one
        for one in compared
        if one.fact["counted"]
        and one.entry
        and (iso(one.entry.post.published_at), one.entry.post.url)
        != (one.fact["published_at"], one.fact["url"])
    ]
    assert wrong == []


def test_every_state_is_the_one_its_age_asks_for(compared: list[Compared]) -> None:
    for one in compared:
        if not (one.fact["counted"] and one.entry and one.entry.verdict):
            continue
        state = one.entry.verdict.measurement.state
        if one.fact["i24"] is None and one.age > SETTLED:  # every counter is hidden
            assert state == "unmeasured", one
        elif one.age > SETTLED:
            assert state in ("observed", "interpolated"), one
        elif one.age < DAY:
            assert state == "running", one


def test_every_value_is_near_the_truth(compared: list[Compared]) -> None:
    far = []
    for fact, entry in measured(compared):
        assert entry.verdict is not None
        value, true = entry.verdict.measurement.i24, fact["i24"]
        known = value is not None and true is not None
        near = abs(value - true) <= max(1, 0.02 * true) if known else value is true
        if not near:
            far.append((fact, entry))
    assert far == []


def test_every_bracket_holds_the_truth(compared: list[Compared]) -> None:
    outside = []
    for fact, entry in measured(compared):
        assert entry.verdict is not None
        found = entry.verdict.measurement
        assert found.partial == bool(set(fact["hidden"]) - {"views"})
        if not found.partial:
            assert found.lower is not None
            assert found.upper is not None
            if not found.lower <= fact["i24"] <= found.upper:
                outside.append((fact, entry))
    assert outside == []


def test_nothing_that_does_not_count_is_counted(compared: list[Compared]) -> None:
    extra = []
    for one in compared:
        counted = one.entry is not None and one.entry.verdict and one.entry.verdict.counted
        if one.fact["counted"] or not counted:
            continue
        removed_at = one.fact["removed_at"]
        if one.fact["why"] == "removed" and removed_at:
            room = min(parse_time(one.fact["mark"]), END) - parse_time(removed_at)
            if room < CONFIRMED_BY:
                continue  # Too late for two reads to confirm it.
        extra.append(one)
    assert extra == []


# The same by the command line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation's folder: a registry, consents, and nothing else."""
    units = UNITS[:2]
    with (tmp_path / "satker.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "nama", "jenis", *PLATFORMS])
        writer.writerows([unit, unit.upper(), "kanwil", *[handle_of(unit)] * 5] for unit in units)
    with (tmp_path / "izin.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["satker", "platform", "handle", "refresh_token"])
        writer.writerows([unit, "tiktok", handle_of(unit), FIRST_TOKEN + unit] for unit in units)
    return tmp_path


def kiprah(folder: Path, url: str, *words: str) -> Any:
    """One command as a person types it; its report."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KIPRAH_")},
        **ENVIRONMENT,
        **{f"KIPRAH_{platform.upper()}_URL": url for platform in PLATFORMS},
        "KIPRAH_SIMULATION": "1",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "functions", *words, "--json"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for secret in [FIRST_TOKEN, *ENVIRONMENT.values()]:
        assert secret not in done.stdout + done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_command_line_publishes_what_the_store_holds(folder: Path) -> None:
    world = World.generate(5, rows(UNITS[:2]), START, 4, posts_per_day=2)
    ends = START + 48 * HOUR
    instants = [START + n * HOUR for n in (0, 12, 23, 24, 47)]
    with serve(world) as server:
        registry = kiprah(folder, server.url, "registry", "import", "satker.csv", *at(START))
        assert (registry["satker"], registry["accounts"]) == (2, 10)
        consents = kiprah(folder, server.url, "connect", "import", "izin.csv", *at(START))
        assert consents["added"] == 2
        for now in instants:
            server.set_clock(now)
            report = kiprah(folder, server.url, "collect", *at(now))
            assert report["problems"] == []
        kiprah(folder, server.url, "score", *at(ends))
        published = kiprah(folder, server.url, "publish", *at(ends))
        assert published["failed"] is False
        facts = {
            (fact["platform"], fact["post_id"], fact["satker"]): fact
            for fact in truth(world, int(ends.timestamp()))
        }
    listed = json.loads((folder / "site/data/2026-10/unggahan.json").read_text())["posts"]
    agency = open_agency(settings_for("http://127.0.0.1:1", f"sqlite:///{folder}/kiprah.db"))
    ledgers = agency.ledgers("2026-10")
    agency.store.close()
    held = {
        (post_id, account): entry
        for account, ledger in ledgers.items()
        for post_id, entry in ledger.entries.items()
    }
    assert {(row["post_id"], row["account"]) for row in listed} == set(held)
    assert len(listed) > 10
    for row in listed:
        entry = held[row["post_id"], row["account"]]
        verdict = entry.verdict
        assert verdict is not None
        found = verdict.measurement
        assert (row["counted"], row["reason"]) == (verdict.counted, verdict.reason)
        assert (row["state"], row["i24"]) == (found.state, found.i24)
        assert (row["lower"], row["upper"]) == (found.lower, found.upper)
        assert row["published_at"] == iso(entry.post.published_at)
        fact = facts[row["platform"], row["post_id"], row["satker"]]
        assert (row["url"], row["published_at"]) == (fact["url"], fact["published_at"])


def at(now: datetime) -> list[str]:
    return ["--now", iso(now)]
