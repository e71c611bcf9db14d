"""A unit's month on one A4."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import ClassVar

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS, Entry, Platform, RankingName, previous_month
from functions.publish.documents.parts import (
    LONGEST_NAME,
    Head,
    TopPost,
    head,
    part,
    top_posts,
)
from functions.publish.documents.source import Source
from functions.publish.pages.boards import TITLES
from functions.publish.pages.paths import unit_month_path
from functions.publish.text import flags, formats, points, standing, words
from functions.publish.text.plain import plain

_NAMES: tuple[RankingName, RankingName] = ("most_popular", "most_active")
_TOP = 5
_LOOKS = 7  # lines of what needs a look
_FEWEST = 3  # months that make a line


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's place in an official list. ``rank``: a dash when it is not ranked."""

    title: str
    rank: str
    of: str
    possible: str
    figure: str
    movement: str
    band: str


class PlatformShare(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's share of the unit's interactions, 0 to 1. ``tone``: its own, on every chart."""

    label: str
    tone: int
    part: float
    percent: str


class PlatformCount(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit posted on a platform; a dash is what nobody knows."""

    label: str
    posts: str
    measured: str
    i24: str
    each: str
    rank: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A month of the rank line. ``at``: 0 for rank 1, 1 for the last; None without a rank."""

    label: str
    rank: str
    at: float | None


class UnitReport(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's month.

    ``history``: the ranks in Akun Terpopuler, oldest first; empty below three months.
    ``objecting``: how to contest, while that is possible; else empty.
    """

    template: ClassVar[str] = "unit_report.typ"
    as_of: datetime
    head: Head
    name: str
    full_name: str
    kind: str
    places: tuple[Place, ...]
    why: tuple[str, ...]
    shares: tuple[PlatformShare, ...]
    platforms: tuple[PlatformCount, ...]
    top: tuple[TopPost, ...]
    looks: tuple[str, ...]
    history: tuple[Step, ...]
    coverage: str
    objecting: str


def unit_report(source: Source, satker: str) -> UnitReport:
    """The report of a unit that the month lists. KeyError when it lists none such."""
    row = source.row(satker)
    unit = source.known.get(satker)
    entries = source.of_unit.get(satker, ())
    name = plain(row.name, LONGEST_NAME)
    full = plain(unit.name, 2 * LONGEST_NAME) if unit else name
    missing = row.posts - row.measured
    return UnitReport(
        as_of=source.ranking.as_of,
        head=head(source, f"Laporan {name}", unit_month_path(satker, source.month)),
        name=name,
        full_name=full if full != name else "",
        kind=plain(words.kind(unit.kind), 40) if unit and unit.kind else "",
        places=tuple(place for each in _NAMES if (place := _place(source, each, satker))),
        why=_why(source, satker),
        shares=_shares(source, satker),
        platforms=_platforms(source, satker),
        top=top_posts(source, entries, _TOP),
        looks=_looks(source, satker, entries, missing),
        history=_history(source, satker),
        coverage=f"{formats.number(row.measured)} dari {formats.number(row.posts)} unggahan terukur"
        if row.posts
        else "belum ada unggahan yang dihitung",
        objecting=_objecting(source),
    )


def _place(source: Source, name: RankingName, satker: str) -> Place | None:
    row = source.lookup.row(name, satker)
    if row is None:
        return None
    unit = "interaksi" if name == "most_popular" else "unggahan"
    figure = row.i24 if name == "most_popular" else row.posts
    month = formats.month_name(previous_month(source.month))
    moved = words.movement(row.movement_kind, row.movement)
    return Place(
        title=TITLES[name],
        rank="–" if row.rank is None else formats.number(row.rank),
        of=f"dari {formats.number(source.lookup.ranked(name))}",
        possible=words.possible_ranks(row),
        figure="tidak terukur" if figure is None else f"{formats.number(figure)} {unit}",
        movement=f"{moved} dibanding {month} (final)" if moved else "",
        band=_band(source, name, satker),
    )


def _band(source: Source, name: RankingName, satker: str) -> str:
    found = source.lookup.band(name, satker)
    if found is None or found[1].rank is None:
        return ""
    band, row = found
    others = sum(other.rank is not None for other in band.rows)
    size = words.band(band.band_from, band.band_below)
    return f"{formats.number(row.rank or 0)} dari {formats.number(others)} di kelompok {size}"


def _why(source: Source, satker: str) -> tuple[str, ...]:
    at = source.lookup.position("most_popular", satker)
    if at is None:
        return ()
    band = source.lookup.band("most_popular", satker)
    median = source.lookup.median(band[0]) if band else None
    rows = source.ranking.find("most_popular").rows
    return standing.why(rows, at, _sums(source, satker), median)


def _sums(source: Source, satker: str) -> dict[Platform, int]:
    """The unit's interactions by platform; one of which nothing is measured is left out."""
    found = {}
    for platform in PLATFORMS:
        row = source.lookup.row("most_popular", satker, platform)
        if row is not None and row.i24 is not None and row.posts:
            found[platform] = row.i24
    return found


def _shares(source: Source, satker: str) -> tuple[PlatformShare, ...]:
    sums = _sums(source, satker)
    total = sum(sums.values())
    return tuple(
        PlatformShare(
            label=PLATFORM_NAMES[platform],
            tone=PLATFORMS.index(platform),
            part=part(i24, total),
            percent=points.share(i24, total),
        )
        for platform, i24 in sorted(sums.items(), key=lambda each: -each[1])
        if i24 > 0
    )


def _platforms(source: Source, satker: str) -> tuple[PlatformCount, ...]:
    found = []
    for platform in PLATFORMS:
        popular, active = (source.lookup.row(name, satker, platform) for name in _NAMES)
        row = active or popular
        if row is None or (row.rank is None and not row.posts):
            continue
        is_known = row.i24 is not None and row.measured
        found.append(
            PlatformCount(
                label=PLATFORM_NAMES[platform],
                posts=formats.number(row.posts),
                measured=formats.number(row.measured),
                i24=formats.number(row.i24 or 0) if is_known else "–",
                each=formats.number(round((row.i24 or 0) / row.measured)) if is_known else "–",
                rank="–"
                if popular is None or popular.rank is None or not row.posts
                else formats.number(popular.rank),
            )
        )
    return tuple(found)


def _looks(
    source: Source, satker: str, entries: tuple[Entry, ...], missing: int
) -> tuple[str, ...]:
    """What needs a look: posts without a number, posts that do not count and why, flags."""
    found = []
    running = sum(
        entry.verdict is not None
        and entry.verdict.counted
        and entry.verdict.measurement.state == "running"
        for entry in entries
    )
    if running:
        found.append(f"{formats.number(running)} unggahan masih berjalan: umurnya di bawah 30 jam.")
    if missing > 0:
        found.append(f"{formats.number(missing)} unggahan tanpa angka; tidak dihitung sebagai nol.")
    left = Counter(
        words.why(entry).removeprefix("Tidak dihitung: ")
        for entry in entries
        if entry.verdict is not None and not entry.verdict.counted
    )
    found += [
        f"{formats.number(count)} tidak dihitung: {why}"
        for why, count in sorted(left.items(), key=lambda each: (-each[1], each[0]))
    ]
    raised = [flag for flag in source.ranking.flags if flag.satker == satker]
    found += [
        f"Penanda {flags.LABELS[flag.code]} ({PLATFORM_NAMES[flags.platform_of(flag)]}): "
        f"{flags.sentence(flag, source.zone)}."
        for flag in raised
    ]
    if len(found) > _LOOKS:
        more = len(found) - _LOOKS + 1
        found = [*found[: _LOOKS - 1], f"Dan {formats.number(more)} hal lain di halaman bulannya."]
    return tuple(found)


def _history(source: Source, satker: str) -> tuple[Step, ...]:
    steps = []
    for lookup in source.past:
        ranked = lookup.ranking.find("most_popular")
        row = lookup.row("most_popular", satker)
        rank = row.rank if row else None
        last = max((other.rank or 1 for other in ranked.rows), default=1)
        steps.append(
            Step(
                label=formats.month_short(lookup.ranking.month),
                rank="" if rank is None else formats.number(rank),
                at=None if rank is None else part(rank - 1, max(last - 1, 1)),
            )
        )
    known = sum(step.at is not None for step in steps)
    return tuple(steps) if known >= _FEWEST else ()


def _objecting(source: Source) -> str:
    record = source.record
    if record.ranking.state != "closing":
        return ""
    until = formats.deadline(record.closes_at, source.zone) if record.closes_at else "bulan final"
    return (
        f"Keberatan? Sampaikan alamat unggahan dan alasannya kepada pengelola peringkat di "
        f"{plain(source.agency.name, LONGEST_NAME)}, paling lambat {until}."
    )
