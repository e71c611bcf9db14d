"""Documents are made for what changed, put once, and one that fails costs no other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from functions.jobs.deadline import Deadline
from functions.publish.documents import job, paths
from functions.publish.documents.job import documents, documents_all
from functions.publish.documents.made import CURSOR, made_documents
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.stamp import OutdatedError
from functions.settings import Settings
from functions.store import open_store
from tests.publish.conftest import Publish
from tests.publish.pieces import tree
from tests.publish.world import NOW, World, ranks_of
from tests.publish.world import UNITS as WHOLE

Run = Callable[..., dict[str, Any]]
MONTHS = ["2026-09", "2026-10"]
UNITS = (*WHOLE[1:3], WHOLE[5])  # two with accounts, one without


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """A final month and the running one, of three units: every document costs time."""
    store = open_store(sqlite_url)
    built = World(store, UNITS)
    first = built.add_month("2026-09", state="final", as_of=datetime(2026, 10, 8, tzinfo=UTC))
    built.add_month("2026-10", previous=ranks_of(first))
    yield built
    store.close()


@pytest.fixture
def shown(run: Publish, world: World) -> Callable[..., None]:
    """Publish, and note it as the job's turn does."""

    def publish(**facts: Any) -> None:
        world.agency.note("publish", {"published": run(**facts)["published"]})

    return publish


@pytest.fixture
def make(world: World, site: Path) -> Run:
    """Make documents of the world into the folder."""

    def documents_now(now: datetime = NOW, **facts: Any) -> dict[str, Any]:
        return documents(
            world.agency,
            FolderObjects(site),
            now=now,
            settings=Settings(site_url="https://kiprah.example.go.id"),
            run_id="run-1",
            **facts,
        )

    return documents_now


def made_files(site: Path) -> dict[str, bytes]:
    return {path: body for path, body in tree(site).items() if path.endswith((".pdf", ".png"))}


def test_every_month_gets_its_documents_and_a_second_run_puts_nothing(
    shown: Callable[..., None], make: Run, site: Path, world: World
) -> None:
    shown()
    report = make()
    assert (report["months"], report["failed"], report["left"]) == (MONTHS, False, [])
    files = made_files(site)
    assert report["uploaded"] == len(files) == (6 + 2 * 3) + (3 + 2 * 3)
    assert report["bytes"] == sum(map(len, files.values()))
    note = made_documents(world.agency.cursor(CURSOR))
    told = {path for month in MONTHS for path in note[month].of_month(month)}
    told |= {
        path for month in MONTHS for unit in UNITS for path in note[month].of_unit(month, unit.id)
    }
    assert told | {"2026/09/r1/ringkasan.pdf"} == files.keys()
    again = make()
    assert (again["months"], again["uploaded"], again["writes"]) == ([], 0, 0)


def test_nothing_is_made_of_what_the_site_does_not_show(
    shown: Callable[..., None], make: Run, site: Path, world: World
) -> None:
    assert make()["todo"] == job.UNPUBLISHED
    shown()
    world.revise("2026-09", as_of=datetime(2026, 10, 15, tzinfo=UTC))
    assert "2026-09" not in make()["months"]
    shown()
    assert make()["months"] == ["2026-09"]


def test_a_revision_replaces_the_latest_and_keeps_the_sheet_of_the_first(
    shown: Callable[..., None], make: Run, site: Path, world: World
) -> None:
    shown()
    make()
    before = made_files(site)
    world.revise("2026-09", as_of=datetime(2026, 10, 15, tzinfo=UTC))
    shown()
    make()
    after = made_files(site)
    assert after["2026/09/r1/penetapan.pdf"] == before["2026/09/penetapan.pdf"]
    assert after["2026/09/r2/penetapan.pdf"] == after["2026/09/penetapan.pdf"]
    assert after["2026/09/penetapan.pdf"] != before["2026/09/penetapan.pdf"]
    report = "satker/kanwil-bali/2026/09/laporan.pdf"
    assert after[report] != before[report]


