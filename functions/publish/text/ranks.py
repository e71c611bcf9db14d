"""Ranks as they are written: a rank with what the bounds allow, and how it moved. Pure."""

from __future__ import annotations

from functions.model import RankedList, Row
from functions.publish.text import formats


def row_of(ranked: RankedList, satker: str) -> Row | None:
    """A unit's row in a list; None when the list does not have it."""
    return next((row for row in ranked.rows if row.satker == satker), None)


def possible(row: Row) -> str:
    """What the bounds allow, where that is not the rank alone: ``bisa 5–8``; else empty."""
    ranks = row.possible_ranks
    if ranks is None:
        return ""
    best, worst = ranks
    return f"bisa {best}" if best == worst else f"bisa {best}–{worst}"


def arrow(row: Row) -> str:
    """A movement as a sign with its places: ``▲ 11``, ``▼ 8``, ``=``, ``baru``; empty without."""
    places = formats.number(row.movement or 0)
    signs = {"up": f"▲ {places}", "down": f"▼ {places}", "same": "=", "new": "baru"}
    return {**signs, "back": "kembali"}.get(row.movement_kind, "")
