"""The listen job: judge the queries, tell the admins, count what is confirmed and paid for.

Off is the default, and costs one read of the settings for each agency. With queries and no money it
judges them and tells their admins; nothing is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from functions.collect.client import Clock
from functions.collect.credentials import NEEDS, address, configured, is_official
from functions.jobs import rounds
from functions.jobs.deadline import NEVER, Deadline
from functions.jobs.tally import NOTHING, Tally
from functions.listen.counts.names import ANSWER, answer, known_names
from functions.listen.counts.queries import Query, judged
from functions.listen.counts.volumes import Asking, due
from functions.listen.money import Purse
from functions.listen.report import JOB, ListenReport, switched_off
from functions.model import Roster
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.store.listening_settings import NAME, Listening, read_listening
from functions.store.port import Stored
from functions.times import CLOCKS_AGREE, present


class ListenRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was asked for; ``simulated``: ``now`` was given by hand."""

    now: datetime
    run_id: str
    simulated: bool = False
    deadline: Deadline = NEVER


def listen_all(
    agencies: Sequence[AgencyStore], settings: Settings, run: ListenRun
) -> dict[str, Any]:
    """Listen for every agency that wants it; returns the run's report.

    Raises:
        SettingsError: X would be read at its official host in a simulation, or at another time
            than now.
        StoreError: the store cannot be used.
    """
    tally = Tally(agencies[0].store.meter)
    # Looked at before any turn is taken: off means that nothing is written.
    typed = {agency.id: _typed(agency) for agency in agencies}
    wanted = [agency for agency in agencies if _is_on(typed[agency.id])]
    if not wanted:
        return rounds.marked(agencies, tally.of(switched_off(run.run_id, run.now)))

    def listen_for(agency: AgencyStore) -> dict[str, Any]:
        stored = typed[agency.id]
        assert stored is not None  # ``wanted`` says so
        return asyncio.run(listen(agency, settings, run, stored)).as_dict()

    return rounds.each(
        wanted, listen_for, job=JOB, run_id=run.run_id, now=run.now, deadline=run.deadline
    )


async def listen(
    agency: AgencyStore, settings: Settings, run: ListenRun, typed: Stored
) -> ListenReport:
    """Count an agency's confirmed queries; ``typed``: the settings as they were read. Errors: as
    ``listen_all``."""
    report, tally = ListenReport(run.run_id, run.now), Tally(agency.store.meter)
    listening, _ = read_listening(typed.data)
    queries = judge(agency, listening, run.now)
    agency.tell_admin([(typed, answer(listening, queries))])
    # The first of a name is the one that has it.
    report.queries = {query.name: {"state": query.state} for query in reversed(queries)}
    report.problems += _told(queries)
    confirmed = [query for query in queries if query.state == "counted"]
    dollars = listening.x_listen_dollars_per_day
    if confirmed and dollars and _can_ask(settings, report):
        await _count(agency, settings, run, confirmed, dollars, report)
    report.cost = {**NOTHING, **tally.so_far()}
    if report.calls:
        agency.save_run(run.run_id, report.as_dict())
    return report


def judge(agency: AgencyStore, listening: Listening, now: datetime) -> list[Query]:
    """The queries that admins typed, held against the registry, the services and the campaigns."""
    roster = agency.roster(now) or Roster(as_of=now)
    campaigns = (stored.data for stored in agency.campaigns())
    known = known_names(agency.name, roster, listening.services, campaigns, now)
    return judged(listening.x_volume, known)


async def _count(
    agency: AgencyStore,
    settings: Settings,
    run: ListenRun,
    queries: Sequence[Query],
    dollars: Decimal,
    report: ListenReport,
) -> None:
    _refuse_forgery(agency, settings, run)
    purse = Purse(agency, dollars, run.now)
    asked, known = due(agency, queries, purse, run.now)
    if asked:
        is_replay = run.simulated and not is_official(address(settings, "x"))
        clock = Clock(run.now if is_replay else None)
        await Asking(agency, settings, purse, clock, report).all(asked, known, run.deadline)


def _told(queries: Sequence[Query]) -> list[str]:
    """Which queries need an admin; one that waits is no problem of the run."""
    refused = (query for query in queries if query.state == "refused")
    return [f"settings/{NAME}: {query.name}: {query.said}" for query in refused]


def _can_ask(settings: Settings, report: ListenReport) -> bool:
    if not configured(settings, "x"):
        report.todo = f"X has no credentials; set {NEEDS['x']}"
    return not report.todo


def _typed(agency: AgencyStore) -> Stored | None:
    return agency.typed_settings(NAME).get(NAME)


def _is_on(stored: Stored | None) -> bool:
    """Whether there is anything to judge, or an answer left over from when there was."""
    if stored is None:
        return False
    return bool(read_listening(stored.data)[0].x_volume or stored.data.get(ANSWER))


def _refuse_forgery(agency: AgencyStore, settings: Settings, run: ListenRun) -> None:
    """What is counted at one time must not be filed under another, nor what is real in a
    simulation."""
    if not is_official(address(settings, "x")):
        return
    if agency.simulation:
        raise SettingsError(
            "this store is a simulation, and X would be asked at its official host. Set "
            "KIPRAH_X_URL to a stand-in"
        )
    if run.simulated and abs(run.now - present()) > CLOCKS_AGREE:
        raise SettingsError(
            "--now is not the present, and X would be asked at its official host. Set KIPRAH_X_URL "
            "to a stand-in, or leave --now out"
        )
