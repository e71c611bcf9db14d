"""A job's turn: one run at a time for each agency, and how the last runs ended.

``jobs/{job}`` holds a lease and the ends of the last runs. A lease goes by the computer's own
clock, never by a given ``now``: a replay takes its turn like every other run. The run renews it
while it lasts. When the run is killed the lease ends within minutes, or at once where another run
sees that the process is gone. A run that finds the lease held does nothing and says so. A job's
work is safe to do twice, so a lease that fails costs only calls and time.

A run costs one read and two writes of this document.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import Any

import msgspec

from functions import log
from functions.model import iso
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError
from functions.times import present, time_of

LEASE = timedelta(minutes=3)
RENEWED_EVERY = 60.0  # seconds
AHEAD = timedelta(minutes=2)  # by so much clocks may differ
LONGEST = 500  # characters of what a failed run said
_NEVER = "1970-01-01T00:00:00Z"
# The leases that this process holds: another of its own is left over from a run that is no more.
_held: set[str] = set()


class Turn(msgspec.Struct):
    """A run's turn.

    ``other``: which run has it instead, and since when; None: this run has it. ``is_lost``: this
    computer slept so long that another run has taken the turn."""

    agency: AgencyStore
    job: str
    now: datetime
    token: str = ""
    other: str | None = None
    holder: str | None = None
    is_lost: bool = False
    before: Mapping[str, Any] = msgspec.field(default_factory=dict)
    taken_at: datetime = msgspec.field(default_factory=lambda: present())
    outcome: dict[str, Any] = msgspec.field(default_factory=dict)
    begun: float = msgspec.field(default_factory=monotonic)

    def ended(self, report: Mapping[str, Any]) -> None:
        """Note how the run ended, by its report."""
        if not report.get("failed"):
            self.outcome = {
                "good_at": iso(self._good_at()),
                "seconds": round(monotonic() - self.begun),
                "failing_since": None,
            }
        else:
            reasons = [f"{what}: {why}" for what, why in report.get("skipped", {}).items()]
            problems = [*report.get("problems", ()), *reasons, "nothing was done"]
            self._failed(str(problems[0]))
        if "published" in report:  # scoring looks it up: nobody else would tell it
            self.outcome["published"] = report["published"]

    def fell(self, error: Exception) -> None:
        """Note that the run ended with an error."""
        self._failed(f"{type(error).__name__}: {error}")

    def _failed(self, words: str) -> None:
        said = " ".join(log.clean(words).encode(errors="replace").decode().split())
        self.outcome = {
            "failed_at": iso(self.now),
            "failing_since": self.before.get("failing_since") or iso(self.now),
            "said": said[:LONGEST],
        }

    def _good_at(self) -> datetime:
        """The run's instant, or a later one that is noted: a replay of the past undoes nothing."""
        known = time_of(self.before.get("good_at"))
        is_true = known is not None and known <= present() + AHEAD
        return max(known, self.now) if known is not None and is_true else self.now


@contextmanager
def taken(agency: AgencyStore, job: str, now: datetime) -> Iterator[Turn]:
    """Take a job's turn for an agency, and give it back; look at ``other`` before doing anything.

    An error from inside is noted and raised again. StoreError when the store cannot be used.
    """
    turn = _take(Turn(agency, job, now))
    if turn.other is not None:
        yield turn
        return
    over = threading.Event()
    renewing = threading.Thread(target=_renew, args=(turn, over), daemon=True)
    renewing.start()
    try:
        yield turn
    except Exception as error:
        turn.fell(error)
        raise
    finally:
        over.set()
        _give_back(turn)
        _held.discard(turn.token)


def skipped(turn: Turn, run_id: str, job: str = "") -> dict[str, Any]:
    """The report of a run that found another one at work.

    ``job``: the job's name where the turn has another."""
    job = job or turn.job
    return {
        "job": job,
        "run_id": run_id,
        "now": iso(turn.now),
        "skipped": {job: turn.other},
        "holder": turn.holder,
        "problems": [],
        "failed": False,
    }


