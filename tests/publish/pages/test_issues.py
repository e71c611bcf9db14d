"""What a week's pages say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.publish.heard import Heard
from functions.publish.pages.context import Context
from functions.publish.pages.issues import (
    IssuesPage,
    WeekPage,
    issues_line,
    issues_page,
    week_page,
    week_part,
)
from functions.publish.render import render
from functions.publish.site import Material
from functions.store import open_store
from functions.store.issues import Carried, Issues, Narrative, Term
from tests.publish.dom import parse
from tests.publish.pieces import material_of
from tests.publish.spoken import LAST_WEEK, WEEK, issues_of, quiet_week
from tests.publish.world import UNITS, World


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Material, Issues]:
    """A site's material, and a running week of it."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('issues')}/k.db")
    world = World(store, (UNITS[0], UNITS[1], UNITS[2], UNITS[5]))
    world.add_month("2026-10", posts=12)
    return material_of(world), issues_of(world, WEEK)


def page_of(m: Material, *issues: Issues) -> IssuesPage:
    weeks = tuple(each.week for each in issues)
    heard = Heard(weeks=weeks, issues=issues)
    page = issues_page(Context(replace(m, heard=heard), "isu/"))
    assert isinstance(page, IssuesPage)
    return page


def words_of(page: IssuesPage | WeekPage) -> str:
    html = render({"p": page})["p"].decode()
    return " ".join(parse(html).text.split())


def test_a_week_says_what_it_rests_on_and_what_was_found(told: tuple[Material, Issues]) -> None:
    m, issues = told
    page = page_of(m, issues)
    said = words_of(page)
    assert page.week is not None
    assert page.week.label == "19–25 Oktober 2026"
    for each in (
        "1.204 unggahan dari 45 satuan kerja, dibandingkan dengan 8.310 unggahan dalam 8 pekan",
        "“#posbankum”, “harmonisasi”, “bantuan hukum”, dan 1 istilah lain menonjol",
        "3 dari 45 satuan kerja yang mengunggah pekan ini",
        "0 dari 45 satuan kerja",
        "4.200 interaksi dalam 24 jam, 30 dari 31 unggahan terukur",
        "interaksinya belum terukur , 0 dari 3 unggahan terukur",
        "1 dalam 24 jam, 2 dalam 48 jam",
        "Pendaftaran merek harus melalui perantara berbayar.",
        "Ini bukan deteksi hoaks",
        "z 4,5 atau lebih",
    ):
        assert each in said, each
    assert [term.before for term in page.week.terms] == ["0,2", "5", "3,9", "0"]


def test_who_carried_something_is_listed_in_its_order_and_nobody_who_did_not(
    told: tuple[Material, Issues],
) -> None:
    m, issues = told
    page = page_of(m, issues)
    assert page.week is not None
    campaign = page.week.campaigns[0]
    moments = [each.moment for each in campaign.units]
    assert moments == sorted(moments)
    assert "poltekpin" not in words_of(page).casefold()  # has no account
    narrative = page.week.narratives[0]
    assert narrative.first == narrative.units[0]


def test_a_week_with_nothing_says_so(told: tuple[Material, Issues]) -> None:
    m, _ = told
    said = words_of(page_of(m, quiet_week(WEEK)))
    for each in (
        "Tidak ada istilah yang menonjol pekan ini.",
        "Belum ada yang menonjol.",
        "Tidak ada kampanye yang berlaku pekan ini.",
        "Tidak ada klarifikasi yang terdaftar untuk pekan ini.",
    ):
        assert each in said, each
    assert "Belum ada pekan yang diringkas" in words_of(page_of(m))


def test_while_the_new_week_has_nothing_the_one_before_is_shown_and_that_is_said(
    told: tuple[Material, Issues],
) -> None:
    m, issues = told
    last = msgspec.structs.replace(issues, week=LAST_WEEK, is_over=True)
    page = page_of(m, quiet_week(WEEK), last)
    assert page.week is not None
    assert (page.week.name, page.week.is_over) == (LAST_WEEK, True)
    assert "Pekan 19–25 Oktober 2026 baru memuat 9 unggahan" in page.waiting
    assert page_of(m, issues, last).waiting == ""


