"""A year's page: every satker's rank month by month, as one table for each ranking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from functions.model import Ranking, RankingName, Row
from functions.publish.pages.boards import NAMES, TITLES, TOP
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.paths import month_path, satker_path, unit_month_path
from functions.publish.text import formats, words

ROWS = 300  # of each table: twelve months of them stay below a megabyte


class YearMonth(msgspec.Struct, frozen=True):
    """A month at the head of a column; ``note``: its state where it is not final, its revision."""

    label: str
    short: str
    href: str
    note: str


class YearCell(msgspec.Struct, frozen=True):
    """A rank in a month; None: without one. ``top``: among the first ten."""

    rank: int | None
    href: str
    top: bool


class YearLine(msgspec.Struct, frozen=True):
    """A satker's year."""

    name: str
    href: str
    cells: tuple[YearCell | None, ...]
    best: int | None


class YearTable(msgspec.Struct, frozen=True):
    """One ranking's year; sorted by the newest month's rank. ``whole``: how many satker it has, of
    which ``lines`` shows the first.
    """

    anchor: str
    title: str
    lines: tuple[YearLine, ...]
    whole: int


class YearPage(msgspec.Struct, frozen=True):
    """The ranks of a year. ``gaps``: months of the year between others that have no ranking."""

    template: ClassVar[str] = "pages/year.html"
    shell: Shell
    year: str
    months: tuple[YearMonth, ...]
    tables: tuple[YearTable, ...]
    gaps: str
    years: tuple[Link, ...]


def year_page(context: Context, year: str) -> Page:
    """A year's months as columns, its satker as rows."""
    m = context.material
    months = sorted(m.months_of(year))
    known = {f"{year}-{number:02}" for number in range(int(months[0][5:]), int(months[-1][5:]) + 1)}
    gaps = sorted(known - {*months})
    return YearPage(
        shell=context.shell(
            f"Peringkat {year}",
            f"Peringkat bulanan tiap satuan kerja {m.agency.name} sepanjang {year}.",
            section="home",
        ),
        year=year,
        months=tuple(
            YearMonth(
                label=formats.month(month),
                short=formats.month_short(month),
                href=context.href(month_path(month)),
                note=_note(m.records[month].ranking),
            )
            for month in months
        ),
        tables=tuple(_table(context, name, months) for name in NAMES),
        gaps=", ".join(formats.month_name(month) for month in gaps),
        years=tuple(
            Link(other, context.href(f"{other}/"), current=other == year) for other in m.years
        ),
    )


def _note(ranking: Ranking) -> str:
    """What stands under a month's name: a state that is not final, or a revision."""
    if ranking.state != "final":
        return words.MONTH_STATE[ranking.state].lower()
    return f"revisi {ranking.revision}" if ranking.revision > 1 else ""


def _table(context: Context, name: RankingName, months: list[str]) -> YearTable:
    m = context.material
    rows: dict[str, dict[str, Row]] = {
        month: {row.satker: row for row in m.records[month].ranking.find(name).rows}
        for month in months
    }
    satker = {each: None for month in reversed(months) for each in rows[month]}
    lines = [_line(context, each, name, rows) for each in satker]
    newest = len(months) - 1
    lines.sort(key=lambda line: _order(line, newest))
    return YearTable(
        anchor="terpopuler" if name == "most_popular" else "teraktif",
        title=TITLES[name],
        lines=tuple(lines[:ROWS]),
        whole=len(lines),
    )


def _line(
    context: Context, satker: str, name: RankingName, rows: Mapping[str, Mapping[str, Row]]
) -> YearLine:
    cells = tuple(
        YearCell(
            rank=row.rank,
            href=context.href(unit_month_path(satker, month)),
            top=_is_top(row, name),
        )
        if (row := held.get(satker))
        else None
        for month, held in rows.items()
    )
    ranks = [cell.rank for cell in cells if cell and cell.rank]
    called = next(held[satker].name for held in reversed([*rows.values()]) if satker in held)
    return YearLine(
        name=context.material.names.get(satker, called),
        href=context.href(satker_path(satker)),
        cells=cells,
        best=min(ranks, default=None),
    )


def _is_top(row: Row, name: RankingName) -> bool:
    """Whether a row is among the first ten, with more than nothing."""
    figure = row.i24 if name == "most_popular" else row.posts
    return row.rank is not None and row.rank <= TOP and bool(figure)


def _order(line: YearLine, newest: int) -> tuple[float, float, str]:
    """By the newest month's rank, then by the best of the year; without one last."""
    cell = line.cells[newest]
    rank = cell.rank if cell and cell.rank else float("inf")
    return rank, line.best or float("inf"), line.name
