"""X's own ways: edits, replies that are never read, errors inside a 200, money that runs out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from functions.collect.contract import (
    AccountWrong,
    Denied,
    Limited,
    Profile,
    Refused,
    Thread,
    Unreadable,
)
from functions.collect.platforms import x
from functions.collect.platforms.x_threads import ThreadsAsked
from tests.collect.api import HOUR, Api, Asked, answer_with, as_post

PLATFORM = "x"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def account(api: Api) -> Any:
    return api.account("kemenkum_ntt")


# Edits


def test_an_edited_post_is_one_post_by_its_first_version_with_counters_summed(
    api: Api, account: Any, now: datetime
) -> None:
    published = now - 3 * HOUR
    post = api.server.world.add_post(
        account,
        published,
        edited_at=[published + 10 * MINUTE, published + 25 * MINUTE],
        steps=[
            (published, {"likes": 5, "shares": 1}),
            (published + 20 * MINUTE, {"likes": 9, "comments": 2, "quotes": 1}),
            (published + HOUR, {"likes": 30, "comments": 6, "views": 400}),
        ],
    )
    [found] = api.sweep(account, now - 24 * HOUR).posts
    assert (found.post_id, found.published_at) == (post.id, published)
    assert found.versions == (post.id, *(version for version, _ in post.versions))
    [sample] = found.samples
    assert (sample.likes, sample.comments, sample.shares, sample.views) == (30, 6, 2, 400)


def test_an_edit_between_two_reads_makes_no_second_post(
    api: Api, account: Any, now: datetime
) -> None:
    published = now - 5 * MINUTE
    post = api.server.world.add_post(
        account, published, edited_at=[now + 5 * MINUTE], per_hour={"likes": 60}
    )
    [before] = api.sweep(account, now - HOUR).posts
    api.server.set_clock(now + HOUR)
    [after] = api.sweep(account, now - HOUR).posts
    [looked_up] = api.lookup([before]).posts
    assert before.post_id == after.post_id == looked_up.post_id == post.id
    assert after.samples[0].likes == 65
    # By the id known from before, the first version answers; its history names the newer one.
    assert looked_up.versions == after.versions
    assert looked_up.samples[0].likes == 65


def test_an_edited_post_is_looked_up_whole(api: Api, account: Any, now: datetime) -> None:
    published = now - 3 * HOUR
    api.server.world.add_post(
        account, published, edited_at=[published + 10 * MINUTE], per_hour={"likes": 60}
    )
    [known] = api.sweep(account, now - 24 * HOUR).posts
    api.server.set_clock(now + HOUR)
    [fresh] = api.lookup([known]).posts
    assert fresh.samples[0].likes == 240
    assert fresh.post_id == known.post_id


@pytest.mark.parametrize("how", ["protected", "suspended", "silent"])
def test_an_edited_post_of_which_a_version_is_withheld_is_broken_for_once(
    api: Api, account: Any, now: datetime, how: str
) -> None:
    """The sum over the other versions would be too low."""
    edited = api.server.world.add_post(
        account, now - HOUR, edited_at=[now - 30 * MINUTE], per_hour={"likes": 60}
    )
    whole = api.server.world.add_post(account, now - 2 * HOUR, per_hour={"likes": 60})
    api.server.fault("partial", platform="x", path="/2/tweets", ids=[edited.id], how=how)
    found = api.sweep(account, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == [whole.id]
    assert found.covered_since is None
    [broken] = found.broken
    assert edited.id in broken
    looked_up = api.lookup([as_post(edited)])
    assert (looked_up.posts, looked_up.absent) == ((), {})


def test_an_edited_post_of_which_a_version_is_gone_counts_what_is_left(
    api: Api, account: Any, now: datetime
) -> None:
    post = api.server.world.add_post(
        account, now - HOUR, edited_at=[now - 30 * MINUTE], per_hour={"likes": 60}
    )
    api.server.fault("partial", platform="x", path="/2/tweets", ids=[post.id])
    found = api.sweep(account, now - 24 * HOUR)
    assert found.broken == ()
    [left] = found.posts
    assert (left.post_id, left.samples[0].likes) == (post.id, 30)


def test_each_page_of_a_timeline_was_read_at_its_own_time(
    api: Api, account: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x, "PAGE_SIZE", 5)
    for n in range(12):
        api.server.world.add_post(account, now - (n + 1) * MINUTE)
    honest = api.server.app._answer

    def slow(request: Any, route: Any) -> Any:
        response = honest(request, route)
        response.delay = 1.1
        return response

    api.server.app._answer = slow  # type: ignore[method-assign]
    posts = api.sweep(account, now - HOUR).posts
    times = [post.samples[0].taken_at for post in sorted(posts, key=lambda p: p.published_at)]
    assert len(times) == 12
    assert len(set(times)) == 3
    assert times == sorted(times, reverse=True)


def test_a_first_version_that_is_gone_leaves_its_time_in_its_id(
    api: Api, account: Any, now: datetime
) -> None:
    published = now - 3 * HOUR
    post = api.server.world.add_post(account, published, edited_at=[published + 10 * MINUTE])
    latest = post.versions[0][0]
    answer_with(api.server, {
        "data": [{
            "id": latest,
            "created_at": "2026-10-20T00:10:00.000Z",
            "author_id": account.id,
            "edit_history_tweet_ids": [post.id, latest],
            "public_metrics": {"like_count": 3, "reply_count": 0, "retweet_count": 0,
                               "quote_count": 0},
        }],
        "errors": [{"title": "Not Found Error", "resource_id": post.id}],
        "meta": {"result_count": 1},
    })  # fmt: skip
    [found] = api.sweep(account, now - 24 * HOUR).posts
    assert found.post_id == post.id
    assert found.published_at == published


# What is never read


@pytest.mark.parametrize("kind", ["reply", "thread_part", "repost"])
def test_replies_thread_parts_and_reposts_are_never_read(
    api: Api, account: Any, now: datetime, kind: str
) -> None:
    """They are not even asked for: each one read is billed."""
    first = api.server.world.add_post(account, now - 2 * HOUR)
    api.server.world.add_post(account, now - HOUR, kind=kind, refers_to=first.id)
    found = api.sweep(account, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == [first.id]
    assert {post_id for post_id, _ in api.server.calls.x_posts} == {first.id}


@pytest.mark.parametrize("kind", ["replied_to", "retweeted"])
def test_a_reply_that_slips_into_a_listing_is_left_out(
    api: Api, account: Any, now: datetime, kind: str
) -> None:
    item = {"id": "1", "created_at": "2026-10-20T01:00:00Z", "referenced_tweets": [{"type": kind}]}
    answer_with(api.server, {"data": [item], "meta": {"result_count": 1}})
    assert api.sweep(account, now - 24 * HOUR).posts == ()


# Threads, where they are summed


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
    fields = "created_at,public_metrics,referenced_tweets,edit_history_tweet_ids,note_tweet"
    assert {one.query["tweet.fields"] for one in asked} == {fields}
    assert len(api.server.calls.x_posts) == 1


# What is a post


def test_a_quote_is_a_post_of_its_own(api: Api, account: Any, now: datetime) -> None:
    api.server.world.add_post(account, now - HOUR, kind="quote", refers_to="123")
    assert len(api.sweep(account, now - 24 * HOUR).posts) == 1


def test_no_user_is_read_for_a_listing_or_a_lookup(api: Api, account: Any, now: datetime) -> None:
    """A user read costs twice a post read."""
    api.server.world.add_post(account, now - HOUR)
    found = api.sweep(account, now - 24 * HOUR)
    api.lookup(found.posts)
    assert api.server.calls.x_users == set()


# Listings


def test_no_posts_come_without_a_data_key(api: Api, account: Any, now: datetime) -> None:
    found = api.sweep(account, now - 24 * HOUR)
    assert (found.posts, found.covered_since) == ((), now - 24 * HOUR)


def test_a_short_or_empty_page_with_a_next_token_is_not_the_end(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """Replies are dropped after a page was cut: one page may be all replies."""
    for n in range(1, 131):
        kind = "reply" if n < 125 else "post"
        refers_to = "123" if kind == "reply" else ""
        api.server.world.add_post(account, now - n * MINUTE, kind=kind, refers_to=refers_to)
    found = api.sweep(account, now - 24 * HOUR)
    assert len(found.posts) == 6
    assert len(asked) == 2


def test_a_long_posts_text_is_the_whole_text(api: Api, account: Any, now: datetime) -> None:
    text = "Sosialisasi layanan " * 30
    api.server.world.add_post(account, now - HOUR, text=text)
    assert api.sweep(account, now - 24 * HOUR).posts[0].text == text


def test_old_clients_metrics_without_impressions_are_unknown_views(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.quirks.x_rich_metrics = False
    api.server.world.add_post(account, now - HOUR, steps=[(now - HOUR, {"likes": 4})])
    [sample] = api.sweep(account, now - 24 * HOUR).posts[0].samples
    assert (sample.likes, sample.views) == (4, None)


def test_a_post_without_its_author_belongs_to_the_account_that_was_asked(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.add_post(account, now - HOUR)
    api.server.fault("missing_keys", platform="x", keys=["author_id"])
    [found] = api.sweep(account, now - 24 * HOUR).posts
    assert found.account_id == account.id


# Errors inside a 200


def posts(api: Api, account: Any, now: datetime, count: int) -> list[Any]:
    return [api.server.world.add_post(account, now - n * HOUR) for n in range(1, count + 1)]


def test_a_deleted_post_is_absent(api: Api, account: Any, now: datetime) -> None:
    kept, gone = posts(api, account, now, 2)
    api.server.world.remove(gone, now - 5 * MINUTE)
    found = api.lookup([as_post(kept), as_post(gone)])
    assert [post.post_id for post in found.posts] == [kept.id]
    assert set(found.absent) == {gone.id}
    assert now <= found.absent[gone.id] <= now + timedelta(seconds=5)


@pytest.mark.parametrize("how", ["protected", "suspended", "silent"])
def test_a_post_that_is_withheld_is_unknown_not_absent(
    api: Api, account: Any, now: datetime, how: str
) -> None:
    """A suspended or protected author's posts are not deleted; the type alone would say so."""
    one, other = posts(api, account, now, 2)
    api.server.fault("partial", platform="x", ids=[other.id], how=how)
    found = api.lookup([as_post(one), as_post(other)])
    assert [post.post_id for post in found.posts] == [one.id]
    assert found.absent == {}


