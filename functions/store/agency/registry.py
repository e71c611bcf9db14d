"""Who is measured: what the admins typed, the registry made from it, and the answers to them.

``satker/{id}`` is an admin's document, which nobody else writes. Below it lie the answers:
``status/document``, how the document was understood, and ``accounts/{platform}:{handle}``, what was
found out about each account. ``rosters/{as_of}`` are the versions of the registry, and
``history/{YYYY-MM}`` what changed from one to the next; all stay.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from functions.model import Platform, Roster, Satker, iso, month_bounds
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key, unkey
from functions.store.listing import listed
from functions.store.parts import LostPieceError, compress, expand, join, split
from functions.store.port import Stored, Write, until_written


class RegistryDocuments(AgencyDocuments):
    """An agency's registry."""

    def satker_documents(self) -> list[Stored]:
        """What the admins wrote, by satker id."""
        return list(self.store.list(f"{self.root}/satker"))

    def satker_document(self, satker_id: str) -> Mapping[str, Any] | None:
        """What the admins wrote of one satker; None when there is no document."""
        path = f"{self.root}/satker/{satker_id}"
        held = self.store.get([path]).get(path)
        return None if held is None else held.data

    def save_satker(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace satker documents, leaving those not named alone."""
        self.store.write(
            Write(f"{self.root}/satker/{key(satker_id)}", dict(document))
            for satker_id, document in documents.items()
        )

    def edit_satker(self, edits: Iterable[tuple[Stored | None, str, Mapping[str, Any]]]) -> None:
        """Merge fields into satker documents as they were read, or create the missing ones.

        Args:
            edits: the document as it was read (None: there was none), the satker's id, the fields.

        Raises:
            Conflict: a document was changed, made or removed since; those before it may be written.
        """
        self.store.write(
            Write(f"{self.root}/satker/{key(satker_id)}", dict(fields), "create")
            if stored is None
            else Write(stored.path, dict(fields), "merge", stored.version)
            for stored, satker_id, fields in edits
        )

    def roster(self, now: datetime) -> Roster | None:
        """The newest roster that was in force at ``now``; None before the first."""
        until = iso(now + timedelta(seconds=1))
        newest = self.store.list(f"{self.root}/rosters", below=until, newest=1)
        for body in join(self.store, newest):
            return expand(body, Roster)
        return None

    def save_roster(self, roster: Roster) -> None:
        """Add a version of the registry; earlier ones stay, for replaying the past."""
        as_of = iso(roster.as_of)
        path = f"{self.root}/rosters/{as_of}"
        document, pieces = split(path, compress(roster))
        self.store.write([*pieces, Write(path, {"as_of": as_of, **document})])

    def listed(self, month: str, now: datetime) -> tuple[Satker, ...]:
        """Who stands in a month's lists as known at ``now``, as registered then, by id."""
        return self._listed(month, self.roster(now) or Roster(as_of=now))

    def _listed(self, month: str, now: Roster) -> tuple[Satker, ...]:
        begin, end = month_bounds(month, self.agency.zone)
        last = end - timedelta(seconds=1)
        then = now if now.as_of <= last else self.roster(last) or now
        return listed(begin, end, then, now)

    def answers(self, satker: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """How satker's documents were understood, by id; those without an answer are left out."""
        paths = {self._answer_path(satker_id): satker_id for satker_id in satker}
        return {paths[path]: held.data for path, held in self.store.get([*paths]).items()}

    def save_answers(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the answers to satker's documents, which may be gone themselves."""
        self.store.write(
            Write(self._answer_path(satker_id), dict(answer))
            for satker_id, answer in answers.items()
        )

    def _answer_path(self, satker_id: str) -> str:
        # The id as it was typed, whatever it is: the answer lies below that document.
        return f"{self.root}/satker/{satker_id}/status/document"

    def add_history(self, month: str, source: str, entries: Sequence[Mapping[str, Any]]) -> None:
        """Add what changed with a version of the registry to a month's history.

        A version that was added last changes nothing: it was recorded, and its registry perhaps not
        stored any more.

        Args:
            month: ``YYYY-MM``.
            source: the version's fingerprint.
            entries: what the registry's history keeps, in plain types.
        """
        path = f"{self.root}/history/{month}"

        def write() -> None:
            held = self.store.get([path]).get(path)
            if held is None:
                self.store.write(self._history(path, month, source, entries, None))
            elif held.data.get("source") != source:
                earlier = self._entries(held)
                if earlier is None:  # what cannot be read is kept as it is, beside what follows
                    aside = f"{path}:{source}"
                    self.store.write(self._history(aside, month, source, entries, None, "set"))
                else:
                    known = [*earlier, *entries]
                    self.store.write(self._history(path, month, source, known, held.version))

        until_written(write)

    def _history(
        self,
        path: str,
        month: str,
        source: str,
        entries: Sequence[Mapping[str, Any]],
        version: str | None,
        mode: Literal["set", "create"] | None = None,
    ) -> list[Write]:
        document, pieces = split(path, compress(entries))
        mode = mode or ("create" if version is None else "set")
        document |= {"month": month, "source": source}
        return [*pieces, Write(path, document, mode, version)]

    def history(self) -> list[dict[str, Any]]:
        """Every entry of the registry's history, in the order of writing.

        A document that cannot be read is left out, and costs no other.
        """
        listed = self.store.list(f"{self.root}/history")
        months = (self._entries(held) for held in listed if "month" in held.data)
        return [entry for entries in months for entry in entries or ()]

    def _entries(self, held: Stored) -> list[dict[str, Any]] | None:
        """A document's entries; None when they cannot be read."""
        try:
            [body] = join(self.store, [held])
            return expand(body, list[dict[str, Any]])
        except (LostPieceError, KeyError, TypeError, zlib.error, msgspec.DecodeError):
            return None

    def save_feedback(
        self, feedback: Iterable[tuple[str, Platform, str, Mapping[str, Any]]]
    ) -> None:
        """Write (satker, platform, handle, findings) beside what the admins typed."""
        self.store.write(
            Write(self._feedback_path(satker, platform, handle), dict(findings), mode="merge")
            for satker, platform, handle, findings in feedback
        )

    def forget_feedback(self, accounts: Iterable[tuple[str, Platform, str]]) -> None:
        """Remove what stands beside (satker, platform, handle): they are typed no longer."""
        self.store.write(
            Write(self._feedback_path(*account), mode="delete") for account in sorted(accounts)
        )

    def _feedback_path(self, satker: str, platform: Platform, handle: str) -> str:
        return f"{self.root}/satker/{key(satker)}/accounts/{key(platform, handle)}"

    def feedback(self, satker: str) -> dict[str, Mapping[str, Any]]:
        """What collect found out about a satker's accounts, by ``platform:handle``."""
        listed = self.store.list(f"{self.root}/satker/{key(satker)}/accounts")
        return {":".join(unkey(stored.id)): stored.data for stored in listed}
