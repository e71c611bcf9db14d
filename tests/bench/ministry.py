"""A ministry of invented units with an account on every platform, and the jobs at its cadence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from functions import settings as all_settings
from functions.collect.client import Connections
from functions.collect.job import collect
from functions.collect.report import CollectReport
from functions.collect.tick import CollectRun
from functions.model import PLATFORMS, Platform, run_id
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.bench.stand_ins import StandIns
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.world import AccountRow
from tests.registry.one_agency import check

BEGIN = datetime(2026, 9, 30, 17, tzinfo=UTC)  # midnight in Jakarta, the first of October
TICK = timedelta(minutes=15)
# In Fernet's own form: deriving one from other words takes its time, on purpose.
TOKEN_KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="
# Budgets that never run out, where it is to be measured what reading so much takes.
AMPLE = dict.fromkeys(
    (
        "KIPRAH_META_CALLS_PER_HOUR",
        "KIPRAH_X_DOLLARS_PER_DAY",
        "KIPRAH_TIKTOK_CALLS_PER_MINUTE",
        "KIPRAH_YOUTUBE_UNITS_PER_DAY",
        "KIPRAH_YOUTUBE_STATS_PER_DAY",
    ),
    "99999",
)


def account_rows(count: int, platforms: Sequence[Platform] = PLATFORMS) -> tuple[AccountRow, ...]:
    """So many units, each with an account on each platform, as a generated world wants them."""
    return tuple(
        AccountRow(f"unit-{n}", platform, f"unit{n}", f"rft.{n}" if platform == "tiktok" else "")
        for n in range(count)
        for platform in platforms
    )


def environment(url: str, folder: Path) -> dict[str, str]:
    """The stand-ins' address and credentials, and a store, as the settings' variables."""
    return {
        **ENVIRONMENT,
        **{f"KIPRAH_{platform.upper()}_URL": url for platform in PLATFORMS},
        "KIPRAH_STORE": f"sqlite:///{folder}/kiprah.db",
        "KIPRAH_SITE": f"file://{folder}/site",
        "KIPRAH_TOKEN_KEY": TOKEN_KEY,
        "KIPRAH_SIMULATION": "1",
    }


def settings(url: str, folder: Path, more: Mapping[str, str] | None = None) -> Settings:
    """The same with ``more`` variables, read."""
    return all_settings.load({**environment(url, folder), **(more or {})}, dotenv=folder / "none")


def register(
    agency: AgencyStore,
    loaded: Settings,
    count: int,
    begin: datetime = BEGIN,
    platforms: Sequence[Platform] = PLATFORMS,
) -> None:
    """Enter the units of ``account_rows`` in the registry, with their TikTok consents."""
    cells = [
        (
            n,
            {"id": f"unit-{n}", "nama": f"Unit {n}", "jenis": "kanwil"}
            | dict.fromkeys(platforms, f"unit{n}"),
        )
        for n in range(count)
    ]
    documents, problems = check(cells, {})
    assert not problems, problems
    agency.save_satker(documents)
    if "tiktok" in platforms:
        consents = [ConsentRow(f"unit-{n}", "tiktok", f"unit{n}", f"rft.{n}") for n in range(count)]
        Consents(agency, lambda: open_vault(loaded)).add(consents, begin)


def run_ticks(
    agency: AgencyStore,
    loaded: Settings,
    platforms: StandIns,
    begin: datetime,
    end: datetime,
    *,
    every: timedelta = TICK,
    after: Callable[[datetime], None] = lambda now: None,
) -> datetime:
    """Collect at every tick of [begin, end); ``after`` is called behind each. The next tick."""

    async def ticks() -> datetime:
        now = begin
        async with Connections() as connections:
            while now < end:
                await one_tick(agency, loaded, platforms, now, connections)
                after(now)
                now += every
        return now

    return asyncio.run(ticks())


async def one_tick(
    agency: AgencyStore,
    loaded: Settings,
    platforms: StandIns,
    now: datetime,
    connections: Connections | None = None,
) -> CollectReport:
    """The collect job at a simulated instant."""
    platforms.set_clock(now)
    return await collect(
        agency,
        loaded,
        CollectRun(
            now=now,
            run_id=run_id("collect", now),
            simulated=True,
            connections=connections,
        ),
    )
