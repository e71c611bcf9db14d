"""The plan alone over a simulated week, without HTTP: what budgets allow, and what that is worth.

    python -m tests.bench.planning [--accounts 5000] [--days 7] [--only instagram facebook]

Accounts and posts as the stand-ins generate them; a read takes no time and never fails. Instagram
and Facebook are read with one Meta token when both are asked for.
"""

from __future__ import annotations

import argparse
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import exp
from random import Random
from statistics import median
from time import process_time

import msgspec
from rich.console import Console
from rich.table import Table

from functions.collect import state as states
from functions.collect.credentials import limits
from functions.collect.planning.allocation import allocate
from functions.collect.planning.candidates import Timing, candidates, expected
from functions.collect.planning.marks import PROMISED, next_tick
from functions.collect.planning.quota import PRICES, Budget, Spending, allowance
from functions.collect.planning.requests import Plan
from functions.collect.planning.ways import Ways
from functions.collect.platforms import adapter
from functions.collect.reading import retention
from functions.collect.state import AccountState, SyncState
from functions.model import PLATFORMS, Platform, Post, Sample
from functions.settings import Settings
from functions.thresholds import OBSERVED_WITHIN
from tests.platforms.generate import DAY_WEIGHTS, RHYTHM_SPREAD, WIB, _moment, _poisson

BEGIN = datetime(2026, 9, 30, 17, tzinfo=UTC)
TICK = timedelta(minutes=15)
POLLS = timedelta(days=1) // TICK


@dataclass(slots=True)
class Field:
    """One platform's accounts, their posts, and what has been read of them."""

    platform: Platform
    ways: Ways
    published: dict[str, list[datetime]]
    note: SyncState = field(default_factory=SyncState)
    found: dict[str, datetime] = field(default_factory=dict)
    kept: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    sent: Counter[str] = field(default_factory=Counter)
    hourly: Counter[datetime] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    cpu: list[float] = field(default_factory=list)
    note_size: int = 0

    @classmethod
    def of(cls, platform: Platform, accounts: int, days: int, posts: float) -> Field:
        """A seeded field; posts go on for two days after the last that is looked at."""
        rng = Random(f"{platform}{accounts}")
        published = {}
        for n in range(accounts):
            rate = posts * exp(rng.gauss(0, RHYTHM_SPREAD) - RHYTHM_SPREAD**2 / 2)
            at = []
            for day in range(days + 3):
                date = (BEGIN + timedelta(days=day)).astimezone(WIB)
                for _ in range(_poisson(rate * DAY_WEIGHTS[date.weekday()], rng)):
                    at.append(_moment(date, 0, rng).astimezone(UTC))
            published[f"unit{n}"] = sorted(at)
        return cls(platform, Ways.of(adapter(platform)), published)

    def sweep(self, handle: str, since: datetime, now: datetime, following: datetime) -> int:
        """Read a listing; returns how many posts are billed where posts are."""
        at = self.published[handle]
        billed = 0
        for n in range(bisect_left(at, since), bisect_left(at, now)):
            billed += self.see(handle, n, at[n], now, following)
        account = self.note.accounts.get(handle, AccountState(handle=handle))
        self.note.accounts[handle] = msgspec.structs.replace(
            account, account_id=handle, swept_at=now
        )
        return billed

    def see(self, handle: str, n: int, at: datetime, now: datetime, following: datetime) -> int:
        """Read one post; whether it is billed."""
        name = f"{handle}:{n}"
        post = Post(
            platform=self.platform,
            account_id=handle,
            post_id=str(n),
            published_at=at,
            url="https://example.org/p/1234567890",
            samples=(Sample(taken_at=now),),
        )
        held = self.note.posts.get(name)
        billed = held is None or held.read_at is None or held.read_at.date() != now.date()
        self.note.posts[name], kept = retention.seen(held, post, following)
        if held is None:
            self.found[name] = now
        if kept:
            self.kept[name].append(now)
        return billed


def simulate(fields: Sequence[Field], settings: Settings, days: int) -> None:
    """Tick by tick, all fields together: those with one credential share its budget."""
    names = {f.platform: _credential(f.platform) for f in fields}
    agencies = dict.fromkeys(names.values(), Budget())
    now = BEGIN
    while now <= BEGIN + timedelta(days=days + 2):
        following = now + TICK
        allowances = {
            names[f.platform]: allowance(
                agencies[names[f.platform]],
                limits(settings, f.platform),
                now,
                following,
                [
                    need
                    for other in fields
                    if names[other.platform] == names[f.platform]
                    for _, need in expected(other.note, other.ways, now, TICK)
                ],
            )
            for f in fields
        }
        began = process_time()
        wanted = [
            candidate
            for f in fields
            for candidate in candidates(
                f.note,
                f.published,
                f.ways,
                Timing(
                    now=now,
                    following=next_tick(f.note, now, TICK),
                    look_back=BEGIN,
                    discover_every=timedelta(minutes=settings.discover_every),
                ),
            )
        ]
        plans = allocate(
            wanted,
            {f.platform: f.ways for f in fields},
            {p: [(name, allowances[name])] for p, name in names.items()},
        )
        took = process_time() - began
        spent: dict[str, Counter[str]] = defaultdict(Counter)
        for f in fields:
            f.cpu.append(took)
            scarce = bool(plans[f.platform].given_up)
            spent[names[f.platform]] += _carry_out(f, plans[f.platform], now, following, scarce)
        for name, amounts in spent.items():
            entry = Spending(at=now, amounts=dict(amounts), settled=True)
            run = {**agencies[name].runs, now.isoformat(): entry}
            agency = Budget(runs=run)
            agencies[name] = agency.pruned(
                [limit for f in fields for limit in limits(settings, f.platform)], now
            )
        now += TICK


