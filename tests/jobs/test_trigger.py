"""What the entry points share: a trigger in, a report or one line out."""

import io
import json
from datetime import UTC, datetime, timedelta

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions import log
from functions.jobs import queue
from functions.jobs.trigger import BadRequestError, answer
from functions.parsing.body import LARGEST, LARGEST_BATCH, BodyError, read
from functions.settings import Settings, SettingsError
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import StoreError

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


def send(job=None, *, method="POST", data=b"", headers=None, takes=("now",)):
    """What a job answers: its content and status."""
    with app.test_request_context("/", method=method, data=data, headers=headers):
        body, status, sent = answer(flask.request, job or echo, takes=takes)
    assert sent.pop("Content-Type") == "application/json; charset=utf-8"
    assert sent == ({"Allow": "POST"} if status == 405 else {})
    return json.loads(body), status


def echo(agencies, settings, trigger):
    assert [type(agency) for agency in agencies] == [AgencyStore]
    return {"job": "test", "now": trigger.now, "given": trigger.given, "body": dict(trigger.body)}


def scheduled(agencies, settings, trigger):
    late = datetime.now(UTC) - trigger.now
    return {
        "job": "test",
        "given": trigger.given,
        "scheduled_at": trigger.scheduled_at,
        "is_present": abs(late.total_seconds()) < 60,
    }


def raising(error):
    def job(agencies, settings, trigger):
        raise error

    return job


@pytest.mark.parametrize("data", [b"", b"  \n", b"{}"])
def test_an_empty_body_is_a_trigger_for_the_present(data):
    before = datetime.now(UTC).replace(microsecond=0)
    report, status = send(data=data)
    assert (status, report["given"], report["body"]) == (200, False, {})
    assert before <= datetime.fromisoformat(report["now"]) <= datetime.now(UTC)


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/octet-stream",
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
    ],
)
def test_what_schedulers_and_queues_say_of_a_body_is_taken(content_type):
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
        (b'{"now": "\\ud800"}', "\\ud800"),
        (b'{"now": "0001-01-01T00:00:00+07:00"}', "outside the years"),
        (b'{"now": "0001-01-02T00:00:00Z"}', "outside the years"),
        (b'{"now": "9999-12-31T23:59:59Z"}', "outside the years"),
        (b'{"now": "2099-12-30T00:00:00Z"}', "ahead of this computer's clock"),
        (b"[" * 60_000, "nested more than 32 deep"),
        (b'{"now":' * 9_000, "nested more than 32 deep"),
        (b'{"now":' + b"[" * 40 + b"]" * 40 + b"}", "nested more than 32 deep"),
        (b'{"now": null, "now": "2026-10-01T00:00:00Z"}', "'now' stands in the body twice"),
        (b'{"now": NaN}', "NaN is no number"),
        (b'{"now": -Infinity}', "-Infinity is no number"),
        (b'{"now": ' + b"9" * 5000 + b"}", "the body is not JSON"),
        ('{"now": "2026-10-01T00:00:00Z"}'.encode("utf-16"), "the body is not JSON"),
        (b'{"nwo": "2026-10-01T00:00:00Z"}', "'nwo' is nothing that can be wished for here"),
        (b'{"\\nnow\\ud800": 1}', "may hold now"),
    ],
    ids=range(24),
)
def test_a_body_that_makes_no_sense_is_400_with_one_line(data, words):
    report, status = send(raising(AssertionError("the job must not run")), data=data)
    assert status == 400
    assert words in report["error"]
    assert "\n" not in report["error"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "text/html; charset=utf-8", "ü", "json"],
)
def test_a_body_that_is_said_to_be_no_json_is_415(content_type):
    headers = {"Content-Type": content_type}
    job = raising(AssertionError("the job must not run"))
    report, status = send(job, data=b"{}", headers=headers)
    assert (status, "send it as application/json" in report["error"]) == (415, True)
    assert send(headers=headers)[1] == 200, "without a body its type says nothing"


def test_a_body_that_is_too_large_is_413():
    report, status = send(data=b" " * 65_536 + b"{}")
    assert (status, "larger than 65,536 bytes" in report["error"]) == (413, True)


