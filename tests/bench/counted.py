"""What a cloud bills, counted where the jobs do it: documents, objects, calls, bytes of log.

A store and a destination that count stand in front of real ones. Times are CPU seconds of this
process: what waiting costs elsewhere follows from the calls (prices.py).
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import process_time
from typing import Any

from functions import log
from functions.publish.targets.port import File, Listed, md5_of
from functions.store.port import Store, Stored, Write

LISTED_AT_ONCE = 1_000  # objects in an answer of Cloud Storage, which is one operation of class A

Count = Counter[str]
Counts = dict[str, Count]


class CountedStore:
    """A store that counts what Firestore bills, and calls, into ``count``.

    ``reads``, ``writes``, ``deletes`` and ``store_calls``; ``by`` has all but the last by
    collection.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self.remote = store.remote
        self.meter = store.meter
        self.count: Count = Counter()
        self.by: Counter[tuple[str, str]] = Counter()

    def get(self, paths: Sequence[str]) -> dict[str, Stored]:
        """See ``Store``."""
        for path in dict.fromkeys(paths):
            self._add("reads", _collection(path))
        self._call()
        return self._store.get(paths)

    def list(
        self,
        collection: str,
        *,
        at_least: str | None = None,
        below: str | None = None,
        changed_since: datetime | None = None,
        newest: int | None = None,
    ) -> Iterator[Stored]:
        """See ``Store``. A query that finds nothing is billed as one read."""
        self._call()
        found = False
        for stored in self._store.list(
            collection,
            at_least=at_least,
            below=below,
            changed_since=changed_since,
            newest=newest,
        ):
            found = True
            self._add("reads", collection.rpartition("/")[2])
            yield stored
        if not found:
            self._add("reads", collection.rpartition("/")[2])

    def write(self, writes: Iterable[Write]) -> None:
        """See ``Store``. Deletes have a price of their own."""
        todo = list(writes)
        self._store.write(todo)
        if todo:
            self._call()
        for write in todo:
            kind = "deletes" if write.mode == "delete" else "writes"
            self._add(kind, _collection(write.path))

    def everything(self, *, most: int | None = None) -> Iterator[Stored]:
        """See ``Store``. For looking at what was kept: it counts nothing."""
        return self._store.everything(most=most)

    def sweep(self, until: datetime, *, most: int) -> int:
        """See ``Store``. Firestore does so by itself, and counts it apart."""
        return self._store.sweep(until, most=most)

    def close(self) -> None:
        """See ``Store``."""
        self._store.close()

    def _call(self) -> None:
        with self._guard:
            self.count["store_calls"] += 1

    def _add(self, kind: str, collection: str) -> None:
        with self._guard:
            self.count[kind] += 1
            self.by[collection, kind] += 1


class CountedObjects:
    """A destination in memory that counts operations: ``puts``, ``lists`` (pages), ``gets``."""

    parallel = 10  # as Cloud Storage's

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.count: Count = Counter()
        self._guard = threading.Lock()

    def list(self, folder: str = "") -> dict[str, Listed]:
        """See ``Objects``."""
        found = {
            path: Listed(md5_of(body), len(body))
            for path, body in self.bodies.items()
            if path.startswith(folder)
        }
        self.count["lists"] += max(1, -(-len(found) // LISTED_AT_ONCE))
        return found

    def get(self, path: str) -> bytes | None:
        """See ``Objects``."""
        self.count["gets"] += 1
        return self.bodies.get(path)

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        """See ``Objects``. A refused put is an operation as well."""
        with self._guard:
            self.count["puts"] += 1
            if if_absent and file.path in self.bodies:
                return False
            self.count["put_bytes"] += len(file.body)
            self.bodies[file.path] = file.body
        return True

    @property
    def size(self) -> int:
        """Bytes of the site."""
        return sum(map(len, self.bodies.values()))


@dataclass(slots=True)
class Tally:
    """Counts by job; what is counted lies between one call of ``job`` and its end."""

    store: CountedStore
    objects: CountedObjects
    jobs: defaultdict[str, Count] = field(default_factory=lambda: defaultdict(Counter))

    @contextmanager
    def job(self, name: str) -> Iterator[Count]:
        """Count what happens inside for a job; the block may add to what it is given."""
        before = self.store.count + self.objects.count
        told = io.StringIO()
        began = process_time()
        with contextlib.redirect_stdout(told):
            yield self.jobs[name]
        spent = process_time() - began
        count = self.jobs[name]
        count.update(self.store.count + self.objects.count - before)
        count["cpu_ms"] += round(1000 * spent)
        count["runs"] += 1
        count["log_bytes"] += len(told.getvalue().encode())

    def take(self) -> Counts:
        """What was counted since the last call."""
        taken, self.jobs = dict(self.jobs), defaultdict(Counter)
        return taken


def finished(report: Mapping[str, Any]) -> None:
    """The line that an entry point ends with, so that its bytes are counted, too."""
    log.trace("projects/kiprah/traces/0123456789abcdef0123456789abcdef")
    log.info(f"{report['job']}.finished", **report)


def _collection(path: str) -> str:
    return path.rpartition("/")[0].rpartition("/")[2]
