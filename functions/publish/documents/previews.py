"""Preview images, which a shared link shows: 1,200 by 630 pixels, of a month or a unit's."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from functions.model import RankingName
from functions.publish.documents.parts import SIMULATION, Line, lines, mark
from functions.publish.documents.source import Source
from functions.publish.pages.boards import TITLES
from functions.publish.text import formats
from functions.publish.text.plain import plain

_NAMES: tuple[RankingName, RankingName] = ("most_popular", "most_active")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's rank as large as the picture allows."""

    title: str
    rank: str
    of: str
    figure: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture says: a month's first three, or a unit's two ranks."""

    template: ClassVar[str] = "preview.typ"
    as_of: datetime
    agency: str
    title: str
    subtitle: str
    mark: str
    is_final: bool
    date: str
    banner: str
    list_title: str = ""
    first: tuple[Line, ...] = ()
    figures: tuple[Figure, ...] = ()


def month_preview(source: Source) -> Preview:
    """A month's picture: the first three of Akun Terpopuler."""
    return msgspec.structs.replace(
        _preview(source, formats.month(source.month)),
        subtitle="Peringkat media sosial",
        list_title="Akun Terpopuler · interaksi 24 jam",
        first=lines(source.ranking.find("most_popular"), 3),
    )


def unit_preview(source: Source, satker: str) -> Preview:
    """A unit's picture: both ranks. KeyError when the month does not list it."""
    row = source.row(satker)
    figures = []
    for name in _NAMES:
        own = source.lookup.row(name, satker)
        if own is None:
            continue
        popular = name == "most_popular"
        count = own.i24 if popular else own.posts
        unit = "interaksi" if popular else "unggahan"
        figures.append(
            Figure(
                title=TITLES[name],
                rank="–" if own.rank is None else formats.number(own.rank),
                of=f"dari {formats.number(source.lookup.ranked(name))}",
                figure="tidak terukur" if count is None else f"{formats.number(count)} {unit}",
            )
        )
    return msgspec.structs.replace(
        _preview(source, plain(row.name, 90)),
        subtitle=f"Peringkat media sosial · {formats.month(source.month)}",
        figures=tuple(figures),
    )


def _preview(source: Source, title: str) -> Preview:
    return Preview(
        as_of=source.ranking.as_of,
        agency=plain(source.agency.name, 70),
        title=title,
        subtitle="",
        mark=mark(source),
        is_final=source.ranking.state == "final",
        date=f"Data per {formats.time(source.ranking.as_of, source.zone)}",
        banner=SIMULATION if source.simulation else "",
    )
