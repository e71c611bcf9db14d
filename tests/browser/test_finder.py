"""A unit is found by what is displayed of it, and what a reader chose stands in the address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from functions.publish.pages import units
from functions.store import open_store
from tests.browser.conftest import Visit, publish_months, served
from tests.publish.world import World

pytestmark = pytest.mark.browser

ROWS = "[data-find-text]:visible th a"


def test_every_handle_is_found_as_it_is_displayed(visit: Visit) -> None:
    page = visit("satker/")
    links = page.locator(ROWS)
    hrefs = links.evaluate_all("all => all.map((each) => each.href)")
    names = links.all_inner_texts()
    for href, name in zip(hrefs, names, strict=True):
        page.goto(href)
        handles = page.locator(".profiles a, .accounts a").all_inner_texts()
        page.go_back()
        for handle in {each.split(":")[-1].strip() for each in handles} or {name}:
            page.get_by_label("Cari nama, provinsi, atau akun").fill(handle)
            assert name in page.locator(ROWS).all_inner_texts(), handle


def test_the_form_of_every_page_leads_to_what_is_sought(visit: Visit) -> None:
    page = visit("metode/")
    page.locator("#temukan").fill("@kemenkumkanwilbali")
    page.keyboard.press("Enter")
    page.wait_for_url("**/satker/?cari=%40kemenkumkanwilbali")
    assert page.locator(ROWS).all_inner_texts() == ["Kanwil Kemenkum Bali"]
    assert page.get_by_label("Cari nama, provinsi, atau akun").input_value() == (
        "@kemenkumkanwilbali"
    )


def test_where_nothing_fits_all_are_a_step_away(visit: Visit) -> None:
    page = visit("satker/?cari=atlantis")
    assert page.locator(ROWS).count() == 0
    page.get_by_role("link", name="lihat semua 6").click()
    page.wait_for_url("**/satker/")
    assert page.locator(ROWS).count() == 6


def test_what_is_typed_stands_in_the_address(visit: Visit) -> None:
    page = visit("satker/")
    page.get_by_label("Cari nama, provinsi, atau akun").fill("papua")
    assert page.evaluate("location.search") == "?cari=papua"
    page.reload()
    assert page.locator(ROWS).all_inner_texts() == ["Kanwil Kemenkum Papua"]
    page.get_by_label("Cari nama, provinsi, atau akun").fill("")
    assert page.evaluate("location.search") == ""


def test_a_sorted_list_can_be_sent_to_others(visit: Visit) -> None:
    page = visit("2026/10/semua/")
    table = page.locator("table[data-sort]").nth(1)
    button = table.get_by_role("button", name="Satuan kerja")
    button.click()
    button.click()
    sorted_rows = table.locator("tbody tr").all_inner_texts()
    assert page.evaluate("location.search") == "?urut=teraktif.satuan-kerja.turun"
    page.reload()
    assert table.locator("tbody tr").all_inner_texts() == sorted_rows
    assert table.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
    assert page.locator("table[data-sort]").first.locator("[aria-sort]").count() == 0


@pytest.mark.parametrize("asked", ["urut=x", "urut=teraktif.%00", "urut=__proto__", "cari=%F0%9F"])
def test_an_odd_address_shows_the_page_as_it_is(visit: Visit, asked: str) -> None:
    errors: list[str] = []
    page = visit(
        f"2026/10/semua/?{asked}",
        watch=lambda page: page.on("pageerror", lambda error: errors.append(str(error))),
    )
    assert page.locator("[aria-sort]").count() == 0
    assert errors == []


@pytest.fixture(scope="module")
def long_list(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site whose list of units goes over several pages."""
    folder = tmp_path_factory.mktemp("long")
    store = open_store(f"sqlite:///{folder}/kiprah.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "ROWS", 2)
        site = publish_months(World(store), folder, notice="")
    store.close()
    with served(site) as long:
        yield long.address


def found(page: Page) -> list[str]:
    return page.locator(".found a").all_inner_texts()


def test_a_search_goes_across_all_pages_of_the_list(browser: Browser, long_list: str) -> None:
    page = browser.new_page()
    page.goto(f"{long_list}satker/semua/2/?cari=setjen")
    page.locator(".found a").wait_for()
    assert found(page) == ["Setjen"]
    assert page.inner_text("[role=status]") == "1 satuan kerja cocok"
    field = page.get_by_label("Cari nama, provinsi, atau akun")
    field.fill("kanwil")
    page.get_by_text("3 satuan kerja cocok").wait_for()
    page.locator(".found a").nth(1).click()
    page.wait_for_url("**/satker/kanwil-bali/")
    page.go_back()
    field.fill("")
    page.locator("table.units").first.wait_for()
    page.close()
