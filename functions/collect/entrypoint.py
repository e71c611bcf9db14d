"""The function ``collect``: reads what is due on every platform, for Cloud Scheduler.

With a queue it only plans; Cloud Tasks then calls the same function with each batch. Where there
are several agencies, the scheduler's call only divides what they share, and hands each its run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import functions_framework

from functions import log
from functions.jobs.trigger import BadRequestError, Response, Trigger, answer
from functions.settings import Settings
from functions.store.agency import AgencyStore

if TYPE_CHECKING:
    from flask import Request

    from functions.collect.queueing.batch import Batch
    from functions.collect.tick import CollectRun
    from functions.jobs.fanout import Task


@functions_framework.http
def collect(request: Request) -> Response:
    """POST ``{"platforms": ["x"], "agency": "ID", "now": "…"}``, all optional; answers the run's
    report.

    Or ``{"batch": …}``, as the queue sends it; or an agency's run with its ``task`` (fanout.py).
    """
    takes = ("now", "agency", "platforms", "batch", "task")
    return answer(request, _collect, name="collect", takes=takes)


def _collect(agencies: list[AgencyStore], settings: Settings, trigger: Trigger) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    import asyncio

    from functions.collect.queueing.batch import received

    try:
        batch = received(trigger.body)
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    if batch is not None:
        return _work_off(agencies, settings, trigger, batch)

    from functions.collect.job import collect_all
    from functions.jobs import fanout

    task = fanout.task_of(trigger)
    if task is not None and (late := fanout.too_late("collect", trigger, task)) is not None:
        return late
    run = _asked_for(trigger, task)
    scheduled = fanout.ScheduledTick.of(trigger, timedelta(minutes=settings.collect_every))
    report = asyncio.run(collect_all(agencies, settings, run, scheduled=scheduled))
    return report if task is None else {**report, "agency": trigger.agency}


def _asked_for(trigger: Trigger, task: Task | None) -> CollectRun:
    """The run that a trigger asks for; one that the queue brought is named by its tick."""
    from functions.collect.planning.sharing import received
    from functions.collect.tick import CollectRun
    from functions.model import PLATFORMS, run_id

    platforms = trigger.body.get("platforms", list(PLATFORMS))
    if not isinstance(platforms, list) or not all(p in PLATFORMS for p in platforms):
        raise BadRequestError(f"platforms must be a list of {', '.join(PLATFORMS)}")
    try:
        share = received(task.share) if task is not None else None
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    begins = task.tick if task is not None else trigger.scheduled_at or trigger.now
    return CollectRun(
        now=trigger.now,
        run_id=run_id("collect", begins),
        simulated=trigger.given,
        platforms=[p for p in PLATFORMS if p in platforms],
        share=share,
    )


def _work_off(
    agencies: list[AgencyStore], settings: Settings, trigger: Trigger, batch: Batch
) -> dict[str, Any]:
    import asyncio

    from functions.collect.queueing.batches import work_off
    from functions.model import run_id

    name = run_id("collect", trigger.scheduled_at or trigger.now)
    agency = next((b for b in agencies if b.id == (batch.agency or agencies[0].id)), None)
    if agency is None:  # it was taken out of the settings since; trying again is no use
        return {"job": "collect", "run_id": name, "batch": batch.name, "done": "no such agency"}
    if trigger.given:
        raise BadRequestError("a batch brings its own time; send it without now")
    with log.about(run_id=name, agency=agency.id):
        return asyncio.run(work_off(agency, settings, batch, run_id=name, now=trigger.now))
