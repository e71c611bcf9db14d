"""The score job: fold what changed into ledgers, then rank every month that is not frozen.

A month's ledgers are read once, take in what changed and the verdicts that follow, and are written
once. A run with nothing new writes nothing. A final month is never touched again: a decision on one
of its posts makes a revision beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import msgspec

from functions import agencies, log
from functions.model import (
    Entry,
    Post,
    Ranking,
    Verdict,
    iso,
    month_bounds,
    month_of,
    previous_month,
)
from functions.score.calendar import amended, indonesian_holidays
from functions.score.docket import About, Docket, Found, read_docket
from functions.score.fold import fold_into
from functions.score.formula import DEFAULT, FORMULA, formula_of, read_rules
from functions.score.judging import judge_month
from functions.score.months import (
    closing_begins,
    closing_ends,
    is_contested,
    is_incomplete,
    months_between,
    state_at,
)
from functions.score.ranking import rank
from functions.score.revisions import changes
from functions.score.tails import LastScoring, find_twins, hand_on
from functions.store import evidence as ev
from functions.store.agency import AgencyStore, MonthRecord, items
from functions.store.ledgers import Ledger, Ledgers
from functions.store.port import Conflict
from functions.store.tails import Tail

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
    run = _Run(book, now, report, book.months())
    changed = _changes(book, now)
    began = book.cursor("collect").get("began_at")
    if began is not None:
        run.began_at = datetime.fromisoformat(began)
        for month in months_between(run.began_at, now, book.agency.zone):
            if _is_frozen(run.records.get(month), now):
                _revise(run, month)
            else:
                _with_patience(run, month, changed.posts.pop(month, ()))
    for month, posts in sorted(changed.posts.items()):
        _only_fold(run, month, posts)
    run.docket.close()
    book.tell_admin(run.docket.told)
    report.problems += run.docket.problems
    # Last of all: a run that died before is made good by the next, which sees the same changes.
    if changed.cursor:
        book.save_cursor("score", **changed.cursor)
    report.reads = book.store.meter.reads - reads
    report.writes = book.store.meter.writes - writes
    if report.writes:
        book.save_run(run_id, {**report.as_dict(), "started_at": iso(now)})
    return report


@dataclass
class _Run:
    """What every month of a run shares, read once.

    ``tails``: what the months scored in this run hand on.
    """

    book: AgencyStore
    now: datetime
    report: Report
    records: dict[str, MonthRecord]
    began_at: datetime = field(init=False)
    tails: dict[str, Tail] = field(default_factory=dict)

    @cached_property
    def docket(self) -> Docket:
        """What admins decided and units contest, as it stands now."""
        book = self.book
        return read_docket(
            book.decisions(),
            book.objections(),
            now=self.now,
            zone=book.agency.zone,
            find=lambda address: _find(book, address),
        )

    @cached_property
    def rules(self) -> ev.Rules:
        """The agency's rules; what is broken in them stays as the newest month has it."""
        newest = self.records[max(self.records)].rules if self.records else DEFAULT
        rules, problems = read_rules(self.book.settings("formula"), newest or DEFAULT)
        self.report.problems += problems
        return rules

    def rules_of(self, month: str) -> ev.Rules:
        """The agency's rules; a month keeps its own once objections are heard."""
        held = self.records.get(month)
        return held.rules if held and held.rules and held.closes_at else self.rules

    def carried(self, month: str) -> Tail:
        """What the month before hands on."""
        before = previous_month(month)
        return self.tails[before] if before in self.tails else self.book.tail(before)

    def closes_at(self, month: str, rules: ev.Rules) -> datetime | None:
        """When objections end: fixed when closing starts, None before."""
        held, zone = self.records.get(month), self.book.agency.zone
        if held and held.closes_at:
            return held.closes_at
        if self.now < closing_begins(month, zone):
            return None
        document = self.book.settings("calendar")
        holidays, problems = amended(indonesian_holidays(), document)
        self.report.problems += problems
        return closing_ends(month, zone, holidays, rules.objection_days)


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


def _only_fold(run: _Run, month: str, posts: Sequence[Post]) -> None:
    """Keep what changed in a month that is not scored now; a final one stays as it is."""
    if month in run.records and run.records[month].ranking.state == "final":
        return
    for left in reversed(range(ATTEMPTS)):
        ledgers = run.book.ledgers(month)
        news = fold_into(ledgers, posts)
        ledgers.formula = None  # these verdicts are of the posts as they were
        try:
            run.book.save_ledgers(ledgers)
        except Conflict:
            if not left:
                raise
        else:
            run.report.folded += news
            return


