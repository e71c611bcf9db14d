"""Addresses that hold wherever the site lies."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from functions.model import Agency
from functions.publish.job import publish
from functions.publish.objects import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from functions.store.agency import AgencyStore
from tests.browser.test_site import pages
from tests.publish.conftest import Publish
from tests.publish.world import NOW


def test_every_address_is_relative_so_that_any_prefix_works(run: Publish, site: Path) -> None:
    run()
    for path, reader in pages(site):
        if path == "404.html":  # shown at any depth, so its addresses begin at the root
            continue
        for link in reader.links:
            assert urlsplit(link).scheme or not link.startswith("/"), (path, link)


def test_one_entry_of_the_menu_is_marked(run: Publish, site: Path) -> None:
    run()
    for path in ("index.html", "satker/index.html", "metode/index.html", "data/index.html"):
        menu = (site / path).read_text(encoding="utf-8").split("<main")[0]
        assert menu.count('aria-current="page"') == 1


@pytest.mark.parametrize("count", [2, 20, 21, 600])
def test_a_page_links_to_each_other_agency_and_of_very_many_to_one_list(
    sqlite_url: str, tmp_path: Path, count: int
) -> None:
    everybody = [Agency(id=f"a{n}", name=f"Instansi {n}") for n in range(count)]
    store = open_store(sqlite_url)
    listed: list[int] = []
    for agency in (everybody[0], everybody[-1]):
        objects = FolderObjects(tmp_path / agency.id)
        books = (AgencyStore(store, agency), objects)
        publish(*books, now=NOW, settings=Settings(), run_id="run-1", everybody=everybody)
        for page in ("index.html", "metode/index.html"):
            text = (tmp_path / agency.id / page).read_text(encoding="utf-8")
            named = sum(f"Instansi {n}<" in text for n in range(count) if everybody[n] != agency)
            listed.append(named)
            assert (f"Semua {count} instansi" in text) is (named == 0)
    store.close()
    # The front page of the first one's site names all, however many there are.
    assert listed[0] == count - 1
    assert listed[1:] == ([count - 1] * 3 if count <= 20 else [0] * 3)
