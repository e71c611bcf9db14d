"""What admins write besides the registry; each test runs against both stores."""

import pytest

from functions.store.port import Conflict, Write


def test_decisions_and_objections_come_by_id_and_an_id_is_taken_once(book):
    for name in ("b", "a"):
        book.add_decision(name, {"why": name})
        book.add_objection(name, {"answer": name})
    for add in (book.add_decision, book.add_objection):
        with pytest.raises(Conflict):
            add("a", {})
    assert [(stored.id, stored.data) for stored in book.decisions()] == [
        ("a", {"why": "a"}),
        ("b", {"why": "b"}),
    ]
    assert [(stored.id, stored.data) for stored in book.objections()] == [
        ("a", {"answer": "a"}),
        ("b", {"answer": "b"}),
    ]


def test_an_admin_is_told_beside_what_they_typed_and_once(book):
    book.add_decision("a", {"why": "Salah."})
    book.tell_admin([(book.decisions()[0], {"problem": "tidak ada"})])
    [told] = book.decisions()
    assert told.data == {"why": "Salah.", "problem": "tidak ada"}
    book.tell_admin([(told, {"problem": "tidak ada"})])
    assert book.decisions()[0].version == told.version


def test_whoever_types_while_they_are_told_is_not_written_over(book):
    for name in ("a", "b", "c"):
        book.add_decision(name, {"why": "Salah."})
    changed, removed, left = book.decisions()
    book.amend(changed, {"why": "Benar."})
    book.store.write([Write(removed.path, mode="delete")])
    book.tell_admin((held, {"problem": "tidak ada"}) for held in (changed, removed, left))
    assert {stored.id: stored.data for stored in book.decisions()} == {
        "a": {"why": "Benar."},
        "c": {"why": "Salah.", "problem": "tidak ada"},
    }


def test_settings_that_nobody_typed_are_empty(book):
    book.store.write([Write(f"{book.root}/settings/formula", {"x_threads": "sum"})])
    assert book.settings("formula") == {"x_threads": "sum"}
    assert book.settings("bands") == {}
    assert set(book.typed_settings("formula", "bands")) == {"formula"}


@pytest.mark.parametrize(
    ("typed", "summed"), [({}, False), ({"x_threads": "sum"}, True), ({"x_threads": "all"}, False)]
)
def test_threads_are_summed_where_the_settings_say_so(book, typed, summed):
    book.store.write([Write(f"{book.root}/settings/formula", typed)])
    assert book.sums_threads() is summed


@pytest.mark.parametrize(
    ("typed", "counted"), [({}, True), ({"x_counts": False}, False), ({"x_counts": "no"}, True)]
)
def test_posts_of_x_are_counted_unless_the_settings_say_no(book, typed, counted):
    book.store.write([Write(f"{book.root}/settings/formula", typed)])
    assert book.reading_of_x() == {"replies": False, "counts": counted}
