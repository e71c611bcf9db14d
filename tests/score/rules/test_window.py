"""Measuring I24, rule by rule; the quoted lines stand in RULES.md."""

from datetime import timedelta
from fractions import Fraction
from math import floor

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import COUNTED, COUNTERS, PLATFORMS, Measurement, Post, Sample, State
from functions.score.rules.fold import fold
from functions.score.rules.window import bracket, interpolate, is_gone, measure, round_half_up
from functions.thresholds import EARLIEST_USABLE, LATEST_USABLE
from tests.factories import LATER, MARK, PUBLISHED, aged, read, x_post

SECOND = timedelta(seconds=1)


def states(*samples: Sample, now=LATER, **facts):
    return measure(x_post(*samples, **facts), now).state


# Usable samples


@pytest.mark.parametrize(
    ("at", "usable"),
    [
        (aged(18) - SECOND, False),
        (aged(18), True),
        (aged(24), True),
        (aged(30), True),
        (aged(30) + SECOND, False),
    ],
)
def test_usable_samples_are_those_aged_18_h_to_30_h_both_inclusive(at, usable):
    result = measure(x_post(read(at, likes=7)), LATER)
    assert (result.i24 == 7) is usable
    assert (result.state == "unmeasured") is not usable


def test_before_is_the_last_at_or_before_the_mark_and_after_the_first_at_or_after_it():
    reads = [read(aged(hours)) for hours in (3, 19, 23, 25, 26, 29)]
    assert bracket(x_post(*reads)) == (reads[2], reads[3])


def test_a_read_exactly_at_the_mark_is_both_before_and_after():
    exact = read(MARK, likes=5)
    result = measure(x_post(read(aged(23)), exact, read(aged(25), likes=9)), LATER)
    assert (result.before, result.after) == (exact, exact)
    assert (result.i24, result.lower, result.upper) == (5, 5, 5)


# The value


def test_each_counter_is_interpolated_linearly_in_integer_seconds():
    result = measure(
        x_post(
            read(aged(23, 30), likes=100, comments=10, shares=4),
            read(aged(25), likes=190, comments=40, shares=4),
        ),
        LATER,
    )
    # A third of the way: 100 + 30, 10 + 10, 4.
    assert (result.i24, result.lower, result.upper) == (154, 114, 234)


def test_the_exact_fractions_are_added_and_the_sum_is_rounded_once():
    """Three counters at a third each make 1, where rounding each would make 0."""
    one_third = x_post(
        read(aged(23)), read(aged(26), likes=1, comments=1, shares=1), post_id="thirds"
    )
    assert measure(one_third, LATER).i24 == 1


@pytest.mark.parametrize(
    ("likes", "i24"),
    [((0, 1), 1), ((2, 3), 3), ((3, 2), 3), ((1, 0), 1), ((0, 2), 1), ((0, 0), 0)],
)
def test_a_half_is_rounded_up_whether_counters_rise_or_fall(likes, i24):
    """ "rounded once, half up" – half-even would make 0 of 0.5 and 2 of 2.5."""
    post = x_post(read(aged(23), likes=likes[0]), read(aged(25), likes=likes[1]))
    assert measure(post, LATER).i24 == i24


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_rounding_half_up_is_floor_of_the_value_and_a_half(numerator, denominator):
    value = Fraction(numerator, denominator)
    assert round_half_up(value) == floor(value + Fraction(1, 2))


def test_lower_and_upper_are_the_smaller_and_larger_sum_also_when_counters_fall():
    """ "Counters may fall: unlikes, deleted comments. The rule is the same." """
    result = measure(x_post(read(aged(23), likes=30), read(aged(25), likes=20)), LATER)
    assert (result.i24, result.lower, result.upper) == (25, 20, 30)


def test_bounds_are_of_the_sums_and_not_of_each_counter():
    falling_likes = x_post(
        read(aged(23), likes=30, comments=1), read(aged(25), likes=20, comments=5)
    )
    result = measure(falling_likes, LATER)
    assert (result.lower, result.upper) == (25, 31)


