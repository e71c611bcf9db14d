"""The site as its readers meet it: any width, light and dark, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.browser.conftest import PAGES, Visit

pytestmark = pytest.mark.browser

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class _Reader(HTMLParser):
    """A page's links and anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None and tag != "use":
                self.links.append(value)
            if name == "id" and value is not None:
                self.ids.append(value)


def parsed(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def pages(site: Path) -> Iterator[tuple[str, _Reader]]:
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site).as_posix(), parsed(path)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(windows: dict[bool, Page], address: str, path: str, width: int) -> None:
    page = windows[True]
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="light")
    page.goto(address + path)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    _check(page, {"type": "tag", "values": STANDARD})
    # Nothing but colours depends on the scheme.
    page.emulate_media(color_scheme="dark")
    _check(page, {"type": "rule", "values": ["color-contrast"]})


def _check(page: Page, rules: dict[str, object]) -> None:
    # Of what passes, a selector for each of a page's thousands of elements would be made in vain.
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_nothing_is_fetched_from_elsewhere_or_amiss_in_the_console(
    visit: Visit, address: str
) -> None:
    asked: list[str] = []
    said: list[str] = []

    def watch(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))

    page = visit(PAGES[0], watch=watch)
    for path in PAGES[1:]:
        page.goto(address + path)
    host = urlsplit(address).netloc
    assert {address + path for path in PAGES} <= set(asked)
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {host}
    assert said == []


def test_every_link_and_anchor_leads_somewhere(published: Path) -> None:
    readers = dict(pages(published))
    dead = []
    for path, reader in readers.items():
        for link in reader.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("http", "https"), link
                continue
            base = "/" if path == "404.html" else f"/{path}"
            target = unquote(urlsplit(urljoin(f"http://site{base}", link)).path)[1:]
            target += "index.html" if target.endswith("/") or not target else ""
            exists = (published / target).is_file()
            if not exists or (parts.fragment and parts.fragment not in readers[target].ids):
                dead.append((path, link))
    assert dead == []


def test_no_id_stands_twice_on_a_page(published: Path) -> None:
    for path, reader in pages(published):
        assert len(reader.ids) == len(set(reader.ids)), path


def test_every_page_is_named_and_small(published: Path) -> None:
    titles: dict[str, Path] = {}
    for path in published.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        title = re.search("<title>(.+?)</title>", text)
        assert title
        assert titles.setdefault(title[1], path) == path
        assert text.count("<h1") == 1, path
        assert 'lang="id"' in text
    assert sum(p.stat().st_size for p in published.glob("assets/kiprah.*.js")) < 20_000
    assert sum(p.stat().st_size for p in published.glob("assets/*.css")) < 60_000


@pytest.mark.parametrize("path", PAGES)
def test_everything_can_be_read_without_javascript(
    windows: dict[bool, Page], address: str, path: str
) -> None:
    plain, lively = windows[False], windows[True]
    for page in (plain, lively):
        page.goto(address + path)
    assert "Angka di situs ini simulasi." in plain.inner_text("body")
    # JavaScript adds controls and words about them; it takes nothing away.
    added = ("label", "option", "select", "button", "input", "[role=status]", "[data-periksa]")
    words = plain.locator("main").text_content() or ""
    lively.evaluate(
        """(added) => document.querySelectorAll(added).forEach((each) =>
            each.replaceWith(...(each.matches("button") ? each.childNodes : [])))""",
        ", ".join(added),
    )
    assert (lively.locator("main").text_content() or "").split() == words.split()


def test_a_row_can_be_sorted_by_name_and_back(visit: Visit) -> None:
    page = visit("2026/10/")
    table = page.locator("table.ranking").first
    before = table.locator("tbody tr").all_inner_texts()
    name = table.get_by_role("button", name="Satuan kerja")
    name.click()
    names = table.locator("tbody th > a").all_inner_texts()
    assert names == sorted(names, key=str.casefold)
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    name.click()
    assert table.locator("tbody th > a").all_inner_texts() == names[::-1]
    table.get_by_role("button", name="Peringkat").click()
    assert table.locator("tbody tr").all_inner_texts() == before


def test_a_unit_is_found_by_province_and_by_account(visit: Visit) -> None:
    page = visit("satker/")
    field = page.get_by_label("Cari nama, provinsi, atau akun")
    for words, found in (("bali", 1), ("KANWIL", 3), ("kemenkumkanwilaceh", 1), ("zzz", 0)):
        field.fill(words)
        assert page.locator("[data-find-text]:visible").count() == found
        assert f"{found} satuan kerja cocok" in page.inner_text("[role=status]")
    field.fill("")
    assert page.locator("[data-find-text]:visible").count() == 6


def test_posts_can_be_narrowed_down(visit: Visit) -> None:
    page = visit("satker/kanwil-bali/")
    place = page.locator(".filters").first
    posts = page.locator("ol.posts").first.locator("> li:visible")
    everything = posts.count()
    place.get_by_label("Platform").select_option("Instagram")
    assert 0 < posts.count() < everything
    assert set(posts.evaluate_all("all => all.map(each => each.dataset.platform)")) == {"instagram"}
    place.get_by_label("Platform").select_option("Semua")
    place.get_by_label("Tampilkan").select_option("Dihitung")
    assert set(posts.evaluate_all("all => all.map(each => each.dataset.counted)")) == {"ya"}


def test_a_link_into_a_folded_list_unfolds_it(visit: Visit) -> None:
    page = visit("2026/10/#x")
    assert page.locator("details:has(#x)").get_attribute("open") is not None
    assert page.locator("#x-terpopuler").is_visible()
    assert not page.locator("#tiktok-terpopuler").is_visible()


def test_a_mark_in_a_list_leads_to_its_numbers(visit: Visit) -> None:
    page = visit("2026/10/")
    page.locator("a.flag").first.click()
    assert page.evaluate("location.hash").startswith("#penanda-")
    assert page.get_by_text("12 unggahan dalam 60 menit").is_visible()


def test_the_keyboard_reaches_the_content_first(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Langsung ke isi"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "isi"


def test_the_front_page_leads_to_the_evidence_in_two_steps(visit: Visit, address: str) -> None:
    page = visit()
    page.get_by_role("link", name="Unduh data bulan ini").click()
    page.wait_for_url(f"{address}data/#2026-10")
    link = page.get_by_role("link", name="Oktober 2026, Bukti: SHA-256")
    assert (link.get_attribute("href") or "").endswith("data/2026-10/bukti.sha256")


def test_paper_shows_folded_lists_and_no_menus(visit: Visit) -> None:
    page = visit("2026/10/")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Utama").is_visible()
    height = "each => each.getBoundingClientRect().height"
    assert page.locator("details:has(#x) .boards").evaluate(height) > 100
