"""The function ``documents``: makes a month's documents and puts them, for Cloud Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions.jobs.trigger import BadRequestError, Response, Trigger, answer
from functions.settings import Settings
from functions.store.agency import AgencyStore

if TYPE_CHECKING:
    from flask import Request


@functions_framework.http
def documents(request: Request) -> Response:
    """POST ``{"agency": "ID", "now": "…"}``, both optional; answers the run's report.

    With a queue and several agencies each gets a ``task`` of its own (fanout.py).
    """
    return answer(request, _documents, name="documents", takes=("now", "agency", "task"))


def _documents(agencies: list[AgencyStore], settings: Settings, trigger: Trigger) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    from datetime import timedelta

    from functions.jobs import fanout
    from functions.jobs.deadline import deadline_of
    from functions.publish.documents.job import documents_all
    from functions.publish.targets.port import ObjectsError
    from functions.publish.targets.stamp import OutdatedError
    from functions.settings.cadence import CADENCES
    from functions.store import agencies_of

    def run(name: str) -> dict[str, Any]:
        try:
            return documents_all(
                agencies,
                now=trigger.now,
                settings=settings,
                run_id=name,
                everybody=agencies_of(settings),
                deadline=deadline_of("documents"),
            )
        except OutdatedError as error:
            raise BadRequestError(str(error)) from None
        except ObjectsError as error:
            return {"job": "documents", "failed": True, "problems": [str(error)]}

    every = timedelta(minutes=CADENCES["documents"].every)
    return fanout.each("documents", agencies, settings, trigger, every, run)
