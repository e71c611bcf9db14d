"""One JSON line per event, and never a secret in it."""

import json
import logging
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions import log


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setattr(log, "_quiet", False)
    yield
    log.trace(None)


@pytest.fixture
def lines(capsys):
    def emitted():
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return emitted


def test_an_event_is_one_json_line_with_its_severity_and_fields(lines):
    log.info("score.finished", posts=3, months={"2026-10": "open"})
    log.warning("collect.overlap", platform="x")
    log.error("trigger.failed", error="two\nlines")
    assert lines() == [
        {
            "severity": "INFO",
            "message": "score.finished",
            "posts": 3,
            "months": {"2026-10": "open"},
        },
        {"severity": "WARNING", "message": "collect.overlap", "platform": "x"},
        {"severity": "ERROR", "message": "trigger.failed", "error": "two\nlines"},
    ]


def test_values_that_are_no_json_are_written_as_text(lines):
    log.info("a", at=datetime(2026, 10, 1, tzinfo=UTC), error=ValueError("b"), text="é…")
    [line] = lines()
    assert (line["at"], line["error"], line["text"]) == ("2026-10-01 00:00:00+00:00", "b", "é…")


def test_secrets_are_blanked_wherever_they_stand(capsys):
    log.hide(["rahasia", "kunci"])
    log.info("collect.rahasia", url="https://x/?key=kunci&a=rahasiakunci", deep=[{"rahasia": 1}])
    out = capsys.readouterr().out
    assert "rahasia" not in out
    assert "kunci" not in out
    assert json.loads(out)["url"] == "https://x/?key=•••&a=••••••"


@given(st.text(min_size=4, max_size=12), st.text(max_size=6), st.booleans())
def test_no_line_holds_a_secret_whatever_it_is_made_of(secret, beside, longer):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "_hidden", set())
        written = []
        patch.setattr(sys, "stdout", Stream(written))
        log.hide([secret, secret + beside] if longer else [secret + beside, secret])
        log.error("event", field=f"…{secret + beside}…", other={"x": secret})
    [line] = written
    fields = json.loads(line)
    assert fields["field"] == "…•••…"
    assert fields["other"] == {"x": "•••"}


class Stream:
    """A pipe that remembers its lines."""

    def __init__(self, written):
        self.write = written.append

    def isatty(self):
        return False

    def flush(self):
        pass


def test_a_part_of_a_longer_secret_does_not_leave_the_rest_of_it_behind():
    log.hide(["abcd", "abcdefgh", "efgh"])
    assert log.clean("abcdefgh abcd") == "••• •••"


def test_what_is_too_short_to_be_a_secret_is_left():
    """Else an empty or one-letter setting would blank every line."""
    log.hide(["", "a", "abc"])
    assert log.clean("abcabc") == "abcabc"


def test_events_are_tied_to_the_trace_of_their_request(lines, monkeypatch):
    monkeypatch.setattr(log, "_project", "")
    log.info("before")
    log.trace("abc")
    log.info("during")
    log.trace(None)
    log.info("after")
    traces = [line.get("logging.googleapis.com/trace") for line in lines()]
    assert traces == [None, "abc", None]


def test_quiet_leaves_errors_alone(lines):
    log.quiet()
    log.info("a")
    log.warning("b")
    log.error("c")
    log.speak()
    log.info("d")
    assert [line["message"] for line in lines()] == ["c", "d"]


