"""A notice: whom it concerns, what it says, and the key by which it is made only once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from functions.model import iso
from functions.parsing.cleaning import clean

LONGEST_SUBJECT = 150
LONGEST_TEXT = 8_000


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is told, in plain text.

    Attributes:
        key: its kind (one of ``switches.KINDS``), then what tells it from the others of its kind.
            The same key is sent once.
        satker: the unit whose mail addresses it goes to; None: it goes to webhooks alone.
        mail_only: whether it goes to no webhook.
    """

    key: tuple[str, ...]
    subject: str
    text: str
    satker: str | None = None
    mail_only: bool = False

    @property
    def kind(self) -> str:
        return self.key[0]

    def document(self, now: datetime) -> dict[str, Any]:
        """The document of a notice that is due at once."""
        return {
            "kind": self.kind,
            "satker": self.satker,
            "subject": one_line(self.subject, LONGEST_SUBJECT),
            "text": plain(self.text),
            "made_at": iso(now),
            "due": iso(now),
            "attempts": 0,
            "done": [],
            **({"mail_only": True} if self.mail_only else {}),
        }


def one_line(text: str, longest: int) -> str:
    """A text that can stand in a header: nothing in it ends a line."""
    line = " ".join(clean(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def plain(text: str) -> str:
    """A message's text without characters that nobody sees; its lines stay."""
    lines = (" ".join(clean(line).split()) for line in text.splitlines())
    return "\n".join(lines).strip()[:LONGEST_TEXT]
