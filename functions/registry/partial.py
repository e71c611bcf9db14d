"""The good part of a file with refused rows: what can be imported without them.

A refused row leaves its unit as it is. So rows that need it are refused with it: those below a unit
that is not there, and those that take an account which the refused row's unit still holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from functions.registry.check import (
    AccountKey,
    CheckedRow,
    Held,
    UnitName,
    held_by,
    parents_adrift,
)
from functions.registry.overlay import parent_of
from functions.registry.refusals import RowRefusal
from functions.registry.values import shown


def good_part(
    rows: Sequence[CheckedRow], refusals: Iterable[RowRefusal], held: Mapping[str, Held]
) -> tuple[list[CheckedRow], list[RowRefusal]]:
    """The rows that can be imported, and every refusal, by row.

    Args:
        held: the documents there are already, of every agency.
    """
    found = [*refusals]
    new = found
    while new:
        new = [*_following(rows, found, held)]
        found += new
        bad = {said.row for said in found}
        good = [row for row in rows if row.number not in bad]
        # Without the refused rows the registry may lead in a circle that it did not with them.
        new = [*parents_adrift(good, held)]
        found += new
    bad = {said.row for said in found}
    good = [row for row in rows if row.number not in bad]
    return good, sorted(found, key=lambda said: said.row)


def _following(
    rows: Sequence[CheckedRow], refusals: Iterable[RowRefusal], held: Mapping[str, Held]
) -> Iterator[RowRefusal]:
    """The refusals that follow from refusals, each row's first."""
    refused = {said.row for said in refusals}
    below: dict[UnitName, list[CheckedRow]] = defaultdict(list)
    naming: dict[AccountKey, list[CheckedRow]] = defaultdict(list)
    for row in rows:
        if row.names_parent and (parent := parent_of(row.document)):
            below[row.agency, parent].append(row)
        for account in row.accounts:
            naming[account].append(row)
    waiting = [row for row in rows if row.number in refused]
    while waiting:
        lost = waiting.pop()
        for row, column, reason in _needing(lost, below, naming, held):
            if row.number not in refused:
                refused.add(row.number)
                waiting.append(row)
                yield RowRefusal(row.number, column, reason)


def _needing(
    lost: CheckedRow,
    below: Mapping[UnitName, Sequence[CheckedRow]],
    naming: Mapping[AccountKey, Sequence[CheckedRow]],
    held: Mapping[str, Held],
) -> Iterator[tuple[CheckedRow, str, str]]:
    """Rows that cannot be without a refused one, each with its column and why."""
    why = f"yang ditolak di baris {lost.number}"
    if lost.satker not in held.get(lost.agency, {}):
        for row in below.get(lost.unit, ()):
            yield row, "induk", f"{shown(lost.satker)} belum ada, dan barisnya {why[5:]}"
        return
    for account in held_by(lost.unit, held):
        for row in naming.get(account, ()):
            if row.unit != lost.unit and account not in held_by(row.unit, held):
                platform, handle = account
                yield row, platform, f"{handle} masih milik {lost.satker}, {why}"
