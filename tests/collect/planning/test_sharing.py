"""Grants from the budgets of all agencies: what one was told all heed, and together they keep the
limit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from functions.collect.planning.quota import EVERYTHING, Budget, Limit, Spending, Usage, Wait, Wants
from functions.collect.planning.reservations import Bill, Demand, Reservations, Share, decode
from functions.collect.planning.sharing import Sharing, received, refusal_of, share_of, usage_of
from functions.model import Agency
from functions.settings import Settings
from functions.store import open_agencies
from functions.store.agency import AgencyStore
from functions.store.port import Store, Write

T0 = datetime(2026, 10, 20, 3, tzinfo=UTC)
TICK = timedelta(minutes=15)
CALLS = Limit(bucket="calls", amount=200, span=timedelta(hours=1))
MILLS = Limit(bucket="mills", amount=1_000, zone=UTC, even=False)
MANY = 10**6


def wants(amount: int, at: datetime = T0, bucket: str = "calls", **more: Any) -> Wants:
    return Wants(at=at, amounts={bucket: amount} if amount else {}, **more)


def spending(amount: int, at: datetime = T0 - TICK, bucket: str = "calls") -> Spending:
    return Spending(at=at, amounts={bucket: amount}, settled=True)


def sharing(limit: Limit = CALLS, now: datetime = T0, **budgets: Budget) -> Sharing:
    held = {agency: {"meta:1": budget} for agency, budget in budgets.items()}
    return Sharing(held, {"meta:1": (limit,)}, {}, now, now + TICK)


def left_by_agency(made: Sharing, bucket: str = "calls") -> dict[str, int]:
    return {agency: share.of("meta:1").left[bucket] for agency, share in made.all().items()}


# What platforms told one, all heed


def test_a_usage_header_that_one_was_told_lowers_what_all_get() -> None:
    """Half of the app's calls are used at 50 calls of all agencies: there are a hundred."""
    usage = Usage(at=T0, percent=50, spent=10)  # it knew of its own ten alone
    made = sharing(
        one=Budget(runs={"r": spending(10)}, usage=usage, wants=wants(MANY)),
        two=Budget(runs={"r": spending(40)}, wants=wants(MANY)),
    )
    assert left_by_agency(made) == {"one": 38, "two": 7}
    assert sum(left_by_agency(made).values()) + 50 == CALLS.left(0) // 2


def test_an_old_usage_header_says_nothing_any_more() -> None:
    old = Usage(at=T0 - timedelta(minutes=16), percent=50, spent=10)
    assert usage_of({"one": Budget(usage=old)}, [CALLS], T0) is None


def test_the_last_header_counts_with_all_that_is_known_to_have_been_spent() -> None:
    early, late = T0 - 2 * timedelta(minutes=4), T0 - timedelta(minutes=4)
    held = {
        "one": Budget(usage=Usage(at=early, percent=10, spent=90)),
        "two": Budget(runs={"r": spending(30, early)}, usage=Usage(at=late, percent=40, spent=20)),
    }
    assert usage_of(held, [CALLS], T0) == Usage(at=late, percent=40, spent=30)


def test_a_wait_that_one_was_told_holds_for_all() -> None:
    until = T0 + timedelta(hours=1)
    short = Wait(until=T0 + timedelta(minutes=5), message="short")
    made = sharing(
        one=Budget(waits={"calls": Wait(until=until, message="slow down")}),
        two=Budget(waits={"calls": short, "old": Wait(until=T0, message="over")}),
        three=Budget(),
    )
    for share in made.all().values():
        assert share.of("meta:1").waits == {"calls": Wait(until=until, message="slow down")}


def test_a_credential_that_is_refused_is_tried_by_one_at_a_tick() -> None:
    refused = Budget(runs={"r": spending(1)}, refused=Wait(until=T0 - TICK, message="bad token"))
    scouts = set()
    for n in range(3):
        now = T0 + n * TICK
        made = sharing(now=now, one=refused, two=Budget(), three=Budget(wants=wants(5, now)))
        grants = {a: share.of("meta:1") for a, share in made.all().items()}
        [scout] = [a for a, grant in grants.items() if EVERYTHING not in grant.waits]
        scouts.add(scout)
        for agency, grant in grants.items():
            if agency != scout:
                assert grant.waits[EVERYTHING] == Wait(until=now + TICK, message="bad token")
    assert scouts == {"three"}, "the only one that has something to ask"


