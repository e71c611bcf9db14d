"""What changed in the registry, from one version to the next: kept for good, shown to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import msgspec

from functions.model import Roster, month_of
from functions.registry.changes import Amendment, compare
from functions.store.agency import AgencyStore


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What changed at an instant (UTC). ``by``: who typed it, where that is known."""

    at: datetime
    changes: tuple[Amendment, ...]
    by: str | None = None


def record(
    agency: AgencyStore,
    before: Roster | None,
    after: Roster,
    now: datetime,
    authors: Mapping[str, str] | None = None,
) -> None:
    """Add to the history what is different in ``after``; recording it twice changes nothing.

    Args:
        before: the version in force until then; None: there was none.
        authors: by satker, who typed what changed.
    """
    changes = compare(before or Roster(as_of=now), after, now, agency.zone)
    groups: dict[str | None, list[Amendment]] = {}
    for change in changes:
        groups.setdefault((authors or {}).get(change.satker), []).append(change)
    entries = [HistoryEntry(at=now, changes=tuple(group), by=by) for by, group in groups.items()]
    if entries:
        told = [msgspec.to_builtins(entry) for entry in entries]
        agency.add_history(month_of(now, agency.zone), after.source, told)


def history(agency: AgencyStore, until: datetime) -> list[HistoryEntry]:
    """What changed by ``until``, the latest first; an entry that is none is left out."""
    found = []
    for told in agency.history():
        with suppress(msgspec.ValidationError):
            entry = msgspec.convert(told, HistoryEntry)
            if entry.at <= until:
                found.append(entry)
    return sorted(found, key=lambda entry: entry.at, reverse=True)
