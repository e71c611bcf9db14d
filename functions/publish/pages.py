"""Page models: everything a template shows, ready to be shown.

A template receives exactly one ``page`` and does no arithmetic and no look-ups. Times are written
out where they are composed; None means unknown, and a template says so in words. Addresses are
relative to the page, so a site works below any prefix and from any host.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from markupsafe import Markup

from functions.model import MonthState, MovementKind, Platform, State


class Link(msgspec.Struct, frozen=True):
    """Where to, and what it is called. ``current``: the reader is there."""

    label: str
    href: str
    current: bool = False


class Shell(msgspec.Struct, frozen=True):
    """What surrounds every page. ``canonical`` is None without a public address.

    ``agencies``: the sites of the installation's other agencies.
    """

    path: str
    title: str
    description: str
    agency: str
    home: str
    nav: tuple[Link, ...]
    footer: tuple[Link, ...]
    stylesheet: str
    script: str
    icon: str
    updated: str | None
    notice: str = ""
    canonical: str | None = None
    agencies: tuple[Link, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """A stage of a month's life; ``phase`` is done, now or next."""

    label: str
    when: str
    phase: str


class MonthHead(msgspec.Struct, frozen=True):
    """What is said about a month wherever it is the subject."""

    label: str
    name: str
    year: str
    href: str
    state: MonthState
    state_label: str
    sentence: str
    as_of: str
    revision: int
    incomplete: bool
    steps: tuple[Step, ...]


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

    ``posts``, ``i24`` (None: nothing is measured) and ``active_units`` (those with a post) are of
    everybody in it, with a rank or without.
    """

    anchor: str
    title: str
    scope: str
    caption: str
    popular: bool
    unit: str
    rows: tuple[Standing, ...]
    unranked: tuple[Unranked, ...]
    with_rate: bool
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


class Chart(msgspec.Struct, frozen=True):
    """A chart with its words."""

    svg: Markup
    caption: str
    first: str = ""
    last: str = ""


class HomePage(msgspec.Struct, frozen=True):
    """The running month, or the last one on a month's first day."""

    template: ClassVar[str] = "pages/home.html"
    shell: Shell
    head: MonthHead
    facts: tuple[Fact, ...]
    boards: tuple[Board, ...]
    chart: Chart | None
    platforms: tuple[Scope, ...]
    kinds: tuple[Scope, ...]
    months: tuple[Link, ...]
    method: str
    data: str
    units: str


class EmptyPage(msgspec.Struct, frozen=True):
    """The first page of a site that has nothing to tell yet."""

    template: ClassVar[str] = "pages/empty.html"
    shell: Shell
    method: str
    units: str


class PostLink(msgspec.Struct, frozen=True):
    """A post by a name; ``href`` None = its address is not known."""

    label: str
    href: str | None


class FlagLine(msgspec.Struct, frozen=True):
    """A flag with its numbers; ``more``: posts beyond those that are linked."""

    label: str
    platform: Platform
    account: str
    sentence: str
    posts: tuple[PostLink, ...]
    more: int = 0


class FlaggedUnit(msgspec.Struct, frozen=True):
    """A satker's flags of a month."""

    anchor: str
    name: str
    href: str
    count: int
    lines: tuple[FlagLine, ...]


class LogEntry(msgspec.Struct, frozen=True):
    """A decision or an objection in the month's public log.

    ``status`` is empty for a decision; ``tone`` is open, accepted, rejected or decided.
    """

    anchor: str
    title: str
    tone: str
    status: str
    when: str
    by: str
    why: str
    about: PostLink | None
    detail: str = ""
    link: str | None = None
    answers: Link | None = None
    answer: str = ""
    answered: str = ""


class ChangeLine(msgspec.Struct, frozen=True):
    """A satker's line of a list before and after a revision."""

    name: str
    href: str
    before: str
    before_note: str
    after: str
    after_note: str


class ChangedList(msgspec.Struct, frozen=True):
    """What a revision changed in one official list."""

    title: str
    lines: tuple[ChangeLine, ...]


class Revision(msgspec.Struct, frozen=True):
    """A month's correction: why and when, what changed, and the files that it replaces."""

    number: int
    earlier: int
    when: str
    reason: str
    lists: tuple[ChangedList, ...]
    others: int
    log: str
    files: tuple[DataFile, ...]


class MonthPage(msgspec.Struct, frozen=True):
    """A month with every list."""

    template: ClassVar[str] = "pages/month.html"
    shell: Shell
    head: MonthHead
    facts: tuple[Fact, ...]
    boards: tuple[Board, ...]
    platforms: tuple[Scope, ...]
    kinds: tuple[Scope, ...]
    bands: tuple[Scope, ...]
    revision: Revision | None
    flagged: tuple[FlaggedUnit, ...]
    log: tuple[LogEntry, ...]
    earlier: Link | None
    later: Link | None
    data: str
    method: str


