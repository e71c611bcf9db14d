"""Sync states, budgets and outcomes; each test runs against both stores."""

import pytest

from functions.model import Agency
from functions.store.agency import AgencyStore
from functions.store.agency.collecting import StoredState
from functions.store.parts import PART_SIZE
from functions.store.port import Conflict, StoreError, Write

# Sync states


def test_a_plan_is_replaced_by_who_read_it_last(book):
    nothing = book.sync_state("x")
    assert nothing == StoredState(None, None, ())
    book.save_sync_state("x", b"one", nothing)
    with pytest.raises(Conflict):
        book.save_sync_state("x", b"two", nothing)
    held = book.sync_state("x")
    assert (held.body, held.pieces) == (b"one", ())
    book.save_sync_state("x", b"two", held)
    with pytest.raises(Conflict):
        book.save_sync_state("x", b"three", held)
    assert book.sync_state("x").body == b"two"
    assert book.sync_state("youtube") == nothing


def large(*letters):
    """A note that takes one document for each letter."""
    return b"".join(letter.encode() * PART_SIZE for letter in letters)


def plan_documents(book):
    return {stored.id for stored in book.store.list("agencies/kemenkum/plans")}


@pytest.mark.parametrize(
    ("size", "parts"),
    [(1, 0), (PART_SIZE, 0), (PART_SIZE + 1, 2), (2 * PART_SIZE, 2), (3 * PART_SIZE - 1, 3)],
)
def test_a_plan_too_large_for_one_document_is_split(book, size, parts):
    body = bytes(n % 251 for n in range(size))
    book.save_sync_state("x", body, book.sync_state("x"))
    held = book.sync_state("x")
    assert held.body == body
    assert len(held.pieces) == parts
    assert plan_documents(book) == {"x", *(f"x:{name}" for name in held.pieces)}


def test_parts_that_are_alike_are_one(book):
    book.save_sync_state("x", large("a", "b", "a"), book.sync_state("x"))
    held = book.sync_state("x")
    assert held.body == large("a", "b", "a")
    assert len(held.pieces) == 3
    assert len(plan_documents(book)) == 3


def test_a_plan_that_shrinks_and_grows_leaves_no_part_behind(book):
    for body in (large("a", "b", "c"), large("a", "d"), b"small", large("e", "a"), large("f", "g")):
        book.save_sync_state("x", body, book.sync_state("x"))
        held = book.sync_state("x")
        assert held.body == body
        assert plan_documents(book) == {"x", *(f"x:{name}" for name in held.pieces)}


def test_who_wrote_first_keeps_a_split_plan_whole(book):
    """The loser's parts are in nobody's way, whatever both have in common."""
    book.save_sync_state("x", large("a", "b"), book.sync_state("x"))
    one, two = book.sync_state("x"), book.sync_state("x")
    book.save_sync_state("x", large("a", "c"), one)
    with pytest.raises(Conflict):
        book.save_sync_state("x", large("b", "d"), two)
    assert book.sync_state("x").body == large("a", "c")


def test_a_plan_that_lost_a_part_is_none_and_can_be_replaced(book):
    book.save_sync_state("x", large("a", "b"), book.sync_state("x"))
    lost = book.sync_state("x").pieces[1]
    book.store.write([Write(f"agencies/kemenkum/plans/x:{lost}", mode="delete")])
    held = book.sync_state("x")
    assert held.body is None
    assert held.version is not None
    book.save_sync_state("x", b"anew", held)
    assert book.sync_state("x").body == b"anew"
    assert plan_documents(book) == {"x"}


def test_a_plan_that_died_half_way_is_the_old_one(book):
    """The parts come first: the document that names them always names a whole."""
    book.save_sync_state("x", large("a", "b"), book.sync_state("x"))
    write, calls = book.store.write, []

    def dying(writes):
        calls.append(list(writes))
        if len(calls) > 1:
            raise StoreError("the machine is gone")
        write(calls[-1])

    book.store.write = dying
    with pytest.raises(StoreError):
        book.save_sync_state("x", large("c", "d"), book.sync_state("x"))
    book.store.write = write
    assert all(w.path.startswith("agencies/kemenkum/plans/x:") for w in calls[0])
    assert book.sync_state("x").body == large("a", "b")