def _carry_out(
    field: Field, plan: Plan, now: datetime, following: datetime, scarce: bool
) -> Counter[str]:
    price = PRICES[field.platform]
    amounts: Counter[str] = Counter()
    horizon = now + PROMISED if scarce else following
    calls = 0
    for request in plan.profiles:
        calls += 1
        amounts.update(price.profile)
        for handle in request.handles:
            amounts.update(price.user)
            account = field.note.accounts.get(handle, AccountState(handle=handle))
            field.note.accounts[handle] = msgspec.structs.replace(
                account, account_id=handle, followers_at=now, checked_at=now
            )
    for lookup in plan.lookups:
        calls += 1
        amounts.update(price.lookup[lookup.way])
        for post in lookup.posts:
            if field.see(post.account_id, int(post.post_id), post.published_at, now, horizon):
                amounts.update(price.post)
    for sweep in plan.sweeps:
        calls += sweep.depth
        for _ in range(sweep.depth):
            amounts.update(price.page)
        for _ in range(field.sweep(sweep.handle, sweep.since, now, horizon)):
            amounts.update(price.post)
        if sweep.depth > 1:
            account = field.note.accounts[sweep.handle]
            field.note.accounts[sweep.handle] = msgspec.structs.replace(account, deep_at=now)
    field.sent["calls"] += calls
    for bucket, amount in amounts.items():
        if bucket != "calls":
            field.sent[bucket] += amount
    field.hourly[now.replace(minute=0)] += calls
    field.given_up.update(plan.given_up)
    if calls:
        field.note.tick(now)
        field.note.prune(now)
        if now.hour == now.minute == 0:
            field.note_size = max(field.note_size, len(states.encode(field.note)))
    return amounts


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.planning", description=__doc__)
    parser.add_argument("--accounts", type=int, default=5000, help="on each platform")
    parser.add_argument("--posts", type=float, default=5.0, help="a day of an account")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--only", nargs="*", choices=PLATFORMS, default=PLATFORMS)
    parser.add_argument("--unlimited", action="store_true", help="budgets that never run out")
    options = parser.parse_args(arguments)
    large = 999_999_999
    settings = (
        Settings(
            meta_calls_per_hour=large,
            x_dollars_per_day=Decimal(999_999),
            youtube_units_per_day=large,
            youtube_stats_per_day=large,
        )
        if options.unlimited
        else Settings()
    )
    fields = [Field.of(p, options.accounts, options.days, options.posts) for p in options.only]
    simulate(fields, settings, options.days)
    _print(fields, options.accounts, options.days)


def _print(fields: Sequence[Field], accounts: int, days: int) -> None:
    table = Table(title=f"the plan alone: {accounts} accounts on each platform, {days} days")
    for heading in (
        "platform",
        "posts",
        "found < 6 h",
        "bracket median",
        "≤ 20 min",
        "≤ 1 h or observed",
        "calls / account · day",
        "busiest hour",
        "plan, max",
        "note",
        "spent",
        "given up",
    ):
        table.add_column(heading, justify="left" if heading == "platform" else "right")
    for f in fields:
        widths, good, found, count, narrow = [], 0, 0, 0, 0
        end = BEGIN + timedelta(days=days)
        for handle, published in f.published.items():
            for n, at in enumerate(published):
                if at >= end:
                    break
                count += 1
                name, mark = f"{handle}:{n}", at + timedelta(days=1)
                seen = f.found.get(name)
                found += seen is not None and seen - at < timedelta(hours=6)
                usable = [t for t in f.kept[name] if t - at >= timedelta(hours=18)]
                before = max((t for t in usable if t <= mark), default=None)
                after = min((t for t in usable if t >= mark), default=None)
                used = [t for t in (before, after) if t is not None]
                observed = any(abs(t - mark) <= OBSERVED_WITHIN for t in used)
                width = after - before if before and after else None
                if width is not None:
                    widths.append(width / timedelta(minutes=1))
                    narrow += width <= timedelta(minutes=20)
                good += observed or (width is not None and width <= PROMISED)
        rest = {k: v for k, v in f.sent.items() if k != "calls"}
        table.add_row(
            f.platform,
            str(count),
            f"{100 * found / count:.2f} %",
            f"{median(widths):.0f} min",
            f"{100 * narrow / count:.1f} %",
            f"{100 * good / count:.2f} %",
            f"{f.sent['calls'] / accounts / (days + 2):.1f}",
            str(max(f.hourly.values())),
            f"{1000 * max(f.cpu):.0f} ms",
            f"{f.note_size / 1000:.0f} kB",
            ", ".join(f"{k} {v / (days + 2):,.0f}/d" for k, v in rest.items()),
            ", ".join(f"{k} {v}" for k, v in f.given_up.items()),
        )
    Console(width=200).print(table)


def _credential(platform: Platform) -> str:
    return "meta" if platform in ("instagram", "facebook") else platform


if __name__ == "__main__":
    main()