class YearMonth(msgspec.Struct, frozen=True):
    """A month in the list of a year."""

    head: MonthHead
    posts: int
    i24: int | None
    popular: tuple[Standing, ...]
    active: tuple[Standing, ...]


class YearPage(msgspec.Struct, frozen=True):
    """The months of a year, the newest first."""

    template: ClassVar[str] = "pages/year.html"
    shell: Shell
    year: str
    months: tuple[YearMonth, ...]
    years: tuple[Link, ...]


class Profile(msgspec.Struct, frozen=True):
    """An account on a platform, as registered.

    ``incomplete``: what of its posts is missing, empty when nothing is known to be.
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
    profiles: tuple[Profile, ...]
    popular: int | None
    active: int | None


class UnitGroup(msgspec.Struct, frozen=True):
    """The satker of one kind."""

    anchor: str
    label: str
    units: tuple[UnitLine, ...]


class UnitsPage(msgspec.Struct, frozen=True):
    """Every satker: so many that are registered, so many that were."""

    template: ClassVar[str] = "pages/units.html"
    shell: Shell
    count: int
    ended: int
    month: str | None
    groups: tuple[UnitGroup, ...]


class Reading(msgspec.Struct, frozen=True):
    """One of the two samples a value rests on."""

    side: str
    when: str
    age: str
    total: int | None
    breakdown: str


class PostItem(msgspec.Struct, frozen=True):
    """A post with its state, its value and its evidence.

    ``repeats`` says how much it is like an earlier post and leads there; ``mark`` names its flags
    and leads to their numbers; ``decision`` leads to the log.
    """

    platform: Platform
    label: str
    handle: str
    href: str | None
    when: str
    moment: str
    caption: str
    counted: bool
    state: State
    state_label: str
    i24: int | None
    bounds: str
    why: str
    readings: tuple[Reading, ...]
    over_usual: str = ""
    repeats: PostLink | None = None
    mark: Link | None = None
    decision: str = ""


class PostGroup(msgspec.Struct, frozen=True):
    """A satker's posts of one month, the newest first."""

    anchor: str
    label: str
    state_label: str
    summary: str
    posts: tuple[PostItem, ...]
    flags: tuple[FlagLine, ...] = ()


class Place(msgspec.Struct, frozen=True):
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


class PlatformPlace(msgspec.Struct, frozen=True):
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
    """A satker's ranks in one month."""

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
    places: tuple[Place, ...]
    profiles: tuple[Profile, ...]
    by_platform: tuple[PlatformPlace, ...]
    history: tuple[PastMonth, ...]
    groups: tuple[PostGroup, ...]
    units: str


class PlatformPage(msgspec.Struct, frozen=True):
    """One platform in the running month."""

    template: ClassVar[str] = "pages/platform.html"
    shell: Shell
    platform: Platform
    label: str
    counted: str
    beside: str | None
    head: MonthHead | None
    scope: Scope | None
    accounts: int
    others: tuple[Link, ...]
    months: tuple[Link, ...]
    method: str


class MethodPage(msgspec.Struct, frozen=True):
    """The rules in force."""

    template: ClassVar[str] = "pages/method.html"
    shell: Shell
    zone: str
    data: str
    platforms: tuple[tuple[Platform, str, str, str | None], ...]
    duplicate_percent: int
    objection_days: int
    sums_threads: bool
    bands: tuple[str, ...]
    band_least: int
    band_fewest: int
    library: str
    formula: str


class DataFile(msgspec.Struct, frozen=True):
    """A file to download."""

    name: str
    label: str
    href: str
    size: str


class DataSet(msgspec.Struct, frozen=True):
    """The same content in several formats."""

    label: str
    meaning: str
    files: tuple[DataFile, ...]


class DataMonth(msgspec.Struct, frozen=True):
    """A month's files and the digest of its evidence."""

    anchor: str
    label: str
    state: MonthState
    state_label: str
    as_of: str
    digest: str
    sets: tuple[DataSet, ...]


class DataPage(msgspec.Struct, frozen=True):
    """Every file of every month."""

    template: ClassVar[str] = "pages/data.html"
    shell: Shell
    months: tuple[DataMonth, ...]
    ranking_fields: tuple[tuple[str, str], ...]
    post_fields: tuple[tuple[str, str], ...]
    log_fields: tuple[tuple[str, str], ...]
    method: str


class NotFoundPage(msgspec.Struct, frozen=True):
    """What a server shows for an address that does not exist."""

    template: ClassVar[str] = "pages/not_found.html"
    shell: Shell
    units: str


Page = (
    HomePage
    | EmptyPage
    | MonthPage
    | YearPage
    | UnitsPage
    | UnitPage
    | PlatformPage
    | MethodPage
    | DataPage
    | NotFoundPage
)