def test_a_batch_may_be_as_large_as_a_queue_carries_and_nothing_else():
    large = b'{"batch": "' + b"x" * 900_000 + b'"}'
    report, status = send(data=large, takes=("now", "batch"))
    assert (status, len(report["body"]["batch"])) == (200, 900_000)
    assert LARGEST_BATCH == queue._TASK_BYTES
    for data, takes in [
        (large, ("now",)),
        (large.replace(b"batch", b"now"), ("now", "batch")),
        (b'{"batch": "' + b"x" * 1_000_000 + b'"}', ("now", "batch")),
    ]:
        report, status = send(data=data, takes=takes)
        assert (status, "larger than" in report["error"]) == (413, True)


@pytest.mark.parametrize("said", ["0", "1000", "99999999999", "-1", "many"])
def test_no_more_is_read_than_the_limit_whatever_the_length_is_said_to_be(said):
    read = []

    class Endless(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            buffer[:] = b"[" * len(buffer)
            read.append(len(buffer))
            return len(buffer)

    environ = flask.Request.from_values(method="POST").environ
    stream = io.BufferedReader(Endless())
    environ |= {"CONTENT_LENGTH": said, "wsgi.input": stream, "wsgi.input_terminated": True}
    with app.request_context(environ):
        body, status, _ = answer(flask.request, echo)
    assert status in (200, 400, 413)
    assert sum(read) < 2 * LARGEST
    assert status == 200 or len(json.loads(body)["error"].splitlines()) == 1


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=30,
)


@given(
    st.one_of(
        st.binary(max_size=300),
        _json.map(lambda value: json.dumps(value).encode()),
        st.dictionaries(st.sampled_from(["now", "platforms", "batch", "x"]), _json).map(
            lambda value: json.dumps(value).encode()
        ),
    )
)
def test_any_body_is_read_or_answered_with_one_line(content):
    with app.test_request_context("/", method="POST", data=content):
        try:
            assert isinstance(read(flask.request, ("now", "platforms", "batch")), dict)
            said = ""
        except BodyError as error:
            said = str(error)
    assert len(said.splitlines()) <= 1


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


def test_an_instant_to_come_is_no_schedulers():
    """It would name runs that are still to come, whose own would then be taken for repeats."""
    sent = (datetime.now(UTC) + timedelta(minutes=3)).isoformat()
    report, status = send(scheduled, headers={"X-CloudScheduler-ScheduleTime": sent})
    assert (status, report["scheduled_at"]) == (200, None)


@pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(days=9000)])
def test_only_a_simulation_is_triggered_for_an_instant_to_come(monkeypatch, ahead):
    body = json.dumps({"now": (datetime.now(UTC) + ahead).isoformat()}).encode()
    report, status = send(raising(AssertionError("the job must not run")), data=body)
    assert (status, "KIPRAH_SIMULATION=1 with a new KIPRAH_STORE" in report["error"]) == (400, True)
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    assert send(data=body)[1] == 200


def test_a_store_that_cannot_be_a_simulation_fails_the_call(monkeypatch, sqlite_url):
    agency = open_agency(Settings(store=sqlite_url))
    agency.save_satker({"aceh": {"name": "Aceh"}})
    agency.store.close()
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    report, status = send()
    assert (status, "never becomes a simulation" in report["error"]) == (500, True)


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


def test_half_a_character_in_a_report_spoils_neither_answer_nor_log(capsys):
    report, status = send(lambda *_: {"job": "test", "problems": ["judul \ud83d"]})
    assert (status, report["problems"]) == (200, ["judul ?"])
    assert json.loads(capsys.readouterr().out)["problems"] == ["judul ?"]


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
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["severity"], line["message"]) == ("ERROR", "trigger.crashed")
    # As Error Reporting groups it.
    first, *_, last = line["stack_trace"].splitlines()
    assert first == "Traceback (most recent call last):"
    assert last.startswith(type(error).__name__)
    assert "in raising" in line["stack_trace"] or "in job" in line["stack_trace"]


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

    def job(agencies, settings, trigger):
        opened.append(agencies[0])
        agencies[0].store.close = lambda: opened.append("closed")
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


# One agency alone


