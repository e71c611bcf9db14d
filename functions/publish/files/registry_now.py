"""Who is measured now, as a file: each registered satker with its accounts, a line for each.

Mail addresses are left out; what changed, and when, tells the history (registry_history.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from functions.model import PLATFORMS, Account, Roster, iso
from functions.publish.files.tables import Cell, Column, write_csv

PATH = "data/satker.csv"

COLUMNS = (
    Column("satker", "Kode satuan kerja", 20),
    Column("name", "Nama satuan kerja", 44),
    Column("short_name", "Singkatannya; kosong bila tidak ada", 28),
    Column("kind", "Jenisnya", 14),
    Column("parent", "Kode satuan kerja induknya; kosong bila tidak ada", 20),
    Column("province", "Provinsi; kosong bila tidak disebut", 20),
    Column("timezone", "Zona waktunya", 16),
    Column("website", "Situs webnya; kosong bila tidak disebut", 30),
    Column(
        "registered_since",
        "Awal pendaftaran satuan kerja (UTC); kosong bila sejak semula",
        21,
        kind="datetime",
    ),
    Column(
        "platform",
        "Platform akunnya; kosong bila satuan kerja belum punya akun",
        11,
        values=PLATFORMS,
    ),
    Column("handle", "Nama akunnya", 24, is_id=True),
    Column(
        "account_id",
        "Kode tetap akun pada platform; kosong selama belum ditemukan",
        24,
        is_id=True,
    ),
    Column("since", "Awal masa berlaku akun (UTC)", 21, kind="datetime"),
    Column(
        "until",
        "Akhir masa berlaku akun (UTC); kosong bila tanpa batas",
        21,
        kind="datetime",
    ),
)


def registry_csv(roster: Roster, now: datetime) -> bytes:
    """The satker by code, and each one's accounts in the order of the platforms.

    What ended by ``now`` is left out; an account that begins later is told, with its day.
    """
    return write_csv(COLUMNS, _rows(roster, now))


def _rows(roster: Roster, now: datetime) -> Iterator[tuple[Cell, ...]]:
    held: dict[str, list[Account]] = defaultdict(list)
    for account in sorted(
        roster.accounts, key=lambda a: (PLATFORMS.index(a.platform), a.handle, a.valid_from)
    ):
        if account.valid_to is None or account.valid_to > now:
            held[account.satker].append(account)
    for unit in sorted(roster.satker, key=lambda unit: unit.id):
        if unit.valid_to is not None and unit.valid_to <= now:
            continue
        said = (
            unit.id,
            unit.name,
            unit.short_name,
            unit.kind,
            unit.parent,
            unit.province,
            unit.timezone,
            unit.website,
            iso(unit.valid_from) if unit.valid_from else None,
        )
        for account in held[unit.id]:
            yield (
                *said,
                account.platform,
                account.handle,
                account.account_id,
                iso(account.valid_from),
                iso(account.valid_to) if account.valid_to else None,
            )
        if not held[unit.id]:
            yield (*said, None, None, None, None, None)
