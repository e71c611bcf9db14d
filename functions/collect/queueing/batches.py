"""Collecting past one machine: a tick's plan handed to a queue in batches, each worked off alone.

The planning call takes what earlier batches brought into states and budgets, plans, and
puts batches. A batch reads, writes posts and followers, and leaves its outcome: what it learned and
spent. It touches neither a sync state nor a budget, so that any number may run at once, and one
delivered again finds its outcome or is simply read again.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from secrets import token_hex
from typing import Any

import msgspec
from msgspec.structs import replace

from functions import log
from functions.collect.client import Clock, Connections
from functions.collect.credentials import names, official
from functions.collect.planning.quota import RUN
from functions.collect.planning.requests import Plan, ProfileRequest
from functions.collect.planning.reservations import Bill, Reservations, together
from functions.collect.queueing.batch import Batch
from functions.collect.reading.harvest import Harvest
from functions.collect.reading.witness import united
from functions.collect.report import CollectReport, price_of, summary_of
from functions.collect.state import LivePost, SyncState
from functions.collect.sync import PlatformSync, plan_together
from functions.collect.tick import CollectRun, Tick
from functions.jobs.queue import QueueError, open_queue
from functions.jobs.tally import Tally
from functions.model import Platform, Roster
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, Stored, StoreError
from functions.times import CLOCKS_AGREE, present

# What one batch holds at most, so that it is over in seconds, and its task far below the limit.
SWEEPS, LOOKUPS, PROFILES = 60, 4, 25


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch is to do.

    Attributes:
        now: the tick that planned it; ``put_at``: the computer's clock then, which is another one
            under a simulated ``now``.
        of: how many batches its run put.
    """

    now: datetime
    put_at: datetime
    simulated: bool
    of: int
    plan: Plan


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch leaves for the next plan; ``heard``: what ``Clock`` says."""

    batch: str
    at: datetime
    of: int
    state: SyncState
    spent: list[Bill]
    summary: dict[str, Any]
    problems: list[str]
    heard: dict[str, datetime] = {}

    @property
    def run(self) -> str:
        """The run that planned the batch."""
        return self.batch.partition("/")[0]


async def hand_on(
    tick: Tick, syncs: Mapping[Platform, PlatformSync], reservations: Reservations
) -> dict[str, datetime]:
    """Take in what batches brought, plan, and put new batches; the report says what was put.

    A batch that could not be put costs its reads at this tick; the next one plans them again. The
    run has failed when nothing could be put.

    Returns:
        What the batches taken in heard of the time, by host, where they read anything.

    Raises:
        StoreError: the store cannot be used.
    """
    report = tick.report
    brought = {platform: tick.agency.outcomes(platform) for platform in syncs}
    taken = {platform: _outcomes(stored) for platform, stored in brought.items()}
    for platform, sync in syncs.items():
        for outcome in taken[platform]:
            sync.state.fold(outcome.state)
        sync.forget_strangers()
    plans = plan_together(
        tick,
        syncs,
        reservations,
        settled=_entries([o for held in taken.values() for o in held], reservations),
        lapses_after=tick.every + RUN,
    )
    for platform, sync in syncs.items():
        sent = not plans.get(platform, Plan()).empty
        # Forgotten only once they are saved: a run that dies before takes them in once more.
        if (sent or brought[platform]) and await _save(sync, tick.now, sent=sent):
            tick.agency.forget_outcomes(brought[platform])
    batches = _batches(tick, plans, reservations.run)
    accepted = await _put(tick.settings, batches, report)
    report.failed = bool(batches) and not accepted
    for platform in syncs:
        queued = sum(batch.platform == platform for batch in accepted)
        summary = summary_of(plans.get(platform, Plan()), Harvest(), queued=queued)
        report.platforms[platform] = {**summary, "brought": _summed(taken[platform])}
    report.problems += [
        problem for held in taken.values() for outcome in held for problem in outcome.problems
    ]
    ended = [outcome for held in taken.values() for outcome in held]
    return united(outcome.heard for outcome in ended if outcome.summary.get("served"))


async def work_off(
    agency: AgencyStore, settings: Settings, batch: Batch, *, run_id: str, now: datetime
) -> dict[str, Any]:
    """Work a batch off, once; the answer says what came of it.

    Whatever a platform does ends the batch: the next plan makes up for it. StoreError when the
    store cannot be used: then the queue delivers it again.
    """
    tally = Tally(agency.store.meter)
    said: dict[str, Any] = {"job": "collect", "run_id": run_id, "batch": batch.name}
    piece = _piece(batch)
    if piece is None:
        return {**said, "done": "not understood"}
    tick = _tick(agency, settings, batch, piece, CollectRun(now=now, run_id=run_id))
    if isinstance(tick, str):
        return {**said, "done": tick}
    try:
        sync = await _carry_out(tick, batch.platform, piece)
    except StoreError:
        raise
    except Exception as error:
        log.error("collect.batch_failed", batch=batch.name, error=repr(error))
        problem = f"{batch.platform}: {type(error).__name__}: {error}"
        return {**said, "done": "fallen over", "problems": [problem]}
    is_first = _leave(batch, piece, sync)
    done = {batch.platform: sync.summary}
    return tally.of(
        {
            **said,
            "done": "now" if is_first else "twice at once",
            "platforms": done,
            **price_of(done),
            "problems": sync.harvest.problems,
        }
    )


# Taking in


async def _save(sync: PlatformSync, now: datetime, *, sent: bool) -> bool:
    return await asyncio.to_thread(sync.save, sync.state, now, sent=sent)


def _outcomes(stored: Sequence[Stored]) -> list[Outcome]:
    """What batches brought, in the order in which they did it."""
    return sorted(filter(None, map(_decode, stored)), key=lambda outcome: outcome.at)


def _decode(stored: Stored) -> Outcome | None:
    """A stored outcome; None when it cannot be read: its posts are in the store all the same."""
    try:
        return msgspec.json.decode(zlib.decompress(stored.data["body"]), type=Outcome)
    except (zlib.error, msgspec.DecodeError, KeyError) as error:
        log.warning("collect.outcome_unreadable", path=stored.path, error=str(error))
        return None


def _entries(
    outcomes: Sequence[Outcome], reservations: Reservations
) -> list[tuple[str, datetime, Bill]]:
    """What batches spent, for the budgets: one entry for a run's batches on a credential.

    Where all batches of a run came back, nothing is left of its reservation; else it stands until
    it lapses. Entered once more, the same outcomes have the same name.
    """
    runs: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        runs[outcome.run].append(outcome)
    entries = []
    for run, held in runs.items():
        which = "\n".join(sorted(f"{outcome.batch} {outcome.at}" for outcome in held))
        is_whole = len({outcome.batch for outcome in held}) == held[0].of
        for bill in together(bill for outcome in held for bill in outcome.spent):
            if bill.name not in reservations.limits:
                continue  # a credential that is set no longer
            if is_whole:
                entries.append((run, held[-1].at, Bill(name=bill.name)))
            entries.append((f"{run}:{_digest(which.encode())}", held[-1].at, bill))
    return entries


def _summed(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What batches did, for the report of the run that takes it in."""
    summed: dict[str, Any] = {"batches": len(outcomes)}
    for outcome in outcomes:
        for name, value in outcome.summary.items():
            if type(value) is int and name != "queued":
                summed[name] = summed.get(name, 0) + value
        for what, paid in outcome.summary.get("mills", {}).items():
            mills = summed.setdefault("mills", {})
            mills[what] = mills.get(what, 0) + paid
        if stopped := outcome.summary.get("stopped"):
            summed["stopped"] = {**summed.get("stopped", {}), **stopped}
    return summed


