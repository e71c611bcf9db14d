"""What other sites may show in a frame: one satker, or the first ten of a list; and how to.

An embed shows the newest final month, and the running one only before the first is final: what
stands on other people's pages should not move from hour to hour. It is its own small page without
a script, whose links open in a new window.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from markupsafe import Markup, escape

from functions.model import RankingName, Satker
from functions.publish.pages import boards
from functions.publish.pages.charts import rank_spark
from functions.publish.pages.context import Context, Shell
from functions.publish.pages.paths import (
    EMBEDS,
    embed_path,
    month_path,
    satker_path,
    unit_month_path,
)
from functions.publish.site import Material
from functions.publish.text import formats, words
from functions.publish.text.plain import plain
from functions.store.agency.months import MonthRecord

TEN = 10
_MONTHS = 12
_LISTS: dict[RankingName, str] = {"most_popular": "terpopuler", "most_active": "teraktif"}
_HEIGHTS = {"satker": 320, "list": 560}  # pixels, at 280 px of width


class EmbedRank(msgspec.Struct, frozen=True):
    """A rank out of how many, and what it was ranked by."""

    title: str
    rank: int | None
    out_of: int
    figure: str
    spark: Markup | None


class EmbedUnitPage(msgspec.Struct, frozen=True):
    """A satker in a frame. ``ranks`` is empty where it did not stand in the month."""

    template: ClassVar[str] = "pages/embed_unit.html"
    shell: Shell
    stylesheet: str
    name: str
    month: str
    state: str
    ranks: tuple[EmbedRank, ...]
    href: str


class EmbedLine(msgspec.Struct, frozen=True):
    """A satker in a list."""

    rank: int
    name: str
    href: str
    figure: str


class EmbedListPage(msgspec.Struct, frozen=True):
    """The first ten of a list in a frame. ``more``: further satker that share the last rank."""

    template: ClassVar[str] = "pages/embed_list.html"
    shell: Shell
    stylesheet: str
    title: str
    popular: bool
    unit: str
    month: str
    state: str
    rows: tuple[EmbedLine, ...]
    more: int
    href: str


class Example(msgspec.Struct, frozen=True):
    """An embed to look at, and the code that shows it elsewhere (None without a public address)."""

    title: str
    about: str
    href: str
    height: int
    code: str | None


class EmbedsPage(msgspec.Struct, frozen=True):
    """How to embed."""

    template: ClassVar[str] = "pages/embeds.html"
    shell: Shell
    examples: tuple[Example, ...]
    units: str


def shown_month(m: Material) -> MonthRecord | None:
    """The month that embeds show; None while nothing is ranked."""
    finals = [month for month, record in m.records.items() if record.ranking.state == "final"]
    return m.records[max(finals)] if finals else m.current


def embed_unit_page(context: Context, satker: Satker) -> EmbedUnitPage:
    """A satker's ranks in both lists."""
    m = context.material
    record = shown_month(m)
    ranks = _ranks(m, satker, record) if record else ()
    path = satker_path(satker.id)
    if ranks and record:
        path = unit_month_path(satker.id, record.ranking.month)
    return EmbedUnitPage(
        shell=_shell(context, satker.label),
        stylesheet=context.href(m.assets["sematan.css"]),
        name=satker.label,
        month=formats.month(record.ranking.month) if record else "",
        state=_state(record) if record else "",
        ranks=ranks,
        href=context.href(path),
    )


