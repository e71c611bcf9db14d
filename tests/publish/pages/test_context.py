"""Addresses that hold wherever the site lies."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from urllib.parse import urlsplit

import msgspec
import pytest

from functions.model import Agency
from functions.publish import pages as pages_room
from functions.publish.job import publish
from functions.publish.pages.context import Link
from functions.publish.render import TEMPLATES
from functions.publish.targets.folder import FolderObjects
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
        agencies = (AgencyStore(store, agency), objects)
        publish(*agencies, now=NOW, settings=Settings(), run_id="run-1", everybody=everybody)
        for page in ("index.html", "metode/index.html"):
            text = (tmp_path / agency.id / page).read_text(encoding="utf-8")
            named = sum(f"Instansi {n}<" in text for n in range(count) if everybody[n] != agency)
            listed.append(named)
            assert (f"Semua {count} instansi" in text) is (named == 0)
    store.close()
    # The front page of the first one's site names all, however many there are.
    assert listed[0] == count - 1
    assert listed[1:] == ([count - 1] * 3 if count <= 20 else [0] * 3)


def page_models() -> list[type]:
    """Every page model, from the modules of this room."""
    names = [f"{pages_room.__name__}.{found.name}" for found in iter_modules(pages_room.__path__)]
    members = [each for name in names for each in vars(import_module(name)).values()]
    return [each for each in members if isinstance(each, type) and is_page(each)]


def is_page(found: type) -> bool:
    return issubclass(found, msgspec.Struct) and hasattr(found, "template")


def test_every_page_has_a_template_and_every_template_a_page() -> None:
    models = {str(model.template): model for model in page_models()}  # type: ignore[attr-defined]
    assert {*models} == {f"pages/{path.name}" for path in (TEMPLATES / "pages").iterdir()}


def test_a_page_cannot_be_changed_by_a_template() -> None:
    link = Link("a", "b")
    with pytest.raises(AttributeError):
        link.label = "c"  # type: ignore[misc]
