"""How the stand-ins show comments, and that what is planted is what is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.platforms import dialog
from tests.platforms.comments import Comment
from tests.platforms.credentials import X_BEARER_TOKEN, YOUTUBE_API_KEY
from tests.platforms.server import Handle, serve
from tests.platforms.world import PLATFORMS, Account, World

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREADS, REPLIES = "/youtube/v3/commentThreads", "/youtube/v3/comments"


@pytest.fixture
def server() -> Iterator[Handle]:
    with serve(World(now=NOW)) as handle:
        yield handle


def get(server: Handle, path: str, **query: Any) -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {X_BEARER_TOKEN}"} if path.startswith("/2/") else {}
    query |= {} if headers else {"key": YOUTUBE_API_KEY, "part": "id,snippet,replies"}
    if path == REPLIES:
        query["part"] = "id,snippet"
    try:
        with urlopen(Request(f"{server.url}{path}?{urlencode(query)}", headers=headers)) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())


def thread(server: Handle, platform: str, replies: int) -> tuple[Account, Comment]:
    account = server.world.add_account(platform, "kemenkum")
    post = server.world.add_post(account, NOW - 9 * HOUR)
    root = server.world.comments.add(post, NOW - 8 * HOUR, "Kapan & <di mana>?")
    for number in range(replies):
        at = NOW - 7 * HOUR + timedelta(minutes=number)
        server.world.comments.add(post, at, "Ya", parent=root, author=account)
    return account, root


def test_youtube_shows_the_newest_five_replies_and_lists_the_rest(server: Handle) -> None:
    account, root = thread(server, "youtube", replies=7)
    _, found = get(server, THREADS, allThreadsRelatedToChannelId=account.id)
    [item] = found["items"]
    assert item["snippet"]["totalReplyCount"] == 7
    beside = [one["id"] for one in item["replies"]["comments"]]
    every = []
    token: dict[str, str] = {}
    while token is not None:
        _, page = get(server, REPLIES, parentId=root.id, maxResults=3, **token)
        every += [one["id"] for one in page["items"]]
        token = {"pageToken": page["nextPageToken"]} if "nextPageToken" in page else None  # type: ignore[assignment]
    assert (len(every), every[:5]) == (7, beside)
    top = item["snippet"]["topLevelComment"]["snippet"]
    assert top["textDisplay"] == "Kapan &amp; &lt;di mana&gt;?"
    assert top["authorChannelId"] == {"value": root.author_id}
    assert server.calls.youtube_units[YOUTUBE_API_KEY]["general"] == {"2026-10-19": 4}


def test_youtube_says_what_is_not_there(server: Handle) -> None:
    account, root = thread(server, "youtube", replies=0)
    asked = {"id": f"{root.id},Ugnobody"}
    assert len(get(server, THREADS, **asked)[1]["items"]) == 1
    server.world.quirks.youtube_missing_thread_fails = True
    cases: list[tuple[str, dict[str, str], int, str]] = [
        (THREADS, asked, 404, "commentThreadNotFound"),
        (THREADS, {"allThreadsRelatedToChannelId": "UCnobody"}, 404, "channelNotFound"),
        (THREADS, {"videoId": "nobody"}, 404, "videoNotFound"),
        (THREADS, {"id": root.id, "maxResults": "5"}, 400, "invalidFilters"),
        (THREADS, {"id": root.id, "videoId": "x"}, 400, "invalidFilters"),
        (REPLIES, {"parentId": "Ugnobody"}, 404, "commentNotFound"),
    ]
    server.world.quirks.youtube_comments_off.add(account.id)
    cases.append((THREADS, {"allThreadsRelatedToChannelId": account.id}, 403, "commentsDisabled"))
    for path, query, status, reason in cases:
        got, answer = get(server, path, **query)
        assert (got, answer["error"]["errors"][0]["reason"]) == (status, reason)


def test_x_finds_what_a_query_means(server: Handle) -> None:
    account, root = thread(server, "x", replies=1)
    post = root.post
    other = server.world.comments.add(post, NOW - HOUR, "Halo", mention=True)
    follow = server.world.comments.add(post, NOW - HOUR / 2, "Ya", parent=root)
    [answer, _] = root.answers
    found = {
        f"to:{account.id}": {root.id},
        "@kemenkum": {root.id, other.id, follow.id},
        "@KEMENKUM is:reply": {root.id, follow.id},
        f"from:{account.id} is:reply": {answer.id},
        f"conversation_id:{other.id}": {other.id},
        "(to:kemenkum OR from:kemenkum is:reply) -is:retweet": {root.id, answer.id},
        "@kemenkum -(to:kemenkum OR is:reply)": {other.id},
    }
    for query, expected in found.items():
        told = get(server, "/2/tweets/search/recent", query=query)[1]
        assert {one["id"] for one in told["data"]} == expected, query
    assert get(server, "/2/tweets/search/recent", query="to:nobody")[1] == {
        "meta": {"result_count": 0}
    }
    assert len(server.calls.x_posts) == 4
    for wrong in ({"query": "a" * 513}, {"query": "@a", "max_results": 5}, {"query": "(@a"}):
        assert get(server, "/2/tweets/search/recent", **wrong)[0] == 400
    long_ago = {"query": "@kemenkum", "start_time": "2026-10-13T02:59:59Z"}
    assert get(server, "/2/tweets/search/recent", **long_ago)[0] == 400


def test_x_tells_a_reply_by_its_id_with_whom_it_speaks_to(server: Handle) -> None:
    account, root = thread(server, "x", replies=0)
    fields = "author_id,conversation_id,in_reply_to_user_id,referenced_tweets,entities,created_at"
    told = get(server, "/2/tweets", ids=f"{root.id},123", **{"tweet.fields": fields})[1]
    assert told["data"] == [
        {
            "id": root.id,
            "text": "@kemenkum Kapan &amp; &lt;di mana&gt;?",
            "edit_history_tweet_ids": [root.id],
            "author_id": root.author_id,
            "created_at": "2026-10-19T19:00:00.000Z",
            "conversation_id": root.post.id,
            "in_reply_to_user_id": account.id,
            "referenced_tweets": [{"type": "replied_to", "id": root.post.id}],
            "entities": {
                "mentions": [{"start": 0, "end": 9, "username": "kemenkum", "id": account.id}]
            },
        }
    ]
    assert [one["title"] for one in told["errors"]] == ["Not Found Error"]
    server.world.quirks.x_locked.add(root.author_id)
    told = get(server, "/2/tweets", ids=root.id)[1]
    assert [one["title"] for one in told["errors"]] == ["Authorization Error"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_planted_is_the_same_each_time_and_of_every_kind(platform: str) -> None:
    def planted() -> tuple[World, Account, list[Comment]]:
        world = World(now=NOW)
        account = world.add_account(platform, "kemenkum", title="Kemenkum")
        world.add_account(platform, "ahu")
        made = dialog.plant(
            world, 7, account, NOW - 240 * HOUR, NOW, per_day=30, others=0.3, removed=0.3,
            hidden=0.1, mark="KENARI",
        )  # fmt: skip
        return world, account, made

    (world, account, made), (_, _, again) = planted(), planted()
    assert [(c.id, c.at, c.text) for c in made] == [(c.id, c.at, c.text) for c in again]
    assert made == sorted(world.comments.all, key=lambda c: (c.at, c.id))
    true = dialog.truth_of(world, account, NOW)
    assert len(true) == 300
    assert {one.answered_by for one in true} == {None, "own", "other"}
    assert {one.question for one in true} == {one.hidden for one in true} == {True, False}
    assert 3 < sum(one.gone_at is not None for one in true) < 60
    assert any(c.name == "Kemenkum" and isinstance(c.author, str) for c in made)
    assert all("KENARI" in c.text for c in made if isinstance(c.author, str))
    assert all(one.answered_at is None or one.answered_at > one.asked_at for one in true)
