"""What is fresh at every run, whether or not pages are made."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from functions.model import iso
from functions.store.diary import DiaryDay, PlatformNow
from tests.publish.conftest import Publish
from tests.publish.pieces import text, tree
from tests.publish.world import NOW, World

FRESH = {"data/segar.json", "status/index.html", "status/keadaan.json"}


def read(world: World, minutes: int) -> None:
    """X was read so many minutes before now."""
    at = NOW - timedelta(minutes=minutes)
    day = {"x": DiaryDay(hours=1, requests=1)}
    world.agency.note_in_diary(at.date(), day, {"x": PlatformNow(read_at=at)})  # type: ignore[arg-type]


def changed(before: dict[str, bytes], site: Path) -> set[str]:
    return {path for path, body in tree(site).items() if before.get(path) != body}


def test_a_new_read_puts_what_is_fresh_and_reads_no_month(
    run: Publish, site: Path, world: World
) -> None:
    read(world, 50)
    run()
    before = tree(site)
    read(world, 7)
    report = run()
    assert changed(before, site) == FRESH
    assert report["uploaded"] == len(FRESH)
    assert report["reads"] < 20
    assert run()["uploaded"] == 0


def test_what_posts_tell_is_kept_where_no_page_is_made(
    run: Publish, site: Path, world: World
) -> None:
    run()
    before = json.loads((site / "status/keadaan.json").read_bytes())["measured"]
    assert before["troubles"]
    assert before["month"] == "2026-10"
    read(world, 7)
    run()
    after = json.loads((site / "status/keadaan.json").read_bytes())
    assert after["measured"] == before
    assert after["read_at"] == iso(NOW - timedelta(minutes=7))
    assert "Terukur: unggahan Oktober 2026." in text(site / "status/index.html")


@pytest.mark.parametrize("odd", [b"", b"{", b"\xff", b"[]", b'{"measured": 7}'])
def test_what_cannot_be_read_is_made_again(run: Publish, site: Path, odd: bytes) -> None:
    run()
    before = tree(site)
    (site / "status/keadaan.json").write_bytes(odd)
    run()
    assert tree(site) == before


def test_it_tells_when_anything_else_was_put(run: Publish, site: Path, world: World) -> None:
    later = NOW + timedelta(minutes=40)
    run()
    read(world, 7)
    run(now=later)
    told = json.loads((site / "status/keadaan.json").read_bytes())
    assert told["changed_at"] == iso(NOW)
    kept = [*world.agency.store.list(f"{world.agency.root}/runs")]
    assert len(kept) == 1  # a run that puts nothing else is not kept
    run(now=later, notice="Pengumuman")
    told = json.loads((site / "status/keadaan.json").read_bytes())
    assert told["changed_at"] == iso(later)
    assert "Pengumuman" in text(site / "status/index.html")
