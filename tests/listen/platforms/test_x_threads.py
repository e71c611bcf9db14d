"""Where posts of X belong, in conversations of any shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.contract import Asked, Pointer
from functions.listen.platforms.x_threads import (
    AccountThreads,
    FoundPost,
    XPost,
    by_version,
    is_withheld,
    said,
    time_of,
)

NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)
UNIT = "100"
ASKED = Asked(account_id=UNIT, handle="kemenkum", since=NOW)


def post(name: str, author: str, parent: XPost | None, *, minute: int = 0) -> XPost:
    """One that names the account, unless it wrote it."""
    return XPost(
        id=name,
        versions=(name,),
        at=NOW + timedelta(minutes=minute),
        author=author,
        parent=parent.id if parent else None,
        answered=parent.author if parent else None,
        mentioned=frozenset({UNIT} - {author}),
        conversation=parent.conversation if parent else name,
        text="",
    )


@st.composite
def conversations(draw: st.DrawFn) -> list[XPost]:
    """Posts of the account and of two others, each a reply to one before it or none."""
    posts: list[XPost] = []
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.sampled_from([None, *posts]))
        author = draw(st.sampled_from([UNIT, UNIT, "200", "300"]))
        posts.append(post(str(number + 1), author, parent, minute=number))
    return posts


def way_up(one: XPost, posts: dict[str, XPost]) -> list[XPost]:
    above = []
    while one.parent is not None:
        one = posts[one.parent]
        above.append(one)
    return above


@settings(max_examples=100, deadline=None)
@given(conversations(), st.randoms(use_true_random=False))
def test_a_thread_is_what_others_say_to_the_accounts_own_posts(
    posts: list[XPost], random: Random
) -> None:
    every = by_version(posts)
    shuffled = by_version(random.sample(posts, len(posts)))
    found = {one.id: one for one in AccountThreads(ASKED, every, {}).comments()}
    assert found == {one.id: one for one in AccountThreads(ASKED, shuffled, {}).comments()}
    for one in posts:
        above = way_up(one, every)
        if one.author == UNIT:
            assert (one.id in found) == (one.parent is not None)
            continue
        begins = all(other.author == UNIT for other in above)
        assert (found[one.id].parent is None) == begins
        if not begins:
            assert found[one.id].parent in {other.id for other in above}


@settings(max_examples=100, deadline=None)
@given(conversations(), st.data())
def test_what_is_not_known_is_asked_for_and_never_guessed(
    posts: list[XPost], data: st.DataObject
) -> None:
    every = by_version(posts)
    hidden = data.draw(st.sets(st.sampled_from([one.id for one in posts])))
    found = {name: one for name, one in every.items() if name not in hidden}
    context: dict[str, XPost] = {}
    whole = {one.id: one.parent is None for one in AccountThreads(ASKED, every, {}).comments()}
    for _ in posts:
        threads = AccountThreads(ASKED, found, context)
        begun = {one.id: one.parent is None for one in threads.comments()}
        assert all(whole[name] for name, begins in begun.items() if begins)
        if not (unknown := set(threads.unknown())):
            break
        assert unknown <= hidden
        context |= {name: every[name] for name in unknown}
    assert begun == {name: whole[name] for name in begun}


def test_an_answer_far_down_belongs_to_the_thread_that_is_followed() -> None:
    root = post("1", "200", None)
    between = post("2", "300", root, minute=1)
    answer = post("3", UNIT, between, minute=2)
    asked = msgspec.structs.replace(ASKED, open=(Pointer("1"),))
    threads = AccountThreads(asked, by_version([answer]), {})
    assert list(threads.unknown()) == []
    [told] = threads.comments()
    assert told.parent == "1", "its conversation is the thread"


def wire(**changes: object) -> FoundPost:
    plain = {
        "id": "9", "created_at": NOW, "author_id": "200", "text": "a &amp;lt; b",
        "conversation_id": "1", "in_reply_to_user_id": UNIT,
        "referenced_tweets": [{"type": "replied_to", "id": "1"}],
    }  # fmt: skip
    return msgspec.convert({**plain, **changes}, FoundPost)


def test_an_edited_post_is_known_by_its_first_version_and_a_long_one_whole() -> None:
    first = str(int((NOW - timedelta(minutes=9)).timestamp() * 1000 - 1_288_834_974_657) << 22)
    edited = wire(edit_history_tweet_ids=[first, "9"], note_tweet={"text": "panjang sekali"})
    told = said(NOW, edited)
    assert (told.id, told.versions, told.text) == (first, (first, "9"), "panjang sekali")
    assert told.at == time_of(first) == NOW - timedelta(minutes=9)
    assert by_version([told]).keys() == {first, "9"}
    assert said(NOW, wire()).text == "a &lt; b"
    assert time_of("x") is time_of("9" * 20) is None


def test_a_reply_to_what_is_gone_begins_nothing() -> None:
    orphan = said(NOW, wire(referenced_tweets=None))
    assert orphan.parent == "1"
    assert said(NOW, wire(referenced_tweets=[], conversation_id="9")).parent is None
    quote = [{"type": "quoted", "id": "1"}]
    assert said(NOW, wire(referenced_tweets=quote, in_reply_to_user_id=None)).parent is None
    with pytest.raises(ValueError, match="reply"):
        said(NOW, wire(referenced_tweets=None, conversation_id=None))
    with pytest.raises(ValueError, match="repost"):
        said(NOW, wire(referenced_tweets=[{"type": "retweeted", "id": "1"}]))


@pytest.mark.parametrize(
    ("codes", "withheld"), [(["ID"], True), (["XX"], True), (["DE"], False), (None, False)]
)
def test_what_is_withheld_elsewhere_is_seen_here(codes: list[str] | None, withheld: bool) -> None:
    assert is_withheld(wire(withheld={"country_codes": codes})) is withheld
    assert not is_withheld(wire())


def test_no_word_and_no_author_stands_in_a_repr() -> None:
    odd = wire(text="KENARI", author_id="KENARI", note_tweet={"text": "KENARI"})
    assert "KENARI" not in repr((odd, said(NOW, odd), odd.note_tweet))
