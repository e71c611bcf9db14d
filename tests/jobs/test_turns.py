"""One run of a job at a time, whoever started it, and what is known of the last ones."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from functions import log
from functions.__main__ import cli
from functions.commands import loop
from functions.jobs import turns
from functions.jobs.rounds import each
from functions.jobs.tally import NAMES
from functions.jobs.turns import LEASE, standing, taken
from functions.model import Agency, iso
from functions.score.job import score_all
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import StoreError, Write
from functions.store.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
PATH = "agencies/kemenkum/jobs/score"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def agency(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AgencyStore]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIPRAH_STORE", sqlite_url)
    monkeypatch.setenv("KIPRAH_SITE", f"file://{tmp_path}/site")
    store = open_agency(Settings(store=sqlite_url)).store
    yield AgencyStore(store, Agency())
    store.close()


def run_job(
    agency: AgencyStore, now: datetime, report: dict[str, Any] | Exception
) -> dict[str, Any]:
    def job(_: AgencyStore) -> dict[str, Any]:
        if isinstance(report, Exception):
            raise report
        return report

    done = each([agency], job, job="score", run_id="r", now=now)
    return {name: value for name, value in done.items() if name not in NAMES}


GOOD: dict[str, Any] = {"job": "score", "failed": False, "problems": ["a word"]}
BAD: dict[str, Any] = {"job": "score", "failed": True, "problems": ["nothing\ncould be read", "b"]}


# One at a time


def test_the_second_of_two_runs_does_nothing_and_says_who_is_at_work(
    agency: AgencyStore, now: datetime
) -> None:
    with taken(agency, "score", now) as turn:
        assert turn.other is None
        report = run_job(agency, now, AssertionError("it must not run"))
    assert report["failed"] is False
    assert report["problems"] == []
    [said] = report["skipped"].values()
    assert f":{os.getpid()}" in said
    assert "has been at work since 20" in said
    assert run_job(agency, now, GOOD) == GOOD


def test_jobs_and_agencies_do_not_wait_for_each_other(agency: AgencyStore, now: datetime) -> None:
    other = AgencyStore(agency.store, Agency(id="kemenham"))
    with taken(agency, "score", now), taken(agency, "publish", now) as second:
        assert second.other is None
        with taken(other, "score", now) as third:
            assert third.other is None


def test_of_many_at_once_one_has_the_turn(agency: AgencyStore, now: datetime) -> None:
    begin, done = threading.Barrier(8), threading.Event()
    found: list[str | None] = []

    def one() -> None:
        begin.wait()
        with taken(agency, "score", now) as turn:
            found.append(turn.other)
            if turn.other is None:
                done.wait(20)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 20
    while len(found) < 8 and time.monotonic() < until:
        time.sleep(0.01)
    done.set()
    for thread in threads:
        thread.join()
    assert found.count(None) == 1


def test_a_run_costs_one_read_and_two_writes(agency: AgencyStore, now: datetime) -> None:
    run_job(agency, now, GOOD)
    reads, writes = agency.store.meter.reads, agency.store.meter.writes
    run_job(agency, now, GOOD)
    assert (agency.store.meter.reads - reads, agency.store.meter.writes - writes) == (1, 2)
    with taken(agency, "score", now):
        writes = agency.store.meter.writes
        run_job(agency, now, GOOD)
        assert agency.store.meter.writes == writes


def test_a_lease_is_renewed_while_its_run_lasts(
    agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "RENEWED_EVERY", 0.05)
    with taken(agency, "score", now):
        past = {"until": iso(datetime.now(UTC) - MINUTE)}
        agency.store.write([Write(PATH, past, "merge")])
        until = time.monotonic() + 20
        while standing(agency, "score")["until"] == past["until"] and time.monotonic() < until:
            time.sleep(0.02)
        assert "skipped" in run_job(agency, now, GOOD)


KILLED = """
import sys, time
from datetime import UTC, datetime
from functions.model import Agency
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.jobs.turns import taken

book = AgencyStore(open_store(sys.argv[1]), Agency())
with taken(book, "score", datetime.now(UTC)):
    print("taken", flush=True)
    time.sleep(60)
