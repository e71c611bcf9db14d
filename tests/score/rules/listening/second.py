"""The rule of alarms a second time, from its words alone, in exact numbers, slowly."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil

Hours = list[int | None]
Answer = dict[str, int | str | None] | None

SHORTEST = {3: (8, 3), 6: (10, 2), 24: (20, 2)}


def answer(comments: Hours, interactions: Hours) -> Answer:
    """Level and numbers; None: no alarm."""
    alarming = []
    for hours, (least, times) in SHORTEST.items():
        came = _sum(comments, 0, hours)
        if came is None or came < least:
            continue
        usual = [_sum(comments, 24 * d + n, hours) for d in range(1, 29) for n in (-1, 0, 1)]
        known = sorted((each for each in usual if each is not None), reverse=True)
        if len(known) < 42:
            continue
        rest = known[6:]
        mean = Fraction(sum(rest), len(rest))
        mu = max(mean, Fraction(15, 100))
        if came < times * mu:
            continue
        scaled = sum((each * len(rest) - sum(rest)) ** 2 for each in rest)
        variance = Fraction(scaled, len(rest) ** 2 * (len(rest) - 1))
        phi = max(Fraction(13, 10), Fraction(13, 10) * variance / mu)
        chance = tail(came, mu, phi)
        if chance <= Decimal("0.001"):
            millionths = max(1, ceil(chance * 1_000_000))  # no chance is none
            thousandths = int(mean * 1000 + Fraction(1, 2))
            alarming.append((millionths, hours, came, thousandths))
    if not alarming:
        return None
    chance_, hours, came, usual_ = min(alarming)
    share, usual_share = _shares(comments, interactions)
    is_siaga = share is not None and usual_share is not None and share > usual_share
    return {
        "level": "siaga" if is_siaga else "lonjakan",
        "hours": hours,
        "comments": came,
        "usual": usual_,
        "chance": chance_,
        "share": None if share is None else int(share * 1000),
        "usual_share": None if usual_share is None else int(usual_share * 1000),
    }


def _sum(series: Hours, back: int, hours: int) -> int | None:
    found = series[::-1][back : back + hours]
    known = [each for each in found if each is not None]
    return sum(known) if len(known) == hours else None


def tail(came: int, mu: Fraction, phi: Fraction) -> Decimal:
    """One less the chances of 0 to ``came`` - 1, in forty digits."""
    with localcontext() as context:
        context.prec = 40
        mean_, spread = (Decimal(x.numerator) / Decimal(x.denominator) for x in (mu, phi))
        size, fails = mean_ / (spread - 1), (spread - 1) / spread
        term = (-size * spread.ln()).exp()
        below = Decimal(0)
        for k in range(came):
            below += term
            term = term * (k + size) / (k + 1) * fails
        return 1 - below


def _shares(comments: Hours, interactions: Hours) -> tuple[Fraction | None, Fraction | None]:
    c, n = _sum(comments, 0, 6), _sum(interactions, 0, 6)
    days = []
    for d in range(1, 29):
        said, done = _sum(comments, 24 * d, 24), _sum(interactions, 24 * d, 24)
        if said is not None and done is not None and done >= 5:
            days.append(Fraction(said, done))
    if c is None or not n or c > n or len(days) < 14:
        return None, None
    with localcontext() as context:
        context.prec = 40
        p, size, z = Decimal(c) / Decimal(n), Decimal(n), Decimal("1.645")
        root = (p * (1 - p) / size + z * z / (4 * size * size)).sqrt()
        low = (p + z * z / (2 * size) - z * root) / (1 + z * z / size)
    return max(Fraction(low), Fraction(0)), sorted(days)[-2]
