"""A Page's items: which are posts, and what their counters are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.platforms import facebook_items
from functions.model import FORMATS
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


@pytest.mark.parametrize(("options", "format"), [
    ({"media": "added_photos"}, "photo"),
    ({"media": "album"}, "album"),
    ({"media": "added_video"}, "video"),
    ({"media": "reel"}, "short"),
    ({"media": "live"}, "live"),
    ({"media": "mobile_status_update"}, "text"),
    ({"media": "shared_story", "kind": "link"}, "link"),
    ({"media": "shared_story", "kind": "share", "text": "Selamat!"}, "link"),
])  # fmt: skip
def test_a_format_is_what_the_attachments_say(
    api: Api, account: Any, now: datetime, options: dict[str, Any], format: str
) -> None:
    options = {"refers_to": "https://kemenkum.go.id/a"} | options
    api.server.world.add_post(account, now - HOUR, **options)
    [post] = api.sweep(account, now - 24 * HOUR).posts
    assert post.format == format


def test_without_attachments_only_a_video_tells_its_format() -> None:
    def told(status: str) -> str | None:
        item = facebook_items.PageItem("1", "", status_type=status, attachments=None)
        return facebook_items.format_of(item)

    assert told("added_video") == "video"
    assert told("added_photos") is told("mobile_status_update") is None


WORDS = st.none() | st.text() | st.sampled_from(["photo", "album", "share", "event", "note"])


@given(WORDS, WORDS, WORDS)
def test_whatever_an_attachment_is_called_its_post_has_a_known_format_or_none(
    status: str | None, type: str | None, media_type: str | None
) -> None:
    attached = facebook_items._Attachment(type=type, media_type=media_type)
    item = facebook_items.PageItem(
        "1",
        "",
        status_type=status,
        attachments=facebook_items._Attachments(data=[attached]),
    )
    assert facebook_items.format_of(item) in (None, *FORMATS)
