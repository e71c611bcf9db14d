"""What a run of the collect job says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from functions import log
from functions.collect.credentials import NEEDS
from functions.collect.planning.quota import Budget
from functions.collect.planning.requests import Plan
from functions.collect.reading.harvest import Harvest
from functions.collect.state import SyncState
from functions.jobs import rounds
from functions.jobs.tally import NOTHING
from functions.model import PLATFORMS, Platform, Roster, iso
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.store.pulse import Growth


class CollectReport(msgspec.Struct):
    """What a run did, per platform; ``failed``: nothing at all could be read. ``todo``: what has to
    be set up before anything can be. Told to nobody: ``states``, what the collector knows of each
    platform now, ``spent``, the budgets as the run left them, the ``roster`` it read by, and what
    has ``grown`` on each platform."""

    run_id: str
    now: datetime
    platforms: dict[Platform, dict[str, Any]] = msgspec.field(default_factory=dict)
    budgets: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    skipped: dict[str, str] = msgspec.field(default_factory=dict)
    problems: list[str] = msgspec.field(default_factory=list)
    failed: bool = False
    todo: str = ""
    cost: Mapping[str, int | float] = msgspec.field(default_factory=lambda: NOTHING)
    states: dict[Platform, SyncState] = msgspec.field(default_factory=dict)
    spent: Mapping[str, Budget] = msgspec.field(default_factory=dict)
    roster: Roster | None = None
    grown: Mapping[Platform, Growth] = msgspec.field(default_factory=dict)

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

    def has_fallen(self, platform: Platform, error: BaseException) -> None:
        """Tell that a platform's work fell over, which costs itself alone.

        Raises:
            StoreError: it was the store; or ``error`` as it is, where it ends the program.
        """
        if not isinstance(error, Exception) or isinstance(error, StoreError):
            raise error
        self.problems.append(f"{platform}: {type(error).__name__}: {error}")
        log.error("collect.platform_failed", platform=platform, error=repr(error))

    def conclude(self, ready: Sequence[Platform], roster: Roster) -> None:
        """Say whether the run failed, and what is to be set up; ``ready``: what could be read."""
        self.failed = self.failed or self._served_nobody(ready)
        self.todo = "" if ready else self._todo(roster)

    @property
    def asked_anything(self) -> bool:
        """Whether anything was asked of a platform, or handed on."""
        return any(s["requests"] or s["queued"] for s in self.platforms.values())

    @property
    def did_anything(self) -> bool:
        """Whether anything was asked, handed on, or taken in of what batches brought."""
        took = any(s.get("brought", {}).get("batches") for s in self.platforms.values())
        return self.asked_anything or took

    def save(self, agency: AgencyStore) -> None:
        """Keep the run, unless nothing was due: such a tick writes nothing."""
        if self.did_anything or (self.failed and not self.todo):
            text = log.clean(msgspec.json.encode(self.as_dict()).decode())
            said = {**msgspec.json.decode(text), "started_at": iso(self.now)}
            agency.save_run(self.run_id, said)

    def _served_nobody(self, ready: Sequence[Platform]) -> bool:
        """No platform is set up, all fell over, or none of those that were asked served.

        One platform alone, where others had nothing due, says nothing of the run: it may be down
        for hours, and asking again at once would not help. That none of several serves is likely
        ours.
        """
        tried = sum(summary["requests"] > 0 for summary in self.platforms.values())
        served = sum(summary["served"] for summary in self.platforms.values())
        alone = tried == 1 < len(ready)
        return not ready or not self.platforms or (tried > 0 and served == 0 and not alone)

    def _todo(self, roster: Roster) -> str:
        """What is to be set up where there is nothing that could be read."""
        if not roster.satker:
            return rounds.EMPTY
        if self.skipped:
            needs = ", or ".join(NEEDS[p] for p in PLATFORMS if p in self.skipped)
            return f"no platform has credentials; set {needs}"
        return "no unit has an account to read; add some with kiprah registry import FILE"


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
