"""What admins write besides the registry; each test runs against both stores."""

import pytest

from functions.store.port import Conflict, Write


def test_decisions_and_objections_come_by_id_and_an_id_is_taken_once(agency):
    for name in ("b", "a"):
        agency.add_decision(name, {"why": name})
        agency.add_objection(name, {"answer": name})
    for add in (agency.add_decision, agency.add_objection):
        with pytest.raises(Conflict):
            add("a", {})
    assert [(stored.id, stored.data) for stored in agency.decisions()] == [
        ("a", {"why": "a"}),
        ("b", {"why": "b"}),
    ]
    assert [(stored.id, stored.data) for stored in agency.objections()] == [
        ("a", {"answer": "a"}),
        ("b", {"answer": "b"}),
    ]


def test_an_admin_is_told_beside_what_they_typed_and_once(agency):
    agency.add_decision("a", {"why": "Salah."})
    agency.tell_admin([(agency.decisions()[0], {"problem": "tidak ada"})])
    [told] = agency.decisions()
    assert told.data == {"why": "Salah.", "problem": "tidak ada"}
    agency.tell_admin([(told, {"problem": "tidak ada"})])
    assert agency.decisions()[0].version == told.version


def test_whoever_types_while_they_are_told_is_not_written_over(agency):
    for name in ("a", "b", "c"):
        agency.add_decision(name, {"why": "Salah."})
    changed, removed, left = agency.decisions()
    agency.amend(changed, {"why": "Benar."})
    agency.store.write([Write(removed.path, mode="delete")])
    agency.tell_admin((held, {"problem": "tidak ada"}) for held in (changed, removed, left))
    assert {stored.id: stored.data for stored in agency.decisions()} == {
        "a": {"why": "Benar."},
        "c": {"why": "Salah.", "problem": "tidak ada"},
    }


def test_settings_that_nobody_typed_are_empty(agency):
    agency.store.write([Write(f"{agency.root}/settings/formula", {"x_threads": "sum"})])
    assert agency.settings("formula") == {"x_threads": "sum"}
    assert agency.settings("bands") == {}
    assert set(agency.typed_settings("formula", "bands")) == {"formula"}


@pytest.mark.parametrize(
    ("typed", "summed"), [({}, False), ({"x_threads": "sum"}, True), ({"x_threads": "all"}, False)]
)
def test_threads_are_summed_where_the_settings_say_so(agency, typed, summed):
    agency.store.write([Write(f"{agency.root}/settings/formula", typed)])
    assert agency.sums_threads() is summed


@pytest.mark.parametrize(
    ("typed", "counted"), [({}, True), ({"x_counts": False}, False), ({"x_counts": "no"}, True)]
)
def test_posts_of_x_are_counted_unless_the_settings_say_no(agency, typed, counted):
    agency.store.write([Write(f"{agency.root}/settings/formula", typed)])
    assert agency.reading_of_x() == {"replies": False, "counts": counted}
