"""A year's page: its months, the newest first, and who led each."""

from __future__ import annotations

from pathlib import Path

from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import World


def test_the_months_of_a_year_stand_the_newest_first(run: Publish, site: Path) -> None:
    run()
    told = text(site / "2026/index.html").partition("Arsip 2026")[2]
    places = [told.index(f"{month} 2026") for month in ("Oktober", "September", "Agustus")]
    assert places == sorted(places)


def test_each_month_names_who_led_it(run: Publish, site: Path, world: World) -> None:
    run()
    told = text(site / "2026/index.html")
    names = {unit.id: unit.short_name or unit.name for unit in world.units}
    for record in world.agency.months().values():
        [leader, *_] = [row for row in record.ranking.lists[0].rows if row.rank == 1]
        assert names[leader.satker] in told
