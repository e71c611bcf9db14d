"""The gaps between reads, against going through every read."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.model import Entry, Platform
from functions.publish.outages import Gap, Reads, own_gap
from functions.thresholds import EARLIEST_USABLE, LATEST_USABLE
from tests.factories import PUBLISHED, aged, entry, read, x_post

PLATFORMS: tuple[Platform, ...] = ("x", "tiktok")


@st.composite
def posts(draw: st.DrawFn) -> Entry:
    """A post with some reads, the oldest first, by the quarter of an hour."""
    quarters = sorted(draw(st.sets(st.integers(0, 4 * 60), max_size=6)))
    return entry(
        x_post(
            *(read(aged(minutes=15 * quarter)) for quarter in quarters),
            platform=draw(st.sampled_from(PLATFORMS)),
            published_at=aged(minutes=15 * draw(st.integers(0, 4 * 30))),
        )
    )


def brute(entries: list[Entry], wanted: Entry) -> Gap | None:
    """The reads around a post's usable time, by going through all of them."""
    post = wanted.post
    first, last = post.published_at + EARLIEST_USABLE, post.published_at + LATEST_USABLE
    taken = [
        sample.taken_at
        for each in entries
        if each.post.platform == post.platform
        for sample in each.post.samples
    ]
    if any(first <= at <= last for at in taken):
        return None
    return (
        max((at for at in taken if at < first), default=None),
        min((at for at in taken if at > last), default=None),
    )


@given(st.lists(posts(), max_size=6), posts())
def test_a_gap_is_the_one_that_going_through_every_read_finds(
    entries: list[Entry], wanted: Entry
) -> None:
    assert Reads(entries).gap(wanted.post.platform, wanted.post.published_at) == brute(
        entries, wanted
    )


@given(posts())
def test_a_posts_own_gap_is_that_of_its_own_reads(wanted: Entry) -> None:
    alone = brute([wanted], wanted)
    if alone is not None:
        assert own_gap(wanted) == alone


def test_both_ends_of_the_usable_time_belong_to_it() -> None:
    for edge in (EARLIEST_USABLE, LATEST_USABLE):
        other = x_post(read(PUBLISHED + edge), post_id="other")
        assert Reads([entry(other)]).gap("x", PUBLISHED) is None
    outside = x_post(
        read(PUBLISHED + EARLIEST_USABLE - timedelta(seconds=1)),
        read(PUBLISHED + LATEST_USABLE + timedelta(seconds=1)),
    )
    assert Reads([entry(outside)]).gap("x", PUBLISHED) == (
        PUBLISHED + EARLIEST_USABLE - timedelta(seconds=1),
        PUBLISHED + LATEST_USABLE + timedelta(seconds=1),
    )


def test_a_platform_that_was_never_read_has_a_gap_without_ends() -> None:
    assert Reads([]).gap("x", PUBLISHED) == (None, None)
    elsewhere = entry(x_post(read(aged(24)), platform="tiktok"))
    assert Reads([elsewhere]).gap("x", PUBLISHED) == (None, None)
