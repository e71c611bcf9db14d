"""How often the told interval of a share holds the truth, beside classify and count.

    python -m tests.bench.shares [--months 2000]

Months are made up: threads of four kinds, two people who each mistake one label in twenty, and a
model that is useful, useless or hostile (says the opposite). The truth is the share that the two
would find, had they labelled everything. The sample is drawn from so many threads that what is
drawn changes nothing; of few threads intervals are wider than they need be.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from functions.score.rules.listening.shares import Helper, Pair, is_told, kappa, label_share
from functions.store.labels import LABELS, Label
from functions.store.shares import LabelShare

N = 300
THREADS = 4_000  # of a month, all of which classify and count takes
TRUE = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9)
MISTAKES = 0.05
LOW, HIGH = (2.0, 4.0), (4.0, 2.0)  # a model's beta distributions, of means 1/3 and 2/3
# By model: what it says of a negative thread, and of any other.
_Beta = tuple[float, float]
MODELS: Mapping[str, tuple[_Beta, _Beta]] = {
    "useful": (HIGH, LOW),
    "useless": ((2.0, 2.0), (2.0, 2.0)),
    "hostile": (LOW, HIGH),
}
ABOVE_HALF = {LOW: 0.1875, (2.0, 2.0): 0.5, HIGH: 0.8125}  # of what they say
BOUNDS = (0.93, 0.97)


class Month(NamedTuple):
    """A simulated month: what is told, whether anything is, and what classify and count says."""

    told: LabelShare
    is_told: bool
    naive: float


def simulate(chance: random.Random, true: float, model: str) -> Month:
    """A month with a true share of "negatif"."""
    negative, other = MODELS[model]
    labels: dict[str, Pair] = {}
    said: dict[str, float] = {}
    for number in range(N):
        kind = _kind(chance, true)
        labels[str(number)] = (_label(chance, kind), _label(chance, kind))
        said[str(number)] = chance.betavariate(*(negative if kind == "negatif" else other))
    helper = Helper(_mean(true, negative, other), said)
    agreement = kappa([*labels.values()])
    counted = truth_of_count(true, model)
    naive = chance.gauss(counted, (counted * (1 - counted) / THREADS) ** 0.5)
    return Month(label_share("negatif", labels, helper), is_told(N, agreement), naive)


def truth(true: float) -> float:
    """The share that the two people would find."""
    return true * (1 - MISTAKES) + (1 - true) * MISTAKES / 3


def truth_of_count(true: float, model: str) -> float:
    """The share that a model calls negative, of ever so many threads."""
    negative, other = MODELS[model]
    return true * ABOVE_HALF[negative] + (1 - true) * ABOVE_HALF[other]


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.shares", description=__doc__)
    parser.add_argument("--months", type=int, default=2_000, help="of each share and model")
    months = parser.parse_args(arguments).months
    table = Table(
        *("model", "true", "told", "model used", "coverage", "half width", "count: off by"),
        *("count: coverage",),
        title=f"{months} months of {N} labels each; 93 to 97 % should cover (! fewer, + more)",
    )
    for model in MODELS:
        for true in TRUE:
            chance = random.Random(f"{model} {true}")
            table.add_row(model, f"{true:.2f}", *_cells(chance, true, model, months))
    Console(width=140).print(table)


def _cells(chance: random.Random, true: float, model: str, months: int) -> list[str]:
    found = [simulate(chance, true, model) for _ in range(months)]
    told = [each for each in found if each.is_told]
    is_right = truth(true)
    covered = [_holds(each.told, is_right) for each in told]
    used = sum(each.told.method == "difference" for each in told)
    widths = [each.told.estimate.upper - each.told.estimate.lower for each in told]
    half = 1.96 * (0.25 / THREADS) ** 0.5  # of classify and count, at its widest
    naive = [abs(each.naive - is_right) for each in found]
    count = max(len(told), 1)
    share = sum(covered) / count
    mark = " !" if share < BOUNDS[0] else " +" if share > BOUNDS[1] else ""
    return [
        f"{len(told) / months:.0%}",
        f"{used / count:.0%}",
        f"{share:.1%}{mark}",
        f"{sum(widths) / count / 20:.1f} points",
        f"{100 * sum(naive) / months:.1f} points",
        f"{sum(off <= half for off in naive) / months:.0%}",
    ]


def _holds(told: LabelShare, true: float) -> bool:
    return told.estimate.lower <= 1000 * true <= told.estimate.upper


def _kind(chance: random.Random, true: float) -> Label:
    if chance.random() < true:
        return "negatif"
    return chance.choices(LABELS[1:], (6, 3, 1))[0]


def _label(chance: random.Random, kind: Label) -> Label:
    if chance.random() >= MISTAKES:
        return kind
    return chance.choice([label for label in LABELS if label != kind])


def _mean(true: float, negative: _Beta, other: _Beta) -> float:
    """What the model says on average of all threads."""
    means = [a / (a + b) for a, b in (negative, other)]
    return true * means[0] + (1 - true) * means[1]


if __name__ == "__main__":
    main()
