"""Cloud Scheduler at run time: how its jobs stand, pausing, resuming, and running one now.

Terraform makes the jobs PREFIX-collect, PREFIX-score and PREFIX-publish and owns what they are;
nothing here changes that. What the API says of a job (docs of the Job resource, 2026-11):

- ``last_attempt_time`` is when the last attempt started, and ``status`` what its target answered:
  empty after success, otherwise a gRPC code. Both are of attempts, not of schedules kept.
- only an ENABLED job can be paused and only a PAUSED one resumed. The API refuses to bring a job
  into the state that it has; here that is no error. RunJob dispatches even a running job.

Every call but RunJob is tried again for some seconds: RunJob would run the job twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from functions import log
from functions.commands.scheduled import (
    ENABLED,
    PAUSED,
    JobStanding,
    plain,
    standing,
    state_name,
)
from functions.commands.shell import (
    Misused,
    fail,
    json_option,
    load_settings,
    tell,
    tells_errors,
)
from functions.parsing import refusals
from functions.parsing.nearest import nearest
from functions.settings import Settings, SettingsError
from functions.settings.cadence import CADENCES, OPTIONAL

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPIError

T = TypeVar("T")

JOBS = tuple(CADENCES)
_PATIENCE = 20.0  # seconds for one command's calls about one job, with all that is tried again
_ATTEMPT = 10.0  # seconds for one call
_ROLES = {
    "look at": "Cloud Scheduler Viewer",
    "pause": "Cloud Scheduler Admin",
    "resume": "Cloud Scheduler Admin",
    "run": "Cloud Scheduler Job Runner",
}


class ScheduleError(Exception):
    """Cloud Scheduler cannot be asked, or refuses; one line that says what to do."""


def wanted(names: Sequence[str], prefix: str) -> list[str]:
    """The jobs of some names, with the prefix or without, each once; ValueError for another."""
    found: dict[str, None] = {}
    for name in names:
        job = name.removeprefix(f"{prefix}-")
        if job == "all":
            found |= dict.fromkeys(JOBS)
        elif job in JOBS:
            found[job] = None
        else:
            near = nearest(job, JOBS, 0.5)
            hint = f"did you mean {near}?" if near else f"choose {', '.join(JOBS)}, or all"
            raise ValueError(f"there is no job {name[:60]!r}; {hint}")
    return list(found)


def carry_out(
    settings: Settings, what: Literal["status", "pause", "resume", "run"], names: Sequence[str]
) -> tuple[list[str], dict[str, Any]]:
    """Do what a command says with some jobs; the lines to show, and the report.

    A job that cannot be asked costs itself alone, and is among the report's ``problems``.

    Raises:
        ValueError: the jobs are not named as they must be (SettingsError: there is no schedule).
        ScheduleError: there are no credentials.
    """
    held = open_schedule(settings)
    lines: list[str] = []
    done: dict[str, Any] = {}
    problems: list[str] = []
    try:
        for job in _meant(what, names, held.prefix):
            try:
                is_wished = job not in OPTIONAL or _is_named(job, names, held.prefix)
                if not is_wished and not held.has(job):
                    continue
                line, done[job] = _done(held, what, job)
            except ScheduleError as error:
                problems.append(str(error))
            else:
                lines.append(line)
    finally:
        held.close()
    failed = bool(problems) or not all(fact.get("ok", True) for fact in done.values())
    return lines, {
        "job": f"schedule {what}",
        "jobs": done,
        "problems": list(dict.fromkeys(problems)),
        "failed": failed,
    }


def _meant(what: str, names: Sequence[str], prefix: str) -> list[str]:
    """The jobs that a command means: status without names means all; run takes exactly one."""
    if not names and what != "status":
        raise ValueError(f"name the jobs, or all: kiprah schedule {what} {JOBS[0]}")
    jobs = wanted(names or ("all",), prefix)
    if what == "run" and len(jobs) > 1:
        raise ValueError("name one job: what follows on another must not run beside it")
    return jobs


def _is_named(job: str, names: Sequence[str], prefix: str) -> bool:
    return job in [name.removeprefix(f"{prefix}-") for name in names]


def _done(held: Schedule, what: str, job: str) -> tuple[str, dict[str, Any]]:
    if what == "status":
        found = held.standing(job)
        sign = "ok" if found.ok and not found.remarks else "!!"
        return f"{sign}  {found.line}", asdict(found)
    if what == "run":
        held.run(job)
        return f"{job}: runs now; kiprah schedule status tells how it ended", {"changed": True}
    changed = held.pause(job) if what == "pause" else held.resume(job)
    already = "was paused already" if what == "pause" else "was not paused"
    return f"{job}: {f'{what}d' if changed else already}", {"changed": changed}


def open_schedule(settings: Settings) -> Schedule:
    """The schedule that the settings name; SettingsError without one, ScheduleError without
    credentials."""
    if not settings.schedule:
        raise SettingsError(
            "KIPRAH_SCHEDULE is not set; set it to scheduler://PROJECT/LOCATION/PREFIX "
            "(without Google Cloud, kiprah run keeps the cadence)"
        )
    project, location, prefix = settings.schedule.removeprefix("scheduler://").split("/")
    return Schedule(project, location, prefix, address=settings.schedule_address)


class Schedule:
    """The jobs PREFIX-collect, … in a location of a Google Cloud project."""

    def __init__(
        self,
        project: str,
        location: str,
        prefix: str,
        *,
        address: str = "",
        patience: float = _PATIENCE,
    ) -> None:
        """Connects on first use.

        Args:
            address: host:port of a local server, spoken to without encryption or credentials.
            patience: seconds for one job's calls.

        Raises:
            ScheduleError: there are no credentials.
        """
        self.project, self.location, self.prefix = project, location, prefix
        self._patience = patience
        from google.auth.exceptions import GoogleAuthError
        from google.cloud.scheduler_v1 import CloudSchedulerClient

        try:
            self._client = _local(address) if address else CloudSchedulerClient()
        except GoogleAuthError as error:
            raise ScheduleError(self._without_credentials(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._client.transport.close()

    def has(self, job: str) -> bool:
        """Whether there is such a job."""
        return self._held(job) is not None

    def standing(self, job: str) -> JobStanding:
        """How a job stands."""
        held = self._held(job)
        name = f"{self.prefix}-{job}"
        if held is None:
            todo = f"there is no job {name} in {self.project}/{self.location}; run terraform apply"
            return JobStanding(job, name, "missing", remarks=(todo,), ok=False)
        return standing(job, name, held)

    def pause(self, job: str) -> bool:
        """Pause a job; False when it was paused already."""
        return self._switch(job, "pause", PAUSED)

    def resume(self, job: str) -> bool:
        """Resume a job; False when it was not paused."""
        return self._switch(job, "resume", ENABLED)

    def run(self, job: str) -> None:
        """Have a job run now, once; its schedule stays as it is."""
        self._call(job, "run", self._client.run_job, is_repeatable=False)

    def _switch(self, job: str, what: str, into: int) -> bool:
        """Bring a job into a state; False when it was in that state already."""
        from google.api_core.exceptions import FailedPrecondition, InvalidArgument

        if self._state(job) == into:
            return False
        call = self._client.pause_job if what == "pause" else self._client.resume_job
        try:
            self._call(job, what, call, through=(FailedPrecondition, InvalidArgument))
        except (FailedPrecondition, InvalidArgument) as error:
            state = self._state(job)  # somebody was faster, or an answer was lost on its way
            if state == into:
                return True
            raise ScheduleError(
                f"{self.prefix}-{job} cannot be {what}d while it is {state_name(state)}; run "
                f"terraform apply ({plain(refusals.words(error))})"
            ) from None
        return True

    def _state(self, job: str) -> int:
        held = self._held(job)
        if held is None:
            raise ScheduleError(self.standing(job).remarks[0])
        return int(held.state)

    def _held(self, job: str) -> Any | None:
        """The job as the Scheduler has it, in protobuf's own form; None when it is not there."""
        from google.api_core.exceptions import NotFound

        try:
            found = self._call(job, "look at", self._client.get_job, through=(NotFound,))
        except NotFound:
            return None
        return type(found).pb(found)

    def _call(
        self,
        job: str,
        what: str,
        call: Callable[..., T],
        *,
        through: tuple[type[Exception], ...] = (),
        is_repeatable: bool = True,
    ) -> T:
        """One call about a job; ScheduleError for every error except those in ``through``."""
        from google.api_core.exceptions import GoogleAPIError
        from google.auth.exceptions import GoogleAuthError

        name = f"projects/{self.project}/locations/{self.location}/jobs/{self.prefix}-{job}"
        until = monotonic() + self._patience

        def once() -> T:
            wait = max(0.1, min(_ATTEMPT, until - monotonic()))
            return call(name=name, retry=None, timeout=wait)

        try:
            return _again(self._patience)(once)() if is_repeatable else once()
        except GoogleAuthError as error:
            raise ScheduleError(self._without_credentials(error)) from None
        except GoogleAPIError as error:
            cause = getattr(error, "cause", None) or error
            if isinstance(cause, through):
                raise cause from None
            raise ScheduleError(f"{self.prefix}-{job}: {self._advice(what, cause)}") from None

    def _advice(self, what: str, error: GoogleAPIError) -> str:
        words = plain(refusals.words(error))
        meant = {
            "NotFound": "there is no such job; run terraform apply",
            "Unauthenticated": "the credentials are refused; run gcloud auth "
            "application-default login",
            "ServiceUnavailable": "Cloud Scheduler cannot be reached; check the network and "
            "KIPRAH_SCHEDULE_ADDRESS",
            "DeadlineExceeded": "Cloud Scheduler does not answer in time; check the network, "
            "then try again",
            "ResourceExhausted": "its quota is spent; try again in a minute",
            "PermissionDenied": f"you may not {what} it; have the role {_ROLES[what]} given to "
            f"you in {self.project}",
        }
        refused = f"Cloud Scheduler refuses to {what} it; see its own words"
        advice = refusals.advice(error, meant, refused)
        if "has not been used" in words or "is disabled" in words:
            advice = (
                f"gcloud services enable cloudscheduler.googleapis.com --project={self.project}"
            )
        return f"{advice} ({words})"

    def _without_credentials(self, error: Exception) -> str:
        words = plain(refusals.words(error))
        return (
            f"Cloud Scheduler in {self.project}: no credentials; run gcloud auth "
            f"application-default login, or set GOOGLE_APPLICATION_CREDENTIALS ({words})"
        )


