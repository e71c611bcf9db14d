"""From counted figures to what any installation uses in a month.

An agency is counted at three sizes: ten and fifty units with posts as the real ministry has them,
and five units with fifteen times as many. What a month takes is a fixed part, a part for each unit
and one for each post; three counts tell the three. Beyond what one scoring was ever given this way,
one of 5,000 units was run for itself (``large``). Agencies stand beside one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.cadence import CADENCES
from tests.bench.prices import (
    ASSUMED,
    DAYS,
    GIB,
    MEMORY,
    MEMORY_LARGE,
    Usage,
    fixed,
    seconds_of,
    usage_of,
)

ACCOUNTS = 5  # of a unit, one on each platform
# Days that documents are kept (functions/store), and months that the store has been filled for.
KEPT_DAYS = {"posts": 180 + 15, "runs": 100}
YEAR = 12
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
            grown = shape.satker / large["satker"] * shape.posts / large["posts"]
            jobs[job] = {n: v * runs * grown for n, v in large["run"][job].items()}
            jobs[job]["runs"] = runs
    if shape.queue or shape.agencies > 1:
        jobs |= _by_queue(figures, jobs["collect"])
    return {
        job: {
            n: v / (shape.slower if job in ("score", "publish") else 1) for n, v in counted.items()
        }
        for job, counted in jobs.items()
    }


def usage(figures: Mapping[str, Any], shape: Shape) -> Usage:
    """What the whole installation uses in a month, with what it has once."""
    jobs = month_of(figures, shape)
    memory = MEMORY_LARGE if shape.satker > 500 else MEMORY
    one = usage_of(jobs, memory)
    kept = kept_bytes(figures, shape)
    one.stored_gib = kept / GIB
    one.backup_gib = kept * ASSUMED["backups"].value / GIB
    one.site_gb = site_bytes(figures, shape) / 1e9
    one.ttl_deletes = shape.posts_a_month + sum(counted["runs"] for counted in jobs.values())
    whole = one.times(shape.agencies).plus(fixed())
    if shape.agencies > 1:
        # A task for each agency and run, beside those of the batches.
        runs = sum(jobs[job]["runs"] for job in ("collect", "score", "publish"))
        whole.tasks += 2 * runs * shape.agencies
        whole.requests += runs
    return whole


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


def longest_run(figures: Mapping[str, Any], job: str) -> float:
    """Seconds of one run over 5,000 units in one agency."""
    return seconds_of(figures["large"]["run"][job])


def worst_day(figures: Mapping[str, Any], name: str) -> float:
    """The most of something that one agency of 50 units used on any counted day."""
    return float(figures["real"]["worst"][name])


def _fitted(figures: Mapping[str, Any], shape: Shape) -> Jobs:
    """Fixed part, part of a unit, and part of a post, put together."""
    real, small, busy = (figures[name] for name in ("real", "small", "busy"))
    units = real["satker"] - small["satker"]
    more = _posts(busy) - _posts(small)
    found: Jobs = {}
    for job in ("collect", "score", "publish"):
        found[job] = {}
        for name in {*real["month"][job], *small["month"][job], *busy["month"][job]}:
            at = [each["month"][job].get(name, 0) for each in (real, small, busy)]
            a_post = (at[2] - at[1]) / more
            a_unit = (at[0] - at[1] - a_post * (_posts(real) - _posts(small))) / units
            base = at[1] - a_unit * small["satker"] - a_post * _posts(small)
            value = base + a_unit * shape.satker + a_post * shape.posts_a_month
            found[job][name] = max(0.0, value)
    return found


def _posts(counted: Mapping[str, Any]) -> float:
    return float(counted["satker"] * ACCOUNTS * counted["posts"] * DAYS)


def _by_queue(figures: Mapping[str, Any], direct: Mapping[str, float]) -> Jobs:
    """The collect job and its batches by a queue: as much more or less as on the day counted."""
    queued, alone = figures["queued"]["day"], figures["real"]["middle"]["collect"]
    grown = direct["calls_instagram"] / max(alone["calls_instagram"], 1)
    runs = direct["runs"]
    found: Jobs = {}
    for job in ("collect", "batch"):
        found[job] = {name: value * grown for name, value in queued[job].items()}
    found["collect"]["runs"] = runs
    return found
