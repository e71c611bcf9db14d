"""Follower bands; the quoted line stands in RULES.md."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.bands import Band, bands, followers_on
from tests.factories import BEGIN

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
EDGES = (1_000, 5_000, 20_000, 100_000)
INSIDE = (999, 4_999, 19_999, 99_999, 10**6)  # followers in each of the five


def sized(*sizes: int) -> dict[str, int | None]:
    """So many satker in each of the five bands."""
    return {f"{band}-{n:02}": INSIDE[band] for band, size in enumerate(sizes) for n in range(size)}


def shape(followers, **settings) -> list[tuple[int, int, int | None, int]]:
    """The bands that come out, with the number of their members."""
    members = Counter(bands(followers, **settings).values())
    return sorted((b.number, b.least, b.below, size) for b, size in members.items())


def test_followers_are_summed_at_the_first_instant_of_the_month():
    """ "the satker's followers summed at 00:00 on day 1" """
    instagram = [(BEGIN - 9 * DAY, 10), (BEGIN, 20), (BEGIN + SECOND, 40)]
    x = [(BEGIN - 40 * DAY, 300), (BEGIN + 3 * DAY, 500)]
    assert followers_on([instagram, x], BEGIN) == 320
    assert followers_on([x, instagram], BEGIN - SECOND) == 310


def test_an_account_that_comes_later_does_not_move_its_satker():
    """ "Fixed for the month" """
    assert followers_on([[(BEGIN, 20)], [(BEGIN + SECOND, 9_000)], []], BEGIN) == 20
    assert followers_on([[(BEGIN, 0)], [(BEGIN + SECOND, 9_000)]], BEGIN) == 0


def test_a_later_entrant_stands_by_its_first_read():
    """ "later entrants: their first read" """
    entered = BEGIN + 9 * DAY
    first = [(entered, 20), (entered + DAY, 50)]
    assert followers_on([first], BEGIN) == 20
    assert followers_on([first, [(entered + DAY, 300)]], BEGIN) == 320
    assert followers_on([first, [(entered + DAY + SECOND, 300)]], BEGIN) == 20


def test_followers_that_nobody_read_are_unknown():
    assert followers_on([], BEGIN) is None
    assert followers_on([[], []], BEGIN) is None
    assert followers_on([[(BEGIN, 0)]], BEGIN) == 0


@pytest.mark.parametrize(
    ("followers", "number"),
    [
        (None, 1),  # "unknown: lowest band"
        (0, 1),
        (999, 1),
        (1_000, 2),
        (4_999, 2),
        (5_000, 3),
        (19_999, 3),
        (20_000, 4),
        (99_999, 4),
        (100_000, 5),
    ],
)
def test_an_edge_belongs_to_the_band_above_it(followers, number):
    """ "edges 1,000 / 5,000 / 20,000 / 100,000" """
    found = bands({**sized(8, 8, 8, 8, 8), "one": followers})["one"]
    lows, highs = (0, *EDGES), (*EDGES, None)
    assert found == Band(number=number, least=lows[number - 1], below=highs[number - 1])


def test_a_band_of_8_stays_and_a_band_of_7_is_merged():
    """ "while a band has fewer than 8 members it is merged" """
    assert shape(sized(8, 8, 9, 9, 9)) == [
        (1, 0, 1_000, 8),
        (2, 1_000, 5_000, 8),
        (3, 5_000, 20_000, 9),
        (4, 20_000, 100_000, 9),
        (5, 100_000, None, 9),
    ]
    assert shape(sized(8, 7, 9, 9, 9)) == [
        (1, 0, 5_000, 15),
        (2, 5_000, 20_000, 9),
        (3, 20_000, 100_000, 9),
        (4, 100_000, None, 9),
    ]


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        ((9, 9, 1, 8, 9), [(0, 9), (1_000, 9), (5_000, 9), (100_000, 9)]),
        ((9, 8, 1, 8, 9), [(0, 9), (1_000, 9), (20_000, 8), (100_000, 9)]),  # "equal: the lower"
        ((1, 9, 9, 9, 9), [(0, 10), (5_000, 9), (20_000, 9), (100_000, 9)]),
        ((9, 9, 9, 9, 1), [(0, 9), (1_000, 9), (5_000, 9), (20_000, 10)]),
    ],
)
def test_a_band_joins_its_smaller_neighbour(sizes, left):
    """ "it is merged with its smaller neighbour (equal: the lower)" """
    assert [(least, size) for _, least, _, size in shape(sized(*sizes))] == left


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        # The smallest goes first, to 7; from below 2 would have gone there, and left 1 to 8.
        ((2, 7, 1, 8, 8), [(0, 10), (20_000, 8), (100_000, 8)]),
        # Of equal ones the lowest: the lower 2 joins 7, so that the upper 2 is left to 8.
        ((1, 1, 7, 2, 8), [(0, 9), (20_000, 10)]),
        ((20, 4, 4, 4, 20), [(0, 20), (1_000, 12), (100_000, 20)]),
        # Empty ones first, into whatever is smaller beside them.
        ((0, 0, 16, 0, 0), [(0, 16)]),
        ((8, 0, 0, 0, 8), [(0, 8), (100_000, 8)]),
        ((8, 0, 0, 1, 8), [(0, 9), (100_000, 8)]),
        ((15, 0, 0, 0, 1), [(0, 16)]),
    ],
)
def test_the_smallest_is_merged_first(sizes, left):
    assert [(least, size) for _, least, _, size in shape(sized(*sizes))] == left


def test_under_16_satker_there_is_one_band():
    """ "under 16 satker there is one band" """
    assert shape(sized(8, 0, 0, 0, 7)) == [(1, 0, None, 15)]
    assert shape(sized(8, 0, 0, 0, 8)) == [(1, 0, 100_000, 8), (2, 100_000, None, 8)]
    assert shape(sized(8, 0, 0, 0, 7), least=7) == [(1, 0, None, 15)]
    assert shape(sized(1)) == [(1, 0, None, 1)]
    assert bands({}) == {}


def test_unknown_followers_are_no_followers_and_not_one():
    """ "unknown: lowest band" """
    found = bands({"a": None, "b": 0, "c": 1}, edges=(1,), least=1, fewest=1)
    assert {satker: band.number for satker, band in found.items()} == {"a": 1, "b": 1, "c": 2}


def test_edges_and_sizes_are_settings():
    assert shape(sized(1, 1, 0, 0, 1), edges=(1_000,), least=1, fewest=3) == [
        (1, 0, 1_000, 1),
        (2, 1_000, None, 2),
    ]
    assert shape(sized(1, 1, 0, 0, 1), edges=(1_000,), least=1, fewest=4) == [(1, 0, None, 3)]
    assert shape(sized(1, 1, 0, 0, 1), edges=(1_000,), least=2, fewest=3) == [(1, 0, None, 3)]
    assert shape(sized(9, 0, 0, 0, 9), least=19) == [(1, 0, None, 18)]


counts = st.dictionaries(
    st.text("abcdef", max_size=5),
    st.none() | st.sampled_from(INSIDE) | st.integers(0, 200_000),
    max_size=90,
)


@given(counts, st.randoms(use_true_random=False))
def test_bands_hold_everyone_leave_no_gap_and_are_large_enough(followers, random):
    found = bands(followers)
    assert found.keys() == followers.keys()
    for satker, band in found.items():
        count = followers[satker] or 0
        assert band.least <= count
        assert band.below is None or count < band.below
    distinct = sorted(set(found.values()), key=lambda band: band.number)
    assert [band.number for band in distinct] == list(range(1, len(distinct) + 1))
    if distinct:
        assert distinct[0].least == 0
        assert distinct[-1].below is None
    for lower, upper in pairwise(distinct):
        assert lower.below == upper.least
        assert lower.below in EDGES
    sizes = Counter(found.values())
    assert len(sizes) <= 1 or min(sizes.values()) >= 8
    shuffled = random.sample(sorted(followers), len(followers))
    assert bands({satker: followers[satker] for satker in shuffled}) == found
