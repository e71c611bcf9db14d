"""An agency that wants queries counted, and X as a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.listen.counts.queries import code_of
from functions.listen.job import listen_all
from functions.listen.run import ListenRun
from functions.model import Account, iso, run_id
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.collect.api import Asked, record, settings_for
from tests.factories import roster, satker
from tests.platforms.server import Handle, serve
from tests.platforms.world import World


def query(name: str, text: str) -> dict[str, Any]:
    """A query that a second admin confirmed."""
    typed = {"name": name, "query": text, "by": "Ani", "confirmed_by": "Budi"}
    return typed | {"code": code_of(text)}


QUERY = query("Kementerian", "@kemenkum -is:retweet")
OTHER = query("Layanan", '"Layanan AHU" OR #Pengayoman')
SETTINGS: dict[str, Any] = {
    "x_volume": [QUERY, OTHER],
    "x_listen_dollars_per_day": 1,
    "services": ["Layanan AHU"],
}


class Listening:
    """Runs of the job, one after the other, on a clock of their own."""

    def __init__(self, agency: AgencyStore, settings: Settings, server: Handle) -> None:
        self.agency = agency
        self.settings = settings
        self.server = server
        self.asked: list[Asked] = record(server)

    def type(self, **fields: Any) -> None:
        """Put the settings' document as an admin would."""
        path = f"{self.agency.root}/settings/listening"
        self.agency.store.write([Write(path, {**SETTINGS, **fields})])

    def run(self, now: datetime, agencies: list[AgencyStore] | None = None) -> dict[str, Any]:
        """One run; the stand-in's clock goes along."""
        self.server.set_clock(now)
        run = ListenRun(now=now, run_id=run_id("listen", now), simulated=True)
        return listen_all(agencies or [self.agency], self.settings, run)

    def spans(self) -> list[tuple[str, str, str]]:
        """What was asked so far: query, begin and end."""
        return [(a.query["query"], a.query["start_time"], a.query["end_time"]) for a in self.asked]


@pytest.fixture
def server(now: datetime) -> Iterator[Handle]:
    with serve(World(now=now)) as handle:
        yield handle


@pytest.fixture
def listening(server: Handle, sqlite_url: str, now: datetime) -> Iterator[Listening]:
    """An agency whose settings name two confirmed queries."""
    settings = settings_for(server.url, sqlite_url)
    agency = open_agency(settings)
    account = Account(
        platform="x", handle="kemenkum", satker="aceh", valid_from=now - timedelta(days=9)
    )
    units = roster(satker("aceh", "Kanwil Aceh"), as_of=now - timedelta(days=9))
    agency.save_roster(type(units)(as_of=units.as_of, satker=units.satker, accounts=(account,)))
    tags = Write(f"{agency.root}/campaigns/hari", {"tags": ["#Pengayoman"], "begins": iso(now)})
    agency.store.write([tags])
    listening = Listening(agency, settings, server)
    listening.type()
    yield listening
    agency.store.close()
