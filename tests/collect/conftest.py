"""A world, served; settings that point at it; and adapters asked as the job asks them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import stamina

from functions.model import Platform
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.collect.api import Api, Asked, record, settings_for
from tests.platforms.server import Handle, serve
from tests.platforms.world import World


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
def book(settings: Settings) -> Iterator[AgencyStore]:
    opened = open_agency(settings)
    yield opened
    opened.store.close()
