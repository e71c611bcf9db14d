"""The score job: fold what changed into ledgers, then rank every month that is not frozen.

A run with nothing new writes nothing. A final month is never touched again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from functions import log
from functions.model import Entry, Post, Verdict, iso, month_of
from functions.score.calendar import indonesian_holidays
from functions.score.fold import fold
from functions.score.months import (
    closing_begins,
    closing_ends,
    is_incomplete,
    months_between,
    state_at,
)
from functions.score.ranking import FORMULA, judge_all, rank
from functions.store import evidence as ev
from functions.store.agency import AgencyStore, MonthRecord
from functions.store.ledgers import Ledger
from functions.store.port import Conflict

OVERLAP = timedelta(minutes=10)  # writers whose clocks and commits overlap
ATTEMPTS = 3


@dataclass(slots=True)
class Report:
    """What a run did: posts folded, and for each month its state and whether it was written."""

    run_id: str
    now: datetime
    folded: int = 0
    months: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    reads: int = 0
    writes: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "job": "score",
            "run_id": self.run_id,
            "now": iso(self.now),
            "folded": self.folded,
            "months": self.months,
            "problems": self.problems,
            "reads": self.reads,
            "writes": self.writes,
            "failed": False,
        }


def score(book: AgencyStore, *, now: datetime, run_id: str) -> Report:
    """Bring ledgers and rankings up to ``now``; StoreError when the store cannot be used."""
    report = Report(run_id, now)
    reads, writes = book.store.meter.reads, book.store.meter.writes
    records = book.months()
    _fold_changes(book, records, report)
    began = book.cursor("collect").get("began_at")
    if began is not None:
        began_at = datetime.fromisoformat(began)
        for month in months_between(began_at, now, book.agency.zone):
            if not _is_frozen(records.get(month), now):
                _score_month(book, month, records, began_at, now, report)
    report.reads = book.store.meter.reads - reads
    report.writes = book.store.meter.writes - writes
    if report.writes:
        book.save_run(run_id, {**report.as_dict(), "started_at": iso(now)})
    return report


def _fold_changes(book: AgencyStore, records: Mapping[str, MonthRecord], report: Report) -> None:
    """Fold the posts that changed since the last run into their account-month ledgers."""
    cursor = book.cursor("score").get("reached")
    reached = datetime.fromisoformat(cursor) if cursor else None
    changed: dict[tuple[str, str], list[Post]] = defaultdict(list)
    newest = reached
    for changed_at, post in book.changed_posts(reached - OVERLAP if reached else None):
        newest = changed_at if newest is None else max(newest, changed_at)
        month = month_of(post.published_at, book.agency.zone)
        if month in records and records[month].ranking.state == "final":
            continue
        changed[post.account, month].append(post)
    for (account, month), posts in sorted(changed.items()):
        report.folded += _fold_ledger(book, account, month, posts)
    if newest != reached and newest is not None:
        book.save_cursor("score", reached=newest.isoformat())


def _fold_ledger(book: AgencyStore, account: str, month: str, posts: list[Post]) -> int:
    """Fold posts into one ledger; returns how many brought something new."""
    for attempt in range(1, ATTEMPTS + 1):
        ledger = book.ledger(account, month)
        news = 0
        for post in posts:
            held = ledger.entries.get(post.post_id)
            ledger.entries[post.post_id] = fold(held, post)
            news += ledger.entries[post.post_id] is not held
        if not news:
            return 0
        try:
            book.save_ledger(ledger)
        except Conflict:
            if attempt == ATTEMPTS:
                raise
            continue
        return news
    return 0


def _is_frozen(record: MonthRecord | None, now: datetime) -> bool:
    """Final; or incomplete, which is never final, and scored once after its time has passed."""
    if record is None:
        return False
    ranking, closes_at = record.ranking, record.closes_at
    over = closes_at is not None and ranking.as_of >= closes_at and now >= closes_at
    return ranking.state == "final" or (ranking.incomplete and over)


def _score_month(
    book: AgencyStore,
    month: str,
    records: dict[str, MonthRecord],
    began_at: datetime,
    now: datetime,
    report: Report,
) -> None:
    held = records.get(month)
    ledgers = book.ledgers(month)
    header = _header(book, month, records, began_at, now, report.run_id)
    evidence = book.evidence(header, ledgers)
    if header.state == "final":
        # From here on the month is what was frozen, by this run or one that was cut short.
        evidence = ev.decode(book.freeze_evidence(month, header.revision, ev.encode(evidence)))
    judged = judge_all(evidence)
    ranking = rank(evidence, judged)
    verdicts_changed = _save_verdicts(book, ledgers, judged, report)
    report.months[month] = {
        "state": ranking.state,
        "posts": len(judged),
        "counted": sum(verdict.counted for _, verdict in judged),
        "written": False,
    }
    # Past its time an incomplete month is written once more even when nothing changed: only its
    # as_of tells later runs that it need not be scored, and its ledgers read, for ever.
    over = header.closes_at is not None and now >= header.closes_at
    unchanged = not verdicts_changed and not over
    if held and unchanged and _is_unchanged(held, evidence, ranking.lists):
        return
    record = MonthRecord(
        ranking=ranking,
        digest=ev.digest(ev.encode(evidence)),
        previous_digest=evidence.month.previous_digest,
        closes_at=evidence.month.closes_at,
    )
    book.save_month(record)
    records[month] = record
    report.months[month]["written"] = True
    if ranking.state == "final":
        log.info("score.month_final", month=month, digest=record.digest)


def _header(
    book: AgencyStore,
    month: str,
    records: Mapping[str, MonthRecord],
    began_at: datetime,
    now: datetime,
    run_id: str,
) -> ev.Month:
    zone = book.agency.zone
    held = records.get(month)
    closes_at = held.closes_at if held else None
    if closes_at is None and now >= closing_begins(month, zone):
        closes_at = closing_ends(month, zone, indonesian_holidays())
    incomplete = is_incomplete(month, zone, began_at)
    return book.header(
        month,
        formula=FORMULA,
        state=state_at(now, month, zone, closes_at, incomplete),
        incomplete=incomplete,
        revision=held.ranking.revision if held else 1,
        as_of=now,
        run_id=run_id,
        closes_at=closes_at,
        previous_digest=_previous_digest(month, records),
    )


def _previous_digest(month: str, records: Mapping[str, MonthRecord]) -> str | None:
    finals = [
        record.digest
        for earlier, record in sorted(records.items())
        if earlier < month and record.ranking.state == "final"
    ]
    return finals[-1] if finals else None


def _save_verdicts(
    book: AgencyStore,
    ledgers: Mapping[str, Ledger],
    judged: list[tuple[Post, Verdict]],
    report: Report,
) -> bool:
    """Write the verdicts that changed beside their posts; True when there were any."""
    changed: set[str] = set()
    for post, verdict in judged:
        entries = ledgers[post.account].entries
        if entries[post.post_id].verdict != verdict:
            entries[post.post_id] = Entry(post=entries[post.post_id].post, verdict=verdict)
            changed.add(post.account)
    for account in sorted(changed):
        try:
            book.save_ledger(ledgers[account])
        except Conflict:
            # Another instance folded into it meanwhile; its own scoring follows.
            report.problems.append(f"{account}: the ledger was written by another run")
    return bool(changed)


def _is_unchanged(held: MonthRecord, evidence: ev.Evidence, lists: tuple[Any, ...]) -> bool:
    """Whether only the time and name of the run differ from what is stored."""
    month = msgspec.structs.replace(
        evidence.month, as_of=held.ranking.as_of, run_id=held.ranking.run_id
    )
    same = ev.encode(msgspec.structs.replace(evidence, month=month))
    return held.ranking.lists == lists and held.digest == ev.digest(same)
