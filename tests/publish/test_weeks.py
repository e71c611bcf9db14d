"""Weeks are made once, what goes on changing again, and nothing where nothing is new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from functions.model import Agency
from functions.publish import sources
from functions.publish.job import publish
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.issues import Issues
from functions.store.port import Write
from tests.publish.conftest import Publish
from tests.publish.spoken import (
    LAST_WEEK,
    OLD_WEEK,
    WEEK,
    dialog_of,
    insights_of,
    issues_of,
    quiet_week,
    speak,
)
from tests.publish.test_job import Memory
from tests.publish.world import NOW, UNITS, World

LATER = NOW + timedelta(minutes=30)
OTHERS = (Agency(), Agency(id="kemenham", name="Kementerian HAM"))


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """A small month, with issues and insights."""
    store = open_store(sqlite_url)
    built = World(store, (UNITS[0], UNITS[1], UNITS[2], UNITS[5]))
    built.add_month("2026-10", posts=12)
    speak(built)
    yield built
    store.close()


@pytest.fixture
def read(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The weeks whose documents were read."""
    found: list[str] = []
    issues = world.agency.issues

    def reads(week: str) -> Issues | None:
        found.append(week)
        return issues(week)

    monkeypatch.setattr(world.agency, "issues", reads)
    return found


def page(week: str) -> str:
    return f"isu/{week}/index.html"


def test_each_week_has_a_page_and_data_and_nothing_new_costs_nothing(
    run: Publish, read: list[str]
) -> None:
    memory = Memory()
    run(memory)
    for week in (OLD_WEEK, LAST_WEEK, WEEK):
        assert page(week) in memory.files
        assert f"data/isu/{week}.json" in memory.files
        assert f'href="../isu/{week}/"' in memory.files["isu/index.html"].decode()
    assert {"data/wawasan/2026-09.json", "data/wawasan/2026-10.json"} <= {*memory.files}
    assert {"data/dialog/2026-09.json", "data/dialog/2026-10.json"} <= {*memory.files}
    # No page leads to a week that is still to come.
    assert memory.order.index("isu/index.html") > max(
        memory.order.index(page(week)) for week in (OLD_WEEK, LAST_WEEK, WEEK)
    )
    read.clear()
    assert run(memory, now=LATER)["uploaded"] == 0
    assert read == []


def test_a_change_of_the_running_week_puts_its_files_and_looks_at_no_old_week(
    run: Publish, world: World, read: list[str]
) -> None:
    weeks = [date(2025, 8, 4) + timedelta(weeks=number) for number in range(60)]
    for day in weeks:
        year, week, _ = day.isocalendar()
        world.agency.save_issues(quiet_week(f"{year}-W{week:02}", is_over=True))
    memory = Memory()
    run(memory)
    assert sum(path.startswith("isu/20") for path in memory.files) == 63
    memory.order.clear()
    changed = msgspec.structs.replace(issues_of(world, WEEK), posts=1_300)
    world.agency.save_issues(changed)
    read.clear()
    run(memory, now=LATER)
    assert {WEEK, LAST_WEEK} == {*read}
    put = {path for path in memory.order if "isu" in path}
    assert put == {"isu/index.html", page(WEEK), f"data/isu/{WEEK}.json"}
    assert b"1.300 unggahan" in memory.files[page(WEEK)]


