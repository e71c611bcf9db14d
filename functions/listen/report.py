"""What a run of listening says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from functions.jobs.tally import NOTHING
from functions.model import Platform, iso

JOB = "listen"
OFF = "off: settings/listening names no query (x_volume) and no comments to read"


class CommentsReport(msgspec.Struct):
    """What came of reading a platform's comments.

    ``accounts``: read. ``left``: that were due and not looked at, for want of time, money, consent
    or a credential. ``threads``: that nobody had seen before. ``answers``, ``gone``: threads
    that were answered, or are gone, since the look before. ``cost``: in ``unit``, what listening
    pays in there (thousandths of a dollar, units, calls). ``todo``: what has to be set up before
    anything is read. ``failed``: credentials were refused, and nothing was read.
    """

    accounts: int = 0
    left: int = 0
    threads: int = 0
    answers: int = 0
    gone: int = 0
    calls: int = 0
    cost: int = 0
    unit: str = "calls"
    todo: str = ""
    failed: bool = False
    problems: list[str] = msgspec.field(default_factory=list)

    def say(self, problem: str) -> None:
        """Note what went wrong, once."""
        if problem not in self.problems:
            self.problems.append(problem)


class ListenReport(msgspec.Struct):
    """What a run did for an agency.

    ``queries``: by name, each one's state and, of one that was asked, how many hours are new;
    ``comments``: by platform, what came of reading them; ``dollars``: what was paid for.
    ``failed``: a platform refused every credential that was tried. ``todo``: what has to be set up
    before everything that is wanted can be done.
    """

    run_id: str
    now: datetime
    queries: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    comments: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    calls: int = 0
    dollars: float = 0
    problems: list[str] = msgspec.field(default_factory=list)
    todo: str = ""
    failed: bool = False
    cost: Mapping[str, int | float] = msgspec.field(default_factory=lambda: NOTHING)

    def add(self, comments: Mapping[Platform, CommentsReport]) -> None:
        """Add what came of reading comments."""
        todo = [self.todo] if self.todo else []
        for platform, one in comments.items():
            self.comments[platform] = {
                name: value for name, value in msgspec.to_builtins(one).items() if value != ""
            }
            self.problems += one.problems
            self.calls += one.calls
            self.dollars += one.cost / 1000 if one.unit == "mills" else 0
            self.failed = self.failed or one.failed
            todo += [f"{platform}: {one.todo}"] if one.todo else []
        self.dollars = round(self.dollars, 3)
        # Who fails is not waiting for anything to be set up.
        self.todo = "" if self.failed else "; ".join(todo)

    def as_dict(self) -> dict[str, Any]:
        return {
            "job": JOB,
            "run_id": self.run_id,
            "now": iso(self.now),
            "queries": self.queries,
            "comments": self.comments,
            "problems": self.problems,
            **self.cost,
            "calls": self.calls,
            "dollars": self.dollars,
            "failed": self.failed,
            **({"todo": self.todo} if self.todo else {}),
        }


def switched_off(run_id: str, now: datetime) -> dict[str, Any]:
    """The report of a run that had nothing to do for any agency."""
    return {**ListenReport(run_id, now).as_dict(), "done": OFF}
