"""One account registered twice: under one name, or under two names with one durable id.

Both sides are told: the unit that the posts count for, and the unit that they do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions.model import Account, Platform, Roster

Name = tuple[str, Platform, str]  # satker, platform, handle: an account as it was typed


def doubled(accounts: Iterable[Account], now: datetime) -> dict[Name, list[str]]:
    """What to tell beside each account that is registered twice at ``now``, in Indonesian.

    With two satker the posts count for the first by id. With one satker, it typed two names of one
    account.
    """
    told: dict[Name, list[str]] = defaultdict(list)
    for group in _same(account for account in accounts if account.holds(now)):
        keeper = min(group, key=lambda account: account.satker)
        for other in group:
            for account, twin in (keeper, other), (other, keeper):
                if other is not keeper and (said := _told(account, twin, keeper.satker)):
                    told[account.satker, account.platform, account.handle].append(said)
    return {name: list(dict.fromkeys(remarks)) for name, remarks in sorted(told.items())}


def beside(feedback: Mapping[str, Any], said: Sequence[str]) -> dict[str, Any]:
    """The fields to change beside an account when ``said`` is to be told of its doubles.

    ``doubled`` keeps the part of its ``status`` that tells of them, so that this part alone can be
    taken back.
    """
    earlier, told = str(feedback.get("doubled") or ""), sentences(said)
    if not (earlier or told):
        return {}
    status = str(feedback.get("status", "ok"))
    rest = status.removesuffix(earlier).strip()
    own = "" if rest == "ok" else rest
    return {"status": f"{own} {told}".strip() or "ok", "doubled": told or None}


def sentences(remarks: Iterable[str]) -> str:
    """Remarks one after another, each with its full stop."""
    return " ".join(remark if remark.endswith((".", "?")) else f"{remark}." for remark in remarks)


def held_twice(rosters: Mapping[str, Roster], now: datetime) -> list[str]:
    """Accounts that two agencies, given by id, hold at once: both count each post."""
    agency_of = {
        id(account): agency for agency, roster in rosters.items() for account in roster.accounts
    }
    everywhere = [account for roster in rosters.values() for account in roster.accounts]
    problems: dict[str, None] = {}
    for group in _same(account for account in everywhere if account.holds(now)):
        first = group[0]
        for account in group[1:]:
            agency, other = agency_of[id(account)], agency_of[id(first)]
            if agency != other:
                problems[
                    f"{agency}: {account.satker}: {account.platform} {account.handle} "
                    f"juga terdaftar untuk {other}: {first.satker}{_as_another(account, first)}; "
                    "unggahannya dihitung di kedua instansi"
                ] = None
    return list(problems)


def _same(accounts: Iterable[Account]) -> Iterator[list[Account]]:
    """Groups of entries that are one account: of one typed handle, or of one durable id."""
    groups: dict[tuple[str, str, str], list[Account]] = defaultdict(list)
    for account in accounts:
        groups["handle", account.platform, account.handle.casefold()].append(account)
        if account.account_id is not None:
            groups["id", account.platform, account.account_id].append(account)
    return (group for group in groups.values() if len(group) > 1)


def _told(account: Account, other: Account, keeper: str) -> str | None:
    what, another = f"{account.platform} {account.handle}", _as_another(account, other)
    if other.satker != account.satker:
        return (
            f"{what} juga terdaftar untuk {other.satker}{another}; unggahannya dihitung untuk "
            f"{keeper}; biarkan akun ini di satu satker saja"
        )
    if another:
        return f"{what} adalah akun yang sama dengan {other.handle}; tulis salah satunya saja"
    return None


def _as_another(account: Account, other: Account) -> str:
    """The other name, where the names do not show that it is one account."""
    is_same = account.handle.casefold() == other.handle.casefold()
    return "" if is_same else f" sebagai {other.handle}"
