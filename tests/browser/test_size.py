"""How large the site's pages are: a small phone's share of data, however large the ministry."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

from functions.model import DAY, PLATFORMS, Account, Agency, RankedList, Roster, Row, Satker
from functions.publish.job import publish
from functions.publish.pages.context import Context
from functions.publish.pages.home import home_page
from functions.publish.pages.lists import list_pages
from functions.publish.pages.month import month_page
from functions.publish.pages.platform import platform_page
from functions.publish.pages.year import year_page
from functions.publish.render import assets, render
from functions.publish.site import Material
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency.months import index_of
from tests.browser.test_site import parsed
from tests.factories import ranking, record, row
from tests.publish.world import NOW, UNITS, World

KB = 1_000
MANY = 5_000  # units of one agency
POSTS = 1_000  # of one unit in a month
A_PAGES = 200  # posts on a page


def test_the_front_page_is_light_with_all_it_needs(published: Path) -> None:
    page = published / "index.html"
    linked = [link for link in parsed(page).links if "assets/" in link]
    files = {page, *(published / urljoin("/", link)[1:] for link in linked)}
    bodies = [file.read_bytes() for file in files]
    assert len(bodies) == 4  # the page, the style sheet, the script, the icon
    assert sum(map(len, bodies)) <= 100 * KB
    assert sum(len(gzip.compress(body)) for body in bodies) <= 25 * KB
    assert sum(p.stat().st_size for p in published.glob("assets/kiprah.*.js")) < 20 * KB
    assert sum(p.stat().st_size for p in published.glob("assets/kiprah.*.css")) < 60 * KB


def test_no_page_of_a_unit_with_very_many_posts_is_large(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/kiprah.db")
    world = World(store, UNITS[:2])
    world.add_month("2026-10", posts=POSTS)
    site = FolderObjects(tmp_path / "site")
    publish(world.agency, site, now=NOW, settings=Settings(), run_id="size")
    store.close()
    month = tmp_path / "site/satker/setjen/2026/10"
    parts = [month, *(month / str(number) for number in range(2, POSTS // A_PAGES + 1))]
    rows = [
        (part / "index.html").read_text(encoding="utf-8").count('class="post') for part in parts
    ]
    assert sum(rows) >= POSTS
    for page in (tmp_path / "site").rglob("*.html"):
        assert page.stat().st_size <= 1_000 * KB, page


@pytest.fixture(scope="module")
def ministry() -> Material:
    """An agency of very many units, each with five accounts, in its tenth month."""
    units = tuple(
        Satker(
            id=f"lapas-{number}",
            name=f"Lembaga Pemasyarakatan Kelas II A Kabupaten Nusantara {number}",
            short_name=f"Lapas Kabupaten Nusantara {number}",
            kind="upt" if number % 9 else "kanwil",
        )
        for number in range(MANY)
    )
    begin = NOW - 300 * DAY
    accounts = tuple(
        Account(
            platform=platform,
            handle=f"lapasnusantara{number}",
            satker=unit.id,
            valid_from=begin,
            account_id=f"{number}",
        )
        for number, unit in enumerate(units)
        for platform in PLATFORMS
    )
    lists = tuple(_lists(units))
    records = {
        f"2026-{number:02}": record(
            ranking(
                *lists,
                month=f"2026-{number:02}",
                state="open" if number == 10 else "final",
                as_of=NOW - (10 - number) * 30 * DAY,
            )
        )
        for number in range(1, 11)
    }
    known = index_of(records)
    return Material(
        agency=Agency(),
        now=NOW,
        roster=Roster(as_of=begin, satker=units, accounts=accounts),
        index=known.months,
        ranked=known.units,
        records=records,
        ledgers={month: {} for month in records},
        pending=frozenset(),
        files={},
        assets=assets()[0],
    )


def _lists(units: tuple[Satker, ...]) -> Iterator[RankedList]:
    for platform in (None, *PLATFORMS):
        for name in ("most_popular", "most_active"):
            rows = tuple(_rows(units))
            yield RankedList(ranking=name, platform=platform, rows=rows)  # type: ignore[arg-type]


def _rows(units: tuple[Satker, ...]) -> Iterator[Row]:
    for number, unit in enumerate(units, 1):
        yield row(
            unit.id,
            number,
            posts=40,
            i24=123_456 - number,
            measured=38,
            name=unit.label,
            movement_kind="up",
            movement=1 + number % 40,
            rank_best=number,
            rank_worst=number + 2,
            largest_share=58.9,
            engagement_rate=1.4,
        )


def test_no_page_of_a_very_large_agency_is_large(ministry: Material) -> None:
    month = "2026-10"
    pages = {
        "": home_page(Context(ministry, "")),
        "2026/10/": month_page(Context(ministry, "2026/10/"), month),
        "platform/x/": platform_page(Context(ministry, "platform/x/"), "x"),
        "2026/": year_page(Context(ministry, "2026/"), "2026"),
    }
    for path, make in list_pages(ministry.records[month]):
        if path.startswith("2026/10/semua/"):
            pages[path] = make(Context(ministry, path))
    assert len(pages) == 4 + MANY // 500
    bodies = render(pages)
    assert "300 teratas dari 5.000" in bodies["2026/"].decode()
    sizes = {path: len(body) for path, body in bodies.items()}
    assert {path: size for path, size in sizes.items() if size > 1_000 * KB} == {}
