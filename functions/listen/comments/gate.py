"""Which accounts' comments may be read now. While the gate is closed nothing is even opened.

It is open for a platform that admins switched on once the impact assessment, the contact and the
privacy notice are named, and then for the accounts of units that agreed, while they are registered
and their id is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from functions.model import Account, Platform, Roster
from functions.store.listening_settings import Listening


def readable(
    platform: Platform, roster: Roster, listening: Listening, now: datetime
) -> tuple[Account, ...]:
    """The accounts that may be read, by id; none where the gate is closed.

    An id that two units have registered is nobody's: it is not known whose consent counts.
    """
    if not listening.reads_comments(platform):
        return ()
    found: dict[str, Account] = {}
    units: dict[str, set[str]] = {}
    for account in _registered(platform, roster, now):
        id = account.account_id or ""
        found.setdefault(id, account)
        units.setdefault(id, set()).add(account.satker)
    return tuple(
        account
        for id, account in sorted(found.items())
        if len(units[id]) == 1 and listening.agreed(account.satker)
    )


def registered_ids(platform: Platform, roster: Roster, now: datetime) -> frozenset[str]:
    """The ids of all accounts that are registered now, read or not: what they write begins no
    thread."""
    return frozenset(a.account_id for a in _registered(platform, roster, now) if a.account_id)


def missing(listening: Listening, accounts: Sequence[Account]) -> str:
    """What is missing before anything of a platform can be read; empty: nothing is."""
    if listening.lacks:
        return f"settings/listening lacks {', '.join(listening.lacks)}"
    if not accounts:
        return "no registered account is of a unit whose consent stands in settings/listening"
    return ""


def _registered(platform: Platform, roster: Roster, now: datetime) -> Iterable[Account]:
    return (
        account
        for account in roster.accounts
        if account.platform == platform and account.account_id and account.holds(now)
    )
