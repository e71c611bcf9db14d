"""Revising: a decision on a post of a final month makes a revision beside what was frozen."""

from __future__ import annotations

import msgspec

from functions import log
from functions.score.docket import by_item
from functions.score.formula import FORMULA
from functions.score.judging import judge_month
from functions.score.marks import with_marks
from functions.score.months import closing_begins
from functions.score.ranking import rank
from functions.score.revisions import changes
from functions.score.run import Run, put_verdicts
from functions.store import evidence as ev
from functions.store.agency import MonthRecord


def revise(run: Run, month: str) -> None:
    """Make a revision of a final month, if a decision asks for one."""
    held = run.records[month]
    if held.ranking.state != "final" or not run.docket.may_concern(month, held.decided):
        return
    book, revision = run.book, held.ranking.revision
    frozen = ev.decode(book.frozen_evidence(month, revision) or b"")
    about, listed = by_item(frozen.items), {unit.id for unit in frozen.units}
    decisions = run.docket.revising(month, about, listed, held.decided)
    if not decisions or held.ranking.as_of > run.now:
        return
    if run.waits(month, held.closes_at or closing_begins(month, book.agency.zone)):
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
    put_verdicts(ledgers, with_marks(revised, judgement))
    book.save_ledgers(ledgers)
    run.hand_on(month, judgement, ledgers)
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
    run.tell(ranking, judgement, written=True)
    log.info("score.month_revised", month=month, revision=header.revision, digest=record.digest)
