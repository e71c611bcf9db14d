"""From a file's rows to satker documents, with every problem of every row in one pass.

A row is laid over the existing document. A field that the file has no column for stays, and so does
everything else that an admin keeps in the document. A cell that means the same as the field leaves
the field as it was typed, so that importing an export changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform
from functions.registry import values
from functions.registry.fields import COLUMNS, FILE, UnitFields, fields_of, platform_of
from functions.registry.typed_accounts import accounts_of, handle_of
from functions.registry.units import adrift, read_unit
from functions.registry.values import UnreadableValue, Wrong, shown

UnitDocument = dict[str, Any]
# An agency's documents by satker id.
Held = Mapping[str, Mapping[str, Any]]
TypedRow = Mapping[str, str]

# A satker's agency and id.
_Name = tuple[str, str]
# The satker whose row names a handle (casefolded) first.
_Owners = dict[tuple[Platform, str], _Name]

JAKARTA = ZoneInfo("Asia/Jakarta")


def check(
    rows: Sequence[tuple[int, TypedRow]],
    held: Mapping[str, Held],
    zones: Mapping[str, ZoneInfo] | None = None,
) -> tuple[dict[str, dict[str, UnitDocument]], list[str]]:
    """Documents by agency and satker id, and what is wrong, one Indonesian line each.

    Args:
        rows: line number and cells of each row; the column ``instansi`` says whose a row is;
            empty: the first one's.
        held: the documents there are already, of every agency in their order.
        zones: each agency's time zone; Jakarta's for those left out.
    """
    first = next(iter(held))
    documents: dict[str, dict[str, UnitDocument]] = {agency: {} for agency in held}
    problems: list[str] = []
    owners: _Owners = {}
    children: dict[_Name, int] = {}
    for number, row in rows:
        agency, satker_id = name = row.get("instansi", "") or first, row.get("id", "")
        known = documents.get(agency, {})
        before = held.get(agency, {}).get(satker_id)
        zone = (zones or {}).get(agency, JAKARTA)
        document = _laid_over(before, row, zone)
        found = [*_misplaced(row, agency, held), *_problems(satker_id, row, document, before, zone)]
        if satker_id in known:
            found.append(f"id {shown(satker_id)} sudah dipakai di baris lain")
        found += _taken(row, name, owners)
        known.setdefault(satker_id, document)
        if "induk" in row:
            children.setdefault(name, number)
        problems += [f"baris {number}: {problem}" for problem in dict.fromkeys(found)]
    for agency, known in documents.items():
        parents = {i: _parent(d) for i, d in {**held[agency], **known}.items()}
        problems += [
            f"baris {children[agency, satker_id]}: {said}"
            for satker_id, said in adrift(parents, FILE).items()
            if (agency, satker_id) in children
        ]
    return documents, problems


def _misplaced(row: TypedRow, agency: str, held: Mapping[str, Held]) -> Iterator[str]:
    """That the row's agency does not exist, or that cells lie outside the columns."""
    if isinstance(agency, UnreadableValue):
        yield f"instansi {agency}"
    elif agency not in held:
        yield f"instansi {shown(agency)} tidak dikenal; pilih {', '.join(held)}"
    if "" in row:
        yield "ada isi di luar kolom; periksa pemisah atau tanda kutip"


def _taken(row: TypedRow, name: _Name, owners: _Owners) -> Iterator[str]:
    """The row's handles that another satker's row has named; the others become the row's own."""
    for platform, handle in _named(row):
        owner = owners.setdefault((platform, handle.casefold()), name)
        if owner != name:
            whose = owner[1] if owner[0] == name[0] else f"{owner[1]} ({owner[0]})"
            yield f"{PLATFORM_NAMES[platform]} {handle} sudah terdaftar untuk {whose}"


def _problems(
    satker_id: str,
    row: TypedRow,
    document: UnitDocument,
    before: Mapping[str, Any] | None,
    zone: ZoneInfo,
) -> list[str]:
    """What is wrong in the row's own cells, and what they make wrong in the document.

    Earlier faults of the document that no cell touches are told beside the document instead.
    """
    own = read_unit(satker_id, _given(row), zone, FILE).problems
    if before is None:
        return [*own]
    earlier = read_unit(satker_id, before, zone, FILE).problems
    whole = read_unit(satker_id, document, zone, FILE).problems
    return [*own, *(problem for problem in whole if problem not in {*own, *earlier})]


def _given(row: TypedRow) -> UnitDocument:
    """The row's cells as fields of a document; without the columns that the file lacks."""
    given: UnitDocument = {field: row[column] for field, column in COLUMNS.items() if column in row}
    return given | {"accounts": {p: _parts(row[p]) for p in PLATFORMS if p in row}}


def _parts(cell: str) -> list[str]:
    return [cell] if isinstance(cell, UnreadableValue) else cell.split(";")


def _named(row: TypedRow) -> list[tuple[Platform, str]]:
    """The handles that a row names, without those that cannot be read."""
    return [
        (platform, handle)
        for platform in PLATFORMS
        for handle in _handles(platform, _parts(row.get(platform, "")))
    ]


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


def _laid_over(before: Mapping[str, Any] | None, row: TypedRow, zone: ZoneInfo) -> UnitDocument:
    """The document with a row's cells in it; a new one has every field, for admins to see."""
    given = _given(row)
    readers = _readers(zone)
    new: UnitDocument = dict.fromkeys(COLUMNS) | {"accounts": {}}
    document = new if before is None else dict(before)
    typed = fields_of(document)
    for field, reader in readers.items():
        if field in given or before is None:
            meant, held = _canonical(reader, given.get(field)), typed.values.get(field)
            if before is None or meant is Wrong or meant != _canonical(reader, held):
                document[typed.spelling(field)] = given[field] if meant is Wrong else meant
    return document | _accounts_over(typed, given["accounts"])


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


def _accounts_over(typed: UnitFields, cells: Mapping[Platform, Sequence[str]]) -> dict[str, Any]:
    """The fields of a document that change with the row's cells for accounts.

    A file has no column for a handle's own ``from`` and ``to``: they stay with the handle. Accounts
    that were typed in another form than a map become one.
    """
    held = accounts_of(typed.values)
    changed = {
        platform: wanted
        for platform, parts in cells.items()
        if (wanted := _handles(platform, parts)) or platform in held
        if not _means(platform, held.get(platform, []), wanted)
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


def _parent(document: Mapping[str, Any]) -> str | None:
    parent = _canonical(values.text, fields_of(document).values.get("parent"))
    return parent if isinstance(parent, str) else None
