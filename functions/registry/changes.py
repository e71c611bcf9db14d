"""What becomes different from one version of the registry to the next.

It compares registries in force, not documents: so an import is not held responsible for what
somebody typed in the console since the last run, and what means the same is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS, Account, Platform, Roster, Satker
from functions.registry.values import shown

Happens = Literal["begins", "ends", "changes"]

# What an account's fields are called; a unit's are called as a file's columns.
HANDLE, FROM, TO = "handle", "from", "to"
_ACCOUNT_WORDS = {HANDLE: "nama", FROM: "awal masa", TO: "akhir masa"}
_ORDER: tuple[Happens, ...] = ("begins", "ends", "changes")

# A satker's id, the platform and the casefolded handle.
_Name = tuple[str, Platform, str]


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that begins, ends or changes, of one unit.

    It is about the unit itself (``field`` and ``platform`` None), about a field of the unit
    (``field``: the column's name in a file), about one of its accounts (``platform`` and
    ``handle``), or about a field of that account (``field``: ``handle``, ``from`` or ``to``).

    ``before`` and ``after`` are what was and is there, as text; None: nothing. ``since`` and
    ``until`` bound, in UTC, the validity that the unit or account has afterwards; both are None
    where a unit's field changes, and ``until`` where no end is known.
    """

    happens: Happens
    satker: str
    field: str | None = None
    platform: Platform | None = None
    handle: str | None = None
    before: str | None = None
    after: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_of_account(self) -> bool:
        """Whether it is about an account; else it is about the unit."""
        return self.platform is not None


def compare(before: Roster, after: Roster, now: datetime, zone: ZoneInfo) -> tuple[Amendment, ...]:
    """What is different in ``after``: first what begins, then what ends, then what changes.

    What has ended by ``now`` does not end again. An account with another handle is one change where
    its durable id says that it goes on. ``zone``: the agency's, in which days are written.
    """
    found = [*_units(before, after, now, zone), *_accounts(before, after, now, zone)]
    return tuple(sorted(found, key=_place))


def line(amendment: Amendment, zone: ZoneInfo, now: datetime | None = None) -> str:
    """An amendment in one Indonesian line that begins with the unit's id.

    Args:
        now: what ends at this instant ends ``sekarang``.
    """
    return f"{amendment.satker}: {described(amendment, zone, now)}"


def described(amendment: Amendment, zone: ZoneInfo, now: datetime | None = None) -> str:
    """The line without the unit's id."""
    subject = subject_of(amendment)
    if amendment.happens == "changes":
        words = ["kosong" if v is None else shown(v) for v in (amendment.before, amendment.after)]
        return f"{subject} {words[0]} menjadi {words[1]}"
    if amendment.happens == "ends":
        return f"{subject} berakhir {_end_words(amendment.until, zone, now)}".rstrip()
    until = f" sampai {last_day(amendment.until, zone)}" if amendment.until else ""
    if amendment.platform is None:
        return f"satker baru, {shown(amendment.after)}{until}"
    since = f" sejak {first_day(amendment.since, zone)}" if amendment.since else ""
    return f"{subject} mulai diukur{since}{until}"


def subject_of(amendment: Amendment) -> str:
    """What it is about, in Indonesian: ``satker``, a column, or an account."""
    if amendment.platform is None:
        return amendment.field or "satker"
    account = f"akun {PLATFORM_NAMES[amendment.platform]} {amendment.handle}"
    return f"{account}: {_ACCOUNT_WORDS[amendment.field]}" if amendment.field else account


def first_day(at: datetime, zone: ZoneInfo) -> str:
    """An instant as the zone's clock shows it; 00:00 is the day alone."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")


def last_day(at: datetime, zone: ZoneInfo) -> str:
    """The instant of an end as the zone's clock shows it; 00:00 is the day before, at its end."""
    local = at.astimezone(zone)
    if local.strftime("%H:%M") == "00:00":
        return (local.date() - timedelta(days=1)).isoformat()
    return local.strftime("%Y-%m-%d %H:%M")


def _end_words(until: datetime | None, zone: ZoneInfo, now: datetime | None) -> str:
    if until is None:
        return ""
    if until == now:
        return f"sekarang ({first_day(until, zone)})"
    return f"sesudah {last_day(until, zone)}"


def _units(before: Roster, after: Roster, now: datetime, zone: ZoneInfo) -> Iterator[Amendment]:
    known = {unit.id: unit for unit in before.satker}
    for unit in after.satker:
        old = known.pop(unit.id, None)
        if old is None or (_is_over(old, now) and not _is_over(unit, now)):
            yield Amendment(
                happens="begins",
                satker=unit.id,
                after=unit.name,
                since=unit.valid_from,
                until=unit.valid_to,
            )
        if old is not None:
            yield from _fields(old, unit, now, zone)
    former = {unit.id: unit for unit in after.former}
    for unit in known.values():
        if not _is_over(unit, now):
            yield _end_of(former.get(unit.id, unit), now)


def _end_of(unit: Satker, now: datetime) -> Amendment:
    return Amendment(
        happens="ends",
        satker=unit.id,
        before=unit.name,
        since=unit.valid_from,
        until=unit.valid_to or now,
    )


