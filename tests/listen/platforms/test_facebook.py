"""Facebook's comments, with the Page's own token and by Page Public Content Access."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.contract import AccountWrong, Limited, Refused, Transient
from functions.collect.credentials import page_access
from functions.listen.contract import Glance
from functions.listen.platforms import facebook
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
from tests.platforms.credentials import FACEBOOK_APP_SECRET
from tests.platforms.facebook_comments import permalink
from tests.platforms.server import serve

BOTH = pytest.mark.parametrize("own", [False, True], ids=["ppca", "own-token"])


@pytest.fixture
def looking() -> Iterator[Looking]:
    dialog = Dialog.plant("facebook")
    with serve(dialog.world) as server:
        yield Looking(
            dialog, Api(settings_for(server.url, "sqlite:///n.db"), "facebook", server), facebook
        )


def let_speak(looking: Looking, own: bool) -> None:
    """With the Page's own token, or as anybody may read the Page."""
    if own:
        dialog = looking.dialog
        token = dialog.world.credentials.give_page_token(dialog.account.id)
        looking.speaks = lambda client: client.speaking(**page_access(token, FACEBOOK_APP_SECRET))


@BOTH
def test_every_answer_is_found_with_its_exact_time_and_a_namesake_is_somebody_else(
    looking: Looking, own: bool
) -> None:
    dialog = looking.dialog
    let_speak(looking, own)
    answered, unanswered = dialog.ask(5), dialog.ask(4, "Terima kasih.")
    follow_up = dialog.answer(answered, 3.8, author="100099999999999")
    first = dialog.answer(follow_up, 3.5)  # an answer to an answer is one of the thread
    dialog.answer(unanswered, 2, author="100088888888888", name="Kemenkum NTT")
    hidden = dialog.ask(1, "Jorok!", hidden_at=NOW - HOUR / 2)
    dialog.ask(6, removed_at=NOW - HOUR)

    glance = looking.look(dialog.asked())

    found = by_id(glance.comments)
    planted = {c.id: c for c in dialog.world.comments.all if c.visible(dialog.world.now)}
    shown = planted if own else {id: c for id, c in planted.items() if c is not hidden}
    assert {id: c.at for id, c in found.items()} == {id: at(c) for id, c in shown.items()}
    assert [c.id for c in glance.comments if c.is_own] == [first.id]
    assert found[first.id].parent == (follow_up.id if own else answered.id)
    assert {c.author for c in glance.comments} - {None, dialog.account.id} == (
        {c.author_id for c in shown.values()} - {dialog.account.id} if own else set()
    )
    assert glance.covered_since == SINCE
    assert glance.whole == {c.id for c in shown.values() if c.parent is None}
    assert not glance.gone
    assert not glance.broken
    assert found[first.id].url == permalink(first)
    assert found[answered.id].replies == 1
    [request] = looking.seen
    assert "name" not in request.query["fields"]


@BOTH
def test_a_quiet_page_costs_one_call(looking: Looking, own: bool) -> None:
    let_speak(looking, own)
    assert looking.look(looking.dialog.asked()) == Glance(covered_since=SINCE)
    assert looking.api.server.app.calls.requests == {"facebook": {"GET /{node}/posts": 1}}


def test_fields_that_may_not_be_seen_are_done_without(looking: Looking) -> None:
    dialog = looking.dialog
    thread = dialog.ask(5)
    answer = dialog.answer(thread, 4)
    dialog.world.quirks.facebook_refused_comment_fields |= {"is_hidden", "comment_count"}
    glance = looking.look(dialog.asked())
    assert own_answers(glance, dialog.account.id) == {thread.id: at(answer)}
    assert glance.covered_since == SINCE


