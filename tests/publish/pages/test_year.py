"""A year's page: every satker's rank month by month."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import msgspec
import pytest

from functions.publish.pages.context import Context
from functions.publish.pages.year import YearPage, year_page
from tests.publish.conftest import Publish
from tests.publish.pieces import material_of, text
from tests.publish.world import World


@pytest.fixture
def made(world: World) -> YearPage:
    """The year of the world's three months."""
    page = year_page(Context(material_of(world), "2026/"), "2026")
    assert isinstance(page, YearPage)
    return page


def test_the_months_of_a_year_stand_as_columns_from_the_first_on(made: YearPage) -> None:
    assert [month.label for month in made.months] == [
        "Agustus 2026",
        "September 2026",
        "Oktober 2026",
    ]
    assert [month.note for month in made.months] == ["", "", "sementara"]
    assert made.gaps == ""


def test_each_rank_of_each_month_is_told_and_leads_to_the_satkers_month(
    made: YearPage, world: World
) -> None:
    for table, name in zip(made.tables, ("most_popular", "most_active"), strict=True):
        lines = {line.name: line for line in table.lines}
        for at, (month, record) in enumerate(sorted(world.agency.months().items())):
            for row in record.ranking.find(name).rows:
                cell = lines[row.name].cells[at]
                assert cell is not None
                assert cell.rank == row.rank
                assert cell.href == f"../satker/{row.satker}/{month.replace('-', '/')}/"


def test_the_newest_months_order_stands_and_who_has_no_rank_comes_last(made: YearPage) -> None:
    for table in made.tables:
        newest = [line.cells[-1].rank if line.cells[-1] else None for line in table.lines]
        known = [rank for rank in newest if rank is not None]
        assert newest == [*sorted(known), *[None] * (len(newest) - len(known))]
        for line in table.lines:
            ranks = [cell.rank for cell in line.cells if cell and cell.rank]
            assert line.best == min(ranks, default=None)


def test_each_month_names_who_led_it(run: Publish, site: Path, world: World) -> None:
    run()
    html = (site / "2026/index.html").read_text(encoding="utf-8")
    for month, record in world.agency.months().items():
        for row in record.ranking.find("most_popular").rows:
            if row.rank == 1:
                path = f"../satker/{row.satker}/{month.replace('-', '/')}/"
                assert re.search(rf'<td class="num ten"><a href="{re.escape(path)}">1</a>', html)
    assert "sementara" in text(site / "2026/index.html")


def test_a_month_without_a_ranking_is_named(world: World) -> None:
    whole = material_of(world)
    kept = {month: whole.index[month] for month in ("2026-08", "2026-10")}
    page = year_page(Context(dataclasses.replace(whole, index=kept), "2026/"), "2026")
    assert isinstance(page, YearPage)
    assert page.gaps == "September"


def test_nobody_is_among_the_first_ten_with_nothing(world: World) -> None:
    record = world.agency.months()["2026-10"]
    nothing = msgspec.structs.replace(
        record,
        ranking=msgspec.structs.replace(
            record.ranking,
            lists=tuple(
                msgspec.structs.replace(
                    ranked,
                    rows=tuple(
                        msgspec.structs.replace(row, rank=1, posts=0, measured=0, i24=0)
                        for row in ranked.rows
                    ),
                )
                for ranked in record.ranking.lists
            ),
        ),
    )
    whole = material_of(world)
    page = year_page(
        Context(dataclasses.replace(whole, records={**whole.records, "2026-10": nothing}), "2026/"),
        "2026",
    )
    assert isinstance(page, YearPage)
    for table in page.tables:
        assert not any(line.cells[-1] and line.cells[-1].top for line in table.lines)
        assert any(cell and cell.top for line in table.lines for cell in line.cells[:-1])
