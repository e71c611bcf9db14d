"""Consents: TikTok's refresh tokens, which rotate and die when used, and Pages' own tokens.

A Facebook Page's token is an access token and is kept as it was given: a long-lived one does not
expire. A TikTok consent has one writer at a time: before renewing an access token, a process takes
a lease on the consent's document (a conditional write), which also notes that a renewal has begun.
The new pair is stored before it is used. A renewal that has begun goes on to its end, even when
every caller has given up waiting.

TikTok answers with the new pair once, and that answer ends the old refresh token. A process killed
before it stores the pair loses it, and nothing here can prevent that. So renewals do not begin
shortly before a process ends, and a lost pair is told apart from a refusal:

- an access token is renewed well before its end, and only when the run has enough time left; until
  its end the old one serves, even if the renewal fails;
- a later run finds the noted renewal without a pair. It tries the old refresh token once more,
  since TikTok may never have answered. If that is refused, the pair is lost (``PairLost``), which
  is no refusal by the unit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from functions import log
from functions.model import Platform, iso
from functions.store.agency import AgencyStore
from functions.store.agency.consents import ConsentKind
from functions.store.port import Conflict, Stored, StoreError
from functions.tokens.absent import Busy, Declined, NoConsent, PairLost
from functions.tokens.document import SPARE, carried, digest, is_due, is_ended, life, unfinished
from functions.tokens.vault import Vault, VaultError

LEASE = timedelta(minutes=4)  # longer than a renewal takes, with all its attempts
# An access token is renewed in the last part of its life: for two hours 20 minutes before its end,
# in which a tick of 15 minutes has its turn.
EARLY_PART = 6
EARLIEST = timedelta(hours=1)
# Seconds between attempts to store a new pair, which the platform gives only once.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
# Seconds between looks at a pair that another instance is renewing.
WAITS = (0.25, 0.5, 1.0, 2.0)
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


# What became of an imported consent: there was none before, another one, the same, or the very one
# that was withdrawn since.
Added = Literal["new", "replaced", "kept", "withdrawn"]
Renew = Callable[[str], Awaitable[Grant]]


@dataclass(frozen=True, slots=True)
class Access:
    """A living access token and the id of the account that it speaks for, if that was said."""

    token: str = field(repr=False)
    owner: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A line of the file that ``kiprah connect import`` reads.

    ``platform``: ``tiktok_business`` for a TikTok account's consent to the Business app.
    ``refresh_token``: with platform ``facebook`` the Page's own access token. ``line``: where it
    stands in the file.
    """

    satker: str
    platform: ConsentKind
    handle: str
    refresh_token: str = field(repr=False)
    line: int = field(default=0, compare=False)

    @property
    def registered_as(self) -> Platform:
        """The platform under which the registry has the account."""
        return "tiktok" if self.platform == "tiktok_business" else self.platform


