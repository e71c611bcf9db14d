"""Every page of the site from what the store holds, as page models by path.

Pages are made from rankings and ledgers alone. There are those that go on living, and each month's
own, which are made for the last time when the month is frozen. A page of a month that is being
scored right now is left out: readers keep the page published before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

import msgspec

from functions.model import (
    PLATFORMS,
)
from functions.publish.condition import Condition
from functions.publish.pages.compare import compare_page
from functions.publish.pages.context import Context, Page, Shell
from functions.publish.pages.data import data_page
from functions.publish.pages.embeds import (
    embed_list_page,
    embed_unit_page,
    embeds_page,
    list_segments,
)
from functions.publish.pages.home import home_page
from functions.publish.pages.insights import insights_page
from functions.publish.pages.issues import issues_page
from functions.publish.pages.lists import list_pages
from functions.publish.pages.method import method_page
from functions.publish.pages.month import month_page
from functions.publish.pages.paths import (
    EMBEDS,
    INSIGHTS,
    ISSUES,
    VOICE,
    embed_path,
    month_path,
    satker_path,
    unit_month_path,
    units_path,
)
from functions.publish.pages.platform import platform_page
from functions.publish.pages.post import post_page, posts_with_page
from functions.publish.pages.registry import registry_page
from functions.publish.pages.status import REGISTRY, status_page
from functions.publish.pages.unit_month import unit_month_page, unit_months
from functions.publish.pages.units import unit_page, units_page, units_pages
from functions.publish.pages.verify import verify_page
from functions.publish.pages.voice import voice_page
from functions.publish.pages.year import year_page
from functions.publish.site import Material


class NotFoundPage(msgspec.Struct, frozen=True):
    """What a server shows for an address that does not exist."""

    template: ClassVar[str] = "pages/not_found.html"
    shell: Shell
    units: str


def living(m: Material) -> dict[str, Page]:
    """The pages that follow the running month and the registry, by their paths.

    Of a year whose months are not all at hand, the page stays as it was made with the last of them.
    """
    return dict(_living(m))


def of_month(m: Material, month: str) -> dict[str, Page]:
    """A month's own pages by their paths: made while it runs and closes, frozen with it.

    They lead to one another, to pages of units and to the months beside it, and show nothing else.
    """
    return dict(_of_month(m, month))


def of_year(m: Material, year: str) -> dict[str, Page]:
    """A year's page by its path, from all its months."""
    return dict([_at(m, f"{year}/", partial(year_page, year=year))])


def of_condition(m: Material, condition: Condition) -> dict[str, Page]:
    """The page that tells how the measuring stands; another at every run, unlike all others."""
    return dict([_at(m, "status/", partial(status_page, condition=condition))])


def _living(m: Material) -> Iterator[tuple[str, Page]]:
    if m.current is None or m.current.ranking.month not in m.pending:
        yield _at(m, "", home_page)
        yield _at(m, "banding/", compare_page)
        for platform in PLATFORMS:
            yield _at(m, f"platform/{platform}/", partial(platform_page, platform=platform))
    if m.pending.isdisjoint(m.recent):
        for number in range(1, units_pages(m) + 1):
            yield _at(m, units_path(number), partial(units_page, number=number))
        for satker in m.units:
            yield _at(m, satker_path(satker.id), partial(unit_page, satker=satker))
    for year in m.years:
        if m.records.keys() >= {*m.months_of(year)}:
            yield from of_year(m, year).items()
    if m.pending.isdisjoint(m.recent):
        yield _at(m, EMBEDS, embeds_page)
        for name, segment in list_segments().items():
            yield _at(m, f"{EMBEDS}{segment}/", partial(embed_list_page, name=name))
        for satker in m.units:
            yield _at(m, embed_path(satker.id), partial(embed_unit_page, satker=satker))
    yield _at(m, ISSUES, issues_page)
    yield _at(m, INSIGHTS, insights_page)
    if m.heard.shares:
        yield _at(m, VOICE, voice_page)
    yield _at(m, "metode/", method_page)
    yield _at(m, "data/", data_page)
    yield _at(m, REGISTRY, registry_page)
    yield _at(m, "periksa/", verify_page)
    yield "404.html", _not_found(Context(m, "404.html"))


def _of_month(m: Material, month: str) -> Iterator[tuple[str, Page]]:
    yield _at(m, month_path(month), partial(month_page, month=month))
    for path, make in list_pages(m.records[month]):
        yield _at(m, path, make)
    for satker, count in unit_months(m, month) if month in m.ledgers else ():
        for number in range(1, count + 1):
            make = partial(unit_month_page, satker=satker, month=month, number=number, of=count)
            yield _at(m, unit_month_path(satker.id, month, number), make)
    for path, entries in posts_with_page(m, month).items() if month in m.ledgers else ():
        yield _at(m, path, partial(post_page, entries=entries, month=month))


def _at(m: Material, path: str, make: Callable[[Context], Page]) -> tuple[str, Page]:
    return f"{path}index.html", make(Context(m, path))


def _not_found(context: Context) -> Page:
    return NotFoundPage(
        shell=context.shell("Halaman tidak ditemukan", "Halaman ini tidak ada."),
        units=context.href("satker/"),
    )
