"""Pages and their posts, as Page Public Content Access shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from tests.platforms.conftest import NOON
from tests.platforms.credentials import FACEBOOK_TOKEN, INSTAGRAM_TOKEN
from tests.platforms.world import Account, World

FIELDS = (
    "id,created_time,permalink_url,message,status_type,shares,"
    "reactions.summary(total_count).limit(0),"
    "comments.filter(stream).summary(total_count).limit(0)"
)


@pytest.fixture
def page(world: World) -> Account:
    return world.add_account("facebook", "kemenkumntt", followers=2000, title="Kanwil NTT")


def _graph(client: httpx.Client, world: World, path: str, **params: Any) -> httpx.Response:
    proof = world.credentials.meta[FACEBOOK_TOKEN].proof(FACEBOOK_TOKEN)
    params = {"access_token": FACEBOOK_TOKEN, "appsecret_proof": proof, **params}
    return client.get(path, params={name: value for name, value in params.items() if value != ""})


def test_page(client: httpx.Client, world: World, page: Account) -> None:
    fields = "id,name,username,followers_count,fan_count,link"
    expected = {
        "id": page.id,
        "name": "Kanwil NTT",
        "username": "kemenkumntt",
        "followers_count": 2000,
        "fan_count": 1900,
        "link": "https://www.facebook.com/kemenkumntt",
    }
    for node in (page.id, "kemenkumntt"):
        assert _graph(client, world, f"/v26.0/{node}", fields=fields).json() == expected


def test_posts(client: httpx.Client, world: World, page: Account) -> None:
    counts = {"likes": 10, "comments": 8, "shares": 3}
    hour = timedelta(hours=1)
    post = world.add_post(page, NOON - hour, start_with=counts)
    silent = world.add_post(page, NOON - 2 * hour, text="", kind="share", media="shared_story")
    data = _graph(client, world, f"/v26.0/{page.id}/posts", fields=FIELDS).json()["data"]
    assert data[0] == {
        "id": post.id,
        "created_time": "2026-10-20T04:00:00+0000",
        "permalink_url": post.url,
        "message": post.text,
        "status_type": "added_photos",
        "shares": {"count": 3},
        "reactions": {"data": [], "summary": {"total_count": 10}},
        "comments": {"data": [], "summary": {"total_count": 8}},
    }
    assert data[1]["id"] == silent.id
    assert not {"shares", "message"} & set(data[1])


def test_modifiers_of_counters(client: httpx.Client, world: World, page: Account) -> None:
    post = world.add_post(page, NOON, start_with={"likes": 100, "comments": 8})
    fields = (
        "reactions.type(LIKE).limit(0).summary(total_count).as(like),"
        "reactions.type(LOVE).limit(0).summary(total_count).as(love),"
        "likes.limit(0).summary(true),comments.summary(true).limit(0)"
    )
    item = _graph(client, world, f"/v26.0/{post.id}", fields=fields).json()
    totals = {name: edge["summary"]["total_count"] for name, edge in item.items() if name != "id"}
    assert totals == {"like": 80, "love": 12, "likes": 80, "comments": 6}


def test_paging_by_next(client: httpx.Client, world: World, page: Account) -> None:
    for hours in range(30):
        world.add_post(page, NOON - timedelta(hours=hours))
    response = _graph(client, world, "/v26.0/kemenkumntt/posts", fields="id", limit=10)
    seen = []
    proof = world.credentials.meta[FACEBOOK_TOKEN].proof(FACEBOOK_TOKEN)
    while True:
        payload = response.json()
        seen += [item["id"] for item in payload["data"]]
        if "next" not in payload["paging"]:
            break
        assert f"access_token={FACEBOOK_TOKEN}" in payload["paging"]["next"]
        response = client.get(f"{payload['paging']['next']}&appsecret_proof={proof}")
    assert seen == [post.id for post in reversed(page.feed)]
    since = int((NOON - timedelta(hours=2)).timestamp())
    recent = _graph(client, world, "/v26.0/kemenkumntt/published_posts", since=since).json()
    assert len(recent["data"]) == 3


def test_batches_by_id(client: httpx.Client, world: World, page: Account) -> None:
    alive = world.add_post(page, NOON - timedelta(hours=2), start_with={"likes": 4})
    dead = world.add_post(page, NOON - timedelta(hours=2), removed_at=NOON)
    wanted = f"{alive.id},{dead.id}"
    fields = "shares,reactions.summary(total_count).limit(0)"
    found = _graph(client, world, "/v26.0/", ids=wanted, fields=fields).json()
    assert found == {
        alive.id: {"reactions": {"data": [], "summary": {"total_count": 4}}, "id": alive.id}
    }
    world.quirks.facebook_dead_id_fails_batch = True
    error = _graph(client, world, "/v26.0/", ids=wanted, fields=fields).json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    many = _graph(client, world, "/v26.0/", ids=",".join(map(str, range(54)))).json()["error"]
    assert many["message"] == "(#100) Too many IDs. Maximum: 50. Provided: 54."


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("/v26.0/kemenkumntt/posts", {"access_token": "wrong"}, 190),
        ("/v26.0/kemenkumntt/posts", {"access_token": ""}, 104),
        ("/v26.0/kemenkumntt/posts", {"access_token": INSTAGRAM_TOKEN}, 10),
        ("/v26.0/kemenkumntt/posts", {"appsecret_proof": ""}, 100),
        ("/v26.0/kemenkumntt/posts", {"appsecret_proof": "0" * 64}, 100),
        ("/v26.0/kemenkumntt/posts", {"limit": 101}, 100),
        ("/v26.0/kemenkumntt/posts", {"fields": "insights"}, 100),
        ("/v26.0/tidak.ada/posts", {}, 100),
    ],
)
def test_refusals(
    client: httpx.Client,
    world: World,
    page: Account,
    path: str,
    params: dict[str, Any],
    code: int,
) -> None:
    response = _graph(client, world, path, **params)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code


def test_open_questions_can_be_turned_over(
    client: httpx.Client, world: World, page: Account
) -> None:
    for hours in (1, 2, 3):
        world.add_post(page, NOON - timedelta(hours=hours), start_with={"comments": 1})
    world.quirks.facebook_ranked = True
    ranked = _graph(client, world, f"/v26.0/{page.id}/posts", fields="id").json()["data"]
    assert [item["id"] for item in ranked] == [page.feed[at].id for at in (1, 2, 0)]
    world.quirks.facebook_since_by_update = True
    old = world.add_post(page, NOON - timedelta(hours=40), start_with={"comments": 1})
    since = int((NOON - timedelta(hours=5)).timestamp())
    data = _graph(client, world, f"/v26.0/{page.id}/posts", since=since).json()["data"]
    assert old.id in [item["id"] for item in data]
    world.quirks.facebook_posts_allowed = False
    assert _graph(client, world, f"/v26.0/{page.id}/posts").json()["error"]["code"] == 10
    assert _graph(client, world, f"/v26.0/{page.id}/published_posts").status_code == 200


def _as_page(client: httpx.Client, world: World, token: str, path: str, **params: Any) -> Any:
    proof = world.credentials.meta[token].proof(token)
    params = {"access_token": token, "appsecret_proof": proof, **params}
    return client.get(f"/v26.0/{path}", params=params)


def test_a_pages_own_token(client: httpx.Client, world: World, page: Account) -> None:
    token = world.credentials.give_page_token(page.id)
    other = world.add_account("facebook", "halamanlain")
    post = world.add_post(page, NOON)
    me = _as_page(client, world, token, "me", fields="id,username,is_published").json()
    assert me == {"id": page.id, "username": "kemenkumntt", "is_published": True}
    # It needs no proof for its own, and without a feature of the app it sees no other Page.
    for path in (f"{page.id}/published_posts", "me/posts", post.id):
        asked = {"access_token": token, "fields": "id"}
        assert client.get(f"/v26.0/{path}", params=asked).status_code == 200
    refused = _as_page(client, world, token, f"{other.id}/posts")
    assert refused.json()["error"]["code"] == 10
    world.credentials.give_page_token(page.id, pages=True)
    assert _as_page(client, world, token, f"{other.id}/posts").status_code == 200
    nobody = _graph(client, world, "/v26.0/me")
    assert nobody.json()["error"]["code"] == 2500
    del world.credentials.meta[token]
    dead = client.get("/v26.0/me", params={"access_token": token})
    assert dead.json()["error"]["code"] == 190


def test_an_unpublished_page_shows_itself_alone(
    client: httpx.Client, world: World, page: Account
) -> None:
    token = world.credentials.give_page_token(page.id)
    world.set_state(page, "unpublished")
    assert _graph(client, world, f"/v26.0/{page.id}").json()["error"]["error_subcode"] == 33
    assert _as_page(client, world, token, "me", fields="is_published").json() == {
        "id": page.id,
        "is_published": False,
    }


def test_a_ranked_listing_leaves_posts_out_that_are_there(
    client: httpx.Client, world: World, page: Account
) -> None:
    world.quirks.facebook_listed_per_year = 5
    old = world.add_post(page, NOON - timedelta(days=400))
    posts = [world.add_post(page, NOON - timedelta(hours=n)) for n in range(8)]
    token = world.credentials.give_page_token(page.id)

    def listed(get: Any, path: str) -> set[str]:
        response = get(path)
        assert response.status_code == 200
        return {item["id"] for item in response.json()["data"]}

    def as_app(path: str) -> httpx.Response:
        return _graph(client, world, f"/v26.0/{path}", fields="id")

    def as_page(path: str) -> Any:
        return _as_page(client, world, token, path, fields="id")

    everything = {old.id, *(post.id for post in posts)}
    ranked = listed(as_app, f"{page.id}/posts")
    assert ranked < everything
    assert len(ranked - {old.id}) == 5
    assert listed(as_app, f"{page.id}/published_posts") == ranked
    assert listed(as_page, f"{page.id}/posts") == ranked
    assert listed(as_page, f"{page.id}/published_posts") == everything
    for post_id in everything - ranked:
        assert as_app(post_id).json() == {"id": post_id}


def test_usage_of_a_pages_own_limit(client: httpx.Client, world: World, page: Account) -> None:
    token = world.credentials.give_page_token(page.id)
    world.limits.meta_calls_per_hour = 4
    headers = [_as_page(client, world, token, "me").headers for _ in range(3)]
    told = msgspec.json.decode(headers[-1]["x-business-use-case-usage"])
    assert told[page.id][0]["call_count"] == 75
    assert "x-app-usage" not in headers[-1]
    assert _as_page(client, world, token, "me").json()["error"]["code"] == 80001
    assert "x-app-usage" in _graph(client, world, f"/v26.0/{page.id}").headers
