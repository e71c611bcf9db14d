"""Business Discovery answers and refuses as the Graph API does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.platforms.conftest import NOON
from tests.platforms.credentials import INSTAGRAM_TOKEN, INSTAGRAM_USER_ID
from tests.platforms.world import World

MEDIA = "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count"


def _business(
    client: httpx.Client, fields: str, token: str = INSTAGRAM_TOKEN, node: str = INSTAGRAM_USER_ID
) -> httpx.Response:
    return client.get(f"/v26.0/{node}", params={"fields": fields, "access_token": token})


def _discover(client: httpx.Client, handle: str, inner: str) -> Any:
    response = _business(client, f"business_discovery.username({handle}){{{inner}}}")
    assert response.status_code == 200, response.text
    return response.json()["business_discovery"]


def test_an_account_and_its_media(client: httpx.Client, world: World) -> None:
    account = world.add_account("instagram", "ntt", followers=1234, title="Kanwil NTT")
    hour_ago = NOON - timedelta(hours=1)
    world.add_post(account, hour_ago, start_with={"likes": 7, "comments": 2, "views": 99})
    world.add_post(account, NOON + timedelta(seconds=1))
    response = _business(
        client,
        "business_discovery.username(ntt){id,username,followers_count,media_count,"
        f"media.limit(25){{{MEDIA},view_count}}}}",
    )
    post = world.posts[0]
    assert response.json() == {
        "business_discovery": {
            "id": account.id,
            "username": "ntt",
            "followers_count": 1234,
            "media_count": 1,
            "media": {
                "data": [
                    {
                        "id": post.id,
                        "caption": post.text,
                        "media_type": "IMAGE",
                        "media_product_type": "FEED",
                        "permalink": post.url,
                        "timestamp": "2026-10-20T04:00:00+0000",
                        "like_count": 7,
                        "comments_count": 2,
                    }
                ]
            },
        },
        "id": INSTAGRAM_USER_ID,
    }


def test_paging_to_the_end(client: httpx.Client, world: World) -> None:
    account = world.add_account("instagram", "ntt")
    for hours in range(1, 61):
        world.add_post(account, NOON - timedelta(hours=hours))
    seen, pages, after = [], 0, ""
    while True:
        media = _discover(client, "ntt", f"media.limit(25){after}{{id}}")["media"]
        seen += [item["id"] for item in media["data"]]
        pages += 1
        cursors = media["paging"]["cursors"]
        assert "next" not in media["paging"]
        assert ("before" in cursors) == (pages > 1)
        if "after" not in cursors:
            break
        after = f".after({cursors['after']})"
    assert pages == 3
    assert seen == [post.id for post in reversed(account.feed)]


def test_since_limit_cap_and_pins(client: httpx.Client, world: World) -> None:
    account = world.add_account("instagram", "ntt")
    for hours in range(1, 61):
        world.add_post(account, NOON - timedelta(hours=hours))
    pinned = world.add_post(account, NOON - timedelta(days=90), pinned_at=NOON)
    since = int((NOON - timedelta(hours=5)).timestamp())
    recent = _discover(client, "ntt", f"media.since({since}).limit(25){{id}}")["media"]
    assert len(recent["data"]) == 5
    assert "paging" not in recent
    first = _discover(client, "ntt", "media.limit(500){id}")["media"]
    assert len(first["data"]) == 50
    assert first["data"][0]["id"] == pinned.id


def test_hidden_counts_removed_posts_and_collaborations(client: httpx.Client, world: World) -> None:
    ntt, bali = world.add_account("instagram", "ntt"), world.add_account("instagram", "bali")
    day_ago = NOON - timedelta(days=1)
    world.add_post(ntt, day_ago, hidden=("likes",), text="", media="REELS", collaborators=[bali])
    world.add_post(ntt, day_ago, removed_at=NOON)
    for handle in ("ntt", "bali"):
        (item,) = _discover(client, handle, f"media{{{MEDIA},view_count,media_url}}")["media"][
            "data"
        ]
        assert item["media_type"] == "VIDEO"
        assert item["media_product_type"] == "REELS"
        assert not {"caption", "like_count", "media_url"} & set(item)
        assert {"comments_count", "view_count"} <= set(item)


def test_unknown_personal_and_renamed_accounts_look_the_same(
    client: httpx.Client, world: World
) -> None:
    world.add_account("instagram", "pribadi", state="personal")
    world.rename(world.add_account("instagram", "nama.lama"), "nama.baru")
    for handle in ("pribadi", "tidak.ada", "nama.lama"):
        response = _business(client, f"business_discovery.username({handle}){{id}}")
        error = response.json()["error"]
        assert response.status_code == 400
        assert (error["code"], error["error_subcode"]) == (110, 2207013)
        assert handle in error["error_user_msg"]


@pytest.mark.parametrize(
    ("fields", "token", "node", "code"),
    [
        ("business_discovery.username(ntt){id}", "wrong", INSTAGRAM_USER_ID, 190),
        ("business_discovery.username(ntt){id}", "", INSTAGRAM_USER_ID, 104),
        ("business_discovery.username(ntt){id}", INSTAGRAM_TOKEN, "17841411111111111", 100),
        ("business_discovery.username(ntt){id", INSTAGRAM_TOKEN, INSTAGRAM_USER_ID, 2500),
        ("business_discovery.username(ntt){email}", INSTAGRAM_TOKEN, INSTAGRAM_USER_ID, 100),
        (
            "business_discovery.username(ntt){media{thumbnail_url}}",
            INSTAGRAM_TOKEN,
            INSTAGRAM_USER_ID,
            100,
        ),
    ],
)
def test_refusals(
    client: httpx.Client, world: World, fields: str, token: str, node: str, code: int
) -> None:
    world.add_account("instagram", "ntt")
    response = _business(client, fields, token, node)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code


def test_the_token_may_come_in_a_header_and_usage_is_told(
    client: httpx.Client, world: World
) -> None:
    world.limits.meta_calls_per_hour = 10
    headers = {"Authorization": f"Bearer {INSTAGRAM_TOKEN}"}
    usages = []
    for _ in range(10):
        response = client.get(f"/v25.0/{INSTAGRAM_USER_ID}?fields=id,username", headers=headers)
        usages.append(response.headers.get("x-app-usage"))
    assert usages[0] == '{"call_count":10,"total_cputime":2,"total_time":3}'
    assert response.json()["error"]["code"] == 4
    world.set_clock(NOON + timedelta(hours=1))
    again = client.get(f"/v25.0/{INSTAGRAM_USER_ID}?fields=id", headers=headers)
    assert again.json() == {"id": INSTAGRAM_USER_ID}
