"""Every final month in one table, and the same by satker: what follows numbers over the years.

``data/semua.csv`` holds the rows of the official lists and of each platform's, of every final month
in its newest revision. It is made from itself and the months that are new to it, so that its cost
does not grow with the years. ``satker/{id}/peringkat.csv`` holds a satker's rows of it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from functions.publish.files.month_files import CERTAINTY_COLUMNS, RANKING_COLUMNS, told
from functions.publish.files.tables import Cell, Column, join_csv, plain_cells, split_csv
from functions.publish.pages.paths import satker_path
from functions.store.agency.months import IndexedMonth, MonthRecord

PATH = "data/semua.csv"
_TAKEN = (
    "ranking",
    "platform",
    "rank",
    "satker",
    "name",
    "posts",
    "measured",
    "i24",
    "engagement_rate",
    "rank_best",
    "rank_worst",
    "largest_share",
)
_KNOWN = {column.name: column for column in (*RANKING_COLUMNS, *CERTAINTY_COLUMNS)}
COLUMNS = (
    Column("month", "Bulan final", 9),
    Column("revision", "Revisi terbarunya", 8, kind="integer"),
    Column("digest", "Sidik jari SHA-256 buktinya", 66),
    *(_KNOWN[name] for name in _TAKEN),
)
_HEADER = [column.name for column in COLUMNS]
_SATKER = _HEADER.index("satker")

# A row's cells as they stand in the file.
_Cells = list[str]


def series(
    held: bytes | None,
    finals: Mapping[str, IndexedMonth],
    record_of: Callable[[str], MonthRecord | None],
) -> bytes:
    """``data/semua.csv``, the oldest month first.

    Args:
        held: the file as it is; None when there is none. One that cannot be read is made anew.
        finals: the final months of the index.
        record_of: a month's record. It is asked for months alone that ``held`` does not have in
            their newest revision; of one that it does not know, there are no rows yet.
    """
    known = _by_month(held)
    rows: list[_Cells] = []
    for month, final in sorted(finals.items()):
        name = (month, str(final.revision), final.digest)
        if name in known:
            rows += known[name]
        elif (record := record_of(month)) is not None:
            rows += _rows(record)
    return join_csv(_HEADER, rows)


def by_satker(body: bytes, satker: Iterable[str]) -> dict[str, bytes]:
    """The rows of each satker, by the path of its file; a file of no rows where it has none.

    ``body``: of ``data/semua.csv``.
    """
    found: dict[str, list[_Cells]] = defaultdict(list)
    for row in split_csv(body)[1]:
        found[row[_SATKER]].append(row)
    return {series_path(each): join_csv(_HEADER, found[_cell(each)]) for each in satker}


def series_path(satker: str) -> str:
    """Where the file of a satker's final months lies."""
    return f"{satker_path(satker)}peringkat.csv"


def made_of(finals: Mapping[str, IndexedMonth], satker: Iterable[str]) -> str:
    """A digest of what the files are made from: the final months, and who has a file."""
    digest = hashlib.sha256(repr((_HEADER, sorted(satker))).encode(errors="surrogatepass"))
    for month, final in sorted(finals.items()):
        digest.update(f"\0{month} {final.revision} {final.digest}".encode())
    return digest.hexdigest()


def _rows(record: MonthRecord) -> Iterator[_Cells]:
    ranking = record.ranking
    for ranked in ranking.lists:
        if ranked.kind is not None or ranked.band is not None:
            continue
        for row in ranked.rows:
            cells: list[Cell] = [ranking.month, ranking.revision, record.digest]
            cells += [ranked.ranking, ranked.platform]
            cells += [told(getattr(row, name)) for name in _TAKEN[2:]]
            yield [str(cell) for cell in plain_cells(cells)]


def _by_month(held: bytes | None) -> dict[tuple[str, str, str], list[_Cells]]:
    """The rows by month, revision and digest; none of a file that this version did not write."""
    try:
        header, rows = split_csv(held or b"")
    except ValueError:
        return {}
    found: dict[tuple[str, str, str], list[_Cells]] = defaultdict(list)
    for row in rows if header == _HEADER else ():
        if len(row) != len(_HEADER):
            return {}
        found[row[0], row[1], row[2]].append(row)
    return found


def _cell(text: str) -> str:
    """A text as it is read from the file again."""
    [[cell]] = split_csv(join_csv(["satker"], [[str(each) for each in plain_cells([text])]]))[1]
    return cell
