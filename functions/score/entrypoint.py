"""The function ``score``: brings ledgers and rankings up to date, for Cloud Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions.jobs.trigger import Response, Trigger, answer
from functions.settings import Settings
from functions.store.agency import AgencyStore

if TYPE_CHECKING:
    from flask import Request


@functions_framework.http
def score(request: Request) -> Response:
    """POST ``{"agency": "ID", "now": "…"}``, both optional; answers the run's report.

    With a queue and several agencies each gets a ``task`` of its own (fanout.py).
    """
    return answer(request, _score, name="score", takes=("now", "agency", "task"))


def _score(agencies: list[AgencyStore], settings: Settings, trigger: Trigger) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    from datetime import timedelta

    from functions.jobs import fanout
    from functions.jobs.deadline import deadline_of
    from functions.notify.notifier import notifier_of
    from functions.score.job import score_all

    every = timedelta(minutes=settings.score_every)
    return fanout.each(
        "score",
        agencies,
        settings,
        trigger,
        every,
        lambda name: score_all(
            agencies,
            now=trigger.now,
            run_id=name,
            deadline=deadline_of("score"),
            notifier=notifier_of(settings),
        ),
    )
