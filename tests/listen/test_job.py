"""The job: off by default, paid for first, once an hour, and what admins are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from functions.listen.counts.names import ANSWER
from functions.listen.job import listen_all
from functions.listen.run import ListenRun
from functions.model import Agency, iso, run_id
from functions.settings import SettingsError
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.store.volumes import HOUR, Series
from tests.collect.api import answer_with
from tests.listen.conftest import OTHER, QUERY, SETTINGS, Listening, query
from tests.platforms.x import mentions

WEEK = 7 * 24 - 1  # whole hours that X still tells of


def series_of(query: dict[str, Any]) -> Series:
    return Series.of(query["name"], query["query"])


def told(listening: Listening) -> list[str]:
    """What stands beside the settings."""
    found: list[str] = listening.agency.settings("listening").get(ANSWER, [])
    return found


@pytest.mark.parametrize("fields", [None, {}, {"x_volume": []}, {"alarm": True}])
def test_off_is_one_read_of_the_settings_and_nothing_else(listening, now, fields):
    path = f"{listening.agency.root}/settings/listening"
    listening.agency.store.write([Write(path, fields or {}, "set" if fields else "delete")])
    before = replace(listening.agency.store.meter)
    report = listening.run(now)
    meter = listening.agency.store.meter
    assert meter.reads - before.reads <= 1
    assert (meter.writes, meter.deletes) == (before.writes, before.deletes)
    assert (report["done"][:4], report["calls"], report["failed"]) == ("off:", 0, False)
    assert listening.asked == []


def test_a_first_run_asks_a_week_once_for_each_query_and_stores_every_hour(listening, now):
    at = now + timedelta(minutes=7)
    report = listening.run(at)
    spans = [(QUERY["query"], iso(now - WEEK * HOUR), iso(now))]
    spans += [(OTHER["query"], iso(now - WEEK * HOUR), iso(now))]
    assert sorted(listening.spans()) == sorted(spans)
    assert (report["calls"], report["dollars"], report["problems"]) == (2, 0.01, [])
    assert report["queries"]["Kementerian"] == {"state": "counted", "hours": WEEK}
    series = series_of(QUERY)
    held = listening.agency.volumes([series], now - 8 * 24 * HOUR, at)[series]
    assert held == {
        begin: mentions(QUERY["query"], int(begin.timestamp()))
        for begin in (now - n * HOUR for n in range(1, WEEK + 1))
    }


def test_within_the_hour_nothing_is_asked_again_and_nothing_is_written_of_it(listening, now):
    listening.run(now + timedelta(minutes=7))
    writes = listening.agency.store.meter.writes
    for minutes in (7, 20, 59, 64):
        report = listening.run(now + timedelta(minutes=minutes))
        assert (report["calls"], report["dollars"]) == (0, 0)
    assert len(listening.asked) == 2
    turns = 4 * 2  # each run takes its turn and gives it back
    assert listening.agency.store.meter.writes - writes == turns
    listening.run(now + timedelta(minutes=65))
    assert listening.spans()[2:] == [
        (query["query"], iso(now), iso(now + HOUR)) for query in (QUERY, OTHER)
    ]


def test_hours_that_were_missed_are_asked_with_the_next_ones(listening, now):
    listening.run(now + timedelta(minutes=7))
    report = listening.run(now + 5 * HOUR + timedelta(minutes=7))
    assert report["queries"]["Layanan"]["hours"] == 5
    assert listening.spans()[-1][1:] == (iso(now), iso(now + 5 * HOUR))


def test_an_hour_that_is_not_told_stays_unknown_and_is_no_zero(listening, now):
    data = [
        {"start": iso(now - 3 * HOUR), "end": iso(now - 2 * HOUR), "tweet_count": 0},
        {"start": iso(now - 2 * HOUR), "end": iso(now - HOUR), "tweet_count": None},
        {"start": iso(now - HOUR), "end": iso(now - HOUR / 2), "tweet_count": 9},
        "odd",
        {"start": iso(now + HOUR), "end": iso(now + 2 * HOUR), "tweet_count": 9},
    ]
    answer_with(listening.server, {"data": data})
    report = listening.run(now + timedelta(minutes=7))
    series = series_of(QUERY)
    held = listening.agency.volumes([series], now - 8 * 24 * HOUR, now + 3 * HOUR)[series]
    assert held == {now - 3 * HOUR: 0}
    assert report["queries"]["Kementerian"]["hours"] == 1
    assert any("Kementerian" in problem for problem in report["problems"])
    assert report["failed"] is False


def test_another_text_under_the_same_name_is_another_series(listening, now):
    listening.run(now + timedelta(minutes=7))
    changed = QUERY | {"query": "@kemenkum"}
    listening.type(x_volume=[changed])
    assert listening.run(now + timedelta(minutes=8))["calls"] == 0  # not confirmed yet
    listening.type(x_volume=[query("Kementerian", "@kemenkum")])
    report = listening.run(now + timedelta(minutes=9))
    assert report["queries"]["Kementerian"]["hours"] == WEEK
    old, new = series_of(QUERY), series_of(changed)
    held = listening.agency.volumes([old, new], now - HOUR, now)
    assert held[old] != held[new]


def test_without_money_nothing_is_asked_but_admins_are_told(listening, now):
    listening.type(x_listen_dollars_per_day=0, x_volume=[QUERY, "@kemenkum demo"])
    report = listening.run(now)
    assert (report["calls"], listening.asked) == (0, [])
    assert "'demo'" in " ".join(told(listening))
    assert "masih 0" in told(listening)[-1]
    assert any("'demo'" in problem for problem in report["problems"])


def test_a_refused_query_says_which_word_beside_the_setting_and_costs_no_other(listening, now):
    refused = QUERY | {"name": "Aksi", "query": "#AksiPengayoman"}
    waits = QUERY | {"name": "Menunggu", "confirmed_by": ""}
    listening.type(x_volume=[refused, QUERY, waits])
    listening.run(now + timedelta(minutes=7))
    first, second, third = told(listening)
    assert first.startswith("Aksi: ditolak: kueri memuat kata terlarang 'aksi'")
    assert (second, third[:20]) == ("Kementerian: dihitung tiap jam", "Menunggu: menunggu p")
    assert [query for query, *_ in listening.spans()] == [QUERY["query"]]
    version = listening.agency.typed_settings("listening")["listening"].version
    listening.run(now + timedelta(minutes=8))
    assert listening.agency.typed_settings("listening")["listening"].version == version


def test_an_answer_to_what_is_no_longer_typed_goes_and_then_it_is_off(listening, now):
    listening.type(x_volume=["demo"])
    listening.run(now)
    path = f"{listening.agency.root}/settings/listening"
    listening.agency.store.write([Write(path, {"x_volume": []}, "merge")])
    assert told(listening) != []
    listening.run(now)
    assert told(listening) == []
    assert listening.run(now)["done"].startswith("off")


@pytest.mark.parametrize(("dollars", "calls"), [(0.004, 0), (0.005, 1), (0.0149, 2), ("0,01", 2)])
def test_the_day_never_costs_more_than_its_cap(listening, now, dollars, calls):
    listening.type(x_listen_dollars_per_day=dollars)
    spent = [listening.run(now + timedelta(hours=n, minutes=7)) for n in range(4)]
    assert len(listening.asked) == calls
    assert all("used up" in " ".join(report["problems"]) for report in spent[1:])
    listening.run(now + timedelta(hours=24, minutes=7))  # the next UTC day
    assert len(listening.asked) == 2 * calls


def test_a_small_cap_serves_the_queries_in_turn(listening, now):
    listening.type(x_listen_dollars_per_day=0.005)
    for day in range(4):
        listening.run(now + timedelta(days=day, minutes=7))
    queries = [query for query, *_ in listening.spans()]
    assert sorted(queries[:2]) == sorted([QUERY["query"], OTHER["query"]])
    assert queries[2:] == queries[:2]


@pytest.mark.parametrize(
    ("status", "payload", "failed", "requests"),
    [
        (402, {"title": "CreditsDepleted", "type": "x/2/problems/credits"}, True, 1),
        (401, {"title": "Unauthorized"}, True, 1),
        (429, {"title": "Too Many Requests"}, False, 1),
        (400, {"title": "Invalid Request"}, False, 2),
        (200, {"meta": {}}, False, 2),
    ],
)
def test_errors_cost_what_they_are_about(listening, now, status, payload, failed, requests):
    answer_with(listening.server, payload, status)
    report = listening.run(now + timedelta(minutes=7))
    assert (report["failed"], report["calls"]) == (failed, requests)
    assert len(report["problems"]) == requests
    # Once an hour, whatever came of it.
    assert listening.run(now + timedelta(minutes=9))["calls"] == 2 - requests


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("wrong_types", {"keys": ["tweet_count"]}),
        ("missing_keys", {"keys": ["start"]}),
        ("missing_keys", {"keys": ["data"]}),
        ("rate_limited", {}),
        ("credits_depleted", {}),
    ],
)
def test_whatever_went_wrong_is_made_good_in_the_next_hour(listening, now, kind, options):
    listening.type(x_volume=[QUERY])
    listening.server.fault(kind, platform="x", times=1, **options)
    listening.run(now + timedelta(minutes=7))
    report = listening.run(now + HOUR + timedelta(minutes=7))
    assert report["problems"] == []
    series = series_of(QUERY)
    known = listening.agency.volumes([series], now - 8 * 24 * HOUR, now + HOUR)[series]
    assert len(known) >= WEEK
    assert all(known[at] == mentions(QUERY["query"], int(at.timestamp())) for at in known)


def test_without_credentials_the_report_says_which_to_give(listening, now):
    listening.settings = replace(listening.settings, x_bearer_token=())
    report = listening.run(now)
    assert (report["calls"], report["failed"]) == (0, False)
    assert "KIPRAH_X_BEARER_TOKEN" in report["todo"]


def test_a_simulation_never_asks_the_official_host(listening, now):
    settings = replace(listening.settings, x_url="https://api.x.com")
    with pytest.raises(SettingsError, match="KIPRAH_X_URL"):
        listen_all([listening.agency], settings, ListenRun(now=now, run_id="r"))


def test_one_agency_listens_and_the_other_is_off(listening, now):
    other = AgencyStore(listening.agency.store, Agency(id="kemenham", name="HAM"), simulation=True)
    report = listening.run(now + timedelta(minutes=7), [other, listening.agency])
    assert report["calls"] == 2
    assert not [*other.store.list(f"{other.root}/jobs")]


def test_what_a_run_did_is_kept(listening, now):
    at = now + timedelta(minutes=7)
    listening.run(at)
    path = f"{listening.agency.root}/runs/{run_id('listen', at)}"
    [held] = listening.agency.store.get([path]).values()
    assert (held.data["job"], held.data["dollars"]) == ("listen", 0.01)
    assert SETTINGS["x_volume"][0]["query"] not in str(held.data)
