"""What JavaScript adds to a page, and what a keyboard reaches: nothing is lost on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.browser

MONTH = "satker/kanwil-bali/2026/10/"


def test_a_list_can_be_sorted_by_name_and_back(visit: Visit) -> None:
    page = visit("2026/10/semua/")
    table = page.locator("table.list").first
    before = table.locator("tbody tr").all_inner_texts()
    name = table.get_by_role("button", name="Satuan kerja")
    name.click()
    names = table.locator("tbody th > a").all_inner_texts()
    assert names == sorted(names, key=str.casefold)
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    name.click()
    assert table.locator("tbody th > a").all_inner_texts() == names[::-1]
    table.get_by_role("button", name="#").click()
    assert table.locator("tbody tr").all_inner_texts() == before


def test_a_year_can_be_sorted_by_a_month_whose_name_is_a_link(visit: Visit, site: Site) -> None:
    page = visit("2026/")
    table = page.locator("table.year").first
    heading = table.locator("thead th").nth(1)
    month = heading.locator("a")
    assert page.locator("button a, a button").count() == 0
    heading.get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    ranks = table.locator("tbody td:nth-child(2)").all_inner_texts()
    known = [int(rank) for rank in ranks if rank.isdigit()]
    assert known == sorted(known)
    assert len(known) > 2
    month.click()
    page.wait_for_url(f"{site.address}2026/08/")


def test_a_unit_is_found_by_province_and_by_account(visit: Visit) -> None:
    page = visit("satker/")
    field = page.get_by_label("Cari nama, provinsi, atau akun")
    for words, found in (("bali", 1), ("KANWIL", 3), ("kemenkumkanwilaceh", 1), ("zzz", 0)):
        field.fill(words)
        assert page.locator("[data-find-text]:visible").count() == found
        if found:
            assert f"{found} satuan kerja cocok" in page.inner_text("[role=status]")
    field.fill("")
    assert page.locator("[data-find-text]:visible").count() == 6


def test_every_page_leads_to_the_units_by_keyboard(visit: Visit, site: Site) -> None:
    page = visit("2026/10/")
    page.get_by_role("searchbox", name="Cari satuan kerja").fill("bali")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}satker/?cari=bali")


def test_posts_can_be_narrowed_down_and_the_address_says_so(visit: Visit, site: Site) -> None:
    page = visit(MONTH)
    posts = page.locator("table.posts tbody tr:visible")
    everything = posts.count()
    page.get_by_label("Platform").select_option("Instagram")
    narrowed = posts.count()
    assert 0 < narrowed < everything
    assert set(posts.evaluate_all("all => all.map(each => each.dataset.platform)")) == {"instagram"}
    assert page.url == f"{site.url(MONTH)}?platform=instagram"
    assert page.inner_text("[role=status]") == f"{narrowed} dari {everything} unggahan"
    page.get_by_label("Platform").select_option("semua")
    page.get_by_label("Tampilkan").select_option("tidak dihitung")
    assert page.url == f"{site.url(MONTH)}?saring=tidak-dihitung"
    assert 0 < posts.count() < everything
    assert set(posts.evaluate_all("all => all.map(each => each.className)")) == {"post post-out"}


def test_an_address_with_a_choice_shows_it(visit: Visit) -> None:
    page = visit(MONTH)
    everything = page.locator("table.posts tbody tr:visible").count()
    page.goto(f"{page.url}?saring=tidak-dihitung&platform=nirwana")
    out = page.locator("table.posts tbody tr:visible")
    assert 0 < out.count() < everything
    assert page.get_by_label("Tampilkan").input_value() == "tidak-dihitung"
    assert page.get_by_label("Platform").input_value() == ""
    assert page.inner_text("[role=status]") == f"{out.count()} dari {everything} unggahan"


def test_what_needs_a_look_on_a_units_page_is_shown_alone(visit: Visit) -> None:
    page = visit("satker/kanwil-bali/")
    link = page.locator(".looks a").first
    count = int(link.inner_text().split()[0])
    link.click()
    page.wait_for_url("**/2026/10/?saring=*")
    assert page.locator("table.posts tbody tr:visible").count() == count


def test_a_mark_in_a_list_leads_to_its_numbers(visit: Visit) -> None:
    page = visit("2026/10/")
    page.locator("a.flag").first.click()
    assert page.evaluate("location.hash").startswith("#penanda-")
    assert page.get_by_text("12 unggahan dalam 60 menit").is_visible()


def test_a_link_into_a_folded_list_unfolds_it(visit: Visit) -> None:
    page = visit("2026/10/")
    target = page.locator("details.fold h3").first.get_attribute("id")
    page.goto(f"{page.url}#{target}")
    assert page.locator("details.fold").first.get_attribute("open") is not None


def test_the_whole_row_of_a_ranking_leads_to_its_unit(visit: Visit) -> None:
    page = visit()
    row = page.locator("table.ranking tbody tr").first
    link = row.locator("th a")
    leads_to = link.evaluate("link => link.href")
    # One stop for the keyboard, and one target for the hand.
    assert row.locator("a:not(.flag), button").count() == 1
    box = row.locator(".fig").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(leads_to)


def test_the_keyboard_reaches_the_content_first(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Langsung ke isi"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "isi"


@pytest.mark.parametrize("path", ["", "2026/10/semua/", MONTH, "satker/"])
def test_the_focus_is_seen_wherever_it_goes(visit: Visit, path: str) -> None:
    page = visit(path)
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        where = _focus(page)
        if where and not where["seen"]:
            unseen.append(where["what"])
    assert unseen == []


def _focus(page: Page) -> dict[str, object]:
    """What has the focus, and whether its outline is drawn on something of a size."""
    found: dict[str, object] = page.evaluate(
        """() => {
        const at = document.activeElement, style = getComputedStyle(at);
        const box = at.getBoundingClientRect();
        return {
            what: at.outerHTML.slice(0, 120),
            seen: at === document.body || (style.outlineStyle !== "none"
                && parseFloat(style.outlineWidth) >= 2 && box.width >= 20 && box.height >= 16
                && box.bottom > 0 && box.top < innerHeight),
        };
    }"""
    )
    return found


def test_the_front_page_leads_to_the_evidence_in_two_steps(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("link", name="Unduh data bulan ini").click()
    page.wait_for_url(f"{site.address}data/#2026-10")
    link = page.get_by_role("link", name="Oktober 2026, Bukti: SHA-256")
    assert (link.get_attribute("href") or "").endswith("data/2026-10/bukti.sha256")
