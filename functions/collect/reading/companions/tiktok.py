"""TikTok: each account is read with its own consent, whose token is renewed when it is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import TypeVar

from functions.collect.client import ApiClient
from functions.collect.contract import AccountWrong, Profile, Sweep, TokenDied
from functions.collect.credentials import Credential
from functions.collect.planning.requests import SweepRequest
from functions.collect.platforms import tiktok
from functions.collect.reading.companions import Companion
from functions.collect.reading.session import TIME_LIMIT, Session
from functions.collect.state import LivePost
from functions.model import iso
from functions.tokens.absent import Declined, PairLost

RENEWAL = 90.0  # seconds that a run must still have for a consent's renewal to begin

T = TypeVar("T")


class ConsentReader(Companion):
    """Speaks for the account that is read."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._spoken: dict[str, str] = {}  # the access tokens used, by handle
        self._dead: dict[str, str] = {}  # those that TikTok refused

    async def resolve(
        self, credential: Credential, handles: Sequence[str]
    ) -> dict[str, Profile | AccountWrong]:
        """The account that the consent speaks for; a request has one handle."""
        return await self._speaking_for(
            handles[0], credential, lambda client: tiktok.resolve(client, handles)
        )

    async def recheck(
        self, credential: Credential, known: Sequence[Profile]
    ) -> dict[str, Profile | AccountWrong]:
        """The known account as its consent shows it; a request has one."""
        return await self._speaking_for(
            known[0].handle or "", credential, lambda client: tiktok.recheck(client, known)
        )

    async def sweep(
        self,
        credential: Credential,
        request: SweepRequest,
        since: datetime,
        live: Sequence[LivePost],
    ) -> Sweep:
        """The account's listing, as it consented."""
        return await self._speaking_for(
            request.handle, credential, lambda client: self.listing(client, request, since)
        )

    async def _speaking_for(
        self, handle: str, credential: Credential, ask: Callable[[ApiClient], Awaitable[T]]
    ) -> T:
        """What the account's own client answers; a token that is refused is renewed once."""
        try:
            return await ask(await self._client(credential, handle))
        except TokenDied:
            if handle in self._spoken:
                self._dead[handle] = self._spoken[handle]
            # Refused once more, it is the consent that is wrong.
            return await ask(await self._client(credential, handle))

    async def _client(self, credential: Credential, handle: str) -> ApiClient:
        """A client with the account's living access token.

        Raises:
            NoConsent, Busy: there is no consent, or another instance is renewing it.
            AccountWrong: the consent is refused, lost, or another account's.
        """

        async def renew(refresh_token: str) -> tiktok.TokenGrant:
            try:
                return await tiktok.refresh(
                    credential.client, credential.key, credential.secret, refresh_token
                )
            except AccountWrong as wrong:
                raise Declined(tiktok.named(wrong, handle)) from None

        session = self.session
        try:
            access = await session.consents.access(
                handle,
                session.clock(),
                renew,
                dead=self._dead.get(handle),
                in_time=session.ends - monotonic() >= min(RENEWAL, TIME_LIMIT / 4),
            )
        except Declined as declined:
            raise declined.why from None
        except PairLost as lost:
            raise AccountWrong(
                str(lost),
                f"Izin TikTok @{handle} hilang karena pembaruannya terputus pada "
                f"{iso(lost.begun_at)}, bukan karena dicabut; minta satker memberi izin lagi.",
            ) from None
        self._spoken[handle] = access.token
        client = credential.client.authorised(access.token)
        await self._check_owner(client, handle, access.owner)
        return client

    async def _check_owner(self, client: ApiClient, handle: str, owner: str) -> None:
        """A consent given anew may be another account's: nothing is filed before that is known."""
        known = self.session.profile(handle)
        if not owner or known.account_id in ("", owner):
            return
        match (await tiktok.recheck(client, [known]))[known.account_id]:
            case AccountWrong() as wrong:
                raise wrong
            case Profile() as profile:  # the handle's new owner, or the same in a new app's eyes
                self.accounts.take(handle, profile)
