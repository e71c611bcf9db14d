"""TikTok's comments, from the stand-in of its Business API and from odd answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.client import Clock, Connection
from functions.collect.contract import AccountWrong, Denied, Limited, TokenDied, Transient
from functions.listen.comments.business import business_apps
from functions.listen.contract import Asked, Glance
from functions.listen.platforms import tiktok
from tests.collect.api import Api, answer_with, settings_for
from tests.listen.platforms.planted import (
    HOUR,
    NOW,
    SINCE,
    Dialog,
    Looking,
    at,
    by_id,
    own_answers,
)
from tests.platforms.comments import Comment as Planted
from tests.platforms.server import Handle, serve

TOKEN = "bizr.pertama"


class BusinessLooking(Looking):
    """Looks with the token of the second consent."""

    def __init__(self, server: Handle, dialog: Dialog) -> None:
        self.settings = settings_for(server.url, "sqlite:///n.db")
        super().__init__(dialog, Api(self.settings, "tiktok", server), tiktok)
        self.grant = asyncio.run(self._renewed())

    def look(self, asked: Asked) -> Glance:
        self.seen.clear()
        with stamina.set_testing(True, attempts=3, cap=True):
            return asyncio.run(self._looked(asked))

    async def _looked(self, asked: Asked) -> Glance:
        async with Connection(self.settings.tiktok_business_url) as connection:
            [app] = business_apps(self.settings, connection, Clock(NOW))
            headers = {"Access-Token": self.grant.access_token}
            client = app.client.speaking_for(self.grant.open_id, headers)
            return (await tiktok.look(client, [asked]))[asked.account_id]

    async def _renewed(self) -> tiktok.BusinessGrant:
        async with Connection(self.settings.tiktok_business_url) as connection:
            [app] = business_apps(self.settings, connection, Clock(NOW))
            return await tiktok.refresh(app.client, app.key, app.secret, TOKEN)


@pytest.fixture
def looking() -> Iterator[BusinessLooking]:
    yield from planted()


@pytest.fixture(scope="module")
def shared() -> Iterator[BusinessLooking]:
    yield from planted()


def planted() -> Iterator[BusinessLooking]:
    dialog = Dialog.plant("tiktok")
    dialog.world.business_tokens[TOKEN] = dialog.account
    with serve(dialog.world) as server:
        yield BusinessLooking(server, dialog)


def asked(dialog: Dialog, *followed: Planted, **options: Any) -> Asked:
    """With the account's latest video, as a reader tells it."""
    return dialog.asked(*followed, **{"posts": (dialog.fresh.id,), **options})


@pytest.mark.parametrize("name", ["owner", "is_owner"])
def test_every_answer_is_found_with_its_exact_time_and_a_namesake_is_somebody_else(
    looking: BusinessLooking, name: str
) -> None:
    dialog = looking.dialog
    dialog.world.quirks.tiktok_owner_field = name
    answered, unanswered = dialog.ask(5), dialog.ask(4, "Terima kasih.")
    first = dialog.answer(answered, 3.5)
    for n in range(5):  # behind which the answer is not among the three that come along
        dialog.answer(answered, 3 - n / 10, author=f"-000{n}")
    dialog.answer(unanswered, 2, author="-000lain", name="Kemenkum NTT")
    dialog.ask(1, "Jorok!", hidden_at=NOW - HOUR / 2)
    dialog.ask(6, removed_at=NOW - HOUR)

    glance = looking.look(asked(dialog))

    planted = {c.id: c for c in dialog.world.comments.all if c.visible(dialog.world.now)}
    assert {c.id: c.at for c in glance.comments} == {id: at(c) for id, c in planted.items()}
    assert own_answers(glance, dialog.account.id) == {answered.id: at(first)}
    assert [c.id for c in glance.comments if c.is_own] == [first.id]
    assert {c.author for c in glance.comments} == {None}
    assert glance.covered_since == SINCE
    assert glance.whole == {c.id for c in planted.values() if c.parent is None}
    assert not glance.gone
    assert not glance.broken
    assert len(looking.seen) == 2
    assert {c.url for c in glance.comments} == {f"https://www.tiktok.com/video/{dialog.fresh.id}"}


