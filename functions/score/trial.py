"""A trial: a month ranked again under other settings, of which nothing is stored.

It starts from the evidence that the month's ranking follows from. Near-duplicates are compared anew
where their percent is another, from the texts in the ledgers: evidence holds none. What cannot be
computed from what is stored is said, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from functions.model import Change, MonthState, Post, Ranking, Verdict, month_bounds, previous_month
from functions.score.forgetting import EDGE, texts_lost
from functions.score.rules.changes import changes
from functions.score.rules.closing import closing_ends
from functions.score.rules.formula import changed, formula_of, version_of
from functions.score.rules.judging import Judgement, judge_month
from functions.score.rules.marks import with_marks
from functions.score.rules.month_edge import find_twins, hand_on
from functions.score.rules.ranking import month_bands, rank
from functions.score.run import is_frozen
from functions.score.settings import NAMES, read_settings
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.ledgers import Ledgers
from functions.store.tails import Tail


class TrialError(Exception):
    """The month cannot be ranked again from what is stored; says why and what to do."""


class Recounted(msgspec.Struct, frozen=True, kw_only=True):
    """A post about which the settings decide otherwise: its verdict before and after."""

    post: Post
    before: Verdict
    after: Verdict


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What other settings would make of a month.

    ``before`` is the ranking as stored, ``after`` what the settings would make of it; ``rules`` are
    those of both. ``changes``: the lines that differ, in every list. ``recounted``: the posts that
    count only before or only after. ``in_other_bands``: satker whose band has other bounds.
    ``unusual``: the posts that were, and would be, told to lie above what is usual.
    ``closes_at``: when objections end, before and after. ``textless``: the posts that were compared
    anew and have no text; None: none was compared. ``unread``: the X posts of which parts that
    belong to them may never have been read, so that their sums stay; None: nobody asked.
    ``inseparable``: those whose parts are summed, and can be taken off no more.
    """

    month: str
    state: MonthState
    before: Ranking
    after: Ranking
    rules: tuple[ev.Rules, ev.Rules]
    changes: tuple[Change, ...]
    recounted: tuple[Recounted, ...]
    in_other_bands: int
    unusual: tuple[int, int]
    closes_at: tuple[datetime, datetime]
    textless: int | None = None
    unread: int | None = None
    inseparable: int | None = None


def try_out(agency: AgencyStore, month: str, given: Mapping[str, Any]) -> Trial:
    """Rank a month again with some settings of ``settings/formula`` as given.

    Raises:
        TrialError: the month is not ranked; or what is stored of it does not give its ranking, or
            its texts not its near-duplicates.
        ValueError: a value is none that the setting takes; an Indonesian line says why.
    """
    record = agency.month(month)
    if record is None:
        raise TrialError(f"{month} is not ranked in this store")
    ledgers = agency.ledgers(month)
    evidence = _evidence(agency, record, ledgers)
    version = version_of(evidence.month.formula)
    if version is None:
        raise TrialError(
            f"{month} was ranked by formula {evidence.month.formula}, which this version does not "
            "know: try it with the version that the month was ranked with"
        )
    held = evidence.month.rules
    wanted = changed(held, given)
    # Counters are read with or without those of a thread's parts: no later sum tells them apart.
    rules = msgspec.structs.replace(wanted, x_threads=held.x_threads)
    tried = evidence
    textless = None
    if rules.duplicate_percent != held.duplicate_percent:
        tried, textless = _compared(agency, evidence, ledgers, rules.duplicate_percent)
    header = msgspec.structs.replace(
        evidence.month, rules=rules, formula=formula_of(rules, version)
    )
    tried = msgspec.structs.replace(tried, month=header)
    judged, judged_anew = judge_month(evidence), judge_month(tried)
    after = rank(tried, judged_anew)
    return Trial(
        month=month,
        state=record.ranking.state,
        before=record.ranking,
        after=after,
        rules=(held, rules),
        changes=changes(record.ranking, after),
        recounted=_recounted(judged, judged_anew),
        in_other_bands=_in_other_bands(evidence, tried),
        unusual=(_unusual(evidence, judged), _unusual(tried, judged_anew)),
        closes_at=_ends(agency, month, record, rules),
        textless=textless,
        **_threads(evidence, ledgers, held, wanted),
    )


def _evidence(agency: AgencyStore, record: MonthRecord, ledgers: Ledgers) -> ev.Evidence:
    """What the stored ranking was made from, byte for byte."""
    ranking = record.ranking
    if ranking.state == "final":
        frozen = agency.frozen_evidence(ranking.month, ranking.revision)
        if frozen is None or ev.digest(frozen) != record.digest:
            raise TrialError(
                f"the frozen evidence of {ranking.month} is not that of its ranking; "
                f"see kiprah audit {ranking.month}"
            )
        return ev.decode(frozen)
    evidence = agency.evidence_of(record, ledgers)
    if evidence is None or ev.digest(ev.encode(evidence)) != record.digest:
        raise TrialError(
            f"posts of {ranking.month} have changed since it was ranked; kiprah score first"
        )
    return evidence


