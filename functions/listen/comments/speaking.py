"""Who speaks for an account: the platform's credentials, or the account's own consent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

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
from functions.listen.comments.business import access_of, business_apps
from functions.model import Account, Platform
from functions.settings import Settings
from functions.tokens.consents import Consents
from functions.tokens.vault import VaultError

BUSINESS_NEEDS = "KIPRAH_TIKTOK_BUSINESS_CLIENT_ID and KIPRAH_TIKTOK_BUSINESS_SECRET"


class Speaking(NamedTuple):
    """A client, and the credential that it hangs on; None: on the account's own token alone."""

    client: ApiClient
    credential: Credential | None


def lacking(settings: Settings, platform: Platform) -> str:
    """Which credentials are missing to speak at all; empty: none."""
    if platform == "tiktok":
        return "" if settings.tiktok_business_client_id else f"set {BUSINESS_NEEDS}"
    return "" if configured(settings, platform) else f"set {NEEDS[platform]}"


class Speakers:
    """One platform's credentials in one run.

    Args:
        consents: TikTok's are those of the Business app.
    """

    def __init__(
        self,
        settings: Settings,
        platform: Platform,
        connection: Connection,
        clock: Clock,
        consents: Consents,
    ) -> None:
        self.credentials = (
            business_apps(settings, connection, clock)
            if platform == "tiktok"
            else credentials(settings, platform, adapter_for(settings, platform), connection, clock)
        )
        self.problems: list[str] = []
        self._platform = platform
        self._consents = consents
        self._tokens: dict[str, str] = {}

    def prepare(self, accounts: Iterable[Account]) -> None:
        """Look up the Pages' own tokens, with one read of the store."""
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
        """The credential that serves an account; None where none can any more.

        A consent was given to one app alone: no other steps in for it.
        """
        name = account.account_id or ""
        if self._platform == "tiktok":
            app = choose(self.credentials, account.handle)
            return None if app.stops else app
        able = [credential for credential in self.credentials if not credential.stops]
        return choose(able, name) if able else None

    async def speaking(
        self, account: Account, credential: Credential, now: datetime, dead: str | None = None
    ) -> Speaking:
        """Who asks for an account's comments.

        Args:
            dead: an access token of its own that was refused; it is renewed.

        Raises:
            NoConsent: it did not consent. ``Busy``, ``VaultError``, ``PlatformError``: its consent
                cannot be used now.
        """
        if self._platform == "tiktok":
            client = await access_of(self._consents, credential, account.handle, now, dead=dead)
            return Speaking(client, credential)
        token = self._tokens.get(account.handle)
        if token is None:
            return Speaking(credential.client, credential)
        own = credential.client.speaking(**page_access(token, credential.secret))
        return Speaking(own, None)
