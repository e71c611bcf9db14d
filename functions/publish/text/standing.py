"""Why a satker stands where it stands, in sentences made from the month's lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from functions.model import PLATFORM_NAMES, PLATFORMS, Platform, RankedList, Row
from functions.publish.text import formats
from functions.publish.text.plain import plain

_NAMED = 3  # platforms


def why(
    rows: Sequence[Row], at: int, sums: Mapping[Platform, int], median: int | None
) -> tuple[str, ...]:
    """Why a satker has its rank in Akun Terpopuler; empty without a rank or without posts.

    Args:
        rows: the list's, in order.
        at: where the satker stands in it, from 0.
        sums: its interactions by platform, where they are known.
        median: the interactions per post of its follower band; None when the month has one band.
    """
    row = rows[at]
    if not row.rank or not row.posts:
        return ()
    said = (
        gaps(rows, at),
        certainty(row),
        origins(sums),
        concentration(row),
        beside(row, median),
    )
    return tuple(sentence for sentence in said if sentence)


def gaps(rows: Sequence[Row], at: int) -> str:
    """How far the satker is from those before and behind it."""
    row = rows[at]
    if row.i24 is None:
        return ""
    above, below = at - 1, at + 1
    while above >= 0 and rows[above].rank == row.rank:
        above -= 1
    while below < len(rows) and rows[below].rank == row.rank:
        below += 1
    said = []
    if tied := below - above - 2:
        said.append(f"sama dengan {formats.number(tied)} satuan kerja lain")
    if above >= 0 and (more := rows[above].i24) is not None:
        name = plain(rows[above].name)
        said.append(f"{formats.number(more - row.i24)} interaksi di bawah {name}")
    if below < len(rows) and rows[below].rank and (fewer := rows[below].i24) is not None:
        said.append(f"{formats.number(row.i24 - fewer)} di atas {plain(rows[below].name)}")
    return f"Peringkat {formats.number(row.rank or 0)}: {', '.join(said)}." if said else ""


def certainty(row: Row) -> str:
    """Whether the bounds of what was measured allow other ranks."""
    possible = row.possible_ranks
    if possible is None:
        is_told = isinstance(row.rank_best, int)  # rows of formula 1 tell no bounds
        return "Menurut batas ukurnya, peringkat ini pasti." if is_told else ""
    best, worst = (formats.number(each) for each in possible)
    return f"Menurut batas ukurnya, peringkatnya dapat {best} sampai {worst}."


def origins(sums: Mapping[Platform, int]) -> str:
    """Which platforms brought the interactions, the largest first."""
    whole = sum(sums.values())
    if not whole:
        return ""
    order = sorted(sums, key=lambda p: (-sums[p], PLATFORMS.index(p)))
    parts = [
        f"{formats.percent(formats.share(sums[p], whole) or 0)} dari {PLATFORM_NAMES[p]}"
        for p in order[:_NAMED]
        if sums[p]
    ]
    return f"{', '.join(parts)}."


def concentration(row: Row) -> str:
    """How much of the sum its largest post brought; empty for a single post."""
    share = row.concentration
    if share is None or row.measured < 2:
        return ""
    return f"Unggahan terbesarnya membawa {formats.percent(round(share * 10))}."


def beside(row: Row, median: int | None) -> str:
    """Its interactions per post beside the median of its follower band."""
    own = per_post(row)
    if own is None or median is None:
        return ""
    return (
        f"Per unggahan {formats.number(own)} interaksi; median kelompok pengikutnya "
        f"{formats.number(median)}."
    )


def per_post(row: Row) -> int | None:
    """Interactions per measured post, rounded half up; None without one."""
    if row.i24 is None or not row.measured:
        return None
    return (2 * row.i24 + row.measured) // (2 * row.measured)


def median_per_post(ranked: RankedList) -> int | None:
    """The median of a list's interactions per post; None while nobody has a measured post."""
    values = sorted(value for row in ranked.rows if (value := per_post(row)) is not None)
    if not values:
        return None
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    return (low + high + 1) // 2
