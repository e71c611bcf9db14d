"""Six hundred agencies at one tick, without HTTP: what planning, dividing and handing out take.

    python -m tests.bench.scale [--agencies 600] [--units 50] [--posts 5]

Each agency has units with an account on each of the five platforms: 150,000 accounts. A day and a
half of posts is in the notes, read as a day's ticks leave them; the tick that is measured loads
every note, plans all platforms within the agency's share, and encodes the notes again. Agencies are
planned one after the other in one process, as the loop does; a queue has them side by side.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from json import dumps, loads
from os import cpu_count, getloadavg
from random import Random
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from functions.collect import state as states
from functions.collect.credentials import choose, limits, names
from functions.collect.planning.allocation import allocate, priced
from functions.collect.planning.candidates import Timing, candidates, expected
from functions.collect.planning.quota import Allowance, Budget, Wants, allowance
from functions.collect.planning.requests import Plan
from functions.collect.planning.reservations import Demand, Share
from functions.collect.planning.sharing import Sharing, limits_of
from functions.collect.planning.ways import Ways
from functions.collect.platforms import adapter
from functions.collect.queueing import batches
from functions.collect.reading import retention
from functions.collect.state import AccountState, SyncState
from functions.collect.tick import Tick
from functions.jobs.fanout import ScheduledTick, hand_out
from functions.model import PLATFORMS, Platform, Post, Sample
from functions.settings import Settings
from functions.settings.cadence import CADENCES
from tests import cloudtasks
from tests.bench.planning import BEGIN, Field

TICK = timedelta(minutes=CADENCES["collect"].every)
NOW = BEGIN + timedelta(hours=36)
WARM_EVERY = timedelta(hours=3)  # how often an account was looked at
MOST_SECONDS, MOST_MB = 60.0, 1_500.0  # for all agencies at one tick
OWN_SECONDS, OWN_MB = 2.0, 300.0  # for any one of them
AMPLE = 10**8


@dataclass
class Figures:
    """What one tick takes, over all agencies.

    Bytes are those of the stored notes; ``seconds`` of each step, wall clock; ``calls`` what the
    plans ask of each platform, ``batches`` the tasks that carry them, by platform. ``documents``
    are reads and writes of the budgets and notes, counted by what planning needs of each.
    """

    agencies: int = 0
    accounts: int = 0
    live_posts: int = 0
    candidates: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    note_bytes: dict[str, int] = field(default_factory=dict)
    largest_note: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    cpu: float = 0.0
    slowest: float = 0.0
    peak_mb: float = 0.0
    share_bytes: int = 0

    @property
    def wall(self) -> float:
        """Seconds of everything but handing out."""
        return sum(took for step, took in self.seconds.items() if step != "handing out")


def settings(agencies: int, **more: Any) -> Settings:
    """An installation with a credential for each platform, Meta's one token for both."""
    return Settings(
        agencies=";".join(f"a{n}=Instansi {n}" for n in range(agencies)) if agencies > 1 else "",
        instagram_token=("token",),
        instagram_user_id=("1",),
        facebook_token=("token",),
        x_bearer_token=("bearer",),
        tiktok_client_key=("key",),
        tiktok_client_secret=("secret",),
        youtube_api_key=("key",),
        **more,
    )


def figures(
    agencies: int = 600, units: int = 50, posts: float = 5.0, *, ample: bool = True
) -> Figures:
    """One tick of an installation, counted and timed.

    Args:
        posts: a day of an account.
        ample: limits that never run out, so that everything due is planned; else the defaults.
    """
    given: dict[str, Any] = dict.fromkeys(("meta_calls_per_hour", "youtube_units_per_day"), AMPLE)
    given |= {"youtube_stats_per_day": AMPLE, "tiktok_calls_per_minute": AMPLE}
    loaded = settings(agencies, **(given | {"x_dollars_per_day": Decimal(99_999)} if ample else {}))
    found = Figures(agencies=agencies, accounts=agencies * units * len(PLATFORMS))
    # Made beforehand: a few kinds of agency, each of its own rhythm, stand for all.
    kinds = [_notes(units, posts, seed) for seed in range(min(agencies, 12))]
    shares = _divide(found, loaded, agencies)
    for n in range(agencies):
        began, cpu = perf_counter(), process_time()
        share = shares[f"a{n}"] if agencies > 1 else None
        _plan_one(found, loaded, kinds[n % len(kinds)], share)
        took = perf_counter() - began
        found.cpu += process_time() - cpu
        found.slowest = max(found.slowest, took)
        found.seconds["planning"] = found.seconds.get("planning", 0.0) + took
    if agencies > 1:
        _hand_out(found, loaded, agencies, shares)
    found.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return found


