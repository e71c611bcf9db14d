"""Whether the loop of one server lives: a file that it writes, and what to think of that file.

``kiprah run --health FILE`` writes it twice a minute, whole or not at all; ``kiprah health FILE``
reads it, for a container's health check. Where systemd started the loop it hears the same beat
(WATCHDOG=1 to NOTIFY_SOCKET: sd_notify(3)) and starts it again when that stays away.

The beat comes from the loop itself, so it stops when the loop hangs, or when one job lasts longer
than any job can. It goes on while platforms are down or a token is refused: a restart would mend
nothing. The file also says when each job last succeeded.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from functions import log
from functions.commands.doctor.finding import Finding, age
from functions.commands.shell import (
    fail,
)
from functions.model import iso
from functions.settings.cadence import CADENCES
from functions.times import present, time_of

EVERY = 30.0  # seconds between two beats
MISSED = timedelta(minutes=3)  # without a beat the loop hangs
LONGEST = 2  # times a job's timeout in the cloud: then it hangs
MOST_BYTES = 64 * 1024  # of the file


class Heartbeat:
    """What the loop is at, written to ``file`` (None: nowhere) with every beat."""

    def __init__(self, file: Path | None = None, clock: Callable[[], datetime] = present) -> None:
        self._file = file
        self._clock = clock
        self._began = clock()
        self._jobs: dict[str, dict[str, str]] = {}
        self._at_work: str | None = None
        self._told = False

    def begins(self, job: str) -> None:
        """Note that a job's turn has come."""
        self._at_work = job
        self._jobs.setdefault(job, {})["began_at"] = iso(self._clock())
        self.beat()

    def ends(self, job: str, *, good: bool) -> None:
        """Note how it ended."""
        self._at_work = None
        self._jobs[job] |= {"good_at" if good else "failed_at": iso(self._clock())}
        self.beat()

    def beat(self) -> None:
        """Write the file and tell systemd; a file that cannot be written is told of once."""
        state = {
            "at": iso(self._clock()),
            "began_at": iso(self._began),
            "at_work": self._at_work,
            "jobs": self._jobs,
        }
        if all(finding.ok for finding in judge(state, self._clock())):
            notify("READY=1\nWATCHDOG=1")
        if self._file is None:
            return
        try:
            _replace(self._file, json.dumps(state))
            self._told = False
        except OSError as error:
            if not self._told:
                log.warning("loop.health_unwritten", file=str(self._file), error=error.strerror)
            self._told = True

    async def goes_on(self) -> None:
        """Beat until cancelled."""
        while True:
            self.beat()
            await asyncio.sleep(EVERY)


def judge(state: Mapping[str, Any], now: datetime) -> list[Finding]:
    """What a file's content says of the loop and of each job; not ``ok`` when the loop hangs.

    A file with any other content gives words that say so.
    """
    at = time_of(state.get("at"))
    if at is None:
        return [
            Finding("loop", "the file says nothing; kiprah run --health FILE writes it", ok=False)
        ]
    beats = now - at < MISSED
    found = [Finding("loop", f"last beat {age(at, now)}{'' if beats else ': it hangs'}", ok=beats)]
    jobs = state.get("jobs")
    for job in CADENCES:
        noted = jobs.get(job) if isinstance(jobs, Mapping) else None
        noted = noted if isinstance(noted, Mapping) else {}
        found.append(_job(job, noted, at_work=state.get("at_work") == job, now=now))
    return found


def _job(job: str, noted: Mapping[str, Any], *, at_work: bool, now: datetime) -> Finding:
    good, failed = time_of(noted.get("good_at")), time_of(noted.get("failed_at"))
    said = [f"last succeeded {age(good, now)} ({iso(good)})" if good else "has not succeeded yet"]
    if failed is not None and (good is None or failed > good):
        said.append(f"last failed {age(failed, now)}")
    began = time_of(noted.get("began_at"))
    hangs = False
    if at_work and began is not None:
        hangs = now - began > LONGEST * timedelta(seconds=CADENCES[job].timeout)
        said.append(f"at work, begun {age(began, now)}{': it hangs' if hangs else ''}")
    return Finding(job, "; ".join(said), ok=not hangs)


def read(file: Path) -> Mapping[str, Any]:
    """What a file holds; empty where that is nothing of ours. OSError when it cannot be read."""
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES)
    try:
        state = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return state if isinstance(state, Mapping) else {}


def notify(words: str) -> None:
    """Tell systemd; nothing where it did not start this process (sd_notify(3))."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name:
        return
    address = f"\0{name[1:]}" if name.startswith("@") else name
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect(address)
        channel.send(words.encode())


def _replace(file: Path, text: str) -> None:
    handle, half = tempfile.mkstemp(dir=file.parent, prefix=".health-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        Path(half).replace(file)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise


@click.command("health")
@click.argument("file", type=click.Path(path_type=Path))
def health_command(file: Path) -> None:
    """Say whether the loop that writes FILE lives, and when each job last succeeded; exits with 1
    when it hangs or is not there."""

    try:
        findings = judge(read(file), present())
    except OSError as error:
        fail(f"{file}: {error.strerror}; kiprah run --health {file} writes it")
    for finding in findings:
        click.echo(log.clean(f"{'ok' if finding.ok else '!!'}  {finding.subject}: {finding.words}"))
    if not all(finding.ok for finding in findings):
        sys.exit(1)
