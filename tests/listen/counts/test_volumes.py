"""What is due: whole hours that are over and not known, the longest not asked first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.jobs.deadline import Deadline
from functions.listen.counts.queries import Query
from functions.listen.counts.volumes import SETTLED, due
from functions.listen.job import listen_all
from functions.listen.money import Purse
from functions.listen.platforms.x_counts import BACK
from functions.listen.run import ListenRun
from functions.store import open_store
from functions.store.volumes import HOUR, Series
from tests.factories import agency_store

NOON = datetime(2026, 10, 20, 12, 7, tzinfo=UTC)
QUERIES = [Query(name=name, state="counted", said="", text=f"@{name}") for name in ("a", "b")]
A, B = (Series.of(query.name, query.text) for query in QUERIES)


@pytest.fixture
def agency(sqlite_url):
    store = open_store(sqlite_url)
    yield agency_store(store)
    store.close()


def found(agency, now=NOON):
    asked, _ = due(agency, QUERIES, Purse(agency, Decimal(1), now), now)
    return [(one.series, one.since, one.until) for one in asked]


@settings(max_examples=10)
@given(st.integers(0, 86400 * 60))
def test_what_is_asked_lies_within_the_week_and_is_over(tmp_path_factory, seconds):
    now = NOON + timedelta(seconds=seconds)
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('due')}/kiprah.db")
    [(_, since, until), _] = found(agency_store(store), now)
    store.close()
    assert now - BACK <= since <= now - BACK + HOUR
    assert now - SETTLED - HOUR < until <= now - SETTLED
    for instant in (since, until):
        assert (instant.minute, instant.second, instant.microsecond) == (0, 0, 0)


def test_known_hours_are_not_asked_again(agency):
    noon = NOON.replace(minute=0)
    every = {noon - n * HOUR: 1 for n in range(1, 24 * 7)}
    agency.add_volumes(A, every)
    agency.add_volumes(B, {at: n for at, n in every.items() if at != noon - 5 * HOUR})
    assert found(agency) == [(B, noon - 5 * HOUR, noon)]


def test_who_waited_longest_is_first_and_who_was_asked_is_not_there(agency):
    noon = NOON.replace(minute=0)
    purse = Purse(agency, Decimal(1), NOON)
    assert [series for series, *_ in found(agency)] == [A, B]
    purse.pay(A, noon, again=False)
    assert [series for series, *_ in found(agency)] == [B]
    purse.pay(B, noon - HOUR, again=False)
    assert [series for series, *_ in found(agency, NOON + HOUR)] == [B, A]
    reads = agency.store.meter.reads
    purse.pay(B, noon, again=False)
    before = agency.store.meter.reads
    assert found(agency) == []
    assert agency.store.meter.reads - before <= 1, "the purse alone"
    assert before > reads


def test_after_the_deadline_no_further_query_is_asked(listening, now):
    over = Deadline(0.0, clock=lambda: 1.0)
    at = now + timedelta(minutes=7)
    run = ListenRun(now=at, run_id="r", simulated=True, deadline=over)
    report = listen_all([listening.agency], listening.settings, run)
    assert (report["calls"], report["failed"]) == (0, False)
