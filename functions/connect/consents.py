"""Consents of TikTok accounts: refresh tokens that rotate and die when used.

One writer at a time: whoever renews an access token first takes a lease on the consent's document
(a conditional write). The new pair is stored before it is used, so that a crash loses at most a
renewal that never happened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from functions.connect.vault import Vault, VaultError
from functions.model import iso
from functions.store.agency import AgencyStore
from functions.store.keys import key
from functions.store.port import Conflict, Stored, Write

LEASE = timedelta(minutes=2)
SPARE = timedelta(minutes=5)  # renew before the token dies under a running request
_NEVER = "1970-01-01T00:00:00Z"


class Grant(Protocol):
    """A fresh pair of tokens as the platform gave it; lifetimes in seconds."""

    @property
    def access_token(self) -> str: ...
    @property
    def expires_in(self) -> int: ...
    @property
    def refresh_token(self) -> str: ...
    @property
    def refresh_expires_in(self) -> int: ...
    @property
    def open_id(self) -> str: ...


Renew = Callable[[str], Awaitable[Grant]]


@dataclass(frozen=True, slots=True)
class Access:
    """A living access token and the id of the account that it speaks for, if that was said."""

    token: str
    owner: str


class NoConsent(Exception):
    """There is no usable consent for the handle; somebody has to give one."""


class Busy(Exception):
    """Another instance is renewing this consent; try at the next tick."""


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A line of the file that ``kiprah connect import`` reads."""

    satker: str
    platform: str
    handle: str
    refresh_token: str


class Consents:
    """The stored consents of one agency."""

    def __init__(self, book: AgencyStore, vault: Callable[[], Vault]) -> None:
        self._book = book
        self._open_vault = vault
        self._opened: Vault | None = None

    @property
    def _vault(self) -> Vault:
        self._opened = self._opened or self._open_vault()
        return self._opened

    def add(self, rows: Iterable[ConsentRow], now: datetime) -> int:
        """Store consents; returns how many are new.

        A refresh token that was imported before is left alone: it has been used since, and what is
        stored in its place is the living one, unless its key was lost.
        """
        added = 0
        for row in rows:
            path = self._path(row.handle)
            held = self._book.store.get([path]).get(path)
            origin = hashlib.sha256(row.refresh_token.encode()).hexdigest()
            if held and held.data.get("origin") == origin and self._can_open(held):
                continue
            document = {
                "satker": row.satker,
                "platform": row.platform,
                "handle": row.handle,
                "origin": origin,
                "given_at": iso(now),
                "refresh": self._vault.seal(row.refresh_token),
                "access_until": _NEVER,
                "lease_until": _NEVER,
            }
            self._book.store.write([Write(path, document)])
            added += 1
        return added

    def given(self, satker: str, handle: str, grant: Grant, now: datetime) -> Write:
        """The document of a consent that was just given, whatever was there before."""
        document = {
            "satker": satker,
            "platform": "tiktok",
            "handle": handle,
            "origin": hashlib.sha256(grant.refresh_token.encode()).hexdigest(),
            "given_at": iso(now),
            **self.pair(grant, now),
        }
        return Write(self._path(handle), document)

    def pair(self, grant: Grant, now: datetime) -> dict[str, Any]:
        """A pair of tokens as it is stored: sealed, with its ends and its owner."""
        return {
            "refresh": self._vault.seal(grant.refresh_token),
            "access": self._vault.seal(grant.access_token),
            "access_until": iso(now + timedelta(seconds=grant.expires_in)),
            "refresh_until": iso(now + timedelta(seconds=grant.refresh_expires_in)),
            "lease_until": _NEVER,
            "owner": grant.open_id,
        }

    def given_since(self, checked: Mapping[str, datetime]) -> list[str]:
        """Of these handles, those whose consent was given after they were last looked at."""
        paths = {self._path(handle): handle for handle in checked}
        held = self._book.store.get(list(paths)) if paths else {}
        return [
            handle
            for path, handle in paths.items()
            if path in held and held[path].data["given_at"] >= iso(checked[handle])
        ]

    async def access(self, handle: str, now: datetime, renew: Renew) -> Access:
        """A living access token, renewed if need be; ``NoConsent``, ``Busy``, or renew's errors."""
        path = self._path(handle)
        held = self._book.store.get([path]).get(path)
        if held is None:
            raise NoConsent(handle)
        if held.data["access_until"] > iso(now + SPARE):
            return Access(self._vault.open(held.data["access"]), held.data.get("owner", ""))
        self._take_lease(held, now)
        grant = await renew(self._vault.open(held.data["refresh"]))
        self._keep(held, self.pair(grant, now))
        return Access(grant.access_token, grant.open_id)

    def _keep(self, held: Stored, pair: dict[str, Any]) -> None:
        """Store a renewed pair, unless a consent was given anew in the meantime."""
        while living := self._book.store.get([held.path]).get(held.path):
            if living.data["origin"] != held.data["origin"]:
                break
            try:
                self._book.store.write([Write(held.path, pair, "merge", living.version)])
            except Conflict:
                continue  # read again: a pair that is not stored is a consent lost
            return
        raise Busy(held.path)

    def _can_open(self, held: Stored) -> bool:
        try:
            self._vault.open(held.data["refresh"])
        except VaultError:
            return False
        return True

    def _take_lease(self, held: Stored, now: datetime) -> None:
        if held.data["lease_until"] > iso(now):
            raise Busy(held.path)
        lease = {"lease_until": iso(now + LEASE)}
        try:
            self._book.store.write([Write(held.path, lease, "merge", held.version)])
        except Conflict:
            raise Busy(held.path) from None

    def _path(self, handle: str) -> str:
        return f"{self._book.root}/consents/{key('tiktok', handle.lower())}"
