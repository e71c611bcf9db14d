"""The site as its readers meet it: any width, light and dark, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PAGES, Site, Visit

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


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(windows: dict[bool, Page], site: Site, path: str) -> None:
    page = windows[True]
    page.emulate_media(color_scheme="light")
    page.goto(site.url(path))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        _check(page, {"type": "tag", "values": STANDARD})
    # Nothing but colours depends on the scheme.
    page.emulate_media(color_scheme="dark")
    _check(page, {"type": "rule", "values": ["color-contrast"]})


def _check(page: Page, rules: dict[str, object]) -> None:
    # Of what passes, a selector for each of a page's thousands of elements would be made in vain.
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_drawings_stay_visible_in_a_readers_own_colours(
    windows: dict[bool, Page], site: Site, path: str
) -> None:
    page = windows[True]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(site.url(path))
    unseen = page.evaluate(
        """() => {
        const paper = getComputedStyle(document.body).backgroundColor;
        const nothing = ["none", "transparent", "rgba(0, 0, 0, 0)", paper];
        const shown = (colour) => !nothing.includes(colour);
        return [...document.querySelectorAll("main svg, header svg")]
            .filter((svg) => svg.checkVisibility())
            .flatMap((svg) => [...svg.querySelectorAll(":not(g, title, use, .hit, .reads *)")])
            .filter((shape) => {
                const style = getComputedStyle(shape);
                return !shown(style.fill) && !shown(style.stroke);
            })
            .map((shape) => `${shape.closest("svg").getAttribute("class")}: ${shape.outerHTML}`);
    }"""
    )
    page.emulate_media(forced_colors="none")
    assert unseen == []


def test_nothing_is_fetched_from_elsewhere_or_amiss_in_the_console(
    visit: Visit, site: Site
) -> None:
    asked: list[str] = []
    said: list[str] = []

    def watch(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))

    page = visit(PAGES[0], watch=watch)
    for path in PAGES[1:]:
        page.goto(site.url(path))
    host = urlsplit(site.address).netloc
    assert {site.url(path) for path in PAGES} <= set(asked)
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {host}
    assert said == []


def test_a_folder_opened_without_a_server_works(browser: Browser, published: Path) -> None:
    said: list[str] = []
    context = browser.new_context()
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    site = Site(published, f"{published.as_uri()}/")
    for path in PAGES:
        if path in ("404.html", "sematan/"):
            continue  # the one's addresses begin at the root, the other's frames show folders
        page.goto(f"{site.url(path)}index.html")
        assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", path
        assert page.evaluate("document.styleSheets.length") == 1
    page.goto(f"{site.address}satker/index.html")
    page.fill("#cari", "bali")
    assert page.locator("[data-find-text]:visible").count() == 1
    context.close()
    assert said == []


def test_every_link_and_anchor_leads_somewhere(published: Path) -> None:
    readers = dict(pages(published))
    dead = []
    for path, reader in readers.items():
        for link in reader.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme in ("http", "https", "mailto"), link
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


def test_every_page_is_named(published: Path) -> None:
    titles: dict[str, Path] = {}
    for path in published.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        title = re.search("<title>(.+?)</title>", text)
        assert title
        assert titles.setdefault(title[1], path) == path
        assert text.count("<h1") == 1, path
        assert 'lang="id"' in text


# To set units side by side takes a script; without one the page says where the figures stand.
@pytest.mark.parametrize("path", [path for path in PAGES if path != "banding/"])
def test_everything_can_be_read_without_javascript(
    windows: dict[bool, Page], site: Site, path: str
) -> None:
    plain, lively = windows[False], windows[True]
    for page in (plain, lively):
        page.goto(site.url(path))
    # A notice stands on the pages that go on living, and not on those that are frozen.
    is_frozen = "2026/08/" in path or "*" in path or "isu/2026-W" in path
    assert ("Angka di situs ini simulasi." in plain.inner_text("body")) is not is_frozen
    # JavaScript adds controls and words about them; it takes nothing away.
    added = ("label", "option", "select", "button", "input", "[role=status]", "[data-periksa]")
    words = plain.locator("main").text_content() or ""
    lively.evaluate(
        """(added) => document.querySelectorAll(added).forEach((each) =>
            each.replaceWith(...(each.matches("button") ? each.childNodes : [])))""",
        ", ".join(added),
    )
    assert (lively.locator("main").text_content() or "").split() == words.split()
