"""What is said about a month wherever it is the subject: its state, its stages, its deadlines."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from functions.model import MonthState, month_bounds
from functions.publish.pages import boards
from functions.publish.pages.boards import Href, month_path
from functions.publish.pages.context import Context, Link
from functions.publish.site import Material
from functions.publish.text import formats, words
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Objection, Rules
from functions.thresholds import SETTLED


class Stage(msgspec.Struct, frozen=True):
    """A stage of a month's life; ``phase`` is done, now or next."""

    label: str
    when: str
    phase: str


class MonthHead(msgspec.Struct, frozen=True):
    """What is said about a month wherever it is the subject."""

    label: str
    name: str
    year: str
    href: str
    state: MonthState
    state_label: str
    sentence: str
    as_of: str
    revision: int
    incomplete: bool
    steps: tuple[Stage, ...]


def head(record: MonthRecord, zone: ZoneInfo, href: Href) -> MonthHead:
    """What is said about the month."""
    ranking = record.ranking
    return MonthHead(
        label=formats.month(ranking.month),
        name=formats.month_name(ranking.month),
        year=ranking.month[:4],
        href=href(month_path(ranking.month)),
        state=ranking.state,
        state_label=words.MONTH_STATE[ranking.state],
        sentence=_sentence(record, zone),
        as_of=formats.time(ranking.as_of, zone),
        revision=ranking.revision,
        incomplete=ranking.incomplete,
        steps=_steps(record, zone),
    )


def _sentence(record: MonthRecord, zone: ZoneInfo) -> str:
    state = record.ranking.state
    if state == "open":
        return "Bulan ini masih berjalan. Peringkat berubah setiap kali data baru masuk."
    if state == "closing":
        until = formats.deadline(record.closes_at, zone) if record.closes_at else None
        said = f"Bulan sudah lewat. Angka dapat disanggah{f' sampai {until}' if until else ''}."
        held = len(undecided(record))
        if not held:
            return said
        return f"{said} Sesudah itu pun bulan tetap terbuka sampai {held} sanggahan diputuskan."
    if record.ranking.revision > 1:
        return "Angka bulan ini sudah beku; koreksi terbit sebagai revisi di samping yang lama."
    return "Angka bulan ini sudah beku dan tidak akan berubah lagi."


def undecided(record: MonthRecord) -> tuple[Objection, ...]:
    """The objections that hold a month open: they came in time and have no answer."""
    if record.ranking.state == "final" or record.ranking.incomplete:
        return ()
    return tuple(each for each in record.objections if each.holds_open(record.closes_at))


def _steps(record: MonthRecord, zone: ZoneInfo) -> tuple[Stage, ...]:
    ranking = record.ranking
    begin, end = month_bounds(ranking.month, zone)
    last_day = (end - timedelta(seconds=1)).astimezone(zone).day
    now = ("open", "closing", "final").index(ranking.state)
    phases = ["done" if position < now else "next" for position in range(3)]
    phases[now] = "done" if ranking.state == "final" else "now"
    if record.closes_at:
        objections = f"sampai {formats.deadline(record.closes_at, zone)}"
    else:
        objections = f"mulai {formats.time_short(end + SETTLED, zone)}"
    if ranking.incomplete:
        final = "tidak, karena bulan ini tidak lengkap"
    elif ranking.state == "final":
        final = "beku"
    elif ranking.state == "closing" and (held := len(undecided(record))):
        final = f"ditahan {held} sanggahan yang belum diputuskan"
    else:
        days = (record.rules or Rules()).objection_days
        final = f"setelah {days} hari kerja penuh"
    of_month = f"{begin.astimezone(zone).day}–{last_day} {formats.month(ranking.month)}"
    return (
        Stage("Berjalan", of_month, phases[0]),
        Stage("Masa sanggah", objections, phases[1]),
        Stage("Final", final, phases[2]),
    )


def accounts_in(m: Material, record: MonthRecord) -> int:
    """Accounts that were registered at some time of the month."""
    begin, end = month_bounds(record.ranking.month, m.zone)
    return sum(account.overlaps(begin, end) for account in m.roster.accounts)


def month_link(context: Context, month: str) -> Link:
    return Link(formats.month(month), context.href(boards.month_path(month)))
