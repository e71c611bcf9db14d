"""Facebook's own ways: a ranked feed, fields it refuses, what it leaves out, next addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.client import ApiClient
from functions.collect.contract import Limited, Lookup, Manner, PlatformError, Refused
from functions.collect.credentials import appsecret_proof
from functions.collect.platforms import facebook, facebook_pages, meta
from tests.collect.api import HOUR, Api, Asked, answer_with, as_post
from tests.collect.platforms.pages import dead, fill, listings, owner_sweep, refuse_fields
from tests.platforms.credentials import FACEBOOK_APP_SECRET, FACEBOOK_TOKEN
from tests.platforms.graph import GraphError
from tests.platforms.world import Post as WorldPost

PLATFORM = "facebook"
DAY = timedelta(days=1)


def test_a_ranked_feed_is_read_whole_and_all_that_it_shows_is_given(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.quirks.facebook_ranked = True
    api.server.world.quirks.facebook_since_by_update = True
    for n in range(1, 61):
        api.server.world.add_post(account, now - n * HOUR, per_hour={"comments": 3})
    since = now - 30 * HOUR
    found = api.sweep(account, since)
    recent = {post.id for post in account.feed if post.published >= since.timestamp()}
    assert {post.post_id for post in found.posts} > recent


def test_a_full_last_page_that_leads_to_an_empty_one_is_the_end(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.quirks.facebook_empty_last_page = True
    for n in range(1, facebook.PAGE_SIZE + 1):
        api.server.world.add_post(account, now - n * timedelta(minutes=10))
    found = api.sweep(account, now - 24 * HOUR)
    assert len(found.posts) == facebook.PAGE_SIZE


# Fallbacks


def test_fields_that_are_refused_are_left_out_where_that_is_remembered(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    refuse_fields(api.server, "attachments")
    api.server.world.add_post(account, now - HOUR, media="added_video")
    profile = api.profile(account)

    async def twice(client: Any) -> list[int]:
        first = await facebook.sweep(client, profile, since=now - 24 * HOUR)
        again = await facebook.sweep(client, profile, since=now - 24 * HOUR, manner=first.manner)
        return [len(first.posts), len(again.posts)]

    assert api.run(twice) == [1, 1]
    # The second listing does not ask in vain again: four requests, of which two got through.
    assert api.requests == 4
    assert [one.template for one in listings(asked)] == ["/{node}/posts"] * 2


def test_where_the_address_of_attachments_is_refused_their_type_still_tells_a_changed_photo(
    api: Api, account: Any, now: datetime
) -> None:
    refuse_fields(api.server, "unshimmed_url")
    api.server.world.add_post(account, now - HOUR, kind="cover_photo")
    photo = api.server.world.add_post(account, now - 2 * HOUR)
    profile = api.profile(account)

    async def listed(client: Any) -> Any:
        return await facebook.sweep(client, profile, since=now - 24 * HOUR)

    found = api.run(listed)
    assert [post.post_id for post in found.posts] == [photo.id]
    assert found.advice is None


def test_what_one_page_refuses_is_asked_of_another_all_the_same(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """A changed cover photo looks like any other photo where its attachment is not told."""
    other = api.account("kemenkum_bali")
    for page in (account, other):
        api.server.world.add_post(page, now - HOUR, kind="cover_photo")
    refuse_fields(api.server, "attachments", of=account.id)

    async def both(client: Any) -> list[Any]:
        return [
            await facebook.sweep(client, api.profile(page), since=now - 24 * HOUR)
            for page in (account, other)
        ]

    restricted, whole = api.run(both)
    assert (restricted.posts, whole.posts) == ((), ())
    assert (len(restricted.broken), whole.broken) == (1, ())
    assert "lampiran" in restricted.advice
    assert restricted.manner != whole.manner == Manner()


def test_a_photo_whose_attachment_the_listing_keeps_back_is_looked_at_by_its_id(
    api: Api, account: Any, now: datetime
) -> None:
    photo = api.server.world.add_post(account, now - HOUR)
    api.server.world.add_post(account, now - 2 * HOUR, kind="cover_photo")
    refuse_fields(api.server, "attachments", edge="posts")
    found = api.sweep(account, now - 24 * HOUR)
    assert [post.post_id for post in found.posts] == [photo.id]
    assert (found.broken, found.advice) == ((), None)


def test_an_edge_that_is_refused_has_another_in_its_place(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    api.server.world.quirks.facebook_posts_allowed = False
    api.server.world.add_post(account, now - HOUR)
    assert len(api.sweep(account, now - 24 * HOUR).posts) == 1
    assert listings(asked)[-1].template == "/{node}/published_posts"


def test_an_app_without_any_permission_is_refused_and_no_page_blamed(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.quirks.facebook_posts_allowed = False
    api.server.world.quirks.facebook_published_posts_allowed = False
    with pytest.raises(Refused):
        api.sweep(account, now - 24 * HOUR)


def test_a_permission_given_later_is_noticed(api: Api, account: Any, now: datetime) -> None:
    """After every way failed, the next request begins with the best one again."""
    quirks = api.server.world.quirks
    quirks.facebook_posts_allowed = quirks.facebook_published_posts_allowed = False
    api.server.world.add_post(account, now - HOUR)
    profile = api.profile(account)

    async def before_and_after(client: Any) -> int:
        with pytest.raises(PlatformError):
            await facebook.sweep(client, profile, since=now - 24 * HOUR)
        quirks.facebook_posts_allowed = True
        return len((await facebook.sweep(client, profile, since=now - 24 * HOUR)).posts)

    assert api.run(before_and_after) == 1


# What a ranked listing leaves out


def test_a_listing_without_the_pages_own_token_proves_no_absence(
    api: Api, account: Any, now: datetime
) -> None:
    fill(api, account, now, 3, HOUR)
    found = api.sweep(account, now - DAY)
    assert (len(found.posts), found.covered_since, found.advice) == (3, None, None)


@pytest.mark.parametrize(("posts", "days", "short"), [
    (49, 30, False),
    (50, 30, True),
    (23, 14, False),
    (24, 14, True),
    (500, 13, False),  # one busy week is no pace
    (0, 0, False),
    (600, 365, False),
    (601, 365, True),
])  # fmt: skip
def test_a_pace_over_600_a_year_is_listed_incompletely(posts: int, days: int, short: bool) -> None:
    assert facebook.is_listed_incompletely(posts, timedelta(days=days)) is short


@given(st.integers(0, 5000), st.integers(1, 500 * 86400))
def test_more_posts_in_less_time_never_look_better_listed(posts: int, seconds: int) -> None:
    span = timedelta(seconds=seconds)
    if facebook.is_listed_incompletely(posts, span):
        assert facebook.is_listed_incompletely(posts + 1, span)
        assert posts / span.total_seconds() > 600 / (365 * 86400)
    elif span >= facebook.LEAST_SPAN:
        assert not facebook.is_listed_incompletely(posts, span + DAY)


def test_a_busy_page_without_its_token_is_marked(api: Api, account: Any, now: datetime) -> None:
    fill(api, account, now, 60, timedelta(hours=8))
    profile = api.profile(account)

    def told(since: datetime, recent: int | None) -> str | None:
        return api.run(
            lambda client: facebook.sweep(
                client, profile, since=since, history=facebook.PageHistory(recent)
            )
        ).advice

    assert told(now - 20 * DAY, None) == facebook.INCOMPLETE
    assert told(now - 2 * DAY, None) is None
    assert told(now - 2 * DAY, 49) is None
    assert told(now - 2 * DAY, 50) == facebook.INCOMPLETE
    token = api.server.world.credentials.give_page_token(account.id)
    assert (
        owner_sweep(api, account, now - 20 * DAY, token, history=facebook.PageHistory(60)).advice
        is None
    )
    dead(api, account, token)
    found = owner_sweep(api, account, now - 20 * DAY, token, history=facebook.PageHistory(60))
    assert found.advice == facebook_pages.TOKEN_DEAD


def confirm(api: Api, account: Any, *posts: WorldPost) -> Lookup:
    profile = api.profile(account)
    wanted = [as_post(post) for post in posts]
    return api.run(lambda client: facebook.confirm(client, profile, wanted))


def test_a_post_left_out_of_the_listing_is_read_by_its_id(
    api: Api, account: Any, now: datetime
) -> None:
    counters = {"likes": 100, "comments": 40, "shares": 3}
    posts = [
        api.server.world.add_post(account, now - n * HOUR, steps=[(now - DAY, counters)])
        for n in (1, 2, 3)
    ]
    api.server.world.quirks.facebook_listed_per_year = 1
    listed = {post.post_id for post in api.sweep(account, now - DAY).posts}
    left_out = [post for post in posts if post.id not in listed]
    assert len(left_out) == 2
    found = confirm(api, account, *left_out)
    assert {post.post_id for post in found.posts} == {post.id for post in left_out}
    assert found.absent == {}
    for post in found.posts:
        [sample] = post.samples
        assert (sample.likes, sample.comments, sample.shares) == (100, 40, 3)
        assert post.account_id == account.id
        assert sample.taken_at >= now


def test_a_post_that_is_gone_is_absent_and_its_neighbour_is_not(
    api: Api, account: Any, now: datetime
) -> None:
    here, gone = fill(api, account, now, 2, HOUR)
    api.server.world.remove(gone, now)
    found = confirm(api, account, gone, here)
    assert [post.post_id for post in found.posts] == [here.id]
    assert list(found.absent) == [gone.id]
    assert now <= found.absent[gone.id] <= now + timedelta(minutes=1)


def test_posts_that_are_all_gone_are_held_against_one_that_is_listed(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    _, *gone = fill(api, account, now, 3, HOUR)
    for post in gone:
        api.server.world.remove(post, now)
    assert set(confirm(api, account, *gone).absent) == {post.id for post in gone}
    assert len(asked) == 4
    api.server.world.remove(account.feed[-1], now)
    assert confirm(api, account, *gone).absent == {}  # nothing left to hold them against


def refuse_posts_by_id(api: Api, error: GraphError) -> None:
    honest = api.server.app._answer

    def refusing(request: Any, route: Any) -> Any:
        if route.template == "/{node}" and "_" in route.parts[-1]:
            return error.response()
        return honest(request, route)

    api.server.app._answer = refusing  # type: ignore[method-assign]


def test_an_app_that_may_not_read_posts_by_id_proves_nothing(
    api: Api, account: Any, now: datetime
) -> None:
    """Facebook says the same of what is gone and of what a token may not see."""
    posts = fill(api, account, now, 3, HOUR)
    refuse_posts_by_id(api, GraphError("Unsupported get request.", 100, subcode=33))
    assert confirm(api, account, *posts) == Lookup()


@pytest.mark.parametrize("code", [10, 200])
def test_a_refusal_of_this_way_alone_stops_no_credential_and_is_asked_once(
    api: Api, account: Any, asked: list[Asked], now: datetime, code: int
) -> None:
    posts = fill(api, account, now, 3, HOUR)
    refuse_posts_by_id(api, GraphError("(#10) Not reviewed", code))
    profile, wanted = api.profile(account), [as_post(post) for post in posts]

    async def twice(client: ApiClient) -> list[Lookup]:
        return [await facebook.confirm(client, profile, wanted) for _ in range(2)]

    first, second = api.run(twice)
    assert (first.posts, first.absent, second) == ((), {}, Lookup())
    assert len(first.broken) == 1
    assert f"(#{code})" in first.broken[0]
    assert api.requests == 1


def test_a_limit_half_way_keeps_what_was_read(api: Api, account: Any, now: datetime) -> None:
    gone, here, last = fill(api, account, now, 3, HOUR)
    api.server.world.remove(gone, now)
    honest, sent = api.server.app._answer, []

    def limited(request: Any, route: Any) -> Any:
        sent.append(request)
        if len(sent) > 2:
            return GraphError("(#4) Application request limit reached", 4).response()
        return honest(request, route)

    api.server.app._answer = limited  # type: ignore[method-assign]
    found = confirm(api, account, gone, here, last)
    assert [post.post_id for post in found.posts] == [here.id]
    assert list(found.absent) == [gone.id]
    assert isinstance(found.failure, Limited)
    # Met at once, or while the proof is looked for, it proves nothing.
    assert confirm(api, account, gone).absent == {}
    del sent[:]
    sent.append(None)
    found = confirm(api, account, gone)
    assert found.absent == {}
    assert isinstance(found.failure, Limited)


@pytest.mark.parametrize("spoiled", [b'"created_at"', b'"created_time":"kemarin","x"'])
def test_a_broken_answer_costs_one_post(
    api: Api, account: Any, now: datetime, spoiled: bytes
) -> None:
    bad, good = fill(api, account, now, 2, HOUR)
    honest = api.server.app._answer

    def spoiling(request: Any, route: Any) -> Any:
        response = honest(request, route)
        if bad.id in request.path:
            response.body = response.body.replace(b'"created_time"', spoiled)
        return response

    api.server.app._answer = spoiling  # type: ignore[method-assign]
    found = confirm(api, account, bad, good)
    assert [post.post_id for post in found.posts] == [good.id]
    assert found.absent == {}
    assert len(found.broken) == 1


def test_no_more_posts_than_a_few_are_confirmed_at_once(
    api: Api, account: Any, now: datetime
) -> None:
    posts = fill(api, account, now, facebook.CONFIRM_SIZE + 5, timedelta(minutes=10))
    found = confirm(api, account, *posts)
    assert [post.post_id for post in found.posts] == [
        post.id for post in posts[: facebook.CONFIRM_SIZE]
    ]
    assert api.requests == facebook.CONFIRM_SIZE


# Secrets


def test_the_next_page_is_asked_with_our_own_credentials_not_those_in_its_address(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    for n in range(1, 61):
        api.server.world.add_post(account, now - n * timedelta(minutes=10))
    honest = api.server.app._answer

    def spoiled(request: Any, route: Any) -> Any:
        response = honest(request, route)
        response.body = response.body.replace(FACEBOOK_TOKEN.encode(), b"a-foreign-token")
        return response

    api.server.app._answer = spoiled  # type: ignore[method-assign]
    assert len(api.sweep(account, now - 24 * HOUR).posts) == 60
    proof = appsecret_proof(FACEBOOK_TOKEN, FACEBOOK_APP_SECRET)["appsecret_proof"]
    assert len(listings(asked)) == 3
    for one in listings(asked):
        assert one.query["access_token"] == FACEBOOK_TOKEN
        assert one.query["appsecret_proof"] == proof
        assert "a-foreign-token" not in one.request.target


def test_a_next_address_elsewhere_is_never_followed(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    """Only its parameters are used, on our own path: a token cannot be lured away."""
    away = "http://127.0.0.1:1/v26.0/999/posts?after=abc&access_token=x&appsecret_proof=y"
    item = {"id": "1_2", "created_time": "2026-10-20T01:00:00+0000"}
    answer_with(api.server, {"data": [item], "paging": {"next": away}})
    found = api.sweep(account, now - 24 * HOUR)
    assert "repeats" in str(found.failure)
    assert {one.template for one in asked} <= {"/{node}/posts"}


@pytest.mark.parametrize("message", [
    "Invalid appsecret_proof provided in the API argument",
    "(#100) Pages Public Content Access requires either app secret proof or an app token",
])  # fmt: skip
def test_a_wrong_app_secret_is_the_operators_matter_not_the_pages(message: str) -> None:
    body = GraphError(message, 100).response().body
    now = datetime.fromisoformat("2026-10-20T03:00:00Z")
    assert isinstance(meta.explain(400, {}, body, now), Refused)


def test_a_proof_signs_the_token_with_the_apps_secret(api: Api, account: Any) -> None:
    from msgspec.structs import replace

    api.settings = replace(api.settings, facebook_app_secret=("another-secret",))
    with pytest.raises(Refused):
        api.resolve("kemenkum_ntt")
    api.settings = replace(api.settings, facebook_app_secret=())
    with pytest.raises(Refused):
        api.resolve("kemenkum_ntt")
