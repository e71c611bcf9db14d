"""Shares of a limit: nobody is over, nobody starves, and nothing is left that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.planning.quota import AHEAD, PACIFIC, Limit
from functions.collect.planning.shares import Claim, divide
from functions.model import DAY

TICK = timedelta(minutes=15)
MIDNIGHT = datetime(2026, 10, 20, tzinfo=UTC)
HOUR = Limit(bucket="calls", amount=400, span=timedelta(hours=1))
MINUTE = Limit(bucket="calls", amount=60, span=timedelta(minutes=1))
UTC_DAY = Limit(bucket="mills", amount=2_000, zone=UTC, even=False)
LIMITS = [HOUR, MINUTE, UTC_DAY, Limit(bucket="units", amount=2_000, zone=PACIFIC)]


@dataclass
class Agency:
    """One that asks for what it wants and spends of its grant what it likes."""

    weight: int = 1
    wants: Callable[[int], int] = lambda _: 0
    uses: Callable[[int, int], int] = lambda wanted, grant: min(wanted, grant)
    piece: int = 1
    since: int = 0  # the tick from which on it is there
    knows: bool = True
    takes_part: bool = True
    spent: list[tuple[datetime, int]] = field(default_factory=list)
    waiting: datetime | None = None

    def counted(self, limit: Limit, now: datetime) -> int:
        return sum(amount for at, amount in self.spent if limit.counts(at, now))


def divide_once(
    agencies: list[Agency], limit: Limit, n: int, *, begin: datetime = MIDNIGHT
) -> dict[int, int]:
    """One tick: grants to those that are there, and what they make of them."""
    now = begin + n * TICK
    there = [a for a in agencies if a.since <= n]
    claims = [
        Claim(
            weight=a.weight,
            spent=a.counted(limit, now),
            wanted=a.wants(n) if a.knows else None,
            piece=a.piece,
            takes_part=a.takes_part,
            since=a.waiting,
        )
        for a in there
    ]
    grants = divide(claims, limit, now, now + TICK, first=n % len(there))
    before = sum(claim.spent for claim in claims)
    assert all(grant >= 0 for grant in grants)
    assert before + sum(grants) <= max(before, limit.left(0)), "granted more than there is"
    for agency, claim, granted in zip(there, claims, grants, strict=True):
        used = agency.uses(claim.wanted or 0, granted)
        assert 0 <= used <= granted
        agency.spent.append((now, used))
        agency.knows = True
        agency.waiting = (agency.waiting or now) if claim.wanted and not used else None
    return {id(a): granted for a, granted in zip(there, grants, strict=True)}


def greedy(weight: int = 1, piece: int = 1, **more: int) -> Agency:
    return Agency(weight, lambda _: 10**6, piece=piece, **more)


def total(agency: Agency, limit: Limit, now: datetime) -> int:
    return agency.counted(limit, now)


# Anything may happen


@st.composite
def crowds(draw: st.DrawFn) -> list[Agency]:
    """Agencies of every kind, each with a chance of its own."""
    found = []
    for n in range(draw(st.integers(1, 12))):
        seed = draw(st.integers(0, 10**6))
        most = draw(st.sampled_from([0, 1, 7, 60, 500, 10**6]))

        def wants(tick: int, seed: int = seed, most: int = most) -> int:
            chance = Random(seed * 1_000 + tick)
            return chance.randint(0, most) if chance.random() < 0.7 else 0

        def uses(wanted: int, granted: int, seed: int = seed) -> int:
            # All of it, what it wanted, or anything: a plan's want is only a guess.
            kind = seed % 3
            return (granted, min(wanted, granted), Random(wanted).randint(0, granted))[kind]

        found.append(
            Agency(
                weight=draw(st.integers(1, 20)),
                wants=wants,
                uses=uses,
                piece=draw(st.integers(1, 40)),
                since=draw(st.integers(0, 30)) if n else 0,
                knows=draw(st.booleans()),
                takes_part=draw(st.integers(0, 5)) > 0,
            )
        )
    return found


@given(crowds(), st.sampled_from(LIMITS), st.integers(0, 95))
@settings(max_examples=15)
def test_the_grants_and_what_is_spent_never_exceed_a_limit(
    agencies: list[Agency], limit: Limit, begin: int
) -> None:
    """Whoever comes late, wants too much, spends less or dies with what it has reserved."""
    for n in range(50):
        divide_once(agencies, limit, n, begin=MIDNIGHT + begin * TICK)
        now = MIDNIGHT + (begin + n) * TICK
        assert sum(total(a, limit, now) for a in agencies) <= limit.left(0)


@given(crowds(), st.integers(1, 20), st.integers(1, 30), st.integers(0, 60), st.integers(0, 10**6))
@settings(max_examples=15)
def test_of_a_limit_that_rolls_everybody_gets_its_share_within_one_span(
    agencies: list[Agency], weight: int, piece: int, begin: int, seed: int
) -> None:
    """Whatever the others borrowed before it began to want."""
    late = Agency(weight, lambda n: 10**6 if n >= begin else 0, piece=piece)
    crowd = [*agencies, late]
    Random(seed).shuffle(crowd)
    ticks = HOUR.span // TICK
    dearest = max(a.piece for a in crowd)
    for n in range(begin + 3 * ticks):
        divide_once(crowd, HOUR, n)
        weights = sum(a.weight for a in crowd if a.takes_part)
        # Of those that came meanwhile each made the share smaller.
        if n >= begin + ticks and n - ticks > max(a.since for a in crowd):
            share = HOUR.left(0) * weight // weights
            assert total(late, HOUR, MIDNIGHT + n * TICK) >= share - dearest


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 25)), min_size=1, max_size=8),
    st.integers(1, 20),
    st.integers(1, 25),
    st.integers(0, 95),
    st.sampled_from([UTC_DAY, LIMITS[-1]]),
)
@settings(max_examples=15)
def test_of_a_days_limit_everybody_gets_its_share_of_the_rest_of_the_day(
    others: list[tuple[int, int]], weight: int, piece: int, begin: int, limit: Limit
) -> None:
    """However greedy the others were before it began to want."""
    midnight = limit.begin(MIDNIGHT + DAY / 2)
    late = Agency(weight, lambda n: 10**6 if n >= begin else 0, piece=piece)
    crowd = [*(greedy(w, piece=p) for w, p in others), late]
    for n in range(96):
        divide_once(crowd, limit, n, begin=midnight)
    share = limit.left(0) * weight / sum(a.weight for a in crowd)
    rest = max(0.0, 1 - (begin * TICK + AHEAD) / DAY)
    dearest = max(a.piece for a in crowd)
    now = midnight + 95 * TICK
    assert total(late, limit, now) >= int(share * rest) - dearest - 1
    # And the day's limit is used up, down to what makes no request.
    assert sum(total(a, limit, now) for a in crowd) > limit.left(0) - 2 * dearest - len(crowd)


@given(crowds(), st.sampled_from(LIMITS), st.integers(0, 95))
@settings(max_examples=15)
def test_nobody_gets_more_than_it_wants_while_a_worse_served_one_goes_without(
    agencies: list[Agency], limit: Limit, at: int
) -> None:
    """By weight, but for what is held back for one of a day's share, and for one request."""
    now = MIDNIGHT + at * TICK
    claims = [Claim(a.weight, 0, a.wants(at), a.piece, takes_part=a.takes_part) for a in agencies]
    grants = divide(claims, limit, now, now + TICK)
    short = [n for n, c in enumerate(claims) if c.takes_part and grants[n] < (c.wanted or 0)]
    dearest = max(c.piece for c in claims)
    for n in short:
        level = (grants[n] + dearest + 1) / claims[n].weight
        for grant, claim in zip(grants, claims, strict=True):
            assert grant <= max(0, claim.wanted or 0)
            if limit.zone is None:
                assert grant <= level * claim.weight + dearest + 1


