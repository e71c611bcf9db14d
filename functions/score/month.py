"""A month scored, frozen, and revised.

Ledgers take in what changed; evidence is gathered, judged and ranked. A decision on a post of a
final month makes a revision beside what was frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from functions import log
from functions.model import Post, Ranking, month_bounds, month_of, previous_month
from functions.score.cases import PostsOfItems, by_item
from functions.score.forgetting import forget_deleted
from functions.score.rules.changes import changes
from functions.score.rules.closing import closing_begins, is_contested, is_incomplete, state_at
from functions.score.rules.fold import fold_into
from functions.score.rules.formula import formula_of, version_of
from functions.score.rules.judging import judge_month
from functions.score.rules.marks import with_marks
from functions.score.rules.month_edge import LastScoring, find_twins
from functions.score.rules.ranking import rank
from functions.score.run import Run, put_verdicts
from functions.store import evidence as ev
from functions.store.agency.months import MonthRecord
from functions.store.agency.proofs import items
from functions.store.ledgers import Ledger, Ledgers


def score_month(run: Run, month: str, posts: Sequence[Post]) -> None:
    """Bring a month that is not frozen up to now; ``posts`` are those of it that changed.

    Raises ``Conflict`` when another instance wrote meanwhile: start again.
    """
    agency, held = run.agency, run.records.get(month)
    ledgers = agency.ledgers(month)
    moved = _have_moved(ledgers, posts)
    last = None if moved else _last_scoring(run, month, ledgers, posts)
    news = fold_into(ledgers, posts)
    evidence = _evidence(run, month, ledgers, last)
    if evidence.month.state == "final":
        # An earlier run may have frozen the month and died: what was frozen then stands.
        revision = evidence.month.revision
        evidence = ev.decode(agency.freeze_evidence(month, revision, ev.encode(evidence)))
    header = evidence.month
    judgement = judge_month(evidence)
    ranking = rank(evidence, judgement)
    verdicts_changed = put_verdicts(ledgers, with_marks(evidence, judgement))
    # The next scoring must not build on a replay's verdicts, nor on those of a run that moves a
    # post: it may die after writing the page that the post leaves, before the page it moves to.
    replays = held is not None and held.ranking.as_of > run.now
    ledgers.formula = None if moved or replays else header.formula
    forget_deleted(agency, ledgers, run.now)
    agency.save_ledgers(ledgers)
    run.report.folded += news
    if month < month_of(run.now, agency.zone):
        run.hand_on(month, judgement, ledgers)
    # An incomplete month is written once after its time is over, even when nothing changed: its
    # as_of then tells later runs that they need neither score it nor read its ledgers.
    over = header.incomplete and header.closes_at is not None and run.now >= header.closes_at
    lines = ev.encode_lines(evidence.items)
    unchanged = not verdicts_changed and not over
    if held and unchanged and _is_unchanged(held, ranking, evidence.frame, lines):
        run.tell(ranking, judgement, written=False)
        return
    if header.state == "final" or over:
        agency.save_tail(month, run.tails[month])
    record = MonthRecord(
        ranking=ranking,
        digest=ev.digest(ev.encode(evidence.frame) + lines),
        previous_digest=evidence.month.previous_digest,
        closes_at=evidence.month.closes_at,
        decisions=evidence.decisions,
        objections=evidence.objections,
        rules=evidence.month.rules,
    )
    agency.save_month(record, evidence.frame)
    run.records[month] = record
    run.tell(ranking, judgement, written=True)
    if ranking.state == "final":
        log.info("score.month_final", month=month, digest=record.digest)


def revise(run: Run, month: str) -> None:
    """Make a revision of a final month, if a decision asks for one."""
    held = run.records[month]
    if held.ranking.state != "final" or not run.contests.may_concern(month, held.decided):
        return
    agency = run.agency
    frozen = ev.decode(agency.frozen_evidence(month, held.ranking.revision) or b"")
    about, listed = by_item(frozen.items), {unit.id for unit in frozen.units}
    decisions = run.contests.revising(month, about, listed, held.decided)
    if not decisions or held.ranking.as_of > run.now:
        return
    if run.waits(month, held.closes_at or closing_begins(month, agency.zone)):
        return
    if version_of(frozen.month.formula) is None:
        run.report.problems.append(
            f"{month} was ranked by formula {frozen.month.formula}, which this version does not "
            "know: revise it with the version that the month was ranked with"
        )
        return
    objections = run.contests.objections(month, about) or frozen.objections
    revised = _revised(run, frozen, held.digest, decisions, objections)
    # Another run may have frozen this revision before; then that one stands.
    encoded = agency.freeze_evidence(month, revised.month.revision, ev.encode(revised))
    _write_revision(run, held, ev.decode(encoded), ev.digest(encoded))


def _revised(
    run: Run,
    frozen: ev.Evidence,
    digest: str,
    decisions: Sequence[ev.Decision],
    objections: tuple[ev.Objection, ...],
) -> ev.Evidence:
    """The evidence of the next revision. ``digest``: of the frozen evidence that it revises."""
    header = msgspec.structs.replace(
        frozen.month,
        revision=frozen.month.revision + 1,
        as_of=run.now,
        run_id=run.report.run_id,
        revises=digest,
        reason="; ".join(dict.fromkeys(decision.why for decision in decisions)),
    )
    return msgspec.structs.replace(
        frozen,
        month=header,
        decisions=tuple(sorted((*frozen.decisions, *decisions), key=lambda d: (d.at, d.id))),
        objections=objections,
    )


def _write_revision(run: Run, held: MonthRecord, revised: ev.Evidence, digest: str) -> None:
    """Rank a month by revised evidence and store it over ``held``, what was ranked before."""
    agency, month = run.agency, revised.month.month
    judgement = judge_month(revised)
    ranking = rank(revised, judgement)
    ledgers = agency.ledgers(month)
    put_verdicts(ledgers, with_marks(revised, judgement))
    agency.save_ledgers(ledgers)
    run.hand_on(month, judgement, ledgers)
    agency.save_tail(month, run.tails[month])
    record = MonthRecord(
        ranking=ranking,
        digest=digest,
        previous_digest=held.previous_digest,
        closes_at=held.closes_at,
        changes=changes(held.ranking, ranking),
        decisions=revised.decisions,
        objections=revised.objections,
        rules=held.rules,
    )
    agency.save_month(record, revised.frame)
    run.records[month] = record
    run.tell(ranking, judgement, written=True)
    log.info("score.month_revised", month=month, revision=ranking.revision, digest=digest)


def _have_moved(ledgers: Ledgers, posts: Sequence[Post]) -> bool:
    """Whether a post's time has changed: the verdicts compared it at its old place."""
    before = [(post, ledgers.entry(post)) for post in posts]
    return any(entry and entry.post.published_at != post.published_at for post, entry in before)


