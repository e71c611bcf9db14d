"""A satker's month: where it was ranked and why, and every one of its posts; frozen with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec

from functions.model import Entry, Satker, month_bounds, next_month
from functions.publish.files import unit_posts
from functions.publish.pages.boards import TITLES
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.flags import FlagLine, flag_lines
from functions.publish.pages.month_head import HOW, MonthHead, MonthTurn, head, month_link, turns
from functions.publish.pages.papers import unit_image, unit_report
from functions.publish.pages.paths import month_path, satker_path, unit_month_path
from functions.publish.pages.post import post_page_of
from functions.publish.pages.posts import PostItem, post_item
from functions.publish.pages.standing import Standing, standing_of
from functions.publish.site import Material
from functions.publish.text import causes, formats, sharing
from functions.publish.text.sharing import ShareLine
from functions.store.agency.months import MonthRecord

MOST_POSTS = 200  # on one page
_FILES = dict(zip(("CSV", "CSV titik koma", "XLSX"), unit_posts.NAMES, strict=True))


class PostGroup(msgspec.Struct, frozen=True):
    """A satker's posts of one month, the newest first; ``summary`` is of all of them."""

    summary: str
    posts: tuple[PostItem, ...]
    flags: tuple[FlagLine, ...] = ()


class UnitMonthPage(msgspec.Struct, frozen=True):
    """A satker's month, or one of the pages that its posts take.

    ``pages`` is empty while all posts are on one page. ``standing`` is on the first page alone.
    """

    template: ClassVar[str] = "pages/unit_month.html"
    shell: Shell
    name: str
    full_name: str
    head: MonthHead
    switch: tuple[MonthTurn, ...]
    standing: Standing | None
    group: PostGroup
    pages: tuple[Link, ...]
    unit: str
    units: str
    month: Link
    method: str
    objecting: str
    digest: str
    verify: str
    share: ShareLine | None
    files: tuple[Link, ...]
    report: str


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
    told = head(record, m.zone, context.href, of_unit=True)
    is_final = record.ranking.state == "final"
    first = (number - 1) * MOST_POSTS
    name = f"{satker.label}, {told.label}"
    return UnitMonthPage(
        shell=context.shell(
            name if number == 1 else f"{name}, bagian {number}",
            f"Peringkat dan setiap unggahan {satker.name} pada {told.label} dengan Interaksi 24 "
            "Jam-nya.",
            section="units",
            as_of=told.as_of,
            sheet=f"{satker.label} · {told.sheet}",
            image=unit_image(context, satker.id, month),
        ),
        name=satker.label,
        full_name=satker.name,
        head=told,
        switch=_switch(context, satker, month),
        standing=standing_of(context, satker, record) if number == 1 else None,
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
        method=context.href("metode/"),
        objecting="" if is_final else context.href(f"metode/{HOW}"),
        digest=record.digest if is_final else "",
        verify=context.href(f"periksa/?bulan={month}"),
        share=share_of(context, satker, record, unit_month_path(satker.id, month))
        if number == 1
        else None,
        files=tuple(
            Link(label, context.href(f"{unit_month_path(satker.id, month)}{name}"))
            for label, name in _FILES.items()
        ),
        report=unit_report(context, satker.id, month),
    )


def share_of(context: Context, satker: Satker, record: MonthRecord, path: str) -> ShareLine | None:
    """What people send one another about the satker's month. ``path``: of the page they send.

    None for a satker without a rank, of which there is nothing to tell.
    """
    lookup = context.material.lookup(record.ranking.month)
    rows = {
        name: (row, lookup.ranked(name))
        for name in TITLES
        if (row := lookup.row(name, satker.id)) is not None
    }
    if not any(row.rank for row, _ in rows.values()):
        return None
    return sharing.of_satker(satker.label, record.ranking, rows, context.absolute(path))


def _switch(context: Context, satker: Satker, month: str) -> tuple[MonthTurn, ...]:
    """To the satker's months before and after, as far as it is known to have stood in them."""
    m = context.material
    known = [each for each in m.index if each == month or _stands(m, satker, month, each)]

    def href(path: str) -> str:
        # The neighbours' addresses are the satker's own; the year's is the ministry's.
        is_month = path.count("/") > 1
        return context.href(f"{satker_path(satker.id)}{path}" if is_month else path)

    return turns(known, month, href)


def _stands(m: Material, satker: Satker, month: str, other: str) -> bool:
    """Whether the satker is known to stand in a month beside the one that a page is about.

    A frozen page is made without the record of the month after it. But who is registered at an
    instant of a month stands in it.
    """
    if other in m.records:
        return m.lookup(other).row("most_active", satker.id) is not None
    has_begun = month_bounds(other, m.zone)[0] <= m.now
    return other == next_month(month) and has_begun and satker.id not in m.ended


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
    reads = m.reads(month)
    captions = m.records[month].ranking.state != "final"
    for entry in entries:
        if entry.verdict is not None:
            yield post_item(
                entry,
                entry.verdict,
                handles.get(entry.post.account, ""),
                zone,
                month_page=context.href(month_path(month)),
                page=post_page_of(context, entry, month),
                posts=m.posts,
                cause=causes.unmeasured(entry, reads, zone),
                captions=captions,
            )


def zone_of(satker: Satker, fallback: ZoneInfo) -> ZoneInfo:
    """The unit's own zone; the agency's if an earlier version stored an unknown name."""
    try:
        return ZoneInfo(satker.timezone)
    except (KeyError, ValueError, OSError):
        return fallback
