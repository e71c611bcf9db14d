"""Who a Page is: renamed, gone, with two ids, and whose a token of its own is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.collect.client import ApiClient
from functions.collect.contract import AccountWrong, Refused, Transient
from functions.collect.platforms import facebook, facebook_pages
from tests.collect.api import HOUR, Api, Asked
from tests.collect.platforms.pages import as_page, dead, fill, listings, owner_sweep, refuse_fields
from tests.platforms.credentials import FACEBOOK_TOKEN
from tests.platforms.graph import GraphError

PLATFORM = "facebook"
DAY = timedelta(days=1)


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


def test_a_page_known_by_its_id_alone_is_not_taken_for_renamed(api: Api, account: Any) -> None:
    refuse_fields(api.server, "username")
    for asked, told in ((account.id, None), ("kemenkum_ntt", "kemenkum_ntt")):
        found: Any = api.resolve(asked)[asked]
        assert (found.account_id, found.handle) == (account.id, told)


# A Page's own token


@pytest.fixture
def token(api: Api, account: Any) -> str:
    return api.server.world.credentials.give_page_token(account.id)


def test_with_its_own_token_a_page_is_listed_whole_and_absences_show(
    api: Api, account: Any, token: str, asked: list[Asked], now: datetime
) -> None:
    api.server.world.quirks.facebook_listed_per_year = 20
    posts = fill(api, account, now, 60, HOUR)
    since = now - 30 * HOUR
    plain, found = api.sweep(account, since), owner_sweep(api, account, since, token)
    assert {post.post_id for post in found.posts} == {post.id for post in posts[:30]}
    assert (found.covered_since, found.advice) == (since, None)
    assert len(plain.posts) < 30
    assert plain.covered_since is None
    last = listings(asked)[-1]
    assert (last.template, last.query["access_token"]) == ("/{node}/published_posts", token)


def test_a_page_that_gave_its_token_needs_no_reviewed_app(
    api: Api, account: Any, token: str, now: datetime
) -> None:
    api.server.world.credentials.meta[FACEBOOK_TOKEN].pages = False
    fill(api, account, now, 3, HOUR)
    assert len(owner_sweep(api, account, now - DAY, token).posts) == 3
    profile = api.profile(account)

    async def told(client: ApiClient) -> list[Any]:
        own = as_page(client, token)
        resolved = await facebook.resolve(client, ["kemenkum_ntt"], own={"kemenkum_ntt": own})
        again = await facebook.recheck(client, [profile], own={account.id: own})
        return [*resolved.values(), *again.values()]

    assert [one.account_id for one in api.run(told)] == [account.id] * 2
    with pytest.raises(Refused):
        api.sweep(account, now - DAY)


def test_who_a_token_speaks_for_is_asked_once(
    api: Api, account: Any, token: str, asked: list[Asked], now: datetime
) -> None:
    profile = api.profile(account)

    async def thrice(client: ApiClient) -> None:
        own = as_page(client, token)
        for _ in range(3):
            await facebook.sweep(client, profile, since=now - DAY, own=own)

    api.run(thrice)
    assert [one.template for one in asked] == ["/{node}"] + ["/{node}/published_posts"] * 3


def foreign(api: Api, account: Any, token: str) -> None:
    other = api.account("halamanlain")
    api.server.world.credentials.meta[token].page = other.id
    api.server.world.credentials.meta[token].pages = True  # so that it may read this one as well


def unpermitted(api: Api, account: Any, token: str) -> None:
    honest = api.server.app._answer

    def refusing(request: Any, route: Any) -> Any:
        if request.query.get("access_token") == token and "posts" in route.template:
            return GraphError("(#10) This needs pages_read_engagement", 10).response()
        return honest(request, route)

    api.server.app._answer = refusing  # type: ignore[method-assign]


def of_another_app(api: Api, account: Any, token: str) -> None:
    api.server.world.credentials.meta[token].app_secret = "another-apps-secret"


@pytest.mark.parametrize(("harm", "advice"), [
    (dead, facebook_pages.TOKEN_DEAD),
    (foreign, facebook_pages.TOKEN_FOREIGN),
    (unpermitted, facebook_pages.TOKEN_WEAK),
    (of_another_app, facebook_pages.TOKEN_WEAK),
])  # fmt: skip
def test_a_bad_page_token_costs_the_page_that_token_and_nothing_else(
    api: Api, account: Any, token: str, now: datetime, harm: Any, advice: str
) -> None:
    fill(api, account, now, 3, HOUR)
    harm(api, account, token)
    found = owner_sweep(api, account, now - DAY, token)
    assert (len(found.posts), found.advice) == (3, advice)
    assert found.covered_since is None

    async def resolved(client: ApiClient) -> Any:
        own = {"kemenkum_ntt": as_page(client, token)}
        return await facebook.resolve(client, ["kemenkum_ntt"], own=own)

    assert api.run(resolved)["kemenkum_ntt"].account_id == account.id


def test_a_pages_own_limit_is_not_the_apps_and_no_fault_of_its_token(
    api: Api, account: Any, token: str, now: datetime
) -> None:
    fill(api, account, now, 3, HOUR)
    honest = api.server.app._answer

    def limited(request: Any, route: Any) -> Any:
        if request.query.get("access_token") == token:
            return GraphError("(#80001) Too many calls to this Page", 80001).response()
        return honest(request, route)

    api.server.app._answer = limited  # type: ignore[method-assign]
    found = owner_sweep(api, account, now - DAY, token)
    assert (len(found.posts), found.covered_since, found.advice) == (3, None, None)


def test_a_page_with_two_ids_is_known_by_its_username(
    api: Api, account: Any, token: str, now: datetime
) -> None:
    honest = api.server.app._answer

    def another_id(request: Any, route: Any) -> Any:
        response = honest(request, route)
        if route.template == "/{node}":
            response.body = response.body.replace(account.id.encode(), b"61557000000001")
        return response

    api.server.app._answer = another_id  # type: ignore[method-assign]
    found = owner_sweep(api, account, now - DAY, token)
    assert (found.covered_since, found.advice) == (now - DAY, None)


def test_an_unpublished_page_is_not_read_though_its_own_token_could(
    api: Api, account: Any, token: str, now: datetime
) -> None:
    fill(api, account, now, 3, HOUR)
    api.server.world.set_state(account, "unpublished")
    with pytest.raises(AccountWrong) as caught:
        owner_sweep(api, account, now - DAY, token)
    assert caught.value.advice == facebook_pages.GONE.format(account.handle(int(now.timestamp())))


def test_a_platform_that_is_unwell_is_not_asked_a_second_way(
    api: Api, account: Any, token: str, asked: list[Asked], now: datetime
) -> None:
    api.server.fault("server_error", platform="facebook")
    with pytest.raises(Transient):
        owner_sweep(api, account, now - DAY, token)
    assert {one.query["access_token"] for one in asked} == {token}


@pytest.mark.parametrize("advice", [
    facebook_pages.GONE,
    facebook.INCOMPLETE,
    facebook_pages.TOKEN_DEAD,
    facebook_pages.TOKEN_FOREIGN,
    facebook_pages.TOKEN_WEAK,
])  # fmt: skip
def test_what_admins_are_told_is_one_line_of_whole_sentences(advice: str) -> None:
    assert advice.endswith(".")
    assert "\n" not in advice
    assert "  " not in advice
