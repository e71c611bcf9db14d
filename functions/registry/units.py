"""One unit from what was typed, in a document or in a file's row.

The same checks and the same sentences everywhere; only the names of the fields differ, since an
admin must find them where they were typed. All problems are told at once, and whatever one unit
provokes – an exception of any type – is that unit's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from functions.model import PLATFORM_NAMES, PLATFORMS, Handle, Platform, Satker
from functions.parsing.cleaning import clean
from functions.parsing.nearest import nearest
from functions.registry import values
from functions.registry.values import UnreadableValue, Wrong, is_empty, shown

T = TypeVar("T")
Names = Mapping[str, str]

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
# A document's own fields, by the name of the column that a file has for them.
COLUMNS = {
    "name": "nama",
    "short_name": "singkatan",
    "kind": "jenis",
    "province": "provinsi",
    "timezone": "zona_waktu",
    "website": "website",
    "parent": "induk",
    "active_from": "aktif_dari",
    "active_to": "aktif_sampai",
    "notify": "pemberitahuan",
}
FIELDS = (*COLUMNS, "accounts")
# Written beside what was typed by the system itself; neither read nor part of what was typed.
SYSTEM_FIELDS = frozenset({"status"})

# What each field is called where it was typed.
DOCUMENT: Names = {field: field for field in FIELDS} | {p: f"accounts.{p}:" for p in PLATFORMS}
FILE: Names = {**COLUMNS, "accounts": "accounts"} | {p: f"kolom {p}:" for p in PLATFORMS}

_PLATFORMS: dict[str, Platform] = {name: name for name in PLATFORMS} | {"twitter": "x"}
_ACCOUNT = ("handle", "from", "to")
# An unknown field that is so much alike one of ours is a misspelling; others are the admin's own.
_MISSPELT = 0.85
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
        return _read(satker_id, given, zone, _Reader(given, names))
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


def accounts_of(given: Any) -> dict[Platform, list[Any]]:
    """What was typed for each platform, without what is empty, however it was typed.

    Platforms that are none, and accounts that are no map, are left out: ``read_unit`` tells them.
    """
    found: dict[Platform, list[Any]] = {}
    for name, listed in given.items() if isinstance(given, Mapping) else ():
        if platform := platform_of(name):
            found.setdefault(platform, []).extend(_items(listed))
    return found


def platform_of(name: Any) -> Platform | None:
    """The platform that a name means; None when it means none."""
    return _PLATFORMS.get(clean(name).casefold()) if isinstance(name, str) else None


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


def _read(satker_id: str, given: Mapping[str, Any], zone: ZoneInfo, reader: _Reader) -> TypedUnit:
    problems = reader.problems
    problems += _misspelt(given)
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
    handles = _handles(given.get("accounts"), active, zone, reader)
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


def _misspelt(given: Mapping[str, Any]) -> Iterator[str]:
    """Fields that look like one of ours; what looks like none is the admin's own."""
    meanings = {field: field for field in FIELDS}
    meanings |= {column: field for field, column in COLUMNS.items()}
    meanings |= {platform: f"accounts.{platform}" for platform in PLATFORMS}
    for field in given:
        if field in FIELDS or field in SYSTEM_FIELDS or not isinstance(field, str):
            continue
        if meant := nearest(clean(field), meanings, _MISSPELT):
            yield f"{_plain(field)} tidak dikenal; maksudnya {meanings[meant]}?"


def _handles(
    given: Any, active: tuple[datetime | None, datetime | None], zone: ZoneInfo, reader: _Reader
) -> tuple[Handle, ...]:
    if is_empty(given):
        return ()
    if not isinstance(given, Mapping):
        reader.problems.append(f"{reader.names['accounts']} harus berisi platform dan nama akun")
        return ()
    found: dict[tuple[str, str], Handle] = {}
    for name, listed in given.items():
        platform = platform_of(name)
        if platform is None:
            reader.problems.append(
                f"platform {shown(name)} tidak dikenal; pilih {', '.join(PLATFORMS)}"
            )
            continue
        label = reader.names[platform]
        for item in _items(listed):
            handle = reader.guarded(label, partial(_handle, platform, item, active, zone))
            if handle is not None:
                key = (platform, handle.handle.casefold())
                if found.setdefault(key, handle) != handle and _span(found[key]) != _span(handle):
                    reader.problems.append(f"{label} {shown(handle.handle)} tertulis dua kali")
    return tuple(found.values())


def _handle(
    platform: Platform,
    item: Any,
    active: tuple[datetime | None, datetime | None],
    zone: ZoneInfo,
) -> Handle:
    detail = item if isinstance(item, Mapping) else {"handle": item}
    for field in detail:
        if field not in _ACCOUNT and (meant := nearest(str(field)[:60], _ACCOUNT, 0.7)):
            raise Wrong(f"{_plain(str(field))} tidak dikenal; maksudnya {meant}?")
    handle = values.handle(platform, detail.get("handle"))
    if handle is None:
        raise Wrong(f"handle kosong; isi nama akun {PLATFORM_NAMES[platform]}")
    begin, end = (_bound(detail, field, zone) for field in ("from", "to"))
    if begin and end and end <= begin:
        raise Wrong(f"to akun {shown(handle)} lebih awal daripada from-nya")
    begin = begin or active[0]
    end = min((at for at in (end, active[1]) if at), default=None)
    is_unit_valid = not (active[0] and active[1]) or active[0] < active[1]
    if begin and end and end <= begin and is_unit_valid:
        raise Wrong(f"masa akun {shown(handle)} di luar masa aktif satkernya")
    return Handle(platform=platform, handle=handle, valid_from=begin, valid_to=end)


def _bound(detail: Mapping[str, Any], field: str, zone: ZoneInfo) -> datetime | None:
    try:
        return values.instant(detail.get(field), zone, end=field == "to")
    except Wrong as wrong:
        raise Wrong(f"{field} {wrong}") from None


def _items(listed: Any) -> list[Any]:
    items = listed if isinstance(listed, list | tuple) else [listed]
    return [item for item in items if not is_empty(item)]


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


def _plain(field: str) -> str:
    return " ".join(clean(field[:60]).split())


def _unreadable(error: Exception) -> str:
    return f"tidak dapat dibaca ({type(error).__name__}); hapus lalu tulis ulang"
