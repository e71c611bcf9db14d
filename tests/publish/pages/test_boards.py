"""Lists as pages show them."""

from __future__ import annotations

import msgspec
import pytest

from functions.model import Platform, RankedList, RankingName
from functions.publish.pages import boards
from functions.publish.pages.context import Link
from tests.factories import ranking, row

ROWS = (
    row("a", 1, 10, 200),
    row("b", 2, 20, 50),
    row("c", 2, 10, 50, measured=8),
    row("d", 4, 0, 0),
    row("e", None, 3, None, measured=0),
    row("f", None, 0, None),
)
POPULAR = RankedList(ranking="most_popular", rows=ROWS)


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


def test_follower_bands_are_told_from_the_smallest_up() -> None:
    lists = [
        RankedList(ranking=name, band=band, band_from=least, band_below=below, rows=ROWS[:band])
        for band, least, below in ((2, 5_000, 20_000), (3, 20_000, None), (1, 0, 5_000))
        for name in boards.TITLES
    ]
    made = ranking(POPULAR, *lists)
    scopes = boards.band_scopes(made, str)
    assert [scope.label for scope in scopes] == [
        "Di bawah 5.000 pengikut",
        "5.000 sampai 19.999 pengikut",
        "20.000 pengikut ke atas",
    ]
    assert [scope.anchor for scope in scopes] == ["pengikut-1", "pengikut-2", "pengikut-3"]
    assert scopes[1].boards[0].anchor == "pengikut-2-terpopuler"
    assert [len(scope.boards[0].rows) for scope in scopes] == [1, 2, 3]
    # The official list is not taken for a band's, and no band's for the official one.
    assert made.find("most_popular") == POPULAR
    assert boards.band_list(made, "most_popular", "c") == lists[2]
    assert boards.band_list(made, "most_popular", "e") is None


def test_flags_of_a_row_lead_to_their_numbers() -> None:
    rows = (msgspec.structs.replace(ROWS[0], flags=("burst", "same_text")), *ROWS[1:])
    board = boards.board(msgspec.structs.replace(POPULAR, rows=rows), "2026-10", str)
    first, second = board.rows[:2]
    assert first.mark == Link(
        "penanda: unggahan beruntun, teks berulang", "2026/10/#penanda-a", current=False
    )
    assert second.mark is None


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


def test_sums_are_of_everybody_in_the_list_also_of_who_has_no_rank() -> None:
    """A decision may give a post to a unit without the account: it counts there all the same."""
    active = RankedList(
        ranking="most_active",
        platform="x",
        rows=(row("a", 1, 10, 200), row("b", None, 2, 7), row("c", None, 0, None)),
    )
    shown = boards.board(active, "2026-10", lambda path: path)
    assert (shown.posts, shown.i24, shown.active_units) == (12, 207, 2)
    scope = boards.scope("X", (shown, shown), "", "x")
    assert (scope.posts, scope.i24, scope.active_units) == (12, 207, 2)
    assert [each.why for each in shown.unranked] == [
        "tanpa akun X; 2 unggahan dipindahkan ke sini",
        "tanpa akun X",
    ]