def test_scouts_take_turns() -> None:
    refused = Budget(refused=Wait(until=T0 - TICK, message="bad token"), wants=wants(5))
    scouts = []
    for n in range(3):
        made = sharing(now=T0 + n * TICK, one=refused, two=refused, three=refused)
        free = [a for a, s in made.all().items() if EVERYTHING not in s.of("meta:1").waits]
        scouts += free
    assert sorted(scouts) == ["one", "three", "two"]


def test_where_others_are_served_a_refusal_is_one_agencys_own() -> None:
    since = T0 - 2 * TICK
    refused = Budget(runs={"r": spending(3)}, refused=Wait(until=since, message="odd account"))
    assert refusal_of({"one": refused, "two": Budget(runs={"r": spending(9)})}) is None
    earlier = Budget(runs={"r": spending(9, since - TICK)})
    assert refusal_of({"one": refused, "two": earlier}) == refused.refused
    unspent = Budget(runs={"r": spending(0), "s": Spending(at=T0, amounts={"calls": 4})})
    assert refusal_of({"one": refused, "two": unspent}) == refused.refused


# Who wants what


def test_one_that_said_nothing_for_long_wants_nothing_and_gets_what_is_over() -> None:
    old = wants(MANY, T0 - timedelta(hours=2))
    assert left_by_agency(sharing(one=Budget(wants=old), two=Budget(wants=wants(MANY)))) == {
        "one": 0,
        "two": 190,
    }
    assert left_by_agency(sharing(one=Budget(wants=old), two=Budget(wants=wants(10)))) == {
        "one": 95,
        "two": 95,
    }


def test_one_without_accounts_gets_nothing_and_is_known_for_it() -> None:
    made = sharing(one=Budget(wants=wants(0, none=True)), two=Budget(wants=wants(MANY)))
    assert left_by_agency(made) == {"one": 0, "two": 190}
    shares = made.all()
    assert not shares["one"].of("meta:1").takes_part
    assert shares["two"].of("meta:1").takes_part


def test_after_its_turn_what_it_left_is_the_others() -> None:
    made = sharing(one=Budget(wants=wants(MANY)), two=Budget(wants=wants(MANY)))
    assert made.share("one").of("meta:1").left == {"calls": 95}
    made.learn("one", {"meta:1": Budget(runs={"r": spending(20, T0)})})
    assert made.share("two").of("meta:1").left == {"calls": 170}


def test_one_that_fell_over_may_have_spent_all_that_it_was_granted() -> None:
    made = sharing(one=Budget(wants=wants(MANY)), two=Budget(wants=wants(MANY)))
    made.share("one")
    made.lose("one")
    assert made.share("two").of("meta:1").left == {"calls": 95}


# Reserved and settled in real documents, by many, over a day


@pytest.fixture
def agencies(store: Store) -> list[AgencyStore]:
    return [AgencyStore(store, Agency(id=f"a{n}")) for n in range(5)]


def reserve_share(
    agency: AgencyStore, share: Share | None, now: datetime, wanted: int, run: str
) -> Reservations:
    """A plan that takes what it wants, or what it is allowed."""
    made = Reservations(agency, {"x:1": (MILLS,), "meta:1": (CALLS,)}, run, now, share)
    demands = {
        "x:1": Demand(amounts={"mills": wanted}, pieces={"mills": 5}),
        "meta:1": Demand(amounts={"calls": wanted}, pieces={"calls": 1}),
    }

    def plan(allowances: Any) -> None:
        for name, bucket in (("x:1", "mills"), ("meta:1", "calls")):
            for _ in range(wanted):
                if allowances[name].affords({bucket: 1}, urgent=True):
                    allowances[name].take({bucket: 1})

    made.reserve(now + TICK, plan, expected={}, demands=demands if wanted else {})
    return made


def shared(agencies: list[AgencyStore], now: datetime) -> dict[str, Share]:
    loaded = Settings(
        x_bearer_token=("t",), agencies="; ".join(f"{b.agency.id}=N" for b in agencies)
    )
    made = Sharing.read(agencies, loaded, now, now + TICK)
    made.limits = {"x:1": (MILLS,), "meta:1": (CALLS,)}
    found = agencies[0].store.get([b.budget_path(name) for b in agencies for name in made.limits])
    for agency in agencies:
        for name in made.limits:
            if (stored := found.get(agency.budget_path(name))) is not None:
                budget = msgspec.convert(stored.data, Budget)
                made.budgets[agency.agency.id][name] = budget.pruned(made.limits[name], now)
    return made.all()


