"""How often alarms are false, and how soon they find a storm of comments, beside two usual rules.

    python -m tests.bench.alarm [--months 60]

Months are made up (tests/score/rules/listening/life.py): no public series of a ministry's comments
with known storms is there to be had. A storm is laid into as many lives. Last it is counted how
often unknown hours make an alarm that the whole series does not.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Sequence
from statistics import mean, median, stdev
from time import process_time

from rich.console import Console
from rich.table import Table

from tests.score.rules.listening.life import (
    BEFORE,
    DAY,
    EVERY,
    SIZES,
    TALK,
    Life,
    Range,
    Rule,
    by_kiprah,
    false_alarms,
    found_after,
    live,
    with_holes,
)

FALSE, FOUND, SOON = 0.4, 0.9, 0.7  # bounds
HOURS_SOON = 6
DAYS = 30
WILDER = (4.0, 20.0)  # of how many interactions one is a comment
HOLES = (0.002, 0.02, 0.1)


def by_week(life: Life, hour: int) -> str | None:
    """A day above the mean and three standard deviations of the seven days before."""
    days = [_sum(life.comments[hour + 1 - DAY * n - DAY : hour + 1 - DAY * n]) for n in range(8)]
    return "siaga" if days[0] > mean(days[1:]) + 3 * stdev(days[1:]) else None


def by_hour(life: Life, hour: int) -> str | None:
    """An hour above three times the mean of the 12 before, and above the same hour of yesterday and
    of the week before; at least eight comments, as ours."""
    came = life.comments[hour] or 0
    usual = _sum(life.comments[hour - 12 : hour]) / 12
    earlier = max(life.comments[hour - DAY] or 0, life.comments[hour - 7 * DAY] or 0)
    return "siaga" if came >= 8 and came > max(3 * usual, earlier) else None


def by_volume(life: Life, hour: int) -> str | None:
    """Ours, where every lonjakan would be a siaga."""
    return None if by_kiprah(life, hour) is None else "siaga"


RULES: Sequence[tuple[str, Rule, int, Range, tuple[int, ...]]] = (
    ("a day > mean + 3 SD of 7 days", by_week, 1, TALK, SIZES),
    ("an hour > 3 x 12 h", by_hour, 1, TALK, SIZES),
    ("Kiprah, volume alone (lonjakan)", by_volume, EVERY, TALK, SIZES),
    ("Kiprah, siaga", by_kiprah, EVERY, TALK, SIZES),
    ("  looked at every 3 h", by_kiprah, 3, TALK, SIZES),
    *((f"  of units with {n} a day", by_kiprah, EVERY, TALK, (n,)) for n in SIZES),
    ("  one in 4 to 20 is a comment", by_kiprah, EVERY, WILDER, SIZES),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.alarm", description=__doc__)
    parser.add_argument("--months", type=int, default=60, help="of units of each size")
    months = parser.parse_args(arguments).months
    console = Console(width=140)
    console.print(_rules(months))
    console.print(_holes(months))


def _rules(months: int) -> Table:
    table = Table(title=f"alarms of {months * len(SIZES)} unit-months, and of as many storms")
    soon = f"in {HOURS_SOON} h"
    table.add_column("rule")
    for heading in ("looks", "false a unit-month", f"≤ {FALSE}", "found in 48 h"):
        table.add_column(heading, justify="right")
    for heading in (f"≥ {FOUND:.0%}", soon, f"≥ {SOON:.0%}", "median h", "ms a look"):
        table.add_column(heading, justify="right")
    for name, rule, every, talk, sizes in RULES:
        units = [(f"{size}:{n}", size) for size in sizes for n in range(months)]
        began = process_time()
        false = sum(false_alarms(rule, *unit, every, talk) for unit in units)
        seconds = (process_time() - began) / len(units) / (DAYS * DAY / every)
        after = [found_after(rule, *unit, every, talk) for unit in units]
        table.add_row(name, f"{every} h", *_figures(false, after), f"{seconds * 1000:.2f}")
    return table


def _figures(false: int, after: Sequence[int | None]) -> list[str]:
    """``after``: a storm of each unit-month."""
    storms, spread = len(after), 1.96 * false**0.5
    found = [hours for hours in after if hours is not None]
    soon = sum(hours <= HOURS_SOON for hours in found)
    low, high = (max(0.0, false + sign * spread) / storms for sign in (-1, 1))
    return [
        f"{false / storms:.2f} ({low:.2f}–{high:.2f})",
        _said(false <= FALSE * storms),
        f"{len(found) / storms:.0%}",
        _said(len(found) >= FOUND * storms),
        f"{soon / storms:.0%}",
        _said(soon >= SOON * storms),
        f"{median(found):.0f}" if found else "",
    ]


def _holes(months: int) -> Table:
    table = Table(title="looks at quiet months of which hours are unknown")
    for heading in ("unknown", "looks", "that alarm", "where the whole does not", "of them siaga"):
        table.add_column(heading, justify="right")
    for share in HOLES:
        units = [(size, n) for size in SIZES for n in range(months // 4)]
        looks = [look for unit in units for look in _both(share, *unit)]
        more = [level for whole, level in looks if level is not None and whole is None]
        alarming = sum(level is not None for _, level in looks)
        siaga = sum(level == "siaga" for level in more)
        told = (f"{share:.1%}", len(looks), alarming, len(more), siaga)
        table.add_row(*map(str, told))
    return table


def _both(share: float, size: int, seed: int) -> Iterable[tuple[str | None, str | None]]:
    """What is said of each look of a month: of the whole series, and of that with holes."""
    chance = random.Random(f"{size}:{seed}")
    life = live(chance, size)
    holes = with_holes(chance, life, share)
    for hour in range(BEFORE, len(life.comments), EVERY):
        yield by_kiprah(life, hour), by_kiprah(holes, hour)


def _said(is_kept: bool) -> str:
    return "yes" if is_kept else "NO"


def _sum(series: Iterable[int | None]) -> int:
    return sum(count or 0 for count in series)


if __name__ == "__main__":
    main()
