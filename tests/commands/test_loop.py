"""The loop for one server: it keeps its cadence, outlives its jobs, and stops when told to."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions import log
from functions.commands import loop
from functions.commands.loop import turn_after
from functions.jobs import turns
from functions.model import Agency
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore

ROOT = Path(__file__).parents[2]
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

moments = st.integers(0, 3_000_000_000).map(lambda n: EPOCH + timedelta(seconds=n))
cadences = st.integers(1, 10_000).map(lambda n: timedelta(minutes=n))


@given(moments, cadences)
def test_the_next_turn_is_the_next_whole_multiple_of_the_cadence(now, every):
    """ "Turns lie on whole multiples of the cadence, so that a restart does not shift them." """
    turn = turn_after(now, every)
    assert now < turn <= now + every
    assert (turn - EPOCH) % every == timedelta(0)


@given(moments, cadences, st.integers(0, 10_000))
def test_a_restart_does_not_shift_the_turns(now, every, seconds):
    restarted = min(now + timedelta(seconds=seconds), turn_after(now, every) - timedelta(seconds=1))
    assert turn_after(restarted, every) == turn_after(now, every)


def test_quarters_of_an_hour_lie_on_the_clock():
    now = datetime(2026, 10, 20, 3, 7, 31, tzinfo=UTC)
    assert turn_after(now, timedelta(minutes=15)) == datetime(2026, 10, 20, 3, 15, tzinfo=UTC)


# In this process, with jobs of our own


class Jobs:
    """Stands in for the jobs: every round is due, and they do as they are told."""

    def __init__(self, monkeypatch):
        self.ran = []
        self.stop = asyncio.Event()
        self.rounds = 1
        self.does = {}
        monkeypatch.setattr(log, "_quiet", False)
        monkeypatch.setattr(loop, "turn_after", lambda now, every: now)
        monkeypatch.setattr(loop, "_collect", self._collect)
        monkeypatch.setattr(loop, "_score", lambda agencies, settings: self._run("score"))
        monkeypatch.setattr(loop, "_publish", lambda agencies, settings: self._run("publish"))
        monkeypatch.setattr(loop, "_documents", lambda agencies, settings: self._run("documents"))
        monkeypatch.setattr(loop, "_listen", lambda agencies, settings: self._run("listen"))
        monkeypatch.setattr(loop, "LISTENED_AFTER", timedelta(0))

    async def _collect(self, agencies, settings, connections):
        result = self._run("collect")
        if result is not None:
            await result

    def _run(self, name):
        self.ran.append(name)
        if name == "listen" and self.ran.count(name) == self.rounds:
            self.stop.set()
        return self.does.get(name, lambda: None)()

    def go(self, agency):
        async def whole():
            await asyncio.wait_for(loop.run([agency], Settings(), self.stop), timeout=20)

        asyncio.run(whole())


@pytest.fixture
def jobs(monkeypatch):
    return Jobs(monkeypatch)


def events(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def fail():
    raise RuntimeError("the platform's answer was odd")


def test_a_round_collects_then_scores_then_publishes_then_makes_documents(jobs, agency):
    jobs.rounds = 2
    jobs.go(agency)
    assert jobs.ran == ["collect", "score", "publish", "documents", "listen"] * 2


@pytest.mark.parametrize("name", ["collect", "score", "publish", "documents", "listen"])
def test_a_job_that_fails_does_not_end_the_loop_and_is_tried_at_its_next_turn(
    jobs, agency, capsys, name
):
    jobs.rounds = 3
    jobs.does[name] = fail
    jobs.go(agency)
    assert jobs.ran == ["collect", "score", "publish", "documents", "listen"] * 3
    failures = [e for e in events(capsys) if e["message"] == "loop.job_failed"]
    assert len(failures) == 3
    assert failures[0]["job"] == name
    assert failures[0]["error"] == "RuntimeError: the platform's answer was odd"


def test_when_told_to_stop_no_further_job_is_begun(jobs, agency, capsys):
    jobs.does["collect"] = jobs.stop.set
    jobs.go(agency)
    assert jobs.ran == ["collect"]
    assert events(capsys)[-1]["message"] == "loop.stopped"


def test_a_job_that_runs_on_is_cut_short_after_its_grace(jobs, agency, capsys, monkeypatch):
    monkeypatch.setattr(loop, "GRACE", 0.05)

    def never_ends():
        jobs.stop.set()
        return asyncio.sleep(60)

    jobs.does["collect"] = never_ends
    began = time.monotonic()
    jobs.go(agency)
    assert time.monotonic() - began < 10
    assert [e["message"] for e in events(capsys)] == ["loop.job_cut_short", "loop.stopped"]


def test_a_job_that_ends_in_its_grace_is_not_cut_short(jobs, agency, capsys):
    ended = []

    async def ends_soon():
        jobs.stop.set()
        await asyncio.sleep(0.05)
        ended.append(True)

    jobs.does["collect"] = ends_soon
    jobs.go(agency)
    assert ended == [True]
    assert [e["message"] for e in events(capsys)] == ["loop.stopped"]


# As a process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_within_seconds_having_written_to_the_store(
    number, tmp_path, sqlite_url
):
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "KIPRAH_STORE": sqlite_url,
        "KIPRAH_SITE": f"file://{tmp_path}/site",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "functions", "run"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        # Its first line is that of its first job.
        lines = [process.stdout.readline()]
        process.send_signal(number)
        out, err = process.communicate(timeout=15)
    finally:
        process.kill()
    assert (process.returncode, err) == (0, "")
    names = [json.loads(line)["message"] for line in [*lines, *out.splitlines()]]
    assert names[0] == "collect.finished"
    assert names[-1] == "loop.stopped"
    store = open_agency(Settings(store=sqlite_url)).store
    agency = AgencyStore(store, Agency())
    assert "registry is empty" in turns.standing(agency, "collect")["said"]
    store.close()
