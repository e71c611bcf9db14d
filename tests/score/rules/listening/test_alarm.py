"""The rule of alarms: against a second implementation, and as sentences."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.alarm import HOURS, Raised, judge
from tests.score.rules.listening.life import (
    BEFORE,
    SIZES,
    Life,
    by_kiprah,
    false_alarms,
    found_after,
    live,
    with_holes,
)
from tests.score.rules.listening.second import Hours, answer


def flat(raised: Raised | None) -> dict[str, int | str | None] | None:
    """As the second implementation answers."""
    if raised is None:
        return None
    told = msgspec.to_builtins(raised)
    return {**told.pop("window"), **told}


def any_series(chance: random.Random) -> tuple[Hours, Hours]:
    """Comments and interactions of some unit: sparse or busy, with storms and holes."""
    rate = chance.choice((0.02, 0.2, 1, 5, 40))
    length = chance.choice((HOURS, HOURS + 40, HOURS - 1, HOURS - 24 * chance.randrange(20)))
    usual = [int(chance.expovariate(1) * rate * chance.paretovariate(2)) for _ in range(60)]
    comments: Hours = chance.choices(usual, k=length)
    storm, hours = chance.choice((0, 1, 3, 10)) * max(rate, 1), chance.choice((3, 6, 10))
    comments[-hours:] = [int(storm * chance.expovariate(1)) + came for came in usual[:hours]]
    also = chance.choices((0, 2, 8, 12), k=9)
    likes = chance.choices([int(rate * times) + 1 for times in also], k=length)
    interactions: Hours = [
        (came or 0) * (1 + chance.choice(also)) + more
        for came, more in zip(comments, likes, strict=True)
    ]
    for series in (comments, interactions):
        for _ in range(chance.choice((0, 0, 1, 5, 20))):
            series[chance.randrange(length - 1)] = None
    return comments, interactions


def test_a_thousand_series_are_judged_as_by_the_second_implementation():
    chance = random.Random(1)
    levels = []
    for _ in range(1_000):
        comments, interactions = any_series(chance)
        expected = answer(comments, interactions)
        assert flat(judge(comments, interactions)) == expected
        levels.append(None if expected is None else expected["level"])
    assert min(levels.count(level) for level in (None, "lonjakan", "siaga")) > 100


QUIET = [1] * 4 + [0] * 20  # a day's comments
LIKED = [11] * 4 + [0] * 20  # and its interactions


def days(number: int, *last: int, day: list[int] = QUIET) -> Hours:
    """So many such days and the hours of today; each day begins at the same hour."""
    return [*day * number, *last]


def test_a_storm_of_comments_is_a_siaga_with_its_numbers():
    comments = days(30, 20, 20, 20)
    interactions = days(30, 60, 60, 60, day=LIKED)
    assert flat(judge(comments, interactions)) == {
        "level": "siaga",
        "hours": 3,
        "comments": 60,
        "usual": 2641,
        "chance": 1,
        "share": 278,
        "usual_share": 90,
    }


def test_praise_that_many_like_is_no_more_than_a_lonjakan():
    found = judge(days(30, 20, 20, 20), days(30, 230, 230, 230, day=LIKED))
    assert found is not None
    assert found.level == "lonjakan"
    assert (found.share, found.usual_share) == (70, 90)


@pytest.mark.parametrize("came", [7, 8])
def test_a_window_needs_its_least_comments(came):
    assert (judge([0] * (HOURS - 1) + [came], [0] * HOURS) is None) == (came < 8)


def test_with_too_few_days_of_interactions_no_siaga_is_given():
    silent = days(30, 20, 20, 20)
    found = judge(silent, [*[0] * 24 * 17, *LIKED * 13, 60, 60, 60])
    assert found is not None
    assert (found.level, found.share, found.usual_share) == ("lonjakan", None, None)


def test_a_month_of_which_less_than_half_is_known_says_nothing():
    known = days(13, 20, 20, 20)
    assert judge([None] * 500 + known, [None] * 500 + known) is None
    assert judge(known, known) is None
    assert judge([], []) is None


@given(st.integers(0, 2), st.integers(1, 23))
def test_a_window_with_an_unknown_hour_is_not_judged(first, second):
    storm = [100] * 24
    comments: Hours = [*QUIET * 30, *storm]
    comments[-1 - first] = None
    comments[-1 - second] = None
    assert judge(comments, comments) is None


@settings(max_examples=25)
@given(st.integers(4, 40), st.integers(0, 2**32), st.floats(0, 0.5))
def test_missing_hours_are_no_silence_and_make_no_alarm(rate, seed, share):
    """Where no window has twice what another has, none alarms, whatever is missing."""
    chance = random.Random(seed)
    comments: Hours = [*chance.choices(range(rate, 2 * rate), k=HOURS)]
    assert judge(comments, comments) is None
    holes, _ = with_holes(chance, Life(comments, comments), share)
    assert judge(holes, holes) is None


def test_in_made_up_months_storms_are_found_and_little_else():
    """What ``make bench ARGS=alarm`` shows of many months, of a few."""
    quiet = [false_alarms(by_kiprah, f"{size}:{n}", size) for size in SIZES for n in range(2)]
    assert sum(quiet) <= 0.4 * len(quiet)
    after = [found_after(by_kiprah, f"{size}:{n}", size) for size in SIZES for n in range(15)]
    assert sum(hours is not None for hours in after) >= 0.9 * len(after)
    assert sum(hours is not None and hours <= 6 for hours in after) >= 0.7 * len(after)


@pytest.mark.parametrize("seed", [4, 5, 10])
def test_hours_taken_out_of_a_quiet_month_make_no_lonjakan_and_hardly_a_siaga(seed):
    """By the rule alone they would, since as many outliers are left out of fewer windows."""
    chance = random.Random(seed)
    by_rule: list[Raised] = []
    told: list[str] = []
    for size in (3, 30):
        life = live(chance, size, days=8)
        holes = with_holes(chance, life, 0.02)
        for hour in range(BEFORE, len(life.comments)):
            seen = slice(hour + 1 - HOURS, hour + 1)
            found = judge(holes.comments[seen], holes.interactions[seen])
            if found is not None and by_kiprah(life, hour) is None:
                by_rule.append(found)
                told += [level for level in [by_kiprah(holes, hour)] if level is not None]
    assert len(by_rule) > 5
    assert told in ([], ["siaga"])
