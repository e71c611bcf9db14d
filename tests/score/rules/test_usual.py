"""What is usual for an account; the quoted lines stand in RULES.md."""

from datetime import timedelta
from fractions import Fraction
from math import floor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Measurement, Sample, Verdict
from functions.score.rules.usual import History, Measured, measured, over_usuals, talk
from functions.score.rules.window import measure
from tests import factories as cases
from tests.factories import LATER, MARK, PUBLISHED, aged, read, verdict, x_post

MINUTE = timedelta(minutes=1)


def numbered_post(number: int, i24: int) -> Measured:
    return cases.measured(i24, post_id=f"{number:04}", at=PUBLISHED + number * MINUTE)


def over_usual(i24, earlier):
    """In tenths, beside these earlier values, oldest first."""
    return History((value, None) for value in earlier).over_usual(i24)


def expected(earlier):
    """What is expected, as the value of a large post gives it away."""
    tenths = over_usual(10**12, earlier)
    return 0 if tenths is None else pytest.approx(10**13 / tenths)


@pytest.mark.parametrize(
    ("earlier", "mean"),
    [
        ([0] * 5 + [6] * 10 + [900] * 5, Fraction(6)),
        ([0] * 4 + [6] * 11 + [900] * 5, Fraction(6)),
        ([0] * 5 + [6] * 9 + [900] * 6, Fraction(9 * 6 + 900, 10)),
        # 23 posts lose 5 at each end, not 6; 24 lose 6.
        ([0] * 6 + [6] * 11 + [900] * 6, Fraction(11 * 6 + 0 + 900, 13)),
        ([0] * 6 + [6] * 12 + [900] * 6, Fraction(6)),
    ],
)
def test_a_quarter_is_dropped_at_each_end(earlier, mean):
    """ "mean of what is left … after dropping floor(n/4) at each end" """
    assert expected(earlier) == expected(earlier[::-1]) == mean


def test_only_the_last_100_count():
    """ "the account's last ≤ 100 measured posts" """
    assert expected([10**6] * 50 + [7] * 100) == 7
    assert expected([0] * 25 + [8] * 50 + [9] * 25) == 8
    # One more, and the oldest falls out: a quarter of 100 no longer takes all the nines.
    assert expected([0] * 25 + [8] * 50 + [9] * 26) == Fraction(49 * 8 + 9, 50)


def test_it_is_shown_from_20_earlier_posts_on():
    """ "shown from 20 earlier posts on" """
    assert over_usual(12, [6] * 19) is None
    assert over_usual(12, [6] * 20) == 20


def test_it_is_null_when_nothing_is_expected():
    """ "null when expected is 0" """
    assert expected([0] * 15 + [9] * 5) == 0
    assert over_usual(12, [0] * 15 + [9] * 5) is None
    assert over_usual(0, [6] * 20) == 0


@pytest.mark.parametrize(
    ("i24", "usual", "tenths"),
    [(21, 20, 11), (20, 20, 10), (19, 20, 10), (1, 20, 1), (1, 21, 0), (3, 20, 2), (5, 20, 3)],
)
def test_it_has_one_decimal_rounded_half_up(i24, usual, tenths):
    """ "one decimal": 1.05 is 1.1, 0.95 is 1.0, 0.05 is 0.1, 0.15 is 0.2 and 0.25 is 0.3"""
    assert over_usual(i24, [usual] * 20) == tenths


def test_only_earlier_posts_say_what_is_usual():
    """A post is not held against itself."""
    same = [cases.measured(10, post_id=f"{n:02}") for n in range(20)]
    last = cases.measured(15, post_id="20")
    found = over_usuals([*same, last])
    assert found["20"] == 15
    assert {found[one.post.post_id] for one in same} == {None}
    assert over_usuals([*same, numbered_post(1, 30), numbered_post(2, 90)])["0002"] == 90


def test_earlier_months_are_carried_on():
    found = over_usuals([numbered_post(1, 30), numbered_post(2, 10)], carried=[(10, None)] * 19)
    assert found == {"0001": None, "0002": 10}
    history = History([(7, 1)] * 99)
    history.add(0, 0)
    assert history.past == (*((7, 1),) * 99, (0, 0))
    history.add(1, None)
    assert history.past == (*((7, 1),) * 98, (0, 0), (1, None))
    assert history.talked == (99, 98 * 7, 98)


@given(
    st.lists(st.integers(0, 50), max_size=130),
    st.lists(st.integers(0, 50), max_size=130),
)
def test_carrying_on_is_the_same_as_having_all_posts_at_once(before, values):
    posts = [numbered_post(number, i24) for number, i24 in enumerate([*before, *values])]
    new = posts[len(before) :]
    carried = [(i24, 0) for i24 in before[-100:]]
    at_once = over_usuals(posts)
    assert over_usuals(new, carried) == {p.post.post_id: at_once[p.post.post_id] for p in new}


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=20, max_size=120))
def test_it_is_exact(i24, earlier):
    last = sorted(earlier[-100:])
    drop = floor(len(last) / 4)
    kept = last[drop:-drop]
    tenths = over_usual(i24, earlier)
    if sum(kept) == 0:
        assert tenths is None
    else:
        exact = Fraction(i24 * len(kept), sum(kept))
        assert tenths is not None
        assert Fraction(tenths, 10) - Fraction(1, 20) <= exact < Fraction(tenths + 1, 10)
        assert exact < Fraction(tenths, 10) + Fraction(1, 20)


