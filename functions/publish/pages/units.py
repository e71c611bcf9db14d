"""The pages of the work units: the list of all, and one for each."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from functions.model import (
    PLATFORM_NAMES,
    Account,
    Platform,
    Ranking,
    RankingName,
    Row,
    Satker,
)
from functions.publish.pages import boards, charts
from functions.publish.pages.context import Context, Shell
from functions.publish.pages.month_head import MonthHead, head, open_months
from functions.publish.pages.paths import month_path, satker_path, segment, unit_month_path
from functions.publish.pages.posts import PostItem, profile_address, shown_handle, web_address
from functions.publish.pages.standing import Standing, standing_of, validity
from functions.publish.pages.unit_month import post_group
from functions.publish.site import Material
from functions.publish.text import formats, words
from functions.store.agency.months import MonthRecord

_NAMES: tuple[RankingName, RankingName] = ("most_popular", "most_active")
_SPARK_MONTHS = 12
_FEWEST_MONTHS = 3  # with fewer a line says nothing
_AROUND = 3  # satker above and below in the band
LATEST = 10  # posts on a satker's own page; all are on its month's


class ProfileLink(msgspec.Struct, frozen=True):
    """An account on a platform, as registered.

    ``incomplete``: which of its posts are missing; empty when none are known to be.
    """

    platform: Platform
    label: str
    handle: str
    href: str | None
    validity: str
    incomplete: str = ""


class UnitLine(msgspec.Struct, frozen=True):
    """A satker in the list of all."""

    name: str
    full_name: str
    href: str
    province: str
    search: str
    profiles: tuple[ProfileLink, ...]
    popular: int | None
    active: int | None


class UnitGroup(msgspec.Struct, frozen=True):
    """The satker of one kind."""

    anchor: str
    label: str
    units: tuple[UnitLine, ...]


class UnitsPage(msgspec.Struct, frozen=True):
    """Every satker, with how many are registered and how many once were."""

    template: ClassVar[str] = "pages/units.html"
    shell: Shell
    count: int
    ended: int
    month: str | None
    groups: tuple[UnitGroup, ...]


class PastMonth(msgspec.Struct, frozen=True):
    """A satker's ranks in one month; ``href``: its posts of the month, or the month itself."""

    label: str
    href: str
    state_label: str
    popular: int | None
    active: int | None
    posts: int
    measured: int
    i24: int | None
    rate: float | None


class Trend(msgspec.Struct, frozen=True):
    """A ranking's ranks over the last months as a line, with a finding."""

    title: str
    about: str
    svg: Markup


class Neighbour(msgspec.Struct, frozen=True):
    """A satker of the same follower band, beside this one."""

    rank: int
    name: str
    href: str
    i24: int | None
    posts: int
    measured: int
    is_own: bool


class UnitPage(msgspec.Struct, frozen=True):
    """A satker: who it is, where it stands now, its year, and its newest posts.

    ``ended`` says that it is no longer registered; empty while it is. ``band`` names the follower
    band whose ``neighbours`` are listed; empty while there is one band.
    """

    template: ClassVar[str] = "pages/unit.html"
    shell: Shell
    name: str
    full_name: str
    kind: str
    ended: str
    province: str
    website: str | None
    head: MonthHead | None
    standing: Standing | None
    whole: str
    latest: tuple[PostItem, ...]
    summary: str
    trends: tuple[Trend, ...]
    history: tuple[PastMonth, ...]
    band: str
    neighbours: tuple[Neighbour, ...]
    profiles: tuple[ProfileLink, ...]
    units: str
    compare: str
    method: str


def units_page(context: Context) -> UnitsPage:
    """Every satker, by kind."""
    m = context.material
    ranks = _ranks(m.current.ranking) if m.current else {}
    groups: dict[str, list[UnitLine]] = defaultdict(list)
    for satker in sorted(m.units, key=lambda s: words.kind_order(s.kind)):
        popular, active = ranks.get(satker.id, (None, None))
        groups["" if satker.id in m.ended else satker.kind].append(
            UnitLine(
                name=satker.label,
                full_name=satker.name,
                href=context.href(satker_path(satker.id)),
                province=satker.province or "",
                search=_search_text(satker, m.accounts.get(satker.id, [])),
                profiles=_profiles(context, satker, current_only=True),
                popular=popular.rank if popular else None,
                active=active.rank if active else None,
            )
        )
    return UnitsPage(
        shell=context.shell(
            "Satuan kerja",
            f"Semua satuan kerja {m.agency.name} yang diukur, dengan akun dan peringkatnya.",
            section="units",
        ),
        count=len(m.units) - len(m.ended),
        ended=len(m.ended),
        month=formats.month(m.current.ranking.month) if m.current else None,
        groups=tuple(
            UnitGroup(
                segment(kind) or "lainnya",
                words.kind(kind) if kind else "Tidak lagi terdaftar",
                tuple(groups[kind]),
            )
            for kind in sorted(groups, key=lambda kind: not kind)
        ),
    )