@BOTH
def test_as_many_pages_are_read_as_hold_what_is_new_and_what_is_followed(
    looking: Looking, own: bool
) -> None:
    dialog = looking.dialog
    let_speak(looking, own)
    asked = [dialog.ask(1 + n / 10) for n in range(130)]
    glance = looking.look(dialog.asked())
    assert by_id(glance.comments).keys() == {c.id for c in asked} == glance.whole
    assert len(looking.seen) == 3
    since = NOW - 3 * HOUR
    glance = looking.look(dialog.asked(since=since))
    assert glance.covered_since == since
    assert len(looking.seen) == 1
    assert glance.whole == by_id(glance.comments).keys()  # what follows them was all read
    followed = asked[80]
    answer = dialog.answer(followed, 1)
    glance = looking.look(dialog.asked(followed, since=since))
    assert len(looking.seen) == 2
    assert followed.id in glance.whole
    assert own_answers(glance, dialog.account.id) == {followed.id: at(answer)}


@BOTH
def test_a_followed_thread_that_a_full_listing_of_its_post_lacks_is_gone(
    looking: Looking, own: bool
) -> None:
    dialog = looking.dialog
    let_speak(looking, own)
    dialog.fill()
    kept = dialog.ask(400, post=dialog.older)
    gone = dialog.ask(401, post=dialog.older, removed_at=NOW - HOUR)
    answered = dialog.ask(402, post=dialog.older)
    answer = dialog.answer(answered, 1)
    fresh = dialog.ask(3, removed_at=NOW - HOUR)
    alone = dialog.ask(2)
    glance = looking.look(dialog.asked(kept, gone, answered, fresh))
    assert glance.gone == {gone.id, fresh.id}
    assert glance.whole == {kept.id, answered.id, alone.id}
    assert own_answers(glance, dialog.account.id) == {answered.id: at(answer)}
    assert len(looking.seen) == 2


def test_an_empty_listing_or_a_lost_post_alone_makes_nothing_gone(looking: Looking) -> None:
    dialog = looking.dialog
    dialog.fill()
    empty = dialog.ask(3, removed_at=NOW - HOUR)
    assert not looking.look(dialog.asked(empty)).gone
    followed = dialog.ask(400, post=dialog.older)
    dialog.world.remove(dialog.older, NOW - HOUR)
    glance = looking.look(dialog.asked(followed))
    assert glance.gone == {followed.id}  # another post of the Page was read by its id
    looking.fault("meta_error", path="/{node}", skip=1, code=100, subcode=33)
    assert not looking.look(dialog.asked(followed)).gone


def test_a_thread_keeps_its_id_when_the_pages_token_comes_or_goes(looking: Looking) -> None:
    dialog = looking.dialog
    thread = dialog.ask(3, id="77_555000111")
    dialog.answer(thread, 1)
    glance = looking.look(dialog.asked(thread))
    assert glance.whole == {thread.id}
    assert own_answers(glance, dialog.account.id).keys() == {thread.id}


@pytest.mark.parametrize("kind", ["server_error", "cut", "broken_json", "html"])
def test_a_lost_page_is_said_so(looking: Looking, kind: str) -> None:
    dialog = looking.dialog
    asked = [dialog.ask(1 + n / 100) for n in range(120)]
    looking.fault(kind, path="/{node}/comments")
    glance = looking.look(dialog.asked())
    assert glance.covered_since is None
    assert len(glance.comments) == 50
    assert glance.whole == {c.id for c in asked[:50]}
    assert glance.failure is not None or glance.broken


def test_a_page_in_the_wrong_order_proves_nothing(looking: Looking) -> None:
    dialog = looking.dialog
    sound = comment("1", hour=5)
    edge = {"data": [sound, comment("2", hour=9)], "paging": {"next": "http://x/?after=q"}}
    answer_with(looking.api.server, {"data": [{"id": "1_2", "comments": edge}]}, path="/posts")
    glance = looking.look(dialog.asked(since=NOW - 2 * HOUR))
    assert glance.covered_since is None
    assert not glance.whole


