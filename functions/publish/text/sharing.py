"""What people send to one another about a month or a satker: a line, and links that carry it. Pure.

The links are plain addresses: nothing is loaded from elsewhere until somebody follows one.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from functions.model import RankedList, Ranking, RankingName, Row
from functions.publish.text import formats, words
from functions.publish.text.plain import plain

_TITLES: dict[RankingName, str] = {"most_popular": "Terpopuler", "most_active": "Teraktif"}
_LONGEST = 120  # characters of a name


class ShareLine(NamedTuple):
    """A line to copy, and the addresses that open a mail and a message with it."""

    line: str
    mail: str
    whatsapp: str


def of_month(ranking: Ranking, agency: str, address: str | None) -> ShareLine:
    """A month's leaders. ``address``: of its page; None without a public one."""
    month = formats.month(ranking.month)
    leaders = [_leader(ranking.find(name), name) for name in _TITLES]
    said = ", ".join(each for each in leaders if each) or "belum ada unggahan"
    title = f"Peringkat media sosial satuan kerja {plain(agency, _LONGEST)}, {month}"
    return _share(title, f"{title} ({_state(ranking)}): {said}.", address)


def of_satker(
    name: str,
    ranking: Ranking,
    rows: dict[RankingName, tuple[Row, int]],
    address: str | None,
) -> ShareLine:
    """A satker's ranks in a month.

    Args:
        rows: its line in each official list that has it, and how many are ranked there.
        address: of its page; None without a public one.
    """
    ranks = [_rank(each, *rows[each]) for each in _TITLES if each in rows]
    title = f"{plain(name, _LONGEST)}, {formats.month(ranking.month)}"
    said = ", ".join(ranks) or "belum diperingkat"
    return _share(title, f"{title} ({_state(ranking)}): {said}.", address)


def _state(ranking: Ranking) -> str:
    state = words.MONTH_STATE[ranking.state].lower()
    return f"{state}, revisi {ranking.revision}" if ranking.revision > 1 else state


def _leader(ranked: RankedList, name: RankingName) -> str:
    first = [row for row in ranked.rows if row.rank == 1]
    figure = _figure(first[0], name) if first else ""
    if not figure:
        return ""
    others = f" dan {formats.number(len(first) - 1)} lainnya" if len(first) > 1 else ""
    return f"{_TITLES[name]} {plain(first[0].name, _LONGEST)}{others} ({figure})"


def _rank(name: RankingName, row: Row, ranked: int) -> str:
    if row.rank is None:
        return f"{_TITLES[name]} tanpa peringkat"
    figure = _figure(row, name)
    said = f"{_TITLES[name]} ke-{formats.number(row.rank)} dari {formats.number(ranked)}"
    return f"{said} ({figure})" if figure else said


def _figure(row: Row, name: RankingName) -> str:
    if name == "most_active":
        return f"{formats.number(row.posts)} unggahan" if row.posts else ""
    return f"{formats.number(row.i24)} interaksi" if row.i24 else ""


def _share(title: str, said: str, address: str | None) -> ShareLine:
    line = f"{said} {address}" if address else said
    return ShareLine(
        line=line,
        mail=f"mailto:?subject={_quoted(title)}&body={_quoted(line)}",
        whatsapp=f"https://wa.me/?text={_quoted(line)}",
    )


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")
