"""Small charts as inline SVG. Each carries its value as text, so nobody needs to see it.

Colours come from the style sheet by class; coordinates are rounded, so equal data give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from markupsafe import Markup, escape

from functions.model import Measurement, Post, Sample
from functions.publish.text import formats

HOUR = timedelta(hours=1)


def rank_line(ranks: Sequence[tuple[str, int | None]], popular: bool, *, lowest: int) -> Markup:
    """Ranks over months, the best on top, each with its number; a month without one is a gap.

    Args:
        ranks: Each month's short name and rank, oldest first; None where there was no rank.
        popular: Whether they are of Akun Terpopuler, which has its own colour.
        lowest: The rank at the bottom edge.
    """
    width, height, edge, top, bottom = 600, 150, 24, 24, 118
    step = (width - 2 * edge) / max(len(ranks) - 1, 1)
    scale = (bottom - top) / max(lowest - 1, 1)
    runs: list[list[str]] = [[]]
    marks = []
    for position, (month, rank) in enumerate(ranks):
        x = _short(edge + position * step)
        marks.append(f'<text x="{x}" y="{height - 8}" text-anchor="middle">{escape(month)}</text>')
        if rank is None:
            runs.append([])
            continue
        y = _short(top + (rank - 1) * scale)
        runs[-1].append(f"{x},{y}")
        marks.append(
            f'<circle cx="{x}" cy="{y}" r="3.5"/>'
            f'<text class="big" x="{x}" y="{float(y) - 9:.1f}" text-anchor="middle">{rank}</text>'
        )
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    spoken = ", ".join(f"{month} {rank or 'tanpa peringkat'}" for month, rank in ranks)
    name = "rank-line" if popular else "rank-line rank-active"
    return _svg(name, width, height, f"Peringkat: {spoken}", lines + "".join(marks))


def rank_spark(ranks: Sequence[int | None], since: str, *, lowest: int) -> Markup:
    """Ranks over months as a small line, the best on top; a month without one is a gap.

    Args:
        ranks: oldest first.
        since: the first month in words.
        lowest: the rank at the bottom edge.
    """
    width, height, edge = 96, 24, 3
    step = (width - 2 * edge) / max(len(ranks) - 1, 1)
    scale = (height - 2 * edge) / max(lowest - 1, 1)
    runs: list[list[str]] = [[]]
    dot = ""
    for position, rank in enumerate(ranks):
        if rank is None:
            runs.append([])
            continue
        x, y = _short(edge + position * step), _short(edge + (rank - 1) * scale)
        runs[-1].append(f"{x},{y}")
        dot = f'<circle cx="{x}" cy="{y}" r="2.5"/>'
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    spoken = ", ".join("tanpa" if rank is None else str(rank) for rank in ranks)
    label = f"Peringkat tiap bulan sejak {since}: {spoken}"
    return _svg("spark", width, height, label, lines + dot)


def bar(share: int) -> Markup:
    """A value's share of the largest, in thousandths; the number itself stands beside it."""
    width = min(max(share, 0), 1_000)
    return Markup(
        '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width}" height="10"/></svg>'
    )


def interval(low: int, middle: int, high: int, most: int) -> Markup:
    """An interval round zero with its middle; the numbers stand beside.

    Args:
        low, middle, high: in any unit; ``high`` is not below ``low``.
        most: what each edge of the drawing stands for, at least 1.
    """

    def x(value: int) -> float:
        return 500 + 490 * min(max(value, -most), most) / max(most, 1)

    left, wide = _short(x(low)), _short(max(x(high) - x(low), 4))
    return Markup(
        '<svg class="interval" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="zero" x="498" width="4" height="20"/>'
        f'<rect x="{left}" y="7" width="{wide}" height="6"/>'
        f'<rect class="middle" x="{_short(x(middle) - 6)}" y="2" width="12" height="16"/></svg>'
    )


def days(values: Sequence[tuple[str, int, bool]], length: int, labelled_by: str) -> Markup:
    """A column for each day so far; ``length`` days fill the width.

    Args:
        values: Each day's words (shown on hover), value, and whether it is a weekend's.
        length: Days of the whole month.
        labelled_by: The id of what says the finding.
    """
    height = 100
    top = max((value for _, value, _ in values), default=0) or 1
    columns = []
    for position, (words, value, weekend) in enumerate(values):
        tall = _short(value * height / top) if value else "1"
        y = _short(height - value * height / top) if value else "99"
        kind = ' class="weekend"' if weekend else ""
        columns.append(
            f'<g><title>{escape(words)}</title><rect class="hit" x="{position * 10}" width="10" '
            f'height="{height}"/><rect{kind} x="{position * 10 + 1}" y="{y}" width="8" '
            f'height="{tall}"/></g>'
        )
    return Markup(
        f'<svg class="days" viewBox="0 0 {length * 10} {height}" preserveAspectRatio="none" '
        f'role="img" aria-labelledby="{escape(labelled_by)}">{"".join(columns)}</svg>'
    )


