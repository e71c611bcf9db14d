"""The monthly lists: Akun Teraktif and Akun Terpopuler, official, per platform, per kind of unit.

Pure: no I/O, no clock. Everything follows from a month's evidence, so that a stranger who holds the
evidence ranks the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec

from functions.model import (
    PLATFORMS,
    MovementKind,
    Platform,
    Post,
    RankedList,
    Ranking,
    RankingName,
    Row,
    State,
    Verdict,
    month_bounds,
)
from functions.score.counting import judge, shared_items
from functions.score.months import closing_begins
from functions.score.rate import Readings, engagement_rate, followers_at
from functions.store.evidence import Evidence, Presence, Previous

FORMULA = "1"
RANKINGS: tuple[RankingName, ...] = ("most_active", "most_popular")
MEASURED: frozenset[State] = frozenset({"observed", "interpolated", "estimated"})

Judged = Sequence[tuple[Post, Verdict]]


@dataclass(slots=True)
class _Tally:
    """One satker's sums in one list; ``i24`` stays None while nothing has a value."""

    posts: int = 0
    measured: int = 0
    i24: int | None = None
    rates: list[tuple[int, int]] = field(default_factory=list)


def judge_all(evidence: Evidence) -> list[tuple[Post, Verdict]]:
    """Every post of the month with its verdict, in the evidence's order."""
    posts = [item.post() for item in evidence.items]
    holders: dict[str, list[Presence]] = defaultdict(list)
    for account in evidence.accounts:
        if account.key:
            holders[account.key].append(account)
    shared = shared_items(posts)
    month = evidence.month
    closing = closing_begins(month.month, ZoneInfo(month.timezone))
    return [
        (post, judge(post, holders, (post.platform, post.post_id) in shared, month.as_of, closing))
        for post in posts
    ]


def rank(evidence: Evidence, judged: Judged) -> Ranking:
    """The month's lists from its evidence and the verdicts on its posts."""
    month = evidence.month
    kinds = sorted({unit.kind for unit in evidence.units})
    return Ranking(
        agency=month.agency,
        month=month.month,
        state=month.state,
        incomplete=month.incomplete,
        revision=month.revision,
        formula=month.formula,
        as_of=month.as_of,
        run_id=month.run_id,
        lists=(
            *_lists(evidence, judged),
            *(x for platform in PLATFORMS for x in _lists(evidence, judged, platform=platform)),
            *(x for kind in kinds for x in _lists(evidence, judged, kind=kind)),
        ),
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
    ranked.sort(key=lambda row: _place(row, ranking))
    unranked.sort(key=lambda row: _place(row, ranking))
    ordered: list[Row] = []
    for number, row in enumerate(ranked, 1):
        tied = ordered and _headline(ordered[-1], ranking) == _headline(row, ranking)
        ordered.append(msgspec.structs.replace(row, rank=ordered[-1].rank if tied else number))
    return ordered + unranked


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
    judged: Judged,
    *,
    platform: Platform | None = None,
    kind: str | None = None,
) -> list[RankedList]:
    """Both rankings over one platform (None: all together) and one kind of unit (None: all)."""
    units = [unit for unit in evidence.units if kind is None or unit.kind == kind]
    tallies = _tallies(evidence, judged, platform)
    present = _present(evidence, platform)
    base = {p.ranking: p for p in evidence.previous if (p.platform, p.kind) == (platform, kind)}
    rows = [_row(unit.id, unit.name, tallies[unit.id], unit.id in present) for unit in units]
    return [
        RankedList(
            ranking=ranking,
            platform=platform,
            kind=kind,
            rows=tuple(moved(row, base.get(ranking)) for row in order(rows, ranking, present)),
        )
        for ranking in RANKINGS
    ]


def _tallies(evidence: Evidence, judged: Judged, platform: Platform | None) -> Mapping[str, _Tally]:
    followers: dict[str, Readings] = {a.key: a.followers for a in evidence.accounts if a.key}
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for post, verdict in judged:
        if not verdict.counted or verdict.satker is None or platform not in (None, post.platform):
            continue
        tally = tallies[verdict.satker]
        tally.posts += 1
        i24 = verdict.measurement.i24
        if i24 is None:
            continue
        tally.measured += 1
        tally.i24 = (tally.i24 or 0) + i24
        if verdict.measurement.state in MEASURED:
            count = followers_at(followers.get(post.account, ()), post.published_at)
            if count is not None:
                tally.rates.append((i24, count))
    return tallies


def _present(evidence: Evidence, platform: Platform | None) -> set[str]:
    """The satker that have an account registered in the month."""
    begin, end = month_bounds(evidence.month.month, ZoneInfo(evidence.month.timezone))
    return {
        account.satker
        for account in evidence.accounts
        if platform in (None, account.platform)
        and account.valid_from < end
        and (account.valid_to is None or account.valid_to > begin)
    }


def _row(satker: str, name: str, tally: _Tally, present: bool) -> Row:
    nothing_posted = present and tally.posts == 0
    return Row(
        rank=None,
        satker=satker,
        name=name,
        posts=tally.posts,
        measured=tally.measured,
        i24=0 if nothing_posted else tally.i24,
        engagement_rate=engagement_rate(tally.rates),
    )


def _headline(row: Row, ranking: RankingName) -> int | None:
    return row.posts if ranking == "most_active" else row.i24


def _place(row: Row, ranking: RankingName) -> tuple[int, int, str]:
    """Sorts by the headline figure, then the other one, both downwards, then by id."""
    posts, i24 = -row.posts, -row.i24 if row.i24 is not None else 1
    return (posts, i24, row.satker) if ranking == "most_active" else (i24, posts, row.satker)
