"""A year's page: its months, and who led each."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from functions.publish.pages import boards
from functions.publish.pages.boards import Standing
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.month_head import MonthHead, head


class YearMonth(msgspec.Struct, frozen=True):
    """A month in the list of a year."""

    head: MonthHead
    posts: int
    i24: int | None
    popular: tuple[Standing, ...]
    active: tuple[Standing, ...]


class YearPage(msgspec.Struct, frozen=True):
    """The months of a year, the newest first."""

    template: ClassVar[str] = "pages/year.html"
    shell: Shell
    year: str
    months: tuple[YearMonth, ...]
    years: tuple[Link, ...]


def year_page(context: Context, year: str) -> Page:
    """A year's months, newest first."""
    m = context.material
    months = []
    for month in m.months_of(year):
        record = m.records[month]
        popular, active = boards.both(record.ranking, context.href)
        whole = boards.scope("", (popular, active), "", None)
        months.append(
            YearMonth(
                head=head(record, m.zone, context.href),
                posts=whole.posts,
                i24=whole.i24,
                popular=popular.podium,
                active=active.podium,
            )
        )
    return YearPage(
        shell=context.shell(
            f"Arsip {year}",
            f"Peringkat bulanan media sosial {m.agency.name} sepanjang {year}.",
            section="archive",
        ),
        year=year,
        months=tuple(months),
        years=tuple(
            Link(other, context.href(f"{other}/"), current=other == year) for other in m.years
        ),
    )
