"""Sync states, budgets and outcomes; each test runs against both stores."""

import pytest

from functions.model import Agency
from functions.store.agency import AgencyStore
from functions.store.agency.collecting import StoredState
from functions.store.parts import PART_SIZE
from functions.store.port import Conflict, StoreError, Write

# Sync states


def test_a_plan_is_replaced_by_who_read_it_last(agency):
    nothing = agency.sync_state("x")
    assert nothing == StoredState(None, None, ())
    agency.save_sync_state("x", b"one", nothing)
    with pytest.raises(Conflict):
        agency.save_sync_state("x", b"two", nothing)
    held = agency.sync_state("x")
    assert (held.body, held.pieces) == (b"one", ())
    agency.save_sync_state("x", b"two", held)
    with pytest.raises(Conflict):
        agency.save_sync_state("x", b"three", held)
    assert agency.sync_state("x").body == b"two"
    assert agency.sync_state("youtube") == nothing


def large(*letters):
    """A note that takes one document for each letter."""
    return b"".join(letter.encode() * PART_SIZE for letter in letters)


def plan_documents(agency):
    return {stored.id for stored in agency.store.list("agencies/kemenkum/plans")}


@pytest.mark.parametrize(
    ("size", "parts"),
    [(1, 0), (PART_SIZE, 0), (PART_SIZE + 1, 2), (2 * PART_SIZE, 2), (3 * PART_SIZE - 1, 3)],
)
def test_a_plan_too_large_for_one_document_is_split(agency, size, parts):
    body = bytes(n % 251 for n in range(size))
    agency.save_sync_state("x", body, agency.sync_state("x"))
    held = agency.sync_state("x")
    assert held.body == body
    assert len(held.pieces) == parts
    assert plan_documents(agency) == {"x", *(f"x:{name}" for name in held.pieces)}


def test_parts_that_are_alike_are_one(agency):
    agency.save_sync_state("x", large("a", "b", "a"), agency.sync_state("x"))
    held = agency.sync_state("x")
    assert held.body == large("a", "b", "a")
    assert len(held.pieces) == 3
    assert len(plan_documents(agency)) == 3


def test_a_plan_that_shrinks_and_grows_leaves_no_part_behind(agency):
    for body in (large("a", "b", "c"), large("a", "d"), b"small", large("e", "a"), large("f", "g")):
        agency.save_sync_state("x", body, agency.sync_state("x"))
        held = agency.sync_state("x")
        assert held.body == body
        assert plan_documents(agency) == {"x", *(f"x:{name}" for name in held.pieces)}


def test_who_wrote_first_keeps_a_split_plan_whole(agency):
    """The loser's parts are in nobody's way, whatever both have in common."""
    agency.save_sync_state("x", large("a", "b"), agency.sync_state("x"))
    one, two = agency.sync_state("x"), agency.sync_state("x")
    agency.save_sync_state("x", large("a", "c"), one)
    with pytest.raises(Conflict):
        agency.save_sync_state("x", large("b", "d"), two)
    assert agency.sync_state("x").body == large("a", "c")


def test_a_plan_that_lost_a_part_is_none_and_can_be_replaced(agency):
    agency.save_sync_state("x", large("a", "b"), agency.sync_state("x"))
    lost = agency.sync_state("x").pieces[1]
    agency.store.write([Write(f"agencies/kemenkum/plans/x:{lost}", mode="delete")])
    held = agency.sync_state("x")
    assert held.body is None
    assert held.version is not None
    agency.save_sync_state("x", b"anew", held)
    assert agency.sync_state("x").body == b"anew"
    assert plan_documents(agency) == {"x"}


