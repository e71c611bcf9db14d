"""What a look at an installation finds: one thing a line, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from functions.store.port import StoreError

LONGEST = 600  # characters of one finding

# What findings are about, in the order in which they are told: what comes first explains the rest.
Group = Literal[
    "next", "installation", "platforms", "tokens", "jobs", "data", "accounts", "budgets"
]
GROUPS: dict[Group, str] = {
    "next": "Next",
    "installation": "Store and site",
    "platforms": "Platforms",
    "tokens": "Tokens and consents",
    "jobs": "Jobs",
    "data": "Data and months",
    "accounts": "Registry and accounts",
    "budgets": "Budgets",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``fatal``: nothing works until this is mended; otherwise ``ok`` or something to look at.

    ``is_open``: not ``ok``, and yet no failure: somebody outside decides it, and that takes time.
    ``todo``: what to do about it, where that can be said in a command or a sentence.
    ``group``: one of ``GROUPS``.
    """

    subject: str
    words: str
    ok: bool = True
    fatal: bool = False
    is_open: bool = False
    todo: str = ""
    group: Group = "installation"

    @property
    def fails(self) -> bool:
        """Whether the command fails of it."""
        return not self.ok and not self.is_open


def looked(
    subject: str, look: Callable[..., Finding | Iterable[Finding]], *at: Any
) -> list[Finding]:
    """What a look at something finds.

    A look that raises, for instance on an odd document, becomes a finding itself and stops no other
    look. Only StoreError comes through: without a store nothing can be found.
    """
    try:
        found = look(*at)
        return [found] if isinstance(found, Finding) else [*found]
    except StoreError:
        raise
    except Exception as error:
        words = " ".join(f"cannot be told ({type(error).__name__}: {error})".split())
        return [Finding(subject, words[:LONGEST], ok=False)]


def grouped(group: Group, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, as some of that group."""
    return [replace(finding, group=group) for finding in findings]


def age(at: datetime, now: datetime) -> str:
    """How long ago something was, in the unit that says enough."""
    seconds = (now - at) // timedelta(seconds=1)
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit} ago"
    return f"{max(seconds, 0)} s ago"
