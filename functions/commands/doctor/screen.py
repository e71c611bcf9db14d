"""Findings on one screen: what to do next, then group by group, what is more summed up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from functions.commands.doctor.finding import GROUPS, Finding, Group

LINES = 41  # of a screen, about
LEAST = 4  # findings of each group, however many there are
WIDEST = 200  # characters of a line
EVERYTHING = "kiprah doctor --all"


def lines(findings: Sequence[Finding], *, everything: bool = False) -> Iterator[str]:
    """The screen's lines. ``everything``: each finding, each with all its words."""
    groups = {group: [f for f in findings if f.group == group] for group in GROUPS}
    most = len(findings) if everything else _most(groups)
    for group, found in groups.items():
        if found and group != "next":
            yield f"[{GROUPS[group]}]"
        shown = _worst(found, most)
        for finding in shown:
            yield _line(finding, whole=everything or group == "next")
        if left := len(found) - len(shown):
            wrong = sum(f.fails for f in found) - sum(f.fails for f in shown)
            yield f"    and {left} more, {wrong} of them !!: {EVERYTHING}"


def _most(groups: Mapping[Group, Sequence[Finding]]) -> int:
    """How many findings of a group there is room for: the longest are cut first."""
    sizes = [len(found) for group, found in groups.items() if found and group != "next"]
    for most in range(max(sizes, default=LEAST), LEAST, -1):
        if 1 + sum(1 + min(size, most) + (size > most) for size in sizes) <= LINES:
            return most
    return LEAST


def _worst(found: Sequence[Finding], most: int) -> list[Finding]:
    """As many as there is room for, in their order: what is well goes first."""
    if len(found) <= most:
        return [*found]
    kept = sorted(range(len(found)), key=lambda n: (_weight(found[n]), n))[:most]
    return [found[n] for n in sorted(kept)]


def _weight(finding: Finding) -> int:
    return 0 if finding.fatal else 1 if finding.fails else 2 if finding.is_open else 3


def _line(finding: Finding, *, whole: bool) -> str:
    sign = "!!" if finding.fails else "--" if finding.is_open else "ok"
    line = f"{sign}  {finding.subject}: {finding.words}"
    return line if whole or len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"
