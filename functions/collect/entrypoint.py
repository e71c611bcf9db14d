"""The function ``collect``: reads what is due on every platform, for Cloud Scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import functions_framework

from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.trigger import Answer, BadRequestError, Trigger, answer

if TYPE_CHECKING:
    from flask import Request


@functions_framework.http
def collect(request: Request) -> Answer:
    """POST ``{"platforms": ["x"], "now": "…"}``, both optional; answers the run's report."""
    return answer(request, _collect)


def _collect(book: AgencyStore, settings: Settings, trigger: Trigger) -> dict[str, Any]:
    # Imported here, so that a cold start of another function does not load it.
    import asyncio

    from functions.collect.job import collect as run
    from functions.model import PLATFORMS, run_id

    platforms = trigger.body.get("platforms", list(PLATFORMS))
    if not isinstance(platforms, list) or not all(p in PLATFORMS for p in platforms):
        raise BadRequestError(f"platforms must be a list of {', '.join(PLATFORMS)}")
    report = asyncio.run(
        run(
            book,
            settings,
            now=trigger.now,
            run_id=run_id("collect", trigger.now),
            simulated=trigger.given,
            platforms=platforms,
        )
    )
    return report.as_dict()
