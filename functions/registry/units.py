"""One unit from what was typed, in a document or in a file's row.

The same checks and the same sentences everywhere; only the names of the fields differ, since an
admin must find them where they were typed. All problems are told at once, and whatever one unit
provokes – an exception of any type – is that unit's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from functions.model import PLATFORM_NAMES, Handle, Platform, Satker
from functions.parsing.nearest import nearest
from functions.registry import values
from functions.registry.fields import (
    DOCUMENT,
    FIELDS,
    FILE,
    Names,
    UnitFields,
    account_fields,
    fields_of,
)
from functions.registry.typed_accounts import NoPlatform, typed_accounts
from functions.registry.values import UnreadableValue, Wrong, shown

T = TypeVar("T")

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_MOST_HINTS = 50  # different names of parents that are none, for which a likely one is sought


class TypedUnit(NamedTuple):
    """A unit as it was read: None where it cannot be used, and everything that is wrong with it."""

    satker: Satker | None
    problems: tuple[str, ...]


def read_unit(
    satker_id: str, given: Mapping[str, Any], zone: ZoneInfo, names: Names = DOCUMENT
) -> TypedUnit:
    """A unit from its fields, each of any type.

    Args:
        zone: the agency's, in which days and instants without an offset are meant.
        names: what the fields are called where they were typed, ``DOCUMENT`` or ``FILE``.
    """
    try:
        fields = fields_of(given)
        # Accounts are told by the same words wherever they stand.
        typed = {name: fields.told(name) for name in FIELDS}
        return _read(
            satker_id,
            fields,
            zone,
            _Reader(fields.values, names if names is FILE else {**names, **typed}),
        )
    except Exception as error:
        return TypedUnit(None, (f"isinya {_unreadable(error)}",))


def adrift(parents: Mapping[str, str | None], names: Names = DOCUMENT) -> dict[str, str]:
    """By unit, what is wrong with its parent: it is missing, or leads in a circle.

    Args:
        parents: every unit that there is, and its parent.
    """
    label, found = names["parent"], {}
    hints: dict[str, str | None] = {}  # a column repeats its mistake, and looking takes long
    sound: set[str] = set()  # units above which there is an end
    for satker, parent in parents.items():
        if parent is None:
            continue
        if parent == satker:
            found[satker] = f"{label} {shown(parent)} adalah satker ini sendiri; kosongkan"
        elif parent not in parents:
            if parent not in hints and len(hints) < _MOST_HINTS:
                hints[parent] = nearest(parent, parents, 0.75)
            hint = f"; maksudnya {meant}?" if (meant := hints.get(parent)) else ""
            found[satker] = f"{label} {shown(parent)} tidak ada dalam daftar{hint}"
        elif satker in _ancestors(parent, parents, sound):
            found[satker] = f"{label} {shown(parent)} berputar kembali ke satker ini sendiri"
    return found


def as_text(document: Mapping[str, Any]) -> str:
    """The same text for the same document, whatever stands in it."""
    try:
        # Documents may hold what is no JSON: instants that were picked in the console.
        return json.dumps(document, sort_keys=True, default=str)
    except Exception as error:  # nested too deeply, names of several types, no text of its own
        return type(error).__name__


class _Reader:
    """Reads one field after another, and collects what is wrong with them."""

    def __init__(self, given: Mapping[str, Any], names: Names) -> None:
        self.given = given
        self.names = names
        self.problems: list[str] = []

    def read(self, field: str, reader: Callable[[Any], T]) -> T | None:
        return self.guarded(self.names[field], lambda: reader(self.given.get(field)))

    def guarded(self, label: str, reader: Callable[[], T]) -> T | None:
        """What the reader gives; None, and a noted problem, when it raises."""
        try:
            return reader()
        except Wrong as wrong:
            self.problems.append(f"{label} {wrong}")
        except Exception as error:
            self.problems.append(f"{label} {_unreadable(error)}")
        return None


def _read(satker_id: str, fields: UnitFields, zone: ZoneInfo, reader: _Reader) -> TypedUnit:
    problems = reader.problems
    problems += fields.problems
    if isinstance(satker_id, UnreadableValue):
        problems.append(f"id {satker_id}")
    elif not ID.fullmatch(satker_id):
        meant = satker_id.casefold().replace("_", "-").replace(" ", "-")
        hint = f"; maksudnya {meant}?" if ID.fullmatch(meant) else ""
        problems.append(f"id {shown(satker_id)} harus huruf kecil, angka dan tanda hubung{hint}")
    name, kind = reader.read("name", values.name), reader.read("kind", values.kind)
    short_name, parent = reader.read("short_name", values.text), reader.read("parent", values.text)
    province = reader.read("province", values.text)
    timezone = reader.read("timezone", values.timezone)
    website = reader.read("website", values.website)
    emails = reader.read("notify", values.emails)
    active = (
        reader.read("active_from", lambda given: values.instant(given, zone, end=False)),
        reader.read("active_to", lambda given: values.instant(given, zone, end=True)),
    )
    if active[0] and active[1] and active[1] <= active[0]:
        label = reader.names["active_to"]
        problems.append(f"{label} lebih awal daripada {reader.names['active_from']}")
    handles = _handles(fields.values, active, zone, reader)
    if problems or name is None or kind is None:
        return TypedUnit(None, tuple(problems))
    satker = Satker(
        id=satker_id,
        name=name,
        kind=kind,
        short_name=short_name,
        parent=parent,
        province=province,
        timezone=timezone or values.DEFAULT_ZONE,
        website=website,
        emails=emails or (),
        handles=handles,
        valid_from=active[0],
        valid_to=active[1],
    )
    return TypedUnit(satker, ())


def _handles(
    fields: Mapping[str, Any],
    active: tuple[datetime | None, datetime | None],
    zone: ZoneInfo,
    reader: _Reader,
) -> tuple[Handle, ...]:
    found: dict[tuple[str, str], Handle] = {}
    for typed in typed_accounts(fields, reader.names):
        if isinstance(typed, NoPlatform):
            reader.problems.append(typed.said)
            continue
        label = reader.names[typed.platform]
        handle = reader.guarded(label, partial(_handle, *typed, active, zone))
        if handle is not None:
            key = (typed.platform, handle.handle.casefold())
            if found.setdefault(key, handle) != handle and _span(found[key]) != _span(handle):
                reader.problems.append(f"{label} {shown(handle.handle)} tertulis dua kali")
    return tuple(found.values())


def _handle(
    platform: Platform,
    item: Any,
    active: tuple[datetime | None, datetime | None],
    zone: ZoneInfo,
) -> Handle:
    typed = account_fields(item if isinstance(item, Mapping) else {"handle": item})
    if typed.problems:
        raise Wrong(typed.problems[0])
    handle = values.handle(platform, typed.values.get("handle"))
    if handle is None:
        raise Wrong(f"handle kosong; isi nama akun {PLATFORM_NAMES[platform]}")
    begin, end = (_bound(typed, field, zone) for field in ("from", "to"))
    if begin and end and end <= begin:
        last, first = typed.told("to"), typed.told("from")
        raise Wrong(f"{last} akun {shown(handle)} lebih awal daripada {first}-nya")
    begin = begin or active[0]
    end = min((at for at in (end, active[1]) if at), default=None)
    is_unit_valid = not (active[0] and active[1]) or active[0] < active[1]
    if begin and end and end <= begin and is_unit_valid:
        raise Wrong(f"masa akun {shown(handle)} di luar masa aktif satkernya")
    return Handle(platform=platform, handle=handle, valid_from=begin, valid_to=end)


def _bound(typed: UnitFields, field: str, zone: ZoneInfo) -> datetime | None:
    try:
        return values.instant(typed.values.get(field), zone, end=field == "to")
    except Wrong as wrong:
        raise Wrong(f"{typed.told(field)} {wrong}") from None


def _span(handle: Handle) -> tuple[datetime | None, datetime | None]:
    return handle.valid_from, handle.valid_to


def _ancestors(satker: str, parents: Mapping[str, str | None], sound: set[str]) -> set[str]:
    """The unit itself and those above it, up to where there is none or a circle closes.

    It stops at ``sound`` units, and adds those that it finds to be so: above them is an end.
    """
    found: set[str] = set()
    above: str | None = satker
    while above is not None and above not in found and above not in sound:
        found.add(above)
        above = parents.get(above)
    if above is None or above in sound:
        sound |= found
    return found


def _unreadable(error: Exception) -> str:
    return f"tidak dapat dibaca ({type(error).__name__}); hapus lalu tulis ulang"