def test_a_running_month_is_made_once_a_day(
    shown: Callable[..., None], make: Run, world: World
) -> None:
    shown()
    make()
    later = NOW + timedelta(hours=1)
    record = world.agency.months()["2026-10"]
    ranked = msgspec.structs.replace(record.ranking, as_of=later)
    world.save(msgspec.structs.replace(record, ranking=ranked))
    shown(now=later)
    assert make(later)["months"] == []
    tomorrow = NOW + timedelta(hours=24)
    assert make(tomorrow)["months"] == ["2026-10"]


def test_a_month_that_is_asked_for_is_made_again_with_the_same_bytes(
    shown: Callable[..., None], make: Run, site: Path
) -> None:
    shown()
    make()
    before = made_files(site)
    assert make(month="2026-09")["months"] == ["2026-09"]
    assert make(month="2026-07")["months"] == []
    assert made_files(site) == before


def test_a_lost_note_changes_no_byte(
    shown: Callable[..., None], make: Run, site: Path, world: World
) -> None:
    shown()
    make()
    before = made_files(site)
    world.agency.save_cursor(CURSOR, months="lost")
    assert make()["failed"] is False
    assert made_files(site) == before


def test_documents_of_a_site_that_was_lost_are_made_anew(
    shown: Callable[..., None], make: Run, site: Path
) -> None:
    shown()
    make()
    before = made_files(site)
    site.rename(site.with_name("lost"))
    shown()
    assert make()["months"] == MONTHS
    assert made_files(site) == before


def test_a_run_that_has_to_end_is_gone_on_with_where_it_stopped(
    shown: Callable[..., None],
    make: Run,
    site: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown()
    monkeypatch.setattr(job, "_AT_ONCE", 2)  # of three units
    over = Deadline(0, lambda: 1.0)
    first = make(deadline=over)
    assert (first["months"], first["left"]) == (["2026-09"], MONTHS)
    note = made_documents(world.agency.cursor(CURSOR))["2026-09"]
    reached = sorted(unit.id for unit in UNITS)
    assert note.left == reached[2]
    held = made_files(site)
    assert [u for u in reached if paths.report_path(u, "2026-09") in held] == reached[:2]
    runs = next(n for n in itertools.count(2) if not make(deadline=over)["left"])
    assert runs == 4  # two months of two batches
    whole = made_files(site)
    world.agency.save_cursor(CURSOR, months="lost")
    make()
    assert made_files(site) == whole


def test_a_report_that_fails_is_told_and_costs_no_other(
    shown: Callable[..., None],
    make: Run,
    site: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown()
    real = job.unit_report

    def odd(source: Any, unit: str) -> Any:
        if unit == "kanwil-bali":
            raise ValueError("an odd figure")
        return real(source, unit)

    monkeypatch.setattr(job, "unit_report", odd)
    report = make()
    path = "satker/kanwil-bali/2026/09/laporan.pdf"
    assert report["failed"] is True
    assert f"{path}: ValueError: an odd figure" in report["problems"]
    files = made_files(site)
    assert path not in files
    assert "satker/kanwil-aceh/2026/09/laporan.pdf" in files
    note = made_documents(world.agency.cursor(CURSOR))["2026-09"]
    assert note.of_unit("2026-09", "kanwil-bali") == ("satker/kanwil-bali/2026/09/bagikan.png",)
    assert make()["months"] == []  # it would fail again; it is told once


def test_a_site_of_another_kind_of_store_is_left_alone(
    shown: Callable[..., None], make: Run, world: World, site: Path
) -> None:
    shown()
    world.agency.simulation = True
    with pytest.raises(OutdatedError, match="simulation"):
        make()
    assert made_files(site) == {}


def test_several_agencies_put_theirs_into_their_own_folders(world: World, site: Path) -> None:
    report = documents_all(
        [world.agency], now=NOW, settings=Settings(site=f"file://{site}"), run_id="run-1"
    )
    assert (report["job"], report["failed"]) == ("documents", False)
