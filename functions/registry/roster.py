"""From what admins typed to who is measured: a pure function of documents, past roster and now.

Documents are edited by hand, so each fails alone: a satker whose document is broken stays as it was
in the previous roster, and every problem is said in one Indonesian line that begins with its id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from functions.model import Account, Platform, Roster, Satker, month_of
from functions.registry.doubles import doubled
from functions.registry.units import adrift, read_unit

# Part of every fingerprint: a new value makes every document be read again by changed rules.
_RULES = b"2"

# A satker's id, the platform and the casefolded handle.
_AccountName = tuple[str, Platform, str]


def build(
    documents: Mapping[str, Mapping[str, Any]],
    previous: Roster | None,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[Roster, list[str]]:
    """The roster at ``now`` and what is wrong with the documents.

    An account counts from its own ``from``, else from the satker's, else from 00:00 agency time of
    the day on which it was entered, or from when another satker gave it up on that day. An account
    or a satker that is no longer typed ends now and keeps its past. When nothing changed, the
    previous roster itself comes back.
    """
    source = _fingerprint(documents)
    if previous and previous.source == source:
        return previous, [*previous.problems, *remarks(previous, now, zone)]
    held = previous or Roster(as_of=now)
    problems: list[str] = []
    satker: dict[str, Satker] = {}
    for satker_id, document in sorted(documents.items()):
        unit = read_unit(satker_id, document, zone)
        problems += [f"{satker_id}: {said}" for said in unit.problems]
        if unit.satker is not None:
            satker[satker_id] = unit.satker
        else:
            satker |= {kept.id: kept for kept in held.satker if kept.id == satker_id}
    problems += _without_lost_parents(satker, documents)
    units, former = _registered(satker, held, now, zone)
    accounts = _accounts(satker, held, now, zone)
    roster = Roster(
        as_of=now,
        satker=units,
        former=former,
        accounts=tuple(accounts),
        source=source,
        problems=tuple(problems),
    )
    return roster, [*problems, *remarks(roster, now, zone)]


def remarks(roster: Roster, now: datetime, zone: ZoneInfo) -> list[str]:
    """What to tell of a roster at ``now`` besides its own problems; it changes with time."""
    return [*told_doubles(roster, now), *farewells(roster, now, zone)]


def farewells(roster: Roster, now: datetime, zone: ZoneInfo) -> list[str]:
    """What to tell of satker whose documents were taken away in the month of ``now``."""
    month = month_of(now, zone)
    there = {unit.id for unit in roster.satker}
    gone = {
        unit.id: unit.valid_to
        for unit in roster.former
        if unit.removed and unit.valid_to and month_of(unit.valid_to, zone) == month
    }
    return [
        f"{satker}: dokumennya sudah tidak ada; satker ini tetap tercantum dalam daftar {month} "
        f"dan tidak lagi sesudahnya.{_taken_over(satker, roster, now)} Untuk mengakhiri satker, "
        "isi active_to (aktif_sampai); untuk mengganti nama, pertahankan id-nya dan ubah name."
        for satker in sorted(gone.keys() - there)
    ]


def _taken_over(satker: str, roster: Roster, now: datetime) -> str:
    """Who holds the accounts of a satker that is gone, in words; empty when nobody does."""
    names = {(a.platform, a.handle.casefold()) for a in roster.accounts if a.satker == satker}
    heirs = {
        account.satker
        for account in roster.accounts
        if account.holds(now) and (account.platform, account.handle.casefold()) in names
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
    ids = sorted(satker, key=len)
    told: dict[str, list[str]] = {satker_id: [] for satker_id in ids}
    for problem in problems:
        # An id may be anything in the console, even the beginning of another one.
        owner = next((i for i in reversed(ids) if problem.startswith(f"{i}: ")), None)
        if owner is not None:
            told[owner].append(problem.removeprefix(f"{owner}: "))
    return told


def with_account_ids(roster: Roster, ids: Mapping[tuple[Platform, str], str]) -> Roster:
    """The roster with durable ids filled in.

    A satker's renamed account (another handle, the same id) goes on from where it was.
    """
    named = [
        msgspec.structs.replace(a, account_id=ids.get((a.platform, a.handle), a.account_id))
        for a in roster.accounts
    ]
    ended: dict[tuple[str, str, str | None], datetime] = {}
    for account in named:
        if account.valid_to and account.account_id:
            name = _presence(account)
            ended[name] = max(account.valid_to, ended.get(name, account.valid_to))
    return msgspec.structs.replace(
        roster, accounts=tuple(_continued(account, ended) for account in named)
    )


def _fingerprint(documents: Mapping[str, Mapping[str, Any]]) -> str:
    digest = hashlib.sha256(_RULES)
    for satker_id, document in sorted(documents.items()):
        digest.update(f"{satker_id!a}{_as_text(document)}\n".encode())
    return digest.hexdigest()


def _as_text(document: Mapping[str, Any]) -> str:
    """The same text for the same document, whatever stands in it."""
    try:
        # Documents may hold what is no JSON: instants that were picked in the console.
        return json.dumps(document, sort_keys=True, default=str)
    except Exception as error:  # nested too deeply, names of several types, no text of its own
        return type(error).__name__


def _without_lost_parents(
    satker: dict[str, Satker], documents: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Remove parents that are missing or lead in a circle; returns what to tell of them."""
    parents = {**dict.fromkeys(documents), **{unit.id: unit.parent for unit in satker.values()}}
    lost = adrift(parents)
    for satker_id in lost.keys() & satker.keys():
        satker[satker_id] = msgspec.structs.replace(satker[satker_id], parent=None)
    return [f"{satker_id}: {said}" for satker_id, said in sorted(lost.items())]


