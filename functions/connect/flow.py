"""Consent by link: OAuth 2's authorization code with ``state`` and PKCE, for one account at a time.

``start`` sends the browser to TikTok's page; ``finish`` takes its answer. Each start is an attempt
of its own, a document named by the digest of its state. It holds the sealed verifier and the digest
of a secret that only the browser has (a cookie); it can be used once, within ten minutes.
PKCE's challenge is the standard's (S256, base64url); TikTok's documentation for desktop apps asks
for a hexadecimal SHA-256 instead, and whether its web flow checks the challenge at all is
[unverified].
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlencode

from functions.connect import ticket as tickets
from functions.connect.ticket import Ticket
from functions.model import iso
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, Stored
from functions.tokens.consents import Consents, Grant
from functions.tokens.document import is_void
from functions.tokens.vault import StaleError, Vault, VaultError

ATTEMPT = timedelta(minutes=10)
TRIES = 5  # at a document that somebody else writes at the same moment
SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list")


class ConsentProblem(StrEnum):
    """Why there is no consent; what people read about it stands in page.py."""

    UNKNOWN = "unknown link"
    EXPIRED = "expired link"
    USED = "used link"
    UNREGISTERED = "account not registered"
    WITHDRAWN = "consent withdrawn since"
    STALE = "expired or used attempt"
    FOREIGN = "another browser"
    DENIED = "refused by the user"
    NARROW = "permissions missing"
    WRONG_ACCOUNT = "another account"
    UNREACHABLE = "TikTok does not answer"
    REJECTED = "TikTok refused the exchange"
    UNREADY = "this app is not set up"


class Refusal(Exception):
    """There is no consent. ``other``: the account that consented in place of ``handle``."""

    def __init__(self, reason: ConsentProblem, handle: str = "", other: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.handle = handle
        self.other = other


class App(Protocol):
    """Our TikTok app over HTTP; its methods raise ``Refusal``.

    Where several apps are set up the handle says which one serves it.
    """

    def client_key(self, handle: str) -> str: ...
    async def exchange(
        self, handle: str, code: str, redirect_uri: str, verifier: str
    ) -> ScopedGrant: ...
    async def username(self, handle: str, access_token: str) -> str | None:
        """The name of the account that consented; None when TikTok does not say."""
        ...


class ScopedGrant(Grant, Protocol):
    """A pair of tokens and what they allow, comma-separated; empty when that was not said."""

    @property
    def scope(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the cookie that it keeps until it is back."""

    handle: str
    address: str
    cookie: str
    secret: str


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that is stored."""

    satker: str
    handle: str
    cookie: str


class Flow:
    """The consent flow of one agency.

    Args:
        auth_url: scheme and host of TikTok's consent page.
        connect_url: where this flow is reached; TikTok must know its ``/callback``.
    """

    def __init__(
        self, agency: AgencyStore, vault: Vault, app: App, *, auth_url: str, connect_url: str
    ) -> None:
        self._agency = agency
        self._vault = vault
        self._app = app
        self._auth_url = auth_url.rstrip("/")
        self._back = f"{connect_url.rstrip('/')}/callback"
        self._consents = Consents(agency, lambda: vault)

    def start(self, sealed: str, now: datetime) -> Begun:
        """Open a ticket and begin an attempt. The ticket is spent by a consent, not by opening it:
        messengers open links too, to preview them."""
        ticket = self._ticket(sealed, now)
        client_key = self._app.client_key(ticket.handle)
        state, verifier, secret = (secrets.token_urlsafe(n) for n in (32, 48, 32))
        attempt = {
            "ticket": ticket.id,
            "satker": ticket.satker,
            "handle": ticket.handle,
            "begun_at": iso(now),
            "good_until": iso(now + ATTEMPT),
            "verifier": self._vault.seal(verifier),
            "browser": _digest(secret),
        }
        # What nobody finished is removed with all it holds.
        outdated = [held for held in self._agency.attempts() if _is_outdated(held, now)]
        self._agency.begin_attempt(_digest(state), attempt, outdated)
        asked = {
            "client_key": client_key,
            "scope": ",".join(SCOPES),
            "response_type": "code",
            "redirect_uri": self._back,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        address = f"{self._auth_url}/v2/auth/authorize/?{urlencode(asked)}"
        return Begun(ticket.handle, address, cookie_name(state), secret)

    async def finish(
        self, state: str, code: str, error: str, cookie: Callable[[str], str], now: datetime
    ) -> Given:
        """Take the browser back from TikTok's page; the consent is stored, or ``Refusal``.

        Args:
            code, error: what TikTok sent, one of them.
            cookie: the browser's cookie of a name, empty without one.
        """
        attempt = self._taken(state, cookie(cookie_name(state)), now)
        handle = attempt.data["handle"]
        try:
            if not code:
                denied = error in ("access_denied", "")
                raise Refusal(ConsentProblem.DENIED if denied else ConsentProblem.REJECTED, handle)
            grant = await self._app.exchange(
                handle, code, self._back, self._vault.open(attempt.data["verifier"])
            )
            # Before the pair is used for anything: it exists nowhere else.
            self._keep(attempt, self._consents.pair(grant, now))
            await self._check(grant, handle)
            self._store(attempt, grant, now)
        except Refusal:
            self._agency.forget_attempts([attempt])
            raise
        return Given(attempt.data["satker"], handle, cookie_name(state))

    # Tickets

    def _ticket(self, sealed: str, now: datetime) -> Ticket:
        try:
            ticket, issued_at = tickets.dated(self._vault, sealed, now)
        except StaleError:
            raise Refusal(ConsentProblem.EXPIRED) from None
        except VaultError:
            raise Refusal(ConsentProblem.UNKNOWN) from None
        if not hmac.compare_digest(ticket.agency.encode(), self._agency.id.encode()):
            raise Refusal(ConsentProblem.UNKNOWN)
        if self._agency.is_spent(ticket.id):
            raise Refusal(ConsentProblem.USED, ticket.handle)
        held = self._agency.consent(ticket.handle)
        if held and is_void(held.data, issued_at):
            raise Refusal(ConsentProblem.WITHDRAWN, ticket.handle)
        if ticket.handle not in handles(self._agency, ticket.satker, now):
            raise Refusal(ConsentProblem.UNREGISTERED, ticket.handle)
        return ticket

    # Attempts

    def _taken(self, state: str, secret: str, now: datetime) -> Stored:
        """The attempt of a state, from now on spent."""
        held = self._agency.attempt(_digest(state))
        if held is None or _is_outdated(held, now) or "taken_at" in held.data:
            raise Refusal(ConsentProblem.STALE)
        if not hmac.compare_digest(_digest(secret), held.data["browser"]):
            raise Refusal(ConsentProblem.FOREIGN, held.data["handle"])
        try:
            self._agency.amend(held, {"taken_at": iso(now)})
        except Conflict:  # the same answer was sent twice, and the other one was faster
            raise Refusal(ConsentProblem.STALE) from None
        return held

    async def _check(self, grant: ScopedGrant, handle: str) -> None:
        granted = set(grant.scope.replace(" ", ",").split(","))
        if grant.scope and not granted.issuperset(SCOPES):
            raise Refusal(ConsentProblem.NARROW, handle)
        other = await self._app.username(handle, grant.access_token)
        if not other:
            raise Refusal(ConsentProblem.REJECTED, handle)
        if other.lower() != handle.lower():
            raise Refusal(ConsentProblem.WRONG_ACCOUNT, handle, other)

    def _keep(self, attempt: Stored, pair: Mapping[str, Any]) -> None:
        """Note the pair with its attempt, unless that was made void meanwhile."""
        for _ in range(TRIES):
            held = self._agency.reread(attempt)
            if held is None:
                break
            with suppress(Conflict):
                self._agency.amend(held, pair)
                return
        raise Refusal(ConsentProblem.WITHDRAWN, attempt.data["handle"])

    def _store(self, attempt: Stored, grant: Grant, now: datetime) -> None:
        """Store the consent and end its ticket and its attempt: all at once or not at all.

        Nothing is stored when the consent was withdrawn after the attempt began.
        """
        satker, handle = attempt.data["satker"], attempt.data["handle"]
        begun_at = datetime.fromisoformat(attempt.data.get("begun_at", iso(now - ATTEMPT)))
        ticket = attempt.data["ticket"]
        spent = {"satker": satker, "handle": handle, "used_at": iso(now)}
        for _ in range(TRIES):
            held = self._agency.consent(handle)
            if held and is_void(held.data, begun_at):
                raise Refusal(ConsentProblem.WITHDRAWN, handle)
            given = self._consents.given(satker, handle, grant, now, held)
            try:
                self._agency.end_attempt(attempt, given, held, ticket, spent)
            except Conflict:  # of the ticket, or of the consent: a token was renewed meanwhile
                if self._agency.is_spent(ticket):
                    raise Refusal(ConsentProblem.USED, handle) from None
            else:
                return
        raise Refusal(ConsentProblem.STALE, handle)


def invited(
    agencies: Sequence[AgencyStore], vault: Vault, sealed: str, now: datetime
) -> AgencyStore:
    """The agency that a ticket invites for; without one the first, whose flow then refuses it."""
    try:
        wanted = tickets.read(vault, sealed, now).agency
    except VaultError:
        return agencies[0]
    return next((agency for agency in agencies if agency.id == wanted), agencies[0])


def begun(agencies: Sequence[AgencyStore], state: str) -> AgencyStore:
    """The agency with which an attempt began; without one the first, whose flow then refuses it."""
    paths = {agency.attempt_path(_digest(state)): agency for agency in agencies}
    held = agencies[0].store.get([*paths]) if len(agencies) > 1 else {}
    return next((paths[path] for path in held), agencies[0])


def handles(agency: AgencyStore, satker: str, now: datetime) -> list[str]:
    """The TikTok handles of a satker that are registered now or will be."""
    roster = agency.roster(now)
    found = {
        account.handle: None
        for account in (roster.accounts if roster else ())
        if account.satker == satker
        and account.platform == "tiktok"
        and (account.valid_to is None or account.valid_to > now)
    }
    return list(found)


def links_from(agency: AgencyStore, found: Sequence[str], now: datetime) -> dict[str, datetime]:
    """The time to write into new links for these handles.

    It is now, or just after a withdrawal in this same second, which voids earlier links.
    """
    held = {handle: stored.data for handle, stored in agency.consents_of(found).items()}
    return {handle: link_time(held.get(handle), now) for handle in found}


def link_time(consent: Mapping[str, Any] | None, now: datetime) -> datetime:
    """The time to write into a new link of the account with this consent; as ``links_from``."""
    return now + timedelta(seconds=1) if is_void(consent, now) else now


def challenge(verifier: str) -> str:
    """PKCE's S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def cookie_name(state: str) -> str:
    """One cookie for each attempt, so that two tabs do not disturb each other."""
    return f"kiprah_{_digest(state)[:16]}"


def _is_outdated(attempt: Stored, now: datetime) -> bool:
    """Whether its time is over; without an expiry it is of an earlier version, and over."""
    until = attempt.data.get("good_until")
    return not isinstance(until, str) or until <= iso(now)


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()
