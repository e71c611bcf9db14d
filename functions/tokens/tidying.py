"""Deletes dead tokens once a day: tokens that nobody needs are not kept.

A token is dead when TikTok has refused it for 30 days, when it ended 30 days ago, or when its
account left the registry 30 days ago (document.py). The wait is needed because a platform does not
tell a final refusal from a passing one: ``invalid_grant`` means "invalid, expired, revoked …" alike
(TikTok, oauth-error-handling, 2026-11).

In the first hour of a UTC day, one read of a cursor a tick, and once a day one of each consent.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from functions import log
from functions.model import Roster, iso
from functions.store.agency import AgencyStore
from functions.store.keys import key
from functions.store.port import Conflict, Stored
from functions.tokens.document import dead, ended, ending, is_ended

HOUR = 0  # of the UTC day


def tidy(agency: AgencyStore, roster: Roster, now: datetime) -> int:
    """Delete an agency's dead tokens, once a day; returns how many consents have ended so.

    Nothing with an empty registry, which may be a mistake of a minute.
    """
    if now.hour != HOUR or not roster.satker:
        return 0
    today = now.date().isoformat()
    if agency.cursor("consents").get("tidied_on") == today:
        return 0
    listed = agency.consents()
    if not listed:
        return 0
    registered = {
        key(kind, account.handle.lower())
        for account in roster.accounts
        if account.valid_to is None or account.valid_to > now
        for kind in (account.platform, f"{account.platform}_business")
    }
    forgotten = sum(_tidied(agency, stored, stored.id in registered, now) for stored in listed)
    agency.save_cursor("consents", tidied_on=today)
    return forgotten


def _tidied(agency: AgencyStore, stored: Stored, is_registered: bool, now: datetime) -> bool:
    """Whether this ended the consent. If another process writes it at the same moment, that write
    stays, and the consent is looked at again tomorrow."""
    if is_ended(stored.data):
        return False
    data = stored.data | _listing(stored.data, is_registered, now)
    why = dead(data, now)
    with suppress(Conflict):
        if why is not None:
            agency.replace(stored, ended(data | ending(data, why, now)))
            log.info("consents.forgotten", consent=stored.id, why=why)
            return True
        if data != stored.data:
            agency.amend(stored, {"unlisted_since": data["unlisted_since"]})
    return False


def _listing(data: dict[str, Any], is_registered: bool, now: datetime) -> dict[str, Any]:
    """Since when the account is not in the registry any more; None: it is."""
    if is_registered:
        return {"unlisted_since": None} if data.get("unlisted_since") else {}
    return {} if data.get("unlisted_since") else {"unlisted_since": iso(now)}
