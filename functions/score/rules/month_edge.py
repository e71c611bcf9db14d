"""A month's edge: what it takes over from the month before, and hands on to the next.

Pure: no I/O, no clock. What is handed on is a ``Tail`` (store/tails.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from functions.model import Entry, Post, Verdict
from functions.score.rules.duplicates import LEAST, EarlierText, duplicates
from functions.score.rules.judging import Judgement
from functions.score.rules.usual import History, all_measured
from functions.score.rules.window import is_gone, is_removed
from functions.store.evidence import Repeated, Twins
from functions.store.ledgers import Ledger
from functions.store.tails import Recent, Tail
from functions.thresholds import COMPARED_WITHIN


class LastScoring(NamedTuple):
    """When the verdicts in a month's ledgers were made, and the posts that changed since.

    ``changed`` are (account key, post id).
    """

    as_of: datetime
    changed: Collection[tuple[str, str]]

    def is_outdated(self, entry: Entry) -> bool:
        """Whether the entry's verdict may be another by now."""
        post = entry.post
        return (
            entry.verdict is None
            or (post.account, post.post_id) in self.changed
            or bool(post.samples and post.samples[-1].taken_at > self.as_of)
            or bool(post.absences and post.absences[-1] > self.as_of)
        )


def find_twins(
    ledgers: Mapping[str, Ledger],
    tail: Tail,
    *,
    as_of: datetime,
    begin: datetime,
    least: int = LEAST,
    last: LastScoring | None = None,
) -> Twins:
    """What the month's posts repeat, as known at ``as_of``; ``begin`` is the month's first instant.

    Posts of the last day before the month are compared with, but not judged: their own month did
    that. A post is compared only with older posts. So of each account only the posts from its
    first change since ``last`` on are compared anew; for older ones the ledger's verdicts hold.
    ``last`` None: no verdict holds.
    """
    found: dict[tuple[str, str], Repeated] = {}
    for account, ledger in ledgers.items():
        entries = ledger.entries.values()
        edge = [_handed(recent) for recent in tail.recent.get(account, ())]
        since: datetime | None = begin
        if last is not None:
            outdated = (e.post.published_at for e in entries if last.is_outdated(e))
            since = min(outdated, default=None)
            # The month before may hand on other texts than last time: only the first day sees them.
            first = [e for e in entries if e.post.published_at <= begin + COMPARED_WITHIN]
            if since != begin and _compared(edge, first, begin, as_of, least) != _as_judged(first):
                since = begin
        settled = [e for e in entries if since is None or e.post.published_at < since]
        twins = _as_judged(settled)
        if since is not None:
            twins |= _compared(edge, entries, since, as_of, least)
        found |= {(account, post_id): twin for post_id, twin in twins.items()}
    return found


def _compared(
    edge: Sequence[EarlierText],
    entries: Iterable[Entry],
    since: datetime,
    as_of: datetime,
    least: int,
) -> dict[str, Repeated]:
    """What an account's posts from ``since`` on repeat; ``edge`` lies before the month."""
    near = [entry for entry in entries if entry.post.published_at >= since - COMPARED_WITHIN]
    candidates = [_candidate(entry, as_of, since) for entry in near]
    kept = _kept(edge, near, candidates, since, least)
    if kept:  # a duplicate is compared with nothing, and nothing with it
        candidates = [text for text in candidates if text.post_id not in kept]
    found = duplicates([*edge, *candidates], least=least, since=since)
    return {post_id: (twin.of, twin.percent) for post_id, twin in found.items()} | kept


def _kept(
    edge: Iterable[EarlierText],
    entries: Iterable[Entry],
    candidates: Iterable[EarlierText],
    since: datetime,
    least: int,
) -> dict[str, Repeated]:
    """What posts repeat as they were judged, where a text that they were compared by is gone.

    The text of a post that its account has deleted is not kept (score/forgetting.py). One that was
    deleted after its mark still stands, so that what was found of its text holds.
    """
    lost = {text.post_id for text in edge if text.stands and text.text is None}
    standing = set()
    for entry, text in zip(entries, candidates, strict=True):
        if text.stands:
            standing.add(text.post_id)
            if text.text is None and is_gone(entry.post):
                lost.add(text.post_id)
    if not lost:
        return {}
    judged = _as_judged(entry for entry in entries if entry.post.published_at >= since)
    return {
        post_id: twin
        for post_id, twin in judged.items()
        if post_id in standing and twin[1] >= least and not lost.isdisjoint((post_id, twin[0]))
    }


def _as_judged(entries: Iterable[Entry]) -> dict[str, Repeated]:
    """What entries repeat according to their verdicts."""
    return {
        entry.post.post_id: (verdict.duplicate_of, verdict.duplicate_percent or 0)
        for entry in entries
        if (verdict := entry.verdict) and verdict.duplicate_of is not None
    }


def hand_on(
    carried: Tail, judgement: Judgement, texts: Mapping[str, Ledger], *, end: datetime
) -> Tail:
    """What a month hands on: what it was handed, with its own posts behind it.

    Args:
        texts: the month's ledgers, which hold the captions.
        end: the first instant after the month.
    """
    past = {**carried.past}
    recent: dict[str, tuple[Recent, ...]] = {}
    for account, judged in judgement.accounts.items():
        values = all_measured(judged)
        if values:
            history = History(carried.past.get(account, ()))
            for value in values:
                history.add(value.i24, value.talk)
            past[account] = history.past
        last = [
            (post, verdict)
            for post, verdict in judged
            if post.published_at >= end - COMPARED_WITHIN
        ]
        if last:
            entries = texts[account].entries
            recent[account] = tuple(_recent(entries[p.post_id].post, v) for p, v in last)
    return Tail(past=past, recent=recent)


def _recent(post: Post, verdict: Verdict) -> Recent:
    stands = verdict.measurement.state != "removed" and verdict.duplicate_of is None
    return Recent(
        post_id=post.post_id,
        published_at=post.published_at,
        text=post.text if stands else None,
        stands=stands,
    )


def _handed(recent: Recent) -> EarlierText:
    return EarlierText(
        post_id=recent.post_id,
        published_at=recent.published_at,
        text=recent.text,
        stands=recent.stands,
    )


def _candidate(entry: Entry, as_of: datetime, since: datetime) -> EarlierText:
    """``since``: posts from here on are judged anew; an older duplicate does not stand."""
    post, verdict = entry.post.as_known(as_of), entry.verdict
    repeats = verdict is not None and verdict.duplicate_of is not None
    return EarlierText(
        post_id=post.post_id,
        published_at=post.published_at,
        text=post.text,
        stands=bool(post.samples)
        and not is_removed(post)
        and not (repeats and post.published_at < since),
    )
