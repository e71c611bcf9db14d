"""The outbox is worked off: what is due is claimed, sent, and settled, in bounded time.

A claim moves a notice's ``due`` to the end of a lease, under the version that was read: of two
workers one has it. A worker that dies between sending and settling leaves the lease to run out, and
then the notice is sent again: at least once there, once everywhere else. What failed waits longer
each time, and is given up after the last attempt, a day later.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

import msgspec

from functions.model import iso
from functions.notify.sender import Sender
from functions.settings.notices import Targets
from functions.store.agency import AgencyStore
from functions.store.agency.notices import GIVEN_UP
from functions.store.port import Conflict, Stored

LEASE = timedelta(minutes=10)
# Before each further attempt; the last one comes a day after the first.
PAUSES = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=17),
)
ATTEMPTS = len(PAUSES) + 1
MOST = 200  # notices that one run looks at
WORKERS = 4
SECONDS = 4.0  # after which no notice is begun
GRACE = 4.0  # seconds more for what was begun; what takes longer is left to its lease
_FAILURES = 2  # in a row, after which a server is left alone
_REST = 300.0  # seconds

# A unit's mail addresses, by its id.
Addresses = Callable[[], Mapping[str, Sequence[str]]]

# Until when, on ``monotonic``'s clock, this process leaves a server alone, and how often it failed.
_failures: dict[str, int] = {}
_rests: dict[str, float] = {}


class Delivered(msgspec.Struct):
    """What a run sent. ``waiting``: notices that failed or were not begun, and are tried again."""

    sent: int = 0
    waiting: int = 0
    given_up: int = 0

    @property
    def problems(self) -> list[str]:
        """What the operator should know."""
        said = []
        if self.waiting:
            said.append(
                f"notices: {self.waiting} could not be sent and are tried again; if it stays so, "
                "look at KIPRAH_NOTIFY (kiprah notify test)"
            )
        if self.given_up:
            said.append(f"notices: {self.given_up} were given up after {ATTEMPTS} attempts")
        return said


class Destination(msgspec.Struct, frozen=True):
    """One address or webhook. ``server``: whose failures count together; ``name``: a digest."""

    server: str
    address: str
    is_mail: bool

    def name(self, path: str) -> str:
        """What a notice's document remembers it by: no address can be read from it."""
        return hashlib.sha256(f"{path} {self.address}".encode()).hexdigest()[:16]


def deliver(
    agency: AgencyStore,
    targets: Targets,
    addresses: Addresses,
    clock: Callable[[], datetime],
    make: Callable[[Targets], Sender] = Sender,
) -> Delivered:
    """Send what is due. A server that is down costs seconds, and nothing else.

    Args:
        addresses: looked up only when something is due.
        make: makes what sends; called only when something is due.

    Raises:
        StoreError: the outbox cannot be read.
    """
    due = agency.due_notices(clock(), MOST)
    if not due:
        return Delivered()
    work = _Work(agency, targets, addresses(), clock, make(targets))
    queue: SimpleQueue[Stored] = SimpleQueue()
    for held in due:
        queue.put(held)
    ends = monotonic() + SECONDS
    workers = [
        threading.Thread(target=work.through, args=(queue, ends), daemon=True)
        for _ in range(min(WORKERS, len(due)))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(max(ends + GRACE - monotonic(), 0.0))
    with work.guard:
        done = msgspec.structs.replace(work.done)
    done.waiting = len(due) - done.sent - done.given_up - work.left_to_others
    return done


class _Work:
    """What the workers of one delivery share."""

    def __init__(
        self,
        agency: AgencyStore,
        targets: Targets,
        addresses: Mapping[str, Sequence[str]],
        clock: Callable[[], datetime],
        sender: Sender,
    ) -> None:
        self.agency = agency
        self.targets = targets
        self.addresses = addresses
        self.clock = clock
        self.sender = sender
        self.guard = threading.Lock()
        self.done = Delivered()
        self.left_to_others = 0

    def through(self, queue: SimpleQueue[Stored], ends: float) -> None:
        """Take notices until there are none or the time is over; one that fails costs itself."""
        while monotonic() < ends:
            try:
                held = queue.get_nowait()
            except Empty:
                return
            try:
                self._one(held)
            except Conflict:
                with self.guard:
                    self.left_to_others += 1
            except Exception:  # its lease brings it back
                continue

    def _one(self, held: Stored) -> None:
        wanted = [*self._wanted(held)]
        asked = [each for each in wanted if _rests.get(each.server, 0.0) <= monotonic()]
        if wanted and not asked:
            return  # no attempt: it is the servers' fault
        before = _whole(held.data.get("attempts"))
        self.agency.amend(held, {"due": iso(self.clock() + LEASE), "attempts": before + 1})
        sent = [each.name(held.path) for each in asked if self._sent(held, each)]
        fields: dict[str, Any] = {"done": [*_listed(held.data.get("done")), *sent]}
        if len(sent) == len(wanted):
            fields |= {"due": None, "sent_at": iso(self.clock())}
        elif len(sent) == len(asked):  # what is left was not asked
            fields |= {"due": iso(self.clock() + PAUSES[0]), "attempts": before}
        elif before < len(PAUSES):
            fields["due"] = iso(self.clock() + PAUSES[before])
        else:
            fields["due"] = GIVEN_UP
        self.agency.settle_notice(held, fields)
        with self.guard:
            self.done.sent += fields["due"] is None
            self.done.given_up += fields["due"] == GIVEN_UP

    def _wanted(self, held: Stored) -> Iterator[Destination]:
        """Whom a notice has not reached yet."""
        done = _listed(held.data.get("done"))
        for each in self._destinations(held.data.get("satker"), held.data.get("mail_only")):
            if each.name(held.path) not in done:
                yield each

    def _destinations(self, satker: Any, mail_only: Any) -> Iterator[Destination]:
        if self.targets.mail is not None and isinstance(satker, str):
            for address in self.addresses.get(satker, ()):
                yield Destination(self.targets.mail, address, is_mail=True)
        for hook in () if mail_only is True else self.targets.hooks:
            yield Destination(hook, hook, is_mail=False)

    def _sent(self, held: Stored, to: Destination) -> bool:
        subject, text = str(held.data.get("subject")), str(held.data.get("text"))
        if to.is_mail:
            is_sent = self.sender.mail(to.address, subject, text)
        else:
            is_sent = self.sender.call(to.address, subject, text)
        with self.guard:
            failures = 0 if is_sent else _failures.get(to.server, 0) + 1
            _failures[to.server] = failures
            if failures >= _FAILURES:
                _rests[to.server] = monotonic() + _REST
                _failures[to.server] = 0
        return is_sent


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
