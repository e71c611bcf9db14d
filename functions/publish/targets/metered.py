"""A target that counts what is asked of it, for the run's report."""

from __future__ import annotations

import threading

from functions.publish.targets.port import File, Listed, Objects


class Metered:
    """Stands before a target and counts.

    ``listed``: objects that listings named; ``got``: files read; ``objects`` and ``bytes``: files
    put and their size. A file that is not there, and one that was left alone, count as nothing.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._guard = threading.Lock()
        self.parallel = objects.parallel
        self.listed = self.got = self.objects = self.bytes = 0

    def list(self, folder: str = "") -> dict[str, Listed]:
        """See ``Objects``."""
        found = self._objects.list(folder)
        self.listed += len(found)
        return found

    def get(self, path: str) -> bytes | None:
        """See ``Objects``."""
        body = self._objects.get(path)
        with self._guard:
            self.got += body is not None
        return body

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        """See ``Objects``."""
        was_put = self._objects.put(file, if_absent=if_absent)
        with self._guard:
            self.objects += was_put
            self.bytes += len(file.body) if was_put else 0
        return was_put

    def counts(self) -> dict[str, int]:
        """What was counted until now."""
        return {
            "listed": self.listed,
            "got": self.got,
            "objects": self.objects,
            "bytes": self.bytes,
        }
