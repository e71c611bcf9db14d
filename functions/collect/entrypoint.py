"""The function ``collect``: reads what is due on every platform, for Cloud Scheduler.

With a queue it only plans; Cloud Tasks then calls the same function with each batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions import log
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.trigger import Answer, BadRequestError, Trigger, answer

if TYPE_CHECKING:
    from flask import Request


@functions_framework.http
def collect(request: Request) -> Answer:
    """POST ``{"platforms": ["x"], "agency": "ID", "now": "…"}``, all optional; answers the run's
    report.

    Or ``{"batch": …}``, as the queue sends it.
    """
    return answer(request, _collect, name="collect", takes=("now", "agency", "platforms", "batch"))


def _collect(books: list[AgencyStore], settings: Settings, trigger: Trigger) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    import asyncio

    from functions.collect.batches import work_off
    from functions.collect.job import collect_all
    from functions.collect.queue import received
    from functions.model import PLATFORMS, run_id

    name = run_id("collect", trigger.scheduled_at or trigger.now)
    try:
        batch = received(trigger.body)
    except ValueError as error:
        raise BadRequestError(str(error)) from None
    if batch is not None:
        book = next((b for b in books if b.agency.id == (batch.agency or books[0].agency.id)), None)
        if book is None:  # it was taken out of the settings since; trying again is no use
            return {"job": "collect", "run_id": name, "batch": batch.name, "done": "no such agency"}
        if trigger.given:
            raise BadRequestError("a batch brings its own time; send it without now")
        with log.about(run_id=name, agency=book.agency.id):
            return asyncio.run(work_off(book, settings, batch, run_id=name, now=trigger.now))
    platforms = trigger.body.get("platforms", list(PLATFORMS))
    if not isinstance(platforms, list) or not all(p in PLATFORMS for p in platforms):
        raise BadRequestError(f"platforms must be a list of {', '.join(PLATFORMS)}")
    platforms = [p for p in PLATFORMS if p in platforms]
    return asyncio.run(
        collect_all(
            books,
            settings,
            now=trigger.now,
            run_id=name,
            simulated=trigger.given,
            platforms=platforms,
        )
    )
