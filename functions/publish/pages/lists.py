"""The pages of one scope's lists: all satker, a platform, a kind of unit, a follower band.

Both rankings stand on a page, with every figure of their rows; beyond 500 rows the lists go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import ClassVar

import msgspec

from functions.model import PLATFORM_NAMES, RankedList
from functions.publish.pages.boards import NAMES, Board, Lines, scope_path
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.month_head import MonthHead, MonthTurn, head, turns
from functions.publish.pages.paths import band_segment, kind_segment, list_path, unit_month_path
from functions.publish.text import formats, words
from functions.store.agency.months import MonthRecord

ROWS = 500  # of each ranking on a page


class ListPage(msgspec.Struct, frozen=True):
    """Rows of both rankings of a scope; ``parts`` are the list's pages, none when it has one."""

    template: ClassVar[str] = "pages/list.html"
    shell: Shell
    head: MonthHead
    label: str
    about: str
    boards: tuple[Board, ...]
    month: Link
    switch: tuple[MonthTurn, ...]
    others: tuple[Link, ...]
    parts: tuple[Link, ...]
    data: str


class _Scope(msgspec.Struct, frozen=True):
    segment: str
    label: str
    about: str
    lists: tuple[RankedList, RankedList]


def list_pages(record: MonthRecord) -> Iterator[tuple[str, Callable[[Context], Page]]]:
    """The path of each list page of a month, and what makes it."""
    scopes = list(_scopes(record))
    for scope in scopes:
        rows = max(len(ranked.rows) for ranked in scope.lists)
        count = max(1, -(-rows // ROWS))
        for number in range(1, count + 1):
            path = list_path(record.ranking.month, scope.segment, number)
            yield path, partial(_page, record=record, scope=scope, number=number, scopes=scopes)


def _page(
    context: Context, *, record: MonthRecord, scope: _Scope, number: int, scopes: list[_Scope]
) -> Page:
    m = context.material
    ranking = record.ranking
    month = ranking.month
    lines = Lines(ranking, context.href, unit=partial(unit_month_path, month=month))
    told = head(record, m.zone, context.href)
    rows = max(len(ranked.rows) for ranked in scope.lists)
    count = max(1, -(-rows // ROWS))
    name = f"{scope.label} {told.label}"
    begin = (number - 1) * ROWS
    return ListPage(
        shell=context.shell(
            name if number == 1 else f"{name}, bagian {number}",
            f"Akun Terpopuler dan Akun Teraktif {m.agency.name}, {scope.label}, {told.label}.",
            section="home",
            as_of=told.as_of,
            sheet=f"{scope.label} · {told.sheet}",
        ),
        head=told,
        label=scope.label,
        about=scope.about,
        boards=tuple(
            msgspec.structs.replace(lines.board(ranked, begin=begin, most=ROWS), more=None)
            for ranked in scope.lists
        ),
        month=Link(told.label, told.href),
        switch=turns(m.index, month, context.href),
        others=tuple(
            Link(other.label, context.href(list_path(month, other.segment)), other is scope)
            for other in scopes
        ),
        parts=tuple(
            Link(
                f"{formats.number((n - 1) * ROWS + 1)}–{formats.number(min(n * ROWS, rows))}",
                context.href(list_path(month, scope.segment, n)),
                n == number,
            )
            for n in range(1, count + 1)
            if count > 1
        ),
        data=context.href(f"data/{month}/ranking.csv"),
    )


def _scopes(record: MonthRecord) -> Iterator[_Scope]:
    """The scopes of a month that have lists: all, then platforms, kinds and bands."""
    ranking = record.ranking
    pairs: dict[str, list[RankedList]] = {}
    for ranked in ranking.lists:
        pairs.setdefault(scope_path(ranked, ranking.month), []).append(ranked)
    for lists in pairs.values():
        popular, active = (
            next((each for each in lists if each.ranking == name), None) for name in NAMES
        )
        if popular is not None and active is not None:
            segment, label, about = _told(popular)
            yield _Scope(segment, label, about, (popular, active))


def _told(ranked: RankedList) -> tuple[str, str, str]:
    """A scope's segment, its name, and who is in it."""
    if ranked.band is not None:
        size = words.band(ranked.band_from, ranked.band_below)
        return (
            band_segment(ranked.band),
            size.capitalize(),
            ("Satuan kerja dengan pengikut sebanyak itu pada awal bulan, semua akunnya bersama."),
        )
    if ranked.platform:
        counted = words.COUNTED[ranked.platform]
        beside = words.BESIDE[ranked.platform]
        said = f" {beside.capitalize()} dicatat, tetapi tidak dihitung." if beside else ""
        label = PLATFORM_NAMES[ranked.platform]
        return ranked.platform, label, f"Interaksi di {label}: {counted}.{said}"
    if ranked.kind:
        return kind_segment(ranked.kind), words.kind(ranked.kind), "Hanya jenis satuan kerja ini."
    return "", "Gabungan", "Peringkat resmi: semua akun sebuah satuan kerja bersama-sama."
