"""No page is wider than its window, and nothing sticks out of its box: whatever the font, the
size of the letters, and the texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from functions.store import open_store
from tests.browser import fonts
from tests.browser.conftest import PAGES, Site, publish_months, served, started
from tests.browser.wordy import NOTICE, HostileWorld, WordyWorld
from tests.tools import ToolError

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 390, 768, 1280, 1920)
# Where the registry, the posts and the log speak.
WORDY_PAGES = [path for path in PAGES if path not in ("404.html", "metode/", "data/")]
# What a reader may ask for beside a font: large letters, and letters wider than any font's.
LARGE = "html { font-size: 200% }"
BROAD = """
@font-face { font-family: Broad; src: local("DejaVu Sans"), local("Noto Sans"); size-adjust: 140% }
:root { --sans: Broad; --mono: Broad }
"""


@pytest.fixture(scope="module", params=list(fonts.FAMILIES))
def browser(
    request: pytest.FixtureRequest, chromium: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A Chromium that knows one family of fonts."""
    environment = fonts.alone(request.param, tmp_path_factory.mktemp("fonts"))
    with started(chromium, environment) as opened:
        used = _fonts(opened)
        if used != {request.param}:
            raise ToolError(f"Chromium draws with {used} here, whatever FONTCONFIG_FILE says")
        yield opened


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A window, one for all: opening it takes longer than loading a page into it."""
    # Its own styles are laid over the page's, which the page's policy would refuse.
    context = browser.new_context(locale="id-ID", reduced_motion="reduce", bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with texts that are hard to set."""
    folder = tmp_path_factory.mktemp("wordy")
    store = open_store(f"sqlite:///{folder}/kiprah.db")
    site = publish_months(WordyWorld(store, seed=1), folder, notice=NOTICE)
    store.close()
    with served(site) as whole:
        yield whole


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with names that turn the writing round, and captions that leave their lines."""
    folder = tmp_path_factory.mktemp("hostile")
    store = open_store(f"sqlite:///{folder}/kiprah.db")
    site = publish_months(HostileWorld(store), folder, notice="")
    store.close()
    with served(site) as whole:
        yield whole


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_any_window(page: Page, site: Site, path: str) -> None:
    _open(page, site.url(path))
    assert _astray(page) == []


# The wider font is enough from here on: letters and texts are wider than any font's.
@pytest.mark.parametrize("browser", ["DejaVu Sans"], indirect=True)
@pytest.mark.parametrize("style", [LARGE, BROAD], ids=["large", "broad"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_with_any_letters(page: Page, site: Site, path: str, style: str) -> None:
    _open(page, site.url(path), style)
    assert _astray(page) == []


@pytest.mark.parametrize("browser", ["DejaVu Sans"], indirect=True)
@pytest.mark.parametrize("style", ["", LARGE], ids=["plain", "large"])
@pytest.mark.parametrize("path", WORDY_PAGES)
def test_a_page_fits_with_any_texts(page: Page, wordy: Site, path: str, style: str) -> None:
    _open(page, wordy.url(path), style)
    assert _astray(page) == []


@pytest.mark.parametrize("browser", ["DejaVu Sans"], indirect=True)
@pytest.mark.parametrize("path", WORDY_PAGES)
def test_a_page_fits_with_hostile_names(page: Page, hostile: Site, path: str) -> None:
    _open(page, hostile.url(path))
    assert _astray(page) == []


@pytest.mark.parametrize("browser", ["DejaVu Sans"], indirect=True)
@pytest.mark.parametrize("path", ["", "2026/10/", "2026/10/semua/"])
def test_a_name_that_turns_the_writing_round_leaves_its_numbers_in_place(
    page: Page, hostile: Site, path: str
) -> None:
    _open(page, hostile.url(path))
    page.set_viewport_size({"width": 390, "height": 800})
    rows = page.evaluate(
        """() => {
        const at = (row, name) => {
            const range = document.createRange();
            range.selectNodeContents(row.querySelector(name));
            return row.getBoundingClientRect().right - range.getBoundingClientRect().right;
        };
        const rows = [...document.querySelectorAll(":is(.ranking, .list) tr:has([aria-hidden])")];
        return rows.map((row) => ({
            fig: at(row, ".fig"),
            moved: at(row, ".moved [aria-hidden]"),
            apart: at(row, "th") - at(row, ".fig"),
        }));
    }"""
    )
    assert len(rows) >= 10
    # Figure and movement end at the row's right edge in every row, and no name lies below them.
    assert max(row["fig"] for row in rows) - min(row["fig"] for row in rows) <= 12
    assert max(row["moved"] for row in rows) - min(row["moved"] for row in rows) <= 2
    assert min(row["apart"] for row in rows) > 0


@pytest.mark.parametrize("browser", ["DejaVu Sans"], indirect=True)
@pytest.mark.parametrize("path", ["", "satker/kanwil-bali/2026/10/", "unggahan/*/202610*/"])
def test_a_caption_that_climbs_does_not_run_over_its_neighbours(
    page: Page, hostile: Site, path: str
) -> None:
    _open(page, hostile.url(path))
    page.set_viewport_size({"width": 390, "height": 800})
    captions = page.locator("main .caption:visible")
    assert captions.count() > 0
    styles = captions.evaluate_all("all => all.map((each) => getComputedStyle(each).overflow)")
    assert set(styles) == {"hidden"}
    # Its direction is its own.
    inner = page.locator("main .caption bdi")
    assert set(
        inner.evaluate_all("all => all.map((each) => getComputedStyle(each).unicodeBidi)")
    ) == {"isolate"}


def test_what_sticks_out_is_found(page: Page, site: Site) -> None:
    _open(page, site.address, ".board { width: 30rem }")
    found = _astray(page)
    assert any(line.startswith("320: page") or "board" in line for line in found), found
    assert not any(line.startswith("1280") for line in found)


def _open(page: Page, address: str, style: str = "") -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    if style:
        page.add_style_tag(content=style)
        page.evaluate("document.fonts.ready")


def _astray(page: Page) -> list[str]:
    """What is wider than the window, or than the box it stands in, at each width."""
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        here: list[str] = page.evaluate(
            """() => {
            const width = document.documentElement.clientWidth;
            const whole = document.documentElement.scrollWidth;
            const found = whole > width ? [`page ${whole}`] : [];
            // Not words for screen readers alone, nor the menu, which reaches into the margin, nor
            // what moves within its box on purpose.
            const aside = ".top-row, .top-row > nav, .scroll, svg *";
            const all = [...document.querySelectorAll("body *")];
            const unseen = all.filter((each) => getComputedStyle(each).clipPath !== "none");
            const moved = [...document.querySelectorAll(".skip, .sprite, .scroll > *"), ...unseen];
            for (const each of all) {
                if (each.matches(aside) || moved.some((other) => other.contains(each))) continue;
                const box = each.getBoundingClientRect();
                const inline = getComputedStyle(each).display === "inline" || each.matches("svg");
                // A field cuts its words short: a choice shows them whole once it is opened.
                const field = each.matches("select, input");
                const over = inline || field ? 0 : each.scrollWidth - each.clientWidth;
                if (box.width && (box.left < -1 || box.right > width + 1 || over > 1)) {
                    found.push(`${Math.round(box.left)} to ${Math.round(box.right)}, `
                        + `${over} over: ${each.outerHTML.slice(0, 120)}`);
                }
            }
            return found.slice(0, 5);
        }"""
        )
        found += [f"{width}: {line}" for line in here]
    return found


def _fonts(browser: Browser) -> set[str]:
    """The families with which the browser draws letters of no particular font."""
    page = browser.new_page()
    page.set_content("<p style='font-family: sans-serif'>Kiprah</p>")
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    node = devtools.send("DOM.querySelector", {"nodeId": root, "selector": "p"})["nodeId"]
    used = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    page.close()
    return {font["familyName"] for font in used}
