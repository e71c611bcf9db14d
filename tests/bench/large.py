"""One agency as large as it gets: a score and a publish run over a store that is filled directly.

    python -m tests.bench.large [--satker 5000] [--posts 50]

Collecting so much over HTTP would take days; scoring and publishing do not ask where posts come
from. The month is two thirds over, so that what grows by the day is somewhat above its mean. First
everything is scored and published once, which is not counted; then so many posts are read once
more as one run's worth is, and both jobs run again.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from rich.console import Console

from functions import log
from functions.jobs import rounds
from functions.model import DAY, month_bounds, run_id
from functions.publish.job import publish
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from tests.bench import months, stored
from tests.bench.archive import MONTH, TURN, Archive
from tests.bench.counted import CountedObjects, CountedStore, Tally, finished
from tests.bench.month import REAL_POSTS, Month, table
from tests.bench.peak import peak
from tests.clock import store_clock

PLATFORMS = 5
READS_OF_A_POST = 8  # kept in its life, at most
RUNS = 48  # of a day


def count(satker: int, posts: float = REAL_POSTS) -> Month:
    """Fill a store and count one run of each job; ``posts``: a day of an account.

    ``days[0]`` holds both jobs, once. ``stored`` has the store's bytes, ``site`` also the peak of
    memory as ``peak_mib``.
    """
    found = Month(satker, posts)
    kinds = {"unit-utama": 11, "kanwil": satker // 2, "upt": satker - 11 - satker // 2}
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(months.KINDS, kinds),
    ):
        archive = Archive(Path(folder) / "kiprah.db")
        a_day = round(satker * PLATFORMS * posts)
        begin, _ = month_bounds(MONTH, archive.agency.agency.zone)
        log.quiet()
        archive.agency.save_cursor("collect", began_at=begin.isoformat())
        months.register(archive.agency, begin, MONTH)
        archive.fill_running_month(a_day * ((archive.now - begin) // DAY))
        tally = Tally(CountedStore(archive.agency.store), CountedObjects())
        agency = AgencyStore(tally.store, archive.agency.agency, simulation=True)
        _publish(agency, tally)
        archive.change(a_day * READS_OF_A_POST // RUNS)
        tally.take()
        tally.store.by.clear()
        log.speak()
        _score(agency, tally, archive)
        archive.now += TURN / 2
        _publish(agency, tally, at=archive)
        found.days[0] = tally.take()
        log.quiet()
        found.by = tally.store.by.copy()
        found.stored = stored.by_collection(tally.store.everything())
        found.site = Counter(
            objects=len(tally.objects.bodies),
            bytes=tally.objects.size,
            posts=archive.running,
            peak_mib=peak() // 1024,
        )
        archive.close()
    return found


def _score(agency: AgencyStore, tally: Tally, archive: Archive) -> None:
    at = archive.now
    with store_clock(lambda: at), tally.job("score"):
        finished(
            rounds.each(
                [agency],
                lambda b: score(b, now=at, run_id=run_id("score", at), clock=lambda: at).as_dict(),
                job="score",
                run_id=run_id("score", at),
                now=at,
            )
        )


def _publish(agency: AgencyStore, tally: Tally, at: Archive | None = None) -> None:
    now = at.now if at else None
    records = agency.months()
    instant = now or max(record.ranking.as_of for record in records.values())
    name = run_id("publish", instant)
    with tally.job("publish"):
        report = publish(agency, tally.objects, now=instant, settings=Settings(), run_id=name)
        finished(report)


def main(arguments: Sequence[str] | None = None) -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.large", description=__doc__)
    parser.add_argument("--satker", type=int, default=5_000)
    parser.add_argument("--posts", type=float, default=REAL_POSTS, help="a day of an account")
    options = parser.parse_args(arguments)
    counted = count(options.satker, options.posts)
    console = Console(width=120)
    console.print(table(f"{options.satker:,} satker in one agency: a run", counted.days[0]))
    console.print(counted.by.most_common(20))
    console.print(dict(counted.stored), dict(counted.site))


if __name__ == "__main__":
    main()
