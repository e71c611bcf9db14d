"""From what admins typed to who is measured: a pure function of documents, past roster and now.

Documents are edited by hand, so each fails alone: a satker whose document is broken stays as it was
in the previous roster, and every problem is said in one Indonesian line that begins with its id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from functions.model import (
    Account,
    Handle,
    Platform,
    Roster,
    Satker,
    month_bounds,
    month_of,
)
from functions.registry.remarks import remarks
from functions.registry.units import adrift, as_text, read_unit

# Part of every fingerprint: a new value makes every document be read again by changed rules.
_RULES = b"3"

# A satker's id, the platform and the casefolded handle.
_AccountName = tuple[str, Platform, str]


def build(
    documents: Mapping[str, Mapping[str, Any]],
    previous: Roster | None,
    now: datetime,
    zone: ZoneInfo,
    posting: Collection[str] = (),
) -> tuple[Roster, list[str]]:
    """The roster at ``now`` and what is wrong with the documents.

    An account counts from its own ``from``, else from the satker's, else from 00:00 agency time of
    the day on which it was entered, or from when another satker gave it up on that day. An account
    or a satker that is no longer typed ends now and keeps its past. When nothing changed, the
    previous roster itself comes back.

    Args:
        posting: units that have posts in the month of ``now``. One of them whose document was taken
            away stays in force to the end of that month, with the accounts that no other unit has.
    """
    source = _fingerprint(documents)
    if previous and previous.source == source:
        return previous, [*previous.problems, *remarks(previous, now, zone)]
    held = previous or Roster(as_of=now)
    problems: list[str] = []
    satker: dict[str, Satker] = {}
    spelled: dict[str, list[str]] = {}
    for satker_id in sorted(documents):
        spelled.setdefault(satker_id.casefold(), []).append(satker_id)
    for satker_id, document in sorted(documents.items()):
        unit = read_unit(satker_id, document, zone)
        wrong = [*unit.problems, *_twins(satker_id, spelled)]
        problems += [f"{satker_id}: {said}" for said in wrong]
        if unit.satker is not None:
            satker[satker_id] = unit.satker
        else:
            satker |= {kept.id: kept for kept in held.satker if kept.id == satker_id}
    satker |= {unit.id: unit for unit in _staying(satker, documents, held, now, zone, posting)}
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


def _twins(satker_id: str, spelled: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What to tell beside an id that differs from another one only by its capitals."""
    right = satker_id.casefold()
    if satker_id != right and right in spelled[right]:
        yield f"dokumen {right} sudah ada; pindahkan isinya ke sana lalu hapus dokumen ini"


def taken_away(documents: Mapping[str, Any], previous: Roster, now: datetime) -> list[Satker]:
    """The units in force whose documents are no longer there, in the registry's order."""
    return [u for u in previous.satker if u.id not in documents and not _is_over(u, now)]


def _staying(
    typed: Mapping[str, Satker],
    documents: Mapping[str, Any],
    held: Roster,
    now: datetime,
    zone: ZoneInfo,
    posting: Collection[str],
) -> Iterator[Satker]:
    """Units without a document that stay in force to the end of the month."""
    end = month_bounds(month_of(now, zone), zone)[1]
    taken = {_typed_name(handle) for unit in typed.values() for handle in unit.handles}
    for unit in taken_away(documents, held, now):
        if unit.removed or unit.id in posting:
            until = min(at for at in (unit.valid_to, end) if at)
            handles = tuple(
                msgspec.structs.replace(h, valid_to=min(at for at in (h.valid_to, until) if at))
                for h in unit.handles
                if _typed_name(h) not in taken
            )
            yield msgspec.structs.replace(unit, valid_to=until, removed=True, handles=handles)


def with_account_ids(
    roster: Roster, ids: Mapping[tuple[Platform, str], str], now: datetime
) -> Roster:
    """The roster with durable ids filled in.

    A satker's renamed account (another handle, the same id) goes on from where it was. What ended
    by ``now`` keeps the id that it had: a name may be somebody else's since.
    """
    named = [
        msgspec.structs.replace(a, account_id=ids.get((a.platform, a.handle), a.account_id))
        if a.account_id is None or not _is_over(a, now)
        else a
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
        digest.update(f"{satker_id!a}{as_text(document)}\n".encode())
    return digest.hexdigest()


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


def _typed_name(handle: Handle) -> tuple[Platform, str]:
    return handle.platform, handle.handle.casefold()


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
