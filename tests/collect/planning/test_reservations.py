"""Budgets in the store: reserved once, settled once, shared by instances that run at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.collect.contract import Limited, Refused
from functions.collect.credentials import limits, names
from functions.collect.planning.quota import (
    EVERYTHING,
    PACIFIC,
    Allowance,
    Budget,
    Expected,
    Limit,
    Usage,
    Wait,
)
from functions.collect.planning.reservations import (
    ATTEMPTS,
    Bill,
    Reservations,
    bill_of,
    decode,
    standing,
    together,
)
from functions.model import Platform
from functions.settings import load
from functions.store.agency import AgencyStore
from functions.store.port import Stored
from tests.collect.ministry import log_lines
from tests.collect.sessions import START, idle_credentials
from tests.platforms.credentials import ENVIRONMENT

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
META, KEY = "meta:0a1b2c3d", "youtube:ffffffff"
CALLS = Limit(bucket="calls", amount=200, span=HOUR)
UNITS = Limit(bucket="units", amount=10_000, zone=PACIFIC)
STATS = Limit(bucket="stats", amount=10_000, zone=PACIFIC)
FULL = 190  # of 200 calls a plan may use

PlanCalls = Callable[[Mapping[str, Allowance]], int]


def reservations_of(
    agency: AgencyStore, run: str = "one", now: datetime = START, *, key: tuple[Limit, ...] = ()
) -> Reservations:
    """Those of a Meta token; with ``key`` those of a YouTube key as well."""
    return Reservations(agency, {META: (CALLS,), **({KEY: key} if key else {})}, run, now)


def take(amount: int, name: str = META, bucket: str = "calls") -> PlanCalls:
    """A plan that takes so much, or what is left; returns what it took."""

    def plan(allowances: Mapping[str, Allowance]) -> int:
        able = min(amount, allowances[name].buckets[bucket].left)
        if able:
            allowances[name].take({bucket: able})
        return able

    return plan


def reserve(held: Reservations, plan: Callable[[Mapping[str, Allowance]], Any], **more: Any) -> Any:
    return held.reserve(held.now + 15 * MINUTE, plan, **{"expected": {}, **more})


def stored_budget(agency: AgencyStore, name: str = META) -> Stored:
    return agency.budgets([name])[name]


def budget(agency: AgencyStore, name: str = META) -> Budget:
    return decode(stored_budget(agency, name).data, name)


def left(agency: AgencyStore, now: datetime = START) -> int:
    """What another instance could still spend."""
    return int(
        reserve(reservations_of(agency, "onlooker", now), lambda a: a[META].buckets["calls"].left)
    )


# Reserved once, settled once


def test_what_a_plan_takes_is_reserved_before_anything_is_sent(agency: AgencyStore) -> None:
    assert reserve(reservations_of(agency), take(50)) == 50
    held = budget(agency)
    [run] = held.runs.values()
    assert (run.at, run.amounts, run.settled, run.lapses_at) == (START, {"calls": 50}, False, None)
    assert left(agency) == FULL - 50


def test_what_takes_nothing_writes_nothing(agency: AgencyStore) -> None:
    assert reserve(reservations_of(agency), take(0)) == 0
    assert agency.budgets([META]) == {}
    reserve(reservations_of(agency), take(5))
    version = stored_budget(agency).version
    reserve(reservations_of(agency, "two"), take(0))
    assert stored_budget(agency).version == version


def test_a_tick_writes_a_budget_twice(agency: AgencyStore) -> None:
    before = agency.store.meter.writes
    held = reservations_of(agency)
    reserve(held, take(50))
    held.settle([Bill(name=META, spent={"calls": 48})])
    assert agency.store.meter.writes - before == 2


def test_what_was_spent_takes_the_place_of_what_was_reserved(agency: AgencyStore) -> None:
    held = reservations_of(agency)
    reserve(held, take(50))
    held.settle([Bill(name=META, spent={"calls": 30})])
    assert left(agency) == FULL - 30
    [run] = budget(agency).runs.values()
    assert (run.amounts, run.settled) == ({"calls": 30}, True)


def test_to_settle_twice_is_to_settle_once(agency: AgencyStore) -> None:
    held, account = reservations_of(agency), Bill(name=META, spent={"calls": 30}, usage=15)
    reserve(held, take(50))
    held.settle([account])
    first = budget(agency)
    held.settle([account])
    assert budget(agency) == first
    assert left(agency) == FULL - 30


def test_a_run_that_dies_leaves_its_reservation_until_its_span_is_over(agency: AgencyStore) -> None:
    reserve(reservations_of(agency), take(50))
    assert left(agency, START + 59 * MINUTE) == FULL - 50
    assert left(agency, START + HOUR) == FULL


def test_a_reservation_for_a_queue_lapses(agency: AgencyStore) -> None:
    """Its batches settle for themselves."""
    reserve(reservations_of(agency), take(50), lapses_after=23 * MINUTE)
    assert left(agency, START + 22 * MINUTE) == FULL - 50
    assert left(agency, START + 23 * MINUTE) == FULL


def test_what_counts_no_more_is_not_carried_on(agency: AgencyStore) -> None:
    for n in range(10):
        reserve(reservations_of(agency, f"run{n}", START + n * 15 * MINUTE), take(1))
    assert set(budget(agency).runs) == {"run6", "run7", "run8", "run9"}


def test_what_marks_will_need_is_kept_free(agency: AgencyStore) -> None:
    needs = [Expected(START + 20 * MINUTE, {"calls": 100})]

    def share(allowances: Mapping[str, Allowance]) -> int:
        return allowances[META].buckets["calls"].share

    assert reserve(reservations_of(agency), share) == FULL
    assert reserve(reservations_of(agency), share, expected={META: needs}) == FULL - 100
    assert reserve(reservations_of(agency), share, expected={KEY: needs}) == FULL


# Two instances at once


def test_the_second_of_two_instances_plans_with_what_is_left(agency: AgencyStore) -> None:
    one, two = reservations_of(agency, "one"), reservations_of(agency, "two")
    assert reserve(one, take(150)) == 150
    assert reserve(two, take(150)) == FULL - 150
    one.settle([Bill(name=META, spent={"calls": 150})])
    two.settle([Bill(name=META, spent={"calls": FULL - 150})])
    assert left(agency) == 0
    assert set(budget(agency).runs) == {"one", "two"}


def test_who_was_overtaken_while_planning_plans_anew(agency: AgencyStore) -> None:
    """Also where there was no budget yet."""
    for already in (0, 20):
        if already:
            reserve(reservations_of(agency, "before", START + 2 * HOUR), take(already))
        now = START + (2 * HOUR if already else timedelta(0))
        seen: list[int] = []

        def plan(
            allowances: Mapping[str, Allowance], seen: list[int] = seen, now: datetime = now
        ) -> int:
            seen.append(allowances[META].buckets["calls"].left)
            if len(seen) == 1:
                reserve(reservations_of(agency, "other", now), take(100))
            return take(150)(allowances)

        assert reserve(reservations_of(agency, "mine", now), plan) == FULL - already - 100
        assert seen == [FULL - already, FULL - already - 100]
        assert left(agency, now) == 0


def test_a_retry_does_not_count_its_own_first_attempt(agency: AgencyStore) -> None:
    """Of two budgets the first was written already when the second turned out to be changed."""
    held = reservations_of(agency, key=(UNITS,))
    tries: list[int] = []

    def plan(allowances: Mapping[str, Allowance]) -> int:
        tries.append(allowances[META].buckets["calls"].left)
        if len(tries) == 1:
            other = Reservations(agency, {KEY: (UNITS,)}, "other", START)
            reserve(other, take(5, KEY, "units"))
        take(3, KEY, "units")(allowances)
        return take(150)(allowances)

    assert reserve(held, plan) == 150
    assert tries == [FULL, FULL]
    assert left(agency) == FULL - 150


def test_who_is_always_overtaken_works_all_the_same_and_says_so(
    agency: AgencyStore, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[int] = []

    def plan(allowances: Mapping[str, Allowance]) -> int:
        tries.append(1)
        reserve(reservations_of(agency, f"other{len(tries)}"), take(1))
        return take(10)(allowances)

    assert reserve(reservations_of(agency, "mine"), plan) == 10
    assert len(tries) == ATTEMPTS
    assert [line["message"] for line in log_lines(capsys)] == ["collect.budgets_contended"]
    assert "mine" not in budget(agency).runs


def test_settling_undoes_nothing_that_another_instance_wrote(agency: AgencyStore) -> None:
    one, two = reservations_of(agency, "one"), reservations_of(agency, "two")
    reserve(one, take(10))
    reserve(two, take(20))
    wait = Wait(until=START + HOUR, message="units are gone")
    two.settle([Bill(name=META, spent={"calls": 20}, usage=50, waits={"units": wait})])
    one.settle([Bill(name=META, spent={"calls": 10})])
    held = budget(agency)
    assert held.usage == Usage(at=START, percent=50, spent=30)
    assert {name: run.amounts["calls"] for name, run in held.runs.items()} == {"one": 10, "two": 20}
    assert held.waits == {"units": wait}


def test_the_same_trigger_delivered_twice_reserves_once(agency: AgencyStore) -> None:
    reserve(reservations_of(agency, "one"), take(150))
    assert reserve(reservations_of(agency, "one"), take(150)) == 150
    assert left(agency) == FULL - 150


# What is learned


def test_a_usage_header_lowers_what_is_left(agency: AgencyStore) -> None:
    """40 calls are 50 %: the ceiling is at 80, of which 95 % may be used."""
    held = reservations_of(agency)
    reserve(held, take(60))
    held.settle([Bill(name=META, spent={"calls": 40}, usage=50)])
    assert budget(agency).usage == Usage(at=START, percent=50, spent=40)
    assert left(agency) == 76 - 40
    assert held.standing()[META] == {
        "calls": {"spent": 40, "limit": 80},
        "usage_percent": 50,
    }


def test_a_header_is_compared_with_all_that_the_hour_has_seen(agency: AgencyStore) -> None:
    early = reservations_of(agency, "early", START - 30 * MINUTE)
    reserve(early, take(30))
    early.settle([Bill(name=META, spent={"calls": 30})])
    held = reservations_of(agency, "late")
    reserve(held, take(10))
    held.settle([Bill(name=META, spent={"calls": 10}, usage=50)])
    assert budget(agency).usage == Usage(at=START, percent=50, spent=40)


def test_a_run_that_was_told_nothing_leaves_what_was_told_before(agency: AgencyStore) -> None:
    held = reservations_of(agency)
    reserve(held, take(40))
    held.settle([Bill(name=META, spent={"calls": 40}, usage=50)])
    later = reservations_of(agency, "two", START + 10 * MINUTE)
    reserve(later, take(1))
    later.settle([Bill(name=META, spent={"calls": 1})])
    assert budget(agency).usage == Usage(at=START, percent=50, spent=40)


def test_a_refusal_is_remembered_and_forgotten_when_it_serves_again(agency: AgencyStore) -> None:
    def refused(now: datetime) -> bool:
        return bool(reserve(reservations_of(agency, "x", now), lambda a: a[META].refused))

    held = reservations_of(agency)
    reserve(held, take(3))
    assert not refused(START)
    held.settle([Bill(name=META, spent={"calls": 1}, refused="the access token is invalid")])
    assert refused(START)
    assert refused(START + 9 * HOUR)
    assert held.standing()[META]["refused"] == "the access token is invalid"
    # A run in which it was not asked at all changes nothing.
    idle = reservations_of(agency, "two", START + 15 * MINUTE)
    reserve(idle, take(1))
    idle.settle([Bill(name=META, waits={"calls": Wait(until=START + HOUR, message="later")})])
    assert refused(START + 15 * MINUTE)
    again = reservations_of(agency, "three", START + HOUR)
    reserve(again, take(1))
    again.settle([Bill(name=META, spent={"calls": 1})])
    assert not refused(START + HOUR)
    assert "refused" not in again.standing()[META]


def test_a_wait_stops_until_it_is_over(agency: AgencyStore) -> None:
    def waiting(now: datetime) -> frozenset[str]:
        found: frozenset[str] = reserve(
            reservations_of(agency, "x", now), lambda a: a[META].stopped
        )
        return found

    held = reservations_of(agency)
    reserve(held, take(1))
    wait = Wait(until=START + 15 * MINUTE, message="(#4) request limit reached")
    held.settle([Bill(name=META, spent={"calls": 1}, waits={EVERYTHING: wait})])
    assert waiting(START + 14 * MINUTE) == {EVERYTHING}
    assert waiting(START + 15 * MINUTE) == frozenset()
    assert held.standing()[META]["waits"] == {
        EVERYTHING: {"until": "2026-10-20T03:15:00Z", "message": "(#4) request limit reached"}
    }


def test_what_batches_spent_is_entered_with_the_next_plan(agency: AgencyStore) -> None:
    """Each by its own name and time, and once however often it is entered."""
    reserve(
        reservations_of(agency, "tick", START - 15 * MINUTE), take(60), lapses_after=10 * MINUTE
    )
    outcomes = [
        ("tick/a", START - 14 * MINUTE, Bill(name=META, spent={"calls": 20}, usage=40)),
        ("tick/b", START - 13 * MINUTE, Bill(name=META, spent={"calls": 10}, refused="no")),
    ]
    for run in ("two", "three"):
        held = reservations_of(agency, run)
        assert reserve(held, take(0), settled=outcomes) == 0
    found = budget(agency)
    assert {name: (r.at, r.amounts["calls"], r.settled) for name, r in found.runs.items()} == {
        "tick/a": (START - 14 * MINUTE, 20, True),
        "tick/b": (START - 13 * MINUTE, 10, True),
    }
    assert found.refused is not None
    assert found.usage is not None
    assert held.standing()[META]["calls"]["spent"] == 30


def test_what_batches_were_told_adds_to_what_is_known(agency: AgencyStore) -> None:
    units, stats = (Wait(until=START + n * HOUR, message="gone") for n in (1, 2))
    held = reservations_of(agency)
    reserve(held, take(1))
    held.settle([Bill(name=META, spent={"calls": 1}, waits={"units": units})])
    outcome = ("tick/a", START, Bill(name=META, spent={"calls": 1}, waits={"stats": stats}))
    reserve(reservations_of(agency, "two"), take(0), settled=[outcome])
    assert budget(agency).waits == {"units": units, "stats": stats}


def test_a_wait_that_is_over_is_not_reported() -> None:
    waits = {"a": Wait(until=START, message="over"), "b": Wait(until=START + HOUR, message="on")}
    assert set(standing(Budget(waits=waits), [CALLS], START)["waits"]) == {"b"}
    assert "waits" not in standing(Budget(waits=waits), [CALLS], START + HOUR)


def test_what_batches_spent_leaves_less_for_this_plan(agency: AgencyStore) -> None:
    outcome = ("tick/a", START - MINUTE, Bill(name=META, spent={"calls": 100}))
    assert reserve(reservations_of(agency), take(150), settled=[outcome]) == FULL - 100


def test_what_batches_spent_survives_being_overtaken(agency: AgencyStore) -> None:
    outcome = ("tick/a", START - MINUTE, Bill(name=META, spent={"calls": 100}))
    tries: list[int] = []

    def plan(allowances: Mapping[str, Allowance]) -> int:
        tries.append(allowances[META].buckets["calls"].left)
        if len(tries) == 1:
            reserve(reservations_of(agency, "other"), take(10))
        return 0

    reserve(reservations_of(agency), plan, settled=[outcome])
    assert tries == [FULL - 100, FULL - 110]
    assert set(budget(agency).runs) == {"tick/a", "other"}


# The document


@pytest.mark.parametrize(
    "document",
    [{"runs": 7}, {"runs": {"a": {"at": "soon", "amounts": {}}}}, {"usage": {"percent": "much"}}],
)
def test_an_unreadable_budget_is_an_empty_one_and_one_line(
    agency: AgencyStore, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    agency.reserve({META: (document, None)})
    held = reservations_of(agency)
    assert reserve(held, take(50)) == 50
    [line] = log_lines(capsys)
    assert (line["message"], line["credential"]) == ("collect.budget_unreadable", META)
    assert line["severity"] == "WARNING"
    held.settle([Bill(name=META, spent={"calls": 50})])
    assert left(agency) == FULL - 50
    assert log_lines(capsys) == []


def test_a_later_versions_fields_are_no_obstacle(capsys: pytest.CaptureFixture[str]) -> None:
    assert decode({"runs": {}, "colour": "blue"}, META) == Budget()
    assert log_lines(capsys) == []


@pytest.mark.parametrize("platform", ["instagram", "facebook", "x", "tiktok", "youtube"])
def test_a_stored_budget_holds_no_secret(agency: AgencyStore, platform: Platform) -> None:
    settings = load(ENVIRONMENT, Path("/dev/null"))
    [name] = names(settings, platform)
    held = Reservations(agency, {name: limits(settings, platform)}, "run", START)
    bucket = limits(settings, platform)[0].bucket
    reserve(held, take(7, name, bucket))
    [credential] = idle_credentials(platform)
    credential.stop(Refused("the access token is invalid or expired; issue a new one"))
    credential.spent[bucket] += 7
    held.settle([bill_of(credential, START)])
    [document] = agency.store.list(f"{agency.root}/budgets")
    assert document.data["runs"]["run"]["amounts"][bucket] == 7
    said = f"{document.path} {json.dumps(document.data)} {json.dumps(held.standing())}"
    assert not any(secret in said for secret in settings.secrets())


def test_a_report_is_plain_and_names_every_credential(agency: AgencyStore) -> None:
    held = reservations_of(agency, key=(UNITS, STATS))
    assert held.standing() == {}
    reserve(held, take(5))
    held.settle([Bill(name=META, spent={"calls": 5})])
    assert held.standing() == {
        META: {"calls": {"spent": 5, "limit": 200}},
        KEY: {
            "units": {"spent": 0, "limit": 10_000},
            "stats": {"spent": 0, "limit": 10_000},
        },
    }


# What a credential did


def test_an_account_is_what_was_sent_and_what_was_charged_besides() -> None:
    [credential] = idle_credentials("youtube")
    credential.client.tally.sent.update({"units": 3, "stats": 2})
    credential.client.tally.usage = 12
    credential.spent["mills"] += 15
    assert bill_of(credential, START) == Bill(
        name=credential.name, spent={"mills": 15, "stats": 2, "units": 3}, usage=12
    )


def test_an_account_tells_of_limits_that_hold_on_and_of_refusals() -> None:
    [credential] = idle_credentials("youtube")
    until = START + HOUR
    credential.stop(Limited("out of units", until, "units"))
    credential.stop(Limited("in a hurry", START, "stats"))  # over by now
    credential.stop(Limited("for this run"))
    assert bill_of(credential, START) == Bill(
        name=credential.name, waits={"units": Wait(until=until, message="out of units")}
    )
    [other] = idle_credentials("x")
    other.stop(Refused("out of credits"))
    assert bill_of(other, START) == Bill(name=other.name, refused="out of credits")


def test_what_did_nothing_is_not_of_note() -> None:
    wait = Wait(until=START, message="later")
    assert not Bill(name=META).is_of_note
    assert Bill(name=META, spent={"calls": 1}).is_of_note
    assert Bill(name=META, waits={"all": wait}).is_of_note
    assert Bill(name=META, refused="no").is_of_note


def test_what_two_platforms_did_with_one_credential_is_one_account() -> None:
    wait, other = Wait(until=START, message="a"), Wait(until=START, message="b")
    merged = together(
        [
            Bill(name=META, spent={"calls": 3}, usage=10, waits={"a": wait}),
            Bill(name=KEY, spent={"units": 1}),
            Bill(name=META, spent={"calls": 4, "mills": 1}, usage=12, waits={"b": other}),
            Bill(name=META, refused="no"),
        ]
    )
    assert merged == [
        Bill(
            name=META,
            spent={"calls": 7, "mills": 1},
            usage=12,
            waits={"a": wait, "b": other},
            refused="no",
        ),
        Bill(name=KEY, spent={"units": 1}),
    ]
    assert together([]) == []


def test_what_was_reserved_and_not_drawn_on_is_free_again(agency: AgencyStore) -> None:
    """A platform that never answered billed nothing; nor did a credential nobody needed."""
    mine = reservations_of(agency, "mine")
    reserve(mine, take(30))
    mine.settle([Bill(name=META, spent={"requests": 3})])
    assert budget(agency).runs["mine"].amounts == {"calls": 0, "requests": 3}
    other = reservations_of(agency, "other")
    reserve(other, take(30))
    other.settle([])
    assert budget(agency).runs["other"].amounts == {"calls": 0}
    assert budget(agency).runs["other"].settled


def test_an_only_agencys_budget_says_nothing_of_wants(agency: AgencyStore) -> None:
    """Its documents are what they are without anybody to share with."""
    agencies = Reservations(agency, {"meta:1": (CALLS,)}, "run", START)
    agencies.reserve(
        START + HOUR, lambda allowances: allowances["meta:1"].take({"calls": 3}), expected={}
    )
    [stored] = agency.budgets(["meta:1"]).values()
    assert [*stored.data] == ["runs", "usage", "waits", "refused"]
