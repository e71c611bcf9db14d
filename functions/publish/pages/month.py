"""A month's page: both official lists and all further ones, flags, log, revision."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from functions.publish.pages import boards
from functions.publish.pages.boards import Board, Fact, Scope
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.flags import FlaggedUnit, flagged_units
from functions.publish.pages.log import LogEntry, log_entries
from functions.publish.pages.month_head import MonthHead, accounts_in, head, month_link
from functions.publish.pages.revision import Revision, revision_of
from functions.publish.text import formats


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


def month_page(context: Context, month: str) -> Page:
    """All of a month (``YYYY-MM``) that has a ranking."""
    m = context.material
    record = m.records[month]
    known = list(m.index)
    at = known.index(month)
    platforms, kinds = boards.scopes(record.ranking, context.href)
    label = formats.month(month)
    return MonthPage(
        shell=context.shell(
            f"Peringkat {label}",
            f"Akun Terpopuler dan Akun Teraktif {m.agency.name}, {label}: "
            "gabungan, tiap platform, tiap jenis satuan kerja, dan menurut banyaknya pengikut.",
            section="archive",
        ),
        head=head(record, m.zone, context.href),
        facts=boards.facts(record.ranking, accounts_in(m, record)),
        boards=boards.both(record.ranking, context.href),
        platforms=platforms,
        kinds=kinds,
        bands=boards.band_scopes(record.ranking, context.href),
        revision=revision_of(context, record),
        flagged=flagged_units(context, record.ranking),
        log=log_entries(m, record),
        earlier=month_link(context, known[at - 1]) if at else None,
        later=month_link(context, known[at + 1]) if at + 1 < len(known) else None,
        data=context.href(f"data/#{month}"),
        method=context.href("metode/"),
    )
