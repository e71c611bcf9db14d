"""Posts that their platforms show late: every one that is listed in time is found in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from functions import log
from functions.collect.client import Connections
from functions.collect.job import collect
from functions.collect.reading.completeness import COUNTED_BACK, LAST_LOOK
from functions.collect.tick import CollectRun
from functions.model import DAY, PLATFORMS, Platform, run_id
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.collect.api import settings_for
from tests.collect.ministry import register, rows, stored_posts
from tests.platforms.server import Handle, serve
from tests.platforms.world import Account, World
from tests.platforms.world import Post as WorldPost

UNITS = ("kanwil-ntt",)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CLOSES = datetime(2026, 11, 1, 23, tzinfo=UTC)  # October's end in Jakarta, and 30 hours more
LATE = (3 * HOUR, 7 * HOUR, 13 * HOUR, 22 * HOUR, 40 * HOUR, 55 * HOUR, 4 * DAY)
LAST_SHOWN = CLOSES - LAST_LOOK - MINUTE


class Run(NamedTuple):
    """A simulated end of a month: what was shown late, and what the store then held."""

    agency: AgencyStore
    world: World
    server: Handle
    late: list[WorldPost]
    every: timedelta


@pytest.fixture(scope="module", params=[15, 60], ids=["15 min", "hourly"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The last days of October and the 30 hours after it, in a unit on five platforms."""
    every = request.param * MINUTE
    begin = CLOSES - (60 * HOUR if request.param == 15 else 7 * DAY)
    folder = tmp_path_factory.mktemp("late")
    world = World.generate(
        7, rows(UNITS, page_tokens=True), begin, 8, posts_per_day=1, history_days=3
    )
    late = [post for account in world.accounts for post in _hide(world, account, begin + 2 * HOUR)]
    log.quiet()
    with serve(world) as server:
        settings = settings_for(
            server.url, f"sqlite:///{folder}/kiprah.db", collect_every=request.param
        )
        agency = open_agency(settings)
        register(agency, settings, UNITS, begin, page_tokens=True)

        async def ticks() -> None:
            async with Connections() as connections:
                now = begin
                while now < CLOSES:
                    server.set_clock(now)
                    report = await collect(
                        agency,
                        settings,
                        CollectRun(
                            now=now,
                            run_id=run_id("collect", now),
                            simulated=True,
                            connections=connections,
                        ),
                    )
                    assert report.problems == []
                    now += every

        asyncio.run(ticks())
        yield Run(agency, world, server, late, every)
        agency.store.close()
    log.speak()


def _hide(world: World, account: Account, begin: datetime) -> Iterator[WorldPost]:
    """Posts at all hours that show themselves later, the last ones shortly before closing."""
    at, number = begin, 0
    while at < CLOSES - 31 * HOUR:
        shown = at + LATE[number % len(LATE)]
        if number % 5 == 4 or shown > LAST_SHOWN:
            shown = LAST_SHOWN
        if account.platform == "x":  # counts nothing that is older
            shown = min(shown, at + COUNTED_BACK - 4 * HOUR)
        if account.platform == "youtube" and number % 3 == 0:  # uploaded long ago, then published
            yield world.add_post(account, at, uploaded_at=at - 20 * DAY, appears_at=shown)
        else:
            yield world.add_post(account, at, appears_at=shown)
        at += 5 * HOUR + 7 * MINUTE
        number += 1


def _found(run: Run, platform: Platform) -> list[tuple[WorldPost, bool]]:
    held = stored_posts(run.agency)
    return [
        (post, (platform, post.account.id, post.id) in held)
        for post in run.late
        if post.account.platform == platform
    ]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_post_that_a_listing_shows_is_found_before_closing(
    run: Run, platform: Platform
) -> None:
    found = _found(run, platform)
    assert len(found) > 4
    missing = [(post.published, post.appears) for post, is_found in found if not is_found]
    assert missing == []
