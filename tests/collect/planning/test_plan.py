"""What is read when: every post's mark whatever the ticks, and what a short budget leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from functions.collect.planning.allocation import allocate
from functions.collect.planning.candidates import (
    DEEP_EVERY,
    FOUND_WITHIN,
    OVERLAP,
    QUIET,
    Timing,
    candidates,
    expected,
)
from functions.collect.planning.marks import (
    LONGEST_TICK,
    PROMISED,
    STAGES,
    is_last_before_mark,
    next_tick,
    purpose_of,
    stage,
)
from functions.collect.planning.quota import (
    EVERYTHING,
    PRICES,
    Allowance,
    BucketAllowance,
    Expected,
    in_turn,
)
from functions.collect.planning.requests import (
    GIVEN_UP,
    Plan,
    ProfileRequest,
    Purpose,
    SweepRequest,
)
from functions.collect.planning.ways import Candidate, Ways
from functions.collect.platforms import adapter
from functions.collect.reading import retention
from functions.collect.reading.retention import MOST_WRITES
from functions.collect.state import AccountState, LivePost, SyncState
from functions.model import DAY, PLATFORMS, Platform, Post, Sample
from functions.thresholds import ABSENCES_APART, INTERPOLATED_WITHIN, OBSERVED_WITHIN, SETTLED
from tests.factories import NOW, account_state, live_post

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = NOW
TICK = 15 * MINUTE
ANSWER = timedelta(seconds=2)  # from a tick to its answers
DISCOVER = 3 * HOUR
PLENTY = 10**6

WAYS: Mapping[Platform, Ways] = {name: Ways.of(adapter(name)) for name in PLATFORMS}

ticks = st.integers(5, 120).map(lambda minutes: minutes * MINUTE)
seconds = st.integers(0, 24 * 3600).map(lambda n: timedelta(seconds=n))
readers = st.sampled_from(["instagram", "x"])  # by listing alone, and by id as well


def state_with(*posts: LivePost, accounts: tuple[AccountState, ...] | None = None) -> SyncState:
    held = (account_state(swept_at=START),) if accounts is None else accounts
    return SyncState(accounts={a.handle: a for a in held}, posts={post.key: post for post in posts})


def wanted(
    state: SyncState,
    platform: Platform = "x",
    *,
    now: datetime = START,
    tick: timedelta = TICK,
    handles: Iterable[str] | None = None,
    ways: Ways | None = None,
) -> list[Candidate]:
    return candidates(
        state,
        list(state.accounts) if handles is None else handles,
        ways or WAYS[platform],
        Timing(now=now, following=now + tick, look_back=START - 20 * DAY, discover_every=DISCOVER),
    )


def rationed(found: Iterable[Candidate], platform: Platform, *allowed: Allowance) -> Plan:
    """The plan that credentials with these allowances can pay."""
    serving = [(f"c{n}", one) for n, one in enumerate(allowed)]
    return allocate(found, {platform: WAYS[platform]}, {platform: serving})[platform]


def planned(state: SyncState, platform: Platform = "x", **facts: object) -> Plan:
    """The plan where nothing is short."""
    return rationed(wanted(state, platform, **facts), platform, Allowance())  # type: ignore[arg-type]


def purse(amount: int, share: int | None = None, bucket: str = "calls") -> Allowance:
    return Allowance({bucket: BucketAllowance(amount, amount if share is None else share)})


# A post's life, tick by tick


@dataclass
class Life:
    """One post of one account, read by plan and kept by keep at regular ticks.

    ``scarce``: the budget allows the reads without which a mark is lost, and no others.
    """

    published: datetime
    platform: Platform
    cadence: timedelta
    gone: tuple[tuple[datetime, datetime], ...] = ()
    busy: bool = False  # other accounts give every tick something to do
    scarce: bool = False
    state: SyncState = field(
        default_factory=lambda: SyncState(accounts={"kanwil": account_state(swept_at=None)})
    )
    kept: list[datetime] = field(default_factory=list)
    absences: list[datetime] = field(default_factory=list)
    requests: int = 0

    def run(self, start: datetime, tick: timedelta, until: datetime) -> None:
        now = start
        while now <= until:
            self._tick(now)
            now += tick

    def _tick(self, now: datetime) -> None:
        following = next_tick(self.state, now, self.cadence)
        found = wanted(self.state, self.platform, now=now, tick=following - now)
        due = rationed(found, self.platform, self._allowance())
        at = now + ANSWER
        horizon = max(following, now + PROMISED) if due.given_up else following
        for sweep in due.sweeps:
            if sweep.since <= self.published <= at:
                self._read(at, horizon)
            swept = msgspec.structs.replace(self.state.accounts["kanwil"], swept_at=at)
            self.state.accounts["kanwil"] = swept
        for lookup in due.lookups:
            for known in lookup.posts:
                held = self.state.posts[known.key]
                if held.read_at is None or held.read_at < now:
                    self._read(at, horizon)
        self.requests += len(due.sweeps) + len(due.lookups)
        if due.sweeps or due.lookups or self.busy:
            self.state.tick(now)
            self.state.prune(now)

    def _allowance(self) -> Allowance:
        if not self.scarce:
            return Allowance()
        return Allowance(
            {bucket: BucketAllowance(PLENTY, 0) for bucket in ("calls", "units", "stats")}
        )

    def _read(self, at: datetime, horizon: datetime) -> None:
        held = next(iter(self.state.posts.values()), None)
        if any(begin <= at < end for begin, end in self.gone):
            if held is not None:
                self.state.posts[held.key], stored = retention.missed(held, at)
                self.absences += [at] if stored else []
            return
        post = Post(
            platform=self.platform,
            account_id="id-kanwil",
            post_id="1",
            published_at=self.published,
            url="https://example.org/1",
            samples=(Sample(taken_at=at),),
        )
        seen, stored = retention.seen(held, post, horizon)
        self.state.posts[seen.key] = seen
        self.kept += [at] if stored else []


def lived(
    tick: timedelta,
    phase: timedelta,
    platform: Platform,
    cadence: timedelta,
    gone: tuple[tuple[timedelta, timedelta], ...] = (),
    busy: bool = False,
) -> Life:
    """A post published at a phase of the ticks, which go on from six hours before to its end."""
    published = START + 6 * HOUR + phase
    spans = tuple((published + begin, published + end) for begin, end in gone)
    life = Life(published, platform, cadence, spans, busy)
    life.run(START, tick, published + 31 * HOUR)
    return life


@given(tick=ticks, phase=seconds, platform=readers, as_configured=st.booleans())
@example(tick=5 * MINUTE, phase=timedelta(0), platform="instagram", as_configured=False)
@example(tick=120 * MINUTE, phase=timedelta(0), platform="x", as_configured=False)
@example(tick=60 * MINUTE, phase=timedelta(seconds=1), platform="instagram", as_configured=True)
def test_both_sides_of_the_mark_are_kept_within_a_tick_of_it(
    tick: timedelta, phase: timedelta, platform: Platform, as_configured: bool
) -> None:
    """Also when ticks come more rarely, or more often, than configured."""
    cadence = tick if as_configured else TICK
    life = lived(tick, phase, platform, cadence, busy=True)
    before, after = around_the_mark(life)
    assert before <= max(tick, cadence) * 1.1 + ANSWER
    assert after <= tick + ANSWER


@given(tick=ticks, phase=seconds, platform=readers, as_configured=st.booleans())
def test_where_ticks_are_hard_to_foresee_the_bracket_is_still_narrow(
    tick: timedelta, phase: timedelta, platform: Platform, as_configured: bool
) -> None:
    """A single account leaves few traces of how often ticks come, so it is read too early rather
    than too late; what is kept allows for interpolation all the same."""
    life = lived(tick, phase, platform, tick if as_configured else TICK)
    before, after = around_the_mark(life)
    assert before + after <= max(2.1 * tick, 2 * HOUR) + ANSWER


@given(tick=ticks, phase=seconds, platform=readers, as_configured=st.booleans(), busy=st.booleans())
def test_a_posts_document_is_written_eight_times_at_most(
    tick: timedelta, phase: timedelta, platform: Platform, as_configured: bool, busy: bool
) -> None:
    cadence = tick if as_configured else TICK
    life = lived(tick, phase, platform, cadence, busy=busy)
    assert len(life.kept) <= MOST_WRITES
    assert life.kept == sorted(set(life.kept))


@given(
    tick=ticks,
    phase=seconds,
    platform=readers,
    begin=st.integers(1, 30 * 60).map(lambda n: n * MINUTE),
    length=st.integers(1, 12 * 60).map(lambda n: n * MINUTE),
)
def test_a_post_that_goes_and_comes_back_is_noticed_and_stays_within_its_writes(
    tick: timedelta, phase: timedelta, platform: Platform, begin: timedelta, length: timedelta
) -> None:
    life = lived(tick, phase, platform, tick, gone=((begin, begin + length),))
    # Two absences, and one more sample after them, on top of what any post is written.
    assert len(life.kept) <= MOST_WRITES + 1
    assert len(life.absences) <= 2
    if len(life.absences) > 1:
        assert life.absences[1] - life.absences[0] >= ABSENCES_APART


@given(tick=ticks, phase=seconds, platform=readers)
def test_a_post_gone_for_good_before_its_mark_is_confirmed_before_it(
    tick: timedelta, phase: timedelta, platform: Platform
) -> None:
    """Gone at 12 h: two absences, 15 minutes apart, are on record well before the mark."""
    life = lived(tick, phase, platform, tick, gone=((12 * HOUR, 99 * HOUR),))
    assert len(life.absences) == 2
    first, second = life.absences
    assert second - first >= ABSENCES_APART
    assert second < life.published + DAY


@given(phase=seconds, platform=readers)
def test_a_quiet_account_costs_no_more_than_its_looks_for_new_posts(
    phase: timedelta, platform: Platform
) -> None:
    """One post in 37 hours: some dozen looks, and the reads that its mark and age want."""
    life = lived(TICK, phase, platform, TICK)
    assert life.requests <= 40  # of 149 ticks


def around_the_mark(life: Life) -> tuple[timedelta, timedelta]:
    """How far the nearest kept samples lie from the mark on either side."""
    mark = life.published + DAY
    return (
        mark - max(at for at in life.kept if at <= mark),
        min(at for at in life.kept if at >= mark) - mark,
    )


# Where budgets are short: what is promised, at the last moment at which it is possible


@given(
    tick=st.integers(5, 58).map(lambda n: n * MINUTE),
    phase=st.integers(0, 3600).map(lambda n: timedelta(seconds=n)),
    platform=st.sampled_from(["instagram", "youtube"]),  # X bills a further look by id nothing
    late=st.booleans(),
)
def test_what_is_promised_of_a_mark_is_kept_by_urgent_reads_alone(
    tick: timedelta, phase: timedelta, platform: Platform, late: bool
) -> None:
    """A bracket of an hour or a read within five minutes, and no read that is not needed."""
    published = START + phase
    found = live_post(
        age=-phase, kept=(published + (18 * HOUR if late else HOUR),), read_at=published
    )
    life = Life(published, platform, tick, busy=True, scarce=True, state=state_with(found))
    life.run(START + 20 * HOUR, tick, published + SETTLED)
    mark, slack = published + DAY, 2 * ANSWER
    used = [at for at in life.kept if at - published >= 18 * HOUR]
    before = max((at for at in used if at <= mark), default=None)
    after = min((at for at in used if at >= mark), default=None)
    observed = [at for at in used if abs(at - mark) <= OBSERVED_WITHIN + slack]
    narrow = before and after and after - before <= PROMISED + slack
    assert observed or narrow
    assert life.requests <= 3
    if observed:
        return
    # Each side at the last moment: one tick later the promise would have been broken.
    assert after is not None
    assert before is not None
    assert after + tick - before > PROMISED - slack
    assert before + tick * 1.1 > mark - slack


@pytest.mark.parametrize(
    ("before", "since_mark", "due"),
    [
        # Before the mark: a read at the next tick, five minutes behind it, would observe it.
        (None, -10, Purpose.NARROW),
        (None, -9, Purpose.MARK),
        # Read within five minutes before it: nothing more is needed.
        (5, 1, Purpose.NARROW),
        (6, 1, Purpose.NARROW),
        # The bracket may grow to an hour, and no further.
        (20, 25, Purpose.NARROW),
        (20, 26, Purpose.MARK),
        # An hour is over: what counts now is two.
        (20, 41, Purpose.MARK),
        (100, 6, Purpose.MARK),
        # Beyond two hours a later read is worth as much, and is taken all the same.
        (130, 10, Purpose.MARK),
        (None, 4, Purpose.MARK),
    ],
)
def test_a_mark_is_urgent_when_its_measurement_would_lose_by_waiting(
    before: int | None, since_mark: int, due: Purpose
) -> None:
    mark = START - since_mark * MINUTE
    published = mark - DAY
    kept = (published + HOUR, *([mark - before * MINUTE] if before else []))
    post = live_post(START - published, kept=kept, read_at=kept[-1])
    assert purpose_of(post, START, START + TICK) is due


def test_what_can_still_be_promised_goes_before_what_is_late() -> None:
    """Both are now or never, as far as anybody knows; only one of them loses by waiting."""
    hopeless = live_post(DAY + 3 * HOUR, post_id="old", kept=(START - 20 * HOUR,))
    promising = live_post(DAY + 26 * MINUTE, post_id="new", kept=(START - 46 * MINUTE,))
    [lookup] = planned(state_with(hopeless, promising)).lookups
    assert [post.post_id for post in lookup.posts] == ["new", "old"]


def test_of_reads_that_only_narrow_the_cheapest_gain_goes_first() -> None:
    """What completes a narrow bracket, then the nearer side before, then the rest."""
    posts = [
        # Behind the mark, read before it within a tick and a half.
        live_post(DAY + 2 * MINUTE, post_id="completes", kept=(START - 22 * MINUTE,)),
        # Just before it: the read at the next tick would observe it.
        live_post(DAY - 12 * MINUTE, post_id="first", kept=(START - 40 * MINUTE,)),
        # Behind it, read before it, but long ago.
        live_post(DAY + 2 * MINUTE, post_id="wide", kept=(START - 23 * MINUTE,)),
    ]
    [lookup] = planned(state_with(*posts)).lookups
    assert lookup.purpose is Purpose.NARROW
    assert [post.post_id for post in lookup.posts] == ["completes", "first", "wide"]


# What is due


@given(age=st.integers(0, 47 * 60), kept=st.lists(st.integers(0, 47 * 60), max_size=8))
def test_nothing_is_planned_for_a_closed_post(age: int, kept: list[int]) -> None:
    published = START - age * MINUTE
    times = tuple(sorted({published + n * MINUTE for n in kept if n <= age}))
    post = live_post(age * MINUTE, kept=times, read_at=times[-1] if times else None)
    passed = bool(times) and times[-1] >= post.mark
    over = post.published_at + SETTLED < START
    assert post.closed(START) == (passed or over)
    if post.closed(START):
        assert purpose_of(post, START, START + TICK) is None
        for platform in PLATFORMS:
            assert planned(state_with(post), platform) == Plan()
        assert list(expected(state_with(post), WAYS["x"], START, TICK)) == []


def test_a_post_twice_missed_is_looked_for_once_more_before_its_mark() -> None:
    """It may have come back; nothing else would notice where listings do not reach so far."""
    post = live_post(missing=(START - 2 * HOUR, START - HOUR))
    last = post.mark - 10 * MINUTE
    due = [purpose_of(post, at, at + TICK) for at in (START, last - TICK, last, post.mark + TICK)]
    assert due == [None, None, Purpose.MARK, None]
    sample = Sample(taken_at=START)
    again, kept = retention.seen(
        post, msgspec.structs.replace(post.as_post("x"), samples=(sample,)), START + HOUR
    )
    assert kept
    assert again.missing == ()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_due_is_an_empty_plan(platform: Platform) -> None:
    assert planned(state_with(), platform) == Plan()
    fresh = live_post(2 * HOUR)
    assert planned(state_with(fresh), platform).empty
    assert planned(SyncState(), platform) == Plan()


def test_an_account_is_swept_once_however_many_reasons_there_are() -> None:
    posts = [live_post(DAY - n * MINUTE, post_id=str(n)) for n in range(10)]
    held = account_state(swept_at=START - 9 * HOUR)
    [sweep] = planned(state_with(*posts, accounts=(held,)), "instagram").sweeps
    assert sweep.purpose is Purpose.MARK


def test_freshness_alone_is_worth_no_listing() -> None:
    stale = live_post(7 * HOUR)
    assert planned(state_with(stale), "instagram").sweeps == ()
    [lookup] = planned(state_with(stale)).lookups
    assert lookup.purpose is Purpose.FRESHEN


def test_a_mark_just_after_the_next_tick_is_read_now_since_ticks_come_late() -> None:
    tick = 60 * MINUTE
    post = live_post(DAY - tick - 5 * MINUTE)
    assert is_last_before_mark(post, START, START + tick)
    assert not is_last_before_mark(live_post(DAY - tick - 7 * MINUTE), START, START + tick)


def test_the_same_tick_delivered_twice_reads_nothing_twice() -> None:
    post = live_post(DAY - 5 * MINUTE)
    assert purpose_of(post, START, START + TICK) is Purpose.MARK
    read = msgspec.structs.replace(post, read_at=START + ANSWER)
    assert purpose_of(read, START, START + TICK) is None
    at_the_tick = msgspec.structs.replace(post, read_at=START)
    assert purpose_of(at_the_tick, START, START + TICK) is None


def test_a_first_absence_is_confirmed_no_sooner_than_a_quarter_of_an_hour_later() -> None:
    post = live_post(missing=(START - 14 * MINUTE,))
    assert purpose_of(post, START, START + TICK) is None
    later = START + MINUTE
    assert purpose_of(post, later, later + TICK) is Purpose.MARK


@pytest.mark.parametrize("hours", [3, 6, 12, 18])
def test_a_provisional_value_is_refreshed_once_at_each_age(hours: int) -> None:
    at = hours * HOUR
    assert purpose_of(live_post(at - MINUTE), START, START + TICK) in (None, Purpose.FRESHEN)
    assert purpose_of(live_post(at), START, START + TICK) is Purpose.FRESHEN
    assert purpose_of(live_post(at, read_at=START - MINUTE), START, START + TICK) is Purpose.FRESHEN
    later = START + MINUTE
    assert purpose_of(live_post(at, read_at=START), later, later + TICK) is None


# Looking for new posts


@pytest.mark.parametrize(
    ("facts", "posts", "due"),
    [
        # Never looked at, or not since a post that came right after would be too old.
        ({"account_id": None}, True, Purpose.OVERDUE),
        ({}, True, Purpose.OVERDUE),
        ({"swept_at": START - FOUND_WITHIN + TICK}, True, Purpose.DISCOVER),
        ({"swept_at": START - FOUND_WITHIN + TICK - ANSWER}, True, Purpose.OVERDUE),
        # At the tick that lies nearest to the wished time.
        ({"swept_at": START - DISCOVER}, True, Purpose.DISCOVER),
        ({"swept_at": START - DISCOVER + TICK / 2}, True, Purpose.DISCOVER),
        ({"swept_at": START - DISCOVER + TICK / 2 + ANSWER}, True, None),
        # More seldom where nothing was posted for two days.
        ({"swept_at": START - DISCOVER}, False, None),
        ({"swept_at": START - DISCOVER * QUIET + TICK / 2}, False, Purpose.DISCOVER),
        ({"swept_at": START - DISCOVER * QUIET + TICK / 2 + ANSWER}, False, None),
    ],
)
def test_when_an_account_is_looked_at_for_new_posts(
    facts: dict[str, Any], posts: bool, due: Purpose | None
) -> None:
    """The post is young, so that it wants nothing itself."""
    held = account_state(**{"swept_at": None, **facts})
    state = state_with(*([live_post(2 * HOUR)] if posts else []), accounts=(held,))
    found = [
        candidate.reason.purpose
        for candidate in wanted(state)
        if isinstance(candidate.what, SweepRequest)
    ]
    assert found == ([due] if due else [])


@pytest.mark.parametrize("every", [6 * HOUR, DAY])
def test_whoever_wants_to_look_more_rarely_than_that_looks_at_that_pace(every: timedelta) -> None:
    """A look is overdue when it is a tick late, and quietness makes it no rarer."""

    def due(since: timedelta) -> list[Purpose]:
        found = candidates(
            state_with(accounts=(account_state(swept_at=START - since),)),
            ["kanwil"],
            WAYS["x"],
            Timing(now=START, following=START + TICK, look_back=START, discover_every=every),
        )
        return [candidate.reason.purpose for candidate in found]

    assert due(every - TICK) == []
    assert due(every) == [Purpose.DISCOVER]
    assert due(every + MINUTE) == [Purpose.OVERDUE]


# How far a listing reaches


def test_a_first_listing_reaches_back_as_far_as_it_is_told() -> None:
    [sweep] = planned(state_with(accounts=(account_state(swept_at=None),))).sweeps
    assert sweep.since == START - 20 * DAY


def test_a_listing_overlaps_the_one_before_it() -> None:
    held = account_state(swept_at=START - 5 * HOUR)
    [sweep] = planned(state_with(accounts=(held,))).sweeps
    assert sweep.since == START - 5 * HOUR - OVERLAP


def test_where_posts_are_read_by_listing_alone_it_reaches_every_open_mark() -> None:
    held = account_state(swept_at=START - 5 * HOUR)
    [sweep] = planned(state_with(accounts=(held,)), "instagram").sweeps
    assert sweep.since == START - SETTLED


def test_after_an_outage_a_listing_reaches_back_before_it() -> None:
    held = account_state(swept_at=START - 5 * DAY)
    for platform in PLATFORMS:
        [sweep] = planned(state_with(accounts=(held,)), platform).sweeps
        assert sweep.since == START - 5 * DAY - OVERLAP


# Profiles


def profiles(held: AccountState, platform: Platform = "facebook") -> list[Candidate]:
    state = state_with(accounts=(held,))
    return [w for w in wanted(state, platform) if isinstance(w.what, ProfileRequest)]


def test_an_account_at_rest_is_left_alone_until_its_time() -> None:
    resting = account_state(swept_at=START - 9 * HOUR, wrong="salah", retry_at=START + MINUTE)
    lost = AccountState(handle="baru", wrong="salah", retry_at=START + MINUTE)
    state = state_with(live_post(DAY), accounts=(resting, lost))
    assert planned(state, "facebook") == Plan()
    due = planned(state, "facebook", now=START + MINUTE)
    assert {sweep.handle for sweep in due.sweeps} == {"kanwil", "baru"}
    assert {(p.handles, p.known) for p in due.profiles} == {(("kanwil",), True), (("baru",), False)}


def test_a_new_handle_is_resolved_at_the_tick_that_looks_at_it() -> None:
    due = planned(SyncState(), "x", handles=["baru"])
    assert due.profiles == (ProfileRequest(("baru",), False, "c0"),)
    assert [sweep.handle for sweep in due.sweeps] == ["baru"]
    [candidate] = (
        w for w in wanted(SyncState(), handles=["baru"]) if isinstance(w.what, ProfileRequest)
    )
    assert candidate.reason.purpose is Purpose.OVERDUE


def test_a_new_handle_is_resolved_before_its_listing_is_paid() -> None:
    """Without knowing whose it is, a listing cannot be asked for."""
    due = rationed(wanted(SyncState(), "facebook", handles=["baru"]), "facebook", purse(1))
    assert [p.handles for p in due.profiles] == [("baru",)]
    assert due.sweeps == ()
    assert due.given_up == {"discovery": 1}


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({"swept_at": START, "followers_at": START - 23 * HOUR}, None),
        # Due, but no read of the account to go with.
        ({"swept_at": START - HOUR, "followers_at": START - 25 * HOUR}, None),
        # With one.
        ({"swept_at": START - 4 * HOUR, "followers_at": START - 25 * HOUR}, None),
        ({"swept_at": START - 5 * HOUR, "followers_at": START - DAY}, Purpose.FRESHEN),
        ({"swept_at": START - 5 * HOUR, "followers_at": START - DAY + MINUTE}, None),
        # Not for ever.
        ({"swept_at": START - HOUR, "followers_at": START - 2 * DAY + MINUTE}, None),
        ({"swept_at": START - HOUR, "followers_at": START - 2 * DAY}, Purpose.DISCOVER),
        ({"swept_at": START, "followers_at": None}, Purpose.DISCOVER),
        # It can be read again, and its admin is to be told.
        ({"swept_at": START, "followers_at": START, "wrong": "salah"}, Purpose.FRESHEN),
    ],
)
def test_when_a_profile_is_read_again(facts: dict[str, Any], due: Purpose | None) -> None:
    found = profiles(account_state(**{"swept_at": None, **facts}))
    assert [candidate.reason.purpose for candidate in found] == ([due] if due else [])
    assert all(isinstance(w.what, ProfileRequest) and w.what.known for w in found)


def test_where_a_listing_tells_the_followers_it_saves_the_profile() -> None:
    """Instagram's does; a handle that is new has to be asked for all the same."""
    swept = account_state(swept_at=START - 9 * HOUR, followers_at=None)
    idle = account_state(swept_at=START, followers_at=None)
    assert [len(profiles(held, "instagram")) for held in (swept, idle)] == [0, 1]
    assert [len(profiles(held, "facebook")) for held in (swept, idle)] == [1, 1]
    assert len(profiles(account_state(account_id=None, swept_at=None), "instagram")) == 1


