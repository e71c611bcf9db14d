"""Units are watched by real scorings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.model import iso
from functions.score.job import score
from functions.score.listening import watch
from functions.store import open_store
from functions.store.alarms import Alarm
from functions.store.port import Store, Write
from tests.factories import account, agency_store, roster, satker
from tests.score.listening.beating import (
    DAY,
    HOUR,
    LONG_BEFORE,
    NOW,
    BeatingAgency,
    Hour,
    beating,
    scored,
)

MINUTES = timedelta(minutes=1)


@pytest.fixture
def ours(sqlite_url: str) -> Any:
    store = open_store(sqlite_url)
    yield beating(store)
    store.close()


def alarms(agency: BeatingAgency) -> list[Alarm]:
    return sorted((alarm for _, alarm in agency.alarms()), key=lambda alarm: alarm.made_at)


def test_a_storm_is_a_siaga_of_its_unit_with_all_its_numbers(store: Store) -> None:
    agency = beating(store)
    agency.storm("x:1")
    agency.by_post["x:1", "b"] = {NOW: 3}
    agency.by_post["x:1", "c"] = {NOW - HOUR: 4, NOW - DAY: 100}
    agency.by_post["instagram:2", "d"] = {NOW: 5}
    assert scored(agency).problems == []
    assert alarms(agency) == [
        Alarm(
            satker="aceh",
            name="Kanwil Aceh",
            at=NOW,
            made_at=NOW,
            level="siaga",
            hours=3,
            comments=62,
            usual=2564,
            chance=1,
            share=256,
            usual_share=90,
            accounts=("instagram:2", "x:1"),
            posts=alarms(agency)[0].posts,
        )
    ]
    assert [(post.url, post.comments) for post in alarms(agency)[0].posts] == [
        ("https://x.com/i/status/a", 60),
        ("https://www.instagram.com/media/d", 5),
        ("https://x.com/i/status/c", 4),
    ]


def test_every_scoring_looks_and_a_look_that_finds_nothing_writes_nothing(
    ours: BeatingAgency,
) -> None:
    begin = NOW + DAY  # when the post is measured, and nothing else is new
    ours.quiet("x:1", begin + DAY)
    scored(ours, begin - HOUR)
    looks = ours.pulses
    writes = sum(scored(ours, begin + n * 30 * MINUTES).writes for n in range(48))
    assert ours.pulses - looks == 48
    assert writes <= 4  # the day's issues, insights and shares


def test_what_a_read_shows_is_told_at_the_next_scoring(ours: BeatingAgency) -> None:
    scored(ours)
    ours.storm("x:1")  # read in the hour that was looked at
    scored(ours, NOW + 30 * MINUTES)
    assert [alarm.made_at for alarm in alarms(ours)] == [NOW + 30 * MINUTES]


def test_a_lonjakan_may_become_a_siaga_in_its_hour(ours: BeatingAgency) -> None:
    ours.storm("x:1", likes=2000)
    scored(ours)
    ours.storm("x:1", comments=200, likes=1)
    for minutes in (30, 60):
        scored(ours, NOW + minutes * MINUTES)
    assert [(alarm.level, alarm.at) for alarm in alarms(ours)] == [
        ("lonjakan", NOW),
        ("siaga", NOW),
    ]


def test_an_alarm_is_given_once_in_a_day(ours: BeatingAgency) -> None:
    ours.storm("x:1")
    scored(ours)
    for hours in range(3, 30, 3):
        ours.storm("x:1", until=NOW + hours * HOUR)
        scored(ours, NOW + hours * HOUR)
    assert [(a.made_at - NOW) // HOUR for a in alarms(ours)] == [0, 24]


def test_a_lonjakan_may_become_a_siaga_and_a_siaga_stands_for_both(ours: BeatingAgency) -> None:
    ours.quiet("x:1", NOW + 9 * HOUR)
    ours.storm("x:1", likes=2000)
    scored(ours)
    ours.storm("x:1", until=NOW + 6 * HOUR, comments=200, likes=1)
    scored(ours, NOW + 6 * HOUR)
    ours.storm("x:1", until=NOW + 9 * HOUR, likes=20_000)
    scored(ours, NOW + 9 * HOUR)
    assert [alarm.level for alarm in alarms(ours)] == ["lonjakan", "siaga"]


def test_looks_at_what_was_not_read_since_give_no_second_alarm(ours: BeatingAgency) -> None:
    ours.storm("x:1")
    for n in range(14):
        scored(ours, NOW + n * 30 * MINUTES)
    [(held, _)] = ours.alarms()
    ours.store.write([Write(held.path, {"level": "?"}, "merge")])
    scored(ours, NOW + HOUR)  # nor where the alarm cannot be read
    assert len([*ours.store.list(f"{ours.root}/alarms")]) == 1


def test_accounts_that_were_read_hours_ago_are_judged_as_of_then(ours: BeatingAgency) -> None:
    ours.storm("x:1")
    scored(ours, NOW + 5 * HOUR)
    [alarm] = alarms(ours)
    assert (alarm.at, alarm.made_at) == (NOW, NOW + 5 * HOUR)


def test_where_nothing_was_read_of_late_nothing_is_judged(ours: BeatingAgency) -> None:
    ours.storm("x:1")
    scored(ours, NOW + 8 * HOUR)
    assert alarms(ours) == []


def test_an_account_counts_while_it_is_registered(ours: BeatingAgency) -> None:
    ours.storm("x:1")
    held = ours.roster(NOW)
    assert held is not None
    ended = account("aceh", "x:1", since=LONG_BEFORE, until=NOW - HOUR)
    accounts = tuple(ended if each.key == "x:1" else each for each in held.accounts)
    ours.save_roster(msgspec.structs.replace(held, accounts=accounts, as_of=NOW - HOUR))
    scored(ours)
    assert alarms(ours) == []


def test_alarms_may_be_switched_off(ours: BeatingAgency) -> None:
    ours.store.write([Write(f"{ours.root}/settings/listening", {"Siaga": "tidak"})])
    ours.storm("x:1")
    scored(ours)
    assert (alarms(ours), ours.pulses) == ([], 0)
    assert ours.settings("listening")["status"] == "berlaku"


def test_a_replay_of_the_past_watches_nobody_and_a_simulation_does(store: Store) -> None:
    for simulation in (False, True):
        agency = beating(store, simulation=simulation)
        agency.storm("x:1")
        score(agency, now=NOW, run_id="s", clock=lambda: NOW + DAY)
        assert len(alarms(agency)) == simulation


def test_a_store_without_a_pulse_is_watched_by_nobody(sqlite_url: str) -> None:
    agency = agency_store(open_store(sqlite_url))
    agency.save_roster(roster(satker("aceh"), as_of=LONG_BEFORE))
    agency.save_cursor("collect", began_at=iso(NOW - DAY))
    assert scored(agency).problems == []


def test_what_counters_a_platform_has_decides_its_interactions(ours: BeatingAgency) -> None:
    """Instagram's shares are told of nobody, and are not counted."""
    ours.storm("instagram:2")
    for at, hour in ours.hours["instagram:2"].items():
        ours.hours["instagram:2"][at] = hour._replace(shares=None)  # type: ignore[arg-type]
    scored(ours)
    assert [alarm.level for alarm in alarms(ours)] == ["siaga"]


