"""Posts on X: edits, counters, and what is no post of an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.platforms import x_posts
from functions.model import FORMATS
from tests.collect.api import HOUR, Api, answer_with, as_post

PLATFORM = "x"
MINUTE = timedelta(minutes=1)


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


# What is a post


def test_a_quote_is_a_post_of_its_own(api: Api, account: Any, now: datetime) -> None:
    api.server.world.add_post(account, now - HOUR, kind="quote", refers_to="123")
    assert len(api.sweep(account, now - 24 * HOUR).posts) == 1


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


# Formats


@pytest.mark.parametrize(("options", "format"), [
    ({"media": "photo"}, "photo"),
    ({"media": "album"}, "album"),
    ({"media": "video"}, "video"),
    ({"media": "link"}, "link"),
    ({"media": ""}, "text"),
    ({"media": "", "kind": "quote", "refers_to": "1"}, "text"),
    ({"media": "photo", "kind": "quote", "refers_to": "1"}, "photo"),
    ({"media": "album", "text": "Panjang. " * 60}, "album"),
])  # fmt: skip
def test_a_format_is_what_the_addresses_in_the_text_lead_to(
    api: Api, account: Any, now: datetime, options: dict[str, Any], format: str
) -> None:
    api.server.world.add_post(account, now - HOUR, **options)
    [swept] = api.sweep(account, now - 24 * HOUR).posts
    [looked_up] = api.lookup([swept]).posts
    assert swept.format == looked_up.format == format


ADDRESSES = st.none() | st.text() | st.sampled_from(
    ["https://x.com/a/status/1/photo/1", "https://x.com/a/status/1/video/1", "https://a.id/photo/"]
)  # fmt: skip
ENTRIES = st.builds(
    x_posts._Address, expanded_url=ADDRESSES, media_key=st.none() | st.text(max_size=3)
)
ENTITIES = st.none() | st.builds(x_posts._Entities, urls=st.none() | st.lists(ENTRIES, max_size=4))


@given(ENTITIES)
def test_whatever_addresses_are_told_a_post_has_a_known_format_or_none(entities: Any) -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    tweet = x_posts.Tweet(id="1", created_at=at, entities=entities)
    found = x_posts.format_of(tweet)
    assert found in (None, *FORMATS)
    if entities is None or entities.urls is None:
        assert found is None
