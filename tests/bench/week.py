"""A simulated week of collecting: what was found, how near to the mark it was read, what it cost.

    python -m tests.bench.week [--accounts 50] [--posts 5] [--days 7]

Ticks come every 15 minutes. Calls stand beside those of reading every account at every tick.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from functions import log
from functions import settings as all_settings
from functions.collect.job import Connections, collect
from functions.connect.consents import ConsentRow, Consents
from functions.connect.vault import open_vault
from functions.model import PLATFORMS, Entry, Platform, run_id
from functions.registry.check import check
from functions.score.job import score
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.limits import Limits
from tests.platforms.server import Handle, serve
from tests.platforms.truth import truth
from tests.platforms.world import World

BEGIN = datetime(2026, 9, 30, 17, tzinfo=UTC)  # midnight in Jakarta, the first of October
TICK = timedelta(minutes=15)
POLLS = timedelta(days=1) // TICK


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.week", description=__doc__)
    parser.add_argument("--accounts", type=int, default=50, help="on each platform")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    parser.add_argument("--days", type=int, default=7)
    options = parser.parse_args(arguments)
    log.quiet()
    accounts = [
        (f"unit-{n}", platform, f"unit{n}", f"rft.{n}" if platform == "tiktok" else "")
        for n in range(options.accounts)
        for platform in PLATFORMS
    ]
    # Posts go on for the two days that follow, so that the last ones have their mark.
    world = World.generate(1, accounts, BEGIN, options.days, posts_per_day=options.posts)
    world.limits = Limits(meta_calls_per_hour=10**9, tiktok_calls_per_minute=10**9)
    with serve(world) as platforms, tempfile.TemporaryDirectory() as folder:
        settings = _settings(platforms.url, Path(folder))
        book = open_agency(settings)
        _register(book, settings, options.accounts)
        end = BEGIN + timedelta(days=options.days, hours=31)
        asyncio.run(_collect(book, settings, platforms, end))
        reads, writes = book.store.meter.reads, book.store.meter.writes
        score(book, now=end, run_id="bench")
        posts = _posts(world, book, end)
        days = (end - BEGIN) / timedelta(days=1)
        _print(posts, platforms, options.accounts, days, (reads, writes))
        book.store.close()


async def _collect(book: AgencyStore, settings: Settings, platforms: Handle, end: datetime) -> None:
    now = BEGIN
    async with Connections() as connections:
        while now <= end:
            platforms.set_clock(now)
            await collect(
                book,
                settings,
                now=now,
                run_id=run_id("collect", now),
                simulated=True,
                connections=connections,
            )
            now += TICK


def _settings(address: str, folder: Path) -> Settings:
    return all_settings.load(
        {
            **ENVIRONMENT,
            **{f"KIPRAH_{platform.upper()}_URL": address for platform in PLATFORMS},
            "KIPRAH_STORE": f"sqlite:///{folder}/kiprah.db",
        },
        dotenv=folder / "none",
    )


def _register(book: AgencyStore, settings: Settings, count: int) -> None:
    cells = [
        (
            n,
            {"id": f"unit-{n}", "nama": f"Unit {n}", "jenis": "kanwil"}
            | dict.fromkeys(PLATFORMS, f"unit{n}"),
        )
        for n in range(count)
    ]
    documents, problems = check(cells, {})
    assert not problems, problems
    book.save_satker(documents)
    consents = [ConsentRow(f"unit-{n}", "tiktok", f"unit{n}", f"rft.{n}") for n in range(count)]
    Consents(book, lambda: open_vault(settings)).add(consents, BEGIN)


def _posts(world: World, book: AgencyStore, end: datetime) -> list[Post]:
    """Every post that counts and whose mark has passed."""
    held: dict[tuple[str, str, str], Entry] = {
        (entry.post.platform, entry.post.account_id, entry.post.post_id): entry
        for month in book.months()
        for ledger in book.ledgers(month).values()
        for entry in ledger.entries.values()
    }
    posts = []
    for row in truth(world, int(end.timestamp())):
        published = datetime.fromisoformat(row["published_at"])
        if row["counted"] and published >= BEGIN and published + timedelta(hours=30) <= end:
            name = (row["platform"], row["account_id"], row["post_id"])
            posts.append(_post(row, published, held.get(name)))
    return posts


def _post(row: dict[str, Any], published: datetime, entry: Entry | None) -> Post:
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


def _print(
    posts: Sequence[Post], platforms: Handle, accounts: int, days: float, documents: tuple[int, int]
) -> None:
    table = Table(
        title=f"{accounts} accounts on each platform, {days:.1f} days, a tick every 15 min"
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
    calls = {
        name: sum(paths.values()) for name, paths in platforms.calls.report()["requests"].items()
    }
    for platform in PLATFORMS:
        ours = [post for post in posts if post.platform == platform]
        per_day = calls.get(platform, 0) / accounts / days
        table.add_row(
            platform,
            str(len(ours)),
            _share(post.found_after is not None and post.found_after < 360 for post in ours),
            f"{median(p.bracket for p in ours if p.bracket is not None):.0f} min",
            _share(p.state == "observed" or (p.bracket or 1e9) <= 60 for p in ours),
            _p95([p.error for p in ours if p.at_mark >= 100 and p.error is not None]),
            _share(
                p.i24 is not None and abs(p.i24 - p.at_mark) <= max(1, 0.02 * p.at_mark)
                for p in ours
                if p.at_mark < 100
            ),
            f"{per_day:.1f}",
            str(POLLS),
            f"{POLLS / per_day:.1f}",
        )
    console = Console(width=160)
    console.print(table)
    costs = platforms.calls.report()
    x_posts = sum(post.platform == "x" for post in posts)
    console.print(f"X: {costs['x']} = ${costs['x']['post_reads'] * 0.005 / x_posts:.4f} a post")
    console.print(f"YouTube units: {costs['youtube']}")
    reads, writes = documents
    console.print(f"documents a day: {reads / days:,.0f} read, {writes / days:,.0f} written")


def _share(held: Iterable[bool]) -> str:
    values = list(held)
    return f"{100 * sum(values) / len(values):.2f} %" if values else "–"


def _p95(errors: Sequence[float]) -> str:
    return f"{100 * quantiles(errors, n=20)[-1]:.2f} %" if len(errors) > 1 else "–"


if __name__ == "__main__":
    main()
