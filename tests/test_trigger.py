"""What the entry points share: a trigger in, a report or one line out."""

import json
from datetime import UTC, datetime

import flask
import pytest

from functions import log
from functions.settings import SettingsError
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.trigger import BadRequestError, answer

app = flask.Flask(__name__)


@pytest.fixture(autouse=True)
def _environment(sqlite_url, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # where no .env lies
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    monkeypatch.setenv("KIPRAH_X_BEARER_TOKEN", "rahasia-sekali")
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setattr(log, "_quiet", False)
    yield
    log.trace(None)


def send(job=None, *, method="POST", data=b"", headers=None):
    """What a job answers: its content, status and headers."""
    with app.test_request_context("/", method=method, data=data, headers=headers):
        body, status, sent = answer(flask.request, job or done)
    assert sent == {"Content-Type": "application/json; charset=utf-8"}
    return json.loads(body), status


def done(books, settings, trigger):
    assert [type(book) for book in books] == [AgencyStore]
    return {"job": "test", "now": trigger.now, "given": trigger.given, "body": dict(trigger.body)}


def scheduled(books, settings, trigger):
    late = datetime.now(UTC) - trigger.now
    return {
        "job": "test",
        "given": trigger.given,
        "scheduled_at": trigger.scheduled_at,
        "is_present": abs(late.total_seconds()) < 60,
    }


def raising(error):
    def job(books, settings, trigger):
        raise error

    return job


@pytest.mark.parametrize("data", [b"", b"  \n", b"{}"])
def test_an_empty_body_is_a_trigger_for_the_present(data):
    before = datetime.now(UTC).replace(microsecond=0)
    report, status = send(data=data)
    assert (status, report["given"], report["body"]) == (200, False, {})
    assert before <= datetime.fromisoformat(report["now"]) <= datetime.now(UTC)


@pytest.mark.parametrize("content_type", [None, "application/octet-stream", "text/plain"])
def test_the_content_type_does_not_matter(content_type):
    """ "Scheduler without a JSON content type" sends JSON all the same."""
    headers = {"Content-Type": content_type} if content_type else {}
    report, status = send(data=b'{"now": "2026-10-01T07:00:00+07:00"}', headers=headers)
    assert (status, report["now"], report["given"]) == (200, "2026-10-01 00:00:00+00:00", True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"now", "the body is not JSON"),
        (b'{"now": ', "the body is not JSON"),
        (b"\xff\xfe{}", "the body is not JSON"),
        (b"[]", "must be a JSON object"),
        (b'"now"', "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"now": 5}', "ISO 8601"),
        (b'{"now": "2026-10-01"}', "no UTC offset"),
        (b'{"now": "yesterday"}', "yesterday"),
        (b'{"now": "0001-01-01T00:00:00+07:00"}', "outside the years"),
    ],
)
def test_a_body_that_makes_no_sense_is_400_with_one_line(data, words):
    report, status = send(raising(AssertionError("the job must not run")), data=data)
    assert status == 400
    assert words in report["error"]
    assert "\n" not in report["error"]


@pytest.mark.parametrize(
    "sent",
    ["2026-10-20T03:00:00Z", "2026-10-20T03:00:00.123456789Z", "2026-10-20T10:00:00+07:00"],
)
def test_the_schedulers_instant_is_told_beside_the_present(sent):
    """In RFC 3339, by every delivery of a trigger; the run's own clock goes on."""
    report, status = send(scheduled, headers={"X-CloudScheduler-ScheduleTime": sent})
    assert (status, report["scheduled_at"]) == (200, "2026-10-20 03:00:00+00:00")
    assert (report["given"], report["is_present"]) == (False, True)


@pytest.mark.parametrize("sent", [None, "", "soon", "2026-10-20T03:00:00", "Tue, 20 Oct 2026"])
def test_a_caller_that_is_no_scheduler_is_as_welcome(sent):
    headers = {"X-CloudScheduler-ScheduleTime": sent} if sent is not None else {}
    report, status = send(scheduled, headers=headers)
    assert (status, report["scheduled_at"]) == (200, None)


def test_a_given_instant_stands_beside_the_schedulers():
    report, _ = send(
        scheduled,
        data=b'{"now": "2020-01-01T00:00:00Z"}',
        headers={"X-CloudScheduler-ScheduleTime": "2026-10-20T03:00:00Z"},
    )
    assert report["scheduled_at"] == "2026-10-20 03:00:00+00:00"
    assert (report["given"], report["is_present"]) == (True, False)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_a_post_is_a_trigger(method):
    report, status = send(raising(AssertionError("the job must not run")), method=method)
    assert status == 405
    assert "send a POST" in report["error"]


def test_a_request_that_the_job_refuses_is_400():
    assert send(raising(BadRequestError("platforms must be a list"))) == (
        {"error": "platforms must be a list"},
        400,
    )


@pytest.mark.parametrize("error", [SettingsError("KIPRAH_X is odd"), StoreError("no store")])
def test_work_that_fails_is_500_with_one_line(error, capsys):
    """ "500 … so that the scheduler's retry means something" """
    assert send(raising(error)) == ({"error": str(error)}, 500)
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["severity"] == "ERROR"


@pytest.mark.parametrize(
    "error",
    [KeyError("month"), ValueError("a stored ranking cannot be read"), AssertionError()],
)
def test_a_bug_is_500_and_names_its_kind_only(error, capsys):
    """Also a ValueError from within: it is no fault of the request."""
    report, status = send(raising(error))
    assert (status, report) == (
        500,
        {"error": f"an unexpected {type(error).__name__}; see the log"},
    )
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "trigger.crashed"


def test_a_report_that_says_failed_is_500():
    report, status = send(lambda *_: {"job": "test", "failed": True, "problems": ["nothing read"]})
    assert (status, report["problems"]) == (500, ["nothing read"])


def test_settings_that_cannot_be_used_are_500(monkeypatch):
    monkeypatch.setenv("KIPRAH_TIMEZONE", "nowhere")
    report, status = send()
    assert status == 500
    assert "KIPRAH_TIMEZONE" in report["error"]


def test_a_store_that_cannot_be_opened_is_500(monkeypatch, tmp_path):
    monkeypatch.setenv("KIPRAH_STORE", f"sqlite:///{tmp_path}/no/folder.db")
    report, status = send()
    assert status == 500
    assert "KIPRAH_STORE" in report["error"]


def test_the_store_is_closed_whatever_happens():
    opened = []

    def job(books, settings, trigger):
        opened.append(books[0])
        books[0].store.close = lambda: opened.append("closed")
        raise StoreError("gone")

    send(job)
    assert opened[1:] == ["closed"]


def test_a_secret_is_in_no_answer_and_no_log(capsys):
    leaks = [
        raising(StoreError("with rahasia-sekali")),
        raising(BadRequestError("with rahasia-sekali")),
        raising(RuntimeError("with rahasia-sekali")),
        lambda *_: {"job": "test", "problems": ["rahasia-sekali"]},
    ]
    for job in leaks:
        report, _ = send(job)
        assert "rahasia" not in json.dumps(report)
    assert "rahasia" not in capsys.readouterr().out


def test_a_report_is_logged_under_the_requests_trace(capsys):
    send(headers={"X-Cloud-Trace-Context": "105445aa7843bc8bf206b12000100000/1;o=1"})
    send()
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["message"] == "test.finished"
    assert first["logging.googleapis.com/trace"] == "105445aa7843bc8bf206b12000100000"
    assert "logging.googleapis.com/trace" not in second
