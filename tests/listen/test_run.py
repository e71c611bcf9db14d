"""What is heard at one time is never filed under another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.listen.run import ListenRun, refuse_forgery
from functions.model import PLATFORMS
from functions.settings import SettingsError
from functions.store import open_store
from functions.times import present
from tests.collect.api import settings_for
from tests.factories import agency_store

OFFICIAL = {"x_url": "https://api.x.com", "youtube_url": "https://www.googleapis.com"}


def test_official_hosts_are_asked_about_the_present_alone(sqlite_url):
    store = open_store(sqlite_url)
    agency, simulation = agency_store(store), agency_store(store)
    simulation.simulation = True
    loaded = settings_for("http://127.0.0.1:1", sqlite_url, **OFFICIAL)
    now = ListenRun(now=present(), run_id="r")
    past = ListenRun(now=now.now - timedelta(hours=1), run_id="r", simulated=True)
    refuse_forgery(agency, loaded, now, PLATFORMS)
    for run in (now, past):
        refuse_forgery(simulation, loaded, run, ["facebook"])
        refuse_forgery(simulation, loaded, run, [])
        with pytest.raises(SettingsError, match=r"simulation, and YouTube .* KIPRAH_YOUTUBE_URL"):
            refuse_forgery(simulation, loaded, run, ["facebook", "youtube"])
    with pytest.raises(SettingsError, match=r"--now is not the present, and X .* KIPRAH_X_URL"):
        refuse_forgery(agency, loaded, past, ["x"])
    store.close()


def test_a_replay_has_its_own_clock_and_the_present_has_the_computers(sqlite_url):
    loaded = settings_for("http://127.0.0.1:1", sqlite_url, **OFFICIAL)
    past = ListenRun(now=present() - timedelta(days=1), run_id="r", simulated=True)
    clocks = {platform: past.clock(loaded, platform) for platform in ("x", "facebook")}
    assert {platform: clock.given for platform, clock in clocks.items()} == {
        "x": False,
        "facebook": True,
    }
    assert clocks["facebook"]() - past.now < timedelta(minutes=1)
