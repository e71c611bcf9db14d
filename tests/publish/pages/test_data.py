"""The page of the open data leads to every month's files, and says how to make them anew."""

from __future__ import annotations

import dataclasses
import re
from html import unescape
from pathlib import Path

from functions.publish.files.names import NAMES
from functions.publish.pages.context import Context
from functions.publish.pages.data import data_page
from functions.publish.render import assets, render
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.test_condition import material
from tests.publish.world import World


def html(site: Path) -> str:
    return (site / "data/index.html").read_text(encoding="utf-8")


def test_the_newest_month_is_there_in_full(run: Publish, site: Path, world: World) -> None:
    run()
    assert world.agency.months()["2026-10"].digest in text(site / "data/index.html")
    for name in NAMES:
        assert f'href="../data/2026-10/{name}"' in html(site)


def test_every_month_has_a_line_with_its_digest_and_files(
    run: Publish, site: Path, world: World
) -> None:
    run()
    for month, record in world.agency.months().items():
        [line] = re.findall(f'<tr id="{month}">.*?</tr>', html(site), re.DOTALL)
        assert f"{record.digest[:8]}…{record.digest[-4:]}" in line
        assert f'href="../{month[:4]}/{month[5:]}/#dokumen"' in line
        assert f'href="../periksa/?bulan={month}"' in line
        for name in ("ranking.csv", "unggahan.csv", "bukti.jsonl.gz"):
            assert f'href="../data/{month}/{name}" download' in line


def test_a_months_page_has_each_frozen_file(run: Publish, site: Path) -> None:
    run()
    page = (site / "2026/09/index.html").read_text(encoding="utf-8")
    for name in NAMES:
        assert f'href="../../data/2026-09/r1/{name}"' in page
    assert "/r1/" not in html(site)


def test_it_says_how_to_make_a_final_month_anew_and_what_is_answered(
    run: Publish, site: Path, world: World
) -> None:
    run(site_url="https://kiprah.example.go.id")
    told = unescape(html(site))
    assert ".venv/bin/kiprah audit 2026-09 --from https://kiprah.example.go.id/</code>" in told
    assert f"2026-09 {world.agency.months()['2026-09'].digest} identical" in told


def test_before_the_first_month_it_says_what_will_come(world: World) -> None:
    empty = dataclasses.replace(material(world), files={}, assets=assets()[0])
    [body] = render({"data/index.html": data_page(Context(empty, "data/"))}).values()
    assert "Belum ada bulan yang terbit." in body.decode()
    assert "kiprah audit" not in body.decode()
