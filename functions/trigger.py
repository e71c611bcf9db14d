"""What the entry points share: a trigger's JSON in, the run's report out.

Cloud Scheduler may send no content type and deliver a trigger twice; both are fine. Answers are
JSON: 200 with the report, 400 when the request makes no sense, 500 when the work failed (so that
the scheduler's retry means something).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions import body as bodies
from functions import log, settings
from functions.model import parse_time
from functions.settings import Settings, SettingsError
from functions.store import UnknownAgencyError, open_agencies
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.times import CLOCKS_AGREE, NowError, parse_now, present, refuse_future

if TYPE_CHECKING:
    from flask import Request

Answer = tuple[str, int, dict[str, str]]


class BadRequestError(ValueError):
    """The trigger asks for something that makes no sense; the message says what would."""


class Trigger:
    """A trigger's wishes. ``given``: ``now`` was sent, so the run replays that instant.

    ``scheduled_at``: the instant that Cloud Scheduler meant, the same for every delivery of a
    trigger; None when it was not the caller or did not say. ``agency``: the id of the only one that
    the job shall work for; None: for all.
    """

    def __init__(self, body: Mapping[str, Any], scheduled: str = "") -> None:
        self.scheduled_at = _instant(scheduled)
        sent = body.get("now")
        self.given = sent is not None
        if self.given and not isinstance(sent, str):
            raise ValueError("now must be an ISO 8601 instant, such as 2026-10-01T00:00:00Z")
        self.now = parse_now(sent) if sent is not None else present()
        self.agency = body.get("agency")
        if not (self.agency is None or isinstance(self.agency, str)):
            raise ValueError("agency must be an agency's id, a text")
        self.body = body

    def check(self, books: Sequence[AgencyStore]) -> None:
        """NowError when ``now`` is none that these agencies' store takes."""
        if self.given and not books[0].simulation:
            refuse_future(self.now)


Job = Callable[[list[AgencyStore], Settings, Trigger], dict[str, Any]]


def answer(request: Request, job: Job, *, takes: Collection[str] = ("now", "agency")) -> Answer:
    """Run a job, which is given every agency or the one that is asked for, and report.

    ``takes``: the names that the request's body may hold.
    """
    log.trace(_trace(request.headers.get("X-Cloud-Trace-Context", "")))
    if request.method != "POST":
        body, status, headers = _json(
            {"error": "send a POST with a JSON object, which may be empty"}, 405
        )
        return body, status, {**headers, "Allow": "POST"}
    try:
        schedule = request.headers.get("X-CloudScheduler-ScheduleTime", "")
        trigger = Trigger(bodies.read(request, takes), schedule)
    except ValueError as error:
        return _json({"error": str(error)}, 400)
    try:
        loaded = settings.load()
        log.hide(loaded.secrets())
        for said in settings.strangers():
            log.warning("settings.unknown", said=said)
        books = open_agencies(loaded, only=trigger.agency)
        try:
            trigger.check(books)
            report = job(books, loaded, trigger)
        finally:
            books[0].store.close()
    except UnknownAgencyError as error:
        return _json({"error": str(error)}, 404)
    except (BadRequestError, NowError) as error:
        return _json({"error": str(error)}, 400)
    except (SettingsError, StoreError) as error:
        return _failed(error)
    except Exception as error:
        log.error("trigger.crashed", error=f"{type(error).__name__}: {error}")
        return _json({"error": f"an unexpected {type(error).__name__}; see the log"}, 500)
    log.info(f"{report['job']}.finished", **report)
    return _json(report, 500 if report.get("failed") else 200)


def _failed(error: Exception) -> Answer:
    log.error("trigger.failed", error=str(error))
    return _json({"error": str(error)}, 500)


def _json(content: Mapping[str, Any], status: int) -> Answer:
    body = log.clean(json.dumps(content, ensure_ascii=False, default=str))
    body = body.encode(errors="replace").decode()  # half a character can be sent nowhere
    return body, status, {"Content-Type": "application/json; charset=utf-8"}


def _instant(text: str) -> datetime | None:
    """The scheduler's instant; None for one that is still to come, which is no scheduler's."""
    try:
        at = parse_time(text)
    except ValueError:
        return None
    return at if at - present() <= CLOCKS_AGREE else None


def _trace(header: str) -> str | None:
    return header.partition("/")[0] or None
