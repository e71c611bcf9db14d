"""Secrets that an agency makes for itself: ``keys/{name}``, sealed with the token key."""

from __future__ import annotations

from functions.store.agency.root import AgencyDocuments
from functions.store.port import Stored, Write

THREADS = "threads"


class KeyDocuments(AgencyDocuments):
    """An agency's own keys."""

    def keys(self) -> list[Stored]:
        """Every key, by name."""
        return list(self.store.list(f"{self.root}/keys"))

    def thread_key(self) -> Stored | None:
        """The key that threads are hashed with; None before it was made."""
        path = self._key_path(THREADS)
        return self.store.get([path]).get(path)

    def add_thread_key(self, sealed: bytes) -> None:
        """Keep the key, sealed; ``Conflict`` when there is one."""
        self.store.write([Write(self._key_path(THREADS), {"sealed": sealed}, "create")])

    def _key_path(self, name: str) -> str:
        return f"{self.root}/keys/{name}"
