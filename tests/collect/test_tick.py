"""What must be so before anything is sent: which platforms can be read, and nothing is forged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from functions.collect.tick import CollectRun, Tick, open_tick
from functions.model import PLATFORMS, Platform, Roster
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from tests.collect.ministry import UNIT, register
from tests.collect.sessions import START, tick_of
from tests.factories import account, roster

EVERYWHERE = roster(accounts=[account(UNIT, platform) for platform in PLATFORMS])


def present() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def tick_at(agency: AgencyStore, settings: Settings, now: datetime, **facts: Any) -> Tick:
    """A tick as the job opens it."""
    return open_tick(agency, settings, CollectRun(now=now, run_id="run", **facts))


# Which platforms can be read


def test_the_wanted_platforms_with_accounts_are_read_in_their_order(
    agency: AgencyStore, settings: Settings
) -> None:
    assert tick_of(agency, settings, EVERYWHERE).ready() == [*PLATFORMS]
    some = roster(accounts=[account(UNIT, platform) for platform in ("x", "tiktok", "facebook")])
    tick = tick_of(agency, settings, some, platforms=["youtube", "x", "facebook"])
    assert tick.ready() == ["x", "facebook"]
    assert tick.report.skipped == {}
    assert tick_of(agency, settings, Roster(as_of=START)).ready() == []


@pytest.mark.parametrize(
    ("platform", "names"),
    [
        ("instagram", ["instagram_token", "instagram_user_id"]),
        ("facebook", ["facebook_token"]),
        ("x", ["x_bearer_token"]),
        ("tiktok", ["tiktok_client_key", "tiktok_client_secret"]),
    ],
)
def test_a_platform_without_credentials_is_left_out_and_the_report_says_what_to_set(
    agency: AgencyStore, settings: Settings, platform: Platform, names: list[str]
) -> None:
    without: dict[str, Any] = dict.fromkeys(names, ())
    tick = tick_of(agency, replace(settings, **without), EVERYWHERE)
    assert tick.ready() == [p for p in PLATFORMS if p != platform]
    needed = " and ".join(f"KIPRAH_{name.upper()}" for name in names)
    assert tick.report.skipped == {platform: f"no credentials; set {needed}"}


def test_without_a_key_the_feed_is_read_but_at_a_simulated_time_not_the_official_one(
    agency: AgencyStore, settings: Settings
) -> None:
    keyless = replace(settings, youtube_api_key=())
    stand_in = replace(keyless, youtube_feed_url=settings.x_url)
    assert tick_of(agency, stand_in, EVERYWHERE).ready() == [*PLATFORMS]
    official = tick_of(agency, keyless, EVERYWHERE)
    assert official.ready() == [p for p in PLATFORMS if p != "youtube"]
    assert "the public feed is read at present alone" in official.report.skipped["youtube"]
    official.simulated = False
    assert official.ready() == [*PLATFORMS]


# Opening


def test_a_tick_holds_the_registry_as_it_stands(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    register(agency, settings, [UNIT], now)
    tick = tick_at(agency, settings, now, simulated=True)
    assert [one.id for one in tick.roster.satker] == [UNIT]
    assert {one.platform for one in tick.roster.accounts} == {*PLATFORMS}
    assert tick.report.problems == []
    assert tick.every == timedelta(minutes=settings.collect_every)
    assert (tick.now, tick.clock() - now < timedelta(minutes=1)) == (now, True)


def test_an_empty_registry_is_a_problem_that_says_what_to_do(
    agency: AgencyStore, settings: Settings, now: datetime
) -> None:
    [problem] = tick_at(agency, settings, now, simulated=True).report.problems
    assert problem == "the registry is empty; run: kiprah registry import FILE"


def test_a_real_tick_has_the_present_whatever_the_instant_that_it_stands_for(
    agency: AgencyStore, settings: Settings
) -> None:
    real = AgencyStore(agency.store, agency.agency)
    tick = tick_at(real, settings, present() - timedelta(minutes=9))
    assert abs(tick.clock() - present()) < timedelta(minutes=1)
    assert not tick.simulated


# Nothing is forged


@pytest.mark.parametrize("late", [-130, -110, 0, 110, 130])
def test_at_official_hosts_the_present_given_by_hand_is_the_present(
    agency: AgencyStore, settings: Settings, late: int
) -> None:
    """Two minutes either way, since two computers' clocks are seldom one."""
    agency = AgencyStore(agency.store, agency.agency)
    real = replace(settings, x_url="https://api.x.com")
    now = present() + timedelta(seconds=late)
    if abs(late) < 120:
        assert tick_at(agency, real, now, simulated=True, platforms=["x"]).simulated
        return
    with pytest.raises(SettingsError, match="KIPRAH_X_URL"):
        tick_at(agency, real, now, simulated=True, platforms=["x"])
    assert tick_at(agency, real, now, simulated=True, platforms=["tiktok"]).simulated


@pytest.mark.parametrize("late", [-timedelta(days=40), timedelta(0), timedelta(days=400)])
def test_a_simulation_never_reads_an_official_host(
    agency: AgencyStore, settings: Settings, late: timedelta
) -> None:
    real = replace(settings, youtube_url="https://www.googleapis.com")
    with pytest.raises(SettingsError, match="this store is a simulation, and youtube would"):
        tick_at(agency, real, present() + late)
