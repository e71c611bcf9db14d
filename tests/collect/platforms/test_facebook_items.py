"""A Page's items: which are posts, and what their counters are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.collect.api import HOUR, Api

PLATFORM = "facebook"


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