def test_a_caption_stands_only_while_the_post_does(told: tuple[Material, Issues]) -> None:
    m, issues = told
    context = Context(m, "isu/")
    shown = week_part(context, issues, captions=True)
    assert any(each.caption for each in shown.narratives)
    assert not any(e.caption for e in week_part(context, issues, captions=False).narratives)
    lost = Context(replace(m, ledgers={}), "isu/")
    assert not any(each.caption for each in week_part(lost, issues, captions=True).narratives)


def test_the_front_page_has_one_line_while_there_is_something(
    told: tuple[Material, Issues],
) -> None:
    m, issues = told
    heard = Heard(weeks=(WEEK,), issues=(issues,))
    line = issues_line(Context(replace(m, heard=heard), ""))
    assert line is not None
    assert line.said.startswith("Isu 19–25 Oktober 2026: “#posbankum”")
    assert line.href == "isu/"
    quiet = Heard(weeks=(WEEK,), issues=(quiet_week(WEEK),))
    assert issues_line(Context(replace(m, heard=quiet), "")) is None


def test_a_week_leads_to_the_one_before_and_weeks_stand_by_year(
    told: tuple[Material, Issues],
) -> None:
    m, issues = told
    page = week_page(Context(m, f"isu/{WEEK}/"), issues, LAST_WEEK)
    assert isinstance(page, WeekPage)
    assert page.before is not None
    assert (page.before.label, page.before.href) == (
        "12–18 Oktober 2026",
        f"../../isu/{LAST_WEEK}/",
    )
    heard = Heard(weeks=("2026-W01", "2025-W52"))
    found = issues_page(Context(replace(m, heard=heard), "isu/"))
    assert isinstance(found, IssuesPage)
    assert [(year, links[0].label) for year, links in found.weeks] == [
        ("2026", "29 Desember 2025 – 4 Januari 2026"),
        ("2025", "22–28 Desember 2025"),
    ]


ODD = st.text(max_size=30) | st.sampled_from(
    ["</bdi><script>alert(1)</script>", "javascript:alert(1)", "\u202e<b>", '" onclick="x', ""]
)
DAYS = st.dates()


@st.composite
def odd_carried(draw: st.DrawFn) -> Carried:
    return Carried(
        id=draw(ODD),
        title=draw(ODD),
        begins=draw(DAYS),
        ends=draw(st.none() | DAYS),
        tags=tuple(draw(st.lists(ODD, max_size=2))),
        phrases=tuple(draw(st.lists(ODD, max_size=2))),
        i24=draw(st.none() | st.integers(0, 10**9)),
        claim=draw(st.none() | ODD),
        fact=draw(st.none() | ODD),
        link=draw(st.none() | ODD),
        within_24=draw(st.none() | st.integers(0, 9)),
        within_48=draw(st.none() | st.integers(0, 9)),
    )


@settings(max_examples=60, deadline=timedelta(seconds=5))
@given(
    terms=st.lists(ODD, max_size=3),
    words=st.lists(ODD, max_size=3),
    carried=st.lists(odd_carried(), max_size=2),
    satker=ODD,
    url=ODD,
    post_id=ODD,
)
def test_what_is_typed_or_posted_stays_text(
    told: tuple[Material, Issues],
    terms: list[str],
    words: list[str],
    carried: list[Carried],
    satker: str,
    url: str,
    post_id: str,
) -> None:
    m, issues = told
    ref = msgspec.structs.replace(
        issues.narratives[0].posts[0], satker=satker, url=url, post_id=post_id
    )
    odd = msgspec.structs.replace(
        issues,
        terms=tuple(Term(term=t, posts=1, units=1, before=1, z=1, tag=True) for t in terms),
        narratives=(
            Narrative(words=tuple(words), posts=(ref,), units=(satker,), i24=None, measured=0),
        ),
        campaigns=tuple(carried),
        clarifications=tuple(msgspec.structs.replace(c, units=(ref,)) for c in carried),
    )
    html = render({"p": page_of(m, odd)})["p"].decode(errors="surrogatepass")
    main = html[html.index("<main") :]
    assert "<script" not in main
    assert 'href="javascript' not in main.casefold()
    assert "<b>" not in main
    assert ' onclick="' not in main
