"""What search engines for data read of a page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.publish.pages.dataset import _block
from tests.publish.conftest import Publish
from tests.publish.world import World

URL = "https://kiprah.example.go.id"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def dataset(page: Path) -> dict[str, Any]:
    [block] = BLOCK.findall(page.read_text(encoding="utf-8"))
    read: dict[str, Any] = json.loads(block)
    return read


@pytest.mark.parametrize("month", ["2026-08", "2026-10"])
def test_a_months_page_describes_its_tables(
    run: Publish, site: Path, world: World, month: str
) -> None:
    run(site_url=URL)
    told = dataset(site / month.replace("-", "/") / "index.html")
    record = world.agency.months()[month]
    assert (told["@type"], told["identifier"]) == ("Dataset", f"sha256:{record.digest}")
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/deed.id"
    assert (
        told["temporalCoverage"]
        == {
            "2026-08": "2026-08-01/2026-08-31",
            "2026-10": "2026-10-01/2026-10-31",
        }[month]
    )
    assert 50 <= len(told["description"]) <= 5_000
    assert len(told["distribution"]) >= 9
    for download in told["distribution"]:
        assert (site / download["contentUrl"].removeprefix(f"{URL}/")).is_file()
        is_frozen = f"{month}/r1/" in download["contentUrl"]
        assert is_frozen == (record.ranking.state == "final")


def test_the_page_of_all_data_names_its_parts(run: Publish, site: Path) -> None:
    run(site_url=URL)
    told = dataset(site / "data/index.html")
    parts = [part["@id"] for part in told["hasPart"]]
    assert parts == [f"{URL}/2026/{month}/" for month in ("10", "09", "08")]
    assert told["temporalCoverage"] == "2026-08/2026-10"
    for download in told["distribution"]:
        assert (site / download["contentUrl"].removeprefix(f"{URL}/")).is_file()


@given(st.text(max_size=20) | st.sampled_from(["</script>", "<!--<script>", "]]>", "&lt;"]))
def test_no_name_ends_its_block(name: str) -> None:
    block = str(_block({"name": name}))
    assert not {"<", ">", "&"} & {*block}
    assert json.loads(block) == {"name": name}
