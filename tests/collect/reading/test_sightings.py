"""What is read of posts: what no store can hold, and what goes and comes back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.model import Platform
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR
from tests.collect.ministry import Enter, Run, stored_posts
from tests.platforms.server import Handle

MINUTE = timedelta(minutes=1)


# What no document can hold


@pytest.mark.parametrize(("field", "length", "kept"), [
    ("caption", 20_001, 20_000),
    ("caption", 2_200, 2_200),
    ("caption", 1_200_000, 20_000),
    ("permalink", 1_200_000, 4),
    ("id", 1_200_000, None),
])  # fmt: skip
def test_a_text_is_cut_an_address_replaced_and_an_id_without_end_is_a_broken_item(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    now: datetime,
    field: str,
    length: int,
    kept: int | None,
) -> None:
    account = enter("instagram")
    odd = server.world.add_post(account, now - HOUR, text="satu")
    server.world.add_post(account, now - 2 * HOUR, text="dua")
    honest = server.app._answer

    def grown(request: Any, route: Any) -> Any:
        response = honest(request, route)
        answer = json.loads(response.body)
        for item in answer["business_discovery"].get("media", {}).get("data", ()):
            if item["id"] == odd.id:
                item[field] = "a" * length
        response.body = json.dumps(answer).encode()
        return response

    server.app._answer = grown  # type: ignore[method-assign]
    report = run(now)
    texts = {post.post_id: len(post.text or "") for post in stored_posts(agency).values()}
    assert len(texts) == (2 if kept else 1)
    assert texts.get(odd.id) == kept
    assert report.platforms["instagram"]["items_broken"] == (field != "caption")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("javascript:alert(1)", None),
        ("https://instagram.com.example.net/p/a/", None),
        ("https://www.instagram.com@example.net/p/a/", None),
        ("https://www.instagram.com/p/a/\n", None),
        ("", None),
        ("http://www.instagram.com/p/a/", "https://www.instagram.com/p/a/"),
        ("https://www.instagram.com/reel/a/?igsh=1", "https://www.instagram.com/reel/a/?igsh=1"),
    ],
)
def test_an_address_that_leads_elsewhere_gives_way_to_one_from_the_id(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    now: datetime,
    given: str,
    kept: str | None,
) -> None:
    odd = server.world.add_post(enter("instagram"), now - HOUR, text="satu")
    honest = server.app._answer

    def lying(request: Any, route: Any) -> Any:
        response = honest(request, route)
        answer = json.loads(response.body)
        for item in answer["business_discovery"].get("media", {}).get("data", ()):
            item["permalink"] = given
        response.body = json.dumps(answer).encode()
        return response

    server.app._answer = lying  # type: ignore[method-assign]
    report = run(now)
    [post] = stored_posts(agency).values()
    assert post.url == (kept or f"https://www.instagram.com/media/{odd.id}")
    assert report.platforms["instagram"]["items_broken"] == 0


# Being gone, and coming back


@pytest.mark.parametrize("platform", ["instagram", "facebook", "x", "tiktok", "youtube"])
def test_a_post_that_goes_is_confirmed_gone_and_one_that_returns_is_a_post_again(
    enter: Enter,
    run: Run,
    server: Handle,
    agency: AgencyStore,
    now: datetime,
    platform: Platform,
) -> None:
    account = enter(platform)
    post = server.world.add_post(account, now - 10 * MINUTE)
    # Facebook proves by another post that posts can be read by id at all.
    server.world.add_post(account, now - 5 * HOUR)
    born = now - 10 * MINUTE
    server.world.remove(post, now + HOUR, restored_at=now + 20 * HOUR)
    for quarters in range(4 * 26):
        run(now + quarters * 15 * MINUTE)
    [stored] = [found for found in stored_posts(agency).values() if found.post_id == post.id]
    assert len(stored.absences) == 2
    first, second = stored.absences
    assert second - first >= 15 * MINUTE
    assert second < born + 20 * HOUR
    seen = [s.taken_at for s in stored.samples if s.taken_at > second]
    assert any(at <= stored.mark for at in seen)
    assert any(at >= stored.mark for at in seen)


def test_a_broken_page_makes_no_post_absent(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    account = enter("facebook")
    for hours in (1, 2):
        server.world.add_post(account, now - hours * HOUR)
    run(now)
    server.fault("missing_keys", platform="facebook", ids=[account.feed[0].id])
    for hours in (3, 6, 9):
        run(now + hours * HOUR)
    assert all(post.absences == () for post in stored_posts(agency).values())