def test_a_terminal_gets_plain_words(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    log.hide(["rahasia"])
    log.info("score.finished", posts=3, nothing=None, token="rahasia")
    out = capsys.readouterr().out
    assert out.endswith("info    score.finished posts=3 token=•••\n")
    assert not out.startswith("{")


def test_the_http_client_does_not_log_addresses():
    """httpx names full addresses, keys included, at INFO."""
    for name in ("httpx", "httpcore"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_not_even_at_debug_does_the_http_client_log_what_stands_behind_a_question_mark(caplog):
    log.hide(["rahasia"])
    names = ("httpx", "httpcore.connection", "httpcore.http11")
    caplog.set_level(logging.DEBUG)
    for name in names:
        caplog.set_level(logging.DEBUG, logger=name)
        logging.getLogger(name).debug('GET %s "%d"', "https://host/a?token=abc&b=c", 200)
        logging.getLogger(name).debug("a path with rahasia in it")
    assert [record.getMessage() for record in caplog.records] == [
        'GET https://host/a?… "200"',
        "a path with ••• in it",
    ] * len(names)


def test_every_logger_of_the_http_client_is_known():
    """A filter sees nothing of what a logger's children say."""
    import re
    from pathlib import Path

    import httpcore
    import httpx

    files = [p for module in (httpx, httpcore) for p in Path(module.__file__).parent.rglob("*.py")]
    named = {n for p in files for n in re.findall(r'getLogger\("(.+?)"\)', p.read_text())}
    assert "httpx" in named
    assert all(logging.getLogger(name).filters for name in named)


# What Cloud Logging and Error Reporting make of a line


@pytest.fixture
def traced():
    yield lambda **headers: log.follow({n.replace("_", "-"): v for n, v in headers.items()}.get)
    log.trace(None)


@pytest.mark.parametrize(
    ("headers", "trace", "span", "sampled"),
    [
        ({"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-00"}, "a1" * 16, "b2" * 8, False),
        ({"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-03"}, "a1" * 16, "b2" * 8, True),
        ({"X_Cloud_Trace_Context": f"{'c3' * 16}/1234;o=1"}, "c3" * 16, f"{1234:016x}", True),
        ({"X_Cloud_Trace_Context": "c3" * 16}, "c3" * 16, None, None),
        ({"X_Cloud_Trace_Context": f"{'c3' * 16}/0;o=0"}, "c3" * 16, None, False),
        ({"X_Cloud_Trace_Context": f"{'c3' * 16}/{2**64}"}, "c3" * 16, None, None),
        ({"X_Cloud_Trace_Context": "../../logs/1", "traceparent": "00-x"}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_a_requests_trace_is_told_as_cloud_logging_wants_it(
    lines, traced, monkeypatch, headers, trace, span, sampled
):
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "kumham")
    traced(**headers)
    log.info("a")
    [line] = lines()
    name = "logging.googleapis.com/"
    assert line.get(f"{name}trace") == (trace and f"projects/kumham/traces/{trace}")
    assert line.get(f"{name}spanId") == span
    assert line.get(f"{name}trace_sampled") is sampled


def test_what_a_run_is_about_stands_in_each_of_its_lines_and_in_no_others(lines):
    with log.about(job="score", run_id="r"):
        with log.about(agency="kemenkum"):
            log.info("a")
        log.info("b", run_id="own")
    log.info("c")
    assert [(line.get("run_id"), line.get("agency")) for line in lines()] == [
        ("r", "kemenkum"),
        ("own", None),
        (None, None),
    ]


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)


@given(st.text(min_size=1), _anything)
def test_any_field_makes_one_line_of_json(event, value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "_hidden", set())
        written = []
        patch.setattr(sys, "stdout", Stream(written))
        log.warning(event, field=value, text=f"two\nlines\u2028three\x85four\ud800{event}")
    [line] = "".join(written).splitlines()
    record = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert record["severity"] == "WARNING"
    assert record["text"].startswith("two\nlines\u2028three\x85four?")


class Silent:
    def __str__(self):
        raise RuntimeError("nothing to say")


def test_no_field_keeps_an_event_from_being_told(lines):
    deep = []
    for _ in range(5000):
        deep = [deep]
    circle = {}
    circle["circle"] = circle
    for value in (deep, circle, {(1, 2): 3}, float("nan"), Silent(), {"a": [Silent()]}):
        log.error("odd", value=value)
    assert [line["message"] for line in lines()] == ["odd"] * 6


def test_a_line_is_never_longer_than_an_entry_may_be(capsys):
    problems = [f"account {n} is wrong" for n in range(20_000)]
    log.error("collect.finished", failed=True, job="collect", problems=problems, more="é" * 90_000)
    [line] = capsys.readouterr().out.splitlines()
    assert len(line.encode()) < 200_000
    record = json.loads(line)
    assert (record["failed"], record["problems"][:9]) == (True, "left out:")
    assert record["more"] == "é" * 90_000


def test_a_crash_is_told_with_its_traceback_and_no_secret(lines):
    log.hide(["rahasia\u2028sekali"])

    def fails():
        raise ValueError("no token rahasia\u2028sekali")

    for told in (True, False):
        try:
            fails()
        except ValueError as error:
            log.crash("x.crashed", error, told=told, job="x")
    loud, mute = lines()
    assert loud["error"] == "ValueError: no token •••"
    assert loud["stack_trace"].startswith("Traceback (most recent call last):\n  File ")
    assert loud["stack_trace"].endswith("\nValueError: no token •••\n")
    assert (mute["error"], mute["stack_trace"].splitlines()[-1]) == ("ValueError", "ValueError")
    assert "in fails" in mute["stack_trace"]
    assert "token" not in mute["stack_trace"]


def test_a_terminals_line_is_one_line_too(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    log.error("a", error="two\nlines \x1b[31m", nothing="")
    assert capsys.readouterr().out.endswith("error   a error=two lines  [31m\n")
