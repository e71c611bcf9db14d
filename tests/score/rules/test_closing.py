"""A month's life; the quoted lines stand in RULES.md."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.score.rules.closing import (
    closing_begins,
    closing_ends,
    is_contested,
    is_incomplete,
    months_between,
    state_at,
)
from tests.factories import BEGIN, END, MONTH, WIB, objection

SECOND = timedelta(seconds=1)
CLOSING = END + timedelta(hours=30)
CLOSES = closing_ends(MONTH, WIB, ())


def state(now, closes_at=CLOSES, incomplete=False):
    return state_at(now, closes_at, incomplete=incomplete)


def test_a_month_closes_30_h_after_its_end_in_the_agencys_time():
    """ "`open` until its end + 30 h exactly" """
    assert closing_begins(MONTH, WIB) == CLOSING
    assert datetime(2026, 11, 1, 23, 0, tzinfo=UTC) == CLOSING


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (CLOSING, "closing"),
        (CLOSES - SECOND, "closing"),
        (CLOSES, "final"),
    ],
)
def test_a_month_that_closes_is_final_at_its_date(now, expected):
    assert state(now) == expected


def test_a_whole_month_that_nobody_contests_becomes_final():
    assert state_at(CLOSES, CLOSES) == "final"


def test_an_incomplete_month_never_becomes_final():
    """ "`incomplete`: published, never final" """
    assert state(CLOSES + timedelta(days=400), incomplete=True) == "closing"
    assert state(CLOSING, closes_at=None, incomplete=True) == "open"


def test_an_undecided_objection_holds_closing_open():
    """ "an undecided objection holds it open" """
    contested = state_at(CLOSES, CLOSES, contested=True)
    assert contested == state_at(CLOSES + timedelta(days=99), CLOSES, contested=True)
    assert contested == "closing"


@pytest.mark.parametrize(
    ("objections", "contested"),
    [
        ([], False),
        ([objection(at=CLOSING)], True),
        ([objection(at=CLOSES - SECOND)], True),
        ([objection(at=CLOSES)], False),  # too late
        ([objection(at=CLOSING, answer="Sudah benar.")], False),
        ([objection(at=CLOSING, answer="Sudah benar."), objection(at=CLOSING)], True),
        ([objection(at=CLOSES, answer="Sudah benar."), objection(at=CLOSES)], False),
    ],
)
def test_a_month_is_contested_by_what_came_in_time_and_is_undecided(objections, contested):
    assert is_contested(objections, CLOSES) is contested


def test_before_the_closing_date_is_fixed_every_objection_is_in_time():
    assert is_contested([objection(at=CLOSES)], None)
    assert not is_contested([objection(at=CLOSES, answer="Sudah benar.")], None)


def test_a_month_is_open_until_its_closing_date_is_fixed_and_never_again():
    """Also when an instant of before is replayed."""
    assert state(CLOSING, closes_at=None) == "open"
    assert state(BEGIN) == "closing"


@pytest.mark.parametrize(
    ("began", "incomplete"),
    [
        (BEGIN - timedelta(days=90), False),
        (BEGIN, False),
        (BEGIN + timedelta(days=1) - SECOND, False),
        (BEGIN + timedelta(days=1), True),
        (END, True),
    ],
)
def test_a_month_in_which_collection_began_after_day_1_is_incomplete(began, incomplete):
    assert is_incomplete(MONTH, WIB, began) is incomplete


def test_months_are_named_from_the_first_to_the_last_across_a_year():
    first = datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)  # a second before November in Jakarta
    last = datetime(2027, 1, 31, 17, 0, tzinfo=UTC)
    assert list(months_between(first, last, WIB)) == [
        "2026-10",
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]
    assert list(months_between(last, last, WIB)) == ["2027-02"]
    assert list(months_between(last, first, WIB)) == []
