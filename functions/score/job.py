"""The score job: fold what changed into ledgers, then rank every month that is not frozen.

A month's ledgers are read once, take in what changed and the verdicts that follow, and are written
once. A run with nothing new writes nothing. A final month is never touched again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from functions import agencies, log
from functions.model import Entry, Post, Verdict, iso, month_of
from functions.score.calendar import indonesian_holidays
from functions.score.fold import fold_into
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
from functions.store.ledgers import Ledgers
from functions.store.port import Conflict

OVERLAP = timedelta(minutes=10)  # writers whose clocks and commits overlap
INSTANT = timedelta(microseconds=1)
ATTEMPTS = 5  # where other instances score at the same time


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


def score_all(books: Sequence[AgencyStore], *, now: datetime, run_id: str) -> dict[str, Any]:
    """Score every agency; returns the run's report, as ``agencies.each`` puts it together."""
    return agencies.each(
        books,
        lambda book: score(book, now=now, run_id=run_id).as_dict(),
        job="score",
        run_id=run_id,
        now=now,
    )


def score(book: AgencyStore, *, now: datetime, run_id: str) -> Report:
    """Bring ledgers and rankings up to ``now``; StoreError when the store cannot be used."""
    report = Report(run_id, now)
    reads, writes = book.store.meter.reads, book.store.meter.writes
    records = book.months()
    changes = _changes(book, now)
    began = book.cursor("collect").get("began_at")
    if began is not None:
        began_at = datetime.fromisoformat(began)
        for month in months_between(began_at, now, book.agency.zone):
            if not _is_frozen(records.get(month), now):
                posts = changes.posts.pop(month, ())
                _with_patience(book, month, posts, records, began_at, now, report)
    for month, posts in sorted(changes.posts.items()):
        _only_fold(book, month, posts, records, report)
    # Last of all: a run that died before is made good by the next, which sees the same changes.
    if changes.cursor:
        book.save_cursor("score", **changes.cursor)
    report.reads = book.store.meter.reads - reads
    report.writes = book.store.meter.writes - writes
    if report.writes:
        book.save_run(run_id, {**report.as_dict(), "started_at": iso(now)})
    return report


@dataclass(frozen=True, slots=True)
class _Changes:
    """The posts that changed since the last run, by month, and where the next is to go on.

    ``cursor`` is empty when nothing changed; else the newest stamp that was read, and whether
    everything up to it was there to be read.
    """

    posts: dict[str, list[Post]]
    cursor: Mapping[str, Any]


def _changes(book: AgencyStore, now: datetime) -> _Changes:
    held = book.cursor("score")
    reached = since = None
    if "reached" in held:
        reached = datetime.fromisoformat(held["reached"])
        # Writers whose clocks and commits overlap may have added behind the newest stamp since,
        # unless it lay so far back that they were done.
        since = reached + INSTANT if held.get("settled") else reached - OVERLAP
    posts: dict[str, list[Post]] = defaultdict(list)
    newest = reached
    for changed_at, post in book.changed_posts(since):
        newest = changed_at if newest is None else max(newest, changed_at)
        posts[month_of(post.published_at, book.agency.zone)].append(post)
    if newest is None or newest == reached:
        return _Changes(posts, {})
    return _Changes(posts, {"reached": newest.isoformat(), "settled": newest <= now - OVERLAP})


def _only_fold(
    book: AgencyStore,
    month: str,
    posts: Sequence[Post],
    records: Mapping[str, MonthRecord],
    report: Report,
) -> None:
    """Keep what changed in a month that is not scored now; a final one stays as it is."""
    if month in records and records[month].ranking.state == "final":
        return
    for left in reversed(range(ATTEMPTS)):
        ledgers = book.ledgers(month)
        news = fold_into(ledgers, posts)
        try:
            book.save_ledgers(ledgers)
        except Conflict:
            if not left:
                raise
        else:
            report.folded += news
            return


def _is_frozen(record: MonthRecord | None, now: datetime) -> bool:
    """Final; or incomplete, which is never final, and scored once after its time has passed."""
    if record is None:
        return False
    ranking, closes_at = record.ranking, record.closes_at
    over = closes_at is not None and ranking.as_of >= closes_at and now >= closes_at
    return ranking.state == "final" or (ranking.incomplete and over)


def _with_patience(
    book: AgencyStore,
    month: str,
    posts: Sequence[Post],
    records: dict[str, MonthRecord],
    began_at: datetime,
    now: datetime,
    report: Report,
) -> None:
    """Score a month, from the start again where another instance wrote at the same time."""
    for left in reversed(range(ATTEMPTS)):
        try:
            _score_month(book, month, posts, records, began_at, now, report)
        except Conflict:
            records.update(book.months())
            if _is_frozen(records.get(month), now):
                _only_fold(book, month, posts, records, report)
                return
            if not left:
                raise
        else:
            return


def _score_month(
    book: AgencyStore,
    month: str,
    posts: Sequence[Post],
    records: dict[str, MonthRecord],
    began_at: datetime,
    now: datetime,
    report: Report,
) -> None:
    held = records.get(month)
    ledgers = book.ledgers(month)
    news = fold_into(ledgers, posts)
    header = _header(book, month, records, began_at, now, report.run_id)
    evidence = book.evidence(header, ledgers)
    if header.state == "final":
        # From here on the month is what was frozen, by this run or one that was cut short.
        evidence = ev.decode(book.freeze_evidence(month, header.revision, ev.encode(evidence)))
    judged = judge_all(evidence)
    ranking = rank(evidence, judged)
    verdicts_changed = _put_verdicts(ledgers, judged)
    book.save_ledgers(ledgers)
    report.folded += news
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


def _put_verdicts(ledgers: Ledgers, judged: Sequence[tuple[Post, Verdict]]) -> bool:
    """Put the verdicts that changed beside their posts; True when there were any."""
    changed = False
    for post, verdict in judged:
        entry = ledgers.entry(post)
        if entry is not None and entry.verdict != verdict:
            ledgers.put(Entry(post=entry.post, verdict=verdict))
            changed = True
    return changed


def _is_unchanged(held: MonthRecord, evidence: ev.Evidence, lists: tuple[Any, ...]) -> bool:
    """Whether only the time and name of the run differ from what is stored."""
    month = msgspec.structs.replace(
        evidence.month, as_of=held.ranking.as_of, run_id=held.ranking.run_id
    )
    same = ev.encode(msgspec.structs.replace(evidence, month=month))
    return held.ranking.lists == lists and held.digest == ev.digest(same)
