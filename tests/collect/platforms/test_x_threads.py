"""Threads on X, where they are summed: what joins, what is left, what never counts twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from functions.collect.contract import Thread
from functions.collect.platforms.x_posts import POST_FIELDS
from functions.collect.platforms.x_threads import ThreadsAsked
from tests.collect.api import HOUR, Api, Asked, answer_with, as_post

PLATFORM = "x"
MINUTE = timedelta(minutes=1)


def thread(
    api: Api, account: Any, begun: datetime, parts: int, *, after: timedelta = MINUTE, **facts: Any
) -> list[Any]:
    """A post and the account's replies to itself behind it, each a minute after the other."""
    add = api.server.world.add_post
    told = [add(account, begun, **facts)]
    for n in range(1, parts + 1):
        told.append(
            add(
                account,
                begun + n * after,
                kind="thread_part",
                refers_to=told[-1].id,
                thread_of=told[0].id,
                **facts,
            )
        )
    return told


def names(posts: list[Any]) -> tuple[str, ...]:
    return tuple(post.id for post in posts)


def test_a_thread_is_one_post_with_the_sum_of_its_parts(
    api: Api, account: Any, now: datetime
) -> None:
    first, *parts = thread(
        api, account, now - 3 * HOUR, 5, start_with={"likes": 7, "comments": 2, "quotes": 1}
    )
    found = api.sweep(account, now - 24 * HOUR, threads=ThreadsAsked())
    [post] = found.posts
    assert (post.post_id, post.parts, post.versions) == (first.id, names(parts), ())
    assert post.published_at == now - 3 * HOUR
    [sample] = post.samples
    assert (sample.likes, sample.comments, sample.shares) == (42, 12, 6)
    assert (found.besides, found.joining, found.broken) == ({}, {}, ())
    api.server.calls.reset()
    [again] = api.lookup([post]).posts
    assert msgspec.structs.replace(again.samples[0], taken_at=sample.taken_at) == sample
    assert again.parts == post.parts
    assert {name for name, _ in api.server.calls.x_posts} == {first.id, *names(parts)}


def test_only_replies_to_oneself_in_ones_own_thread_are_parts(
    api: Api, account: Any, now: datetime
) -> None:
    add = api.server.world.add_post
    first, part = thread(api, account, now - 3 * HOUR, 1)
    answer = add(account, now - 2 * HOUR, kind="reply", refers_to="123", start_with={"likes": 9})
    inside = add(account, now - 2 * HOUR, kind="reply", refers_to=part.id, thread_of=first.id)
    other = add(account, now - 2 * HOUR, kind="thread_part", refers_to=answer.id, thread_of="123")
    add(account, now - HOUR, kind="repost", refers_to="124", start_with={"likes": 9})
    quote = add(account, now - HOUR, kind="quote", refers_to="125")
    found = api.sweep(account, now - 24 * HOUR, threads=ThreadsAsked())
    assert {post.post_id: post.parts for post in found.posts} == {
        first.id: (part.id,),
        quote.id: (),
    }
    assert found.besides == {post.id: now - 2 * HOUR for post in (answer, inside, other)}
    assert [post.samples[0].likes for post in found.posts] == [0, 0]


def test_a_counter_that_is_unknown_in_a_part_is_unknown_in_the_sum(
    api: Api, account: Any, now: datetime
) -> None:
    def item(name: str, metrics: dict[str, int], **more: Any) -> dict[str, Any]:
        told = {"id": name, "created_at": "2026-10-20T01:00:00Z", "public_metrics": metrics}
        return told | {"conversation_id": "1"} | more

    whole = {"like_count": 3, "reply_count": 1, "retweet_count": 1, "quote_count": 1}
    reply = {
        "in_reply_to_user_id": account.id,
        "referenced_tweets": [{"type": "replied_to", "id": "1"}],
    }
    answer_with(api.server, {
        "data": [
            item("10", {"like_count": 4, "reply_count": 1, "quote_count": 0}, **reply),
            item("9", whole, **reply),
            item("1", {**whole, "impression_count": 9}),
        ],
        "meta": {"result_count": 3},
    })  # fmt: skip
    [post] = api.sweep(account, now - 24 * HOUR, threads=ThreadsAsked()).posts
    assert post.parts == ("9", "10")
    [sample] = post.samples
    assert (sample.likes, sample.comments, sample.shares, sample.views) == (10, 3, None, None)


