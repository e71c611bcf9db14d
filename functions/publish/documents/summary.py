"""A ministry's month on one or two A4."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import ClassVar

import msgspec

from functions.model import PLATFORM_NAMES
from functions.publish.documents.parts import LONGEST_NAME, Head, Line, head, lines, measured_of
from functions.publish.documents.source import Source
from functions.publish.pages.paths import month_path
from functions.publish.pages.quality import quality_of
from functions.publish.text import flags, formats, points, words
from functions.publish.text.plain import plain

_TOP = 10
_LOGGED = 8  # decisions and objections that are told one by one
_FLAGGED = 6  # units that are named with their flags
_REASON = 140  # letters of a reason


class QualityRow(msgspec.Struct, frozen=True, kw_only=True):
    """How a platform's posts were measured: a figure for each state, and those not counted."""

    label: str
    figures: tuple[str, ...]
    left: str


class MinistrySummary(msgspec.Struct, frozen=True, kw_only=True):
    """A ministry's month.

    ``states``: what the columns of ``quality`` are called; both empty when no post is at hand.
    ``log`` and ``flagged``: lines, the last one saying how many more there are.
    """

    template: ClassVar[str] = "summary.typ"
    as_of: datetime
    head: Head
    points: tuple[str, ...]
    popular: tuple[Line, ...]
    active: tuple[Line, ...]
    coverage: str
    states: tuple[str, ...]
    quality: tuple[QualityRow, ...]
    log: tuple[str, ...]
    flagged: tuple[str, ...]
    reason: str


def summary(source: Source) -> MinistrySummary:
    """The month's summary."""
    ranking = source.ranking
    states, quality = _quality(source)
    return MinistrySummary(
        as_of=ranking.as_of,
        head=head(source, f"Ringkasan {plain(source.agency.name, 60)}", month_path(source.month)),
        points=points.points(source.record, source.previous, source.entries or None, source.zone),
        popular=lines(ranking.find("most_popular"), _TOP),
        active=lines(ranking.find("most_active"), _TOP),
        coverage=measured_of(ranking.find("most_active").rows),
        states=states,
        quality=quality,
        log=_log(source),
        flagged=_flagged(source),
        reason=plain(ranking.reason or "", _REASON),
    )


def _quality(source: Source) -> tuple[tuple[str, ...], tuple[QualityRow, ...]]:
    """The posts by platform and state, the sums last; nothing where no post is at hand."""
    found = quality_of(source.entries)
    rows = tuple(
        QualityRow(
            label=line.label,
            figures=tuple(formats.number(count) for count in line.counts),
            left=formats.number(line.removed + line.out),
        )
        for line in found.lines
    )
    return (found.states, rows) if source.entries else ((), ())


def _log(source: Source) -> tuple[str, ...]:
    """The month's decisions and objections in order of time."""
    told: list[tuple[datetime, str, str]] = []
    for made in source.record.decisions:
        why = plain(made.why, _REASON).rstrip(".")
        post = f"unggahan {PLATFORM_NAMES[made.platform]}"
        done = f"{words.DECIDED[made.action]}: {post}, oleh {plain(made.by, 60)}; {why}."
        told.append((made.at, made.id, done))
    for raised in source.record.objections:
        answer = (
            "belum diputuskan"
            if raised.answer is None
            else ("dikabulkan" if raised.accepted else "ditolak")
        )
        why = plain(raised.why, _REASON).rstrip(".")
        told.append((raised.at, raised.id, f"Sanggahan {plain(raised.by, 60)}, {answer}: {why}."))
    found = [f"{formats.time_short(at, source.zone)}. {said}" for at, _, said in sorted(told)]
    return _first(found, _LOGGED, "keputusan dan sanggahan lain di halaman bulannya")


def _flagged(source: Source) -> tuple[str, ...]:
    """The units with flags, and which."""
    names = {row.satker: row.name for row in source.ranking.find("most_active").rows}
    raised: dict[str, Counter[str]] = {}
    for flag in source.ranking.flags:
        unit = plain(names.get(flag.satker or "", flag.account), LONGEST_NAME)
        raised.setdefault(unit, Counter())[flags.LABELS[flag.code]] += 1
    found = [
        f"{unit}: "
        + ", ".join(
            label if count == 1 else f"{label} ({formats.number(count)})"
            for label, count in sorted(codes.items())
        )
        + "."
        for unit, codes in sorted(raised.items())
    ]
    return _first(found, _FLAGGED, "satuan kerja lain di halaman bulannya")


def _first(found: list[str], most: int, others: str) -> tuple[str, ...]:
    """The first lines; of more, one fewer and how many are left."""
    if len(found) <= most:
        return tuple(found)
    left = len(found) - most + 1
    return (*found[: most - 1], f"Dan {formats.number(left)} {others}.")
