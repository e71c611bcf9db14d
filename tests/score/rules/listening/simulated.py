"""Months of posts as units write them, for judging the rules that compare groups of posts.

Units are of very unlike activity and have habits of their own: hours, formats, tags. Outcomes have
heavy tails. What is alike within a unit, a day, and a unit's own group can be set; by itself no
group is better than another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from math import exp
from random import Random
from typing import NamedTuple

from functions.score.rules.listening.effects import KINDS, PostOutcome
from functions.store.insights import GroupKind

UNITS = 47
DAYS = 31
HOURS = {"3": 1, "6": 6, "9": 9, "12": 8, "15": 5, "18": 3, "21": 1}
FORMATS = {"photo": 8, "album": 6, "short": 4, "video": 2, "text": 1}
TAGS = {f"tag{n}": 0.3 / (1 + n) for n in range(12)}
CAMPAIGNS = {"a": 0.15, "b": 0.05}


class Likeness(NamedTuple):
    """Standard deviations, in logarithms, of what posts of a unit, of a day, and of a unit's own
    group have in common; of a single post beside it."""

    unit: float = 0.0
    day: float = 0.0
    habit: float = 0.0
    post: float = 1.0


ALIKE = Likeness(unit=0.3, day=0.1, habit=0.15)


def month(
    random: Random,
    posts: int,
    likeness: Likeness = ALIKE,
    effects: Mapping[tuple[GroupKind, str], float] | None = None,
    kinds: Collection[GroupKind] = KINDS,
) -> list[PostOutcome]:
    """A month of so many posts on one platform; ``effects``: of groups, in logarithms."""
    activity = [exp(random.gauss(0, 0.9)) for _ in range(UNITS)]
    units = [_Unit(random, f"satker-{n}", likeness) for n in range(UNITS)]
    days = [random.gauss(0, likeness.day) for _ in range(DAYS)]
    of_days = [1.2, 1.2, 1.2, 1.2, 1.1, 0.6, 0.4]
    weights = [of_days[day % 7] for day in range(DAYS)]
    found = []
    for unit in random.choices(units, activity, k=posts):
        [day] = random.choices(range(DAYS), weights)
        groups = unit.groups(random, day, kinds)
        y = unit.level + days[day] + likeness.post * _heavy(random)
        for kind, names in groups.items():
            for name in names:
                y += unit.habit(random, name) + (effects or {}).get((kind, name), 0.0)
        found.append(
            PostOutcome(platform="instagram", satker=unit.name, day=f"{day:02}", y=y, groups=groups)
        )
    return found


class _Unit:
    """A unit's level and habits."""

    def __init__(self, random: Random, name: str, likeness: Likeness) -> None:
        self.name = name
        self.level = random.gauss(0, likeness.unit)
        self._likeness = likeness
        self._habits: dict[str, float] = {}
        self._hours = _own(random, HOURS)
        self._formats = _own(random, FORMATS)
        self._tags = _own(random, TAGS)
        self._campaigns = _own(random, CAMPAIGNS)

    def habit(self, random: Random, group: str) -> float:
        """How much better the unit's own posts of a group do."""
        if group not in self._habits:
            self._habits[group] = random.gauss(0, self._likeness.habit)
        return self._habits[group]

    def groups(
        self, random: Random, day: int, kinds: Collection[GroupKind]
    ) -> dict[GroupKind, frozenset[str]]:
        """The groups of one of its posts."""

        def one(shares: Mapping[str, float]) -> list[str]:
            return random.choices([*shares], [*shares.values()])

        def some(shares: Mapping[str, float]) -> list[str]:
            return [name for name, share in shares.items() if random.random() < share]

        drawn: dict[GroupKind, Callable[[], list[str]]] = {
            "format": lambda: one(self._formats),
            "hour": lambda: one(self._hours),
            "weekday": lambda: [f"{day % 7 + 1}"],
            "tag": lambda: some(self._tags),
            "campaign": lambda: some(self._campaigns),
        }
        return {kind: frozenset(draw()) for kind, draw in drawn.items() if kind in kinds}


def _own(random: Random, shares: Mapping[str, float]) -> dict[str, float]:
    """A unit's own shares of what all units do."""
    return {name: share * exp(random.gauss(0, 0.7)) for name, share in shares.items()}


def _heavy(random: Random) -> float:
    """Of variance 1, now and then far off: Student's t with 5 degrees of freedom."""
    chi = sum(random.gauss(0, 1) ** 2 for _ in range(5))
    return random.gauss(0, 1) / (chi / 5) ** 0.5 * 0.6**0.5
