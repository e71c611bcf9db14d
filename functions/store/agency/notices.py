"""Notices to units: ``notices/{key}``, an outbox.

``due`` says when a notice is to be sent, as an instant; ``GIVEN_UP`` once that has failed too
often; None when it is sent. No address stands here: who is to be told is looked up at sending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

from functions.model import iso
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.port import Conflict, Stored, Write

GIVEN_UP = "given up"  # sorts behind every instant


class NoticeDocuments(AgencyDocuments):
    """What an agency's units are to be told."""

    def add_notices(self, notices: Mapping[tuple[str, ...], Mapping[str, Any]]) -> int:
        """Put notices into the outbox, by their keys; those that are there already stay.

        Returns how many are new.
        """
        paths = {f"{self.root}/notices/{key(*parts)}": told for parts, told in notices.items()}
        held = self.store.get([*paths]) if paths else {}
        added = 0
        for path, told in paths.items():
            if path in held:
                continue
            with suppress(Conflict):  # another instance was faster
                self.store.write(
                    [Write(path, dict(told), "create", expires_at=self.expiry("notices"))]
                )
                added += 1
        return added

    def due_notices(self, now: datetime, most: int) -> list[Stored]:
        """Up to ``most`` notices that are due, the longest due first."""
        listed = self.store.list(f"{self.root}/notices", at_least="0", below=f"{iso(now)}~")
        return [*islice(listed, most)]

    def given_up_notices(self) -> Iterator[Stored]:
        """The notices that could not be sent."""
        return self.store.list(f"{self.root}/notices", at_least=GIVEN_UP, below=f"{GIVEN_UP}~")

    def settle_notice(self, held: Stored, fields: Mapping[str, Any]) -> None:
        """Note what became of a notice that was claimed, whatever its document says by now."""
        self.store.write([Write(held.path, dict(fields), "merge")])