def test_with_only_before_that_read_is_value_and_lower_bound():
    result = measure(x_post(read(aged(20), likes=12, comments=3)), LATER)
    assert (result.i24, result.lower, result.upper) == (15, 15, None)
    assert (result.state, result.after) == ("estimated", None)


def test_with_only_after_that_read_is_value_and_upper_bound():
    result = measure(x_post(read(aged(2), likes=1), read(aged(29), likes=12)), LATER)
    assert (result.i24, result.lower, result.upper) == (12, None, 12)
    assert (result.state, result.before) == ("estimated", None)


# Unknown counters


def test_a_counter_that_is_null_in_either_read_is_left_out_of_value_and_bounds():
    for hidden_first, hidden_last in ((None, 50), (50, None), (None, None)):
        result = measure(
            x_post(
                read(aged(23), likes=hidden_first, comments=4),
                read(aged(25), likes=hidden_last, comments=6),
            ),
            LATER,
        )
        assert (result.i24, result.lower, result.upper) == (5, 4, 6)
        assert result.partial


def test_a_known_zero_is_not_a_gap():
    """ "Missing, hidden, unsupported and zero are four different things everywhere" """
    zero = measure(x_post(read(MARK)), LATER)
    assert (zero.state, zero.i24, zero.partial) == ("observed", 0, False)


def test_no_counter_left_is_unmeasured_and_never_0():
    """ "unmeasured … or no counter left … no – and never as 0" """
    hidden = {"likes": None, "comments": None, "shares": None}
    for first, last in ((hidden, hidden), (hidden, {}), ({}, hidden)):
        result = measure(x_post(read(aged(23), **first), read(aged(25), **last)), LATER)
        assert (result.state, result.i24, result.lower, result.upper) == (
            "unmeasured",
            None,
            None,
            None,
        )
        assert result.partial


@pytest.mark.parametrize("platform", PLATFORMS)
def test_views_are_shown_beside_and_never_counted(platform):
    sample = Sample(taken_at=MARK, likes=1, comments=10, shares=100, views=1000)
    counted = 111 if platform in ("facebook", "x", "tiktok") else 11
    result = measure(x_post(sample, platform=platform), LATER)
    assert (result.i24, result.partial) == (counted, False)


def test_a_counter_that_the_platform_does_not_have_makes_no_post_partial():
    instagram = Sample(taken_at=MARK, likes=3, comments=1)
    assert not measure(x_post(instagram, platform="instagram"), LATER).partial
    assert measure(x_post(instagram), LATER).partial


# States


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [
        # "observed: a used sample lies within ±5 min of the mark"
        (aged(23, 55), aged(29), "observed"),
        (aged(19), aged(24, 5), "observed"),
        (aged(23, 55), None, "observed"),
        (None, aged(24, 5), "observed"),
        # "interpolated: a bracket no wider than 2 h"
        (aged(23, 54, 59), aged(24, 5, 1), "interpolated"),
        (aged(23), aged(25), "interpolated"),
        # "estimated: a wider bracket, or one side only"
        (aged(23), aged(25, 0, 1), "estimated"),
        (aged(18), aged(30), "estimated"),
        (aged(23, 54, 59), None, "estimated"),
        (None, aged(24, 5, 1), "estimated"),
    ],
)
def test_the_state_says_how_near_the_used_reads_are(first, last, state):
    assert states(*(read(at) for at in (first, last) if at)) == state


def test_observed_is_computed_as_always():
    """ "the value is computed as always": interpolated, not taken from the near read."""
    post = x_post(read(aged(23, 56), likes=0), read(aged(24, 4), likes=8))
    assert measure(post, LATER).i24 == 4


