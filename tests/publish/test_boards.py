"""Lists as pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from functions.model import Platform, RankedList, Ranking, RankingName, Row
from functions.publish import boards
from functions.store.agency import MonthRecord

WIB = ZoneInfo("Asia/Jakarta")


def row(satker: str, rank: int | None, posts: int, i24: int | None, measured: int = -1) -> Row:
    known = posts if measured < 0 else measured
    return Row(rank=rank, satker=satker, name=satker.upper(), posts=posts, measured=known, i24=i24)


ROWS = (
    row("a", 1, 10, 200),
    row("b", 2, 20, 50),
    row("c", 2, 10, 50, measured=8),
    row("d", 4, 0, 0),
    row("e", None, 3, None, measured=0),
    row("f", None, 0, None),
)
POPULAR = RankedList(ranking="most_popular", rows=ROWS)


def ranking(*lists: RankedList) -> Ranking:
    return Ranking(
        agency="kemenkum",
        month="2026-10",
        state="open",
        incomplete=False,
        revision=1,
        formula="1",
        as_of=datetime(2026, 10, 21, tzinfo=UTC),
        run_id="r",
        lists=lists,
    )


def test_who_has_no_rank_stands_apart_and_is_told_why() -> None:
    board = boards.board(POPULAR, "2026-10", str)
    assert [each.rank for each in board.rows] == [1, 2, 2, 4]
    assert [(each.name, each.why) for each in board.unranked] == [
        ("E", "unggahannya tidak terukur"),
        ("F", "belum punya akun terdaftar"),
    ]


def test_the_podium_and_the_rest_of_the_top_do_not_overlap() -> None:
    board = boards.board(POPULAR, "2026-10", str)
    assert [each.name for each in board.podium] == ["A", "B", "C"]
    assert [each.name for each in board.top] == ["D"]


def test_bars_are_shares_of_the_largest() -> None:
    board = boards.board(POPULAR, "2026-10", str)
    assert 'width="1000"' in board.rows[0].bar
    assert 'width="250"' in board.rows[1].bar


def test_a_poorly_measured_satker_is_marked() -> None:
    rows = tuple(msgspec.structs.replace(row, thin=row.satker == "b") for row in POPULAR.rows)
    board = boards.board(msgspec.structs.replace(POPULAR, rows=rows), "2026-10", str)
    assert [each.thin for each in board.rows] == [False, True, False, False]


def test_terpopuler_and_teraktif_rank_by_their_own_figure() -> None:
    active = RankedList(ranking="most_active", rows=(row("b", 1, 20, 50), row("a", 2, 10, 200)))
    popular_board, active_board = boards.both(ranking(POPULAR, active), str)
    assert popular_board.rows[0].figure == 200
    assert active_board.rows[0].figure == 20


def test_anchors_tell_lists_apart() -> None:
    scopes: list[tuple[Platform | None, str | None]] = [
        (None, None),
        ("x", None),
        (None, "kanwil"),
    ]
    names: list[RankingName] = ["most_popular", "most_active"]
    made = [
        boards.board(RankedList(ranking=name, platform=platform, kind=kind), "2026-10", str).anchor
        for name in names
        for platform, kind in scopes
    ]
    assert made[:3] == ["terpopuler", "x-terpopuler", "kanwil-terpopuler"]
    assert len(set(made)) == 6


def test_a_sum_of_nothing_measured_is_unknown() -> None:
    active = RankedList(ranking="most_active", rows=(row("a", 1, 3, None, measured=0),))
    made = ranking(active)
    assert boards.scope("", boards.both(made, str), "", None).i24 is None
    assert boards.facts(made, 1)[1].figure == "tidak terukur"


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("kanwil-ntt", "kanwil-ntt"),
        ("a/b", "a~2fb"),
        ("..", "~2e."),
        ("é", "~e9"),
        ("a~b", "a~7eb"),
    ],
)
def test_a_code_is_a_safe_part_of_a_path(text: str, segment: str) -> None:
    assert boards.segment(text) == segment


@pytest.mark.parametrize(
    ("state", "closes", "said", "phases"),
    [
        ("open", None, "masih berjalan", ["now", "next", "next"]),
        (
            "closing",
            datetime(2026, 11, 6, 17, tzinfo=UTC),
            "sampai 6 November 2026 24.00 WIB",
            ["done", "now", "next"],
        ),
        ("final", datetime(2026, 11, 6, 17, tzinfo=UTC), "beku", ["done", "done", "done"]),
    ],
)
def test_a_month_says_where_it_stands(
    state: str, closes: datetime | None, said: str, phases: list[str]
) -> None:
    record = MonthRecord(
        ranking=msgspec.structs.replace(ranking(POPULAR), state=state), digest="", closes_at=closes
    )
    head = boards.head(record, WIB, str)
    assert said in head.sentence
    assert [step.phase for step in head.steps] == phases
    assert head.steps[0].when == "1–31 Oktober 2026"
