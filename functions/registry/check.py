"""From a file's rows to satker documents, with every problem of every row in one pass.

A row stands by its own cells, and beside the others: an id belongs to one row, an account to one
unit, and a parent must be there. Where two rows contradict each other, both are told, since nobody
knows which of them was meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from functions.model import Platform
from functions.registry.fields import FILE, fields_of
from functions.registry.overlay import (
    TypedRow,
    UnitDocument,
    given_by,
    handles_in,
    laid_over,
    parent_of,
)
from functions.registry.refusals import RowRefusal, refusal
from functions.registry.units import adrift, read_unit
from functions.registry.values import UnreadableValue, shown

# An agency's documents by satker id.
Held = Mapping[str, Mapping[str, Any]]
# A satker's agency and id.
UnitName = tuple[str, str]
# A platform and a casefolded handle.
AccountKey = tuple[Platform, str]

JAKARTA = ZoneInfo("Asia/Jakarta")


class CheckedRow(msgspec.Struct, frozen=True):
    """A row of one unit: its document, laid over the one there is, and the handles it names.

    ``names_parent``: the file has a column for the unit above.
    """

    number: int
    agency: str
    satker: str
    document: UnitDocument
    handles: tuple[tuple[Platform, str], ...]
    names_parent: bool

    @property
    def unit(self) -> UnitName:
        """The agency and the id."""
        return self.agency, self.satker

    @property
    def accounts(self) -> set[AccountKey]:
        """Its handles whatever their case."""
        return {(platform, handle.casefold()) for platform, handle in self.handles}


class Checked(NamedTuple):
    """All rows of a file, and why some of them are refused, in the file's order."""

    rows: list[CheckedRow]
    refusals: list[RowRefusal]


def check(
    rows: Sequence[tuple[int, TypedRow]],
    held: Mapping[str, Held],
    zones: Mapping[str, ZoneInfo] | None = None,
) -> Checked:
    """Each row's document, and what is wrong.

    Args:
        rows: line number and cells of each row; the column ``instansi`` says whose a row is;
            empty: the first one's.
        held: the documents there are already, of every agency in their order.
        zones: each agency's time zone; Jakarta's for those left out.
    """
    first = next(iter(held))
    checked: list[CheckedRow] = []
    found: list[RowRefusal] = []
    for number, row in rows:
        agency = row.get("instansi", "") or first
        zone = (zones or {}).get(agency, JAKARTA)
        before = held.get(agency, {}).get(row.get("id", ""))
        one, problems = _read(number, row, agency, before, zone)
        checked.append(one)
        problems = [*_misplaced(row, agency, held), *problems]
        found += [refusal(number, problem) for problem in dict.fromkeys(problems)]
    found += [*_named_twice(checked), *_held_twice(checked, held), *parents_adrift(checked, held)]
    return Checked(checked, sorted(found, key=lambda said: said.row))


def parents_adrift(rows: Iterable[CheckedRow], held: Mapping[str, Held]) -> Iterator[RowRefusal]:
    """Rows whose unit above is neither in the file nor there already, or leads in a circle."""
    by_agency: dict[str, dict[str, CheckedRow]] = {agency: {} for agency in held}
    for row in rows:
        by_agency.get(row.agency, {}).setdefault(row.satker, row)
    for agency, own in by_agency.items():
        parents = {i: parent_of(document) for i, document in held[agency].items()}
        parents |= {i: parent_of(row.document) for i, row in own.items()}
        for satker_id, said in adrift(parents, FILE).items():
            if satker_id in own and own[satker_id].names_parent:
                yield refusal(own[satker_id].number, said)


def _read(
    number: int, row: TypedRow, agency: str, before: Mapping[str, Any] | None, zone: ZoneInfo
) -> tuple[CheckedRow, list[str]]:
    """A row, and what is wrong in its own cells and in what they make of the document.

    Earlier faults of the document that no cell touches are told beside the document instead.
    """
    satker_id, given = row.get("id", ""), given_by(row)
    unit, own = read_unit(satker_id, given, zone, FILE)
    problems = [*own]
    # Reading an account's name is what takes longest, so a good row's are read once.
    handles = [(h.platform, h.handle) for h in unit.handles] if unit else None
    handles = handles_in(given) if handles is None else handles
    document = laid_over(before, given, handles, zone)
    if before is not None and document != before:
        whole = read_unit(satker_id, document, zone, FILE).problems
        if more := [problem for problem in whole if problem not in problems]:
            earlier = read_unit(satker_id, before, zone, FILE).problems
            problems += [problem for problem in more if problem not in earlier]
    names_parent = "induk" in row
    checked = CheckedRow(number, agency, satker_id, document, tuple(handles), names_parent)
    return checked, problems


def _misplaced(row: TypedRow, agency: str, held: Mapping[str, Held]) -> Iterator[str]:
    """That the row's agency does not exist, or that cells lie outside the columns."""
    if isinstance(agency, UnreadableValue):
        yield f"instansi {agency}"
    elif agency not in held:
        yield f"instansi {shown(agency)} tidak dikenal; pilih {', '.join(held)}"
    if "" in row:
        yield "ada isi di luar kolom; periksa pemisah atau tanda kutip"


def _named_twice(rows: Iterable[CheckedRow]) -> Iterator[RowRefusal]:
    """Every row of a unit that has several."""
    of_unit: dict[UnitName, list[CheckedRow]] = defaultdict(list)
    for row in rows:
        if row.satker and not isinstance(row.satker, UnreadableValue):
            of_unit[row.unit].append(row)
    for same in of_unit.values():
        for row in same if len(same) > 1 else ():
            other = same[1] if row is same[0] else same[0]
            reason = f"{shown(row.satker)} juga tertulis di baris {other.number}; sisakan satu"
            yield RowRefusal(row.number, "id", reason)


def _held_twice(rows: Iterable[CheckedRow], held: Mapping[str, Held]) -> Iterator[RowRefusal]:
    """Rows of several units that name one account; not that of the unit which holds it already."""
    naming: dict[AccountKey, list[CheckedRow]] = defaultdict(list)
    for row in rows:
        for account in row.accounts:
            naming[account].append(row)
    for account, named in naming.items():
        if len({row.unit for row in named}) > 1:
            holders = [row for row in named if account in held_by(row.unit, held)]
            is_known = len({row.unit for row in holders}) == 1
            for row in named:
                if not (is_known and row.unit == holders[0].unit):
                    yield _contested(row, account, holders if is_known else named)


def _contested(row: CheckedRow, account: AccountKey, others: Sequence[CheckedRow]) -> RowRefusal:
    platform = account[0]
    handle = next(h for p, h in row.handles if (p, h.casefold()) == account)
    other = next(other for other in others if other.unit != row.unit)
    whose = other.satker if other.agency == row.agency else f"{other.satker} ({other.agency})"
    reason = f"{handle} juga tertulis untuk {whose} di baris {other.number}; sisakan di satu satker"
    return RowRefusal(row.number, platform, reason)


def held_by(unit: UnitName, held: Mapping[str, Held]) -> set[AccountKey]:
    """The accounts that a unit's document names already."""
    agency, satker_id = unit
    document = held.get(agency, {}).get(satker_id, {})
    return {
        (platform, handle.casefold()) for platform, handle in handles_in(fields_of(document).values)
    }
