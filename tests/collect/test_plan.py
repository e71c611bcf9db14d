"""What is read when: the marks of every post, whatever the ticks' length and phase."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.collect import keep
from functions.collect.keep import MOST_WRITES
from functions.collect.note import AccountNote, LivePost, Note
from functions.collect.plan import (
    CONFIRM_AFTER,
    LONGEST_TICK,
    OVERLAP,
    Plan,
    Purpose,
    is_last_before_mark,
    next_tick,
    plan,
    purpose_of,
    stage,
    stale_profiles,
    unresolved,
)
from functions.model import DAY, SETTLED, Post, Sample

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
ANSWER = timedelta(seconds=2)  # from a tick to its answers
DISCOVER = 3 * HOUR

ticks = st.integers(5, 120).map(lambda minutes: minutes * MINUTE)
seconds = st.integers(0, 24 * 3600).map(lambda n: timedelta(seconds=n))
lookup_sizes = st.sampled_from([0, 100])


def account(handle: str = "kanwil", **facts: object) -> AccountNote:
    return msgspec.convert({"handle": handle, "account_id": f"id-{handle}", **facts}, AccountNote)


def live(age: timedelta = 5 * HOUR, **facts: object) -> LivePost:
    """A post of that age at START, found when it was an hour old."""
    published = START - age
    known = {
        "account_id": "id-kanwil",
        "post_id": "1",
        "published_at": published,
        "url": "https://example.org/1",
        "kept": (published + HOUR,),
        "read_at": published + HOUR,
        **facts,
    }
    return msgspec.convert(known, LivePost)


def note_of(*posts: LivePost, accounts: tuple[AccountNote, ...] | None = None) -> Note:
    held = (account(swept_at=START),) if accounts is None else accounts
    return Note(accounts={a.handle: a for a in held}, posts={post.key: post for post in posts})


def planned(note: Note, now: datetime = START, tick: timedelta = 15 * MINUTE, **facts: int) -> Plan:
    return plan(
        note,
        list(note.accounts),
        now=now,
        following=now + tick,
        look_back=START - 20 * DAY,
        lookup_size=facts.get("lookup_size", 100),
        discover_every=DISCOVER,
    )


# A post's life, tick by tick


@dataclass
class Life:
    """One post of one account, read by plan and kept by keep at regular ticks."""

    published: datetime
    lookup_size: int
    cadence: timedelta
    gone: tuple[tuple[datetime, datetime], ...] = ()
    busy: bool = False  # other accounts give every tick something to do
    note: Note = field(default_factory=lambda: Note(accounts={"kanwil": account()}))
    kept: list[datetime] = field(default_factory=list)
    absences: list[datetime] = field(default_factory=list)
    requests: int = 0

    def run(self, start: datetime, tick: timedelta, until: datetime) -> None:
        now = start
        while now <= until:
            self._tick(now)
            now += tick

    def _tick(self, now: datetime) -> None:
        following = next_tick(self.note, now, self.cadence)
        due = plan(
            self.note,
            ["kanwil"],
            now=now,
            following=following,
            look_back=START - 20 * DAY,
            lookup_size=self.lookup_size,
            discover_every=DISCOVER,
        )
        at = now + ANSWER
        for sweep in due.sweeps:
            if sweep.since <= self.published <= at:
                self._read(at, following)
            swept = msgspec.structs.replace(self.note.accounts["kanwil"], swept_at=at)
            self.note.accounts["kanwil"] = swept
        for lookup in due.lookups:
            for wanted in lookup.posts:
                held = self.note.posts[wanted.key]
                if held.read_at is None or held.read_at < now:
                    self._read(at, following)
        self.requests += len(due.sweeps) + len(due.lookups)
        if due.sweeps or due.lookups or self.busy:
            self.note.tick(now)
            self.note.prune(now)

    def _read(self, at: datetime, following: datetime) -> None:
        held = next(iter(self.note.posts.values()), None)
        if any(begin <= at < end for begin, end in self.gone):
            if held is not None:
                self.note.posts[held.key], stored = keep.missed(held, at)
                self.absences += [at] if stored else []
            return
        post = Post(
            platform="x",
            account_id="id-kanwil",
            post_id="1",
            published_at=self.published,
            url="https://example.org/1",
            samples=(Sample(taken_at=at),),
        )
        seen, stored = keep.seen(held, post, following)
        self.note.posts[seen.key] = seen
        self.kept += [at] if stored else []

    @property
    def writes(self) -> int:
        return len(self.kept) + len(self.absences)


def lived(
    tick: timedelta,
    phase: timedelta,
    lookup_size: int,
    cadence: timedelta,
    gone: tuple[tuple[timedelta, timedelta], ...] = (),
    busy: bool = False,
) -> Life:
    """A post published at a phase of the ticks, which go on from six hours before to its end."""
    published = START + 6 * HOUR + phase
    spans = tuple((published + begin, published + end) for begin, end in gone)
    life = Life(published, lookup_size, cadence, spans, busy)
    life.run(START, tick, published + 31 * HOUR)
    return life


@given(tick=ticks, phase=seconds, lookup_size=lookup_sizes, as_configured=st.booleans())
@example(tick=5 * MINUTE, phase=timedelta(0), lookup_size=0, as_configured=False)
@example(tick=120 * MINUTE, phase=timedelta(0), lookup_size=100, as_configured=False)
@example(tick=60 * MINUTE, phase=timedelta(seconds=1), lookup_size=0, as_configured=True)
def test_both_sides_of_the_mark_are_kept_within_a_tick_of_it(
    tick: timedelta, phase: timedelta, lookup_size: int, as_configured: bool
) -> None:
    """Also when ticks come more rarely, or more often, than configured."""
    cadence = tick if as_configured else 15 * MINUTE
    life = lived(tick, phase, lookup_size, cadence, busy=True)
    before, after = around_the_mark(life)
    assert before <= max(tick, cadence) * 1.1 + ANSWER
    assert after <= tick + ANSWER


@given(tick=ticks, phase=seconds, lookup_size=lookup_sizes, as_configured=st.booleans())
def test_where_ticks_are_hard_to_foresee_the_bracket_is_still_narrow(
    tick: timedelta, phase: timedelta, lookup_size: int, as_configured: bool
) -> None:
    """A single account leaves few traces of how often ticks come, so it is read too early rather
    than too late; what is kept allows for interpolation all the same."""
    life = lived(tick, phase, lookup_size, tick if as_configured else 15 * MINUTE)
    before, after = around_the_mark(life)
    assert before + after <= max(2.1 * tick, 2 * HOUR) + ANSWER


@given(
    tick=ticks,
    phase=seconds,
    lookup_size=lookup_sizes,
    as_configured=st.booleans(),
    busy=st.booleans(),
)
def test_a_posts_document_is_written_eight_times_at_most(
    tick: timedelta, phase: timedelta, lookup_size: int, as_configured: bool, busy: bool
) -> None:
    cadence = tick if as_configured else 15 * MINUTE
    life = lived(tick, phase, lookup_size, cadence, busy=busy)
    assert len(life.kept) <= MOST_WRITES
    assert life.kept == sorted(set(life.kept))


@given(
    tick=ticks,
    phase=seconds,
    lookup_size=lookup_sizes,
    begin=st.integers(1, 30 * 60).map(lambda n: n * MINUTE),
    length=st.integers(1, 12 * 60).map(lambda n: n * MINUTE),
)
def test_a_post_that_goes_and_comes_back_is_noticed_and_stays_within_its_writes(
    tick: timedelta,
    phase: timedelta,
    lookup_size: int,
    begin: timedelta,
    length: timedelta,
) -> None:
    life = lived(tick, phase, lookup_size, tick, gone=((begin, begin + length),))
    # Two absences, and one more sample after them, on top of what any post is written.
    assert len(life.kept) <= MOST_WRITES + 1
    assert len(life.absences) <= 2
    if len(life.absences) > 1:
        assert life.absences[1] - life.absences[0] >= CONFIRM_AFTER


@given(tick=ticks, phase=seconds, lookup_size=lookup_sizes)
def test_a_post_gone_for_good_before_its_mark_is_confirmed_before_it(
    tick: timedelta, phase: timedelta, lookup_size: int
) -> None:
    """Gone at 12 h: two absences, 15 minutes apart, are on record well before the mark."""
    life = lived(tick, phase, lookup_size, tick, gone=((12 * HOUR, 99 * HOUR),))
    assert len(life.absences) == 2
    first, second = life.absences
    assert second - first >= CONFIRM_AFTER
    assert second < life.published + DAY


@given(phase=seconds, lookup_size=lookup_sizes)
def test_a_quiet_account_costs_no_more_than_its_looks_for_new_posts(
    phase: timedelta, lookup_size: int
) -> None:
    """One post in 37 hours: some dozen looks, and the reads that its mark and age want."""
    life = lived(15 * MINUTE, phase, lookup_size, 15 * MINUTE)
    assert life.requests <= 40  # of 149 ticks


def around_the_mark(life: Life) -> tuple[timedelta, timedelta]:
    """How far the nearest kept samples lie from the mark on either side."""
    mark = life.published + DAY
    return (
        mark - max(at for at in life.kept if at <= mark),
        min(at for at in life.kept if at >= mark) - mark,
    )


# What is due


@given(age=st.integers(0, 47 * 60), kept=st.lists(st.integers(0, 47 * 60), max_size=8))
def test_nothing_is_planned_for_a_closed_post(age: int, kept: list[int]) -> None:
    published = START - age * MINUTE
    times = tuple(sorted({published + n * MINUTE for n in kept if n <= age}))
    post = live(age * MINUTE, kept=times, read_at=times[-1] if times else None)
    passed = bool(times) and times[-1] >= post.mark
    over = post.published_at + SETTLED < START
    assert post.closed(START) == (passed or over)
    if post.closed(START):
        assert purpose_of(post, START, START + 15 * MINUTE) is None
        assert planned(note_of(post)) == Plan()
        assert planned(note_of(post), lookup_size=0) == Plan()


def test_a_post_twice_missed_is_looked_for_once_more_before_its_mark() -> None:
    """It may have come back; nothing else would notice where listings do not reach so far."""
    tick = 15 * MINUTE
    post = live(missing=(START - 2 * HOUR, START - HOUR))
    last = post.mark - 10 * MINUTE
    due = [purpose_of(post, at, at + tick) for at in (START, last - tick, last, post.mark + tick)]
    assert due == [None, None, Purpose.MARK, None]
    sample = Sample(taken_at=START)
    again, kept = keep.seen(
        post, msgspec.structs.replace(post.as_post("x"), samples=(sample,)), START + HOUR
    )
    assert kept
    assert again.missing == ()


@pytest.mark.parametrize("lookup_size", [0, 100])
def test_nothing_due_is_an_empty_plan(lookup_size: int) -> None:
    assert planned(note_of(), lookup_size=lookup_size) == Plan()
    fresh = live(2 * HOUR)
    assert planned(note_of(fresh), lookup_size=lookup_size) == Plan()
    assert planned(Note(), lookup_size=lookup_size) == Plan()


@given(ages=st.lists(st.integers(0, 31 * 60), min_size=1, max_size=30, unique=True))
def test_marks_come_before_freshness_and_the_nearest_mark_first(ages: list[int]) -> None:
    posts = [live(age * MINUTE, post_id=str(n)) for n, age in enumerate(ages)]
    lookups = planned(note_of(*posts), lookup_size=4).lookups
    wanted = [post for lookup in lookups for post in lookup.posts]
    purposes = [purpose_of(post, START, START + 15 * MINUTE) for post in wanted]
    assert purposes == sorted(purposes)  # type: ignore[type-var]
    marks = [post.mark for post, why in zip(wanted, purposes, strict=True) if why is Purpose.MARK]
    assert marks == sorted(marks)
    assert [lookup.purpose for lookup in lookups] == sorted(lookup.purpose for lookup in lookups)
    assert all(0 < len(lookup.posts) <= 4 for lookup in lookups)
    assert len({post.key for post in wanted}) == len(wanted)


def test_marks_come_before_discovery_where_accounts_are_swept() -> None:
    marked = account("bermark", swept_at=START - HOUR)
    looked_at = account("aaa", swept_at=START - 5 * HOUR)
    post = live(DAY - 5 * MINUTE, account_id="id-bermark")
    sweeps = planned(note_of(post, accounts=(looked_at, marked)), lookup_size=0).sweeps
    assert [(s.handle, s.purpose) for s in sweeps] == [
        ("bermark", Purpose.MARK),
        ("aaa", Purpose.DISCOVER),
    ]


def test_an_account_is_swept_once_however_many_reasons_there_are() -> None:
    posts = [live(DAY - n * MINUTE, post_id=str(n)) for n in range(10)]
    held = account(swept_at=START - 9 * HOUR)
    [sweep] = planned(note_of(*posts, accounts=(held,)), lookup_size=0).sweeps
    assert sweep.purpose is Purpose.MARK


def test_freshness_alone_is_worth_no_listing() -> None:
    stale = live(7 * HOUR)
    assert planned(note_of(stale), lookup_size=0).sweeps == ()
    [lookup] = planned(note_of(stale), lookup_size=100).lookups
    assert lookup.purpose is Purpose.FRESHEN


def test_a_mark_just_after_the_next_tick_is_read_now_since_ticks_come_late() -> None:
    tick = 60 * MINUTE
    post = live(DAY - tick - 5 * MINUTE)
    assert is_last_before_mark(post, START, START + tick)
    assert not is_last_before_mark(live(DAY - tick - 7 * MINUTE), START, START + tick)


def test_the_same_tick_delivered_twice_reads_nothing_twice() -> None:
    post = live(DAY - 5 * MINUTE)
    assert purpose_of(post, START, START + 15 * MINUTE) is Purpose.MARK
    read = msgspec.structs.replace(post, read_at=START + ANSWER)
    assert purpose_of(read, START, START + 15 * MINUTE) is None


def test_a_first_absence_is_confirmed_no_sooner_than_a_quarter_of_an_hour_later() -> None:
    post = live(missing=(START - 14 * MINUTE,))
    assert purpose_of(post, START, START + 15 * MINUTE) is None
    later = START + MINUTE
    assert purpose_of(post, later, later + 15 * MINUTE) is Purpose.MARK


# How far a listing reaches


def test_a_first_listing_reaches_back_as_far_as_it_is_told() -> None:
    [sweep] = planned(note_of(accounts=(account(),))).sweeps
    assert sweep.since == START - 20 * DAY


def test_a_listing_overlaps_the_one_before_it() -> None:
    held = account(swept_at=START - 4 * HOUR)
    [sweep] = planned(note_of(accounts=(held,)), lookup_size=100).sweeps
    assert sweep.since == START - 4 * HOUR - OVERLAP


def test_where_posts_are_read_by_listing_alone_it_reaches_every_open_mark() -> None:
    held = account(swept_at=START - 4 * HOUR)
    [sweep] = planned(note_of(accounts=(held,)), lookup_size=0).sweeps
    assert sweep.since == START - SETTLED


def test_after_an_outage_a_listing_reaches_back_before_it() -> None:
    held = account(swept_at=START - 5 * DAY)
    for lookup_size in (0, 100):
        [sweep] = planned(note_of(accounts=(held,)), lookup_size=lookup_size).sweeps
        assert sweep.since <= START - 5 * DAY


# Accounts


def test_an_account_at_rest_is_left_alone_until_its_time() -> None:
    resting = account(swept_at=START - 9 * HOUR, wrong="salah", retry_at=START + MINUTE)
    lost = AccountNote(handle="baru", wrong="salah", retry_at=START + MINUTE)
    note = note_of(live(DAY), accounts=(resting, lost))
    assert planned(note, lookup_size=0) == Plan()
    assert unresolved(note, ["kanwil", "baru"], START) == []
    assert stale_profiles(note, ["kanwil", "baru"], START, DAY) == []
    later = START + MINUTE
    assert planned(note, later, lookup_size=0).sweeps != ()
    assert unresolved(note, ["kanwil", "baru"], later) == ["baru"]


def test_an_unknown_handle_is_resolved_before_anything_else_is_asked_of_it() -> None:
    note = Note()
    assert unresolved(note, ["baru"], START) == ["baru"]
    assert stale_profiles(note, ["baru"], START, DAY) == []


def test_an_account_that_was_wrong_has_its_profile_read_so_that_its_admin_is_told() -> None:
    held = account(swept_at=START, followers_at=START - HOUR, wrong="salah", retry_at=START)
    assert stale_profiles(note_of(accounts=(held,)), ["kanwil"], START, 30 * DAY) == ["kanwil"]


def test_followers_wait_for_a_tick_that_reads_the_account_but_not_for_ever() -> None:
    idle = account(swept_at=START - HOUR, followers_at=START - 25 * HOUR)
    read = account(swept_at=START, followers_at=START - 25 * HOUR)
    stale = account(swept_at=START - HOUR, followers_at=START - 48 * HOUR)
    fresh = account(swept_at=START, followers_at=START - 23 * HOUR)
    due = [
        bool(stale_profiles(note_of(accounts=(a,)), ["kanwil"], START, DAY))
        for a in (idle, read, stale, fresh)
    ]
    assert due == [False, True, True, False]


# The next tick


@given(tick=ticks, gaps=st.lists(st.integers(1, 20), max_size=5))
def test_the_next_tick_is_never_expected_too_soon(tick: timedelta, gaps: list[int]) -> None:
    """Ticks with nothing to do leave no trace: the pauses seen are multiples of the tick."""
    note, now = Note(), START
    for gap in gaps:
        note.tick(now)
        now += gap * tick
    expected = next_tick(note, now, tick)
    assert now + tick <= expected <= now + max(tick, LONGEST_TICK)


def test_a_tick_that_was_delivered_twice_is_no_pause() -> None:
    note = Note()
    note.tick(START)
    assert next_tick(note, START, 15 * MINUTE) == START + 15 * MINUTE


def test_stages_are_counted_by_age() -> None:
    ages = [0, 2.9, 3, 5.9, 6, 12, 17.9, 18, 40]
    assert [stage(age * HOUR) for age in ages] == [0, 0, 1, 1, 2, 3, 3, 4, 4]