def test_a_post_runs_until_it_is_30_h_old_with_the_latest_read_as_its_value():
    """ "running: younger than 30 h and no bracket yet … provisional value = latest read" """
    post = x_post(read(aged(3), likes=4), read(aged(20), likes=9, comments=1))
    running = measure(post, aged(30) - SECOND)
    assert (running.state, running.i24, running.lower, running.upper) == ("running", 10, None, None)
    assert measure(post, aged(30)).state == "estimated"


def test_a_young_post_runs_on_a_read_too_early_to_be_used():
    result = measure(x_post(read(aged(1), likes=2)), aged(2))
    assert (result.state, result.i24) == ("running", 2)


def test_a_post_with_a_bracket_is_decided_before_it_is_30_h_old():
    assert states(read(aged(23)), read(aged(25)), now=aged(25)) == "interpolated"


def test_a_running_value_with_a_hidden_counter_is_partial_and_one_without_any_is_null():
    partial = measure(x_post(read(aged(1), likes=None, comments=3)), aged(2))
    assert (partial.i24, partial.partial) == (3, True)
    hidden = measure(x_post(read(aged(1), likes=None, comments=None, shares=None)), aged(2))
    assert (hidden.state, hidden.i24) == ("running", None)


def test_a_running_value_of_all_counters_is_not_partial_nor_is_a_post_without_a_read():
    whole = measure(x_post(read(aged(1), likes=2)), aged(2))
    assert (whole.i24, whole.partial) == (2, False)
    unread = measure(x_post(), aged(2))
    assert (unread.state, unread.i24, unread.partial) == ("running", None, False)
    hidden = measure(x_post(read(aged(1), likes=None, comments=None, shares=None)), aged(2))
    assert hidden.partial


@pytest.mark.parametrize(("first", "last"), [(aged(20), None), (None, aged(25))])
def test_a_young_post_with_a_read_on_one_side_still_runs(first, last):
    """ "younger than 30 h and no bracket yet", and the usable read is kept beside it."""
    [one] = (read(at, likes=3) for at in (first, last) if at)
    result = measure(x_post(one), aged(26))
    assert (result.state, result.i24, result.lower, result.upper) == ("running", 3, None, None)
    assert (result.before, result.after) == (one if first else None, one if last else None)


def test_reads_without_a_counter_are_kept_beside_what_they_could_not_measure():
    hidden = [read(aged(hours), likes=None, comments=None, shares=None) for hours in (23, 25)]
    both = measure(x_post(*hidden), LATER)
    assert (both.before, both.after) == tuple(hidden)
    early, late = (measure(x_post(one), LATER) for one in hidden)
    assert (early.before, early.after) == (hidden[0], None)
    assert (late.before, late.after) == (None, hidden[1])


def test_unmeasured_begins_at_30_h_without_a_usable_sample():
    """ "30 h old without a usable sample" """
    early = x_post(read(aged(17), likes=9), read(aged(31), likes=50))
    assert measure(early, aged(30) - SECOND).state == "running"
    assert measure(early, aged(30)) == Measurement(state="unmeasured")
    assert measure(early, LATER) == Measurement(state="unmeasured")


# Removal


def test_two_covering_absences_15_minutes_apart_before_the_mark_remove_a_post():
    """ "an absence confirmed before the mark by two covering reads at least 15 min apart" """
    gone = x_post(read(aged(3), likes=5), absences=(aged(20), aged(20, 15)))
    assert measure(gone, LATER) == Measurement(state="removed")
    assert measure(gone, aged(21)).state == "removed"


@pytest.mark.parametrize(
    "absences",
    [
        (),
        (aged(20),),
        (aged(20), aged(20, 14, 59)),
        (aged(23, 40), MARK),
        (aged(23, 50), aged(24, 20)),
        (aged(25), aged(26)),
    ],
)
def test_an_absence_that_is_unconfirmed_or_not_before_the_mark_removes_nothing(absences):
    """ "Seen before the mark and gone after it: measured one-sided." """
    result = measure(x_post(read(aged(19), likes=5), absences=absences), LATER)
    assert (result.state, result.i24, result.lower, result.upper) == ("estimated", 5, 5, None)


