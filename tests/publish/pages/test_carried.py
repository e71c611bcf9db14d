"""Who carried something, and what it came to."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from functions.publish.pages.carried import campaigns, clarifications, known_by, narratives
from functions.publish.pages.context import Context
from functions.store import open_store
from functions.store.issues import Carried, Issues, Narrative
from tests.publish.pieces import material_of
from tests.publish.spoken import WEEK, issues_of
from tests.publish.world import UNITS, World


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, Issues]:
    """A page of a site, and a week of it."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('carried')}/k.db")
    world = World(store, (UNITS[0], UNITS[1], UNITS[2], UNITS[5]))
    world.add_month("2026-10", posts=12)
    return Context(material_of(world), f"isu/{WEEK}/"), issues_of(world, WEEK)


def test_a_satker_without_a_page_is_named_and_not_linked(told: tuple[Context, Issues]) -> None:
    context, issues = told
    gone = msgspec.structs.replace(issues.campaigns[0].units[0], satker="kanwil-hilang")
    carried = msgspec.structs.replace(issues.campaigns[0], units=(gone,))
    (part,) = campaigns(context, msgspec.structs.replace(issues, campaigns=(carried,)))
    assert (part.units[0].unit, part.units[0].unit_href) == ("kanwil-hilang", "")
    (known, *_) = campaigns(context, issues)[0].units
    assert known.unit_href.startswith("../../satker/")


def test_each_satker_stands_once_with_its_first_post_in_the_order_that_is_told(
    told: tuple[Context, Issues],
) -> None:
    context, issues = told
    one, two, three = issues.campaigns[0].units[:3]
    again = msgspec.structs.replace(one, post_id="later")
    told_order = Narrative(
        words=("merek",),
        posts=(one, two, again, three),
        units=(one.satker, three.satker, "nobody"),
        i24=5,
        measured=1,
    )
    empty = Narrative(words=("kosong",), posts=(), units=(), i24=None, measured=0)
    week = msgspec.structs.replace(issues, narratives=(empty, told_order))
    (part,) = narratives(context, week, captions=False)
    names = [context.material.names[each.satker] for each in (one, three, two)]
    assert [each.unit for each in part.units] == names
    assert part.units[0].href == part.first.href
    assert (part.reach.i24, part.reach.measured, part.reach.posts) == (5, 1, 4)


def test_a_link_that_is_none_of_the_web_is_left_out(told: tuple[Context, Issues]) -> None:
    context, issues = told
    odd = tuple(
        msgspec.structs.replace(each, link="javascript:alert(1)") for each in issues.clarifications
    )
    week = msgspec.structs.replace(issues, clarifications=odd, campaigns=odd)
    assert [each.link for each in clarifications(context, week)] == [None]
    assert [each.link for each in campaigns(context, week)] == [None]


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (None, "sejak 5 Oktober 2026"),
        (date(2026, 10, 5), "5 Oktober 2026"),
        (date(2026, 10, 9), "5–9 Oktober 2026"),
        (date(2026, 11, 1), "5 Oktober – 1 November 2026"),
        (date(2027, 1, 1), "5 Oktober 2026 – 1 Januari 2027"),
    ],
)
def test_when_it_holds_is_said_in_days(
    told: tuple[Context, Issues], ends: date | None, said: str
) -> None:
    context, issues = told
    one = Carried(id="a", title="A", begins=date(2026, 10, 5), ends=ends)
    (part,) = campaigns(context, msgspec.structs.replace(issues, campaigns=(one,)))
    assert part.when == said


def test_tags_and_phrases_are_written_as_readers_write_them() -> None:
    one = Carried(
        id="a",
        title="A",
        begins=date(2026, 10, 5),
        ends=None,
        tags=("merek", "#Paten"),
        phrases=("tanpa perantara",),
    )
    assert known_by(one) == ("#merek", "#Paten", "“tanpa perantara”")
