"""From a month's stored ranking to its lists as pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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
from functions.publish.pages.charts import bar, swatch
from functions.publish.pages.context import Link
from functions.publish.pages.paths import (
    band_segment,
    flag_anchor,
    kind_segment,
    list_path,
    month_path,
    satker_path,
)
from functions.publish.text import flags, formats, words

Href = Callable[[str], str]

NAMES: tuple[RankingName, RankingName] = ("most_popular", "most_active")
TITLES: dict[RankingName, str] = {
    "most_popular": "Akun Terpopuler",
    "most_active": "Akun Teraktif",
}
SHORT: dict[RankingName, str] = {"most_popular": "terpopuler", "most_active": "teraktif"}
_SAYS: dict[RankingName, str] = {
    "most_popular": "menurut jumlah Interaksi 24 Jam",
    "most_active": "menurut banyaknya unggahan",
}
_ASKS: dict[RankingName, str] = {
    "most_popular": "Siapa paling banyak ditanggapi?",
    "most_active": "Siapa paling rajin mengunggah?",
}
TOP = 10  # rows of a list where it is not the page's subject
CONCENTRATED = 50  # percent of a sum from one post that a row says of itself


class BoardRow(msgspec.Struct, frozen=True):
    """A satker's line in a list. ``figure`` is what the list ranks by, None when unmeasured.

    ``known`` says which ranks the bounds allow, where they allow others ("bisa 5–8"); ``share``
    how much of the sum one post brought, where that is half or more. ``leads``: it is first, and
    with more than nothing. ``mark`` names the satker's flags and leads to their numbers.
    """

    rank: int | None
    leads: bool
    known: str
    name: str
    href: str
    figure: int | None
    posts: int
    measured: int
    i24: int | None
    per_post: int | None
    rate: float | None
    largest: float | None
    share: str
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
    """One list, or its first rows: Akun Terpopuler or Akun Teraktif of some scope.

    ``compared`` says what movement is measured against; empty where nothing is. ``provisional``:
    its figures may still change. ``more`` leads to all of it where only the first rows are here.
    """

    anchor: str
    title: str
    asks: str
    scope: str
    caption: str
    popular: bool
    unit: str
    rows: tuple[BoardRow, ...]
    unranked: tuple[Unranked, ...]
    ranked: int
    compared: str
    provisional: bool
    more: Link | None = None


class Leader(msgspec.Struct, frozen=True):
    """Who leads a list; ``tied`` others share the rank."""

    title: str
    row: BoardRow
    tied: int


class Scope(msgspec.Struct, frozen=True):
    """A platform, a kind of unit or a follower band: its sums, and who leads its lists.

    ``i24`` None: nothing is measured. ``posts_share`` and ``i24_share`` are tenths of a percent of
    the whole month; None where there is no whole. ``swatch``: its colour in charts.
    """

    anchor: str
    label: str
    href: str
    posts: int
    measured: int
    i24: int | None
    active_units: int
    leaders: tuple[Leader, ...]
    platform: Platform | None = None
    posts_share: int | None = None
    i24_share: int | None = None
    swatch: Markup | None = None


def kinds(ranking: Ranking) -> tuple[str, ...]:
    """The kinds of unit that have lists of their own, the best known first."""
    found = dict.fromkeys(ranked.kind for ranked in ranking.lists if ranked.kind)
    return tuple(sorted(found, key=words.kind_order))


class Lines:
    """Makes the lines of a month's lists for one page.

    Args:
        ranking: The month's.
        href: The address of a path of the site, from the page.
        unit: Where a satker's name leads, as a path of the site.
    """

    def __init__(
        self, ranking: Ranking, href: Href, *, unit: Callable[[str], str] = satker_path
    ) -> None:
        self._ranking = ranking
        self._href = href
        self._unit = unit

    def both(
        self,
        *,
        platform: Platform | None = None,
        kind: str | None = None,
        band: int | None = None,
        most: int | None = None,
    ) -> tuple[Board, Board]:
        """Terpopuler and Teraktif of a scope. ``most``: no more rows than these."""
        first, second = (
            self.board(self._ranking.find(name, platform=platform, kind=kind, band=band), most=most)
            for name in NAMES
        )
        return first, second

    def board(self, ranked: RankedList, *, begin: int = 0, most: int | None = None) -> Board:
        """A list as shown, from its row ``begin`` on; the satker without a rank come last.

        With ``most`` set and more rows than that, ``more`` leads to the list's own page.
        """
        name, month = ranked.ranking, self._ranking.month
        popular = name == "most_popular"
        with_rank = [row for row in ranked.rows if row.rank]
        rows = [*with_rank, *(row for row in ranked.rows if not row.rank)]
        end = len(rows) if most is None else begin + most
        shown = rows[begin:end]
        largest = max((_figure(row, popular) or 0 for row in with_rank[:1]), default=0) or 1
        compared = any(row.movement_kind != "none" for row in ranked.rows)
        anchor = anchor_of(ranked)
        scope = _scope(ranked)
        return Board(
            anchor=anchor,
            title=TITLES[name],
            asks=_ASKS[name],
            scope=scope,
            caption=f"{TITLES[name]} {formats.month(month)}, {scope}, {_SAYS[name]}",
            popular=popular,
            unit="interaksi" if popular else "unggahan",
            rows=tuple(self.standing(row, popular, largest) for row in shown if row.rank),
            unranked=tuple(
                Unranked(row.name, self._href(self._unit(row.satker)), _why_unranked(row, ranked))
                for row in shown
                if not row.rank
            ),
            ranked=len(with_rank),
            compared=words.compared(month) if compared else "",
            provisional=self._ranking.state != "final",
            more=None
            if end >= len(rows)
            else Link(
                f"Semua {formats.number(len(ranked.rows))} satuan kerja",
                f"{self._href(scope_path(ranked, month))}#{anchor}",
            ),
        )

    def standing(self, row: Row, popular: bool, largest: int) -> BoardRow:
        """A satker's line. ``largest``: the figure at which the bar is full."""
        figure = _figure(row, popular)
        month_page = self._href(month_path(self._ranking.month))
        return BoardRow(
            rank=row.rank,
            leads=row.rank == 1 and bool(figure),
            known=words.possible_ranks(row),
            name=row.name,
            href=self._href(self._unit(row.satker)),
            figure=figure,
            posts=row.posts,
            measured=row.measured,
            i24=row.i24,
            per_post=_per_post(row),
            rate=row.engagement_rate,
            largest=row.concentration,
            share=_concentration(row) if popular else "",
            bar=bar((figure or 0) * 1_000 // largest),
            movement=row.movement_kind,
            places=row.movement,
            movement_words=words.movement(row.movement_kind, row.movement),
            thin=row.thin,
            mark=flag_link(row.flags, f"{month_page}#{flag_anchor(row.satker)}"),
        )

    def platforms(self) -> tuple[Scope, ...]:
        """The platforms that the month has lists for, with their shares of the month."""
        found = {ranked.platform for ranked in self._ranking.lists}
        whole = self._ranking.find("most_active").rows
        return tuple(
            self._scope(
                PLATFORM_NAMES[platform],
                platform,
                list_path(self._ranking.month, platform),
                self._pair(platform=platform),
                whole,
                platform,
            )
            for platform in PLATFORMS
            if platform in found
        )

    def kinds(self) -> tuple[Scope, ...]:
        """The kinds of unit that the month has lists for."""
        return tuple(
            self._scope(
                words.kind(kind),
                kind_segment(kind),
                list_path(self._ranking.month, kind_segment(kind)),
                self._pair(kind=kind),
            )
            for kind in kinds(self._ranking)
        )

    def bands(self) -> tuple[Scope, ...]:
        """The follower bands that the month has lists for, the smallest first."""
        found = {ranked.band: ranked for ranked in self._ranking.lists if ranked.band is not None}
        return tuple(
            self._scope(
                words.band(found[band].band_from, found[band].band_below).capitalize(),
                band_segment(band),
                list_path(self._ranking.month, band_segment(band)),
                self._pair(band=band),
            )
            for band in sorted(found)
        )

    def _pair(
        self,
        *,
        platform: Platform | None = None,
        kind: str | None = None,
        band: int | None = None,
    ) -> tuple[RankedList, RankedList]:
        popular, active = (
            self._ranking.find(name, platform=platform, kind=kind, band=band) for name in NAMES
        )
        return popular, active

    def _scope(
        self,
        label: str,
        anchor: str,
        path: str,
        pair: tuple[RankedList, RankedList],
        whole: Iterable[Row] = (),
        platform: Platform | None = None,
    ) -> Scope:
        posts, measured, i24 = sums(pair[1].rows)
        all_posts, _, all_i24 = sums(whole)
        return Scope(
            anchor=anchor,
            label=label,
            href=self._href(path),
            posts=posts,
            measured=measured,
            i24=i24,
            active_units=sum(row.posts > 0 for row in pair[1].rows),
            leaders=tuple(leader for ranked in pair if (leader := self._leader(ranked))),
            platform=platform,
            posts_share=formats.share(posts, all_posts),
            i24_share=formats.share(i24, all_i24),
            swatch=swatch(PLATFORMS.index(platform) + 1) if platform else None,
        )

    def _leader(self, ranked: RankedList) -> Leader | None:
        """Who leads a list; nobody while the largest figure is 0 or unknown."""
        popular = ranked.ranking == "most_popular"
        first = [row for row in ranked.rows if row.rank == 1]
        figure = _figure(first[0], popular) if first else None
        if not figure:
            return None
        return Leader(
            TITLES[ranked.ranking], self.standing(first[0], popular, figure), len(first) - 1
        )


def sums(rows: Iterable[Row]) -> tuple[int, int, int | None]:
    """Posts, measured posts and I24 of a list's rows; I24 None while nothing is measured."""
    posts = measured = 0
    i24: int | None = None
    for row in rows:
        posts += row.posts
        measured += row.measured
        if row.i24 is not None and (row.posts or row.rank):
            i24 = (i24 or 0) + row.i24
    return posts, measured, i24


def flag_link(codes: tuple[FlagCode, ...], href: str) -> Link | None:
    """Flags by name, leading to their numbers; None without any."""
    return Link(flags.labels(codes), href) if codes else None


def scope_path(ranked: RankedList, month: str) -> str:
    """Where the page of a list lies."""
    if ranked.band is not None:
        return list_path(month, band_segment(ranked.band))
    if ranked.platform:
        return list_path(month, ranked.platform)
    return list_path(month, kind_segment(ranked.kind) if ranked.kind else "")


def anchor_of(ranked: RankedList) -> str:
    """The name of a list on a page that shows several."""
    prefix = ranked.platform or (kind_segment(ranked.kind) if ranked.kind else "")
    if ranked.band is not None:
        prefix = band_segment(ranked.band)
    return f"{prefix}-{SHORT[ranked.ranking]}" if prefix else SHORT[ranked.ranking]


def _scope(ranked: RankedList) -> str:
    if ranked.band is not None:
        return words.band(ranked.band_from, ranked.band_below)
    if ranked.platform:
        return PLATFORM_NAMES[ranked.platform]
    return words.kind(ranked.kind).lower() if ranked.kind else "semua platform"


def _figure(row: Row, popular: bool) -> int | None:
    return row.i24 if popular else row.posts


def _per_post(row: Row) -> int | None:
    """Interactions per measured post, rounded half up; None without one."""
    if row.i24 is None or not row.measured:
        return None
    return (2 * row.i24 + row.measured) // (2 * row.measured)


def _concentration(row: Row) -> str:
    share = row.concentration
    if share is None or share < CONCENTRATED or row.posts == 1:
        return ""
    return f"{formats.percent(round(share * 10))} dari satu unggahan"


def _why_unranked(row: Row, ranked: RankedList) -> str:
    if row.posts and row.i24 is None and ranked.ranking == "most_popular":
        return "unggahannya tidak terukur"
    platform = ranked.platform
    said = f"tanpa akun {PLATFORM_NAMES[platform]}" if platform else "belum punya akun terdaftar"
    # Only a decision gives a post to a satker without the account.
    return (
        f"{said}; {formats.number(row.posts)} unggahan dipindahkan ke sini" if row.posts else said
    )
