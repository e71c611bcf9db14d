"""What goes with more, or fewer, interactions: groups of posts against the others of their units.

Pure: no I/O, no clock. Of a month and platform, over all units of an agency. A post's outcome is
y = ln((I24 + 1) / (expected + 1)). A group is compared with all other posts inside each unit: its
effect d is the coefficient of "in the group" in a least-squares fit with a constant for each unit.
So a unit, or a month, in which everything goes well makes no group look good.

Posts of a unit are alike, and so are posts of a day. The variance v of d is therefore summed over
units and, apart from that, over days, each cluster's residuals enlarged as if the fit had been made
without it (the jackknife form of Bell & McCaffrey 2002); what leaves more in doubt stays. The
degrees of freedom: as many clusters of equal weight as there are, 1/Σh², less one.

All groups of a kind share a prior: normal around 0 (each is measured against the others) with a
variance by moments, τ² = max(0, (Σ d²/v - G) / Σ 1/v), as DerSimonian & Laird (1986) have it. A
group is named when it has 30 posts of 5 units, the middle 90 % of its posterior leave 0, and d
itself is so far from 0 that of G groups without any effect one in twenty months would show one as
far (Bonferroni): without this, two groups alone would be named in 6 % of such months.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import exp, fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple, get_args

import msgspec

from functions.model import PLATFORMS, Platform
from functions.store.insights import Effect, GroupKind, Looked
from functions.thresholds import EFFECT_PERCENT, EFFECT_POSTS, EFFECT_UNITS

LEAST_CLUSTERS = 4.0  # of equal weight: by fewer no variance is known
CHANCE = 0.05  # of a month without any effect in which a kind names a group
POSTERIOR = EFFECT_PERCENT / 100
_Cell = tuple[int, float]
_NOTHING: _Cell = (0, 0.0)
KINDS: tuple[GroupKind, ...] = get_args(GroupKind)


class PostOutcome(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A measured post: ``y``, and by kind the groups that it is in.

    A kind that is missing says that it is not known of the post, which then is not compared.
    ``day``: the date on which it was published; one text a day is enough.
    """

    platform: Platform
    satker: str
    day: str
    y: float
    groups: Mapping[GroupKind, frozenset[str]]


class Contrast(NamedTuple):
    """A group against the others: its effect in logarithms, the variance, degrees of freedom.

    ``posts`` of ``units`` are in the group, and have others of their unit to be compared with.
    """

    group: str
    posts: int
    units: int
    effect: float
    variance: float
    freedom: float


def compare(outcomes: Iterable[PostOutcome]) -> tuple[tuple[Looked, ...], tuple[Effect, ...]]:
    """What was looked at, and the groups that are named, by platform, kind and name."""
    posts = sorted(outcomes, key=lambda o: (o.satker, o.day, o.y))  # sums in one order
    looked: list[Looked] = []
    effects: list[Effect] = []
    for platform in PLATFORMS:
        own = [post for post in posts if post.platform == platform]
        for kind in KINDS:
            known = [post for post in own if kind in post.groups]
            if known:
                found = [*_contrasts(known, kind)]
                looked.append(
                    Looked(platform=platform, kind=kind, groups=len(found), posts=len(known))
                )
                effects += _named(found, platform, kind)
    return tuple(looked), tuple(effects)


def _contrasts(posts: Sequence[PostOutcome], kind: GroupKind) -> Iterator[Contrast]:
    """Each group that is large enough to say something of."""
    month = _Month(posts)
    sizes = Counter(group for post in posts for group in post.groups[kind])
    large = {group for group, count in sizes.items() if count >= EFFECT_POSTS}
    members: dict[str, list[PostOutcome]] = defaultdict(list)
    for post in posts:
        for group in post.groups[kind] & large:
            members[group].append(post)
    for group in sorted(members):
        contrast = month.contrast(group, members[group])
        if contrast is not None:
            yield contrast


