"""What the pages tell, read from the files a reader gets."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from functions.model import Roster
from tests.publish.conftest import Publish
from tests.publish.world import NOW, World


def text(path: Path) -> str:
    """A page's words, without its markup."""
    html = path.read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_front_page_says_month_state_and_time(run: Publish, site: Path) -> None:
    run()
    told = text(site / "index.html")
    assert "Oktober 2026" in told
    assert "Sementara" in told
    assert "Data per 21 Oktober 2026 11.00 WIB" in told
    assert "Unggahan per hari, 1–21 Oktober" in told


def test_a_banner_stands_on_every_page_when_there_is_a_notice(run: Publish, site: Path) -> None:
    run()
    assert 'class="notice"' not in (site / "index.html").read_text(encoding="utf-8")
    run(notice="Angka simulasi & <contoh>.")
    for path in site.rglob("*.html"):
        assert "Angka simulasi &amp; &lt;contoh&gt;." in path.read_text(encoding="utf-8")


def test_what_people_typed_is_escaped(run: Publish, site: Path, world: World) -> None:
    units = tuple(
        msgspec.structs.replace(
            unit, name=f'<script>alert("{unit.id}")</script>', website="javascript:alert(1)"
        )
        for unit in world.units
    )
    world.book.save_roster(Roster(as_of=NOW, satker=units, accounts=world.accounts))
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
    world.book.save_roster(Roster(as_of=NOW, satker=stays, accounts=accounts))
    run()
    assert "Tidak lagi terdaftar" in text(site / "satker/kanwil-bali/index.html")


def test_the_method_page_names_every_rule_in_force(run: Publish, site: Path) -> None:
    run()
    told = text(site / "metode/index.html")
    for rule in (
        "18 sampai 30 jam",
        "setengah dibulatkan ke atas",
        "paling jauh 5 menit",
        "paling lama 2 jam",
        "1, 2, 2, 4",
        "ditambah tepat 30 jam",
        "3 hari kerja penuh",
        "kurang dari 90 %",
        "dalam 7 hari sesudahnya",
        "paling sedikit 15 menit",
        "dihitung sekali, dari unggahan pertamanya",
    ):
        assert rule in told


def test_the_data_page_shows_every_digest(run: Publish, site: Path, world: World) -> None:
    run()
    told = text(site / "data/index.html")
    for record in world.book.months().values():
        assert record.digest in told
