"""What the page that compares units reads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from functions.model import PLATFORMS
from functions.publish.files.comparison import MONTHS, comparison_json
from tests.publish.conftest import Publish
from tests.publish.test_condition import material
from tests.publish.world import World


def told(world: World) -> dict[str, Any]:
    return dict(json.loads(comparison_json(material(world))))


def test_each_figure_is_that_of_the_rankings(world: World) -> None:
    found = told(world)
    records = world.agency.months()
    assert found["months"] == [*records]
    assert found["labels"][-1] == "Oktober 2026"
    assert found["provisional"] == [False, False, True]
    for at, record in enumerate(records.values()):
        for name, figure in (("most_popular", "popular"), ("most_active", "active")):
            for row in record.ranking.find(name).rows:  # type: ignore[arg-type]
                unit = found["units"][row.satker]
                assert unit[figure][at] == row.rank
                assert (unit["posts"][at], unit["i24"][at]) == (row.posts, row.i24)
                assert (unit["measured"][at], unit["rate"][at]) == (
                    row.measured,
                    row.engagement_rate,
                )


def test_platforms_without_an_account_are_null(world: World) -> None:
    found = told(world)
    held = {(account.satker, account.platform) for account in world.accounts}
    for satker, unit in found["units"].items():
        for platform, now in zip(PLATFORMS, unit["now"], strict=True):
            assert (now is not None) == ((satker, platform) in held), (satker, platform)


def test_a_unit_that_was_not_ranked_in_a_month_has_null_there(world: World) -> None:
    m = material(world)
    august = m.records["2026-08"]
    lists = tuple(
        replace(ranked, rows=tuple(row for row in ranked.rows if row.satker != "kanwil-bali"))
        for ranked in august.ranking.lists
    )
    ranking = replace(august.ranking, lists=lists)
    records = {**m.records, "2026-08": replace(august, ranking=ranking)}
    found = json.loads(comparison_json(dataclasses.replace(m, records=records)))
    assert found["units"]["kanwil-bali"]["popular"][0] is None
    assert found["units"]["kanwil-bali"]["posts"][0] is None
    assert found["units"]["kanwil-bali"]["popular"][1] is not None


def test_no_more_than_a_year_and_a_month_are_told(world: World) -> None:
    m = material(world)
    newest = m.records["2026-10"]
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
    records = {month: newest for month in months} | dict(m.records)
    found = json.loads(comparison_json(dataclasses.replace(m, records=records)))
    assert len(found["months"]) == MONTHS
    assert found["months"][-1] == "2026-10"


def test_it_is_put_with_the_site(run: Publish, site: Path, world: World) -> None:
    run()
    assert json.loads((site / "data/banding.json").read_bytes()) == told(world)


def test_before_the_first_ranking_it_is_empty(world: World) -> None:
    m = dataclasses.replace(material(world), records={}, ledgers={}, index={}, ranked={})
    assert json.loads(comparison_json(m))["units"] == {}
