"""The collect job: registry, plan, budgets, reads, and what they brought into the store.

One invocation plans every platform together, since two may share a credential, reserves what that
will cost, reads the platforms at the same time, and settles. With a queue it only plans, and hands
the work on in batches (batches.py). Only a small agency among several, whose run came by the queue
already, reads by itself: batches would cost it more documents and calls than its posts do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import Any, TypeVar

import msgspec

from functions import log
from functions.collect.client import Clock, Connections
from functions.collect.credentials import NEEDS, configured, is_keyless, limits, names, official
from functions.collect.desk import Desk, open_desk, plan_together
from functions.collect.planning.requests import Plan
from functions.collect.planning.reservations import Books, Share, together
from functions.collect.planning.sharing import Sharing, share_of
from functions.collect.queueing import batches
from functions.collect.reading.reader import TIME_LIMIT, Harvest
from functions.collect.reading.witness import agreed, remember
from functions.collect.report import CollectReport, summary_of
from functions.collect.watching import alerts
from functions.collect.work import Work, carry_out, consents_of
from functions.jobs import agencies, fanout, turns
from functions.jobs.tally import NOTHING, Tally
from functions.model import PLATFORMS, Platform, Roster, iso
from functions.registry.registrar import in_force, know
from functions.registry.roster import with_account_ids
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.times import CLOCKS_AGREE
from functions.tokens.tidying import tidy

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FEW = 500  # accounts, which one invocation reads in a minute or so

T = TypeVar("T")


async def collect_all(
    books: Sequence[AgencyStore],
    settings: Settings,
    *,
    now: datetime,
    run_id: str,
    simulated: bool = False,
    platforms: Sequence[Platform] = PLATFORMS,
    connections: Connections | None = None,
    share: Share | None = None,
    tick: fanout.Tick | None = None,
) -> dict[str, Any]:
    """Collect for every agency; returns the run's report, that of the only one or of all together.

    They share one run's time and everybody's credentials, each its share of them; at each tick
    another one begins. For an agency that another run is collecting for, nothing is done.
    With a queue and several agencies each one's run is handed to it (fanout.py).

    ``tick``: the scheduled one; None: the one in which ``now`` lies. Errors and other arguments: as
    for ``collect``.
    """
    every = timedelta(minutes=int(settings.collect_every))
    if fanout.is_wanted(settings, books):
        tick = tick or fanout.Tick.at_or_in(now, every, given=simulated)
        return await asyncio.to_thread(_hand_out, books, settings, tick, now, platforms)
    reports: dict[str, dict[str, Any]] = {}
    ends = monotonic() + TIME_LIMIT if len(books) > 1 else None
    async with AsyncExitStack() as stack:
        if connections is None and len(books) > 1:
            connections = await stack.enter_async_context(Connections())
        sharing = None
        if len(books) > 1:
            # Two that divide at the same time would know nothing of each other's grants.
            dividing = stack.enter_context(turns.taken(books[0], "sharing", now))
            if dividing.other is not None:
                reports = {b.agency.id: turns.skipped(dividing, run_id, "collect") for b in books}
                return agencies.united(reports, job="collect", run_id=run_id, now=now)
            sharing = Sharing.read(books, settings, now, now + every)
        for book in in_turn(books, now, every):
            if ends is not None and reports and monotonic() >= ends:
                continue  # at the next tick others begin
            try:
                reports[book.agency.id] = await _in_turn(
                    book,
                    settings,
                    sharing,
                    now=now,
                    run_id=run_id,
                    simulated=simulated,
                    platforms=platforms,
                    connections=connections,
                    ends=ends,
                    share=share if sharing is None else sharing.share(book.agency.id),
                )
            except Exception as error:
                if sharing is None:
                    raise
                sharing.lose(book.agency.id)
                reports[book.agency.id] = agencies.fallen(
                    book, error, job="collect", run_id=run_id, now=now
                )
    if len(books) == 1:
        return agencies.marked(books, reports[books[0].agency.id])
    report = agencies.united(reports, job="collect", run_id=run_id, now=now, everybody=books)
    return agencies.marked(books, report)


async def _in_turn(
    book: AgencyStore, settings: Settings, sharing: Sharing | None, **how: Any
) -> dict[str, Any]:
    """Collect for an agency unless another run does; ``how``: as ``collect`` takes it."""
    now, run_id, tally = how["now"], how["run_id"], Tally(book.store.meter)
    about = log.about(job="collect", run_id=run_id, agency=book.agency.id)
    with about, turns.taken(book, "collect", now) as turn:
        if turn.other is None:
            done = await collect(book, settings, **how)
            turn.ended(report := done.as_dict())
            turn.outcome |= alerts.tell(book, settings, done, turn.before, turn.taken_at)
            if sharing is not None:
                sharing.learn(book.agency.id, done.spent)
        else:
            report = turns.skipped(turn, run_id)
    return tally.of(report)


def _hand_out(
    books: Sequence[AgencyStore],
    settings: Settings,
    tick: fanout.Tick,
    now: datetime,
    platforms: Sequence[Platform],
) -> dict[str, Any]:
    """Divide what the agencies share, and hand each its run."""
    at = tick.now or tick.at
    shares = Sharing.read(books, settings, at, at + tick.every).all()
    return agencies.marked(
        books,
        fanout.hand_out(
            "collect",
            [book.agency.id for book in in_turn(books, at, tick.every)],
            settings,
            tick,
            now=now,
            shares=shares,
            wishes={} if [*platforms] == [*PLATFORMS] else {"platforms": [*platforms]},
        ),
    )


def in_turn(books: Sequence[AgencyStore], now: datetime, every: timedelta) -> list[AgencyStore]:
    """The agencies in this tick's order: whoever begins comes last at the next tick."""
    first = (now - EPOCH) // every % len(books)
    return [*books[first:], *books[:first]]


