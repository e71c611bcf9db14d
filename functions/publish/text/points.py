"""A month's main points: what its figures say, as Indonesian sentences made by rules. Pure.

Each sentence is a function of its own, since a slide has one as its title; each returns an empty
text where there is nothing to say. ``points`` gives all of them in the order of a bulletin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from functions.model import (
    PLATFORM_NAMES,
    PLATFORMS,
    Entry,
    Platform,
    RankedList,
    Ranking,
    RankingName,
    Row,
    month_bounds,
    previous_month,
)
from functions.publish.text import formats
from functions.publish.text.plain import plain
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Action
from functions.thresholds import SETTLED

_TITLES: dict[RankingName, str] = {
    "most_popular": "Akun Terpopuler",
    "most_active": "Akun Teraktif",
}
_UNITS: dict[RankingName, str] = {"most_popular": "interaksi", "most_active": "unggahan"}
_HALF = 50.0  # percent of a unit's interactions
_NAMED = 3  # as many names fit into a sentence
_DONE: dict[Action, str] = {
    "exclude": "dikeluarkan",
    "include": "dimasukkan",
    "reassign": "dipindahkan",
    "set_value": "ditetapkan nilainya",
}


def points(
    record: MonthRecord,
    previous: MonthRecord | None,
    entries: Iterable[Entry] | None,
    zone: ZoneInfo,
    now: datetime | None = None,
) -> tuple[str, ...]:
    """The month's main points, three to ten sentences; fewer before the first post.

    Args:
        previous: the month before; None when it is not known. Totals are compared with it only
            when it is final and this month is over.
        entries: the month's scored posts; None: not at hand, and how many values are estimated
            stays unsaid.
        zone: the agency's.
        now: the instant of saying it; None: that of the ranking.
    """
    ranking = record.ranking
    posts = None if entries is None else tuple(entries)
    said = (
        leaders(ranking.find("most_popular")),
        leaders(ranking.find("most_active")),
        totals(record, previous),
        moves(ranking),
        shares(ranking),
        concentration(ranking),
        coverage(ranking, posts),
        log(record),
        flagged(ranking),
        state(record, zone, now),
    )
    return tuple(sentence for sentence in said if sentence)


def leaders(ranked: RankedList) -> str:
    """Who leads a list, with how much, and how far ahead of the next."""
    popular = ranked.ranking == "most_popular"
    title, unit = _TITLES[ranked.ranking], _UNITS[ranked.ranking]
    first = [row for row in ranked.rows if row.rank == 1]
    figure = _figure(first[0], popular) if first else None
    if not figure:
        return ""
    said = f"{formats.number(figure)} {unit}"
    if len(first) > _NAMED:
        everyone = f"{formats.number(len(first))} satuan kerja"
        return f"{everyone} sama-sama memimpin {title}, masing-masing {said}."
    if len(first) > 1:
        return f"{_names(first)} sama-sama memimpin {title}, masing-masing {said}."
    lead = f"{plain(first[0].name)} memimpin {title} dengan {said}"
    behind = [row for row in ranked.rows if row.rank == 2]
    if not behind:
        return f"{lead}."
    gap = figure - (_figure(behind[0], popular) or 0)
    others = _names(behind) if len(behind) <= _NAMED else f"{len(behind)} satuan kerja"
    sure = (
        ""
        if first[0].possible_ranks is None
        else "; menurut batas ukurnya tempat pertama belum pasti"
    )
    return f"{lead}, {formats.number(gap)} di depan {others}{sure}."


def totals(record: MonthRecord, previous: MonthRecord | None) -> str:
    """The month's interactions and posts, and by how much they changed; empty while it runs."""
    ranking = record.ranking
    posts, i24 = _sums(ranking.find("most_active").rows)
    if ranking.state == "open" or not posts or i24 is None:
        return ""
    before = previous.ranking if previous is not None else None
    if before is None or before.state != "final":
        return f"Seluruhnya {formats.number(i24)} interaksi dari {formats.number(posts)} unggahan."
    old_posts, old_i24 = _sums(before.find("most_active").rows)
    month = formats.month_name(before.month)
    return (
        f"Seluruhnya {formats.number(i24)} interaksi ({_change(i24, old_i24)}) dari "
        f"{formats.number(posts)} unggahan ({_change(posts, old_posts)}) dibanding {month} (final)."
    )


