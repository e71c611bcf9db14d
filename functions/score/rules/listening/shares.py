"""Shares of labels among a month's threads, from a random sample that two people labelled apart.

Pure: no I/O, no clock. A thread counts for a label with 1 where both people gave it, with a half
where one of them did: y is 0, 1/2 or 1, and a share is the mean of y.

*Wilson*: the score interval (Wilson 1927) of that mean, for as many threads as would vary so much
with ones and zeros alone: half values vary less, so that two people who now and then disagree tell
as much as a few threads more would (the effective sample size, Kish 1965, 8.2).

*Difference*: with f what the ministry's own model says of a thread, the mean of f over all threads
and the mean of y - f over the sample, with the normal interval of the latter (the difference
estimator, Särndal 1992, ch. 6.3; prediction-powered inference, Angelopoulos et al. 2023). It is
right whatever the model is worth, and narrower where the model is worth something: it is told where
f goes with y (correlation 0.3 or more), and where the sample has enough of both kinds for a normal
interval. What the two people make of a share is told beside it in any case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil, floor, fsum, sqrt
from typing import Literal, NamedTuple

from msgspec.structs import replace

from functions.score.rules.listening.intervals import Z_95, wilson
from functions.store.labels import LABELS, Label
from functions.store.shares import Estimate, LabelShare
from functions.thresholds import SHARE_CORRELATION, SHARE_KAPPA, SHARE_LEAST

ENOUGH = 20  # threads of either kind, below which the normal interval is too narrow

Pair = tuple[Label, Label]


class Helper(NamedTuple):
    """What the model says: ``mean`` over all threads (0..1), and of each labelled one by hash."""

    mean: float
    of: Mapping[str, float]


class Interval(NamedTuple):
    """A share and its bounds, 0..1."""

    share: float
    lower: float
    upper: float


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Cohen's kappa (1960) of two people's labels; None where chance alone would make them agree.

    That is when there are no pairs, or when both gave one and the same label to everything.
    """
    if not pairs:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(first[label] * second[label] for label in first)
    all_pairs = len(pairs) ** 2
    if by_chance == all_pairs:
        return None
    agreed = len(pairs) * sum(a == b for a, b in pairs)
    return (agreed - by_chance) / (all_pairs - by_chance)


def by_labels(values: Sequence[float]) -> Interval:
    """Wilson's interval, 95 %, of the mean of values that are 0, 1/2 or 1; one or more."""
    share, n = fsum(values) / len(values), _effective(values)
    return Interval(share, *wilson(share * n, n))


def _effective(values: Sequence[float]) -> float:
    """How many ones and zeros would have a mean of this variance: n, and 2 n at most."""
    n = len(values)
    share = fsum(values) / n
    variance = fsum((each - share) ** 2 for each in values) / n
    if variance < 1e-12:
        return float(n)
    return min(2.0 * n, n * share * (1 - share) / variance)


def difference(values: Sequence[float], said: Sequence[float], mean: float) -> Interval:
    """The difference estimator with its normal interval, 95 %, within 0 and 1.

    ``values``: y of the sample, two or more. ``said``: f of the same. ``mean``: of f over all.
    """
    gaps = [y - f for y, f in zip(values, said, strict=True)]
    gap = fsum(gaps) / len(gaps)
    variance = fsum((each - gap) ** 2 for each in gaps) / (len(gaps) - 1)
    half = Z_95 * sqrt(variance / len(gaps))
    share = mean + gap
    return Interval(*(min(1.0, max(0.0, each)) for each in (share, share - half, share + half)))


def correlation(values: Sequence[float], said: Sequence[float]) -> float | None:
    """Pearson's; None where one of the two does not vary."""
    n = len(values)
    if not n:
        return None
    y, f = fsum(values) / n, fsum(said) / n
    of_y = fsum((each - y) ** 2 for each in values)
    of_f = fsum((each - f) ** 2 for each in said)
    both = fsum((a - y) * (b - f) for a, b in zip(values, said, strict=True))
    return both / sqrt(of_y * of_f) if of_y > 1e-12 and of_f > 1e-12 else None


def is_told(n: int, agreement: float | None) -> bool:
    """Whether anything may be said of shares: enough threads, and people who mean the same."""
    return n >= SHARE_LEAST and agreement is not None and agreement >= SHARE_KAPPA / 1000


def label_share(label: Label, labels: Mapping[str, Pair], helper: Helper | None) -> LabelShare:
    """A label's share; ``labels`` by hash, at least two. ``helper``: where a model says the
    chance of this very label."""
    values = [_value(label, pair) for _, pair in sorted(labels.items())]
    found = LabelShare(
        label=label,
        both=values.count(1),
        one=values.count(0.5),
        wilson=_estimate(by_labels(values)),
    )
    if helper is None:
        return found
    said = [helper.of[hash] for hash in sorted(labels)]
    return replace(
        found,
        difference=_estimate(difference(values, said, helper.mean)),
        method="difference" if _helps(values, said) else "wilson",
    )


def shares(labels: Mapping[str, Pair], helper: Helper | None = None) -> tuple[LabelShare, ...]:
    """All labels' shares; the model helps with "negatif" alone, of which it says the chance."""
    return tuple(
        label_share(label, labels, helper if label == "negatif" else None) for label in LABELS
    )


def negative(labels: Mapping[str, Pair]) -> list[float]:
    """How far each thread is "negatif", by hash in order: 0, 1/2 or 1."""
    return [_value("negatif", pair) for _, pair in sorted(labels.items())]


def trend(before: Estimate, now: Estimate) -> Literal["up", "down"] | None:
    """Whether a share rose or fell; None where the two intervals have something in common."""
    if now.lower > before.upper:
        return "up"
    return "down" if now.upper < before.lower else None


def _value(label: Label, pair: Pair) -> float:
    return pair.count(label) / 2


def _helps(values: Sequence[float], said: Sequence[float]) -> bool:
    """Whether the model narrows the interval, and the normal one holds."""
    found = correlation(values, said)
    if found is None or found < SHARE_CORRELATION / 1000:
        return False
    total = fsum(values)
    return min(total, len(values) - total) >= ENOUGH


def _estimate(interval: Interval) -> Estimate:
    """In thousandths, the bounds rounded outwards."""
    share = round(1000 * interval.share)
    lower, upper = floor(1000 * interval.lower + 1e-6), ceil(1000 * interval.upper - 1e-6)
    return Estimate(share=share, lower=min(lower, share), upper=max(upper, share))