def _registered(
    typed: Mapping[str, Satker], held: Roster, now: datetime, zone: ZoneInfo
) -> tuple[tuple[Satker, ...], tuple[Satker, ...]]:
    """The satker with their validity, and the former ones as they were."""
    known = {unit.id: unit for unit in held.satker}
    today = _day(now, zone)
    units: list[Satker] = []
    former = [*held.former]
    for unit in typed.values():
        before = known.get(unit.id)
        if before and _is_over(before, now) and unit.valid_to is None:
            former.append(before)  # a satker that had ended and is typed again begins anew
            before = None
        begin = unit.valid_from or (before.valid_from if before else today)
        units.append(msgspec.structs.replace(unit, valid_from=begin))
    for unit in held.satker:
        if unit.id not in typed:
            ends = {} if _is_over(unit, now) else {"valid_to": now, "removed": True}
            former.append(msgspec.structs.replace(unit, **ends))
    return tuple(units), tuple(former)


def _accounts(
    satker: Mapping[str, Satker], held: Roster, now: datetime, zone: ZoneInfo
) -> list[Account]:
    """Every registration of an account, past ones included, in a fixed order."""
    earlier, history = _newest(held.accounts)
    today = _day(now, zone)
    entered: set[_AccountName] = set()
    accounts: dict[_AccountName, Account] = {}
    for unit in satker.values():
        for handle in unit.handles:
            name = (unit.id, handle.platform, handle.handle.casefold())
            known = earlier.get(name)
            # An account that was removed and typed in again begins anew, and keeps its past.
            ended = _is_over(known, now) and handle.valid_to is None
            begin = handle.valid_from or (known.valid_from if known and not ended else today)
            if handle.valid_from is None and (known is None or ended):
                entered.add(name)
            if known and ended and known.valid_from < begin:
                history.append(known)
            accounts[name] = Account(
                platform=handle.platform,
                handle=handle.handle,
                satker=unit.id,
                valid_from=begin,
                valid_to=handle.valid_to,
                account_id=known.account_id if known else None,
            )
    for name, known in earlier.items():
        if name not in accounts:
            over = _is_over(known, now)
            accounts[name] = known if over else msgspec.structs.replace(known, valid_to=now)
    given_up = [
        account
        for account in (*history, *accounts.values())
        if account.valid_to and today < account.valid_to <= now
    ]
    for name in entered if given_up else ():
        accounts[name] = _handed_over(accounts[name], given_up)
    return sorted(
        [*history, *accounts.values()],
        key=lambda a: (a.satker, a.platform, a.handle, a.valid_from),
    )


def _newest(accounts: Iterable[Account]) -> tuple[dict[_AccountName, Account], list[Account]]:
    """The newest registration under each name, and the earlier ones."""
    newest: dict[_AccountName, Account] = {}
    earlier: list[Account] = []
    for account in sorted(accounts, key=lambda a: a.valid_from):
        if before := newest.get(_name(account)):
            earlier.append(before)
        newest[_name(account)] = account
    return newest, earlier


def _handed_over(account: Account, given_up: list[Account]) -> Account:
    """An account entered today; it begins when another satker gave it up, if that was today."""
    name = (account.platform, account.handle.casefold())
    ends = [
        other.valid_to
        for other in given_up
        if (other.platform, other.handle.casefold()) == name
        and other.satker != account.satker
        and other.valid_to
    ]
    return msgspec.structs.replace(account, valid_from=max(ends)) if ends else account


def _is_over(registered: Account | Satker | None, now: datetime) -> bool:
    return registered is not None and registered.valid_to is not None and registered.valid_to <= now


def _day(now: datetime, zone: ZoneInfo) -> datetime:
    """00:00 of the day in the zone."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def _name(account: Account) -> _AccountName:
    return account.satker, account.platform, account.handle.casefold()


def _presence(account: Account) -> tuple[str, str, str | None]:
    return account.satker, account.platform, account.account_id


def _continued(account: Account, ended: Mapping[tuple[str, str, str | None], datetime]) -> Account:
    """The account; if it has a new handle, it begins when its former handle ended."""
    end = ended.get(_presence(account))
    if account.valid_to is None and end and end >= account.valid_from:
        return msgspec.structs.replace(account, valid_from=end)
    return account