def unit_page(context: Context, satker: Satker) -> UnitPage:
    """A satker: who it is, where it stands now, and its year."""
    m = context.material
    current = m.current
    month = current.ranking.month if current else ""
    stands = current is not None and m.lookup(month).row("most_active", satker.id) is not None
    group = post_group(context, satker, month, slice(LATEST)) if stands else None
    band, neighbours = _neighbours(context, satker) if stands else ("", ())
    whole = unit_month_path(satker.id, month)
    told = head(current, m.zone, context.href, of_unit=True) if current else None
    return UnitPage(
        shell=context.shell(
            satker.label,
            f"Peringkat, akun, dan setiap unggahan {satker.name} dengan Interaksi 24 Jam-nya.",
            section="units",
            as_of=told.as_of if told else "",
            sheet=f"{satker.label} · {told.sheet}" if told else "",
            image=f"{whole}bagikan.png" if stands else "",
            open_months=open_months(context),
        ),
        name=satker.label,
        full_name=satker.name,
        kind=words.kind(satker.kind) if satker.kind else "Tidak lagi terdaftar",
        ended=_ended(m, satker),
        province=satker.province or "",
        website=web_address(satker.website),
        head=told,
        standing=standing_of(context, satker, current) if current and stands else None,
        whole=context.href(whole) if stands else "",
        latest=group.posts if group else (),
        summary=group.summary if group else "",
        trends=tuple(trend for name in _NAMES if (trend := _trend(m, satker, name))),
        history=tuple(
            _past(context, satker, each, m.records[each])
            for each in sorted(m.records, reverse=True)
        ),
        band=band,
        neighbours=neighbours,
        profiles=_profiles(context, satker, current_only=True),
        units=context.href("satker/"),
        compare=context.href(f"banding/?a={quote(satker.id)}"),
        method=context.href("metode/"),
    )


def _ended(m: Material, satker: Satker) -> str:
    """A sentence that the satker is no longer registered, and since when; empty while it is."""
    if satker.id not in m.ended:
        return ""
    end = m.ended[satker.id]
    since = f" sejak {formats.date(end, m.zone)}" if end else ""
    return f"Tidak lagi terdaftar{since}; bulan-bulan yang lampau tetap seperti waktu itu."


def _trend(m: Material, satker: Satker, name: RankingName) -> Trend | None:
    """The satker's ranks over the last months; None before the third."""
    months = sorted(m.records)[-_SPARK_MONTHS:]
    found = [(month, m.lookup(month).row(name, satker.id)) for month in months]
    ranks = [(month, row.rank if row else None) for month, row in found]
    known = [(month, rank) for month, rank in ranks if rank is not None]
    if len(known) < _FEWEST_MONTHS:
        return None
    (first, begin), (last, end) = known[0], known[-1]
    best = min(rank for _, rank in known)
    lowest = max(m.lookup(month).ranked(name) for month in months)
    title = boards.TITLES[name].removeprefix("Akun ")
    return Trend(
        title=f"{title}: dari {begin} ke {end}, terbaik {best}",
        about=f"Peringkat tiap bulan, {formats.month(first)} sampai {formats.month(last)}; "
        "makin atas makin baik",
        svg=charts.rank_line(
            [(formats.month_short(month), rank) for month, rank in ranks],
            name == "most_popular",
            lowest=lowest,
        ),
    )


def _neighbours(context: Context, satker: Satker) -> tuple[str, tuple[Neighbour, ...]]:
    """The satker of its follower band around it in Akun Terpopuler, and the band's name."""
    m = context.material
    if m.current is None:
        return "", ()
    found = m.lookup(m.current.ranking.month).band("most_popular", satker.id)
    if found is None or found[1].rank is None:
        return "", ()
    ranked, own = found
    rows = [row for row in ranked.rows if row.rank is not None]
    at = rows.index(own)
    begin = max(0, min(at - _AROUND, len(rows) - 2 * _AROUND - 1))
    return words.band(ranked.band_from, ranked.band_below), tuple(
        Neighbour(
            rank=row.rank or 0,
            name=row.name,
            href=context.href(satker_path(row.satker)),
            i24=row.i24,
            posts=row.posts,
            measured=row.measured,
            is_own=row is own,
        )
        for row in rows[begin : begin + 2 * _AROUND + 1]
    )


def _past(context: Context, satker: Satker, month: str, record: MonthRecord) -> PastMonth:
    lookup = context.material.lookup(month)
    popular, active = (lookup.row(name, satker.id) for name in _NAMES)
    either = active or popular
    return PastMonth(
        label=formats.month(month),
        href=context.href(unit_month_path(satker.id, month) if either else month_path(month)),
        state_label=words.MONTH_STATE[record.ranking.state],
        popular=popular.rank if popular else None,
        active=active.rank if active else None,
        posts=either.posts if either else 0,
        measured=either.measured if either else 0,
        i24=either.i24 if either else None,
        rate=either.engagement_rate if either else None,
    )


def _profiles(
    context: Context, satker: Satker, *, current_only: bool = False
) -> tuple[ProfileLink, ...]:
    m = context.material
    found = []
    for account in m.accounts.get(satker.id, []):
        if current_only and not account.holds(m.now):
            continue
        found.append(
            ProfileLink(
                platform=account.platform,
                label=PLATFORM_NAMES[account.platform],
                handle=shown_handle(account.handle),
                href=profile_address(account.platform, account.handle),
                validity=validity(context, account),
                incomplete=m.incomplete.get(account.key or "", "") if account.holds(m.now) else "",
            )
        )
    return tuple(found)


def _search_text(satker: Satker, accounts: list[Account]) -> str:
    parts = [satker.label, satker.name, satker.province or "", satker.id]
    return " ".join([*parts, *(account.handle for account in accounts)]).casefold()


def _ranks(ranking: Ranking) -> dict[str, tuple[Row | None, Row | None]]:
    """Each satker's rows in the two official lists: popular, active."""
    popular, active = ({row.satker: row for row in ranking.find(name).rows} for name in _NAMES)
    return {satker: (popular.get(satker), active.get(satker)) for satker in popular | active}
