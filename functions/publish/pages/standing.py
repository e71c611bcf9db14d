"""Where a satker stands in a month, and why: ranks, platforms, accounts, what needs a look."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from math import inf

import msgspec

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    Account,
    Entry,
    MovementKind,
    Platform,
    RankingName,
    Row,
    Satker,
    month_bounds,
)
from functions.publish.lookup import MonthLookup
from functions.publish.pages import boards
from functions.publish.pages.context import Context, Link
from functions.publish.pages.paths import list_path
from functions.publish.pages.posts import PICKS, picks, profile_address, shown_handle
from functions.publish.text import formats, standing, words
from functions.store.agency.months import MonthRecord
from functions.thresholds import THIN_PERCENT


class UnitRank(msgspec.Struct, frozen=True):
    """A rank out of how many, what it was ranked by, and the rank in the follower band.

    ``known``: the ranks that the bounds allow, where they allow others. ``compared``: what the
    movement is measured against; empty where nothing is.
    """

    title: str
    rank: int | None
    out_of: int
    known: str
    figure: str
    movement: MovementKind
    places: int | None
    movement_words: str
    compared: str
    provisional: bool
    href: str
    band: Link | None = None


class PlatformLine(msgspec.Struct, frozen=True):
    """A satker on one platform. ``share`` of its interactions in tenths of a percent; ``median``:
    interactions per post of its follower band's satker together, None when there is one band.
    """

    platform: Platform
    label: str
    href: str
    popular: int | None
    active: int | None
    posts: int
    measured: int
    i24: int | None
    share: int | None
    per_post: int | None


class AccountLine(msgspec.Struct, frozen=True):
    """An account in the month. ``followers`` None: not known. ``read``: its last read.

    ``thin``: under 90 % of its posts are measured. ``state``: what is known to be wrong with it.
    """

    platform: Platform
    label: str
    handle: str
    href: str | None
    validity: str
    followers: int | None
    posts: int
    measured: int
    i24: int | None
    read: str
    thin: bool
    state: str


class Look(msgspec.Struct, frozen=True):
    """How many of the month's posts deserve a look, and where they are shown alone."""

    count: int
    label: str
    key: str


class Standing(msgspec.Struct, frozen=True):
    """A satker's month in figures. ``none``: one sentence instead, where it has no account."""

    label: str
    ranks: tuple[UnitRank, ...]
    why: tuple[str, ...]
    platforms: tuple[PlatformLine, ...]
    accounts: tuple[AccountLine, ...]
    looks: tuple[Look, ...]
    median: int | None
    none: str


def standing_of(context: Context, satker: Satker, record: MonthRecord) -> Standing:
    """The satker in the month."""
    month = record.ranking.month
    lookup = context.material.lookup(month)
    entries = context.material.entries.get(month, {}).get(satker.id, [])
    band = lookup.band("most_popular", satker.id)
    median = lookup.median(band[0]) if band else None
    row = lookup.row("most_active", satker.id)
    accounts = _accounts(context, satker, record, entries)
    return Standing(
        label=formats.month(month),
        ranks=tuple(_ranks(context, satker, lookup)),
        why=_why(satker, lookup, median),
        platforms=_platforms(context, satker, lookup, {a.platform for a in accounts}),
        accounts=accounts,
        looks=looks(entries),
        median=median,
        none="" if accounts or (row and row.posts) else _without_accounts(context),
    )


def looks(entries: Sequence[Entry]) -> tuple[Look, ...]:
    """How many posts can be picked by what; only what there is."""
    counts = Counter(key for entry in entries for key in picks(entry))
    return tuple(Look(counts[key], said, key) for key, said in PICKS.items() if counts[key])


def _why(satker: Satker, lookup: MonthLookup, median: int | None) -> tuple[str, ...]:
    at = lookup.position("most_popular", satker.id)
    if at is None:
        return ()
    sums = {
        platform: row.i24
        for platform in PLATFORMS
        if (row := lookup.row("most_popular", satker.id, platform)) and row.i24 is not None
    }
    return standing.why(lookup.ranking.find("most_popular").rows, at, sums, median)


def _ranks(context: Context, satker: Satker, lookup: MonthLookup) -> list[UnitRank]:
    ranking = lookup.ranking
    page = context.href(list_path(ranking.month))
    found = []
    for name, title in boards.TITLES.items():
        row = lookup.row(name, satker.id)
        if row is None:
            continue
        moved = words.movement(row.movement_kind, row.movement)
        found.append(
            UnitRank(
                title=title,
                rank=row.rank,
                out_of=lookup.ranked(name),
                known=words.possible_ranks(row),
                figure=rank_figure(row, name),
                movement=row.movement_kind,
                places=row.movement,
                movement_words=moved,
                compared=words.compared(ranking.month) if moved else "",
                provisional=ranking.state != "final",
                href=f"{page}#{boards.SHORT[name]}",
                band=_band_rank(context, lookup, name, satker),
            )
        )
    return found


