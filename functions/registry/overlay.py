"""A file's row laid over the satker document there is.

A field that the file has no column for stays, and so does everything else that an admin keeps in
the document. A cell that means the same as the field leaves the field as it was typed, so that
importing an export changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import PLATFORMS, Platform
from functions.registry import values
from functions.registry.fields import COLUMNS, UnitFields, fields_of, platform_of
from functions.registry.typed_accounts import accounts_of, handle_of
from functions.registry.values import UnreadableValue, Wrong

# Where two values are read alike it does not matter in which zone.
_ANY = ZoneInfo("Asia/Jakarta")

UnitDocument = dict[str, Any]
TypedRow = Mapping[str, str]


def given_by(row: TypedRow) -> UnitDocument:
    """The row's cells as fields of a document; without the columns that the file lacks."""
    given: UnitDocument = {field: row[column] for field, column in COLUMNS.items() if column in row}
    return given | {"accounts": {p: _parts(row[p]) for p in PLATFORMS if p in row}}


def laid_over(
    before: Mapping[str, Any] | None,
    given: UnitDocument,
    handles: Iterable[tuple[Platform, str]],
    zone: ZoneInfo,
) -> UnitDocument:
    """The document with a row's cells in it; a new one has every field, for admins to see.

    ``handles``: those of the row's accounts that can be read.
    """
    new: UnitDocument = dict.fromkeys(COLUMNS) | {"accounts": {}}
    document = new if before is None else dict(before)
    typed = fields_of(document)
    for field, reader in _readers(zone).items():
        if field in given or before is None:
            meant, held = _canonical(reader, given.get(field)), typed.values.get(field)
            if before is None or meant is Wrong or meant != _canonical(reader, held):
                document[typed.spelling(field)] = given[field] if meant is Wrong else meant
    wanted: dict[Platform, list[str]] = {platform: [] for platform in given["accounts"]}
    for platform, handle in handles:
        wanted[platform].append(handle)
    return document | _accounts_over(typed, wanted)


def handles_in(fields: Mapping[str, Any]) -> list[tuple[Platform, str]]:
    """The bare handles of a document's or a row's accounts, without those that cannot be read.

    ``fields``: the document's or the row's, by our names.
    """
    return [
        (platform, handle)
        for platform, items in accounts_of(fields).items()
        for handle in _handles(platform, [handle_of(item) for item in items])
    ]


def parent_of(document: Mapping[str, Any]) -> str | None:
    """The unit above; None where none is named that can be read."""
    parent = _canonical(values.text, fields_of(document).values.get("parent"))
    return parent if isinstance(parent, str) else None


def means_the_same(field: str, cell: str, typed: Any) -> bool:
    """Whether a cell would leave a document's field as it was typed."""
    reader = _readers(_ANY)[field]
    return bool(_canonical(reader, cell) == _canonical(reader, typed))


def name_means_the_same(platform: Platform, cell: str, typed: Any) -> bool:
    """Whether an account's name in a cell is the one that was typed."""
    reader = partial(values.handle, platform)
    return bool(_canonical(reader, cell) == _canonical(reader, typed))


def _parts(cell: str) -> list[str]:
    return [cell] if isinstance(cell, UnreadableValue) else cell.split(";")


def _handles(platform: Platform, parts: Sequence[Any]) -> list[str]:
    """Bare handles, each once, without those that cannot be read."""
    read = (_canonical(partial(values.handle, platform), part) for part in parts)
    found = {handle.casefold(): handle for handle in read if isinstance(handle, str)}
    return list(found.values())


def _canonical(reader: Callable[[Any], Any], value: Any) -> Any:
    """The value as the reader understands it; ``Wrong`` (the class) where it cannot be read."""
    try:
        return reader(value)
    except Exception:
        return Wrong


def _readers(zone: ZoneInfo) -> dict[str, Callable[[Any], Any]]:
    return {
        "name": values.text,
        "short_name": values.text,
        "kind": values.text,
        "province": values.text,
        "timezone": values.timezone,
        "website": values.website,
        "parent": values.text,
        "active_from": partial(values.moment, zone=zone),
        "active_to": partial(values.moment, zone=zone),
        "notify": _emails,
    }


def _emails(value: Any) -> str | None:
    """Mail addresses as a document keeps them: one text."""
    return "; ".join(values.emails(value)) or None


def _accounts_over(typed: UnitFields, handles: Mapping[Platform, Sequence[str]]) -> dict[str, Any]:
    """The fields of a document that change with the row's accounts.

    A file has no column for a handle's own ``from`` and ``to``: they stay with the handle. Accounts
    that were typed in another form than a map become one.
    """
    held = accounts_of(typed.values)
    changed = {
        platform: wanted
        for platform, wanted in handles.items()
        if (wanted or platform in held) and not _means(platform, held.get(platform, []), wanted)
    }
    if not changed:
        return {}
    accounts = typed.values.get("accounts")
    plain = accounts if isinstance(accounts, Mapping) else {}
    is_map = bool(plain) and all(map(platform_of, plain))
    result: dict[Any, Any] = dict(plain) if is_map else {**held}
    for platform, wanted in changed.items():
        for name in list(result):  # twitter, Instagram: other names of the platform
            if platform_of(name) == platform:
                result[name] = []
        result[platform] = [_kept(platform, held.get(platform, []), name) for name in wanted]
    beside = {p: typed.names[p] for p in PLATFORMS if p in typed.names}
    # What stood beside the map is in it now.
    emptied = {name: None for platform, name in beside.items() if platform in changed or not is_map}
    return {**emptied, typed.spelling("accounts"): result}


def _means(platform: Platform, typed: Sequence[Any], wanted: Sequence[str]) -> bool:
    """Whether these are the handles that were typed already, in whatever form and order."""
    names = [_canonical(partial(values.handle, platform), handle_of(item)) for item in typed]
    if not all(isinstance(name, str) for name in names):
        return False
    return {name.casefold() for name in names} == {name.casefold() for name in wanted}


def _kept(platform: Platform, typed: Sequence[Any], handle: str) -> Any:
    """The handle, as an admin typed it earlier: with its validity."""
    for item in typed:
        name = _canonical(partial(values.handle, platform), handle_of(item))
        if isinstance(name, str) and name.casefold() == handle.casefold():
            return item
    return handle
