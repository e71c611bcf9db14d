"""What pages may say of a month's documents: which there are, and who signed the sheet.

All of it stands in one note, ``cursors/documents``, so that a run reads one document however many
months there are: the job adds what it made, ``kiprah signed`` who signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from functions.publish.documents import paths
from functions.publish.documents.made import DocumentsNote, made_documents
from functions.store.agency.signatures import Signature


class Papers(msgspec.Struct, frozen=True, kw_only=True):
    """A month's documents. ``made`` None: none is made yet; ``signed`` None: nobody has signed."""

    made: DocumentsNote | None = None
    signed: Signature | None = None

    def of_month(self, month: str) -> tuple[str, ...]:
        """The paths of the month's own documents that there are."""
        return () if self.made is None else self.made.of_month(month)

    def of_unit(self, month: str, satker: str) -> tuple[str, ...]:
        """The paths of a unit's documents that there are."""
        return () if self.made is None else self.made.of_unit(month, satker)

    def signed_path(self, month: str, revision: int) -> str:
        """Where the signed copy of a revision's sheet lies; empty while there is none."""
        if self.signed is None or self.signed.revision != revision:
            return ""
        return paths.signed_path(month, revision)

    def source(self, month: str) -> str:
        """A digest of what a month's own page says of them; empty where that is nothing."""
        told = [*self.of_month(month), *([repr(self.signed)] if self.signed else [])]
        return (
            hashlib.sha256("\0".join(told).encode(errors="replace")).hexdigest()[:32]
            if told
            else ""
        )


def papers_of(cursor: Mapping[str, Any]) -> dict[str, Papers]:
    """The documents by month; what cannot be read of the note counts as not there."""
    made, signed = made_documents(cursor), _signed(cursor)
    return {
        month: Papers(made=made.get(month), signed=signed.get(month))
        for month in sorted({*made, *signed})
    }


def noted_signature(signed: Signature) -> dict[str, Any]:
    """What to save in the cursor of who signed; other months stay as they are."""
    return {"signed": {signed.month: msgspec.json.encode(signed).decode()}}


def _signed(cursor: Mapping[str, Any]) -> dict[str, Signature]:
    noted = cursor.get("signed")
    found = {}
    for month, said in noted.items() if isinstance(noted, dict) else ():
        try:
            found[str(month)] = msgspec.json.decode(str(said), type=Signature)
        except (msgspec.DecodeError, UnicodeEncodeError):
            continue
    return found
