"""The pages of one scope's lists."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import PLATFORMS, Agency, RankedList, RankingName, Row
from functions.publish.pages import lists
from functions.publish.pages.context import Context
from functions.publish.pages.lists import ListPage, list_pages
from functions.publish.site import Material
from functions.store.agency.months import MonthRecord, index_of
from tests.factories import LATER, ranking, record, roster, row
from tests.publish.pieces import material_of
from tests.publish.world import World

NAMES: tuple[RankingName, RankingName] = ("most_popular", "most_active")
ASSETS = {"kiprah.css": "k.css", "kiprah.js": "k.js", "icon.svg": "i.svg"}


def site_of(given: MonthRecord) -> Material:
    """A site of one month, whose posts are not at hand."""
    records = {given.ranking.month: given}
    return Material(
        agency=Agency(),
        now=LATER,
        roster=roster(),
        index=index_of(records).months,
        records=records,
        ledgers={},
        pending=frozenset(),
        files={},
        assets=ASSETS,
    )


def pages_of(given: MonthRecord, material: Material | None = None) -> dict[str, ListPage]:
    """A month's list pages by path."""
    material = material or site_of(given)
    found = {}
    for path, make in list_pages(given):
        page = make(Context(material, path))
        assert isinstance(page, ListPage)
        assert path not in found
        found[path] = page
    return found


@given(ranked=st.integers(0, 1_300), idle=st.integers(0, 1_300))
@settings(max_examples=12)
def test_every_row_of_a_long_list_stands_on_one_page(ranked: int, idle: int) -> None:
    rows = [row(f"r{n}", n + 1, 1, 5_000 - n) for n in range(ranked)]
    rows += [row(f"u{n}", None, 0, None) for n in range(idle)]
    active, popular = (RankedList(ranking=name, rows=tuple(rows)) for name in NAMES)
    pages = pages_of(record(ranking(active, popular)))
    assert len(pages) == max(1, -(-len(rows) // lists.ROWS))
    for at in (0, 1):
        boards = [page.boards[at] for page in pages.values()]
        shown = [each.name for board in boards for each in (*board.rows, *board.unranked)]
        assert shown == [each.name for each in rows]
        assert all(len(board.rows) + len(board.unranked) <= lists.ROWS for board in boards)


def test_the_parts_of_a_list_lead_to_one_another() -> None:
    rows = tuple(row(f"r{n}", n + 1, 1, 5_000 - n) for n in range(1_001))
    given = record(ranking(*(RankedList(ranking=name, rows=rows) for name in NAMES)))
    pages = pages_of(given)
    assert [*pages] == ["2026/10/semua/", "2026/10/semua/2/", "2026/10/semua/3/"]
    for at, page in enumerate(pages.values()):
        assert [link.label for link in page.parts] == ["1–500", "501–1.000", "1.001–1.001"]
        assert [link.current for link in page.parts] == [at == n for n in range(3)]
    second = pages["2026/10/semua/2/"]
    assert second.parts[2].href == "../../../../2026/10/semua/3/"
    assert second.shell.title == "Gabungan Oktober 2026, bagian 2"
    assert not pages_of(record(ranking(RankedList(ranking="most_active", rows=rows[:3]))))
    one = record(ranking(*(RankedList(ranking=name, rows=rows[:500]) for name in NAMES)))
    assert [page.parts for page in pages_of(one).values()] == [()]


def test_every_list_of_a_month_has_its_page_and_every_row_its_figures(world: World) -> None:
    material = material_of(world)
    given = material.records["2026-10"]
    pages = pages_of(given, material)
    assert len(pages) == len(given.ranking.lists) // 2
    shown: Counter[tuple[str, str]] = Counter()
    for path, page in pages.items():
        popular, active = page.boards
        assert popular.popular
        assert not active.popular
        [current] = [link for link in page.others if link.current]
        assert current.label == page.label
        assert len(page.others) == len(pages)
        for board in page.boards:
            assert board.more is None
            for each in board.rows:
                shown[path, each.name] += 1
                month = "satker/{}/2026/10/"
                ids = [unit.id for unit in world.units if unit.label == each.name]
                assert [each.href] == ["../../../" + month.format(unit) for unit in ids]
        official = given.ranking.find("most_popular").rows
        if path == "2026/10/semua/":
            assert [(r.name, r.figure, r.posts, r.measured) for r in popular.rows] == [
                (r.name, r.i24, r.posts, r.measured) for r in official if r.rank
            ]
    assert set(shown.values()) == {2}


def test_a_scope_says_who_is_in_it(world: World) -> None:
    material = material_of(world)
    pages = pages_of(material.records["2026-10"], material)
    assert pages["2026/10/semua/"].label == "Gabungan"
    for platform in PLATFORMS:
        assert pages[f"2026/10/{platform}/"].about.startswith("Interaksi di ")
    assert pages["2026/10/kanwil/"].label == "Kantor wilayah"
    assert pages["2026/10/pengikut-1/"].label == "Di bawah 5.000 pengikut"


@pytest.mark.parametrize("kind", ["x", "semua", "pengikut-1", "2", "r1", "jenis-x", "a/b", "é"])
def test_a_kind_of_whatever_name_has_a_page_of_its_own(kind: str) -> None:
    rows: tuple[Row, ...] = (row("a", 1, 1, 5),)
    scopes = ({}, {"platform": "x"}, {"kind": kind}, {"kind": "jenis-é"}, {"band": 1})
    given = record(
        ranking(
            *(
                RankedList(ranking=name, rows=rows, **scope)  # type: ignore[arg-type]
                for scope in scopes
                for name in NAMES
            )
        )
    )
    assert len(pages_of(given)) == len(scopes)
