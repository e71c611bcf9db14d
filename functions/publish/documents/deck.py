"""The month for a meeting: six pages of 16:9, each a finding as its title and one chart."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import ClassVar

import msgspec

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    RankedList,
    Row,
    month_bounds,
    next_month,
)
from functions.publish.documents.parts import (
    LONGEST_NAME,
    Head,
    Line,
    TopPost,
    arrow,
    days_of,
    head,
    lines,
    part,
    top_posts,
)
from functions.publish.documents.source import Source
from functions.publish.pages.paths import month_path
from functions.publish.text import formats, points
from functions.publish.text.plain import plain
from functions.thresholds import SETTLED

_TOP = 10
_MOVERS = 5
_POSTS = 6


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's shares of posts and of interactions, 0 to 1. ``tone``: its own everywhere."""

    label: str
    tone: int
    posts: float
    i24: float
    posts_said: str
    i24_said: str


class Mover(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that rose or fell. ``part``: of the farthest, 0 to 1."""

    name: str
    places: str
    rank: str
    part: float
    is_up: bool


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day's counted posts: measured and not, as parts of the fullest day, 0 to 1."""

    label: str
    is_weekend: bool
    count: str
    measured: float
    unmeasured: float


class Deck(msgspec.Struct, frozen=True, kw_only=True):
    """Six pages. A chart without anything in it says so in ``none``."""

    template: ClassVar[str] = "deck.typ"
    as_of: datetime
    head: Head
    popular_title: str
    popular: tuple[Line, ...]
    active_title: str
    active: tuple[Line, ...]
    shares_title: str
    shares: tuple[Slice, ...]
    movers_title: str
    movers: tuple[Mover, ...]
    against: str
    days_title: str
    days: tuple[Day, ...]
    posts_title: str
    posts: tuple[TopPost, ...]
    dates: tuple[tuple[str, str], ...]


def deck(source: Source) -> Deck:
    """The month's slides."""
    ranking = source.ranking
    popular, active = ranking.find("most_popular"), ranking.find("most_active")
    posts = top_posts(source, source.entries, _POSTS)
    return Deck(
        as_of=ranking.as_of,
        head=head(source, f"Paparan {plain(source.agency.name, 60)}", month_path(source.month)),
        popular_title=points.leaders(popular) or "Belum ada interaksi yang terukur.",
        popular=lines(popular, _TOP),
        active_title=points.leaders(active) or "Belum ada unggahan yang dihitung.",
        active=lines(active, _TOP),
        shares_title=points.shares(ranking) or "Interaksi tiap platform belum dapat dibandingkan.",
        shares=_shares(source),
        movers_title=_movers_title(source),
        movers=_movers(popular),
        against=_against(source),
        days_title=points.coverage(ranking, source.entries or None),
        days=_days(source),
        posts_title=_posts_title(posts),
        posts=posts,
        dates=_dates(source),
    )


def _shares(source: Source) -> tuple[Slice, ...]:
    sums = points.platform_sums(source.ranking)
    all_posts = sum(count for count, _ in sums.values())
    total = sum(i24 or 0 for _, i24 in sums.values())
    return tuple(
        Slice(
            label=PLATFORM_NAMES[platform],
            tone=PLATFORMS.index(platform),
            posts=part(count, all_posts),
            i24=part(i24 or 0, total),
            posts_said=f"{formats.number(count)} ({points.share(count, all_posts)})",
            i24_said="tidak terukur"
            if i24 is None
            else f"{formats.number(i24)} ({points.share(i24, total)})",
        )
        for platform, (count, i24) in sums.items()
        if count
    )


def _movers_title(source: Source) -> str:
    said = points.moves(source.ranking)
    if said:
        return said
    if source.previous is None or source.previous.ranking.state != "final":
        return "Belum ada bulan final untuk dibandingkan."
    return f"Tidak ada yang berpindah peringkat sejak {_name(source.previous.ranking.month)}."


def _against(source: Source) -> str:
    previous = source.previous
    return "" if previous is None else f"dibanding {_name(previous.ranking.month)} (final)"


def _name(month: str) -> str:
    return formats.month_name(month)


def _movers(ranked: RankedList) -> tuple[Mover, ...]:
    """Those who rose the most, the farthest first, then those who fell, the farthest last."""

    def moved(kind: str) -> list[Row]:
        rows = [r for r in ranked.rows if r.movement_kind == kind and r.movement and r.rank]
        return sorted(rows, key=lambda r: (-(r.movement or 0), r.rank or 0, r.satker))[:_MOVERS]

    up, down = moved("up"), moved("down")
    most = max((row.movement or 0 for row in (*up, *down)), default=0)
    return tuple(
        Mover(
            name=plain(row.name, LONGEST_NAME),
            places=arrow(row),
            rank=f"ke {formats.number(row.rank or 0)}",
            part=part(row.movement or 0, most),
            is_up=row.movement_kind == "up",
        )
        for row in (*up, *reversed(down))
    )


def _days(source: Source) -> tuple[Day, ...]:
    """The days of the month; empty when no post is at hand."""
    zone = source.zone
    measured: Counter[str] = Counter()
    unmeasured: Counter[str] = Counter()
    for entry in source.entries:
        if entry.verdict is None or not entry.verdict.counted:
            continue
        day = entry.post.published_at.astimezone(zone).date().isoformat()
        known = entry.verdict.measurement.i24 is not None
        (measured if known else unmeasured)[day] += 1
    names = days_of(*month_bounds(source.month, zone), source)
    most = max((measured[day] + unmeasured[day] for day in names), default=0)
    if not most:
        return ()
    return tuple(
        Day(
            label=str(int(day[8:])),
            is_weekend=datetime.fromisoformat(day).weekday() >= 5,
            count=formats.number(measured[day] + unmeasured[day]),
            measured=part(measured[day], most),
            unmeasured=part(unmeasured[day], most),
        )
        for day in names
    )


def _posts_title(posts: tuple[TopPost, ...]) -> str:
    if not posts:
        return "Belum ada unggahan yang terukur."
    first = posts[0]
    unit = first.unit or "satuan kerja yang tidak lagi terdaftar"
    return (
        f"Unggahan yang paling banyak ditanggapi: {unit} di {first.platform}, "
        f"{first.i24} interaksi dalam 24 jam."
    )


def _dates(source: Source) -> tuple[tuple[str, str], ...]:
    """What comes next, with its date."""
    record, zone = source.record, source.zone
    _, end = month_bounds(source.month, zone)
    following = formats.month(next_month(source.month))
    if record.ranking.state == "open":
        return (
            ("Bulan berakhir", formats.deadline(end, zone)),
            ("Unggahan terakhir terukur, masa sanggah mulai", formats.time(end + SETTLED, zone)),
        )
    if record.ranking.state == "closing":
        until = formats.deadline(record.closes_at, zone) if record.closes_at else "belum ditetapkan"
        return (("Masa sanggah berakhir", until), ("Sesudah itu", "bulan menjadi final"))
    _, later = month_bounds(next_month(source.month), zone)
    return (
        ("Ditetapkan", formats.date(record.ranking.as_of, zone)),
        (f"{following} berakhir", formats.deadline(later, zone)),
        (f"Masa sanggah {following} mulai", formats.time(later + SETTLED, zone)),
    )
