"""How a job of Cloud Scheduler stands, in words: its state, its last attempt, what differs.

It reads a Job message in protobuf's own form and accepts any content: a time that is not set or not
valid is unknown; an unknown state or code is told by its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.model import iso
from functions.settings.cadence import CADENCES

_LONGEST = 300  # characters of anything that the Scheduler says
_STATES = {0: "in no known state", 1: "enabled", 2: "paused", 3: "disabled", 4: "update failed"}
ENABLED, PAUSED = 1, 2

# What the last attempt's gRPC code means for a job whose target is a function.
_RESULTS = {
    1: "cancelled",
    2: "failed for no named reason; see the function's log",
    3: "the function refused the request (400)",
    4: "deadline exceeded: no answer in time; see the function's log",
    5: "not found (404): the function is not where the job calls it; run terraform apply",
    6: "a conflict (409)",
    7: "permission denied (403): give the job's account the role Cloud Run Invoker on the function",
    8: "too many requests (429): no instance was free",
    9: "a precondition failed",
    10: "a conflict (409)",
    11: "out of range",
    12: "not implemented (501)",
    13: "the function failed (500); see its log",
    14: "the function was unavailable (503); see its log",
    15: "data loss",
    16: "not authenticated (401): the job has no OIDC token that the function takes",
}


@dataclass(frozen=True, slots=True)
class JobStanding:
    """How one job stands; times are ISO-8601 in UTC, None where the Scheduler does not say.

    ``result``: of the last attempt, in words. ``remarks``: what differs from what is meant, or
    needs somebody. ``ok``: the job exists, works or is paused, and its last attempt went well.
    """

    job: str
    name: str
    state: str
    schedule: str = ""
    zone: str = ""
    last_attempt: str | None = None
    result: str = ""
    next_run: str | None = None
    remarks: tuple[str, ...] = ()
    ok: bool = True

    @property
    def line(self) -> str:
        """Everything in one line."""
        if self.state == "missing":
            return f"{self.job}: {'; '.join(self.remarks)}"
        attempt = f"last attempt {self.last_attempt}: {self.result}"
        said = [self.state, f"{self.schedule} {self.zone}".strip()]
        said.append(attempt if self.last_attempt else self.result)
        if self.state != "paused":
            said.append(f"next run {self.next_run or 'unknown'}")
        return f"{self.job}: {'; '.join([*said, *self.remarks])}"


def standing(job: str, name: str, held: Any) -> JobStanding:
    """What the Scheduler's answer says of a job; ``held``: the message."""
    state = int(held.state)
    last = _time(held, "last_attempt_time")
    result, went_well = _result(held, last)
    remarks = _differences(job, held)
    if state in (3, 4) or state not in _STATES:
        remarks.append("it does not run; run terraform apply")
    return JobStanding(
        job,
        name,
        state_name(state),
        schedule=plain(held.schedule) or "no schedule",
        zone=plain(held.time_zone) or "UTC",
        last_attempt=last,
        result=result,
        next_run=_time(held, "schedule_time"),
        remarks=tuple(remarks),
        ok=went_well and state in (ENABLED, PAUSED),
    )


def _result(held: Any, last: str | None) -> tuple[str, bool]:
    """How the last attempt ended, in words, and whether that was well."""
    code = int(held.status.code)
    if code == 0:
        return ("went well" if last else "never run yet"), True
    words, said = _RESULTS.get(code, f"code {code}"), plain(held.status.message)
    return (f"{words} ({said})" if said else words), False


def _differences(job: str, held: Any) -> list[str]:
    """How the job differs from cadence.json, which Terraform follows."""
    meant, found = CADENCES[job], []
    if plain(held.schedule) != meant.schedule:
        found.append(f"differs from the cadence, which is {meant.schedule}; run terraform apply")
    seconds = held.attempt_deadline.seconds if held.HasField("attempt_deadline") else 180
    if seconds < meant.timeout:
        found.append(
            f"waits {seconds} s for an answer, and a run may take {meant.timeout} s; "
            "run terraform apply"
        )
    return found


def _time(held: Any, field: str) -> str | None:
    """A timestamp of an answer; None when it is not set or cannot be."""
    if not held.HasField(field):
        return None
    try:
        return iso(datetime.fromtimestamp(getattr(held, field).seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def state_name(state: int) -> str:
    """A state in words."""
    return _STATES.get(state, f"in the unknown state {state}")


def plain(said: str) -> str:
    """What the Scheduler says, in one line that a terminal can show."""
    return "".join(c if c.isprintable() else " " for c in said[: 4 * _LONGEST]).strip()[:_LONGEST]
