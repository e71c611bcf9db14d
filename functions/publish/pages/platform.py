"""A platform's page: its lists of the running month."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    Platform,
)
from functions.publish.pages.boards import Board, Lines, Scope
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.month_head import MonthHead, head
from functions.publish.pages.paths import list_path
from functions.publish.text import formats, words

ROWS = 100  # of each list; the rest stands on the list's own page


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
    boards: tuple[Board, ...]
    accounts: int
    others: tuple[Link, ...]
    months: tuple[Link, ...]
    method: str


def platform_page(context: Context, platform: Platform) -> Page:
    """A platform's lists of the current month, with none where it was not ranked."""
    m = context.material
    record = m.current
    label = PLATFORM_NAMES[platform]
    found: tuple[Board, ...] = ()
    scope = None
    if record and any(ranked.platform == platform for ranked in record.ranking.lists):
        lines = Lines(record.ranking, context.href)
        found = lines.both(platform=platform, most=ROWS)
        scope = next(each for each in lines.platforms() if each.platform == platform)
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
        scope=scope,
        boards=found,
        accounts=sum(a.platform == platform and a.holds(m.now) for a in m.roster.accounts),
        others=tuple(
            Link(PLATFORM_NAMES[p], context.href(f"platform/{p}/"), current=p == platform)
            for p in PLATFORMS
        ),
        months=tuple(
            Link(
                formats.month(month),
                context.href(list_path(month, platform)),
            )
            for month in sorted(m.records, reverse=True)
            if any(ranked.platform == platform for ranked in m.records[month].ranking.lists)
        ),
        method=context.href("metode/#interaksi"),
    )
