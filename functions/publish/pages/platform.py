"""A platform's page: its lists of the running month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    Platform,
)
from functions.publish.pages import charts
from functions.publish.pages.boards import Board, Lines, Scope
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.month_charts import ShareChart
from functions.publish.pages.month_head import MonthHead, head
from functions.publish.text import formats, words

ROWS = 100  # of each list; the rest stands on the list's own page


class PlatformPage(msgspec.Struct, frozen=True):
    """One platform in the running month, and month by month.

    ``months``: its sums and who leads, the latest first, each leading to the month's list of it.
    ``shares``: its share of all interactions over the months; None while nothing is measured.
    """

    template: ClassVar[str] = "pages/platform.html"
    shell: Shell
    platform: Platform
    label: str
    counted: str
    beside: str | None
    head: MonthHead | None
    scope: Scope | None
    boards: tuple[Board, ...]
    accounts: int
    others: tuple[Link, ...]
    months: tuple[Scope, ...]
    shares: ShareChart | None
    method: str
    contact: str


def platform_page(context: Context, platform: Platform) -> Page:
    """A platform's lists of the current month, with none where it was not ranked."""
    m = context.material
    record = m.current
    label = PLATFORM_NAMES[platform]
    months = _months(context, platform)
    found: tuple[Board, ...] = ()
    if record and record.ranking.month in months:
        found = Lines(record.ranking, context.href).both(platform=platform, most=ROWS)
    told = head(record, m.zone, context.href) if record else None
    return PlatformPage(
        shell=context.shell(
            label,
            f"Akun Terpopuler dan Akun Teraktif {m.agency.name} di {label}.",
            as_of=told.as_of if told else "",
        ),
        platform=platform,
        label=label,
        counted=words.COUNTED[platform],
        beside=words.BESIDE[platform],
        head=told,
        scope=months.get(record.ranking.month) if record else None,
        boards=found,
        accounts=sum(a.platform == platform and a.holds(m.now) for a in m.roster.accounts),
        others=tuple(
            Link(PLATFORM_NAMES[p], context.href(f"platform/{p}/"), current=p == platform)
            for p in PLATFORMS
        ),
        months=tuple(months.values()),
        shares=_share_chart(context, platform, months),
        method=context.href("metode/#interaksi"),
        contact=m.imprint.contact_href,
    )


def _months(context: Context, platform: Platform) -> dict[str, Scope]:
    """The platform in each month that has lists of it, the latest first."""
    found = {}
    for month, record in sorted(context.material.records.items(), reverse=True):
        for scope in Lines(record.ranking, context.href).platforms():
            if scope.platform == platform:
                label = formats.month(month)
                found[month] = replace(scope, label=label, platform=None, swatch=None)
    return found


def _share_chart(
    context: Context, platform: Platform, months: Mapping[str, Scope]
) -> ShareChart | None:
    """The platform's share of all interactions, month by month."""
    known = {month: it for month, it in sorted(months.items()) if it.i24_share is not None}
    if not known:
        return None
    label = PLATFORM_NAMES[platform]
    latest, it = [*known.items()][-1]
    posts = (
        f" dari {formats.percent(it.posts_share)} unggahan" if it.posts_share is not None else ""
    )
    return ShareChart(
        title=f"{label} membawa {formats.percent(it.i24_share or 0)} dari semua interaksi{posts}, "
        f"{formats.month(latest)}",
        about=f"Bagian {label} dari semua interaksi tiap bulan, {context.material.agency.name}",
        bars=tuple(
            (
                f"{formats.month_short(month)} {month[:4]}",
                charts.stacked([(PLATFORMS.index(platform) + 1, each.i24_share or 0)]),
            )
            for month, each in known.items()
        ),
    )
