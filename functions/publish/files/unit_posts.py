"""A satker's posts of a month as files beside its page: the columns of ``unggahan.csv``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from functions.publish.files.month_files import POST_COLUMNS, PostLine, post_row
from functions.publish.files.tables import SEMICOLON, Cell, write_csv, write_xlsx
from functions.publish.pages.paths import unit_month_path

NAMES = ("unggahan.csv", "unggahan.titik-koma.csv", "unggahan.xlsx")


def unit_post_files(
    month: str, begin: datetime, lines: Iterable[PostLine], satker: Iterable[str]
) -> dict[str, bytes]:
    """The files of each satker by path; of one without posts, the header alone.

    Args:
        begin: of the month. The workbooks say that they were made then: they change with their
            posts alone.
        lines: the month's posts, in their order.
        satker: who has a page of the month.
    """
    rows: dict[str, list[list[Cell]]] = defaultdict(list)
    for line in lines:
        if line.satker is not None:
            rows[line.satker].append(post_row(line))
    found: dict[str, bytes] = {}
    for each in satker:
        folder, cells = unit_month_path(each, month), rows[each]
        found[f"{folder}unggahan.csv"] = write_csv(POST_COLUMNS, cells)
        found[f"{folder}unggahan.titik-koma.csv"] = write_csv(POST_COLUMNS, cells, SEMICOLON)
        found[f"{folder}unggahan.xlsx"] = write_xlsx("unggahan", POST_COLUMNS, cells, created=begin)
    return found
