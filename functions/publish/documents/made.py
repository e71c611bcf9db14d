"""Which documents exist, and what they were made from: one note, ``cursors/documents``.

Pages learn from it which documents they may link to; the job learns what it need not make again.
A note that cannot be read counts as none: the documents are made once more, with the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from functions.model import MonthState
from functions.publish.documents import paths

CURSOR = "documents"
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class DocumentsNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A month's documents.

    Attributes:
        source: the digest of the evidence that they tell.
        revision: of the ranking that they tell.
        state: the month's when they were made.
        at: the instant of the run that began to make them, UTC.
        left: the first unit whose documents that run did not reach; empty when it reached all.
        whole: whether every unit's documents were made at some time, for this ``source`` or an
            earlier one.
        failed: the paths of the documents that could not be set.
    """

    source: str
    revision: int
    state: MonthState
    at: _Instant
    left: str = ""
    whole: bool = False
    failed: tuple[str, ...] = ()

    def of_month(self, month: str) -> tuple[str, ...]:
        """The paths of the month's own documents: preview, summary, deck, and the sheet."""
        made = [paths.preview_path(month), paths.summary_path(month), paths.deck_path(month)]
        if self.state == "final":
            made.append(paths.approval_path(month))
            made.append(paths.frozen_path(paths.approval_path(month), self.revision))
        return tuple(path for path in made if path not in self.failed)

    def of_unit(self, month: str, satker: str) -> tuple[str, ...]:
        """The paths of a listed unit's documents: preview and report."""
        if not (self.whole or not self.left or satker < self.left):
            return ()
        both = (paths.unit_preview_path(satker, month), paths.report_path(satker, month))
        return tuple(path for path in both if path not in self.failed)


def made_documents(cursor: Mapping[str, Any]) -> dict[str, DocumentsNote]:
    """What is made, by month (``YYYY-MM``). ``cursor``: ``agency.cursor(CURSOR)``."""
    noted = cursor.get("months")
    if not isinstance(noted, dict):
        return {}
    found = {}
    for month, said in noted.items():
        try:
            found[str(month)] = msgspec.json.decode(str(said), type=DocumentsNote)
        except (msgspec.DecodeError, UnicodeEncodeError):
            continue  # this month alone is made anew
    return found


def noted(month: str, made: DocumentsNote) -> dict[str, Any]:
    """What to save in the cursor for a month; other months stay as they are."""
    return {"months": {month: msgspec.json.encode(made).decode()}}
