"""Whom to ask, for what, and from when on."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.listen.comments.asking import BACK, EVERY, POSTS, UNSEEN, asked, due, latest, since
from functions.listen.contract import Pointer
from functions.store.threads import Followed, Inbox
from tests.factories import NOW, account, x_post

MINUTE = timedelta(minutes=1)
ONE = account("aceh", "x:1")
AGES = st.one_of(st.none(), st.integers(-20_000, 20_000).map(lambda n: n * MINUTE))


def followed(id: str, seen_at=NOW, **fields) -> Followed:
    return Followed(id=id, url="u", asked_at=NOW - UNSEEN, seen_at=seen_at, **fields)


@settings(max_examples=50)
@given(st.lists(AGES, max_size=6))
def test_an_account_is_due_once_an_hour_the_longest_not_looked_at_first(ages):
    accounts = [account("aceh", f"x:{n}") for n in range(len(ages))]
    inboxes = {
        one.key: Inbox(satker="aceh", looked_at=None if age is None else NOW - age)
        for one, age in zip(accounts, ages, strict=True)
    }
    # What lies in the future was noted while a clock was wrong.
    known = [timedelta.max if a is None or a < -2 * MINUTE else a for a in ages]
    waiting = [n for n, age in enumerate(known) if age >= EVERY]
    found = [int(one.account_id or "") for one in due(accounts, inboxes, NOW)]
    assert sorted(found) == waiting
    assert [known[n] for n in found] == sorted((known[n] for n in found), reverse=True)


@settings(max_examples=50)
@given(AGES)
def test_reading_goes_a_week_back_at_most_and_never_begins_in_the_future(age):
    begin = since(
        "youtube", Inbox(satker="aceh", read_until=None if age is None else NOW - age), NOW
    )
    assert NOW - BACK <= begin < NOW
    if age is not None and -2 * MINUTE <= age <= BACK:
        assert begin <= NOW - age


def test_threads_that_were_long_not_seen_or_missed_are_asked_for_themselves():
    threads = {
        "h1": followed("1", post_id="p"),
        "h2": followed("2", NOW - UNSEEN),
        "h3": followed("3", missed_at=NOW - MINUTE),
    }
    wanted = asked(ONE, Inbox(satker="aceh", open=threads), NOW, ["9"])
    assert wanted.open == (Pointer("1", "p"), Pointer("2"), Pointer("3"))
    assert (wanted.due, wanted.posts) == ((Pointer("2"), Pointer("3")), ("9",))


def test_the_latest_posts_of_a_week_are_asked_for():
    posts = [x_post(post_id=str(n), published_at=NOW - n * 6 * 60 * MINUTE) for n in range(-1, 40)]
    assert latest(posts, NOW) == tuple(str(n) for n in range(POSTS))
    assert latest(posts[27:], NOW) == ("26", "27")