def through_json(share: Share) -> Share:
    """As it goes by a task's body."""
    made = received(json.loads(msgspec.json.encode(share)))
    assert made is not None
    return made


@given(st.integers(0, 10**6))
@examples(max_examples=4)
def test_together_all_keep_within_the_limits_whatever_they_do(seed: int) -> None:
    """Each in its own document, in any order, some dying with what they have reserved, some told a
    lower ceiling, some handed the same share twice."""
    from functions.store.sqlite import SqliteStore

    chance = Random(seed)
    folder = TemporaryDirectory()
    store = SqliteStore(f"{folder.name}/kiprah.db")
    crowd = [AgencyStore(store, Agency(id=f"a{n}")) for n in range(5)]
    began = T0.replace(hour=chance.randint(0, 20))
    for n in range(16):
        now = began + n * TICK
        shares = shared(crowd, now)
        for agency in sorted(crowd, key=lambda _: chance.random()):
            at = now + timedelta(seconds=chance.randint(1, 600))
            wanted = chance.choice([0, 3, 40, 400])
            share = through_json(shares[agency.agency.id])
            for _ in range(chance.choice([1, 1, 2])):
                made = reserve_share(agency, share, at, wanted, f"{n}")
            if chance.random() < 0.7:  # else it dies, and its reservation stands
                made.settle(
                    [
                        Bill(name=name, spent={bucket: chance.randint(0, taken)})
                        for name, bucket in (("x:1", "mills"), ("meta:1", "calls"))
                        if (taken := held(agency, name, bucket, f"{n}"))
                    ]
                )
        end = now + TICK - timedelta(seconds=1)
        budgets = [decode(d.data, d.id) for b in crowd for d in store.list(f"{b.root}/budgets")]
        for limit in (MILLS, CALLS):
            assert sum(budget.spent(limit, end) for budget in budgets) <= limit.left(0)
    store.close()
    folder.cleanup()


def held(agency: AgencyStore, name: str, bucket: str, run: str) -> int:
    """What a run has reserved."""
    for stored in agency.budgets([name]).values():
        if (spending := decode(stored.data, name).runs.get(run)) is not None:
            return spending.amounts.get(bucket, 0)
    return 0


def test_what_is_reserved_with_a_share_stays_within_it(agencies: list[AgencyStore]) -> None:
    shares = shared(agencies, T0)
    for agency in agencies:
        reserve_share(agency, shares[agency.agency.id], T0 + timedelta(seconds=9), 500, "1")
    documents = [d for b in agencies for d in b.store.list(f"{b.root}/budgets")]
    budgets = [msgspec.convert(document.data, Budget) for document in documents]
    assert len(budgets) == 10
    assert sum(b.spent(CALLS, T0 + TICK) for b in budgets) == CALLS.left(0)


def test_a_run_tried_again_takes_its_share_once(agencies: list[AgencyStore]) -> None:
    share = shared(agencies, T0)["a0"]
    for seconds in (1, 30):
        made = reserve_share(agencies[0], share, T0 + timedelta(seconds=seconds), 500, "1")
    assert made.budgets["meta:1"].spent(CALLS, T0 + TICK) == 0, "what it reserved before is its own"
    [x, meta] = [
        msgspec.convert(d.data, Budget)
        for name in ("x:1", "meta:1")
        for d in agencies[0].budgets([name]).values()
    ]
    assert meta.spent(CALLS, T0 + TICK) == share.of("meta:1").left["calls"]
    # Another run of the same agency, as one by hand, finds it taken.
    other = reserve_share(agencies[0], share, T0 + timedelta(seconds=60), 500, "2")
    assert other.budgets["x:1"].spent(MILLS, T0 + TICK) == x.spent(MILLS, T0 + TICK)
    assert "2" not in msgspec.convert(agencies[0].budgets(["meta:1"])["meta:1"].data, Budget).runs


