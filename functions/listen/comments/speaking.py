"""Who speaks for an account: the platform's credentials, or a Page's own token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from functions import log
from functions.collect.client import ApiClient, Clock, Connection
from functions.collect.credentials import (
    NEEDS,
    Credential,
    adapter_for,
    choose,
    configured,
    credentials,
    page_access,
)
from functions.model import Account, Platform
from functions.settings import Settings
from functions.tokens.vault import VaultError

# TikTok shows comments to an account's second consent alone, to its business app.
SECOND_CONSENT = "no TikTok account has consented to its comments being read"


class PageTokens(Protocol):
    """The stored consents, as far as they are looked at here."""

    def page_tokens(self, handles: Iterable[str]) -> Mapping[str, str | VaultError]: ...


class Speaking(NamedTuple):
    """A client, and the credential that it hangs on; None: on the account's own consent alone."""

    client: ApiClient
    credential: Credential | None


def lacking(settings: Settings, platform: Platform) -> str:
    """What is missing to speak at all; empty: nothing is."""
    if platform == "tiktok":
        return SECOND_CONSENT
    return "" if configured(settings, platform) else f"set {NEEDS[platform]}"


class Speakers:
    """One platform's credentials in one run."""

    def __init__(
        self,
        settings: Settings,
        platform: Platform,
        connection: Connection,
        clock: Clock,
        consents: PageTokens,
    ) -> None:
        speaker = adapter_for(settings, platform)
        self.credentials = credentials(settings, platform, speaker, connection, clock)
        self.problems: list[str] = []
        self._platform = platform
        self._consents = consents
        self._tokens: dict[str, str] = {}

    def prepare(self, accounts: Iterable[Account]) -> None:
        """Look up what accounts gave of their own, with one read of the store."""
        if self._platform != "facebook":
            return
        found = self._consents.page_tokens([account.handle for account in accounts])
        for handle, token in found.items():
            if isinstance(token, VaultError):
                self.problems.append(f"facebook {handle}: {token}")
            else:
                log.hide([token])
                self._tokens[handle] = token

    def credential(self, account: Account) -> Credential | None:
        """The credential that serves an account; None where none can any more."""
        able = [credential for credential in self.credentials if not credential.stops]
        return choose(able, account.account_id or "") if able else None

    def speaking(self, account: Account, credential: Credential) -> Speaking:
        """Who asks for an account's comments."""
        token = self._tokens.get(account.handle)
        if token is None:
            return Speaking(credential.client, credential)
        own = credential.client.speaking(**page_access(token, credential.secret))
        return Speaking(own, None)
