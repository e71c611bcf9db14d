"""The monthly lists: official, per platform, per kind of unit, per follower band.

Pure: no I/O, no clock. Everything follows from a month's evidence, so that a stranger who holds the
evidence ranks the same: ``rank(evidence, judge_month(evidence))``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from functions.model import (
    PLATFORMS,
    FlagCode,
    Measurement,
    MovementKind,
    Platform,
    RankedList,
    Ranking,
    RankingName,
    Row,
    month_bounds,
)
from functions.score.rules.bands import Band, bands, followers_on
from functions.score.rules.certainty import Bounds, best_and_worst, largest_share
from functions.score.rules.engagement import Readings, engagement_rate, followers_at
from functions.score.rules.formula import tells_certainty
from functions.score.rules.judging import Judged, Judgement
from functions.score.rules.usual import MEASURED
from functions.store.evidence import Evidence, Presence, Previous, Unit
from functions.thresholds import THIN_PERCENT

RANKINGS: tuple[RankingName, ...] = ("most_active", "most_popular")
NOTHING = Bounds(0, 0)


@dataclass(slots=True)
class _Tally:
    """An account's sums for the satker that held it; ``i24`` is None while no post has a value.

    ``low`` and ``high`` are the sums of its posts' bounds, ``largest`` its largest post's I24.
    """

    posts: int = 0
    measured: int = 0
    i24: int | None = None
    low: int = 0
    high: int = 0
    largest: int = 0
    rates: list[tuple[int, int]] = field(default_factory=list)

    def add(self, measurement: Measurement, followers: int | None) -> None:
        """Take in a post that counts; ``followers`` None: it has no engagement rate."""
        self.posts += 1
        i24 = measurement.i24
        if i24 is None:
            return
        self.measured += 1
        self.i24 = (self.i24 or 0) + i24
        # An open bound adds nothing to what is known: the post is marked as an estimate.
        self.low += i24 if measurement.lower is None else measurement.lower
        self.high += i24 if measurement.upper is None else measurement.upper
        self.largest = max(self.largest, i24)
        if followers is not None:
            self.rates.append((i24, followers))

    @property
    def is_thin(self) -> bool:
        """Whether under 90 % of the posts are measured."""
        return 100 * self.measured < THIN_PERCENT * self.posts


# Each satker's tallies, one of an account.
_Tallies = Mapping[str, Sequence[_Tally]]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a list is about; None: everything."""

    platform: Platform | None = None
    kind: str | None = None
    band: Band | None = None


def rank(evidence: Evidence, judgement: Judgement) -> Ranking:
    """The month's lists from its evidence and the verdicts on its posts."""
    month = evidence.month
    band_of = month_bands(evidence)
    kind_of = {unit.id: unit.kind for unit in evidence.units}
    flags = _flag_codes(judgement)
    sums = _tallies(evidence, judgement)
    certain = tells_certainty(month.formula)
    lists: list[RankedList] = []
    for platform in (None, *PLATFORMS):
        tallies = sums[platform]
        present = _present(evidence, platform)
        known = {satker: _known(held) for satker, held in tallies.items()}
        flagged = flags[platform]
        rows = {
            unit.id: _row(unit, tallies.get(unit.id, ()), unit.id in present, flagged, certain)
            for unit in evidence.units
        }
        lists += _lists(evidence, _Scope(platform=platform), rows.values(), present, known)
        if platform is None:
            of_all = rows, present, known
    rows, present, known = of_all
    for kind in sorted({*kind_of.values()}):
        members = [row for satker, row in rows.items() if kind_of[satker] == kind]
        lists += _lists(evidence, _Scope(kind=kind), members, present, known)
    found = sorted({*band_of.values()}, key=lambda band: band.number)
    # One band holds everybody: its lists would be the official ones.
    for band in found if len(found) > 1 else ():
        members = [row for satker, row in rows.items() if band_of[satker] == band]
        lists += _lists(evidence, _Scope(band=band), members, present, known)
    return Ranking(
        agency=month.agency,
        month=month.month,
        state=month.state,
        incomplete=month.incomplete,
        revision=month.revision,
        formula=month.formula,
        as_of=month.as_of,
        run_id=month.run_id,
        reason=month.reason,
        lists=tuple(lists),
        flags=judgement.flags,
    )