def rank_figure(row: Row, name: RankingName) -> str:
    """What a list ranks a satker by, in words."""
    if name == "most_active":
        return f"{formats.number(row.posts)} unggahan"
    if row.i24 is None:
        return "tidak terukur" if row.posts else "belum ada unggahan"
    if not row.posts:
        return "belum ada unggahan"
    return (
        f"{formats.number(row.i24)} interaksi, "
        f"{formats.number(row.measured)} dari {formats.number(row.posts)} unggahan terukur"
    )


def _band_rank(
    context: Context, lookup: MonthLookup, name: RankingName, satker: Satker
) -> Link | None:
    """The satker's rank among those with about as many followers; None when there is one band."""
    found = lookup.band(name, satker.id)
    if found is None or found[1].rank is None:
        return None
    ranked, row = found
    others = sum(other.rank is not None for other in ranked.rows)
    size = words.band(ranked.band_from, ranked.band_below)
    path = boards.scope_path(ranked, lookup.ranking.month)
    return Link(
        f"{row.rank} dari {others} dengan {size}",
        f"{context.href(path)}#{boards.anchor_of(ranked)}",
    )


def _platforms(
    context: Context, satker: Satker, lookup: MonthLookup, held: set[Platform]
) -> tuple[PlatformLine, ...]:
    """The satker on each platform where it has an account, or a post that counts."""
    month = lookup.ranking.month
    official = lookup.row("most_popular", satker.id)
    whole = official.i24 if official else None
    found = []
    for platform in PLATFORMS:
        popular = lookup.row("most_popular", satker.id, platform)
        active = lookup.row("most_active", satker.id, platform)
        either = active or popular
        if either is None or not (either.posts or platform in held):
            continue
        # A rank by no post at all says nothing.
        has_posts = either.posts > 0
        found.append(
            PlatformLine(
                platform=platform,
                label=PLATFORM_NAMES[platform],
                href=context.href(list_path(month, platform)),
                popular=popular.rank if popular and has_posts else None,
                active=active.rank if active and has_posts else None,
                posts=either.posts,
                measured=either.measured,
                i24=either.i24,
                share=formats.share(either.i24, whole) if has_posts else None,
                per_post=standing.per_post(either),
            )
        )
    return tuple(found)


def _accounts(
    context: Context, satker: Satker, record: MonthRecord, entries: Sequence[Entry]
) -> tuple[AccountLine, ...]:
    """The accounts that the satker held at some time of the month, and those of its posts."""
    m = context.material
    begin, end = month_bounds(record.ranking.month, m.zone)
    by_account: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_account[entry.post.account].append(entry)
    lines = [
        _account(context, record, account, by_account.pop(account.key or "", []))
        for account in m.accounts.get(satker.id, [])
        if account.overlaps(begin, end)
    ]
    # A decision may give the satker a post of an account that it does not hold.
    for posts in by_account.values():
        post = posts[0].post
        handle = m.handles.get(post.account, post.account_id)
        other = Account(
            platform=post.platform,
            handle=handle,
            satker=satker.id,
            valid_from=begin,
            account_id=post.account_id,
        )
        line = _account(context, record, other, posts)
        lines.append(msgspec.structs.replace(line, validity="akun satuan kerja lain"))
    return tuple(lines)


def _account(
    context: Context, record: MonthRecord, account: Account, entries: Sequence[Entry]
) -> AccountLine:
    m = context.material
    counted = [e.verdict for e in entries if e.verdict and e.verdict.counted]
    values = [v.measurement.i24 for v in counted if v.measurement.i24 is not None]
    reads = [e.post.samples[-1].taken_at for e in entries if e.post.samples]
    key = account.key or ""
    wrong = m.incomplete.get(key, "") if account.holds(m.now) else ""
    if not account.key:
        wrong = "akunnya belum ditemukan di platform"
    return AccountLine(
        platform=account.platform,
        label=PLATFORM_NAMES[account.platform],
        handle=shown_handle(account.handle),
        href=profile_address(account.platform, account.handle),
        validity=validity(context, account),
        followers=_followers(m.followers.get(key, ()), record.ranking.as_of),
        posts=len(counted),
        measured=len(values),
        i24=sum(values) if values else None,
        read=formats.time_short(max(reads), m.zone) if reads else "",
        thin=100 * len(values) < THIN_PERCENT * len(counted),
        state=wrong,
    )


def validity(context: Context, account: Account) -> str:
    """Since when, and until when, an account is measured."""
    zone = context.material.zone
    since = f"diukur sejak {formats.date(account.valid_from, zone)}"
    if account.valid_to is None:
        return since
    return f"{since} sampai {formats.last_day(account.valid_to, zone)}"


def _followers(counts: Sequence[tuple[datetime, int]], at: datetime) -> int | None:
    """The last count read by then; None when there was none."""
    position = bisect_right(counts, (at, inf))
    return counts[position - 1][1] if position else None


def _without_accounts(context: Context) -> str:
    said = (
        "Satuan kerja ini belum punya akun terdaftar, jadi belum diukur dan belum diperingkat. "
        "Akun didaftarkan oleh admin instansi"
    )
    imprint = context.material.imprint
    who = imprint.contact or imprint.office
    return f"{said}: {who}." if who else f"{said}."