def _is_frozen(record: MonthRecord | None, now: datetime) -> bool:
    """Final; or incomplete, which is never final, and scored once after its time has passed."""
    if record is None:
        return False
    ranking, closes_at = record.ranking, record.closes_at
    over = closes_at is not None and ranking.as_of >= closes_at and now >= closes_at
    return ranking.state == "final" or (ranking.incomplete and over)


def _with_patience(run: _Run, month: str, posts: Sequence[Post]) -> None:
    """Score a month, from the start again where another instance wrote at the same time."""
    for left in reversed(range(ATTEMPTS)):
        try:
            _score_month(run, month, posts)
        except Conflict:
            run.records.update(run.book.months())
            if _is_frozen(run.records.get(month), run.now):
                _only_fold(run, month, posts)
                return
            if not left:
                raise
        else:
            return


def _score_month(run: _Run, month: str, posts: Sequence[Post]) -> None:
    book, report, held = run.book, run.report, run.records.get(month)
    ledgers = book.ledgers(month)
    last = _last_scoring(run, month, ledgers, posts)
    news = fold_into(ledgers, posts)
    carried = run.carried(month)
    evidence = _evidence(run, month, ledgers, carried, last)
    header = evidence.month
    if header.state == "final":
        # From here on the month is what was frozen, by this run or one that was cut short.
        evidence = ev.decode(book.freeze_evidence(month, header.revision, ev.encode(evidence)))
    judgement = judge_month(evidence)
    ranking = rank(evidence, judgement)
    verdicts_changed = _put_verdicts(ledgers, judgement.posts)
    # Replaying a past instant leaves verdicts that the next run is not to build on.
    ledgers.formula = None if held and held.ranking.as_of > run.now else header.formula
    book.save_ledgers(ledgers)
    report.folded += news
    report.months[month] = {
        "state": ranking.state,
        "posts": len(judgement.posts),
        "counted": sum(verdict.counted for _, verdict in judgement.posts),
        "written": False,
    }
    if month < month_of(run.now, book.agency.zone):
        end = month_bounds(month, book.agency.zone)[1]
        run.tails[month] = hand_on(carried, judgement.posts, ledgers, end=end)
    # Past its time an incomplete month is written once more even when nothing changed: only its
    # as_of tells later runs that it need not be scored, and its ledgers read, for ever.
    over = header.incomplete and header.closes_at is not None and run.now >= header.closes_at
    record = MonthRecord(
        ranking=ranking,
        digest="",
        previous_digest=evidence.month.previous_digest,
        closes_at=evidence.month.closes_at,
        decisions=evidence.decisions,
        objections=evidence.objections,
        rules=evidence.month.rules,
    )
    lines = ev.encode_lines(evidence.items)
    unchanged = not verdicts_changed and not over
    if held and unchanged and _is_unchanged(held, ranking, evidence.frame, lines):
        return
    record = msgspec.structs.replace(record, digest=ev.digest(ev.encode(evidence.frame) + lines))
    if header.state == "final" or over:
        book.save_tail(month, run.tails[month])
    book.save_month(record, evidence.frame)
    run.records[month] = record
    report.months[month]["written"] = True
    if ranking.state == "final":
        log.info("score.month_final", month=month, digest=record.digest)


def _last_scoring(
    run: _Run, month: str, ledgers: Ledgers, posts: Sequence[Post]
) -> LastScoring | None:
    """What made the ledgers' verdicts; None when they are not to be built on."""
    held = run.records.get(month)
    if held is None or held.ranking.as_of > run.now:
        return None
    if ledgers.formula != formula_of(run.rules_of(month)):
        return None
    # A post that turns out to be of another time was compared where it is no longer.
    before = [(post, ledgers.entry(post)) for post in posts]
    if any(entry and entry.post.published_at != post.published_at for post, entry in before):
        return None
    return LastScoring(held.ranking.as_of, {(post.account, post.post_id) for post in posts})