def _again(patience: float) -> Any:
    """What tries a call again while that may help."""
    from google.api_core import exceptions
    from google.api_core.retry import Retry, if_exception_type

    passing = if_exception_type(
        exceptions.ServiceUnavailable,
        exceptions.InternalServerError,
        exceptions.DeadlineExceeded,
        exceptions.ResourceExhausted,
        exceptions.Aborted,
    )
    return Retry(predicate=passing, initial=0.2, maximum=5.0, timeout=patience)


def _local(address: str) -> Any:
    """A client for a local server, which asks for no credentials."""
    from google.cloud.scheduler_v1 import CloudSchedulerClient
    from google.cloud.scheduler_v1.services.cloud_scheduler.transports import (
        CloudSchedulerGrpcTransport,
    )
    from grpc import insecure_channel  # type: ignore[import-untyped]

    channel = insecure_channel(address)
    return CloudSchedulerClient(transport=CloudSchedulerGrpcTransport(channel=channel))


@click.command("schedule")
@click.argument("what", type=click.Choice(["status", "pause", "resume", "run"]))
@click.argument("jobs", metavar="[JOB|all]...", nargs=-1)
@json_option
@tells_errors
def schedule_command(what: Any, jobs: tuple[str, ...], as_json: bool) -> None:
    """Look at the jobs of Cloud Scheduler (collect, score, publish), or pause, resume or run them.

    Terraform makes the jobs; this is for what happens at run time. status exits with 1 when a job
    needs somebody; a paused one does not.
    """

    try:
        lines, report = carry_out(load_settings(), what, jobs)
    except ScheduleError as error:
        fail(str(error))
    except ValueError as refusal:
        raise Misused(str(refusal)) from None
    for line in () if as_json else lines:
        click.echo(log.clean(line))
    tell(report, as_json, "")
