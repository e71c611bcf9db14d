"""A page says by itself when its data are old, and nothing where it cannot know."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from functions.publish.files.freshness import STALE
from tests.browser.conftest import READ_AT, Visit

pytestmark = pytest.mark.browser

MINUTE = timedelta(minutes=1)


def seen_at(visit: Visit, age: timedelta, path: str = "") -> Page:
    """A page as a reader sees it so long after the last read."""

    def set_clock(page: Page) -> None:
        page.clock.set_fixed_time(READ_AT + age)

    page = visit(path, watch=set_clock)
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (STALE - MINUTE, ""),
        (STALE + MINUTE, "Data terakhir dibaca 3 jam lalu."),
        (timedelta(hours=47), "Data terakhir dibaca 47 jam lalu."),
        (timedelta(days=9), "Data terakhir dibaca 9 hari lalu."),
    ],
)
@pytest.mark.parametrize("path", ["", "satker/kanwil-bali/", "404.html"])
def test_a_bar_says_how_old_the_data_are(
    visit: Visit, path: str, age: timedelta, said: str
) -> None:
    bar = seen_at(visit, age, path).locator("#basi")
    assert bar.is_visible() == bool(said)
    assert bar.locator("span").inner_text() == said if said else True


def test_the_bar_leads_to_the_status(visit: Visit) -> None:
    page = seen_at(visit, timedelta(days=1), "2026/10/")
    page.locator("#basi a").click()
    assert page.locator("h1").inner_text() == "Status"


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", '{"read_at": null}', '{"read_at": 7}'])
def test_an_answer_that_says_nothing_shows_nothing(visit: Visit, answer: str) -> None:
    said: list[str] = []

    def watch(page: Page) -> None:
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route("**/segar.json", lambda route: route.fulfill(body=answer))

    page = visit(watch=watch)
    page.wait_for_load_state("networkidle")
    assert not page.locator("#basi").is_visible()
    assert said == []


def test_a_page_opened_from_a_folder_asks_nothing(browser: Browser, published: Path) -> None:
    said: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((published / "index.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert not page.locator("#basi").is_visible()
    assert said == []
    page.close()
