"""An alarm in sentences: its numbers, its mark, the record."""

from __future__ import annotations

from datetime import UTC, datetime

from functions.publish.text import alarms as text
from functions.store.alarms import Record
from tests.factories import WIB, alarm

AT = datetime(2026, 10, 13, 8, tzinfo=UTC)


def test_an_alarm_says_its_numbers() -> None:
    given = alarm(at=AT)
    assert text.headline(given, WIB) == "Siaga – Kanwil NTT, 13 Oktober 2026 15.00 WIB"
    assert text.numbers(given) == (
        "84 komentar dalam 6 jam; biasanya 3,3.",
        "Peluang sebanyak itu karena kebetulan: paling besar 12 dari sejuta.",
        "Bagian komentar di antara interaksi 6 jam: paling sedikit 41,2\u00a0%; hari-hari "
        "sebelumnya paling banyak 13\u00a0%, kecuali satu hari.",
    )


def test_what_could_not_be_judged_is_no_number() -> None:
    said = text.numbers(alarm(level="lonjakan", share=None))[-1]
    assert said == "Bagian komentar di antara interaksi tidak dapat dinilai."


def test_a_mark_says_who_when_and_why() -> None:
    assert text.mark(alarm(), WIB) == "belum ditandai"
    assert text.mark(alarm(outcome="keliru"), WIB) == "keliru – ditandai tanpa nama"
    marked = alarm(outcome="benar", marked_by="Ani", marked_at=AT, note="Antrean\npaspor")
    said = text.mark(marked, WIB)
    assert said == "benar – ditandai Ani, 13 Oktober 2026 15.00 WIB: Antrean paspor"


def test_a_name_cannot_turn_the_words_behind_it() -> None:
    assert "\u202e" not in text.headline(alarm(name="Kanwil\u202e NTT"), WIB)


def test_the_record_says_what_is_known_and_nothing_else() -> None:
    nothing = Record(right=0, wrong=0)
    found = {"lonjakan": nothing, "siaga": Record(right=7, wrong=2, open=3)}
    assert [*text.records(found)] == ["siaga: 7 dari 9 yang ditandai benar; 3 belum ditandai"]
    found = {"lonjakan": Record(right=0, wrong=0, open=1), "siaga": Record(right=0, wrong=2)}
    assert [*text.records(found)] == [
        "lonjakan: belum diketahui; 1 belum ditandai",
        "siaga: 0 dari 2 yang ditandai benar",
    ]
