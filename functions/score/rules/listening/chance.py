"""The chance of so many events where their number varies more than chance alone would have it.

The negative binomial of a mean and a dispersion (variance = dispersion x mean): its upper tail is a
regularised incomplete beta function (DLMF 8.17.24), computed by the continued fraction of DLMF
8.17.22 with Lentz' method, which takes some ten steps where the sum of the distribution's terms
would take as many as there are events.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_STEPS = 20_000  # of the fraction; about the square root of the count are needed
_PRECISE = 1e-15
_TINY = 1e-300  # in place of a denominator of 0


def at_least(count: int, mean: float, dispersion: float) -> float:
    """P(N >= count); ``mean`` > 0, ``dispersion`` > 1."""
    if count <= 0:
        return 1.0
    size = mean / (dispersion - 1)
    return _beta(count, size, 1 - 1 / dispersion, 1 / dispersion)


def _beta(a: float, b: float, x: float, rest: float) -> float:
    """The regularised incomplete beta function I_x(a, b); ``rest`` is 1 - x."""
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly
        return 1 - _beta(b, a, rest, x)
    log_x = log1p(-rest) if rest < 0.5 else log(x)
    log_rest = log1p(-x) if x < 0.5 else log(rest)
    front = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log_x + b * log_rest
    return exp(front) * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction, by Lentz' method."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _PRECISE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