def embed_list_page(context: Context, name: RankingName) -> EmbedListPage:
    """The first ten of an official list."""
    m = context.material
    record = shown_month(m)
    rows = record.ranking.find(name).rows if record else ()
    ranked = [row for row in rows if row.rank is not None and row.posts]
    shown = ranked[:TEN]
    month = record.ranking.month if record else ""
    return EmbedListPage(
        shell=_shell(context, boards.TITLES[name]),
        stylesheet=context.href(m.assets["sematan.css"]),
        title=boards.TITLES[name],
        popular=name == "most_popular",
        unit="interaksi" if name == "most_popular" else "unggahan",
        month=formats.month(month) if month else "",
        state=_state(record) if record else "",
        rows=tuple(
            EmbedLine(
                rank=row.rank or 0,
                name=row.name,
                href=context.href(unit_month_path(row.satker, month)),
                figure=formats.number((row.i24 if name == "most_popular" else row.posts) or 0),
            )
            for row in shown
        ),
        more=sum(row.rank == shown[-1].rank for row in ranked[TEN:]) if shown else 0,
        href=context.href(month_path(month) if month else ""),
    )


def embeds_page(context: Context) -> EmbedsPage:
    """How to embed, with an example of each kind."""
    m = context.material
    record = shown_month(m)
    leaders = record.ranking.find("most_popular").rows if record else ()
    units = {unit.id: unit for unit in m.units}
    first = next((units[row.satker] for row in leaders if row.satker in units), None)
    examples = [
        Example(
            boards.TITLES[name],
            "Sepuluh teratas bulan final terakhir",
            context.href(f"{EMBEDS}{segment}/"),
            _HEIGHTS["list"],
            _code(context.absolute(f"{EMBEDS}{segment}/"), boards.TITLES[name], _HEIGHTS["list"]),
        )
        for name, segment in _LISTS.items()
    ]
    if first is not None:
        examples.append(
            Example(
                "Satu satuan kerja",
                "Kedua peringkatnya; misalnya pemuncak Akun Terpopuler",
                context.href(embed_path(first.id)),
                _HEIGHTS["satker"],
                embed_code(context, first),
            )
        )
    return EmbedsPage(
        shell=context.shell(
            "Sematkan",
            "Cara menampilkan peringkat di situs lain: kode yang tinggal disalin, tanpa skrip.",
        ),
        examples=tuple(examples),
        units=context.href("satker/"),
    )


def embed_code(context: Context, satker: Satker) -> str | None:
    """The code that shows a satker elsewhere; None without a public address."""
    return _code(
        context.absolute(embed_path(satker.id)),
        f"Peringkat media sosial {satker.label}",
        _HEIGHTS["satker"],
    )


def list_segments() -> dict[RankingName, str]:
    """The segments of the lists' embeds."""
    return dict(_LISTS)


def _code(address: str | None, title: str, height: int) -> str | None:
    if address is None:
        return None
    return (
        f'<iframe src="{escape(address)}" title="{escape(plain(title))}" width="100%" '
        f'height="{height}" loading="lazy" style="border:0"></iframe>'
    )


def _ranks(m: Material, satker: Satker, record: MonthRecord) -> tuple[EmbedRank, ...]:
    month = record.ranking.month
    months = [each for each in sorted(m.records) if each <= month][-_MONTHS:]
    found = []
    for name, title in boards.TITLES.items():
        row = m.lookup(month).row(name, satker.id)
        if row is None:
            continue
        past = [m.lookup(each).row(name, satker.id) for each in months]
        ranks = [each.rank if each else None for each in past]
        lowest = max(m.lookup(each).ranked(name) for each in months)
        is_popular = name == "most_popular"
        figure = row.i24 if is_popular else row.posts
        unit = "interaksi" if is_popular else "unggahan"
        found.append(
            EmbedRank(
                title=title,
                rank=row.rank,
                out_of=m.lookup(month).ranked(name),
                figure="tidak terukur" if figure is None else f"{formats.number(figure)} {unit}",
                spark=rank_spark(ranks, formats.month(months[0]), lowest=lowest)
                if sum(rank is not None for rank in ranks) > 1
                else None,
            )
        )
    return tuple(found)


def _state(record: MonthRecord) -> str:
    return words.MONTH_STATE[record.ranking.state]


def _shell(context: Context, title: str) -> Shell:
    return context.shell(f"{title}, sematan", f"{title}: peringkat media sosial satuan kerja.")