# Budgets

RUNS = {"one": {"at": "2026-10-20T03:00:00Z", "amounts": {"calls": 5}}}


def test_a_budget_is_reserved_by_who_read_it_last(book):
    assert book.budgets(["meta:1a", "x:2b"]) == {}
    book.reserve({"meta:1a": ({"runs": RUNS}, None)})
    with pytest.raises(Conflict):
        book.reserve({"meta:1a": ({}, None)})
    [(name, held)] = book.budgets(["meta:1a", "x:2b"]).items()
    assert (name, held.data) == ("meta:1a", {"runs": RUNS})
    book.reserve({"meta:1a": ({"runs": {}}, held.version)})
    with pytest.raises(Conflict):
        book.reserve({"meta:1a": ({"runs": RUNS}, held.version)})
    assert book.budgets(["meta:1a"])["meta:1a"].data == {"runs": {}}


def test_what_credentials_spend_is_kept_by_each_agency_for_itself(store):
    one, two = (AgencyStore(store, Agency(id=name)) for name in ("kemenkum", "kemenham"))
    one.reserve({"x:1a": ({"runs": RUNS}, None)})
    assert two.budgets(["x:1a"]) == {}
    two.settle({"x:1a": {"refused": None}})
    assert one.budgets(["x:1a"])["x:1a"].data == {"runs": RUNS}
    assert one.budget_path("x:1a") == "agencies/kemenkum/budgets/x:1a"


def test_budgets_lie_under_their_credentials_name(book):
    book.reserve({"meta:1a": ({}, None), "youtube:feed": ({}, None)})
    listed = [stored.path for stored in book.store.list("agencies/kemenkum/budgets")]
    assert listed == [f"agencies/kemenkum/budgets/{name}" for name in ("meta:1a", "youtube:feed")]


def test_settling_adds_to_what_others_wrote_and_replaces_what_it_names(book):
    wait = {"until": "2026-10-20T04:00:00Z", "message": "later"}
    book.reserve({"meta:1a": ({"runs": RUNS, "waits": {"all": wait}, "usage": None}, None)})
    book.settle(
        {
            "meta:1a": {
                "runs": {
                    "one": {"amounts": {"calls": 4}, "settled": True},
                    "two": {"amounts": {"calls": 9}},
                },
                "usage": {"percent": 9},
            },
            "x:2b": {"runs": RUNS},
        }
    )
    found = book.budgets(["meta:1a", "x:2b"])
    assert found["meta:1a"].data == {
        "runs": {
            "one": {"at": "2026-10-20T03:00:00Z", "amounts": {"calls": 4}, "settled": True},
            "two": {"amounts": {"calls": 9}},
        },
        "waits": {"all": wait},
        "usage": {"percent": 9},
    }
    assert found["x:2b"].data == {"runs": RUNS}


# Outcomes


def test_an_outcome_is_kept_once_until_it_is_taken_in(book):
    assert not book.has_outcome("x", "run/1")
    book.save_outcome("x", "run/1", b"first")
    with pytest.raises(Conflict):
        book.save_outcome("x", "run/1", b"again")
    book.save_outcome("x", "run/2", b"second")
    book.save_outcome("youtube", "run/1", b"other")
    assert book.has_outcome("x", "run/1")
    taken = book.outcomes("x")
    assert {stored.data["body"] for stored in taken} == {b"first", b"second"}
    book.save_outcome("x", "run/3", b"late")  # it came after the plan had looked
    book.forget_outcomes(taken)
    assert [stored.data["body"] for stored in book.outcomes("x")] == [b"late"]
    assert [stored.data["body"] for stored in book.outcomes("youtube")] == [b"other"]
    assert not book.has_outcome("x", "run/1")
    book.forget_outcomes(taken)  # again
    assert len(book.outcomes("x")) == 1


def test_outcomes_of_a_platform_are_none_of_another_whose_name_it_begins(book):
    for platform in ("facebook", "instagram", "tiktok", "x", "youtube"):
        book.save_outcome(platform, "run/1", platform.encode())
        assert [stored.data["body"] for stored in book.outcomes(platform)] == [platform.encode()]
