"""X API v2: shapes, limits, and what counts as an error inside a 200."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from tests.platforms.conftest import NOON, connect
from tests.platforms.credentials import X_BEARER_TOKEN
from tests.platforms.server import Handle
from tests.platforms.world import Account, World

FIELDS = {"tweet.fields": "created_at,public_metrics,referenced_tweets,note_tweet"}


@pytest.fixture
def client(server: Handle) -> Iterator[httpx.Client]:
    with connect(server.url) as client:
        client.headers["Authorization"] = f"Bearer {X_BEARER_TOKEN}"
        yield client


@pytest.fixture
def account(world: World) -> Account:
    return world.add_account("x", "kemenkum_ntt", followers=500)


def test_users_by_name(client: httpx.Client, world: World, account: Account) -> None:
    world.add_account("x", "ditutup", state="suspended")
    response = client.get(
        "/2/users/by",
        params={"usernames": "kemenkum_ntt,ditutup,hilang", "user.fields": "public_metrics"},
    )
    payload = response.json()
    assert [user["id"] for user in payload["data"]] == [account.id]
    assert payload["data"][0]["public_metrics"]["followers_count"] == 500
    assert [error["title"] for error in payload["errors"]] == ["Forbidden", "Not Found Error"]
    assert payload["errors"][0]["type"].endswith("/resource-not-found")
    assert response.headers["x-rate-limit-limit"] == "300"


def test_users_by_id_bear_the_name_of_today(
    client: httpx.Client, world: World, account: Account
) -> None:
    world.rename(account, "kanwil_ntt")
    shut = world.add_account("x", "tertutup", state="suspended")
    answer = client.get(
        "/2/users",
        params={"ids": f"{account.id},{shut.id},404", "user.fields": "public_metrics"},
    ).json()
    (user,) = answer["data"]
    assert (user["id"], user["username"]) == (account.id, "kanwil_ntt")
    assert user["public_metrics"]["tweet_count"] == 0
    problems = [(one["value"], one["title"]) for one in answer["errors"]]
    assert problems == [(shut.id, "Forbidden"), ("404", "Not Found Error")]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/2/users/by", {"usernames": "kemenkum_ntt,nama_enam_belas_"}),
        ("/2/users/by", {"usernames": ""}),
        ("/2/users", {"ids": ",".join(map(str, range(101)))}),
        ("/2/users/1/tweets", {"max_results": 3}),
        ("/2/users/1/tweets", {"max_results": 101}),
        ("/2/users/1/tweets", {"start_time": "2026-10-20"}),
        ("/2/users/1/tweets", {"exclude": "quotes"}),
        ("/2/users/1/tweets", {"tweet.fields": "likes"}),
        ("/2/users/1/tweets", {"pagination_token": "x"}),
        ("/2/users/1/tweets", {"unknown": "1"}),
        ("/2/tweets", {"ids": ",".join(map(str, range(101)))}),
    ],
)
def test_one_bad_value_spoils_the_request(
    client: httpx.Client, account: Account, path: str, params: dict[str, str]
) -> None:
    response = client.get(path, params=params)
    assert response.status_code == 400
    assert response.json()["type"].endswith("/invalid-request")


def test_a_wrong_token_and_no_token(client: httpx.Client, account: Account) -> None:
    for token in ("", "Bearer wrong"):
        client.headers["Authorization"] = token
        response = client.get(f"/2/users/{account.id}/tweets")
        assert response.status_code == 401
        assert "x-rate-limit-limit" not in response.headers


def test_timeline(client: httpx.Client, world: World, account: Account) -> None:
    counts = {"likes": 9, "comments": 2, "shares": 3, "quotes": 1, "bookmarks": 4, "views": 700}
    post = world.add_post(account, NOON - timedelta(hours=1), start_with=counts)
    payload = client.get(f"/2/users/{account.id}/tweets", params=FIELDS).json()
    assert payload == {
        "data": [
            {
                "id": post.id,
                "text": post.text,
                "edit_history_tweet_ids": [post.id],
                "created_at": "2026-10-20T04:00:00.000Z",
                "public_metrics": {
                    "retweet_count": 3,
                    "reply_count": 2,
                    "like_count": 9,
                    "quote_count": 1,
                    "bookmark_count": 4,
                    "impression_count": 700,
                },
            }
        ],
        "meta": {"result_count": 1, "newest_id": post.id, "oldest_id": post.id},
    }
    bare = client.get(f"/2/users/{account.id}/tweets").json()["data"][0]
    assert set(bare) == {"id", "text", "edit_history_tweet_ids"}


def test_nothing_new_has_no_data(client: httpx.Client, account: Account) -> None:
    assert client.get(f"/2/users/{account.id}/tweets").json() == {"meta": {"result_count": 0}}


def test_exclude_drops_after_paging(client: httpx.Client, world: World, account: Account) -> None:
    """Pages get shorter, even empty, and still lead on."""
    for minutes in range(1, 13):
        kind = "thread_part" if minutes <= 5 else "repost" if minutes <= 10 else "post"
        refers_to = "" if kind == "post" else "1"
        world.add_post(account, NOON - timedelta(minutes=minutes), kind=kind, refers_to=refers_to)
    params = {"max_results": "5", "exclude": "replies,retweets"}
    counts, token = [], None
    while True:
        query = {**params, "pagination_token": token} if token else params
        payload = client.get(f"/2/users/{account.id}/tweets", params=query).json()
        counts.append(payload["meta"]["result_count"])
        assert ("data" in payload) == (counts[-1] > 0)
        token = payload["meta"].get("next_token")
        if token is None:
            break
    assert counts == [0, 0, 2]
    plain = client.get(f"/2/users/{account.id}/tweets", params={"exclude": "retweets"}).json()
    assert plain["meta"]["result_count"] == 5


def test_windows_in_time_and_id(client: httpx.Client, world: World, account: Account) -> None:
    posts = [world.add_post(account, NOON - timedelta(hours=hours)) for hours in (5, 4, 3, 2)]
    path = f"/2/users/{account.id}/tweets"
    recent = client.get(path, params={"start_time": "2026-10-20T02:00:00Z"}).json()["data"]
    assert [one["id"] for one in recent] == [posts[3].id, posts[2].id]
    after = client.get(path, params={"since_id": posts[1].id, "until_id": posts[3].id}).json()
    assert [one["id"] for one in after["data"]] == [posts[2].id]


def test_edits_long_texts_and_references(
    client: httpx.Client, world: World, account: Account
) -> None:
    edited = world.add_post(
        account,
        NOON - timedelta(hours=3),
        per_hour={"likes": 60},
        edited_at=[NOON - timedelta(hours=2)],
    )
    world.add_post(
        account, NOON - timedelta(hours=4), text="kata " * 100, kind="quote", refers_to="12"
    )
    latest, quote = client.get(f"/2/users/{account.id}/tweets", params=FIELDS).json()["data"]
    first, second = edited.version_ids(world.now)
    assert latest["id"] == second
    assert latest["edit_history_tweet_ids"] == [first, second]
    assert latest["public_metrics"]["like_count"] == 120
    (old,) = client.get("/2/tweets", params={"ids": first, **FIELDS}).json()["data"]
    assert (old["id"], old["public_metrics"]["like_count"]) == (first, 60)
    assert old["created_at"] == "2026-10-20T02:00:00.000Z"
    assert len(quote["text"]) == 280
    assert len(quote["note_tweet"]["text"]) == 500
    assert quote["referenced_tweets"] == [{"type": "quoted", "id": "12"}]


def test_lookups_tell_what_is_missing(client: httpx.Client, world: World, account: Account) -> None:
    alive = world.add_post(account, NOON - timedelta(hours=1))
    removed = world.add_post(account, NOON - timedelta(hours=2), removed_at=NOON)
    private = world.add_account("x", "terkunci", state="protected")
    secret = world.add_post(private, NOON)
    ids = [alive.id, removed.id, secret.id]
    payload = client.get("/2/tweets", params={"ids": ",".join(ids)}).json()
    assert [one["id"] for one in payload["data"]] == [alive.id]
    assert {error["resource_id"]: error["title"] for error in payload["errors"]} == {
        removed.id: "Not Found Error",
        secret.id: "Authorization Error",
    }
    timeline = client.get(f"/2/users/{private.id}/tweets").json()
    assert timeline["errors"][0]["type"].endswith("/not-authorized-for-resource")
    assert "data" not in timeline


def test_rate_window(client: httpx.Client, world: World, account: Account) -> None:
    world.limits.x_calls["/2/users/:id/tweets"] = 2
    statuses = [client.get(f"/2/users/{account.id}/tweets").status_code for _ in range(3)]
    response = client.get(f"/2/users/{account.id}/tweets")
    assert statuses == [200, 200, 429]
    assert response.headers["x-rate-limit-remaining"] == "0"
    reset = int(response.headers["x-rate-limit-reset"])
    assert world.now < reset <= world.now + 900
    world.set_clock(NOON + timedelta(minutes=15))
    assert client.get(f"/2/users/{account.id}/tweets").status_code == 200


def test_a_post_is_billed_once_a_day(
    client: httpx.Client, world: World, server: Handle, account: Account
) -> None:
    world.add_post(account, NOON - timedelta(hours=1))
    for hours in (0, 1, 2, 24):
        server.set_clock(NOON + timedelta(hours=hours))
        client.get(f"/2/users/{account.id}/tweets")
    client.get("/2/users", params={"ids": account.id})
    assert client.get("/_world/calls").json()["x"] == {
        "post_reads": 2,
        "user_reads": 1,
        "counts": 0,
        "dollars": 0.02,
    }
