"""The tail of the negative binomial, against the sum of its terms."""

from __future__ import annotations

from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.chance import at_least
from tests.score.rules.listening.second import tail

DISPERSIONS = st.fractions(Fraction(13, 10), 400, max_denominator=1000)


@settings(max_examples=60)
@given(st.integers(0, 600), st.fractions(Fraction(15, 100), 300, max_denominator=1000), DISPERSIONS)
def test_it_is_one_less_the_chances_of_fewer(count, mean, dispersion):
    exact = float(tail(count, mean, dispersion))
    assert isclose(
        at_least(count, float(mean), float(dispersion)), exact, rel_tol=1e-9, abs_tol=1e-30
    )


@given(st.integers(1, 10**7), st.floats(0.15, 10**6), st.floats(1.3, 10**6))
def test_it_is_a_chance_and_falls_with_the_count(count, mean, dispersion):
    chance = at_least(count, mean, dispersion)
    assert -1e-9 <= chance <= 1 + 1e-9
    assert at_least(count + 1, mean, dispersion) <= chance + 1e-9


def test_none_is_certain():
    assert at_least(0, 1.0, 2.0) == 1.0


@pytest.mark.parametrize(("count", "chance"), [(1, 0.5), (2, 0.25), (11, 2.0**-11)])
def test_a_geometric_one_halves(count, chance):
    """Mean 1 and variance 2 make the geometric distribution of a coin."""
    assert isclose(at_least(count, 1.0, 2.0), chance, rel_tol=1e-12)
