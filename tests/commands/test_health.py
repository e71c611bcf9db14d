"""Whether the loop lives: what it writes, what is made of it, and what systemd hears."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from functions.__main__ import cli
from functions.commands import health
from functions.commands.health import MISSED, Heartbeat, judge, read
from functions.model import iso
from functions.settings.cadence import CADENCES

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def well(state: Any, now: datetime) -> dict[str, bool]:
    return {finding.subject: finding.ok for finding in judge(state, now)}


def test_a_beat_says_what_the_loop_is_at_and_when_each_job_last_succeeded(
    tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "health.json"
    heart = Heartbeat(file, clock)
    heart.begins("collect")
    clock.now += MINUTE
    heart.ends("collect", good=True)
    heart.begins("score")
    clock.now += MINUTE
    heart.ends("score", good=False)
    heart.begins("publish")
    assert read(file) == {
        "at": iso(clock.now),
        "began_at": iso(NOW),
        "at_work": "publish",
        "jobs": {
            "collect": {"began_at": iso(NOW), "good_at": iso(NOW + MINUTE)},
            "score": {"began_at": iso(NOW + MINUTE), "failed_at": iso(NOW + 2 * MINUTE)},
            "publish": {"began_at": iso(NOW + 2 * MINUTE)},
        },
    }
    told = {finding.subject: finding.words for finding in judge(read(file), clock.now + MINUTE)}
    assert told["collect"] == f"last succeeded 60 s ago ({iso(NOW + MINUTE)})".replace(
        "60 s", "2 min"
    )
    assert told["score"] == "has not succeeded yet; last failed 60 s ago"
    assert told["publish"] == "has not succeeded yet; at work, begun 60 s ago"
    assert list(tmp_path.iterdir()) == [file]


def test_a_loop_that_does_not_beat_hangs(clock: Clock, tmp_path: Path) -> None:
    Heartbeat(tmp_path / "a", clock).beat()
    state = read(tmp_path / "a")
    assert all(well(state, NOW + MISSED - MINUTE).values())
    assert well(state, NOW + MISSED)["loop"] is False


@pytest.mark.parametrize("job", list(CADENCES))
def test_a_job_that_goes_on_for_longer_than_any_does_hangs_though_the_loop_beats(
    clock: Clock, tmp_path: Path, job: str
) -> None:
    heart = Heartbeat(tmp_path / "a", clock)
    heart.begins(job)
    clock.now += timedelta(seconds=2 * CADENCES[job].timeout)
    heart.beat()
    assert all(well(read(tmp_path / "a"), clock.now).values())
    clock.now += timedelta(seconds=1)
    heart.beat()
    state = well(read(tmp_path / "a"), clock.now)
    assert (state[job], state["loop"]) == (False, True)


def test_jobs_that_fail_for_days_are_told_and_are_no_reason_to_start_again(
    clock: Clock, tmp_path: Path
) -> None:
    heart = Heartbeat(tmp_path / "a", clock)
    for _ in range(9):
        clock.now += timedelta(days=1)
        heart.begins("collect")
        heart.ends("collect", good=False)
    assert all(well(read(tmp_path / "a"), clock.now).values())


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["at", "jobs", "collect", "good_at", "began_at"]), inner)
    ),
    max_leaves=9,
)


@given(_values | st.binary(max_size=40))
def test_whatever_a_file_holds_it_is_told_in_words(
    tmp_path_factory: pytest.TempPathFactory, content: Any
) -> None:
    file = tmp_path_factory.getbasetemp() / "odd.json"
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    file.write_bytes(body)
    findings = judge(read(file), NOW)
    assert findings[0].subject == "loop"
    assert all(finding.words for finding in findings)


def test_a_place_that_cannot_be_written_is_told_once_and_costs_nothing_else(
    tmp_path: Path, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    heart = Heartbeat(tmp_path / "none" / "a", clock)
    for _ in range(3):
        heart.begins("collect")
        heart.ends("collect", good=True)
    [line] = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["message"] == "loop.health_unwritten"


def test_it_beats_until_it_is_cancelled(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "EVERY", 0.001)
    heart, beats = Heartbeat(None, clock), []
    monkeypatch.setattr(heart, "beat", lambda: beats.append(1))

    async def some() -> None:
        task = asyncio.ensure_future(heart.goes_on())
        while len(beats) < 5:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(some(), 20))
    assert len(beats) >= 5


# systemd


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.settimeout(20)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return heard


def test_systemd_hears_a_beat_and_none_while_a_job_hangs(
    systemd: socket.socket, clock: Clock
) -> None:
    heart = Heartbeat(None, clock)
    heart.beat()
    assert systemd.recv(99) == b"READY=1\nWATCHDOG=1"
    heart.begins("collect")
    systemd.recv(99)
    clock.now += timedelta(hours=1)
    heart.beat()
    systemd.setblocking(False)
    with pytest.raises(BlockingIOError):
        systemd.recv(99)
    systemd.close()


def test_a_beat_that_nobody_hears_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("", "/nowhere/at/all", "@nobody"):
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        health.notify("READY=1")


# From outside


def test_the_loop_as_a_process_writes_it_and_the_command_reads_it(
    tmp_path: Path, sqlite_url: str, systemd: socket.socket
) -> None:
    file = tmp_path / "health.json"
    missing = CliRunner().invoke(cli, ["health", str(file)])
    assert (missing.exit_code, len(missing.stderr.splitlines())) == (1, 1)
    process = subprocess.Popen(
        [sys.executable, "-m", "functions", "run", "--health", str(file)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "KIPRAH_STORE": sqlite_url,
            "KIPRAH_SITE": f"file://{tmp_path}/site",
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        assert systemd.recv(99) == b"READY=1\nWATCHDOG=1"
        until = time.monotonic() + 60
        while time.monotonic() < until and "good_at" not in str(
            read(file).get("jobs", {}).get("publish") if file.exists() else ""
        ):
            time.sleep(0.05)
        said = CliRunner().invoke(cli, ["health", str(file)])
        assert said.exit_code == 0, said.output
        assert "ok  score: last succeeded" in said.stdout
        assert "ok  collect: has not succeeded yet; last failed" in said.stdout
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        systemd.close()
    # What it left says that it is gone, soon.
    state = {**read(file), "at": iso(datetime.now(UTC) - MISSED)}
    file.write_text(json.dumps(state))
    late = CliRunner().invoke(cli, ["health", str(file)])
    assert (late.exit_code, "!!  loop: last beat 3 min ago: it hangs" in late.stdout) == (1, True)
