"""What goes on living is made from the latest months, and costs the same however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from functions.publish import living
from functions.store import open_store
from functions.store.agency.months import MonthRecord
from tests.publish.conftest import Publish
from tests.publish.test_job import Memory
from tests.publish.world import NOW, World

LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """Five final months and the running one."""
    store = open_store(sqlite_url)
    built = World(store)
    for month in ("2026-05", "2026-06", "2026-07", "2026-08", "2026-09"):
        after = datetime(2026, int(month[-2:]) + 1, 8, tzinfo=UTC)
        built.add_month(month, state="final", posts=24, as_of=after)
    built.add_month("2026-10", posts=24)
    yield built
    store.close()


def test_it_reads_the_latest_months_and_none_before(
    run: Publish, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "LATEST", 3)
    memory = Memory()
    run(memory)
    read: list[str] = []
    since = world.agency.months_since

    def months_since(month: str) -> dict[str, MonthRecord]:
        found = since(month)
        read.extend(found)
        return found

    monkeypatch.setattr(world.agency, "months_since", months_since)
    monkeypatch.setattr(world.agency, "months", None)
    monkeypatch.setattr(world.agency, "month", None)
    run(memory, now=LATER, notice="Pengumuman")
    assert read == ["2026-08", "2026-09", "2026-10"]


def test_what_it_does_not_read_is_still_led_to(
    run: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "LATEST", 3)
    memory = Memory()
    run(memory)
    for month in ("05", "06", "07", "08", "09", "10"):
        assert f"data/2026-{month}/ranking.csv" in memory.files["data/index.html"].decode()
        assert f'href="../2026/{month}/"' in memory.files["2026/index.html"].decode()


def test_a_units_history_goes_back_as_far_as_it_is_read(
    run: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "LATEST", 3)
    memory = Memory()
    run(memory)
    told = memory.files["satker/setjen/index.html"].decode()
    for month, is_told in (("07", False), ("08", True), ("10", True)):
        assert (f"satker/setjen/2026/{month}/" in told) is is_told
    assert "satker/setjen/2026/05/index.html" in memory.files


def test_the_running_months_files_are_as_many_as_the_page_of_the_data_says(
    run: Publish,
) -> None:
    memory = Memory()
    for now in (NOW, LATER):
        run(memory, now=now, notice="Uji" if now == LATER else "")
        told = memory.files["data/index.html"].decode()
        names = [path for path in memory.files if path.startswith("data/2026-10/")]
        for path in names:
            assert (f'href="../{path}"' in told) is (not path.endswith("/berkas.json")), path


def test_a_month_held_open_long_ago_is_still_made(run: Publish, world: World) -> None:
    """An objection holds it; it is neither among the latest nor settled."""
    world.add_month("2025-01", state="closing", posts=24, as_of=NOW - timedelta(days=30))
    memory = Memory()
    report = run(memory)
    assert "2025-01" in report["months"]
    assert "2025-01" not in report["made"]
    assert "satker/setjen/2025/01/index.html" in memory.files
    assert "2025/index.html" in memory.files


def test_a_site_without_a_month_is_made_all_the_same(run: Publish) -> None:
    memory = Memory()
    run(memory, now=datetime(2026, 5, 1, tzinfo=UTC))
    assert b"Belum ada data" in memory.files["index.html"]
