"""A satker's lines, found as if every list were gone through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.model import PLATFORMS, Platform, RankedList, Ranking, RankingName, Row
from functions.publish.lookup import MonthLookup
from functions.publish.text.standing import median_per_post
from tests.factories import ranked_list, ranking, row

NAMES: tuple[RankingName, ...] = ("most_popular", "most_active")
SATKER = [f"s{number}" for number in range(8)]


@st.composite
def rows_of(draw: st.DrawFn, among: list[str]) -> tuple[Row, ...]:
    """Some satker, each once, some of them without a rank."""
    satker = draw(st.lists(st.sampled_from(among), unique=True)) if among else []
    return tuple(
        row(
            each,
            draw(st.none() | st.integers(1, 5)),
            draw(st.integers(0, 4)),
            draw(st.none() | st.integers(0, 90)),
        )
        for each in satker
    )


@st.composite
def months(draw: st.DrawFn) -> Ranking:
    """A month with official lists, some of platforms and kinds, and bands that share no satker."""
    lists: list[RankedList] = []
    platforms = draw(st.lists(st.sampled_from(PLATFORMS), unique=True))
    in_band = draw(st.lists(st.sampled_from([1, 2, 3, None]), min_size=8, max_size=8))
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        lists.append(ranked_list(*draw(rows_of(SATKER)), ranking=name))
        for platform in platforms:
            lists.append(ranked_list(*draw(rows_of(SATKER)), ranking=name, platform=platform))
        lists.append(ranked_list(*draw(rows_of(SATKER)), ranking=name, kind="kanwil"))
        for band in (1, 2, 3):
            members = [s for s, of in zip(SATKER, in_band, strict=True) if of == band]
            lists.append(ranked_list(*draw(rows_of(members)), ranking=name, band=band))
    return ranking(*draw(st.permutations(lists)))


def linear(month: Ranking, name: RankingName, satker: str, platform: Platform | None) -> list[Row]:
    """A satker's rows of a list, by going through all of it."""
    return [
        each
        for ranked in month.lists
        if (ranked.ranking, ranked.platform, ranked.kind, ranked.band)
        == (name, platform, None, None)
        for each in ranked.rows
        if each.satker == satker
    ]


@given(months())
def test_a_line_is_the_one_that_a_linear_search_finds(month: Ranking) -> None:
    lookup = MonthLookup(month)
    for name in NAMES:
        for platform in (None, *PLATFORMS):
            for satker in (*SATKER, "nobody"):
                found = lookup.row(name, satker, platform)
                assert ([] if found is None else [found]) == linear(month, name, satker, platform)
            rows = month.find(name, platform=platform).rows
            assert lookup.ranked(name, platform) == sum(r.rank is not None for r in rows)


@given(months())
def test_a_position_is_the_lines_place_in_the_official_list(month: Ranking) -> None:
    lookup = MonthLookup(month)
    for name in NAMES:
        rows = month.find(name).rows
        assert [lookup.position(name, each.satker) for each in rows] == [*range(len(rows))]
        assert lookup.position(name, "nobody") is None


@given(months())
def test_a_band_is_the_one_whose_list_has_the_satker(month: Ranking) -> None:
    lookup = MonthLookup(month)
    for name in NAMES:
        for satker in SATKER:
            found = [
                (ranked, each)
                for ranked in month.lists
                if ranked.ranking == name and ranked.band is not None
                for each in ranked.rows
                if each.satker == satker
            ]
            assert lookup.band(name, satker) == (found[0] if found else None)


def test_the_medians_of_two_bands_are_not_taken_for_one_another() -> None:
    low = ranked_list(row("a", 1, 2, 10), row("b", 2, 1, 1), band=1)
    high = ranked_list(row("c", 1, 2, 500), band=2)
    lookup = MonthLookup(ranking(low, high))
    for band in (low, high, low):
        assert lookup.median(band) == median_per_post(band)
    assert (lookup.median(low), lookup.median(high)) == (3, 250)


def test_a_list_that_was_not_ranked_has_nobody() -> None:
    lookup = MonthLookup(ranking())
    assert lookup.row("most_popular", "a") is None
    assert lookup.position("most_popular", "a") is None
    assert lookup.band("most_popular", "a") is None
    assert lookup.ranked("most_popular", "x") == 0