odd = st.none() | st.booleans() | st.integers(-9, 9) | st.text() | st.lists(st.text(), max_size=1)
FIELDS = st.sampled_from(Alarm.__struct_fields__)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(FIELDS, odd, max_size=6), st.booleans())
def test_odd_alarm_documents_cost_only_themselves(
    ours: BeatingAgency, document: dict[str, Any], is_whole: bool
) -> None:
    whole = {**_whole(NOW), **document} if is_whole else document
    if whole.get("satker") == "bali":
        return
    for alarm in alarms(ours):
        ours.store.write([Write(f"{ours.root}/alarms/{alarm.id}", {}, "delete")])
    ours.store.write([Write(f"{ours.root}/alarms/odd", whole)])
    ours.storm("x:3")
    report = scored(ours)
    assert "bali" in {alarm.satker for alarm in alarms(ours)}
    assert [each for each in report.problems if each.startswith("alarms")] == []


def _whole(at: datetime) -> dict[str, Any]:
    alarm = Alarm(
        satker="aceh",
        name="Aceh",
        at=at,
        made_at=at,
        level="siaga",
        hours=3,
        comments=9,
        usual=1,
        chance=1,
    )
    return alarm.document()


holes = st.sets(st.integers(0, 29 * 24), max_size=400)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(holes, st.sampled_from(["x:1", "instagram:2"]))
def test_missing_hours_never_alarm_and_cost_only_their_account(
    ours: BeatingAgency, missing: set[int], name: str
) -> None:
    for each in ("x:1", "x:3", "instagram:2"):
        ours.hours[each] = {}
        ours.quiet(each)
    for n in missing:
        ours.hours[name].pop(NOW - n * HOUR, None)
    scored(ours)
    assert alarms(ours) == []


def test_a_pulse_that_cannot_be_read_fails_no_ranking(
    ours: BeatingAgency, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("rahasia")

    monkeypatch.setattr(ours, "pulse", broken)
    report = scored(ours)
    assert report.problems == ["alarms: OSError; they are tried again at the next scoring"]
    assert (report.as_dict()["failed"], [*report.months]) == (False, ["2026-10"])
    assert alarms(ours) == []


def test_an_hour_has_interactions_where_all_its_counters_are_known() -> None:
    assert watch._sum((1, 2, 3)) == 6
    assert watch._sum((1, None, 3)) is None
    assert Hour(1).comments == 1
