"""What an import would begin, end and change, said before anything is written.

It compares the registry that the documents make now with the one that they would make: so the file
is not held responsible for what somebody typed in the console since the last run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from functions.model import PLATFORM_NAMES, Account, Roster
from functions.registry.fields import COLUMNS
from functions.registry.values import is_empty, shown

Held = Mapping[str, Mapping[str, Any]]


class Changes(NamedTuple):
    """Units and accounts that begin, that end, and what else becomes different: Indonesian lines,
    each beginning with the unit's id."""

    begins: list[str]
    ends: list[str]
    changes: list[str]


def compare(
    documents: Held, before: Roster, after: Roster, held: Held, now: datetime, zone: ZoneInfo
) -> Changes:
    """What changes when documents are laid over the held ones.

    Args:
        before: the registry that ``held`` makes at ``now``; ``after``: the one of both.
    """
    found = Changes([], [], [])
    for satker_id, document in documents.items():
        if satker_id not in held:
            found.begins.append(f"{satker_id}: satker baru, {shown(document['name'])}")
        else:
            _compare_fields(satker_id, held[satker_id], document, found)
    _compare_accounts(_going_on(before, now), _going_on(after, now), now, zone, found)
    return Changes(*(sorted(lines) for lines in found))


def _compare_fields(
    satker_id: str, before: Mapping[str, Any], after: Mapping[str, Any], found: Changes
) -> None:
    for field, column in COLUMNS.items():
        old, new = before.get(field), after.get(field)
        if old == new or (is_empty(old) and is_empty(new)):
            continue
        if field == "active_to" and is_empty(old):
            found.ends.append(f"{satker_id}: satker berakhir, {column} {shown(new)}")
            continue
        words = ["kosong" if is_empty(value) else shown(value) for value in (old, new)]
        found.changes.append(f"{satker_id}: {column} {words[0]} menjadi {words[1]}")


Key = tuple[str, str, str]


def _going_on(roster: Roster, now: datetime) -> dict[Key, Account]:
    """The accounts that are registered at ``now``, or will be."""
    return {
        (account.satker, account.platform, account.handle.casefold()): account
        for account in roster.accounts
        if account.valid_to is None or account.valid_to > max(now, account.valid_from)
    }


def _compare_accounts(
    before: Mapping[Key, Account],
    after: Mapping[Key, Account],
    now: datetime,
    zone: ZoneInfo,
    found: Changes,
) -> None:
    def day(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")

    for key, account in after.items():
        words, old = _words(account), before.get(key)
        if old is None:
            found.begins.append(f"{words} mulai diukur sejak {day(account.valid_from)}")
        elif _ends_earlier(old, account):
            assert account.valid_to is not None
            found.ends.append(f"{words} berakhir {day(account.valid_to)}")
        elif (old.valid_from, old.valid_to) != (account.valid_from, account.valid_to):
            until = "" if account.valid_to is None else f" sampai {day(account.valid_to)}"
            found.changes.append(f"{words} diukur sejak {day(account.valid_from)}{until}")
    for key in before.keys() - after.keys():
        found.ends.append(f"{_words(before[key])} berakhir sekarang ({day(now)})")


def _ends_earlier(old: Account, new: Account) -> bool:
    return new.valid_to is not None and (old.valid_to is None or new.valid_to < old.valid_to)


def _words(account: Account) -> str:
    return f"{account.satker}: akun {PLATFORM_NAMES[account.platform]} {account.handle}"
