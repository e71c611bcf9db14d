"""A revision beside the month that it corrects."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import NOW, World


def test_a_revision_says_why_when_and_what_it_changed(
    run: Publish, site: Path, world: World
) -> None:
    run(now=NOW - timedelta(hours=1))
    assert "Revisi 2" not in text(site / "2026/08/index.html")
    revised = world.revise("2026-08", as_of=NOW - timedelta(minutes=30))
    assert run()["problems"] == []
    told = text(site / "2026/08/index.html")
    assert "Revisi 2 menggantikan revisi 1" in told
    assert "21 Oktober 2026 10.30 WIB. Sebabnya: Angka platform waktu itu keliru" in told
    official = [
        change
        for change in revised.changes
        if (change.platform, change.kind, change.band) == (None, None, None)
    ]
    others = len(revised.changes) - len(official)
    assert official
    assert f"Di daftar lain berubah {others} baris" in told
    change = official[0]
    assert change.before
    assert change.after
    assert f"ke-{change.before[0]}" in told
    assert f"ke-{change.after[0]}" in told
    log = json.loads((site / "data/2026-08/keputusan.json").read_bytes())
    assert log["reason"] == "Angka platform waktu itu keliru"
    assert len(log["changes"]) == len(revised.changes)


def test_what_was_replaced_stays_and_is_linked(run: Publish, site: Path, world: World) -> None:
    run(now=NOW - timedelta(hours=1))
    first = (site / "data/2026-08/r1/ranking.json").read_bytes()
    world.revise("2026-08", as_of=NOW - timedelta(minutes=30))
    run()
    assert (site / "data/2026-08/r1/ranking.json").read_bytes() == first
    assert json.loads((site / "data/2026-08/ranking.json").read_bytes())["revision"] == 2
    html = (site / "2026/08/index.html").read_text("utf-8")
    assert 'href="../../data/2026-08/r1/ranking.json"' in html
    page = (site / "2026/08/index.html").read_text("utf-8")
    for revision in (1, 2):
        assert f'href="../../data/2026-08/r{revision}/bukti.sha256"' in page


def test_a_revised_month_is_settled_and_published_only_once(run: Publish, world: World) -> None:
    run(now=NOW - timedelta(hours=1))
    world.revise("2026-08", as_of=NOW - timedelta(minutes=30))
    run()
    assert run(now=NOW + timedelta(minutes=30))["uploaded"] == 0
