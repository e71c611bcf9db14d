"""Consents, and what leads to one.

``consents/{platform}:{handle}`` is the consent of an account's unit, with its sealed tokens; one
that TikTok's Business app was given is ``tiktok_business:{handle}``.
``attempts/{digest}`` is a consent that somebody has begun in a browser, by the digest of its state.
``tickets/{id}`` is a spent invitation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from functions.model import Platform
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.port import Stored, Write

# Which app was allowed to read the account: the platform's, or TikTok's second one.
ConsentKind = Platform | Literal["tiktok_business"]


class ConsentDocuments(AgencyDocuments):
    """An agency's consents. A handle is an account's whatever its letters' case."""

    def consent(self, handle: str, platform: ConsentKind = "tiktok") -> Stored | None:
        """An account's consent; None when there never was one."""
        return self.consents_of([handle], platform).get(handle)

    def consents_of(
        self, handles: Iterable[str], platform: ConsentKind = "tiktok"
    ) -> dict[str, Stored]:
        """The consents that there are of these handles, by handle, with one read of the store."""
        paths = {handle: self._consent_path(handle, platform) for handle in handles}
        held = self.store.get([*paths.values()]) if paths else {}
        return {handle: held[path] for handle, path in paths.items() if path in held}

    def consents(self) -> list[Stored]:
        """Every consent, by id."""
        return list(self.store.list(f"{self.root}/consents"))

    def save_consent(self, handle: str, platform: ConsentKind, document: Mapping[str, Any]) -> None:
        """Write a consent in the place of whatever is there."""
        self.store.write([Write(self._consent_path(handle, platform), dict(document))])

    def add_consent(self, handle: str, platform: ConsentKind, document: Mapping[str, Any]) -> None:
        """Write the first consent of an account; ``Conflict`` when there is one."""
        path = self._consent_path(handle, platform)
        self.store.write([Write(path, dict(document), "create")])

    def attempt(self, name: str) -> Stored | None:
        """An attempt by its digest; None when there is none, or it is over."""
        path = self.attempt_path(name)
        return self.store.get([path]).get(path)

    def attempts(self) -> list[Stored]:
        """Every attempt, by digest."""
        return list(self.store.list(f"{self.root}/attempts"))

    def begin_attempt(
        self, name: str, document: Mapping[str, Any], over: Iterable[Stored] = ()
    ) -> None:
        """Store a new attempt and remove expired ones; ``Conflict`` when its name is taken."""
        path, expires_at = self.attempt_path(name), self.expiry("attempts")
        begun = Write(path, dict(document), "create", expires_at=expires_at)
        self.store.write([*(Write(held.path, mode="delete") for held in over), begun])

    def forget_attempts(self, attempts: Iterable[Stored]) -> None:
        """Remove attempts with all they hold."""
        self.store.write(Write(held.path, mode="delete") for held in attempts)

    def attempt_path(self, name: str) -> str:
        """Where an attempt lies."""
        return f"{self.root}/attempts/{name}"

    def is_spent(self, ticket: str) -> bool:
        """Whether somebody has consented by this invitation."""
        return bool(self.store.get([self._ticket_path(ticket)]))

    def end_attempt(
        self,
        attempt: Stored,
        consent: Mapping[str, Any],
        held: Stored | None,
        ticket: str,
        spent: Mapping[str, Any],
    ) -> None:
        """Store an attempt's consent, spend its ticket, and remove the attempt: all or nothing.
        Args:
            consent: the new document, which replaces ``held`` (None: there was none).
            ticket: the id of the invitation; ``spent``: what to keep of it.

        Raises:
            Conflict: the ticket is spent, or the consent was changed since.
        """
        used = self._ticket_path(ticket)
        kept = Write(used, dict(spent), "create", expires_at=self.expiry("tickets"))
        if held is not None:
            given = Write(held.path, dict(consent), version=held.version)
        else:
            path = self._consent_path(consent["handle"], consent["platform"])
            given = Write(path, dict(consent), "create")
        self.store.write([kept, given, Write(attempt.path, mode="delete")])

    def _consent_path(self, handle: str, platform: ConsentKind) -> str:
        return f"{self.root}/consents/{key(platform, handle.lower())}"

    def _ticket_path(self, ticket: str) -> str:
        return f"{self.root}/tickets/{key(ticket)}"