async def collect(
    book: AgencyStore,
    settings: Settings,
    *,
    now: datetime,
    run_id: str,
    simulated: bool = False,
    platforms: Sequence[Platform] = PLATFORMS,
    connections: Connections | None = None,
    ends: float | None = None,
    share: Share | None = None,
) -> CollectReport:
    """Read what is due on every platform and store it, or hand it to the queue.

    Args:
        now: this tick. ``simulated``: it was given by hand; the clock runs on from there.
        connections: open connections to use and leave open.
        ends: when no further request is begun, on ``monotonic``'s clock; None: a run's time from
            now on.
        share: what it may take of the credentials that several agencies use; None: it is worked
            out here, from the budgets of all.

    Raises:
        SettingsError: a simulation would read an official host, or a simulated tick would at
            another time than now.
        StoreError: the store cannot be used.
    """
    real = _official(settings, platforms)
    _refuse_forgery(book, real, now, simulated)
    report, tally = CollectReport(run_id, now), Tally(book.store.meter)
    # At an official host nothing but the clock tells the time of a read.
    clock = Clock(now if simulated and not real else None)
    simulated = simulated or book.simulation
    roster = _roster(book, settings, now, report)
    tidy(book, roster, now)
    ready = [p for p in platforms if _is_ready(settings, p, roster, report, simulated)]
    desks = _survivors(report, ready, lambda p: _desk(book, settings, p, roster, clock()))
    limited = {name: limits(settings, p) for p in desks for name in names(settings, p)}
    if share is None:
        share = share_of(book, settings, now, now + timedelta(minutes=int(settings.collect_every)))
    # What is handed on is the same however often a trigger comes; what is read here is paid for.
    name = run_id if share is None else f"{run_id}@{book.agency.id}"
    by_queue = bool(settings.queue) and (share is None or len(roster.accounts) > FEW)
    name = name if by_queue else f"{name}.{token_hex(3)}"
    books = Books(book, limited, name, now, share)
    if share is not None:
        books.leave_out(_idle(settings, share, roster))
    if by_queue:
        heard = await batches.hand_on(book, settings, desks, books, report, simulated=simulated)
    else:
        plans = plan_together(desks, settings, books)
        works = await _read(book, settings, roster, desks, plans, clock, report, connections, ends)
        books.settle(together(spent for work in works for spent in work.spent))
        heard = clock.heard if any(work.summary["served"] for work in works) else {}
    if clock.given and not any(s["requests"] or s["queued"] for s in report.platforms.values()):
        # A replay in which nothing was due has read until then, too. In the present somebody has
        # to answer; there something is due within hours.
        heard = heard or {"": clock()}
    report.failed = report.failed or _has_failed(report, ready)
    report.todo = "" if ready else _todo(report, roster)
    report.budgets, report.spent = books.report(), books.budgets
    report.notes = {platform: desk.note for platform, desk in desks.items()}
    ids = {platform: desk.account_ids() for platform, desk in desks.items()}
    report.problems += _save_ids(book, roster, ids, now)
    report.cost = {**NOTHING, **tally.so_far()}
    _save_report(book, report)
    if not report.failed:
        remember(book, agreed(heard))
    return report


