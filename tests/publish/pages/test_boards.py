"""Lists as pages show them."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from functions.model import Platform, RankedList, Ranking, RankingName
from functions.publish.pages import boards
from functions.publish.pages.boards import Lines
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


def lines(*lists: RankedList) -> Lines:
    """What makes the lines of a month with these lists, on the front page."""
    return Lines(ranking(*lists), str)


def board(ranked: RankedList) -> boards.Board:
    """A list as shown, all of it."""
    return lines(ranked).board(ranked)


def test_who_has_no_rank_stands_apart_and_is_told_why() -> None:
    shown = board(POPULAR)
    assert [each.rank for each in shown.rows] == [1, 2, 2, 4]
    assert [(each.name, each.why) for each in shown.unranked] == [
        ("E", "unggahannya tidak terukur"),
        ("F", "belum punya akun terdaftar"),
    ]


def test_the_first_rows_lead_to_all_of_the_list() -> None:
    shown = lines(POPULAR).board(POPULAR, most=3)
    assert [each.name for each in shown.rows] == ["A", "B", "C"]
    assert shown.unranked == ()
    assert shown.more == Link("Semua 6 satuan kerja", "2026/10/semua/#terpopuler")
    assert shown.ranked == 4
    assert lines(POPULAR).board(POPULAR, most=6).more is None
    band = msgspec.structs.replace(POPULAR, band=2)
    more = lines(band).board(band, most=1).more
    assert more is not None
    assert more.href == "2026/10/pengikut-2/#pengikut-2-terpopuler"


@given(ranked=st.integers(0, 30), unranked=st.integers(0, 30), most=st.integers(1, 12))
def test_however_a_list_is_parted_each_row_stands_in_one_part(
    ranked: int, unranked: int, most: int
) -> None:
    rows = [row(f"r{n}", n + 1, 5, 100 - n) for n in range(ranked)]
    rows += [row(f"u{n}", None, 0, None) for n in range(unranked)]
    whole = RankedList(ranking="most_popular", rows=tuple(rows))
    made = lines(whole)
    parts = [made.board(whole, begin=at, most=most) for at in range(0, len(rows), most)]
    shown = [each.name for part in parts for each in (*part.rows, *part.unranked)]
    assert shown == [each.name for each in rows]
    assert all(len(part.rows) + len(part.unranked) <= most for part in parts)
    # A bar is as long on a further part as it would be on the first.
    assert [each.bar for part in parts for each in part.rows] == [
        each.bar for each in made.board(whole).rows
    ]


def test_bars_are_shares_of_the_largest() -> None:
    shown = board(POPULAR)
    assert 'width="1000"' in shown.rows[0].bar
    assert 'width="250"' in shown.rows[1].bar
    assert 'width="0"' in shown.rows[3].bar


def test_only_who_has_something_leads() -> None:
    """On a month's first days everybody shares rank 1 with 0."""
    nothing = RankedList(
        ranking="most_popular", rows=(row("a", 1, 0, 0), row("b", 1, 0, 0), row("c", 1, 2, 0))
    )
    assert not any(each.leads for each in board(nothing).rows)
    equal = RankedList(ranking="most_active", rows=(row("a", 1, 2), row("b", 1, 2), row("c", 3, 1)))
    assert [each.leads for each in board(equal).rows] == [True, True, False]


def test_a_poorly_measured_satker_is_marked() -> None:
    rows = tuple(msgspec.structs.replace(row, thin=row.satker == "b") for row in POPULAR.rows)
    shown = board(msgspec.structs.replace(POPULAR, rows=rows))
    assert [each.thin for each in shown.rows] == [False, True, False, False]


def test_terpopuler_and_teraktif_rank_by_their_own_figure() -> None:
    active = RankedList(ranking="most_active", rows=(row("b", 1, 20, 50), row("a", 2, 10, 200)))
    popular_board, active_board = lines(POPULAR, active).both()
    assert popular_board.rows[0].figure == 200
    assert active_board.rows[0].figure == 20
    assert (popular_board.unit, active_board.unit) == ("interaksi", "unggahan")


def test_the_ranks_that_the_bounds_allow_stand_where_they_allow_others() -> None:
    rows = (
        row("a", 1, rank_best=1, rank_worst=1),
        row("b", 2, rank_best=2, rank_worst=4),
        row("c", 3),
    )
    shown = board(RankedList(ranking="most_popular", rows=rows))
    assert [each.known for each in shown.rows] == ["", "bisa 2–4", ""]


def test_a_sum_that_one_post_carries_is_said_to_be_so_in_terpopuler() -> None:
    rows = (
        row("a", 1, 9, 90, largest_share=50.0),
        row("b", 2, 9, 80, largest_share=49.9),
        row("c", 3, 1, 70, largest_share=100.0),
        row("d", 4, 9, 60),
    )
    popular, active = (RankedList(ranking=name, rows=rows) for name in boards.NAMES)
    said = [each.share for each in board(popular).rows]
    assert said == ["50\xa0% dari satu unggahan", "", "", ""]
    assert {each.share for each in board(active).rows} == {""}


