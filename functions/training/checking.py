"""How good a model is on texts that it was not made from: F1 and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_Z = 1.959964  # of 95 %


class F1(NamedTuple):
    """F1 with its 95 % interval, each 0..1."""

    value: float
    lower: float
    upper: float


def f1(labels: Sequence[bool], said: Sequence[Sequence[bool]]) -> F1:
    """F1 = 2 TP / (2 TP + FP + FN) over texts, each asked several times.

    The interval is that of a ratio of two sums over texts, linearised (W. G. Cochran, *Sampling
    Techniques*, 1977, section 6.4): e = x - F y for each text, with x of its 2 TP and y of its
    2 TP + FP + FN, on average over the times it was asked. Repetitions do not narrow it.

    Args:
        labels: what each text is, at least one of them so.
        said: for each text what was said of it.
    """
    pairs = [_counts(label, answers) for label, answers in zip(labels, said, strict=True)]
    total = sum(y for _, y in pairs)
    value = sum(x for x, _ in pairs) / total
    half = _Z * math.sqrt(sum((x - value * y) ** 2 for x, y in pairs)) / total
    return F1(value, max(value - half, 0.0), min(value + half, 1.0))


def _counts(label: bool, answers: Sequence[bool]) -> tuple[float, float]:
    found = sum(answers) / len(answers)
    return (2 * found, 1 + found) if label else (0.0, found)