class _Month:
    """All posts of a kind: their outcomes less their unit's mean, summed over each unit's days."""

    def __init__(self, posts: Sequence[PostOutcome]) -> None:
        outcomes: dict[str, list[float]] = defaultdict(list)
        for post in posts:
            outcomes[post.satker].append(post.y)
        self._sizes = {unit: len(ys) for unit, ys in outcomes.items()}
        self._means = {unit: fsum(ys) / len(ys) for unit, ys in outcomes.items()}
        self._cells = self._summed(posts)

    def _summed(self, posts: Iterable[PostOutcome]) -> dict[str, dict[str, _Cell]]:
        """By unit and day: how many posts, and their outcomes less their unit's mean."""
        found: dict[str, dict[str, _Cell]] = defaultdict(dict)
        for post in posts:
            days, y = found[post.satker], post.y - self._means[post.satker]
            count, total = days.get(post.day, _NOTHING)
            days[post.day] = (count + 1, total + y)
        return found

    def contrast(self, group: str, members: Sequence[PostOutcome]) -> Contrast | None:
        """The group against the others; None when it is too small to say something of."""
        counts = Counter(post.satker for post in members)
        # A unit all of whose posts are in the group has nothing to compare them with.
        shares = {u: n / self._sizes[u] for u, n in counts.items() if n < self._sizes[u]}
        posts = sum(counts[unit] for unit in shares)
        if posts < EFFECT_POSTS or len(shares) < EFFECT_UNITS:
            return None
        inside = self._summed(post for post in members if post.satker in shares)
        weights = {unit: counts[unit] * (1 - share) for unit, share in shares.items()}
        totals = {unit: fsum(y for _, y in days.values()) for unit, days in inside.items()}
        weight = fsum(weights.values())
        effect = fsum(totals.values()) / weight
        by_unit, by_day = _Clusters(weight), _Clusters(weight)
        for unit, share in shares.items():
            by_unit.add(unit, totals[unit] - effect * weights[unit], weights[unit])
            for day, (count, total) in self._cells[unit].items():
                own, y = inside[unit].get(day, _NOTHING)
                lever = own * (1 - share) ** 2 + (count - own) * share**2
                by_day.add(day, y - share * total - effect * lever, lever)
        if min(by_unit.effective, by_day.effective) < LEAST_CLUSTERS:
            return None
        doubt = max(by_unit, by_day, key=lambda each: each.spread)
        # What repeats itself exactly would be sure without any spread.
        variance = max(doubt.variance, 1e-12)
        return Contrast(group, posts, len(shares), effect, variance, doubt.effective - 1)


class _Clusters:
    """The residuals of a fit, summed over what is alike."""

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self._scores: dict[str, float] = defaultdict(float)
        self._levers: dict[str, float] = defaultdict(float)

    def add(self, cluster: str, score: float, lever: float) -> None:
        """Take in some posts of a cluster."""
        self._scores[cluster] += score
        self._levers[cluster] += lever / self._weight

    @property
    def effective(self) -> float:
        """As many clusters of equal weight say as much."""
        return 1 / fsum(lever**2 for lever in self._levers.values())

    @property
    def spread(self) -> float:
        """How far the effect may be from the truth, in nine months of ten."""
        return quantile(0.5 + POSTERIOR / 2, self.effective - 1) * sqrt(self.variance)

    @property
    def variance(self) -> float:
        """Of the effect; only where ``effective`` is above 1."""
        return (
            fsum(
                (score / (1 - self._levers[cluster])) ** 2
                for cluster, score in self._scores.items()
            )
            / self._weight**2
        )


def _named(found: Sequence[Contrast], platform: Platform, kind: GroupKind) -> Iterator[Effect]:
    """The groups whose effect is told, of all that were looked at."""
    precision = fsum(1 / each.variance for each in found)
    excess = fsum(each.effect**2 / each.variance for each in found) - len(found)
    if excess <= 0:  # no more than chance: the prior has no width
        return
    prior = excess / precision
    for each in found:
        kept = prior / (prior + each.variance)
        spread = quantile(0.5 + POSTERIOR / 2, each.freedom) * sqrt(kept * each.variance)
        middle = kept * each.effect
        low, high = _percent(middle - spread), _percent(middle + spread)
        far = quantile(1 - CHANCE / 2 / len(found), each.freedom) * sqrt(each.variance)
        if abs(each.effect) >= far and (low > 0 or high < 0):
            yield Effect(
                platform=platform,
                kind=kind,
                group=each.group,
                posts=each.posts,
                units=each.units,
                percent=_percent(middle),
                low=low,
                high=high,
            )


def _percent(effect: float) -> int:
    return round(100 * (exp(effect) - 1))


def quantile(share: float, freedom: float) -> float:
    """Of Student's t, from the normal one (Abramowitz & Stegun 26.7.5); within 5 % from 3 on."""
    z = NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return fsum(term / freedom**power for power, term in enumerate(terms))
