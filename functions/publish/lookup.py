"""Finds a satker's lines in a month's lists without going through them for every page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from functions.model import Platform, RankedList, Ranking, RankingName, Row
from functions.publish.text.standing import median_per_post

_Found = tuple[RankedList, int]


class MonthLookup:
    """A month's lists by satker. A list has each satker once."""

    def __init__(self, ranking: Ranking) -> None:
        self.ranking = ranking
        self._medians: dict[int, int | None] = {}

    def row(self, name: RankingName, satker: str, platform: Platform | None = None) -> Row | None:
        """A satker's line in the official list, or in a platform's; None where it has none."""
        found = self._whole.get((name, platform), {}).get(satker)
        return None if found is None else found[0].rows[found[1]]

    def position(self, name: RankingName, satker: str) -> int | None:
        """Where a satker's line stands in the official list, from 0."""
        found = self._whole.get((name, None), {}).get(satker)
        return None if found is None else found[1]

    def band(self, name: RankingName, satker: str) -> tuple[RankedList, Row] | None:
        """The list of a satker's follower band and its line there; None while there is one band."""
        found = self._bands.get(name, {}).get(satker)
        return None if found is None else (found[0], found[0].rows[found[1]])

    def ranked(self, name: RankingName, platform: Platform | None = None) -> int:
        """How many satker have a rank in a list."""
        return self._ranked.get((name, platform), 0)

    def median(self, band: RankedList) -> int | None:
        """The median of a band's interactions per post."""
        number = band.band or 0
        if number not in self._medians:
            self._medians[number] = median_per_post(band)
        return self._medians[number]

    @cached_property
    def _whole(self) -> Mapping[tuple[RankingName, Platform | None], Mapping[str, _Found]]:
        return {
            (ranked.ranking, ranked.platform): _by_satker(ranked)
            for ranked in self.ranking.lists
            if ranked.kind is None and ranked.band is None
        }

    @cached_property
    def _ranked(self) -> Mapping[tuple[RankingName, Platform | None], int]:
        return {
            (ranked.ranking, ranked.platform): sum(row.rank is not None for row in ranked.rows)
            for ranked in self.ranking.lists
            if ranked.kind is None and ranked.band is None
        }

    @cached_property
    def _bands(self) -> Mapping[RankingName, Mapping[str, _Found]]:
        found: dict[RankingName, dict[str, _Found]] = {}
        for ranked in self.ranking.lists:
            if ranked.band is not None:
                found.setdefault(ranked.ranking, {}).update(_by_satker(ranked))
        return found


def _by_satker(ranked: RankedList) -> dict[str, _Found]:
    return {row.satker: (ranked, at) for at, row in enumerate(ranked.rows)}
