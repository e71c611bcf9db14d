"""A month's main points, each from figures that are checked by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Entry, Measurement, RankedList, Row, SameText
from functions.publish.text import points as said
from tests.factories import (
    WIB,
    decision,
    entry,
    objection,
    ranked_list,
    ranking,
    record,
    row,
    x_post,
)

HALF = "\N{NO-BREAK SPACE}%"


def active(*rows: Row, **facts: Any) -> RankedList:
    return ranked_list(*rows, ranking="most_active", **facts)


def test_the_leader_is_named_with_its_lead() -> None:
    led = ranked_list(row("lampung", 1, i24=25_492), row("kepri", 2, i24=20_058))
    assert said.leaders(led) == (
        "LAMPUNG memimpin Akun Terpopuler dengan 25.492 interaksi, 5.434 di depan KEPRI."
    )
    busy = active(row("bali", 1, 36), row("aceh", 2, 35), row("ntt", 2, 35))
    assert said.leaders(busy) == (
        "BALI memimpin Akun Teraktif dengan 36 unggahan, 1 di depan ACEH dan NTT."
    )


def test_leaders_with_equal_figures_lead_together() -> None:
    pair = ranked_list(row("a", 1, i24=7), row("b", 1, i24=7), row("c", 3, i24=2))
    assert said.leaders(pair) == (
        "A dan B sama-sama memimpin Akun Terpopuler, masing-masing 7 interaksi."
    )
    crowd = ranked_list(*(row(name, 1, i24=7) for name in "abcd"))
    assert said.leaders(crowd) == (
        "4 satuan kerja sama-sama memimpin Akun Terpopuler, masing-masing 7 interaksi."
    )


def test_a_lead_within_the_bounds_is_called_uncertain() -> None:
    led = ranked_list(row("a", 1, i24=7, rank_best=1, rank_worst=2), row("b", 2))
    assert said.leaders(led).endswith("; menurut batas ukurnya tempat pertama belum pasti.")
    sure = ranked_list(row("a", 1, i24=7, rank_best=1, rank_worst=1), row("b", 2))
    assert "belum pasti" not in said.leaders(sure)


@pytest.mark.parametrize(
    "rows", [(), (row("a", None, 0, None),), (row("a", 1, 0, 0), row("b", 1, 0, 0))]
)
def test_nobody_leads_before_the_first_figure(rows: tuple[Row, ...]) -> None:
    assert said.leaders(ranked_list(*rows)) == ""


def test_the_farthest_moves_are_named_with_what_they_are_compared_with() -> None:
    moved = ranking(
        ranked_list(
            row("a", 1, movement_kind="up", movement=2),
            row("ntt", 2, movement_kind="up", movement=11),
            row("b", 3, movement_kind="same"),
            row("bali", 4, movement_kind="down", movement=8),
            row("c", 5, movement_kind="down", movement=8),
        )
    )
    assert said.moves(moved) == (
        "Dibanding September (final), naik paling jauh NTT, 11 tempat ke peringkat 2; "
        "turun paling jauh BALI, 8 tempat ke peringkat 4 dan 1 satuan kerja lain."
    )
    assert said.moves(ranking(ranked_list(row("a", 1, movement_kind="new")))) == ""


def test_the_platform_with_the_most_interactions_is_held_against_its_posts() -> None:
    month = ranking(
        active(row("a", 1, 19, 480), platform="tiktok"),
        active(row("a", 1, 81, 520), platform="x"),
    )
    assert said.shares(month) == (
        f"X membawa 52{HALF} dari semua interaksi dari 81{HALF} unggahan."
    )
    assert said.platform_sums(month) == {"x": (81, 520), "tiktok": (19, 480)}


def test_an_unmeasured_platform_has_no_sum() -> None:
    month = ranking(active(row("a", 1, 3, None, measured=0), platform="x"))
    assert said.platform_sums(month) == {"x": (3, None)}
    assert said.shares(month) == ""


def test_units_that_owe_half_to_one_post_are_counted() -> None:
    month = ranking(
        ranked_list(
            row("a", 1, largest_share=12.5),
            row("kepri", 2, largest_share=59.0),
            row("c", 3, largest_share=50.0),
            row("d", 4, 0, 0, largest_share=None),
        )
    )
    assert said.concentration(month) == (
        "2 dari 3 satuan kerja mendapat sedikitnya separuh interaksinya dari satu unggahan, "
        f"yang tertinggi peringkatnya KEPRI (peringkat 2, 59{HALF})."
    )
    alone = ranking(ranked_list(row("a", 1, largest_share=67.4)))
    assert said.concentration(alone) == (
        f"A (peringkat 1) mendapat 67,4{HALF} interaksinya dari satu unggahan."
    )
    assert said.concentration(ranking(ranked_list(row("a", 1)))) == ""


def test_coverage_tells_estimates_and_what_has_no_number() -> None:
    month = ranking(active(row("a", 1, 938, measured=936), row("b", 2, 2)))
    posts = [
        entry(x_post(), measurement=Measurement(state="estimated", i24=3)),
        entry(x_post(), counted=False, measurement=Measurement(state="estimated", i24=3)),
        entry(x_post(), measurement=Measurement(state="running", i24=1)),
        Entry(post=x_post()),
    ]
    assert said.coverage(month, posts) == (
        "938 dari 940 unggahan terukur; 1 masih berjalan; 1 berupa perkiraan; "
        "2 tanpa angka, yang tidak dihitung sebagai nol."
    )
    assert said.coverage(ranking(active(row("a", 1, 3)))) == "Semua 3 unggahan terukur."
    assert said.coverage(ranking()) == "Belum ada unggahan yang dihitung."


def test_the_log_and_the_flags_are_counted() -> None:
    month = record(
        ranking(flags=(SameText(satker="a", account="x:1", duplicates=7, posts=20, percent=350),)),
        decisions=(decision(), decision("set_value", "2", value=3), decision(id="3")),
        objections=(objection(), objection("2", answer="Ya.", accepted=True)),
    )
    assert said.log(month) == (
        "Ada 3 keputusan admin (2 dikeluarkan, 1 ditetapkan nilainya) dan 2 sanggahan "
        "(1 dikabulkan, 1 belum diputuskan)."
    )
    assert said.flagged(month.ranking) == (
        "1 penanda pada 1 satuan kerja menunjukkan yang layak dilihat; "
        "penanda tidak mengubah peringkat."
    )
    assert said.log(record(ranking())) == ""
    assert said.flagged(ranking()) == ""


def test_a_finished_month_is_compared_with_the_final_one_before() -> None:
    this = record(ranking(active(row("a", 1, 97, 560)), state="closing"))
    before = ranking(active(row("a", 1, 100, 500)), state="final", month="2026-09")
    assert said.totals(this, record(before)) == (
        f"Seluruhnya 560 interaksi (naik 12{HALF}) dari 97 unggahan (turun 3{HALF}) "
        "dibanding September (final)."
    )
    assert said.totals(this, None) == "Seluruhnya 560 interaksi dari 97 unggahan."
    assert said.totals(record(ranking(active(row("a", 1, 97, 560)))), record(before)) == ""


def test_every_state_says_how_firm_the_figures_are() -> None:
    day = datetime(2026, 10, 13, 8, tzinfo=UTC)
    closes = datetime(2026, 11, 6, 17, tzinfo=UTC)
    month = record(ranking(as_of=day))
    assert said.state(month, WIB) == (
        "Oktober masih berjalan, hari ke-13 dari 31; semua angka sementara."
    )
    assert said.state(month, WIB, datetime(2026, 11, 1, 1, tzinfo=UTC)) == (
        "Oktober sudah lewat; unggahan terakhirnya masih diukur sampai 2 November 2026 06.00 WIB."
    )
    assert said.state(record(ranking(state="closing"), closes_at=closes), WIB) == (
        "Oktober dalam masa sanggah sampai 6 November 2026 24.00 WIB; angkanya masih dapat berubah."
    )
    final = ranking(state="final", revision=2, as_of=closes)
    assert said.state(record(final), WIB) == (
        "Oktober final, revisi 2, ditetapkan 7 November 2026."
    )
    assert "tidak lengkap" in said.state(record(ranking(incomplete=True)), WIB)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 2, f"50{HALF}"),
        (999, 1000, f"lebih dari 99{HALF}"),
        (1000, 1000, f"100{HALF}"),
        (1, 1000, f"kurang dari 1{HALF}"),
        (0, 10, f"0{HALF}"),
        (0, 0, "–"),
        (125, 1000, f"13{HALF}"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(part: int, whole: int, expected: str) -> None:
    assert said.share(part, whole) == expected


def test_the_points_come_in_the_order_of_a_bulletin() -> None:
    month = ranking(
        ranked_list(row("a", 1, i24=9), row("b", 2, i24=4)), active(row("a", 1, 3), row("b", 2, 1))
    )
    told = said.points(record(month), None, None, WIB)
    assert [sentence.split(" ")[:3] for sentence in told] == [
        ["A", "memimpin", "Akun"],
        ["A", "memimpin", "Akun"],
        ["Semua", "4", "unggahan"],
        ["Oktober", "masih", "berjalan,"],
    ]


def test_a_name_cannot_turn_the_sentence_around() -> None:
    led = ranked_list(row("a", 1, i24=9, name="Kanwil \u202eilaB\nBaru"))
    assert said.leaders(led) == ("Kanwil ilaB Baru memimpin Akun Terpopuler dengan 9 interaksi.")


@st.composite
def rows(draw: st.DrawFn) -> tuple[Row, ...]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        posts = draw(st.integers(0, 5))
        measured = draw(st.integers(0, posts))
        found.append(
            Row(
                satker=str(number),
                name=draw(st.text(max_size=12)),
                rank=draw(st.none() | st.integers(1, 6)),
                posts=posts,
                measured=measured,
                i24=draw(st.none() | st.integers(0, 10**9)),
                movement_kind=draw(st.sampled_from(["up", "down", "same", "new", "none"])),
                movement=draw(st.none() | st.integers(1, 9)),
                rank_best=1,
                rank_worst=draw(st.none() | st.integers(1, 6)),
                largest_share=draw(st.none() | st.floats(0, 100)),
            )
        )
    return tuple(found)


@given(rows(), rows(), rows(), st.sampled_from(["open", "closing", "final"]), st.booleans())
def test_whatever_a_month_holds_becomes_whole_sentences(
    popular: tuple[Row, ...],
    busy: tuple[Row, ...],
    other: tuple[Row, ...],
    state: str,
    has_previous: bool,
) -> None:
    lists = (
        ranked_list(*popular),
        active(*busy),
        active(*other, platform="x"),
        active(*busy, platform="tiktok"),
    )
    month = record(ranking(*lists, state=state))
    before = record(ranking(*lists, state="final", month="2026-09"))
    told = said.points(month, before if has_previous else None, (), WIB)
    assert told
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in told)
    assert not any("None" in sentence for sentence in told)


def test_the_points_of_a_day_say_that_day() -> None:
    told = said.points(record(ranking()), None, (), WIB, datetime(2026, 10, 1, tzinfo=UTC))
    assert told[-1].startswith("Oktober masih berjalan, hari ke-1 dari 31")
    before = said.points(
        record(ranking()), None, (), WIB, datetime(2026, 10, 1, tzinfo=UTC) - timedelta(days=2)
    )
    assert before[-1].startswith("Oktober masih berjalan, hari ke-1 dari 31")
