"""From counted figures to what any installation uses in a month.

An agency is counted at three sizes: ten and fifty units with posts as the real ministry has them,
and five units with fifteen times as many. What a month takes is a fixed part, a part for each unit
and one for each post; three counts tell the three. Beyond what one scoring was ever given this way,
one of 5,000 units was run for itself (``large``). Agencies stand beside one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.collect.job import FEW
from functions.settings.cadence import CADENCES
from functions.store.expiry import KEPT
from tests.bench.counted import Counts
from tests.bench.days import together, worst
from tests.bench.prices import (
    ASSUMED,
    DAYS,
    GIB,
    LARGE_MACHINES,
    MACHINES,
    Machine,
    Usage,
    fixed,
    seconds_of,
    usage_of,
)

CREDENTIALS = 6  # one of each platform, and YouTube's second quota
ACCOUNTS = 5  # of a unit, one on each platform
# Days that documents are kept: posts from the end of their month on, which is half a month away.
KEPT_DAYS = {"posts": KEPT["posts"].days + DAYS / 2, "runs": KEPT["runs"].days}
YEAR = 12  # months that the store has been filled for
# What stays for good, in a month's store.
LASTING = ("ledgers", "rankings", "followers", "urls", "evidence", "tails")

Jobs = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Shape:
    """An installation: agencies of so many units, posts a day and account.

    ``slower``: how many times rarer than by default score and publish run. ``queue``: whether
    batches are handed to a queue; with more than one agency they are.
    """

    agencies: int
    satker: int
    posts: float
    slower: float = 1.0
    queue: bool = False

    @property
    def posts_a_month(self) -> float:
        """Posts of one agency."""
        return self.satker * ACCOUNTS * self.posts * DAYS


def month_of(figures: Mapping[str, Any], shape: Shape) -> Jobs:
    """What one agency's jobs do in a month."""
    jobs = _fitted(figures, shape)
    large = figures["large"]
    if shape.satker > figures["real"]["satker"] * 10:
        for job in ("score", "publish"):
            runs = DAYS * 24 * 60 / CADENCES[job].every
            units = shape.satker / large["satker"]
            posts = units * shape.posts / large["posts"]
            # Each page is put once at most, however many posts are on it.
            jobs[job] = {
                n: v * runs * (units if n in ("puts", "lists", "gets") else posts)
                for n, v in large["days"]["0"][job].items()
            }
            jobs[job]["runs"] = runs
    if shape.agencies > 1:
        _read_the_registry_hourly(jobs["collect"], shape)
    if shape.queue or (shape.agencies > 1 and shape.satker * ACCOUNTS > FEW):
        jobs |= _by_queue(figures, jobs["collect"])
    return {
        job: {
            n: v / (shape.slower if job in ("score", "publish") else 1) for n, v in counted.items()
        }
        for job, counted in jobs.items()
    }


def _read_the_registry_hourly(collect: dict[str, float], shape: Shape) -> None:
    """Of several agencies, Terraform has the registry read once an hour, and not at each tick: a
    document of each unit is read so much rarer, and when that was is read and noted."""
    hours = DAYS * 24
    collect["reads"] += collect["runs"] - shape.satker * (collect["runs"] - hours)
    collect["writes"] += hours


def usage(figures: Mapping[str, Any], shape: Shape) -> Usage:
    """What the whole installation uses in a month, with what it has once."""
    jobs = month_of(figures, shape)
    one = usage_of(jobs, machines_of(shape), warm=shape.agencies > 1)
    kept = kept_bytes(figures, shape)
    one.stored_gib = kept / GIB
    one.backup_gib = kept * ASSUMED["backups"].value / GIB
    one.pitr_gib = (kept + one.writes / DAYS * 7 * ASSUMED["version"].value) / GIB
    one.site_gb = site_bytes(figures, shape) / 1e9
    one.ttl_deletes = shape.posts_a_month + sum(counted["runs"] for counted in jobs.values())
    whole = one.times(shape.agencies).plus(fixed())
    if shape.agencies > 1:
        # A task for each agency and run, beside those of the batches.
        runs = sum(jobs[job]["runs"] for job in ("collect", "score", "publish"))
        whole.tasks += 2 * runs * shape.agencies
        whole.requests += runs
        # Whoever hands collecting out reads what each agency has spent of each credential.
        whole.reads += jobs["collect"]["runs"] * shape.agencies * CREDENTIALS
    return whole


