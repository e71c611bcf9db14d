"""Our TikTok app: the one that will read an account is the one that its consent is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest
import stamina
from msgspec.structs import replace

from functions.collect.credentials import choose
from functions.connect.flow import ConsentProblem, Refusal
from functions.connect.tiktok_app import TikTokApp
from functions.settings import Settings
from tests.collect.api import settings_for
from tests.platforms.server import Handle, serve
from tests.platforms.world import World


@pytest.fixture
def tiktok_server(now: datetime) -> Iterator[Handle]:
    with stamina.set_testing(True, attempts=3, cap=True), serve(World(now=now)) as handle:
        yield handle


@pytest.fixture
def app_settings(tiktok_server: Handle, sqlite_url: str) -> Settings:
    return settings_for(tiktok_server.url, sqlite_url)


def reason(app: TikTokApp) -> ConsentProblem:
    with pytest.raises(Refusal) as caught:
        asyncio.run(app.exchange("kemenkum_ntt", "code", "https://back", "verifier"))
    assert caught.value.handle == "kemenkum_ntt"
    return caught.value.reason


def test_accounts_are_spread_over_apps_as_the_collector_spreads_them(
    app_settings: Settings,
) -> None:
    keys = ("satu", "dua", "tiga")
    several = replace(app_settings, tiktok_client_key=keys, tiktok_client_secret=("a", "b", "c"))
    app = TikTokApp(several)
    handles = [f"kemenkum_{n}" for n in range(40)]
    assert [app.client_key(handle) for handle in handles] == [choose(keys, h) for h in handles]
    assert {app.client_key(handle) for handle in handles} == set(keys)


def test_without_an_app_nobody_is_asked(app_settings: Settings) -> None:
    app = TikTokApp(replace(app_settings, tiktok_client_key=(), tiktok_client_secret=()))
    assert reason(app) is ConsentProblem.UNREADY


def test_a_code_that_tiktok_does_not_know_is_rejected(app_settings: Settings) -> None:
    assert reason(TikTokApp(app_settings)) is ConsentProblem.REJECTED


def test_a_wrong_secret_is_the_operators_matter(app_settings: Settings) -> None:
    assert (
        reason(TikTokApp(replace(app_settings, tiktok_client_secret=("wrong",))))
        is ConsentProblem.UNREADY
    )


def test_a_tiktok_that_cannot_be_reached_is_said(
    app_settings: Settings, tiktok_server: Handle
) -> None:
    tiktok_server.fault("server_error", platform="tiktok")
    assert reason(TikTokApp(app_settings)) is ConsentProblem.UNREACHABLE
