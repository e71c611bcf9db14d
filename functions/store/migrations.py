"""Migrations: bring a store of an earlier schema to this version's, step by step.

Each step leads from one schema to the next. It may run twice, or die half-way and run again: the
store gets the number of the new schema when the whole step is done. Jobs do not migrate; they
refuse to run, so that two versions never write side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform, month_bounds, month_of, parse_time
from functions.store.expiry import KEPT, expiry
from functions.store.installation import (
    PATH,
    SCHEMA,
    Installation,
    document,
    not_newer,
    standing,
)
from functions.store.port import Conflict, Store, Stored, StoreError, Write

_UTC = ZoneInfo("UTC")
_AT_ONCE = 200  # documents that one call writes
_MARK = "simulation"  # among an agency's cursors, before schema 1


@dataclass(slots=True)
class Migrated:
    """From which schema to which, and how many documents were written."""

    before: int
    after: int
    written: int = 0


# Carries out a step by the computer's clock; returns what the store is from then on.
Migration = Callable[[Store, datetime, Migrated], Installation]


def migrate(store: Store, clock: datetime) -> Migrated:
    """Bring a store to this version's schema; leave a store that has it, or is empty, alone.

    StoreError when it is of a newer version, half restored, or holds what cannot be migrated.
    """
    found, held = standing(store)
    if found is None:
        return Migrated(SCHEMA, SCHEMA)
    if not_newer(found).restoring is not None:
        raise StoreError("the store is half restored; run kiprah restore again, then this")
    done = Migrated(found.schema, found.schema)
    for schema in range(found.schema, SCHEMA):
        found = _STEPS[schema](store, clock, done)
        mode: Literal["create", "set"] = "create" if held is None else "set"
        version = None if held is None else held.version
        try:
            store.write([Write(PATH, document(found), mode, version)])
        except Conflict:
            raise StoreError("another kiprah migrate is at work; wait for it") from None
        done.after, done.written = found.schema, done.written + 1
        held = store.get([PATH]).get(PATH)
    return done


# 0 to 1: what a store says of itself lies in one document, and what passes expires.


@dataclass(slots=True)
class _Found:
    """What a look at every document told: the agencies that are marked as a simulation, those that
    hold anything else, and what makes documents expire."""

    marked: set[str] = field(default_factory=set)
    holding: set[str] = field(default_factory=set)
    expiring: list[Write] = field(default_factory=list)


def _to_1(store: Store, clock: datetime, done: Migrated) -> Installation:
    found = _Found()
    for stored in store.everything():
        _look_at(stored, clock, found)
    real = found.holding - found.marked
    if found.marked and real:
        raise StoreError(
            f"the store holds a simulation ({', '.join(sorted(found.marked))}) beside real "
            f"documents ({', '.join(sorted(real))}), and is one or the other from now on: move the "
            "documents of one of them to another store first"
        )
    # The marks stay: whoever goes back to the version before must still find them.
    if not found.marked:
        for part in _parts(found.expiring):
            done.written += _write(store, part)
    return Installation(schema=1, simulation=bool(found.marked))


def _look_at(stored: Stored, clock: datetime, found: _Found) -> None:
    match stored.path.split("/"):
        case ["agencies", agency, "cursors", name] if name == _MARK:
            found.marked.add(agency)
        case ["agencies", agency, collection, _] if collection in KEPT:
            found.holding.add(agency)
            if stored.expires_at is None:
                needed_until, platform = _needed_until(stored, clock), _platform(stored)
                at = expiry(collection, needed_until, clock, platform)
                found.expiring.append(
                    Write(stored.path, {}, "merge", stored.version, expires_at=at)
                )
        case ["agencies", agency, *_]:
            found.holding.add(agency)


def _platform(stored: Stored) -> Platform | None:
    """Of which platform a post is; None for everything else."""
    kind, _, name = stored.path.rpartition("/")
    platform = name.partition(":")[0]
    if not kind.endswith("/posts"):
        return None
    return next((each for each in PLATFORMS if each == platform), None)


def _needed_until(stored: Stored, clock: datetime) -> datetime:
    """The end of a post's month, in whatever zone; of everything else now."""
    try:
        published_at = parse_time(stored.data["published_at"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return clock
    month = month_of(published_at + timedelta(days=1), _UTC)
    return month_bounds(month, _UTC)[1] + timedelta(days=1)


def _write(store: Store, writes: list[Write]) -> int:
    """Write them; a document changed or deleted meanwhile is left for the next look."""
    try:
        store.write(writes)
        return len(writes)
    except Conflict:
        written = 0
        held = store.get([write.path for write in writes])
        for write in writes:
            stored = held.get(write.path)
            if stored is None or stored.expires_at is not None:
                continue
            with suppress(Conflict):
                again = Write(write.path, {}, "merge", stored.version, expires_at=write.expires_at)
                store.write([again])
                written += 1
        return written


def _parts(writes: list[Write]) -> Iterator[list[Write]]:
    for start in range(0, len(writes), _AT_ONCE):
        yield writes[start : start + _AT_ONCE]


# By the schema that each leads away from.
_STEPS: tuple[Migration, ...] = (_to_1,)
