"""The score job: fold what changed into ledgers, then rank every month that is not frozen.

A month's ledgers are read once, take in what changed and the verdicts that follow, and are written
once. A run with nothing new writes nothing. A final month is never touched again: a decision on one
of its posts makes a revision beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions import agencies
from functions.model import Post, iso, month_of
from functions.score.fold import fold_into
from functions.score.keeping import keep_needed
from functions.score.months import months_between
from functions.score.revising import revise
from functions.score.run import Report, Run, is_frozen
from functions.score.scoring import score_month
from functions.store.agency import AgencyStore
from functions.store.port import Conflict
from functions.times import present

OVERLAP = timedelta(minutes=10)  # writers whose clocks and commits overlap
INSTANT = timedelta(microseconds=1)
ATTEMPTS = 5  # where other instances score at the same time


def score_all(
    books: Sequence[AgencyStore],
    *,
    now: datetime,
    run_id: str,
    clock: Callable[[], datetime] = present,
) -> dict[str, Any]:
    """Score every agency; returns the run's report, as ``agencies.each`` puts it together."""
    return agencies.each(
        books,
        lambda book: score(book, now=now, run_id=run_id, clock=clock).as_dict(),
        job="score",
        run_id=run_id,
        now=now,
    )


def score(
    book: AgencyStore,
    *,
    now: datetime,
    run_id: str,
    clock: Callable[[], datetime] = present,
) -> Report:
    """Bring ledgers and rankings up to ``now``; StoreError when the store cannot be used.

    ``clock``: the computer's. Nothing is closed or frozen but what lies behind it as well, and
    behind the end of a collection by the platforms' clocks.
    """
    report = Report(run_id, now)
    reads, writes = book.store.meter.reads, book.store.meter.writes
    run = Run(book, now, report, book.months(), clock())
    # The store's stamps know nothing of an instant that was given.
    cursor = book.cursor("score")
    changed = _changes(book, cursor, min(now, run.clock), report.problems)
    collected = book.cursor("collect")
    began, until = collected.get("began_at"), collected.get("read_until")
    if until is not None:
        run.read_until = datetime.fromisoformat(until)
    if began is not None:
        run.began_at = datetime.fromisoformat(began)
        for month in months_between(run.began_at, now, book.agency.zone):
            if is_frozen(run.records.get(month), now):
                revise(run, month)
            else:
                _with_patience(run, month, changed.posts.pop(month, ()))
    for month, posts in sorted(changed.posts.items()):
        _only_fold(run, month, posts)
    run.docket.close()
    book.tell_admin([*run.docket.told, *run.agreed.told(run.records, now)])
    report.problems += [*run.agreed.problems, *run.docket.problems]
    # Last of all: a run that died before is made good by the next, which sees the same changes.
    kept = keep_needed(run, cursor) if began else {}
    if changed.cursor or kept:
        book.save_cursor("score", **changed.cursor, **kept)
    book.sweep(min(now, run.clock))
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


def _changes(
    book: AgencyStore, held: Mapping[str, Any], now: datetime, broken: list[str]
) -> _Changes:
    """``held``: where the last run stopped."""
    reached = since = None
    if "reached" in held:
        reached = datetime.fromisoformat(held["reached"])
        # Writers whose clocks and commits overlap may have added behind the newest stamp since,
        # unless it lay so far back that they were done.
        since = reached + INSTANT if held.get("settled") else reached - OVERLAP
    posts: dict[str, list[Post]] = defaultdict(list)
    newest = reached
    for changed_at, post in book.changed_posts(since, broken):
        newest = changed_at if newest is None else max(newest, changed_at)
        posts[month_of(post.published_at, book.agency.zone)].append(post)
    if newest is None or newest == reached:
        return _Changes(posts, {})
    return _Changes(posts, {"reached": newest.isoformat(), "settled": newest <= now - OVERLAP})


def _only_fold(run: Run, month: str, posts: Sequence[Post]) -> None:
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


def _with_patience(run: Run, month: str, posts: Sequence[Post]) -> None:
    """Score a month, from the start again where another instance wrote at the same time."""
    for left in reversed(range(ATTEMPTS)):
        try:
            score_month(run, month, posts)
        except Conflict:
            run.records.update(run.book.months())
            if is_frozen(run.records.get(month), run.now):
                _only_fold(run, month, posts)
                return
            if not left:
                raise
        else:
            return