def moves(ranking: Ranking) -> str:
    """Who rose and who fell the most places in Akun Terpopuler; empty without a comparison."""
    rows = ranking.find("most_popular").rows
    said = []
    for kind, way in (("up", "naik"), ("down", "turun")):
        moved = [row for row in rows if row.movement_kind == kind and row.rank and row.movement]
        if not moved:
            continue
        most = max(row.movement or 0 for row in moved)
        farthest = [row for row in moved if row.movement == most]
        others = f" dan {len(farthest) - 1} satuan kerja lain" if len(farthest) > 1 else ""
        said.append(
            f"{way} paling jauh {plain(farthest[0].name)}, {formats.number(most)} tempat ke "
            f"peringkat {formats.number(farthest[0].rank or 0)}{others}"
        )
    if not said:
        return ""
    month = formats.month_name(previous_month(ranking.month))
    return f"Dibanding {month} (final), {'; '.join(said)}."


def shares(ranking: Ranking) -> str:
    """Which platform brings the most interactions, and from what share of the posts."""
    sums = platform_sums(ranking)
    posts = sum(count for count, _ in sums.values())
    total = sum(i24 or 0 for _, i24 in sums.values())
    if not total or len(sums) < 2:
        return ""
    # The first in our order of platforms among equals.
    first = max(sums, key=lambda platform: sums[platform][1] or 0)
    count, i24 = sums[first]
    return (
        f"{PLATFORM_NAMES[first]} membawa {share(i24 or 0, total)} dari semua interaksi dari "
        f"{share(count, posts)} unggahan."
    )


def platform_sums(ranking: Ranking) -> dict[Platform, tuple[int, int | None]]:
    """Counted posts and interactions of every platform that has a list; None: none measured."""
    return {
        platform: _sums(ranked.rows)
        for platform in PLATFORMS
        if (ranked := ranking.find("most_active", platform=platform)).rows
    }


def concentration(ranking: Ranking) -> str:
    """How many units owe at least half of their interactions to one post."""
    rows = ranking.find("most_popular").rows
    known = [row for row in rows if row.concentration is not None]
    held = [row for row in known if (row.concentration or 0) >= _HALF and row.rank]
    if not held:
        return ""
    best = min(held, key=lambda row: (row.rank or 0, row.satker))
    part = formats.percent(round((best.concentration or 0) * 10))
    place = f"peringkat {formats.number(best.rank or 0)}"
    if len(held) == 1:
        return f"{plain(best.name)} ({place}) mendapat {part} interaksinya dari satu unggahan."
    return (
        f"{formats.number(len(held))} dari {formats.number(len(known))} satuan kerja mendapat "
        f"sedikitnya separuh interaksinya dari satu unggahan, "
        f"yang tertinggi peringkatnya {plain(best.name)} ({place}, {part})."
    )


def coverage(ranking: Ranking, entries: Sequence[Entry] | None = None) -> str:
    """How many of the counted posts are measured, and how surely. ``entries`` None: not known."""
    rows = ranking.find("most_active").rows
    posts, measured = sum(row.posts for row in rows), sum(row.measured for row in rows)
    if not posts:
        return "Belum ada unggahan yang dihitung."
    missing = posts - measured
    said = [
        f"{formats.number(measured)} dari {formats.number(posts)} unggahan terukur"
        if missing
        else f"Semua {formats.number(posts)} unggahan terukur"
    ]
    states = Counter(
        entry.verdict.measurement.state
        for entry in entries or ()
        if entry.verdict is not None and entry.verdict.counted
    )
    if states["running"]:
        said.append(f"{formats.number(states['running'])} masih berjalan")
    if states["estimated"]:
        said.append(f"{formats.number(states['estimated'])} berupa perkiraan")
    if missing:
        said.append(f"{formats.number(missing)} tanpa angka, yang tidak dihitung sebagai nol")
    return f"{'; '.join(said)}."


