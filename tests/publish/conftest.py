"""A small ministry with three months, and a folder to publish it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.publish.job import publish
from functions.publish.targets.folder import FolderObjects
from functions.publish.targets.port import Objects
from functions.settings import Settings
from functions.store import open_store
from tests.publish.world import NOW, World, ranks_of

Publish = Callable[..., dict[str, Any]]


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """Two final months and the running one, of six satker."""
    store = open_store(sqlite_url)
    built = World(store)
    first = built.add_month("2026-08", state="final", as_of=datetime(2026, 9, 8, tzinfo=UTC))
    second = built.add_month(
        "2026-09",
        state="final",
        as_of=datetime(2026, 10, 8, tzinfo=UTC),
        previous=ranks_of(first),
    )
    built.add_month("2026-10", previous=ranks_of(second))
    yield built
    store.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Where the site goes; not there yet."""
    return tmp_path / "site"


@pytest.fixture
def run(world: World, site: Path) -> Publish:
    """Publish the world, by default to the folder, at its own instant."""

    def publish_now(
        objects: Objects | None = None,
        *,
        now: datetime = NOW,
        look: bool = False,
        again: frozenset[str] = frozenset(),
        **settings: str,
    ) -> dict[str, Any]:
        return publish(
            world.agency,
            objects or FolderObjects(site),
            now=now,
            settings=Settings(**settings),  # type: ignore[arg-type]
            run_id="run-1",
            look=look,
            again=again,
        )

    return publish_now
