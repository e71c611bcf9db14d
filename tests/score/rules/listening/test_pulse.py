"""Accounts of one unit, each read at another time, are judged together."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening import alarm
from functions.score.rules.listening.alarm import HOURS
from functions.score.rules.listening.pulse import LATE, Sign, Voice, heard, judge
from tests.score.rules.listening.second import Hours
from tests.score.rules.listening.test_alarm import any_series

LENGTH = HOURS + LATE
QUIET: Hours = [0, 1, 0] * (LENGTH // 3 + 1)
STORM: Hours = [20, 20, 20]


def listened(comments: Hours, interactions: Hours) -> Voice | None:
    return heard(comments, lambda: interactions)


def voice(comments: Hours, late: int = 0) -> Voice:
    """An account of which each comment comes with a like."""
    known = [*comments[-(LENGTH - late) :], *[None] * late]
    found = listened(known, [None if came is None else 2 * came for came in known])
    assert found is not None
    return found


def unit(**voices: Voice | None) -> dict[str, Voice]:
    return {name: one for name, one in voices.items() if one is not None}


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(0, LATE))
def test_with_one_account_it_is_the_rule_as_of_its_last_known_hour(seed, late):
    """However young it is. Where it has gaps, an alarm may be lost, and none is new."""
    comments, interactions = any_series(random.Random(seed))
    alone = listened([*comments, *[None] * late], [*interactions, *[None] * late])
    if comments[-1] is None or alone is None:
        return
    found, expected = judge({"x:1": alone}), alarm.judge(comments, interactions)
    if found is None and expected is not None and None in comments:
        return
    assert (None if found is None else found.raised) == expected
    assert found is None or found.late == {"x:1": late}


def test_what_was_last_known_long_ago_is_not_listened():
    assert listened([*QUIET, *[None] * (LATE + 1)], QUIET) is None
    assert listened([], []) is None
    assert listened([None] * LENGTH, [None] * LENGTH) is None


def found_in(voices: dict[str, Voice]) -> Sign:
    found = judge(voices)
    assert found is not None
    return found


def test_accounts_add_up_though_they_were_read_at_other_times():
    half: Hours = [*QUIET, 4, 4, 4]
    assert judge(unit(a=voice(half))) is not None
    found = found_in(unit(a=voice(half), b=voice(half, late=3)))
    assert found.late == {"a": 0, "b": 3}
    assert found.raised.window.comments == 24
    assert found.raised.window.usual == 2000


BROKEN: list[Voice | None] = [
    listened([None] * (LENGTH - 3) + [0, 0, 0], [None] * LENGTH),
    listened([5] * 30 + [None] * LATE, [5] * (30 + LATE)),
    listened([None, 0] * (LENGTH // 2), [0] * LENGTH),
    listened([None] * LENGTH, [0] * LENGTH),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_account_costs_only_itself(broken):
    alone = found_in(unit(a=voice([*QUIET, *STORM])))
    assert judge(unit(a=voice([*QUIET, *STORM]), b=broken)) == alone
    assert judge(unit(a=voice(QUIET), b=broken)) is None


def test_of_two_halves_that_never_meet_the_better_known_stays():
    """Each is known on enough days, both together on none."""
    first: Hours = [*[None] * 330, *QUIET[: LENGTH - 333], *STORM]
    second: Hours = [*QUIET[:340], *[None] * (LENGTH - 340 - 24), *QUIET[:21], *STORM]
    assert found_in(unit(a=voice(first), b=voice(second))).late == {"a": 0}


def test_of_what_share_comments_are_is_told_by_those_that_know_it():
    silent = listened([*QUIET, *STORM], [None] * (len(QUIET) + 3))
    assert silent is not None
    found = found_in(unit(a=voice([*QUIET, *STORM]), b=silent))
    assert found.late == {"a": 0, "b": 0}
    assert found.raised.share is not None
    assert found_in(unit(b=silent)).raised.share is None


@settings(max_examples=25)
@given(st.permutations(range(4)), st.integers(0, 2**32))
def test_the_order_of_accounts_does_not_matter(order, seed):
    chance = random.Random(seed)
    voices = {f"x:{n}": listened(*any_series(chance)) for n in range(4)}
    known = {name: one for name, one in voices.items() if one is not None}
    mixed = {f"x:{n}": known[f"x:{n}"] for n in order if f"x:{n}" in known}
    assert judge(mixed) == judge(known)
