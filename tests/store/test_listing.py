"""Who stands in a month's lists; the quoted line stands in RULES.md.

"A satker stands in a month's lists when it was registered at any time of that month, as it was
registered then, whatever became of its document since".
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.model import Agency
from functions.registry.roster import build
from functions.store.agency import AgencyStore
from functions.store.listing import listed
from tests.factories import BEGIN, END, MONTH, WIB, account, roster, satker

DAY = timedelta(days=1)
MIDDLE = BEGIN + 10 * DAY


def listed_ids(then, now=None):
    return [each.id for each in listed(BEGIN, END, then, now or then)]


@pytest.mark.parametrize(
    ("begin", "end", "stands"),
    [
        (None, None, True),
        (MIDDLE, None, True),
        (None, MIDDLE, True),
        (BEGIN - DAY, BEGIN, False),
        (BEGIN - DAY, BEGIN + timedelta(seconds=1), True),
        (END - timedelta(seconds=1), None, True),
        (END, None, False),
        (MIDDLE, MIDDLE, False),
        (MIDDLE + DAY, MIDDLE, False),
    ],
)
def test_a_unit_stands_in_the_month_that_its_registration_meets(begin, end, stands):
    for found in (
        roster(satker("a", valid_from=begin, valid_to=end)),
        roster(former=[satker("a", valid_from=begin, valid_to=end)]),
    ):
        assert (listed_ids(found) == ["a"]) is stands


def test_a_unit_that_went_and_came_back_is_one():
    back = roster(
        satker("a", valid_from=MIDDLE + DAY), former=[satker("a", name="Lama", valid_to=MIDDLE)]
    )
    assert [each.name for each in listed(BEGIN, END, back, back)] == ["A"]


def test_what_a_unit_was_called_in_the_month_stays():
    then = roster(satker("a"), former=[satker("b", valid_to=MIDDLE)])
    now = roster(
        satker("a", name="Baru", kind="upt"),
        satker("b", name="Kembali", valid_from=END + DAY),
        satker("c", valid_from=END + DAY),
    )
    assert [(each.id, each.name, each.kind) for each in listed(BEGIN, END, then, now)] == [
        ("a", "A", "kanwil"),
        ("b", "B", "kanwil"),
    ]


def test_a_unit_that_is_taken_out_afterwards_stays():
    assert listed_ids(roster(satker("a")), roster(former=[satker("a", valid_to=END + DAY)])) == [
        "a"
    ]
    assert listed_ids(roster(satker("a")), roster()) == ["a"]


def test_whoever_held_an_account_in_the_month_by_what_is_known_now_stands_in_it():
    """A correction that is made while objections are heard."""
    late = satker("a", valid_from=END + DAY)
    assert listed_ids(roster(), roster(late, accounts=[account("a")])) == ["a"]
    assert listed_ids(roster(), roster(late, accounts=[account("a", since=END)])) == []


def test_a_month_is_told_as_its_own_time_had_it_whatever_was_typed_since(store):
    agency = AgencyStore(store, Agency())
    typed = {"a": {"name": "Aceh", "kind": "kanwil"}, "b": {"name": "Bali", "kind": "kanwil"}}
    found = None
    for at, documents in (
        (BEGIN, typed),
        (MIDDLE, {"b": typed["b"] | {"kind": "upt"}}),
        (END + DAY, {"b": {"name": "Bali Baru", "kind": "kanwil"}}),
    ):
        found, _ = build(documents, found, at, WIB)
        agency.save_roster(found)

    def told(month, at):
        return [(each.id, each.name, each.kind) for each in agency.listed(month, at)]

    assert told(MONTH, BEGIN) == [("a", "Aceh", "kanwil"), ("b", "Bali", "kanwil")]
    of_its_time = [("a", "Aceh", "kanwil"), ("b", "Bali", "upt")]
    assert told(MONTH, MIDDLE) == told(MONTH, END + 3 * DAY) == of_its_time
    assert told("2026-11", END + 3 * DAY) == [("b", "Bali Baru", "kanwil")]
