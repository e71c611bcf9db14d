"""What stands in frames on other sites."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import msgspec
import pytest

from functions.model import Satker
from functions.publish.pages.paths import embed_path
from functions.publish.targets.folder import FolderObjects
from functions.store import open_store
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import UNITS, World

URL = "https://kiprah.example.go.id"


def test_an_embed_shows_the_newest_final_month(run: Publish, site: Path, world: World) -> None:
    run()
    ranking = world.agency.months()["2026-09"].ranking
    for unit in world.units[:-1]:
        told = text(site / embed_path(unit.id) / "index.html")
        assert "September 2026" in told
        assert "Sementara" not in told
        for name in ("most_popular", "most_active"):
            rows = ranking.find(name).rows  # type: ignore[arg-type]
            [row] = [row for row in rows if row.satker == unit.id]
            ranked = sum(each.rank is not None for each in rows)
            assert f"{row.rank} dari {ranked}" in told if row.rank else "tanpa peringkat" in told
    html = (site / "sematan/setjen/index.html").read_text()
    assert 'href="../../satker/setjen/2026/09/"' in html
    assert "Peringkat tiap bulan sejak Agustus 2026: " in html


def test_before_the_first_final_month_the_running_one_is_shown_as_provisional(
    sqlite_url: str, tmp_path: Path
) -> None:
    from functions.publish.job import publish
    from functions.settings import Settings

    store = open_store(sqlite_url)
    world = World(store)
    objects = FolderObjects(tmp_path)
    publish(world.agency, objects, now=world.now, settings=Settings(), run_id="r")
    assert "Belum ada bulan yang diperingkat." in text(tmp_path / "sematan/setjen/index.html")
    assert "Belum ada yang diperingkat." in text(tmp_path / "sematan/teraktif/index.html")
    world.add_month("2026-10")
    publish(world.agency, objects, now=world.now, settings=Settings(), run_id="r")
    assert "Oktober 2026 Sementara" in text(tmp_path / "sematan/setjen/index.html")
    assert "Oktober 2026 Sementara" in text(tmp_path / "sematan/terpopuler/index.html")
    store.close()


def test_the_lists_show_the_first_in_order(run: Publish, site: Path, world: World) -> None:
    run()
    ranking = world.agency.months()["2026-09"].ranking
    for name, segment in (("most_popular", "terpopuler"), ("most_active", "teraktif")):
        html = (site / f"sematan/{segment}/index.html").read_text()
        names = [unescape(each) for each in re.findall(r"<bdi>(.*?)</bdi>", html)]
        rows = ranking.find(name).rows  # type: ignore[arg-type]
        assert names == [row.name for row in rows if row.rank and row.posts][:10]


def test_an_embed_is_small_and_asks_for_nothing_but_its_style_sheet(
    run: Publish, site: Path
) -> None:
    run()
    [sheet] = site.glob("assets/sematan.*.css")
    pages = [page for page in site.glob("sematan/*/index.html")]
    assert len(pages) == len(UNITS) + 2
    for page in pages:
        html = page.read_text()
        assert len(page.read_bytes()) + sheet.stat().st_size < 15_000
        assert "<script" not in html
        assert re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', html) == [
            f"../../assets/{sheet.name}"
        ]
        assert "default-src 'none'; style-src 'self'" in html
        assert '<base target="_blank">' in html


def test_the_code_to_copy_is_on_the_page_of_each_satker(run: Publish, site: Path) -> None:
    run(site_url=URL)
    for page in ("satker/setjen/index.html", "sematan/index.html"):
        codes = re.findall(r"<code>(&lt;iframe.*?)</code>", (site / page).read_text())
        assert codes
        for code in map(unescape, codes):
            address = re.fullmatch(r'<iframe src="([^"]+)" title="[^"<>]+" [^<>]*></iframe>', code)
            assert address
            assert (site / address[1].removeprefix(f"{URL}/") / "index.html").is_file()


def test_without_a_public_address_there_is_no_code(run: Publish, site: Path) -> None:
    run()
    assert "iframe src" not in unescape((site / "satker/setjen/index.html").read_text())
    assert "setelah alamat umum situs ini disetel" in text(site / "sematan/index.html")


@pytest.mark.parametrize("satker", ["terpopuler", "Teraktif", "satker-x", "satker-terpopuler"])
def test_no_satker_takes_a_lists_place(satker: str) -> None:
    path = embed_path(satker)
    assert path.startswith("sematan/satker-")
    assert path != embed_path(f"satker-{satker}")


def test_a_hostile_name_stays_a_name(sqlite_url: str, tmp_path: Path) -> None:
    from functions.publish.job import publish
    from functions.settings import Settings

    name = '<script>alert(1)</script>\u202e" onload="x\' & 🙂' + "a\u0301" * 40
    units = (
        msgspec.structs.replace(UNITS[0], name=name, short_name=name),
        *UNITS[1:3],
        Satker(id="terpopuler", name="Terpopuler", kind="upt"),
    )
    store = open_store(sqlite_url)
    world = World(store, units)
    world.add_month("2026-10")
    publish(
        world.agency,
        FolderObjects(tmp_path),
        now=world.now,
        settings=Settings(site_url=URL),
        run_id="r",
    )
    store.close()
    for page in [*tmp_path.glob("sematan/**/*.html"), tmp_path / "satker/setjen/index.html"]:
        html = page.read_text()
        assert "<script>alert" not in html
        assert 'onload="' not in html
    assert (tmp_path / "sematan/satker-terpopuler/index.html").is_file()
    code = re.findall(
        r"<code>(&lt;iframe.*?)</code>", (tmp_path / "satker/setjen/index.html").read_text()
    )
    assert code
    assert "\u202e" not in code[0]
    assert re.fullmatch(r'<iframe src="[^"]+" title="[^"<>]+" [^<>]*></iframe>', unescape(code[0]))
