"""Threads as YouTube gives them: what of them is told, and when it is all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from functions.listen.platforms.youtube_threads import (
    ChannelThreads,
    CommentPage,
    ReadThread,
    named,
)

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)


def words(**changes: Any) -> dict[str, Any]:
    plain = {
        "publishedAt": "2026-10-20T09:00:00.700+07:00",
        "textDisplay": "KENARI",
        "authorChannelId": {"value": "UCwarga"},
        "authorDisplayName": "KENARI",
    }
    return {"snippet": {**plain, **changes}}


def thread(total: Any = 0, replies: Any = None, video: Any = "v1", **changes: Any) -> msgspec.Raw:
    about = {"videoId": video, "totalReplyCount": total, "topLevelComment": words(**changes)}
    item: dict[str, Any] = {"id": "t1", "snippet": about}
    if replies is not None:
        item["replies"] = replies
    return msgspec.Raw(msgspec.json.encode(item))


def reply(name: str, **changes: Any) -> dict[str, Any]:
    return {"id": name, **words(**changes)}


def read(*items: msgspec.Raw) -> tuple[ReadThread, ChannelThreads]:
    reader = ChannelThreads("UCunit")
    [found] = reader.threads(items, NOW)
    return found, reader


def test_a_thread_is_told_without_a_name() -> None:
    found, reader = read(thread(total="2", replies={"comments": [reply("a"), reply("b")]}))
    assert found.whole
    begun, first, _ = found.comments
    assert begun.at == NOW - timedelta(hours=1)
    assert (begun.author, begun.post_id, begun.replies) == ("UCwarga", "v1", 2)
    assert (first.id, first.parent, first.post_id) == ("a", "t1", "v1")
    assert begun.url == "https://www.youtube.com/watch?v=v1&lc=t1"
    assert (reader.broken, reader.lost) == ([], [])
    assert "KENARI" not in repr(found)


@pytest.mark.parametrize(
    ("total", "replies", "whole"),
    [
        (0, None, True),
        (None, None, False),  # nobody says how many there are
        ("viele", None, False),
        (1, None, False),
        (2, {"comments": [reply("a")]}, False),
        (1, {"comments": [reply("a")]}, True),
        (1, {"comments": [reply("a"), reply("a"), {"id": "b"}]}, False),
        (1, {"comments": [reply("a"), reply("b", publishedAt="0001-01-01T00:00:00Z")]}, False),
        (1, {"comments": [reply("a", authorChannelId=None)]}, True),  # a channel that is gone
        (1, {"comments": [reply("a", authorChannelId=[])]}, False),
        (0, [], False),
        (0, {"comments": 5}, False),
    ],
)
def test_when_all_replies_are_known(total: Any, replies: Any, whole: bool) -> None:
    found, _ = read(thread(total, replies))
    assert found.whole is whole
    assert len(found.comments) == (1 + len(found.replies) if whole else 1)


def test_a_thread_that_cannot_be_told_costs_itself() -> None:
    sound = thread(video=None)
    found, reader = read(thread(publishedAt=None), sound, thread(publishedAt="2099-01-01T00:00Z"))
    assert found.begun.url == "https://www.youtube.com/channel/UCunit"
    assert len(reader.broken) == 2
    assert all("KENARI" not in line for line in reader.broken)


@pytest.mark.parametrize(
    ("body", "torn"),
    [
        (b'{"items": []}', False),
        (b'{"pageInfo": {"totalResults": 0}}', False),
        (b'{"pageInfo": {"totalResults": 3}}', True),
        (b"{}", True),
    ],
)
def test_an_answer_without_items_says_so(body: bytes, torn: bool) -> None:
    lines: list[str] = []
    assert msgspec.json.decode(body, type=CommentPage).listed(lines) == []
    assert bool(lines) is torn


def test_a_thread_has_a_name_whatever_else_it_has() -> None:
    odd = msgspec.Raw(b'{"id": "t2", "snippet": 5}')
    assert named([thread(), odd]) == {"t1", "t2"}
    assert named([thread(), msgspec.Raw(b"{}")]) is None