def test_a_listing_with_partial_errors_keeps_its_posts(
    api: Api, account: Any, now: datetime
) -> None:
    one, other = posts(api, account, now, 2)
    api.server.fault("partial", platform="x", ids=[other.id])
    assert [post.post_id for post in api.sweep(account, now - 24 * HOUR).posts] == [one.id]


def recheck(api: Api, *known: Profile) -> dict[str, Profile | AccountWrong]:
    return api.run(lambda client: x.recheck(client, known))


@pytest.mark.parametrize(("state", "new", "known"), [
    ("suspended", "ditangguhkan", "ditangguhkan"),
    ("protected", "dikunci", "dikunci"),
    ("unknown", "tidak mengenal", "tidak ada lagi"),
])  # fmt: skip
def test_an_accounts_state_is_told_in_its_own_words(
    api: Api, account: Any, now: datetime, state: str, new: str, known: str
) -> None:
    api.server.world.set_state(account, state)
    found = api.resolve("kemenkum_ntt")["kemenkum_ntt"]
    assert isinstance(found, AccountWrong)
    assert new in found.advice
    with pytest.raises(AccountWrong) as caught:
        api.sweep(account, now - 24 * HOUR)
    rechecked = recheck(api, api.profile(account))[account.id]
    assert isinstance(rechecked, AccountWrong)
    for wrong in (caught.value, rechecked):
        assert known in wrong.advice
        assert "@kemenkum_ntt" in wrong.advice


