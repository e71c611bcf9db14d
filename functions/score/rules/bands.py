"""Follower bands: satker of like reach, so that the small are ranked among the small.

Pure: no I/O, no clock. A month's bands follow from the followers at its first instant; for a satker
that joins later, from its first read. So neither a new account nor a good week moves anyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from functions.score.rules.engagement import Readings

EDGES = (1_000, 5_000, 20_000, 100_000)
LEAST = 8  # members of a band
FEWEST = 16  # satker, below which there is one band
ENTRY = timedelta(days=1)  # in which a newcomer's accounts are all read once


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """A band of a month: ``least <= followers < below``; the lowest has number 1.

    ``least`` of the lowest is 0 and it also holds the satker whose followers are unknown; ``below``
    of the highest is None.
    """

    number: int
    least: int
    below: int | None


def followers_on(accounts: Iterable[Readings], begin: datetime) -> int | None:
    """A satker's followers at ``begin``: the sum of its accounts' last reads by then.

    Without any read by then: the sum of the accounts' first reads after it, as far as they lie
    within a day of the earliest. None without any read. An account without a read adds nothing. A
    reading is (read at, followers); each account's readings are ordered by time.
    """
    read = [readings for readings in accounts if readings]
    held = [[count for at, count in readings if at <= begin] for readings in read]
    if any(held):
        return sum(counts[-1] for counts in held if counts)
    firsts = [readings[0] for readings in read]
    if not firsts:
        return None
    entered = min(at for at, _ in firsts)
    return sum(count for at, count in firsts if at - entered <= ENTRY)


def bands(
    followers: Mapping[str, int | None],
    *,
    edges: Sequence[int] = EDGES,
    least: int = LEAST,
    fewest: int = FEWEST,
) -> dict[str, Band]:
    """Each satker's band, from the followers of all (None: unknown).

    An edge belongs to the band above it. While any band is too small, the smallest band (of equal
    ones the lowest) joins its smaller neighbour (of equal ones the lower). So empty bands go first,
    and the result depends on no order. One band may be left.

    Args:
        edges: ascending, above 0.
        least: members below which a band is merged.
        fewest: satker below which there is one band.
    """
    if len(followers) < fewest:
        return {satker: Band(number=1, least=0, below=None) for satker in sorted(followers)}
    groups = [_Group(low, high) for low, high in zip((0, *edges), (*edges, None), strict=True)]
    for satker in sorted(followers):
        count = followers[satker] or 0
        groups[sum(edge <= count for edge in edges)].members.append(satker)
    while len(groups) > 1 and len(_smallest(groups).members) < least:
        _merge(groups, groups.index(_smallest(groups)))
    return {
        satker: Band(number=number, least=group.least, below=group.below)
        for number, group in enumerate(groups, 1)
        for satker in group.members
    }


class _Group:
    """A band while it is being put together."""

    def __init__(self, least: int, below: int | None, members: Iterable[str] = ()) -> None:
        self.least = least
        self.below = below
        self.members = list(members)


def _smallest(groups: Sequence[_Group]) -> _Group:
    """The index of the band with the fewest members; of equal ones the lowest."""
    return min(groups, key=lambda group: len(group.members))


def _merge(groups: list[_Group], index: int) -> None:
    """Put the group at ``index`` together with its smaller neighbour, in place."""
    beside = [n for n in (index - 1, index + 1) if 0 <= n < len(groups)]
    other = min(beside, key=lambda n: len(groups[n].members))
    low, high = sorted((index, other))
    lower, upper = groups[low], groups[high]
    groups[low : high + 1] = [
        _Group(lower.least, upper.below, [*lower.members, *upper.members]),
    ]