def test_a_plan_that_died_half_way_is_the_old_one(agency):
    """The parts come first: the document that names them always names a whole."""
    agency.save_sync_state("x", large("a", "b"), agency.sync_state("x"))
    write, calls = agency.store.write, []

    def dying(writes):
        calls.append(list(writes))
        if len(calls) > 1:
            raise StoreError("the machine is gone")
        write(calls[-1])

    agency.store.write = dying
    with pytest.raises(StoreError):
        agency.save_sync_state("x", large("c", "d"), agency.sync_state("x"))
    agency.store.write = write
    assert all(w.path.startswith("agencies/kemenkum/plans/x:") for w in calls[0])
    assert agency.sync_state("x").body == large("a", "b")


# Budgets

RUNS = {"one": {"at": "2026-10-20T03:00:00Z", "amounts": {"calls": 5}}}


def test_a_budget_is_reserved_by_who_read_it_last(agency):
    assert agency.budgets(["meta:1a", "x:2b"]) == {}
    agency.reserve({"meta:1a": ({"runs": RUNS}, None)})
    with pytest.raises(Conflict):
        agency.reserve({"meta:1a": ({}, None)})
    [(name, held)] = agency.budgets(["meta:1a", "x:2b"]).items()
    assert (name, held.data) == ("meta:1a", {"runs": RUNS})
    agency.reserve({"meta:1a": ({"runs": {}}, held.version)})
    with pytest.raises(Conflict):
        agency.reserve({"meta:1a": ({"runs": RUNS}, held.version)})
    assert agency.budgets(["meta:1a"])["meta:1a"].data == {"runs": {}}


def test_what_credentials_spend_is_kept_by_each_agency_for_itself(store):
    one, two = (AgencyStore(store, Agency(id=name)) for name in ("kemenkum", "kemenham"))
    one.reserve({"x:1a": ({"runs": RUNS}, None)})
    assert two.budgets(["x:1a"]) == {}
    two.settle({"x:1a": {"refused": None}})
    assert one.budgets(["x:1a"])["x:1a"].data == {"runs": RUNS}
    assert one.budget_path("x:1a") == "agencies/kemenkum/budgets/x:1a"


def test_budgets_lie_under_their_credentials_name(agency):
    agency.reserve({"meta:1a": ({}, None), "youtube:feed": ({}, None)})
    listed = [stored.path for stored in agency.store.list("agencies/kemenkum/budgets")]
    assert listed == [f"agencies/kemenkum/budgets/{name}" for name in ("meta:1a", "youtube:feed")]


def test_settling_adds_to_what_others_wrote_and_replaces_what_it_names(agency):
    wait = {"until": "2026-10-20T04:00:00Z", "message": "later"}
    agency.reserve({"meta:1a": ({"runs": RUNS, "waits": {"all": wait}, "usage": None}, None)})
    agency.settle(
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
    found = agency.budgets(["meta:1a", "x:2b"])
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


def test_an_outcome_is_kept_once_until_it_is_taken_in(agency):
    assert not agency.has_outcome("x", "run/1")
    agency.save_outcome("x", "run/1", b"first")
    with pytest.raises(Conflict):
        agency.save_outcome("x", "run/1", b"again")
    agency.save_outcome("x", "run/2", b"second")
    agency.save_outcome("youtube", "run/1", b"other")
    assert agency.has_outcome("x", "run/1")
    taken = agency.outcomes("x")
    assert {stored.data["body"] for stored in taken} == {b"first", b"second"}
    agency.save_outcome("x", "run/3", b"late")  # it came after the plan had looked
    agency.forget_outcomes(taken)
    assert [stored.data["body"] for stored in agency.outcomes("x")] == [b"late"]
    assert [stored.data["body"] for stored in agency.outcomes("youtube")] == [b"other"]
    assert not agency.has_outcome("x", "run/1")
    agency.forget_outcomes(taken)  # again
    assert len(agency.outcomes("x")) == 1


def test_outcomes_of_a_platform_are_none_of_another_whose_name_it_begins(agency):
    for platform in ("facebook", "instagram", "tiktok", "x", "youtube"):
        agency.save_outcome(platform, "run/1", platform.encode())
        assert [stored.data["body"] for stored in agency.outcomes(platform)] == [platform.encode()]