def _evidence(
    run: _Run, month: str, ledgers: Ledgers, carried: Tail, last: LastScoring | None
) -> ev.Evidence:
    """What the month's ranking follows from, as known now."""
    book, now, zone = run.book, run.now, run.book.agency.zone
    held, rules = run.records.get(month), run.rules_of(month)
    about = set[About]() if run.docket.is_empty else _about(ledgers)
    objections = run.docket.objections(month, about)
    closes_at = run.closes_at(month, rules)
    incomplete = is_incomplete(month, zone, run.began_at)
    header = book.header(
        month,
        formula=formula_of(rules),
        state=state_at(
            now,
            month,
            zone,
            closes_at,
            incomplete=incomplete,
            contested=is_contested(objections, closes_at),
        ),
        incomplete=incomplete,
        revision=held.ranking.revision if held else 1,
        as_of=now,
        run_id=run.report.run_id,
        closes_at=closes_at,
        previous_digest=_previous_digest(month, run.records),
        rules=rules,
    )
    frame = book.frame(
        header,
        past=carried.past,
        decisions=run.docket.decisions(month, about),
        objections=objections,
    )
    begin = month_bounds(month, zone)[0]
    twins = find_twins(
        ledgers, carried, as_of=now, begin=begin, least=rules.duplicate_percent, last=last
    )
    return msgspec.structs.replace(frame, items=items(ledgers, now, twins))


def _revise(run: _Run, month: str) -> None:
    """Make a revision of a final month, if a decision asks for one."""
    held = run.records[month]
    if held.ranking.state != "final" or not run.docket.may_concern(month, held.decided):
        return
    book, revision = run.book, held.ranking.revision
    frozen = ev.decode(book.frozen_evidence(month, revision) or b"")
    about = {(item.platform, item.post_id) for item in frozen.items}
    decisions = run.docket.revising(month, about, held.decided)
    if not decisions or held.ranking.as_of > run.now:
        return
    if frozen.month.formula.partition("-")[0] != FORMULA:
        run.report.problems.append(
            f"{month} was ranked by formula {frozen.month.formula}, and this version has {FORMULA}:"
            " revise it with the version that the month was ranked with"
        )
        return
    header = msgspec.structs.replace(
        frozen.month,
        revision=revision + 1,
        as_of=run.now,
        run_id=run.report.run_id,
        revises=held.digest,
        reason="; ".join(dict.fromkeys(decision.why for decision in decisions)),
    )
    revised = msgspec.structs.replace(
        frozen,
        month=header,
        decisions=tuple(sorted((*frozen.decisions, *decisions), key=lambda d: (d.at, d.id))),
        objections=run.docket.objections(month, about) or frozen.objections,
    )
    encoded = book.freeze_evidence(month, header.revision, ev.encode(revised))
    revised = ev.decode(encoded)
    judgement = judge_month(revised)
    ranking = rank(revised, judgement)
    ledgers = book.ledgers(month)
    _put_verdicts(ledgers, judgement.posts)
    book.save_ledgers(ledgers)
    end = month_bounds(month, book.agency.zone)[1]
    run.tails[month] = hand_on(run.carried(month), judgement.posts, ledgers, end=end)
    book.save_tail(month, run.tails[month])
    record = MonthRecord(
        ranking=ranking,
        digest=ev.digest(encoded),
        previous_digest=held.previous_digest,
        closes_at=held.closes_at,
        changes=changes(held.ranking, ranking),
        decisions=revised.decisions,
        objections=revised.objections,
        rules=held.rules,
    )
    book.save_month(record, revised.frame)
    run.records[month] = record
    run.report.months[month] = {
        "state": ranking.state,
        "posts": len(judgement.posts),
        "counted": sum(verdict.counted for _, verdict in judgement.posts),
        "written": True,
    }
    log.info("score.month_revised", month=month, revision=header.revision, digest=record.digest)


def _about(ledgers: Mapping[str, Ledger]) -> set[About]:
    """The month's posts as decisions name them."""
    return {
        (entry.post.platform, entry.post.post_id)
        for ledger in ledgers.values()
        for entry in ledger.entries.values()
    }


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


def _is_unchanged(held: MonthRecord, ranking: Ranking, frame: ev.Evidence, lines: bytes) -> bool:
    """Whether only the time and name of the run differ from what is stored."""
    as_held = {"as_of": held.ranking.as_of, "run_id": held.ranking.run_id}
    month = msgspec.structs.replace(frame.month, **as_held)
    encoded = ev.encode(msgspec.structs.replace(frame, month=month)) + lines
    same = msgspec.structs.replace(ranking, **as_held)
    return held.ranking == same and held.digest == ev.digest(encoded)


def _find(book: AgencyStore, address: str) -> Found | None:
    """The post that an address names, if collect has met it."""
    # Imported here: a run without a decision that was typed by hand needs no addresses.
    from functions.addresses import posts_at

    try:
        platform, located = posts_at(book, address)
    except ValueError:
        return None
    for one in located:
        return Found(f"{platform}:{one.post_id}", month_of(one.published_at, book.agency.zone))
    return None
