"""A month's charts: what they say is what the month holds."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

import msgspec

from functions.model import PLATFORMS, Platform, RankedList, Ranking
from functions.publish.pages.boards import NAMES
from functions.publish.pages.month_charts import day_chart, share_chart
from tests.factories import ranking, row
from tests.publish.pieces import material_of
from tests.publish.world import World


def test_each_day_counts_the_posts_that_count_on_it(world: World) -> None:
    material = material_of(world)
    for month, last, days in (("2026-09", "30 Sep", 30), ("2026-10", "31 Okt", 21)):
        chart = day_chart(material, material.records[month])
        assert chart is not None
        counts = Counter(
            entry.post.published_at.astimezone(material.zone).day
            for entry in material.posts_of(month) or ()
            if entry.verdict and entry.verdict.counted
        )
        assert [count for _, count in chart.days] == [counts[day] for day in range(1, days + 1)]
        assert (chart.first[:2], chart.last) == ("1 ", last)
        most = max(counts.values())
        day = min(day for day, count in counts.items() if count == most)
        assert re.fullmatch(rf"Paling banyak {most} unggahan sehari, pada {day} \w+", chart.title)
        assert chart.svg.count("<title>") == days


def test_weekends_are_told_from_other_days(world: World) -> None:
    material = material_of(world)
    chart = day_chart(material, material.records["2026-10"])
    assert chart is not None
    # Of 1 to 21 October 2026, a Thursday to a Wednesday, three weekends.
    assert chart.svg.count('class="weekend"') == 6


def test_without_a_post_or_without_the_posts_there_is_no_chart(world: World) -> None:
    material = material_of(world)
    record = material.records["2026-10"]
    bare = dataclasses.replace(material, ledgers={})
    assert day_chart(bare, record) is None
    early = msgspec.structs.replace(
        record,
        ranking=msgspec.structs.replace(
            record.ranking, as_of=record.ranking.as_of.replace(day=1, hour=1)
        ),
    )
    emptied = dataclasses.replace(material, ledgers={"2026-10": {}})
    assert day_chart(emptied, early) is None


def month_of(sums: dict[Platform, tuple[int, int | None]]) -> Ranking:
    """A month in which one satker has these posts and interactions on each platform."""
    lists = []
    for name in NAMES:
        posts = sum(count for count, _ in sums.values())
        known = [i24 for _, i24 in sums.values() if i24 is not None]
        lists.append(RankedList(ranking=name, rows=(row("a", 1, posts, sum(known)),)))
        for platform, (count, i24) in sums.items():
            rows = (row("a", 1, count, i24, measured=count if i24 is not None else 0),)
            lists.append(RankedList(ranking=name, platform=platform, rows=rows))
    return ranking(*lists)


def widths(bar: str) -> dict[int, int]:
    """The width of each part's colour."""
    found = re.findall(r'class="part-(\d)" x="\d+" width="(\d+)"', bar)
    return {int(colour): int(width) for colour, width in found}


def test_the_parts_are_the_platforms_shares_in_their_own_colours() -> None:
    chart = share_chart(month_of({"x": (3, 100), "tiktok": (1, 300)}), "Kementerian Hukum")
    assert chart is not None
    assert chart.about == "Bagian tiap platform, Kementerian Hukum, Oktober 2026"
    (posts, post_bar), (interactions, i24_bar) = chart.bars
    assert (posts, interactions) == ("Unggahan", "Interaksi")
    x, tiktok = PLATFORMS.index("x") + 1, PLATFORMS.index("tiktok") + 1
    assert (widths(post_bar)[x], widths(post_bar)[tiktok]) == (746, 246)
    assert (widths(i24_bar)[x], widths(i24_bar)[tiktok]) == (246, 746)
    assert "TikTok membawa 75" in chart.title


def test_with_nothing_to_share_there_is_no_chart() -> None:
    assert share_chart(month_of({"x": (0, 0), "tiktok": (0, 0)}), "") is None
    assert share_chart(month_of({"x": (2, None)}), "") is None
    assert share_chart(month_of({"x": (2, 9)}), "") is None