# One by one


def grants(*claims: Claim, limit: Limit = HOUR, at: timedelta = timedelta(0)) -> list[int]:
    now = MIDNIGHT + at
    return divide(claims, limit, now, now + TICK)


def test_one_that_is_alone_gets_all() -> None:
    assert grants(Claim(wanted=10)) == [380]
    assert grants(Claim(wanted=10, spent=100), limit=UTC_DAY) == [1_800]


def test_equal_ones_get_the_same_and_weights_count() -> None:
    many = 10**6
    assert grants(Claim(wanted=many), Claim(wanted=many)) == [190, 190]
    assert grants(Claim(3, wanted=many), Claim(wanted=many)) == [285, 95]


def test_what_one_does_not_want_the_others_get() -> None:
    many = 10**6
    assert grants(Claim(wanted=20), Claim(wanted=many), Claim(wanted=many)) == [20, 180, 180]
    assert grants(Claim(wanted=0), Claim(wanted=many)) == [0, 380]


def test_where_all_is_enough_the_rest_is_granted_too() -> None:
    """Wants are a guess: more may be due by then."""
    assert grants(Claim(wanted=20), Claim(wanted=0)) == [190, 190]
    assert grants(Claim(wanted=300), Claim(wanted=10)) == [300, 80]


def test_who_spent_less_comes_first() -> None:
    many = 10**6
    assert grants(Claim(wanted=many, spent=180), Claim(wanted=many)) == [10, 190]
    assert grants(Claim(wanted=many, spent=300), Claim(wanted=many)) == [0, 80]


