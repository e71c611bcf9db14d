"""Intervals of shares and medians, against their definitions."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.listening.intervals import Z_95, median_place, wilson


def test_the_values_that_hold_a_median_are_those_of_the_exact_binomial() -> None:
    for n in range(1, 150):
        below = 0
        for place in range(n):
            below += comb(n, place)
            if 40 * below > 2**n:  # more than 2.5 %
                break
        assert median_place(n) == (place or None), n


def test_five_values_hold_no_median_and_many_hold_one_narrowly() -> None:
    assert median_place(5) is None
    assert median_place(6) == 1
    place = median_place(100_000)
    assert place is not None
    assert 50_000 - place == pytest.approx(Z_95 * 100_000**0.5 / 2, abs=2)


@given(st.integers(1, 5_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilsons_bounds_lie_z_standard_errors_from_the_share(case: tuple[int, int]) -> None:
    hits, of = case
    lower, upper = wilson(hits, of)
    assert 0 <= lower <= hits / of + 1e-12
    assert hits / of - 1e-12 <= upper <= 1
    for bound in (lower, upper):
        if 0 < hits < of:
            far = (bound - hits / of) ** 2
            assert far == pytest.approx(Z_95**2 * bound * (1 - bound) / of, abs=1e-9)


def test_published_bounds() -> None:
    """18 of 24, as in R's ``prop.test(18, 24, correct = FALSE)``."""
    assert wilson(18, 24) == pytest.approx((0.5510, 0.8800), abs=1e-4)
