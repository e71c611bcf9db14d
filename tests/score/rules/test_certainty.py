"""The ranks within what is known, and concentration; the quoted lines stand in RULES.md."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.certainty import Bounds, best_and_worst, largest_share

bounds = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 6)).map(lambda p: Bounds(p[0], p[0] + p[1])),
    max_size=12,
)


@given(sums=bounds)
def test_the_ranks_are_what_the_rule_counts_one_by_one(sums):
    """ "``rank_best`` is 1 + the number of others whose low is above its high, ``rank_worst`` is
    the number of satker (itself included) whose high is not below its low." """
    counted = [
        (
            1 + sum(other.low > one.high for m, other in enumerate(sums) if m != n),
            sum(not other.high < one.low for other in sums),
        )
        for n, one in enumerate(sums)
    ]
    assert [*best_and_worst(sums)] == counted


@given(sums=bounds, data=st.data())
def test_whatever_the_sums_are_within_their_bounds_the_rank_lies_between(sums, data):
    values = [data.draw(st.integers(low, high)) for low, high in sums]
    for value, (best, worst) in zip(values, best_and_worst(sums), strict=True):
        assert best <= 1 + sum(other > value for other in values) <= worst


@given(values=st.lists(st.integers(0, 5), max_size=10))
def test_of_sure_sums_only_those_that_are_equal_share_their_ranks(values):
    for value, found in zip(values, best_and_worst([Bounds(v, v) for v in values]), strict=True):
        rank = 1 + sum(other > value for other in values)
        assert found == (rank, rank + values.count(value) - 1)


@pytest.mark.parametrize(
    ("largest", "total", "share"),
    [(0, 0, None), (3, None, None), (3, 3, 100.0), (1, 3, 33.3), (2, 3, 66.7), (1, 2000, 0.1)],
)
def test_a_share_has_one_decimal(largest, total, share):
    assert largest_share(largest, total) == share


@given(largest=st.integers(0, 10**9), more=st.integers(0, 10**9))
def test_a_share_is_rounded_once_half_up(largest, more):
    total = largest + more
    if total:
        share = Fraction(100 * largest, total)
        assert largest_share(largest, total) == floor(10 * share + Fraction(1, 2)) / 10
