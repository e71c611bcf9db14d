"""The collect job: registry, plan, budgets, reads, and what they brought into the store.

One invocation plans every platform together, since two may share a credential, reserves what that
will cost, reads the platforms at the same time, and settles. With a queue it only plans, and hands
the work on in batches (batches.py). Only a small agency among several, whose run came by the queue
already, reads by itself: batches would cost it more documents and calls than its posts do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import Any

from msgspec.structs import replace

from functions import log
from functions.collect.client import Connections
from functions.collect.credentials import limits, names
from functions.collect.planning.quota import Budget
from functions.collect.planning.requests import Plan
from functions.collect.planning.reservations import Reservations, together
from functions.collect.planning.sharing import Sharing, share_of
from functions.collect.queueing import batches
from functions.collect.reading.session import TIME_LIMIT
from functions.collect.reading.witness import agreed, remember
from functions.collect.report import CollectReport
from functions.collect.sync import PlatformSync, plan_together
from functions.collect.tick import CollectRun, Tick, open_tick
from functions.collect.watching import alerts, diary, notices, pulse
from functions.jobs import fanout, rounds, turns
from functions.jobs.tally import NOTHING, Tally
from functions.model import PLATFORMS, Platform
from functions.registry.registrar import know
from functions.registry.roster import with_account_ids
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.tokens.tidying import tidy

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FEW = 500  # accounts, which one invocation reads in a minute or so


async def collect_all(
    agencies: Sequence[AgencyStore],
    settings: Settings,
    run: CollectRun,
    *,
    scheduled: fanout.ScheduledTick | None = None,
) -> dict[str, Any]:
    """Collect for every agency; returns the run's report, that of the only one or of all together.

    For an agency that another run is collecting for, nothing is done. With a queue and several
    agencies each one's run is handed to it (fanout.py).

    ``scheduled``: the tick meant; None: the one in which ``now`` lies. Errors: as ``collect``'s.
    """
    if fanout.is_wanted(settings, agencies):
        return await asyncio.to_thread(_hand_out, agencies, settings, run, scheduled)
    if len(agencies) > 1:
        return await _collect_several(agencies, settings, run)
    with _in_turn(agencies[0], settings, run) as turn:
        if turn.is_ours:
            turn.ended(await collect(agencies[0], settings, run))
    return rounds.marked(agencies, turn.report)


async def collect(agency: AgencyStore, settings: Settings, run: CollectRun) -> CollectReport:
    """Read what is due on every platform and store it, or hand it to the queue.

    Raises:
        SettingsError: a simulation would read an official host, or a simulated tick would at
            another time than now.
        StoreError: the store cannot be used.
    """
    tally = Tally(agency.store.meter)
    tick = open_tick(agency, settings, run)
    tidy(agency, tick.roster, tick.now)
    ready = tick.ready()
    syncs = _open_syncs(tick, ready)
    by_queue, reservations = open_reservations(tick, syncs)
    if by_queue:
        heard: Mapping[str, datetime] = await batches.hand_on(tick, syncs, reservations)
    else:
        plans = plan_together(tick, syncs, reservations)
        heard = await read_together(tick, syncs, plans)
        reservations.settle(together(bill for sync in syncs.values() for bill in sync.bills))
    if tick.clock.given and not tick.report.asked_anything:
        # A replay in which nothing was due has read until then, too. In the present somebody has
        # to answer; there something is due within hours.
        heard = heard or {"": tick.clock()}
    tick.report.conclude(ready, tick.roster)
    tick.report.budgets, tick.report.spent = reservations.standing(), reservations.budgets
    tick.report.roster = tick.roster
    tick.report.states = {platform: sync.state for platform, sync in syncs.items()}
    tick.report.grown = {platform: sync.grown for platform, sync in syncs.items() if sync.grown}
    tick.report.problems += save_ids(tick, syncs)
    diary.note(agency, settings, tick.report)
    pulse.note(agency, tick.report)
    tick.report.cost = {**NOTHING, **tally.so_far()}
    tick.report.save(agency)
    if not tick.report.failed:
        remember(agency, agreed(heard))
    return tick.report


# The steps of one agency's tick


def _open_syncs(tick: Tick, ready: Sequence[Platform]) -> dict[Platform, PlatformSync]:
    """Each platform's sync; one that falls over costs only itself."""
    syncs: dict[Platform, PlatformSync] = {}
    for platform in ready:
        try:
            sync = PlatformSync.open(tick, platform)
            sync.wake()
            syncs[platform] = sync
        except Exception as error:
            tick.report.has_fallen(platform, error)
    return syncs


