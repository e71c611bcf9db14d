"""The front page: the running month."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import msgspec
from markupsafe import Markup
from msgspec.structs import replace

from functions.model import (
    Agency,
    month_bounds,
)
from functions.publish.pages import boards, charts
from functions.publish.pages.boards import Board, Fact, Scope
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.month_head import MonthHead, accounts_in, head, month_link
from functions.publish.site import Material
from functions.publish.text import formats
from functions.store.agency.months import MonthRecord
from functions.thresholds import MARK, SETTLED


class Chart(msgspec.Struct, frozen=True):
    """A chart with its words."""

    svg: Markup
    caption: str
    first: str = ""
    last: str = ""


class HomePage(msgspec.Struct, frozen=True):
    """The running month, or the last one on a month's first day.

    ``mark``: the age at which a post is measured; ``settled``: from when on its value stands.
    """

    template: ClassVar[str] = "pages/home.html"
    shell: Shell
    head: MonthHead
    facts: tuple[Fact, ...]
    boards: tuple[Board, ...]
    chart: Chart | None
    platforms: tuple[Scope, ...]
    kinds: tuple[Scope, ...]
    months: tuple[Link, ...]
    method: str
    data: str
    units: str
    mark: str
    settled: str


class EmptyPage(msgspec.Struct, frozen=True):
    """The first page of a site that has nothing to tell yet."""

    template: ClassVar[str] = "pages/empty.html"
    shell: Shell
    method: str
    units: str


def home_page(context: Context) -> Page:
    """The front page: the current month's lists, or what is to come before the first ranking."""
    m = context.material
    record = m.current
    if record is None:
        return EmptyPage(
            shell=context.shell("Kiprah", _about(m.agency), section="home"),
            method=context.href("metode/"),
            units=context.href("satker/"),
        )
    ranking = record.ranking
    platforms, kinds = boards.scopes(ranking, context.href)
    month_page = context.href(boards.month_path(ranking.month))
    return HomePage(
        shell=context.shell(
            f"Kiprah {formats.month(ranking.month)}", _about(m.agency), section="home"
        ),
        head=head(record, m.zone, context.href),
        facts=boards.facts(ranking, accounts_in(m, record)),
        boards=boards.both(ranking, context.href),
        chart=_days(m, record),
        platforms=platforms,
        kinds=tuple(replace(kind, href=f"{month_page}#{kind.anchor}") for kind in kinds),
        months=_months(m, context),
        method=context.href("metode/"),
        data=context.href(f"data/#{ranking.month}"),
        units=context.href("satker/"),
        mark=formats.duration(MARK),
        settled=formats.duration(SETTLED),
    )


def _about(agency: Agency) -> str:
    within = formats.duration(MARK)
    return (
        f"Peringkat bulanan media sosial satuan kerja {agency.name}: siapa paling aktif, siapa "
        f"paling banyak ditanggapi dalam {within}, dengan bukti yang dapat dihitung ulang."
    )


def _months(m: Material, context: Context) -> tuple[Link, ...]:
    return tuple(month_link(context, month) for month in m.newest_first)


def _days(m: Material, record: MonthRecord) -> Chart | None:
    """Counted posts per day of the month so far."""
    month = record.ranking.month
    if month not in m.ledgers:
        return None
    begin, end = month_bounds(month, m.zone)
    first, last = begin.astimezone(m.zone), (end - timedelta(seconds=1)).astimezone(m.zone)
    # At exactly midnight the new day has nothing to show yet.
    seen = min(last, (record.ranking.as_of - timedelta(seconds=1)).astimezone(m.zone)).day
    counts = [0] * seen
    for entries in m.entries[month].values():
        for entry in entries:
            day = entry.post.published_at.astimezone(m.zone).day
            if entry.verdict and entry.verdict.counted and day <= seen:
                counts[day - 1] += 1
    if not any(counts):
        return None
    name = formats.month_name(month)
    most = max(counts)
    caption = (
        f"Unggahan per hari, 1–{seen} {name}: paling banyak {formats.number(most)} "
        f"pada {counts.index(most) + 1} {name}"
    )
    values = [
        (f"{day} {name}: {formats.number(count)} unggahan", count)
        for day, count in enumerate(counts, 1)
    ]
    return Chart(
        svg=charts.days(values, last.day, caption),
        caption=caption,
        first=f"{first.day} {formats.month_short(month)}",
        last=f"{last.day} {formats.month_short(month)}",
    )
