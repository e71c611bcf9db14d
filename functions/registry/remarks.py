"""What to tell of the registry in force besides what is wrong with its documents.

It changes with time: an account that two units hold, a unit whose document was taken away, a name
that has become somebody else's. Every line is Indonesian and begins with the unit's id.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from functions.model import Account, Platform, Roster, Satker, month_of
from functions.registry.doubles import doubled

_INSTANT = timedelta(seconds=1)
_FAREWELL = {
    True: "memiliki unggahan bulan ini dan tetap berlaku sampai akhir {month}",
    False: "tetap tercantum dalam daftar {month} dan tidak lagi sesudahnya",
}


def remarks(roster: Roster, now: datetime, zone: ZoneInfo) -> list[str]:
    """What to tell of a roster at ``now`` besides its own problems; it changes with time."""
    return [
        *told_doubles(roster, now),
        *strangers(roster, now, zone),
        *farewells(roster, now, zone),
    ]


def strangers(roster: Roster, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """What to tell, in the month of ``now``, of names that are another account's than before."""
    held: dict[tuple[str, Platform, str], list[Account]] = defaultdict(list)
    for account in sorted(roster.accounts, key=lambda a: a.valid_from):
        if account.account_id is not None:
            held[account.satker, account.platform, account.handle.casefold()].append(account)
    for (satker, platform, _), accounts in sorted(held.items()):
        newest, earlier = accounts[-1], accounts[:-1]
        is_new = newest.holds(now) and month_of(newest.valid_from, zone) == month_of(now, zone)
        if earlier and is_new and earlier[-1].account_id != newest.account_id:
            yield (
                f"{satker}: {platform} {newest.handle} kini akun lain daripada sebelumnya (dahulu "
                f"id {earlier[-1].account_id}, kini {newest.account_id}); periksa apakah ini akun "
                "satker"
            )


def farewells(roster: Roster, now: datetime, zone: ZoneInfo) -> list[str]:
    """What to tell of satker whose documents were taken away in the month of ``now``."""
    month = month_of(now, zone)
    staying = {unit.id: True for unit in roster.satker if _stays(unit, now)}
    ended = {
        unit.id: False
        for unit in (*roster.former, *roster.satker)
        if unit.removed and unit.valid_to and month_of(unit.valid_to - _INSTANT, zone) == month
    }
    back = {unit.id for unit in roster.satker if not unit.removed}
    return [
        f"{satker}: dokumennya sudah tidak ada; satker ini {_FAREWELL[stays].format(month=month)}."
        f"{_taken_over(satker, roster, now)} Untuk mengakhiri satker pada suatu tanggal, tulis "
        "kembali dokumennya dan isi active_to (aktif_sampai); untuk mengganti nama, pertahankan "
        "id-nya dan ubah name (nama)."
        for satker, stays in sorted((ended | staying).items())
        if satker not in back
    ]


def _taken_over(satker: str, roster: Roster, now: datetime) -> str:
    """Who holds the accounts of a satker that is gone, in words; empty when nobody does."""
    names = {(a.platform, a.handle.casefold()) for a in roster.accounts if a.satker == satker}
    heirs = {
        account.satker
        for account in roster.accounts
        if account.satker != satker
        and account.holds(now)
        and (account.platform, account.handle.casefold()) in names
    }
    return f" Akunnya kini milik {', '.join(sorted(heirs))}." if heirs else ""


def told_doubles(roster: Roster, now: datetime) -> list[str]:
    """Problem lines for accounts that two satker hold at once, one for each of the two.

    They are not among a roster's own ``problems``: only when both names are resolved is it known
    that they are one account, and the problem ends when one registration ends.
    """
    return [
        f"{satker}: {said}"
        for (satker, _, _), remarks in doubled(roster.accounts, now).items()
        for said in remarks
    ]


def remarks_on(problems: Iterable[str], satker: Iterable[str]) -> dict[str, list[str]]:
    """By satker, what a list of problems says of it, without its id in front."""
    told: dict[str, list[str]] = {satker_id: [] for satker_id in satker}
    for problem in problems:
        # An id may be anything in the console, even the beginning of another one.
        ends = [found.start() for found in re.finditer(": ", problem)]
        owner = next((problem[:end] for end in reversed(ends) if problem[:end] in told), None)
        if owner is not None:
            told[owner].append(problem.removeprefix(f"{owner}: "))
    return told


def _stays(unit: Satker, now: datetime) -> bool:
    """Whether its document is gone and it is in force all the same."""
    return unit.removed and unit.valid_to is not None and unit.valid_to > now