def _desk(
    book: AgencyStore, settings: Settings, platform: Platform, roster: Roster, now: datetime
) -> Desk:
    desk = open_desk(book, settings, platform, roster, now)
    desk.wake(consents_of(book, settings), now)
    return desk


async def _read(
    book: AgencyStore,
    settings: Settings,
    roster: Roster,
    desks: Mapping[Platform, Desk],
    plans: Mapping[Platform, Plan],
    clock: Clock,
    report: CollectReport,
    connections: Connections | None,
    ends: float | None,
) -> list[Work]:
    """Carry out the plans, all platforms at the same time; one that falls over costs itself."""
    due = [desk for platform, desk in desks.items() if platform in plans]
    async with AsyncExitStack() as stack:
        opened = connections
        if opened is None:
            opened = await stack.enter_async_context(Connections())
        outcomes = await asyncio.gather(
            *(
                _work(book, settings, roster, d, plans[d.platform], clock, opened, ends)
                for d in due
            ),
            return_exceptions=True,
        )
    works = []
    for desk, outcome in zip(due, outcomes, strict=True):
        if isinstance(outcome, Work):
            report.platforms[desk.platform] = outcome.summary
            report.problems += outcome.harvest.problems
            works.append(outcome)
        else:
            _has_fallen(report, desk.platform, outcome)
    for platform in desks:
        if platform not in plans:
            report.platforms[platform] = summary_of(Plan(), Harvest())
    return works


async def _work(
    book: AgencyStore,
    settings: Settings,
    roster: Roster,
    desk: Desk,
    plan: Plan,
    clock: Clock,
    opened: Connections,
    ends: float | None,
) -> Work:
    """One platform's tick: read, write, and last of all note."""
    work = await carry_out(book, settings, roster, desk, plan, clock, opened, ends)
    if work.summary["requests"] or work.harvest.checked:  # else a tick with nothing due
        if book.store.remote:
            await asyncio.to_thread(desk.save, work.changed, clock())
        else:
            desk.save(work.changed, clock())
    return work


def _idle(settings: Settings, share: Share, roster: Roster) -> list[str]:
    """The credentials that serve no account of this agency, and are not known yet to serve none."""
    used = {account.platform for account in roster.accounts}
    serving = {name for platform in used for name in names(settings, platform)}
    return [
        name for name, grant in share.grants.items() if grant.takes_part and name not in serving
    ]


def _roster(book: AgencyStore, settings: Settings, now: datetime, report: CollectReport) -> Roster:
    """The registry as it stands: checked, stored when it is new, its admins answered."""
    every = timedelta(minutes=int(settings.registry_every))
    tick = timedelta(minutes=int(settings.collect_every))
    roster, problems = in_force(book, now, every, tick)
    report.problems += problems
    if not roster.satker:
        report.problems.append(agencies.EMPTY)
    return roster


def _is_ready(
    settings: Settings, platform: Platform, roster: Roster, report: CollectReport, simulated: bool
) -> bool:
    if not any(account.platform == platform for account in roster.accounts):
        return False
    if is_keyless(settings, platform):
        if simulated and platform in official(settings):
            report.skipped[platform] = (
                f"no credentials; set {NEEDS[platform]} (the public feed is read at present alone)"
            )
            return False
        return True
    if not configured(settings, platform):
        report.skipped[platform] = f"no credentials; set {NEEDS[platform]}"
        return False
    return True


