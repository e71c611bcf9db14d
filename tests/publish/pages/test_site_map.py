"""What the pages tell, read from the files a reader gets."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from functions.model import Roster
from functions.publish.text import words
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import NOW, World


def test_a_banner_stands_on_every_page_when_there_is_a_notice(run: Publish, site: Path) -> None:
    run()
    assert 'class="notice"' not in (site / "index.html").read_text(encoding="utf-8")
    run(notice="Angka simulasi & <contoh>.")
    for path in site.rglob("*.html"):
        is_frozen = re.search(r"2026/0[89]/|unggahan/[a-z]+/20260[89]", path.as_posix()) is not None
        said = "Angka simulasi &amp; &lt;contoh&gt;." in path.read_text(encoding="utf-8")
        assert said is not is_frozen, path


def test_a_simulation_says_so_on_every_page_frozen_ones_too(
    run: Publish, site: Path, world: World
) -> None:
    world.agency.simulation = True
    run()
    for path in site.rglob("*.html"):
        assert words.SIMULATION in path.read_text(encoding="utf-8"), path


def test_what_people_typed_is_escaped(run: Publish, site: Path, world: World) -> None:
    units = tuple(
        msgspec.structs.replace(
            unit, name=f'<script>alert("{unit.id}")</script>', website="javascript:alert(1)"
        )
        for unit in world.units
    )
    world.agency.save_roster(Roster(as_of=NOW, satker=units, accounts=world.accounts))
    run()
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert "<script>alert" not in html
        assert "javascript:" not in html
    assert "<b>Terima kasih" not in (site / "satker/kanwil-bali/index.html").read_text("utf-8")


def test_a_public_address_makes_canonical_links(run: Publish, site: Path) -> None:
    run(site_url="https://kiprah.example/")
    html = (site / "satker/setjen/index.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://kiprah.example/satker/setjen/">' in html
    assert 'href="https://kiprah.example/satker/"' in (site / "404.html").read_text("utf-8")


def test_a_satker_that_left_the_registry_keeps_its_page(
    run: Publish, site: Path, world: World
) -> None:
    stays = tuple(unit for unit in world.units if unit.id != "kanwil-bali")
    accounts = tuple(a for a in world.accounts if a.satker != "kanwil-bali")
    world.agency.save_roster(Roster(as_of=NOW, satker=stays, accounts=accounts))
    run()
    assert "Tidak lagi terdaftar" in text(site / "satker/kanwil-bali/index.html")
