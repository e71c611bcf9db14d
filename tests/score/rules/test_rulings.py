"""What decisions say of a post; the quoted lines stand in RULES.md."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.rulings import UNDECIDED, Ruling, Rulings
from tests.factories import LATER, decision, x_post

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("decided", "ruling"),
    [
        (decision("exclude"), Ruling(counts=False, decisions=("1",))),
        (decision("include"), Ruling(counts=True, decisions=("1",))),
        (decision("reassign", satker="bali"), Ruling(satker="bali", decisions=("1",))),
        (decision("set_value", value=0), Ruling(value=0, decisions=("1",))),
    ],
)
def test_a_decision_changes_one_thing(decided, ruling):
    """ "`exclude`, `include`, `reassign`, `set_value`" """
    assert Rulings([decided]).of(x_post()) == ruling


def test_nobody_decided_anything_about_other_posts():
    rulings = Rulings([decision("exclude")])
    assert rulings.of(x_post(post_id="101")) == UNDECIDED
    assert rulings.of(x_post(platform="tiktok")) == UNDECIDED


def test_a_shared_post_is_decided_for_one_account_or_for_all():
    other = x_post(account_id="2")
    assert Rulings([decision("exclude")]).of(other) != UNDECIDED
    assert Rulings([decision("exclude", account_id="1")]).of(other) == UNDECIDED
    assert Rulings([decision("exclude", account_id="2")]).of(other) != UNDECIDED


@given(st.permutations(range(4)))
def test_of_several_the_latest_on_each_question_holds(order):
    given_ones = [
        decision("exclude", "a", at=LATER + 1 * MINUTE),
        decision("include", "b", at=LATER + 2 * MINUTE),
        decision("set_value", "c", at=LATER + 3 * MINUTE, value=5),
        decision(
            "set_value", "d", at=LATER + 3 * MINUTE, value=6
        ),  # at the same time: the larger id
    ]
    found = Rulings(given_ones[number] for number in order).of(x_post())
    assert found == Ruling(counts=True, value=6, decisions=("b", "d"))


def test_a_decision_is_later_by_its_time_and_not_by_its_id():
    found = Rulings(
        [
            decision("exclude", "b", at=LATER + 1 * MINUTE),
            decision("include", "a", at=LATER + 2 * MINUTE),
        ]
    ).of(x_post())
    assert found == Ruling(counts=True, decisions=("a",))


def test_the_decisions_that_hold_are_named_in_the_order_of_their_ids():
    """So that a verdict is the same bytes, whichever question was decided first."""
    given_ones = [decision("include", "c"), decision("set_value", "a", value=1)]
    reassigned = decision("reassign", "b", satker="bali")
    found = Rulings([*given_ones, reassigned]).of(x_post())
    assert found == Ruling(counts=True, satker="bali", value=1, decisions=("a", "b", "c"))


def test_who_and_why_do_not_matter_to_what_holds():
    one = decision("exclude")
    assert Rulings([msgspec.structs.replace(one, by="Budi", why="lain")]).of(x_post()) == Rulings(
        [one]
    ).of(x_post())
