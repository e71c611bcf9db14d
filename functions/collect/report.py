"""What a run of the collect job says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from functions.collect.planning.quota import Budget
from functions.collect.planning.requests import Plan
from functions.collect.reading.reader import Harvest
from functions.collect.state import Note
from functions.jobs.tally import NOTHING
from functions.model import Platform, iso


class CollectReport(msgspec.Struct):
    """What a run did, per platform; ``failed``: nothing at all could be read. ``todo``: what has to
    be set up before anything can be. Told to nobody: ``notes``, what the collector knows of each
    platform now, and ``spent``, the budgets as the run left them."""

    run_id: str
    now: datetime
    platforms: dict[Platform, dict[str, Any]] = msgspec.field(default_factory=dict)
    budgets: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    skipped: dict[str, str] = msgspec.field(default_factory=dict)
    problems: list[str] = msgspec.field(default_factory=list)
    failed: bool = False
    todo: str = ""
    cost: Mapping[str, int | float] = msgspec.field(default_factory=lambda: NOTHING)
    notes: dict[Platform, Note] = msgspec.field(default_factory=dict)
    spent: Mapping[str, Budget] = msgspec.field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "job": "collect",
            "run_id": self.run_id,
            "now": iso(self.now),
            "platforms": self.platforms,
            "budgets": self.budgets,
            "skipped": self.skipped,
            "problems": self.problems,
            **self.cost,
            **price_of(self.platforms),
            "failed": self.failed,
            **({"todo": self.todo} if self.todo else {}),
        }


def price_of(platforms: Mapping[Platform, dict[str, Any]]) -> dict[str, int | float]:
    """The calls of some platforms' summaries, and what the platforms charge for them."""
    mills = sum(sum(s.get("mills", {}).values()) for s in platforms.values())
    return {"calls": sum(s["requests"] for s in platforms.values()), "dollars": mills / 1000}


def summary_of(
    plan: Plan,
    harvest: Harvest,
    *,
    stopped: Mapping[str, str] | None = None,
    requests: int = 0,
    skipped: int = 0,
    queued: int = 0,
) -> dict[str, Any]:
    """A platform's part of the report.

    ``mills`` is what was paid for by the piece, in thousandths of a dollar: posts, users, counts.
    ``given_up`` is what the budgets did not allow, ``skipped`` what a limit or the end of the run's
    time cut off, ``queued`` the batches that were handed on instead of being worked off.
    """
    counts = harvest.counts
    return {
        "requests": requests,
        "queued": queued,
        "planned": {
            "sweeps": len(plan.sweeps),
            "lookups": len(plan.lookups),
            "profiles": len(plan.profiles),
            "counts": len(plan.counts),
        },
        **{
            name: counts[name]
            for name in (
                "accounts_read",
                "accounts_wrong",
                "posts_read",
                "posts_found",
                "samples_kept",
                "absences",
                "items_broken",
                "requests_failed",
                "consents_busy",
                "counts_read",
            )
        },
        **({"mills": dict(sorted(harvest.spent.items()))} if harvest.spent else {}),
        "given_up": dict(plan.given_up),
        "skipped": skipped,
        "stopped": dict(stopped or {}),
        # To be told that an account is wrong is an answer, too; that it gave no consent is none.
        "served": counts["answers"] > 0,
    }
