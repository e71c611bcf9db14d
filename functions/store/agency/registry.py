"""Who is measured: what the admins typed, the registry made from it, and the answers to them.

``satker/{id}`` is an admin's document, with what was found out about its accounts below it, in
``accounts/{platform}:{handle}``. ``rosters/{as_of}`` are the versions of the registry; all stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.model import Platform, Roster, Satker, iso, month_bounds
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key, unkey
from functions.store.listing import listed
from functions.store.parts import compress, expand, join, split
from functions.store.port import Stored, Write


class RegistryDocuments(AgencyDocuments):
    """An agency's registry."""

    def satker_documents(self) -> list[Stored]:
        """What the admins wrote, by satker id."""
        return list(self.store.list(f"{self.root}/satker"))

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
