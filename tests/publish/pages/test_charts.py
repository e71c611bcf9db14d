"""Charts that can be read without being seen."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.model import Measurement
from functions.publish.pages.charts import bar, curve, days, interval, rank_line, stacked, strip
from tests.factories import PUBLISHED, aged, measured_post, read, x_post


def test_the_best_rank_is_on_top() -> None:
    root = ET.fromstring(rank_line([("Sep", 4), ("Okt", 1)], popular=True, lowest=4))
    line = root.find("polyline")
    assert line is not None
    assert line.get("points") == "24,118 576,24"
    assert root.get("aria-label") == "Peringkat: Sep 4, Okt 1"
    assert [each.text for each in root.findall("text[@class='big']")] == ["4", "1"]


def test_a_month_without_a_rank_is_a_gap() -> None:
    ranks = [1, 2, None, 3, 4, None]
    root = ET.fromstring(
        rank_line([(f"m{n}", rank) for n, rank in enumerate(ranks)], popular=False, lowest=4)
    )
    assert [len((each.get("points") or "").split()) for each in root.findall("polyline")] == [2, 2]
    assert len(root.findall("circle")) == 4
    assert "m2 tanpa peringkat" in (root.get("aria-label") or "")
    # Each month is named below, also those without a rank.
    assert [each.text for each in root.findall("text") if each.get("class") is None] == [
        f"m{n}" for n in range(6)
    ]


def test_a_single_month_is_a_point() -> None:
    root = ET.fromstring(rank_line([("Okt", 1)], popular=True, lowest=1))
    assert root.find("polyline") is None
    assert root.find("circle") is not None


@given(st.lists(st.none() | st.integers(1, 47), max_size=12))
def test_every_rank_lies_within_the_picture(ranks: list[int | None]) -> None:
    made = rank_line([(f"m{n}", rank) for n, rank in enumerate(ranks)], popular=True, lowest=47)
    root = ET.fromstring(made)
    circles = root.findall("circle")
    assert len(circles) == sum(rank is not None for rank in ranks)
    for each in circles:
        assert 0 <= float(each.get("cx") or -1) <= 600
        assert 24 <= float(each.get("cy") or -1) <= 118


def test_a_bar_stays_within_its_width() -> None:
    for share, width in ((-1, "0"), (500, "500"), (2_000, "1000")):
        rect = ET.fromstring(bar(share)).find("rect")
        assert rect is not None
        assert rect.get("width") == width


def test_each_day_says_its_number() -> None:
    columns = [("1 Oktober: 3", 3, False), ("3 Oktober: 0", 0, True)]
    root = ET.fromstring(days(columns, 31, "per hari"))
    assert [each.findtext("title") for each in root] == ["1 Oktober: 3", "3 Oktober: 0"]
    assert root.get("viewBox") == "0 0 310 100"
    assert [each.find("rect[@class='weekend']") is not None for each in root] == [False, True]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=5).filter(lambda s: sum(s) <= 1000))
def test_the_parts_of_a_whole_lie_side_by_side(shares: list[int]) -> None:
    root = ET.fromstring(stacked([(n, share) for n, share in enumerate(shares, 1)]))
    end = 0
    for rect, share in zip(root.findall("rect"), shares, strict=True):
        assert int(rect.get("x") or -1) == end
        assert 0 <= int(rect.get("width") or -1) <= share
        end += share


def test_a_curve_shows_every_read_and_the_two_that_are_used() -> None:
    before, after = read(aged(23, 50), likes=40), read(aged(24, 30), likes=44)
    post = x_post(read(aged(1), likes=3), before, after, read(aged(29), likes=60))
    measured = Measurement(
        state="interpolated", i24=41, lower=40, upper=44, before=before, after=after
    )
    root = ET.fromstring(curve(post, measured))
    assert len(root.findall("circle[@class='reads']")) == 2
    assert len(root.findall("circle[@class='used']")) == 2
    assert root.find("path[@class='between']") is not None
    value = root.find("rect[@class='value']")
    assert value is not None
    mark = root.find("path[@class='at']")
    assert mark is not None
    # The value lies on the line of the mark.
    assert float(value.get("x") or 0) + 5 == float((mark.get("d") or "").split()[0][1:])
    assert root.get("aria-label") == (
        "Interaksi menurut umur: 4 cuplikan, dari 0 sampai 60 dalam 30 jam"
    )


def test_a_read_whose_numbers_were_not_given_is_no_point_at_zero() -> None:
    hidden = read(aged(3), likes=None, comments=None, shares=None)
    post = x_post(read(aged(1), likes=3), hidden, read(aged(24), likes=9))
    root = ET.fromstring(curve(post, Measurement(state="estimated", i24=9)))
    assert len(root.findall("circle")) == 2


def test_a_value_that_still_runs_or_is_unknown_is_not_drawn() -> None:
    post = measured_post(None)
    for measured in (Measurement(state="running", i24=0), Measurement(state="unmeasured")):
        root = ET.fromstring(curve(post, measured))
        assert root.find("rect") is None


@given(
    st.lists(
        st.tuples(st.integers(-60, 60 * 24 * 30), st.none() | st.integers(0, 10**7)), max_size=8
    )
)
def test_a_curve_stays_within_its_picture(reads: list[tuple[int, int | None]]) -> None:
    samples = [
        read(PUBLISHED + timedelta(minutes=minutes), likes=likes) for minutes, likes in reads
    ]
    root = ET.fromstring(curve(x_post(*samples), Measurement(state="unmeasured")))
    for each in root.findall("circle"):
        assert 52 <= float(each.get("cx") or -1) <= 624
        assert 16 <= float(each.get("cy") or -1) <= 218


def test_labels_are_escaped() -> None:
    assert '"><script>' not in rank_line([('"><script>', 2)], popular=True, lowest=2)
    assert "<b>" not in days([("<b>", 1, False)], 31, "")


def test_a_strip_tells_states_apart_without_colours() -> None:
    drawn = strip(
        [("good", "1 Okt"), ("partial", "2 <Okt>"), ("missing", "3"), ("unknown", "4")],
        "X: 1 dari 3",
    )
    assert 'aria-label="X: 1 dari 3"' in drawn
    assert "2 &lt;Okt&gt;" in drawn
    heights = [each.get("height") for each in ET.fromstring(drawn)]
    assert heights == ["30", "15", "4", "1"]


@given(st.integers(-100, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_interval_stays_in_its_frame_with_its_middle_inside(low: int, a: int, b: int) -> None:
    middle, high = low + a, low + a + b
    most = max(abs(low), abs(high), 1)
    root = ET.fromstring(interval(low, middle, high, most))
    zero, span, mark = root.findall("rect")
    assert zero.get("class") == "zero"
    left, wide = float(span.get("x") or 0), float(span.get("width") or 0)
    at = float(mark.get("x") or 0) + 6
    assert 0 <= left <= left + wide <= 1_000
    assert left - 0.2 <= at <= left + wide + 0.2
    assert (at > 500) is (middle > 0) or abs(at - 500) < 0.2
