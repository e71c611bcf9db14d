"""Posts counted by the day: what is listed for it, what is paid, and when it is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.collect.planning.quota import EVERYTHING, PRICES
from functions.collect.planning.requests import CountRequest, Purpose
from functions.collect.reading.completeness import COUNTED_BACK
from functions.collect.reading.counts import Counts
from functions.collect.reading.listings import Listings
from functions.collect.reading.reader import companion_of
from functions.collect.reading.session import Session
from functions.model import DAY
from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR, Asked
from tests.collect.sessions import account_of, read_with, state_of, the_credential
from tests.platforms.server import Handle
from tests.platforms.world import Account, Post

COUNTED, LISTED = "/2/tweets/counts/recent", "/2/users/:id/tweets"
MILLS = {name: getattr(PRICES["x"], name)["mills"] for name in ("post", "count")}


@pytest.fixture
def owner(server: Handle) -> Account:
    return server.world.add_account("x", "kanwilntt")


@pytest.fixture
def posts(server: Handle, owner: Account, now: datetime) -> list[Post]:
    """Two of two days ago, and one of this morning."""
    ages = (2 * DAY, 2 * DAY - HOUR, HOUR)
    return [server.world.add_post(owner, now - age) for age in ages]


def count(
    agency: AgencyStore, settings: Settings, server: Handle, owner: Account, *known: Post
) -> Session:
    """What counting the posts of a week left behind, where these are known."""
    at = server.world.clock
    state = state_of(
        account_of(
            owner,
            known={post.id: post.published for post in known},
            known_from=at - 20 * DAY,
            swept_at=at - HOUR,
        )
    )

    async def work(session: Session) -> None:
        request = CountRequest(
            "kanwilntt",
            at - COUNTED_BACK + timedelta(minutes=1),
            at - timedelta(minutes=1),
            Purpose.CLOSING,
            the_credential(session).name,
        )
        await Counts(Listings(companion_of(session))).read(request)

    return read_with(work, "x", server, agency, settings, state)


def test_where_all_was_found_nothing_is_listed(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    owner: Account,
    posts: list[Post],
    asked: list[Asked],
) -> None:
    session = count(agency, settings, server, owner, *posts)
    assert [one.template for one in asked] == [COUNTED]
    assert session.account("kanwilntt").counted_at is not None
    assert session.harvest.counts == {"answers": 1, "counts_read": 1}
    assert session.harvest.spent == {"counts": MILLS["count"]}


def test_the_days_that_hold_more_than_was_found_are_listed_and_paid_for(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    owner: Account,
    posts: list[Post],
    asked: list[Asked],
) -> None:
    session = count(agency, settings, server, owner, posts[0], posts[2])
    assert [one.template for one in asked] == [COUNTED, LISTED]
    assert {post.post_id for post in session.harvest.posts} >= {posts[1].id}
    assert posts[2].id not in {post.post_id for post in session.harvest.posts}
    assert session.account("kanwilntt").known.keys() == {post.id for post in posts}
    assert session.account("kanwilntt").counted_at is not None
    assert session.harvest.spent == {"counts": MILLS["count"], "posts": 2 * MILLS["post"]}


def test_a_listing_that_fails_leaves_the_count_to_the_next_tick(
    agency: AgencyStore, settings: Settings, server: Handle, owner: Account, posts: list[Post]
) -> None:
    server.fault("server_error", platform="x", path=LISTED)
    session = count(agency, settings, server, owner, *posts[1:])
    assert session.account("kanwilntt").counted_at is None
    assert session.harvest.counts["requests_failed"] == 1


@pytest.mark.parametrize("fault", ["token_revoked", "credits_depleted"])
def test_a_refusal_to_count_says_nothing_of_the_account_nor_of_the_credential(
    agency: AgencyStore,
    settings: Settings,
    server: Handle,
    owner: Account,
    posts: list[Post],
    fault: str,
) -> None:
    """Counts may not be part of what was bought: they are asked for again when next due."""
    server.fault(fault, platform="x", path=COUNTED)
    session = count(agency, settings, server, owner)
    known = session.account("kanwilntt")
    assert known.wrong is None
    assert the_credential(session).stops == {}
    assert known.counted_at is not None
    [problem] = session.harvest.problems
    assert problem.startswith("x kanwilntt: its posts are not counted: ")


def test_a_limit_stops_the_credential_and_leaves_the_count_to_the_next_tick(
    agency: AgencyStore, settings: Settings, server: Handle, owner: Account, posts: list[Post]
) -> None:
    server.fault("rate_limited", platform="x", path=COUNTED)
    session = count(agency, settings, server, owner)
    assert the_credential(session).stops.keys() == {EVERYTHING}
    assert session.account("kanwilntt").counted_at is None
