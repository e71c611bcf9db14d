"""The schedule at run time: Google's own client against a local Cloud Scheduler."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from google.cloud.scheduler_v1 import Job
from google.rpc.status_pb2 import Status
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.commands.schedule import JOBS, Schedule, ScheduleError, wanted
from functions.settings import SettingsError, load
from functions.settings.cadence import CADENCES
from tests import cloudscheduler
from tests.cloudscheduler import PARENT, Handle
from tests.commands.running import kiprah

LAST = datetime(2026, 10, 20, 2, 45, 1, tzinfo=UTC)
NEXT = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)


def job(name: str, **facts: object) -> Job:
    """A job as Terraform makes it."""
    meant = CADENCES[name]
    made = Job(
        name=f"{PARENT}/jobs/kiprah-{name}",
        schedule=meant.schedule,
        time_zone="Asia/Jakarta",
        state=Job.State.ENABLED,
        schedule_time=NEXT,
        last_attempt_time=LAST,
        attempt_deadline=timedelta(seconds=meant.timeout),
    )
    for field, value in facts.items():
        setattr(made, field, value)
    return made


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Handle]:
    monkeypatch.chdir(tmp_path)
    with cloudscheduler.serve({f"kiprah-{name}": job(name) for name in JOBS}) as handle:
        monkeypatch.setenv("KIPRAH_SCHEDULE", "scheduler://proyek/asia-southeast2/kiprah")
        monkeypatch.setenv("KIPRAH_SCHEDULE_ADDRESS", handle.address)
        yield handle


def schedule(*words: str) -> Result:
    return kiprah("schedule", *words)


def said(*words: str, code: int) -> str:
    """The one line of an error."""
    result = schedule(*words)
    assert result.exit_code == code, result.output
    line = result.stderr.strip()
    assert line.startswith("kiprah: ")
    assert "\n" not in line
    return line


# How jobs stand


def test_a_line_a_job_says_state_cadence_last_attempt_and_next_run(scheduler: Handle) -> None:
    result = schedule("status")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == (
        "ok  collect: enabled; */15 * * * * Asia/Jakarta; last attempt 2026-10-20T02:45:01Z: "
        "went well; next run 2026-10-20T03:00:00Z"
    )
    assert [line.split()[1] for line in result.stdout.splitlines()] == [
        "collect:",
        "score:",
        "publish:",
        "documents:",
        "listen:",
    ]


def test_the_report_says_the_same(scheduler: Handle) -> None:
    report = json.loads(schedule("status", "kiprah-score", "--json").stdout)
    assert report["failed"] is False
    assert report["jobs"] == {
        "score": {
            "job": "score",
            "name": "kiprah-score",
            "state": "enabled",
            "schedule": "5,35 * * * *",
            "zone": "Asia/Jakarta",
            "last_attempt": "2026-10-20T02:45:01Z",
            "result": "went well",
            "next_run": "2026-10-20T03:00:00Z",
            "remarks": [],
            "ok": True,
        }
    }


@pytest.mark.parametrize(
    ("facts", "words", "code"),
    [
        ({"last_attempt_time": None}, "never run yet", 0),
        ({"status": Status(code=4)}, "deadline exceeded: no answer in time", 1),
        (
            {"status": Status(code=13, message="URL_ERROR 500")},
            "failed (500); see its log (URL_",
            1,
        ),
        ({"status": Status(code=7)}, "role Cloud Run Invoker", 1),
        ({"status": Status(code=99)}, "code 99", 1),
        ({"state": Job.State.PAUSED}, "paused", 0),
        ({"state": Job.State.DISABLED}, "disabled; ", 1),
        ({"state": Job.State.UPDATE_FAILED}, "it does not run; run terraform apply", 1),
        ({"schedule": "0 * * * *"}, "differs from the cadence, which is */15 * * * *", 0),
        ({"attempt_deadline": timedelta(seconds=180)}, "a run may take 600 s", 0),
        ({"schedule_time": None}, "next run unknown", 0),
    ],
)
def test_what_is_not_as_it_should_be_is_said(
    scheduler: Handle, facts: dict[str, object], words: str, code: int
) -> None:
    scheduler.jobs["kiprah-collect"] = job("collect", **facts)
    result = schedule("status")
    assert words in result.stdout.splitlines()[0]
    assert result.exit_code == code


def test_a_job_that_is_missing_says_what_to_do_and_costs_no_other(scheduler: Handle) -> None:
    del scheduler.jobs["kiprah-score"]
    result = schedule("status")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[1] == (
        "!!  score: there is no job kiprah-score in proyek/asia-southeast2; run terraform apply"
    )
    assert [line[:2] for line in lines] == ["ok", "!!", "ok", "ok", "ok"]


# Pausing, resuming, running


def test_pausing_twice_equals_pausing_once_and_so_does_resuming(scheduler: Handle) -> None:
    assert schedule("pause", "all").stdout.splitlines() == [f"{name}: paused" for name in JOBS]
    assert schedule("pause", "score").stdout == "score: was paused already\n"
    assert {j.state for j in scheduler.jobs.values()} == {Job.State.PAUSED}
    assert schedule("resume", "score", "kiprah-publish").exit_code == 0
    assert schedule("resume", "score").stdout == "score: was not paused\n"
    states = {name: j.state.name for name, j in scheduler.jobs.items()}
    assert states == {
        "kiprah-collect": "PAUSED",
        "kiprah-score": "ENABLED",
        "kiprah-publish": "ENABLED",
        "kiprah-documents": "PAUSED",
        "kiprah-listen": "PAUSED",
    }


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"])
def test_a_pause_whose_answer_was_lost_is_a_pause(scheduler: Handle, code: str) -> None:
    """Tried again, it is refused since it is done."""
    scheduler.fail(code, on="PauseJob", done=True)
    assert schedule("pause", "collect").stdout == "collect: paused\n"
    assert scheduler.calls == [
        "GetJob kiprah-collect",
        "PauseJob kiprah-collect",
        "PauseJob kiprah-collect",
        "GetJob kiprah-collect",
    ]


def test_what_cannot_be_resumed_says_why(scheduler: Handle) -> None:
    scheduler.jobs["kiprah-collect"].state = Job.State.DISABLED
    line = said("resume", "collect", code=1)
    assert "cannot be resumed while it is disabled; run terraform apply" in line


def test_a_job_runs_once_now_whatever_the_answer(scheduler: Handle) -> None:
    assert schedule("run", "publish").exit_code == 0
    assert scheduler.runs == ["kiprah-publish"]
    scheduler.fail("UNAVAILABLE", on="RunJob", done=True)
    assert "cannot be reached" in said("run", "score", code=1)
    assert scheduler.runs == ["kiprah-publish", "kiprah-score"]


def test_one_job_that_cannot_be_paused_costs_no_other(scheduler: Handle) -> None:
    del scheduler.jobs["kiprah-score"]
    result = schedule("pause", "all")
    assert result.exit_code == 1
    rest = ("collect", "publish", "documents", "listen")
    assert result.stdout.splitlines() == [f"{name}: paused" for name in rest]
    assert "there is no job kiprah-score" in result.stderr


def test_a_job_that_an_installation_does_without_is_missed_only_by_its_name(
    scheduler: Handle,
) -> None:
    del scheduler.jobs["kiprah-listen"]
    for what in ("status", "pause", "resume"):
        result = schedule(what, "all")
        assert (result.exit_code, "listen" in result.output) == (0, False)
    assert "there is no job kiprah-listen" in said("pause", "kiprah-listen", code=1)


# Wrong use


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["pause"], "name the jobs, or all"),
        (["run"], "name the jobs, or all"),
        (["run", "all"], "name one job"),
        (["run", "score", "publish"], "name one job"),
        (["pause", "colect"], "did you mean collect?"),
        (["status", "kiprah-scores"], "did you mean score?"),
        (["status", "x" * 500], "choose collect, score, publish, documents, listen, or all"),
        (["stop"], "'stop' is not one of"),
    ],
)
def test_a_wrong_use_is_one_line(scheduler: Handle, words: list[str], told: str) -> None:
    assert told in said(*words, code=2)
    assert scheduler.calls == []


def test_without_a_schedule_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "KIPRAH_SCHEDULE is not set" in said("status", code=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KIPRAH_SCHEDULE", "tasks://proyek/l/kiprah"),
        ("KIPRAH_SCHEDULE", "scheduler://proyek/l"),
        ("KIPRAH_SCHEDULE", "scheduler://proyek/l/a b"),
        ("KIPRAH_SCHEDULE_ADDRESS", "http://127.0.0.1:80"),
        ("KIPRAH_SCHEDULE_ADDRESS", "lokal"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(name: str, value: str) -> None:
    environ = {"KIPRAH_SCHEDULE": "scheduler://proyek/l/kiprah", name: value}
    with pytest.raises(SettingsError, match=f"{name} must be"):
        load(environ, Path("no/such/file"))


@given(st.lists(st.text(max_size=12), max_size=4))
def test_any_names_are_jobs_or_a_wrong_use(names: list[str]) -> None:
    with suppress(ValueError):
        assert {*wanted(names, "kiprah")} <= {*JOBS}


# Errors


@pytest.mark.parametrize(
    ("code", "words", "told"),
    [
        ("PERMISSION_DENIED", "The caller does not have permission", "the role Cloud Scheduler Vi"),
        (
            "PERMISSION_DENIED",
            "Cloud Scheduler API has not been used in project 1 before or it is disabled. Enable",
            "gcloud services enable cloudscheduler.googleapis.com --project=proyek",
        ),
        ("UNAUTHENTICATED", "Request had invalid credentials", "gcloud auth application-default"),
        ("INVALID_ARGUMENT", "Location 'x' is not a valid location", "refuses to look at it"),
        ("DATA_LOSS", "a\nb\u2028c", "see its own words (a b c)"),
    ],
)
def test_each_refusal_says_what_to_do(scheduler: Handle, code: str, words: str, told: str) -> None:
    scheduler.fail(code, words)
    line = said("status", "collect", code=1)
    assert told in line
    assert line.startswith("kiprah: kiprah-collect: ")


@pytest.mark.parametrize(("what", "role"), [("pause", "Admin"), ("run", "Job Runner")])
def test_a_permission_that_is_missing_names_the_role(
    scheduler: Handle, what: str, role: str
) -> None:
    scheduler.fail("PERMISSION_DENIED", "denied", on=f"{what.title()}Job")
    assert f"the role Cloud Scheduler {role} given to you in proyek" in said(what, "score", code=1)


def test_what_passes_is_tried_again(scheduler: Handle) -> None:
    scheduler.fail("UNAVAILABLE", times=2)
    assert schedule("status").exit_code == 0


def test_one_that_does_not_answer_is_given_up(scheduler: Handle) -> None:
    scheduler.slowness = 1.0
    held = Schedule("proyek", "asia-southeast2", "kiprah", address=scheduler.address, patience=0.3)
    with pytest.raises(ScheduleError, match="does not answer in time"):
        held.standing("collect")
    held.close()


def test_one_that_is_not_there_is_given_up() -> None:
    held = Schedule("proyek", "asia-southeast2", "kiprah", address="127.0.0.1:9", patience=0.5)
    with pytest.raises(ScheduleError, match="cannot be reached"):
        held.standing("collect")
    held.close()


def test_without_credentials_it_says_how_to_get_some(tmp_path: Path) -> None:
    """In a process of its own, with a home without any."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "NO_GCE_CHECK": "true",
        "KIPRAH_SCHEDULE": "scheduler://proyek/asia-southeast2/kiprah",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = [sys.executable, "-m", "functions", "schedule", "status"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no credentials; run gcloud auth application-default login" in done.stderr
    assert done.stderr.count("\n") == 1


# Any answer

_times = st.none() | st.integers(-(2**63), 2**63 - 1)
_texts = st.text(max_size=200) | st.just("x" * 100_000) | st.just("\u202e\n\x1b[2J")


@st.composite
def _jobs(draw: st.DrawFn) -> bytes:
    made = Job(schedule=draw(_texts), time_zone=draw(_texts), description=draw(_texts))
    raw = Job.pb(made)
    raw.state = draw(st.integers(-(2**31), 2**31 - 1))
    for field in ("schedule_time", "last_attempt_time", "attempt_deadline"):
        if (seconds := draw(_times)) is not None:
            getattr(raw, field).seconds = seconds
            getattr(raw, field).nanos = draw(st.integers(-(2**31), 2**31 - 1))
    if draw(st.booleans()):
        raw.status.code = draw(st.integers(-(2**31), 2**31 - 1))
        raw.status.message = draw(_texts)
    return bytes(raw.SerializeToString())


@pytest.fixture(scope="module")
def any_server() -> Iterator[Handle]:
    with cloudscheduler.serve({"kiprah-collect": job("collect")}) as handle:
        yield handle


@pytest.fixture(scope="module")
def asked(any_server: Handle) -> Iterator[Schedule]:
    held = Schedule("proyek", "asia-southeast2", "kiprah", address=any_server.address, patience=1.0)
    yield held
    held.close()


@settings(max_examples=150)
@given(answer=_jobs())
def test_any_job_is_one_line(any_server: Handle, asked: Schedule, answer: bytes) -> None:
    any_server.raw = answer
    found = asked.standing("collect")
    assert found.line.isprintable()
    assert len(found.line) < 2_000


@settings(max_examples=40)
@given(answer=st.binary(max_size=60))
def test_any_bytes_are_a_job_or_an_error(any_server: Handle, answer: bytes) -> None:
    any_server.raw = answer
    held = Schedule(
        "proyek", "asia-southeast2", "kiprah", address=any_server.address, patience=0.05
    )
    try:
        said = held.standing("collect").line
    except ScheduleError as error:
        said = str(error)
    finally:
        held.close()
    assert said.isprintable()
