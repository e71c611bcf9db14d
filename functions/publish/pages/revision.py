"""A revision on its month's page: why, when, and what it changed in the official lists.

What it changed is computed in score/rules/changes.py.
"""

from __future__ import annotations

import msgspec

from functions.model import Change
from functions.publish.pages import boards
from functions.publish.pages.context import Context
from functions.publish.pages.data import DataFile, frozen_files
from functions.publish.pages.paths import satker_path
from functions.publish.text import formats
from functions.store.agency.months import MonthRecord


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


def revision_of(context: Context, record: MonthRecord) -> Revision | None:
    """What the newest revision is about; None while there is only the first."""
    ranking = record.ranking
    if ranking.revision == 1:
        return None
    official = [change for change in record.changes if _is_official(change)]
    return Revision(
        number=ranking.revision,
        earlier=ranking.revision - 1,
        when=formats.time(ranking.as_of, context.material.zone),
        reason=ranking.reason or "",
        lists=tuple(
            ChangedList(title, tuple(_line(context, change) for change in changed))
            for name, title in boards.TITLES.items()
            if (changed := [change for change in official if change.ranking == name])
        ),
        others=len(record.changes) - len(official),
        log=context.href(f"data/{ranking.month}/keputusan.json"),
        files=frozen_files(context, ranking.month, ranking.revision - 1),
    )


def _is_official(change: Change) -> bool:
    return (change.platform, change.kind, change.band) == (None, None, None)


def _line(context: Context, change: Change) -> ChangeLine:
    before, before_note = _figures(change.before)
    after, after_note = _figures(change.after)
    return ChangeLine(
        name=context.material.names.get(change.satker, change.satker),
        href=context.href(satker_path(change.satker)),
        before=before,
        before_note=before_note,
        after=after,
        after_note=after_note,
    )


def _figures(line: tuple[int | None, int, int | None] | None) -> tuple[str, str]:
    """A rank in words, and the figures under it."""
    if line is None:
        return "tidak tercantum", ""
    rank, posts, i24 = line
    interactions = "tidak terukur" if i24 is None else f"{formats.number(i24)} interaksi"
    return (
        f"ke-{rank}" if rank else "tanpa peringkat",
        f"{formats.number(posts)} unggahan, {interactions}",
    )