def month_bands(evidence: Evidence) -> dict[str, Band]:
    """Each satker's band in the month.

    A satker's size comes from the accounts that it held at the month's first instant. If it held
    none then, or none of them was read, its size comes from its first reads in the month.
    """
    rules = evidence.month.rules
    begin, _ = _bounds(evidence)
    held: dict[str, list[Presence]] = defaultdict(list)
    for account in _registered(evidence):
        held[account.satker].append(account)
    followers: dict[str, int | None] = {}
    for unit in evidence.units:
        accounts = held[unit.id]
        first = [account.followers for account in accounts if account.holds(begin)]
        count = followers_on(first, begin)
        if count is None:
            count = followers_on([account.followers for account in accounts], begin)
        followers[unit.id] = count
    return bands(
        followers, edges=rules.band_edges, least=rules.band_least, fewest=rules.band_fewest
    )


def order(rows: Iterable[Row], ranking: RankingName, present: set[str]) -> list[Row]:
    """The rows of a list in their order, with ranks.

    Ties share a rank and the next is skipped; inside a tie the other headline figure decides the
    order, then the satker's id. A satker without a registered account, and in Akun Terpopuler one
    with posts of which none could be measured, stands below without a rank.
    """
    ranked: list[Row] = []
    unranked: list[Row] = []
    for row in rows:
        has_rank = row.satker in present and _headline(row, ranking) is not None
        (ranked if has_rank else unranked).append(row)
    ranked.sort(key=lambda row: _sort_key(row, ranking))
    unranked.sort(key=lambda row: _sort_key(row, ranking))
    ordered: list[Row] = []
    for number, row in enumerate(ranked, 1):
        tied = ordered and _headline(ordered[-1], ranking) == _headline(row, ranking)
        ordered.append(msgspec.structs.replace(row, rank=ordered[-1].rank if tied else number))
    return ordered + unranked


def within_known(
    rows: Sequence[Row], ranking: RankingName, known: Mapping[str, Bounds]
) -> list[Row]:
    """A list's rows, ordered, with the best and the worst rank that each may have.

    ``known``: each satker's bounds; without any it has no post with a value, and is sure of its 0.
    How many posts count is sure, and so is the rank in Akun Teraktif.
    """
    ranked = [row for row in rows if row.rank is not None]
    if ranking == "most_active":
        possible = [(row.rank, row.rank) for row in ranked]
    else:
        possible = [*best_and_worst([known.get(row.satker, NOTHING) for row in ranked])]
    unranked = [(None, None)] * (len(rows) - len(ranked))
    return [
        msgspec.structs.replace(row, rank_best=best, rank_worst=worst)
        for row, (best, worst) in zip(rows, [*possible, *unranked], strict=True)
    ]


def moved(row: Row, base: Previous | None) -> Row:
    """The row with its movement since the previous month's final list (None: there is none)."""
    kind: MovementKind = "none"
    places: int | None = None
    if base is not None and row.rank is not None:
        earlier = base.ranks.get(row.satker)
        if row.satker not in base.ranks:
            kind = "new"
        elif earlier is None:
            kind = "back"
        else:
            kind = "same" if earlier == row.rank else "up" if earlier > row.rank else "down"
            places = abs(earlier - row.rank)
    return msgspec.structs.replace(row, movement_kind=kind, movement=places)


def _lists(
    evidence: Evidence,
    scope: _Scope,
    rows: Iterable[Row],
    present: set[str],
    known: Mapping[str, Bounds],
) -> list[RankedList]:
    """Both rankings of the rows of a scope; ``known``: their satker's bounds in it."""
    band = scope.band
    bounds = (band.number, band.least, band.below) if band else (None, None, None)
    wanted = (scope.platform, scope.kind, *bounds)
    base = {
        p.ranking: p
        for p in evidence.previous
        # A rank in a band with other bounds cannot be compared: it was among other satker.
        if (p.platform, p.kind, p.band, p.band_from, p.band_below) == wanted
    }
    members = list(rows)
    certain = tells_certainty(evidence.month.formula)
    lists = []
    for ranking in RANKINGS:
        ordered = order(members, ranking, present)
        if certain:
            ordered = within_known(ordered, ranking, known)
        lists.append(
            RankedList(
                ranking=ranking,
                platform=scope.platform,
                kind=scope.kind,
                band=bounds[0],
                band_from=bounds[1],
                band_below=bounds[2],
                rows=tuple(moved(row, base.get(ranking)) for row in ordered),
            )
        )
    return lists


