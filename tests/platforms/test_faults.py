"""Every fault does on the wire what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.platforms.conftest import NOON, connect
from tests.platforms.credentials import (
    FACEBOOK_TOKEN,
    INSTAGRAM_TOKEN,
    INSTAGRAM_USER_ID,
    X_BEARER_TOKEN,
    YOUTUBE_API_KEY,
)
from tests.platforms.server import Handle
from tests.platforms.world import World


@pytest.fixture
def world() -> World:
    """An account on each platform, with three posts."""
    world = World(now=NOON)
    for platform in ("instagram", "facebook", "x", "tiktok", "youtube"):
        account = world.add_account(platform, "ntt")
        if platform == "tiktok":
            world.consent(account, "consent")
        for hours in (1, 2, 3):
            world.add_post(account, NOON - timedelta(hours=hours), start_with={"likes": 9})
    return world


def _read(client: httpx.Client, world: World, platform: str) -> httpx.Response:
    """The newest posts of the account."""
    account = world.by_handle(platform, "ntt")
    assert account is not None
    match platform:
        case "instagram":
            fields = "business_discovery.username(ntt){media.limit(2){id,like_count}}"
            query = {"fields": fields, "access_token": INSTAGRAM_TOKEN}
            return client.get(f"/v26.0/{INSTAGRAM_USER_ID}", params=query)
        case "facebook":
            proof = world.credentials.meta[FACEBOOK_TOKEN].proof(FACEBOOK_TOKEN)
            query = {
                "fields": "id,reactions.limit(0).summary(total_count)",
                "limit": "2",
                "access_token": FACEBOOK_TOKEN,
                "appsecret_proof": str(proof),
            }
            return client.get("/v26.0/ntt/posts", params=query)
        case "x":
            return client.get(
                f"/2/users/{account.id}/tweets",
                params={"tweet.fields": "public_metrics"},
                headers={"Authorization": f"Bearer {X_BEARER_TOKEN}"},
            )
        case "youtube":
            query = {"part": "id", "playlistId": "UU" + account.id[2:], "key": YOUTUBE_API_KEY}
            return client.get("/youtube/v3/playlistItems", params=query)
    if "Authorization" not in client.headers:
        _log_in(client)
    return client.post("/v2/video/list/?fields=id,like_count", json={"max_count": 2})


def _log_in(client: httpx.Client) -> None:
    """Exchange the consent for an access token, which then stays with the client."""
    form = {
        "client_key": "tiktok-client-key",
        "client_secret": "tiktok-client-secret",
        "grant_type": "refresh_token",
        "refresh_token": "consent",
    }
    token = client.post("/v2/oauth/token/", data=form).json().get("access_token")
    if token is not None:
        client.headers["Authorization"] = f"Bearer {token}"


def _counter(payload: Any, platform: str) -> Any:
    match platform:
        case "instagram":
            return payload["business_discovery"]["media"]["data"][0]["like_count"]
        case "facebook":
            return payload["data"][0]["reactions"]["summary"]["total_count"]
        case "x":
            return payload["data"][0]["public_metrics"]["like_count"]
    return payload["data"]["videos"][0]["like_count"]


PLATFORMS = ("instagram", "facebook", "x", "tiktok", "youtube")
WITH_COUNTERS = PLATFORMS[:4]


@pytest.mark.parametrize(
    ("platform", "kind", "options", "status", "said"),
    [
        ("instagram", "rate_limited", {}, 403, '"code":4'),
        ("facebook", "rate_limited", {}, 403, '"is_transient":true'),
        ("x", "rate_limited", {}, 429, "about:blank"),
        ("tiktok", "rate_limited", {"path": "/video/"}, 429, "rate_limit_exceeded"),
        ("youtube", "rate_limited", {}, 403, "rateLimitExceeded"),
        ("instagram", "server_error", {}, 500, '"code":2'),
        ("facebook", "server_error", {"status": 502}, 502, '"code":2'),
        ("x", "server_error", {}, 503, "Service Unavailable"),
        ("tiktok", "server_error", {"path": "/video/"}, 500, "internal_error"),
        ("youtube", "server_error", {}, 503, "backendError"),
        ("instagram", "token_expired", {}, 400, '"error_subcode":463'),
        ("facebook", "token_revoked", {}, 400, '"error_subcode":460'),
        ("x", "token_revoked", {}, 401, "Unauthorized"),
        ("tiktok", "token_expired", {"path": "/video/"}, 401, "access_token_invalid"),
        ("youtube", "token_revoked", {}, 400, "keyInvalid"),
        ("x", "credits_depleted", {}, 402, "CreditsDepleted"),
        ("x", "spend_cap", {}, 403, "reset_date"),
        ("x", "usage_capped", {}, 429, "usage-capped"),
        ("youtube", "quota_exceeded", {}, 403, "quotaExceeded"),
        ("instagram", "meta_error", {"code": 80002}, 400, '"code":80002'),
        ("facebook", "meta_error", {"code": 1}, 500, "reduce the amount"),
        ("facebook", "html", {}, 200, "<html>"),
    ],
)
def test_answers_instead(
    client: httpx.Client,
    server: Handle,
    world: World,
    platform: str,
    kind: str,
    options: dict[str, Any],
    status: int,
    said: str,
) -> None:
    server.fault(kind, platform=platform, times=1, **options)
    response = _read(client, world, platform)
    assert (response.status_code, said in response.text) == (status, True)
    assert _read(client, world, platform).status_code == 200


def test_headers_of_limits(client: httpx.Client, server: Handle, world: World) -> None:
    server.fault("rate_limited", platform="x", times=1, reset_in=60)
    headers = _read(client, world, "x").headers
    assert world.now + 60 <= int(headers["x-rate-limit-reset"]) <= world.now + 65
    server.fault("rate_limited", platform="x", times=1, reset_headers=False, retry_after=7)
    headers = _read(client, world, "x").headers
    assert "x-rate-limit-reset" not in headers
    assert headers["retry-after"] == "7"
    server.fault("meta_error", platform="facebook", times=1, code=32, reset_in=600)
    headers = _read(client, world, "facebook").headers
    assert '"estimated_time_to_regain_access":10' in headers["x-business-use-case-usage"]


@pytest.mark.parametrize("kind", ["cut", "refuse"])
def test_the_connection_breaks(
    client: httpx.Client, server: Handle, world: World, kind: str
) -> None:
    server.fault(kind, platform="x", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        _read(client, world, "x")
    assert _read(client, world, "x").status_code == 200


def test_a_hang_outlasts_the_client(server: Handle, world: World) -> None:
    server.fault("hang", platform="x", times=1, seconds=5)
    with (
        connect(server.url, timeout=0.1) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        _read(client, world, "x")


def test_broken_bodies(client: httpx.Client, server: Handle, world: World) -> None:
    for kind in ("broken_json", "empty_body"):
        server.fault(kind, platform="facebook", times=1)
        with pytest.raises(ValueError):
            _read(client, world, "facebook").json()


@pytest.mark.parametrize("platform", WITH_COUNTERS)
def test_counters_go_wrong(
    client: httpx.Client, server: Handle, world: World, platform: str
) -> None:
    path = "/video/list/" if platform == "tiktok" else ""
    assert _counter(_read(client, world, platform).json(), platform) == 9
    for kind, seen in (("zeros", 0), ("wrong_types", {"nilai": "9"})):
        server.fault(kind, platform=platform, path=path, times=1)
        response = _read(client, world, platform)
        assert _counter(response.json(), platform) == seen


def test_keys_go_missing_from_one_item(client: httpx.Client, server: Handle, world: World) -> None:
    victim = world.accounts[2].feed[0].id
    server.fault("missing_keys", platform="x", ids=[victim], keys=["public_metrics"])
    items = _read(client, world, "x").json()["data"]
    assert ["public_metrics" in item for item in items] == [True, True, False]


@pytest.mark.parametrize("kind", ["repeat_cursor", "endless_pages"])
def test_pages_without_end(client: httpx.Client, server: Handle, world: World, kind: str) -> None:
    """The cursor is accepted, and leads to the same posts for ever."""
    account = world.accounts[2]
    server.fault(kind, platform="x")
    headers = {"Authorization": f"Bearer {X_BEARER_TOKEN}"}
    tokens, token = [], ""
    for _ in range(3):
        params = {"pagination_token": token} if token else {}
        path = f"/2/users/{account.id}/tweets"
        payload = client.get(path, params=params, headers=headers).json()
        assert payload["meta"]["result_count"] == 3
        token = payload["meta"]["next_token"]
        tokens.append(token)
    assert len(set(tokens)) == (1 if kind == "repeat_cursor" else 3)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_can_page_for_ever(
    client: httpx.Client, server: Handle, world: World, platform: str
) -> None:
    server.fault("repeat_cursor", platform=platform)
    payload = _read(client, world, platform).json()
    match platform:
        case "instagram":
            cursor = payload["business_discovery"]["media"]["paging"]["cursors"]["after"]
            fields = f"business_discovery.username(ntt){{media.after({cursor}){{id}}}}"
            query = {"fields": fields, "access_token": INSTAGRAM_TOKEN}
            again = client.get(f"/v26.0/{INSTAGRAM_USER_ID}", params=query).json()
            assert again["business_discovery"]["media"]["paging"]["cursors"]["after"] == cursor
        case "facebook":
            again = client.get(payload["paging"]["next"]).json()
            assert again["paging"]["next"] == payload["paging"]["next"]
        case "tiktok":
            assert payload["data"]["has_more"] is True
            body = {"cursor": payload["data"]["cursor"]}
            again = client.post("/v2/video/list/?fields=id", json=body).json()
            assert len(again["data"]["videos"]) == 3
            assert again["data"]["cursor"] == body["cursor"]
        case "youtube":
            assert payload["nextPageToken"]


@pytest.mark.parametrize(
    ("how", "title"),
    [
        ("not_found", "Not Found Error"),
        ("protected", "Authorization Error"),
        ("suspended", "Forbidden"),
        ("silent", None),
    ],
)
def test_partial_errors(
    client: httpx.Client, server: Handle, world: World, how: str, title: str | None
) -> None:
    server.fault("partial", platform="x", how=how)
    payload = _read(client, world, "x").json()
    assert len(payload["data"]) == 2
    assert [error["title"] for error in payload.get("errors", [])] == ([title] if title else [])


def test_youtube_stats_fail_in_part(client: httpx.Client, server: Handle, world: World) -> None:
    ids = [post.id for post in world.accounts[4].feed]
    server.fault("partial", platform="youtube", ids=ids[:1])
    query = {"part": "statistics", "id": ",".join(ids), "key": YOUTUBE_API_KEY}
    payload = client.get("/youtube/v3/videos:batchGetStats", params=query).json()
    assert [item["id"] for item in payload["items"]] == ids[1:]
    assert payload["summary"]["failedVideoIds"] == ids[:1]


def test_one_dead_id_fails_its_batch(client: httpx.Client, server: Handle, world: World) -> None:
    ids = [post.id for post in world.accounts[1].feed]
    server.fault("dead_id", ids=ids[:1])
    proof = world.credentials.meta[FACEBOOK_TOKEN].proof(FACEBOOK_TOKEN)
    query = {"access_token": FACEBOOK_TOKEN, "appsecret_proof": proof, "fields": "id"}
    answers = [
        client.get("/v26.0/", params={**query, "ids": ",".join(batch)}).json()
        for batch in (ids, ids[1:])
    ]
    assert answers[0]["error"]["error_subcode"] == 33
    assert set(answers[1]) == set(ids[1:])


def test_a_lost_answer_still_rotates_the_token(
    client: httpx.Client, server: Handle, world: World
) -> None:
    server.fault("cut", platform="tiktok", path="/oauth/token/", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        _read(client, world, "tiktok")
    assert _read(client, world, "tiktok").status_code == 401


def test_where_and_how_often(client: httpx.Client, server: Handle, world: World) -> None:
    other = world.add_account("x", "bali")
    server.fault("server_error", platform="x", account="ntt", skip=1, times=2)
    statuses = [_read(client, world, "x").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]
    server.fault("server_error", platform="x", account=other.id)
    assert _read(client, world, "x").status_code == 200
    server.fault("server_error", platform="facebook", probability=0.5)
    statuses = [_read(client, world, "facebook").status_code for _ in range(60)]
    assert 15 < statuses.count(500) < 45


def test_faults_by_http(client: httpx.Client, world: World) -> None:
    fault = {"kind": "server_error", "platform": "x", "times": 1}
    assert client.post("/_world/faults", json=[fault]).status_code == 200
    assert _read(client, world, "x").status_code == 503
    assert client.get("/_world/faults").json()["faults"][0]["used"] == 1
    client.delete("/_world/faults")
    assert client.get("/_world/faults").json() == {"faults": []}
    for wrong in ({"kind": "nonsense"}, {"kind": "cut", "tmies": 1}):
        assert client.post("/_world/faults", json=wrong).status_code == 400