def _fields(old: Satker, new: Satker, now: datetime, zone: ZoneInfo) -> Iterator[Amendment]:
    """What is different in a unit's fields, with an end that comes earlier than it would have."""
    begins_anew = _is_over(old, now) and not _is_over(new, now)
    ends = not _is_over(old, now) and _ends_earlier(old, new)
    if ends:
        yield _end_of(new, now)
    for column, text in _COLUMNS.items():
        is_told = (begins_anew and column in _SPAN) or (ends and column == "aktif_sampai")
        words = text(old, zone), text(new, zone)
        if words[0] != words[1] and not is_told:
            yield Amendment(
                happens="changes", satker=new.id, field=column, before=words[0], after=words[1]
            )


_SPAN = ("aktif_dari", "aktif_sampai")
_COLUMNS: dict[str, Callable[[Satker, ZoneInfo], str | None]] = {
    "nama": lambda unit, zone: unit.name,
    "singkatan": lambda unit, zone: unit.short_name,
    "jenis": lambda unit, zone: unit.kind,
    "provinsi": lambda unit, zone: unit.province,
    "zona_waktu": lambda unit, zone: unit.timezone,
    "website": lambda unit, zone: unit.website,
    "induk": lambda unit, zone: unit.parent,
    "aktif_dari": lambda unit, zone: first_day(unit.valid_from, zone) if unit.valid_from else None,
    "aktif_sampai": lambda unit, zone: last_day(unit.valid_to, zone) if unit.valid_to else None,
    "pemberitahuan": lambda unit, zone: "; ".join(unit.emails) or None,
}


def _accounts(before: Roster, after: Roster, now: datetime, zone: ZoneInfo) -> Iterator[Amendment]:
    old, new = _newest(before.accounts), _newest(after.accounts)
    renamed = _renamed(old, new, now)
    followed = {_name(account) for account in renamed.values()}
    for name, account in new.items():
        known = renamed.get(name) or old.get(name)
        if known is None or (_is_over(known, now) and not _is_over(account, now)):
            yield _about("begins", account)
        elif name not in followed:
            yield from _spell(known, account, now, zone)
    for name in old.keys() - new.keys() - followed:
        if not _is_over(old[name], now):
            gone = msgspec.structs.replace(old[name], valid_to=now)
            yield _about("ends", gone)


def _spell(old: Account, new: Account, now: datetime, zone: ZoneInfo) -> Iterator[Amendment]:
    """What is different in an account that is in both versions."""
    if old.handle != new.handle:
        yield _about("changes", new, HANDLE, old.handle, new.handle)
    goes_on = old.handle.casefold() != new.handle.casefold()
    if old.valid_from != new.valid_from and not goes_on:
        words = first_day(old.valid_from, zone), first_day(new.valid_from, zone)
        yield _about("changes", new, FROM, *words)
    if old.valid_to == new.valid_to:
        return
    if not _is_over(old, now) and _ends_earlier(old, new):
        yield _about("ends", new)
    else:
        ends = (last_day(at, zone) if at else None for at in (old.valid_to, new.valid_to))
        yield _about("changes", new, TO, *ends)


def _about(
    happens: Happens,
    account: Account,
    field: str | None = None,
    before: str | None = None,
    after: str | None = None,
) -> Amendment:
    return Amendment(
        happens=happens,
        satker=account.satker,
        field=field,
        platform=account.platform,
        handle=account.handle,
        before=before,
        after=after,
        since=account.valid_from,
        until=account.valid_to,
    )


def _newest(accounts: Iterable[Account]) -> dict[_Name, Account]:
    """The registration under each name that ends last, of several with that end the newest."""

    def place(account: Account) -> tuple[bool, datetime, datetime]:
        end = account.valid_to
        return end is None, end or account.valid_from, account.valid_from

    return {_name(account): account for account in sorted(accounts, key=place)}


def _renamed(
    old: dict[_Name, Account], new: dict[_Name, Account], now: datetime
) -> dict[_Name, Account]:
    """By the new name, the account that goes on under it: of one durable id, without a gap."""
    given_up: dict[tuple[str, Platform, str | None], Account] = {
        (a.satker, a.platform, a.account_id): a
        for name, a in old.items()
        if a.account_id is not None and not _is_over(a, now)
        if name not in new or _is_over(new[name], now)
    }
    found: dict[_Name, Account] = {}
    for name, account in new.items():
        known = given_up.get((account.satker, account.platform, account.account_id))
        if known is None or name in old or _is_over(account, now):
            continue
        end = new[_name(known)].valid_to if _name(known) in new else now
        if end is None or account.valid_from <= end:
            found[name] = known
    return found


def _name(account: Account) -> _Name:
    return account.satker, account.platform, account.handle.casefold()


def _is_over(held: Account | Satker, now: datetime) -> bool:
    """Whether it has ended by now, or ended before it began."""
    return held.valid_to is not None and held.valid_to <= max(now, held.valid_from or now)


def _ends_earlier(old: Account | Satker, new: Account | Satker) -> bool:
    return new.valid_to is not None and (old.valid_to is None or new.valid_to < old.valid_to)


def _place(amendment: Amendment) -> tuple[int, str, int, str, int]:
    """Its place among others: the unit itself, its fields, its accounts."""
    platform, field = amendment.platform, amendment.field
    account_fields = (None, *_ACCOUNT_WORDS)
    return (
        _ORDER.index(amendment.happens),
        amendment.satker,
        PLATFORMS.index(platform) + 1 if platform else 0,
        (amendment.handle or "").casefold(),
        account_fields.index(field) if platform else (None, *_COLUMNS).index(field),
    )
