"""The listen job: count the confirmed queries on X, and read the comments of units that agreed.

Off is the default, and costs one read of the settings for each agency, now and then one more to see
whether something is to be erased. Either part fails alone. With queries and no money they are
judged and their admins told; nothing is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from functions.collect.credentials import NEEDS, configured
from functions.jobs import rounds
from functions.jobs.tally import NOTHING, Tally
from functions.listen.comments.erasing import erase_withdrawn, is_wanted
from functions.listen.comments.part import CommentsPart
from functions.listen.counts.names import ANSWER, answer, known_names
from functions.listen.counts.queries import Query, judged
from functions.listen.counts.volumes import Asking, due
from functions.listen.money import Purse
from functions.listen.report import JOB, ListenReport, switched_off
from functions.listen.run import ListenRun, refuse_forgery
from functions.model import Roster
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.store.listening_settings import NAME, Listening, read_listening
from functions.store.port import Stored, StoreError


def listen_all(
    agencies: Sequence[AgencyStore], settings: Settings, run: ListenRun
) -> dict[str, Any]:
    """Listen for every agency that wants it; returns the run's report.

    Raises:
        SettingsError: a platform would be read at its official host in a simulation, or at another
            time than now.
        StoreError: the store cannot be used.
    """
    tally = Tally(agencies[0].store.meter)
    # Looked at before any turn is taken: off means that nothing is written.
    typed = {agency.id: _typed(agency) for agency in agencies}
    wanted = [agency for agency in agencies if _is_on(agency, typed[agency.id], run.now)]
    if not wanted:
        return rounds.marked(agencies, tally.of(switched_off(run.run_id, run.now)))

    def listen_for(agency: AgencyStore) -> dict[str, Any]:
        return asyncio.run(listen(agency, settings, run, typed[agency.id])).as_dict()

    return rounds.each(
        wanted, listen_for, job=JOB, run_id=run.run_id, now=run.now, deadline=run.deadline
    )


async def listen(
    agency: AgencyStore, settings: Settings, run: ListenRun, typed: Stored | None
) -> ListenReport:
    """Erase what is no longer agreed to, count an agency's confirmed queries, read its comments.

    ``typed``: the settings as they were read; None: there are none. Errors: as ``listen_all``.
    """
    report, tally = ListenReport(run.run_id, run.now), Tally(agency.store.meter)
    listening = _read(typed)
    report.problems += erase_withdrawn(agency, listening, run.now)
    comments = CommentsPart(agency, settings, run, listening)
    refuse_forgery(agency, settings, run, comments.asks)
    if typed is not None and _has_queries(listening, typed):
        await _alone(report, _counts(agency, settings, run, listening, typed, report))
    if listening.comments:
        report.add(await comments.read())
        report.problems += comments.problems
        report.problems += [f"settings/{NAME}: {said}" for said in comments.unknown_units()]
    report.cost = {**NOTHING, **tally.so_far()}
    if report.calls:
        agency.save_run(run.run_id, report.as_dict())
    return report


async def _alone(report: ListenReport, part: Awaitable[None]) -> None:
    """A part of the run, whose failure costs no other part."""
    try:
        await part
    except (SettingsError, StoreError):
        raise
    except Exception as error:
        report.problems.append(f"an unexpected {type(error).__name__}")
        report.failed = True


async def _counts(
    agency: AgencyStore,
    settings: Settings,
    run: ListenRun,
    listening: Listening,
    typed: Stored,
    report: ListenReport,
) -> None:
    """Judge the queries, tell the admins, and count those that are confirmed."""
    queries = judge(agency, listening, run.now)
    agency.tell_admin([(typed, answer(listening, queries))])
    # The first of a name is the one that has it.
    report.queries = {query.name: {"state": query.state} for query in reversed(queries)}
    report.problems += _told(queries)
    confirmed = [query for query in queries if query.state == "counted"]
    dollars = listening.x_listen_dollars_per_day
    if confirmed and dollars and _can_ask(settings, report):
        refuse_forgery(agency, settings, run, ["x"])
        await _count(agency, settings, run, confirmed, dollars, report)


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
    purse = Purse(agency, dollars, run.now)
    asked, known = due(agency, queries, purse, run.now)
    if asked:
        clock = run.clock(settings, "x")
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


def _read(stored: Stored | None) -> Listening:
    return Listening() if stored is None else read_listening(stored.data)[0]


def _is_on(agency: AgencyStore, stored: Stored | None, now: datetime) -> bool:
    """Whether there is anything to do: count, read, or erase what is kept from when there was."""
    listening = _read(stored)
    has_queries = stored is not None and _has_queries(listening, stored)
    return has_queries or bool(listening.comments) or is_wanted(agency, listening, now)


def _has_queries(listening: Listening, stored: Stored) -> bool:
    """Whether there is any query to judge, or an answer left over from when there was."""
    return bool(listening.x_volume or stored.data.get(ANSWER))