"""


def test_the_turn_of_a_killed_process_is_free_at_once(
    agency: AgencyStore, sqlite_url: str, now: datetime
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, sqlite_url],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"taken\n"
        assert f":{process.pid})" in str(run_job(agency, now, GOOD)["skipped"])
    finally:
        process.kill()
        process.communicate()
    assert run_job(agency, now, GOOD) == GOOD


@pytest.mark.parametrize(
    ("until", "is_free"),
    [(-MINUTE, True), (MINUTE, False), (LEASE, False), (timedelta(days=400), True)],
)
def test_another_computers_lease_ends_by_itself(
    agency: AgencyStore, now: datetime, until: timedelta, is_free: bool
) -> None:
    """Also one by a clock that was ahead."""
    lease = {"holder": "lain:7", "token": "a", "process": "elsewhere/7@1"}
    ends = iso(datetime.now(UTC) + until)
    agency.store.write([Write(PATH, {**lease, "since": iso(now), "until": ends})])
    report = run_job(agency, now, GOOD)
    assert (report == GOOD) is is_free
    if not is_free:
        assert f"since {iso(now)} in another process (lain:7)" in report["skipped"]["score"]


def test_a_lease_that_this_process_left_behind_is_free(agency: AgencyStore, now: datetime) -> None:
    """Giving it back failed, for instance."""
    write = agency.store.write

    def fails(_: Any) -> None:
        raise StoreError("gone for a moment")

    with taken(agency, "score", now):
        agency.store.write = fails  # type: ignore[method-assign]
    agency.store.write = write  # type: ignore[method-assign]
    assert run_job(agency, now, GOOD) == GOOD


@given(
    st.dictionaries(
        st.sampled_from(["holder", "token", "process", "since", "until", "good_at", "said"]),
        st.none() | st.text(max_size=6) | st.integers(0, 9) | st.just("2026-10-20T03:00:00Z"),
    )
)
def test_whatever_stands_in_the_document_a_run_takes_its_turn(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    store = SqliteStore(tmp_path_factory.getbasetemp() / "turns.db")
    agency = AgencyStore(store, Agency())
    at = datetime(2026, 10, 20, 3, tzinfo=UTC)
    store.write([Write(PATH, document)])
    assert run_job(agency, at, BAD) == BAD
    assert run_job(agency, at, GOOD) == GOOD
    assert standing(agency, "score")["good_at"] == iso(at)
    store.close()


# What is known of the last runs


def test_how_runs_ended_is_kept(agency: AgencyStore, now: datetime) -> None:
    assert standing(agency, "score") == {}
    run_job(agency, now, GOOD)
    run_job(agency, now + MINUTE, BAD)
    with pytest.raises(RuntimeError):
        run_job(agency, now + 2 * MINUTE, RuntimeError("a bug"))
    noted = standing(agency, "score")
    assert noted["good_at"] == iso(now)
    assert noted["failing_since"] == iso(now + MINUTE)
    assert noted["failed_at"] == iso(now + 2 * MINUTE)
    assert noted["said"] == "RuntimeError: a bug"
    run_job(agency, now + 3 * MINUTE, BAD)
    assert standing(agency, "score")["said"] == "nothing could be read"
    run_job(agency, now + 4 * MINUTE, GOOD)
    noted = standing(agency, "score")
    assert (noted["good_at"], noted["failing_since"]) == (iso(now + 4 * MINUTE), None)


def test_a_replay_of_the_past_takes_nothing_back(agency: AgencyStore, now: datetime) -> None:
    run_job(agency, now, GOOD)
    run_job(agency, now - timedelta(days=9), GOOD)
    assert standing(agency, "score")["good_at"] == iso(now)


def test_what_a_clock_that_was_ahead_noted_is_mended_by_the_next_run(
    agency: AgencyStore, now: datetime
) -> None:
    run_job(agency, datetime.now(UTC) + timedelta(days=9), GOOD)
    run_job(agency, now, GOOD)
    assert standing(agency, "score")["good_at"] == iso(now)


def test_no_secret_is_kept_of_what_a_run_said(
    agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_hidden", {"rahasia-sekali"})
    run_job(
        agency, now, {"job": "score", "failed": True, "problems": ["token rahasia-sekali \ud83d"]}
    )
    assert standing(agency, "score")["said"] == "token ••• ?"


def test_a_run_that_is_stopped_gives_its_turn_back_and_is_no_failure(
    agency: AgencyStore, now: datetime
) -> None:
    with pytest.raises(KeyboardInterrupt), taken(agency, "score", now):
        raise KeyboardInterrupt
    assert run_job(agency, now, GOOD) == GOOD
    assert "failed_at" not in standing(agency, "score")


# By every way in


@pytest.mark.parametrize("job", ["collect", "score", "publish"])
def test_the_command_line_says_so_and_succeeds(
    agency: AgencyStore, now: datetime, job: str
) -> None:
    with taken(agency, job, now):
        result = CliRunner().invoke(cli, [job])
        [line] = result.stderr.splitlines()
        reported = CliRunner().invoke(cli, [job, "--json"])
    assert result.exit_code == 0
    assert line.startswith(f"kiprah: kiprah {job} has been at work since")
    assert list(json.loads(reported.stdout)["skipped"]) == [job]


@pytest.mark.parametrize("job", ["collect", "score", "publish"])
def test_an_overlapping_delivery_is_answered_with_200(
    agency: AgencyStore, now: datetime, job: str
) -> None:
    client = functions_framework.create_app(job, str(ROOT / "main.py")).test_client()
    with taken(agency, job, now):
        answered = client.post("/")
    assert answered.status_code == 200
    assert "has been at work since" in answered.json["skipped"][job]


def test_several_agencies_are_told_apart(
    agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIPRAH_AGENCIES", "kemenkum=Hukum; kemenham=HAM")
    with taken(agency, "score", now):
        result = CliRunner().invoke(cli, ["score"])
    assert result.exit_code == 0
    assert result.stderr.startswith("kiprah: kemenkum: kiprah score has been")
    assert len(result.stderr.splitlines()) == 1


def test_the_loop_says_once_that_another_one_is_at_work(
    agency: AgencyStore, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    log.speak()
    loop._found.clear()
    with taken(agency, "score", now):
        for _ in range(3):
            loop._score([agency], Settings())
    loop._score([agency], Settings())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [("skipped" in line, line["message"]) for line in lines] == [
        (True, "score.finished"),
        (False, "score.finished"),
    ]


def test_of_two_loops_one_works_and_the_other_stands_by_until_it_ends(
    agency: AgencyStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log.speak()
    monkeypatch.setattr(loop, "STANDBY", timedelta(milliseconds=20))
    worked = []
    stop = asyncio.Event()

    async def collects(*_: Any) -> None:
        worked.append(1)
        stop.set()

    monkeypatch.setattr(loop, "_collect", collects)

    async def both() -> None:
        with taken(agency, "run", loop.present()):
            second = asyncio.ensure_future(loop.run([agency], Settings(), stop))
            await asyncio.sleep(0.3)
            assert worked == []
        await asyncio.wait_for(second, 20)

    asyncio.run(both())
    assert worked == [1]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [told] = [line for line in lines if line["message"] == "loop.stands_by"]
    assert "kiprah run has been at work since" in told["said"]
    assert f":{os.getpid()})" in told["said"]


def test_a_run_with_nothing_new_writes_its_turn_and_nothing_else(
    agency: AgencyStore, now: datetime
) -> None:
    score_all([agency], now=now, run_id="a")
    before = {stored.path for stored in agency.store.list(f"{agency.root}/runs")}
    writes = agency.store.meter.writes
    score_all([agency], now=now + MINUTE, run_id="b")
    assert agency.store.meter.writes - writes == 2
    assert {stored.path for stored in agency.store.list(f"{agency.root}/runs")} == before


def test_collecting_fails_where_nothing_can_be_read_and_it_is_noted(
    agency: AgencyStore, now: datetime
) -> None:
    from functions.collect.job import collect_all
    from functions.collect.tick import CollectRun
    from functions.settings import load

    loaded = load({}, Path("none"))
    asyncio.run(collect_all([agency], loaded, CollectRun(now=now, run_id="c")))
    assert "registry is empty" in standing(agency, "collect")["said"]
