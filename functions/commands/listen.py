"""``kiprah listen``: counts queries on X and reads comments; ``listen volumes`` shows the counts.

What was counted is private: it stands in the store and here, and on no page and in no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from functions import log
from functions.commands import tables
from functions.commands.shell import (
    agency_option,
    json_option,
    load_settings,
    now_option,
    opened,
    opened_all,
    tell,
    tells_errors,
)
from functions.jobs.rounds import of_each
from functions.listen.counts.queries import Query
from functions.listen.job import judge, listen_all
from functions.listen.run import ListenRun
from functions.model import iso, run_id
from functions.store.agency import AgencyStore
from functions.store.listening_settings import NAME, read_listening
from functions.store.volumes import Series
from functions.times import present

_COUNTED = ("accounts", "threads", "answers", "gone")
SHOWN = 7  # days, the one that goes on among them


@click.group("listen", invoke_without_command=True)
@now_option
@json_option
@click.pass_context
@tells_errors
def listen_command(context: click.Context, now: datetime | None, as_json: bool) -> None:
    """Count the confirmed queries of settings/listening on X, and read the comments of units that
    agreed, as far as money and quotas go."""
    if context.invoked_subcommand is not None:
        return
    loaded, at = load_settings(), now or present()
    run = ListenRun(now=at, run_id=run_id("listen", at), simulated=now is not None)
    with opened_all(loaded, now) as agencies:
        report = listen_all(agencies, loaded, run)
    own = of_each(report)
    if said := report.get("done") or report.get("todo"):
        click.echo(f"kiprah: {said}", err=True)
    hours = sum(told.get("hours", 0) for one in own for told in one.get("queries", {}).values())
    said = f"{hours} jam baru dengan {report['calls']} permintaan."
    tell(report, as_json, " ".join([said, *_of_comments(own)]))


def _of_comments(reports: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What came of reading comments; nothing where none is read."""
    read = [told for one in reports for told in one.get("comments", {}).values()]
    if read:
        total = {name: sum(told.get(name, 0) for told in read) for name in _COUNTED}
        yield (
            f"Komentar: {total['accounts']} akun dibaca, {total['threads']} utas baru, "
            f"{total['answers']} terjawab, {total['gone']} hilang."
        )


@listen_command.command("volumes")
@agency_option
@now_option
@json_option
@tells_errors
def volumes(agency_id: str | None, now: datetime | None, as_json: bool) -> None:
    """Show how often each confirmed query was counted in the last seven days.

    A day of which not every hour is known shows how many are; a day of which none is shows none.
    """
    at = now or present()
    with opened(load_settings(), agency_id, now) as agency:
        queries = judge(agency, read_listening(agency.settings(NAME))[0], at)
        counted = [query for query in queries if query.state == "counted"]
        begin = _midnight(agency, at) - timedelta(days=SHOWN - 1)
        hours = _hours(agency, counted, begin, at)
        days = {query.name: [*_days(agency, hours[query.name], begin)] for query in counted}
    for query in queries:
        if query.state != "counted":
            click.echo(log.clean(f"kiprah: {query.name}: {query.said}"), err=True)
    if as_json:
        told = [
            {"query": query.name, "asked": query.text, "days": days[query.name]}
            | {"hours": {iso(start): n for start, n in sorted(hours[query.name].items())}}
            for query in counted
        ]
        click.echo(log.clean(json.dumps({"volumes": told}, ensure_ascii=False)))
    else:
        tables.show(("Kueri", "Hari", "Jumlah", "Jam diketahui"), [*_rows(days)])


def _hours(
    agency: AgencyStore, queries: list[Query], begin: datetime, at: datetime
) -> dict[str, dict[datetime, int]]:
    series = {query.name: Series.of(query.name, query.text) for query in queries}
    held = agency.volumes(series.values(), begin, at)
    return {name: held[one] for name, one in series.items()}


def _days(
    agency: AgencyStore, hours: dict[datetime, int], begin: datetime
) -> Iterator[dict[str, Any]]:
    """Each day of the agency's time zone: its sum, None where no hour of it is known."""
    first = begin.astimezone(agency.zone).date()
    for number in range(SHOWN):
        day = first + timedelta(days=number)
        known = [n for at, n in hours.items() if at.astimezone(agency.zone).date() == day]
        yield {"day": str(day), "count": sum(known) if known else None, "known_hours": len(known)}


def _rows(days: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str, str, str]]:
    for name, listed in days.items():
        for day in listed:
            count = "–" if day["count"] is None else str(day["count"])
            yield name, day["day"], count, f"{day['known_hours']} dari 24"


def _midnight(agency: AgencyStore, at: datetime) -> datetime:
    local = at.astimezone(agency.zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
