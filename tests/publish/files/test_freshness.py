"""When the platforms were read last, for pages to ask."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from functions.publish.condition import Watch
from functions.publish.files.freshness import freshness_json
from functions.store.diary import Diary, PlatformNow
from tests.publish.conftest import Publish
from tests.publish.world import NOW, World

AT = datetime(2026, 10, 21, 3, 53, tzinfo=UTC)


def test_the_last_read_is_told_of_all_and_of_each() -> None:
    now = {"x": PlatformNow(read_at=AT), "tiktok": PlatformNow()}
    told = json.loads(freshness_json(Watch(diary=Diary(now=now))))  # type: ignore[arg-type]
    assert told == {
        "read_at": "2026-10-21T03:53:00Z",
        "platforms": {"x": "2026-10-21T03:53:00Z"},
        "stale_after_minutes": 180,
    }


def test_nothing_read_is_null_and_simulated_time_never_stale() -> None:
    told = json.loads(freshness_json(Watch(simulation=True)))
    assert told == {"read_at": None, "platforms": {}, "stale_after_minutes": None}


def test_it_is_put_whenever_reads_are_newer_and_pages_stay(
    run: Publish, site: Path, world: World
) -> None:
    run()
    page = (site / "index.html").read_bytes()
    world.agency.note_in_diary(NOW.date(), {}, {"x": PlatformNow(read_at=AT)})
    assert run()["uploaded"] == 3  # the stamp is as it was
    assert json.loads((site / "data/segar.json").read_bytes())["read_at"] == "2026-10-21T03:53:00Z"
    assert (site / "index.html").read_bytes() == page
    assert b'data-fresh="data/segar.json"' in page
    assert run()["uploaded"] == 0
