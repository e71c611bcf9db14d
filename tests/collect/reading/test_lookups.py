"""Posts read by id: together, and not where a listing has just shown them."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR, Asked
from tests.collect.ministry import Enter, Run, register
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
    book: AgencyStore,
    settings: Settings,
    run: Run,
    server: Handle,
    asked: list[Asked],
    now: datetime,
) -> None:
    units = [f"unit-{n}" for n in range(30)]
    register(book, settings, units, now, ["x"])
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
