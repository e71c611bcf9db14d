"""What the page that compares units reads: their last months and the running month by platform.

Lists instead of names for each figure, so that the file of a ministry is a few dozen kilobytes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform, RankingName, Row
from functions.publish.pages.paths import satker_path
from functions.publish.site import Material
from functions.publish.text import formats

PATH = "data/banding.json"
MONTHS = 13  # at most: a year, and the month that it is compared with


class ComparedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A satker; each list has an entry for each month, null where it was not ranked.

    ``now``: of the shown month by platform: posts, measured posts, interactions; null where it has
    no line in the platform's lists.
    """

    name: str
    path: str
    popular: list[int | None]
    active: list[int | None]
    i24: list[int | None]
    posts: list[int | None]
    measured: list[int | None]
    rate: list[float | None]
    now: list[tuple[int, int, int | None] | None]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """``months`` are the oldest first; ``labels`` and ``provisional`` are theirs."""

    months: list[str]
    labels: list[str]
    provisional: list[bool]
    platforms: list[str]
    units: dict[str, ComparedUnit]


def comparison_json(m: Material) -> bytes:
    """Every satker that was ranked in the last months, by id."""
    shown = m.current.ranking.month if m.current else ""
    months = [month for month in sorted(m.records) if month <= shown][-MONTHS:]
    popular, active = (_rows(m, months, name) for name in ("most_popular", "most_active"))
    by_platform = [_platform(m, platform) for platform in PLATFORMS]
    units = sorted({satker for rows in (*popular, *active) for satker in rows})
    told = Comparison(
        months=months,
        labels=[formats.month(month) for month in months],
        provisional=[m.records[month].ranking.state != "final" for month in months],
        platforms=[PLATFORM_NAMES[platform] for platform in PLATFORMS],
        units={
            satker: ComparedUnit(
                name=m.names.get(satker, satker),
                path=satker_path(satker),
                popular=[_of(rows, satker, "rank") for rows in popular],
                active=[_of(rows, satker, "rank") for rows in active],
                i24=[_of(rows, satker, "i24") for rows in active],
                posts=[_of(rows, satker, "posts") for rows in active],
                measured=[_of(rows, satker, "measured") for rows in active],
                rate=[_of(rows, satker, "engagement_rate") for rows in active],
                now=[
                    (row.posts, row.measured, row.i24) if (row := rows.get(satker)) else None
                    for rows in by_platform
                ],
            )
            for satker in units
        },
    )
    return msgspec.json.encode(told)


def _rows(m: Material, months: list[str], name: RankingName) -> list[dict[str, Row]]:
    """A ranking's rows by satker, month by month."""
    return [
        {row.satker: row for row in m.records[month].ranking.find(name).rows} for month in months
    ]


def _platform(m: Material, platform: Platform) -> dict[str, Row]:
    """The shown month's rows of satker with posts or a rank on a platform."""
    if m.current is None:
        return {}
    rows = m.current.ranking.find("most_active", platform=platform).rows
    return {row.satker: row for row in rows if row.posts or row.rank}


def _of(rows: dict[str, Row], satker: str, what: str) -> Any:
    row = rows.get(satker)
    return None if row is None else getattr(row, what)
