"""What is named where nothing has an effect, and what of a true one is found, month by month.

    python -m tests.bench insights
    python -m tests.bench insights --posts 7000 --months 100

``claims``: in how many months a kind of group names any, though none has an effect; at most 5 %.
``found``: in how many a true +40 % of one group is named, by kind; at 7,000 posts, of three hours,
at least 95 %. Posts are ``apart``, or ``alike`` within a unit, a day, and a unit's own groups.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from random import Random
from time import perf_counter

from rich.console import Console
from rich.table import Table

from functions.score.rules.listening.effects import KINDS, compare
from functions.store.insights import GroupKind
from tests.score.rules.listening.simulated import ALIKE, Likeness, month

MONTHS = {450: 400, 2_000: 200, 7_000: 100}
LIKENESS = {"apart": Likeness(), "alike": ALIKE}
TRUE = log(1.4)
# Of each kind a group that a good part of posts are in.
GROUPS: Mapping[GroupKind, str] = {
    "format": "short",
    "hour": "15",
    "weekday": "5",
    "tag": "tag1",
    "campaign": "a",
}


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench insights")
    parser.add_argument("--posts", type=int, nargs="+", default=[*MONTHS])
    parser.add_argument("--months", type=int, help="how many; fewer where posts are more")
    options = parser.parse_args(arguments)
    table = Table("posts", "likeness", "months", "percent of them", *KINDS, "ms a month", "")
    for posts in options.posts:
        months = options.months or MONTHS.get(posts, 100)
        for name, likeness in LIKENESS.items():
            began = perf_counter()
            claims = claimed(posts, months, likeness)
            each = (perf_counter() - began) / months
            bound = "ok" if max(claims.values(), default=0) <= 0.05 * months else "over 5"
            table.add_row(*_row(posts, name, months, "claims", claims), f"{1000 * each:.0f}", bound)
            powers = found(posts, few := max(months // 4, 20), likeness)
            enough = posts < 7_000 or powers["hour"] >= 0.95 * few
            row = _row(posts, name, few, "found", powers)
            table.add_row(*row, "", "ok" if enough else "under 95")
    Console().print(table)


def _row(
    posts: int, likeness: str, months: int, what: str, counts: Mapping[GroupKind, int]
) -> list[str]:
    shares = [f"{100 * counts.get(kind, 0) / months:.1f}" for kind in KINDS]
    return [f"{posts:,}", likeness, f"{months}", what, *shares]


def claimed(posts: int, months: int, likeness: Likeness) -> Counter[GroupKind]:
    """By kind: in how many months without any effect some group is named."""
    counts: Counter[GroupKind] = Counter()
    for seed in range(months):
        named = compare(month(Random(seed), posts, likeness))[1]
        counts.update({effect.kind for effect in named})
    return counts


def found(posts: int, months: int, likeness: Likeness) -> Counter[GroupKind]:
    """By kind: in how many months the group that has a true +40 % is named for more."""
    counts: Counter[GroupKind] = Counter()
    for seed in range(months):
        for kind, group in GROUPS.items():
            made = month(Random(seed), posts, likeness, {(kind, group): TRUE}, [kind])
            named = compare(made)[1]
            counts[kind] += any((e.kind, e.group) == (kind, group) and e.low > 0 for e in named)
    return counts
