"""A world in which people ask and units answer, and a reader that may miss reads.

The truth is known of each thread; what the reader keeps of it is all that the rule is given.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from functions.score.rules.listening.response import Due, Dues
from functions.store.dialog import ThreadState
from functions.store.threads import CommentThread

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
FOLLOWED = 21 * DAY


class Truth(NamedTuple):
    """What happened: asked, answered by the account (None: never), deleted (None: never)."""

    asked_at: datetime
    answered_at: datetime | None
    deleted_at: datetime | None
    question: bool

    def state(self, due: Due, now: datetime) -> ThreadState:
        """As somebody would say who sees everything."""
        if self.answered_at is not None and self.answered_at <= now:
            return "answered" if self.answered_at <= due[1] else "late"
        if self.deleted_at is not None and self.deleted_at < min(due[1], now):
            return "gone"
        return "open" if now < due[1] else "unanswered"


class Reader(NamedTuple):
    """Reads at whole hours past ``minute``; ``down``: those of which nothing came back."""

    minute: int = 0
    down: tuple[tuple[datetime, datetime], ...] = ()
    partial: float = 0.0

    def kept(self, random: Random, truth: Truth, now: datetime) -> CommentThread | None:
        """What is kept of a thread by ``now``; None: nobody ever saw it."""
        seen = gone_at = checked_at = None
        at = truth.asked_at.replace(minute=self.minute, second=0) + HOUR
        while at <= min(now, truth.asked_at + FOLLOWED):
            if not any(begin <= at < end for begin, end in self.down):
                is_there = truth.deleted_at is None or at < truth.deleted_at
                if not is_there and seen is None:
                    return None
                if not is_there:
                    gone_at = at
                    break
                seen = at
                if truth.answered_at is not None and truth.answered_at <= at:
                    break
                if random.random() >= self.partial:
                    checked_at = at
            at += HOUR
        if seen is None:
            return None
        is_answered = truth.answered_at is not None and truth.answered_at <= seen
        return CommentThread(
            asked_at=truth.asked_at,
            question=truth.question,
            answered_at=truth.answered_at if is_answered else None,
            answered_by="own" if is_answered else None,
            answer=f"{random.getrandbits(64):016x}" if is_answered else None,
            gone_at=gone_at,
            checked_at=checked_at,
        )


def asked(random: Random, begin: datetime, end: datetime, dues: Dues) -> Truth:
    """A thread of some instant. Most are answered, by a lognormal time; some deleted."""
    at = begin + random.randrange(int((end - begin).total_seconds())) * timedelta(seconds=1)
    answered = deleted = None
    if random.random() < 0.75:
        answered = at + MINUTE * int(min(random.lognormvariate(6.2, 1.6), 30_000))
    if random.random() < 0.08:
        deleted = at + HOUR * random.randrange(1, 200)
        if answered is not None and answered >= deleted:
            answered = None
    elif random.random() < 0.05:  # on the last minute, or just after it
        answered = dues(at)[1] + MINUTE * random.choice((-1, 0, 1))
    return Truth(at, answered, deleted, random.random() < 0.5)
