"""The functions ``score``, which brings ledgers and rankings up to date for Cloud Scheduler, and
``check_contest``, which Firestore calls when a decision or an objection was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions.jobs.event import Edit, answer_event
from functions.jobs.trigger import Response, Trigger, answer
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.times import present

if TYPE_CHECKING:
    from cloudevents.http.event import CloudEvent
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


@functions_framework.cloud_event
def check_contest(event: CloudEvent) -> None:
    """Answer an edit of ``agencies/{agency}/decisions/{id}`` or ``…/objections/{id}``
    (jobs/event.py).

    Raises:
        StoreError: the store cannot be used; the event is then sent again.
    """
    answer_event(event, ("decisions", "objections"), _check, name="check_contest")


def _check(agency: AgencyStore, settings: Settings, edit: Edit) -> dict[str, Any]:
    from functions.score.checking import check_contest as check

    collection: Any = edit.collection
    return check(agency, collection, edit.id, present())
