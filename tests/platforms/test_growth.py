"""The curves pass through the known medians, and every counter is an exact integer."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platforms.growth import DAY, HOUR, SHAPES, Counters, Curve, Linear, Steps, Surge
from tests.platforms.world import World

HOURS = (1, 3, 6, 12, 48)
REACHED = {
    "instagram": (32, 50, 65, 80, 142),
    "x": (44, 61, 77, 90, 106),
    "facebook": (8, 20, 35, 69, 121),
}


@pytest.mark.parametrize("platform", REACHED)
def test_median_share_of_the_24_hour_count(platform: str) -> None:
    """Over a generated world, within three percentage points of what public posts showed."""
    start = datetime(2026, 9, 1, tzinfo=UTC)
    accounts = [("s", platform, f"akun{number}") for number in range(60)]
    world = World.generate(5, accounts, start, 40, special_cases=False)
    large = [post for post in world.posts if world.counters(post, post.mark).likes >= 30]
    assert len(large) > 100
    for hours, expected in zip(HOURS, REACHED[platform], strict=True):
        shares = [
            world.counters(post, post.start + hours * HOUR).likes
            / world.counters(post, post.mark).likes
            for post in large
        ]
        assert median(shares) * 100 == pytest.approx(expected, abs=3), hours


def test_youtube_is_slow() -> None:
    shape = SHAPES["youtube"]
    final = shape.reached(10_000)
    assert shape.reached(24) < final / 2 < shape.reached(96)


@given(
    platform=st.sampled_from(sorted(SHAPES)),
    likes=st.integers(0, 10**7),
    stretch=st.floats(0.6, 1.6),
    phase=st.floats(0, 1, exclude_max=True),
    ages=st.lists(st.integers(0, 60 * DAY), min_size=2, max_size=20),
)
def test_a_curve_is_exact_at_the_mark_and_never_falls(
    platform: str, likes: int, stretch: float, phase: float, ages: list[int]
) -> None:
    mark = Counters(likes, likes // 7, likes // 9, likes // 11, likes // 13, likes * 20)
    curve = Curve(platform, mark, stretch=stretch, phase=phase)
    assert curve.at(DAY) == mark
    assert curve.at(0) == Counters()
    read = [curve.at(age) for age in sorted(ages)]
    for earlier, later in pairwise(read):
        assert all(a <= b for a, b in zip(earlier, later, strict=True))


def test_likes_can_be_lost() -> None:
    curve = Curve("x", Counters(likes=1000), loss_age=10 * HOUR, loss=0.3)
    assert curve.at(10 * HOUR).likes < curve.at(10 * HOUR - 1).likes
    assert curve.at(DAY).likes == 700


def test_steps_hold_from_their_instant_on() -> None:
    steps = Steps([(100, {"likes": 5}), (50, {"likes": 2, "comments": 1})])
    assert [steps.at(age).likes for age in (49, 50, 99, 100)] == [0, 2, 2, 5]
    assert steps.at(100).comments == 1


def test_linear_growth_rounds_down() -> None:
    linear = Linear({"likes": 60}, {"likes": 10})
    assert [linear.at(age).likes for age in (0, 59, 60, HOUR)] == [10, 10, 11, 70]


@given(
    comments=st.integers(0, 10_000),
    span=st.integers(1, 3 * DAY),
    begin=st.integers(0, 3 * DAY),
    ages=st.lists(st.integers(0, 7 * DAY), min_size=2, max_size=10),
)
def test_a_surge_comes_upon_what_grows_anyway(
    comments: int, span: int, begin: int, ages: list[int]
) -> None:
    base = Curve("instagram", Counters(likes=30, comments=4))
    surge = Surge(base, begin, comments, span)
    came = []
    for age in sorted(ages):
        grown, plain = surge.at(age), base.at(age)
        came.append(grown.comments - plain.comments)
        assert grown == plain._replace(
            likes=plain.likes + 2 * came[-1], comments=plain.comments + came[-1]
        )
        if age <= begin:
            assert came[-1] == 0
        if age >= begin + span:
            assert came[-1] == comments
    assert came == sorted(came)


def test_most_of_a_surge_comes_early() -> None:
    surge = Surge(Linear({}), HOUR, 100, 10 * HOUR)
    assert [surge.at(HOUR + hour * HOUR).comments for hour in (1, 3, 6)] == [19, 51, 84]
