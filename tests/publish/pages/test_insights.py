"""What the page of insights says, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.publish.heard import Heard
from functions.publish.pages.context import Context
from functions.publish.pages.insights import InsightsPage, insights_page
from functions.publish.render import render
from functions.publish.site import Material
from functions.store import open_store
from functions.store.insights import FormatShare, Insights
from tests.publish.dom import parse
from tests.publish.pieces import material_of
from tests.publish.spoken import WEEK, insights_of, issues_of
from tests.publish.world import UNITS, World


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """A site's material, with a week whose campaigns have titles."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('insights')}/k.db")
    world = World(store, (UNITS[0], UNITS[1], UNITS[5]))
    world.add_month("2026-10", posts=8)
    return replace(material_of(world), heard=Heard(issues=(issues_of(world, WEEK),)))


def page_of(m: Material, *insights: Insights) -> InsightsPage:
    heard = msgspec.structs.replace(m.heard, insights=insights)
    page = insights_page(Context(replace(m, heard=heard), "wawasan/"))
    assert isinstance(page, InsightsPage)
    return page


def words_of(page: InsightsPage) -> str:
    return parse(render({"p": page})["p"].decode()).text


def test_each_effect_is_told_with_its_interval_and_what_it_rests_on(told: Material) -> None:
    said = words_of(page_of(told, insights_of("2026-10"), insights_of("2026-09", is_over=True)))
    for each in (
        "6 dari 25 kelompok yang dilihat",
        "4 dari 16 kelompok disebut",
        "0 dari 5 kelompok disebut",
        "Reel bentuk +34 % +12 % sampai +61 %",
        "pukul 18–21",
        "hari Minggu −21 %",
        "#posbankum",
        "Setahun Berdampak kampanye",
        "120 unggahan dari 31 satuan kerja",
        "berkaitan dengan",
        "30 unggahan atau lebih dari 5 satuan kerja atau lebih",
        "51 % lebih baik",
        "September 2026 Selesai",
    ):
        assert each in said, each
    assert "menyebabkan" not in said


def test_nothing_named_and_nothing_known_are_said_apart(told: Material) -> None:
    insights = msgspec.structs.replace(insights_of("2026-10"), effects=())
    assert "Tidak satu pun dari 25 kelompok" in words_of(page_of(told, insights))
    none = msgspec.structs.replace(insights, looked=(), formats=())
    assert "Belum ada kelompok yang cukup besar" in words_of(page_of(told, none))
    assert "Belum ada bulan yang dilihat" in words_of(page_of(told))


def test_a_share_of_what_is_not_wholly_known_is_none(told: Material) -> None:
    (month,) = page_of(told, insights_of("2026-10")).months
    by_name = {part.platform: part for part in month.platforms}
    assert [line.i24_share for line in by_name["instagram"].formats] == [None, None, None]
    assert [line.posts_share for line in by_name["tiktok"].formats] == [968, 32]
    assert [line.i24_share for line in by_name["tiktok"].formats] == [999, 1]
    assert by_name["tiktok"].formats[-1].label == "tidak disebut platform"


ODD = st.text(max_size=20) | st.sampled_from(["<script>", "99", "-1", "７", '"><b>'])


@settings(max_examples=40, deadline=None)
@given(
    group=ODD,
    format=ODD,
    percent=st.integers(-100, 10**6),
    kind=st.sampled_from(["hour", "weekday", "tag", "format", "campaign"]),
)
def test_an_odd_group_costs_nothing_and_stays_text(
    told: Material, group: str, format: str, percent: int, kind: str
) -> None:
    insights = insights_of("2026-10")
    odd = msgspec.structs.replace(
        insights.effects[0], group=group, kind=kind, percent=percent, low=percent, high=percent
    )
    share = FormatShare(platform="x", format=format, posts=0, i24=None)
    page = page_of(told, msgspec.structs.replace(insights, effects=(odd,), formats=(share,)))
    html = render({"p": page})["p"].decode(errors="surrogatepass")
    main = html[html.index("<main") :]
    assert "<script" not in main
    assert "<b>" not in main