def test_followers_of_x_are_read_once_a_month() -> None:
    """A user read costs twice a post read."""
    assert profiles(account_state(swept_at=START, followers_at=START - 29 * DAY), "x") == []
    assert len(profiles(account_state(swept_at=START, followers_at=START - 60 * DAY), "x")) == 1


def test_profiles_share_calls_as_far_as_the_platform_allows() -> None:
    ways = Ways("x", 100, 3, 2, DAY)
    known = [account_state(f"k{n}", followers_at=None, swept_at=START) for n in range(5)]
    new = [f"n{n}" for n in range(4)]
    state = state_with(accounts=tuple(known))
    found = wanted(state, handles=[*(a.handle for a in known), *new], ways=ways)
    made = allocate(found, {"x": ways}, {"x": [("c0", Allowance())]})["x"].profiles
    assert sorted((len(p.handles), p.known) for p in made) == [
        (1, False),
        (1, True),
        (2, True),
        (2, True),
        (3, False),
    ]
    assert sorted(h for p in made for h in p.handles) == sorted([a.handle for a in known] + new)


# The most valuable first


def mixture() -> SyncState:
    """One account for each purpose, and another that wants two things."""
    return state_with(
        live_post(DAY + 26 * MINUTE, account_id="id-mark", kept=(START - 46 * MINUTE,)),
        live_post(DAY + 2 * MINUTE, account_id="id-narrow", kept=(START - 20 * MINUTE,)),
        live_post(2 * HOUR, account_id="id-discover"),
        live_post(2 * HOUR, account_id="id-follow"),
        accounts=(
            account_state("aaa-follow", swept_at=START - 5 * HOUR, followers_at=START - 25 * HOUR),
            account_state("aab-discover", swept_at=START - 4 * HOUR, account_id="id-discover"),
            account_state("narrow", swept_at=START),
            account_state("overdue", swept_at=START - 7 * HOUR),
            account_state("mark", swept_at=START),
        ),
    )


