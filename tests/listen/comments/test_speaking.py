"""Who speaks for an account."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from functions.collect.client import Clock, Connection
from functions.collect.contract import Limited
from functions.listen.comments.speaking import Speakers, lacking
from functions.model import PLATFORMS, Account, Platform
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.tokens.absent import NoConsent
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import settings_for
from tests.factories import NOW, account

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    agency = open_agency(settings_for(NOWHERE, sqlite_url))
    yield agency
    agency.store.close()


def speakers_of(agency: AgencyStore, platform: Platform, **changes: Any) -> Speakers:
    settings: Settings = settings_for(NOWHERE, "sqlite:///unused.db", **changes)
    consents = Consents(agency, lambda: open_vault(settings))
    rows = [ConsentRow("aceh", "facebook", f"aceh_{n}", f"own-token-{n}") for n in (1, 2)]
    consents.add(rows, NOW)
    [second] = agency.consents_of(["aceh_2"], "facebook").values()
    agency.store.write([Write(second.path, {"access": b"odd"}, "merge")])

    async def opened() -> Speakers:
        return Speakers(settings, platform, Connection(NOWHERE), Clock(NOW), consents)

    return asyncio.run(opened())


def pages(platform: Platform, count: int) -> list[Account]:
    return [account("aceh", f"{platform}:{n}") for n in range(1, count + 1)]


def test_a_page_speaks_with_its_own_token_and_any_other_with_the_apps(agency):
    speakers = speakers_of(agency, "facebook")
    accounts = pages("facebook", 3)
    reads = agency.store.meter.reads
    speakers.prepare(accounts)
    assert agency.store.meter.reads - reads == 3
    [app] = speakers.credentials
    own, *others = (asyncio.run(speakers.speaking(page, app, NOW)) for page in accounts)
    assert own.credential is None
    assert own.client.options.params["access_token"] == "own-token-1"
    assert own.client.options.params["appsecret_proof"]
    assert [(by.client, by.credential) for by in others] == [(app.client, app)] * 2
    [problem] = speakers.problems
    assert problem.startswith("facebook aceh_2: ")


def test_elsewhere_no_consent_is_looked_up(agency):
    speakers = speakers_of(agency, "x")
    reads = agency.store.meter.reads
    speakers.prepare(pages("x", 2))
    assert agency.store.meter.reads == reads


def test_on_tiktok_nobody_speaks_without_a_consent_of_his_own(agency):
    speakers = speakers_of(agency, "tiktok")
    [one] = pages("tiktok", 1)
    [app] = speakers.credentials
    with pytest.raises(NoConsent):
        asyncio.run(speakers.speaking(one, app, NOW))
    app.stop(Limited("later"))
    assert speakers.credential(one) is None


def test_what_is_stopped_speaks_for_nobody_and_the_other_steps_in(agency):
    two = speakers_of(agency, "youtube", youtube_api_key=("k1", "k2"))
    accounts = pages("youtube", 20)
    first, second = two.credentials
    assert {two.credential(one) is first for one in accounts} == {True, False}
    first.stop(Limited("later", bucket="units"))
    assert all(two.credential(one) is second for one in accounts)
    second.stop(Limited("later"))
    assert two.credential(accounts[0]) is None


def test_the_credentials_that_are_missing_are_named():
    loaded = settings_for(NOWHERE, "sqlite:///unused.db")
    assert [lacking(loaded, platform) for platform in PLATFORMS] == [""] * 5
    bare = settings_for(
        NOWHERE,
        "sqlite:///unused.db",
        youtube_api_key=(),
        tiktok_business_client_id=(),
        tiktok_business_secret=(),
    )
    assert "KIPRAH_YOUTUBE_API_KEY" in lacking(bare, "youtube")
    assert "KIPRAH_TIKTOK_BUSINESS_SECRET" in lacking(bare, "tiktok")
