"""A ministry's month, counted from the real jobs: what Firestore, functions and buckets bill.

    python -m tests.bench.month [--satker 50] [--posts 0.33] [--queue]
    python -m tests.bench.month --satker 3 --posts 1 --whole

September 2026 with an open August before it: collect every 15 minutes, score and publish every 30.
What a day takes grows along a straight line with the posts of the months that are not final. So two
days stand for all: the one on which August becomes final, the dearest, for those until then, and
the middle one of the others. In between, ticks are rarer and not counted.
``--whole`` counts every day instead, and says how far the representative days are from that.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from functions import log
from functions import store as stores
from functions.collect.client import Connections
from functions.collect.job import collect_all
from functions.collect.queueing import batches
from functions.collect.queueing.batch import Batch
from functions.collect.tick import CollectRun
from functions.jobs import rounds
from functions.jobs.queue import Enqueued
from functions.model import DAY, month_bounds, run_id
from functions.publish.job import publish
from functions.score.job import score_all
from functions.settings import Settings
from functions.store import open_agencies
from functions.store.agency import AgencyStore
from tests.bench import stored
from tests.bench.counted import Count, CountedObjects, CountedStore, Counts, Tally, finished
from tests.bench.days import BEFORE, BEGIN, DAYS, ZONE, representative, together
from tests.bench.ministry import TICK, account_rows, register, settings
from tests.bench.stand_ins import Plan, StandIns, stand_ins
from tests.clock import store_clock

SCORE_EVERY = timedelta(minutes=30)
RARE = timedelta(hours=6)  # between two ticks that are not counted
# The real ministry's: 2,332 posts of 47 units in a September, on five accounts each.
REAL_POSTS = 2_332 / 47 / 30 / 5
CALLS = "calls_"  # begins what counts requests to a platform
# How many minutes after the hour's quarters a job begins, as in functions/settings/cadence.json.
AFTER = {"score": timedelta(minutes=5), "publish": timedelta(minutes=15)}


@dataclass(slots=True)
class Month:
    """What was counted: by day of the month and job; the store's and the site's bytes at its end.

    ``busiest``: the most requests to a platform in any hour of the counted days.
    """

    satker: int
    posts: float
    days: dict[int, Counts] = field(default_factory=dict)
    busiest: Count = field(default_factory=Counter)
    stored: Count = field(default_factory=Counter)
    site: Count = field(default_factory=Counter)
    by: Counter[tuple[str, str]] = field(default_factory=Counter)


class _Queue:
    """A queue that holds what is put; nothing is lost on its way."""

    def __init__(self) -> None:
        self.held: list[Batch] = []

    def put(self, some: Sequence[Batch]) -> Enqueued[Batch]:
        self.held += some
        return Enqueued(new=[*some])

    def close(self) -> None:
        """It has nothing to give back."""


class Simulation:
    """The jobs of one ministry at their cadence, from the first of August on."""

    def __init__(self, loaded: Settings, platforms: StandIns, tally: Tally) -> None:
        self.now = month_bounds(BEFORE, ZONE)[0]
        self.tally = tally
        self.busiest: Count = Counter()
        self.every = SCORE_EVERY
        self._settings = loaded
        self._platforms = platforms
        self._queue = _Queue() if loaded.queue else None
        self._hour: list[Count] = []

    def day(self, *, every: timedelta = TICK, jobs: bool) -> None:
        """One day's runs; without ``jobs`` only collecting, and scored once at its end."""
        end = self.now + DAY
        asyncio.run(self._day(end, every, jobs))

    async def _day(self, end: datetime, every: timedelta, jobs: bool) -> None:
        async with Connections() as connections:
            while self.now < end:
                self._hour.append(Counter())
                with self.tally.job("collect") as count:
                    await self._collect(count, connections)
                await self._work_off()
                if jobs and (self.now - BEGIN) % self.every == timedelta(0):
                    self.score_and_publish()
                self.now += every
        if not jobs and every == TICK and self._queue is None:
            self.now -= SCORE_EVERY
            self.score_and_publish()
            self.now += SCORE_EVERY

    async def _collect(self, count: Count, connections: Connections) -> None:
        self._platforms.set_clock(self.now)
        before = _asked(self._platforms.calls())
        finished(
            await collect_all(
                self._open(),
                self._settings,
                CollectRun(
                    now=self.now,
                    run_id=run_id("collect", self.now),
                    simulated=True,
                    connections=connections,
                ),
            )
        )
        self._note(before, count)

    async def _work_off(self) -> None:
        """Every batch of this tick, each a call of the function as the queue makes it."""
        if self._queue is None:
            return
        for batch in self._queue.held:
            with self.tally.job("batch") as count:
                before = _asked(self._platforms.calls())
                report = await batches.work_off(
                    self._open()[0],
                    self._settings,
                    batch,
                    run_id=run_id("collect", self.now),
                    now=datetime.now(UTC),
                )
                finished(report)
                self._note(before, count)
        self._queue.held.clear()

    def score_and_publish(self) -> None:
        """Both jobs, some minutes after the tick, as they are scheduled."""
        at = self.now + AFTER["score"]
        with self.tally.job("score"):
            finished(score_all(self._open(), now=at, run_id=run_id("score", at)))
        at = self.now + AFTER["publish"]

        def run(agency: AgencyStore) -> dict[str, Any]:
            return publish(agency, self.tally.objects, now=at, settings=self._settings, run_id=name)

        with self.tally.job("publish"):
            name = run_id("publish", at)
            finished(rounds.each(self._open(), run, job="publish", run_id=name, now=at))

    def _open(self) -> list[AgencyStore]:
        """The store as each invocation opens it: that costs a read."""
        with patch.object(stores, "open_store", lambda _: self.tally.store):
            return open_agencies(self._settings)

    def _note(self, before: Count, count: Count) -> None:
        """Add what was asked since then, and remember the most in an hour."""
        asked = _asked(self._platforms.calls())
        asked.subtract(before)
        count.update(asked)
        count["platform_calls"] += sum(asked[name] for name in asked if name.startswith(CALLS))
        self._hour[-1].update(asked)
        self._hour = self._hour[-(timedelta(hours=1) // TICK) :]
        for name in asked:
            if name.startswith(CALLS):
                most = sum(tick[name] for tick in self._hour)
                self.busiest[name] = max(self.busiest[name], most)


def count(
    satker: int,
    posts: float,
    *,
    queue: bool = False,
    whole: bool = False,
    only: Sequence[int] | None = None,
    every: timedelta = SCORE_EVERY,
) -> Month:
    """Simulate and count; ``only`` some of the days that would be. With a queue, collecting alone.

    ``every``: between two scorings, and between two publishings.
    """
    found = Month(satker, posts)
    wanted = range(1, DAYS + 1) if whole else (only or representative())
    with _simulation(satker, posts, queue=queue) as simulation:
        simulation.every = every
        tally = simulation.tally
        for day in range(1 - (BEGIN - simulation.now) // DAY, max(wanted) + 1):
            if day in wanted:
                log.speak()
                simulation.day(jobs=not queue)
                found.days[day] = tally.take()
                log.quiet()
            else:
                exact = day + 1 in wanted
                simulation.day(every=TICK if exact else RARE, jobs=False)
                if exact:
                    # What comes after a gap is no day's: it ends here.
                    simulation.busiest.clear()
                    tally.store.by.clear()
                tally.take()
        found.busiest = simulation.busiest
        found.by = tally.store.by.copy()
        found.stored = stored.by_collection(tally.store.everything())
        found.site = Counter(objects=len(tally.objects.bodies), bytes=tally.objects.size)
    return found


@contextmanager
def _simulation(satker: int, posts: float, *, queue: bool) -> Iterator[Simulation]:
    begin = month_bounds(BEFORE, ZONE)[0]
    plan = Plan(account_rows(satker), begin, days=63, posts_per_day=posts)
    with ExitStack() as stack:
        platforms = stack.enter_context(stand_ins(plan))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        more = (
            {
                "KIPRAH_QUEUE": "tasks://kiprah/asia-southeast2/kiprah",
                "KIPRAH_QUEUE_TARGET": "https://asia-southeast2-kiprah.cloudfunctions.net/collect",
                "KIPRAH_QUEUE_ACCOUNT": "kiprah@kiprah.iam.gserviceaccount.com",
            }
            if queue
            else {}
        )
        loaded = settings(platforms.url, folder, more)
        agency = stores.open_agency(loaded)
        stack.callback(agency.store.close)
        tally = Tally(CountedStore(agency.store), CountedObjects())
        simulation = Simulation(loaded, platforms, tally)
        stack.enter_context(store_clock(lambda: simulation.now))
        if simulation._queue is not None:
            held = simulation._queue
            stack.enter_context(patch.object(batches, "open_queue", lambda _: held))
        log.quiet()
        register(agency, loaded, satker, begin)
        yield simulation
        log.speak()


def _asked(calls: Mapping[str, Any]) -> Count:
    """What the stand-ins were asked so far, and would have billed."""
    asked: Count = Counter(
        {f"{CALLS}{name}": sum(paths.values()) for name, paths in calls["requests"].items()}
    )
    asked["x_posts"] = calls["x"]["post_reads"]
    asked["x_users"] = calls["x"]["user_reads"]
    asked["x_counts"] = calls["x"]["counts"]
    for buckets in calls["youtube"]["units"].values():
        for bucket, spent in buckets.items():
            asked[f"units_{bucket}"] += sum(spent.values())
    return asked


def main(arguments: Sequence[str] | None = None) -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.month", description=__doc__)
    parser.add_argument("--satker", type=int, default=50, help="with an account on each platform")
    parser.add_argument("--posts", type=float, default=REAL_POSTS, help="a day of an account")
    parser.add_argument("--queue", action="store_true", help="batches by a queue")
    parser.add_argument("--whole", action="store_true", help="count every day")
    parser.add_argument("--every", type=int, default=30, help="minutes between two scorings")
    parser.add_argument("--day", type=int, action="append", help="of the month; may be repeated")
    options = parser.parse_args(arguments)
    counted = count(
        options.satker,
        options.posts,
        queue=options.queue,
        whole=options.whole,
        only=options.day,
        every=timedelta(minutes=options.every),
    )
    console = Console(width=170)
    title = f"{options.satker} satker, {options.posts:.2f} posts a day and account"
    for day, jobs in counted.days.items():
        if day in representative() or options.day:
            console.print(table(f"{title}: September {day}", jobs))
    console.print(table(f"{title}: the month", together(counted.days)))
    if options.whole:
        some = {day: counted.days[day] for day in representative()}
        console.print(_compared(together(some), together(counted.days)))
    console.print(counted.by.most_common(30))
    console.print(dict(counted.stored), dict(counted.site), dict(counted.busiest))


def table(title: str, jobs: Counts) -> Table:
    """Counts by job."""
    names = sorted({name for counted in jobs.values() for name in counted})
    shown = Table(title=title)
    shown.add_column("counted")
    for job in jobs:
        shown.add_column(job, justify="right")
    for name in names:
        shown.add_row(name, *(f"{counted[name]:,}" for counted in jobs.values()))
    return shown


def _compared(some: Counts, whole: Counts) -> Table:
    """How far a month of representative days is from the one that was counted whole."""
    shown = Table(title="representative days beside the whole month")
    for heading in ("job", "counted", "representative", "whole", "off by"):
        shown.add_column(heading, justify="left" if heading in ("job", "counted") else "right")
    for job, counted in whole.items():
        for name, value in sorted(counted.items()):
            if value:
                other = some[job][name]
                shown.add_row(job, name, f"{other:,}", f"{value:,}", f"{other / value - 1:+.1%}")
    return shown


if __name__ == "__main__":
    main()