def test_marks_then_overdue_looks_then_brackets_then_discovery_then_freshness() -> None:
    state, given = mixture(), []
    for left in range(7):
        due = rationed(wanted(state, "facebook"), "facebook", purse(left))
        given.append(
            [(sweep.handle, sweep.purpose) for sweep in due.sweeps]
            + [(h, Purpose.FRESHEN) for p in due.profiles for h in p.handles]
        )
    everything = [
        ("mark", Purpose.MARK),
        ("overdue", Purpose.OVERDUE),
        ("narrow", Purpose.NARROW),
        ("aaa-follow", Purpose.DISCOVER),
        ("aab-discover", Purpose.DISCOVER),
        ("aaa-follow", Purpose.FRESHEN),
    ]
    assert given == [everything[:left] for left in range(7)]


def test_the_report_says_what_was_given_up() -> None:
    """Freshness gives way first, then discovery, then brackets; marks last."""
    said = [
        rationed(wanted(mixture(), "facebook"), "facebook", purse(left)).given_up
        for left in range(7)
    ]
    assert said == [
        {"marks": 1, "discovery": 3, "brackets": 1, "freshness": 1},
        {"discovery": 3, "brackets": 1, "freshness": 1},
        {"discovery": 2, "brackets": 1, "freshness": 1},
        {"discovery": 2, "freshness": 1},
        {"discovery": 1, "freshness": 1},
        {"freshness": 1},
        {},
    ]


