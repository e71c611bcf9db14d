"""The loop for one server: the jobs at their cadence, in place of Cloud Scheduler."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click

from functions import log
from functions.collect.client import Connections
from functions.collect.job import collect_all
from functions.collect.tick import CollectRun
from functions.commands.health import Heartbeat
from functions.commands.shell import (
    load_settings,
    opened_all,
    tells_errors,
)
from functions.jobs import rounds, turns
from functions.listen.job import listen_all
from functions.listen.run import ListenRun
from functions.model import run_id
from functions.notify.notifier import notifier_of
from functions.publish.documents.job import documents_all
from functions.publish.job import publish_all
from functions.score.job import score_all
from functions.settings import Settings
from functions.settings.cadence import CADENCES
from functions.store.agency import AgencyStore
from functions.store.port import StoreError
from functions.times import present

STANDBY = timedelta(seconds=30)  # between two looks whether another loop still runs
LISTENED_AFTER = timedelta(minutes=5)  # an hour's end: its counts are whole by then
GRACE = 20.0  # seconds that a running job gets to end after SIGTERM


async def run(
    agencies: Sequence[AgencyStore],
    settings: Settings,
    stop: asyncio.Event,
    health: Path | None = None,
) -> None:
    """Collect, score, publish, make documents and listen until ``stop`` is set.

    A job that fails is tried at its next turn.

    ``health``: the file that says whether this loop lives, and when each job last succeeded.

    Turns are at whole multiples of the cadence, so that a restart does not shift them. While
    another loop runs on the same store this one waits, and takes over when the other ends.
    """
    collecting = timedelta(minutes=settings.collect_every)
    scoring = timedelta(minutes=settings.score_every)
    listening = timedelta(minutes=CADENCES["listen"].every)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    due = {job: present() for job in ("collect", "score", "listen")}
    heart = Heartbeat(health)
    beating = asyncio.ensure_future(heart.goes_on())
    async with Connections() as connections, _Watch(agencies[0]) as watch:
        while not stop.is_set():
            now = present()
            if not watch.is_ours(now):
                await _pause(stop, now + STANDBY)
                continue
            if now >= due["collect"]:
                due["collect"] = turn_after(now, collecting)
                await _job(
                    "collect", stop, heart, lambda: _collect(agencies, settings, connections)
                )
            if now >= due["score"]:
                due["score"] = turn_after(now, scoring)
                ranking = partial(asyncio.to_thread, _score, agencies, settings)
                await _job("score", stop, heart, ranking)
                publishing = partial(asyncio.to_thread, _publish, agencies, settings)
                await _job("publish", stop, heart, publishing)
                setting = partial(asyncio.to_thread, _documents, agencies, settings)
                await _job("documents", stop, heart, setting)
            if now >= due["listen"]:
                due["listen"] = turn_after(now, listening) + LISTENED_AFTER
                counting = partial(asyncio.to_thread, _listen, agencies, settings)
                await _job("listen", stop, heart, counting)
            await _pause(stop, min(due.values()))
    beating.cancel()
    log.info("loop.stopped")


async def _pause(stop: asyncio.Event, until: datetime) -> None:
    with suppress(TimeoutError):
        seconds = (until - datetime.now(UTC)).total_seconds()
        await asyncio.wait_for(stop.wait(), timeout=max(0.0, seconds))


class _Watch:
    """Which of several loops on one store does the work; the others stand by."""

    def __init__(self, agency: AgencyStore) -> None:
        self._agency = agency
        self._held = ExitStack()
        self._turn: turns.Turn | None = None
        self._told: str | None = None

    async def __aenter__(self) -> _Watch:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._held.close()

    def is_ours(self, now: datetime) -> bool:
        """Whether this loop has the watch, or can take it; who has it is told once."""
        if self._turn is not None and not self._turn.is_lost:
            return True
        self._held.close()
        try:
            return self._takes_it(now)
        except StoreError as error:  # for a while; the store was there when the loop began
            log.error("loop.job_failed", job="run", error=str(error))
            return False

    def _takes_it(self, now: datetime) -> bool:
        with ExitStack() as attempt:
            self._turn = attempt.enter_context(turns.taken(self._agency, "run", now))
            if self._turn.other is None:
                self._held = attempt.pop_all()
                return True
            if self._told != self._turn.holder:
                log.warning("loop.stands_by", said=self._turn.other)
            self._told, self._turn = self._turn.holder, None
        return False


def turn_after(now: datetime, every: timedelta) -> datetime:
    """The next whole multiple of the cadence."""
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // every + 1) * every


async def _job(
    name: str, stop: asyncio.Event, heart: Heartbeat, job: Callable[[], Awaitable[Any]]
) -> None:
    """Run one job to its end; once told to stop it has ``GRACE`` seconds left."""
    if stop.is_set():
        return
    heart.begins(name)
    good = False
    running = asyncio.ensure_future(job())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        await asyncio.wait({running}, timeout=GRACE)
    stopping.cancel()
    running.cancel()
    try:
        report = await running
        good = not (report or {}).get("failed")
    except asyncio.CancelledError:
        log.warning("loop.job_cut_short", job=name)
    except Exception as error:
        # The loop outlives whatever befalls one job; its next turn tries again.
        log.crash("loop.job_failed", error, job=name)
    heart.ends(name, good=good)


async def _collect(
    agencies: Sequence[AgencyStore], settings: Settings, connections: Connections
) -> dict[str, Any]:
    now = present()
    run = CollectRun(now=now, run_id=run_id("collect", now), connections=connections)
    return _tell(await collect_all(agencies, settings, run))


def _score(agencies: Sequence[AgencyStore], settings: Settings) -> dict[str, Any]:
    now, notifier = present(), notifier_of(settings)
    name = run_id("score", now)
    return _tell(score_all(agencies, now=now, run_id=name, notifier=notifier))


def _publish(agencies: Sequence[AgencyStore], settings: Settings) -> dict[str, Any]:
    now = present()
    name = run_id("publish", now)
    return _tell(publish_all(agencies, now=now, settings=settings, run_id=name))


def _documents(agencies: Sequence[AgencyStore], settings: Settings) -> dict[str, Any]:
    now = present()
    name = run_id("documents", now)
    return _tell(documents_all(agencies, now=now, settings=settings, run_id=name))


def _listen(agencies: Sequence[AgencyStore], settings: Settings) -> dict[str, Any]:
    now = present()
    run = ListenRun(now=now, run_id=run_id("listen", now))
    return _tell(listen_all(agencies, settings, run))


# Whose run was found at work when a job's turn came, as was told last.
_found: dict[str, list[str]] = {}


def _tell(report: dict[str, Any]) -> dict[str, Any]:
    """Log a run's report; when another process does the work, say so once, not at every turn."""
    job, idle = report["job"], rounds.idle(report)
    holders = [str(own.get("holder")) for own in rounds.of_each(report)] if idle else []
    if not holders or _found.get(job) != holders:
        log.info(f"{job}.finished", **report)
    _found[job] = holders
    return report


@click.command("run")
@click.option(
    "--health",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write twice a minute whether this lives, for kiprah health.",
)
@tells_errors
def run_command(health: Path | None) -> None:
    """Collect, score, publish and listen at their cadence until told to stop."""

    log.speak()
    loaded = load_settings()
    with opened_all(loaded) as agencies:
        asyncio.run(run(agencies, loaded, asyncio.Event(), health))
