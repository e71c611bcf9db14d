"""What listening may cost: taken before it is spent, and never beyond a cap."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.client import HttpAnswer
from functions.collect.contract import Transient
from functions.listen.allowance import (
    AHEAD,
    PACIFIC,
    YOUTUBE_UNITS,
    Book,
    Cap,
    Pocket,
    PricedConnection,
    SpentError,
    cap_of,
    name_of,
    x_cap,
)
from functions.listen.money import Purse
from functions.model import Platform
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.listening_settings import Listening
from functions.store.volumes import Series
from tests.collect.api import settings_for
from tests.factories import agency_store

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
UNITS = Cap("units", 100, "used up", zone=PACIFIC, ahead=AHEAD)
MILLS = Cap("mills", 300, "used up")


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    store = open_store(sqlite_url)
    yield agency_store(store)
    store.close()


def pocket(agency: AgencyStore, cap: Cap, platform: Platform = "x", now: datetime = NOON) -> Pocket:
    return Pocket(Book(agency, platform, cap, now))


def written(agency: AgencyStore, platform: Platform = "x") -> dict[str, Any]:
    held = agency.budgets([name_of(platform)]).get(name_of(platform))
    return {} if held is None else held.data


def test_a_request_is_paid_for_in_full_until_its_answer_tells_better(agency):
    spending = pocket(agency, MILLS)
    spending.pay(250)
    assert written(agency) == {"day": "2026-10-20", "mills": 250}
    spending.billed(250, 15)
    spending.pay(250)  # most of it was taken already
    assert (written(agency)["mills"], spending.spent) == (265, 265)
    spending.billed(250, 5)
    spending.close()
    assert (written(agency)["mills"], spending.spent) == (20, 20)


def test_what_is_cheap_is_taken_some_at_once(agency):
    spending = pocket(agency, UNITS, "youtube")
    before = agency.store.meter.writes
    for _ in range(AHEAD):
        spending.pay(1)
        spending.billed(1, 1)
    assert agency.store.meter.writes - before == 1
    spending.pay(1)
    spending.close()
    spending.close()
    assert written(agency, "youtube")["units"] == AHEAD + 1


@settings(max_examples=15)
@given(
    st.integers(0, 120),
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from([1, 7, 50]), st.integers(0, 60), st.booleans()
        ),
        max_size=20,
    ),
)
def test_however_runs_overlap_and_die_a_cap_is_not_passed_by_more_than_a_page(
    tmp_path_factory, most, steps
):
    """A page may cost more than its price said; a run that dies gives nothing back."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('cap')}/kiprah.db")
    agency = agency_store(store)
    cap = Cap("mills", most, "used up", ahead=10)
    runs = [pocket(agency, cap) for _ in range(3)]
    spent, over = 0, 0
    for who, price, cost, is_over in steps:
        try:
            runs[who].pay(price)
        except SpentError:
            continue
        runs[who].billed(price, cost)
        spent, over = spent + cost, over + max(0, cost - price)
        if is_over:
            runs[who] = pocket(agency, cap)
    store.close()
    assert spent <= most + over


def test_what_was_spent_and_is_over_is_known_to_the_next_run(agency):
    spending = pocket(agency, MILLS)
    spending.pay(10)
    spending.billed(10, 40)
    spending.close()
    assert written(agency)["mills"] == 40
    with pytest.raises(SpentError, match="used up"):
        pocket(agency, MILLS).pay(261)


def test_counts_and_comments_on_x_spend_one_money(agency):
    purse = Purse(agency, Decimal("0.02"), NOON)
    purse.pay(Series("a", "1"), NOON, again=False)
    spending = pocket(agency, x_cap(Decimal("0.02")))
    spending.pay(10)
    assert written(agency) == {
        "day": "2026-10-20",
        "mills": 15,
        "asked": {"a:1": "2026-10-20T12:00:00Z"},
    }
    purse.pay(Series("b", "2"), NOON, again=False)
    with pytest.raises(SpentError):
        spending.pay(1)
    spending.billed(10, 0)
    spending.close()
    assert (written(agency)["mills"], [*written(agency)["asked"]]) == (10, ["a:1", "b:2"])


@pytest.mark.parametrize(
    ("cap", "first", "same", "next"),
    [
        (UNITS, "2026-10-20T06:59:59", "2026-10-19T07:00:00", "2026-10-20T07:00:00"),
        (MILLS, "2026-10-20T23:59:59", "2026-10-20T00:00:00", "2026-10-21T00:00:00"),
        (
            Cap("calls", 50, "used up", is_hourly=True),
            "2026-10-20T05:59:59",
            "2026-10-20T05:00:00",
            "2026-10-20T06:00:00",
        ),
    ],
)
def test_each_platforms_span_begins_when_its_own_does(agency, cap, first, same, next):
    first, same, next = (datetime.fromisoformat(f"{at}+00:00") for at in (first, same, next))
    pocket(agency, cap, now=first).pay(cap.most)
    for at in (same, first, same - timedelta(days=3)):
        with pytest.raises(SpentError):
            pocket(agency, cap, now=at).pay(1)
    before = pocket(agency, cap, now=next)
    before.pay(1)
    assert written(agency)[cap.unit] == max(1, cap.ahead)


def test_what_is_given_back_after_midnight_is_no_gift_to_the_new_day(agency):
    late = pocket(agency, MILLS)
    late.pay(250)
    pocket(agency, MILLS, now=NOON + timedelta(days=1)).pay(50)
    late.billed(250, 0)
    late.close()
    assert written(agency)["mills"] == 50


def test_the_caps_of_an_installation_are_shared_by_its_agencies(sqlite_url):
    loaded = settings_for("http://127.0.0.1:1", sqlite_url, meta_calls_per_hour=200)
    two = settings_for("http://127.0.0.1:1", sqlite_url, agencies="a=A; b=B")
    wanted = Listening(x_listen_dollars_per_day=Decimal("1.5"))
    caps = {p: cap_of(p, loaded, wanted) for p in ("x", "youtube", "instagram", "facebook")}
    assert {p: (c.unit, c.most) for p, c in caps.items() if c} == {
        "x": ("mills", 1500),
        "youtube": ("units", YOUTUBE_UNITS),
        "instagram": ("calls", 50),
        "facebook": ("calls", 50),
    }
    assert cap_of("tiktok", loaded, wanted) is None
    shared, own = cap_of("youtube", two, wanted), cap_of("x", two, wanted)
    assert [cap.most for cap in (shared, own) if cap] == [YOUTUBE_UNITS // 2, 1500]


class Fifty:
    """Prices a request at fifty, and its answer at what it holds."""

    def price(self, path: str, params: Any) -> int:
        return 50

    def billed(self, path: str, answer: HttpAnswer) -> int:
        return len(answer.body)


def test_every_attempt_is_paid_for_before_it_is_sent(agency):
    """Nobody listens there: no answer comes, and what was paid stays paid."""
    spending = pocket(agency, MILLS)

    async def ask() -> None:
        async with PricedConnection("http://127.0.0.1:1", Fifty(), spending) as connection:
            for _ in range(7):
                with pytest.raises((Transient, SpentError)):
                    await connection.send("GET", "/a", params={}, headers={}, json=None, form=None)
            assert connection.requests == 6

    asyncio.run(ask())
    spending.close()
    assert written(agency)["mills"] == 300