def test_what_others_need_later_goes_to_marks_alone() -> None:
    due = rationed(wanted(mixture(), "facebook"), "facebook", purse(5, share=0))
    assert [sweep.handle for sweep in due.sweeps] == ["mark"]
    due = rationed(wanted(mixture(), "facebook"), "facebook", purse(5, share=2))
    assert [sweep.handle for sweep in due.sweeps] == ["mark", "overdue"]


@given(ages=st.lists(st.integers(0, 31 * 60), min_size=1, max_size=30, unique=True))
def test_marks_come_before_freshness_and_the_nearest_mark_first(ages: list[int]) -> None:
    posts = [live_post(age * MINUTE, post_id=str(n)) for n, age in enumerate(ages)]
    ways = Ways("x", 4, 100, 100, 30 * DAY)
    found = wanted(state_with(*posts), ways=ways)
    lookups = allocate(found, {"x": ways}, {"x": [("c0", Allowance())]})["x"].lookups
    read = [post for lookup in lookups for post in lookup.posts]
    purposes = [purpose_of(post, START, START + TICK) for post in read]
    assert purposes == sorted(purposes)  # type: ignore[type-var]
    marks = [
        post.mark
        for post, why in zip(read, purposes, strict=True)
        if why is Purpose.MARK and post.mark >= START
    ]
    assert marks == sorted(marks)
    assert [lookup.purpose for lookup in lookups] == sorted(lookup.purpose for lookup in lookups)
    assert all(len(lookup.posts) == 4 for lookup in lookups[:-1])
    assert all(0 < len(lookup.posts) <= 4 for lookup in lookups)
    assert len({post.key for post in read}) == len(read)


