"""Charts that can be read without being seen."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from functions.publish.pages.charts import bar, days, sparkline, strip


def test_the_best_rank_is_on_top() -> None:
    root = ET.fromstring(sparkline([4, 1], "dari 4 ke 1", lowest=4))
    points = root.find("polyline")
    assert points is not None
    assert points.get("points") == "4,28 116,4"
    assert root.get("aria-label") == "dari 4 ke 1"


def test_a_month_without_a_rank_is_a_gap() -> None:
    root = ET.fromstring(sparkline([1, 2, None, 3, 4, None], "", lowest=4))
    assert [each.get("points") for each in root.findall("polyline")] == [
        "4,4 26.4,12",
        "71.2,20 93.6,28",
    ]


def test_a_single_month_is_a_point() -> None:
    root = ET.fromstring(sparkline([1], "", lowest=1))
    assert root.find("polyline") is None
    assert root.find("circle") is not None


def test_a_bar_stays_within_its_width() -> None:
    for share, width in ((-1, "0"), (500, "500"), (2_000, "1000")):
        rect = ET.fromstring(bar(share)).find("rect")
        assert rect is not None
        assert rect.get("width") == width


def test_each_day_says_its_number() -> None:
    root = ET.fromstring(days([("1 Oktober: 3", 3), ("2 Oktober: 0", 0)], 31, "per hari"))
    assert [each.findtext("title") for each in root] == ["1 Oktober: 3", "2 Oktober: 0"]
    assert root.get("viewBox") == "0 0 310 100"


def test_labels_are_escaped() -> None:
    assert '"><script>' not in sparkline([1, 2], '"><script>', lowest=2)
    assert "<b>" not in days([("<b>", 1)], 31, "")


def test_a_strip_tells_states_apart_without_colours() -> None:
    drawn = strip(
        [("good", "1 Okt"), ("partial", "2 <Okt>"), ("missing", "3"), ("unknown", "4")],
        "X: 1 dari 3",
    )
    assert 'aria-label="X: 1 dari 3"' in drawn
    assert "2 &lt;Okt&gt;" in drawn
    heights = [each.get("height") for each in ET.fromstring(drawn)]
    assert heights == ["30", "15", "4", "1"]
