"""A month that is settled is made once, alone, from what was frozen."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from functions.jobs.deadline import Deadline
from functions.model import Roster
from functions.publish import settled, sources
from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store.agency.months import index_of
from tests.publish.conftest import Publish
from tests.publish.pieces import tree
from tests.publish.test_job import Memory
from tests.publish.world import NOW, World

LATER = NOW + timedelta(minutes=30)
FROZEN = re.compile(r"(satker/[^/]+/)?2026/0[89]/|data/2026-0[89]/")


def frozen_in(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: body for path, body in files.items() if FROZEN.match(path)}


def captions(world: World, month: str) -> set[bytes]:
    return {
        entry.post.text.split()[0].encode()
        for ledger in world.agency.ledgers(month).values()
        for entry in ledger.entries.values()
        if entry.post.text
    }


def test_frozen_pages_show_what_was_frozen_and_no_captions(run: Publish, world: World) -> None:
    memory = Memory()
    run(memory)
    told = captions(world, "2026-09")
    assert told
    for path, body in frozen_in(memory.files).items():
        if path.endswith(".html"):
            assert not [word for word in told if word + b" " in body and b"caption" in body], path
            assert b'<p class="caption">' not in body, path
    running = [body for path, body in memory.files.items() if path.endswith("2026/10/index.html")]
    assert any(b'<p class="caption">' in body for body in running)


def test_nothing_that_changes_later_changes_a_frozen_page(
    run: Publish, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    run(memory)
    before = frozen_in(memory.files)
    units = tuple(msgspec.structs.replace(u, name=f"Lain {u.id}") for u in world.units)
    world.agency.save_roster(Roster(as_of=NOW, satker=units, accounts=world.accounts[:3]))
    monkeypatch.setattr(sources, "code", lambda: "another version")
    run(memory, now=LATER, notice="Pengumuman", site_url="https://kiprah.example")
    assert frozen_in(memory.files) == before
    # Nor does it when it is made anew, but for what is no fact of the month.
    run(memory, now=LATER, again=frozenset({"2026-08", "2026-09"}))
    for path, body in frozen_in(memory.files).items():
        assert body == before[path] or path.endswith("/berkas.json"), path


def test_again_makes_a_months_pages_with_what_makes_pages_now(
    run: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    run(memory)
    before = frozen_in(memory.files)
    of_month = settled.of_month

    def otherwise(*given: Any) -> Any:
        return {
            path: msgspec.structs.replace(
                model, shell=msgspec.structs.replace(model.shell, title="Baru")
            )
            for path, model in of_month(*given).items()
        }

    monkeypatch.setattr(settled, "of_month", otherwise)
    run(memory, now=LATER, look=True)
    assert frozen_in(memory.files) == before
    report = run(memory, now=LATER, again=frozenset({"2026-08"}))
    assert report["made"] == ["2026-08"]
    for path, body in frozen_in(memory.files).items():
        is_new = "2026/08/" in path and path.endswith(".html")
        assert (body != before[path]) is (is_new or path == "data/2026-08/berkas.json"), path
        assert (b"Baru" in body) is is_new, path
    assert run(memory, now=LATER)["uploaded"] == 0


def test_a_lost_page_is_made_again_and_no_other_one_with_it(
    run: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    run(memory)
    before = dict(memory.files)
    lost = "satker/setjen/2026/08/index.html"
    del memory.files[lost]
    monkeypatch.setattr(sources, "code", lambda: "another version")
    memory.order.clear()
    run(memory, now=LATER, look=True)
    assert frozen_in(memory.files).keys() == frozen_in(before).keys()
    assert memory.files[lost] == before[lost]
    assert [path for path in memory.order if FROZEN.match(path)] == [
        lost,
        "data/2026-08/berkas.json",  # its source is of another version
    ]


def test_a_month_is_made_when_it_becomes_final_and_again_when_it_is_revised(
    run: Publish, world: World
) -> None:
    memory = Memory()
    run(memory)
    before = dict(memory.files)
    world.revise("2026-09", as_of=NOW + timedelta(minutes=5))
    memory.order.clear()
    report = run(memory, now=LATER)
    assert report["made"] == ["2026-09"]
    assert b"Revisi 2" in memory.files["2026/09/index.html"]
    assert memory.files["2026/index.html"] != before["2026/index.html"]
    for path, body in before.items():
        if "/r1/" in path or "2026/08/" in path:
            assert memory.files[path] == body
    assert run(memory, now=LATER)["uploaded"] == 0


def test_the_page_of_a_year_that_lies_further_back_is_made_with_its_last_month(
    run: Publish, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.publish import living

    monkeypatch.setattr(living, "LATEST", 1)
    memory = Memory()
    run(memory)
    told = memory.files["2026/index.html"].decode()
    for month in ("Agustus", "September", "Oktober"):
        assert f"{month} 2026" in told
    world.revise("2026-08", as_of=NOW + timedelta(minutes=5))
    run(memory, now=LATER)
    assert memory.files["2026/index.html"].decode() != told


class Slow:
    """A clock that goes on by a second at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def test_many_months_are_made_in_as_many_runs_as_it_takes(world: World, tmp_path: Path) -> None:
    cut, whole = FolderObjects(tmp_path / "cut"), FolderObjects(tmp_path / "whole")
    facts: dict[str, Any] = {"now": NOW, "settings": Settings(), "run_id": "r"}
    publish(world.agency, whole, **facts)
    made: list[str] = []
    for _ in range(60):
        report = publish(world.agency, cut, **facts, deadline=Deadline(20, Slow()))
        made += report["made"]
        here = tree(tmp_path / "cut")
        if not report["postponed"]:
            break
        assert "index.html" not in here
    assert list(dict.fromkeys(made)) == ["2026-08", "2026-09"]
    assert here == tree(tmp_path / "whole")


def test_an_index_that_is_behind_does_not_freeze_a_month_as_it_was(
    run: Publish, world: World
) -> None:
    """Scoring may die between a ranking and the index: what is read is what counts."""
    records = world.agency.months()
    ranking = msgspec.structs.replace(records["2026-10"].ranking, state="final")
    world.save(msgspec.structs.replace(records["2026-10"], ranking=ranking))
    path = f"{world.agency.root}/indexes/months"
    world.agency.save_month_index(records)
    assert world.agency.month_index() == index_of(records)
    assert path in world.agency.store.get([path])
    memory = Memory()
    report = run(memory)
    assert report["made"] == ["2026-08", "2026-09", "2026-10"]
    assert "data/2026-10/r1/ranking.json" in memory.files
    assert report["problems"] == []
