"""Every page of the site from what the store holds, as page models by path.

Pages are made from rankings and ledgers alone. A page of a month that is being scored right now is
left out: readers keep the page published before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

import msgspec

from functions.model import (
    PLATFORMS,
)
from functions.publish.pages import boards
from functions.publish.pages.context import Context, Page, Shell
from functions.publish.pages.data import data_page
from functions.publish.pages.home import home_page
from functions.publish.pages.method import method_page
from functions.publish.pages.month import month_page
from functions.publish.pages.platform import platform_page
from functions.publish.pages.status import status_page
from functions.publish.pages.units import unit_page, units_page
from functions.publish.pages.verify import verify_page
from functions.publish.pages.year import year_page
from functions.publish.site import Material


class NotFoundPage(msgspec.Struct, frozen=True):
    """What a server shows for an address that does not exist."""

    template: ClassVar[str] = "pages/not_found.html"
    shell: Shell
    units: str


def pages(material: Material) -> dict[str, Page]:
    """Every page by its path in the site (``satker/setjen/index.html``)."""
    return dict(_pages(material))


def _pages(m: Material) -> Iterator[tuple[str, Page]]:
    ready = [month for month in m.records if month not in m.pending]
    if m.current is None or m.current.ranking.month in ready:
        yield _at(m, "", home_page)
        for platform in PLATFORMS:
            yield _at(m, f"platform/{platform}/", partial(platform_page, platform=platform))
    if m.pending.isdisjoint(m.recent):
        yield _at(m, "satker/", units_page)
        for satker in m.units:
            yield _at(m, boards.satker_path(satker.id), partial(unit_page, satker=satker))
    for month in ready:
        yield _at(m, boards.month_path(month), partial(month_page, month=month))
    for year in sorted({month[:4] for month in m.records}):
        yield _at(m, f"{year}/", partial(year_page, year=year))
    yield _at(m, "metode/", method_page)
    yield _at(m, "data/", data_page)
    yield _at(m, "periksa/", verify_page)
    yield _at(m, "status/", status_page)
    yield "404.html", _not_found(Context(m, "404.html"))


def _at(m: Material, path: str, make: Callable[[Context], Page]) -> tuple[str, Page]:
    return f"{path}index.html", make(Context(m, path))


def _not_found(context: Context) -> Page:
    return NotFoundPage(
        shell=context.shell("Halaman tidak ditemukan", "Halaman ini tidak ada."),
        units=context.href("satker/"),
    )
