"""What changed in the registry, as a file: every change, the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from functions.model import iso
from functions.publish.files.tables import Cell, Column, write_csv
from functions.registry.changes import Amendment
from functions.registry.history import HistoryEntry

PATH = "status/riwayat.csv"

COLUMNS = (
    Column("at", "Waktu perubahan tercatat (UTC)", 21),
    Column("satker", "Satuan kerja", 20),
    Column("happens", "begins mulai, ends berakhir, changes berubah", 9),
    Column("platform", "Platform akunnya; kosong bila tentang satuan kerja", 11),
    Column("handle", "Nama akun; kosong bila tentang satuan kerja", 24),
    Column("field", "Kolom yang berubah; kosong bila satuan kerja atau akun itu sendiri", 14),
    Column("before", "Isi sebelumnya; kosong bila tidak ada", 24),
    Column("after", "Isi sesudahnya; kosong bila tidak ada", 24),
    Column("since", "Awal masa berlaku sesudah perubahan (UTC)", 21),
    Column("until", "Akhir masa berlaku sesudah perubahan (UTC); kosong bila tanpa batas", 21),
    Column("by", "Siapa yang mengubah, bila diketahui", 20),
)
# Whose values are of people, and are kept from the public.
PRIVATE = frozenset({"pemberitahuan"})
HIDDEN = "(tidak diterbitkan)"


def history_csv(entries: Iterable[HistoryEntry]) -> bytes:
    """The history as CSV, in the order given."""
    return write_csv(COLUMNS, _rows(entries))


def published(change: Amendment) -> tuple[str | None, str | None]:
    """What was and is there, as far as everybody may see it."""
    if change.field in PRIVATE:
        before, after = (HIDDEN if value else None for value in (change.before, change.after))
        return before, after
    return change.before, change.after


def author(entry: HistoryEntry) -> str | None:
    """Who typed it, without the rest of a mail address; None when nobody knows."""
    return entry.by.partition("@")[0] if entry.by else None


def _rows(entries: Iterable[HistoryEntry]) -> Iterator[tuple[Cell, ...]]:
    for entry in entries:
        for change in entry.changes:
            yield (
                iso(entry.at),
                change.satker,
                change.happens,
                change.platform,
                change.handle,
                change.field,
                *published(change),
                iso(change.since) if change.since else None,
                iso(change.until) if change.until else None,
                author(entry),
            )
