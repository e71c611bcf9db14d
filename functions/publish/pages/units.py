"""The pages of the work units: the list of all, and one for each."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar

import msgspec
from markupsafe import Markup

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    Account,
    MovementKind,
    Platform,
    Ranking,
    RankingName,
    Row,
    Satker,
)
from functions.publish.pages import boards, charts
from functions.publish.pages.context import Context, Link, Shell
from functions.publish.pages.paths import month_path, satker_path, segment, unit_month_path
from functions.publish.pages.posts import profile_address, shown_handle, web_address
from functions.publish.pages.unit_month import PostGroup, post_group, rank_figure
from functions.publish.site import Material
from functions.publish.text import formats, words
from functions.store.agency.months import MonthRecord

_NAMES: tuple[RankingName, RankingName] = ("most_popular", "most_active")
_SPARK_MONTHS = 12


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


class UnitRank(msgspec.Struct, frozen=True):
    """A rank out of how many, with where it comes from, and the rank in the follower band."""

    title: str
    rank: int | None
    out_of: int
    figure: str
    movement: MovementKind
    places: int | None
    movement_words: str
    spark: Markup | None
    href: str
    band: Link | None = None


class PlatformRanks(msgspec.Struct, frozen=True):
    """A satker's ranks on one platform."""

    platform: Platform
    label: str
    href: str
    popular: int | None
    active: int | None
    posts: int
    measured: int
    i24: int | None


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


class UnitPage(msgspec.Struct, frozen=True):
    """A satker: its accounts, its ranks and its posts.

    ``ended`` says that it is no longer registered; empty while it is.
    """

    template: ClassVar[str] = "pages/unit.html"
    shell: Shell
    name: str
    full_name: str
    kind: str
    ended: str
    province: str
    website: str | None
    month: str | None
    places: tuple[UnitRank, ...]
    profiles: tuple[ProfileLink, ...]
    by_platform: tuple[PlatformRanks, ...]
    history: tuple[PastMonth, ...]
    groups: tuple[PostGroup, ...]
    units: str


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
                profiles=_profiles(m, satker, current_only=True),
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
    """A satker: its accounts, its ranks and its posts."""
    m = context.material
    current = m.current
    return UnitPage(
        shell=context.shell(
            satker.label,
            f"Peringkat, akun, dan setiap unggahan {satker.name} dengan Interaksi 24 Jam-nya.",
            section="units",
        ),
        name=satker.label,
        full_name=satker.name,
        kind=words.kind(satker.kind) if satker.kind else "Tidak lagi terdaftar",
        ended=_ended(m, satker),
        province=satker.province or "",
        website=web_address(satker.website),
        month=formats.month(current.ranking.month) if current else None,
        places=_unit_ranks(context, satker, current) if current else (),
        profiles=_profiles(m, satker),
        by_platform=_by_platform(context, satker, current) if current else (),
        history=tuple(
            _past(context, satker, month, m.records[month])
            for month in sorted(m.records, reverse=True)
        ),
        groups=tuple(post_group(context, satker, month) for month in m.recent),
        units=context.href("satker/"),
    )


def _ended(m: Material, satker: Satker) -> str:
    """A sentence that the satker is no longer registered, and since when; empty while it is."""
    if satker.id not in m.ended:
        return ""
    end = m.ended[satker.id]
    since = f" sejak {formats.date(end, m.zone)}" if end else ""
    return f"Tidak lagi terdaftar{since}; bulan-bulan yang lampau tetap seperti waktu itu."


def _unit_ranks(context: Context, satker: Satker, current: MonthRecord) -> tuple[UnitRank, ...]:
    found = []
    records = context.material.records
    month_page = context.href(month_path(current.ranking.month))
    for name in _NAMES:
        ranked = current.ranking.find(name)
        rows, row = ranked.rows, boards.row_of(ranked, satker.id)
        if row is None:
            continue
        past = [boards.row_of(record.ranking.find(name), satker.id) for record in records.values()]
        ranks = [each.rank if each else None for each in past][-_SPARK_MONTHS:]
        spoken = ", ".join(str(rank) if rank else "tanpa peringkat" for rank in ranks)
        found.append(
            UnitRank(
                title=boards.TITLES[name],
                rank=row.rank,
                out_of=sum(other.rank is not None for other in rows),
                figure=rank_figure(row, name),
                movement=row.movement_kind,
                places=row.movement,
                movement_words=words.movement(row.movement_kind, row.movement),
                spark=charts.sparkline(
                    ranks, f"Peringkat tiap bulan, dari yang terlama: {spoken}", lowest=len(rows)
                )
                if sum(rank is not None for rank in ranks) > 1
                else None,
                href=f"{month_page}#{boards.SHORT[name]}",
                band=_band_rank(current.ranking, name, satker, month_page),
            )
        )
    return tuple(found)


def _band_rank(ranking: Ranking, name: RankingName, satker: Satker, month_page: str) -> Link | None:
    """The satker's rank among those with about as many followers; None when there is one band."""
    ranked = boards.band_list(ranking, name, satker.id)
    row = boards.row_of(ranked, satker.id) if ranked else None
    if ranked is None or row is None or row.rank is None:
        return None
    others = sum(other.rank is not None for other in ranked.rows)
    size = words.band(ranked.band_from, ranked.band_below).capitalize()
    return Link(
        f"{size}: peringkat {row.rank} dari {others}",
        f"{month_page}#{boards.anchor_of(ranked)}",
    )


def _by_platform(
    context: Context, satker: Satker, current: MonthRecord
) -> tuple[PlatformRanks, ...]:
    """The satker's ranks on each platform where it has an account, or a post that counts."""
    ranking = current.ranking
    accounts = context.material.accounts.get(satker.id, ())
    held = {account.platform for account in accounts}
    found = []
    for platform in PLATFORMS:
        popular, active = (
            boards.row_of(ranking.find(name, platform=platform), satker.id) for name in _NAMES
        )
        either = active or popular
        if either is not None and (either.posts or platform in held):
            found.append(
                PlatformRanks(
                    platform=platform,
                    label=PLATFORM_NAMES[platform],
                    href=context.href(f"platform/{platform}/"),
                    popular=popular.rank if popular else None,
                    active=active.rank if active else None,
                    posts=either.posts,
                    measured=either.measured,
                    i24=either.i24,
                )
            )
    return tuple(found)


def _past(context: Context, satker: Satker, month: str, record: MonthRecord) -> PastMonth:
    popular, active = _ranks(record.ranking).get(satker.id, (None, None))
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
    m: Material, satker: Satker, *, current_only: bool = False
) -> tuple[ProfileLink, ...]:
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
                validity=_validity(m, account),
                incomplete=m.incomplete.get(account.key or "", "") if account.holds(m.now) else "",
            )
        )
    return tuple(found)


def _validity(m: Material, account: Account) -> str:
    since = f"diukur sejak {formats.date(account.valid_from, m.zone)}"
    if account.valid_to is None:
        return since
    return f"{since} sampai {formats.last_day(account.valid_to, m.zone)}"


def _search_text(satker: Satker, accounts: list[Account]) -> str:
    parts = [satker.label, satker.name, satker.province or "", satker.id]
    return " ".join([*parts, *(account.handle for account in accounts)]).casefold()


def _ranks(ranking: Ranking) -> dict[str, tuple[Row | None, Row | None]]:
    """Each satker's rows in the two official lists: popular, active."""
    popular, active = ({row.satker: row for row in ranking.find(name).rows} for name in _NAMES)
    return {satker: (popular.get(satker), active.get(satker)) for satker in popular | active}