def test_who_has_no_account_locks_nothing_away() -> None:
    many = 10**6
    out = Claim(weight=1_000, takes_part=False)
    assert grants(out, Claim(wanted=many)) == [0, 380]
    assert grants(out, Claim(wanted=many), limit=UTC_DAY) == [0, 1_900]


def test_one_of_which_nothing_is_known_is_granted_its_share() -> None:
    assert grants(Claim(wanted=None), Claim(wanted=10**6)) == [190, 190]


def test_a_days_share_is_held_back_for_one_that_wants_nothing_yet() -> None:
    idle, eager = Claim(), Claim(wanted=10**6)
    # At midnight only the day's first three hours and a quarter are anybody's.
    [own, borrowing] = grants(idle, eager, limit=UTC_DAY)
    assert (own, borrowing) == (0, 950 + 950 - int(950 * (24 - 3.25) / 24))
    assert grants(idle, eager, limit=UTC_DAY, at=timedelta(hours=20, minutes=45)) == [0, 1_900]


def test_its_own_share_may_be_spent_at_once() -> None:
    many = 10**6
    assert grants(Claim(wanted=many), Claim(wanted=many), limit=UTC_DAY) == [950, 950]


def test_more_agencies_than_units_are_served_in_turn() -> None:
    """Two hundred calls an hour for six hundred agencies: one each, and each its turn."""
    limit = Limit(bucket="calls", amount=200, span=timedelta(hours=1))
    crowd = [greedy() for _ in range(600)]
    for n in range(5 * 4):
        divide_once(crowd, limit, n)
    counts = [sum(amount for _, amount in a.spent) for a in crowd]
    assert sum(counts) == 5 * 190
    assert {*counts} == {1, 2}


def test_less_than_a_request_is_saved_for_the_least_served() -> None:
    """A listing of fifty posts is not to be had in parts, and not for ever out of reach."""
    limit = Limit(bucket="calls", amount=200, span=timedelta(hours=1))
    crowd = [greedy(piece=50), *(greedy() for _ in range(9))]
    for n in range(96):
        divide_once(crowd, limit, n)
    counts = [sum(amount for _, amount in a.spent) for a in crowd]
    assert counts[0] >= sum(counts) / 10 - 50
    assert all(amount >= 50 or amount == 0 for _, amount in crowd[0].spent)


def test_a_lowered_ceiling_is_kept_and_shared() -> None:
    many, half = 10**6, Limit(bucket="calls", amount=200, span=timedelta(hours=1))
    assert grants(Claim(wanted=many, spent=50), Claim(wanted=many), limit=half) == [45, 95]
    assert grants(Claim(wanted=many, spent=250), Claim(wanted=many), limit=half) == [0, 0]
    day = Limit(bucket="mills", amount=1_000, zone=UTC)
    assert grants(Claim(wanted=many, spent=900), Claim(wanted=0), limit=day) == [0, 0]


@pytest.mark.parametrize("limit", LIMITS)
def test_six_hundred_are_divided_quickly(limit: Limit) -> None:
    """Measured: 40 ms; the bound is what a bad search would take."""
    chance = Random(1)
    claims = [
        Claim(chance.randint(1, 9), chance.randint(0, 3), chance.randint(0, 50), 5)
        for _ in range(600)
    ]
    found = grants(*claims, limit=limit)
    assert sum(found) + sum(c.spent for c in claims) <= max(
        limit.left(0), sum(c.spent for c in claims)
    )