def open_reservations(
    tick: Tick, syncs: Mapping[Platform, PlatformSync], *, may_queue: bool = True
) -> tuple[bool, Reservations]:
    """Whether the work goes by the queue, and the budgets that it is paid from.

    ``may_queue``: false where somebody waits for what is read.
    """
    settings, share = tick.settings, tick.run.share
    if share is None:
        share = share_of(tick.agency, settings, tick.now, tick.now + tick.every)
    is_large = share is None or len(tick.roster.accounts) > FEW
    by_queue = may_queue and bool(settings.queue) and is_large
    # What is handed on is the same however often a trigger comes; what is read here is paid for.
    name = tick.run.run_id if share is None else f"{tick.run.run_id}@{tick.agency.id}"
    name = name if by_queue else f"{name}.{token_hex(3)}"
    limited = {name: limits(settings, p) for p in syncs for name in names(settings, p)}
    reservations = Reservations(tick.agency, limited, name, tick.now, share)
    if share is not None:
        used = {account.platform for account in tick.roster.accounts}
        serving = {name for platform in used for name in names(settings, platform)}
        takes_part = (name for name, grant in share.grants.items() if grant.takes_part)
        reservations.leave_out(name for name in takes_part if name not in serving)
    return by_queue, reservations


async def read_together(
    tick: Tick, syncs: Mapping[Platform, PlatformSync], plans: Mapping[Platform, Plan]
) -> Mapping[str, datetime]:
    """Carry out the plans, all platforms at the same time; one that falls over costs itself.

    Returns:
        What the hosts that served said of the time, by host.
    """
    due = {platform: sync for platform, sync in syncs.items() if platform in plans}
    async with AsyncExitStack() as stack:
        connections = tick.run.connections
        if connections is None:
            connections = await stack.enter_async_context(Connections())
        outcomes = await asyncio.gather(
            *(sync.carry_out(plans[platform], connections) for platform, sync in due.items()),
            return_exceptions=True,
        )
    for (platform, sync), fell in zip(due.items(), outcomes, strict=True):
        if fell is None:
            tick.report.platforms[platform] = sync.summary
            tick.report.problems += sync.harvest.problems
        else:
            tick.report.has_fallen(platform, fell)
    # What had nothing due is told behind what had.
    tick.report.platforms |= {p: sync.summary for p, sync in syncs.items() if p not in plans}
    has_served = any(summary["served"] for summary in tick.report.platforms.values())
    return tick.clock.heard if has_served else {}


def save_ids(tick: Tick, syncs: Mapping[Platform, PlatformSync]) -> list[str]:
    """Let the registry know the durable ids that were found; returns what they bring to light."""
    ids = {
        (platform, handle): account_id
        for platform, sync in syncs.items()
        for handle, account_id in sync.account_ids().items()
    }
    resolved = with_account_ids(tick.roster, ids, tick.now)
    if resolved == tick.roster:
        return []
    return know(tick.agency, tick.roster, replace(resolved, as_of=tick.now), tick.now)


# Several agencies


