"""When comments come as they seldom do: the rule of alarms.

Held against each other are the comments of the last 3, 6 and 24 hours and those of as many hours
that ended at the same hour, or one beside it, on each of the 28 days before: people comment by the
clock. The largest six of these are left out, so that an earlier storm does not hide the next. Such
sums vary more than chance alone would have it; their own variance says how much.

Volume alone is a *lonjakan*: a post that many like gets many comments, too. It is a *siaga* where
comments are also an unusual share of all interactions, which praise seldom makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor
from typing import Literal, NamedTuple

import msgspec

from functions.score.rules.listening.chance import at_least
from functions.score.rules.listening.intervals import wilson

# A series' hours, the oldest first and the present one last; None: nothing is known of an hour.
Series = Sequence[int | None]

# By a window's hours: the least comments, and how many times the usual they must be.
LEAST = {3: 8, 6: 10, 24: 20}
TIMES = {3: 3, 6: 2, 24: 2}
CHANCE = 1e-3  # at most, of as many comments by the reference

DAYS = 28
# How many hours before the present one the reference windows end.
BACK = tuple(24 * day + beside for day in range(1, DAYS + 1) for beside in (-1, 0, 1))
HOURS = max(BACK) + max(LEAST)  # that the rule looks at
KNOWN = len(BACK) // 2  # reference windows that must be known
OUTLIERS = 6  # the largest, left out
LEAST_MEAN = 0.15
LEAST_DISPERSION = 1.3

TALK = 6  # hours of which the share of comments is taken
TALKING = 5  # interactions that a day needs to have a share
TALKING_DAYS = 14
_Z = 1.645  # Wilson's bound that 95 % lie above


class Unusual(msgspec.Struct, frozen=True, kw_only=True):
    """A window with far more comments than usual.

    ``usual``: the reference's mean, in thousandths, half up. ``chance``: of so many comments by the
    reference, in millionths, rounded up.
    """

    hours: int
    comments: int
    usual: int
    chance: int


class Talk(NamedTuple):
    """Comments and interactions of the last hours, and of the days before: (comments,
    interactions) of each that is known."""

    comments: int
    interactions: int
    days: Sequence[tuple[int, int]]


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm's numbers, as ``store/alarms.py`` has them; ``share`` and ``usual_share`` are in
    thousandths, rounded down, and None where they cannot be judged."""

    level: Literal["lonjakan", "siaga"]
    window: Unusual
    share: int | None = None
    usual_share: int | None = None


class Spans:
    """Sums over whole hours of a series."""

    def __init__(self, series: Series) -> None:
        self._hours = len(series)
        self._sums = [0, *accumulate(value or 0 for value in series)]
        self._known = [0, *accumulate(value is not None for value in series)]

    def total(self, back: int, hours: int) -> int | None:
        """The sum of so many hours, the last of them ``back`` hours before the series' last; None
        where one of them is unknown."""
        end = self._hours - back
        begin = end - hours
        if begin < 0 or self._known[end] - self._known[begin] < hours:
            return None
        return self._sums[end] - self._sums[begin]

    def is_first(self, back: int, hours: int) -> bool:
        """Whether nothing is known of the time before such hours."""
        begin = self._hours - back - hours
        return begin <= 0 or not self._known[begin]

    def reference(self, hours: int) -> list[int | None]:
        """What a window of so many hours is held against, in the order of ``BACK``."""
        return [self.total(back, hours) for back in BACK]


def judge(comments: Series, interactions: Series) -> Raised | None:
    """What to say of a unit; None: nothing. Both series end with the same hour."""
    said, done = Spans(comments), Spans(interactions)
    window = strongest(_windows(said))
    return None if window is None else judged(window, _talk(said, done))


def unusual(
    hours: int, comments: int, reference: Sequence[int], outliers: int = OUTLIERS
) -> Unusual | None:
    """Whether so many comments are far more than usual; None: no, or too little is known.

    ``reference``: the comments of the reference windows that are known. ``outliers``: how many of
    the largest are left out.
    """
    if len(reference) < KNOWN or comments < LEAST[hours]:
        return None
    kept = sorted(reference)[: len(reference) - outliers]
    n, total = len(kept), sum(kept)
    if comments * n < TIMES[hours] * total:  # ``LEAST`` lies above ``TIMES`` times ``LEAST_MEAN``
        return None
    mean = max(total / n, LEAST_MEAN)
    variance = (n * sum(each * each for each in kept) - total * total) / (n * (n - 1))
    chance = at_least(comments, mean, max(LEAST_DISPERSION, LEAST_DISPERSION * variance / mean))
    if chance > CHANCE:
        return None
    return Unusual(
        hours=hours,
        comments=comments,
        usual=(2000 * total + n) // (2 * n),
        chance=max(1, ceil(chance * 1_000_000)),
    )


def strongest(windows: Iterable[Unusual | None]) -> Unusual | None:
    """The window that chance explains least; of equals the shortest."""
    found = [window for window in windows if window is not None]
    return min(found, key=lambda window: (window.chance, window.hours), default=None)


def judged(window: Unusual, talk: Talk | None) -> Raised:
    """The level of an unusual window; ``talk`` None: the share of comments is not known."""
    share = None if talk is None else _lower_bound(talk.comments, talk.interactions)
    usual = None if talk is None else _usual_share(talk.days)
    is_siaga = share is not None and usual is not None and share > usual
    return Raised(
        level="siaga" if is_siaga else "lonjakan",
        window=window,
        share=None if share is None or usual is None else floor(share * 1000),
        usual_share=None if share is None or usual is None else floor(usual * 1000),
    )


def _windows(said: Spans) -> Iterable[Unusual | None]:
    for hours in LEAST:
        comments = said.total(0, hours)
        if comments is not None and comments >= LEAST[hours]:
            known = [each for each in said.reference(hours) if each is not None]
            yield unusual(hours, comments, known)


def _talk(said: Spans, done: Spans) -> Talk | None:
    comments, interactions = said.total(0, TALK), done.total(0, TALK)
    if comments is None or interactions is None:
        return None
    return Talk(comments, interactions, [day for day in talk_by_day(said, done) if day])


def talk_by_day(said: Spans, done: Spans) -> list[tuple[int, int] | None]:
    """(comments, interactions) of each day before, of 24 hours that end at the same hour; None
    where an hour is unknown."""
    found: list[tuple[int, int] | None] = []
    for day in range(1, DAYS + 1):
        comments, interactions = said.total(24 * day, 24), done.total(24 * day, 24)
        is_known = comments is not None and interactions is not None
        found.append((comments or 0, interactions or 0) if is_known else None)
    return found


def _usual_share(days: Sequence[tuple[int, int]]) -> Fraction | None:
    """The second-largest share of comments in a day; None where too few days have one."""
    shares = sorted(Fraction(comments, done) for comments, done in days if done >= TALKING)
    return shares[-2] if len(shares) >= TALKING_DAYS else None


def _lower_bound(comments: int, interactions: int) -> float | None:
    """Wilson's lower bound of comments among interactions; None without any."""
    if not 0 <= comments <= interactions or not interactions:
        return None
    return wilson(comments, interactions, _Z)[0]
