"""TikTok's Display API: consents, rotating tokens, and paging by the millisecond."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.platforms.conftest import NOON
from tests.platforms.credentials import TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET
from tests.platforms.world import Account, World

FIELDS = "id,create_time,share_url,like_count,comment_count,share_count,view_count"


@pytest.fixture
def account(world: World) -> Account:
    return world.add_account("tiktok", "kemenkumntt", followers=77, refresh_token="first")


def _exchange(client: httpx.Client, token: str = "first", **changes: str) -> httpx.Response:
    form = {
        "client_key": TIKTOK_CLIENT_KEY,
        "client_secret": TIKTOK_CLIENT_SECRET,
        "grant_type": "refresh_token",
        "refresh_token": token,
    }
    return client.post("/v2/oauth/token/", data=form | changes)


def _access(client: httpx.Client) -> dict[str, str]:
    return {"Authorization": f"Bearer {_exchange(client).json()['access_token']}"}


def _list(client: httpx.Client, headers: dict[str, str], **body: Any) -> httpx.Response:
    return client.post(f"/v2/video/list/?fields={FIELDS}", headers=headers, json=body)


def test_refresh_tokens_rotate(client: httpx.Client, account: Account) -> None:
    first = _exchange(client).json()
    assert set(first) == {
        "access_token",
        "expires_in",
        "open_id",
        "refresh_expires_in",
        "refresh_token",
        "scope",
        "token_type",
    }
    assert (first["expires_in"], first["refresh_expires_in"]) == (7200, 180 * 86400)
    assert first["open_id"] == account.id
    old = _exchange(client)
    assert old.status_code == 400
    assert old.json()["error"] == "invalid_grant"
    assert "data" not in old.json()
    assert _exchange(client, first["refresh_token"]).status_code == 200


def test_tokens_expire_by_the_clock(client: httpx.Client, world: World, account: Account) -> None:
    tokens = _exchange(client).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    world.set_clock(NOON + timedelta(seconds=7199))
    assert _list(client, headers).status_code == 200
    world.set_clock(NOON + timedelta(seconds=7200))
    expired = _list(client, headers)
    assert expired.status_code == 401
    assert expired.json()["error"]["code"] == "access_token_invalid"
    world.set_clock(NOON + timedelta(days=180))
    assert _exchange(client, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_revoked_consent(client: httpx.Client, world: World, account: Account) -> None:
    headers = _access(client)
    world.set_state(account, "revoked", NOON + timedelta(hours=1))
    assert _list(client, headers).status_code == 200
    world.set_clock(NOON + timedelta(hours=1))
    assert _list(client, headers).status_code == 401
    assert _exchange(client, "first").status_code == 400


def test_wrong_client(client: httpx.Client, account: Account) -> None:
    assert _exchange(client, client_secret="wrong").json()["error"] == "invalid_client"
    assert _exchange(client, "unknown").json()["error"] == "invalid_grant"


def test_consent_page_and_code(client: httpx.Client, account: Account) -> None:
    page = client.get(
        "/v2/auth/authorize/",
        params={
            "client_key": TIKTOK_CLIENT_KEY,
            "response_type": "code",
            "scope": "user.info.basic,video.list",
            "redirect_uri": "http://localhost/back",
            "state": "s1",
            "handle": "kemenkumntt",
        },
    )
    back = httpx.URL(page.headers["location"])
    assert page.status_code == 302
    assert back.params["state"] == "s1"
    said = {"code": back.params["code"], "redirect_uri": "http://localhost/back"}
    granted = _exchange(client, grant_type="authorization_code", **said)
    assert granted.json()["open_id"] == account.id
    again = _exchange(client, grant_type="authorization_code", **said)
    assert again.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("verifier", "back", "status"),
    [
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "http://localhost/back", 200),
        ("another", "http://localhost/back", 400),
        ("", "http://localhost/back", 400),
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "http://localhost/other", 400),
    ],
)
def test_a_code_is_bound_to_its_request(
    client: httpx.Client, account: Account, verifier: str, back: str, status: int
) -> None:
    """The pair of RFC 7636, appendix B."""
    page = client.get(
        "/v2/auth/authorize/",
        params={
            "client_key": TIKTOK_CLIENT_KEY,
            "redirect_uri": "http://localhost/back",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
            "handle": "kemenkumntt",
        },
    )
    code = httpx.URL(page.headers["location"]).params["code"]
    granted = _exchange(
        client,
        grant_type="authorization_code",
        code=code,
        redirect_uri=back,
        code_verifier=verifier,
    )
    assert granted.status_code == status


def test_user_info(client: httpx.Client, account: Account) -> None:
    response = client.get(
        "/v2/user/info/",
        params={"fields": "open_id,username,follower_count"},
        headers=_access(client),
    )
    payload = response.json()
    assert payload["error"]["code"] == "ok"
    assert payload["data"]["user"] == {
        "open_id": account.id,
        "username": "kemenkumntt",
        "follower_count": 77,
    }


def test_a_consent_outlives_a_new_username(
    client: httpx.Client, world: World, account: Account
) -> None:
    held = _access(client)
    world.rename(account, "kanwil_ntt")
    answer = client.get(
        "/v2/user/info/",
        params={"fields": "open_id,username,video_count"},
        headers=held,
    ).json()
    user = {"open_id": account.id, "username": "kanwil_ntt", "video_count": 0}
    assert answer["data"]["user"] == user


def test_videos(client: httpx.Client, world: World, account: Account) -> None:
    post = world.add_post(account, NOON - timedelta(hours=1), start_with={"likes": 3, "views": 50})
    payload = _list(client, _access(client)).json()
    assert payload["error"]["code"] == "ok"
    assert payload["data"]["has_more"] is False
    (video,) = payload["data"]["videos"]
    assert video.pop("share_url").startswith(f"{post.url}?utm_")
    assert video == {
        "id": post.id,
        "create_time": int(NOON.timestamp()) - 3600,
        "like_count": 3,
        "comment_count": 0,
        "share_count": 0,
        "view_count": 50,
    }


def test_paging_to_the_end(client: httpx.Client, world: World, account: Account) -> None:
    """Even posts of the same second are told apart."""
    for number in range(45):
        world.add_post(account, NOON - timedelta(minutes=number // 3))
    headers, seen, body = _access(client), [], {"max_count": 20}
    while True:
        data = _list(client, headers, **body).json()["data"]
        seen += [video["id"] for video in data["videos"]]
        body["cursor"] = data["cursor"]
        if not data["has_more"]:
            break
    assert seen == [post.id for post in reversed(account.feed)]


def test_query_by_id(client: httpx.Client, world: World, account: Account) -> None:
    mine = world.add_post(account, NOON)
    gone = world.add_post(account, NOON - timedelta(hours=1), removed_at=NOON)
    foreign = world.add_post(world.add_account("tiktok", "bali"), NOON)
    body = {"filters": {"video_ids": [mine.id, gone.id, foreign.id]}}
    headers = _access(client)
    response = client.post("/v2/video/query/?fields=id", headers=headers, json=body)
    assert response.json()["data"] == {"videos": [{"id": mine.id}]}
    body = {"filters": {"video_ids": ["1"] * 21}}
    response = client.post("/v2/video/query/?fields=id", headers=headers, json=body)
    assert response.json()["error"]["code"] == "invalid_params"


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"fields": FIELDS}),
        ("?fields=id,favourites", {}),
        ("?fields=id", {"max_count": 21}),
        ("?fields=id", {"cursor": "now"}),
    ],
)
def test_refusals(client: httpx.Client, account: Account, query: str, body: Any) -> None:
    response = client.post(f"/v2/video/list/{query}", headers=_access(client), json=body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_params"


def test_rate_limit_slides(client: httpx.Client, world: World, account: Account) -> None:
    world.limits.tiktok_calls_per_minute = 2
    headers = _access(client)
    statuses = [_list(client, headers).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    world.set_clock(NOON + timedelta(minutes=1))
    assert _list(client, headers).status_code == 200
