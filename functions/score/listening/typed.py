"""The campaigns and clarifications that admins typed: those that can be used, and what is told of
each beside its document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from functions.score.cases import APPLIES
from functions.store.agency import AgencyStore
from functions.store.campaigns import Campaign, parse_campaign, parse_clarification
from functions.store.port import Stored

Parse = Callable[[str, Mapping[str, Any], ZoneInfo], Campaign]


class Typed(NamedTuple):
    """What can be used. ``problems``: what is wrong with the other documents, a line each.

    ``digest`` is of all that was typed, by which a later run tells whether anything has changed.
    """

    campaigns: tuple[Campaign, ...]
    clarifications: tuple[Campaign, ...]
    problems: tuple[str, ...]
    digest: str


def read_typed(agency: AgencyStore) -> Typed:
    """Read every document by itself, and tell its admin what became of it."""
    problems: list[str] = []
    typed = sha256()
    found = []
    for documents, parse in (
        (agency.campaigns(), parse_campaign),
        (agency.clarifications(), parse_clarification),
    ):
        found.append(_usable(agency, documents, parse, problems))
        for stored in documents:
            typed.update(repr((stored.path, _without_status(stored.data))).encode())
    return Typed(found[0], found[1], tuple(problems), typed.hexdigest())


def _usable(
    agency: AgencyStore, documents: Iterable[Stored], parse: Parse, problems: list[str]
) -> tuple[Campaign, ...]:
    found, told = [], []
    for stored in documents:
        status = APPLIES
        try:
            found.append(parse(stored.id, stored.data, agency.zone))
        except ValueError as error:
            status = str(error)
        except Exception as error:  # one document's content must not stop the others
            status = f"tidak dapat dibaca ({type(error).__name__})"
        told.append((stored, {"status": status}))
        if status != APPLIES:
            problems.append(f"{'/'.join(stored.path.split('/')[2:])}: {status}")
    agency.tell_admin(told)
    return tuple(found)


def _without_status(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted((name, value) for name, value in document.items() if name != "status")
