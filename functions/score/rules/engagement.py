"""Engagement rate: how much a satker's followers interact, beside the headline figures.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from math import inf

from functions.score.rules.window import round_half_up
from functions.thresholds import FOLLOWERS_WITHIN, RATE_PER

Readings = Sequence[tuple[datetime, int]]


def followers_at(readings: Readings, published_at: datetime) -> int | None:
    """The last count at or before the post, else the first within 7 days after, else None.

    None also when that count is 0. ``readings`` are ordered by time.
    """
    index = bisect_right(readings, (published_at, inf))
    if index:
        return readings[index - 1][1] or None
    if readings and readings[0][0] - published_at <= FOLLOWERS_WITHIN:
        return readings[0][1] or None
    return None


def engagement_rate(measured: Sequence[tuple[int, int]]) -> float | None:
    """Median of I24 ÷ followers over (i24, followers) pairs, per 1,000 followers, one decimal.

    Rounded half up; None without any pair.
    """
    if not measured:
        return None
    # Two different quotients lie at least 1 ÷ (the largest divisor)² apart, so whole multiples of
    # that order them exactly, in a twentieth of the time that comparing fractions takes.
    scale = max(followers for _, followers in measured) ** 2
    ordered = sorted(measured, key=lambda pair: pair[0] * scale // pair[1])
    half = len(ordered) // 2
    middle = [ordered[half]] if len(ordered) % 2 else ordered[half - 1 : half + 1]
    rates = [Fraction(10 * RATE_PER * i24, followers) for i24, followers in middle]
    return round_half_up(sum(rates, Fraction(0)) / len(rates)) / 10