def test_movement_says_what_it_is_measured_against() -> None:
    moved = RankedList(
        ranking="most_popular", rows=(row("a", 1, movement_kind="up", movement=3), row("b", 2))
    )
    assert board(moved).compared == "dibanding September (final)"
    assert [each.movement_words for each in board(moved).rows] == ["naik 3 peringkat", ""]
    assert board(POPULAR).compared == ""


def test_figures_are_provisional_until_the_month_is_final() -> None:
    def is_provisional(**facts: str) -> bool:
        return Lines(ranking(POPULAR, **facts), str).board(POPULAR).provisional

    assert is_provisional(state="open")
    assert is_provisional(state="closing")
    assert not is_provisional(state="final")


def test_anchors_tell_lists_apart() -> None:
    scopes: list[tuple[Platform | None, str | None]] = [
        (None, None),
        ("x", None),
        (None, "kanwil"),
    ]
    names: list[RankingName] = ["most_popular", "most_active"]
    made = [
        board(RankedList(ranking=name, platform=platform, kind=kind)).anchor
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
    scopes = Lines(made, str).bands()
    assert [scope.label for scope in scopes] == [
        "Di bawah 5.000 pengikut",
        "5.000 sampai 19.999 pengikut",
        "20.000 pengikut ke atas",
    ]
    assert [scope.anchor for scope in scopes] == ["pengikut-1", "pengikut-2", "pengikut-3"]
    assert scopes[1].href == "2026/10/pengikut-2/"
    assert [scope.posts for scope in scopes] == [10, 30, 40]
    # The official list is not taken for a band's, and no band's for the official one.
    assert made.find("most_popular") == POPULAR
    assert [len(each.rows) for each in Lines(made, str).both(band=2)] == [2, 2]


def test_kinds_are_told_the_best_known_first() -> None:
    kinds = ("zebra", "upt", "kanwil")
    made = lines(
        *(RankedList(ranking=n, kind=kind, rows=ROWS) for kind in kinds for n in boards.NAMES)
    )
    assert [(scope.label, scope.href) for scope in made.kinds()] == [
        ("Kantor wilayah", "2026/10/kanwil/"),
        ("Unit pelaksana teknis", "2026/10/upt/"),
        ("Zebra", "2026/10/zebra/"),
    ]


def test_flags_of_a_row_lead_to_their_numbers() -> None:
    rows = (msgspec.structs.replace(ROWS[0], flags=("burst", "same_text")), *ROWS[1:])
    shown = board(msgspec.structs.replace(POPULAR, rows=rows))
    first, second = shown.rows[:2]
    assert first.mark == Link(
        "penanda: unggahan beruntun, teks berulang", "2026/10/#penanda-a", current=False
    )
    assert second.mark is None


def of_platform(*rows: boards.Row) -> Ranking:
    """A month with lists of X alone, beside the official ones."""
    scopes: tuple[Platform | None, ...] = (None, "x")
    return ranking(
        *(
            RankedList(ranking=name, platform=platform, rows=rows)
            for platform in scopes
            for name in boards.NAMES
        )
    )


def test_a_sum_of_nothing_measured_is_unknown() -> None:
    [scope] = Lines(of_platform(row("a", 1, 3, None, measured=0)), str).platforms()
    assert scope.i24 is None
    assert scope.i24_share is None
    assert (scope.posts, scope.posts_share) == (3, 1000)


def test_sums_are_of_everybody_in_the_list_also_of_who_has_no_rank() -> None:
    """A decision may give a post to a unit without the account: it counts there all the same."""
    rows = (row("a", 1, 10, 200), row("b", None, 2, 7), row("c", None, 0, None))
    made = Lines(of_platform(*rows), str)
    [scope] = made.platforms()
    assert (scope.posts, scope.i24, scope.active_units) == (12, 207, 2)
    _, active = made.both(platform="x")
    assert [each.why for each in active.unranked] == [
        "tanpa akun X; 2 unggahan dipindahkan ke sini",
        "tanpa akun X",
    ]


def test_nobody_leads_with_nothing_and_equals_lead_together() -> None:
    [nobody] = Lines(of_platform(row("a", 1, 0, 0), row("b", 1, 0, 0)), str).platforms()
    assert nobody.leaders == ()
    [both] = Lines(of_platform(row("a", 1, 2, 9), row("b", 1, 2, 9)), str).platforms()
    assert [(leader.title, leader.row.name, leader.tied) for leader in both.leaders] == [
        ("Akun Terpopuler", "A", 1),
        ("Akun Teraktif", "A", 1),
    ]
