"""X: threads that are summed on, days that are counted, and what a timeline brings besides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.collect.contract import Sweep
from functions.collect.planning.quota import PRICES
from functions.collect.reading.companions import AccountListing
from functions.collect.reading.companions.x import ThreadReader
from functions.collect.reading.completeness import COUNTED_BACK
from functions.collect.reading.session import Session
from functions.collect.state import REMEMBERED, AccountState, LivePost, SyncState
from functions.model import DAY, Post
from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR
from tests.collect.sessions import (
    START,
    account_of,
    live_of,
    read_with,
    session_of,
    state_of,
    sweep_of,
    the_credential,
)
from tests.factories import x_post
from tests.platforms.server import Handle

MINUTE = timedelta(minutes=1)
MILLS = PRICES["x"].post["mills"]
FIRST_LOOK = START - 19 * DAY


def posted(post_id: str, age: timedelta) -> Post:
    return x_post(post_id=post_id, published_at=START - age)


def second(age: timedelta) -> int:
    return int((START - age).timestamp())


def listed(session: Session, **found: Any) -> AccountListing:
    """What a listing of the account showed."""
    return AccountListing(sweep_of(session, "a", FIRST_LOOK), Sweep(**found))


def known(session: Session) -> AccountState:
    """The account as it is remembered now."""
    return session.account("a")


# What is counted by the day


def test_after_a_first_listing_all_is_known_from_where_it_reached_on() -> None:
    session = session_of("x", state_of(AccountState(handle="a", account_id="1")))
    posts = (posted("7", HOUR), posted("6", 7 * DAY), posted("5", 9 * DAY))
    ThreadReader(session).remember(listed(session, posts=posts), ())
    assert known(session).known_from == FIRST_LOOK
    assert known(session).counted_at is not None  # it leaves nothing to count
    assert known(session).known == {"7": second(HOUR), "6": second(7 * DAY)}


def test_an_account_listed_before_is_known_from_what_is_remembered_on() -> None:
    account = AccountState(handle="a", account_id="1", swept_at=START - HOUR)
    session = session_of("x", state_of(account))
    live = LivePost(account_id="1", post_id="6", published_at=START - DAY, url="")
    ThreadReader(session).remember(listed(session, posts=(posted("7", HOUR),)), [live])
    assert known(session).known_from == session.began - REMEMBERED
    assert known(session).known == {"7": second(HOUR), "6": second(DAY)}


def test_posts_that_are_gone_or_too_old_are_counted_no_more() -> None:
    ages = {"3": COUNTED_BACK + DAY + HOUR, "4": COUNTED_BACK, "5": DAY, "6": HOUR}
    account = AccountState(
        handle="a",
        account_id="1",
        swept_at=START - HOUR,
        known={name: second(age) for name, age in ages.items()},
        known_from=FIRST_LOOK,
    )
    session = session_of("x", state_of(account))
    gone = LivePost(
        account_id="1",
        post_id="5",
        published_at=START - DAY,
        url="",
        missing=(START - HOUR, START - MINUTE),
    )
    ThreadReader(session).remember(listed(session), [gone])
    assert known(session).known.keys() == {"4", "6"}
    assert known(session).known_from == FIRST_LOOK


def test_an_impossible_time_is_never_counted() -> None:
    account = AccountState(handle="a", account_id="1", swept_at=START, known_from=FIRST_LOOK)
    session = session_of("x", state_of(account))
    odd = (posted("8", -3 * DAY), posted("9", 400_000 * DAY))
    ThreadReader(session).remember(listed(session, posts=odd), ())
    assert session.changed == SyncState()


# What a timeline brings besides its posts


def test_a_reply_is_paid_for_once_a_day() -> None:
    session = session_of("x", state_of(AccountState(handle="a", account_id="1")))
    reader = ThreadReader(session)
    besides = {"8": START - HOUR, "9": START - 10 * DAY}
    reader.took(listed(session, besides=besides))
    assert the_credential(session).spent == {"mills": 2 * MILLS}
    assert known(session).settled == ("8",)  # the other will not be listed again
    session.change_account("a", swept_at=START)
    reader.took(listed(session, besides={"8": START - HOUR, "10": START - MINUTE}))
    assert the_credential(session).spent == {"mills": 3 * MILLS}


def test_a_new_part_joins_its_thread_and_the_post_is_found_under_it() -> None:
    live = LivePost(
        account_id="1",
        post_id="100",
        published_at=START - 9 * HOUR,
        url="https://x.com/a/status/100",
        parts=("101",),
        read_at=START - HOUR,
    )
    state = state_of(AccountState(handle="a", account_id="1"))
    state.posts = {live.key: live}
    session = session_of("x", state)
    joining = {"100": ("101", "105"), "90": ("91",)}  # of the second nothing is remembered
    ThreadReader(session).took(listed(session, joining=joining))
    assert session.state.posts[live.key].parts == ("101", "105")
    assert session.changed.posts.keys() == {live.key}
    [(post, keys)] = session.harvest.found_under
    assert (post.post_id, keys) == ("100", ("105",))


@pytest.mark.parametrize(("replies", "parts"), [(False, 1), (False, 0), (True, 0)])
def test_a_thread_that_was_begun_is_summed_on_under_another_setting(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    now: datetime,
    replies: bool,
    parts: int,
) -> None:
    """The reads around a mark are to sum the same posts; a new thread is summed where that is set.

    ``parts``: so many of the thread were known before.
    """
    add, account = server.world.add_post, server.world.add_account("x", "a")
    first = add(account, now - 2 * HOUR, start_with={"likes": 5})
    part = add(
        account,
        now - HOUR,
        kind="thread_part",
        refers_to=first.id,
        thread_of=first.id,
        start_with={"likes": 3},
    )
    live = live_of(first, parts=(part.id,) * parts)
    found: list[Sweep] = []

    async def work(session: Session) -> None:
        request = sweep_of(session, "a", now - DAY, replies=replies)
        credential = the_credential(session)
        reader = ThreadReader(session)
        found.append(await reader.sweep(credential, request, request.since, [live]))

    read_with(work, "x", server, agency, settings, state_of(account_of(account)))
    likes = {post.post_id: post.samples[0].likes for post in found[0].posts}
    assert likes == {first.id: 8 if replies or parts else 5}