def test_a_quiet_video_costs_one_call(looking: BusinessLooking) -> None:
    assert looking.look(asked(looking.dialog)) == Glance(covered_since=SINCE)
    path = f"GET {tiktok.LIST}"
    assert looking.api.server.app.calls.requests["tiktok"][path] == len(looking.seen) == 1


def test_as_many_pages_are_read_as_hold_what_is_new(looking: BusinessLooking) -> None:
    dialog = looking.dialog
    threads = [dialog.ask(1 + n / 10) for n in range(70)]
    glance = looking.look(asked(dialog))
    assert by_id(glance.comments).keys() == {c.id for c in threads} == glance.whole
    assert len(looking.seen) == 3
    glance = looking.look(asked(dialog, since=NOW - 2 * HOUR))
    assert glance.covered_since == NOW - 2 * HOUR
    assert len(looking.seen) == 1


def test_followed_threads_are_asked_for_by_id_and_what_is_not_there_is_gone(
    looking: BusinessLooking,
) -> None:
    dialog = looking.dialog
    kept = dialog.ask(400, post=dialog.older)
    gone = dialog.ask(401, post=dialog.older, removed_at=NOW - HOUR)
    answered = dialog.ask(402, post=dialog.older)
    answer = dialog.answer(answered, 1)
    fresh = dialog.ask(3, removed_at=NOW - HOUR)
    glance = looking.look(asked(dialog, kept, gone, answered, fresh))
    assert glance.gone == {gone.id}  # of the other video nothing is shown, which proves nothing
    assert glance.whole == {kept.id, answered.id}
    assert own_answers(glance, dialog.account.id) == {answered.id: at(answer)}
    dialog.ask(2)
    assert looking.look(asked(dialog, gone, fresh)).gone == {gone.id, fresh.id}


@pytest.mark.parametrize("kind", ["server_error", "cut", "broken_json", "html"])
@pytest.mark.parametrize("skip", [0, 1], ids=["first", "later"])
def test_a_lost_page_is_said_so(looking: BusinessLooking, kind: str, skip: int) -> None:
    dialog = looking.dialog
    threads = [dialog.ask(1 + n / 100) for n in range(70)]
    for n in range(5):
        dialog.answer(threads[50], 0.5 - n / 100)
    looking.fault(kind, path="comment/list", skip=skip)
    glance = looking.look(asked(dialog))
    assert glance.covered_since is None
    assert len(glance.comments) == 30 * skip
    assert glance.failure is not None or glance.broken


def test_lost_replies_leave_their_thread_open(looking: BusinessLooking) -> None:
    dialog = looking.dialog
    thread, other = dialog.ask(5), dialog.ask(4)
    for n in range(5):
        dialog.answer(thread, 3 - n / 10)
    looking.fault("token_revoked", path="reply/list")
    glance = looking.look(asked(dialog))
    assert isinstance(glance.failure, TokenDied)
    assert thread.id not in glance.whole
    dialog.world.comments.get("tiktok", other.id)
    looking.api.server.app.faults.clear()
    assert {thread.id, other.id} == looking.look(asked(dialog)).whole


def test_a_loop_of_pages_ends(looking: BusinessLooking) -> None:
    looking.dialog.ask(1)
    looking.fault("repeat_cursor")
    glance = looking.look(asked(looking.dialog))
    assert glance.comments
    assert glance.covered_since is None
    assert len(looking.seen) < 5


def test_a_video_that_is_refused_costs_itself(looking: BusinessLooking) -> None:
    dialog = looking.dialog
    thread = dialog.ask(1)
    glance = looking.look(asked(dialog, posts=("999", dialog.fresh.id)))
    assert by_id(glance.comments).keys() == {thread.id}
    assert glance.covered_since == SINCE
    assert len(glance.broken) == 1
    glance = looking.look(asked(dialog, posts=("998", "999")))
    assert isinstance(glance.failure, Denied)
    assert glance.covered_since is None


