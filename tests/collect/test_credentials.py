"""Which credential speaks for an account, what it may spend, and what stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.collect.contract import Limited, Refused
from functions.collect.credentials import (
    NEEDS,
    Credential,
    address,
    appsecret_proof,
    choose,
    configured,
    is_keyless,
    limits,
    names,
    official,
    page_access,
)
from functions.collect.planning.quota import EVERYTHING, PACIFIC, Limit, in_turn
from functions.model import DAY, PLATFORMS, Platform
from functions.settings import Settings, load
from tests.collect.sessions import idle_credentials
from tests.platforms.credentials import ENVIRONMENT

NOWHERE = Path("/dev/null")


def loaded(**environ: str) -> Settings:
    return load(environ, NOWHERE)


def credentials_of(platform: Platform, **environ: str) -> list[Credential]:
    """What these settings give, whose clients lead nowhere."""
    return idle_credentials(platform, loaded(**environ))


def twice(environ: dict[str, str]) -> dict[str, str]:
    return {name: f"{value},{value}2" for name, value in environ.items()}


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if p != "youtube"])
def test_without_settings_there_is_no_credential(platform: Platform) -> None:
    assert credentials_of(platform) == []
    assert names(loaded(), platform) == []
    assert configured(loaded(), platform) == 0


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_platform_is_said_to_need_is_enough(platform: Platform) -> None:
    needed = dict.fromkeys(NEEDS[platform].split(" and "), "given")
    assert len(credentials_of(platform, **needed)) == 1
    assert configured(loaded(**needed), platform) == 1
    assert not is_keyless(loaded(**needed), platform)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_list_makes_several_credentials(platform: Platform) -> None:
    found = credentials_of(platform, **twice(ENVIRONMENT))
    assert configured(loaded(**twice(ENVIRONMENT)), platform) == 2
    assert len({credential.name for credential in found}) == 2
    assert len({id(credential.client) for credential in found}) == 2
    assert found[0].name == credentials_of(platform, **ENVIRONMENT)[0].name


# Names


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_credential_is_named_as_its_budget_and_tells_nothing_of_its_secret(
    platform: Platform,
) -> None:
    settings = loaded(**ENVIRONMENT)
    [name] = names(settings, platform)
    assert [credential.name for credential in credentials_of(platform, **ENVIRONMENT)] == [name]
    currency, _, fingerprint = name.partition(":")
    assert currency == ("meta" if platform in ("instagram", "facebook") else platform)
    assert len(fingerprint) == 8
    assert not any(secret in name or fingerprint in secret for secret in settings.secrets())


def test_a_name_goes_with_the_secret_not_with_its_place() -> None:
    one, both = loaded(KIPRAH_X_BEARER_TOKEN="a"), loaded(KIPRAH_X_BEARER_TOKEN="b,a")
    assert names(one, "x") == names(both, "x")[1:]
    assert names(one, "x") != names(both, "x")[:1]


def test_two_platforms_with_one_meta_token_have_one_budget() -> None:
    shared = {"KIPRAH_INSTAGRAM_TOKEN": "t", "KIPRAH_INSTAGRAM_USER_ID": "1"}
    settings = loaded(**shared, KIPRAH_FACEBOOK_TOKEN="t")
    assert names(settings, "instagram") == names(settings, "facebook")
    assert limits(settings, "instagram") == limits(settings, "facebook")
    apart = loaded(**shared, KIPRAH_FACEBOOK_TOKEN="u")
    assert names(apart, "instagram") != names(apart, "facebook")


def test_the_same_secret_of_two_platforms_is_two_budgets() -> None:
    settings = loaded(KIPRAH_X_BEARER_TOKEN="t", KIPRAH_YOUTUBE_API_KEY="t")
    assert names(settings, "x") != names(settings, "youtube")


# Limits


def test_limits_come_from_the_settings() -> None:
    settings = loaded(
        KIPRAH_META_CALLS_PER_HOUR="50",
        KIPRAH_X_DOLLARS_PER_DAY="2.505",
        KIPRAH_TIKTOK_CALLS_PER_MINUTE="60",
        KIPRAH_YOUTUBE_UNITS_PER_DAY="70",
        KIPRAH_YOUTUBE_STATS_PER_DAY="80",
        KIPRAH_YOUTUBE_API_KEY="key",
    )
    hour = timedelta(hours=1)
    calls = (Limit(bucket="calls", amount=50, span=hour),)
    assert {platform: limits(settings, platform) for platform in PLATFORMS} == {
        "instagram": calls,
        "facebook": calls,
        "x": (Limit(bucket="mills", amount=2505, span=DAY, zone=UTC, even=False),),
        "tiktok": (Limit(bucket="calls", amount=60, span=timedelta(minutes=1)),),
        "youtube": (
            Limit(bucket="units", amount=70, span=DAY, zone=PACIFIC),
            Limit(bucket="stats", amount=80, span=DAY, zone=PACIFIC),
        ),
    }


@pytest.mark.parametrize(
    ("dollars", "mills"), [("20", 20_000), ("0.29", 290), ("1.001", 1001), ("0", 0)]
)
def test_dollars_are_counted_in_exact_thousandths(dollars: str, mills: int) -> None:
    """0.29 × 1000 is 290, which floats do not know."""
    [limit] = limits(loaded(KIPRAH_X_DOLLARS_PER_DAY=dollars), "x")
    assert limit.amount == mills


def test_tiktoks_calls_are_paced_as_they_are_limited() -> None:
    [only] = credentials_of("tiktok", **ENVIRONMENT, KIPRAH_TIKTOK_CALLS_PER_MINUTE="7")
    rate = only.client.options.rate
    assert rate is not None
    assert (rate._calls, rate._seconds) == (7, 60.0)


# YouTube without a key


def test_without_a_key_youtubes_feed_is_read_which_has_no_limit() -> None:
    settings = loaded()
    assert is_keyless(settings, "youtube")
    assert configured(settings, "youtube") == 0
    assert limits(settings, "youtube") == ()
    assert address(settings, "youtube") == settings.youtube_feed_url
    [only] = credentials_of("youtube")
    assert (only.name, names(settings, "youtube")) == ("youtube:feed", ["youtube:feed"])


def test_with_a_key_its_api_is_read() -> None:
    settings = loaded(KIPRAH_YOUTUBE_API_KEY="key")
    assert not is_keyless(settings, "youtube")
    assert address(settings, "youtube") == settings.youtube_url
    assert not any(
        is_keyless(loaded(), platform) for platform in PLATFORMS if platform != "youtube"
    )


# Who speaks


def test_an_account_keeps_its_credential_and_accounts_are_spread() -> None:
    available = credentials_of("x", KIPRAH_X_BEARER_TOKEN="a,b,c")
    handles = [f"kanwil{n}" for n in range(60)]
    first = [choose(available, handle).name for handle in handles]
    assert first == [choose(available, handle).name for handle in handles]
    assert first == [in_turn(available, handle)[0].name for handle in handles]
    assert min(first.count(credential.name) for credential in available) >= 10


def test_one_app_secret_serves_every_token_of_the_app() -> None:
    found = credentials_of("facebook", KIPRAH_FACEBOOK_TOKEN="a,b", KIPRAH_FACEBOOK_APP_SECRET="s")
    assert [c.client.options.params for c in found] == [
        page_access("a", "s"),
        page_access("b", "s"),
    ]
    assert [c.secret for c in found] == ["s", "s"]


def test_each_token_is_signed_by_its_own_secret_as_far_as_there_are_any() -> None:
    found = credentials_of(
        "facebook", KIPRAH_FACEBOOK_TOKEN="a,b,c", KIPRAH_FACEBOOK_APP_SECRET="s,t"
    )
    assert [c.secret for c in found] == ["s", "t", ""]
    assert [c.client.options.params for c in found] == [
        page_access("a", "s"),
        page_access("b", "t"),
        {"access_token": "c"},
    ]


def test_a_proof_is_the_tokens_hmac_under_the_apps_secret() -> None:
    """As ``printf a | openssl dgst -sha256 -hmac s`` gives it."""
    proof = "9659450897188d054f9c20310342e042c55697737b2798b59f8f1cef7dda0674"
    assert appsecret_proof("a", "s") == {"appsecret_proof": proof}
    assert page_access("a", "s") == {"access_token": "a", "appsecret_proof": proof}
    assert appsecret_proof("a", "") == {}
    assert page_access("a", "") == {"access_token": "a"}


# Stops


@pytest.fixture
def credential() -> Credential:
    [only] = credentials_of("youtube", KIPRAH_YOUTUBE_API_KEY="key")
    return only


def test_a_limit_of_one_bucket_stops_what_is_counted_in_it(
    credential: Credential, now: datetime
) -> None:
    assert credential.serves("units")
    credential.stop(Limited("out of units", now, "units"))
    assert [credential.serves(b) for b in ("units", "stats", EVERYTHING)] == [False, True, True]


def test_a_limit_without_a_bucket_and_a_refusal_stop_everything(
    credential: Credential, now: datetime
) -> None:
    credential.stop(Limited("too many requests", now))
    assert not credential.serves("units")
    [other] = credentials_of("x", KIPRAH_X_BEARER_TOKEN="a")
    other.stop(Refused("out of credits"))
    assert not other.serves("mills")


def test_a_stop_keeps_its_first_reason_for_each_bucket(
    credential: Credential, now: datetime
) -> None:
    first, second = Limited("too many", now), Limited("out of units", now, "units")
    for error in (first, second, Refused("out of credits"), Limited("again", now, "units")):
        credential.stop(error)
    assert credential.stops == {EVERYTHING: first, "units": second}


def test_official_hosts_are_recognised() -> None:
    keyed = {"KIPRAH_YOUTUBE_API_KEY": "key"}
    assert official(loaded(**keyed)) == list(PLATFORMS)
    proxied = loaded(**keyed, KIPRAH_X_URL="https://proxy.example")
    assert official(proxied) == [p for p in PLATFORMS if p != "x"]
    assert "x" in official(loaded(KIPRAH_X_URL="https://API.X.com:443/"))


def test_the_feed_has_an_official_host_of_its_own() -> None:
    assert "youtube" in official(loaded())
    assert "youtube" not in official(loaded(KIPRAH_YOUTUBE_FEED_URL="http://127.0.0.1:1"))
    assert "youtube" in official(loaded(KIPRAH_YOUTUBE_URL="http://127.0.0.1:1"))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twitter.com",
        "https://api.x.com.",
        "https://X.COM",
        "http://graph-video.facebook.com:8080",
    ],
)
def test_every_host_below_a_platforms_domain_is_official(url: str) -> None:
    assert "x" in official(loaded(KIPRAH_X_URL=url))


@pytest.mark.parametrize("url", ["https://apix.com", "https://x.com.proxy.example", "http://[::1]"])
def test_what_only_looks_alike_is_not(url: str) -> None:
    assert "x" not in official(loaded(KIPRAH_X_URL=url))
