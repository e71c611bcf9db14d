"""From what admins typed to who is measured: a pure function of documents, past roster and now.

Documents are edited by hand, so each is read leniently and fails alone: a satker whose document is
broken stays as it was in the previous roster, and the problem is said in one Indonesian line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORMS, Account, Handle, Platform, Roster, Satker, month_of
from functions.registry.handles import parse_handle


def build(
    documents: Mapping[str, Mapping[str, Any]],
    previous: Roster | None,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[Roster, list[str]]:
    """The roster at ``now`` and what is wrong with the documents.

    An account counts from its own ``from``, else the satker's, else 00:00 agency time of the day on
    which it entered, or when another satker gave it up on that day. What is no longer typed, an
    account or a whole satker, keeps its past: it ends now. When nothing changed the previous roster
    itself comes back.
    """
    source = _fingerprint(documents)
    if previous and previous.source == source:
        return previous, [*previous.problems, *farewells(previous, now, zone)]
    held = previous or Roster(as_of=now)
    problems: list[str] = []
    satker: dict[str, Satker] = {}
    for satker_id, document in sorted(documents.items()):
        try:
            satker[satker_id] = parse_satker(satker_id, document, zone)
        except ValueError as error:
            problems.append(f"{satker_id}: {error}")
            satker |= {kept.id: kept for kept in held.satker if kept.id == satker_id}
    units, former = _registered(satker, held, now, zone)
    accounts = _accounts(satker, held, now, zone)
    problems += _double(accounts, now)
    roster = Roster(
        as_of=now,
        satker=units,
        former=former,
        accounts=tuple(accounts),
        source=source,
        problems=tuple(problems),
    )
    return roster, [*problems, *farewells(roster, now, zone)]


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


def held_twice(rosters: Mapping[str, Roster], now: datetime) -> list[str]:
    """Accounts that two agencies, given by id, hold at once: each counts a post as its own."""
    holders: dict[tuple[str, str], str] = {}
    problems = []
    for agency, roster in rosters.items():
        names = {
            (account.platform, account.handle.casefold()): account
            for account in roster.accounts
            if account.holds(now)
        }
        for name, account in names.items():
            us = f"{agency}: {account.satker}"
            other = holders.setdefault(name, us)
            if other != us:
                problems.append(
                    f"{us}: {account.platform} {account.handle} juga terdaftar untuk {other}; "
                    "unggahannya dihitung di kedua instansi"
                )
    return problems


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


def parse_satker(satker_id: str, document: Mapping[str, Any], zone: ZoneInfo) -> Satker:
    """A satker from its document; ValueError in Indonesian when it cannot be understood."""
    name, kind = document.get("name"), document.get("kind")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("name kosong; isi nama satuan kerja")
    if not isinstance(kind, str) or not kind.strip():
        raise ValueError("kind kosong; isi misalnya kanwil")
    active = (
        _instant(document.get("active_from"), zone, end=False),
        _instant(document.get("active_to"), zone, end=True),
    )
    return Satker(
        id=satker_id,
        name=name.strip(),
        kind=kind.strip(),
        short_name=_text(document.get("short_name")),
        parent=_text(document.get("parent")),
        province=_text(document.get("province")),
        timezone=_text(document.get("timezone")) or "Asia/Jakarta",
        website=_text(document.get("website")),
        handles=tuple(_handles(document.get("accounts"), active, zone)),
        valid_from=active[0],
        valid_to=active[1],
    )


def _fingerprint(documents: Mapping[str, Mapping[str, Any]]) -> str:
    # Documents may hold instants that were picked in the console.
    text = json.dumps(documents, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _handles(
    given: Any, active: tuple[datetime | None, datetime | None], zone: ZoneInfo
) -> list[Handle]:
    if given is None:
        return []
    if not isinstance(given, Mapping):
        raise ValueError("accounts harus berisi platform dan nama akun")
    handles = []
    for platform, listed in given.items():
        if platform not in PLATFORMS:
            raise ValueError(f"platform {platform!r} tidak dikenal; pilih {', '.join(PLATFORMS)}")
        for item in listed if isinstance(listed, list) else [listed]:
            if item in (None, ""):
                continue
            detail = item if isinstance(item, Mapping) else {"handle": item}
            handle = parse_handle(platform, str(detail.get("handle", "")))
            begin = _instant(detail.get("from"), zone, end=False) or active[0]
            ends = [at for at in (_instant(detail.get("to"), zone, end=True), active[1]) if at]
            handles.append(
                Handle(
                    platform=platform,
                    handle=handle,
                    valid_from=begin,
                    valid_to=min(ends) if ends else None,
                )
            )
    return handles


def _registered(
    typed: Mapping[str, Satker], held: Roster, now: datetime, zone: ZoneInfo
) -> tuple[tuple[Satker, ...], tuple[Satker, ...]]:
    """The satker with their validity, and those that were, as they were."""
    known = {unit.id: unit for unit in held.satker}
    today = _day(now, zone)
    units: list[Satker] = []
    former = [*held.former]
    for unit in typed.values():
        before = known.get(unit.id)
        if before and _is_over(before, now) and unit.valid_to is None:
            former.append(before)  # what had ended and goes on begins anew
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
    # Of several registrations of one presence the newest is looked at, the others are history.
    earlier: dict[tuple[str, str, str], Account] = {}
    history: list[Account] = []
    for account in sorted(held.accounts, key=lambda a: a.valid_from):
        if before := earlier.get(_name(account)):
            history.append(before)
        earlier[_name(account)] = account
    today = _day(now, zone)
    entered: set[tuple[str, str, str]] = set()
    accounts: dict[tuple[str, str, str], Account] = {}
    for unit in satker.values():
        for handle in unit.handles:
            name: tuple[str, str, str] = (
                unit.id,
                handle.platform,
                handle.handle.casefold(),
            )
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


def _handed_over(account: Account, given_up: list[Account]) -> Account:
    """An account that entered today begins where another satker gave it up, if it was today."""
    name = (account.platform, account.handle.casefold())
    ends = [
        other.valid_to
        for other in given_up
        if (other.platform, other.handle.casefold()) == name
        and other.satker != account.satker
        and other.valid_to
    ]
    return msgspec.structs.replace(account, valid_from=max(ends)) if ends else account


def _double(accounts: list[Account], now: datetime) -> list[str]:
    """Accounts that two satker hold at once: a post would belong to both."""
    holders: dict[tuple[str, str], str] = {}
    problems = []
    for account in accounts:
        if account.holds(now):
            name = (account.platform, account.handle.casefold())
            other = holders.setdefault(name, account.satker)
            if other != account.satker:
                problems.append(
                    f"{account.satker}: {account.platform} {account.handle} juga terdaftar untuk "
                    f"{other}; unggahannya dihitung untuk {other}"
                )
    return problems


def _is_over(registered: Account | Satker | None, now: datetime) -> bool:
    return registered is not None and registered.valid_to is not None and registered.valid_to <= now


def _day(now: datetime, zone: ZoneInfo) -> datetime:
    """00:00 of the day in the zone."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def _name(account: Account) -> tuple[str, str, str]:
    return account.satker, account.platform, account.handle.casefold()


def _presence(account: Account) -> tuple[str, str, str | None]:
    return account.satker, account.platform, account.account_id


def _continued(account: Account, ended: Mapping[tuple[str, str, str | None], datetime]) -> Account:
    """A presence that was registered anew begins where its former handle ended."""
    end = ended.get(_presence(account))
    if account.valid_to is None and end and end >= account.valid_from:
        return msgspec.structs.replace(account, valid_from=end)
    return account


def _instant(given: Any, zone: ZoneInfo, *, end: bool) -> datetime | None:
    """A date (the whole day counts) or an instant, typed or picked in the console."""
    if given in (None, ""):
        return None
    if isinstance(given, datetime):
        return given.astimezone(UTC).replace(microsecond=0)
    text = str(given).strip()
    try:
        if len(text) == 10:
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), zone).astimezone(UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} bukan tanggal; tulis misalnya 2026-10-01") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)


def _text(given: Any) -> str | None:
    text = str(given).strip() if given is not None else ""
    return text or None