def stacked(shares: Sequence[tuple[int, int]]) -> Markup:
    """Shares of a whole side by side, as a bar; the figures stand in the table beside.

    Args:
        shares: The number of each part's colour, and its share in tenths of a percent.
    """
    left, parts = 0, []
    for colour, share in shares:
        width = max(share - 4, 0)  # a gap, so that parts are told apart without colours
        parts.append(f'<rect class="part-{colour}" x="{left}" width="{width}" height="24"/>')
        left += share
    return Markup(
        '<svg viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def strip(states: Sequence[tuple[str, str]], label: str) -> Markup:
    """A column for each day: whole, half, or a line, so that states are told apart in black.

    Args:
        states: Each day's state (good, partial, missing, unknown), and its words for hovering.
        label: What the strip says, for those who do not see it.
    """
    shapes = {"good": (0, 30), "partial": (15, 15), "missing": (26, 4), "unknown": (29, 1)}
    columns = []
    for position, (state, words) in enumerate(states):
        y, tall = shapes[state]
        columns.append(
            f'<rect class="day-{state}" x="{position * 10 + 1}" y="{y}" width="8" height="{tall}">'
            f"<title>{escape(words)}</title></rect>"
        )
    return Markup(
        f'<svg class="strip" viewBox="0 0 {len(states) * 10} 30" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(label)}">{"".join(columns)}</svg>'
    )


def curve(post: Post, measured: Measurement) -> Markup:
    """A post's interactions over its first hours: every read, the mark, and the two reads used.

    A read whose counted numbers the platform did not give is left out.
    """
    width, height, left, bottom, top = 640, 260, 52, 218, 16
    reads = [
        (sample, (sample.taken_at - post.published_at) / HOUR, total)
        for sample in sorted({*post.samples, *_used(measured)}, key=lambda s: s.taken_at)
        if (total := sample.total(post.platform)) is not None
    ]
    hours = max([30.0, *(age for _, age, _ in reads)])
    most = max([1, *(total for _, _, total in reads), measured.i24 or 0])

    def x(age: float) -> str:
        return _short(left + max(age, 0) * (width - left - 16) / hours)

    def y(total: float) -> str:
        return _short(bottom - total * (bottom - top) / most)

    points = " ".join(f"{x(age)},{y(total)}" for _, age, total in reads)
    used = {sample.taken_at for sample in _used(measured)}
    dots = "".join(
        f'<circle cx="{x(age)}" cy="{y(total)}" r="{6 if sample.taken_at in used else 3.5}"'
        f' class="{"used" if sample.taken_at in used else "reads"}"/>'
        for sample, age, total in reads
    )
    pair = [(age, total) for sample, age, total in reads if sample.taken_at in used]
    between = (
        f'<path class="between" d="M{x(pair[0][0])} {y(pair[0][1])}L{x(pair[1][0])} '
        f'{y(pair[1][1])}"/>'
        if len(pair) == 2
        else ""
    )
    value = ""
    if measured.i24 is not None and measured.state != "running":
        at_x, at_y = x(24), y(measured.i24)
        value = (
            f'<rect class="value" x="{float(at_x) - 5:.1f}" y="{float(at_y) - 5:.1f}" width="10" '
            f'height="10" transform="rotate(45 {at_x} {at_y})"/>'
        )
    ticks = "".join(
        f'<text x="{x(hour)}" y="{bottom + 18}" text-anchor="middle">{hour}</text>'
        for hour in range(0, int(hours) + 1, 6 if hours <= 48 else 24)
    )
    label = (
        f"Interaksi menurut umur: {len(reads)} cuplikan, dari 0 sampai {formats.number(most)} "
        f"dalam {formats.number(round(hours))} jam"
    )
    return _svg(
        "post-curve",
        width,
        height,
        label,
        f'<path class="axis" d="M{left} {bottom}H{width - 16}M{left} {bottom}V{top}"/>'
        f'<path class="at" d="M{x(24)} {bottom}V{top}"/>'
        f'<polyline class="curve" points="{points}"/>{between}{dots}{value}'
        f'<text x="{left - 6}" y="{top + 8}" text-anchor="end">{formats.number(most)}</text>'
        f'<text x="{left - 6}" y="{bottom}" text-anchor="end">0</text>{ticks}'
        f'<text x="{width - 16}" y="{height - 6}" text-anchor="end">jam sejak terbit</text>',
    )


def _used(measured: Measurement) -> tuple[Sample, ...]:
    return tuple(each for each in (measured.before, measured.after) if each is not None)


def swatch(colour: int) -> Markup:
    """A part's colour, before its name."""
    return Markup(
        f'<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">'
        f'<rect class="part-{colour}" width="10" height="10"/></svg>'
    )


def _svg(name: str, width: int, height: int, label: str, body: str) -> Markup:
    return Markup(
        f'<svg class="{name}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label)}">{body}</svg>'
    )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
