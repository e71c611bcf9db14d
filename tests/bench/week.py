"""A simulated week of collecting: what was found, how near to the mark it was read, what it cost.

    python -m tests.bench.week [--accounts 50] [--posts 5] [--days 7]

Ticks come every 15 minutes. Calls stand beside those of reading every account at every tick.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from functions import log
from functions.model import PLATFORMS, Entry, Platform
from functions.score.job import score
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.bench.ministry import BEGIN, TICK, account_rows, register, run_ticks, settings
from tests.bench.stand_ins import Plan, StandIns, stand_ins
from tests.platforms.calls import X_COUNT_DOLLARS, X_POST_READ_DOLLARS, X_USER_READ_DOLLARS

POLLS = timedelta(days=1) // TICK
YOUTUBE_UNITS = 10_000  # a day in each bucket


@dataclass(frozen=True, slots=True)
class Post:
    """What became of one post of the world; spans in minutes, None where there is none."""

    platform: Platform
    found_after: float | None
    bracket: float | None
    state: str
    at_mark: int
    i24: int | None

    @property
    def error(self) -> float | None:
        """Distance from the true count as a share of it; None when nothing was measured."""
        if self.i24 is None:
            return None
        return abs(self.i24 - self.at_mark) / max(self.at_mark, 1)


@dataclass(slots=True)
class Hours:
    """Calls by platform in every hour that begins with a tick."""

    platforms: StandIns
    counts: list[Counter[str]] = field(default_factory=list)

    def note(self, _: datetime) -> None:
        """Remember how many calls there were by the end of this tick."""
        requests = self.platforms.calls()["requests"]
        self.counts.append(Counter({name: sum(of.values()) for name, of in requests.items()}))

    def busiest(self, *names: str, after: timedelta = timedelta()) -> int:
        """The most calls of these platforms together in any hour that begins ``after`` or later."""
        totals = [0, *(sum(count[name] for name in names) for count in self.counts)]
        ticks = timedelta(hours=1) // TICK
        first = after // TICK
        return max(
            totals[min(n + ticks, len(totals) - 1)] - totals[n]
            for n in range(first, len(totals) - 1)
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.week", description=__doc__)
    parser.add_argument("--accounts", type=int, default=50, help="on each platform")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    parser.add_argument("--days", type=int, default=7)
    options = parser.parse_args(arguments)
    log.quiet()
    began = perf_counter()
    # Ticks go on until the last day's posts have been read behind their mark.
    end = BEGIN + timedelta(days=options.days, hours=31)
    plan = Plan(account_rows(options.accounts), BEGIN, options.days, options.posts)
    with stand_ins(plan) as platforms, tempfile.TemporaryDirectory() as folder:
        loaded = settings(platforms.url, Path(folder))
        agency = open_agency(loaded)
        register(agency, loaded, options.accounts)
        hours = Hours(platforms)
        run_ticks(agency, loaded, platforms, BEGIN, end, after=hours.note)
        score(agency, now=end, run_id="bench")
        posts = _posts(platforms, agency, end)
        costs = platforms.calls()
        agency.store.close()
    days = (end - BEGIN) / timedelta(days=1)
    console = Console(width=160)
    console.print(_table(posts, costs, options, days))
    _print_x(console, costs["x"], posts, days)
    _print_youtube(console, costs["youtube"]["units"])
    _print_meta(console, hours)
    console.print(f"simulated in {perf_counter() - began:.0f} s")


def _posts(platforms: StandIns, agency: AgencyStore, end: datetime) -> list[Post]:
    """Every post that counts and whose mark has passed."""
    held: dict[tuple[str, str, str], Entry] = {
        (entry.post.platform, entry.post.account_id, entry.post.post_id): entry
        for month in agency.months()
        for ledger in agency.ledgers(month).values()
        for entry in ledger.entries.values()
    }
    posts = []
    for row in platforms.posts(BEGIN, end):
        published = datetime.fromisoformat(row["published_at"])
        if published + timedelta(hours=30) <= end:
            name = (row["platform"], row["account_id"], row["post_id"])
            posts.append(_post(row, published, held.get(name)))
    return posts


def _post(row: Mapping[str, Any], published: datetime, entry: Entry | None) -> Post:
    if entry is None or entry.verdict is None:
        return Post(row["platform"], None, None, "not found", row["i24"] or 0, None)
    measurement = entry.verdict.measurement
    before, after = measurement.before, measurement.after
    width = (after.taken_at - before.taken_at) if before and after else None
    # A stream that is on air is no post yet: it can be found from its end on.
    listed = datetime.fromisoformat(row["listed_at"] or row["published_at"])
    found = entry.post.samples[0].taken_at - max(published, listed)
    return Post(
        platform=row["platform"],
        found_after=found / timedelta(minutes=1),
        bracket=None if width is None else width / timedelta(minutes=1),
        state=measurement.state,
        at_mark=row["i24"] or 0,
        i24=measurement.i24,
    )


def _table(
    posts: Sequence[Post], costs: Mapping[str, Any], options: argparse.Namespace, days: float
) -> Table:
    table = Table(
        title=f"{options.accounts} accounts on each platform with {options.posts:g} posts a day, "
        f"{days:.1f} days, a tick every {TICK // timedelta(minutes=1)} min"
    )
    for heading in (
        "platform",
        "posts",
        "found < 6 h",
        "bracket median",
        "≤ 1 h or observed",
        "error p95 (≥ 100)",
        "≤ 2 % or 1 (< 100)",
        "calls / account · day",
        "every tick",
        "ratio",
    ):
        table.add_column(heading, justify="left" if heading == "platform" else "right")
    for platform in PLATFORMS:
        ours = [post for post in posts if post.platform == platform]
        asked = costs["requests"].get(platform, {})
        per_day = sum(asked.values()) / options.accounts / days
        brackets = [post.bracket for post in ours if post.bracket is not None]
        table.add_row(
            platform,
            str(len(ours)),
            _share(post.found_after is not None and post.found_after < 360 for post in ours),
            f"{median(brackets):.0f} min" if brackets else "–",
            _share(p.state == "observed" or (p.bracket or 1e9) <= 60 for p in ours),
            _p95([p.error for p in ours if p.at_mark >= 100 and p.error is not None]),
            _share(
                p.i24 is not None and abs(p.i24 - p.at_mark) <= max(1, 0.02 * p.at_mark)
                for p in ours
                if p.at_mark < 100
            ),
            f"{per_day:.1f}",
            str(POLLS),
            f"{POLLS / per_day:.1f}" if per_day else "–",
        )
    return table


def _print_x(
    console: Console, costs: Mapping[str, Any], posts: Sequence[Post], days: float
) -> None:
    """Money by what it was paid for: users are read at registration and once a month."""
    table = Table(title="X: money")
    for heading in ("for", "reads billed", "dollars", "a day", "a post counted"):
        table.add_column(heading, justify="left" if heading == "for" else "right")
    count = max(sum(post.platform == "x" for post in posts), 1)
    paid = (
        ("posts", costs["post_reads"], X_POST_READ_DOLLARS),
        ("counts", costs["counts"], X_COUNT_DOLLARS),
    )
    both = sum(reads for _, reads, _ in paid)
    for name, reads, price in (
        *paid,
        ("posts and counts", both, X_POST_READ_DOLLARS),
        ("users", costs["user_reads"], X_USER_READ_DOLLARS),
    ):
        dollars = reads * price
        table.add_row(
            name,
            f"{reads:,}",
            f"{dollars:,.2f}",
            f"{dollars / days:,.2f}",
            f"{dollars / count:.4f}",
        )
    console.print(table)


def _print_youtube(console: Console, units: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
    """Units by bucket and day; a day ends at midnight Pacific, so the first and last are parts."""
    days = sorted({day for buckets in units.values() for of in buckets.values() for day in of})
    table = Table(title=f"YouTube: units a key, bucket and day in California (≤ {YOUTUBE_UNITS:,})")
    for heading in ("bucket", *(day[5:] for day in days), "holds"):
        table.add_column(heading, justify="left" if heading == "bucket" else "right")
    for buckets in units.values():
        for bucket, spent in sorted(buckets.items()):
            table.add_row(
                bucket,
                *(f"{spent.get(day, 0):,}" for day in days),
                "yes" if max(spent.values()) <= YOUTUBE_UNITS else "NO",
            )
    console.print(table)


def _print_meta(console: Console, hours: Hours) -> None:
    """Calls in the busiest hour; one credential of each serves all, on one Meta app or on two."""
    table = Table(title="Meta: calls in the busiest hour, whose ceiling is not published")
    for heading in ("credential", "from the second day on", "with the first listings"):
        table.add_column(heading, justify="left" if heading == "credential" else "right")
    day = timedelta(days=1)
    for name, platforms in (
        ("instagram", ("instagram",)),
        ("facebook", ("facebook",)),
        ("both on one app", ("instagram", "facebook")),
    ):
        table.add_row(
            name,
            f"{hours.busiest(*platforms, after=day):,}",
            f"{hours.busiest(*platforms):,}",
        )
    console.print(table)


def _share(held: Iterable[bool]) -> str:
    values = list(held)
    return f"{100 * sum(values) / len(values):.2f} %" if values else "–"


def _p95(errors: Sequence[float]) -> str:
    return f"{100 * quantiles(errors, n=20)[-1]:.2f} %" if len(errors) > 1 else "–"


if __name__ == "__main__":
    main()
