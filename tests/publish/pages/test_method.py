"""The method page says what scoring does, with the values of its own constants."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec

from functions.model import Reason
from functions.publish.text import flags as flags_told
from functions.score.rules import duplicates, flags, usual
from functions.store.evidence import Rules
from tests.publish.conftest import Publish
from tests.publish.pieces import text
from tests.publish.world import World


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
    record = world.agency.months()["2026-10"]
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
