"""What is said about a month wherever it is the subject: its state, its day, its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from functions.model import MonthState, iso, month_bounds, next_month, previous_month
from functions.publish.pages.boards import Href
from functions.publish.pages.context import Context, Hearing, Link
from functions.publish.pages.paths import month_path
from functions.publish.site import Material
from functions.publish.text import formats, words
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Objection

HOW = "#sanggah"  # where the method page says how to object


class MonthTurn(msgspec.Struct, frozen=True):
    """A link to the month before or after; ``rel`` is prev, next, or empty for the year."""

    label: str
    href: str
    rel: str = ""


class MonthHead(msgspec.Struct, frozen=True):
    """What is said about a month wherever it is the subject.

    ``day``: how far a running month is ("hari ke-13 dari 31"), until when a closing one is open.
    ``moment`` is ``as_of`` for machines, an instant or a day.
    """

    label: str
    name: str
    href: str
    state: MonthState
    state_label: str
    day: str
    as_of: str
    as_of_short: str
    moment: str
    revision: int
    incomplete: bool
    sheet: str


def head(record: MonthRecord, zone: ZoneInfo, href: Href, *, of_unit: bool = False) -> MonthHead:
    """What is said about the month.

    ``of_unit``: on a page of one satker. While the month runs, such a page says the day alone: with
    the minute all of them would be put anew at every run, whatever they show.
    """
    ranking = record.ranking
    at = ranking.as_of
    if of_unit and ranking.state == "open":
        as_of, short = formats.date(at, zone), formats.day_short(at, zone)
        moment = at.astimezone(zone).date().isoformat()
    else:
        as_of, short, moment = formats.time(at, zone), formats.time_short(at, zone), iso(at)
    label, state = formats.month(ranking.month), words.MONTH_STATE[ranking.state]
    revision = f", revisi {ranking.revision}" if ranking.revision > 1 else ""
    return MonthHead(
        label=label,
        name=formats.month_name(ranking.month),
        href=href(month_path(ranking.month)),
        state=ranking.state,
        state_label=state,
        day=_day(record, zone),
        as_of=as_of,
        as_of_short=short,
        moment=moment,
        revision=ranking.revision,
        incomplete=ranking.incomplete,
        sheet=f"{label} · {state}{revision} · per {as_of}",
    )


def turns(known: Iterable[str], month: str, href: Href) -> tuple[MonthTurn, ...]:
    """To the ranked month before, the one after, and the year; gaps are skipped, and so named.

    Args:
        known: the ranked months.
        month: the one that the reader is at.
    """
    months = sorted(known)
    before = [each for each in months if each < month]
    after = [each for each in months if each > month]
    found = []
    for rel, near, neighbour in (
        ("prev", before[-1:], previous_month(month)),
        ("next", after[:1], next_month(month)),
    ):
        found += [MonthTurn(_named(each, neighbour), href(month_path(each)), rel) for each in near]
    return (*found, MonthTurn(month[:4], href(f"{month[:4]}/")))


def open_months(context: Context) -> tuple[Hearing, ...]:
    """The months that are hearing objections, the oldest first."""
    return tuple(
        Hearing(
            said=_closing(record, context.material.zone),
            href=context.href(month_path(month)),
            how=context.href(f"metode/{HOW}"),
        )
        for month, record in sorted(context.material.records.items())
        if record.ranking.state == "closing" and not record.ranking.incomplete
    )


def undecided(record: MonthRecord) -> tuple[Objection, ...]:
    """The objections that hold a month open: they came in time and have no answer."""
    if record.ranking.state == "final" or record.ranking.incomplete:
        return ()
    return tuple(each for each in record.objections if each.holds_open(record.closes_at))


def accounts_in(m: Material, record: MonthRecord) -> int:
    """Accounts that were registered at some time of the month."""
    begin, end = month_bounds(record.ranking.month, m.zone)
    return sum(account.overlaps(begin, end) for account in m.roster.accounts)


def month_link(context: Context, month: str) -> Link:
    """A month's page by its name."""
    return Link(formats.month(month), context.href(month_path(month)))


def _named(month: str, neighbour: str) -> str:
    """A month, with its year where it is not the next one in the calendar."""
    return formats.month_name(month) if month == neighbour else formats.month(month)


def _day(record: MonthRecord, zone: ZoneInfo) -> str:
    ranking = record.ranking
    begin, end = month_bounds(ranking.month, zone)
    if ranking.state == "closing" and record.closes_at:
        return f"dapat disanggah sampai {formats.deadline(record.closes_at, zone)}"
    if ranking.state != "open" or ranking.as_of >= end:
        return ""
    last = (end - timedelta(seconds=1)).astimezone(zone).day
    return f"hari ke-{max(ranking.as_of, begin).astimezone(zone).day} dari {last}"


def _closing(record: MonthRecord, zone: ZoneInfo) -> str:
    name = formats.month_name(record.ranking.month)
    held = len(undecided(record))
    waits = f" · {held} sanggahan terbuka" if held else ""
    if record.closes_at is None:
        return f"{name} dalam masa sanggah{waits}"
    until = formats.deadline(record.closes_at, zone)
    if held and record.ranking.as_of >= record.closes_at:
        return f"{name}: masa sanggah berakhir {until}{waits}"
    return f"{name} dalam masa sanggah sampai {until}{waits}"
