"""F1 and its interval."""

from __future__ import annotations

import random

import pytest

from functions.training.checking import f1


def test_f1_of_counted_answers():
    # 3 found, 1 missed, 2 wrongly called so.
    labels = [True] * 4 + [False] * 6
    said = [[True]] * 3 + [[False]] + [[True]] * 2 + [[False]] * 4
    found = f1(labels, said)
    assert found.value == pytest.approx(6 / 9)
    assert found.lower < found.value < found.upper
    assert f1(labels, [answer * 4 for answer in said]) == pytest.approx(found)


def test_nothing_found_and_nothing_missed():
    assert f1([True, False], [[False], [False]]) == (0, 0, 0)
    assert f1([True, False], [[True], [False]]) == (1, 1, 1)


def test_the_interval_holds_the_truth():
    chance = random.Random(1)
    # Of 0.3 so, 0.85 are found; of the others 0.08 are called so.
    true = 2 * 0.3 * 0.85 / (0.3 * 0.85 + 0.3 + 0.7 * 0.08)
    held = 0
    for _ in range(400):
        labels = [chance.random() < 0.3 for _ in range(200)]
        said = [[chance.random() < (0.85 if label else 0.08)] for label in labels]
        found = f1(labels, said)
        held += found.lower <= true <= found.upper
    assert 0.92 <= held / 400 <= 0.98
