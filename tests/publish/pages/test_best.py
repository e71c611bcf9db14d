"""The posts of a month that stand out."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.model import Entry, Measurement
from functions.publish.pages.best import best_posts, most_above_usual, most_interactions
from functions.publish.pages.context import Context
from tests.factories import entry, x_post
from tests.publish.pieces import material_of
from tests.publish.world import World


def valued(number: int, i24: int | None, over: int | None = None, **facts: Any) -> Entry:
    return entry(
        x_post(post_id=f"{number:03}"),
        measurement=Measurement(state="unmeasured" if i24 is None else "interpolated", i24=i24),
        over_usual=over,
        **facts,
    )


posts = st.lists(
    st.tuples(
        st.none() | st.integers(0, 9), st.none() | st.integers(0, 30), st.sampled_from("ACNU")
    ),
    max_size=12,
).map(
    lambda given: [
        valued(
            at,
            i24,
            over,
            counted=kind != "N",
            reason="counted" if kind != "N" else "excluded",
            satker=None if kind == "U" else "aceh",
        )
        for at, (i24, over, kind) in enumerate(given)
    ]
)


def i24_of(each: Entry) -> int:
    assert each.verdict is not None
    assert each.verdict.counted
    assert each.verdict.satker is not None
    assert each.verdict.measurement.i24
    return each.verdict.measurement.i24


def over_of(each: Entry) -> int:
    assert i24_of(each)
    assert each.verdict is not None
    assert each.verdict.over_usual
    return each.verdict.over_usual


def can_count(each: Entry) -> bool:
    verdict = each.verdict
    return bool(verdict and verdict.counted and verdict.satker and verdict.measurement.i24)


@given(posts, st.integers(1, 6))
def test_nobody_left_out_has_more_interactions(entries: list[Entry], most: int) -> None:
    best = most_interactions(entries, most)
    figures = [i24_of(each) for each in best]
    assert figures == sorted(figures, reverse=True)
    others = [i24_of(each) for each in entries if can_count(each) and each not in best]
    assert len(best) == min(most, len(best) + len(others))
    assert max(others, default=0) <= min(figures, default=10)


@given(posts, st.integers(1, 6))
def test_only_what_is_above_the_usual_is_said_to_be_so(entries: list[Entry], most: int) -> None:
    best = most_above_usual(entries, most)
    figures = [over_of(each) for each in best]
    assert figures == sorted(figures, reverse=True)
    assert all(figure > 10 for figure in figures)
    others = [
        over
        for each in entries
        if can_count(each)
        and each not in best
        and each.verdict
        and (over := each.verdict.over_usual or 0) > 10
    ]
    assert len(best) == min(most, len(best) + len(others))
    assert max(others, default=0) <= min(figures, default=31)


@given(posts, st.randoms(use_true_random=False))
def test_the_order_in_which_posts_come_changes_nothing(entries: list[Entry], random: Any) -> None:
    shuffled = random.sample(entries, len(entries))
    assert most_interactions(shuffled) == most_interactions(entries)
    assert most_above_usual(shuffled) == most_above_usual(entries)


def test_each_list_says_first_what_it_is_sorted_by(world: World) -> None:
    material = material_of(world)
    best = best_posts(Context(material, ""), material.posts_of("2026-10") or (), captions=True)
    assert best.most
    assert all(post.figure.endswith(" interaksi") for post in best.most)
    assert best.above
    for post in best.above:
        assert post.figure.endswith(" × biasanya")
        assert post.beside.endswith(" interaksi")
    assert any(post.caption for post in best.most)
    assert {post.unit for post in best.most} <= {unit.label for unit in world.units}


def test_without_leave_no_text_is_shown(world: World) -> None:
    material = material_of(world)
    best = best_posts(Context(material, ""), material.posts_of("2026-10") or (), captions=False)
    assert not any(post.caption for post in (*best.most, *best.above))


def test_a_post_that_is_not_scored_is_in_no_list() -> None:
    unscored = Entry(post=x_post())
    assert most_interactions([unscored]) == most_above_usual([unscored]) == []
