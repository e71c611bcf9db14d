"""What stands on a phone's first screen without a touch: the answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

HEIGHT = 640
ANSWERS = [
    ("", "table.ranking tr.first"),
    ("satker/kanwil-bali/", ".placing-popular .placing-rank"),
    ("satker/kanwil-bali/", ".placing-active .placing-rank"),
    ("satker/kanwil-bali/2026/10/", ".placing-popular .placing-rank"),
]


@pytest.mark.parametrize(("path", "answer"), ANSWERS)
def test_the_answer_stands_whole_on_a_phones_first_screen(
    windows: dict[bool, Page], site: Site, path: str, answer: str
) -> None:
    page = windows[True]
    page.set_viewport_size({"width": 360, "height": HEIGHT})
    page.goto(site.url(path))
    # A notice is for what is out of the ordinary; the line of a month in objection is not.
    page.evaluate("document.querySelectorAll('.notice').forEach((each) => each.remove())")
    assert page.locator(".closing").count() == (0 if "2026" in path else 1)
    box = page.locator(answer).first.bounding_box()
    assert box is not None
    assert box["y"] > 0
    assert box["y"] + box["height"] <= HEIGHT
