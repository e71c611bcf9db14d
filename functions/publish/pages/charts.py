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


def days(values: Sequence[tuple[str, int]], length: int, label: str) -> Markup:
    """A column for each day so far; ``length`` days fill the width.

    Args:
        values: Each day's words (shown on hover) and value, from the first day on.
        length: Days of the whole month.
        label: What the columns say, for those who do not see them.
    """
    height = 100
    top = max((value for _, value in values), default=0) or 1
    columns = []
    for position, (words, value) in enumerate(values):
        tall = _short(value * height / top) if value else "1"
        y = _short(height - value * height / top) if value else "99"
        columns.append(
            f'<g><title>{escape(words)}</title><rect class="hit" x="{position * 10}" width="10" '
            f'height="{height}"/><rect x="{position * 10 + 1}" y="{y}" width="8" '
            f'height="{tall}"/></g>'
        )
    return _svg("days", length * 10, height, label, "".join(columns), stretch=True)


def _svg(
    name: str, width: int, height: int, label: str, body: str, *, stretch: bool = False
) -> Markup:
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return Markup(
        f'<svg class="{name}" viewBox="0 0 {width} {height}"{ratio} role="img" '
        f'aria-label="{escape(label)}">{body}</svg>'
    )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
