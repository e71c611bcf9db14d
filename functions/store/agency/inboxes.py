"""What reading comments remembers: ``inbox/{platform}``, a mapping of accounts (store/threads.py).

``forgotten/{platform}`` names, by keyed hashes, what a citizen asked not to be kept, with the day
on which it was noted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal

from functions.model import PLATFORMS, Platform
from functions.store.agency.root import AgencyDocuments
from functions.store.expiry import KEPT
from functions.store.parts import held_parts, part_writes, sound_parts
from functions.store.port import Write, until_written
from functions.store.threads import Inbox, read_inboxes, rebased, without

_Known = dict[str, Inbox]


class InboxDocuments(AgencyDocuments):
    """An agency's inboxes."""

    def inboxes(self, platforms: Iterable[Platform]) -> dict[Platform, dict[str, Inbox]]:
        """What is remembered of each platform, by account (``x:123``); empty where nothing is."""
        heads = {self._inbox_path(platform): platform for platform in platforms}
        held = held_parts(self.store, heads, sound_parts) if heads else {}
        return {
            platform: read_inboxes(held.get(head, {}).values()) for head, platform in heads.items()
        }

    def save_inbox(
        self,
        platform: Platform,
        accounts: Mapping[str, Inbox],
        seen: Mapping[str, Inbox] | None = None,
    ) -> None:
        """Keep what a run makes of some accounts; all others stay as they are in the store.

        Args:
            accounts: what they are from now on; what is the same is not written.
            seen: what ``inboxes`` had told of the platform. An account that another run wrote since
                is made of both, one that was erased since stays erased. None: what is given
                replaces whatever is there.
        """

        def changed(known: _Known) -> _Known:
            new = dict(known)
            for account, inbox in accounts.items():
                base = known.get(account) if seen is None else seen.get(account)
                if (one := rebased(inbox, base, known.get(account))) is not None:
                    new[account] = one
            return new

        if accounts:
            self._change_inbox(platform, changed)

    def erase_inboxes(self, accounts: Collection[str]) -> int:
        """Take accounts out of every platform's inbox; returns how many were there."""
        held = self.inboxes(PLATFORMS)
        there = {p: [name for name in accounts if name in held[p]] for p in held}
        for platform, names in there.items():
            if names:
                self._change_inbox(platform, partial(_left, names))
        return sum(map(len, there.values()))

    def unfollow(self, platform: Platform, hashes: Collection[str]) -> bool:
        """Follow some threads no more; whether any was followed."""
        held = self.inboxes([platform])[platform]
        is_there = any(not inbox.open.keys().isdisjoint(hashes) for inbox in held.values())
        if is_there:
            self._change_inbox(platform, partial(_unfollowed, hashes))
        return is_there

    def forgotten(self, platforms: Iterable[Platform] = PLATFORMS) -> frozenset[str]:
        """The hashes of all that is not to be kept."""
        held = self.store.get([self._forgotten_path(platform) for platform in platforms])
        return frozenset(name for stored in held.values() for name in _noted(stored.data))

    def note_forgotten(self, platform: Platform, hashes: Iterable[str], now: datetime) -> None:
        """Note what is not to be kept; what was noted before stays with its own day, and goes with
        what is forgotten for longer than that is needed."""
        until_written(partial(self._note_forgotten, platform, sorted(hashes), now))

    def _note_forgotten(self, platform: Platform, hashes: list[str], now: datetime) -> None:
        path = self._forgotten_path(platform)
        held = self.store.get([path]).get(path)
        oldest = (now - KEPT["forgotten"] - timedelta(days=1)).date().isoformat()
        known = {} if held is None else _noted(held.data)
        left = {name: day for name, day in known.items() if self.simulation or day >= oldest}
        new = dict.fromkeys(hashes, now.astimezone(self.zone).date().isoformat()) | left
        if held is not None and new == held.data.get("hashes"):
            return
        mode: Literal["create", "set"] = "create" if held is None else "set"
        version = None if held is None else held.version
        expires_at = self.expiry("forgotten")
        self.store.write([Write(path, {"hashes": new}, mode, version, expires_at)])

    def _change_inbox(self, platform: Platform, change: Callable[[_Known], _Known]) -> None:
        until_written(partial(self._inbox_step, platform, change))

    def _inbox_step(self, platform: Platform, change: Callable[[_Known], _Known]) -> None:
        head = self._inbox_path(platform)
        held = held_parts(self.store, [head], sound_parts).get(head, {})
        known = read_inboxes(held.values())
        new = change(known)
        if new == known:
            return
        expires_at = self.expiry("inbox")
        self.store.write(part_writes(head, held, {}, new, expires_at=expires_at))

    def _inbox_path(self, platform: Platform) -> str:
        return f"{self.root}/inbox/{platform}"

    def _forgotten_path(self, platform: Platform) -> str:
        return f"{self.root}/forgotten/{platform}"


def _left(accounts: Collection[str], known: _Known) -> _Known:
    return {name: inbox for name, inbox in known.items() if name not in accounts}


def _unfollowed(hashes: Collection[str], known: _Known) -> _Known:
    return {name: without(inbox, hashes) for name, inbox in known.items()}


def _noted(document: Mapping[str, object]) -> dict[str, str]:
    """The hashes of a document with their days; an odd entry costs no other.

    An odd day is taken for the newest: what is not to be kept is not met again because of it.
    """
    held = document.get("hashes")
    entries = held.items() if isinstance(held, Mapping) else ()
    last = date.max.isoformat()
    return {name: day if isinstance(day, str) and day else last for name, day in entries}
