"""What a credential may still spend: windows, waits, and what is kept for the marks to come."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.credentials import limits
from functions.collect.planning.quota import (
    AHEAD,
    EVERYTHING,
    PACIFIC,
    PRICES,
    SAFE,
    TELLING,
    TOLD,
    Allowance,
    BucketAllowance,
    Budget,
    Expected,
    Limit,
    Price,
    Spending,
    Usage,
    Wait,
    allowance,
    in_turn,
)
from functions.collect.platforms import adapter
from functions.model import DAY, PLATFORMS, Platform
from functions.settings import Settings

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
TICK = 15 * MINUTE

CALLS = Limit(bucket="calls", amount=200, span=HOUR)
MINUTELY = Limit(bucket="calls", amount=600, span=MINUTE)
MILLS = Limit(bucket="mills", amount=20_000, zone=UTC)
UNITS = Limit(bucket="units", amount=10_000, zone=PACIFIC)

instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: START + n * MINUTE)
amounts = st.integers(0, 300)


def budget_of(*runs: tuple[datetime, int], bucket: str = "calls", **facts: object) -> Budget:
    made = {
        f"r{n}": Spending(at=at, amounts={bucket: amount}, settled=True)
        for n, (at, amount) in enumerate(runs)
    }
    return msgspec.structs.replace(Budget(runs=made), **facts)


def one(
    budget: Budget, limit: Limit, now: datetime = START, *expected: Expected
) -> BucketAllowance:
    return allowance(budget, [limit], now, now + TICK, expected).buckets[limit.bucket]


def need(at: datetime, amount: int = 1, bucket: str = "calls") -> Expected:
    return Expected(at, {bucket: amount})


# Windows


def test_an_hour_rolls_with_the_clock() -> None:
    assert CALLS.counts(START, START)
    assert CALLS.counts(START - HOUR + timedelta(seconds=1), START)
    assert not CALLS.counts(START - HOUR, START)
    assert not CALLS.counts(START + timedelta(seconds=1), START)


def test_a_utc_day_begins_at_its_midnight() -> None:
    midnight = START.replace(hour=0)
    assert MILLS.begin(START) == midnight
    assert MILLS.begin(midnight) == midnight
    assert MILLS.begin(midnight - timedelta(seconds=1)) == midnight - DAY
    assert MILLS.counts(midnight, START)
    assert not MILLS.counts(midnight - timedelta(seconds=1), START)
    assert not MILLS.counts(START + timedelta(seconds=1), START)


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        # Winter time: midnight is at 08:00 UTC.
        ("2026-11-20T07:59:59Z", "2026-11-19T08:00:00Z"),
        ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z"),
        # Summer time: at 07:00.
        ("2026-07-01T06:59:59Z", "2026-06-30T07:00:00Z"),
        ("2026-07-01T07:00:00Z", "2026-07-01T07:00:00Z"),
        # The day on which summer time ends has 25 hours, the one on which it begins 23.
        ("2026-11-02T07:59:59Z", "2026-11-01T07:00:00Z"),
        ("2026-11-02T08:00:00Z", "2026-11-02T08:00:00Z"),
        ("2026-03-09T06:59:59Z", "2026-03-08T08:00:00Z"),
        ("2026-03-09T07:00:00Z", "2026-03-09T07:00:00Z"),
    ],
)
def test_youtubes_day_begins_at_midnight_in_california(now: str, begins: str) -> None:
    assert UNITS.begin(datetime.fromisoformat(now)) == datetime.fromisoformat(begins)


@given(now=instants)
def test_a_day_never_begins_later_than_now_and_never_lasts_longer_than_25_hours(
    now: datetime,
) -> None:
    for limit in (MILLS, UNITS):
        begin = limit.begin(now)
        assert begin.tzinfo is UTC
        assert now - 25 * HOUR < begin <= now
        assert limit.begin(begin) == begin
        assert begin.astimezone(limit.zone).strftime("%H:%M:%S") == "00:00:00"


def test_all_runs_of_the_window_count_and_no_others() -> None:
    budget = budget_of(
        (START - 61 * MINUTE, 1), (START - 59 * MINUTE, 2), (START, 4), (START + HOUR, 8)
    )
    assert budget.spent(CALLS, START) == 6
    assert budget.spent(MILLS, START) == 0
    assert budget.spent(CALLS, START + HOUR) == 8


# What is left


def test_five_percent_stay_free_for_what_no_plan_foresees() -> None:
    assert SAFE == 95
    assert one(Budget(), CALLS).left == 190
    assert one(budget_of((START, 100)), CALLS).left == 90
    assert one(budget_of((START, 190)), CALLS).left == 0
    assert one(budget_of((START, 999)), CALLS).left == 0


def test_a_limit_by_the_minute_is_renewed_while_a_run_goes_on() -> None:
    """The client keeps the pace; a run sends for at most eight minutes."""
    assert one(Budget(), MINUTELY).left == 600 * 8 * 95 // 100
    assert one(budget_of((START - MINUTE, 600)), MINUTELY).left == 600 * 8 * 95 // 100
    assert one(budget_of((START, 600)), MINUTELY).left == 600 * 8 * 95 // 100 - 600


def test_what_a_header_tells_lowers_the_limit_and_never_raises_it() -> None:
    def ceiling(percent: int, used: int) -> int:
        usage = Usage(at=START, percent=percent, spent=used)
        return Budget(usage=usage).ceiling(CALLS)

    assert Budget().ceiling(CALLS) == 200
    assert ceiling(50, 50) == 100
    assert ceiling(50, 180) == 200
    assert ceiling(100, 30) == 30
    assert TELLING == 5
    assert ceiling(TELLING, 5) == 100
    assert ceiling(TELLING - 1, 4) == 200  # whole percents of so few calls tell nothing
    assert ceiling(80, 0) == 200  # others used it; how much that is nobody knows


def test_an_allowance_heeds_the_lowered_limit() -> None:
    budget = budget_of((START, 50), usage=Usage(at=START, percent=50, spent=50))
    assert one(budget, CALLS).left == 100 * 95 // 100 - 50


def test_a_reservation_counts_until_it_lapses_or_is_settled() -> None:
    standing = Spending(at=START, amounts={"calls": 7})
    lapsing = Spending(at=START, amounts={"calls": 70}, lapses_at=START + 20 * MINUTE)
    budget = Budget(runs={"a": standing, "b": lapsing})
    assert budget.spent(CALLS, START) == 77
    assert budget.spent(CALLS, START + 19 * MINUTE) == 77
    assert budget.spent(CALLS, START + 20 * MINUTE) == 7


# Kept for the marks to come


@given(
    runs=st.lists(st.tuples(st.integers(0, 2000), amounts), max_size=6),
    later=st.lists(st.tuples(st.integers(0, 2000), amounts), max_size=12),
    minute=st.integers(0, 1439),
    limit=st.sampled_from([CALLS, MINUTELY, MILLS, UNITS]),
    percent=st.none() | st.integers(0, 100),
    used=amounts,
)
def test_the_share_of_what_could_wait_is_never_more_than_what_is_left(
    runs: list[tuple[int, int]],
    later: list[tuple[int, int]],
    minute: int,
    limit: Limit,
    percent: int | None,
    used: int,
) -> None:
    now = START + minute * MINUTE
    usage = None if percent is None else Usage(at=now, percent=percent, spent=used)
    budget = budget_of(
        *((now - ago * MINUTE, amount) for ago, amount in runs), bucket=limit.bucket, usage=usage
    )
    expected = [need(now + n * MINUTE, amount, limit.bucket) for n, amount in later]
    held = one(budget, limit, now, *expected)
    assert 0 <= held.share <= held.left <= limit.left(0)
    # What is needed later never makes more of it.
    assert held.share <= one(budget, limit, now).share
    assert held.left == one(budget, limit, now).left


@given(
    later=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 40)), max_size=10),
    runs=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 60)), max_size=4),
)
def test_what_marks_need_within_the_hour_is_kept_free(
    later: list[tuple[int, int]], runs: list[tuple[int, int]]
) -> None:
    """Whoever spends the share at once can still pay every mark at its tick; but a part of the
    hour in proportion to the tick goes to looks for new posts in any case."""
    budget = budget_of(*((START - ago * MINUTE, amount) for ago, amount in runs))
    expected = [need(START + n * MINUTE, amount) for n, amount in later]
    held = one(budget, CALLS, START, *expected)
    least = int(CALLS.left(0) * (TICK / HOUR))
    if held.share <= min(held.left, least):
        return
    after = budget_of(
        *((START - ago * MINUTE, amount) for ago, amount in runs), (START, held.share)
    )
    for k in range(1, 4):
        at = START + k * TICK
        due = sum(amount for n, amount in later if n * MINUTE < (k + 1) * TICK)
        assert after.spent(CALLS, at) + due <= CALLS.left(0)


def test_marks_of_a_rolling_hour_are_paid_first_and_looks_get_their_part() -> None:
    def share(*expected: Expected, budget: Budget | None = None) -> int:
        return one(budget or Budget(), CALLS, START, *expected).share

    assert share() == 190
    assert share(need(START + 20 * MINUTE, 100)) == 90
    assert share(need(START + 20 * MINUTE, 60), need(START + 50 * MINUTE, 60)) == 70
    assert share(need(START + 70 * MINUTE, 100)) == 190  # by then this hour is over
    assert share(need(START + 20 * MINUTE, 190)) == 190 // 4
    assert share(need(START + 20 * MINUTE, 999)) == 190 // 4
    # What was spent long ago is free again when the mark comes.
    old = budget_of((START - 55 * MINUTE, 100))
    assert share(need(START + 20 * MINUTE, 90), budget=old) == 90
    new = budget_of((START - 5 * MINUTE, 100))
    assert share(need(START + 20 * MINUTE, 20), budget=new) == 70
    assert share(need(START + 20 * MINUTE, 90), budget=new) == 190 // 4
    # But never more than there is.
    assert share(need(START + 20 * MINUTE, 90), budget=budget_of((START, 180))) == 10


def test_marks_may_be_foreseen_in_any_order() -> None:
    needs = [need(START + 50 * MINUTE, 60), need(START + 20 * MINUTE, 60)]
    busy = budget_of((START - 20 * MINUTE, 80))
    for given_as in (needs, needs[::-1]):
        assert one(busy, CALLS, START, *given_as) == BucketAllowance(110, 110 - 60)


def test_a_minutes_limit_keeps_nothing_back() -> None:
    """It is whole again at the next tick."""
    held = one(Budget(), MINUTELY, START, need(START + 20 * MINUTE, 9999))
    assert held.share == held.left


def test_a_days_limit_is_spent_along_the_clock() -> None:
    """An eighth of the day ahead; at its end all of it."""
    midnight = START.replace(hour=0)
    assert AHEAD == DAY / 8

    def share(hours: float, used: int = 0) -> int:
        now = midnight + hours * HOUR - TICK
        return one(budget_of((midnight, used), bucket="mills"), MILLS, now).share

    assert share(0.25) == 19_000 * 3.25 // 24
    assert share(9) == 19_000 // 2
    assert share(9, used=9_000) == 500
    assert share(9, used=9_500) == 0
    assert share(9, used=12_000) == 0
    assert share(21) == 19_000
    assert share(23.5) == 19_000


def test_marks_until_midnight_are_kept_free_and_tomorrows_are_not() -> None:
    evening = START.replace(hour=22)

    def share(*at: datetime) -> int:
        return one(Budget(), MILLS, evening, *(need(t, 4_000, "mills") for t in at)).share

    midnight = START.replace(hour=0) + DAY
    assert share() == 19_000
    assert share(evening + HOUR) == 15_000
    assert share(midnight - timedelta(seconds=1)) == 15_000
    assert share(midnight) == 19_000
    assert share(*[evening + HOUR] * 6) == 0


def test_what_marks_need_of_one_bucket_is_not_kept_of_another() -> None:
    held = allowance(
        Budget(), [CALLS, MILLS], START, START + TICK, [need(START + TICK, 100, "calls")]
    )
    assert held.buckets["calls"].share == 90
    assert held.buckets["mills"].share == one(Budget(), MILLS).share


# Waits and refusals


def test_a_wait_stops_its_bucket_or_everything_until_it_is_over() -> None:
    wait = Wait(until=START + MINUTE, message="later")
    budget = Budget(waits={"units": wait})
    held = allowance(budget, [UNITS], START, START + TICK)
    assert held.stopped == {"units"}
    assert allowance(budget, [UNITS], START + MINUTE, START + TICK).stopped == frozenset()


def test_what_is_stopped_affords_nothing_not_even_what_is_free() -> None:
    whole = Allowance(stopped=frozenset([EVERYTHING]))
    assert not whole.affords({}, urgent=True)
    assert not whole.affords({"units": 1}, urgent=True)
    part = Allowance(stopped=frozenset(["units"]))
    assert part.affords({}, urgent=False)
    assert part.affords({"stats": 1}, urgent=False)
    assert not part.affords({"units": 1, "stats": 1}, urgent=True)


def test_a_refused_credential_is_known_by_its_allowance() -> None:
    budget = Budget(refused=Wait(until=START, message="token expired"))
    assert allowance(budget, [CALLS], START, START + TICK).refused
    assert not allowance(Budget(), [CALLS], START, START + TICK).refused


# Taking


def test_only_what_is_urgent_may_take_what_others_need_later() -> None:
    held = Allowance({"calls": BucketAllowance(3, 1)})
    assert held.affords({"calls": 1}, urgent=False)
    assert not held.affords({"calls": 2}, urgent=False)
    assert held.affords({"calls": 3}, urgent=True)
    assert not held.affords({"calls": 4}, urgent=True)


def test_what_is_urgent_takes_of_the_share_too() -> None:
    held = Allowance({"calls": BucketAllowance(3, 1)})
    held.take({"calls": 1})
    assert not held.affords({"calls": 1}, urgent=False)
    held.take({"calls": 1})
    assert held.affords({"calls": 1}, urgent=True)
    assert not held.affords({"calls": 2}, urgent=True)
    assert held.taken == {"calls": 2}


def test_a_share_is_no_help_when_nothing_is_left() -> None:
    assert not BucketAllowance(0, 5).has(1, urgent=False)
    assert BucketAllowance(0, 0).has(0, urgent=False)


def test_a_bucket_without_a_purse_knows_no_limit() -> None:
    held = Allowance({"units": BucketAllowance(0, 0)})
    assert held.affords({"stats": 10**9}, urgent=False)
    held.take({"stats": 10**9})
    assert held.taken == {"stats": 10**9}


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30))
def test_who_asks_before_taking_never_takes_too_much(
    left: int, requests: list[tuple[int, bool]]
) -> None:
    held = Allowance({"calls": BucketAllowance(left, left // 2)})
    for amount, urgent in requests:
        if held.affords({"calls": amount}, urgent=urgent):
            held.take({"calls": amount})
    assert held.taken.get("calls", 0) <= left
    assert held.buckets["calls"].left >= 0


# Forgetting


def test_what_counts_no_more_is_forgotten() -> None:
    later = START + MINUTE
    budget = Budget(
        runs={
            "old": Spending(at=START - HOUR, amounts={"calls": 1}),
            "new": Spending(at=START, amounts={"calls": 1}),
            "future": Spending(at=later, amounts={"calls": 1}),
            "lapsed": Spending(at=START, amounts={"calls": 1}, lapses_at=START),
            "lapsing": Spending(at=START, amounts={"calls": 1}, lapses_at=later),
        },
        waits={
            "a": Wait(until=START, message="over"),
            "b": Wait(until=later, message="holds"),
        },
        refused=Wait(until=START - DAY, message="token expired"),
    )
    kept = budget.pruned([CALLS], START)
    assert set(kept.runs) == {"new", "lapsing"}
    assert set(kept.waits) == {"b"}
    assert kept.refused == budget.refused


def test_a_run_is_kept_as_long_as_any_limit_counts_it() -> None:
    budget = budget_of((START - 2 * HOUR, 1))
    assert budget.pruned([CALLS], START).runs == {}
    assert budget.pruned([CALLS, UNITS], START).runs == budget.runs
    assert budget.pruned([], START).runs == {}


@pytest.mark.parametrize(
    ("age", "kept"),
    [(-MINUTE, False), (0 * MINUTE, True), (TOLD, True), (TOLD + timedelta(seconds=1), False)],
)
def test_what_a_header_told_is_soon_no_more_true(age: timedelta, kept: bool) -> None:
    """Others may use the same app; the next call tells it anew."""
    assert TICK <= TOLD < HOUR
    budget = Budget(usage=Usage(at=START - age, percent=9, spent=9))
    assert (budget.pruned([CALLS], START).usage is not None) is kept


@given(
    runs=st.lists(st.tuples(st.integers(-3000, 3000), amounts), max_size=8),
    now=st.integers(0, 1439),
)
def test_pruning_changes_nothing_that_counts(runs: list[tuple[int, int]], now: int) -> None:
    at = START + now * MINUTE
    every = [CALLS, msgspec.structs.replace(UNITS, bucket="calls")]
    budget = budget_of(*((at - n * MINUTE, amount) for n, amount in runs))
    pruned = budget.pruned(every, at)
    assert [pruned.spent(limit, at) for limit in every] == [
        budget.spent(limit, at) for limit in every
    ]
    assert pruned.pruned(every, at) == pruned
    assert all(run.at <= at for run in pruned.runs.values())


# Prices and turns


def test_every_platform_has_its_price() -> None:
    """As the platforms bill (PLATFORMS.md): Meta and TikTok by the call, X by what is read, YouTube
    by units, its statistics from a bucket of their own."""
    call = {"calls": 1}
    assert {
        "instagram": Price(page=call, profile=call),
        "facebook": Price(page=call, profile=call),
        "tiktok": Price(page=call, profile=call),
        "x": Price(post={"mills": 5}, user={"mills": 10}, count={"mills": 5}),
        "youtube": Price(
            page={"units": 1}, profile={"units": 1}, lookup=({"stats": 1}, {"units": 1})
        ),
    } == PRICES


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_bucket_that_is_priced_is_limited(platform: Platform) -> None:
    price = PRICES[platform]
    priced = {*price.page, *price.profile, *price.post, *price.user}.union(*price.lookup)
    settings = Settings(youtube_api_key=("key",))
    assert {limit.bucket for limit in limits(settings, platform)} == priced
    if platform == "youtube":
        assert {adapter("youtube").bucket(p) for p in ("/a", "/videos:batchGetStats")} == priced


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True), st.text())
def test_an_account_has_its_own_credential_and_all_others_behind_it(
    available: list[str], name: str
) -> None:
    turn = in_turn(available, name)
    assert turn == in_turn(available, name)
    start = available.index(turn[0])
    assert turn == available[start:] + available[:start]


def test_accounts_are_spread_over_the_credentials() -> None:
    counts = Counter(in_turn("abc", f"kanwil{n}")[0] for n in range(300))
    assert min(counts.values()) > 80


def test_dollars_are_spent_when_posts_come_and_units_along_the_clock() -> None:
    """New posts are what X bills, and they come in working hours: early in the UTC day."""
    morning = datetime(2026, 10, 20, 1, tzinfo=UTC)
    following = morning + timedelta(minutes=15)
    dollars = Limit(bucket="mills", amount=20_000, zone=UTC, even=False)
    evenly = Limit(bucket="mills", amount=20_000, zone=UTC)
    spent = Budget(runs={"r": Spending(at=morning, amounts={"mills": 5_000}, settled=True)})
    later = [Expected(morning + timedelta(hours=3), {"mills": 100})]
    assert allowance(spent, [dollars], morning, following, later).buckets["mills"].share == 13_900
    assert allowance(spent, [evenly], morning, following, later).buckets["mills"].share == 0