def test_limits_and_consents_that_are_refused(looking: BusinessLooking) -> None:
    dialog = looking.dialog
    looking.fault("rate_limited", times=1)
    with pytest.raises(Limited):
        looking.look(asked(dialog))
    for kind in ("token_expired", "token_revoked"):
        looking.fault(kind, times=1)
        assert isinstance(looking.look(asked(dialog)).failure, TokenDied)
    looking.fault("refuse", times=3)
    assert isinstance(looking.look(asked(dialog)).failure, Transient)
    answer_with(looking.api.server, {"code": 40001, "message": "No permission"})
    failure = looking.look(asked(dialog)).failure
    assert isinstance(failure, AccountWrong)
    assert "comment.list" in failure.advice


CANARY = "warga-rahasia"
odd = (
    st.just(CANARY)
    | st.none()
    | st.booleans()
    | st.integers(-9, 2**70)
    | st.text(max_size=9)
    | st.just([[]])
)
FIELDS = ["comment_id", "create_time", "text", "owner", "replies", "reply_list", "status"]
oddities = st.lists(odd | st.dictionaries(st.sampled_from(FIELDS), odd), max_size=4)
EIGHT = str(int((NOW - 4 * HOUR).timestamp()))


def comment(id: str, **changes: Any) -> dict[str, Any]:
    told = {"comment_id": id, "create_time": EIGHT, "text": "Kapan?", "replies": 0}
    return {**told, "owner": False, "username": "warga", **changes}


def answered(shared: BusinessLooking, items: list[Any]) -> Glance:
    data = {"comments": items, "has_more": False, "cursor": 0}
    answer_with(shared.api.server, {"code": 0, "message": "OK", "data": data})
    return shared.look(asked(shared.dialog, since=NOW - HOUR))


@settings(max_examples=25, deadline=timedelta(seconds=5))
@given(oddities, oddities)
def test_an_odd_comment_costs_itself_and_an_odd_reply_its_thread(
    shared: BusinessLooking, threads: list[Any], replies: list[Any]
) -> None:
    sound = comment("1", replies=1, reply_list=[comment("3", owner=True)])
    hurt = comment("2", replies=1, reply_list=[*replies, comment("4")])
    glance = answered(shared, [*threads, sound, hurt, *threads])
    assert own_answers(glance, shared.dialog.account.id).keys() == {"1"}
    assert {"1", "2", "3", "4"} <= by_id(glance.comments).keys()
    assert "1" in glance.whole
    assert ("2" in glance.whole) == (not replies)
    assert CANARY not in f"{glance.broken}"
    assert "Kapan" not in repr(glance)
    assert "warga" not in repr(glance)


@pytest.mark.parametrize("replies", [{"replies": 4}, {"replies": None}, {"reply_list": None}])
def test_what_is_not_told_of_replies_is_not_whole(
    shared: BusinessLooking, replies: dict[str, Any]
) -> None:
    told = {"replies": 1, "reply_list": [comment("3")], **replies}
    assert not answered(shared, [comment("1", **told)]).whole


def test_without_an_owner_mark_nothing_is_whole(shared: BusinessLooking) -> None:
    bare = {k: v for k, v in comment("3").items() if k != "owner"}
    thread = comment("1", replies=1, reply_list=[bare])
    assert not answered(shared, [thread]).whole
    assert not answered(shared, [bare]).whole


@pytest.mark.parametrize("data", [None, [], {}, {"comments": None}, {"comments": 5}, "x"])
def test_an_answer_that_makes_no_sense_is_no_silence(shared: BusinessLooking, data: Any) -> None:
    answer_with(shared.api.server, {"code": 0, "message": "OK", "data": data})
    assert shared.look(asked(shared.dialog)).covered_since is None


def test_a_grant_shows_no_token(looking: BusinessLooking) -> None:
    assert looking.grant.access_token not in repr(looking.grant)
    assert looking.grant.refresh_token not in repr(looking.grant)