def judged(one, *, counted=True):
    return verdict(counted=counted, measurement=measure(one, LATER))


def test_measured_posts_count_and_are_decided():
    """Neither a provisional value nor a post that does not count says what is usual."""
    one = x_post(read(MARK, likes=5, comments=2, shares=1))
    found = measured(one, judged(one))
    assert found is not None
    assert (found.post, found.i24, found.talk) == (one, 8, 3)
    assert measured(one, judged(one, counted=False)) is None
    running = Verdict(
        counted=True,
        reason="running",
        satker="a",
        measurement=Measurement(state="running", i24=8, before=one.samples[0]),
    )
    assert measured(one, running) is None
    never = x_post(read(aged(2)))
    assert measured(never, judged(never)) is None


def test_a_measured_zero_is_part_of_what_is_usual():
    """ "Missing, hidden, unsupported and zero are four different things everywhere" """
    nothing = x_post(read(MARK))
    found = measured(nothing, judged(nothing))
    assert found is not None
    assert (found.i24, found.talk) == (0, 0)


def test_a_value_that_was_set_is_not_part_of_what_is_usual():
    one = x_post(read(MARK, likes=5))
    found = judged(one)
    decided = msgspec.structs.replace(found.measurement, i24=900, decided=True)
    assert measured(one, found) is not None
    assert measured(one, msgspec.structs.replace(found, measurement=decided)) is None


@pytest.mark.parametrize("state", ["observed", "interpolated", "estimated"])
def test_every_measured_state_is_measured(state):
    reads = {"observed": (24, 24), "interpolated": (23.5, 24.5), "estimated": (20, 28)}[state]
    one = x_post(*(read(aged(hours), likes=5) for hours in sorted(set(reads))))
    assert measure(one, LATER).state == state
    found = measured(one, judged(one))
    assert found is not None
    assert (found.i24, found.talk) == (5, 0)


def test_comments_and_shares_are_measured_like_the_rest():
    """On a straight line between the reads, rounded once: 1/2 of 3 + 4 is 3.5, so 4."""
    one = x_post(read(aged(23)), read(aged(25), likes=9, comments=3, shares=4))
    assert talk(one, measure(one, LATER)) == 4
    for hours in (20, 28):
        one_sided = x_post(read(aged(hours), likes=9, comments=3, shares=4))
        assert talk(one_sided, measure(one_sided, LATER)) == 7


def test_what_a_platform_does_not_count_is_no_talk():
    sample = Sample(taken_at=MARK, likes=9, comments=3)
    for platform in ("instagram", "youtube"):
        one = x_post(sample, platform=platform)
        assert talk(one, measure(one, LATER)) == 3
    shared = x_post(Sample(taken_at=MARK, likes=9, comments=3, shares=5), platform="instagram")
    assert talk(shared, measure(shared, LATER)) == 3


@pytest.mark.parametrize("hidden", ["likes", "comments", "shares"])
def test_with_an_unknown_counter_the_comments_and_shares_are_unknown(hidden):
    """Unknown is not zero, and without the likes nobody knows what they are a share of."""
    counters = {"likes": 9, "comments": 3, "shares": 4, hidden: None}
    one = x_post(read(MARK, **counters))
    assert talk(one, measure(one, LATER)) is None
    found = measured(one, judged(one))
    assert found is not None
    assert found.i24 == 16 - {"likes": 9, "comments": 3, "shares": 4}[hidden]


def test_a_post_that_is_not_measured_has_no_talk():
    one = x_post(read(MARK))
    assert talk(one, Measurement(state="running", i24=0, before=one.samples[0])) is None


# What is usual at least


@pytest.mark.parametrize(
    ("usual", "least", "tenths"),
    [(9, 10, None), (10, 10, 30), (9, 9, 33), (9, 0, 33), (1, 0, 300), (0, 0, None), (0, 1, None)],
)
def test_where_little_is_usual_no_post_lies_above_it(usual, least, tenths):
    """ "null when expected is under ⚙ 10" """
    history = History((usual, None) for _ in range(20))
    assert history.over_usual(30, least) == tenths


@given(
    earlier=st.lists(st.integers(0, 30), min_size=20, max_size=40),
    i24=st.integers(0, 200),
    least=st.integers(0, 30),
)
def test_the_least_takes_away_and_changes_nothing(earlier, i24, least):
    drop = len(earlier) // 4
    kept = sorted(earlier)[drop : len(earlier) - drop]
    history = History((value, None) for value in earlier)
    usual = history.over_usual(i24)
    enough = Fraction(sum(kept), len(kept)) >= least
    assert history.over_usual(i24, least) == (usual if enough else None)


def test_the_least_holds_for_each_post_of_an_account():
    posts = [numbered_post(n, i24) for n, i24 in enumerate([9] * 20 + [18] + [11] * 20 + [22])]
    found = list(over_usuals(posts, least=10).values())
    assert found[20] is None
    assert found[-1] == 22  # the mean of the middle 21 has grown to 10.05
