"""Why a unit stands where it stands in a month, as Indonesian sentences made by rules. Pure.

Everything is counted from the lists that the month publishes, so that a reader can check it there.
"""

from __future__ import annotations

from statistics import median

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform, RankedList, Ranking, RankingName
from functions.publish.text import formats
from functions.publish.text.plain import plain
from functions.publish.text.points import share
from functions.publish.text.ranks import row_of

_SHOWN = 3  # platforms in a sentence


def standing(ranking: Ranking, satker: str) -> tuple[str, ...]:
    """Why a unit has its rank in Akun Terpopuler; empty when it is not ranked there."""
    ranked = ranking.find("most_popular")
    row = row_of(ranked, satker)
    if row is None or row.rank is None or row.i24 is None:
        return ()
    said = (
        gaps(ranked, satker),
        platforms_of(ranking, satker),
        _largest(row.concentration),
        _beside(ranking, satker),
    )
    return tuple(sentence for sentence in said if sentence)


def gaps(ranked: RankedList, satker: str) -> str:
    """How far the next unit above and the next below are, in what the list ranks by."""
    rows = [row for row in ranked.rows if row.rank is not None]
    own = row_of(ranked, satker)
    if own is None or own.rank is None:
        return ""
    popular = ranked.ranking == "most_popular"
    unit = "interaksi" if popular else "unggahan"
    figure = (own.i24 if popular else own.posts) or 0
    above = [row for row in rows if (row.rank or 0) < own.rank]
    below = [row for row in rows if (row.rank or 0) > own.rank]
    equal = [row for row in rows if row.rank == own.rank and row.satker != satker]
    said = []
    if above:
        gap = ((above[-1].i24 if popular else above[-1].posts) or 0) - figure
        said.append(f"{formats.number(gap)} {unit} di bawah {plain(above[-1].name)}")
    if equal:
        others = plain(equal[0].name) if len(equal) == 1 else f"{len(equal)} satuan kerja lain"
        said.append(f"sama dengan {others}")
    if below:
        gap = figure - ((below[0].i24 if popular else below[0].posts) or 0)
        word = "" if above else f" {unit}"
        said.append(f"{formats.number(gap)}{word} di atas {plain(below[0].name)}")
    if not said:
        return ""
    return f"Peringkat {formats.number(own.rank)}: {', '.join(said)}."


def platforms_of(ranking: Ranking, satker: str) -> str:
    """From which platforms a unit's interactions come, the largest shares first."""
    sums = platform_shares(ranking, satker)
    total = sum(sums.values())
    if not total:
        return ""
    largest = sorted(sums, key=lambda platform: (-sums[platform], PLATFORMS.index(platform)))
    said = [
        f"{share(sums[platform], total)} dari {PLATFORM_NAMES[platform]}"
        for platform in largest[:_SHOWN]
        if sums[platform]
    ]
    return f"Interaksinya {', '.join(said)}."


def platform_shares(ranking: Ranking, satker: str) -> dict[Platform, int]:
    """A unit's interactions by platform; a platform of which nothing is measured is left out."""
    found = {}
    for platform in PLATFORMS:
        row = row_of(ranking.find("most_popular", platform=platform), satker)
        if row is not None and row.i24 is not None and row.posts:
            found[platform] = row.i24
    return found


def band_of(ranking: Ranking, name: RankingName, satker: str) -> RankedList | None:
    """The list of a unit's follower band; None when the month has one band."""
    for ranked in ranking.lists:
        if ranked.ranking == name and ranked.band is not None and row_of(ranked, satker):
            return ranked
    return None


def _largest(percent: float | None) -> str:
    if percent is None:
        return ""
    return f"Unggahan terbesarnya membawa {formats.percent(round(percent * 10))} dari interaksinya."


def _beside(ranking: Ranking, satker: str) -> str:
    """The unit's sum beside the middle one of its follower band."""
    band = band_of(ranking, "most_popular", satker)
    own = row_of(band, satker) if band else None
    if band is None or own is None or own.i24 is None:
        return ""
    known = [row.i24 for row in band.rows if row.rank is not None and row.i24 is not None]
    middle = round(median(known))
    than = "di atas" if own.i24 > middle else "di bawah" if own.i24 < middle else "sama dengan"
    return (
        f"Jumlahnya {than} nilai tengah {formats.number(len(known))} satuan kerja dengan pengikut "
        f"sebanyak itu ({formats.number(middle)} interaksi)."
    )