def _notes(units: int, posts: float, seed: int) -> dict[Platform, bytes]:
    """An agency's notes as a day and a half of ticks have left them, as they are stored."""
    made = {}
    for platform in PLATFORMS:
        ways, note = Ways.of(adapter(platform)), SyncState()
        field_ = Field.of(platform, units, 1, posts)
        chance = Random(f"{platform}{seed}")
        for handle, published in field_.published.items():
            handle_ = f"unit{seed}-{handle}"
            looks = [
                BEGIN + chance.random() * WARM_EVERY + k * WARM_EVERY
                for k in range(int((NOW - BEGIN) / WARM_EVERY))
            ]
            for number, at in enumerate(published):
                _see(note, platform, handle_, number, at, looks)
            last = max((look for look in looks if look < NOW), default=None)
            note.accounts[handle_] = AccountState(
                handle=handle_,
                account_id=handle_,
                swept_at=last,
                checked_at=last,
                followers_at=NOW - chance.random() * ways.followers_every,
            )
        note.ticks = tuple(NOW - k * TICK for k in range(20, 0, -1))
        note.prune(NOW)
        made[platform] = states.encode(note)
    return made


def _see(
    note: SyncState,
    platform: Platform,
    handle: str,
    number: int,
    at: datetime,
    looks: Sequence[datetime],
) -> None:
    for look in (look for look in looks if at < look < NOW):
        post = Post(
            platform=platform,
            account_id=handle,
            post_id=str(10**17 + number),
            published_at=at,
            url="https://example.org/p/1234567890",
            samples=(Sample(taken_at=look),),
        )
        name = f"{handle}:{post.post_id}"
        note.posts[name], _ = retention.seen(note.posts.get(name), post, look + TICK)


def _divide(found: Figures, loaded: Settings, agencies: int) -> dict[str, Share]:
    """The scheduled call's part: every agency's budgets, and the grants."""
    if agencies == 1:
        return {}
    chance, limited = Random(1), limits_of(loaded)
    budgets = {
        f"a{n}": {
            name: Budget(
                wants=Wants(
                    at=NOW - TICK,
                    amounts={limit.bucket: chance.randint(5, 80) for limit in limited[name]},
                )
            )
            for name in limited
        }
        for n in range(agencies)
    }
    found.documents["budgets read by the trigger"] = agencies * len(limited)
    began = perf_counter()
    shares = Sharing(budgets, limited, loaded.weights(), NOW, NOW + TICK).all()
    found.seconds["dividing"] = perf_counter() - began
    found.share_bytes = max(len(msgspec.json.encode(share)) for share in shares.values())
    return shares


def _plan_one(
    found: Figures, loaded: Settings, stored: dict[Platform, bytes], share: Share | None
) -> None:
    """One agency's tick: load, plan within its share, cut into batches, encode."""
    serving = {platform: names(loaded, platform) for platform in PLATFORMS}
    held: dict[Platform, tuple[SyncState, Ways]] = {}
    for platform in PLATFORMS:
        note = states.decode(stored[platform])
        assert note is not None
        note.until(NOW)
        held[platform] = (note, Ways.of(adapter(platform)))
    wanted = [
        candidate
        for note, ways in held.values()
        for candidate in candidates(
            note,
            note.accounts,
            ways,
            Timing(
                now=NOW,
                following=NOW + TICK,
                look_back=BEGIN,
                discover_every=timedelta(minutes=loaded.discover_every),
            ),
        )
    ]
    demands: Counter[str] = Counter()
    if share is not None:
        for name, cost in priced(wanted, serving):
            demands.update({f"{name} {bucket}": amount for bucket, amount in cost.items()})
        assert Demand(amounts=dict(demands))
    plans = allocate(
        wanted,
        {platform: ways for platform, (_, ways) in held.items()},
        _allowances(loaded, held, serving, share),
    )
    agency = SimpleNamespace(id="a")
    tick = SimpleNamespace(agency=agency, now=NOW, every=TICK, simulated=False)
    put = batches._batches(cast("Tick", tick), plans, "run@a")
    bodies = [batch.body() for batch in put]
    assert all(len(body) < cloudtasks.TASK_BYTES for body in bodies)
    _count(found, stored, held, wanted, plans, [batch.platform for batch in put])


def _allowances(
    loaded: Settings,
    held: dict[Platform, tuple[SyncState, Ways]],
    serving: dict[Platform, list[str]],
    share: Share | None,
) -> dict[Platform, list[tuple[str, Allowance]]]:
    needs: dict[str, list[object]] = {}
    for platform, (note, ways) in held.items():
        for subject, need in expected(note, ways, NOW, TICK):
            needs.setdefault(choose(serving[platform], subject), []).append(need)
    made = {
        name: allowance(
            Budget(),
            limits(loaded, platform),
            NOW,
            NOW + TICK,
            needs.get(name, ()),  # type: ignore[arg-type]
            share.of(name) if share is not None else None,
        )
        for platform in PLATFORMS
        for name in serving[platform]
    }
    return {p: [(name, made[name]) for name in serving[p]] for p in PLATFORMS}


