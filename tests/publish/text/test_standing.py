"""Why a satker stands where it stands: each sentence is true of the list that it is made from."""

from __future__ import annotations

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform, Row
from functions.publish.text.standing import (
    beside,
    certainty,
    concentration,
    gaps,
    median_per_post,
    origins,
    per_post,
    why,
)
from tests.factories import ranked_list, row

PERCENT = "\N{NO-BREAK SPACE}%"


@st.composite
def lists(draw: st.DrawFn) -> tuple[Row, ...]:
    """A list of Akun Terpopuler as it is ranked: ties share a rank, the unranked come last."""
    figures = sorted(draw(st.lists(st.integers(0, 6), max_size=9)), reverse=True)
    rows = [
        row(f"r{at}", figures.index(figure) + 1, draw(st.integers(1, 5)), figure)
        for at, figure in enumerate(figures)
    ]
    rows += [row(f"u{at}", None, at, None) for at in range(draw(st.integers(0, 3)))]
    return tuple(rows)


@given(lists())
def test_the_gaps_that_are_told_are_those_of_the_list(rows: tuple[Row, ...]) -> None:
    by_name = {each.name: each for each in rows}
    for at, own in enumerate(rows):
        said = gaps(rows, at)
        ranked = [each for each in rows if each.rank]
        if own.rank is None:
            assert said == ""
            continue
        assert own.i24 is not None
        above = [each for each in ranked if each.rank and each.rank < own.rank]
        below = [each for each in ranked if each.rank and each.rank > own.rank]
        equal = [each for each in ranked if each.rank == own.rank and each is not own]
        tied = re.search(r"sama dengan (\d+) satuan kerja lain", said)
        assert (int(tied[1]) if tied else 0) == len(equal)
        under = re.search(r"(\d+) interaksi di bawah (\w+)", said)
        assert (under is not None) == bool(above)
        if under:
            assert by_name[under[2]].i24 == own.i24 + int(under[1])
            assert by_name[under[2]].rank == max(each.rank or 0 for each in above)
        over = re.search(r"(\d+) di atas (\w+)", said)
        assert (over is not None) == bool(below)
        if over:
            assert by_name[over[2]].i24 == own.i24 - int(over[1])
            assert by_name[over[2]].rank == min(each.rank or 0 for each in below)
        if said:
            assert said.startswith(f"Peringkat {own.rank}: ")
            assert said.endswith(".")


@given(lists(), st.none() | st.integers(0, 50))
def test_nothing_is_said_without_a_rank_or_without_posts(
    rows: tuple[Row, ...], median: int | None
) -> None:
    for at, own in enumerate(rows):
        said = why(rows, at, {}, median)
        assert all(each.endswith(".") for each in said)
        if own.rank is None:
            assert said == ()
        idle = msgspec.structs.replace(own, posts=0, measured=0, i24=0)
        assert why((*rows[:at], idle, *rows[at + 1 :]), at, {}, median) == ()


def test_the_gaps_up_and_down_are_told() -> None:
    rows = (row("kalbar", 1, i24=5_620), row("ntt", 2, i24=5_358), row("gorontalo", 3, i24=5_245))
    assert gaps(rows, 1) == "Peringkat 2: 262 interaksi di bawah KALBAR, 113 di atas GORONTALO."
    assert gaps(rows, 0) == "Peringkat 1: 262 di atas NTT."
    assert gaps(rows, 2) == "Peringkat 3: 113 interaksi di bawah NTT."
    assert gaps((row("alone", 1),), 0) == ""


def test_a_name_cannot_turn_the_sentence_around() -> None:
    rows = (row("a", 1, i24=9, name="Kanwil \u202eelbaT"), row("b", 2, i24=5))
    assert gaps(rows, 1) == "Peringkat 2: 4 interaksi di bawah Kanwil elbaT."


def test_whether_a_rank_is_certain_is_told_only_where_bounds_are() -> None:
    assert certainty(row("a", 6, rank_best=5, rank_worst=8)) == (
        "Menurut batas ukurnya, peringkatnya dapat 5 sampai 8."
    )
    sure = "Menurut batas ukurnya, peringkat ini pasti."
    assert certainty(row("a", 6, rank_best=6, rank_worst=6)) == sure
    # Rows of formula 1 tell no bounds; those without a rank have none.
    assert certainty(row("a", 6)) == ""
    assert certainty(row("a", None, rank_best=None, rank_worst=None)) == ""


def test_the_platforms_are_told_from_the_largest_on() -> None:
    sums: dict[Platform, int] = {"x": 29, "tiktok": 33, "instagram": 31, "youtube": 7}
    assert origins(sums) == (
        f"33{PERCENT} dari TikTok, 31{PERCENT} dari Instagram, 29{PERCENT} dari X."
    )
    assert origins({"x": 0, "tiktok": 0}) == ""
    assert origins({}) == ""
    assert origins({"x": 5, "tiktok": 0}) == f"100{PERCENT} dari X."


@given(st.dictionaries(st.sampled_from(PLATFORMS), st.integers(0, 10**6)))
def test_the_shares_that_are_told_are_those_of_the_sum(sums: dict[Platform, int]) -> None:
    said = origins(sums)
    names = {name: platform for platform, name in PLATFORM_NAMES.items()}
    whole = sum(sums.values())
    last = float("inf")
    for figure, name in re.findall(rf"([\d,]+){PERCENT} dari (\w+)", said):
        share = float(figure.replace(",", "."))
        assert abs(share - 100 * sums[names[name]] / whole) <= 0.5
        assert share <= last
        last = share
    assert bool(said) == bool(whole)


def test_how_much_the_largest_post_brought_is_told_of_more_than_one() -> None:
    told = concentration(row("a", 1, 4, 90, largest_share=18.4))
    assert told == f"Unggahan terbesarnya membawa 18,4{PERCENT}."
    assert concentration(row("a", 1, 1, 90, largest_share=100.0)) == ""
    assert concentration(row("a", 1, 4, 90, measured=1, largest_share=100.0)) == ""
    assert concentration(row("a", 1, 4, 0, largest_share=None)) == ""
    assert concentration(row("a", 1, 4, 90)) == ""


def test_a_unit_is_held_beside_the_median_of_its_band() -> None:
    assert beside(row("a", 1, 4, 90), 20) == (
        "Per unggahan 23 interaksi; median kelompok pengikutnya 20."
    )
    assert beside(row("a", 1, 4, 90), None) == ""
    assert beside(row("a", 1, 4, None, measured=0), 20) == ""


@given(st.integers(0, 10**6), st.integers(1, 500))
def test_interactions_per_post_are_rounded_half_up(i24: int, measured: int) -> None:
    value = per_post(row("a", 1, measured, i24))
    assert value is not None
    assert 2 * measured * value - measured <= 2 * i24 < 2 * measured * value + measured


@given(st.lists(st.none() | st.integers(0, 99), max_size=9))
def test_the_median_has_as_many_above_as_below(figures: list[int | None]) -> None:
    rows = [
        row(f"r{at}", None, 1, figure, measured=0 if figure is None else 1)
        for at, figure in enumerate(figures)
    ]
    known = [figure for figure in figures if figure is not None]
    median = median_per_post(ranked_list(*rows))
    if not known:
        assert median is None
        return
    assert median is not None
    assert 2 * sum(figure < median for figure in known) <= len(known)
    assert 2 * sum(figure > median for figure in known) <= len(known)
