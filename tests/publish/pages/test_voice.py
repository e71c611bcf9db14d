"""The page of shares of labels: whole months of all units, with their error."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from functions.publish.heard import Heard
from functions.publish.pages.context import Context
from functions.publish.pages.site_map import living
from functions.publish.pages.voice import VoicePage, voice_page
from functions.publish.render import render
from functions.publish.site import Material
from functions.store import open_store
from functions.store.shares import Shares
from tests.publish.dom import parse
from tests.publish.pieces import material_of
from tests.publish.spoken import shares_of
from tests.publish.world import UNITS, World


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Material:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('voice')}/k.db")
    world = World(store, (UNITS[0], UNITS[1]))
    world.add_month("2026-10", posts=4)
    return material_of(world)


def words_of(m: Material, *shares: Shares) -> str:
    months = ("2026-09", "2026-08", "2026-07")
    page = voice_page(
        Context(replace(m, heard=Heard(share_months=months, shares=shares)), "suara/")
    )
    assert isinstance(page, VoicePage)
    return parse(render({"p": page})["p"].decode()).text


def test_each_label_stands_with_its_interval_and_what_it_rests_on(told: Material) -> None:
    said = words_of(told, shares_of("2026-09", trend="up"), shares_of("2026-08"))
    for each in (
        "uji coba",
        "291 dari 300 utas contoh dilabeli dua orang, diambil acak dari 4.123 utas di Instagram, "
        "Facebook sejak",
        "kappa 0,74",
        "negatif 40,5 % 36,3 % sampai 44,7 % 112 dari keduanya, 23 dari satu naik",
        "netral 41,2 % 35,8 % sampai 46,8 % 118 dari keduanya, 9 dari satu tidak dapat dibedakan",
        "dari label saja 41,2 % (35,8 % sampai 46,8 %)",
        "Yang disebut di atas: dengan model (korelasi model dengan label 0,51)",
        "7d7d",
        "sedikitnya 100 komentar",
        "kappa sedikitnya 0,6",
        "Bulan lain Juli 2026 (JSON)",
    ):
        assert each in said.replace("\N{NO-BREAK SPACE}", " "), each


def test_what_is_not_known_is_not_said(told: Material) -> None:
    shares = shares_of("2026-09")
    alone = tuple(
        msgspec.structs.replace(each, difference=None, method="wilson") for each in shares.shares
    )
    unknown = msgspec.structs.replace(
        shares, population=None, model=None, correlation=None, shares=alone
    )
    said = words_of(told, unknown)
    assert "diambil acak dari" not in said
    assert "dari label saja" not in said
    assert "negatif 41,2" in said


def test_there_is_no_page_and_no_link_until_a_month_is_told(told: Material) -> None:
    heard = Heard(share_months=("2026-09",), shares=(shares_of("2026-09"),))
    for m, is_there in ((told, False), (replace(told, heard=heard), True)):
        pages = living(m)
        assert ("suara/index.html" in pages) is is_there
        wawasan = render({"p": pages["wawasan/index.html"]})["p"].decode()
        assert ('href="../suara/"' in wawasan) is is_there