def test_a_part_that_a_listing_lacks_is_read_by_its_id(
    api: Api, account: Any, now: datetime
) -> None:
    first, part = thread(api, account, now - HOUR, 1, start_with={"likes": 5})
    lone = api.server.world.add_post(account, now - HOUR, start_with={"likes": 2})
    known = {first.id: Thread(parts=(part.id,), mark=now + 23 * HOUR)}
    found = api.sweep(
        account, now - 24 * HOUR, threads=ThreadsAsked(known, replies=False)
    )  # without replies
    assert {post.post_id: post.samples[0].likes for post in found.posts} == {
        first.id: 10,
        lone.id: 2,
    }


def test_a_part_that_is_gone_takes_its_interactions_along(
    api: Api, account: Any, now: datetime
) -> None:
    first, kept, gone = thread(api, account, now - HOUR, 2, start_with={"likes": 5})
    api.server.world.remove(gone, now - 5 * MINUTE)
    before = msgspec.structs.replace(as_post(first), parts=(kept.id, gone.id))
    [post] = api.lookup([before]).posts
    assert (post.parts, post.samples[0].likes) == ((kept.id,), 10)


@pytest.mark.parametrize("how", ["protected", "silent"])
def test_a_thread_of_which_a_part_is_withheld_is_broken_for_once(
    api: Api, account: Any, now: datetime, how: str
) -> None:
    first, part = thread(api, account, now - HOUR, 1)
    lone = api.server.world.add_post(account, now - HOUR)
    api.server.fault("partial", platform="x", path="/2/tweets", ids=[part.id], how=how)
    before = msgspec.structs.replace(as_post(first), parts=(part.id,))
    found = api.lookup([before, as_post(lone)])
    assert [post.post_id for post in found.posts] == [lone.id]
    assert found.broken == (f"x item: a part of {first.id} was left out",)


def test_an_edited_part_is_one_part_with_counters_summed(
    api: Api, account: Any, now: datetime
) -> None:
    [first] = thread(api, account, now - 3 * HOUR, 0, per_hour={"likes": 60})
    part = api.server.world.add_post(
        account,
        now - 2 * HOUR,
        kind="thread_part",
        refers_to=first.id,
        thread_of=first.id,
        edited_at=[now - 2 * HOUR + 10 * MINUTE, now - HOUR],
        per_hour={"likes": 60},
    )
    [listed] = api.sweep(account, now - 24 * HOUR, threads=ThreadsAsked()).posts
    [looked_up] = api.lookup([listed]).posts
    for post in (listed, looked_up):
        assert (post.parts, post.samples[0].likes) == ((part.id,), 300)


def test_parts_join_a_thread_that_began_before_the_listing(
    api: Api, account: Any, now: datetime
) -> None:
    first, early, late = thread(api, account, now - 9 * HOUR, 2, after=4 * HOUR)
    known = {first.id: Thread(parts=(early.id,), mark=now + 15 * HOUR)}
    found = api.sweep(account, now - 6 * HOUR, threads=ThreadsAsked(known))
    assert found.posts == ()
    assert found.joining == {first.id: (early.id, late.id)}
    assert set(found.besides) == {early.id, late.id}
    assert (
        api.sweep(account, now - 6 * HOUR, threads=ThreadsAsked()).joining == {}
    )  # whose first is unknown


def test_a_part_that_the_read_before_the_mark_lacks_does_not_join_behind_it(
    api: Api, account: Any, now: datetime
) -> None:
    """Both reads of a bracket sum the same posts; what was posted after the mark is no part."""
    first, unseen, fresh, after = thread(api, account, now - 27 * HOUR, 3, after=8 * HOUR)
    read_at = now - 12 * HOUR
    known = {first.id: Thread(mark=now - 3 * HOUR, after=read_at)}
    found = api.sweep(account, now - 48 * HOUR, threads=ThreadsAsked(known))
    assert [post.parts for post in found.posts] == [(fresh.id,)]
    assert set(found.besides) == {unseen.id, after.id}


def test_a_long_thread_is_read_a_hundred_parts_a_call(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    first, *parts = thread(
        api, account, now - 5 * HOUR, 120, after=timedelta(seconds=7), start_with={"likes": 1}
    )
    before = msgspec.structs.replace(as_post(first), parts=names(parts))
    [post] = api.lookup([before]).posts
    assert (len(post.parts), post.samples[0].likes) == (120, 121)
    assert [len(one.query["ids"].split(",")) for one in asked] == [1, 100, 20]


def test_without_summed_threads_nothing_more_is_asked(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    thread(api, account, now - HOUR, 3)
    api.lookup(api.sweep(account, now - 24 * HOUR).posts)
    assert [one.query.get("exclude") for one in asked] == ["retweets,replies", None]
    assert {one.query["tweet.fields"] for one in asked} == {POST_FIELDS}
    assert len(api.server.calls.x_posts) == 1
