"""A platform's page: its own lists, and how many accounts stand behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform
from functions.publish.text import words
from tests.publish.conftest import Publish
from tests.publish.pieces import text


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platforms_page_says_what_counts_there(
    run: Publish, site: Path, platform: Platform
) -> None:
    run()
    told = text(site / f"platform/{platform}/index.html")
    assert PLATFORM_NAMES[platform] in told
    assert words.COUNTED[platform] in told


def test_a_platforms_page_leads_to_each_of_its_months(run: Publish, site: Path) -> None:
    run()
    html = (site / "platform/x/index.html").read_text(encoding="utf-8")
    for month in ("08", "09", "10"):
        assert f'href="../../2026/{month}/x/"' in html