def test_the_first_and_the_last_of_several_absences_confirm_each_other():
    often = tuple(aged(20, minutes) for minutes in (0, 5, 10, 15))
    assert states(read(aged(19)), absences=often) == "removed"


@pytest.mark.parametrize(
    ("absences", "gone"),
    [
        ((), False),
        ((aged(20),), False),
        ((aged(20), aged(20, 14, 59)), False),
        ((aged(20), aged(21)), True),
        ((aged(23, 50), aged(24, 20)), True),
        ((aged(25), aged(26)), True),
    ],
)
def test_a_post_is_gone_whenever_it_was_deleted(absences, gone):
    assert is_gone(x_post(read(aged(19)), absences=absences)) is gone
    assert not is_gone(x_post(read(aged(19)), read(aged(27)), absences=absences))


def test_a_post_seen_again_is_restored():
    """ "Seen again: restored." """
    absences = (aged(20), aged(21))
    assert states(read(aged(3)), read(aged(22)), absences=absences) == "estimated"
    assert states(read(aged(3)), read(aged(25)), absences=absences) == "estimated"
    # Seen by one read and missed by another in the same second, it was seen.
    assert states(read(aged(20)), absences=(aged(20), aged(20, 15))) == "estimated"
    # What was missed before it was seen again confirms no later absence.
    assert states(read(aged(20, 30)), absences=(aged(20), aged(21))) == "estimated"
    assert states(read(aged(20, 30)), absences=(*absences, aged(21, 15))) == "removed"


# What holds for every post

EDGES = ((18, 0), (20, 0), (20, 15), (23, 0), (23, 55), (24, 0), (24, 5), (25, 0), (30, 0))

# From birth to long after, and often close to the mark.
ages = st.integers(0, 40 * 3600) | st.integers(22 * 3600, 26 * 3600)
counts = st.none() | st.integers(0, 10**9)


@st.composite
def samples(draw, between=ages):
    seconds = draw(st.lists(between, max_size=6, unique=True))
    return tuple(
        Sample(
            taken_at=aged(seconds=age),
            likes=draw(counts),
            comments=draw(counts),
            shares=draw(counts),
            views=draw(counts),
        )
        for age in sorted(seconds)
    )


@st.composite
def posts(draw):
    absences = tuple(aged(seconds=age) for age in sorted(draw(st.sets(ages, max_size=3))))
    platform = draw(st.sampled_from(PLATFORMS))
    return x_post(*draw(samples()), platform=platform, absences=absences)


moments = ages.map(lambda age: aged(seconds=age))


@given(posts(), moments)
def test_the_value_lies_within_its_bounds(post, now):
    result = measure(post, now)
    assert result.lower is None or result.lower <= result.i24
    assert result.upper is None or result.i24 <= result.upper


@given(posts(), moments)
def test_a_value_is_given_exactly_in_the_states_that_are_measured(post, now):
    result = measure(post, now)
    if result.state in ("observed", "interpolated", "estimated"):
        assert result.i24 is not None
        assert result.lower is not None or result.upper is not None
    elif result.state in ("unmeasured", "removed"):
        assert result.i24 is None
    if result.state != "running":
        assert (result.lower is None) <= (result.before is None or result.i24 is None)


@given(posts(), st.tuples(*[st.integers(0, 10**9)] * 4))
def test_a_read_exactly_at_the_mark_is_the_value(post, counters):
    exact = Sample(taken_at=MARK, **dict(zip(COUNTERS, counters, strict=True)))
    others = tuple(s for s in post.samples if s.taken_at != MARK)
    whole = sorted((*others, exact), key=lambda s: s.taken_at)
    result = measure(msgspec.structs.replace(post, samples=tuple(whole)), LATER)
    assert result.state == "observed"
    assert result.i24 == result.lower == result.upper == exact.total(post.platform)