# Putting


def _batches(tick: Tick, plans: Mapping[Platform, Plan], run: str) -> list[Batch]:
    """The plans in pieces, the most valuable first; at the next tick they are worth nothing."""
    put_at = Clock()()
    pieces = [(platform, piece) for platform, plan in plans.items() for piece in _pieces(plan)]
    return [
        Batch(
            name=f"{run}/{_digest(_asked(plan))}",
            platform=platform,
            agency=tick.agency.id,
            expires_at=tick.now + tick.every,
            work=msgspec.to_builtins(
                Piece(
                    now=tick.now,
                    put_at=put_at,
                    simulated=tick.simulated,
                    of=len(pieces),
                    plan=plan,
                )
            ),
        )
        for platform, plan in pieces
    ]


def _pieces(plan: Plan) -> Iterator[Plan]:
    empty = replace(plan, sweeps=(), lookups=(), profiles=(), counts=())
    wanted = [replace(r, posts=tuple(map(_named, r.posts))) for r in plan.lookups]
    lookups = (tuple(wanted[n : n + LOOKUPS]) for n in range(0, len(wanted), LOOKUPS))
    sweeps = (plan.sweeps[n : n + SWEEPS] for n in range(0, len(plan.sweeps), SWEEPS))
    # A handle that is new is resolved and read in one piece. So are known ones, where that costs no
    # further call: their profiles count posts, and must not be ahead of what is found.
    strangers = [request for request in plan.profiles if not request.known]
    known = [request for request in plan.profiles if request.known]
    for some, others in zip_longest(lookups, sweeps, fillvalue=()):
        if some:
            yield replace(empty, lookups=some)
        if others:
            handles = {sweep.handle for sweep in others}
            with_them = [r for r in known if handles.issuperset(r.handles)]
            known = [r for r in known if not handles.issuperset(r.handles)]
            profiles = (*_of(strangers, handles), *with_them)
            yield replace(empty, sweeps=others, profiles=profiles)
    swept = {sweep.handle for sweep in plan.sweeps}
    new = {handle for request in strangers for handle in request.handles}
    rest = [*_of(strangers, new - swept), *known]
    for n in range(0, len(rest), PROFILES):
        yield replace(empty, profiles=tuple(rest[n : n + PROFILES]))
    for n in range(0, len(plan.counts), SWEEPS):
        yield replace(empty, counts=plan.counts[n : n + SWEEPS])