def test_limits_tokens_and_pages_that_are_not_there(looking: Looking) -> None:
    dialog = looking.dialog
    for kind, expected in (("rate_limited", Limited), ("token_revoked", Refused)):
        looking.fault(kind, times=1)
        with pytest.raises(expected):
            looking.look(dialog.asked())
    looking.fault("rate_limited", times=1, code=80001)  # the Page's own, not the token's
    assert isinstance(looking.look(dialog.asked()).failure, Transient)
    looking.fault("refuse", times=3)
    assert isinstance(looking.look(dialog.asked()).failure, Transient)
    dialog.world.set_state(dialog.account, "unknown")
    glance = looking.look(dialog.asked())
    assert isinstance(glance.failure, AccountWrong)
    assert "kemenkum_ntt" in glance.failure.advice
    assert glance.covered_since is None


def test_a_loop_of_pages_ends(looking: Looking) -> None:
    looking.dialog.ask(1)
    looking.fault("repeat_cursor")
    glance = looking.look(looking.dialog.asked())
    assert glance.comments
    assert glance.covered_since is None


ADDRESS = "https://www.facebook.com/1/posts/2/?comment_id="
CANARY = "warga-rahasia"
odd = (
    st.just(CANARY)
    | st.none()
    | st.booleans()
    | st.integers(-9, 2**70)
    | st.text(max_size=9)
    | st.just([[]])
)
FIELDS = ["id", "message", "created_time", "parent", "from", "permalink_url", "comment_count"]
oddities = st.lists(odd | st.dictionaries(st.sampled_from(FIELDS), odd), max_size=4)


def comment(number: str, *, hour: int = 8, **changes: Any) -> dict[str, Any]:
    told = {"message": "Kapan?", "created_time": f"2026-10-20T0{hour}:00:00+0000"}
    return {**told, "permalink_url": f"{ADDRESS}{number}", **changes}


@pytest.fixture(scope="module")
def shared() -> Iterator[Looking]:
    dialog = Dialog.plant("facebook")
    with serve(dialog.world) as server:
        yield Looking(
            dialog, Api(settings_for(server.url, "sqlite:///n.db"), "facebook", server), facebook
        )


@settings(max_examples=25, deadline=timedelta(seconds=5))
@given(oddities, st.dictionaries(st.sampled_from(FIELDS[2:5]), odd, min_size=1))
def test_an_odd_comment_costs_itself_and_what_it_may_answer(
    shared: Looking, pieces: list[Any], changes: dict[str, Any]
) -> None:
    page = shared.dialog.account.id
    answer = comment("1&reply_comment_id=3", hour=9, **{"from": {"id": page}})
    hurt = comment("4&reply_comment_id=5", **changes)
    sound = [answer, comment("1"), hurt, comment("4")]
    answer_with(shared.api.server, {"data": [{"id": "1_2", "comments": {"data": sound}}]})
    glance = shared.look(shared.dialog.asked())
    assert own_answers(glance, page) == {"2_1": NOW - 3 * HOUR}
    assert {"2_1", "2_3", "2_4"} <= by_id(glance.comments).keys()
    assert "2_1" in glance.whole
    if isinstance(changes.get("created_time"), str | int | list):
        assert "2_4" not in glance.whole
    answer_with(
        shared.api.server, {"data": [{"id": "1_2", "comments": {"data": [*pieces, *sound]}}]}
    )
    again = shared.look(shared.dialog.asked())
    assert own_answers(again, page) == {"2_1": NOW - 3 * HOUR}
    assert not pieces or not again.whole
    assert CANARY not in f"{glance.broken}{again.broken}"
    assert "Kapan" not in repr(again)


@pytest.mark.parametrize("comments", [None, [], {"data": None}, {"data": 5}, {}, "x"])
def test_comments_that_make_no_sense_are_no_silence(shared: Looking, comments: Any) -> None:
    item = {"id": "1_9", "comments": comments}
    other = {"id": "1_2", "comments": {"data": [comment("1")]}}
    answer_with(shared.api.server, {"data": [item, other]})
    glance = shared.look(shared.dialog.asked())
    assert glance.covered_since is None
    assert glance.whole == {"2_1"}
