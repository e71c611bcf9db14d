"""Shares of labels: agreement, intervals, and when a model may help."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from statistics import correlation as pearson

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.intervals import wilson
from functions.score.rules.listening.shares import (
    Helper,
    Pair,
    by_labels,
    correlation,
    difference,
    is_told,
    kappa,
    negative,
    shares,
    trend,
)
from functions.store.labels import LABELS
from functions.store.shares import Estimate
from tests.bench.shares import MODELS, simulate, truth

PAIR = st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS))
PAIRS = st.lists(PAIR, min_size=2, max_size=40)


def test_kappa_of_a_worked_example() -> None:
    # Cohen's 1960 layout: 50 items; both yes 20, both no 15, 5 and 10 apart: 0.4.
    pairs: list[Pair] = [("negatif", "negatif")] * 20 + [("netral", "netral")] * 15
    pairs += [("negatif", "netral")] * 5 + [("netral", "negatif")] * 10
    assert kappa(pairs) == pytest.approx(0.4)


@settings(max_examples=60)
@given(PAIRS)
def test_kappa_is_the_same_whoever_is_named_first_and_one_only_in_full_agreement(
    pairs: list[Pair],
) -> None:
    found = kappa(pairs)
    assert found == kappa([(b, a) for a, b in pairs])
    if found is None:
        assert len({label for pair in pairs for label in pair}) == 1
    else:
        assert -1 <= found <= 1
        assert (found == 1) == all(a == b for a, b in pairs)


def test_kappa_is_unknown_where_chance_alone_would_agree() -> None:
    assert kappa([]) is None
    assert kappa([("negatif", "negatif")] * 200) is None


def test_labels_without_a_half_have_wilsons_interval() -> None:
    """Newcombe 1998, table I, method 3."""
    for hits, n, lower, upper in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)):
        found = by_labels([1.0] * hits + [0.0] * (n - hits))
        assert (found.lower, found.upper) == (
            pytest.approx(lower, abs=5e-5),
            pytest.approx(upper, abs=5e-5),
        )


@settings(max_examples=60)
@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=80))
def test_halves_narrow_the_interval_to_that_of_twice_as_many_at_most(values: list[float]) -> None:
    found, n = by_labels(values), len(values)
    share = sum(values) / n
    widest, narrowest = wilson(share * n, n), wilson(2 * share * n, 2 * n)
    assert widest[0] - 1e-9 <= found.lower <= narrowest[0] + 1e-9 <= share + 1e-6
    assert share - 1e-6 <= narrowest[1] - 1e-9 <= found.upper <= widest[1] + 1e-9


@settings(max_examples=60)
@given(PAIRS)
def test_the_shares_of_all_labels_are_the_whole_and_lie_within_their_bounds(
    pairs: list[Pair],
) -> None:
    found = shares({str(n): pair for n, pair in enumerate(pairs)})
    assert [each.label for each in found] == [*LABELS]
    assert sum(Fraction(2 * each.both + each.one, 2) for each in found) == len(pairs)
    for each in found:
        told = each.estimate
        assert 0 <= told.lower <= told.share <= told.upper <= 1000
        assert each.method == "wilson"


@settings(max_examples=60)
@given(PAIRS, st.randoms(use_true_random=False))
def test_a_model_touches_its_own_label_alone_and_no_odd_model_leaves_the_scale(
    pairs: list[Pair], chance: random.Random
) -> None:
    labels = {str(n): pair for n, pair in enumerate(pairs)}
    helper = Helper(chance.random(), {hash: chance.random() for hash in labels})
    helped, alone = shares(labels, helper), shares(labels)
    assert helped[1:] == alone[1:]
    assert helped[0].wilson == alone[0].wilson
    told = helped[0].difference
    assert told is not None
    assert 0 <= told.lower <= told.share <= told.upper <= 1000


def test_the_difference_is_exact_where_the_model_is() -> None:
    values = [0.0, 1.0, 1.0, 0.5]
    assert difference(values, values, 0.3) == pytest.approx((0.3, 0.3, 0.3))
    # A model that is always too high by as much costs nothing.
    assert difference(values, [v + 0.2 for v in values], 0.5) == pytest.approx((0.3, 0.3, 0.3))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=20))
def test_the_correlation_is_pearsons(pairs: list[tuple[int, int]]) -> None:
    values, said = ([float(p[n]) for p in pairs] for n in (0, 1))
    found = correlation(values, said)
    if len({*values}) == 1 or len({*said}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(pearson(values, said), abs=1e-9)


@pytest.mark.parametrize(
    ("n", "agreement", "told"),
    [(100, 0.6, True), (99, 0.9, False), (100, 0.599, False), (300, None, False)],
)
def test_what_may_be_told(n: int, agreement: float | None, told: bool) -> None:
    assert is_told(n, agreement) is told


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ((100, 200), (201, 300), "up"),
        ((100, 200), (200, 300), None),
        ((100, 200), (50, 99), "down"),
    ],
)
def test_a_trend_is_told_where_two_intervals_exclude_each_other(
    before: tuple[int, int], now: tuple[int, int], told: str | None
) -> None:
    def of(bounds: tuple[int, int]) -> Estimate:
        return Estimate(share=sum(bounds) // 2, lower=bounds[0], upper=bounds[1])

    assert trend(of(before), of(now)) == told


@pytest.mark.parametrize("model", MODELS)
def test_the_told_interval_holds_the_truth_whatever_the_model_is_worth(model: str) -> None:
    chance = random.Random(model)
    found = [simulate(chance, 0.3, model).told for _ in range(150)]
    right = 1000 * truth(0.3)
    covered = sum(each.estimate.lower <= right <= each.estimate.upper for each in found)
    # 95 % of 150 less three standard deviations; `make bench ARGS=shares` counts thousands.
    assert covered >= 134
    helped = sum(each.method == "difference" for each in found)
    assert helped == (150 if model == "useful" else 0)


def test_values_are_zero_a_half_or_one() -> None:
    labels: dict[str, Pair] = {
        "b": ("negatif", "netral"),
        "a": ("negatif", "negatif"),
        "c": ("netral", "netral"),
    }
    assert negative(labels) == [1, 0.5, 0]


@pytest.mark.parametrize("make", [lambda n: n, lambda n: 0])
def test_too_few_of_a_kind_are_left_to_wilson(make: Callable[[int], int]) -> None:
    labels: dict[str, Pair] = {
        str(n): ("negatif", "negatif") if n < make(19) else ("netral", "netral") for n in range(200)
    }
    helper = Helper(0.1, {hash: float(pair[0] == "negatif") for hash, pair in labels.items()})
    assert shares(labels, helper)[0].method == "wilson"
