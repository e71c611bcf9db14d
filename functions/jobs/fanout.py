"""A job for many agencies, handed out: one task for each agency in the queue PREFIX-jobs.

The scheduled call does no agency's work. It puts a task for each agency, named by the job, the
scheduled instant and the agency, so that a trigger that comes twice puts no task twice. Cloud Tasks
calls this same function with each task, and each call is a run of its own: when an agency's run
fails it answers 500, the queue tries it again, and no other agency notices. The queue's settings
decide how many tasks run at once, and so how long six hundred take.

A task expires at the next tick, whose own task does the same work anew: a task that arrives later
is answered with 200 and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from functions.jobs.queue import Enqueued, QueueError, open_queue
from functions.jobs.rounds import Report
from functions.jobs.trigger import BadRequestError, Trigger
from functions.model import iso, run_id
from functions.settings import Settings
from functions.settings.cadence import CADENCES
from functions.store.agency import AgencyStore

QUEUE = "jobs"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a task says beside its agency.

    Attributes:
        tick: the scheduled instant, by which the run is named.
        expires_at: the next tick.
        share: what the agency may take of shared credentials (collecting alone).
    """

    tick: datetime
    expires_at: datetime
    share: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.tick.tzinfo is None or self.expires_at.tzinfo is None:
            raise ValueError("tick and expires_at need a UTC offset")


class ScheduledTick(msgspec.Struct, frozen=True):
    """The tick of a cadence that a trigger belongs to.

    ``at``: the scheduled instant. ``now``: the instant to run the job for; None: the clock's.
    """

    at: datetime
    every: timedelta
    now: datetime | None = None

    @property
    def following(self) -> datetime:
        """The next tick."""
        return self.at + self.every

    @classmethod
    def of(cls, trigger: Trigger, every: timedelta) -> ScheduledTick:
        """The tick that Cloud Scheduler names, else the one in which ``now`` lies."""
        return cls.at_or_in(
            trigger.now, every, scheduled_at=trigger.scheduled_at, given=trigger.given
        )

    @classmethod
    def at_or_in(
        cls,
        now: datetime,
        every: timedelta,
        *,
        scheduled_at: datetime | None = None,
        given: bool = False,
    ) -> ScheduledTick:
        """The scheduled tick, or the one of the cadence in which ``now`` lies."""
        if scheduled_at is not None and not given:
            return cls(scheduled_at, every)
        return cls(EPOCH + (now - EPOCH) // every * every, every, now if given else None)


class Errand(msgspec.Struct, frozen=True):
    """One agency's run, as the queue takes it."""

    job: str
    agency: str
    task: Task
    wishes: Mapping[str, Any] = msgspec.field(default_factory=dict)

    @property
    def queue(self) -> str:
        """All jobs share one."""
        return QUEUE

    @property
    def name(self) -> str:
        """The same for every delivery of one trigger."""
        return f"{self.job}/{iso(self.task.tick)}/{self.agency}"

    def body(self) -> bytes:
        """A trigger for this agency alone."""
        said = {"agency": self.agency, **self.wishes, "task": self.task}
        return msgspec.json.encode(said, order="deterministic")


def is_wanted(settings: Settings, agencies: Sequence[AgencyStore]) -> bool:
    """Whether a run for these agencies is one for the queue."""
    return bool(settings.queue) and len(agencies) > 1


def task_of(trigger: Trigger) -> Task | None:
    """The task that a trigger carries; None when it carries none.

    Raises:
        BadRequestError: it is no task of ours; trying again is no use.
    """
    if "task" not in trigger.body:
        return None
    if trigger.agency is None:
        raise BadRequestError("a task is for one agency; name it")
    try:
        return msgspec.convert(trigger.body["task"], Task)
    except msgspec.ValidationError as error:
        raise BadRequestError(f"this is no task of ours: {error}") from None


def hand_out(
    job: str,
    agencies: Sequence[str],
    settings: Settings,
    tick: ScheduledTick,
    *,
    now: datetime,
    shares: Mapping[str, Any] | None = None,
    wishes: Mapping[str, Any] | None = None,
) -> Report:
    """Put a task for each agency, in their order; the report says how many were put.

    The report has failed when a task could not be put. The same trigger, sent again, puts only the
    missing ones.

    Args:
        agencies: their ids.
        now: the clock's instant, or the one to replay.
        shares: each agency's share of the credentials; None: the job needs none.
        wishes: further fields of each agency's trigger.
    """
    report: Report = {"job": job, "run_id": run_id(job, tick.at), "now": iso(now)}
    if now >= tick.following:
        return {**report, "done": "too late", "problems": [], "failed": False}
    replay = {} if tick.now is None else {"now": iso(tick.now)}
    errands = [
        Errand(job, agency, _task(tick, shares and shares[agency]), {**replay, **(wishes or {})})
        for agency in agencies
    ]
    try:
        put = _put(errands, settings, timedelta(seconds=CADENCES[job].timeout))
    except QueueError as error:
        return {**report, "queued": 0, "problems": [str(error)], "failed": True}
    lost = [errand.agency for errand, _ in put.failed]
    return {
        **report,
        "queued": len(put.new),
        "known": len(put.known),
        "lost": lost,
        "problems": put.problems,
        "failed": bool(lost),
    }


def _task(tick: ScheduledTick, share: Any) -> Task:
    return Task(tick=tick.at, expires_at=tick.following, share=msgspec.to_builtins(share))


def _put(errands: Sequence[Errand], settings: Settings, answers_in: timedelta) -> Enqueued[Errand]:
    """Raises QueueError when the queue cannot be opened."""
    queue = open_queue(settings, answers_in=answers_in)
    assert queue is not None  # ``is_wanted`` says so
    try:
        return queue.put(errands)
    finally:
        queue.close()


def each(
    job: str,
    agencies: Sequence[AgencyStore],
    settings: Settings,
    trigger: Trigger,
    every: timedelta,
    run: Callable[[str], Report],
) -> Report:
    """Hand a job out where it is one for the queue; else run it, unless it comes too late.

    ``run``: the job, given its run's name.
    """
    task = task_of(trigger)
    if task is not None:
        done = too_late(job, trigger, task) or run(run_id(job, task.tick))
        return {**done, "agency": trigger.agency}
    if not is_wanted(settings, agencies):
        return run(run_id(job, trigger.now))
    names = [agency.id for agency in agencies]
    return hand_out(job, names, settings, ScheduledTick.of(trigger, every), now=trigger.now)


def too_late(job: str, trigger: Trigger, task: Task) -> Report | None:
    """The report of a task that comes after its end; None when it is still worth doing."""
    if trigger.now < task.expires_at:
        return None
    return {
        "job": job,
        "run_id": run_id(job, task.tick),
        "now": iso(trigger.now),
        "agency": trigger.agency,
        "done": "too late",
        "problems": [],
        "failed": False,
    }
