"""The front page: the running month, what is being contested, and the last official month."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from functions.model import Agency, month_bounds
from functions.publish.pages.best import Best, best_posts
from functions.publish.pages.boards import TOP, Board, Lines, Scope
from functions.publish.pages.context import Context, Page, Shell
from functions.publish.pages.issues import IssuesLine, issues_line
from functions.publish.pages.month_charts import DayChart, ShareChart, day_chart, share_chart
from functions.publish.pages.month_head import (
    MonthHead,
    MonthTurn,
    accounts_in,
    head,
    month_link,
    open_months,
    turns,
)
from functions.publish.pages.papers import MonthPapers, month_image, month_papers
from functions.publish.pages.paths import list_path
from functions.publish.text import formats, points
from functions.store.evidence import Rules
from functions.thresholds import SETTLED


class LastFinal(msgspec.Struct, frozen=True):
    """The last official month: frozen, with its digest and what can be had of it."""

    label: str
    href: str
    when: str
    revision: int
    digest: str
    leaders: tuple[str, ...]
    papers: MonthPapers
    data: str


class HomePage(msgspec.Struct, frozen=True):
    """The running month, or the last one on a month's first day.

    ``finding`` is the month in a sentence; ``points`` are further ones, ``issues`` one about a
    week. ``next``: which month is official next, and from when on.
    """

    template: ClassVar[str] = "pages/home.html"
    shell: Shell
    head: MonthHead
    finding: str
    points: tuple[str, ...]
    issues: IssuesLine | None
    accounts: int
    switch: tuple[MonthTurn, ...]
    boards: tuple[Board, ...]
    chart: DayChart | None
    shares: ShareChart | None
    platforms: tuple[Scope, ...]
    kinds: tuple[Scope, ...]
    bands: tuple[Scope, ...]
    best: Best
    final: LastFinal | None
    next: str
    whole: str
    method: str
    data: str
    units: str
    verify: str


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
    month = ranking.month
    lines = Lines(ranking, context.href)
    told = head(record, m.zone, context.href)
    entries = m.posts_of(month)
    finding = points.leaders(ranking.find("most_popular"))
    further = (
        points.leaders(ranking.find("most_active")),
        points.concentration(ranking),
        points.coverage(ranking, entries),
    )
    return HomePage(
        shell=context.shell(
            f"Kiprah {formats.month(month)}",
            _about(m.agency),
            section="home",
            as_of=told.as_of,
            sheet=told.sheet,
            image=month_image(context, month),
            open_months=open_months(context),
        ),
        head=told,
        finding=finding or points.coverage(ranking, entries),
        points=tuple(said for said in further if said) if finding else (),
        issues=issues_line(context),
        accounts=accounts_in(m, record),
        switch=turns(m.index, month, context.href),
        boards=lines.both(most=TOP),
        chart=day_chart(m, record),
        shares=share_chart(ranking, m.agency.name),
        platforms=lines.platforms(),
        kinds=lines.kinds(),
        bands=lines.bands(),
        best=best_posts(context, entries or (), captions=ranking.state != "final"),
        final=_last_final(context),
        next=_next(context),
        whole=context.href(list_path(month)),
        method=context.href("metode/"),
        data=context.href(f"data/#{month}"),
        units=context.href("satker/"),
        verify=context.href("periksa/"),
    )


def _about(agency: Agency) -> str:
    return (
        f"Peringkat bulanan media sosial satuan kerja {agency.name}: siapa paling rajin "
        "mengunggah, siapa paling banyak ditanggapi dalam 24 jam, dengan bukti yang dapat "
        "dihitung ulang."
    )


def _last_final(context: Context) -> LastFinal | None:
    """The newest final month; None while there is none, and where it is the page's own."""
    m = context.material
    final = [
        month
        for month in m.newest_first
        if month in m.records and m.records[month].ranking.state == "final"
    ]
    if not final or (m.current and m.current.ranking.month == final[0]):
        return None
    record = m.records[final[0]]
    ranking = record.ranking
    link = month_link(context, ranking.month)
    leaders = (points.leaders(ranking.find(name)) for name in ("most_popular", "most_active"))
    return LastFinal(
        label=link.label,
        href=link.href,
        when=formats.date(ranking.as_of, m.zone),
        revision=ranking.revision,
        digest=record.digest,
        leaders=tuple(said for said in leaders if said),
        papers=month_papers(context, record),
        data=context.href(f"data/#{ranking.month}"),
    )


def _next(context: Context) -> str:
    """Which month becomes official next, and when; empty where none is on its way."""
    m = context.material
    coming = [
        m.records[month]
        for month in sorted(m.records)
        if m.records[month].ranking.state != "final" and not m.records[month].ranking.incomplete
    ]
    if not coming:
        return ""
    record = coming[0]
    month = record.ranking.month
    name = formats.month(month)
    if record.closes_at is not None:
        ends = formats.deadline(record.closes_at, m.zone)
        return f"Berikutnya: {name}, setelah masa sanggahnya berakhir {ends}."
    begins = month_bounds(month, m.zone)[1] + SETTLED
    days = (record.rules or Rules()).objection_days
    return (
        f"Berikutnya: {name}. Masa sanggahnya mulai {formats.time(begins, m.zone)} dan berlangsung "
        f"{days} hari kerja penuh."
    )
