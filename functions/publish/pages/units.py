"""The pages of the work units: the list of all, and one for each."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from functions.model import (
    PLATFORM_NAMES,
    Platform,
    Ranking,
    RankingName,
    Row,
    Satker,
)
from functions.publish.files.series import series_path
from functions.publish.pages import boards, charts
from functions.publish.pages.context import Context, Link, Shell
from functions.publish.pages.dialog import DialogSection, dialog_section
from functions.publish.pages.embeds import embed_code
from functions.publish.pages.month_head import MonthHead, head, open_months
from functions.publish.pages.papers import unit_image, unit_report
from functions.publish.pages.paths import (
    month_path,
    satker_path,
    segment,
    unit_month_path,
    units_path,
)
from functions.publish.pages.posts import PostItem, profile_address, shown_handle, web_address
from functions.publish.pages.standing import Standing, standing_of, validity
from functions.publish.pages.unit_month import post_group, share_of
from functions.publish.site import Material
from functions.publish.text import formats, words
from functions.publish.text.search import search_text
from functions.publish.text.sharing import ShareLine
from functions.store.agency.months import MonthRecord

_NAMES: tuple[RankingName, RankingName] = ("most_popular", "most_active")
ROWS = 500  # satker on a page of the list
INDEX = "data/cari.json"
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
    """Satker by kind, with how many are registered and how many once were.

    ``parts``: the pages of the list, none while it has one. ``index``: the file in which the script
    looks for those on other pages; empty while all are on this one.
    """

    template: ClassVar[str] = "pages/units.html"
    shell: Shell
    count: int
    ended: int
    everybody: int
    month: str | None
    groups: tuple[UnitGroup, ...]
    parts: tuple[Link, ...]
    index: str


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
    dialog: DialogSection | None
    units: str
    compare: str
    series: str
    share: ShareLine | None
    embed: str | None
    report: str
    method: str


def units_pages(m: Material) -> int:
    """How many pages the list of all satker has."""
    return max(1, -(-len(m.units) // ROWS))


def units_page(context: Context, number: int = 1) -> UnitsPage:
    """A page of the list of all satker, by kind; those no longer registered stand last."""
    m = context.material
    ranks = _ranks(m.current.ranking) if m.current else {}
    count = units_pages(m)
    ordered = _in_order(m)
    groups: dict[str, list[UnitLine]] = {}
    for satker in ordered[(number - 1) * ROWS : number * ROWS]:
        popular, active = ranks.get(satker.id, (None, None))
        groups.setdefault("" if satker.id in m.ended else satker.kind, []).append(
            UnitLine(
                name=satker.label,
                full_name=satker.name,
                href=context.href(satker_path(satker.id)),
                province=satker.province or "",
                search=_search_text(m, satker) if count == 1 else "",
                profiles=_profiles(context, satker, current_only=True),
                popular=popular.rank if popular else None,
                active=active.rank if active else None,
            )
        )
    return UnitsPage(
        shell=context.shell(
            "Satuan kerja" if number == 1 else f"Satuan kerja, bagian {number}",
            f"Semua satuan kerja {m.agency.name} yang diukur, dengan akun dan peringkatnya.",
            section="units",
            open_months=open_months(context),
        ),
        count=len(m.units) - len(m.ended),
        ended=len(m.ended),
        everybody=len(m.units),
        month=formats.month(m.current.ranking.month) if m.current else None,
        groups=tuple(
            UnitGroup(
                segment(kind) if kind else "lainnya",
                words.kind(kind) if kind else "Tidak lagi terdaftar",
                tuple(lines),
            )
            for kind, lines in groups.items()
        ),
        parts=tuple(
            Link(
                f"{formats.number((n - 1) * ROWS + 1)}–"
                f"{formats.number(min(n * ROWS, len(ordered)))}",
                context.href(units_path(n)),
                n == number,
            )
            for n in range(1, count + 1)
            if count > 1
        ),
        index=context.href(INDEX) if count > 1 else "",
    )


def units_index(m: Material) -> bytes:
    """Every satker with the words by which it is found, for the script of a list of many pages.

    A list for each: name, full name (empty where it is the name), path from the site's root, words.
    """
    told = [
        (
            satker.label,
            "" if satker.name == satker.label else satker.name,
            satker_path(satker.id),
            _search_text(m, satker),
        )
        for satker in _in_order(m)
    ]
    return msgspec.json.encode(told)


def _in_order(m: Material) -> list[Satker]:
    """The satker as they are listed: by kind and id, those no longer registered last."""
    return sorted(m.units, key=lambda s: (s.id in m.ended, words.kind_order(s.kind), s.id))


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
            image=unit_image(context, satker.id, month) if stands else "",
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
        history=_history(context, satker),
        band=band,
        neighbours=neighbours,
        profiles=_profiles(context, satker, current_only=True),
        dialog=dialog_section(context, satker.id),
        units=context.href("satker/"),
        compare=context.href(f"banding/?a={quote(satker.id)}"),
        series=context.href(series_path(satker.id)) if m.has_finals else "",
        share=share_of(context, satker, current, satker_path(satker.id)) if current else None,
        embed=embed_code(context, satker),
        method=context.href("metode/"),
        report=unit_report(context, satker.id, month) if stands else "",
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


def _history(context: Context, satker: Satker) -> tuple[PastMonth, ...]:
    """The months, the newest first; none while it was never ranked and never had a post."""
    records = context.material.records
    found = [_past(context, satker, each, records[each]) for each in sorted(records, reverse=True)]
    is_told = any(past.posts or past.popular or past.active for past in found)
    return tuple(found) if is_told else ()


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


def _search_text(m: Material, satker: Satker) -> str:
    handles = [account.handle for account in m.accounts.get(satker.id, ())]
    return search_text(satker, [*handles, *map(shown_handle, handles)])


def _ranks(ranking: Ranking) -> dict[str, tuple[Row | None, Row | None]]:
    """Each satker's rows in the two official lists: popular, active."""
    popular, active = ({row.satker: row for row in ranking.find(name).rows} for name in _NAMES)
    return {satker: (popular.get(satker), active.get(satker)) for satker in popular | active}
