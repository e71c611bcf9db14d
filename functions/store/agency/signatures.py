"""Who signed a final month's sheet: ``signatures/{month}:r{revision}``, written once.

The signed file itself lies in the site, beside the sheet of its revision.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from functions.model import iso
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.port import Write

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signed copy of a revision's sheet.

    Attributes:
        month: ``YYYY-MM``.
        by: the name of who signed.
        office: in what office.
        at: when the copy was put, UTC.
        sha256: of the file, in hex.
        size: of the file, in bytes.
        sealed: whether the file holds a signature's dictionary. It is not checked whose it is.
        link: where more is said of it, or it can be checked; None: nowhere.
    """

    month: str
    revision: int
    by: str
    office: str
    at: _Instant
    sha256: str
    size: int
    sealed: bool
    link: str | None = None


class SignatureDocuments(AgencyDocuments):
    """An agency's signed sheets."""

    def signatures(self) -> dict[tuple[str, int], Signature]:
        """Every signed sheet by month and revision; a document that cannot be read is left out."""
        found = {}
        for stored in self.store.list(f"{self.root}/signatures"):
            try:
                signed = msgspec.convert(stored.data, Signature, strict=False)
            except msgspec.ValidationError:
                continue
            found[signed.month, signed.revision] = signed
        return found

    def add_signature(self, signed: Signature) -> None:
        """Note who signed a revision's sheet; ``Conflict`` when one is noted already."""
        path = f"{self.root}/signatures/{key(signed.month)}:r{signed.revision}"
        document = msgspec.to_builtins(signed) | {"at": iso(signed.at)}
        self.store.write([Write(path, document, "create")])
