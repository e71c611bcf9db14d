"""What several documents share: their head, and the rows of a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import msgspec

from functions.model import PLATFORM_NAMES, Entry, RankedList, Row
from functions.publish.documents.qr import qr
from functions.publish.documents.source import Source
from functions.publish.text import flags, formats, words
from functions.publish.text.plain import plain

_CAPTION = 100  # letters of a caption
LONGEST_NAME = 100  # letters of a name that a document shows
SIMULATION = "SIMULASI: angka buatan, bukan kinerja yang sebenarnya"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on every page of a document.

    Attributes:
        title: of the file.
        mark: how firm the figures are: ``SEMENTARA …`` or ``FINAL …``.
        banner: that the figures are a simulation's; empty when they are not.
        address: where the figures lie on the site; empty without a public address.
        code: that address as SVG; empty without one.
        digest: of the evidence, of a final month; else empty.
    """

    title: str
    agency: str
    month: str
    mark: str
    is_final: bool
    as_of: str
    banner: str = ""
    address: str = ""
    code: str = ""
    digest: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in a list. ``part``: of the largest figure, 0 to 1. ``marks``: what to mind."""

    rank: str
    possible: str
    name: str
    figure: str
    part: float
    movement: str
    marks: str = ""


class TopPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post among the largest. ``text``: its caption, empty in a final month."""

    when: str
    platform: str
    unit: str
    i24: str
    part: float
    text: str


def head(source: Source, title: str, path: str) -> Head:
    """The head of a document. ``path``: the page of the site that its figures stand on."""
    ranking = source.ranking
    address = f"{source.site}{path}" if source.site else ""
    return Head(
        title=f"{title}, {formats.month(source.month)}",
        agency=plain(source.agency.name, LONGEST_NAME),
        month=formats.month(source.month),
        mark=mark(source),
        is_final=ranking.state == "final",
        as_of=formats.time(ranking.as_of, source.zone),
        banner=SIMULATION if source.simulation else "",
        address=address,
        code=qr(address) if address else "",
        digest=source.record.digest if ranking.state == "final" else "",
    )


def mark(source: Source) -> str:
    """How firm the month's figures are, in capitals."""
    ranking = source.ranking
    if ranking.state == "final":
        return f"FINAL · revisi {ranking.revision}"
    if ranking.incomplete:
        return "SEMENTARA · bulan tidak lengkap"
    return "SEMENTARA · masa sanggah" if ranking.state == "closing" else "SEMENTARA"


def lines(ranked: RankedList, most: int) -> tuple[Line, ...]:
    """The first ``most`` ranked units of a list."""
    shown = [row for row in ranked.rows if row.rank is not None][:most]
    figures = [_figure(row, ranked) or 0 for row in shown]
    largest = max(figures, default=0)
    return tuple(
        Line(
            rank=formats.number(row.rank or 0),
            possible=words.possible_ranks(row),
            name=plain(row.name, LONGEST_NAME),
            figure=formats.number(figure),
            part=part(figure, largest),
            movement=arrow(row),
            marks=", ".join(_marks(row)),
        )
        for row, figure in zip(shown, figures, strict=True)
    )


def top_posts(source: Source, entries: tuple[Entry, ...], most: int) -> tuple[TopPost, ...]:
    """The counted posts with the most interactions, the largest first."""
    found = sorted(
        (
            (entry.verdict.measurement.i24, entry)
            for entry in entries
            if entry.verdict is not None
            and entry.verdict.counted
            and entry.verdict.measurement.i24 is not None
        ),
        key=lambda each: (-(each[0] or 0), each[1].post.published_at, each[1].post.post_id),
    )[:most]
    largest = found[0][0] if found else 0
    names = {row.satker: row.name for row in source.ranking.find("most_active").rows}
    return tuple(
        TopPost(
            when=formats.time_short(entry.post.published_at, source.zone),
            platform=PLATFORM_NAMES[entry.post.platform],
            unit=plain(names.get((entry.verdict and entry.verdict.satker) or "", ""), LONGEST_NAME),
            i24=formats.number(i24 or 0),
            part=part(i24 or 0, largest or 0),
            # A final document lasts longer than a caption may be kept.
            text="" if source.ranking.state == "final" else plain(entry.post.text or "", _CAPTION),
        )
        for i24, entry in found
    )


def part(figure: int, largest: int) -> float:
    """A figure's share of the largest, 0 to 1, with three decimals; 0 without a largest."""
    if largest <= 0:
        return 0.0
    return round(float(Fraction(max(figure, 0), largest)), 3)


def arrow(row: Row) -> str:
    """A movement as a sign with its places: ``▲ 11``, ``▼ 8``, ``=``, ``baru``; empty without."""
    places = formats.number(row.movement or 0)
    signs = {"up": f"▲ {places}", "down": f"▼ {places}", "same": "=", "new": "baru"}
    return {**signs, "back": "kembali"}.get(row.movement_kind, "")


def measured_of(rows: tuple[Row, ...]) -> str:
    """How many of the counted posts are measured: ``938 dari 940 unggahan terukur``."""
    posts, measured = sum(row.posts for row in rows), sum(row.measured for row in rows)
    if not posts:
        return "belum ada unggahan"
    return f"{formats.number(measured)} dari {formats.number(posts)} unggahan terukur"


def days_of(begin: datetime, end: datetime, source: Source) -> list[str]:
    """The days of ``begin <= t < end`` in the agency's zone, as ``YYYY-MM-DD``."""
    first, last = begin.astimezone(source.zone), end.astimezone(source.zone)
    found, day = [], first.date()
    while day < last.date():
        found.append(day.isoformat())
        day += timedelta(days=1)
    return found


def _figure(row: Row, ranked: RankedList) -> int | None:
    return row.i24 if ranked.ranking == "most_popular" else row.posts


def _marks(row: Row) -> list[str]:
    found = ["di bawah 90\N{NO-BREAK SPACE}% terukur"] if row.thin else []
    if row.concentration is not None and row.concentration >= 50:
        found.append(f"{formats.percent(round(row.concentration * 10))} dari satu unggahan")
    return [*found, *(flags.LABELS[code] for code in row.flags)]
