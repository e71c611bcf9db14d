"""Which reads are stored, and what an absence needs before it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.reading.retention import MOST_WRITES, missed, new_keys, seen, worth_keeping
from functions.collect.state import LivePost
from functions.model import DAY, Post, Sample
from functions.thresholds import SETTLED

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BORN = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
TICK = 15 * MINUTE


def read_post(age: timedelta, versions: tuple[str, ...] = (), parts: tuple[str, ...] = ()) -> Post:
    return Post(
        platform="x",
        account_id="1",
        post_id="2",
        published_at=BORN,
        url="https://example.org/2",
        versions=versions,
        parts=parts,
        samples=(Sample(taken_at=BORN + age, likes=1),),
    )


def kept_post(*ages: timedelta, missing: tuple[timedelta, ...] = ()) -> LivePost:
    kept = tuple(BORN + age for age in ages)
    return LivePost(
        account_id="1",
        post_id="2",
        published_at=BORN,
        url="https://example.org/2",
        kept=kept,
        read_at=kept[-1] if kept else None,
        missing=tuple(BORN + age for age in missing),
    )


def kept_at(post: LivePost, age: timedelta, tick: timedelta = TICK) -> bool:
    return worth_keeping(post, BORN + age, BORN + age + tick)


def test_the_first_read_is_kept_whenever_it_comes() -> None:
    for age in (MINUTE, 17 * HOUR, DAY, DAY + 5 * HOUR, 20 * DAY):
        found, kept = seen(None, read_post(age), BORN + age + TICK)
        assert kept
        assert found.kept == (BORN + age,)
        assert found.read_at == BORN + age


def test_what_a_post_has_is_remembered_whether_the_read_is_kept_or_not() -> None:
    for age in (2 * HOUR, 3 * HOUR):
        [sample] = read_post(age).samples
        read = msgspec.structs.replace(sample, comments=7, shares=None)
        post = msgspec.structs.replace(read_post(age), samples=(read,))
        found, _ = seen(kept_post(HOUR), post, BORN + age + TICK)
        assert found.counters == (7, 1, None)


def test_a_read_between_two_stages_serves_its_tick_and_is_forgotten() -> None:
    known = kept_post(HOUR)
    again, kept = seen(known, read_post(2 * HOUR), BORN + 2 * HOUR + TICK)
    assert not kept
    assert again.kept == known.kept
    assert again.read_at == BORN + 2 * HOUR


@pytest.mark.parametrize("hours", [3, 6, 12, 18])
def test_each_stage_on_the_way_is_kept_once(hours: int) -> None:
    known = kept_post(HOUR)
    assert not kept_at(known, hours * HOUR - MINUTE) or hours > 3
    assert kept_at(known, hours * HOUR)
    assert not kept_at(kept_post(HOUR, hours * HOUR), hours * HOUR + 30 * MINUTE)


def test_the_last_read_before_the_mark_is_kept() -> None:
    assert kept_at(kept_post(18 * HOUR), DAY - TICK)
    assert not kept_at(kept_post(18 * HOUR), DAY - 2 * TICK)


def test_where_the_next_tick_may_be_refused_an_early_read_is_kept_as_the_last() -> None:
    """The horizon is then an hour away, a few minutes more since ticks may come late."""
    known = kept_post(18 * HOUR)
    hour = timedelta(hours=1)
    assert kept_at(known, DAY - hour, tick=hour)
    assert kept_at(known, DAY - hour - 5 * MINUTE, tick=hour)
    assert not kept_at(known, DAY - hour - 6 * MINUTE, tick=hour)


def test_the_first_read_after_the_mark_is_kept_and_closes_the_post() -> None:
    known = kept_post(18 * HOUR, DAY - TICK)
    after, kept = seen(known, read_post(DAY + MINUTE), BORN + DAY + MINUTE + TICK)
    assert kept
    assert after.closed(BORN + DAY + MINUTE)
    assert not kept_at(after, DAY + TICK)


def test_a_read_exactly_at_the_mark_is_both_sides_of_it() -> None:
    known = kept_post(18 * HOUR)
    at, kept = seen(known, read_post(DAY), BORN + DAY + TICK)
    assert kept
    assert at.closed(BORN + DAY)


def test_a_mark_that_nobody_could_read_for_thirty_hours_is_given_up() -> None:
    known = kept_post(18 * HOUR)
    assert kept_at(known, SETTLED)
    assert not kept_at(known, SETTLED + MINUTE)


def test_a_read_that_is_hardly_nearer_to_the_mark_uses_up_no_write() -> None:
    known = kept_post(18 * HOUR, DAY - 15 * MINUTE)
    assert not kept_at(known, DAY - 10 * MINUTE)
    assert kept_at(known, DAY - 7 * MINUTE)


def test_one_write_stays_reserved_for_the_read_after_the_mark() -> None:
    full = kept_post(*(n * HOUR for n in range(1, MOST_WRITES)))
    assert not kept_at(full, DAY - MINUTE)
    assert kept_at(full, DAY + MINUTE)


def test_a_read_that_came_out_of_turn_is_forgotten() -> None:
    """Two instances at once: the later answer was noted first."""
    known = kept_post(HOUR, 6 * HOUR)
    for age in (3 * HOUR, 6 * HOUR):
        assert not kept_at(known, age)
    assert not kept_at(kept_post(18 * HOUR, DAY + HOUR), DAY + MINUTE)


@given(st.lists(st.integers(0, 48 * 60), max_size=200), st.integers(1, 360))
def test_no_series_of_reads_is_stored_more_than_eight_times(ages: list[int], tick: int) -> None:
    """In whatever order and however often they come; and never two at one instant."""
    known: LivePost | None = None
    stored = 0
    for age in ages:
        at = age * MINUTE
        known, kept = seen(known, read_post(at), BORN + at + tick * MINUTE)
        stored += kept
        assert list(known.kept) == sorted(set(known.kept))
    assert stored <= MOST_WRITES
    assert known is None or len(known.kept) == stored


def test_what_was_stored_too_often_on_the_way_leaves_room_for_both_reads_at_the_mark() -> None:
    """Runs that died before they noted what they had stored."""
    known = kept_post(*(HOUR + n * MINUTE for n in range(MOST_WRITES - 2)))
    assert not kept_at(known, 18 * HOUR)
    assert kept_at(known, DAY - 5 * MINUTE)
    known = kept_post(*(HOUR + n * MINUTE for n in range(MOST_WRITES - 2)), DAY - 5 * MINUTE)
    assert kept_at(known, DAY + 5 * MINUTE)


# Absences


def test_two_absences_are_kept_and_no_more() -> None:
    post = kept_post(HOUR)
    post, first = missed(post, BORN + 5 * HOUR)
    post, second = missed(post, BORN + 6 * HOUR)
    post, third = missed(post, BORN + 7 * HOUR)
    assert (first, second, third) == (True, True, False)
    assert post.missing == (BORN + 5 * HOUR, BORN + 6 * HOUR)


def test_an_absence_too_soon_after_the_first_confirms_nothing() -> None:
    """It would stand for the second one, and the scoring would not believe it."""
    post, _ = missed(kept_post(HOUR), BORN + 5 * HOUR)
    post, kept = missed(post, BORN + 5 * HOUR + 14 * MINUTE)
    assert not kept
    post, kept = missed(post, BORN + 5 * HOUR + 15 * MINUTE)
    assert kept


def test_a_post_seen_again_is_kept_at_once_and_its_absences_are_over() -> None:
    post = kept_post(HOUR, missing=(5 * HOUR, 6 * HOUR))
    again, kept = seen(post, read_post(7 * HOUR), BORN + 7 * HOUR + TICK)
    assert kept
    assert again.missing == ()


def test_an_edit_noticed_later_is_remembered() -> None:
    known, _ = seen(kept_post(HOUR), read_post(2 * HOUR, ("2", "3")), BORN + 3 * HOUR)
    assert known.versions == ("2", "3")
    again, _ = seen(known, read_post(3 * HOUR), BORN + 4 * HOUR)
    assert again.versions == ("2", "3")


def test_what_is_known_of_a_post_is_never_changed_in_place() -> None:
    before = kept_post(HOUR)
    copy = msgspec.structs.replace(before)
    seen(before, read_post(3 * HOUR), BORN + 4 * HOUR)
    missed(before, BORN + 4 * HOUR)
    assert before == copy


# Under which addresses a post is found


def test_a_new_post_is_found_under_all_its_keys() -> None:
    found, _ = seen(None, read_post(HOUR, versions=("2", "3")), BORN + HOUR + TICK)
    assert new_keys("x", None, found) == ("2", "3")


def test_a_post_that_says_nothing_new_has_no_new_keys() -> None:
    first, _ = seen(None, read_post(HOUR, versions=("2", "3")), BORN + HOUR + TICK)
    for hours in range(2, 30):
        again, _ = seen(
            first, read_post(hours * HOUR, versions=("2", "3")), BORN + hours * HOUR + TICK
        )
        assert new_keys("x", first, again) == ()
        first = again


def test_an_edit_is_found_at_once_kept_or_not() -> None:
    first, _ = seen(None, read_post(HOUR), BORN + HOUR + TICK)
    edited, kept = seen(first, read_post(HOUR + TICK, versions=("2", "3")), BORN + HOUR + 2 * TICK)
    assert not kept
    assert new_keys("x", first, edited) == ("3",)


def test_an_address_that_changes_at_every_read_is_noted_at_kept_reads_alone() -> None:
    """A platform that gives another address each time costs no more writes than reads kept."""
    live: LivePost | None = None
    found = []
    for n in range(1, 35 * 4):
        at = BORN + n * TICK
        address = f"https://www.facebook.com/kanwil/posts/pfbid0{n:040}"
        post = msgspec.structs.replace(read_post(n * TICK), platform="facebook", url=address)
        after, kept = seen(live, post, at + TICK)
        keys = new_keys("facebook", live, after)
        assert bool(keys) == kept
        found += keys
        live = after
    assert live is not None
    assert len(found) == len(set(found)) == len(live.kept) + 1  # and once its own number
    assert len(live.kept) <= MOST_WRITES


def test_another_name_of_the_account_in_the_address_is_no_new_key() -> None:
    first, _ = seen(None, read_post(HOUR), BORN + HOUR + TICK)
    first = msgspec.structs.replace(first, url="https://x.com/old/status/2")
    renamed = msgspec.structs.replace(first, url="https://x.com/new/status/2")
    assert new_keys("x", first, renamed) == ()


def test_a_part_is_found_by_its_address_once_it_joined_its_thread() -> None:
    first, _ = seen(None, read_post(HOUR, parts=("3",)), BORN + HOUR + TICK)
    assert new_keys("x", None, first) == ("2", "3")
    again, _ = seen(first, read_post(2 * HOUR, parts=("3", "4")), BORN + 2 * HOUR + TICK)
    assert again.parts == ("3", "4")
    assert new_keys("x", first, again) == ("4",)
    assert new_keys("x", again, again) == ()


def test_a_part_of_which_nothing_is_left_is_asked_for_no_more() -> None:
    first, _ = seen(None, read_post(HOUR, parts=("3", "4")), BORN + HOUR + TICK)
    again, _ = seen(first, read_post(2 * HOUR, parts=("4",)), BORN + 2 * HOUR + TICK)
    assert again.parts == ("4",)