def test_a_timeline_that_answers_404_is_a_lost_account(
    api: Api, account: Any, now: datetime
) -> None:
    answer_with(api.server, {"title": "Not Found", "status": 404}, status=404)
    with pytest.raises(AccountWrong) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert "@kemenkum_ntt tidak ada lagi" in caught.value.advice


def test_a_batch_that_answers_404_is_nobodys_verdict(api: Api, account: Any) -> None:
    answer_with(api.server, {"title": "Not Found", "status": 404}, status=404)
    with pytest.raises(Unreadable):
        api.resolve("kemenkum_ntt")
    with pytest.raises(Unreadable):
        recheck(api, api.profile(account))


def test_a_handle_of_digits_is_not_the_account_with_that_id(api: Api, now: datetime) -> None:
    ours = api.account("lama", id="12345")
    other = api.account("12345", id="67890")
    found: Any = api.resolve("12345")["12345"]
    assert found.account_id == other.id
    again: Any = recheck(api, Profile(account_id="12345", handle="lama"))["12345"]
    assert (again.account_id, again.handle) == (ours.id, "lama")


def test_known_accounts_are_read_a_hundred_a_call(api: Api, asked: list[Asked]) -> None:
    known = [Profile(account_id=api.account(f"kanwil{n}").id) for n in range(130)]
    found = recheck(api, *known)
    assert all(isinstance(profile, Profile) for profile in found.values())
    assert list(found) == [one.account_id for one in known]
    assert [(one.template, len(one.query["ids"].split(","))) for one in asked] == [
        ("/2/users", 100),
        ("/2/users", 30),
    ]


