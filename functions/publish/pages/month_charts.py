"""A month's charts: posts per day, and each platform's share. Each says its finding first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from markupsafe import Markup

from functions.model import PLATFORMS, Ranking, month_bounds
from functions.publish.pages import charts
from functions.publish.pages.boards import sums
from functions.publish.site import Material
from functions.publish.text import formats, points
from functions.store.agency.months import MonthRecord

_SATURDAY = 5


class DayChart(msgspec.Struct, frozen=True):
    """Counted posts per day; ``days`` are each day's name and number, for a table."""

    svg: Markup
    title: str
    about: str
    first: str
    last: str
    days: tuple[tuple[str, int], ...]


class ShareChart(msgspec.Struct, frozen=True):
    """The platforms' shares of posts and interactions, as a bar each."""

    title: str
    about: str
    bars: tuple[tuple[str, Markup], ...]


def day_chart(m: Material, record: MonthRecord) -> DayChart | None:
    """Counted posts per day of the month so far; None without any, or without the posts."""
    month = record.ranking.month
    entries = m.posts_of(month)
    if entries is None:
        return None
    begin, end = month_bounds(month, m.zone)
    first, last = begin.astimezone(m.zone), (end - timedelta(seconds=1)).astimezone(m.zone)
    # At exactly midnight the new day has nothing to show yet.
    seen = min(last, (record.ranking.as_of - timedelta(seconds=1)).astimezone(m.zone)).day
    counts = [0] * seen
    for entry in entries:
        day = entry.post.published_at.astimezone(m.zone).day
        if entry.verdict and entry.verdict.counted and day <= seen:
            counts[day - 1] += 1
    if not any(counts):
        return None
    name = formats.month_name(month)
    most = max(counts)
    days = tuple((f"{day} {name}", count) for day, count in enumerate(counts, 1))
    return DayChart(
        svg=charts.days(
            [
                (
                    f"{said}: {formats.number(count)} unggahan",
                    count,
                    (first + timedelta(days=at)).weekday() >= _SATURDAY,
                )
                for at, (said, count) in enumerate(days)
            ],
            last.day,
            "hari",
        ),
        title=f"Paling banyak {formats.number(most)} unggahan sehari, "
        f"pada {counts.index(most) + 1} {name}",
        about=f"Unggahan yang dihitung per hari, {m.agency.name}, 1–{seen} "
        f"{formats.month(month)}; akhir pekan lebih muda",
        first=f"{first.day} {formats.month_short(month)}",
        last=f"{last.day} {formats.month_short(month)}",
        days=days,
    )


def share_chart(ranking: Ranking, agency: str) -> ShareChart | None:
    """Each platform's share; None while nothing is measured, or with one platform."""
    title = points.shares(ranking)
    if not title:
        return None
    parts = []
    for platform in PLATFORMS:
        posts, _, i24 = sums(ranking.find("most_active", platform=platform).rows)
        parts.append((posts, i24 or 0))
    return ShareChart(
        title=title,
        about=f"Bagian tiap platform, {agency}, {formats.month(ranking.month)}",
        bars=(
            ("Unggahan", _bar([posts for posts, _ in parts])),
            ("Interaksi", _bar([i24 for _, i24 in parts])),
        ),
    )


def _bar(values: Sequence[int]) -> Markup:
    """The values as shares of their sum, in the platforms' order and colours."""
    whole = sum(values)
    return charts.stacked(
        [(number, formats.share(value, whole) or 0) for number, value in enumerate(values, 1)]
    )
