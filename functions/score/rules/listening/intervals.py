"""How far a share or a median may lie from what was counted.

Pure: no I/O, no clock.
"""

from __future__ import annotations

from math import exp, floor, lgamma, log, sqrt

Z_95 = 1.959964  # of the normal distribution: 95 % lie within
_BEYOND = 6  # standard deviations (of twice a binomial's half); what lies outside is under 1e-30


def wilson(hits: float, of: float, z: float = Z_95) -> tuple[float, float]:
    """Wilson's interval of a share (1927); ``of`` > 0, ``0 <= hits <= of``.

    Neither need be whole: ``of`` may be an effective number.
    """
    share, z2 = hits / of, z * z
    middle = share + z2 / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    whole = 1 + z2 / of
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def median_place(n: int, miss: float = 0.05) -> int | None:
    """Which values, counted from either end of n in order, hold the median between them.

    The k-th from the start and the k-th from the end miss it in at most ``miss`` of cases, whatever
    the values' distribution: by the exact binomial of n and 1/2 the largest k with
    P(B < k) <= miss / 2 (David & Nagaraja, Order Statistics, 7.1). None: n is too small for any.
    """
    place = max(0, floor(n / 2 - _BEYOND * sqrt(n)))
    chance = exp(lgamma(n + 1) - lgamma(place + 1) - lgamma(n - place + 1) - n * log(2))
    below = chance
    while below <= miss / 2:
        chance *= (n - place) / (place + 1)
        place += 1
        below += chance
    return place or None