def standing(agency: AgencyStore, job: str) -> Mapping[str, Any]:
    """What is noted of a job's runs; empty when it never ran.

    ``good_at``: the instant that the last good run acted for, ``seconds`` how long it took;
    ``failing_since``: the first failure since then, None when there is none; ``failed_at`` and
    ``said``: the last one.
    """
    held = agency.noted(job)
    return {} if held is None else held.data


def _take(turn: Turn) -> Turn:
    for _ in range(3):
        stored = turn.agency.noted(turn.job)
        turn.before = stored.data if stored else {}
        clock = turn.taken_at = present()
        if _is_held(turn.before, clock):
            break
        turn.token = token_hex(8)
        lease = {
            "holder": _holder(),
            "token": turn.token,
            "process": _process(os.getpid()),
            "since": iso(clock),
            "until": iso(clock + LEASE),
        }
        # Known before it is written: a lease that this process does not know looks like a leftover.
        _held.add(turn.token)
        try:
            turn.agency.take_turn(turn.job, lease, stored)
        except StoreError as error:
            _held.discard(turn.token)
            if not isinstance(error, Conflict):
                raise
            continue  # somebody was faster: read again who it is
        return turn
    turn.holder = str(turn.before.get("holder"))
    turn.other = (
        f"kiprah {turn.job} has been at work since {turn.before.get('since')} in another process "
        f"({turn.holder}); this one does nothing"
    )
    return turn


def _is_held(lease: Mapping[str, Any], clock: datetime) -> bool:
    until = time_of(lease.get("until"))
    # A lease longer than LEASE comes from a machine whose clock was ahead: ignore it.
    if until is None or not clock < until <= clock + LEASE + AHEAD:
        return False
    return not _is_gone(str(lease.get("process", "")), str(lease.get("token", "")))


def _is_gone(process: str, token: str) -> bool:
    """Whether this process can tell that a lease's holder has ended or forgotten the lease."""
    machine, _, number = process.rpartition("/")
    pid = number.partition("@")[0]
    if not machine or not pid.isdecimal() or machine != _machine():
        return False
    if int(pid) == os.getpid() and process == _process(os.getpid()):
        return token not in _held
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return False  # somebody else's
    except (OSError, OverflowError):
        return True
    return process != _process(int(pid))


def _renew(turn: Turn, over: threading.Event) -> None:
    while not over.wait(RENEWED_EVERY):
        # A store that cannot be reached now may be at the next time.
        with suppress(StoreError):
            _write_own(turn, {"until": iso(present() + LEASE)})
            turn.taken_at = present()


def _give_back(turn: Turn) -> None:
    """End the lease and keep how the run ended; a store that is gone keeps nothing."""
    end = {"until": _NEVER, **turn.outcome}
    with suppress(StoreError):
        if present() - turn.taken_at < LEASE:
            turn.agency.note(turn.job, end)
        else:  # this computer slept: somebody else may have taken the turn since
            _write_own(turn, end)


def _write_own(turn: Turn, values: dict[str, Any]) -> None:
    """Write what is still this run's to write."""
    stored = turn.agency.noted(turn.job)
    turn.is_lost = stored is not None and stored.data.get("token") != turn.token
    if stored is not None and not turn.is_lost:
        turn.agency.amend(stored, values)


def _holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _process(pid: int) -> str:
    """A process's identity, which a later process with the same number does not share.

    Empty when there is no such process, or when this system does not tell."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    state, born = said[0], said[19]
    return "" if state in "ZX" else f"{_machine()}/{pid}@{born}"


@cache
def _machine() -> str:
    """This computer since its start, and this container in it; empty when it does not say."""
    try:
        booted = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{booted}:{Path('/proc/self/ns/pid').readlink().name}"
    except OSError:
        return ""