def whose(agencies, settings, trigger):
    return {"job": "test", "agencies": [agency.id for agency in agencies]}


@pytest.mark.parametrize(
    ("agency", "worked"), [("kemenham", ["kemenham"]), (None, ["kemenkum", "kemenham"])]
)
def test_a_job_works_for_the_agency_that_is_asked_for_or_for_all(monkeypatch, agency, worked):
    monkeypatch.setenv("KIPRAH_AGENCIES", "kemenkum=Hukum; kemenham=HAM")
    takes = ("now", "agency")
    report, status = send(whose, data=json.dumps({"agency": agency}).encode(), takes=takes)
    assert (status, report["agencies"]) == (200, worked)


def test_the_only_agency_can_be_asked_for_by_its_id():
    report, status = send(whose, data=b'{"agency": "kemenkum"}', takes=("agency",))
    assert (status, report["agencies"]) == (200, ["kemenkum"])


@pytest.mark.parametrize("agency", ["kemenlu", "", "../kemenkum", "\ud800"])
def test_an_agency_that_there_is_not_is_404_and_no_other_is_named(agency):
    body = json.dumps({"agency": agency}).encode()
    report, status = send(raising(AssertionError("must not run")), data=body, takes=("agency",))
    assert (status, "no such agency" in report["error"]) == (404, True)
    assert "kemenkum" not in report["error"]


@pytest.mark.parametrize("agency", [b"5", b"[]", b'{"id": "kemenkum"}', b"true"])
def test_an_agency_that_is_no_text_is_400(agency):
    report, status = send(whose, data=b'{"agency": ' + agency + b"}", takes=("agency",))
    assert (status, "agency must be" in report["error"]) == (400, True)


# On Google Cloud


def test_a_deployed_function_takes_no_now_unless_it_is_set_up_for_replays(monkeypatch):
    monkeypatch.setenv("K_SERVICE", "kiprah-score")
    body = b'{"now": "2026-10-01T00:00:00Z"}'
    report, status = send(raising(AssertionError("the job must not run")), data=body)
    assert (status, "KIPRAH_REPLAYS=1" in report["error"]) == (403, True)
    assert send()[1] == 200
    monkeypatch.setenv("KIPRAH_REPLAYS", "1")
    assert send(data=body)[1] == 200


def test_a_deployed_simulation_takes_any_now(monkeypatch):
    monkeypatch.setenv("K_SERVICE", "kiprah-score")
    monkeypatch.setenv("KIPRAH_SIMULATION", "1")
    assert send(data=b'{"now": "2029-10-01T00:00:00Z"}')[1] == 200


def test_what_waits_for_its_registry_fails_no_job(capsys):
    """Not "500 every quarter of an hour"."""
    said = {"job": "test", "failed": True, "todo": "run: kiprah registry import FILE"}
    report, status = send(lambda *_: said)
    assert (status, report["todo"], report["failed"]) == (200, said["todo"], False)
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["message"], line["failed"]) == ("test.finished", False)


def test_a_refusal_is_logged_in_one_line(capsys):
    send(data=b"now")
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["severity"], line["message"], line["status"]) == (
        "WARNING",
        "trigger.refused",
        400,
    )


def test_the_trace_is_named_by_the_project_of_the_store_or_the_environment(capsys, monkeypatch):
    monkeypatch.setattr(log, "_project", "")
    monkeypatch.setenv("KIPRAH_QUEUE", "tasks://kumham-1/asia-southeast2/kiprah")
    monkeypatch.setenv("KIPRAH_QUEUE_TARGET", "http://localhost:1/")
    monkeypatch.setenv("KIPRAH_QUEUE_ADDRESS", "localhost:2")
    headers = {"traceparent": f"00-{'ab' * 16}-{'0c' * 8}-01"}
    send(headers=headers)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "lain")
    send(headers=headers)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["logging.googleapis.com/trace"] == f"projects/kumham-1/traces/{'ab' * 16}"
    assert second["logging.googleapis.com/trace"] == f"projects/lain/traces/{'ab' * 16}"
    assert second["logging.googleapis.com/spanId"] == "0c" * 8
    assert second["logging.googleapis.com/trace_sampled"] is True
