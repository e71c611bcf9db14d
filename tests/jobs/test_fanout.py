"""Jobs handed out agency by agency: the deployed functions and Google's client, on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from werkzeug.serving import make_server

from functions import log
from functions.jobs import fanout
from functions.jobs.fanout import ScheduledTick, hand_out
from functions.model import iso
from functions.settings import Settings
from functions.store import open_agencies
from functions.store.port import Write
from tests import cloudtasks

ROOT = Path(__file__).parents[2]
TWO = "satu=Dinas Satu; dua=Dinas Dua@Asia/Makassar"
NOW = datetime(2026, 10, 20, 3, 10, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


class Deployed:
    """One function behind its own address, with the queue that calls it."""

    def __init__(self, name: str, queue: cloudtasks.Handle, url: str) -> None:
        self.queue = queue
        app = functions_framework.create_app(name, str(ROOT / "main.py"))
        self.client = app.test_client()
        self.url = url

    def call(self, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
        answered = self.client.post("/", json=body or {}, headers=headers)
        return answered.status_code, answered.json

    def deliver(self, **how: Any) -> dict[str, tuple[int | None, Any]]:
        done = self.queue.deliver(queue="kiprah-jobs", **how)
        return {
            json.loads(d.task.http_request.body)["agency"]: (d.status, json.loads(d.answer))
            for d in done
        }


@pytest.fixture(params=["score", "publish"])
def function(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Deployed]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", True)
    monkeypatch.setattr("werkzeug.serving.WSGIRequestHandler.log_request", lambda *_, **__: None)
    with ExitStack() as stack:
        queue = stack.enter_context(cloudtasks.serve(["kiprah-jobs"]))
        app = functions_framework.create_app(request.param, str(ROOT / "main.py"))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        for name, value in {
            "KIPRAH_AGENCIES": TWO,
            "KIPRAH_QUEUE": "tasks://proyek/asia-southeast2/kiprah",
            "KIPRAH_QUEUE_TARGET": url,
            "KIPRAH_QUEUE_ADDRESS": queue.address,
            "KIPRAH_SIMULATION": "1",
        }.items():
            monkeypatch.setenv(name, value)
        yield Deployed(request.param, queue, url)


def test_each_agency_is_a_run_of_its_own(function: Deployed) -> None:
    status, said = function.call({"now": iso(NOW)})
    assert (status, said["queued"], said["known"], said["problems"]) == (200, 2, 0, [])
    done = function.deliver()
    assert {agency: status for agency, (status, _) in done.items()} == {"satu": 200, "dua": 200}
    for agency, (_, report) in done.items():
        assert (report["agency"], report["now"]) == (agency, iso(NOW))
        assert "agencies" not in report
        # Every delivery of one trigger is the same run, by the scheduled instant.
        assert report["run_id"].startswith("20261020T030000Z-")
    assert function.queue.tasks() == []


def test_a_trigger_that_comes_twice_puts_nothing_twice(function: Deployed) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    header = {"X-CloudScheduler-ScheduleTime": iso(at)}
    counts = []
    for _ in range(2):
        _, said = function.call(None, **header)
        counts.append((said["queued"], said["known"]))
    assert counts == [(2, 0), (0, 2)]
    tasks = [json.loads(t.http_request.body)["task"] for t in function.queue.tasks()]
    assert tasks == [{"tick": iso(at), "expires_at": iso(at + HALF_HOUR)}] * 2


def test_one_agencys_failure_is_its_own(
    function: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_agencies(Settings(agencies=TWO, simulation=True))
    ranking = {"month": "2026-10", "revision": 1, "state": "open", "body": b"{}"}
    opened[0].store.write([Write("agencies/satu/rankings/2026-10:r1", ranking)])
    opened[0].store.close()
    function.call({"now": iso(NOW)})
    for _ in range(2):  # it is tried again, and again, and the other is done once
        done = function.deliver()
        assert done.pop("satu")[0] == 500
    assert done == {}


def test_a_run_after_its_end_is_answered_and_not_done(function: Deployed) -> None:
    task = {"tick": iso(NOW - HALF_HOUR), "expires_at": iso(NOW)}
    status, said = function.call({"agency": "dua", "now": iso(NOW), "task": task})
    assert (status, said["done"], said["failed"]) == (200, "too late", False)


def test_a_run_for_an_agency_that_was_taken_out_is_answered_and_not_tried_again(
    function: Deployed,
) -> None:
    task = {"tick": iso(NOW), "expires_at": iso(NOW + HALF_HOUR)}
    status, said = function.call({"agency": "tiga", "now": iso(NOW), "task": task})
    assert (status, said["done"]) == (200, "no such agency")
    assert function.call({"agency": "tiga", "now": iso(NOW)})[0] == 404


def test_a_trigger_long_after_its_time_hands_nothing_out(function: Deployed) -> None:
    at = datetime.now(UTC) - timedelta(hours=2)
    status, said = function.call(None, **{"X-CloudScheduler-ScheduleTime": iso(at)})
    assert (status, said["done"]) == (200, "too late")
    assert function.queue.calls == 0


@pytest.mark.parametrize(
    "body",
    [
        {"task": {"tick": iso(NOW), "expires_at": iso(NOW)}},
        {"agency": "dua", "task": None},
        {"agency": "dua", "task": []},
        {"agency": "dua", "task": {"tick": "soon", "expires_at": iso(NOW)}},
        {"agency": "dua", "task": {"tick": "2026-10-20T03:00:00", "expires_at": iso(NOW)}},
        {"agency": "dua", "task": {"tick": iso(NOW), "expires_at": iso(NOW), "share": 3}},
    ],
)
def test_what_is_no_task_of_ours_is_the_callers_fault(
    function: Deployed, body: dict[str, Any]
) -> None:
    status, said = function.call(body)
    assert status == 400
    assert "\n" not in said["error"]
    assert function.queue.calls == 0


def test_a_queue_that_is_not_there_is_a_failed_run(function: Deployed) -> None:
    function.queue.queues.clear()
    status, said = function.call({"now": iso(NOW)})
    assert (status, said["lost"]) == (500, ["satu", "dua"])
    assert "kiprah-jobs" in said["problems"][0]


def test_one_agency_needs_no_queue(function: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIPRAH_AGENCIES", "satu=Dinas Satu")
    _, said = function.call({"now": iso(NOW)})
    assert "queued" not in said
    assert function.queue.calls == 0


# The instants


def test_a_trigger_without_a_schedule_belongs_to_the_tick_in_which_it_comes() -> None:
    for minutes in (0, 1, 29):
        now = datetime(2026, 10, 20, 3, minutes, tzinfo=UTC)
        assert ScheduledTick.at_or_in(now, HALF_HOUR).at == datetime(2026, 10, 20, 3, tzinfo=UTC)
    scheduled = datetime(2026, 10, 20, 3, 5, tzinfo=UTC)
    named = ScheduledTick.at_or_in(NOW, HALF_HOUR, scheduled_at=scheduled)
    assert (named.at, named.following, named.now) == (scheduled, scheduled + HALF_HOUR, None)


def test_a_replay_goes_by_its_own_instant() -> None:
    tick = ScheduledTick.at_or_in(NOW, HALF_HOUR, scheduled_at=NOW - timedelta(days=1), given=True)
    assert (tick.at, tick.now) == (datetime(2026, 10, 20, 3, tzinfo=UTC), NOW)


# Many


def test_six_hundred_are_handed_out_in_seconds() -> None:
    """Named tasks are slow to make, 50 ms each here: half a minute in a row."""
    with cloudtasks.serve(["kiprah-jobs"]) as server:
        server.slowness = 0.05
        loaded = Settings(
            queue="tasks://proyek/asia-southeast2/kiprah",
            queue_target="http://127.0.0.1:9/",
            queue_address=server.address,
        )
        agencies = [f"a{n}" for n in range(600)]
        began = time.monotonic()
        said = hand_out("score", agencies, loaded, ScheduledTick(NOW, HALF_HOUR), now=NOW)
        took = time.monotonic() - began
        assert (said["queued"], said["failed"]) == (600, False)
        assert took < 600 * server.slowness / 2
        names = [json.loads(t.http_request.body)["agency"] for t in server.tasks("kiprah-jobs")]
        assert sorted(names) == sorted(agencies)
        [deadline] = {t.dispatch_deadline for t in server.tasks()}
        assert deadline == timedelta(seconds=fanout.CADENCES["score"].timeout)
