"""Made-up months of units: posts of which a few are liked by very many, and now and then a storm.

A unit's comments a day are given. Its posts come by day, fewer on weekends; how popular one is, is
lognormal (sigma 1.2), so that some days bring many times the usual with nobody angry. What a post
gets comes mostly within its first day, by people's waking hours; one in 10 to 13 of its
interactions is a comment. A storm is max(60, 2.5 days' worth) of comments, most of them within ten
hours, with two likes each.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from math import exp
from typing import NamedTuple

from functions.score.rules.listening.alarm import HOURS, Spans
from functions.score.rules.listening.pulse import Voice, judge
from tests.score.rules.listening.second import Hours

SIGMA = 1.2
POSTS = 5  # a working day
WEEKEND = 0.4
FADES = 8.0  # hours in which what a post gets falls to a third
TALK = (10, 13)
LASTS = 72  # hours that a post gets anything
STORM_HOURS = 10
DAY = 24
BEFORE = 30 * DAY  # hours of life before the first look
SIZES = (3, 10, 30, 100)  # comments a day
EVERY = 1  # hours between looks: what is read is told by the hour
LATE = 3  # hours within which a unit's accounts were last read before a look
# How much happens by the hour of the day, in the unit's zone.
_NIGHT = (*(0.15, 0.1, 0.08, 0.08, 0.15, 0.5), *(0.9, 1.1, 1.2, 1.3, 1.3, 1.3))
_WAKING = (*_NIGHT, *(1.4, 1.3, 1.2, 1.2, 1.3, 1.4), *(1.6, 1.8, 1.8, 1.5, 0.9, 0.4))
_STORMING = (2, 4, 5, 5, 4, 3, 2, 2, 1, 1)  # of a storm's comments, by its hours
_LIKES = 2  # for each comment of a storm


class Life(NamedTuple):
    """Comments and interactions by the hour; None: unknown."""

    comments: Hours
    interactions: Hours


Range = tuple[float, float]
# Whether something is to be said as of an hour, by what came up to it: an alarm's level, or None.
Rule = Callable[[Life, int], str | None]


def live(chance: random.Random, size: float, talk: Range = TALK, days: int = 30) -> Life:
    """A unit with so many comments on an average day; ``BEFORE`` comes before its days.

    ``talk``: of how many interactions one is a comment, from post to post.
    """
    hours = BEFORE + days * DAY
    said, liked = [0.0] * hours, [0.0] * hours
    shares = [exp(-age / FADES) for age in range(LASTS)]
    weekly = (5 + 2 * WEEKEND) / 7
    each = size / (POSTS * weekly) / sum(shares)
    for hour in _posts(chance, hours):
        popular = each * chance.lognormvariate(-SIGMA * SIGMA / 2, SIGMA)
        likes = chance.uniform(*talk) - 1
        for age, share in enumerate(shares[: hours - hour]):
            rate = popular * share * _WAKING[(hour + age) % DAY]
            said[hour + age] += rate
            liked[hour + age] += rate * likes
    came = [poisson(chance, rate) for rate in said]
    done = [n + poisson(chance, rate) for n, rate in zip(came, liked, strict=True)]
    return Life([*came], [*done])


def _posts(chance: random.Random, hours: int) -> Iterator[int]:
    """The hours in which posts are published."""
    for day in range(hours // DAY):
        for _ in range(poisson(chance, POSTS * (WEEKEND if day % 7 > 4 else 1))):
            yield day * DAY + chance.randrange(7, 21)


def with_storm(chance: random.Random, life: Life, size: float, begin: int) -> Life:
    """The same life with a storm from an hour on."""
    much = max(60, 2.5 * size)
    comments, interactions = [*life.comments], [*life.interactions]
    for n, part in enumerate(_STORMING):
        came = poisson(chance, much * part / sum(_STORMING))
        comments[begin + n] = (comments[begin + n] or 0) + came
        more = came + poisson(chance, came * _LIKES)
        interactions[begin + n] = (interactions[begin + n] or 0) + more
    return Life(comments, interactions)


def with_holes(chance: random.Random, life: Life, share: float) -> Life:
    """The same life with a share of its hours unknown."""
    known = [chance.random() >= share for _ in life.comments]
    comments, interactions = (
        [count if is_known else None for count, is_known in zip(series, known, strict=True)]
        for series in life
    )
    return Life(comments, interactions)


def poisson(chance: random.Random, rate: float) -> int:
    """A number of events; near enough to normal where many are expected."""
    if rate > 50:
        return max(0, round(chance.gauss(rate, rate**0.5)))
    count, left = 0, chance.expovariate(1)
    while left < rate:
        count += 1
        left += chance.expovariate(1)
    return count


def by_kiprah(life: Life, hour: int) -> str | None:
    """The rule of this project, of a unit with one account."""
    seen = slice(max(0, hour - HOURS), hour + 1)  # one more: what lies before tells a gap
    found = judge({"x:1": Voice(0, Spans(life.comments[seen]), lambda: life.interactions[seen])})
    return None if found is None else found.raised.level


def false_alarms(rule: Rule, seed: str, size: float, every: int = EVERY, talk: Range = TALK) -> int:
    """How many siaga a rule gives in a quiet month of a unit."""
    chance = random.Random(seed)
    life, late = live(chance, size, talk), chance.randrange(LATE)
    looks = range(BEFORE + chance.randrange(every), len(life.comments), every)
    return sum(level == "siaga" for _, level in alarms(rule, life, looks, late))


def found_after(
    rule: Rule, seed: str, size: float, every: int = EVERY, talk: Range = TALK
) -> int | None:
    """After how many hours a rule finds a storm; None: not in 48."""
    chance = random.Random(seed)
    life, late = live(chance, size, talk, days=10), chance.randrange(LATE)
    begin = BEFORE + chance.randrange(1, 7) * DAY + chance.randrange(7, 22)
    stormy = with_storm(chance, life, size, begin)
    looks = range(begin - DAY + chance.randrange(every), begin + 48, every)
    found = [at for at, level in alarms(rule, stormy, looks, late) if level == "siaga"]
    return next((at + 1 - begin for at in found if at >= begin), None)


def alarms(rule: Rule, life: Life, looks: Iterable[int], late: int) -> list[tuple[int, str]]:
    """The alarms of looks: at most one of a level in 24 hours, and a siaga stands for its
    lonjakan."""
    found: list[tuple[int, str]] = []
    for hour in looks:
        level = rule(life, hour - late)
        lately = {said for at, said in found if at > hour - DAY}
        if level is not None and level not in lately and "siaga" not in lately:
            found.append((hour, level))
    return found
