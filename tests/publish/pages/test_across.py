"""A week over agencies: what several of them share, and no more."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from functions.model import Agency
from functions.publish.pages.across import AcrossPage, across_page
from functions.publish.pages.context import Context
from functions.publish.render import render
from functions.publish.site import Material
from functions.store import open_store
from functions.store.issues import Issues, Term
from tests.publish.dom import parse
from tests.publish.pieces import material_of
from tests.publish.spoken import WEEK, issues_of
from tests.publish.world import UNITS, World

EVERYBODY = (Agency(), Agency(id="b", name="B & <i>"), Agency(id="c", name="C"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Material, Issues]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('across')}/k.db")
    world = World(store, (UNITS[0], UNITS[1], UNITS[5]))
    world.add_month("2026-10", posts=8)
    return replace(material_of(world), everybody=EVERYBODY), issues_of(world, WEEK)


def page_of(m: Material, week: str, told: dict[str, Issues]) -> AcrossPage:
    page = across_page(Context(m, "isu/lintas/"), week, told)
    assert isinstance(page, AcrossPage)
    return page


def test_terms_and_tags_of_several_agencies_are_told_whatever_their_case(
    told: tuple[Material, Issues],
) -> None:
    m, issues = told
    terms = tuple(
        Term(term=term, posts=7, units=5, before=0, z=500)
        for term in ("#Posbankum", "merek", "posbankum")
    )
    campaign = msgspec.structs.replace(issues.campaigns[0], tags=("#setahunberdampak", "lain"))
    theirs = msgspec.structs.replace(issues, terms=terms, campaigns=(campaign,))
    page = page_of(m, WEEK, {EVERYBODY[0].id: issues, "b": theirs})
    assert [(term.term, term.posts) for term in page.terms] == [("posbankum", 34 + 14)]
    assert [link.href for link in page.terms[0].agencies] == ["../../isu/", "../../b/isu/"]
    assert [tag.tag for tag in page.tags] == ["#setahunberdampak"]
    assert [line.agency.label for line in page.agencies] == [EVERYBODY[0].name, "B & <i>"]
    html = render({"p": page})["p"].decode()
    assert "B &amp; &lt;i&gt;" in html


def test_what_one_agency_says_alone_is_not_shared(told: tuple[Material, Issues]) -> None:
    m, issues = told
    page = page_of(m, WEEK, {"b": issues})
    assert page.terms == page.tags == ()
    said = parse(render({"p": page})["p"].decode()).text
    assert "Tidak ada istilah yang menonjol pada lebih dari satu instansi." in said


def test_no_week_at_all_is_said(told: tuple[Material, Issues]) -> None:
    m, _ = told
    said = parse(render({"p": page_of(m, "", {})})["p"].decode()).text
    assert "Belum ada instansi yang pekannya diringkas." in said
