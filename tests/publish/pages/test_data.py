"""The page of the open data lists every file there is, with its digest."""

from __future__ import annotations

from pathlib import Path

from functions.publish.files.month_files import NAMES
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import World


def test_the_data_page_shows_every_digest(run: Publish, site: Path, world: World) -> None:
    run()
    told = text(site / "data/index.html")
    for record in world.agency.months().values():
        assert record.digest in told


def test_every_file_of_a_month_is_linked_with_its_size(
    run: Publish, site: Path, world: World
) -> None:
    run()
    html = (site / "data/index.html").read_text(encoding="utf-8")
    for month, record in world.agency.months().items():
        for name in NAMES:
            assert f'href="../data/{month}/{name}"' in html
            final = record.ranking.state == "final"
            assert (f'href="../data/{month}/r1/{name}"' in html) == final
