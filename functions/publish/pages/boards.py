"""From a month's stored ranking to its lists as pages show them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from markupsafe import Markup

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    FlagCode,
    MovementKind,
    Platform,
    RankedList,
    Ranking,
    RankingName,
    Row,
)
from functions.publish.pages.charts import bar
from functions.publish.pages.context import Link
from functions.publish.text import flags, formats, words

Href = Callable[[str], str]

TITLES: dict[RankingName, str] = {
    "most_popular": "Akun Terpopuler",
    "most_active": "Akun Teraktif",
}
SHORT: dict[RankingName, str] = {"most_popular": "terpopuler", "most_active": "teraktif"}
_SAYS: dict[RankingName, str] = {
    "most_popular": "menurut jumlah Interaksi 24 Jam",
    "most_active": "menurut banyaknya unggahan",
}
_PODIUM = 3
_TOP = 10


class Fact(msgspec.Struct, frozen=True):
    """A large figure and what it counts. ``share`` draws a bar, in thousandths."""

    figure: str
    label: str
    note: str = ""
    bar: Markup | None = None


class Standing(msgspec.Struct, frozen=True):
    """A satker's line in a list. ``figure`` is what the list ranks by, None when unmeasured.

    ``mark`` names the satker's flags and leads to their numbers.
    """

    rank: int | None
    name: str
    href: str
    figure: int | None
    posts: int
    measured: int
    i24: int | None
    rate: float | None
    bar: Markup
    movement: MovementKind
    places: int | None
    movement_words: str
    thin: bool
    mark: Link | None = None


class Unranked(msgspec.Struct, frozen=True):
    """A satker without a rank, and why."""

    name: str
    href: str
    why: str


class Board(msgspec.Struct, frozen=True):
    """One list: Akun Terpopuler or Akun Teraktif of some scope.

    ``posts``, ``i24`` (None: nothing is measured) and ``active_units`` (units with a post) are sums
    over all its satker, ranked or not.
    """

    anchor: str
    title: str
    scope: str
    caption: str
    popular: bool
    unit: str
    rows: tuple[Standing, ...]
    unranked: tuple[Unranked, ...]
    posts: int
    i24: int | None
    active_units: int
    podium: tuple[Standing, ...] = ()
    top: tuple[Standing, ...] = ()


class Scope(msgspec.Struct, frozen=True):
    """Both lists of a platform, a kind of unit or a follower band."""

    anchor: str
    label: str
    href: str
    posts: int
    i24: int | None
    active_units: int
    boards: tuple[Board, ...]
    platform: Platform | None = None
    leaders: tuple[tuple[str, Standing], ...] = ()


def month_path(month: str) -> str:
    """Where a month's page lies."""
    return f"{month[:4]}/{month[5:7]}/"


def kinds(ranking: Ranking) -> tuple[str, ...]:
    """The kinds of unit that have lists of their own, the best known first."""
    found = dict.fromkeys(ranked.kind for ranked in ranking.lists if ranked.kind)
    return tuple(sorted(found, key=words.kind_order))


def both(
    ranking: Ranking,
    href: Href,
    *,
    platform: Platform | None = None,
    kind: str | None = None,
    band: int | None = None,
) -> tuple[Board, Board]:
    """Terpopuler and Teraktif of a scope."""
    names: tuple[RankingName, RankingName] = ("most_popular", "most_active")
    first, second = (
        board(ranking.find(name, platform=platform, kind=kind, band=band), ranking.month, href)
        for name in names
    )
    return first, second


def board(ranked: RankedList, month: str, href: Href) -> Board:
    """A list as shown: its ranked rows, and separately the satker without a rank and why."""
    popular = ranked.ranking == "most_popular"
    scope = _scope(ranked)
    largest = max((_figure(row, popular) or 0 for row in ranked.rows), default=0) or 1
    rows = tuple(standing(row, popular, largest, month, href) for row in ranked.rows if row.rank)
    figures = [row.i24 for row in ranked.rows if row.rank or row.posts]
    measured = [figure for figure in figures if figure is not None]
    return Board(
        anchor=anchor_of(ranked),
        title=TITLES[ranked.ranking],
        scope=scope,
        caption=f"{TITLES[ranked.ranking]} {formats.month(month)}, {scope}, "
        f"{_SAYS[ranked.ranking]}",
        popular=popular,
        unit="interaksi" if popular else "unggahan",
        rows=rows,
        unranked=tuple(
            Unranked(row.name, href(satker_path(row.satker)), _why_unranked(row, ranked))
            for row in ranked.rows
            if not row.rank
        ),
        posts=sum(row.posts for row in ranked.rows),
        i24=sum(measured) if measured else None,
        active_units=sum(row.posts > 0 for row in ranked.rows),
        podium=rows[:_PODIUM],
        top=rows[_PODIUM:_TOP],
    )


