"""A world, served; settings that point at it; and adapters asked as the job asks them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import stamina
from msgspec.structs import replace

from functions.collect.report import CollectReport
from functions.model import Platform
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR, Api, Asked, record, settings_for
from tests.collect.ministry import UNIT, UNITS, Enter, Run, handle_of, register, tick, token_of
from tests.platforms.server import Handle, serve
from tests.platforms.world import Account, World


@pytest.fixture(autouse=True)
def _retries_do_not_wait() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def world(now: datetime) -> World:
    return World(now=now)


@pytest.fixture
def server(world: World) -> Iterator[Handle]:
    with serve(world) as handle:
        yield handle


@pytest.fixture
def asked(server: Handle) -> list[Asked]:
    """Every request that reaches the stand-ins, in order."""
    return record(server)


@pytest.fixture
def settings(server: Handle, sqlite_url: str) -> Settings:
    return settings_for(server.url, sqlite_url)


@pytest.fixture
def platform(request: pytest.FixtureRequest) -> Platform:
    """The module's ``PLATFORM``."""
    named: Platform = request.module.PLATFORM
    return named


@pytest.fixture
def api(platform: Platform, settings: Settings, server: Handle) -> Api:
    """The platform's adapter."""
    return Api(settings, platform, server)


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """An agency in an empty store, which is a simulation, so that no test depends on its day."""
    opened = open_agency(Settings(store=sqlite_url, simulation=True))
    yield opened
    opened.store.close()


@pytest.fixture
def real_agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """An agency in an empty store that is no simulation."""
    opened = open_agency(Settings(store=sqlite_url))
    yield opened
    opened.store.close()


@pytest.fixture
def ministry(agency: AgencyStore, settings: Settings, now: datetime) -> AgencyStore:
    """An agency whose units have an account on each platform, which consents."""
    register(agency, settings, UNITS, now)
    return agency


@pytest.fixture
def enter(agency: AgencyStore, settings: Settings, server: Handle, now: datetime) -> Enter:
    """Registers a unit and makes its account, with so many posts, one for each of the last hours:
    ``enter("x", posts=1)``."""

    def entered(platform: Platform, *, posts: int = 0, **options: Any) -> Account:
        register(agency, settings, [UNIT], now, [platform])
        account = server.world.add_account(
            platform, handle_of(UNIT), refresh_token=token_of(UNIT, platform), **options
        )
        for n in range(posts):
            server.world.add_post(account, now - (n + 1) * HOUR, level={"likes": 40, "comments": 3})
        return account

    return entered


@pytest.fixture
def run(agency: AgencyStore, settings: Settings, server: Handle) -> Run:
    """One tick at an instant, for the world too; with other settings where some are given."""

    def ticked(at: datetime, **changes: Any) -> CollectReport:
        server.set_clock(at)
        return tick(agency, replace(settings, **changes), at)

    return ticked
