"""Units side by side, as the address says."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.test_site import STANDARD

pytestmark = pytest.mark.browser


def heads(page: Page) -> list[str]:
    """The units of the first table."""
    return page.locator("table.side").first.locator("thead a").all_inner_texts()


def ready(page: Page) -> Page:
    page.locator("#banding select").first.wait_for()
    return page


def test_the_address_says_who_is_compared(visit: Visit) -> None:
    page = ready(visit("banding/?a=kanwil-bali&b=setjen"))
    assert heads(page) == ["Kanwil Kemenkum Bali", "Setjen"]
    assert page.locator("table.side").count() == 3
    assert page.locator("svg.spark").count() == 2
    page.locator("table.side thead a").first.click()
    page.wait_for_url("**/satker/kanwil-bali/")


def test_a_choice_stands_in_the_address(visit: Visit) -> None:
    page = ready(visit("banding/"))
    assert page.inner_text("#banding [role=status]") == "Pilih satuan kerja untuk dibandingkan."
    page.get_by_label("Satuan kerja 1").select_option("kanwil-papua")
    page.get_by_label("Satuan kerja 3").select_option("kanwil-aceh")
    assert page.evaluate("location.search") == "?a=kanwil-papua&c=kanwil-aceh"
    page.reload()
    ready(page)
    assert heads(page) == ["Kanwil Kemenkum Papua", "Kanwil Kemenkum Aceh"]
    page.get_by_label("Satuan kerja 1").select_option("")
    assert page.evaluate("location.search") == "?c=kanwil-aceh"


def test_the_figures_are_those_of_the_lists(visit: Visit) -> None:
    page = visit("2026/10/semua/")
    row = page.locator("table.list").first.locator("tr:has-text('Kanwil Kemenkum Bali')")
    figure = row.locator("td.num[data-value]").nth(1).inner_text().strip()
    page.goto(page.url.replace("2026/10/semua/", "banding/?a=kanwil-bali"))
    ready(page)
    shown = page.locator("table.side").first.locator("tr:has-text('Interaksi') td").first
    assert shown.inner_text() == figure


@pytest.mark.parametrize(
    "asked", ["a=__proto__", "a=toString&b=", "a=%3Cb%3E", "a=setjen&b=setjen"]
)
def test_an_odd_address_harms_nothing(visit: Visit, asked: str) -> None:
    errors: list[str] = []
    page = visit(
        f"banding/?{asked}",
        watch=lambda page: page.on("pageerror", lambda error: errors.append(str(error))),
    )
    ready(page)
    assert page.locator("table.side thead a").count() in (0, 3)
    assert errors == []


def test_figures_that_do_not_come_are_said_to_be_missing(visit: Visit) -> None:
    def lose(page: Page) -> None:
        page.route("**/banding.json", lambda route: route.fulfill(body="{"))

    page = visit("banding/", watch=lose)
    page.get_by_text("Angkanya tidak dapat diambil").wait_for()


@pytest.mark.parametrize("width", [320, 1280])
def test_it_fits_and_can_be_read_by_everybody(visit: Visit, width: int) -> None:
    page = ready(visit("banding/?a=kanwil-bali&b=setjen&c=kanwil-aceh&d=bhp-medan"))
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    rules = {"runOnly": {"type": "tag", "values": STANDARD}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()
