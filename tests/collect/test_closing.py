"""The last look before a month begins closing: every account once, in its time, within budgets."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.collect.planning.allocation import allocate
from functions.collect.planning.candidates import Timing, candidates
from functions.collect.planning.marks import usual_pause
from functions.collect.planning.quota import Allowance, BucketAllowance
from functions.collect.planning.requests import CountRequest, Plan, Purpose, SweepRequest
from functions.collect.planning.ways import Closing, Span, Ways
from functions.collect.platforms import adapter
from functions.collect.reading.completeness import COUNTED_BACK, LAST_LOOK, named_month
from functions.collect.state import AccountState, LivePost, SyncState
from functions.model import DAY, PLATFORMS, Platform

WIB = ZoneInfo("Asia/Jakarta")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MONTH, BEFORE = named_month("2026-10", WIB), named_month("2026-09", WIB)
CLOSES = MONTH.closes_at
OPENS = CLOSES - LAST_LOOK
WAYS = {name: replace(Ways.of(adapter(name)), counts=name == "x") for name in PLATFORMS}
listed = st.sampled_from(["instagram", "facebook", "tiktok", "youtube"])


def seen_account(handle: str, **facts: object) -> AccountState:
    known = {
        "handle": handle,
        "account_id": f"id-{handle}",
        "followers_at": CLOSES - 3 * HOUR,
        "swept_at": CLOSES - 2 * HOUR - MINUTE,
        "deep_at": CLOSES - 2 * HOUR - MINUTE,
        "known_from": CLOSES - 20 * DAY,
        **facts,
    }
    return msgspec.convert(known, AccountState)


def plan_at(
    state: SyncState,
    platform: Platform,
    now: datetime,
    cadence: timedelta,
    allowed: Allowance | None = None,
    spans: dict[str, Span] | None = None,
    leaving: tuple[str, ...] = (),
) -> Plan:
    following = now + usual_pause(state, now, cadence)
    found = candidates(
        state,
        [handle for handle in state.accounts if handle not in leaving],
        WAYS[platform],
        Timing(
            now=now,
            following=min(following, now + 6 * HOUR),
            look_back=MONTH.end,
            discover_every=3 * HOUR,
        ),
        closing=Closing(MONTH, BEFORE, following, spans or {}, leaving),
    )
    return allocate(found, WAYS, {p: [("c", allowed or Allowance())] for p in PLATFORMS})[platform]


def last_looks(plan: Plan) -> list[SweepRequest]:
    return [sweep for sweep in plan.sweeps if sweep.looks_back]


@given(
    platform=listed,
    count=st.integers(1, 40),
    every=st.integers(5, 300).map(lambda n: n * MINUTE),
    phase=st.integers(0, 3600).map(lambda n: timedelta(seconds=n)),
    purse=st.none() | st.integers(0, 30),
)
@settings(max_examples=40)
def test_every_account_is_looked_at_once_in_its_time(
    platform: Platform, count: int, every: timedelta, phase: timedelta, purse: int | None
) -> None:
    """With any ticks; a short budget leaves none out that a later tick could still pay. A tick that
    seems to be the last one, since the next may come late, may be followed by another after all.
    """
    state = SyncState(accounts={f"a{n}": seen_account(f"a{n}") for n in range(count)})
    now = CLOSES - 8 * HOUR - phase
    seen: Counter[str] = Counter()
    paid = 0
    is_followed = False
    while now < CLOSES:
        allowed = None
        is_followed |= now < OPENS and now + every < CLOSES <= now + every * 1.1
        if purse is not None:
            allowed = Allowance({b: BucketAllowance(purse, purse) for b in ("calls", "units")})
        plan = plan_at(state, platform, now, every, allowed)
        for sweep in plan.sweeps:
            held, at = state.accounts[sweep.handle], now + timedelta(seconds=2)
            facts = {"swept_at": at, "deep_at": at}
            if sweep.looks_back:
                assert sweep.since <= MONTH.begin
                assert now >= OPENS or now + every * 1.1 >= CLOSES  # the last tick there is
                seen[sweep.handle] += 1
                facts["looked_back_at"] = at
            state.accounts[sweep.handle] = msgspec.structs.replace(held, **facts)
        paid += purse or 0
        if plan.sweeps:
            state.tick(now)
        now += every
    if purse is None:
        assert set(seen) == set(state.accounts)
    if every <= LAST_LOOK:
        assert set(seen.values()) <= ({1, 2} if is_followed else {1})


@pytest.mark.parametrize("every", [15, 60])
def test_the_looks_are_spread_and_leave_time_for_those_that_fail(every: int) -> None:
    state = SyncState(accounts={f"a{n}": seen_account(f"a{n}") for n in range(250)})
    now, counts = OPENS, []
    while now < CLOSES:
        plan = plan_at(state, "instagram", now, every * MINUTE)
        counts.append(len(last_looks(plan)))
        for sweep in last_looks(plan):
            held = state.accounts[sweep.handle]
            state.accounts[sweep.handle] = msgspec.structs.replace(
                held, swept_at=now, looked_back_at=now
            )
        now += every * MINUTE
    assert sum(counts) == 250
    assert sum(counts[: len(counts) // 2]) == 250
    assert max(counts) <= 250 / (HOUR / (every * MINUTE)) * 1.3


def test_one_that_failed_is_looked_at_again_until_closing_begins() -> None:
    state = SyncState(accounts={"a": seen_account("a")})
    tried = []
    now = OPENS
    while now < CLOSES:
        tried += [now for _ in last_looks(plan_at(state, "tiktok", now, 15 * MINUTE))]
        now += 15 * MINUTE
    assert len(tried) >= 4
    assert tried[-1] == CLOSES - 15 * MINUTE


def test_a_look_that_is_due_anyway_is_the_last_one() -> None:
    state = SyncState(accounts={"a": seen_account("a", swept_at=CLOSES - 9 * HOUR)})
    [sweep] = plan_at(state, "instagram", OPENS, 15 * MINUTE).sweeps
    assert sweep.looks_back
    assert sweep.purpose in (Purpose.CLOSING, Purpose.OVERDUE)


def test_marks_go_before_last_looks_and_last_looks_before_all_else() -> None:
    assert Purpose.MARK < Purpose.CLOSING < Purpose.OVERDUE


def test_who_was_not_registered_in_the_month_is_not_looked_at() -> None:
    state = SyncState(
        accounts={name: seen_account(name) for name in ("new", "old", "left", "long gone")}
    )
    spans = {
        "new": Span(MONTH.end),
        "old": Span(MONTH.begin + 3 * DAY),
        "left": Span(MONTH.begin - 9 * DAY, MONTH.begin + 9 * DAY),
        "long gone": Span(MONTH.begin - 9 * DAY, MONTH.begin),
    }
    last = CLOSES - 15 * MINUTE
    leaving = ("left",)
    plan = plan_at(state, "instagram", last, 15 * MINUTE, spans=spans, leaving=leaving)
    since = {sweep.handle: sweep.since for sweep in last_looks(plan)}
    assert since == {"old": MONTH.begin + 3 * DAY, "left": MONTH.begin}


def test_a_month_that_began_closing_without_the_look_is_told() -> None:
    missed = seen_account("a", looked_back_at=BEFORE.closes_at - 9 * DAY, swept_at=CLOSES - 9 * DAY)
    seen = seen_account("b", looked_back_at=BEFORE.closes_at - HOUR, swept_at=CLOSES - 9 * DAY)
    unknown = seen_account("c", swept_at=CLOSES - 9 * DAY)
    state = SyncState(accounts={one.handle: one for one in (missed, seen, unknown)})
    plan = plan_at(state, "instagram", CLOSES - 5 * DAY, 15 * MINUTE)
    assert {sweep.handle: sweep.unlooked for sweep in plan.sweeps} == {
        "a": "2026-09",
        "b": None,
        "c": None,
    }


# X, where a listing is paid by the post


@given(every=st.sampled_from([60, 120]), name=st.integers(0, 999))
@settings(max_examples=15)
def test_an_account_of_x_is_counted_five_times_from_closing_to_closing(
    every: int, name: int
) -> None:
    """The last time shortly before closing begins, and never with a gap between two counts."""
    handle, pause = f"a{name}", every * MINUTE
    now = BEFORE.closes_at
    state = SyncState(
        accounts={handle: seen_account(handle, counted_at=now - HOUR, known_from=now - 9 * DAY)}
    )
    counts: list[CountRequest] = []
    while now < CLOSES:
        held = msgspec.structs.replace(state.accounts[handle], swept_at=now - MINUTE)
        state.accounts[handle] = held
        for count in plan_at(state, "x", now, pause).counts:
            counts.append(count)
            state.accounts[handle] = msgspec.structs.replace(held, counted_at=now)
        now += pause
    assert len(counts) == 5
    assert counts[-1].purpose is Purpose.CLOSING
    assert counts[-1].until >= OPENS - 2 * MINUTE
    reached = BEFORE.closes_at - HOUR
    for count in counts:
        assert count.since < reached
        assert count.until - count.since < COUNTED_BACK
        reached = count.until


def test_no_account_of_x_is_listed_once_more() -> None:
    state = SyncState(accounts={"a": seen_account("a")})
    assert last_looks(plan_at(state, "x", CLOSES - 15 * MINUTE, 15 * MINUTE)) == []


@given(
    st.lists(st.integers(0, 47 * 60), max_size=20),
    st.integers(0, 24 * 60),
    st.sets(st.integers(0, 19)),
)
def test_a_listing_of_x_reaches_as_far_back_as_costs_nothing(
    ages: list[int], minute: int, read_today: set[int]
) -> None:
    """No post is read again that would not be paid for on this day anyway."""
    midnight = datetime(2026, 10, 20, tzinfo=UTC)
    now = midnight + minute * MINUTE
    posts = {}
    for n, age in enumerate(ages):
        at = now - age * MINUTE
        read_at = now if n in read_today else at + MINUTE
        post = LivePost(
            account_id="id-a", post_id=str(n), published_at=at, url="u", kept=(at,), read_at=read_at
        )
        posts[post.key] = post
    state = SyncState(accounts={"a": seen_account("a", swept_at=now - 7 * HOUR)}, posts=posts)
    closing = Closing(named_month("2026-10", WIB), BEFORE, now + 15 * MINUTE)
    found = candidates(
        state,
        ["a"],
        WAYS["x"],
        Timing(now=now, following=now + 15 * MINUTE, look_back=now, discover_every=3 * HOUR),
        closing=closing,
    )
    [sweep] = allocate(found, WAYS, {p: [("c", Allowance())] for p in PLATFORMS})["x"].sweeps
    assert sweep.since <= now - 13 * HOUR
    for post in posts.values():
        due_today = post.published_at.date() == midnight.date() or post.mark.date() == now.date()
        is_read = post.read_at is not None and post.read_at.date() == now.date()
        if sweep.since <= post.published_at < now - 13 * HOUR:
            assert due_today or is_read
