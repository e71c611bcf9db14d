"""What listening beside the ranking found: alarms, and what weeks and months were about.

``alarms/{satker}:{instant}`` are private. ``topics/{week}``, ``insights/{month}``,
``dialog/{month}`` and ``shares/{month}`` (what two people found in a random sample of comments) are
one body each, and are published; which of them there are, and as of when, stands in
``indexes/listening``, so that publishing sees in one document whether anything is new.
``campaigns/{id}`` and ``clarifications/{id}`` are typed by admins.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import msgspec

from functions.model import iso
from functions.store.agency.root import AgencyDocuments
from functions.store.alarms import Alarm, read_alarm
from functions.store.dialog import Dialog
from functions.store.insights import Insights
from functions.store.issues import Issues
from functions.store.keys import key
from functions.store.parts import LostPieceError, compress, digest, expand, join, split
from functions.store.port import Conflict, Store, Stored, Write, until_written
from functions.store.shares import Shares

T = TypeVar("T", bound=Issues | Insights | Dialog | Shares)
_INDEX = "indexes/listening"


class ListeningIndex(msgspec.Struct, frozen=True, kw_only=True):
    """Digests of what can be published, the oldest first: issues by week; insights, how questions
    were answered, and shares of labels by month."""

    weeks: Mapping[str, str] = {}
    months: Mapping[str, str] = {}
    dialogs: Mapping[str, str] = {}
    shares: Mapping[str, str] = {}


class ListeningDocuments(AgencyDocuments):
    """An agency's alarms, issues, insights, dialog and shares."""

    # Alarms

    def alarms(self, since: datetime | None = None) -> Iterator[tuple[Stored, Alarm]]:
        """Every alarm, or those written since then (by the store's clock); what cannot be read is
        left out."""
        for stored in self.store.list(f"{self.root}/alarms", changed_since=since):
            if (alarm := read_alarm(stored.data)) is not None:
                yield stored, alarm

    def alarm(self, id: str) -> tuple[Stored, Alarm] | None:
        """One alarm; None where there is none that can be read."""
        path = f"{self.root}/alarms/{key(id)}"
        stored = self.store.get([path]).get(path)
        alarm = None if stored is None else read_alarm(stored.data)
        return None if stored is None or alarm is None else (stored, alarm)

    def add_alarm(self, alarm: Alarm) -> bool:
        """Keep an alarm; False where it is kept already: it is given once."""
        path = f"{self.root}/alarms/{key(alarm.id)}"
        expires_at = self.expiry("alarms")
        try:
            self.store.write([Write(path, alarm.document(), "create", expires_at=expires_at)])
        except Conflict:
            return False
        return True

    # What admins typed

    def campaigns(self) -> list[Stored]:
        """The campaigns that admins typed, by id."""
        return list(self.store.list(f"{self.root}/campaigns"))

    def clarifications(self) -> list[Stored]:
        """The clarifications that admins typed, by id."""
        return list(self.store.list(f"{self.root}/clarifications"))

    # Issues, insights and dialog

    def listening_index(self) -> ListeningIndex:
        """What can be published; nothing where the document is missing or cannot be read."""
        held = self.store.get([self._index_path]).get(self._index_path)
        return _read_index({} if held is None else held.data)

    def issues(self, week: str) -> Issues | None:
        """A week's issues; None where there are none that can be read."""
        return self._found(f"{self.root}/topics/{key(week)}", Issues)

    def insights(self, month: str) -> Insights | None:
        """A month's insights; None where there are none that can be read."""
        return self._found(f"{self.root}/insights/{key(month)}", Insights)

    def shares(self, month: str) -> Shares | None:
        """A month's shares of labels; None where there are none that can be read."""
        return self._found(f"{self.root}/shares/{key(month)}", Shares)

    def save_issues(self, issues: Issues) -> bool:
        """Keep a week's issues; False, and nothing is written, where they say the same but for
        ``as_of``."""
        path = f"{self.root}/topics/{key(issues.week)}"
        return self._save(path, issues, "weeks", issues.week, self.issues(issues.week))

    def save_insights(self, insights: Insights) -> bool:
        """Keep a month's insights; False, and nothing is written, where they say the same but for
        ``as_of``."""
        path = f"{self.root}/insights/{key(insights.month)}"
        return self._save(path, insights, "months", insights.month, self.insights(insights.month))

    def dialog(self, month: str) -> Dialog | None:
        """How a month's questions were answered; None where nothing can be read of it."""
        return self._found(f"{self.root}/dialog/{key(month)}", Dialog)

    def save_dialog(self, dialog: Dialog) -> bool:
        """Keep a month's dialog; False, and nothing is written, where it says the same but for
        ``as_of``, or is closed."""
        path, held = f"{self.root}/dialog/{key(dialog.month)}", self.dialog(dialog.month)
        kept = held if held is not None and held.closed else dialog
        return self._save(path, kept, "dialogs", dialog.month, held)

    def save_shares(self, shares: Shares) -> bool:
        """Keep a month's shares; False, and nothing is written, where they say the same but for
        ``as_of``."""
        path = f"{self.root}/shares/{key(shares.month)}"
        return self._save(path, shares, "shares", shares.month, self.shares(shares.month))

    @property
    def _index_path(self) -> str:
        return f"{self.root}/{_INDEX}"

    def _found(self, path: str, kind: type[T]) -> T | None:
        stored = self.store.get([path]).get(path)
        if stored is None:
            return None
        try:
            (body,) = join(self.store, [stored])
            return expand(body, kind)
        except (zlib.error, msgspec.DecodeError, LostPieceError, KeyError, TypeError):
            return None

    def _save(self, path: str, found: T, field: str, name: str, held: T | None) -> bool:
        is_new = held is None or msgspec.structs.replace(held, as_of=found.as_of) != found
        body = compress(found if held is None or is_new else held)
        if is_new:
            document, parts = split(path, body)
            self.store.write([*parts, Write(path, {**document, "as_of": iso(found.as_of)})])
        # Compared every time: one that died before this is made good by the next.
        until_written(partial(self._note_in_index, field, name, digest(body)))
        return is_new

    def _note_in_index(self, field: str, name: str, told: str) -> None:
        held = self.store.get([self._index_path]).get(self._index_path)
        index: dict[str, Any] = msgspec.to_builtins(_read_index({} if held is None else held.data))
        if index[field].get(name) == told:
            return
        index[field] = dict(sorted({**index[field], name: told}.items()))
        write = Write(self._index_path, index, "create")
        if held is not None:
            write = Write(self._index_path, index, "set", held.version)
        self.store.write([write])


def listening_indexes(store: Store, agencies: Iterable[str]) -> dict[str, ListeningIndex]:
    """What can be published of several agencies, by id, in one look."""
    paths = {agency: f"agencies/{agency}/{_INDEX}" for agency in agencies}
    found = store.get(list(paths.values())) if paths else {}
    return {
        agency: _read_index(found[path].data if path in found else {})
        for agency, path in paths.items()
    }


def _read_index(document: Mapping[str, Any]) -> ListeningIndex:
    """What of an index can be read: an odd entry is as if it were not there."""
    found: dict[str, dict[str, str]] = {}
    for field in ListeningIndex.__struct_fields__:
        held = document.get(field)
        pairs = held.items() if isinstance(held, Mapping) else ()
        found[field] = dict(sorted((n, d) for n, d in pairs if isinstance(d, str)))
    return ListeningIndex(**found)
