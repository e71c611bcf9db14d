"""The page on which a reader checks a month: its ranking made anew from its evidence.

The work is done in the reader's browser by ``site_templates/assets/periksa.js``, a second program
for the same rules. The page says where each month's files lie, and how to do without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from functions.publish.pages.context import Context, Shell
from functions.publish.text import formats, words
from functions.store.agency.months import IndexedMonth

# What a check needs of a month.
EVIDENCE, DIGEST, RANKING = "bukti.jsonl.gz", "bukti.sha256", "ranking.json"


class CheckableMonth(msgspec.Struct, frozen=True):
    """A month, or an earlier revision of it, whose evidence the site holds.

    ``name`` is what the page's address calls it (``?bulan=``). ``folder``: where its three files
    lie. ``before``: the folders that may hold the evidence of the final month before it, the newest
    revision first. ``revised``: the folder of the revision that it replaces. Both are empty where
    there is none.
    """

    name: str
    month: str
    label: str
    folder: str
    before: tuple[str, ...]
    revised: tuple[str, ...]


class CommandLine(msgspec.Struct, frozen=True):
    """How to check a month without the page: what is typed, and the answer that is expected."""

    typed: str
    answer: str


class VerifyPage(msgspec.Struct, frozen=True):
    """A month checked again by its reader; ``command`` is None before the first month."""

    template: ClassVar[str] = "pages/verify.html"
    shell: Shell
    script: str
    months: tuple[CheckableMonth, ...]
    command: CommandLine | None
    method: str
    data: str


def verify_page(context: Context) -> VerifyPage:
    """Every month whose evidence is published, the latest first."""
    m = context.material
    offered = [month for month in m.newest_first if _is_offered(context, month)]
    return VerifyPage(
        shell=context.shell(
            "Periksa sendiri",
            "Menghitung ulang peringkat sebuah bulan dari buktinya, di peramban Anda sendiri.",
            section="data",
        ),
        script=context.href(m.assets["periksa.js"]),
        months=tuple(each for month in offered for each in _months(context, month)),
        command=_command(context, offered),
        method=context.href("metode/"),
        data=context.href("data/#periksa"),
    )


def _is_offered(context: Context, month: str) -> bool:
    m = context.material
    held = m.files.get(month, {})
    return month not in m.pending and all(name in held for name in (EVIDENCE, DIGEST, RANKING))


def _months(context: Context, month: str) -> Iterator[CheckableMonth]:
    """The month, and each revision of it that was replaced since."""
    m = context.material
    ranking = m.index[month]
    before = _folders_before(context, month)
    state = words.MONTH_STATE[ranking.state].lower()
    size = formats.size(m.files[month][EVIDENCE])
    newest = f", revisi {ranking.revision}" if ranking.revision > 1 else ""
    yield CheckableMonth(
        name=month,
        month=month,
        label=f"{formats.month(month)} ({state}{newest}; {size})",
        folder=context.href(f"data/{month}/"),
        before=before,
        revised=_revision_folder(context, month, ranking.revision - 1),
    )
    for revision in range(ranking.revision - 1, 0, -1):
        for folder in _revision_folder(context, month, revision):
            yield CheckableMonth(
                name=f"{month}-r{revision}",
                month=month,
                label=f"{formats.month(month)} (revisi {revision}, sudah diganti)",
                folder=folder,
                before=before,
                revised=_revision_folder(context, month, revision - 1),
            )


def _folders_before(context: Context, month: str) -> tuple[str, ...]:
    """Where the evidence of the nearest earlier final month lies.

    A month names the revision that was the newest when it was ranked, which may be an older one.
    """
    m = context.material
    earlier = [name for name in m.newest_first if name < month and _is_final(m.index[name])]
    if not earlier or EVIDENCE not in m.files.get(earlier[0], {}):
        return ()
    newest = m.index[earlier[0]].revision
    older = (
        folder
        for revision in range(newest - 1, 0, -1)
        for folder in _revision_folder(context, earlier[0], revision)
    )
    return (context.href(f"data/{earlier[0]}/"), *older)


def _is_final(told: IndexedMonth) -> bool:
    return told.state == "final"


def _revision_folder(context: Context, month: str, revision: int) -> tuple[str, ...]:
    """The folder of a frozen revision, if the site holds its evidence."""
    held = context.material.frozen.get(month, {}).get(revision, {})
    return (context.href(f"data/{month}/r{revision}/"),) if EVIDENCE in held else ()


def _command(context: Context, offered: list[str]) -> CommandLine | None:
    """For the newest final month, else for the newest."""
    m = context.material
    if not offered:
        return None
    final = [month for month in offered if _is_final(m.index[month])]
    month = (final or offered)[0]
    return CommandLine(
        typed=f".venv/bin/kiprah audit {month} --from {context.address or 'ALAMAT-SITUS-INI'}",
        answer=f"{month} {m.index[month].digest} identical",
    )