@given(posts(), st.integers(0, 18 * 3600 - 1) | st.integers(30 * 3600 + 1, 40 * 3600), counts)
def test_an_unusable_read_changes_no_decided_value(post, age, likes):
    """Only what is aged 18 h to 30 h enters; the absences that restore it are left out here."""
    post = msgspec.structs.replace(post, absences=())
    added = {**{s.taken_at: s for s in post.samples}}
    added.setdefault(aged(seconds=age), read(aged(seconds=age), likes=likes))
    more = msgspec.structs.replace(post, samples=tuple(added[at] for at in sorted(added)))
    assert measure(more, LATER) == measure(post, LATER)


@given(posts(), moments, samples())
def test_what_is_read_after_now_does_not_matter(post, now, later):
    """A past instant can be replayed: the same comes out whatever was read since."""
    future = [s for s in later if s.taken_at > now]
    past = [s for s in post.samples if s.taken_at <= now]
    known = post.as_known(now)
    told = msgspec.structs.replace(
        known,
        samples=(*past, *future),
        absences=(*known.absences, now + SECOND, now + timedelta(hours=1)),
    )
    assert measure(told, now) == measure(post, now)


@given(posts(), moments, st.randoms())
def test_reads_measure_the_same_in_whatever_order_they_arrive(post, now, random):
    alone = [msgspec.structs.replace(post, samples=(s,), absences=()) for s in post.samples]
    alone += [msgspec.structs.replace(post, samples=(), absences=(at,)) for at in post.absences]
    random.shuffle(alone)
    entry = None
    for part in alone:
        entry = fold(entry, part)
    if entry is not None:
        assert measure(entry.post, now) == measure(post, now)


# Ages at which something changes, and the seconds beside them.
edges = st.builds(
    lambda minutes, beside: minutes * 60 + beside,
    st.sampled_from([h * 60 + m for h, m in EDGES]),
    st.sampled_from([0, 0, -1, 1]),
)
small = st.none() | st.integers(0, 9)


@st.composite
def close_posts(draw):
    """Posts whose reads and counters lie so close together that every edge is met."""
    facts = st.builds(
        Sample,
        taken_at=(edges | edges | ages).map(lambda age: aged(seconds=age)),
        likes=small,
        comments=small | counts,
        shares=small,
        views=small,
    )
    drawn = draw(st.lists(facts, min_size=1, max_size=8, unique_by=lambda sample: sample.taken_at))
    absences = draw(st.sets(edges, max_size=3))
    return x_post(
        *sorted(drawn, key=lambda sample: sample.taken_at),
        platform=draw(st.sampled_from(PLATFORMS)),
        absences=tuple(aged(seconds=age) for age in sorted(absences)),
    )


@given(close_posts() | posts(), edges.map(lambda age: aged(seconds=age)) | st.just(LATER))
@settings(max_examples=200)
def test_a_measurement_is_what_the_method_page_says_word_for_word(post, now):
    assert measure(post, now) == by_the_book(post, now)


@given(close_posts())
def test_the_bracket_is_the_last_usable_read_before_and_the_first_after_the_mark(post):
    assert bracket(post) == book_bracket(post.samples)


@given(
    st.lists(st.tuples(*[st.integers(-50, 50) | st.integers(0, 10**12)] * 2), max_size=4),
    st.integers(0, 12 * 3600),
    st.integers(0, 12 * 3600),
)
def test_the_line_between_two_reads_is_that_of_exact_fractions(counters, passed, left):
    """Whatever the counters do, below zero too: a half goes up."""
    named = COUNTERS[: len(counters)]
    start, end = MARK - passed * SECOND, MARK + left * SECOND
    before = Sample(taken_at=start, **{n: c[0] for n, c in zip(named, counters, strict=True)})
    after = Sample(taken_at=end, **{n: c[1] for n, c in zip(named, counters, strict=True)})
    share = Fraction(passed, passed + left) if passed + left else Fraction(0)
    exact = sum(((1 - share) * first + share * last for first, last in counters), Fraction(0))
    assert interpolate(before, after, MARK, named) == floor(exact + Fraction(1, 2))


