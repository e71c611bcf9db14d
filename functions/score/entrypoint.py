"""The function ``score``: brings ledgers and rankings up to date, for Cloud Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.trigger import Answer, Trigger, answer

if TYPE_CHECKING:
    from flask import Request


@functions_framework.http
def score(request: Request) -> Answer:
    """POST ``{"agency": "ID", "now": "…"}``, both optional; answers the run's report."""
    return answer(request, _score, name="score")


def _score(books: list[AgencyStore], settings: Settings, trigger: Trigger) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    from functions.deadline import deadline_of
    from functions.model import run_id
    from functions.score.job import score_all

    name = run_id("score", trigger.now)
    return score_all(books, now=trigger.now, run_id=name, deadline=deadline_of("score"))
