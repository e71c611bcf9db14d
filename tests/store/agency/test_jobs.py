"""Where the jobs stand; each test runs against both stores."""

import pytest

from functions.store.port import Conflict
from tests.factories import MONTH, PUBLISHED


def test_a_cursor_keeps_its_other_values(agency):
    assert agency.cursor("collect") == {}
    agency.save_cursor("collect", began_at="a")
    agency.save_cursor("collect", reached="b")
    assert agency.cursor("collect") == {"began_at": "a", "reached": "b"}
    assert agency.cursor("score") == {}


def test_a_runs_report_is_kept_under_its_name(agency):
    agency.save_run("20261020T030000Z-score", {"job": "score", "months": {MONTH: {"posts": 1}}})
    [stored] = agency.store.list("agencies/kemenkum/runs")
    assert (stored.id, stored.data["months"]) == ("20261020T030000Z-score", {MONTH: {"posts": 1}})


def test_several_cursors_come_in_the_order_asked_for(agency):
    agency.save_cursor("score", reached="b")
    assert agency.cursors("collect", "score") == [{}, {"reached": "b"}]


def test_until_when_was_read_is_unknown_before_the_first_collection(agency):
    assert agency.read_until() is None
    agency.save_cursor("collect", read_until=PUBLISHED.isoformat())
    assert agency.read_until() == PUBLISHED


def test_a_turn_is_taken_by_who_read_last_and_notes_are_added_to_it(agency):
    assert agency.noted("score") is None
    agency.take_turn("score", {"by": "one"}, None)
    with pytest.raises(Conflict):
        agency.take_turn("score", {"by": "two"}, None)
    held = agency.noted("score")
    agency.take_turn("score", {"by": "two"}, held)
    with pytest.raises(Conflict):
        agency.take_turn("score", {"by": "three"}, held)
    agency.note("score", {"ended": "well"})
    assert agency.noted("score").data == {"by": "two", "ended": "well"}
    assert agency.noted("collect") is None


@pytest.mark.parametrize(
    ("noted", "shown"),
    [({"published": {MONTH: "abc"}}, {MONTH: "abc"}), ({"by": "one"}, {}), ({"published": 1}, {})],
)
def test_what_the_site_shows_is_noted_of_publishing(agency, noted, shown):
    assert agency.published() == {}
    agency.note("publish", noted)
    assert agency.published() == shown
