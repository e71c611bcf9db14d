"""Revisions: what a correction of a final month changed, line by line. Pure: no I/O, no clock.

publish/pages/revision.py shows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from functions.model import Change, RankedList, Ranking, Row

LineFigures = tuple[int | None, int, int | None]


def changes(before: Ranking, after: Ranking) -> tuple[Change, ...]:
    """Every satker's line that differs between two rankings of a month, list by list."""
    return tuple(_changes(before, after))


def _changes(before: Ranking, after: Ranking) -> Iterator[Change]:
    earlier = {_name(ranked): ranked for ranked in before.lists}
    for ranked in after.lists:
        old = _lines(earlier.get(_name(ranked)))
        new = _lines(ranked)
        for satker in [*new, *(satker for satker in old if satker not in new)]:
            if old.get(satker) != new.get(satker):
                yield Change(
                    ranking=ranked.ranking,
                    platform=ranked.platform,
                    kind=ranked.kind,
                    band=ranked.band,
                    satker=satker,
                    before=old.get(satker),
                    after=new.get(satker),
                )


def _name(ranked: RankedList) -> tuple[object, ...]:
    return ranked.ranking, ranked.platform, ranked.kind, ranked.band


def _lines(ranked: RankedList | None) -> dict[str, LineFigures]:
    return {row.satker: _figures(row) for row in ranked.rows} if ranked else {}


def _figures(row: Row) -> LineFigures:
    return row.rank, row.posts, row.i24