def standing(row: Row, popular: bool, largest: int, month: str, href: Href) -> Standing:
    """A satker's line."""
    figure = _figure(row, popular)
    return Standing(
        rank=row.rank,
        name=row.name,
        href=href(satker_path(row.satker)),
        figure=figure,
        posts=row.posts,
        measured=row.measured,
        i24=row.i24,
        rate=row.engagement_rate,
        bar=bar((figure or 0) * 1_000 // largest),
        movement=row.movement_kind,
        places=row.movement,
        movement_words=words.movement(row.movement_kind, row.movement),
        thin=row.thin,
        mark=flag_link(row.flags, f"{href(month_path(month))}#{flag_anchor(row.satker)}"),
    )


def flag_link(codes: tuple[FlagCode, ...], href: str) -> Link | None:
    """Flags by name, leading to their numbers; None without any."""
    return Link(flags.labels(codes), href) if codes else None


def flag_anchor(satker: str) -> str:
    """Where a month's page tells a satker's flags."""
    return f"penanda-{segment(satker)}"


def scopes(ranking: Ranking, href: Href) -> tuple[tuple[Scope, ...], tuple[Scope, ...]]:
    """The platforms and the kinds of unit that the month has lists for."""
    platforms = tuple(
        scope(
            PLATFORM_NAMES[platform],
            both(ranking, href, platform=platform),
            href(f"platform/{platform}/"),
            platform,
        )
        for platform in PLATFORMS
        if any(ranked.platform == platform for ranked in ranking.lists)
    )
    units = tuple(
        scope(
            words.kind(kind),
            both(ranking, href, kind=kind),
            "",
            None,
            anchor=segment(kind),
        )
        for kind in kinds(ranking)
    )
    return platforms, units


def band_scopes(ranking: Ranking, href: Href) -> tuple[Scope, ...]:
    """The follower bands that the month has lists for, the smallest first."""
    found = {ranked.band: ranked for ranked in ranking.lists if ranked.band is not None}
    return tuple(
        scope(
            words.band(found[band].band_from, found[band].band_below).capitalize(),
            both(ranking, href, band=band),
            "",
            None,
            anchor=_band_anchor(band),
        )
        for band in sorted(found)
    )


def band_list(ranking: Ranking, name: RankingName, satker: str) -> RankedList | None:
    """The list of a satker's follower band; None when the month has one band."""
    for ranked in ranking.lists:
        if ranked.ranking == name and ranked.band is not None and row_of(ranked, satker):
            return ranked
    return None


def scope(
    label: str,
    boards: tuple[Board, Board],
    href: str,
    platform: Platform | None,
    *,
    anchor: str | None = None,
) -> Scope:
    """Both lists with their sums."""
    return Scope(
        anchor=anchor or platform or "",
        label=label,
        href=href,
        posts=boards[1].posts,
        i24=boards[1].i24,
        active_units=boards[1].active_units,
        boards=boards,
        platform=platform,
        leaders=tuple(
            (board.title, board.rows[0]) for board in boards if board.rows and board.rows[0].figure
        ),
    )


def facts(ranking: Ranking, accounts: int) -> tuple[Fact, ...]:
    """The month in four figures."""
    rows = ranking.find("most_active").rows
    posts = sum(row.posts for row in rows)
    measured = sum(row.measured for row in rows)
    known = [row.i24 for row in rows if row.i24 is not None]
    busy = sum(row.posts > 0 for row in rows)
    return (
        Fact(formats.number(posts), "unggahan", f"dari {formats.number(accounts)} akun"),
        Fact(
            formats.number(sum(known)) if known else "tidak terukur",
            "Interaksi 24 Jam",
            f"{formats.number(round(sum(known) / measured))} per unggahan terukur"
            if known and measured
            else "",
        ),
        Fact(
            f"{formats.number(busy)}",
            "satuan kerja aktif",
            f"dari {formats.number(len(rows))} yang terdaftar",
        ),
        Fact(
            f"{formats.decimal(measured * 100 / posts)} %" if posts else "–",
            "unggahan terukur",
            f"{formats.number(measured)} dari {formats.number(posts)}",
            bar(measured * 1_000 // posts) if posts else None,
        ),
    )


def satker_path(satker: str) -> str:
    """Where a satker's page lies."""
    return f"satker/{segment(satker)}/"


def segment(text: str) -> str:
    """A registry's code as a path segment; characters that a path could misread become ``~2f``."""
    safe = "".join(
        c if c.isascii() and (c.isalnum() or c in "-_.") else f"~{ord(c):x}" for c in text
    )
    return f"~2e{safe[1:]}" if safe.startswith(".") else safe


def anchor_of(ranked: RankedList) -> str:
    """Where a month's page shows the list."""
    prefix = ranked.platform or (segment(ranked.kind) if ranked.kind else "")
    if ranked.band is not None:
        prefix = _band_anchor(ranked.band)
    return f"{prefix}-{SHORT[ranked.ranking]}" if prefix else SHORT[ranked.ranking]


def _band_anchor(band: int) -> str:
    return f"pengikut-{band}"


def _scope(ranked: RankedList) -> str:
    if ranked.band is not None:
        return words.band(ranked.band_from, ranked.band_below)
    if ranked.platform:
        return PLATFORM_NAMES[ranked.platform]
    return words.kind(ranked.kind).lower() if ranked.kind else "semua platform"


def _figure(row: Row, popular: bool) -> int | None:
    return row.i24 if popular else row.posts


def _why_unranked(row: Row, ranked: RankedList) -> str:
    if row.posts and row.i24 is None and ranked.ranking == "most_popular":
        return "unggahannya tidak terukur"
    platform = ranked.platform
    said = f"tanpa akun {PLATFORM_NAMES[platform]}" if platform else "belum punya akun terdaftar"
    # Only a decision gives a post to a satker without the account.
    return (
        f"{said}; {formats.number(row.posts)} unggahan dipindahkan ke sini" if row.posts else said
    )


def row_of(ranked: RankedList, satker: str) -> Row | None:
    """A satker's row in a list; None when the list does not have it."""
    return next((row for row in ranked.rows if row.satker == satker), None)
