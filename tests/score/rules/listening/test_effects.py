"""Groups of posts against the others of their units: the estimate, its doubt, and what is named."""

from __future__ import annotations

from collections import Counter
from math import log
from random import Random
from statistics import fmean

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.listening.effects import PostOutcome, _contrasts, compare, quantile
from functions.store.insights import Effect, Looked
from tests.score.rules.listening.simulated import ALIKE, month


def outcome(y: float, group: str, *, satker: int = 0, day: int = 0) -> PostOutcome:
    groups = {"format": frozenset({group})}
    return PostOutcome(platform="x", satker=f"{satker}", day=f"{day:02}", y=y, groups=groups)


def regular(better: float, units: int = 6, days: int = 10) -> list[PostOutcome]:
    """Each unit posts a photo and a video a day; of a pair the photo is so much better."""
    found = []
    for satker in range(units):
        for day in range(days):
            y = satker + (0.1 if (day + satker) % 2 else -0.1)
            found.append(outcome(y + better, "photo", satker=satker, day=day))
            found.append(outcome(y, "video", satker=satker, day=day))
    return found


def named(effects: tuple[Effect, ...]) -> set[tuple[str, str, str]]:
    return {(each.platform, each.kind, each.group) for each in effects}


# The estimate


def test_what_is_better_in_every_unit_is_named_with_its_percent():
    looked, effects = compare(regular(log(1.5)))
    assert looked == (Looked(platform="x", kind="format", groups=2, posts=120),)
    photo, video = effects
    assert (photo.group, photo.posts, photo.units) == ("photo", 60, 6)
    assert 45 <= photo.low <= photo.percent <= photo.high <= 50
    assert video.high < 0


def test_what_repeats_itself_exactly_is_no_error():
    same = [msgspec.structs.replace(each, y=1.0) for each in regular(0.0)]
    assert compare(same)[1] == ()
    assert compare([])[0] == ()


outcomes_of_any_kind = st.lists(
    st.builds(
        outcome,
        st.floats(-5, 5),
        st.sampled_from("ab"),
        satker=st.integers(0, 6),
        day=st.integers(0, 8),
    ),
    min_size=60,
    max_size=120,
)


@settings(max_examples=12)
@given(outcomes_of_any_kind)
def test_the_estimate_is_the_coefficient_of_the_fit_with_a_constant_for_each_unit(posts):
    for found in _contrasts(posts, "format"):
        means = {
            unit: (
                fmean(p.y for p in posts if p.satker == unit),
                fmean(found.group in p.groups["format"] for p in posts if p.satker == unit),
            )
            for unit in {p.satker for p in posts}
        }
        parts = [
            (post, post.y - means[post.satker][0], inside - means[post.satker][1])
            for post in posts
            for inside in [found.group in post.groups["format"]]
        ]
        weight = sum(x * x for _, _, x in parts)
        effect = sum(x * y for _, y, x in parts) / weight
        assert found.effect == pytest.approx(effect, abs=1e-9)
        variances = []
        for cluster in (lambda post: post.satker, lambda post: post.day):
            scores, levers = Counter[str](), Counter[str]()
            for post, y, x in parts:
                scores[cluster(post)] += x * (y - effect * x)
                levers[cluster(post)] += x * x / weight
            jackknifed = ((scores[name] / (1 - levers[name])) ** 2 for name in scores)
            variances.append(sum(jackknifed) / weight**2)
        assert min(abs(found.variance - v) for v in (*variances, 1e-12)) < 1e-9


# What it does not depend on


@settings(max_examples=4)
@given(st.randoms(use_true_random=False))
def test_any_order_gives_the_same(random):
    posts = month(Random(3), 200, effects={("format", "short"): 1.5}, kinds=["format", "tag"])
    shuffled = [*posts]
    random.shuffle(shuffled)
    assert compare(shuffled) == compare(posts)
    assert ("instagram", "format", "short") in named(compare(posts)[1])


@settings(max_examples=6)
@given(st.floats(-3, 3), st.floats(-3, 3))
def test_where_all_goes_well_or_a_unit_does_nothing_new_is_named(everywhere, somewhere):
    posts = month(Random(4), 300, effects={("hour", "9"): 0.9}, kinds=["hour", "tag"])
    moved = [
        msgspec.structs.replace(
            post, y=post.y + everywhere + (somewhere if post.satker < "satker-3" else 0.0)
        )
        for post in posts
    ]
    before, after = compare(posts), compare(moved)
    assert after[0] == before[0]
    assert named(after[1]) == named(before[1])
    for one, other in zip(before[1], after[1], strict=True):
        assert abs(one.percent - other.percent) <= 1  # rounding


# Who is large enough


def looked_at(posts: list[PostOutcome]) -> int:
    return sum(each.groups for each in compare(posts)[0])


def test_nothing_is_said_of_few_posts_of_few_units_or_of_few_days():
    assert looked_at(regular(1.0)) == 2
    assert looked_at(regular(1.0, units=4, days=20)) == 0
    assert looked_at(regular(1.0, units=5, days=5)) == 0  # 25 posts
    assert looked_at(regular(1.0, units=20, days=3)) == 0
    assert looked_at(regular(1.0, units=20, days=6)) == 2


def test_a_unit_whose_posts_are_all_alike_says_nothing_of_a_group():
    photos = [post for post in regular(1.0) if "photo" in post.groups["format"]]
    assert compare(photos) == ((Looked(platform="x", kind="format", groups=0, posts=60),), ())


def test_posts_of_which_a_kind_is_not_known_are_not_compared():
    unknown = [msgspec.structs.replace(post, groups={}) for post in regular(9.0)]
    assert compare([*regular(0.4), *unknown]) == compare(regular(0.4))


def test_each_platform_is_compared_by_itself():
    elsewhere = [msgspec.structs.replace(post, platform="tiktok") for post in regular(-0.4)]
    looked, effects = compare([*regular(0.4), *elsewhere])
    assert [each.platform for each in looked] == ["x", "tiktok"]
    assert [each.percent > 0 for each in effects if each.group == "photo"] == [True, False]


# How often it is wrong; `make bench ARGS=insights` shows more months, of more posts


def test_without_an_effect_hardly_a_month_names_any_group():
    months = (month(Random(seed), 450, kinds=["format", "hour"]) for seed in range(40))
    claims = Counter(kind for posts in months for kind in {e.kind for e in compare(posts)[1]})
    assert max(claims.values(), default=0) <= 2


def test_a_true_effect_of_three_hours_is_found_in_a_large_month():
    for seed in range(2):
        posts = month(Random(seed), 7_000, ALIKE, {("hour", "15"): log(1.4)}, ["hour"])
        [found] = [each for each in compare(posts)[1] if each.group == "15"]
        assert found.low > 10
        assert found.low <= 40 <= found.high + 10


QUANTILES = [(0.95, 4, 2.132), (0.975, 10, 2.228), (0.995, 3, 5.841), (0.95, 1e9, 1.645)]


@pytest.mark.parametrize(("share", "freedom", "value"), QUANTILES)
def test_quantiles_are_students(share, freedom, value):
    assert quantile(share, freedom) == pytest.approx(value, rel=0.05)