def _count(
    found: Figures,
    stored: dict[Platform, bytes],
    held: dict[Platform, tuple[SyncState, Ways]],
    wanted: Sequence[object],
    plans: dict[Platform, Plan],
    put: Sequence[Platform],
) -> None:
    found.candidates += len(wanted)
    for platform, (note, _) in held.items():
        size = len(states.encode(note))
        found.live_posts += len(note.posts)
        found.note_bytes[platform] = found.note_bytes.get(platform, 0) + size
        found.largest_note[platform] = max(size, found.largest_note.get(platform, 0))
        plan = plans[platform]
        calls = (
            sum(sweep.depth for sweep in plan.sweeps)
            + len(plan.lookups)
            + len(plan.profiles)
            + len(plan.counts)
        )
        found.calls[platform] = found.calls.get(platform, 0) + calls
        found.batches[platform] = found.batches.get(platform, 0) + put.count(platform)
    found.documents["notes read and written"] = found.documents.get(
        "notes read and written", 0
    ) + 2 * len(stored)


def _hand_out(found: Figures, loaded: Settings, agencies: int, shares: dict[str, Share]) -> None:
    """The tasks of all agencies put into a local Cloud Tasks that answers after 50 ms."""
    with cloudtasks.serve(["kiprah-jobs"]) as server:
        server.slowness = 0.05
        handed = replace(
            loaded,
            queue="tasks://proyek/asia-southeast2/kiprah",
            queue_target="http://127.0.0.1:9/",
            queue_address=server.address,
        )
        began = perf_counter()
        report = hand_out(
            "collect",
            [f"a{n}" for n in range(agencies)],
            handed,
            ScheduledTick(NOW, TICK),
            now=NOW,
            shares=shares,
        )
        found.seconds["handing out"] = perf_counter() - began
        assert (report["queued"], report["failed"]) == (agencies, False)


def apart(agencies: int, units: int, posts: float) -> Figures:
    """The same in a process of its own, whose peak is nobody else's."""
    command = [sys.executable, "-m", "tests.bench.scale", "--figures", "--agencies", str(agencies)]
    done = subprocess.run(
        [*command, "--units", str(units), "--posts", str(posts)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Figures(**loads(done.stdout))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--agencies", type=int, default=600)
    parser.add_argument("--units", type=int, default=50, help="of an agency, on each platform one")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    parser.add_argument("--figures", action="store_true", help="as JSON, of this process")
    options = parser.parse_args(arguments)
    if options.figures:
        made = figures(options.agencies, options.units, options.posts)
        sys.stdout.write(dumps(asdict(made)))
        return
    everybody = apart(options.agencies, options.units, options.posts)
    one = apart(1, options.units, options.posts)
    console = Console(width=140)
    console.print(_bounds(everybody, one))
    console.print(_table(everybody))


def _bounds(everybody: Figures, one: Figures) -> Table:
    table = Table(
        title=f"one tick of {everybody.agencies:,} agencies: {everybody.accounts:,} accounts, "
        f"{everybody.live_posts:,} posts in the notes, {everybody.candidates:,} candidates"
    )
    for heading in ("what", "measured", "limit", "holds"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for what, measured, limit, unit in (
        ("all agencies, wall", everybody.wall, MOST_SECONDS, "s"),
        ("all agencies, CPU of planning", everybody.cpu, MOST_SECONDS, "s"),
        ("all agencies, peak of the process", everybody.peak_mb, MOST_MB, "MB"),
        ("the slowest agency", everybody.slowest, OWN_SECONDS, "s"),
        ("one agency alone, wall", one.wall, OWN_SECONDS, "s"),
        ("one agency alone, peak of the process", one.peak_mb, OWN_MB, "MB"),
    ):
        holds = "yes" if measured <= limit else "NO"
        table.add_row(what, f"{measured:,.2f} {unit}", f"{limit:,.0f} {unit}", holds)
    busy = f"{getloadavg()[0]:.1f} of {cpu_count()}"
    table.add_row("load of the machine meanwhile", busy, "", "")
    for step in ("dividing", "handing out"):
        table.add_row(step, f"{everybody.seconds[step]:.2f} s", "", "")
    table.add_row("the largest share in a task", f"{everybody.share_bytes:,} bytes", "", "")
    return table


def _table(everybody: Figures) -> Table:
    table = Table(title="by platform, with limits that never run out")
    for heading in ("platform", "calls", "batches", "notes, MB", "largest note, kB"):
        table.add_column(heading, justify="left" if heading == "platform" else "right")
    for platform in PLATFORMS:
        table.add_row(
            platform,
            f"{everybody.calls[platform]:,}",
            f"{everybody.batches[platform]:,}",
            f"{everybody.note_bytes[platform] / 1e6:.1f}",
            f"{everybody.largest_note[platform] / 1e3:.0f}",
        )
    return table


if __name__ == "__main__":
    main()