def test_one_listing_that_serves_more_marks_goes_before_one_that_serves_fewer() -> None:
    posts = [
        live_post(DAY - 5 * MINUTE, account_id="id-aaa", post_id="1"),
        live_post(DAY - 2 * MINUTE, account_id="id-two", post_id="2"),
        live_post(DAY - 3 * MINUTE, account_id="id-two", post_id="3"),
        live_post(7 * HOUR, account_id="id-aaa", post_id="4"),
    ]
    held = (account_state("aaa", swept_at=START), account_state("two", swept_at=START))
    found = wanted(state_with(*posts, accounts=held), "instagram")
    assert [w.reason.spared for w in found] == [-1, -2]
    [sweep] = rationed(found, "instagram", purse(1)).sweeps
    assert sweep.handle == "two"


def test_the_account_that_waited_longest_is_looked_at_first() -> None:
    held = tuple(account_state(f"a{n}", swept_at=START - (6 + n) * HOUR) for n in range(4))
    sweeps = planned(state_with(accounts=held), "instagram").sweeps
    assert [sweep.handle for sweep in sweeps] == ["a3", "a2", "a1", "a0"]


# Any state at all

ages = st.integers(0, 40 * 60)


@st.composite
def states(draw: st.DrawFn, size: int = 6) -> SyncState:
    """Accounts and posts in whatever state."""
    held, posts = [], []
    for n in range(draw(st.integers(1, size))):
        swept = draw(st.none() | st.integers(0, 30 * 60))
        followers = draw(st.none() | st.integers(0, 90 * 24 * 60))
        deep = draw(st.none() | st.integers(0, 10 * 60))
        facts: dict[str, object] = {
            "swept_at": None if swept is None else START - swept * MINUTE,
            "followers_at": None if followers is None else START - followers * MINUTE,
            "deep_at": None if deep is None else START - deep * MINUTE,
        }
        if swept is None and draw(st.booleans()):
            facts["account_id"] = None
        held.append(account_state(f"a{n}", **{"swept_at": None, **facts}))
        for k, age in enumerate(draw(st.lists(ages, max_size=4))):
            read = draw(st.none() | st.integers(0, 40 * 60))
            known = read is not None and read <= age
            at = START - age * MINUTE + (read or 0) * MINUTE if known else None
            missing = draw(st.lists(st.integers(0, 60), max_size=2, unique=True))
            posts.append(
                live_post(
                    age * MINUTE,
                    account_id=f"id-a{n}",
                    post_id=str(k),
                    kept=(at,) if at else (),
                    read_at=at,
                    versions=tuple("ab"[: draw(st.integers(0, 2))]),
                    missing=tuple(sorted(START - m * MINUTE for m in missing if m < age)),
                )
            )
    return state_with(*posts, accounts=tuple(held))


