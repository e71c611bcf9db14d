"""Comments on YouTube, from its stand-in and from odd answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.collect.client import HttpAnswer
from functions.collect.contract import Denied, Limited, PlatformError, Transient
from functions.listen.contract import Asked, Glance, Pointer
from functions.listen.platforms import youtube
from tests.collect.api import HOUR, Api, answer_with, record, settings_for
from tests.listen.platforms.glances import (
    Answer,
    answer_raw,
    answers,
    keep_answers,
    with_an_odd_place,
)
from tests.platforms import dialog
from tests.platforms.app import App
from tests.platforms.comments import Comment
from tests.platforms.server import serve
from tests.platforms.world import Account, World

DAY = timedelta(days=1)
NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
THREADS, REPLIES = "/youtube/v3/commentThreads", "/youtube/v3/comments"


@pytest.fixture
def api() -> Iterator[Api]:
    with serve(World(now=NOW)) as server:
        yield Api(settings_for(server.url, "sqlite:///none.db"), "youtube", server)


@pytest.fixture
def account(api: Api) -> Account:
    account = api.account("kemenkum")
    api.server.world.add_post(account, NOW - 10 * DAY)
    return account


def look(
    api: Api, account: Account, since: datetime, *open_: Comment, is_due: bool = True
) -> Glance:
    pointers = tuple(Pointer(one.id, one.post.id) for one in open_)
    asked = Asked(
        account_id=account.id,
        handle="kemenkum",
        since=since,
        open=pointers,
        due=pointers if is_due else (),
    )
    return api.run(lambda client: youtube.look(client, [asked]))[account.id]


def ask(api: Api, account: Account, ago: timedelta, **options: Any) -> Comment:
    [post] = account.feed
    return api.server.world.comments.add(post, NOW - ago, "Kapan dibuka lagi, min?", **options)


def test_every_answer_is_found_with_its_time_and_no_namesake(api: Api) -> None:
    world = api.server.world
    account, other = api.account("kemenkum", title="Kemenkum"), api.account("ahu")
    dialog.plant(world, 3, account, NOW - 14 * DAY, NOW, per_day=20, mark="KENARI", busy=0.01)
    glance = look(api, account, NOW - 14 * DAY)
    true = {
        one.id: Answer(one.answered_at, one.answered_by or "") if one.answered_at else None
        for one in dialog.truth_of(world, account, NOW)
        if one.gone_at is None and not one.hidden
    }
    assert len(true) > 250
    found = answers(glance, account, [account, other])
    assert {name: found[name] for name in glance.whole} == {n: true[n] for n in glance.whole}
    assert found.keys() == true.keys()
    assert len(true) - len(glance.whole) < 4, "a few wait for their turn"
    assert glance.covered_since == NOW - 14 * DAY
    assert (glance.gone, glance.broken, glance.failure) == (frozenset(), (), None)
    asked_at = {one.id: one.at for one in glance.comments if one.parent is None}
    assert all(asked_at[one.id] == one.asked_at for one in dialog.truth_of(world, account, NOW)
               if one.id in asked_at)  # fmt: skip
    assert "KENARI" not in repr(glance)


def test_a_quiet_hour_costs_two_units_and_leads_to_where_it_is_seen(
    api: Api, account: Account
) -> None:
    first = ask(api, account, 9 * DAY)
    for minutes in range(120):
        ask(api, account, 3 * DAY + timedelta(minutes=minutes))
    seen = record(api.server)
    glance = look(api, account, NOW - HOUR, first)
    assert [one.template for one in seen] == [THREADS, THREADS]
    assert seen[1].query["id"] == first.id
    assert glance.whole >= {first.id}
    [told] = [one for one in glance.comments if one.id == first.id]
    assert told.url == f"https://www.youtube.com/watch?v={first.post.id}&lc={first.id}"
    assert (told.post_id, told.author, told.replies) == (first.post.id, first.author, 0)
    assert youtube.price(THREADS, {}) == youtube.billed(THREADS, HttpAnswer(403, {}, b"")) == 1
    assert sum(api.server.calls.youtube_units["youtube-api-key"]["general"].values()) == 2


def test_of_a_busy_thread_all_replies_are_read_or_none_is_told(api: Api, account: Account) -> None:
    add = api.server.world.comments.add
    roots = [ask(api, account, HOUR * (n + 2)) for n in range(youtube.MOST_REPLY_READS + 1)]
    early = {}
    for root in roots:
        at = datetime.fromtimestamp(root.at, UTC)
        early[root.id] = at + timedelta(minutes=1)
        for minute in range(1, 9):
            author = account if minute in (1, 8) else None
            add(root.post, at + timedelta(minutes=minute), "Sudah.", author=author, parent=root)
    found: dict[str, set[Answer | None]] = {}
    for hour in range(24):
        api.server.set_clock(NOW + hour * HOUR)
        glance = look(api, account, NOW - HOUR, *roots)
        for name, answer in answers(glance, account, [account]).items():
            found.setdefault(name, set()).add(answer)
            assert (name in glance.whole) == (answer is not None)
        assert len(glance.whole) <= youtube.MOST_REPLY_READS
    # Each had its turn, and none was ever given a later answer for the earliest.
    assert all(found[name] - {None} == {Answer(at, "own")} for name, at in early.items())


def test_what_is_not_due_is_asked_for_now_and_then(api: Api, account: Account) -> None:
    first = ask(api, account, 9 * DAY)
    for minutes in range(120):
        ask(api, account, 3 * DAY + timedelta(minutes=minutes))
    for hour in range(48):
        api.server.set_clock(NOW + hour * HOUR)
        look(api, account, NOW, first, is_due=False)
    assert 48 + 8 <= api.requests <= 48 + 24


@pytest.mark.parametrize("fails", [False, True])
def test_what_is_gone_and_what_is_merely_unread(api: Api, account: Account, fails: bool) -> None:
    api.server.world.quirks.youtube_missing_thread_fails = fails
    off = api.server.world.add_post(account, NOW - 9 * DAY)
    kept = ask_below(api, off, 8 * DAY)
    gone = ask_below(api, off, 8 * DAY - HOUR, removed_at=NOW - HOUR)
    for minutes in range(100):
        ask_below(api, off, HOUR + timedelta(minutes=minutes))
    glance = look(api, account, NOW - 2 * HOUR, kept, gone)
    assert glance.gone == {gone.id}
    assert kept.id in glance.whole
    assert glance.covered_since == NOW - 2 * HOUR


def ask_below(api: Api, post: Any, ago: timedelta, **options: Any) -> Comment:
    return api.server.world.comments.add(post, NOW - ago, "Kapan dibuka lagi?", **options)


def test_an_answer_that_proves_nothing_makes_nothing_gone(api: Api, account: Account) -> None:
    open_ = ask(api, account, 9 * DAY)
    for answer in (
        {"kind": "youtube#videoListResponse", "items": []},
        {"kind": youtube.LISTED, "items": [{"id": None}]},
        {"kind": youtube.LISTED, "items": [], "nextPageToken": 5},
        {"kind": youtube.LISTED, "items": None},
        {"error": {"code": 404, "errors": [{"reason": "notFound"}]}},
    ):
        api.server.app._answer = partial(App._answer, api.server.app)  # type: ignore[method-assign]
        answer_with(api.server, answer)
        glance = look(api, account, NOW - HOUR, open_)
        assert (glance.gone, glance.whole) == (frozenset(), frozenset())


def test_comments_that_are_off_and_a_channel_that_is_not_there(api: Api, account: Account) -> None:
    world = api.server.world
    ask(api, account, HOUR)
    world.quirks.youtube_comments_off.add(account.id)
    glance = look(api, account, NOW - DAY)
    assert isinstance(glance.failure, Denied)
    assert "commentsDisabled" in str(glance.failure)
    world.quirks.youtube_comments_off.clear()
    world.set_state(account, "unknown")
    glance = look(api, account, NOW - DAY)
    assert "channelNotFound" in str(glance.failure)
    assert (glance.covered_since, glance.gone, glance.comments) == (None, frozenset(), ())


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("server_error", {}),
        ("broken_json", {}),
        ("cut", {}),
        ("empty_body", {}),
        ("quota_exceeded", {}),
        ("repeat_cursor", {"skip": 0}),
    ],
)
def test_a_page_that_is_lost_covers_nothing(
    api: Api, account: Account, fault: str, options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.collect.client.ATTEMPTS", 1)
    for minutes in range(150):
        ask(api, account, timedelta(minutes=minutes))
    api.server.fault(fault, path="commentThreads", **{"skip": 1, **options})
    glance = look(api, account, NOW - DAY)
    assert len(glance.comments) == 100
    assert glance.covered_since is None
    assert isinstance(glance.failure, PlatformError)
    assert len(glance.whole) == 100, "what was read is as true as before"


def test_more_than_is_read_in_one_look_is_covered_as_far_as_it_was(
    api: Api, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(youtube, "MAX_PAGES", 2)
    for minutes in range(250):
        ask(api, account, timedelta(minutes=minutes))
    glance = look(api, account, NOW - DAY)
    assert glance.covered_since == NOW - timedelta(minutes=199) + timedelta(seconds=1)


def test_a_spent_key_is_said_at_once(api: Api, account: Account) -> None:
    api.server.fault("quota_exceeded")
    with pytest.raises(Limited):
        look(api, account, NOW - DAY)


def test_replies_that_are_lost_leave_their_thread_unread(
    api: Api, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.collect.client.ATTEMPTS", 1)
    root, beside = ask(api, account, 2 * HOUR), ask(api, account, 3 * HOUR)
    for minute in range(150):
        at = NOW - HOUR + timedelta(seconds=minute)
        api.server.world.comments.add(root.post, at, "Ya", parent=root, author=account)
    api.server.fault("server_error", path=REPLIES, skip=1)
    glance = look(api, account, NOW - DAY)
    assert glance.whole == {beside.id}
    assert {one.id for one in glance.comments} == {root.id, beside.id}
    assert isinstance(glance.failure, Transient)
    assert glance.covered_since == NOW - DAY


@pytest.fixture(scope="module")
def honest() -> Iterator[tuple[Api, Account, dict[str, Any], Glance]]:
    with serve(World(now=NOW)) as server:
        api = Api(settings_for(server.url, "sqlite:///none.db"), "youtube", server)
        account = api.account("kemenkum")
        server.world.add_post(account, NOW - 10 * DAY)
        for hours in range(1, 4):
            root = ask(api, account, hours * HOUR)
            at = NOW - timedelta(minutes=9 * hours)
            server.world.comments.add(root.post, at, "Senin.", author=account, parent=root)
        payload = keep_answers(api)
        glance = look(api, account, NOW - DAY)
        yield api, account, payload, glance


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_an_odd_thread_costs_itself_alone(honest: Any, data: st.DataObject) -> None:
    api, account, payload, glance = honest
    items = list(payload["items"])
    struck = items[1]["id"]
    items[1] = data.draw(with_an_odd_place(items[1]))
    answer_raw(api, THREADS, {**payload, "items": items})
    read = look(api, account, NOW - DAY)
    others = {c.id: c for c in glance.comments if struck not in (c.id, c.parent)}
    assert {c.id: c for c in read.comments if c.id in others} == others
    assert read.whole >= glance.whole - {struck}
    assert (read.covered_since, read.failure, read.gone) == (NOW - DAY, None, frozenset())
    assert all("kata" not in line for line in (*read.broken, repr(read)))


@pytest.mark.parametrize("author", [[], "x", {"value": []}, {"value": "a b"}, {"value": {}}])
def test_a_reply_whose_author_cannot_be_understood_may_be_the_answer(
    honest: Any, author: Any
) -> None:
    api, account, payload, glance = honest
    changed = copy.deepcopy(payload)
    thread = changed["items"][1]
    thread["replies"]["comments"][0]["snippet"]["authorChannelId"] = author
    answer_raw(api, THREADS, changed, silent=REPLIES)
    read = look(api, account, NOW - DAY)
    assert read.whole == glance.whole - {thread["id"]}
    del thread["replies"]["comments"][0]["snippet"]["authorChannelId"]
    answer_raw(api, THREADS, changed)
    assert look(api, account, NOW - DAY).whole == glance.whole, "a channel that is gone"