def test_a_share_is_worth_nothing_at_the_next_tick(agencies: list[AgencyStore]) -> None:
    share = shared(agencies, T0)["a0"]
    reserve_share(agencies[0], share, T0 + TICK - timedelta(seconds=59), 500, "1")
    held = msgspec.convert(agencies[0].budgets(["meta:1"])["meta:1"].data, Budget)
    assert held.runs == {}
    assert isinstance(held.wants, Wants)
    assert (held.wants.amounts, held.wants.since) == ({"calls": 500}, held.wants.at)


def test_what_is_wanted_is_written_where_it_is_news(agencies: list[AgencyStore]) -> None:
    agency, share = agencies[0], shared(agencies, T0)["a0"]
    before = agency.store.meter.writes
    reserve_share(agency, share, T0 + timedelta(seconds=1), 0, "1")
    assert agency.store.meter.writes - before == 2, (
        "the first word of an agency, for each credential"
    )
    reserve_share(agency, share, T0 + timedelta(seconds=2), 0, "2")
    assert agency.store.meter.writes - before == 2


def test_a_days_runs_take_little_room_where_many_share(agencies: list[AgencyStore]) -> None:
    """All agencies' budgets are read at each tick."""
    now = T0.replace(hour=0)
    for n in range(92):
        share = Share(since=now, until=now + DAY_, grants=shared(agencies[:1], now)["a0"].grants)
        reserve_share(agencies[0], share, now + n * TICK, 3, f"run{n}").settle([])
    [stored] = agencies[0].budgets(["x:1"]).values()
    budget = msgspec.convert(stored.data, Budget)
    assert len(budget.runs) <= 15
    assert len(msgspec.json.encode(stored.data)) < 3_000


DAY_ = timedelta(days=2)


# Reading


AGENCIES = "satu=Satu; dua=Dua; tiga=Tiga"


def test_one_reading_costs_a_document_for_each_agency_and_credential(sqlite_url: str) -> None:
    given_settings = Settings(
        store=sqlite_url, agencies=AGENCIES, x_bearer_token=("a", "b"), youtube_api_key=("k",)
    )
    opened = open_agencies(given_settings)
    before = opened[0].store.meter.reads
    made = Sharing.read(opened, given_settings, T0, T0 + TICK)
    assert opened[0].store.meter.reads - before == 3 * 3
    assert [*made.all()] == ["satu", "dua", "tiga"]
    opened[0].store.close()


def test_an_odd_budget_costs_its_agency_alone(sqlite_url: str) -> None:
    given_settings = Settings(store=sqlite_url, agencies=AGENCIES, x_bearer_token=("a",))
    opened = open_agencies(given_settings)
    [name] = Sharing.read(opened, given_settings, T0, T0 + TICK).limits.keys() - {"youtube:feed"}
    odd = {"runs": 7, "wants": "all"}
    opened[0].store.write(
        [
            Write(opened[0].budget_path(name), odd),
            Write(opened[1].budget_path(name), {"wants": {"at": "2026-10-20T03:00:00Z"}}),
        ]
    )
    shares = Sharing.read(opened, given_settings, T0, T0 + TICK).all()
    assert all(share.of(name).left["mills"] > 0 for share in shares.values())
    opened[0].store.close()


def test_an_only_agency_needs_no_share(sqlite_url: str) -> None:
    for agencies in ("", "satu=Satu"):
        given_settings = Settings(store=sqlite_url, agencies=agencies, x_bearer_token=("a",))
        [agency] = open_agencies(given_settings)
        before = agency.store.meter.reads
        assert share_of(agency, given_settings, T0, T0 + TICK) is None
        assert agency.store.meter.reads == before
        agency.store.close()


def test_a_run_for_one_of_several_works_its_share_out(sqlite_url: str) -> None:
    given_settings = Settings(
        store=sqlite_url, agencies=AGENCIES, x_bearer_token=("a",), shares="dua=2"
    )
    [agency] = open_agencies(given_settings, only="dua")
    share = share_of(agency, given_settings, T0, T0 + TICK)
    assert share is not None
    [grant] = [grant for name, grant in share.grants.items() if name.startswith("x:")]
    assert grant.left == {"mills": 9_500}
    agency.store.close()


@pytest.mark.parametrize(
    "body", [{}, [], {"since": "soon", "until": "later", "grants": {}}, {"grants": {"x:1": 3}}]
)
def test_what_is_no_share_of_ours_is_one_line(body: Any) -> None:
    with pytest.raises(ValueError, match="no share of ours") as told:
        received(body)
    assert "\n" not in str(told.value)
