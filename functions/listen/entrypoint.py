"""The function ``listen``: counts queries on X and reads comments, for Cloud Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions.jobs.trigger import Response, Trigger, answer
from functions.settings import Settings
from functions.store.agency import AgencyStore

if TYPE_CHECKING:
    from flask import Request


@functions_framework.http
def listen(request: Request) -> Response:
    """POST ``{"agency": "ID", "now": "…"}``, both optional; answers the run's report."""
    return answer(request, _listen, name="listen")


def _listen(agencies: list[AgencyStore], settings: Settings, trigger: Trigger) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    from functions.jobs.deadline import deadline_of
    from functions.listen.job import listen_all
    from functions.listen.run import ListenRun
    from functions.model import run_id

    run = ListenRun(
        now=trigger.now,
        run_id=run_id("listen", trigger.now),
        simulated=trigger.given,
        deadline=deadline_of("listen"),
    )
    return listen_all(agencies, settings, run)
