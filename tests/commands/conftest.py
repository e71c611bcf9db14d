"""A working folder for commands, and the platforms of a small world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from functions import log
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.commands.running import CONSENTS, REGISTRY
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.server import Handle, serve
from tests.platforms.world import World


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, where the defaults put the store and the site."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(log, "_quiet", False)
    monkeypatch.setattr(log, "_hidden", set())
    (tmp_path / "satker.csv").write_text(REGISTRY)
    (tmp_path / "consents.csv").write_text(CONSENTS)
    return tmp_path


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[Handle]:
    """The platforms of a small world, and the settings that lead to them."""
    world = World(now=now)
    x = world.add_account("x", "kemenkum_aceh", satker="aceh")
    tiktok = world.add_account(
        "tiktok", "kemenkum.bali", satker="bali", refresh_token="rft.rahasia"
    )
    for n in (1, 2):
        world.add_post(x, now - timedelta(hours=n), level={"likes": 50})
    world.add_post(tiktok, now - timedelta(hours=2), level={"likes": 500})
    with serve(world) as handle:
        for platform in ("INSTAGRAM", "FACEBOOK", "X", "TIKTOK", "YOUTUBE"):
            monkeypatch.setenv(f"KIPRAH_{platform}_URL", handle.url)
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        yield handle


@pytest.fixture
def agency(sqlite_url: str) -> Iterator[AgencyStore]:
    """An agency in an empty embedded store, which a command can open as well."""
    agency = open_agency(Settings(store=sqlite_url))
    yield agency
    agency.store.close()
