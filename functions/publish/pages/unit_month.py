"""A satker's month: where it was ranked, and every one of its posts; frozen with the month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec

from functions.model import Entry, RankingName, Row, Satker
from functions.publish.pages import boards
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.flags import FlagLine, flag_lines
from functions.publish.pages.month_head import MonthHead, head, month_link
from functions.publish.pages.paths import month_path, satker_path, unit_month_path
from functions.publish.pages.posts import PostItem, post_item
from functions.publish.site import Material
from functions.publish.text import formats, words

MOST_POSTS = 200  # on one page


class PostGroup(msgspec.Struct, frozen=True):
    """A satker's posts of one month, the newest first."""

    anchor: str
    label: str
    state_label: str
    summary: str
    posts: tuple[PostItem, ...]
    flags: tuple[FlagLine, ...] = ()


class MonthRank(msgspec.Struct, frozen=True):
    """A rank in an official list of the month, and what it was ranked by."""

    title: str
    rank: int | None
    out_of: int
    figure: str
    href: str


class UnitMonthPage(msgspec.Struct, frozen=True):
    """A satker's month, or one of the pages that its posts take.

    ``pages`` is empty while all posts are on one page. ``group`` says of the whole month how many
    posts there are, and holds those of this page.
    """

    template: ClassVar[str] = "pages/unit_month.html"
    shell: Shell
    name: str
    full_name: str
    head: MonthHead
    ranks: tuple[MonthRank, ...]
    group: PostGroup
    pages: tuple[Link, ...]
    unit: str
    units: str
    month: Link


def unit_months(m: Material, month: str) -> Iterator[tuple[Satker, int]]:
    """The satker of a month and how many pages each one's posts take, one page at least."""
    entries = m.entries.get(month, {})
    ranked = {row.satker for each in m.records[month].ranking.lists for row in each.rows}
    known = {unit.id: unit for unit in m.units}
    for satker in sorted(ranked | entries.keys()):
        unit = known.get(satker) or Satker(id=satker, name=satker, kind="")
        yield unit, max(1, -(-len(entries.get(satker, ())) // MOST_POSTS))


def unit_month_page(context: Context, satker: Satker, month: str, number: int, of: int) -> Page:
    """A page of a satker's month; the ``number``-th of so many, from 1."""
    m = context.material
    record = m.records[month]
    label = formats.month(month)
    first = (number - 1) * MOST_POSTS
    return UnitMonthPage(
        shell=context.shell(
            f"{satker.label}, {label}",
            f"Peringkat dan setiap unggahan {satker.name} pada {label} dengan Interaksi 24 "
            "Jam-nya.",
            section="units",
        ),
        name=satker.label,
        full_name=satker.name,
        head=head(record, m.zone, context.href),
        ranks=tuple(_ranks(context, satker, month)),
        group=post_group(context, satker, month, slice(first, first + MOST_POSTS)),
        pages=tuple(
            Link(
                formats.number(n),
                context.href(unit_month_path(satker.id, month, n)),
                current=n == number,
            )
            for n in range(1, of + 1)
            if of > 1
        ),
        unit=context.href(satker_path(satker.id)),
        units=context.href("satker/"),
        month=month_link(context, month),
    )


def post_group(
    context: Context, satker: Satker, month: str, shown: slice = slice(None)
) -> PostGroup:
    """A satker's posts of a month with what is said of all of them.

    ``shown``: which of them, counted from the newest.
    """
    m = context.material
    record = m.records[month]
    zone = zone_of(satker, m.zone)
    entries = m.entries.get(month, {}).get(satker.id, [])
    counted = sum(entry.verdict.counted for entry in entries if entry.verdict)
    left = len(entries) - counted
    flagged = [flag for flag in record.ranking.flags if flag.satker == satker.id]
    return PostGroup(
        anchor=month,
        label=formats.month(month),
        state_label=words.MONTH_STATE[record.ranking.state],
        summary=f"{formats.number(counted)} dihitung"
        + (f", {formats.number(left)} tidak dihitung" if left else ""),
        posts=tuple(_items(context, satker, entries[::-1][shown], month, zone)),
        flags=flag_lines(m, flagged, m.posts, zone),
    )


def _items(
    context: Context, satker: Satker, entries: Sequence[Entry], month: str, zone: ZoneInfo
) -> Iterator[PostItem]:
    m = context.material
    accounts = m.accounts.get(satker.id, [])
    # The handle is shown only when the platform alone does not tell which account it was.
    on = Counter(account.platform for account in accounts)
    handles = {a.key: a.handle for a in accounts if a.key and on[a.platform] > 1}
    for entry in entries:
        if entry.verdict is not None:
            yield post_item(
                entry,
                entry.verdict,
                handles.get(entry.post.account, ""),
                zone,
                month_page=context.href(month_path(month)),
                posts=m.posts,
            )


def _ranks(context: Context, satker: Satker, month: str) -> Iterator[MonthRank]:
    ranking = context.material.records[month].ranking
    page = context.href(month_path(month))
    for name, title in boards.TITLES.items():
        ranked = ranking.find(name)
        row = boards.row_of(ranked, satker.id)
        if row is not None:
            yield MonthRank(
                title=title,
                rank=row.rank,
                out_of=sum(other.rank is not None for other in ranked.rows),
                figure=rank_figure(row, name),
                href=f"{page}#{boards.SHORT[name]}",
            )


def rank_figure(row: Row, name: RankingName) -> str:
    """What a list ranks a satker by, in words."""
    if name == "most_active":
        return f"{formats.number(row.posts)} unggahan"
    if row.i24 is None:
        return "tidak terukur" if row.posts else "belum ada unggahan"
    return (
        f"{formats.number(row.i24)} interaksi, "
        f"{formats.number(row.measured)} dari {formats.number(row.posts)} unggahan terukur"
    )


def zone_of(satker: Satker, fallback: ZoneInfo) -> ZoneInfo:
    """The unit's own zone; the agency's if an earlier version stored an unknown name."""
    try:
        return ZoneInfo(satker.timezone)
    except (KeyError, ValueError, OSError):
        return fallback
