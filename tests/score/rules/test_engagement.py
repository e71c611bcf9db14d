"""Engagement rate and the followers it is measured by; the quoted lines stand in RULES.md."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.engagement import engagement_rate, followers_at
from tests.factories import PUBLISHED

SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("readings", "count"),
    [
        ([(PUBLISHED - 9 * WEEK, 10), (PUBLISHED - SECOND, 20), (PUBLISHED + SECOND, 30)], 20),
        ([(PUBLISHED, 20), (PUBLISHED + SECOND, 30)], 20),
        ([(PUBLISHED + SECOND, 30), (PUBLISHED + WEEK, 40)], 30),
        ([(PUBLISHED + WEEK, 40)], 40),
        ([(PUBLISHED + WEEK, 40), (PUBLISHED + 9 * WEEK, 50)], 40),
        ([(PUBLISHED + WEEK + SECOND, 40)], None),
        ([], None),
    ],
)
def test_followers_are_the_last_read_before_else_the_first_within_7_days_after(readings, count):
    """ "the last read at or before `published_at`, else the first within 7 days after" """
    assert followers_at(readings, PUBLISHED) == count


def test_no_followers_are_null_and_not_a_later_figure():
    """ "else null (also when hidden or 0)" """
    assert followers_at([(PUBLISHED - SECOND, 0), (PUBLISHED + SECOND, 9)], PUBLISHED) is None
    assert followers_at([(PUBLISHED + SECOND, 0), (PUBLISHED + 2 * SECOND, 9)], PUBLISHED) is None


def test_the_rate_is_the_median_per_1000_followers():
    """ "median over its measured posts of I24 ÷ followers, per 1,000 followers" """
    assert engagement_rate([(1, 1000), (5, 1000), (900, 1000)]) == 5.0
    assert engagement_rate([(5, 1000), (20, 2000)]) == 7.5
    assert engagement_rate([(0, 1000)]) == 0.0


def test_without_a_measured_post_there_is_no_rate():
    assert engagement_rate([]) is None


@pytest.mark.parametrize(
    ("measured", "rate"),
    [
        ([(1, 20_000)], 0.1),  # 0.05
        ([(1, 20_001)], 0.0),
        ([(5, 20_000)], 0.3),  # 0.25, which half-even makes 0.2
        ([(9, 20_000)], 0.5),  # 0.45
        ([(1, 10_000), (2, 10_000)], 0.2),  # 0.15, the middle of two posts
    ],
)
def test_the_rate_has_one_decimal_rounded_half_up(measured, rate):
    """ "to one decimal, half up" """
    assert engagement_rate(measured) == rate


pairs = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**8)), min_size=1)


@given(pairs, st.randoms())
def test_the_rate_is_exact_and_does_not_depend_on_the_order(measured, random):
    exact = sorted(Fraction(i24 * 1000, followers) for i24, followers in measured)
    half = len(exact) // 2
    middle = exact[half] if len(exact) % 2 else (exact[half - 1] + exact[half]) / 2
    tenths = Decimal(int(middle * 10**30)).scaleb(-30)
    # A quotient that only looks like a half after thirty places would need more than that.
    expected = float(tenths.quantize(Decimal("0.1"), ROUND_HALF_UP))
    shuffled = random.sample(measured, len(measured))
    assert engagement_rate(measured) == engagement_rate(shuffled) == expected
