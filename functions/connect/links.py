"""Every TikTok account of an agency, how its consent stands, and a new link where one is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from functions.collect.watching import signs
from functions.connect import ticket
from functions.connect.flow import link_time
from functions.model import Account, Roster
from functions.store.agency import AgencyStore
from functions.times import time_of
from functions.tokens.vault import Vault

MISSING = "belum memberi izin"
_GIVEN = "sudah memberi izin"
_ENDED = {
    signs.WITHDRAWN: "izin dicabut",
    signs.PAST: "izin berakhir",
    signs.REFUSED: "izin ditolak TikTok",
    signs.LOST: "izin hilang saat diperbarui",
    signs.UNREADABLE: "izin tidak dapat dibaca",
}


class _State(NamedTuple):
    """How a consent stands, in words, and what follows from it."""

    words: str
    has_consented: bool
    needs_link: bool


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A TikTok account of a unit, and how its consent stands, in Indonesian.

    ``link`` invites its owner to consent until ``good_until``, UTC; both are None where the unit
    has consented already. A link is a secret of its unit.
    """

    satker: str
    name: str
    handle: str
    state: str
    has_consented: bool
    link: str | None = None
    good_until: datetime | None = None


def invitations(
    agency: AgencyStore,
    vault: Callable[[], Vault],
    connect_url: str,
    now: datetime,
    *,
    renew: bool = False,
) -> list[Invitation]:
    """The accounts that are registered now or will be, by satker and handle; nothing is stored.

    Args:
        vault: opened only when a link is made.
        connect_url: where the consent flow is reached.
        renew: make links for those as well who have consented.
    """
    roster = agency.roster(now) or Roster(as_of=now)
    names = {unit.id: unit.name for unit in roster.satker}
    accounts = [
        account
        for account in roster.accounts
        if account.platform == "tiktok" and (account.valid_to is None or account.valid_to > now)
    ]
    held = agency.consents_of({account.handle for account in accounts})
    found: list[Invitation] = []
    for account in sorted(accounts, key=lambda a: (a.satker, a.handle)):
        consent = held[account.handle].data if account.handle in held else None
        state = _state(consent, now, agency.zone)
        invitation = Invitation(
            satker=account.satker,
            name=names.get(account.satker, account.satker),
            handle=account.handle,
            state=state.words,
            has_consented=state.has_consented,
        )
        if renew or state.needs_link:
            at = link_time(consent, now)
            link = ticket.link(connect_url, _sealed(vault(), agency, account, at))
            invitation = replace(invitation, link=link, good_until=at + ticket.LIFETIME)
        found.append(invitation)
    return found


def _sealed(vault: Vault, agency: AgencyStore, account: Account, at: datetime) -> str:
    return ticket.issue(vault, agency.id, account.satker, account.handle, at)


def _state(consent: Mapping[str, Any] | None, now: datetime, zone: ZoneInfo) -> _State:
    if consent is None:
        return _State(MISSING, has_consented=False, needs_link=True)
    state = signs.consent_state(consent, now)
    if state in _ENDED:
        when = _day(consent.get("ended_at"), " pada", zone)
        return _State(f"{_ENDED[state]}{when}", has_consented=False, needs_link=True)
    is_ending = state == signs.ENDING
    since = _day(consent.get("given_at"), " sejak", zone)
    until = _day(consent.get("refresh_until"), ", berakhir", zone) if is_ending else ""
    return _State(f"{_GIVEN}{since}{until}", has_consented=True, needs_link=is_ending)


def _day(at: Any, word: str, zone: ZoneInfo) -> str:
    """A stored instant's day behind a word; empty when there is none that can be read."""
    instant = time_of(at)
    return f"{word} {instant.astimezone(zone):%Y-%m-%d}" if instant else ""
