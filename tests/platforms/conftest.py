"""A small world, served, and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.platforms.server import Handle, serve
from tests.platforms.world import World

NOON = datetime(2026, 10, 20, 5, 0, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return World(now=NOON)


@pytest.fixture
def server(world: World) -> Iterator[Handle]:
    with serve(world) as handle:
        yield handle


@pytest.fixture
def client(server: Handle) -> Iterator[httpx.Client]:
    with connect(server.url) as client:
        yield client


def connect(url: str, timeout: float = 5.0) -> httpx.Client:
    """A client that reads no certificates: there is no TLS here, and it takes 0.2 s."""
    return httpx.Client(base_url=url, timeout=timeout, verify=False, trust_env=False)
