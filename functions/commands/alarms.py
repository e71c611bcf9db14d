"""``kiprah alarms``: the alarms that were given, and what staff found of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec
from msgspec.structs import replace

from functions import log
from functions.commands.shell import (
    Misused,
    agency_option,
    fail,
    instant_of,
    json_option,
    load_settings,
    now_option,
    opened,
    tell,
    tells_errors,
)
from functions.model import PLATFORM_NAMES, iso
from functions.parsing.cleaning import clean
from functions.parsing.nearest import meant
from functions.publish.private.files import DAYS, facts, record_facts
from functions.publish.text import alarms as text
from functions.publish.text import formats
from functions.publish.text.plain import plain
from functions.store.agency import AgencyStore
from functions.store.alarms import (
    LEVELS,
    LONGEST_NOTE,
    MARKED,
    OUTCOMES,
    UNMARKED,
    Alarm,
    Level,
    Outcome,
    marked,
    record,
    told_of_mark,
)
from functions.store.fields import LONGEST_NAME, shown
from functions.store.port import until_written

SHOWN_DAYS = 14
_MOST_DAYS = 100  # no alarm is kept for longer


class NoAlarmError(ValueError):
    """There is no such alarm; one Indonesian sentence says which was probably meant."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The alarms of some days, the newest first, a text each, and all of it as JSON values."""

    told: tuple[str, ...]
    records: tuple[str, ...]
    facts: dict[str, Any]


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a mark: the alarm as it is by now, and what it said before.

    ``before``: None where nobody had marked it. ``is_new``: something was written.
    """

    alarm: Alarm
    before: Outcome | None
    is_new: bool


def listing(
    agency: AgencyStore,
    now: datetime,
    *,
    days: int = SHOWN_DAYS,
    satker: str | None = None,
    level: Level | None = None,
) -> Listing:
    """The alarms given in the days before ``now``, of one unit or level where it is named.

    The record is that of the same unit or level, over ninety days.
    """
    asked = [
        (stored, alarm)
        for stored, alarm in agency.alarms()
        if alarm.made_at <= now and satker in (None, alarm.satker) and level in (None, alarm.level)
    ]
    since = now - timedelta(days=days)
    recent = sorted(
        (each for each in asked if each[1].made_at >= since),
        key=lambda each: (each[1].at, each[1].id),
        reverse=True,
    )
    found = record((alarm for _, alarm in asked), now - timedelta(days=DAYS))
    return Listing(
        told=tuple(_told(alarm, agency.zone, stored.data) for stored, alarm in recent),
        records=tuple(text.records(found)),
        facts={
            "job": "alarms",
            "agency": agency.id,
            "days": days,
            "alarms": [facts(alarm) for _, alarm in recent],
            "record": record_facts(found),
        },
    )


def mark(
    agency: AgencyStore,
    id: str,
    outcome: Outcome,
    by: str,
    at: datetime,
    note: str | None = None,
) -> Marked:
    """Mark an alarm, whatever it was marked as before. Saying the same again writes nothing.

    Raises:
        NoAlarmError: there is no alarm of this id.
        Conflict: others kept writing the document at the same moment.
    """

    def step() -> Marked:
        found = agency.alarm(id)
        if found is None:
            raise NoAlarmError(_unknown(agency, id))
        stored, alarm = found
        said = {"outcome": outcome, "marked_by": by, "note": note}
        if all(getattr(alarm, name) == value for name, value in said.items()):
            return Marked(alarm=alarm, before=alarm.outcome, is_new=False)
        agency.amend(stored, marked(stored.data, {**said, "marked_at": iso(at)}))
        new = replace(alarm, outcome=outcome, marked_by=by, marked_at=at, note=note)
        return Marked(alarm=new, before=alarm.outcome, is_new=True)

    return until_written(step)


def _told(alarm: Alarm, zone: ZoneInfo, document: Mapping[str, Any]) -> str:
    """An alarm in lines: what and about whom, its numbers, its posts, its mark, its id."""
    lines = [text.headline(alarm, zone), *(f"  {said}" for said in text.numbers(alarm))]
    lines += [
        f"  {PLATFORM_NAMES[post.platform]}: {formats.number(post.comments)} komentar baru"
        f" {plain(post.url)}"
        for post in alarm.posts
    ]
    lines.append(f"  Tanda: {text.mark(alarm, zone)}")
    status = told_of_mark(document).get("status")
    if status not in (None, MARKED, UNMARKED):
        lines.append(f"  Tanda di dokumennya: {plain(status)}")
    return "\n".join([*lines, f"  {plain(alarm.id)}"])


def _unknown(agency: AgencyStore, id: str) -> str:
    advice = meant(id, (alarm.id for _, alarm in agency.alarms()))
    return f"siaga {shown(id)} tidak ada{advice or '; lihat kodenya dengan kiprah alarms'}"


def _line(name: str, given: str, most: int) -> str:
    said = " ".join(clean(given).split())
    if not said or len(said) > most:
        raise Misused(f"{name} needs 1 to {most} letters")
    return said


@click.group("alarms", invoke_without_command=True)
@click.option(
    "--days",
    type=click.IntRange(1, _MOST_DAYS),
    default=SHOWN_DAYS,
    show_default=True,
    help="How many days back.",
)
@click.option("--satker", metavar="ID", help="One unit's alone.")
@click.option("--level", type=click.Choice(LEVELS), help="One level alone.")
@agency_option
@now_option
@json_option
@click.pass_context
@tells_errors
def alarms(
    context: click.Context,
    days: int,
    satker: str | None,
    level: Any,
    agency_id: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """List the alarms, the newest first, and how often they were right.

    Alarms are private. They say that comments grow as they seldom do, not who is right.
    """
    if context.invoked_subcommand is not None:
        return
    with opened(load_settings(), agency_id, now) as agency:
        found = listing(agency, instant_of(agency, now), days=days, satker=satker, level=level)
    if as_json:
        click.echo(log.clean(json.dumps(found.facts, ensure_ascii=False)))
        return
    lines = [*found.told, *found.records]
    if found.told:
        lines.append(text.NO_VERDICT)
    else:
        lines.insert(0, f"Tidak ada siaga dalam {days} hari terakhir.")
    click.echo(log.clean("\n".join(lines)))


@alarms.command("mark")
@click.argument("id", metavar="ID")
@click.argument("outcome", type=click.Choice(OUTCOMES))
@click.option("--by", required=True, help="Who found it so.")
@click.option("--note", help="What was found, in Indonesian; it stays private.")
@agency_option
@now_option
@json_option
@tells_errors
def mark_command(
    id: str,
    outcome: Any,
    by: str,
    note: str | None,
    agency_id: str | None,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Mark the alarm ID as right (benar) or wrong (keliru).

    An alarm that is marked already is marked anew.
    """
    by = _line("--by", by, LONGEST_NAME)
    note = None if note is None else _line("--note", note, LONGEST_NOTE)
    with opened(load_settings(), agency_id, now) as agency:
        try:
            done = mark(agency, id, outcome, by, instant_of(agency, now), note)
        except NoAlarmError as error:
            fail(str(error))
    report = {
        "job": "alarms mark",
        "alarm": done.alarm.id,
        "outcome": outcome,
        "before": done.before,
        "written": done.is_new,
    }
    words = f"{done.alarm.id} ditandai {outcome}."
    if done.before is not None and done.is_new:
        words = f"{done.alarm.id} ditandai {outcome}; tanda sebelumnya ({done.before}) diganti."
    tell(report, as_json, words)
