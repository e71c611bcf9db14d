"""Small charts as inline SVG. Each carries its value as text, so nobody needs to see it.

Colours come from the style sheet by class; coordinates are rounded, so equal data give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape


def sparkline(ranks: Sequence[int | None], label: str, *, lowest: int) -> Markup:
    """Ranks over time, the best on top; a month without a rank leaves a gap.

    Args:
        ranks: Oldest first; None where there was no rank.
        label: What the line says, for those who do not see it.
        lowest: The rank at the bottom edge.
    """
    width, height, edge = 120, 32, 4
    step = (width - 2 * edge) / max(len(ranks) - 1, 1)
    scale = (height - 2 * edge) / max(lowest - 1, 1)
    runs: list[list[str]] = [[]]
    last = ""
    for position, rank in enumerate(ranks):
        if rank is None:
            runs.append([])
            continue
        x, y = _short(edge + position * step), _short(edge + (rank - 1) * scale)
        runs[-1].append(f"{x},{y}")
        last = f'<circle cx="{x}" cy="{y}" r="3"/>'
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    return _svg("spark", width, height, label, lines + last)


def bar(share: int) -> Markup:
    """A value's share of the largest, in thousandths; the number itself stands beside it."""
    width = min(max(share, 0), 1_000)
    return Markup(
        '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{width}" height="10"/></svg>'
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
