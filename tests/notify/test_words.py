"""Days, hours, months and numbers as a letter says them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from functions.notify.words import day, hour, letter, month, number


def test_a_letter_says_whom_it_is_to_and_who_writes() -> None:
    told = letter("Kanwil Bali", "Kementerian Hukum", "Satu.", "", "Dua.")
    assert told.startswith("Yth. Kanwil Bali,\n\nSatu.\n\nDua.\n\nSalam,\nKementerian Hukum\n\n-- ")


def test_days_hours_months_and_numbers_are_indonesian() -> None:
    evening = datetime(2026, 10, 2, 20, tzinfo=UTC)
    assert day(evening, ZoneInfo("Asia/Jakarta")) == "3 Oktober 2026"
    assert hour(evening, ZoneInfo("Asia/Jayapura")) == "pukul 05.00 WIT"
    assert month("2026-12") == "Desember 2026"
    assert number(1234567) == "1.234.567"
