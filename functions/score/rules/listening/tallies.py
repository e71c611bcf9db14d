"""How threads were answered, counted: a day's, a unit's, a ministry's.

Pure: no I/O, no clock. Counts of days add up to those of a month, so that a day which cannot change
any more may be kept as its counts (``DayTally``) after its threads are gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil, floor
from typing import NamedTuple

from functions.score.rules.listening.intervals import median_place, wilson
from functions.score.rules.listening.response import Judged
from functions.store.dialog import (
    AnsweredShare,
    DayTally,
    Figures,
    Median,
    ThreadState,
    UnitDialog,
)

CANNED = 10  # threads that one text answered
CANNED_WITHIN = timedelta(hours=24)
_MEASURED: tuple[ThreadState, ...] = ("answered", "late", "unanswered")
_MINUTE = timedelta(minutes=1)


class Counted(NamedTuple):
    """Threads, counted.

    ``first``: answered by the first due day, of ``known`` of which that is known. ``last``:
    answered by the last due day, of ``over``, the measured ones whose last due day is over.
    ``minutes``: from asking to answering, of those of ``over`` that were answered.
    """

    states: Mapping[ThreadState, int]
    first: int
    known: int
    last: int
    over: int
    minutes: tuple[int, ...]


class ThreadTally(NamedTuple):
    """Some threads, and the questions among them. ``answers``: by what text each was answered, and
    when; ``canned``: one such text answered many."""

    threads: Counted
    questions: Counted
    answers: tuple[tuple[str, datetime], ...] = ()
    canned: bool = False

    @property
    def is_final(self) -> bool:
        """Whether no thread is open."""
        return not self.threads.states.get("open")


def tally(judged: Iterable[Judged]) -> ThreadTally:
    """Count threads."""
    held = [*judged]
    return ThreadTally(
        threads=_counted(held),
        questions=_counted(each for each in held if each.thread.question),
        answers=tuple(
            (thread.answer, thread.answered_at)
            for thread, *_ in held
            if thread.answer is not None and thread.answered_at is not None
        ),
    )


def marked(tallies: Sequence[ThreadTally]) -> list[ThreadTally]:
    """A unit's tallies, ``canned`` where a text is among their answers that answered ten or more
    threads of them all within 24 hours."""
    instants: dict[str, list[datetime]] = defaultdict(list)
    for each in tallies:
        for text, at in each.answers:
            instants[text].append(at)
    texts = {text for text, at in instants.items() if _is_crowded(sorted(at))}
    return [
        each._replace(canned=each.canned or any(text in texts for text, _ in each.answers))
        for each in tallies
    ]


def told(tallies: Sequence[ThreadTally], least_n: int) -> UnitDialog:
    """What is told of threads: nothing of fewer than ``least_n`` that are measured."""
    is_canned = any(each.canned for each in tallies)
    return UnitDialog(
        questions=_figures((each.questions for each in tallies), least_n, is_canned=is_canned),
        threads=_figures((each.threads for each in tallies), least_n, is_canned=is_canned),
    )


def kept(day: ThreadTally) -> DayTally:
    """The counts of a day that cannot change any more."""
    return DayTally(
        states=day.threads.states,
        question_states=day.questions.states,
        first=day.threads.first,
        question_first=day.questions.first,
        minutes=day.threads.minutes,
        question_minutes=day.questions.minutes,
        canned=day.canned,
    )


def tally_of(day: DayTally) -> ThreadTally:
    """The counts that were kept of a day."""
    return ThreadTally(
        threads=_settled(day.states, day.first, day.minutes),
        questions=_settled(day.question_states, day.question_first, day.question_minutes),
        canned=day.canned,
    )


def _figures(counted: Iterable[Counted], least_n: int, *, is_canned: bool) -> Figures:
    all = _together(counted)
    n = _measured(all.states) + all.states.get("open", 0)
    if n < max(least_n, 1):
        return Figures()
    return Figures(
        n=n,
        by_first=_share(all.first, all.known, least_n),
        by_last=_share(all.last, all.over, least_n),
        median=_median(sorted(all.minutes), least_n),
        unmeasured=all.states.get("unmeasured", 0),
        open=n - all.over,
        canned=is_canned,
    )


def _settled(states: Mapping[ThreadState, int], first: int, minutes: tuple[int, ...]) -> Counted:
    """Of every thread that is measured it is known whether its due days were kept."""
    measured = _measured(states)
    return Counted(states, first, measured, states.get("answered", 0), measured, minutes)


def _measured(states: Mapping[ThreadState, int]) -> int:
    return sum(states.get(name, 0) for name in _MEASURED)


def _counted(judged: Iterable[Judged]) -> Counted:
    states: Counter[ThreadState] = Counter()
    first, known, last, over, minutes = 0, 0, 0, 0, []
    for thread, state, by_first, is_over in judged:
        states[state] += 1
        known += by_first is not None
        first += by_first is True
        if not is_over or state not in _MEASURED:
            continue
        over += 1
        last += state == "answered"
        if thread.answered_at is not None:
            minutes.append((thread.answered_at - thread.asked_at) // _MINUTE)
    return Counted(dict(states), first, known, last, over, tuple(sorted(minutes)))


def _together(counted: Iterable[Counted]) -> Counted:
    states: Counter[ThreadState] = Counter()
    first, known, last, over, minutes = 0, 0, 0, 0, list[int]()
    for each in counted:
        states.update(each.states)
        first += each.first
        known += each.known
        last += each.last
        over += each.over
        minutes += each.minutes
    return Counted(states, first, known, last, over, tuple(minutes))


def _is_crowded(instants: list[datetime]) -> bool:
    """Whether so many of them, in order, lie within 24 hours."""
    pairs = zip(instants, instants[CANNED - 1 :], strict=False)
    return any(last - first <= CANNED_WITHIN for first, last in pairs)


def _share(hits: int, of: int, least_n: int) -> AnsweredShare | None:
    """The bounds are rounded away from the share, so that they hold what they held."""
    if of < max(least_n, 1):
        return None
    lower, upper = wilson(hits, of)
    return AnsweredShare(hits=hits, of=of, lower=floor(1000 * lower), upper=ceil(1000 * upper))


def _median(minutes: list[int], least_n: int) -> Median | None:
    n = len(minutes)
    place = median_place(n) if n >= max(least_n, 1) else None
    if place is None:
        return None
    middle = (minutes[(n - 1) // 2] + minutes[n // 2]) // 2
    return Median(minutes=middle, lower=minutes[place - 1], upper=minutes[n - place], of=n)
