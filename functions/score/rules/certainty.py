"""How sure a sum is: the ranks that its bounds allow, and how much of it one post makes up.

Pure: no I/O, no clock. Both are said beside a row and change nothing that counts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Bounds(NamedTuple):
    """Between what a sum of I24 lies, as far as that is known; ``low <= high``."""

    low: int
    high: int


def best_and_worst(sums: Sequence[Bounds]) -> Iterator[tuple[int, int]]:
    """For each sum the best and the worst rank that it may have among them all.

    Best: 1 and the number of others that are larger for sure, whose low lies above its high. Worst:
    the number of sums, itself among them, that may be as large, whose high is not below its low.
    """
    lows, highs = sorted(low for low, _ in sums), sorted(high for _, high in sums)
    for low, high in sums:
        yield 1 + len(lows) - bisect_right(lows, high), len(highs) - bisect_left(highs, low)


def largest_share(largest: int, total: int | None) -> float | None:
    """The largest post's share of a sum in percent, one decimal, rounded half up.

    None when the sum is 0 or unknown.
    """
    return (2000 * largest + total) // (2 * total) / 10 if total else None