def log(record: MonthRecord) -> str:
    """What admins decided and what units contested; empty without any."""
    said = []
    if record.decisions:
        done = Counter(decision.action for decision in record.decisions)
        each = [f"{formats.number(done[a])} {word}" for a, word in _DONE.items() if done[a]]
        said.append(f"{formats.number(len(record.decisions))} keputusan admin ({', '.join(each)})")
    if record.objections:
        answers = Counter(
            "belum diputuskan" if o.answer is None else "dikabulkan" if o.accepted else "ditolak"
            for o in record.objections
        )
        each = [
            f"{formats.number(answers[word])} {word}"
            for word in ("dikabulkan", "ditolak", "belum diputuskan")
            if answers[word]
        ]
        said.append(f"{formats.number(len(record.objections))} sanggahan ({', '.join(each)})")
    return f"Ada {' dan '.join(said)}." if said else ""


def flagged(ranking: Ranking) -> str:
    """How many flags point out how many units; empty without any."""
    if not ranking.flags:
        return ""
    units = {flag.satker or flag.account for flag in ranking.flags}
    return (
        f"{formats.number(len(ranking.flags))} penanda pada {formats.number(len(units))} satuan "
        "kerja menunjukkan yang layak dilihat; penanda tidak mengubah peringkat."
    )


def state(record: MonthRecord, zone: ZoneInfo, now: datetime | None = None) -> str:
    """How firm the figures are. ``now`` None: at the instant of the ranking."""
    ranking = record.ranking
    if ranking.incomplete:
        return (
            "Pengumpulan dimulai setelah tanggal 1, jadi bulan ini tidak lengkap dan tidak "
            "menjadi final."
        )
    month = formats.month_name(ranking.month)
    if ranking.state == "final":
        revision = f", revisi {ranking.revision}" if ranking.revision > 1 else ""
        return f"{month} final{revision}, ditetapkan {formats.date(ranking.as_of, zone)}."
    if ranking.state == "closing":
        until = record.closes_at
        end = f" sampai {formats.deadline(until, zone)}" if until else ""
        return f"{month} dalam masa sanggah{end}; angkanya masih dapat berubah."
    at = ranking.as_of if now is None else now
    begin, end_of_month = month_bounds(ranking.month, zone)
    if at >= end_of_month:
        settled = formats.time(end_of_month + SETTLED, zone)
        return f"{month} sudah lewat; unggahan terakhirnya masih diukur sampai {settled}."
    days = (end_of_month - timedelta(seconds=1)).astimezone(zone).day
    day = max(at, begin).astimezone(zone).day
    return f"{month} masih berjalan, hari ke-{day} dari {days}; semua angka sementara."


def share(part: int, whole: int) -> str:
    """A share in whole percents; under 100 as long as anything is missing, over 0 as long as not.

    ``whole`` 0: a dash.
    """
    if whole <= 0:
        return "–"
    percent = (200 * part + whole) // (2 * whole)
    if percent >= 100 > 100 * part / whole:
        return "lebih dari 99\N{NO-BREAK SPACE}%"
    if percent == 0 < part:
        return "kurang dari 1\N{NO-BREAK SPACE}%"
    return f"{formats.number(percent)}\N{NO-BREAK SPACE}%"


def _figure(row: Row, popular: bool) -> int | None:
    return row.i24 if popular else row.posts


def _sums(rows: Iterable[Row]) -> tuple[int, int | None]:
    """Posts, and interactions; None when no post of any row is measured."""
    rows = tuple(rows)
    known = [row.i24 for row in rows if row.i24 is not None and row.measured]
    return sum(row.posts for row in rows), sum(known) if known else None


def _change(now: int, before: int | None) -> str:
    if not before:
        return "bulan sebelumnya belum ada"
    if now == before:
        return "tetap"
    way = "naik" if now > before else "turun"
    return f"{way} {share(abs(now - before), before)}"


def _names(rows: Sequence[Row]) -> str:
    *others, last = (plain(row.name) for row in rows)
    if not others:
        return last
    comma = "," if len(others) > 1 else ""
    return f"{', '.join(others)}{comma} dan {last}"
