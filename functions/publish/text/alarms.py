"""An alarm in Indonesian sentences: its numbers, its mark, and how often alarms were right.

They are for staff alone: no public page or file is made with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from functions.publish.text import formats
from functions.publish.text.plain import plain
from functions.store.alarms import LEVELS, Alarm, Level, Record

NAMES: Mapping[Level, str] = {"lonjakan": "Lonjakan", "siaga": "Siaga"}
MEANINGS: Mapping[Level, str] = {
    "lonjakan": "komentar jauh lebih banyak daripada biasanya",
    "siaga": "komentar jauh lebih banyak daripada biasanya, dan bagiannya di antara interaksi juga",
}
NO_VERDICT = "Angka ini tidak mengatakan siapa yang benar; bacalah komentarnya di platform."
MOST_NOTED = 300  # characters of a note


def headline(alarm: Alarm, zone: ZoneInfo) -> str:
    """What it is and about whom: ``Siaga – Kanwil NTT, 13 Oktober 2026 15.00 WIB``."""
    return f"{NAMES[alarm.level]} – {plain(alarm.name)}, {formats.time(alarm.at, zone)}"


def numbers(alarm: Alarm) -> tuple[str, ...]:
    """What the alarm was given for, a sentence each."""
    came = formats.number(alarm.comments)
    return (
        f"{came} komentar dalam {alarm.hours} jam; biasanya {_thousandths(alarm.usual)}.",
        f"Peluang sebanyak itu karena kebetulan: paling besar {chance(alarm.chance)}.",
        _share(alarm),
    )


def mark(alarm: Alarm, zone: ZoneInfo) -> str:
    """What staff found: ``benar – ditandai Ani, 13 Oktober 2026 16.00 WIB: catatan``."""
    if alarm.outcome is None:
        return "belum ditandai"
    by = f"ditandai {plain(alarm.marked_by)}" if alarm.marked_by else "ditandai tanpa nama"
    at = f", {formats.time(alarm.marked_at, zone)}" if alarm.marked_at else ""
    note = f": {plain(alarm.note, MOST_NOTED)}" if alarm.note else ""
    return f"{alarm.outcome} – {by}{at}{note}"


def records(found: Mapping[Level, Record]) -> Iterator[str]:
    """How often each level was right; nothing is said of a level that never was given."""
    for level in LEVELS:
        own = found[level]
        if own.marked or own.open:
            yield f"{level}: {_record(own)}"


def chance(millionths: int) -> str:
    """A chance: ``12 dari sejuta``."""
    return f"{formats.number(millionths)} dari sejuta"


def _record(own: Record) -> str:
    waiting = f"{formats.number(own.open)} belum ditandai"
    if not own.marked:
        return f"belum diketahui; {waiting}"
    right, marked = formats.number(own.right), formats.number(own.marked)
    said = f"{right} dari {marked} yang ditandai benar"
    return f"{said}; {waiting}" if own.open else said


def _share(alarm: Alarm) -> str:
    if alarm.share is None or alarm.usual_share is None:
        return "Bagian komentar di antara interaksi tidak dapat dinilai."
    return (
        f"Bagian komentar di antara interaksi 6 jam: paling sedikit {_percent(alarm.share)}; "
        f"hari-hari sebelumnya paling banyak {_percent(alarm.usual_share)}, kecuali satu hari."
    )


def _thousandths(value: int) -> str:
    return formats.tenths((value + 50) // 100)


def _percent(thousandths: int) -> str:
    return formats.percent(thousandths)
