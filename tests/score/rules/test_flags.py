"""Flags and the numbers they show; the quoted lines stand in RULES.md."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Burst, CounterFall, FollowerJump, LikesOnly, SameText
from functions.score.rules.flags import (
    bursts,
    counter_falls,
    follower_jumps,
    likes_only,
    same_text,
)
from functions.score.rules.usual import Measured
from tests.factories import BEGIN, END, PUBLISHED, aged, measured, read

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def posted(*minutes: float) -> list[tuple[datetime, str]]:
    """Posts at these minutes, named by their place."""
    return [(PUBLISHED + n * MINUTE, f"{number:02}") for number, n in enumerate(minutes)]


def test_10_posts_within_60_minutes_are_a_burst():
    """ "10 or more posts of one account within 60 min" """
    tenth = posted(*range(0, 54, 6), 60)
    assert bursts("x:1", tenth) == (
        Burst(
            account="x:1",
            post_ids=tuple(f"{n:02}" for n in range(10)),
            most=10,
            begin=PUBLISHED,
            end=PUBLISHED + HOUR,
        ),
    )
    assert bursts("x:1", tenth)[0].code == "burst"
    assert bursts("x:1", tenth[1:]) == ()
    assert bursts("x:1", [*tenth[:9], (PUBLISHED + HOUR + SECOND, "09")]) == ()


def test_hours_that_share_a_post_are_one_burst():
    """Sixteen posts within 60 minutes, then ten with the next five: one stretch of twenty-one."""
    [burst] = bursts("x:1", posted(*[0] * 11, *[30] * 5, *[70] * 5))
    assert (len(burst.post_ids), burst.most) == (21, 16)
    assert (burst.begin, burst.end) == (PUBLISHED, PUBLISHED + 70 * MINUTE)
    [growing] = bursts("x:1", posted(*[0] * 5, *[30] * 5, *[70] * 6))
    assert (len(growing.post_ids), growing.most) == (16, 11)
    [by_one_post] = bursts("x:1", posted(*[0] * 9, 60, *[120] * 9))
    assert (len(by_one_post.post_ids), by_one_post.most) == (19, 10)


def test_hours_apart_are_two_bursts():
    first, second = bursts("x:1", posted(*[0] * 10, *[61] * 11))
    assert (first.most, second.most) == (10, 11)
    assert set(first.post_ids).isdisjoint(second.post_ids)
    assert second.begin == second.end == PUBLISHED + 61 * MINUTE


@given(st.lists(st.integers(0, 300), max_size=60))
def test_a_post_is_in_a_burst_when_an_hour_with_it_holds_10(minutes):
    posts = sorted(posted(*minutes))
    found = bursts("x:1", posts)
    named = [post_id for burst in found for post_id in burst.post_ids]
    busy = {
        post_id
        for begin, _ in posts
        if len(hour := [p for p in posts if begin <= p[0] <= begin + HOUR]) >= 10
        for _, post_id in hour
    }
    assert len(named) == len(set(named))
    assert set(named) == busy
    times = {post_id: at for at, post_id in posts}
    for burst in found:
        assert (burst.begin, burst.end) == (times[burst.post_ids[0]], times[burst.post_ids[-1]])
        assert burst.most == max(
            sum(times[one] <= times[other] <= times[one] + HOUR for other in burst.post_ids)
            for one in burst.post_ids
        )


@pytest.mark.parametrize(
    ("duplicates", "posts", "percent"),
    [(5, 16, 312), (5, 5, 1000), (6, 20, 300), (30, 100, 300), (4, 4, None), (5, 17, None)],
)
def test_same_text_is_five_duplicates_and_30_percent_of_the_posts(duplicates, posts, percent):
    """ "5 or more near-duplicates in the month and at least 30 % of the account's posts" """
    flag = same_text("x:1", duplicates=duplicates, posts=posts)
    if percent is None:
        assert flag is None
    else:
        assert flag == SameText(account="x:1", duplicates=duplicates, posts=posts, percent=percent)
        assert flag.code == "same_text"


def test_just_under_30_percent_is_no_flag():
    assert same_text("x:1", duplicates=2999, posts=10_000) is None
    assert same_text("x:1", duplicates=0, posts=0) is None


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [
        (100, 79, 210),
        (105, 84, None),  # 20 %, not more
        (106, 84, 207),
        (100, 80, None),
        (50, 29, 420),
        (50, 30, None),  # 20, not more
        (21, 0, 1000),
        (20, 0, None),
        (1000, 799, 201),
        (10_000, 7_999, 200),  # 20.01 %
        (79, 100, None),
    ],
)
def test_a_fall_is_more_than_20_percent_and_more_than_20(before, after, percent):
    """ "a counter falls by more than 20 % and more than 20 between two reads" """
    flags = counter_falls("x:1", "9", [read(aged(1), before), read(aged(2), after)])
    if percent is None:
        assert flags == ()
    else:
        assert flags == (
            CounterFall(
                account="x:1",
                post_id="9",
                counter="likes",
                before_at=aged(1),
                before=before,
                after_at=aged(2),
                after=after,
                percent=percent,
            ),
        )
        assert flags[0].code == "counter_fall"


@pytest.mark.parametrize("counter", ["likes", "comments", "shares", "views"])
def test_every_counter_can_fall(counter):
    samples = [read(aged(1), **{counter: 100}), read(aged(2), **{counter: 9})]
    [flag] = counter_falls("x:1", "9", samples)
    assert (flag.counter, flag.before, flag.after) == (counter, 100, 9)


def test_an_unknown_counter_has_not_fallen_to_zero():
    """Hidden in between, it is compared with the next read that knows it."""
    hidden = [read(aged(1), 100), read(aged(2), None), read(aged(3), 90)]
    assert counter_falls("x:1", "9", hidden) == ()
    [flag] = counter_falls("x:1", "9", [*hidden, read(aged(4), None), read(aged(5), 10)])
    assert (flag.before_at, flag.before, flag.after_at, flag.after) == (aged(3), 90, aged(5), 10)


def test_a_slow_fall_over_many_reads_is_none_between_two():
    """ "between two reads": one and the next."""
    samples = [read(aged(n), 200 - 30 * n) for n in range(3)]
    assert counter_falls("x:1", "9", samples) == ()


def test_every_fall_is_told():
    samples = [read(aged(n), likes, views=likes) for n, likes in enumerate([100, 10, 100, 20])]
    assert [(flag.counter, flag.after) for flag in counter_falls("x:1", "9", samples)] == [
        ("likes", 10),
        ("likes", 20),
        ("views", 10),
        ("views", 20),
    ]


@given(st.lists(st.none() | st.integers(0, 300), max_size=8))
def test_falls_are_those_between_known_neighbours(counts):
    flags = counter_falls("x:1", "9", [read(aged(n), count) for n, count in enumerate(counts)])
    known = [count for count in counts if count is not None]
    fallen = [
        (a, b)
        for a, b in zip(known, known[1:], strict=False)  # noqa: RUF007 (said another way on purpose)
        if a - b > 20 and b * 10 < a * 8
    ]
    assert [(flag.before, flag.after) for flag in flags] == fallen


def reacted(i24: int, talk: int | None, number: int = 0) -> Measured:
    return measured(i24, talk, post_id=f"{number:03}", at=PUBLISHED + number * MINUTE)


USUAL = [(100, 2)]


def test_likes_only_shows_what_it_compares():
    """ "I24 ≥ 200 with less than 0.5 % of it comments and shares … at least 2 %" """
    assert likes_only("x:1", [reacted(1000, 4)], [(300, 9), (100, 0), (700, None)]) == (
        LikesOnly(
            account="x:1",
            post_id="000",
            i24=1000,
            talk=4,
            percent=4,
            earlier=2,
            usual_i24=400,
            usual_talk=9,
            usual_percent=22,
        ),
    )
    assert likes_only("x:1", [reacted(1000, 4)], USUAL)[0].code == "likes_only"


@pytest.mark.parametrize(
    ("i24", "talk", "flagged"),
    [
        (200, 0, True),  # "I24 ≥ 200"
        (199, 0, False),
        (200, 1, False),  # "less than 0.5 %"
        (201, 1, True),
        (1000, 5, False),
        (1001, 5, True),
        (1000, None, False),
    ],
)
def test_a_post_of_likes_only(i24, talk, flagged):
    assert bool(likes_only("x:1", [reacted(i24, talk)], USUAL)) is flagged


@pytest.mark.parametrize(
    ("carried", "flagged"),
    [
        ([(100, 2)], True),  # "at least 2 %"
        ([(101, 2)], False),
        ([(150, 3), (49, 1)], True),
        ([(150, 3), (51, 1)], False),
        ([(0, 0)], False),  # a share of nothing is no share
        ([], False),
        ([(500, None)], False),
        ([(100, 2), (900, None)], True),
    ],
)
def test_an_account_that_usually_has_comments_and_shares(carried, flagged):
    """ "while the account's last ≤ 100 posts have at least 2 %": all together."""
    assert bool(likes_only("x:1", [reacted(200, 0)], carried)) is flagged


def test_only_the_last_100_earlier_posts_are_compared_with():
    """Those of which a counter is unknown are among the hundred, and in neither sum."""
    assert likes_only("x:1", [reacted(200, 0)], [(1000, 900)] + [(100, 0)] * 99)
    assert not likes_only("x:1", [reacted(200, 0)], [(1000, 900)] + [(100, 0)] * 100)
    assert not likes_only("x:1", [reacted(200, 0)], [(1000, 900)] + [(100, None)] * 100)


def test_a_post_with_comments_or_few_likes_is_not_flagged_beside_one_of_likes_only():
    posts = [reacted(1000, 500, 1), reacted(1000, 0, 2), reacted(10, 0, 3), reacted(900, None, 4)]
    assert [flag.post_id for flag in likes_only("x:1", posts, USUAL)] == ["002"]


def test_an_account_without_a_post_of_likes_only_has_no_flags():
    assert likes_only("x:1", [reacted(1000, 500)], USUAL) == ()
    assert likes_only("x:1", [], USUAL) == ()


def test_later_posts_say_nothing_about_what_was_usual():
    posts = [reacted(1000, 0, 1), reacted(100, 50, 2), reacted(1000, 1, 3)]
    [flag] = likes_only("x:1", posts)
    assert (flag.post_id, flag.usual_i24, flag.usual_talk) == ("003", 1100, 50)


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [
        (1000, 1501, 501),
        (1000, 1500, None),  # 500, not more
        (2505, 3006, None),  # 501 is 20 %, not more
        (2504, 3005, 200),
        (1000, 499, 501),
        (1000, 500, None),
        (3000, 2399, 200),
        (3000, 2400, None),
        (100, 601, 5010),
        (100, 600, None),
        (900, 1401, 556),
    ],
)
def test_a_jump_is_more_than_20_percent_and_more_than_500(before, after, percent):
    """ "followers change by more than 20 % and more than 500 between two daily reads" """
    readings = [(BEGIN, before), (BEGIN + DAY, after)]
    flags = follower_jumps("x:1", readings, BEGIN, END)
    if percent is None:
        assert flags == ()
    else:
        assert flags == (
            FollowerJump(
                account="x:1",
                before_at=BEGIN,
                before=before,
                after_at=BEGIN + DAY,
                after=after,
                percent=percent,
            ),
        )
        assert flags[0].code == "follower_jump"


def test_from_no_followers_there_is_no_percentage():
    [flag] = follower_jumps("x:1", [(BEGIN, 0), (BEGIN + DAY, 501)], BEGIN, END)
    assert (flag.before, flag.after, flag.percent) == (0, 501, None)
    assert follower_jumps("x:1", [(BEGIN, 0), (BEGIN + DAY, 500)], BEGIN, END) == ()


def test_reads_of_neighbouring_days_are_daily_ones():
    """ "between two daily reads": at most 48 hours apart."""
    assert follower_jumps("x:1", [(BEGIN, 0), (BEGIN + 2 * DAY, 900)], BEGIN, END)
    late = [(BEGIN, 0), (BEGIN + 2 * DAY + SECOND, 900)]
    assert follower_jumps("x:1", late, BEGIN, END) == ()


def test_a_jump_belongs_to_the_month_of_the_later_read():
    def found(later):
        return len(follower_jumps("x:1", [(later - DAY, 0), (later, 900)], BEGIN, END))

    assert [found(at) for at in (BEGIN - SECOND, BEGIN, END - SECOND, END)] == [0, 1, 1, 0]


def test_only_neighbouring_reads_are_compared():
    readings = [(BEGIN + n * DAY, followers) for n, followers in enumerate([3000, 3500, 4000])]
    assert follower_jumps("x:1", readings, BEGIN, END) == ()
    there_and_back = [(BEGIN + n * DAY, count) for n, count in enumerate([0, 900, 900, 0])]
    found = follower_jumps("x:1", there_and_back, BEGIN, END)
    assert [(flag.before, flag.after) for flag in found] == [(0, 900), (900, 0)]
