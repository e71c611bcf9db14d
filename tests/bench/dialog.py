"""How questions were answered: what the intervals hold, what a running month tells, what it takes.

    python -m tests.bench dialog
    python -m tests.bench dialog --draws 20000 --threads 5

``holds``: how often an interval held the true value; of medians at least 95 %, whatever the times'
distribution; Wilson's are 95 % on the average of all shares. ``told``: shares of a running month
beside those of the same months at their closing. ``ministry``: a look at 47 units with five
accounts each, in the middle of a month and at its closing, from the embedded store.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from math import floor
from random import Random
from statistics import fmean, median
from time import process_time

from rich.console import Console
from rich.table import Table

from functions.model import PLATFORMS, Agency
from functions.score.listening.dialog import note
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.listening.intervals import median_place, wilson
from functions.score.rules.listening.response import closes_at, dues, judge
from functions.score.rules.listening.tallies import tally, told
from functions.score.run import Run, ScoreReport
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.dialog import Dialog
from functions.store.listening_settings import Listening
from functions.store.parts import compress
from functions.store.threads import CommentThread
from tests.factories import BEGIN, END, MONTH, WIB, account, roster, satker
from tests.score.rules.listening.asking import DAY, HOUR, Reader, Truth, asked

UNITS = 47
SIZES = (20, 50, 200, 1_000)
SHARES = (0.5, 0.8, 0.95)
DUE = dues((1, 3), WIB, indonesian_holidays())
CLOSES = closes_at(MONTH, WIB, (), (1, 3), indonesian_holidays())
TIMES: dict[str, Callable[[Random], int]] = {
    "long tail": lambda random: floor(random.lognormvariate(6.2, 1.6)),
    "at once or next day": lambda random: random.choice((random.randrange(9), 1_440)),
    "whole hours": lambda random: 60 * floor(random.expovariate(1 / 8)),
}


def main(arguments: Sequence[str] = ()) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench dialog")
    parser.add_argument("--draws", type=int, default=4_000)
    parser.add_argument("--threads", type=int, default=20, help="of an account and day")
    options = parser.parse_args(arguments)
    console = Console()
    console.print(held(options.draws))
    console.print(running(max(options.draws // 40, 20)))
    console.print(ministry(options.threads))


def held(draws: int) -> Table:
    """How often intervals hold the true value."""
    table = Table("holds, percent", *(f"n = {n:,}" for n in SIZES), "", title=f"{draws:,} draws")
    for name, draw in TIMES.items():
        chance = Random(name)
        population = sorted(draw(chance) for _ in range(20_001))
        true = median(population)
        shares = [_median_held(chance, population, true, n, draws) for n in SIZES]
        # The draws' own chance is allowed for: three standard errors below 95 %.
        enough = min(shares) >= 0.95 - 3 * (0.95 * 0.05 / draws) ** 0.5
        bound = "ok" if enough else "under 95"
        table.add_row(f"median, {name}", *(f"{100 * each:.1f}" for each in shares), bound)
    for share in SHARES:
        chance = Random(str(share))
        found = [_share_held(chance, share, n, draws) for n in SIZES]
        table.add_row(f"share {share}", *(f"{100 * each:.1f}" for each in found), "")
    return table


def _median_held(
    chance: Random, population: Sequence[int], true: float, n: int, draws: int
) -> float:
    place = median_place(n) or 1
    hits = 0
    for _ in range(draws):
        found = sorted(chance.choices(population, k=n))
        hits += found[place - 1] <= true <= found[n - place]
    return hits / draws


def _share_held(chance: Random, share: float, n: int, draws: int) -> float:
    hits = 0
    for _ in range(draws):
        lower, upper = wilson(sum(chance.random() < share for _ in range(n)), n)
        hits += lower <= share <= upper
    return hits / draws


def running(months: int) -> Table:
    """What a running month tells, beside what the same months tell when they close."""
    table = Table("told, mean percent", "by the first day", "by the last", title=f"{months} months")
    shares: dict[str, list[tuple[float, float]]] = defaultdict(list)
    looks = {"on the 8th": BEGIN + 8 * DAY, "on the 16th": BEGIN + 16 * DAY, "at closing": CLOSES}
    for seed in range(months):
        random = Random(seed)
        truths = [asked(random, BEGIN, END, DUE) for _ in range(300)]
        for name, now in looks.items():
            found = _told(truths, now)
            if found is not None:
                shares[name].append(found)
    for name, each in shares.items():
        first, last = (fmean(pair[n] for pair in each) for n in (0, 1))
        table.add_row(name, f"{100 * first:.1f}", f"{100 * last:.1f}")
    return table


def _told(truths: Sequence[Truth], now: datetime) -> tuple[float, float] | None:
    random, reader = Random(1), Reader()
    kept = [
        thread
        for truth in truths
        if truth.asked_at < now - HOUR and (thread := reader.kept(random, truth, now)) is not None
    ]
    judged = [judge(each, [each.checked_at], DUE(each.asked_at), now) for each in kept]
    figures = told([tally(judged)], 20).threads
    if figures.by_first is None or figures.by_last is None:
        return None
    first, last = figures.by_first, figures.by_last
    return first.hits / first.of, last.hits / last.of


def ministry(threads: int) -> Table:
    """A ministry's month in the embedded store."""
    title = f"{UNITS} units, five accounts each, {threads} threads an account and day"
    table = Table("ministry", "threads", "reads", "s", "kB kept", title=title)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(f"sqlite:///{folder}/store.db")) as store,
    ):
        agency = AgencyStore(store, Agency(), simulation=True)
        count = _filled(agency, threads)
        for name, now in {"middle": BEGIN + 16 * DAY, "closing": CLOSES}.items():
            began, reads = process_time(), store.meter.reads
            found = _look(agency, now)
            seconds = process_time() - began
            read, size = store.meter.reads - reads, len(compress(found)) / 1000
            table.add_row(name, f"{count:,}", f"{read:,}", f"{seconds:.1f}", f"{size:.0f}")
    return table


def _filled(agency: AgencyStore, threads: int) -> int:
    """A month of threads on every account; how many there are."""
    units = [f"satker-{n}" for n in range(UNITS)]
    keys = {f"{platform}:{n}": unit for n, unit in enumerate(units) for platform in PLATFORMS}
    since = BEGIN - 100 * DAY
    accounts = [account(unit, key, since=since) for key, unit in keys.items()]
    agency.save_roster(roster(*map(satker, units), accounts=accounts, as_of=since))
    random, reader, count = Random(1), Reader(minute=30), 0
    # One day's threads serve all accounts, each under its own name.
    days = [BEGIN + n * DAY for n in range((END - BEGIN) // DAY)]
    for day in days:
        found: dict[str, CommentThread] = {}
        while len(found) < threads:
            kept = reader.kept(random, asked(random, day, day + DAY, DUE), CLOSES)
            if kept is not None:
                found[f"{random.getrandbits(64):016x}"] = kept
        for key in keys:
            agency.add_threads(key, {day.astimezone(WIB).date().isoformat(): found})
            count += len(found)
    return count


def _look(agency: AgencyStore, now: datetime) -> Dialog | None:
    run = Run(agency, now, ScoreReport("bench", now), {}, now)
    run.listening = Listening(
        dpia="D",
        dpo="D",
        notice_url="https://example.go.id",
        comments=frozenset(PLATFORMS),
        consents={f"satker-{n}": "S" for n in range(UNITS)},
    )
    note(run)
    return agency.dialog(MONTH)