purses = st.builds(
    lambda left, share: (left, min(left, share)), st.integers(0, 60), st.integers(0, 60)
)
allowances = st.dictionaries(st.sampled_from(["calls", "mills", "units", "stats"]), purses)
platforms = st.sampled_from(PLATFORMS)


def allowed(amounts: Mapping[str, tuple[int, int]]) -> Allowance:
    return Allowance({bucket: BucketAllowance(*pair) for bucket, pair in amounts.items()})


def granted(plan: Plan) -> int:
    return (
        len(plan.sweeps)
        + sum(len(lookup.posts) for lookup in plan.lookups)
        + sum(len(profile.handles) for profile in plan.profiles)
    )


@given(state=states(), platform=platforms, amounts=st.lists(allowances, min_size=1, max_size=3))
def test_no_more_is_taken_than_an_allowance_holds(
    state: SyncState, platform: Platform, amounts: list[dict[str, tuple[int, int]]]
) -> None:
    """Marks may take all that is left, the rest only its share of it."""
    given = [allowed(one) for one in amounts]
    found = wanted(state, platform)
    plan = rationed(found, platform, *given)
    for one, held in zip(given, amounts, strict=True):
        for bucket, (left, _) in held.items():
            assert one.taken.get(bucket, 0) <= left
            assert one.buckets[bucket].left == left - one.taken.get(bucket, 0)
    assert granted(plan) + sum(plan.given_up.values()) == len(found)


@given(state=states(), platform=platforms, amounts=allowances)
def test_what_could_wait_takes_no_more_than_its_share(
    state: SyncState, platform: Platform, amounts: dict[str, tuple[int, int]]
) -> None:
    one = allowed(amounts)
    rationed(
        [w for w in wanted(state, platform) if w.reason.purpose is not Purpose.MARK], platform, one
    )
    assert all(one.taken.get(bucket, 0) <= share for bucket, (_, share) in amounts.items())


@given(state=states(), platform=st.sampled_from(["instagram", "facebook", "tiktok", "youtube"]))
def test_what_is_taken_is_what_the_plan_costs(state: SyncState, platform: Platform) -> None:
    one = Allowance()
    plan = rationed(wanted(state, platform), platform, one)
    listing = sum(sweep.depth for sweep in plan.sweeps)
    if platform == "youtube":
        costs = {"units": listing + len(plan.profiles), "stats": len(plan.lookups)}
    else:
        costs = {"calls": listing + len(plan.profiles)}
    assert {bucket: n for bucket, n in one.taken.items() if n} == {
        b: n for b, n in costs.items() if n
    }


@given(state=states(), left=st.integers(0, 30))
def test_where_all_cost_the_same_the_most_valuable_are_granted(state: SyncState, left: int) -> None:
    found = wanted(state, "facebook")
    plan = rationed(found, "facebook", purse(left))
    assert granted(plan) == min(left, len(found))
    least = sorted(found, key=lambda w: w.reason)[left:]
    assert plan.given_up == {
        name: count
        for name in GIVEN_UP.values()
        if (count := sum(GIVEN_UP[w.reason.purpose] == name for w in least))
    }


@given(state=states(), platform=platforms, amounts=allowances, data=st.data())
def test_the_same_wishes_in_any_order_give_the_same_plan(
    state: SyncState, platform: Platform, amounts: dict[str, tuple[int, int]], data: st.DataObject
) -> None:
    found = wanted(state, platform)
    shuffled = data.draw(st.permutations(found))
    assert rationed(shuffled, platform, allowed(amounts)) == rationed(
        found, platform, allowed(amounts)
    )


@given(state=states(), platform=platforms)
def test_nothing_is_planned_twice_in_one_tick(state: SyncState, platform: Platform) -> None:
    plan = planned(state, platform)
    for names in (
        [sweep.handle for sweep in plan.sweeps],
        [post.key for lookup in plan.lookups for post in lookup.posts],
        [handle for profile in plan.profiles for handle in profile.handles],
    ):
        assert len(set(names)) == len(names)
    assert not any(post.closed(START) for lookup in plan.lookups for post in lookup.posts)


# Money: X


def lookups_cost(*posts: LivePost) -> int:
    one = Allowance()
    plan = rationed(wanted(state_with(*posts)), "x", one)
    assert sum(len(lookup.posts) for lookup in plan.lookups) == len(posts)
    return one.taken.get("mills", 0)


def test_a_post_of_x_is_paid_once_a_utc_day() -> None:
    """At 03:00 a post of 26 h was last read today or yesterday."""
    age = DAY + 26 * MINUTE
    assert lookups_cost(live_post(age, read_at=START - 2 * HOUR)) == 0
    assert lookups_cost(live_post(age, read_at=START - 4 * HOUR)) == 5
    assert lookups_cost(live_post(age, read_at=None)) == 5
    assert lookups_cost(live_post(age, read_at=None, versions=("1", "2", "3"))) == 15
    assert lookups_cost(live_post(age, read_at=None, versions=("1", "2"), parts=("3", "4"))) == 20


def test_a_post_of_x_that_was_paid_today_is_read_even_when_the_money_is_gone() -> None:
    paid = live_post(7 * HOUR, read_at=START - 2 * HOUR, post_id="paid", kept=(START - 6 * HOUR,))
    unpaid = live_post(7 * HOUR, post_id="unpaid")
    due = rationed(wanted(state_with(paid, unpaid)), "x", purse(0, bucket="mills"))
    assert [post.post_id for lookup in due.lookups for post in lookup.posts] == ["paid"]
    assert due.given_up == {"freshness": 1}


def test_a_listing_of_x_is_reckoned_by_the_posts_that_it_will_bring() -> None:
    """Those it shows again on a new day, and as many new ones as are usual."""
    posts = [
        live_post(11 * HOUR, post_id="a", read_at=START - 4 * HOUR),  # read yesterday, in UTC
        live_post(5 * HOUR, post_id="b", read_at=START - HOUR),  # paid today
        live_post(40 * HOUR, post_id="c"),  # the listing does not reach it
        *(live_post(DAY + 7 * HOUR, post_id=f"d{n}") for n in range(5)),
    ]
    held = account_state(swept_at=START - 6 * HOUR)
    one = Allowance()
    plan = rationed(wanted(state_with(*posts, accounts=(held,))), "x", one)
    assert len(plan.sweeps) == 1
    assert plan.lookups == ()
    # One known post; 8 posts in two days are less than the five a day that are reckoned with.
    assert one.taken["mills"] == 5 + ceil(5 * 5 / 4)