class _CollectTurn:
    """An agency's turn at collecting: whether it is this run's, and what the run reports."""

    def __init__(self, turn: turns.Turn, settings: Settings, run: CollectRun) -> None:
        self.is_ours = turn.other is None
        self.report: dict[str, Any] = {} if self.is_ours else turns.skipped(turn, run.run_id)
        self.budgets: Mapping[str, Budget] = {}
        self._turn = turn
        self._settings = settings

    def ended(self, done: CollectReport) -> None:
        """Note how the run ended, and tell of what needs somebody."""
        turn, self.budgets = self._turn, done.spent
        said = notices.tell(turn.agency, self._settings, done, turn.before, turn.taken_at)
        self.report = done.as_dict()
        turn.ended(self.report)
        turn.outcome |= said
        turn.outcome |= alerts.tell(turn.agency, self._settings, done, turn.before, turn.taken_at)


@contextmanager
def _in_turn(agency: AgencyStore, settings: Settings, run: CollectRun) -> Iterator[_CollectTurn]:
    """An agency's turn, which another run may have; its report tells what the turn cost."""
    tally = Tally(agency.store.meter)
    about = log.about(job="collect", run_id=run.run_id, agency=agency.id)
    with about, turns.taken(agency, "collect", run.now) as taken:
        turn = _CollectTurn(taken, settings, run)
        yield turn
    turn.report = tally.of(turn.report)


async def _collect_several(
    agencies: Sequence[AgencyStore], settings: Settings, run: CollectRun
) -> dict[str, Any]:
    """Collect for several agencies in one run: they share its time and everybody's credentials,
    each its share of them; at each tick another one begins."""
    every = timedelta(minutes=settings.collect_every)
    reports: dict[str, dict[str, Any]] = {}
    run = replace(run, ends=monotonic() + TIME_LIMIT)
    async with AsyncExitStack() as stack:
        # Two that divide at the same time would know nothing of each other's grants.
        dividing = stack.enter_context(turns.taken(agencies[0], "sharing", run.now))
        if dividing.other is not None:
            reports = {b.id: turns.skipped(dividing, run.run_id, "collect") for b in agencies}
            return rounds.united(reports, job="collect", run_id=run.run_id, now=run.now)
        if run.connections is None:
            run = replace(run, connections=await stack.enter_async_context(Connections()))
        sharing = Sharing.read(agencies, settings, run.now, run.now + every)
        for agency in in_turn(agencies, run.now, every):
            if reports and run.ends is not None and monotonic() >= run.ends:
                break  # at the next tick others begin
            name = agency.id
            try:
                granted = replace(run, share=sharing.share(name))
                with _in_turn(agency, settings, run) as turn:
                    if turn.is_ours:
                        turn.ended(await collect(agency, settings, granted))
                        sharing.learn(name, turn.budgets)
                reports[name] = turn.report
            except Exception as error:
                sharing.lose(name)
                reports[name] = rounds.fallen(
                    agency, error, job="collect", run_id=run.run_id, now=run.now
                )
    report = rounds.united(
        reports, job="collect", run_id=run.run_id, now=run.now, everybody=agencies
    )
    return rounds.marked(agencies, report)


def _hand_out(
    agencies: Sequence[AgencyStore],
    settings: Settings,
    run: CollectRun,
    scheduled: fanout.ScheduledTick | None,
) -> dict[str, Any]:
    """Divide what the agencies share, and hand each its run."""
    every = timedelta(minutes=settings.collect_every)
    tick = scheduled or fanout.ScheduledTick.at_or_in(run.now, every, given=run.simulated)
    at = tick.now or tick.at
    shares = Sharing.read(agencies, settings, at, at + tick.every).all()
    return rounds.marked(
        agencies,
        fanout.hand_out(
            "collect",
            [agency.id for agency in in_turn(agencies, at, tick.every)],
            settings,
            tick,
            now=run.now,
            shares=shares,
            wishes={} if [*run.platforms] == [*PLATFORMS] else {"platforms": [*run.platforms]},
        ),
    )


def in_turn(agencies: Sequence[AgencyStore], now: datetime, every: timedelta) -> list[AgencyStore]:
    """The agencies in this tick's order: whoever begins comes last at the next tick."""
    first = (now - EPOCH) // every % len(agencies)
    return [*agencies[first:], *agencies[:first]]
