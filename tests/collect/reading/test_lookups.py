"""Posts read by id: together, and not where a listing has just shown them."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.collect.planning.marks import PROMISED
from functions.collect.planning.requests import LookupRequest, Purpose
from functions.collect.reading.listings import Listings
from functions.collect.reading.lookups import Lookups
from functions.collect.reading.reader import companion_of
from functions.collect.reading.session import Session
from functions.collect.state import LivePost, SyncState
from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR, Asked
from tests.collect.ministry import Enter, Run, register
from tests.collect.sessions import live_of, read_with, the_credential
from tests.platforms.server import Handle

MINUTE = timedelta(minutes=1)


def test_what_a_listing_of_the_same_tick_has_shown_is_not_looked_up(
    enter: Enter, run: Run, server: Handle, asked: list[Asked], now: datetime
) -> None:
    account = enter("x")
    server.world.add_post(account, now - 10 * MINUTE)
    run(now)
    asked.clear()
    run(now + 3 * HOUR)  # due for freshness, and the account for discovery
    assert [one.template for one in asked] == ["/2/users/:id/tweets"]


def test_posts_of_many_accounts_are_looked_up_together(
    agency: AgencyStore,
    settings: Settings,
    run: Run,
    server: Handle,
    asked: list[Asked],
    now: datetime,
) -> None:
    units = [f"unit-{n}" for n in range(30)]
    register(agency, settings, units, now, ["x"])
    for unit in units:
        account = server.world.add_account("x", unit.replace("-", ""))
        for minutes in range(1, 5):
            server.world.add_post(account, now - 2 * HOUR - minutes * MINUTE)
    run(now)
    asked.clear()
    run(now + HOUR)  # all are three hours old by then
    lookups = [one for one in asked if one.template == "/2/tweets"]
    assert [len(one.query["ids"].split(",")) for one in lookups] == [100, 20]
    assert len(asked) == 2


# What a failed lookup owes


def look_up(
    agency: AgencyStore, settings: Settings, server: Handle, *live: LivePost
) -> tuple[Session, Lookups]:
    """What reading these posts by id left behind."""
    state = SyncState(posts={post.key: post for post in live})
    made: list[Lookups] = []

    async def work(session: Session) -> None:
        made.append(Lookups(Listings(companion_of(session))))
        name = the_credential(session).name
        await made[0].read(LookupRequest(live, Purpose.MARK, credential=name))

    return read_with(work, "x", server, agency, settings, state), made[0]


def test_a_lookup_that_fails_has_the_accounts_listing_go_back_to_its_oldest_post(
    agency: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    """And what that listing shows is kept as if the next tick's lookup failed as well."""
    one, two = (server.world.add_account("x", name) for name in ("satu", "dua"))
    old, young = (server.world.add_post(one, now - hours * HOUR) for hours in (23, 2))
    other = server.world.add_post(two, now - 5 * HOUR)
    server.fault("server_error", platform="x", path="/2/tweets")
    session, lookups = look_up(agency, settings, server, *map(live_of, (young, old, other)))
    assert lookups.listings.owed == {one.id: now - 23 * HOUR, two.id: now - 5 * HOUR}
    assert session.horizon == session.began + PROMISED
    assert session.harvest.counts["requests_failed"] == 1


def test_a_lookup_that_is_answered_owes_nothing(
    agency: AgencyStore, settings: Settings, server: Handle, now: datetime
) -> None:
    post = server.world.add_post(server.world.add_account("x", "satu"), now - HOUR)
    session, lookups = look_up(agency, settings, server, live_of(post))
    assert lookups.listings.owed == {}
    assert session.horizon == now + HOUR
    [read] = session.harvest.posts
    assert read.post_id == post.id


def test_a_post_that_was_read_in_this_very_tick_is_neither_asked_for_nor_owed(
    agency: AgencyStore, settings: Settings, server: Handle, asked: list[Asked], now: datetime
) -> None:
    post = server.world.add_post(server.world.add_account("x", "satu"), now - HOUR)
    live = live_of(post, read_at=now + timedelta(minutes=1))
    _, lookups = look_up(agency, settings, server, live)
    assert (asked, lookups.listings.owed) == ([], {})
