"""The day's money: written down first, whoever else spends it at the same moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.allowance import SpentError
from functions.listen.money import NAME, PRICE, AskedError, Purse
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.port import Write
from functions.store.volumes import HOUR, Series
from tests.factories import agency_store
from tests.listen.conftest import QUERY

A, B = Series("a", "1"), Series("b", "2")
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


@pytest.fixture
def agency(sqlite_url):
    store = open_store(sqlite_url)
    yield agency_store(store)
    store.close()


def budget(agency: AgencyStore) -> dict[str, Any]:
    held = agency.budgets([NAME]).get(NAME)
    return {} if held is None else held.data


def test_paying_is_noted_before_anything_is_sent(agency):
    purse = Purse(agency, Decimal("0.01"), NOON)
    assert purse.asked_until(A) is None
    purse.pay(A, NOON, again=False)
    assert budget(agency) == {
        "day": "2026-10-20",
        "mills": PRICE,
        "asked": {"a:1": "2026-10-20T12:00:00Z"},
    }
    assert Purse(agency, Decimal("0.01"), NOON).asked_until(A) == NOON


def test_a_duplicate_neither_asks_the_same_hours_nor_passes_the_cap(agency):
    one, other = (Purse(agency, Decimal("0.015"), NOON) for _ in range(2))
    one.pay(A, NOON, again=False)
    with pytest.raises(AskedError):
        other.pay(A, NOON, again=False)
    other.pay(B, NOON, again=False)
    one.pay(A, NOON, again=True)
    for purse in (one, other):
        with pytest.raises(SpentError):
            purse.pay(B, NOON + HOUR, again=False)
    assert budget(agency)["mills"] == 3 * PRICE


@settings(max_examples=8)
@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([A, B]), st.booleans()), max_size=25),
)
def test_however_runs_overlap_a_day_stays_within_its_cap(tmp_path_factory, mills, steps):
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('purse')}/kiprah.db")
    agency = agency_store(store)
    purses = [Purse(agency, Decimal(mills) / 1000, NOON) for _ in range(3)]
    sent = 0
    for number, (who, series, again) in enumerate(steps):
        try:
            purses[who].pay(series, NOON + number * HOUR, again=again)
        except (SpentError, AskedError):
            continue
        sent += PRICE
    store.close()
    assert sent <= mills


def test_the_next_utc_day_begins_anew_and_an_earlier_one_does_not(agency):
    Purse(agency, Decimal("0.005"), NOON).pay(A, NOON, again=False)
    with pytest.raises(SpentError):
        Purse(agency, Decimal("0.005"), NOON - timedelta(days=1)).pay(B, NOON, again=False)
    midnight = datetime(2026, 10, 21, tzinfo=UTC)
    with pytest.raises(SpentError):
        Purse(agency, Decimal("0.005"), midnight - timedelta(seconds=1)).pay(B, NOON, again=False)
    Purse(agency, Decimal("0.005"), midnight).pay(B, NOON, again=False)
    assert budget(agency)["mills"] == PRICE


@pytest.mark.parametrize("mills", [None, "5", -5, True, 2.5, [], {}])
def test_what_was_spent_and_cannot_be_read_is_all_of_it(agency, mills):
    odd = {"day": "2026-10-20", "mills": mills, "asked": {"a:1": 5, "b:2": "2026"}}
    agency.store.write([Write(agency.budget_path(NAME), odd)])
    purse = Purse(agency, Decimal(1), NOON)
    assert purse.asked_until(A) is None
    with pytest.raises(SpentError):
        purse.pay(A, NOON, again=False)
    Purse(agency, Decimal(1), NOON + timedelta(days=1)).pay(A, NOON, again=False)


def test_a_series_that_nobody_asks_for_any_more_is_forgotten(agency):
    Purse(agency, Decimal(1), NOON).pay(A, NOON, again=False)
    later = NOON + timedelta(days=31)
    Purse(agency, Decimal(1), later).pay(B, later, again=False)
    assert [*budget(agency)["asked"]] == ["b:2"]


def test_every_attempt_is_paid_for(listening, now):
    """An answer that was lost may have been billed all the same."""
    listening.server.fault("cut", platform="x", times=1)
    listening.type(x_volume=[QUERY], x_listen_dollars_per_day="0.010")
    report = listening.run(now + timedelta(minutes=7))
    assert (report["calls"], report["dollars"], report["problems"]) == (2, 0.01, [])
    assert report["queries"]["Kementerian"]["hours"] == 167
    assert budget(listening.agency)["mills"] == 2 * PRICE


def test_the_last_cent_ends_the_attempts(listening, now):
    listening.server.fault("cut", platform="x", times=9)
    listening.type(x_volume=[QUERY], x_listen_dollars_per_day="0.009")
    report = listening.run(now + timedelta(minutes=7))
    assert (report["calls"], report["dollars"]) == (1, 0.005)
    assert "used up" in report["problems"][0]
