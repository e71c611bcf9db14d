"""Words that all notices share: how they begin and end, days, hours, months and numbers in
Indonesian."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September"),
    *("Oktober", "November", "Desember"),
)
CLOSING = (
    "Surel ini dikirim otomatis; jangan dibalas. Untuk bertanya, hubungi admin instansi. Alamat "
    "penerima diatur di kolom pemberitahuan daftar satuan kerja."
)


def letter(name: str, agency: str, *paragraphs: str) -> str:
    """A letter to a unit: its name, the paragraphs that say something, and who writes."""
    said = [f"Yth. {name},", *filter(None, paragraphs), f"Salam,\n{agency}", f"-- \n{CLOSING}"]
    return "\n\n".join(said)


def day(at: datetime, zone: ZoneInfo) -> str:
    """``3 Oktober 2026``."""
    local = at.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def hour(at: datetime, zone: ZoneInfo) -> str:
    """``pukul 09.00 WIB``."""
    return f"pukul {at.astimezone(zone):%H.%M %Z}"


def month(name: str) -> str:
    """``2026-10`` as ``Oktober 2026``."""
    return f"{_MONTHS[int(name[5:7]) - 1]} {name[:4]}"


def number(value: int) -> str:
    """``1.234``."""
    return f"{value:,}".replace(",", ".")
