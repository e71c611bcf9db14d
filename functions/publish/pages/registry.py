"""The registry's page: what is wrong with the documents that admins typed, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from functions.publish.files import registry_history
from functions.publish.pages.context import Context, Link, Shell
from functions.publish.pages.paths import satker_path
from functions.publish.site import Material
from functions.publish.text import formats
from functions.registry.changes import Amendment, described
from functions.registry.history import HistoryEntry
from functions.registry.remarks import remarks, remarks_on

MOST_ENTRIES = 50  # all others are in the file
MOST_UNITS = 12  # of one entry


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with one unit's document. ``unit`` has no address while it is not measured."""

    unit: Link
    words: tuple[str, ...]
    in_force: bool


class Changed(msgspec.Struct, frozen=True):
    """What changed at one time, unit by unit. ``more``: how many further units there are."""

    when: str
    by: str | None
    summary: str
    units: tuple[tuple[Link, tuple[str, ...]], ...]
    more: int


class RegistryPage(msgspec.Struct, frozen=True):
    """The registry as it stands. ``older``: entries of its history that are in the file alone."""

    template: ClassVar[str] = "pages/registry.html"
    shell: Shell
    units: int
    accounts: int
    faults: tuple[Fault, ...]
    history: tuple[Changed, ...]
    file: str
    older: int
    status: str


def registry_page(context: Context) -> RegistryPage:
    """The registry's faults, and its latest changes."""
    m = context.material
    return RegistryPage(
        shell=context.shell(
            "Daftar satuan kerja",
            f"Daftar satuan kerja {m.agency.name}: apa yang perlu diperbaiki dan apa yang berubah.",
            section="status",
        ),
        units=sum(unit.valid_to is None or unit.valid_to > m.now for unit in m.roster.satker),
        accounts=sum(account.holds(m.now) for account in m.roster.accounts),
        faults=_faults(context),
        history=tuple(_changed(context, entry) for entry in m.history[:MOST_ENTRIES]),
        file=context.href(registry_history.PATH),
        older=max(0, len(m.history) - MOST_ENTRIES),
        status=context.href("status/"),
    )


def _faults(context: Context) -> tuple[Fault, ...]:
    m = context.material
    told = [*m.roster.problems, *remarks(m.roster, m.now, m.zone)]
    ids = {problem.partition(": ")[0] for problem in told} | {unit.id for unit in m.units}
    in_force = {unit.id for unit in m.roster.satker}
    return tuple(
        Fault(_unit(context, satker), tuple(said), satker in in_force)
        for satker, said in sorted(remarks_on(told, ids).items())
        if said
    )


def _changed(context: Context, entry: HistoryEntry) -> Changed:
    m = context.material
    by_unit: dict[str, list[str]] = {}
    for change in sorted(entry.changes, key=lambda change: change.satker):
        by_unit.setdefault(change.satker, []).append(_words(m, change, entry))
    shown = [*by_unit.items()][:MOST_UNITS]
    return Changed(
        when=formats.time(entry.at, m.zone),
        by=registry_history.author(entry),
        summary=_summary(entry.changes),
        units=tuple((_unit(context, satker), tuple(said)) for satker, said in shown),
        more=len(by_unit) - len(shown),
    )


def _words(m: Material, change: Amendment, entry: HistoryEntry) -> str:
    before, after = registry_history.published(change)
    public = msgspec.structs.replace(change, before=before, after=after)
    return described(public, m.zone, entry.at)


def _summary(changes: Sequence[Amendment]) -> str:
    """How many units and accounts begin and end, and how many things changed."""
    said = []
    for happens, word in (("begins", "mulai"), ("ends", "berakhir")):
        found = [change.is_of_account for change in changes if change.happens == happens]
        counts = ((found.count(False), "satuan kerja"), (found.count(True), "akun"))
        told = [f"{formats.number(n)} {what}" for n, what in counts if n]
        if told:
            said.append(f"{' dan '.join(told)} {word}")
    if changed := sum(change.happens == "changes" for change in changes):
        said.append(f"{formats.number(changed)} perubahan")
    return ", ".join(said)


def _unit(context: Context, satker: str) -> Link:
    m = context.material
    known = satker in m.names
    path = satker_path(satker)
    return Link(m.names.get(satker, satker), context.href(path) if known else "")
