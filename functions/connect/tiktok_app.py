"""Our TikTok app, as consents are given and withdrawn, over the collector's client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from functions import log
from functions.collect.client import Clock, Connection
from functions.collect.contract import AccountWrong, Limited, PlatformError, Refused, Transient
from functions.collect.credentials import Credential, choose, credentials, is_official
from functions.collect.platforms import tiktok
from functions.connect.flow import ConsentProblem, Refusal
from functions.settings import Settings


class TikTokApp:
    """``App`` of the consent flow and ``Revoker`` of a withdrawal.

    Where several apps are set up, the one that will read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def client_key(self, handle: str) -> str:
        """The public key of the app that serves an account; ``Refusal`` when none is set up."""
        if not self._settings.tiktok_client_key:
            log.error(
                "connect.unready",
                error="set KIPRAH_TIKTOK_CLIENT_KEY and KIPRAH_TIKTOK_CLIENT_SECRET",
            )
            raise Refusal(ConsentProblem.UNREADY, handle)
        return choose(self._settings.tiktok_client_key, handle)

    async def exchange(
        self, handle: str, code: str, redirect_uri: str, verifier: str
    ) -> tiktok.TokenGrant:
        """The pair of tokens for a code."""
        async with self._asking(handle) as app:
            return await tiktok.exchange(
                app.client, app.key, app.secret, code, redirect_uri, verifier
            )

    async def renew(self, handle: str, refresh_token: str) -> tiktok.TokenGrant:
        """A new pair for a refresh token."""
        async with self._asking(handle) as app:
            return await tiktok.refresh(app.client, app.key, app.secret, refresh_token)

    async def revoke(self, handle: str, access_token: str) -> None:
        """Disconnect the app from the account."""
        async with self._asking(handle) as app:
            await tiktok.revoke(app.client, app.key, app.secret, access_token)

    async def username(self, handle: str, access_token: str) -> str | None:
        """The name of the account that consented; None when TikTok does not say."""
        async with self._asking(handle) as app:
            return await tiktok.username(app.client.authorised(access_token))

    @asynccontextmanager
    async def _asking(self, handle: str) -> AsyncIterator[Credential]:
        self.client_key(handle)
        try:
            async with Connection(self._settings.tiktok_url) as connection:
                apps = credentials(self._settings, "tiktok", tiktok, connection, Clock())
                yield choose(apps, handle)
        except PlatformError as error:
            log.warning("connect.tiktok_failed", handle=handle, error=str(error))
            raise Refusal(_reason(error), handle) from None


def revoker(settings: Settings, *, simulated: bool) -> TikTokApp | str:
    """Who disconnects our app from accounts; a text says why nobody does."""
    if not settings.tiktok_client_key:
        return "TikTok is not told, since KIPRAH_TIKTOK_CLIENT_KEY is not set"
    if simulated and is_official(settings.tiktok_url):
        return "TikTok is not told, since a simulation asks no official host"
    return TikTokApp(settings)


def _reason(error: PlatformError) -> ConsentProblem:
    if isinstance(error, Transient | Limited):
        return ConsentProblem.UNREACHABLE
    if isinstance(error, Refused):
        return ConsentProblem.UNREADY
    # An account's 401 right after its consent: a permission that was not given.
    narrow = isinstance(error, AccountWrong) and "too narrow" in str(error)
    return ConsentProblem.NARROW if narrow else ConsentProblem.REJECTED