def machines_of(shape: Shape) -> Mapping[str, Machine]:
    """What the functions are given for agencies of this size."""
    return LARGE_MACHINES if shape.satker > 500 else MACHINES


def kept_bytes(figures: Mapping[str, Any], shape: Shape) -> float:
    """What one agency's documents take after a year, with their index entries."""
    counted = figures["real"]
    share = shape.posts_a_month / counted["posts_counted"]
    stored = counted["stored"]
    posts = stored["posts"] * share * KEPT_DAYS["posts"] / DAYS
    lasting = sum(stored.get(name, 0) for name in LASTING) * share * YEAR
    # Runs do not grow with the units; what remains is the registry and what the jobs note.
    run = stored["runs"] / max(stored["runs:documents"], 1)
    runs = run * KEPT_DAYS["runs"] * sum(24 * 60 / cadence.every for cadence in CADENCES.values())
    rest = sum(
        size
        for name, size in stored.items()
        if ":" not in name and name not in (*LASTING, "posts", "runs")
    )
    return float(posts + lasting + runs + rest * shape.satker / counted["satker"])


def site_bytes(figures: Mapping[str, Any], shape: Shape) -> float:
    """One agency's site after a year: every month's files once more as its frozen revision."""
    counted = figures["real"]
    share = shape.posts_a_month / counted["posts_counted"]
    return float(counted["site"]["bytes"] * share * YEAR * 2)


def busiest_hour(figures: Mapping[str, Any], platform: str, shape: Shape) -> float:
    """The most requests in an hour to a platform, should all agencies have it at once."""
    counted = figures["real"]
    grown = shape.agencies * shape.satker / counted["satker"]
    return float(counted["busiest"][f"calls_{platform}"] * grown)


def seconds_a_run(figures: Mapping[str, Any], job: str, shape: Shape) -> float:
    """How long one run over one agency takes."""
    counted = month_of(figures, shape)[job]
    warm = shape.agencies > 1
    return seconds_of(counted, machines_of(shape)[job], warm=warm) / counted["runs"]


def worst_day(figures: Mapping[str, Any], name: str) -> float:
    """The most of something that one agency of 50 units used on any counted day."""
    return float(worst(days_of(figures["real"]), name))


def days_of(counted: Mapping[str, Any]) -> dict[int, Counts]:
    """A size's counted days, as they were counted."""
    return {
        int(day): {job: Counter(each) for job, each in jobs.items()}
        for day, jobs in sorted(counted["days"].items(), key=lambda item: int(item[0]))
    }


def _fitted(figures: Mapping[str, Any], shape: Shape) -> Jobs:
    """Fixed part, part of a unit, and part of a post, put together."""
    sizes = [figures[name] for name in ("small", "real", "busy")]
    counts = [together(days_of(size)) for size in sizes]
    places = [(size["satker"], _posts(size)) for size in sizes]
    weights = _weights(places, (shape.satker, shape.posts_a_month))
    found: Jobs = {}
    for job in ("collect", "score", "publish"):
        names = set().union(*(count[job] for count in counts))
        found[job] = {
            name: max(0.0, sum(w * c[job][name] for w, c in zip(weights, counts, strict=True)))
            for name in names
        }
    return found


def _weights(
    places: Sequence[tuple[float, float]], wanted: tuple[float, float]
) -> tuple[float, float, float]:
    """How much of each of three counted sizes (units, posts) makes the wanted one.

    The plane through three points: at a counted size it is that count alone.
    """
    (x0, y0), (x1, y1), (x2, y2) = places
    x, y = wanted
    whole = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    second = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) / whole
    third = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / whole
    return 1 - second - third, second, third


def _posts(counted: Mapping[str, Any]) -> float:
    return float(counted["satker"] * ACCOUNTS * counted["posts"] * DAYS)


def _by_queue(figures: Mapping[str, Any], direct: Mapping[str, float]) -> Jobs:
    """The collect job and its batches by a queue, as they were on the day that was counted.

    What is asked of platforms is the same as without one.
    """
    (queued,) = figures["queued"]["days"].values()
    alone = queued["batch"]
    asked = {n: v for n, v in direct.items() if n.startswith(("calls_", "x_", "units_"))}
    grown = sum(v for n, v in asked.items() if n.startswith("calls_")) / alone["platform_calls"]
    planning, batch = (
        {n: v * grown for n, v in queued[job].items() if n not in asked}
        for job in ("collect", "batch")
    )
    return {"collect": {**planning, "runs": direct["runs"]}, "batch": {**batch, **asked}}
