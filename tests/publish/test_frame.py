"""Addresses that hold wherever the site lies."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.test_site import pages
from tests.publish.conftest import Publish


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