def _of(requests: Sequence[ProfileRequest], handles: Collection[str]) -> tuple[ProfileRequest, ...]:
    """The requests with these handles alone, those left out that have none of them."""
    found = (replace(r, handles=tuple(h for h in r.handles if h in handles)) for r in requests)
    return tuple(request for request in found if request.handles)


def _named(post: LivePost) -> LivePost:
    """A post's name alone: what is known of it is in the sync state."""
    return LivePost(
        account_id=post.account_id, post_id=post.post_id, published_at=post.published_at, url=""
    )


def _asked(plan: Plan) -> bytes:
    """What a piece asks for. A trigger delivered twice asks for the same, somewhat later."""
    return msgspec.json.encode(
        (
            [(r.handle, r.depth, r.credential) for r in plan.sweeps],
            [([post.key for post in r.posts], r.way, r.credential) for r in plan.lookups],
            [(r.handles, r.known, r.credential) for r in plan.profiles],
            [(r.handle, r.credential) for r in plan.counts],
        )
    )


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


async def _put(settings: Settings, batches: Sequence[Batch], report: CollectReport) -> list[Batch]:
    """Put batches; returns those that the queue holds, whether put now or before."""
    if not batches:
        return []
    try:
        queue = open_queue(settings)
    except QueueError as error:
        report.problems.append(str(error))
        return []
    if queue is None:
        return []
    try:
        put = await asyncio.to_thread(queue.put, batches)
    finally:
        queue.close()
    report.problems += put.problems
    return [*put.new, *put.known]


# Working off


def _piece(batch: Batch) -> Piece | None:
    """What a batch is to do; None when another version of this program put it."""
    try:
        return msgspec.convert(batch.work, Piece)
    except msgspec.ValidationError as error:
        log.warning("collect.batch_not_understood", batch=batch.name, error=str(error))
        return None


def _credentials(plan: Plan) -> set[str]:
    requests: tuple[Any, ...] = (*plan.sweeps, *plan.lookups, *plan.profiles, *plan.counts)
    return {request.credential for request in requests}


def _tick(
    agency: AgencyStore, settings: Settings, batch: Batch, piece: Piece, run: CollectRun
) -> Tick | str:
    """The tick at which a batch is worked off; a text says why it is not."""
    # At an official host nothing but the clock tells the time of a read.
    is_official = batch.platform in official(settings)
    if agency.simulation and is_official:
        return "a simulation reads no official host"
    if piece.simulated and not is_official:
        run = replace(run, now=piece.now + (run.now - piece.put_at), simulated=True)
    if not agency.simulation and run.now - present() > CLOCKS_AGREE:
        return "ahead of the clock"
    if batch.expired(run.now):
        return "too late"
    if _credentials(piece.plan) - {*names(settings, batch.platform)}:
        return "credentials changed"
    if agency.has_outcome(batch.platform, batch.name):
        return "before"
    return Tick(
        agency,
        settings,
        run,
        agency.roster(run.now) or Roster(as_of=run.now),
        Clock(run.now if run.simulated else None),
        run.simulated or agency.simulation,
        CollectReport(run.run_id, run.now),
    )


async def _carry_out(tick: Tick, platform: Platform, piece: Piece) -> PlatformSync:
    """Read and store a piece; the state is the planner's to save."""
    sync = PlatformSync.open(tick, platform)
    sync.recall(sweep.handle for sweep in piece.plan.sweeps)
    # When the next tick comes is told by those before this one: the planner knows of it already.
    sync.state.ticks = tuple(at for at in sync.state.ticks if at < piece.now)
    async with Connections() as connections:
        await sync.carry_out(piece.plan, connections, saves=False)
    return sync


def _leave(batch: Batch, piece: Piece, sync: PlatformSync) -> bool:
    """Leave the outcome. False: another delivery of the batch was faster; this one's is kept, too.

    What it found is the same, but it has been paid for twice.
    """
    tick = sync.tick
    sync.changed.prune(tick.now)
    outcome = Outcome(
        batch=batch.name,
        at=tick.now,
        of=piece.of,
        state=sync.changed,
        spent=sync.bills,
        summary=sync.summary,
        problems=[log.clean(problem) for problem in sync.harvest.problems],
        heard=tick.clock.heard,
    )
    body = zlib.compress(msgspec.json.encode(outcome), 6)
    try:
        tick.agency.save_outcome(batch.platform, batch.name, body)
    except Conflict:
        tick.agency.save_outcome(batch.platform, f"{batch.name}/{token_hex(4)}", body)
        return False
    return True
