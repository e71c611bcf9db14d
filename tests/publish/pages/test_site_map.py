"""What the pages tell, read from the files a reader gets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec

from functions.model import Reason, Roster
from functions.publish.text import flags as flags_told
from functions.score.rules import duplicates, flags, usual
from functions.store.evidence import Rules
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


def test_the_method_page_names_the_thresholds_that_scoring_uses(run: Publish, site: Path) -> None:
    run()
    told = text(site / "metode/index.html")
    minutes = int(flags.BURST_WITHIN.total_seconds() // 60)
    for rule in (
        f"{flags.BURST_POSTS} unggahan atau lebih dari satu akun dalam {minutes} menit",
        f"{flags.SAME_LEAST} unggahan atau lebih dalam sebulan",
        f"paling sedikit {flags.SAME_PERCENT} % dari unggahan akun itu",
        f"turun lebih dari {flags.FALL_PERCENT} % dan lebih dari {flags.FALL_ABOVE}",
        f"Interaksi 24 Jam {flags.LIKES_I24} atau lebih",
        f"kurang dari 0,{flags.LIKES_PERMILLE} %",
        f"paling sedikit {flags.LIKES_USUAL_PERCENT} %",
        f"lebih dari {flags.JUMP_PERCENT} % dan lebih dari {flags.JUMP_ABOVE}",
        f"kurang dari {duplicates.SHORTEST} karakter",
        f"paling banyak {usual.LAST} unggahan terukur",
        f"mulai {usual.FEWEST} unggahan terukur",
        *flags_told.LABELS.values(),
        *flags_told.LABELS,
        *get_args(Reason)[:5],
        "excluded",
        "duplicate",
        "exclude",
        "include",
        "reassign",
        "set_value",
    ):
        assert rule in told, rule


def test_the_method_page_tells_the_agencys_own_settings(
    run: Publish, site: Path, world: World
) -> None:
    record = world.book.months()["2026-10"]
    rules = Rules(
        duplicate_percent=85,
        objection_days=5,
        band_edges=(3_000,),
        band_least=6,
        band_fewest=14,
        library="rapidfuzz 3.14.6",
    )
    world.save(msgspec.structs.replace(record, rules=rules))
    run()
    told = text(site / "metode/index.html")
    for rule in (
        "Mulai kemiripan 85 %",
        "5 hari kerja penuh",
        "di bawah 3.000 pengikut 3.000 pengikut ke atas",
        "kurang dari 6 anggota",
        "Di bawah 14 satuan kerja",
        "rapidfuzz 3.14.6",
    ):
        assert rule in told, rule


def test_the_data_page_shows_every_digest(run: Publish, site: Path, world: World) -> None:
    run()
    told = text(site / "data/index.html")
    for record in world.book.months().values():
        assert record.digest in told
