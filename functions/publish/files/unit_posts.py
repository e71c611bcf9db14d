"""A satker's posts of a month as files beside its page: the columns of ``unggahan.csv``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from functions.publish.files.month_files import PostLine, post_columns, post_rows
from functions.publish.files.tables import SEMICOLON, write_csv, write_xlsx
from functions.publish.pages.paths import unit_month_path

NAMES = ("unggahan.csv", "unggahan.titik-koma.csv", "unggahan.xlsx")


def unit_post_paths(satker: str, month: str) -> list[str]:
    """Where a satker's files of a month lie."""
    return [f"{unit_month_path(satker, month)}{name}" for name in NAMES]


def unit_post_files(
    satker: str, month: str, begin: datetime, lines: Sequence[PostLine]
) -> dict[str, bytes]:
    """A satker's files by path; without posts, the header alone.

    Args:
        begin: of the month. The workbook says that it was made then: it changes with its posts
            alone.
        lines: the satker's posts, in the month's order.
    """
    columns = post_columns(lines)
    cells = [*post_rows(lines, columns)]
    bodies = (
        write_csv(columns, cells),
        write_csv(columns, cells, SEMICOLON),
        write_xlsx("unggahan", columns, cells, created=begin),
    )
    return dict(zip(unit_post_paths(satker, month), bodies, strict=True))


def by_satker(lines: Iterable[PostLine]) -> dict[str, list[PostLine]]:
    """Posts by the satker that they count for; those of nobody are left out."""
    found: dict[str, list[PostLine]] = defaultdict(list)
    for line in lines:
        if line.satker is not None:
            found[line.satker].append(line)
    return found
