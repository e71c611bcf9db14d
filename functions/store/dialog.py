"""How a month's questions were answered: ``dialog/{YYYY-MM}``, one body, counts alone.

A share or a median is None where too few threads stand behind it (``least_n``): whoever publishes
cannot show what is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

ThreadState = Literal["open", "answered", "late", "unanswered", "gone", "unmeasured"]


class AnsweredShare(msgspec.Struct, frozen=True, kw_only=True):
    """``hits`` of ``of``; ``lower`` and ``upper``: Wilson's interval, 95 %, in thousandths."""

    hits: int
    of: int
    lower: int
    upper: int


class Median(msgspec.Struct, frozen=True, kw_only=True):
    """The median of ``of`` times in minutes, with the order statistics that hold it in 95 %."""

    minutes: int
    lower: int
    upper: int
    of: int


class Figures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is told of a unit's threads of a month, or of its questions among them.

    Attributes:
        n: threads that are measured: neither gone nor unmeasured. None: fewer than ``least_n``,
            and nothing else is told either.
        by_first, by_last: answered by 24.00 of the first and of the last due day, of those whose
            day is over and of which a read has shown it. None: too few of them.
        median: from asking to answering, of those whose last day is over and that were answered.
            None: too few of them.
        unmeasured: those whose answers could not be read; beside ``n``.
        open: those of ``n`` whose last day is not over, or was so less than a day ago and no read
            has told yet.
        canned: one text answered ten or more threads within 24 hours.
    """

    n: int | None = None
    by_first: AnsweredShare | None = None
    by_last: AnsweredShare | None = None
    median: Median | None = None
    unmeasured: int = 0
    open: int = 0
    canned: bool = False


class UnitDialog(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit's month: its questions, and all its threads."""

    questions: Figures = Figures()
    threads: Figures = Figures()


class DayTally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a day's threads of an account came to, once nothing of it can change any more.

    For questions and for all threads: how many of each state, how many of them by the first due
    day, and the minutes to each answer.
    """

    states: Mapping[ThreadState, int] = {}
    question_states: Mapping[ThreadState, int] = {}
    first: int = 0
    question_first: int = 0
    minutes: tuple[int, ...] = ()
    question_minutes: tuple[int, ...] = ()
    canned: bool = False


class Dialog(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A month's figures, and of what they are made where the threads themselves are gone.

    Attributes:
        closed: the last due day of what was asked last is over, at least three working days after
            the month's end, and one day more; nothing is added any more.
        due_days, least_n: the settings that it was made by.
        units: by the unit's id. ``ministry``: all of them together.
        settled: by account and day; nothing of these days can change any more.
    """

    month: str
    as_of: datetime
    closed: bool = False
    due_days: tuple[int, int] = (1, 3)
    least_n: int = 20
    units: Mapping[str, UnitDialog] = {}
    ministry: UnitDialog = UnitDialog()
    settled: Mapping[str, Mapping[str, DayTally]] = {}
