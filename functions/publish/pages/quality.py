"""How well a month is measured: its counted posts by platform and state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from functions.model import PLATFORM_NAMES, PLATFORMS, Entry, Platform, State
from functions.publish.text import words

STATES: tuple[State, ...] = ("observed", "interpolated", "estimated", "running", "unmeasured")


class QualityLine(msgspec.Struct, frozen=True):
    """A platform's posts, or all: how many count, by state, and how many do not count.

    ``counts`` are in the order of ``Quality.states``.
    """

    platform: Platform | None
    label: str
    counted: int
    counts: tuple[int, ...]
    removed: int
    out: int


class Quality(msgspec.Struct, frozen=True):
    """The table: what its columns are called, and its lines, the sums last."""

    states: tuple[str, ...]
    lines: tuple[QualityLine, ...]


def quality_of(entries: Iterable[Entry]) -> Quality:
    """The month's posts by platform and state."""
    counted: dict[Platform, Counter[State]] = {platform: Counter() for platform in PLATFORMS}
    removed: Counter[Platform] = Counter()
    out: Counter[Platform] = Counter()
    for entry in entries:
        verdict, platform = entry.verdict, entry.post.platform
        if verdict is None:
            continue
        if verdict.counted:
            counted[platform][verdict.measurement.state] += 1
        elif verdict.reason == "removed":
            removed[platform] += 1
        else:
            out[platform] += 1
    lines = [
        _line(platform, counted[platform], removed[platform], out[platform])
        for platform in PLATFORMS
        if counted[platform] or removed[platform] or out[platform]
    ]
    whole: Counter[State] = sum(counted.values(), Counter())
    return Quality(
        states=tuple(words.STATE[state] for state in STATES),
        lines=(*lines, _line(None, whole, removed.total(), out.total())),
    )


def _line(
    platform: Platform | None, counted: Counter[State], removed: int, out: int
) -> QualityLine:
    return QualityLine(
        platform=platform,
        label=PLATFORM_NAMES[platform] if platform else "Semua",
        counted=counted.total(),
        counts=tuple(counted[state] for state in STATES),
        removed=removed,
        out=out,
    )