def _last_scoring(
    run: Run, month: str, ledgers: Ledgers, posts: Sequence[Post]
) -> LastScoring | None:
    """The scoring that made the ledgers' verdicts; None: do not build on them."""
    held = run.records.get(month)
    if held is None or held.ranking.as_of > run.now:
        return None
    if ledgers.formula != formula_of(run.rules_of(month)):
        return None
    return LastScoring(held.ranking.as_of, {(post.account, post.post_id) for post in posts})


def _evidence(run: Run, month: str, ledgers: Ledgers, last: LastScoring | None) -> ev.Evidence:
    """What the month's ranking follows from, as known now."""
    agency, now, zone, carried = run.agency, run.now, run.agency.zone, run.carried(month)
    held, rules = run.records.get(month), run.rules_of(month)
    about = {} if run.contests.is_empty else _about(ledgers)
    objections = run.contests.objections(month, about)
    closes_at = run.closes_at(month, rules)
    incomplete = is_incomplete(month, zone, run.began_at)
    contested = is_contested(objections, closes_at)
    if not incomplete and (closes_at is None or not contested):
        run.waits(month, closes_at or closing_begins(month, zone))
    header = agency.header(
        month,
        formula=formula_of(rules),
        state=state_at(run.certain, closes_at, incomplete=incomplete, contested=contested),
        incomplete=incomplete,
        revision=held.ranking.revision if held else 1,
        as_of=now,
        run_id=run.report.run_id,
        closes_at=closes_at,
        previous_digest=_previous_digest(month, run.records),
        rules=rules,
    )
    frame = agency.frame(
        header,
        past=carried.past,
        before=run.records.get(previous_month(month)),
        objections=objections,
    )
    listed = {unit.id for unit in frame.units}
    decisions = run.contests.decisions(month, about, listed)
    begin = month_bounds(month, zone)[0]
    twins = find_twins(
        ledgers, carried, as_of=now, begin=begin, least=rules.duplicate_percent, last=last
    )
    return msgspec.structs.replace(frame, decisions=decisions, items=items(ledgers, now, twins))


def _about(ledgers: Mapping[str, Ledger]) -> PostsOfItems:
    """The month's posts as decisions name them."""
    return by_item(entry.post for ledger in ledgers.values() for entry in ledger.entries.values())


def _previous_digest(month: str, records: Mapping[str, MonthRecord]) -> str | None:
    finals = [
        record.digest
        for earlier, record in sorted(records.items())
        if earlier < month and record.ranking.state == "final"
    ]
    return finals[-1] if finals else None


def _is_unchanged(held: MonthRecord, ranking: Ranking, frame: ev.Evidence, lines: bytes) -> bool:
    """Whether only the time and name of the run differ from what is stored."""
    as_held = {"as_of": held.ranking.as_of, "run_id": held.ranking.run_id}
    month = msgspec.structs.replace(frame.month, **as_held)
    encoded = ev.encode(msgspec.structs.replace(frame, month=month)) + lines
    same = msgspec.structs.replace(ranking, **as_held)
    return held.ranking == same and held.digest == ev.digest(encoded)
