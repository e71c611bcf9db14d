"""Which credential speaks for an account, and what is known of the hosts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from functions.collect.access import (
    NEEDS,
    Credential,
    appsecret_proof,
    choose,
    credentials,
    official,
)
from functions.collect.answers import Limited, Refused
from functions.collect.client import Clock, Connection
from functions.collect.platforms import adapter
from functions.model import PLATFORMS
from functions.settings import load
from tests.platforms.credentials import ENVIRONMENT

NOWHERE = Path("/dev/null")


def made(platform: str, **environ: str) -> list[Credential]:
    settings = load(environ, NOWHERE)
    connection = Connection("http://127.0.0.1:1")
    return credentials(settings, platform, adapter(platform), connection, Clock())  # type: ignore[arg-type]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_settings_there_is_no_credential(platform: str) -> None:
    assert made(platform) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_platform_is_said_to_need_is_enough(platform: str) -> None:
    needed = {name: "given" for name in NEEDS[platform].split(" and ")}  # type: ignore[index]
    assert len(made(platform, **needed)) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_list_makes_several_credentials(platform: str) -> None:
    one = made(platform, **ENVIRONMENT)
    two = made(platform, **{name: f"{value},{value}2" for name, value in ENVIRONMENT.items()})
    assert [c.number for c in one] == ["0"]
    assert [c.number for c in two] == ["0", "1"]


def test_an_account_keeps_its_credential_and_accounts_are_spread() -> None:
    available = made("x", KIPRAH_X_BEARER_TOKEN="a,b,c")
    names = [f"kanwil{n}" for n in range(60)]
    first = [choose(available, name).number for name in names]
    assert first == [choose(available, name).number for name in names]
    assert min(first.count(number) for number in "012") >= 10


def test_one_app_secret_serves_every_token_of_the_app() -> None:
    one = made("facebook", KIPRAH_FACEBOOK_TOKEN="a,b", KIPRAH_FACEBOOK_APP_SECRET="s")
    assert [c.client._params["appsecret_proof"] for c in one] == [
        appsecret_proof("a", "s")["appsecret_proof"],
        appsecret_proof("b", "s")["appsecret_proof"],
    ]


def test_an_app_token_needs_no_proof() -> None:
    [only] = made("facebook", KIPRAH_FACEBOOK_TOKEN="app|token")
    assert "appsecret_proof" not in only.client._params
    assert appsecret_proof("app|token", None) == {}


def test_a_stop_keeps_its_first_reason_and_a_limit_its_end(now: datetime) -> None:
    [credential] = made("x", KIPRAH_X_BEARER_TOKEN="a")
    limit = Limited("too many requests", now + timedelta(minutes=15))
    credential.stop(limit)
    credential.stop(Refused("out of credits"))
    assert credential.stopped is limit
    assert credential.until == now + timedelta(minutes=15)


def test_official_hosts_are_recognised() -> None:
    assert official(load({}, NOWHERE)) == list(PLATFORMS)
    proxied = load({"KIPRAH_X_URL": "https://proxy.example"}, NOWHERE)
    assert official(proxied) == [p for p in PLATFORMS if p != "x"]
    shouted = load({"KIPRAH_X_URL": "https://API.X.com:443/"}, NOWHERE)
    assert "x" in official(shouted)
