"""The difference that a file would make to the registry, in the cells of a table for people.

Sentences are in Indonesian: admins read them.
"""

from __future__ import annotations

from collections import Counter

from functions.registry.changes import Amendment, Happens, first_day, last_day, subject_of
from functions.registry.importing import FilePlan, ImportPlan

HEADER = ("yang terjadi", "satker", "pada", "sebelum", "sesudah", "masa")
WORDS: dict[Happens, str] = {"begins": "mulai", "ends": "berakhir", "changes": "berubah"}
_LONGEST = 60  # characters of a cell
_MOST_KEPT = 20  # units that are named one by one


def rows(planned: ImportPlan, *, several: bool) -> list[tuple[str, ...]]:
    """The cells of each amendment; with ``several`` agencies the unit's id names its own."""
    whose = f"{planned.agency.id}: " if several else ""
    return [
        (
            WORDS[found.happens],
            f"{whose}{found.satker}",
            subject_of(found),
            _short(found.before),
            _short(found.after),
            _span(found, planned),
        )
        for found in planned.amendments
    ]


def kept(planned: ImportPlan, *, several: bool) -> str:
    """The line about units that the file does not name; empty when it names all."""
    named = planned.kept
    if not named:
        return ""
    more = f" dan {len(named) - _MOST_KEPT:,} lagi" if len(named) > _MOST_KEPT else ""
    whose = f"{planned.agency.id}: " if several else ""
    ids = ", ".join(named[:_MOST_KEPT])
    return f"{whose}tidak disebut, tidak berubah: {len(named)} satker: {ids}{more}"


def numbers(file: FilePlan) -> str:
    """The line that sums up what would happen."""
    everything = [found for planned in file.agencies for found in planned.amendments]
    counted = Counter(
        (found.happens, found.is_of_account)
        for found in {_subject(found): found for found in everything}.values()
    )
    parts = [
        f"{word}: {counted[happens, False]} satker, {counted[happens, True]} akun"
        for happens, word in WORDS.items()
    ]
    refused = len({said.row for said in file.refusals})
    satker = sum(len(planned.documents) for planned in file.agencies)
    faults = f"{refused} baris ditolak" if refused else "tidak ada kesalahan"
    changed = sum(len(planned.changed) for planned in file.agencies)
    return (
        f"{satker} satker, {faults}. {'; '.join(parts)}; dokumen yang akan ditulis: {changed}. "
        "Belum ada yang ditulis."
    )


def _subject(found: Amendment) -> tuple[str, ...]:
    """What is counted once: several fields of a unit are one unit that changes."""
    account = (found.platform or "", found.handle or "")
    return (found.happens, found.satker, *account)


def _span(found: Amendment, planned: ImportPlan) -> str:
    """The validity afterwards, in words; of what ends only its end."""
    zone = planned.agency.zone
    parts = []
    if found.since and found.happens != "ends":
        parts.append(f"sejak {first_day(found.since, zone)}")
    if found.until == planned.now:
        parts.append("sampai sekarang")
    elif found.until:
        parts.append(f"sampai {last_day(found.until, zone)}")
    return " ".join(parts)


def _short(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
