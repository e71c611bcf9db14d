"""The link that a satker's staff opens: who may consent for which account, sealed and dated."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from functions.tokens.vault import Vault, VaultError

LIFETIME = timedelta(days=7)
_LONGEST = 2000  # characters; ours have some 300


class Ticket(msgspec.Struct, frozen=True, tag="tiktok-consent"):
    """One account's invitation. The tag keeps anything else sealed with the same key apart."""

    id: str
    agency: str
    satker: str
    handle: str


def issue(vault: Vault, agency: str, satker: str, handle: str, now: datetime) -> str:
    """A new ticket, sealed."""
    ticket = Ticket(secrets.token_hex(16), agency, satker, handle)
    return vault.seal_at(msgspec.json.encode(ticket).decode(), now)


def read(vault: Vault, sealed: str, now: datetime) -> Ticket:
    """The ticket; ``StaleError`` after its time, ``VaultError`` when it is none of ours."""
    return dated(vault, sealed, now)[0]


def dated(vault: Vault, sealed: str, now: datetime) -> tuple[Ticket, datetime]:
    """The ticket, and the instant at which it was issued.

    Raises:
        StaleError: its time is over.
        VaultError: it is none of ours.
    """
    words, issued_at = vault.dated(sealed[:_LONGEST], LIFETIME, now)
    try:
        return msgspec.json.decode(words, type=Ticket), issued_at
    except msgspec.DecodeError:
        raise VaultError("it is no ticket") from None


def link(connect_url: str, sealed: str) -> str:
    """The address to open."""
    return f"{connect_url.rstrip('/')}/start?{urlencode({'ticket': sealed})}"
