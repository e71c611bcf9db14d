"""TikTok's second consent: imported, renewed, and spoken with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from functions.collect.client import ApiClient, Clock, Connection
from functions.collect.contract import AccountWrong, Refused
from functions.collect.credentials import Credential, choose
from functions.listen.comments.business import access_of, business_apps
from functions.listen.contract import Asked
from functions.listen.platforms import tiktok
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.tokens.absent import NoConsent
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import settings_for
from tests.platforms.server import Handle, serve
from tests.platforms.tiktok_business import business_id
from tests.platforms.world import World

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
HANDLE, TOKEN = "kemenkum.ntt", "bizr.pertama"

T = TypeVar("T")


class Business:
    """A world with an account that consented to both apps."""

    def __init__(self, server: Handle, settings: Settings, agency: AgencyStore) -> None:
        self.server, self.settings, self.agency = server, settings, agency
        self.account = server.world.add_account("tiktok", HANDLE, refresh_token="rft.pertama")
        server.world.business_tokens[TOKEN] = self.account
        self.consents = Consents(agency, lambda: open_vault(settings), "tiktok_business")
        self.consents.add([ConsentRow("ntt", "tiktok_business", HANDLE, TOKEN)], NOW)

    def run(self, work: Callable[[Credential], Awaitable[T]]) -> T:
        async def session() -> T:
            async with Connection(self.settings.tiktok_business_url) as connection:
                apps = business_apps(self.settings, connection, Clock(self.server.world.clock))
                try:
                    return await work(choose(apps, HANDLE))
                finally:
                    await self.consents.settle()

        return asyncio.run(session())

    def client(
        self, now: datetime = NOW, handle: str = HANDLE, dead: str | None = None
    ) -> ApiClient:
        return self.run(lambda app: access_of(self.consents, app, handle, now, dead=dead))


@pytest.fixture
def business(sqlite_url: str) -> Iterator[Business]:
    with serve(World(now=NOW)) as server:
        settings = settings_for(server.url, sqlite_url)
        agency = open_agency(settings)
        yield Business(server, settings, agency)
        agency.store.close()


def token(client: ApiClient) -> str:
    return client.options.headers["Access-Token"]


def test_a_consent_is_renewed_once_and_speaks_for_its_account(business: Business) -> None:
    first, again = business.client(), business.client()
    assert token(first) == token(again)
    assert first.options.subject == business_id(business.account)
    post = business.server.world.add_post(business.account, NOW - timedelta(hours=5))
    thread = business.server.world.comments.add(post, NOW - timedelta(hours=2), "Kapan?")

    async def looked(app: Credential) -> object:
        client = await access_of(business.consents, app, HANDLE, NOW)
        asked = Asked(
            account_id=business.account.id,
            handle=HANDLE,
            since=NOW - timedelta(days=1),
            posts=(post.id,),
        )
        glance = (await tiktok.look(client, [asked]))[business.account.id]
        return [comment.id for comment in glance.comments]

    assert business.run(looked) == [thread.id]


def test_the_refresh_token_rotates_and_nothing_lies_open(business: Business) -> None:
    first = business.client()
    later = NOW + timedelta(days=2)
    business.server.set_clock(later)
    second = business.client(later)
    assert token(second) != token(first)
    assert token(business.client(later, dead=token(second))) != token(second)
    held = business.agency.consent(HANDLE, "tiktok_business")
    assert held is not None
    assert token(second) not in str(held.data)
    assert TOKEN not in str(held.data)
    assert business.agency.consent(HANDLE) is None  # the Display app's is another


def test_a_consent_that_is_refused_is_the_accounts_matter(business: Business) -> None:
    business.server.world.set_state(business.account, "revoked")
    with pytest.raises(AccountWrong) as wrong:
        business.client()
    assert "TikTok Business" in wrong.value.advice
    with pytest.raises(NoConsent):
        business.client(handle="lain")


def test_a_wrong_secret_is_the_apps(business: Business) -> None:
    business.server.world.credentials.tiktok_business.clear()
    with pytest.raises(Refused):
        business.client()


def test_without_an_app_there_is_no_client(sqlite_url: str) -> None:
    async def apps() -> list[Credential]:
        settings = settings_for(
            "http://127.0.0.1:9",
            sqlite_url,
            tiktok_business_client_id=(),
            tiktok_business_secret=(),
        )
        async with Connection(settings.tiktok_business_url) as connection:
            return business_apps(settings, connection, Clock(NOW))

    assert asyncio.run(apps()) == []
