"""What the entry points share: a trigger's JSON in, the run's report out.

Cloud Scheduler may send no content type and deliver a trigger twice; both are fine. Answers are
JSON, and their status says who has to do something:

- 200: the work is done, or there is none that trying again could do: another run is at it, or
  nothing is set up yet, no registry or no credentials (``todo`` says what to do). A deployment that
  waits for its registry fails no job, and wakes nobody at night.
- 4xx: it is the caller who is wrong, and would be the next time: 400 a wish that makes no sense,
  403 a ``now`` that this function does not take, 404 an unknown agency, 405 no POST, 413 a body
  that is too large, 415 one that is no JSON.
- 500: the work failed, or a setting cannot be used. Trying again at once mends no setting, and
  little else within a quarter of an hour that the next trigger would not mend: so schedules need no
  retries of their own. But whoever runs this must see it, and a scheduler's jobs are watched by how
  they ended: what is wrong with the settings is told like failed work.

Each answer but 200 is logged, ``trigger.refused`` (4xx), ``trigger.failed`` or ``trigger.crashed``
(500, the latter with its traceback); a report as ``JOB.finished``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions import log, settings
from functions.model import parse_time
from functions.parsing import body as bodies
from functions.settings import Settings, SettingsError
from functions.store import UnknownAgencyError, open_agencies
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.times import CLOCKS_AGREE, NowError, parse_now, present, refuse_future

if TYPE_CHECKING:
    from flask import Request

Response = tuple[str, int, dict[str, str]]


class BadRequestError(ValueError):
    """The trigger asks for something that makes no sense; the message says what would."""

    status = 400


class ReplayError(BadRequestError):
    """A deployed function acts at the present, whatever it is asked for."""

    status = 403


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
            raise BadRequestError("now must be an ISO 8601 instant, such as 2026-10-01T00:00:00Z")
        self.now = parse_now(sent) if sent is not None else present()
        self.agency = body.get("agency")
        if not (self.agency is None or isinstance(self.agency, str)):
            raise BadRequestError("agency must be an agency's id, a text")
        self.body = body

    def check(self, agencies: Sequence[AgencyStore], settings: Settings) -> None:
        """NowError when ``now`` is none that these agencies' store takes, ReplayError when it is
        none that a deployed function does. Cloud Run sets K_SERVICE."""
        if not self.given or agencies[0].simulation:
            return
        if os.environ.get("K_SERVICE") and not settings.replays:
            raise ReplayError(
                "a deployed function takes no now; leave it out, or set KIPRAH_REPLAYS=1"
            )
        refuse_future(self.now)


Job = Callable[[list[AgencyStore], Settings, Trigger], dict[str, Any]]


def answer(
    request: Request, job: Job, *, name: str = "", takes: Collection[str] = ("now", "agency")
) -> Response:
    """Run a job, which is given every agency or the one that is asked for, and report.

    Args:
        name: the job's, for the log.
        takes: the names that the request's body may hold.
    """
    log.follow(request.headers.get)
    with log.about(**({"job": name} if name else {})):
        if request.method != "POST":
            words = "send a POST with a JSON object, which may be empty"
            body, status, headers = _refused(405, words)
            return body, status, {**headers, "Allow": "POST"}
        try:
            schedule = request.headers.get("X-CloudScheduler-ScheduleTime", "")
            trigger = Trigger(bodies.read(request, takes), schedule)
        except ValueError as error:
            return _refused(getattr(error, "status", 400), str(error))
        try:
            with _opened(trigger) as (agencies, loaded):
                report = job(agencies, loaded, trigger)
        except Exception as error:
            return _told(error, trigger)
        if report.get("todo"):  # nothing is set up yet: nobody failed
            report = {**report, "failed": False}
        log.info(f"{report['job']}.finished", **report)
        return _json(report, 500 if report.get("failed") else 200)


@contextmanager
def _opened(trigger: Trigger) -> Iterator[tuple[list[AgencyStore], Settings]]:
    """The agencies that a trigger is for, and the settings; closed when the job is over."""
    loaded = settings.load()
    log.hide(loaded.secrets())
    log.belongs_to(loaded.project())
    for said in settings.strangers():
        log.warning("settings.unknown", said=said)
    agencies = open_agencies(loaded, only=trigger.agency)
    try:
        trigger.check(agencies, loaded)
        yield agencies, loaded
    finally:
        agencies[0].store.close()


def _told(error: Exception, trigger: Trigger) -> Response:
    """What the caller and the log are told of an error."""
    match error:
        case UnknownAgencyError() if "task" in trigger.body:
            # It was taken out since; the queue would try again in vain.
            return _json({"agency": trigger.agency, "done": "no such agency"}, 200)
        case UnknownAgencyError():
            return _refused(404, str(error))
        case BadRequestError() | NowError():
            return _refused(getattr(error, "status", 400), str(error))
        case SettingsError() | StoreError():
            log.error("trigger.failed", **log.facts_of(error), error=str(error))
            return _json({"error": str(error)}, 500)
    log.crash("trigger.crashed", error)
    return _json({"error": f"an unexpected {type(error).__name__}; see the log"}, 500)


def _refused(status: int, words: str) -> Response:
    log.warning("trigger.refused", status=status, error=words)
    return _json({"error": words}, status)


def _json(content: Mapping[str, Any], status: int) -> Response:
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
