"""A satker's month has every one of its posts, for months long past as for the running one."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from functions.publish.pages import unit_month
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import World

MONTHS = ("2026-08", "2026-09", "2026-10")


def posts_of(world: World, month: str) -> dict[str, list[str]]:
    """The addresses of each satker's posts of a month."""
    found: dict[str, list[str]] = {}
    for ledger in world.agency.ledgers(month).values():
        for entry in ledger.entries.values():
            if entry.verdict and entry.verdict.satker:
                found.setdefault(entry.verdict.satker, []).append(entry.post.url)
    return found


def html(site: Path, satker: str, month: str, further: str = "") -> str:
    path = site / "satker" / satker / month.replace("-", "/") / further / "index.html"
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("month", MONTHS)
def test_every_post_of_a_month_is_on_its_satkers_page(
    run: Publish, site: Path, world: World, month: str
) -> None:
    run()
    for satker, urls in posts_of(world, month).items():
        told = html(site, satker, month)
        assert told.count('<tr class="post') == len(urls) > 0
        for url in urls:
            assert f'href="{url}"' in told


def test_every_rank_of_every_month_has_its_page_and_says_it(
    run: Publish, site: Path, world: World
) -> None:
    run()
    for month, record in world.agency.months().items():
        for name, said in (("most_popular", "Akun Terpopuler"), ("most_active", "Akun Teraktif")):
            ranked = record.ranking.find(name)
            out_of = sum(row.rank is not None for row in ranked.rows)
            for row in ranked.rows:
                told = text(site / f"satker/{row.satker}/{month.replace('-', '/')}/index.html")
                if row.rank is None and not row.posts:
                    assert told.count("jadi belum diukur dan belum diperingkat") == 1
                    continue
                rank = "tanpa peringkat" if row.rank is None else f"{row.rank} dari {out_of}"
                assert f"{said} {rank}" in told


def test_the_history_of_a_unit_leads_to_each_of_its_months(run: Publish, site: Path) -> None:
    run()
    told = (site / "satker/kanwil-bali/index.html").read_text(encoding="utf-8")
    for month in MONTHS:
        assert f'href="../../satker/kanwil-bali/{month.replace("-", "/")}/"' in told


def test_many_posts_take_several_pages_and_each_post_stands_on_one(
    run: Publish, site: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_month, "MOST_POSTS", 3)
    run()
    posts = posts_of(world, "2026-10")["kanwil-bali"]
    count = -(-len(posts) // 3)
    assert count > 1
    shown: Counter[str] = Counter()
    for number in range(1, count + 1):
        told = html(site, "kanwil-bali", "2026-10", str(number) if number > 1 else "")
        shown.update(re.findall(r'data-value="[^"]+">.+?href="(https://www[^"]+)" rel', told))
        assert told.count('<tr class="post') <= 3
        assert 'aria-label="Halaman unggahan"' in told
    assert {url: shown[url] for url in posts} == dict.fromkeys(posts, 1)
    assert 'aria-label="Halaman unggahan"' not in html(site, "poltekpin", "2026-10")
