"""What of all reads is noted by the hour: each growth once, and nothing that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.collect.report import CollectReport
from functions.collect.state import AccountState, Counters, LivePost, SyncState, rebuild
from functions.collect.watching import pulse
from functions.collect.watching.pulse import LONGEST, between, cover, growth, spread
from functions.model import Post, Sample
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.store.pulse import HOUR, Growth, Pulse, together

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
KEY = "x:1"


def at(hours: float) -> datetime:
    """So many hours after noon."""
    return NOON + timedelta(seconds=round(3600 * hours))


def post(
    read: float | None, counters: Counters | None = (0, 0, 0), id: str = "p", **facts: Any
) -> LivePost:
    """A post of the only account, published at noon and read so many hours later."""
    known: dict[str, Any] = {"account_id": "1", "published_at": NOON, "url": "", **facts}
    read_at = None if read is None else at(read)
    return LivePost(post_id=id, read_at=read_at, counters=counters, **known)


def state(swept: float | None, *posts: LivePost, covered: float | None = None) -> SyncState:
    """The only account as it was looked at, and its posts."""
    account = AccountState(
        handle="a",
        account_id="1",
        swept_at=None if swept is None else at(swept),
        covered_until=None if covered is None else at(covered),
    )
    return SyncState(accounts={"a": account}, posts={one.key: one for one in posts})


def covered(before: SyncState, after: SyncState, now: float) -> datetime | None:
    cover(before, after, at(now))
    return after.accounts["a"].covered_until


def grown(before: SyncState, after: SyncState) -> Pulse:
    return told([growth("x", before, after)])


def told(growths: Iterable[Growth]) -> Pulse:
    """Everything from the noon before to the midnight after."""
    return Pulse(first=at(-12), last=at(59), days=together(growths))


def noted(pulse_: Pulse, name: str = "comments") -> int:
    """How many are noted, in whatever hours."""
    return sum(
        sum(getattr(account, name)) for day in pulse_.days.values() for account in day.values()
    )


def hours(pulse_: Pulse, what: str = "comments") -> Mapping[float, int]:
    """The known hours after noon, and what came in them."""
    series = getattr(pulse_, what)(KEY)
    return {n - 12: count for n, count in enumerate(series) if count is not None}


# Spreading


def shares_of(count: int, earlier: datetime, later: datetime) -> dict[datetime, int]:
    return {
        datetime(day.year, day.month, day.day, hour, tzinfo=UTC): share
        for (day, hour), share in spread(count, between(earlier, later))
    }


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(-(10**4), 10**6))
def test_a_growth_is_spread_without_loss_over_the_hours_after_the_first_read(
    count: int, second: int, length: int
) -> None:
    earlier = NOON + timedelta(seconds=second)
    later = earlier + timedelta(seconds=length)
    shares = shares_of(count, earlier, later)
    assert sum(shares.values()) == count
    if later.replace(minute=0, second=0) <= earlier:
        assert shares.keys() <= {later.replace(minute=0, second=0)}
    else:
        assert all(earlier < hour <= later for hour in shares)
        assert not shares or max(shares.values()) - min(shares.values()) <= 1
        ordered = [shares[hour] for hour in sorted(shares)]
        assert ordered == sorted(ordered)  # what is left over came late


def test_what_is_left_over_is_given_to_the_later_hours() -> None:
    assert shares_of(5, at(0.5), at(3.1)) == {at(1): 1, at(2): 2, at(3): 2}
    assert shares_of(5, at(0.2), at(0.9)) == {at(0): 5}
    assert shares_of(1, at(0.5), at(3.1)) == {at(3): 1}


# Between two states


def test_what_grew_between_two_reads_is_in_the_hours_between_them() -> None:
    before = state(1, post(1.5, (2, 10, 0)), covered=1)
    after = state(3, post(3.5, (6, 13, 1)), covered=3)
    found = grown(before, after)
    assert hours(found) == {2: 2, 3: 2}
    assert hours(found, "likes") == {2: 1, 3: 2}
    assert hours(found, "shares") == {2: 0, 3: 1}
    assert found.posts(KEY, at(3), at(3)) == {"p": 2}


def test_a_post_had_nothing_when_it_was_published() -> None:
    found = grown(state(0, covered=0), state(3, post(3, (6, 0, 0)), covered=3))
    assert hours(found) == {1: 2, 2: 2, 3: 2}


def test_a_post_that_may_have_been_counted_before_it_was_forgotten_adds_nothing() -> None:
    old = post(30.1, (6, 0, 0))
    assert noted(grown(state(29, covered=29), state(30.1, old, covered=30.1))) == 0


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ((None, 1, 1), (5, 1, 1)),
        ((5, 1, 1), (None, 1, 1)),
        ((5, 1, 1), (4, 0, 0)),
        (None, (5, 1, 1)),
    ],
)
def test_what_falls_or_is_not_told_adds_nothing(
    earlier: Counters | None, later: Counters | None
) -> None:
    before, after = state(1, post(1, earlier), covered=1), state(2, post(2, later), covered=2)
    found = grown(before, after)
    assert hours(found) == hours(found, "likes") == hours(found, "shares") == {2: 0}


def test_a_hidden_counter_costs_the_others_nothing() -> None:
    before = state(1, post(1, (None, 1, 2)), covered=1)
    found = grown(before, state(2, post(2, (9, 4, 2)), covered=2))
    assert (hours(found), hours(found, "likes")) == ({2: 0}, {2: 3})


def test_before_an_account_was_first_covered_nothing_is_known() -> None:
    looked = state(3, post(3, (6, 0, 0)))
    for covering in (None, 3):
        assert grown(state(None), replace_covered(looked, covering)).days == {}
    other = state(1, covered=1)
    other.accounts["a"] = replace(other.accounts["a"], account_id="2")
    assert covered(other, looked, 3) == at(3)


def replace_covered(of: SyncState, hour: float | None) -> SyncState:
    made = of.copy()
    until = None if hour is None else at(hour)
    made.accounts["a"] = replace(made.accounts["a"], covered_until=until)
    return made


def test_within_an_hour_in_which_nothing_grew_there_is_nothing_to_note() -> None:
    assert growth("x", state(1, covered=1), state(1.5, covered=1.5)) == {}


def test_growth_waits_in_hours_that_are_not_known_yet() -> None:
    """One post is read often and the other seldom: the account is as late as the other."""
    slow = post(1, (0, 0, 0), id="q")
    states = [
        state(1, post(1), slow, covered=1),
        state(1, post(2, (3, 0, 0)), slow, covered=1),
        state(3, post(3, (4, 0, 0)), post(3, (2, 0, 0), id="q"), covered=3),
    ]
    first = growth("x", states[0], states[1])
    assert hours(told([first])) == {}
    assert noted(told([first])) == 3
    assert hours(told([first, growth("x", states[1], states[2])])) == {2: 4, 3: 2}


# Until when it is known


def test_an_account_is_known_until_the_earliest_of_its_looks() -> None:
    before = state(1, covered=1)
    assert covered(before, state(5), 5) == at(5)
    assert covered(before, state(5, post(4), post(3, id="q")), 5) == at(3)
    assert covered(before, state(2, post(4)), 5) == at(2)
    # What cannot be read any more, and what no read is due of, holds nothing up.
    gone = post(1, missing=(at(4),))
    done = post(2, id="q", published_at=at(-30), kept=(at(-5),))
    assert covered(before, state(5, gone, done), 5) == at(5)


def test_it_never_goes_back() -> None:
    assert covered(state(4, covered=4), state(4, post(2)), 5) == at(4)


def test_it_begins_when_the_last_of_its_posts_is_remembered() -> None:
    forgotten = post(1, None, id="q")
    assert covered(state(1, covered=1), state(3, post(3), forgotten), 3) is None
    assert covered(state(None), state(3, post(4), post(5, id="q")), 5) == at(5)
    assert covered(state(None), state(None), 5) is None


def test_an_account_that_was_left_alone_for_long_begins_anew() -> None:
    before = state(1, post(1, (1, 0, 0)), covered=1)
    long_after = 1 + LONGEST / HOUR
    late = state(long_after, post(long_after, (8, 0, 0)))
    assert covered(before, late, long_after) == at(long_after)
    assert noted(grown(before, late)) == 7
    later = state(long_after + 1, post(long_after + 1, (8, 0, 0)))
    assert covered(before, later, long_after + 1) == at(long_after + 1)
    assert grown(before, later).days == {}


def test_a_state_that_was_made_anew_knows_nothing_until_all_was_read_again() -> None:
    sample = Sample(taken_at=at(2), likes=5, comments=5, shares=5)
    stored = Post(
        platform="x", account_id="1", post_id="p", published_at=NOON, url="", samples=(sample,)
    )
    anew = rebuild([stored], {"a": "1"})
    after = state(4, post(4, (9, 9, 9)))
    assert covered(anew, after, 4) == at(4)
    assert growth("x", anew, after) == {}


# Any history

counts = st.none() | st.integers(0, 30)


@st.composite
def histories(draw: st.DrawFn) -> list[SyncState]:
    """States that replaced each other: at each tick the account is looked at or not, and each of
    its posts read or not."""
    held, made, now = state(0, covered=0), [], 0.0
    for _ in range(draw(st.integers(1, 6))):
        now += draw(st.sampled_from([0.25, 0.75, 3, 9]))
        posts = dict(held.posts)
        for name in draw(st.sets(st.sampled_from("pqr"))):
            read = post(now, (draw(counts), draw(counts), draw(counts)), id=name)
            posts[read.key] = read
        account = held.accounts["a"]
        if draw(st.booleans()):
            account = replace(account, swept_at=at(now))
        after = SyncState(accounts={"a": account}, posts=posts)
        cover(held, after, at(now))
        made.append(after)
        held = after
    return [state(0, covered=0), *made]


@settings(max_examples=60)
@given(histories())
def test_every_growth_is_noted_once_and_known_hours_are_those_up_to_the_covered_one(
    states: list[SyncState],
) -> None:
    pairs = [*pairwise(states)]
    found = told([growth("x", one, other) for one, other in pairs])
    expected = sum(
        max(0, later - earlier)
        for one, other in pairs
        for key, read in other.posts.items()
        if read is not one.posts.get(key)
        for earlier, later in [(comments_of(one.posts.get(key)), comments_of(read))]
        if earlier is not None and later is not None
    )
    assert noted(found) == expected
    until = states[-1].accounts["a"].covered_until
    assert until is not None
    assert [*hours(found)] == [*range(1, int((until - NOON) / HOUR) + 1)]
    # Of hours that are over for every post nothing changes any more.
    early = told([growth("x", one, other) for one, other in pairs[:-1]])
    before = states[-2].accounts["a"].covered_until
    assert before is not None
    final = {hour: n for hour, n in hours(early).items() if at(hour + 1) <= before}
    young = any(key not in states[-2].posts for key in states[-1].posts)
    assert young or final.items() <= hours(found).items()


def comments_of(read: LivePost | None) -> int | None:
    return 0 if read is None else read.counters[0] if read.counters else None


# A run


def test_a_run_in_which_nothing_grew_notes_nothing(real_agency: AgencyStore) -> None:
    before = real_agency.store.meter.reads, real_agency.store.meter.writes
    pulse.note(real_agency, CollectReport("run", NOON))
    assert (real_agency.store.meter.reads, real_agency.store.meter.writes) == before


def test_a_pulse_that_cannot_be_written_is_told_and_costs_nothing(
    real_agency: AgencyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(real_agency.store, "write", refuse)
    after = state(2, post(2, (1, 0, 0)), covered=2)
    done = CollectReport("run", NOON, grown={"x": growth("x", state(1, covered=1), after)})
    pulse.note(real_agency, done)
    assert done.problems == ["pulse: StoreError: the disk is full"]