def test_other_code_makes_the_latest_weeks_anew_and_no_old_one(
    run: Publish, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    run(memory)
    monkeypatch.setattr(sources, "code", lambda: "another version")
    read.clear()
    run(memory, now=LATER)
    assert OLD_WEEK not in read


def test_an_old_week_that_says_something_else_or_was_lost_is_made_again(
    run: Publish, world: World
) -> None:
    memory = Memory()
    run(memory)
    changed = msgspec.structs.replace(issues_of(world, OLD_WEEK, is_over=True), posts=77)
    world.agency.save_issues(changed)
    run(memory, now=LATER)
    assert b"77 unggahan" in memory.files[page(OLD_WEEK)]
    del memory.files[page(OLD_WEEK)]
    run(memory, now=LATER, look=True)
    assert b"77 unggahan" in memory.files[page(OLD_WEEK)]


def test_nothing_leads_to_a_week_that_cannot_be_read(run: Publish, world: World) -> None:
    path = f"{world.agency.root}/topics/{OLD_WEEK}"
    held = world.agency.store.get([path])[path]
    world.agency.replace(held, {"body": b"odd"})
    memory = Memory()
    run(memory)
    assert page(OLD_WEEK) not in memory.files
    for path in ("isu/index.html", page(LAST_WEEK), "data/index.html"):
        assert re.search(rf"{OLD_WEEK}(/|\.json)", memory.files[path].decode()) is None


def test_a_weeks_own_page_carries_no_caption_and_the_living_one_while_there_is_one(
    run: Publish,
) -> None:
    memory = Memory()
    run(memory)
    assert b"<blockquote" in memory.files["isu/index.html"]
    for week in (OLD_WEEK, LAST_WEEK, WEEK):
        assert b"<blockquote" not in memory.files[page(week)]


def test_a_week_carries_no_notice_of_the_day(run: Publish) -> None:
    memory = Memory()
    run(memory, notice="Pemeliharaan malam ini.")
    assert b"Pemeliharaan" in memory.files["isu/index.html"]
    assert b"Pemeliharaan" not in memory.files[page(LAST_WEEK)]


def publish_of(world: World, agency: AgencyStore, memory: Memory, **facts: Any) -> dict[str, Any]:
    return publish(
        agency,
        memory,
        now=facts.get("now", NOW),
        settings=Settings(),
        run_id="run-1",
        everybody=OTHERS,
    )


def test_the_first_agencys_site_tells_of_all_and_no_other(world: World) -> None:
    other = AgencyStore(world.agency.store, OTHERS[1])
    theirs = msgspec.structs.replace(issues_of(world, WEEK), posts=88)
    other.save_issues(theirs)
    own, there = Memory(), Memory()
    publish_of(world, world.agency, own)
    publish_of(world, other, there)
    told = own.files["isu/lintas/index.html"].decode()
    for said in ("#SetahunBerdampak".casefold(), "posbankum", "Kementerian HAM"):
        assert said in told
    assert 'href="../../kemenham/isu/"' in told
    assert "isu/lintas/index.html" not in there.files
    assert 'href="../../isu/lintas/"' in there.files["isu/index.html"].decode()
    # Nothing new costs nothing; what another agency says anew puts the page of all, and it alone.
    assert publish_of(world, world.agency, own, now=LATER)["uploaded"] == 0
    own.order.clear()
    other.save_issues(msgspec.structs.replace(theirs, posts=99))
    publish_of(world, world.agency, own, now=LATER)
    assert {path for path in own.order if path.endswith(".html")} <= {
        "isu/lintas/index.html",
        "status/index.html",
    }
    assert ">99<" in own.files["isu/lintas/index.html"].decode()


def test_insights_that_change_put_their_data_and_their_page(run: Publish, world: World) -> None:
    memory = Memory()
    run(memory)
    memory.order.clear()
    world.agency.save_insights(msgspec.structs.replace(insights_of("2026-10"), posts=7_000))
    run(memory, now=LATER)
    put = {path for path in memory.order if "status" not in path and path.endswith(".html")}
    assert put == {"wawasan/index.html"}
    assert b'"posts":7000' in memory.files["data/wawasan/2026-10.json"]


def test_answering_that_changes_puts_its_data_and_the_pages_that_tell_of_it(
    run: Publish, world: World
) -> None:
    memory = Memory()
    run(memory)
    memory.order.clear()
    spoken = dialog_of("2026-10")
    changed = msgspec.structs.replace(spoken.units["kanwil-bali"].threads, unmeasured=77)
    unit = msgspec.structs.replace(spoken.units["kanwil-bali"], threads=changed)
    units = {**spoken.units, "kanwil-bali": unit}
    world.agency.save_dialog(msgspec.structs.replace(spoken, units=units))
    run(memory, now=LATER)
    put = {path for path in memory.order if "status" not in path and path.endswith(".html")}
    assert put == {"satker/kanwil-bali/index.html"}
    assert b'"unmeasured":77' in memory.files["data/dialog/2026-10.json"]


def test_another_privacy_notice_reaches_the_pages(run: Publish, world: World) -> None:
    memory = Memory()
    run(memory)
    notice = "https://kemenkum.example/privasi-baru"
    path = f"{world.agency.root}/settings/listening"
    world.agency.store.write([Write(path, {"notice_url": notice})])
    run(memory, now=LATER)
    assert notice.encode() in memory.files["dialog/index.html"]
