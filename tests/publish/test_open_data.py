"""The open files of a whole site: what there is, when it is made, and that links lead to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from functions.model import Agency
from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.publish.conftest import Publish
from tests.publish.pieces import tree
from tests.publish.world import NOW, World

URL = "https://kiprah.example.go.id"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(body: bytes) -> list[str]:
    return [loc.text or "" for loc in ElementTree.fromstring(body).iter(f"{NAMESPACE}loc")]


def test_without_a_public_address_there_is_nothing_that_needs_one(run: Publish, site: Path) -> None:
    run()
    made = tree(site)
    assert not {"feed.xml", "sitemap.xml", "robots.txt"} & made.keys()
    assert not any(path.startswith("peta/") for path in made)
    pages = [body for path, body in made.items() if path.endswith(".html")]
    assert not any(b"atom+xml" in body or b"ld+json" in body for body in pages)
    assert {"data/semua.csv", "data/satker.csv", "satker/setjen/peringkat.csv"} <= made.keys()


def test_the_maps_name_every_page_and_no_other(run: Publish, site: Path) -> None:
    run(site_url=URL)
    made = tree(site)
    found: list[str] = []
    for each in addresses(made["sitemap.xml"]):
        found += addresses(made[each.removeprefix(f"{URL}/")])
    assert len(found) == len(set(found))
    pages = {
        path.removesuffix("index.html")
        for path in made
        if path.endswith("index.html")
        and (not path.startswith("sematan/") or path == "sematan/index.html")
    }
    assert {each.removeprefix(f"{URL}/") for each in found} == pages
    assert f"Sitemap: {URL}/sitemap.xml" in made["robots.txt"].decode()
    assert b"application/atom+xml" in made["index.html"]
    assert made["feed.xml"].count(b"<entry>") == 2


def test_a_second_run_makes_none_of_them_again(run: Publish, site: Path) -> None:
    run(site_url=URL)
    before = tree(site)
    assert run(site_url=URL, now=NOW + timedelta(minutes=5))["uploaded"] == 0
    assert tree(site) == before


def test_final_months_are_in_the_table_of_all_and_a_revision_takes_their_place(
    world: World, run: Publish, site: Path
) -> None:
    run()
    before = (site / "data/semua.csv").read_bytes()
    assert b"2026-10" not in before
    world.revise("2026-08", as_of=NOW + timedelta(minutes=1))
    run(now=NOW + timedelta(minutes=5))
    after = (site / "data/semua.csv").read_bytes()
    digests = {m: r.digest.encode() for m, r in world.agency.months().items()}
    assert digests["2026-08"] in after
    assert digests["2026-08"] not in before
    assert digests["2026-09"] in after


def test_a_table_that_is_lost_or_changed_is_made_good(run: Publish, site: Path) -> None:
    run()
    whole = tree(site)
    (site / "data/semua.csv").write_bytes(b"x")
    (site / "satker/setjen/peringkat.csv").unlink()
    run(now=NOW + timedelta(days=1, hours=1))
    for path in ("data/semua.csv", "satker/setjen/peringkat.csv"):
        assert (site / path).read_bytes() == whole[path]


def test_an_agency_in_a_folder_has_its_own_feed_and_maps_but_no_robots(
    world: World, tmp_path: Path
) -> None:
    everybody = (Agency(id="kemenko", name="Kementerian Koordinator"), world.agency.agency)
    facts: dict[str, Any] = {"now": NOW, "settings": Settings(site_url=URL), "run_id": "r"}
    publish(world.agency, FolderObjects(tmp_path / "own"), everybody=everybody, **facts)
    own = tree(tmp_path / "own")
    assert "robots.txt" not in own
    assert addresses(own["sitemap.xml"])[0] == f"{URL}/kemenkum/peta/halaman.xml"
    first = AgencyStore(world.agency.store, everybody[0])
    publish(first, FolderObjects(tmp_path / "first"), everybody=everybody, **facts)
    robots = (tmp_path / "first/robots.txt").read_text()
    assert f"Sitemap: {URL}/sitemap.xml\nSitemap: {URL}/kemenkum/sitemap.xml" in robots
