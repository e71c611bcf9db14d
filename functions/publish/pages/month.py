"""A month's page, in the order of a bulletin: main points, the official lists, what changed, how
well it is measured, what was decided, what deserves a look, its documents.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import msgspec
from markupsafe import Markup

from functions.model import previous_month
from functions.publish.pages.best import Best, best_posts
from functions.publish.pages.boards import Board, Lines, Scope
from functions.publish.pages.context import Context, Page, Shell
from functions.publish.pages.data import DataSet, month_sets
from functions.publish.pages.dataset import month_dataset
from functions.publish.pages.flags import FlaggedUnit, flagged_units
from functions.publish.pages.log import LogEntry, log_entries
from functions.publish.pages.month_charts import DayChart, ShareChart, day_chart, share_chart
from functions.publish.pages.month_head import HOW, MonthHead, MonthTurn, head, turns
from functions.publish.pages.papers import MonthPapers, month_image, month_papers
from functions.publish.pages.paths import list_path, month_path, unit_month_path
from functions.publish.pages.quality import Quality, quality_of
from functions.publish.pages.revision import Revision, revision_of
from functions.publish.text import formats, points, sharing
from functions.publish.text.sharing import ShareLine
from functions.store.agency.months import MonthRecord

ROWS = 100  # of each official list; the rest stands on the list's own page


class MonthPage(msgspec.Struct, frozen=True):
    """A month as a bulletin. ``seal``: that it is final, since when, in which revision."""

    template: ClassVar[str] = "pages/month.html"
    shell: Shell
    head: MonthHead
    switch: tuple[MonthTurn, ...]
    seal: str
    digest: str
    points: tuple[str, ...]
    boards: tuple[Board, ...]
    shares: ShareChart | None
    chart: DayChart | None
    platforms: tuple[Scope, ...]
    kinds: tuple[Scope, ...]
    bands: tuple[Scope, ...]
    best: Best
    quality: Quality | None
    revision: Revision | None
    flagged: tuple[FlaggedUnit, ...]
    log: tuple[LogEntry, ...]
    papers: MonthPapers
    sets: tuple[DataSet, ...]
    cite: str
    share: ShareLine
    dataset: Markup | None
    whole: str
    objecting: str
    data: str
    method: str
    verify: str


def month_page(context: Context, month: str) -> Page:
    """All of a month (``YYYY-MM``) that has a ranking."""
    m = context.material
    record = m.records[month]
    ranking = record.ranking
    lines = Lines(ranking, context.href, unit=partial(unit_month_path, month=month))
    told = head(record, m.zone, context.href)
    entries = m.posts_of(month)
    is_final = ranking.state == "final"
    return MonthPage(
        shell=context.shell(
            f"Peringkat {told.label}",
            f"Akun Terpopuler dan Akun Teraktif {m.agency.name}, {told.label}: peringkat, "
            "buktinya, dan dokumennya.",
            section="home",
            as_of=told.as_of,
            sheet=told.sheet,
            image=month_image(context, month),
        ),
        head=told,
        switch=turns(m.index, month, context.href),
        seal=_seal(context, record) if is_final else "",
        digest=record.digest,
        points=points.points(record, m.records.get(previous_month(month)), entries, m.zone),
        boards=lines.both(most=ROWS),
        shares=share_chart(ranking, m.agency.name),
        chart=day_chart(m, record),
        platforms=lines.platforms(),
        kinds=lines.kinds(),
        bands=lines.bands(),
        best=best_posts(context, entries or (), captions=not is_final),
        quality=None if entries is None else quality_of(entries),
        revision=revision_of(context, record),
        flagged=flagged_units(context, ranking),
        log=log_entries(m, record),
        papers=month_papers(context, record),
        sets=month_sets(context, month),
        cite=_cite(context, record),
        share=sharing.of_month(ranking, m.agency.name, context.absolute(month_path(month))),
        dataset=month_dataset(context, record),
        whole=context.href(list_path(month)),
        objecting="" if is_final else context.href(f"metode/{HOW}"),
        data=context.href(f"data/#{month}"),
        method=context.href("metode/"),
        verify=context.href(f"periksa/?bulan={month}"),
    )


def _seal(context: Context, record: MonthRecord) -> str:
    ranking = record.ranking
    when = formats.date(ranking.as_of, context.material.zone)
    return f"Final · revisi {ranking.revision} · ditetapkan {when}"


def _cite(context: Context, record: MonthRecord) -> str:
    """How to cite the month: who, what, which revision, where; not when it is read."""
    m, ranking = context.material, record.ranking
    office = m.imprint.office or m.agency.name
    state = (
        f"final, revisi {ranking.revision}"
        if ranking.state == "final"
        else f"sementara, data per {formats.time(ranking.as_of, m.zone)}"
    )
    where = context.absolute(month_path(ranking.month))
    title = f"Peringkat media sosial satuan kerja {m.agency.name}, {formats.month(ranking.month)}"
    said = f"{office} ({ranking.month[:4]}). {title} ({state}). Kiprah."
    return f"{said} {where}" if where else said