def by_the_book(post: Post, now) -> Measurement:
    """RULES.md's "Measuring I24", one sentence after the other, with nothing spared."""
    hour = timedelta(hours=1)
    samples = [s for s in post.samples if s.taken_at <= now]
    absences = [at for at in post.absences if at <= now]
    gone = [at for at in absences if at < MARK and all(s.taken_at < at for s in samples)]
    if any(b - a >= timedelta(minutes=15) for a in gone for b in gone):
        return Measurement(state="removed")
    before, after = book_bracket(samples)
    used = [s for s in (before, after) if s is not None]
    is_young = now - PUBLISHED < 30 * hour
    if len(used) < 2 and is_young:
        latest = samples[-1] if samples else None
        unknown = latest and [n for n in COUNTED[post.platform] if getattr(latest, n) is None]
        return Measurement(
            state="running",
            i24=latest.total(post.platform) if latest else None,
            partial=bool(unknown),
            before=before,
            after=after,
        )
    known = [n for n in COUNTED[post.platform] if all(getattr(s, n) is not None for s in used)]
    if not used:
        return Measurement(state="unmeasured")
    if not known:
        return Measurement(state="unmeasured", partial=True, before=before, after=after)
    sums = [sum(getattr(s, n) for n in known) for s in used]
    exact = Fraction(0)
    for name in known:
        ends = [getattr(s, name) for s in used]
        width = int((used[-1].taken_at - used[0].taken_at).total_seconds())
        passed = int((MARK - used[0].taken_at).total_seconds()) if width else 0
        exact += ends[0] + Fraction(passed, width or 1) * (ends[-1] - ends[0])
    if any(abs(s.taken_at - MARK) <= timedelta(minutes=5) for s in used):
        state: State = "observed"
    elif len(used) == 2 and used[1].taken_at - used[0].taken_at <= 2 * hour:
        state = "interpolated"
    else:
        state = "estimated"
    return Measurement(
        state=state,
        i24=floor(exact + Fraction(1, 2)),
        lower=min(sums) if before else None,
        upper=max(sums) if after else None,
        partial=len(known) < len(COUNTED[post.platform]),
        before=before,
        after=after,
    )


def book_bracket(samples) -> tuple[Sample | None, Sample | None]:
    hour = timedelta(hours=1)
    usable = [s for s in samples if 18 * hour <= s.taken_at - PUBLISHED <= 30 * hour]
    before = [s for s in usable if s.taken_at <= PUBLISHED + 24 * hour]
    after = [s for s in usable if s.taken_at >= PUBLISHED + 24 * hour]
    return (before[-1] if before else None), (after[0] if after else None)


@given(posts())
def test_the_value_is_what_an_independent_formula_gives(post):
    """The two reads weighted by their distance from the mark, in exact fractions."""
    post = msgspec.structs.replace(post, absences=())
    assert measure(post, LATER).i24 == independent_i24(post)


def independent_i24(post: Post) -> int | None:
    def offset(sample: Sample) -> int:
        return int((sample.taken_at - PUBLISHED).total_seconds()) - 86_400

    near = [s for s in post.samples if EARLIEST_USABLE <= s.taken_at - PUBLISHED <= LATEST_USABLE]
    before = max((s for s in near if offset(s) <= 0), key=offset, default=None)
    after = min((s for s in near if offset(s) >= 0), key=offset, default=None)
    used = [s for s in (before, after) if s]
    total = Fraction(0)
    known = 0
    for name in COUNTED[post.platform]:
        values = [getattr(s, name) for s in used]
        if not values or None in values:
            continue
        known += 1
        if len(used) == 1 or offset(used[0]) == offset(used[1]):
            total += values[0]
            continue
        to_left, to_right = -offset(used[0]), offset(used[1])
        weighted = values[0] * to_right + values[1] * to_left
        total += Fraction(weighted, to_left + to_right)
    return floor(total + Fraction(1, 2)) if known else None