@pytest.mark.parametrize(
    ("settled", "hours", "count"),
    [
        ((), 2, 1),  # at the pace of posts
        (("a",) * 12, 2, 4),  # at that of the six hours before
        (("a",) * 12, 4, 8 + 12),  # and on a new day those once more
    ],
)
def test_a_listing_of_x_with_replies_is_reckoned_by_these_as_well(
    settled: tuple[str, ...], hours: int, count: int
) -> None:
    held = account_state(swept_at=START - hours * HOUR, settled=settled)
    taken = []
    for replies in (False, True):
        one, ways = Allowance(), replace(WAYS["x"], replies=replies)
        found = candidates(
            state_with(accounts=(held,)),
            ["kanwil"],
            ways,
            Timing(
                now=START, following=START + TICK, look_back=START - 20 * DAY, discover_every=HOUR
            ),
        )
        [sweep] = rationed(found, "x", one).sweeps
        assert sweep.replies == replies
        taken.append(one.taken["mills"])
    assert taken[1] - taken[0] == 5 * count


def test_where_nothing_is_left_no_listing_of_x_is_read_for_nothing() -> None:
    """Its new posts are billed, however few are expected."""
    held = account_state(swept_at=START - 3 * HOUR - MINUTE)
    spent = Allowance({"mills": BucketAllowance(0, 0)})
    assert rationed(wanted(state_with(accounts=(held,))), "x", spent).sweeps == ()


def test_a_first_listing_of_x_is_reckoned_at_a_post_a_day() -> None:
    one = Allowance()
    rationed(wanted(state_with(accounts=(account_state(swept_at=None),))), "x", one)
    assert one.taken == {"mills": 20 * 5}


def test_a_profile_of_x_costs_twice_a_post() -> None:
    one = Allowance()
    rationed(
        wanted(state_with(accounts=(account_state(swept_at=START, followers_at=None),))), "x", one
    )
    assert one.taken == {"mills": 10}


# Units: YouTube


def youtube(units: int, stats: int) -> Allowance:
    return Allowance(
        {"units": BucketAllowance(units, units), "stats": BucketAllowance(stats, stats)}
    )


def test_statistics_have_a_bucket_of_their_own_and_units_step_in() -> None:
    state = state_with(live_post(7 * HOUR), accounts=(account_state(swept_at=START),))
    ways = [
        [lookup.way for lookup in rationed(wanted(state, "youtube"), "youtube", one).lookups]
        for one in (youtube(1, 1), youtube(1, 0), youtube(0, 1), youtube(0, 0))
    ]
    assert ways == [[0], [1], [0], []]


def test_fifty_videos_are_one_unit() -> None:
    posts = [live_post(7 * HOUR, post_id=str(n)) for n in range(101)]
    for units, stats, counts in (
        (9, 9, [(0, 50), (0, 50), (0, 1)]),
        (1, 2, [(0, 50), (0, 50), (1, 1)]),
        (0, 2, [(0, 50), (0, 50)]),
        (1, 0, [(1, 50)]),
    ):
        found = wanted(state_with(*posts), "youtube")
        one = youtube(units, stats)
        plan = rationed(found, "youtube", one)
        assert [(lookup.way, len(lookup.posts)) for lookup in plan.lookups] == counts
        assert plan.given_up.get("freshness", 0) == 101 - sum(n for _, n in counts)


def test_a_deep_look_is_made_now_and_then_and_only_when_it_can_be_paid() -> None:
    def depth(units: int, deep_at: datetime | None) -> list[int]:
        held = account_state(swept_at=START - 9 * HOUR, deep_at=deep_at)
        found = wanted(state_with(accounts=(held,)), "youtube")
        return [sweep.depth for sweep in rationed(found, "youtube", youtube(units, 0)).sweeps]

    deep = WAYS["youtube"].depth
    assert deep > 1
    assert depth(deep, None) == [deep]
    assert depth(deep - 1, None) == [1]
    assert depth(0, None) == []
    assert depth(deep, START - DEEP_EVERY) == [deep]
    assert depth(deep, START - DEEP_EVERY + MINUTE) == [1]


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if p != "youtube"])
def test_other_platforms_know_no_deep_look(platform: Platform) -> None:
    [sweep] = planned(
        state_with(accounts=(account_state(swept_at=START - 9 * HOUR),)), platform
    ).sweeps
    assert sweep.depth == 1


# Who pays


def test_two_platforms_with_one_credential_share_its_allowance() -> None:
    """And the more valuable candidate of either goes first."""
    old, older = account_state(swept_at=START - 6 * HOUR), account_state(swept_at=START - 7 * HOUR)
    found = [
        *wanted(state_with(accounts=(old,)), "instagram"),
        *wanted(state_with(accounts=(older,)), "facebook"),
    ]
    shared = purse(1)
    plans = allocate(found, WAYS, {platform: [("meta", shared)] for platform in PLATFORMS})
    assert len(plans["facebook"].sweeps) == 1
    assert plans["instagram"] == Plan(given_up={"discovery": 1})
    assert set(plans) == set(PLATFORMS)
    assert shared.taken == {"calls": 1}


def many(count: int = 40) -> SyncState:
    return state_with(
        accounts=tuple(account_state(f"unit{n}", swept_at=START - 9 * HOUR) for n in range(count))
    )


def served(plan: Plan) -> dict[str, str]:
    return {sweep.handle: sweep.credential for sweep in plan.sweeps}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_accounts_keep_their_own_credential(platform: Platform) -> None:
    found = wanted(many(), platform)
    by = served(rationed(found, platform, Allowance(), Allowance(), Allowance()))
    assert by == {handle: in_turn(["c0", "c1", "c2"], handle)[0] for handle in by}
    assert set(by.values()) == {"c0", "c1", "c2"}


def test_another_credential_steps_in_when_an_accounts_own_cannot_pay() -> None:
    for spent in (purse(0), Allowance(stopped=frozenset([EVERYTHING]))):
        by = served(rationed(wanted(many(), "facebook"), "facebook", spent, Allowance()))
        assert len(by) == 40
        assert set(by.values()) == {"c1"}


@pytest.mark.parametrize("first", [purse(0), Allowance(stopped=frozenset([EVERYTHING]))])
def test_a_consent_of_tiktok_belongs_to_one_app_alone(first: Allowance) -> None:
    found = wanted(many(), "tiktok")
    plan = rationed(found, "tiktok", first, Allowance())
    own = [h for h in many().accounts if in_turn(["c0", "c1"], h)[0] == "c1"]
    assert served(plan) == dict.fromkeys(own, "c1")
    assert plan.given_up == {"discovery": 40 - len(own)}