def _compared(
    agency: AgencyStore, evidence: ev.Evidence, ledgers: Ledgers, percent: int
) -> tuple[ev.Evidence, int]:
    """The evidence with what its posts repeat from a percent on, and how many have no text.

    First with the month's own percent: that must give the verdicts of the evidence, or the texts
    are no longer those that were compared.
    """
    month = evidence.month
    cursor, before = agency.cursor("score"), previous_month(month.month)
    if texts_lost(cursor, month.month) or EDGE in texts_lost(cursor, before):
        raise TrialError(
            f"duplicate_percent cannot be tried on {month.month}: it is frozen and published, and "
            "the texts that were compared are no longer kept"
        )
    begin, _ = month_bounds(month.month, agency.zone)
    tail = _handed_on(agency, before)
    texts = {
        (account, post_id): entry.post.text
        for account, ledger in ledgers.items()
        for post_id, entry in ledger.entries.items()
    }
    found, anew = (
        find_twins(ledgers, tail, as_of=month.as_of, begin=begin, least=least)
        for least in (month.rules.duplicate_percent, percent)
    )
    stored = {
        (item.account, item.post_id): (item.duplicate_of, item.duplicate_percent or 0)
        for item in evidence.items
        if item.duplicate_of is not None
    }
    names = [(item.account, item.post_id) for item in evidence.items]
    gone = {name for name in names if name not in texts}
    gone |= {name for name in {*found, *stored} if found.get(name) != stored.get(name)}
    if gone:
        raise TrialError(
            f"duplicate_percent cannot be tried on {month.month}: of {len(gone)} posts the store "
            "no longer holds the texts that were compared"
        )
    items = tuple(
        _repeating(item, anew.get(name)) for name, item in zip(names, evidence.items, strict=True)
    )
    textless = sum(not texts[name] for name in names)
    return msgspec.structs.replace(evidence, items=items), textless


def _repeating(item: ev.Item, twin: ev.Repeated | None) -> ev.Item:
    repeats, percent = twin or (None, None)
    return msgspec.structs.replace(item, duplicate_of=repeats, duplicate_percent=percent)


def _handed_on(agency: AgencyStore, month: str) -> Tail:
    """What a month hands on: as stored when it is frozen, else as its last scoring left it."""
    record = agency.month(month)
    if record is None or is_frozen(record, record.ranking.as_of):
        return agency.tail(month)
    ledgers = agency.ledgers(month)
    judgement = judge_month(_evidence(agency, record, ledgers))
    end = month_bounds(month, agency.zone)[1]
    # Only its last texts are asked for: what was usual before stands in the evidence.
    return hand_on(Tail(), judgement, ledgers, end=end)


def _recounted(before: Judgement, after: Judgement) -> tuple[Recounted, ...]:
    pairs: Sequence[tuple[Post, Verdict, Verdict]] = [
        (post, one, other)
        for (post, one), (_, other) in zip(before.posts, after.posts, strict=True)
    ]
    return tuple(
        Recounted(post=post, before=one, after=other)
        for post, one, other in pairs
        if one.counted != other.counted
    )


def _in_other_bands(evidence: ev.Evidence, tried: ev.Evidence) -> int:
    before, after = month_bands(evidence), month_bands(tried)
    return sum(
        (band.least, band.below) != (after[satker].least, after[satker].below)
        for satker, band in before.items()
    )


def _unusual(evidence: ev.Evidence, judgement: Judgement) -> int:
    """The posts of which it is told how far they lie above what is usual."""
    return sum(v.over_usual is not None for _, v in with_marks(evidence, judgement).posts)


def _ends(
    agency: AgencyStore, month: str, record: MonthRecord, rules: ev.Rules
) -> tuple[datetime, datetime]:
    """When objections end: as stored once that is fixed, and as the settings would have it."""
    held = record.rules or rules
    holidays = read_settings(agency.typed_settings(*NAMES), held, agency.zone).holidays
    ends = closing_ends(month, agency.zone, holidays, held.objection_days)
    before = record.closes_at or ends
    if rules.objection_days == held.objection_days:
        return before, before
    return before, closing_ends(month, agency.zone, holidays, rules.objection_days)


def _threads(
    evidence: ev.Evidence, ledgers: Ledgers, held: ev.Rules, wanted: ev.Rules
) -> dict[str, int]:
    """How many posts of X another ``x_threads`` concerns, of which nothing can be computed."""
    if wanted.x_threads == held.x_threads:
        return {}
    posts = [
        entry.post
        for item in evidence.items
        if item.platform == "x" and (entry := ledgers.entry(item.post())) is not None
    ]
    summed = sum(bool(post.parts) for post in posts)
    if wanted.x_threads == "first":
        return {"inseparable": summed}
    return {"unread": len(posts) - summed}
