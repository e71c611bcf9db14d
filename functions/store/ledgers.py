"""Ledgers: every post of an account in a month, from which rankings and pages are made.

They are stored a page for each day on which posts were published, all accounts together: a post
changes for a day and a half, so a scoring reads some thirty documents and writes the last two,
where a document for each account would be read and written by the hundred. A page is one unindexed
bytes field of compressed canonical JSON, in parts when it grows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from functions.model import Entry, Post, month_of
from functions.store.keys import key
from functions.store.parts import digest, expand, pack, part_of
from functions.store.port import Store, Stored, Write

LOOKS = 4  # at a page whose parts another writer is changing meanwhile


class Ledger(msgspec.Struct):
    """The entries of an account-month by post id."""

    account: str
    month: str
    entries: dict[str, Entry] = msgspec.field(default_factory=dict)


class _Part(msgspec.Struct, frozen=True):
    """A stored part of a page, as it was read."""

    day: str
    parts: int
    formula: str | None
    version: str
    digest: str


class Ledgers(dict[str, Ledger]):
    """A month's ledgers by account key, as they were read and with what was put into them since.

    ``formula``: the one that made every verdict in them; None: verdicts are of several formulas, or
    posts have changed since. It is written on each page, so that it stays true when some pages are
    written without the others.
    """

    def __init__(self, month: str, zone: ZoneInfo) -> None:
        super().__init__()
        self.month = month
        self.formula: str | None = None
        self._zone = zone
        self._held: dict[str, _Part] = {}
        self._changed: set[str] = set()

    @classmethod
    def read(cls, month: str, zone: ZoneInfo, documents: Iterable[Stored]) -> Ledgers:
        """The ledgers that documents hold."""
        found = cls(month, zone)
        # A writer may have died while it replaced a coarser split by a finer one, and left parts of
        # both: the finer ones are newer.
        for stored in sorted(documents, key=_age):
            entries = expand(stored.data["body"], dict[str, Entry])
            day = stored.data["day"]
            found._held[stored.path] = _Part(
                day,
                stored.data["parts"],
                stored.data.get("formula"),
                stored.version,
                digest(stored.data["body"]),
            )
            for entry in entries.values():
                before = found._take_in(entry)
                if before is not None or found._day(entry.post) != day:
                    # The entry is on two pages, or on the wrong one: write these pages anew.
                    days = {found._day(each.post) for each in (before, entry) if each}
                    found._changed |= {day, *days}
        formulas = {part.formula for part in found._held.values()}
        found.formula = formulas.pop() if len(formulas) == 1 else None
        return found

    def entry(self, post: Post) -> Entry | None:
        """What is held of a post; None when nothing is."""
        ledger = self.get(post.account)
        return None if ledger is None else ledger.entries.get(post.post_id)

    def put(self, entry: Entry) -> None:
        """Put an entry, which replaces the one of the same post."""
        before = self._take_in(entry)
        if before is not None:
            self._changed.add(self._day(before.post))
        self._changed.add(self._day(entry.post))

    def writes(self, collection: str) -> Iterator[Write]:
        """The parts that differ from what was read, as writes conditional on no other since."""
        changed = set(self._changed)
        if self.formula is not None:
            changed |= {part.day for part in self._held.values() if part.formula != self.formula}
        pages: dict[str, dict[str, Entry]] = defaultdict(dict)
        for ledger in self.values():
            for entry in ledger.entries.values():
                post = entry.post
                if (day := self._day(post)) in changed:
                    pages[day][_name(post.account, post.post_id)] = entry
        kept = set()
        for day in sorted(changed):
            bodies = pack(pages[day])
            # Last part first: see `pack`.
            for n, body in reversed(list(enumerate(bodies))):
                path = _path(collection, self.month, day, n)
                kept.add(path)
                held = self._held.get(path)
                as_held = (len(bodies), self.formula, digest(body))
                if held and (held.parts, held.formula, held.digest) == as_held:
                    continue
                document: dict[str, Any] = {"month": self.month, "day": day}
                document |= {"parts": len(bodies), "body": body}
                if self.formula is not None:
                    document["formula"] = self.formula
                if held is None:
                    yield Write(path, document, "create")
                else:
                    yield Write(path, document, "set", held.version)
        for path, held in self._held.items():
            if held.day in changed and path not in kept:
                yield Write(path, mode="delete")

    def _take_in(self, entry: Entry) -> Entry | None:
        """Put an entry into its ledger; returns the one that it replaces."""
        post = entry.post
        ledger = self.setdefault(post.account, Ledger(account=post.account, month=self.month))
        before = ledger.entries.get(post.post_id)
        ledger.entries[post.post_id] = entry
        return before

    def _day(self, post: Post) -> str:
        return _day(post.published_at, self._zone)


def find(
    store: Store, collection: str, zone: ZoneInfo, account: str, post_id: str, at: datetime
) -> Entry | None:
    """One entry, read from the one part of its page that holds it; None when there is none.

    Args:
        at: when the post was published, which tells the page.
    """
    name, month, day = _name(account, post_id), month_of(at, zone), _day(at, zone)
    count = 1  # until the first part says how many there are
    for _ in range(LOOKS):
        path = _path(collection, month, day, part_of(name, count))
        stored = store.get([path]).get(path)
        if stored is None:
            return None
        if stored.data["parts"] == count:
            # Decode only the one entry; the page's hundreds of others stay text.
            found = expand(stored.data["body"], dict[str, msgspec.Raw]).get(name)
            return None if found is None else msgspec.json.decode(found, type=Entry)
        count = stored.data["parts"]
    return None


def _name(account: str, post_id: str) -> str:
    """An entry's name in its page."""
    platform, _, account_id = account.partition(":")
    return key(platform, account_id, post_id)


def _path(collection: str, month: str, day: str, part: int) -> str:
    return f"{collection}/{key(month, day, *([str(part)] if part else []))}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone).day:02}"


def _age(stored: Stored) -> tuple[int, str]:
    return stored.data["parts"], stored.path
