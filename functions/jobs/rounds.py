"""One job for every agency of the installation, in turn: a failing agency stops no other.

With one agency the job returns that agency's report; with several it returns one report of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions import log
from functions.jobs import turns
from functions.jobs.deadline import NEVER, Deadline
from functions.jobs.tally import Tally, summed
from functions.model import iso
from functions.settings import SettingsError
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError

Report = dict[str, Any]

# ``todo`` of a job that has nothing to work on yet. It has not failed; a retry would not help.
EMPTY = "the registry is empty; run: kiprah registry import FILE"
UNREAD = "nothing was collected yet; run: kiprah collect"
LEFT = "left"  # the first agency's cursor that names, by job, who begins the next time


def each(
    agencies: Sequence[AgencyStore],
    run: Callable[[AgencyStore], Report],
    *,
    job: str,
    run_id: str,
    now: datetime,
    deadline: Deadline = NEVER,
) -> Report:
    """Run a job for each agency in its turn.

    With one agency, return that agency's report and raise its errors.
    Where another run is at work, the report says that this run did nothing. After the deadline no
    agency is begun; the next run begins with the agencies that were left, or left unfinished
    (``postponed``). A simulation's report says that it is one.

    Raises:
        SettingsError, StoreError: errors that concern every agency, not only one.
    """

    def in_turn(agency: AgencyStore) -> Report:
        about = log.about(job=job, run_id=run_id, agency=agency.id)
        tally = Tally(agency.store.meter)
        with about, turns.taken(agency, job, now) as turn:
            if turn.other is None:
                report = run(agency)
                turn.ended(report)
            else:
                report = turns.skipped(turn, run_id)
        return tally.of(report)

    if len(agencies) == 1:
        return marked(agencies, in_turn(agencies[0]))
    reports: dict[str, Report] = {}
    first = agencies[0].cursor(LEFT).get(job)
    ordered = beginning_with(agencies, first)
    for agency in ordered:
        if reports and deadline.is_over:
            break
        try:
            reports[agency.id] = in_turn(agency)
        except Exception as error:
            reports[agency.id] = fallen(agency, error, job=job, run_id=run_id, now=now)
    report = united(reports, job=job, run_id=run_id, now=now, everybody=agencies)
    left = next((b.id for b in ordered if b.id in report["postponed"]), None)
    if left != first:
        agencies[0].save_cursor(LEFT, **{job: left})
    return marked(agencies, report)


def beginning_with(agencies: Sequence[AgencyStore], first: str | None) -> list[AgencyStore]:
    """The agencies in their order, rotated so that ``first`` begins; unchanged without it."""
    at = next((n for n, agency in enumerate(agencies) if agency.id == first), 0)
    return [*agencies[at:], *agencies[:at]]


def marked(agencies: Sequence[AgencyStore], report: Report) -> Report:
    """The report; for a simulation, with a mark that says so."""
    return {**report, "simulation": True} if agencies[0].simulation else report


def fallen(
    agency: AgencyStore, error: Exception, *, job: str, run_id: str, now: datetime
) -> Report:
    """The report of an agency whose run failed; raises the error again if it concerns them all."""
    # A conflict is about this agency's documents: the other agencies can go on.
    is_ours = isinstance(error, Conflict) or not isinstance(error, SettingsError | StoreError)
    if not is_ours:
        raise error
    words = f"{type(error).__name__}: {error}"
    log.warning(f"{job}.agency_failed", agency=agency.id, error=words)
    return {
        "job": job,
        "run_id": run_id,
        "now": iso(now),
        "problems": [words],
        "failed": True,
    }


def united(
    reports: Mapping[str, Report],
    *,
    job: str,
    run_id: str,
    now: datetime,
    everybody: Sequence[AgencyStore] = (),
) -> Report:
    """One report of several agencies; it has failed when any agency's report has.

    ``everybody``: gives the order. An agency without a report was left to the next run.

    An agency that is not set up yet (``todo``) has not failed; the report names every ``todo``.
    """
    names = [agency.id for agency in everybody] or [*reports]
    postponed = [n for n in names if n not in reports or reports[n].get("postponed")]
    reports = {name: reports[name] for name in names if name in reports}
    todo = {name: report["todo"] for name, report in reports.items() if report.get("todo")}
    return {
        "job": job,
        "run_id": run_id,
        "now": iso(now),
        "agencies": dict(reports),
        "problems": [
            f"{name}: {problem}"
            for name, report in reports.items()
            for problem in report.get("problems", ())
        ],
        "postponed": postponed,
        **summed(reports.values()),
        "failed": any(r.get("failed") and not r.get("todo") for r in reports.values()),
        **({"todo": "; ".join(f"{a}: {said}" for a, said in todo.items())} if todo else {}),
    }


def of_each(report: Report) -> list[Report]:
    """The single agencies' reports, whether there are several agencies or one."""
    return list(report["agencies"].values()) if "agencies" in report else [report]


def idle(report: Report) -> dict[str, str]:
    """By agency, why its run did nothing: another was at work. Agencies that ran are left out."""
    job = report["job"]
    named = report.get("agencies", {"": report})
    return {
        agency: str(own["skipped"][job])
        for agency, own in named.items()
        if job in own.get("skipped", {})
    }