def _official(settings: Settings, platforms: Sequence[Platform]) -> list[Platform]:
    """The platforms that would be read at their own hosts; YouTube's feed is left out instead."""
    return [p for p in official(settings) if p in platforms and not is_keyless(settings, p)]


def _refuse_forgery(
    book: AgencyStore, real: Sequence[Platform], now: datetime, simulated: bool
) -> None:
    """A read at one time must not be filed under another, nor what is real in a simulation."""
    for platform in real:
        if book.simulation:
            raise SettingsError(
                f"this store is a simulation, and {platform} would be read at its official host. "
                f"Set KIPRAH_{platform.upper()}_URL to a stand-in, or name a new KIPRAH_STORE "
                "without KIPRAH_SIMULATION"
            )
        if simulated and abs(now - Clock()()) > CLOCKS_AGREE:
            raise SettingsError(
                f"--now is not the present, and {platform} would be read at its official host: "
                f"that would forge evidence. Set KIPRAH_{platform.upper()}_URL to a stand-in, "
                "or leave --now out"
            )


def _survivors(
    report: CollectReport, platforms: Iterable[Platform], open: Callable[[Platform], T]
) -> dict[Platform, T]:
    """What could be opened for each platform; one that falls over costs only itself."""
    found: dict[Platform, T] = {}
    for platform in platforms:
        try:
            found[platform] = open(platform)
        except Exception as error:
            _has_fallen(report, platform, error)
    return found


def _has_fallen(report: CollectReport, platform: Platform, error: BaseException) -> None:
    if not isinstance(error, Exception) or isinstance(error, StoreError):
        raise error
    report.problems.append(f"{platform}: {type(error).__name__}: {error}")
    log.error("collect.platform_failed", platform=platform, error=repr(error))


def _has_failed(report: CollectReport, ready: Sequence[Platform]) -> bool:
    """Nothing could be read: no platform is set up, all fell over, or none of those asked served.

    One platform alone, where others had nothing due, says nothing of the run: it may be down for
    hours, and asking again at once would not help. That none of several serves is likely ours.
    """
    tried = sum(summary["requests"] > 0 for summary in report.platforms.values())
    served = sum(summary["served"] for summary in report.platforms.values())
    alone = tried == 1 < len(ready)
    return (not ready) or not report.platforms or (tried > 0 and served == 0 and not alone)


def _todo(report: CollectReport, roster: Roster) -> str:
    """What is to be set up where there is nothing that could be read."""
    if not roster.satker:
        return agencies.EMPTY
    if report.skipped:
        needs = ", or ".join(NEEDS[p] for p in PLATFORMS if p in report.skipped)
        return f"no platform has credentials; set {needs}"
    return "no unit has an account to read; add some with kiprah registry import FILE"


def _save_ids(
    book: AgencyStore,
    roster: Roster,
    found: Mapping[Platform, Mapping[str, str]],
    now: datetime,
) -> list[str]:
    """Let the registry know the durable ids that were found; returns what they bring to light."""
    ids = {
        (platform, handle): account_id
        for platform, named in found.items()
        for handle, account_id in named.items()
    }
    resolved = with_account_ids(roster, ids)
    if resolved == roster:
        return []
    return know(book, roster, msgspec.structs.replace(resolved, as_of=now), now)


def _save_report(book: AgencyStore, report: CollectReport) -> None:
    """Keep the run, unless nothing was due: such a tick writes nothing."""
    done = any(
        s["requests"] or s["queued"] or s.get("brought", {}).get("batches")
        for s in report.platforms.values()
    )
    if done or (report.failed and not report.todo):
        document: Mapping[str, Any] = report.as_dict()
        text = log.clean(msgspec.json.encode(document).decode())
        book.save_run(report.run_id, {**msgspec.json.decode(text), "started_at": iso(report.now)})