def test_an_account_of_which_nothing_is_said_is_nobodys_verdict(api: Api, account: Any) -> None:
    """Neither among the users nor among the errors."""
    answer_with(api.server, {"meta": {}})
    assert recheck(api, api.profile(account)) == {}
    assert api.resolve("kemenkum_ntt") == {}


def test_a_malformed_handle_does_not_fail_its_batch(
    api: Api, account: Any, asked: list[Asked]
) -> None:
    found = api.resolve("kemenkum_ntt", "nama_yang_terlalu_panjang", "tanda-hubung")
    assert isinstance(found["kemenkum_ntt"], Profile)
    wrong = found["nama_yang_terlalu_panjang"]
    assert isinstance(wrong, AccountWrong)
    assert "paling panjang 15" in wrong.advice
    assert isinstance(found["tanda-hubung"], AccountWrong)
    assert asked[0].query["usernames"] == "kemenkum_ntt"


def test_a_handle_is_found_whatever_its_case(api: Api, account: Any) -> None:
    assert isinstance(api.resolve("Kemenkum_NTT")["Kemenkum_NTT"], Profile)


def test_a_user_that_cannot_be_understood_is_nobodys_verdict(api: Api, account: Any) -> None:
    """Neither found nor wrong, and the others of the batch are found."""
    odd = api.account("kemenkum_bali")
    api.server.fault("wrong_types", platform="x", ids=[odd.id], keys=["username"])
    found = api.resolve("kemenkum_ntt", "kemenkum_bali")
    assert list(found) == ["kemenkum_ntt"]


# Money and limits


@pytest.mark.parametrize("kind", ["credits_depleted", "spend_cap", "usage_capped"])
def test_spent_money_waits_for_a_human_not_for_a_window(
    api: Api, account: Any, asked: list[Asked], now: datetime, kind: str
) -> None:
    """402, 403 and 429: the last has a rate limit's status and no rate limit's end."""
    api.server.fault(kind, platform="x")
    with pytest.raises(Refused) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert "credits" in str(caught.value)
    assert len(asked) == 1


def test_an_app_without_access_is_refused(api: Api, account: Any, now: datetime) -> None:
    answer_with(api.server, {"title": "Client Forbidden", "type": "about:blank"}, status=403)
    with pytest.raises(Refused):
        api.sweep(account, now - 24 * HOUR)


def test_a_full_window_ends_when_its_header_says(api: Api, account: Any, now: datetime) -> None:
    api.server.world.limits.x_calls["/2/users/:id/tweets"] = 2
    for _ in range(2):
        api.sweep(account, now - 24 * HOUR)
    with pytest.raises(Limited) as caught:
        api.sweep(account, now - 24 * HOUR)
    window = 900
    end = (int(now.timestamp()) // window + 1) * window
    assert caught.value.until == datetime.fromtimestamp(end, UTC)


@pytest.mark.parametrize(("reset", "wait"), [
    ("99999999999", timedelta(days=1)),
    ("1790000000000", 15 * MINUTE),  # in milliseconds, which X never does
    ("9" * 40, 15 * MINUTE),
])  # fmt: skip
def test_no_reset_is_waited_for_longer_than_a_day(
    now: datetime, reset: str, wait: timedelta
) -> None:
    headers = {"x-rate-limit-reset": reset, "x-rate-limit-remaining": "0"}
    found = x.explain(429, headers, b"", now)
    assert isinstance(found, Limited)
    assert found.until == now + wait


def test_a_reset_that_has_passed_is_now(now: datetime) -> None:
    headers = {"x-rate-limit-reset": "1", "x-rate-limit-remaining": "0"}
    found = x.explain(429, headers, b"", now)
    assert isinstance(found, Limited)
    assert found.until == now


def test_a_timeline_without_its_meta_covers_nothing(api: Api, account: Any, now: datetime) -> None:
    item = {"id": "1991000000000000001", "created_at": "2026-10-20T02:00:00.000Z"}
    answer_with(api.server, {"data": [item]})
    found = api.sweep(account, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == [item["id"]]
    assert found.covered_since is None
    assert found.broken


def test_an_unknown_403_is_nobodys_fault_yet(api: Api, account: Any, now: datetime) -> None:
    answer_with(api.server, {"title": "Forbidden", "type": "about:blank"}, status=403)
    with pytest.raises(Denied):
        api.sweep(account, now - 24 * HOUR)