def test_a_refused_credential_is_tried_once_a_tick_while_others_serve() -> None:
    refused = Allowance(refused=True)
    by = served(rationed(wanted(many(), "facebook"), "facebook", refused, Allowance()))
    assert list(by.values()).count("c0") == 1
    assert len(by) == 40


def test_a_refused_credential_is_tried_on_no_mark() -> None:
    posts = [
        live_post(DAY - 5 * MINUTE, account_id=f"id-unit{n}", post_id=str(n), kept=())
        for n in range(40)
    ]
    held = tuple(account_state(f"unit{n}", swept_at=START) for n in range(40))
    found = wanted(state_with(*posts, accounts=held), "facebook")
    by = served(rationed(found, "facebook", Allowance(refused=True), Allowance()))
    assert len(by) == 40
    assert set(by.values()) == {"c1"}


def test_a_refused_credential_steps_in_for_nobody_while_another_can() -> None:
    """An account's own has nothing left; of the other two one was refused."""
    spent, refused, able = purse(0), Allowance(refused=True), Allowance()
    for trio in ((spent, refused, able), (refused, able, spent), (able, spent, refused)):
        plan = rationed(wanted(many(), "facebook"), "facebook", *trio)
        by = list(served(plan).values())
        assert by.count(f"c{trio.index(refused)}") == 1
        assert by.count(f"c{trio.index(able)}") == 39


def test_a_refused_credential_alone_goes_on_being_asked() -> None:
    """Otherwise nobody would notice that it serves again."""
    by = served(rationed(wanted(many(), "facebook"), "facebook", Allowance(refused=True)))
    assert len(by) == 40
    by = served(rationed(wanted(many(), "tiktok"), "tiktok", Allowance(refused=True)))
    assert len(by) == 40


def test_what_shares_a_call_is_of_one_credential() -> None:
    posts = [
        live_post(7 * HOUR, account_id=f"id-unit{n}", post_id=str(n), read_at=None)
        for n in range(40)
    ]
    state = state_with(*posts, accounts=())
    plan = rationed(wanted(state), "x", Allowance(), Allowance())
    assert {lookup.credential for lookup in plan.lookups} == {"c0", "c1"}
    for lookup in plan.lookups:
        own = {in_turn(["c0", "c1"], post.account_id)[0] for post in lookup.posts}
        assert own == {lookup.credential}


def test_a_wait_stops_what_is_counted_in_its_bucket() -> None:
    state = state_with(
        live_post(7 * HOUR), accounts=(account_state(swept_at=START - 9 * HOUR, deep_at=START),)
    )
    for stopped, sweeps, ways in (
        (("stats",), 1, [1]),
        (("units",), 0, [0]),
        ((EVERYTHING,), 0, []),
        ((), 1, [0]),
    ):
        one = Allowance(stopped=frozenset(stopped))
        plan = rationed(wanted(state, "youtube"), "youtube", one)
        assert (len(plan.sweeps), [lookup.way for lookup in plan.lookups]) == (sweeps, ways)


# What the marks to come will need


def needs(state: SyncState, platform: Platform, tick: timedelta = TICK) -> list[Expected]:
    return [need for _, need in expected(state, WAYS[platform], START, tick)]


def test_one_listing_serves_all_marks_of_an_account_that_fall_into_one_tick() -> None:
    posts = [
        live_post(DAY - 1 * MINUTE, post_id="1"),
        live_post(DAY - 14 * MINUTE, post_id="2"),
        live_post(DAY - 16 * MINUTE, post_id="3"),
        live_post(DAY - 14 * MINUTE, post_id="4", account_id="id-lain"),
        live_post(DAY, post_id="5"),  # due now
        live_post(DAY + MINUTE, post_id="6"),
    ]
    found = needs(state_with(*posts), "instagram")
    assert sorted(need.at for need in found) == [START + n * MINUTE for n in (1, 14, 16)]
    assert {tuple(need.amounts.items()) for need in found} == {(("calls", 1),)}


def test_a_mark_of_x_costs_where_its_day_is_not_paid_yet() -> None:
    """A mark of today, read today, was paid; tomorrow the same post is billed anew."""
    today = START - 20 * HOUR + MINUTE  # the mark is at 07:01
    tonight = START - 3 * HOUR + MINUTE  # the mark is at 00:01
    facts = {"kept": (), "read_at": START - HOUR}
    posts = [
        live_post(START - today, post_id="1", **facts),
        live_post(START - today, post_id="2", kept=(), read_at=None, versions=("a", "b")),
        live_post(START - tonight, post_id="3", **facts),
    ]
    found = needs(state_with(*posts), "x")
    assert [dict(need.amounts) for need in found] == [{"mills": 10}, {"mills": 5}]
    assert [need.at for need in found] == [posts[1].mark, posts[2].mark]


def test_where_lookups_are_shared_by_fifty_nothing_is_foreseen() -> None:
    assert needs(state_with(live_post(DAY - HOUR)), "youtube") == []


# The next tick


@given(tick=ticks, gaps=st.lists(st.integers(1, 20), max_size=5))
def test_the_next_tick_is_never_expected_too_soon(tick: timedelta, gaps: list[int]) -> None:
    """Ticks with nothing to do leave no trace: the pauses seen are multiples of the tick."""
    state, now = SyncState(), START
    for gap in gaps:
        state.tick(now)
        now += gap * tick
    following = next_tick(state, now, tick)
    assert now + tick <= following <= now + max(tick, LONGEST_TICK)
    assert following == now + min(min(gaps, default=1) * tick, LONGEST_TICK)


def test_a_tick_that_was_delivered_twice_is_no_pause() -> None:
    state = SyncState()
    state.tick(START)
    assert next_tick(state, START, TICK) == START + TICK


def test_stages_are_counted_by_age() -> None:
    reached = [0, 2.9, 3, 5.9, 6, 12, 17.9, 18, 40]
    assert [stage(age * HOUR) for age in reached] == [0, 0, 1, 1, 2, 3, 3, 4, 4]


def test_what_is_promised_is_what_the_method_page_says() -> None:
    """RULES: observed within 5 minutes, interpolated within 2 hours; usable from 18 hours on."""
    assert (OBSERVED_WITHIN, INTERPOLATED_WITHIN) == (5 * MINUTE, 2 * HOUR)
    assert stage(18 * HOUR) == stage(99 * HOUR) > stage(18 * HOUR - MINUTE)
    assert set(PRICES) == set(PLATFORMS)


@given(st.timedeltas(timedelta(0), timedelta(days=3)))
def test_the_ages_that_are_reached_are_counted(age: timedelta) -> None:
    assert stage(age) == sum(age >= at for at in STAGES)
