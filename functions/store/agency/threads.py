"""Threads of comments: ``threads/{account}:{YYYY-MM-DD}``, one mapping a day (store/threads.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import groupby

from functions.model import Platform
from functions.store.agency.inboxes import InboxDocuments
from functions.store.expiry import KEPT, kept_threads
from functions.store.keys import key, unkey
from functions.store.parts import held_parts, part_writes, sound_parts
from functions.store.port import Stored, Write, until_written
from functions.store.threads import CommentThread, ThreadDay, all_together, read_threads

_Threads = dict[str, CommentThread]
_AT_ONCE = 200  # days that one look asks for


class ThreadDocuments(InboxDocuments):
    """An agency's threads.

    An account is named by its key (``x:123``), a day (``YYYY-MM-DD``) is one of the agency's time
    zone, a thread is named by its keyed hash.
    """

    def threads_of(self, account: str, day: str) -> _Threads:
        """The threads of an account that were begun on a day; empty where none is known."""
        head = self._thread_path(account, day)
        return read_threads(self._thread_parts([head]).get(head, {}).values())

    def add_threads(self, account: str, changes: Mapping[str, Mapping[str, CommentThread]]) -> None:
        """Add what was read, by day. Adding it twice, or in another order, changes nothing; a day
        that says the same as before is not written.

        Raises:
            ValueError: a day is none.
        """
        for day, threads in sorted(changes.items()):
            if threads:
                until_written(partial(self._add_to_threads, account, day, threads))

    def thread_days(self, month: str) -> Iterator[ThreadDay]:
        """All threads that were begun in a month, a day of an account at a time, by account.

        What cannot be read is left out, and costs nothing else.
        """
        listed = self.store.list(f"{self.root}/threads", at_least=month, below=f"{month}~")
        for head, group in groupby(listed, key=partial(self._head_of, month)):
            parts = {stored.path: stored for stored in group}
            if head in parts:
                account, day = _named(parts[head])
                threads = read_threads(_counted(head, parts))
                yield ThreadDay(account=account, day=day, threads=threads)

    def erase_threads(self, accounts: Iterable[str], now: datetime | None = None) -> int:
        """Delete all that is kept of the threads of some accounts, and what is remembered of them.

        Args:
            now: when this is, in a store whose time is not the computer's.

        Returns:
            How many documents and inboxes were there; 0 when it is done again.
        """
        names = sorted(set(accounts))
        erased = self.erase_inboxes(names)
        for account in names:
            heads = [self._thread_path(account, day) for day in self._kept_days(now)]
            for start in range(0, len(heads), _AT_ONCE):
                held = self._thread_parts(heads[start : start + _AT_ONCE])
                # The head last: one that dies half-way is found again by it.
                gone = [path for parts in held.values() for path in reversed(parts)]
                self.store.write(Write(path, mode="delete") for path in gone)
                erased += len(gone)
        return erased

    def forget_thread(self, platform: Platform, hashes: Collection[str], now: datetime) -> bool:
        """Keep nothing of a comment, now and later; whether anything was kept.

        It is noted first, so that a reading that begins from now on skips it. Every thread of the
        platform is gone through: a comment may be the thread of several accounts.

        Args:
            hashes: of every form that the platform's id of the comment has.
        """
        self.note_forgotten(platform, hashes, now)
        is_found = self.unfollow(platform, hashes)
        listed = self.store.list(f"{self.root}/threads")
        own = (stored for stored in listed if _named(stored)[0].startswith(f"{platform}:"))
        holding = [one for one in own if not read_threads([one]).keys().isdisjoint(hashes)]
        for account, day in sorted({_named(stored) for stored in holding}):
            until_written(partial(self._take_out, account, day, hashes))
        return is_found or bool(holding)

    def _add_to_threads(self, account: str, day: str, threads: Mapping[str, CommentThread]) -> None:
        head = self._thread_path(account, day)
        held = self._thread_parts([head]).get(head, {})
        new = all_together(read_threads(held.values()), threads)
        self._write_threads(account, day, held, new)

    def _take_out(self, account: str, day: str, hashes: Collection[str]) -> None:
        head = self._thread_path(account, day)
        held = self._thread_parts([head]).get(head, {})
        threads = read_threads(held.values())
        left = {name: thread for name, thread in threads.items() if name not in hashes}
        if left:
            self._write_threads(account, day, held, left)
        else:
            self.store.write(
                Write(path, mode="delete", version=held[path].version) for path in reversed(held)
            )

    def _write_threads(
        self, account: str, day: str, held: Mapping[str, Stored], threads: _Threads
    ) -> None:
        head = self._thread_path(account, day)
        facts = {"account": account, "day": day, "month": day[:7]}
        expires_at = self._thread_expiry(account.partition(":")[0], date.fromisoformat(day))
        self.store.write(part_writes(head, held, facts, threads, expires_at=expires_at))

    def _thread_parts(self, heads: Collection[str]) -> dict[str, dict[str, Stored]]:
        return held_parts(self.store, heads, sound_parts)

    def _thread_path(self, account: str, day: str) -> str:
        platform, _, id = account.partition(":")
        return f"{self.root}/threads/{key(platform, id, date.fromisoformat(day).isoformat())}"

    def _thread_expiry(self, platform: str, day: date) -> datetime | None:
        """From the day's own start, whenever it is written: what it tells is as old as that."""
        begin = datetime.combine(day, time(), self.zone).astimezone(UTC)
        return None if self.simulation else begin + kept_threads(platform)

    def _kept_days(self, now: datetime | None) -> list[str]:
        """Every day of which there may be threads, and one more at either end."""
        clock = self._clock()
        first, last = (
            at.astimezone(self.zone).date()
            for at in (min(now or clock, clock) - KEPT["threads"], max(now or clock, clock))
        )
        return [(first + timedelta(days=n)).isoformat() for n in range(-1, (last - first).days + 2)]

    def _head_of(self, month: str, stored: Stored) -> str:
        """The first part of the day that a document is of; empty where it is of another month."""
        account, day = _named(stored)
        return self._thread_path(account, day) if day.startswith(f"{month}-") else ""


def _named(stored: Stored) -> tuple[str, str]:
    """The account and the day that a document's path names; empty where it names none."""
    platform, id, day = [*unkey(stored.id), "", ""][:3]
    try:
        return f"{platform}:{id}", date.fromisoformat(day).isoformat()
    except ValueError:
        return "", ""


def _counted(head: str, parts: Mapping[str, Stored]) -> list[Stored]:
    """Those of a day's documents that its first part counts; others are of an earlier split."""
    paths = [head, *(f"{head}:{n}" for n in range(1, sound_parts(parts[head])))]
    return [parts[path] for path in paths if path in parts]
