"""Instagram's comments, from its stand-in and from odd answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.contract import AccountWrong, Limited, Refused, Transient
from functions.listen.contract import Glance
from functions.listen.platforms import instagram
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
from tests.platforms.server import serve


@pytest.fixture
def looking() -> Iterator[Looking]:
    dialog = Dialog.plant("instagram")
    with serve(dialog.world) as server:
        api = Api(settings_for(server.url, "sqlite:///none.db"), "instagram", server)
        yield Looking(dialog, api, instagram)


def test_every_answer_is_found_with_its_exact_time_and_a_namesake_is_somebody_else(
    looking: Looking,
) -> None:
    dialog = looking.dialog
    answered, unanswered = dialog.ask(5), dialog.ask(4, "Terima kasih.")
    first = dialog.answer(answered, 3.5)
    dialog.answer(first, 3)  # an answer to an answer hangs below the thread, too
    dialog.answer(unanswered, 2, author="17841499999999999", name="Kemenkum NTT")
    dialog.ask(1, "Jorok!", hidden_at=NOW - HOUR / 2)
    dialog.ask(6, removed_at=NOW - HOUR)

    glance = looking.look(dialog.asked())

    assert own_answers(glance, dialog.account.id) == {answered.id: at(first)}
    found = by_id(glance.comments)
    expected = {c.id: c for c in dialog.world.comments.all if c.visible(dialog.world.now)}
    assert found.keys() == expected.keys()
    assert {id: c.at for id, c in found.items()} == {id: at(c) for id, c in expected.items()}
    assert [c.is_hidden for c in glance.comments].count(True) == 1
    assert glance.covered_since == SINCE
    assert glance.whole == {c.id for c in expected.values() if c.parent is None}
    assert not glance.gone
    assert not glance.broken
    assert {c.url for c in glance.comments} == {dialog.fresh.url}
    [request] = looking.seen
    assert "username" not in request.query["fields"]


def test_a_quiet_account_costs_one_call(looking: Looking) -> None:
    glance = looking.look(looking.dialog.asked())
    assert glance == Glance(covered_since=SINCE)
    assert len(looking.seen) == 1
    assert looking.api.server.app.calls.requests == {"instagram": {"GET /{user}/media": 1}}


def test_as_many_pages_are_read_as_hold_what_is_new(looking: Looking) -> None:
    dialog = looking.dialog
    asked = [dialog.ask(n / 10) for n in range(130)]
    many = asked[0]
    replies = [dialog.answer(many, 0, author=f"1{n:016}") for n in range(60)]
    glance = looking.look(dialog.asked())
    assert by_id(glance.comments).keys() == {c.id for c in [*asked, *replies]}
    assert glance.whole == {c.id for c in asked}
    assert [a.template for a in looking.seen] == [
        "/{user}/media",
        "/{comment}/replies",
        "/{media}/comments",
        "/{media}/comments",
    ]
    since = NOW - 3 * HOUR
    glance = looking.look(dialog.asked(since=since))
    assert glance.covered_since == since
    assert len(looking.seen) == 2


def test_media_are_read_as_far_back_as_a_week(looking: Looking) -> None:
    dialog = looking.dialog
    posts = [dialog.world.add_post(dialog.account, NOW - n * HOUR) for n in range(1, 200, 4)]
    oldest = dialog.ask(1, post=posts[40])
    glance = looking.look(dialog.asked())
    assert oldest.id in by_id(glance.comments)
    assert len(looking.seen) == 2
    assert glance.covered_since == SINCE


@pytest.mark.parametrize("fails", [False, True])
def test_followed_threads_are_asked_for_by_id_and_what_is_not_there_is_gone(
    looking: Looking, fails: bool
) -> None:
    dialog = looking.dialog
    dialog.world.quirks.graph_dead_id_fails_batch = fails
    dialog.fill()
    kept = dialog.ask(400, post=dialog.older)
    gone = dialog.ask(401, post=dialog.older, removed_at=NOW - HOUR)
    answered = dialog.ask(402, post=dialog.older)
    answer = dialog.answer(answered, 1)
    glance = looking.look(dialog.asked(kept, gone, answered))
    assert glance.gone == {gone.id}
    assert glance.whole == {kept.id, answered.id}
    assert own_answers(glance, dialog.account.id) == {answered.id: at(answer)}
    assert {c.post_id for c in glance.comments} == {dialog.older.id}
    assert len(looking.seen) <= 6


def test_nothing_is_gone_where_nothing_can_be_read_by_id(looking: Looking) -> None:
    """Meta says the same of what is not there and of what a token may not see."""
    dialog = looking.dialog
    dialog.fill()
    gone = [dialog.ask(400 + n, post=dialog.older, removed_at=NOW - HOUR) for n in range(3)]
    assert not looking.look(dialog.asked(*gone)).gone
    dialog.ask(1)  # with something that can be read it is believed
    assert looking.look(dialog.asked(*gone)).gone == {c.id for c in gone}
    looking.fault("meta_error", path="/{comment}", code=100, subcode=33)
    assert not looking.look(dialog.asked(*gone)).gone


@pytest.mark.parametrize("kind", ["server_error", "cut", "broken_json", "html"])
@pytest.mark.parametrize("path", ["/{media}/comments", "/{comment}/replies"])
def test_a_lost_page_is_said_so(looking: Looking, kind: str, path: str) -> None:
    dialog = looking.dialog
    asked = [dialog.ask(1 + n / 100) for n in range(60)]
    dialog.answer(asked[0], 0.5)
    for n in range(60):  # behind which the answer stands on the second page
        dialog.answer(asked[0], 0.4, author=f"1{n:016}")
    looking.fault(kind, path=path)
    glance = looking.look(dialog.asked())
    is_found = bool(own_answers(glance, dialog.account.id))
    assert is_found == (asked[0].id in glance.whole) == ("media" in path)
    if "media" in path:
        assert glance.covered_since is None
    assert glance.failure is not None or glance.broken


def test_a_listing_that_goes_round_in_circles_covers_nothing(looking: Looking) -> None:
    dialog = looking.dialog
    posts = [dialog.world.add_post(dialog.account, NOW - n * HOUR) for n in range(30)]
    thread = dialog.ask(0.5, post=posts[0])
    looking.fault("repeat_cursor")
    glance = looking.look(dialog.asked())
    assert thread.id in by_id(glance.comments)
    assert glance.covered_since is None


def test_a_limit_and_a_dead_token_stop_everything(looking: Looking) -> None:
    dialog = looking.dialog
    looking.fault("rate_limited", times=1)
    with pytest.raises(Limited):
        looking.look(dialog.asked())
    looking.fault("token_revoked", times=1)
    with pytest.raises(Refused):
        looking.look(dialog.asked())
    dialog.fill()
    looking.fault("rate_limited", times=1, code=80002)  # the account's own, not the token's
    assert isinstance(looking.look(dialog.asked()).failure, Transient)
    followed = dialog.ask(400, post=dialog.older)
    dialog.ask(1)
    looking.fault("rate_limited", path="/{comment}")
    glance = looking.look(dialog.asked(followed))
    assert isinstance(glance.failure, Limited)
    assert glance.covered_since == SINCE
    assert followed.id not in glance.whole | glance.gone


def test_an_account_that_is_not_the_businesss_own_costs_itself(looking: Looking) -> None:
    dialog = looking.dialog
    dialog.world.quirks.instagram_not_ours.add(dialog.account.id)
    glance = looking.look(dialog.asked())
    assert isinstance(glance.failure, AccountWrong)
    assert "portofolio bisnis" in glance.failure.advice
    assert glance.covered_since is None
    looking.fault("refuse", times=3)
    assert isinstance(looking.look(dialog.asked()).failure, Transient)


CANARY = "warga-rahasia"
odd = (
    st.just(CANARY)
    | st.none()
    | st.booleans()
    | st.integers(-9, 2**70)
    | st.text(max_size=9)
    | st.just([[]])
)
FIELDS = ["id", "text", "timestamp", "from", "hidden", "replies", "parent_id"]


def comment(id: str, **changes: Any) -> dict[str, Any]:
    told = {"id": id, "text": "Kapan?", "timestamp": "2026-10-20T08:00:00+0000"}
    return {**told, "from": {"id": "17841488888888888"}, "hidden": False, **changes}


def medium(comments: Sequence[Any]) -> dict[str, Any]:
    edge = {"data": [*comments]}
    return {"id": "18", "timestamp": "2026-10-20T00:00:00+0000", "comments": edge}


oddities = st.lists(odd | st.dictionaries(st.sampled_from(FIELDS), odd), max_size=4)


@settings(max_examples=25, deadline=timedelta(seconds=5))
@given(oddities, oddities)
def test_an_odd_comment_costs_itself_and_an_odd_reply_its_thread(
    shared: Looking, threads: list[Any], replies: list[Any]
) -> None:
    answer = comment("3", **{"from": {"id": shared.dialog.account.id}})
    sound = comment("1", replies={"data": [answer]})
    hurt = comment("2", replies={"data": [*replies, comment("4")]})
    answer_with(shared.api.server, {"data": [medium([*threads, sound, hurt, *threads])]})
    glance = shared.look(shared.dialog.asked())
    assert own_answers(glance, shared.dialog.account.id).keys() == {"1"}
    assert {"1", "2", "3", "4"} <= by_id(glance.comments).keys()
    assert "1" in glance.whole
    assert ("2" in glance.whole) == (not replies)
    assert CANARY not in f"{glance.broken}"
    assert "Kapan" not in repr(glance)


@pytest.fixture(scope="module")
def shared() -> Iterator[Looking]:
    dialog = Dialog.plant("instagram")
    with serve(dialog.world) as server:
        api = Api(settings_for(server.url, "sqlite:///none.db"), "instagram", server)
        yield Looking(dialog, api, instagram)


@pytest.mark.parametrize("comments", [None, [], {"data": None}, {"data": 5}, {}, "x"])
def test_comments_that_make_no_sense_are_no_silence(shared: Looking, comments: Any) -> None:
    item = {**medium([]), "comments": comments}
    answer_with(shared.api.server, {"data": [item]})
    assert shared.look(shared.dialog.asked()).covered_since is None
    other = medium([comment("1")])
    answer_with(shared.api.server, {"data": [item, {**other, "id": "19"}]})
    assert by_id(shared.look(shared.dialog.asked()).comments).keys() == {"1"}


def test_half_an_emoji_in_one_of_many_costs_a_sign(shared: Looking) -> None:
    item = medium([comment("1")])
    answer_with(shared.api.server, {"data": [item]})
    answer_with(
        shared.api.server,
        {"21": comment("21"), "22": comment("22", text=5), "23": []},
        path="/?ids",
    )
    dialog = shared.dialog
    followed = dialog.asked(*(dialog.ask(400 + n, id=str(n)) for n in (21, 22, 23)))
    glance = shared.look(followed)
    assert {"21", "22"} <= glance.whole
    assert "23" not in glance.whole | glance.gone
