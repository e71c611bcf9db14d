"""The loop for one server: the three jobs at their cadence, in place of Cloud Scheduler."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from functions import agencies, log
from functions.collect.client import Connections
from functions.collect.job import collect_all
from functions.model import run_id
from functions.publish.job import publish_all
from functions.score.job import score_all
from functions.settings import Settings
from functions.store.agency import AgencyStore

GRACE = 20.0  # seconds that a running job gets to end after SIGTERM


async def run(books: Sequence[AgencyStore], settings: Settings, stop: asyncio.Event) -> None:
    """Collect, score and publish until ``stop`` is set; a job that fails is tried at its next turn.

    Turns lie on whole multiples of the cadence, so that a restart does not shift them.
    """
    collecting = timedelta(minutes=int(settings.collect_every))
    scoring = timedelta(minutes=int(settings.score_every))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    due = {"collect": present(), "score": present()}
    async with Connections() as connections:
        while not stop.is_set():
            now = present()
            if now >= due["collect"]:
                due["collect"] = turn_after(now, collecting)
                await _job("collect", stop, lambda: _collect(books, settings, connections))
            if now >= due["score"]:
                due["score"] = turn_after(now, scoring)
                await _job("score", stop, lambda: asyncio.to_thread(_score, books))
                await _job("publish", stop, lambda: asyncio.to_thread(_publish, books, settings))
            with suppress(TimeoutError):
                pause = (min(due.values()) - datetime.now(UTC)).total_seconds()
                await asyncio.wait_for(stop.wait(), timeout=max(0.0, pause))
    log.info("loop.stopped")


def present() -> datetime:
    """The computer's clock in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def turn_after(now: datetime, every: timedelta) -> datetime:
    """The next whole multiple of the cadence."""
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return epoch + ((now - epoch) // every + 1) * every


async def _job(name: str, stop: asyncio.Event, job: Callable[[], Awaitable[Any]]) -> None:
    """Run one job to its end; once told to stop it has ``GRACE`` seconds left."""
    if stop.is_set():
        return
    running = asyncio.ensure_future(job())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        await asyncio.wait({running}, timeout=GRACE)
    stopping.cancel()
    running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        log.warning("loop.job_cut_short", job=name)
    except Exception as error:
        # The loop outlives whatever befalls one job; its next turn tries again.
        log.error("loop.job_failed", job=name, error=f"{type(error).__name__}: {error}")


async def _collect(
    books: Sequence[AgencyStore], settings: Settings, connections: Connections
) -> None:
    now = present()
    report = await collect_all(
        books, settings, now=now, run_id=run_id("collect", now), connections=connections
    )
    _tell(report)


def _score(books: Sequence[AgencyStore]) -> None:
    now = present()
    _tell(score_all(books, now=now, run_id=run_id("score", now)))


def _publish(books: Sequence[AgencyStore], settings: Settings) -> None:
    now = present()
    name = run_id("publish", now)
    _tell(publish_all(books, now=now, settings=settings, run_id=name))


# Whose run was found at work when a job's turn came, as was told last.
_found: dict[str, list[str]] = {}


def _tell(report: dict[str, Any]) -> None:
    """Log a run's report; that another process does the work is told once, not at every turn."""
    job, idle = report["job"], agencies.idle(report)
    holders = [str(own.get("holder")) for own in agencies.of_each(report)] if idle else []
    if holders and _found.get(job) == holders:
        return
    _found[job] = holders
    log.info(f"{job}.finished", **report)