def _flag_codes(
    judgement: Judgement,
) -> Mapping[Platform | None, Mapping[str, tuple[FlagCode, ...]]]:
    """Each satker's flags on all platforms together (None) and on each."""
    found: dict[Platform | None, dict[str, set[FlagCode]]] = {
        platform: defaultdict(set) for platform in (None, *PLATFORMS)
    }
    for flag in judgement.flags:
        platform = _platform(flag.account)
        if flag.satker is not None:
            found[None][flag.satker].add(flag.code)
            found[platform][flag.satker].add(flag.code)
    return {
        platform: {satker: tuple(sorted(codes)) for satker, codes in by_satker.items()}
        for platform, by_satker in found.items()
    }


def _tallies(evidence: Evidence, judgement: Judgement) -> Mapping[Platform | None, _Tallies]:
    """The tallies of each platform, and of all together (None)."""
    followers: dict[str, Readings] = {a.key: a.followers for a in evidence.accounts if a.key}
    found: dict[Platform | None, dict[str, list[_Tally]]] = {
        platform: defaultdict(list) for platform in (None, *PLATFORMS)
    }
    for account, judged in judgement.accounts.items():
        held = _by_satker(judged, followers.get(account, ()))
        for satker, tally in held.items():
            found[None][satker].append(tally)
            found[_platform(account)][satker].append(tally)
    return found


def _by_satker(judged: Iterable[Judged], followers: Readings) -> Mapping[str, _Tally]:
    """One account's tallies: it may change hands within a month."""
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for post, verdict in judged:
        if not verdict.counted or verdict.satker is None:
            continue
        measurement, count = verdict.measurement, None
        if measurement.state in MEASURED and not measurement.decided:
            count = followers_at(followers, post.published_at)
        tallies[verdict.satker].add(measurement, count)
    return tallies


def _platform(account: str) -> Platform:
    """The platform of an account's key."""
    return next(name for name in PLATFORMS if account.startswith(f"{name}:"))


def _present(evidence: Evidence, platform: Platform | None) -> set[str]:
    """The satker that have an account registered in the month."""
    return {a.satker for a in _registered(evidence) if platform in (None, a.platform)}


def _registered(evidence: Evidence) -> Iterator[Presence]:
    """The accounts that were registered at some time of the month."""
    begin, end = _bounds(evidence)
    return (account for account in evidence.accounts if account.overlaps(begin, end))


def _bounds(evidence: Evidence) -> tuple[datetime, datetime]:
    return month_bounds(evidence.month.month, ZoneInfo(evidence.month.timezone))


def _row(
    unit: Unit,
    tallies: Sequence[_Tally],
    present: bool,
    flags: Mapping[str, tuple[FlagCode, ...]],
    certain: bool,
) -> Row:
    """A satker's row of a scope; ``certain``: it says how much of its sum its largest post is."""
    values = [tally.i24 for tally in tallies if tally.i24 is not None]
    nothing_posted = present and not tallies
    i24 = sum(values) if values or nothing_posted else None
    largest = max((tally.largest for tally in tallies), default=0)
    return Row(
        rank=None,
        satker=unit.id,
        name=unit.name,
        posts=sum(tally.posts for tally in tallies),
        measured=sum(tally.measured for tally in tallies),
        i24=i24,
        engagement_rate=engagement_rate([*chain.from_iterable(tally.rates for tally in tallies)]),
        thin=any(tally.is_thin for tally in tallies),
        flags=flags.get(unit.id, ()),
        largest_share=largest_share(largest, i24) if certain else UNSET,
    )


def _known(tallies: Iterable[_Tally]) -> Bounds:
    """Between what a satker's sum of I24 lies."""
    held = list(tallies)
    return Bounds(sum(tally.low for tally in held), sum(tally.high for tally in held))


def _headline(row: Row, ranking: RankingName) -> int | None:
    return row.posts if ranking == "most_active" else row.i24


def _sort_key(row: Row, ranking: RankingName) -> tuple[int, int, str]:
    """By the headline figure, then the other one, both descending, then by id."""
    posts, i24 = -row.posts, -row.i24 if row.i24 is not None else 1
    return (posts, i24, row.satker) if ranking == "most_active" else (i24, posts, row.satker)
