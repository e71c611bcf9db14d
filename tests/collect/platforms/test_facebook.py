"""Facebook's own ways: a ranked feed, what is no post, fields it refuses, addresses with tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.collect import graph
from functions.collect.access import appsecret_proof
from functions.collect.answers import AccountWrong, PlatformError, Refused
from functions.collect.platforms import facebook
from tests.collect.api import HOUR, Api, Asked, answer_with
from tests.platforms.credentials import FACEBOOK_APP_SECRET, FACEBOOK_TOKEN
from tests.platforms.graph import GraphError
from tests.platforms.server import Handle

PLATFORM = "facebook"


def listings(asked: list[Asked]) -> list[Asked]:
    return [one for one in asked if "posts" in one.template]


@pytest.fixture
def account(api: Api) -> Any:
    return api.account("kemenkumntt")


def test_a_ranked_feed_is_read_whole_and_judged_by_each_posts_own_time(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.quirks.facebook_ranked = True
    api.server.world.quirks.facebook_since_by_update = True
    for n in range(1, 61):
        api.server.world.add_post(account, now - n * HOUR, per_hour={"comments": 3})
    since = now - 30 * HOUR
    found = api.sweep(account, since)
    recent = {post.id for post in account.feed if post.published >= since.timestamp()}
    assert {post.post_id for post in found.posts} == recent
    assert found.covered_since == since


def test_a_full_last_page_that_leads_to_an_empty_one_is_the_end(
    api: Api, account: Any, now: datetime
) -> None:
    api.server.world.quirks.facebook_empty_last_page = True
    for n in range(1, facebook.PAGE_SIZE + 1):
        api.server.world.add_post(account, now - n * timedelta(minutes=10))
    found = api.sweep(account, now - 24 * HOUR)
    assert len(found.posts) == facebook.PAGE_SIZE


@pytest.mark.parametrize(("options", "counts"), [
    ({"kind": "share", "media": "shared_story", "text": ""}, False),
    ({"kind": "share", "media": "shared_story", "text": "  "}, False),
    ({"kind": "share", "media": "shared_story", "text": "Selamat!"}, True),
    ({"kind": "profile_photo", "text": ""}, False),
    ({"kind": "cover_photo", "text": "Sampul baru"}, False),
    ({"kind": "event", "media": "created_event"}, False),
    ({"kind": "life_event"}, False),
    ({"media": "added_photos", "text": ""}, True),
    ({"media": "added_video"}, True),
    ({"media": "mobile_status_update"}, True),
])  # fmt: skip
def test_only_posts_of_the_pages_own_are_posts(
    api: Api, account: Any, now: datetime, options: dict[str, Any], counts: bool
) -> None:
    api.server.world.add_post(account, now - HOUR, refers_to="1_2", **options)
    found = api.sweep(account, now - 24 * HOUR)
    assert len(found.posts) == counts
    assert found.broken == ()


def test_reactions_of_all_types_are_likes_and_replies_are_comments(
    api: Api, account: Any, now: datetime
) -> None:
    counters = {"likes": 100, "comments": 40, "shares": 3}
    api.server.world.add_post(account, now - HOUR, steps=[(now - HOUR, counters)])
    [sample] = api.sweep(account, now - 24 * HOUR).posts[0].samples
    assert (sample.likes, sample.comments, sample.shares, sample.views) == (100, 40, 3, None)


def test_no_shares_key_means_no_shares(api: Api, account: Any, now: datetime) -> None:
    api.server.world.add_post(account, now - HOUR, steps=[(now - HOUR, {"likes": 9})])
    [sample] = api.sweep(account, now - 24 * HOUR).posts[0].samples
    assert sample.shares == 0


# Fallbacks


def refuse_fields(server: Handle, *names: str, edge: str = "") -> None:
    """The platform refuses these fields, as it does to apps that may not see them."""
    honest = server.app._answer

    def refusing(request: Any, route: Any) -> Any:
        if edge in route.template and any(
            name in request.query.get("fields", "") for name in names
        ):
            return GraphError("(#100) Tried accessing nonexisting field", 100).response()
        return honest(request, route)

    server.app._answer = refusing  # type: ignore[method-assign]


def test_fields_that_are_refused_are_left_out_from_then_on(
    api: Api, account: Any, asked: list[Asked], now: datetime
) -> None:
    refuse_fields(api.server, "attachments")
    api.server.world.add_post(account, now - HOUR)
    profile = api.profile(account)

    async def twice(client: Any) -> list[int]:
        counts = []
        for _ in range(2):
            found = await facebook.sweep(client, profile, since=now - 24 * HOUR)
            counts.append(len(found.posts))
        return counts

    assert api.run(twice) == [1, 1]
    # The second listing does not ask in vain again: three requests, of which two got through.
    assert api.requests == 3
    assert [one.template for one in listings(asked)] == ["/{node}/posts"] * 2


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


def test_a_page_that_was_unpublished_is_told_so(api: Api, account: Any, now: datetime) -> None:
    api.server.world.set_state(account, "unknown")
    with pytest.raises(AccountWrong) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert "diterbitkan" in caught.value.advice


def test_a_renamed_page_is_found_by_its_id(api: Api, account: Any, now: datetime) -> None:
    api.server.world.add_post(account, now - HOUR)
    api.server.world.rename(account, "nama_baru")
    assert len(api.sweep(account, now - 24 * HOUR).posts) == 1
    found: Any = api.resolve(account.id)[account.id]
    assert found.handle == "nama_baru"


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
    with pytest.raises(PlatformError) as caught:
        api.sweep(account, now - 24 * HOUR)
    assert "repeats" in str(caught.value)
    assert {one.template for one in asked} <= {"/{node}/posts"}


@pytest.mark.parametrize("message", [
    "Invalid appsecret_proof provided in the API argument",
    "(#100) Pages Public Content Access requires either app secret proof or an app token",
])  # fmt: skip
def test_a_wrong_app_secret_is_the_operators_matter_not_the_pages(message: str) -> None:
    body = GraphError(message, 100).response().body
    now = datetime.fromisoformat("2026-10-20T03:00:00Z")
    assert isinstance(graph.explain(400, {}, body, now), Refused)


def test_a_proof_signs_the_token_with_the_apps_secret(api: Api, account: Any) -> None:
    from dataclasses import replace

    api.settings = replace(api.settings, facebook_app_secret=("another-secret",))
    with pytest.raises(Refused):
        api.resolve("kemenkumntt")
    api.settings = replace(api.settings, facebook_app_secret=())
    with pytest.raises(Refused):
        api.resolve("kemenkumntt")
