"""The score job: fold what changed into ledgers, then rank every month that is not frozen.

A month's ledgers are read once, take in what changed and the verdicts that follow, and are written
once. A run with nothing new writes nothing. A final month is never touched again: a decision on one
of its posts makes a revision beside it.

A run that reaches its deadline leaves its later months to the next run, which goes on with them;
the run after that begins with the oldest month again. Only a run that has scored through to the
newest month notes how far it has read; until then each run reads the same changes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from functions.jobs import rounds
from functions.jobs.deadline import NEVER, Deadline
from functions.jobs.tally import NOTHING, Tally
from functions.model import Post, iso, month_of, previous_month
from functions.notify.notifier import Notifier
from functions.score import notices
from functions.score.forgetting import forget_frozen
from functions.score.keeping import keep_needed
from functions.score.listening.job import listen
from functions.score.month import revise, score_month
from functions.score.rules.closing import months_between
from functions.score.rules.fold import fold_into
from functions.score.run import Run, ScoreReport, is_frozen
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, until_written
from functions.times import present

OVERLAP = timedelta(minutes=10)  # writers whose clocks and commits overlap
INSTANT = timedelta(microseconds=1)
ATTEMPTS = 5  # where other instances score at the same time


def score_all(
    agencies: Sequence[AgencyStore],
    *,
    now: datetime,
    run_id: str,
    clock: Callable[[], datetime] = present,
    deadline: Deadline = NEVER,
    notifier: Notifier | None = None,
) -> dict[str, Any]:
    """Score every agency; returns the run's report, as ``rounds.each`` puts it together.

    ``notifier``: tells units what concerns them; None: nobody is told.
    """
    return rounds.each(
        agencies,
        lambda agency: score(
            agency, now=now, run_id=run_id, clock=clock, deadline=deadline, notifier=notifier
        ).as_dict(),
        job="score",
        run_id=run_id,
        now=now,
        deadline=deadline,
    )


def score(
    agency: AgencyStore,
    *,
    now: datetime,
    run_id: str,
    clock: Callable[[], datetime] = present,
    deadline: Deadline = NEVER,
    notifier: Notifier | None = None,
) -> ScoreReport:
    """Bring ledgers and rankings up to ``now``; StoreError when the store cannot be used.

    ``clock``: the computer's. A month closes or freezes only when its time is over by ``now``, by
    this clock, and by the platforms' clocks at the end of a collection.
    """
    report, tally = ScoreReport(run_id, now), Tally(agency.store.meter)
    run = Run(agency, now, report, agency.months(), clock())
    # The store stamps by the present, even where ``now`` is given.
    cursor, collected = agency.cursors("score", "collect")
    changed = _changes(agency, cursor, min(now, run.clock), report.problems)
    began, until = collected.get("began_at"), collected.get("read_until")
    if until is not None:
        run.read_until = datetime.fromisoformat(until)
    if began is not None:
        run.began_at = datetime.fromisoformat(began)
        months = [*months_between(run.began_at, now, agency.zone)]
        if changed.going_on not in months:  # a replay of an earlier time
            changed = replace(changed, going_on="")
        report.postponed = _score_months(run, months, changed, deadline)
    elif not run.records:
        roster = agency.roster(now)
        report.todo = rounds.UNREAD if roster and roster.satker else rounds.EMPTY
    # Compared in every run: one that died after it had written a month is made good by the next.
    agency.save_month_index(run.records)
    if report.postponed:
        _leave(run, report.postponed[0])
    else:
        told = notices.put(run, notifier, cursor) if notifier else {}
        kept = {**keep_needed(run, cursor), **forget_frozen(run, cursor)} if began else {}
        _conclude(run, changed, {**kept, **told})
        if began:
            listen(run, notifier)
        agency.sweep(min(now, run.clock))
    if notifier is not None:
        report.problems += notices.deliver(run, notifier)
    report.cost = {**NOTHING, **tally.so_far()}
    if report.writes:
        agency.save_run(run_id, {**report.as_dict(), "started_at": iso(now)})
    return report


def _score_months(
    run: Run, months: Sequence[str], changed: _Changes, deadline: Deadline
) -> list[str]:
    """Score the months in their order, each with its changed posts; returns the months left over.

    At least one month is scored, so that each run gets further. Months that an earlier run scored
    before it was cut short only take in their changed posts.
    """
    is_begun = False
    for number, month in enumerate(months):
        if is_begun and deadline.is_over:
            return [*months[number:]]
        if is_frozen(run.records.get(month), run.now):
            revise(run, month)
        elif month < changed.going_on:
            _only_fold(run, month, changed.posts.pop(month, ()))
        else:
            _with_patience(run, month, changed.posts.pop(month, ()))
            is_begun = True
    return []


def _leave(run: Run, month: str) -> None:
    """Note with which month the next run goes on, and what it takes over from the one before."""
    before = previous_month(month)
    if before in run.tails:
        run.agency.save_tail(before, run.tails[before])
    run.agency.save_cursor("score", left=month)


def _conclude(run: Run, changed: _Changes, kept: Mapping[str, Any]) -> None:
    """Fold the remaining posts, answer the admins, and note how far this run has read.

    The remaining posts are of months that were not scored. ``kept``: what to note of what is kept.
    """
    agency = run.agency
    for month, posts in sorted(changed.posts.items()):
        _only_fold(run, month, posts)
    if not changed.going_on:  # else some decisions' posts were not seen
        run.contests.close()
        agency.tell_admin([*run.contests.told, *run.agreed.told(run.records, run.now)])
        run.report.problems += [*run.agreed.problems, *run.contests.problems]
    # Written last: when a run dies before this, the next one sees the same changes.
    left = {"left": None} if changed.going_on else {}
    if changed.cursor or left or kept:
        agency.save_cursor("score", **changed.cursor, **left, **kept)


@dataclass(frozen=True, slots=True)
class _Changes:
    """The posts that changed since the last run, by month, and where the next is to go on.

    ``cursor``: the newest stamp that was read, and whether no writer can add anything before it any
    more; empty when nothing changed. ``going_on``: the month at which the last run was cut short;
    empty when it was not.
    """

    posts: dict[str, list[Post]]
    cursor: Mapping[str, Any]
    going_on: str = ""


def _changes(
    agency: AgencyStore, held: Mapping[str, Any], now: datetime, broken: list[str]
) -> _Changes:
    """``held``: where the last run stopped."""
    reached = since = None
    if "reached" in held:
        reached = datetime.fromisoformat(held["reached"])
        # Clocks differ and commits overlap: another writer may have added a stamp before the
        # newest one since, unless that was old enough when it was read (``settled``).
        since = reached + INSTANT if held.get("settled") else reached - OVERLAP
    posts: dict[str, list[Post]] = defaultdict(list)
    newest = reached
    for changed_at, post in agency.changed_posts(since, broken):
        newest = changed_at if newest is None else max(newest, changed_at)
        posts[month_of(post.published_at, agency.zone)].append(post)
    going_on = str(held.get("left") or "")
    if newest is None or newest == reached:
        return _Changes(posts, {}, going_on)
    cursor = {"reached": newest.isoformat(), "settled": newest <= now - OVERLAP}
    return _Changes(posts, cursor, going_on)


def _only_fold(run: Run, month: str, posts: Sequence[Post]) -> None:
    """Fold changed posts into a month that is not scored now; a final month stays as it is."""
    is_final = month in run.records and run.records[month].ranking.state == "final"
    if is_final or not posts:
        return

    def fold() -> int:
        ledgers = run.agency.ledgers(month)
        news = fold_into(ledgers, posts)
        ledgers.formula = None  # its verdicts are about the posts as they were before
        run.agency.save_ledgers(ledgers)
        return news

    run.report.folded += until_written(fold, ATTEMPTS)


def _with_patience(run: Run, month: str, posts: Sequence[Post]) -> None:
    """Score a month, from the start again where another instance wrote at the same time."""
    for left in reversed(range(ATTEMPTS)):
        try:
            score_month(run, month, posts)
        except Conflict:
            run.records.update(run.agency.months())
            if is_frozen(run.records.get(month), run.now):
                _only_fold(run, month, posts)
                return
            if not left:
                raise
        else:
            return
