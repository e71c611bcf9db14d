"""Ranks as they are written."""

from __future__ import annotations

from functions.publish.text.ranks import arrow, possible, row_of
from tests.factories import ranked_list, row


def test_what_the_bounds_allow_is_said_where_it_is_not_the_rank_alone() -> None:
    assert possible(row("a", 6, rank_best=5, rank_worst=8)) == "bisa 5–8"
    assert possible(row("a", 6, rank_best=7, rank_worst=7)) == "bisa 7"
    assert possible(row("a", 6, rank_best=6, rank_worst=6)) == ""
    assert possible(row("a", 6)) == ""


def test_every_movement_has_its_sign() -> None:
    assert arrow(row("a", 1, movement_kind="up", movement=11)) == "▲ 11"
    assert arrow(row("a", 1, movement_kind="down", movement=1_200)) == "▼ 1.200"
    assert [arrow(row("a", 1, movement_kind=k)) for k in ("same", "new", "back", "none")] == [
        "=",
        "baru",
        "kembali",
        "",
    ]


def test_a_unit_s_row_is_found_or_it_has_none() -> None:
    ranked = ranked_list(row("a", 1), row("b", 2))
    assert row_of(ranked, "b") is ranked.rows[1]
    assert row_of(ranked, "c") is None
