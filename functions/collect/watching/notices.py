"""What a collection tells units: their account broke, their consent ended.

An account is told when it was found once and has been wrong for a day: by then it was looked at
again. Whether it was is noted beside the job's turn (``broken``), as is when consents were last
looked through (once a day). An account that was told and is well again is not told anew within a
week: what comes and goes is one trouble.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from functions.collect.report import CollectReport
from functions.collect.state import SyncState
from functions.collect.watching import signs
from functions.jobs.turns import AHEAD
from functions.model import PLATFORM_NAMES, Account, Platform, Roster, iso
from functions.notify.notice import Notice
from functions.notify.notifier import addresses_of, notifier_of
from functions.notify.words import day, letter
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.keys import key
from functions.times import time_of

BROKEN_FOR = timedelta(days=1)  # no account found wrong rests longer before it is looked at again
REMEMBERED = timedelta(days=7)
ONCE_A_DAY = timedelta(days=1)
ENDED_WITHIN = timedelta(days=7)  # an end of longer ago is no news
_ENDS = (signs.LOST, signs.REFUSED, signs.WITHDRAWN, signs.PAST)


class BrokenAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account that is wrong, or was told to be.

    ``said``: the Indonesian sentence beside it; ``well_at``: since when it is well again.
    """

    platform: Platform
    handle: str
    since: datetime
    said: str = ""
    told: bool = False
    well_at: datetime | None = None


def tell(
    agency: AgencyStore,
    settings: Settings,
    report: CollectReport,
    noted: Mapping[str, Any],
    clock: datetime,
) -> dict[str, Any]:
    """Put what is new into the outbox and send what is due; what fails costs nothing else.

    ``noted``: what the last runs left. Returns what is to be noted for the next time; the report
    says what went wrong.
    """
    notifier, roster = notifier_of(settings), report.roster
    # A replay of the past brings no news.
    is_past = report.now < clock - ONCE_A_DAY
    if notifier is None or roster is None or agency.simulation or is_past:
        return {}
    outcome: dict[str, Any] = {}
    try:
        addresses = addresses_of(roster)
        known = troubles(noted.get("broken"))
        now_known, broke = watch(known, report.states, roster, clock)
        found = [_broke(agency, roster, account, trouble) for account, trouble in broke]
        looked = time_of(noted.get("consents_told_at"))
        if looked is None or not clock - ONCE_A_DAY < looked <= clock + AHEAD:
            found += ended_consents(agency, roster, clock)
            outcome["consents_told_at"] = iso(clock)
        notifier.put(agency, found, addresses, clock)
        if now_known != known:
            outcome["broken"] = msgspec.to_builtins(now_known)
        report.problems += notifier.deliver(agency, lambda: addresses, lambda: clock)
    except Exception as error:
        report.problems.append(f"notices: {type(error).__name__}; they are tried again")
        return {}
    return outcome


def troubles(noted: Any) -> list[BrokenAccount]:
    """What was noted, as far as it can be read."""
    found = []
    for each in noted if isinstance(noted, list) else ():
        try:
            found.append(msgspec.convert(each, BrokenAccount))
        except msgspec.ValidationError:
            continue
    return found


def watch(
    known: Iterable[BrokenAccount],
    states: Mapping[Platform, SyncState],
    roster: Roster,
    now: datetime,
) -> tuple[list[BrokenAccount], list[tuple[Account, BrokenAccount]]]:
    """What is to be noted of troubles at ``now``, and those that are to be told."""
    held = {(each.platform, each.handle): each for each in known}
    registered = {(a.platform, a.handle): a for a in roster.accounts if a.holds(now)}
    for name, account in registered.items():
        state = states[name[0]].accounts.get(name[1]) if name[0] in states else None
        trouble = held.get(name)
        if state is None:
            continue
        if state.wrong is not None and (trouble or account.account_id is not None):
            begun = trouble or BrokenAccount(platform=name[0], handle=name[1], since=now)
            held[name] = msgspec.structs.replace(begun, said=state.wrong, well_at=None)
        elif state.wrong is None and trouble is not None and trouble.well_at is None:
            held[name] = msgspec.structs.replace(trouble, well_at=now)
    broke = []
    for name, account in registered.items():
        if (trouble := held.get(name)) and _is_to_be_told(trouble, now):
            broke.append((account, trouble))
            held[name] = msgspec.structs.replace(trouble, told=True)
    kept = [t for name, t in held.items() if name in registered and not _is_over(t, now)]
    return kept, broke


def _is_to_be_told(trouble: BrokenAccount, now: datetime) -> bool:
    is_old = trouble.since <= now - BROKEN_FOR
    return is_old and not trouble.told and trouble.well_at is None


def _is_over(trouble: BrokenAccount, now: datetime) -> bool:
    """Whether an account that is well again can be forgotten."""
    if trouble.well_at is None:
        return False
    return not trouble.told or trouble.well_at <= now - REMEMBERED


def _broke(agency: AgencyStore, roster: Roster, account: Account, trouble: BrokenAccount) -> Notice:
    platform, handle = trouble.platform, trouble.handle
    name = PLATFORM_NAMES[platform]
    return Notice(
        key=("account", account.satker, platform, handle, iso(trouble.since)),
        satker=account.satker,
        subject=f"Akun {name} @{handle} tidak dapat dibaca",
        text=letter(
            _name(roster, account),
            agency.name,
            f"Akun {name} @{handle} tidak dapat dibaca sejak {day(trouble.since, agency.zone)}. "
            f"{trouble.said}",
            "Selama itu unggahannya tidak ikut terukur. Periksa nama dan pengaturan akunnya; bila "
            "namanya berganti atau akunnya tidak dipakai lagi, beri tahu admin instansi.",
        ),
    )


def ended_consents(agency: AgencyStore, roster: Roster, now: datetime) -> Iterator[Notice]:
    """The consents of registered accounts that ended within the last week."""
    registered = {
        key(account.platform, account.handle.lower()): account
        for account in roster.accounts
        if account.holds(now)
    }
    for held in agency.consents():
        account = registered.get(held.id)
        sign = signs.consent_state(held.data, now)
        at = ended_at(held.data)
        if account is None or sign not in _ENDS or at is None:
            continue
        if now - ENDED_WITHIN < at <= now:
            yield _ended(agency, roster, account, at)


def ended_at(data: Mapping[str, Any]) -> datetime | None:
    """When a stored consent ended; None where that cannot be told."""
    renewal = data.get("renewal")
    refused = renewal.get("refused_at") if isinstance(renewal, Mapping) else None
    told = (time_of(at) for at in (refused, data.get("ended_at"), data.get("refresh_until")))
    return next((at for at in told if at is not None), None)


def _ended(agency: AgencyStore, roster: Roster, account: Account, at: datetime) -> Notice:
    name = PLATFORM_NAMES[account.platform]
    return Notice(
        key=("consent", account.platform, account.handle.lower(), iso(at)),
        satker=account.satker,
        subject=f"Izin membaca akun {name} @{account.handle} berakhir",
        text=letter(
            _name(roster, account),
            agency.name,
            f"Izin membaca akun {name} @{account.handle} berakhir pada {day(at, agency.zone)}.",
            "Selama tidak ada izin, unggahannya tidak ikut terukur. Mintalah tautan izin yang baru "
            "kepada admin instansi, lalu buka tautan itu dengan akun tersebut.",
        ),
    )


def _name(roster: Roster, account: Account) -> str:
    return next((unit.name for unit in roster.satker if unit.id == account.satker), account.satker)
