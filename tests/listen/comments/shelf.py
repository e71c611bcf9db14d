"""What is kept of threads, in memory: for tests of what reads and folds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from functions.model import Platform
from functions.store.threads import CommentThread, Inbox

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Hasher:
    """A hash with no key: its digits stand for nothing that could be read in them."""

    def thread(self, platform: Platform, id: str) -> str:
        return hashlib.sha256(f"{platform}:{id}".encode()).hexdigest()[:16]

    def words(self, text: str) -> str:
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


class Shelf:
    """Threads and inboxes as a store keeps them."""

    def __init__(self) -> None:
        self.days: dict[tuple[str, str], dict[str, CommentThread]] = {}
        self.kept: dict[Platform, dict[str, Inbox]] = {}
        self.hashes: frozenset[str] = frozenset()
        self.writes = 0

    def threads_of(self, account: str, day: str) -> Mapping[str, CommentThread]:
        return self.days.get((account, day), {})

    def add_threads(self, account: str, changes: Mapping[str, Mapping[str, CommentThread]]) -> None:
        self.writes += len(changes)
        for day, threads in changes.items():
            held = self.days.setdefault((account, day), {})
            for name, new in threads.items():
                before = held.get(name, new)
                held[name] = replace(new, checked_at=new.checked_at or before.checked_at)

    def inboxes(self, platforms: Iterable[Platform]) -> dict[Platform, dict[str, Inbox]]:
        return {platform: dict(self.kept.get(platform, {})) for platform in platforms}

    def save_inbox(
        self,
        platform: Platform,
        accounts: Mapping[str, Inbox],
        seen: Mapping[str, Inbox] | None = None,
    ) -> None:
        held = self.kept.setdefault(platform, {})
        self.writes += any(held.get(account) != inbox for account, inbox in accounts.items())
        held |= accounts

    def forgotten(self) -> frozenset[str]:
        return self.hashes

    def threads(self) -> dict[str, CommentThread]:
        """Every thread, by hash."""
        return {name: thread for held in self.days.values() for name, thread in held.items()}
