"""Frames on other sites, under the headers of the load balancer; and data blocks, which no browser
runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.settings import Settings
from functions.store import open_store
from tests.browser.conftest import Quiet, Site, served
from tests.infra.reading import Terraform
from tests.publish.world import NOW, World

LOCALS = Terraform().locals
HEADERS, EMBED_HEADERS = LOCALS["security_headers"], LOCALS["embed_headers"]
pytestmark = pytest.mark.browser


class _Guarded(Quiet):
    def end_headers(self) -> None:
        headers = EMBED_HEADERS if self.path.startswith("/sematan/") else HEADERS
        for name, value in headers.items():
            self.send_header(name, value)
        super().end_headers()


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that knows its address, served with the headers."""
    folder = tmp_path_factory.mktemp("embeds")
    store = open_store(f"sqlite:///{folder}/kiprah.db")
    world = World(store)
    world.add_month("2026-08", state="final")
    world.add_month("2026-09", state="final")
    world.add_month("2026-10")
    objects = FolderObjects(folder / "site")
    settings = Settings(site_url="https://kiprah.example.go.id")
    publish(world.agency, objects, now=NOW, settings=settings, run_id="browser")
    store.close()
    with served(folder / "site", _Guarded) as site:
        yield site


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 280, "height": 500})
    yield context.new_page()
    context.close()


def complaints_of(page: Page) -> list[str]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def test_the_headers_of_embeds_differ_in_one_word() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'none'")
    own = policy.replace("frame-ancestors 'none'", "frame-ancestors *")
    assert HEADERS | {"Content-Security-Policy": own} == EMBED_HEADERS
    url_map = Terraform().resources["google_compute_url_map", "site"]
    told = json.dumps(url_map)
    assert "/sematan/" in told
    assert "/*/sematan/**" in told


@pytest.mark.parametrize("path", ["2026/08/", "2026/10/", "data/"])
def test_a_data_block_is_read_and_not_run(tab: Page, open_site: Site, path: str) -> None:
    said = complaints_of(tab)
    tab.goto(open_site.url(path))
    block = tab.locator('script[type="application/ld+json"]').text_content()
    assert json.loads(block or "")["@type"] == "Dataset"
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["setjen", "poltekpin", "terpopuler", "teraktif"])
def test_an_embed_fits_where_little_room_is(
    tab: Page, open_site: Site, path: str, scheme: str
) -> None:
    said = complaints_of(tab)
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    tab.goto(open_site.url(f"sematan/{path}/"))
    assert tab.evaluate("document.documentElement.scrollWidth") <= 280
    assert tab.evaluate("document.styleSheets.length") == 1
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    assert said == []


def test_the_page_about_embeds_shows_them(tab: Page, open_site: Site) -> None:
    said = complaints_of(tab)
    tab.goto(open_site.url("sematan/"))
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    for position in range(3):
        frame = tab.locator("iframe").nth(position)
        frame.scroll_into_view_if_needed()
        inside = frame.content_frame
        assert inside.locator("h1").text_content()
        page = inside.locator("html")
        assert page.evaluate("e => e.scrollHeight <= e.ownerDocument.defaultView.innerHeight")
    assert said == []


def test_another_site_may_show_an_embed_and_nothing_else(
    tab: Page, open_site: Site, tmp_path: Path
) -> None:
    frames = "".join(
        f'<iframe src="{open_site.url(path)}"></iframe>' for path in ("sematan/setjen/", "2026/08/")
    )
    (tmp_path / "index.html").write_text(f"<!doctype html><title>lain</title>{frames}")
    with served(tmp_path) as other:
        tab.goto(other.address)
        embed, refused = tab.locator("iframe").nth(0), tab.locator("iframe").nth(1)
        assert embed.content_frame.locator("h1").text_content() == "Setjen"
        tab.wait_for_load_state("networkidle")
        assert "2026" not in (refused.content_frame.locator("body").text_content() or "")


def test_a_frames_links_open_beside_it(tab: Page, open_site: Site) -> None:
    tab.goto(open_site.url("sematan/setjen/"))
    with tab.context.expect_page() as opened:
        tab.locator("footer a").click()
    assert opened.value.url == open_site.url("satker/setjen/2026/09/")