class Consents:
    """The stored consents of one agency.

    ``kind``: whose consents those of TikTok accounts are: the Display app's, or the Business app's.
    """

    def __init__(
        self,
        agency: AgencyStore,
        vault: Callable[[], Vault],
        kind: Literal["tiktok", "tiktok_business"] = "tiktok",
    ) -> None:
        self._agency = agency
        self._kind: ConsentKind = kind
        self._open_vault = vault
        self._opened: Vault | None = None
        self._renewals: set[asyncio.Future[Access]] = set()

    @property
    def _vault(self) -> Vault:
        self._opened = self._opened or self._open_vault()
        return self._opened

    def add(self, rows: Iterable[ConsentRow], now: datetime) -> list[Added]:
        """Store consents; returns what became of each.

        A refresh token that was imported before is left alone: it has been used since, and the
        stored token is the living one, unless its key was lost. A withdrawn consent stays
        withdrawn: a new consent has a new token.
        """
        added: list[Added] = []
        for row in rows:
            held = self._agency.consent(row.handle, row.platform)
            origin = digest(row.refresh_token)
            before = held.data if held else {}
            if before.get("why") == "withdrawn" and origin in before.get("spent", ()):
                added.append("withdrawn")
                continue
            if held and held.data.get("origin") == origin and self._can_open(held):
                added.append("kept")
                continue
            document = {
                "satker": row.satker,
                "platform": row.platform,
                "handle": row.handle,
                "origin": origin,
                "given_at": iso(now),
                **carried(before),
                **self._sealed(row),
            }
            self._agency.save_consent(row.handle, row.platform, document)
            added.append("replaced" if held and not is_ended(before) else "new")
        return added

    def _sealed(self, row: ConsentRow) -> dict[str, Any]:
        """The token as it is stored; a refresh token with its first lease and end."""
        sealed = self._vault.seal(row.refresh_token)
        if row.platform == "facebook":
            return {"access": sealed}
        return {"refresh": sealed, "access_until": _NEVER, "lease_until": _NEVER}

    def page_tokens(self, handles: Iterable[str]) -> dict[str, str | VaultError]:
        """The own tokens of those Facebook Pages that gave one, with one read of the store.

        For a token that cannot be opened the result holds the error; the others are unaffected.
        """
        return {
            handle: self._opened_page(held)
            for handle, held in self._agency.consents_of(handles, "facebook").items()
            if not is_ended(held.data)
        }

    def living(self, handles: Iterable[str], now: datetime) -> dict[str, Access | VaultError]:
        """The living access tokens of TikTok accounts, with one read of the store and no write.

        For a token that cannot be opened the result holds the error.
        """
        found: dict[str, Access | VaultError] = {}
        for handle, held in self._agency.consents_of(handles, self._kind).items():
            try:
                access = self._living(held, now, None)
            except VaultError as error:
                found[handle] = error
            else:
                found |= {handle: access} if access else {}
        return found

    def _opened_page(self, held: Stored) -> str | VaultError:
        try:
            return self._vault.open(held.data["access"])
        except VaultError as error:
            return error

    def given(
        self, satker: str, handle: str, grant: Grant, now: datetime, held: Stored | None
    ) -> dict[str, Any]:
        """The document of a consent that was just given; it replaces ``held``."""
        return {
            "satker": satker,
            "platform": self._kind,
            "handle": handle,
            "origin": digest(grant.refresh_token),
            "given_at": iso(now),
            **carried(held.data if held else {}),
            **self.pair(grant, now),
        }

    def pair(self, grant: Grant, now: datetime) -> dict[str, Any]:
        """A pair of tokens as it is stored: sealed, with its ends and its owner."""
        lifetime = life(grant.expires_in)
        until = now + lifetime
        return {
            "refresh": self._vault.seal(grant.refresh_token),
            "access": self._vault.seal(grant.access_token),
            "access_until": iso(until),
            "renew_from": iso(until - max(SPARE, min(lifetime / EARLY_PART, EARLIEST))),
            "refresh_until": iso(now + life(grant.refresh_expires_in)),
            "lease_until": _NEVER,
            "renewal": None,
            "owner": grant.open_id,
        }

    def given_since(self, checked: Mapping[str, datetime]) -> list[str]:
        """The handles whose consent was given after they were last looked at."""
        return [
            handle
            for handle, held in self._agency.consents_of(checked, self._kind).items()
            if not is_ended(held.data) and held.data["given_at"] >= iso(checked[handle])
        ]

    async def access(
        self,
        handle: str,
        now: datetime,
        renew: Renew,
        *,
        dead: str | None = None,
        in_time: bool = True,
    ) -> Access:
        """A living access token, renewed if need be.

        While another instance renews, this waits some seconds for its pair. Await ``settle`` before
        the event loop ends.

        Args:
            renew: gives a new pair for a refresh token; raises ``Declined`` where that is refused.
            dead: an access token that the platform refused; it is renewed even before its end.
            in_time: whether the run has the time to see a renewal through.

        Raises:
            NoConsent, Busy, PairLost: see there. Any error of ``renew``, when no older access token
            can serve.
        """
        for wait in WAITS:
            try:
                return await self._access(handle, now, renew, dead, in_time)
            except Busy:
                await asyncio.sleep(wait)
        return await self._access(handle, now, renew, dead, in_time)

    async def _access(
        self, handle: str, now: datetime, renew: Renew, dead: str | None, in_time: bool
    ) -> Access:
        held = self._agency.consent(handle, self._kind)
        if held is None:
            raise NoConsent(handle)
        if is_ended(held.data):
            raise NoConsent(handle, held.data.get("why", ""), held.data["ended_at"])
        living = self._living(held, now, dead)
        if living is not None and not is_due(held, now):
            return living
        try:
            if not in_time:
                raise Busy(held.path)
            return await self._renewed_access(held, renew, now)
        except (StoreError, VaultError):
            raise
        except Exception as error:
            if living is None:
                raise
            if not isinstance(error, Busy):
                log.warning("consents.not_renewed", handle=handle, error=type(error).__name__)
            return living

    def _living(self, held: Stored, now: datetime, dead: str | None) -> Access | None:
        """The stored access token while it lives, unless it was refused."""
        if is_ended(held.data) or held.data["access_until"] <= iso(now):
            return None
        token = self._vault.open(held.data["access"])
        return None if token == dead else Access(token, held.data.get("owner", ""))

    async def _renewed_access(self, held: Stored, renew: Renew, now: datetime) -> Access:
        refresh_token = self._vault.open(held.data["refresh"])
        self._begin(held, refresh_token, now)
        # The answer ends the old refresh token: a waiting caller may give up, the renewal may not.
        renewal = asyncio.ensure_future(self._renew(held, refresh_token, renew, now))
        self._renewals.add(renewal)
        renewal.add_done_callback(self._renewed)
        return await asyncio.shield(renewal)

    async def settle(self) -> None:
        """Wait until every renewal under way is stored or has failed, two minutes or so at most."""
        while self._renewals:
            await asyncio.wait(self._renewals)

    def _renewed(self, renewal: asyncio.Future[Access]) -> None:
        self._renewals.discard(renewal)
        if not renewal.cancelled():
            renewal.exception()  # looked at, in case nobody waits for it any more

    async def _renew(self, held: Stored, refresh_token: str, renew: Renew, now: datetime) -> Access:
        try:
            grant = await renew(refresh_token)
        except Declined:
            self._note_refusal(held, refresh_token, now)
            raise
        pair = self.pair(grant, now)
        for pause in PAUSES:
            try:
                self._keep(held, pair)
                break
            except StoreError:
                await asyncio.sleep(pause)
        else:
            self._keep(held, pair)
        return Access(grant.access_token, grant.open_id)

    def _keep(self, held: Stored, pair: dict[str, Any]) -> None:
        """Store a renewed pair, unless a consent was given anew in the meantime."""
        while living := self._agency.reread(held):
            if living.data["origin"] != held.data["origin"]:
                break
            try:
                self._agency.amend(living, pair)
            except Conflict:
                continue  # read again: a pair that is not stored is a consent lost
            return
        raise Busy(held.path)

    def _can_open(self, held: Stored) -> bool:
        try:
            self._vault.open(held.data["refresh" if "refresh" in held.data else "access"])
        except VaultError:
            return False
        return True

    def _begin(self, held: Stored, refresh_token: str, now: datetime) -> None:
        """Take the lease, and note that a renewal begins; ``Busy`` while somebody else has it."""
        # A lease longer than any comes from a machine whose clock was ahead: ignore it.
        if iso(now) < held.data["lease_until"] <= iso(now + LEASE):
            raise Busy(held.path)
        lease: dict[str, Any] = {"lease_until": iso(now + LEASE)}
        if unfinished(held, refresh_token) is None:
            lease["renewal"] = {"of": digest(refresh_token)[:16], "begun_at": iso(now)}
        try:
            self._agency.amend(held, lease)
        except Conflict:
            raise Busy(held.path) from None

    def _note_refusal(self, held: Stored, refresh_token: str, now: datetime) -> None:
        """Keep that a refresh token is refused; ``PairLost`` when an earlier renewal used it."""
        before = unfinished(held, refresh_token) or {}
        is_lost = before.get("lost", bool(before))
        noted = {
            "of": digest(refresh_token)[:16],
            "begun_at": before.get("begun_at", iso(now)),
            "refused_at": before.get("refused_at", iso(now)),
            "lost": is_lost,
        }
        found = self._agency.reread(held)
        if found is not None and found.data["origin"] == held.data["origin"]:
            with suppress(Conflict):  # another process stored a new pair: nothing to note
                self._agency.amend(found, {"renewal": noted})
        if is_lost:
            raise PairLost(datetime.fromisoformat(str(noted["begun_at"])))
