"""Collecting through a queue: the deployed function, Google's client, and tasks that come as they
like, held against collecting in one invocation."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.error import HTTPError

import functions_framework
import msgspec
import pytest
from google.cloud.tasks_v2 import Task
from msgspec.structs import replace
from werkzeug.serving import make_server

from functions import log
from functions.collect import job
from functions.collect import state as states
from functions.collect.client import Clock
from functions.collect.job import collect_all
from functions.collect.planning import reservations, sharing
from functions.collect.planning.marks import next_tick
from functions.collect.planning.requests import (
    LookupRequest,
    Plan,
    ProfileRequest,
    Purpose,
    SweepRequest,
)
from functions.collect.platforms import adapter
from functions.collect.queueing import batches
from functions.collect.queueing.batch import Batch
from functions.collect.state import AccountState, LivePost, SyncState
from functions.collect.sync import PlatformSync
from functions.collect.tick import CollectRun, Tick
from functions.jobs.queue import Queue
from functions.model import PLATFORMS, Platform, iso, run_id
from functions.score.job import score
from functions.settings import Settings, load
from functions.store import open_agencies, open_agency
from functions.store.agency import AgencyStore
from functions.store.agency.collecting import StoredState
from functions.store.port import Stored, StoreError, Write
from tests import cloudtasks
from tests.cloudtasks import TASK_BYTES, Delivery
from tests.collect.api import TOKEN_KEY
from tests.collect.ministry import FIRST_TOKEN, UNITS, documents, register, rows, stored_posts, tick
from tests.platforms import server as platforms
from tests.platforms.credentials import ENVIRONMENT
from tests.platforms.limits import Limits
from tests.platforms.world import World

ROOT = Path(__file__).parents[3]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICK = timedelta(minutes=30)
LATELY = datetime.now(UTC).replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=40)
QUEUES = ["kiprah-jobs", *(f"kiprah-{platform}" for platform in PLATFORMS)]


@dataclass
class Installation:
    """The function ``collect`` as it is deployed, its queue, its store, and its platforms."""

    url: str
    settings: Settings
    agency: AgencyStore
    queue: cloudtasks.Handle
    platforms: platforms.Handle
    answers: list[dict[str, Any]] = field(default_factory=list)

    def trigger(
        self, now: datetime | None = None, *, scheduled: datetime | None = None
    ) -> tuple[int, dict[str, Any]]:
        """A scheduler's call: the status, and the run's report."""
        headers = {"Content-Type": "application/json"}
        headers |= {"X-CloudScheduler-ScheduleTime": iso(scheduled)} if scheduled else {}
        body = json.dumps({"now": iso(now)} if now else {}).encode()
        request = urllib.request.Request(self.url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)

    def plan(self, now: datetime) -> dict[str, Any]:
        """A scheduled call that goes well."""
        status, report = self.trigger(now)
        assert (status, report["failed"]) == (200, False), report
        return report

    def deliver(self, **how: Any) -> list[Delivery]:
        """The queue's calls; their answers are kept."""
        done = self.queue.deliver(**how)
        self.answers += [json.loads(d.answer) for d in done if d.answer]
        return done

    def tick(self, now: datetime, **how: Any) -> dict[str, Any]:
        """Plan, and work off what was put."""
        self.platforms.set_clock(now)
        report = self.plan(now)
        done = self.deliver(**how)
        assert {d.status for d in done} <= {200}
        assert self.queue.tasks() == []
        return report

    @property
    def done(self) -> Counter[str]:
        """How the batches ended."""
        return Counter(answer["done"] for answer in self.answers)

    @property
    def sent(self) -> int:
        """Requests that reached the platforms."""
        total: int = self.platforms.calls.report()["total"]
        return total


def environment(address: str, store: str, **more: str) -> dict[str, str]:
    return {
        **ENVIRONMENT,
        **{f"KIPRAH_{platform.upper()}_URL": address for platform in PLATFORMS},
        "KIPRAH_STORE": store,
        "KIPRAH_TOKEN_KEY": TOKEN_KEY,
        "KIPRAH_COLLECT_EVERY": "30",
        "KIPRAH_SIMULATION": "1",
        **more,
    }


@contextmanager
def deployed() -> Iterator[str]:
    """The function's address, while it is served as the cloud serves it."""
    app = functions_framework.create_app("collect", str(ROOT / "main.py"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def installed(
    monkeypatch: pytest.MonkeyPatch, world: World, store: str, **more: str
) -> Iterator[Installation]:
    with ExitStack() as stack:
        stand_ins = stack.enter_context(platforms.serve(world))
        queue = stack.enter_context(cloudtasks.serve(QUEUES))
        url = stack.enter_context(deployed())
        given = environment(
            stand_ins.url,
            store,
            KIPRAH_QUEUE="tasks://proyek/asia-southeast2/kiprah",
            KIPRAH_QUEUE_TARGET=url,
            KIPRAH_QUEUE_ADDRESS=queue.address,
            **more,
        )
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        settings = load(given, Path("/dev/null"))
        agency = open_agency(settings)
        stack.callback(agency.store.close)
        yield Installation(url, settings, agency, queue, stand_ins)


def grown_world(now: datetime, units: tuple[str, ...] = UNITS, **options: Any) -> World:
    """Units on five platforms, some days old, and days to come."""
    options = {"posts_per_day": 2, "history_days": 2, **options}
    world = World.generate(3, rows(units), now - timedelta(days=3), 6, **options)
    world.set_clock(now)
    return world


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # where no .env lies
    monkeypatch.setattr(log, "_hidden", set())
    monkeypatch.setattr(log, "_quiet", True)
    monkeypatch.setattr("werkzeug.serving.WSGIRequestHandler.log_request", lambda *_, **__: None)


@pytest.fixture
def cloud(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, now: datetime
) -> Iterator[Installation]:
    with installed(monkeypatch, grown_world(now), sqlite_url) as made_up:
        register(made_up.agency, made_up.settings, UNITS, now)
        yield made_up


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """No time passes while a tick is planned and its batches are worked off."""
    monkeypatch.setattr("functions.collect.client.monotonic", lambda: 0.0)
    monkeypatch.setattr(batches, "Clock", lambda at=None: Clock(at or now))
    monkeypatch.setattr("functions.jobs.trigger.present", lambda: now)


def verdicts_of(agency: AgencyStore, now: datetime) -> dict[tuple[str, ...], Any]:
    """What the ranking makes of every post."""
    score(agency, now=now, run_id="score")
    return {
        (entry.post.platform, entry.post.account_id, entry.post.post_id): (
            entry.verdict and entry.verdict.measurement,
            entry.verdict and entry.verdict.reason,
        )
        for month in agency.months()
        for ledger in agency.ledgers(month).values()
        for entry in ledger.entries.values()
    }


def budgets(installation: Installation, now: datetime, run: str = "") -> dict[str, dict[str, int]]:
    """What every credential's budget says was spent and is reserved at an instant, by a run."""
    agency = installation.agency
    found: dict[str, dict[str, int]] = {}
    for stored in agency.store.list(f"{agency.root}/budgets"):
        budget = reservations.decode(stored.data, stored.id)
        amounts = Counter[str]()
        for name, spending in budget.runs.items():
            if name.startswith(run) and spending.counts(now):
                amounts.update(spending.amounts)
        found[stored.id] = dict(amounts)
    return found


def received(task: Task) -> batches.Piece:
    """What a task's batch is to do."""
    body = json.loads(task.http_request.body)
    return msgspec.convert(body["batch"]["work"], batches.Piece)


def outcomes(installation: Installation) -> int:
    return sum(len(installation.agency.outcomes(platform)) for platform in PLATFORMS)


def accounts_and_posts(agency: AgencyStore, now: datetime) -> dict[str, Any]:
    """What the states know, all outcomes taken in; but until when growth is known, which is told
    when they are saved."""
    known: dict[str, Any] = {}
    for platform in PLATFORMS:
        state = states.decode(agency.sync_state(platform).body or b"") or states.SyncState()
        for outcome in batches._outcomes(agency.outcomes(platform)):
            state.fold(outcome.state)
        state.prune(now)
        accounts = {
            name: msgspec.structs.replace(account, covered_until=None)
            for name, account in state.accounts.items()
        }
        known[platform] = (accounts, state.posts)
    return known


def growth(agency: AgencyStore, now: datetime) -> dict[tuple[Any, str], Any]:
    """What was noted of every account's posts by the hour, of hours that are known or not."""
    pulse = agency.pulse(now - timedelta(days=2), now)
    return {
        (day, account): msgspec.structs.replace(noted, known=0)
        for day, accounts in pulse.days.items()
        for account, noted in accounts.items()
        if sum(noted.likes)
    }


# The same as in one invocation


@pytest.mark.usefixtures("still")
def test_a_queues_batches_sum_threads_where_the_agency_has_them_summed(
    cloud: Installation, now: datetime
) -> None:
    cloud.agency.store.write([Write(f"{cloud.agency.root}/settings/formula", {"x_threads": "sum"})])
    world = cloud.platforms.world
    account = world.by_handle("x", "kanwilntt")
    assert account is not None
    counts = {"start_with": {"likes": 10}}
    first = world.add_post(account, now - HOUR, **counts)
    parts = [
        world.add_post(
            account, at, kind="thread_part", refers_to=first.id, thread_of=first.id, **counts
        )
        for at in (now - 59 * MINUTE, now + 2 * HOUR)
    ]
    # A listing and a lookup of one tick are batches of their own, in either order: the part that
    # the listing brings is in every read from the next tick on.
    for hours in (0, 1, 3, 4, 6, 7, 9):
        cloud.tick(now + hours * HOUR)
    post = stored_posts(cloud.agency)["x", account.id, first.id]
    assert (post.samples[0].likes, post.samples[-1].likes) == (20, 30)
    assert post.parts == tuple(part.id for part in parts)
    [located] = cloud.agency.find_urls("x", [parts[1].id])
    assert (located.post_id, located.is_part) == (first.id, True)
    # And the state, which the next lookups are planned by, knows the thread whole.
    noted = states.decode(cloud.agency.sync_state("x").body or b"")
    assert noted is not None
    assert noted.posts[f"{account.id}:{first.id}"].parts == post.parts


@pytest.fixture
def alone(
    sqlite_url: str, tmp_path: Path, now: datetime
) -> Iterator[tuple[platforms.Handle, Settings, AgencyStore]]:
    """The same world, collected without a queue."""
    with platforms.serve(grown_world(now)) as stand_ins:
        given = environment(stand_ins.url, f"sqlite:///{tmp_path}/alone.db")
        settings = load(given, Path("/dev/null"))
        agency = open_agency(settings)
        register(agency, settings, UNITS, now)
        yield stand_ins, settings, agency
        agency.store.close()


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(
    "how",
    [{}, {"copies": 2, "order": "shuffled", "parallel": 2}],
    ids=["at-once", "twice-shuffled-two-at-once"],
)
def test_a_day_and_a_half_is_measured_as_without_a_queue(
    cloud: Installation,
    alone: tuple[platforms.Handle, Settings, AgencyStore],
    now: datetime,
    how: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when every batch comes twice, in any order, two at once."""
    twin, settings, agency = alone
    # Every hour rather than every half: half as many ticks show the same.
    monkeypatch.setenv("KIPRAH_COLLECT_EVERY", "60")
    settings = replace(settings, collect_every=60)
    # Small batches, so that even a small ministry's tick has several.
    monkeypatch.setattr(batches, "SWEEPS", 1)
    monkeypatch.setattr(batches, "LOOKUPS", 1)
    at, end = now, now + timedelta(hours=36)
    while at <= end:
        report = cloud.tick(at, **how)
        assert report["problems"] == []
        twin.set_clock(at)
        assert tick(agency, settings, at).problems == []
        at += HOUR
    found, expected = stored_posts(cloud.agency), stored_posts(agency)
    assert len(expected) > 50
    assert found == expected
    values = verdicts_of(cloud.agency, end)
    assert values == verdicts_of(agency, end)
    states = Counter(measurement.state for measurement, _ in values.values() if measurement)
    assert states["observed"] + states["interpolated"] > 15
    known, wanted = accounts_and_posts(cloud.agency, end), accounts_and_posts(agency, end)
    assert known == wanted
    if not how:
        assert cloud.done.keys() == {"now"}
        # Two listings of YouTube in two batches cannot share the call for what is new on both, nor
        # does a batch know what a listing of X in another has just shown.
        assert cloud.sent <= twin.calls.report()["total"] * 1.03
    else:
        assert cloud.done["now"] == cloud.done["before"] + cloud.done["twice at once"]
    cloud.plan(end)  # takes in what the last tick's batches brought
    assert growth(cloud.agency, end) == growth(agency, end)
    assert len(growth(agency, end)) > len(UNITS) * len(PLATFORMS)


@pytest.mark.emulator
def test_ticks_on_firestore_find_what_one_invocation_finds(
    monkeypatch: pytest.MonkeyPatch,
    firestore_url: str,
    alone: tuple[platforms.Handle, Settings, AgencyStore],
    now: datetime,
    still: None,
) -> None:
    twin, settings, agency = alone
    with installed(monkeypatch, grown_world(now), firestore_url) as cloud:
        register(cloud.agency, cloud.settings, UNITS, now)
        for at in (now, now + TICK, now + 3 * HOUR):
            cloud.tick(at, copies=2, parallel=4, order="shuffled")
            twin.set_clock(at)
            tick(agency, settings, at)
        assert stored_posts(cloud.agency) == stored_posts(agency)
        assert accounts_and_posts(cloud.agency, at) == accounts_and_posts(agency, at)


# Deliveries


def test_a_planner_reads_nothing_itself_and_says_what_it_put(
    cloud: Installation, now: datetime
) -> None:
    report = cloud.plan(now)
    assert cloud.sent == 0
    queued = {name: summary["queued"] for name, summary in report["platforms"].items()}
    assert queued == {platform: 1 for platform in PLATFORMS}
    assert len(cloud.queue.tasks()) == len(PLATFORMS)
    assert stored_posts(cloud.agency) == {}


def test_the_next_report_tells_what_batches_brought(cloud: Installation, now: datetime) -> None:
    cloud.platforms.fault("server_error", platform="x", path="tweets")
    cloud.tick(now)
    cloud.platforms.app.faults.clear()
    report = cloud.tick(now + TICK)
    brought = {name: summary["brought"] for name, summary in report["platforms"].items()}
    assert all(summary["batches"] == 1 for summary in brought.values())
    assert sum(summary["posts_found"] for summary in brought.values()) == len(
        [p for p in stored_posts(cloud.agency).values() if p.samples[0].taken_at < now + TICK]
    )
    assert brought["x"]["requests_failed"] == 2
    assert any(problem.startswith("x kanwil") for problem in report["problems"])
    assert outcomes(cloud) == sum(s["queued"] for s in report["platforms"].values())


def test_a_batch_delivered_again_sends_nothing_and_writes_nothing(
    cloud: Installation, now: datetime
) -> None:
    cloud.plan(now)
    held = cloud.queue.tasks()
    cloud.deliver()
    before, asked = documents(cloud.settings), cloud.sent
    for task in held:
        cloudtasks._send(task, {"Content-Type": "application/json"})
    assert cloud.sent == asked
    assert documents(cloud.settings) == before


def test_a_batch_that_comes_too_late_is_dropped_and_the_next_plan_makes_up_for_it(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.plan(now)
    late = datetime.now(UTC) + timedelta(minutes=30)
    with monkeypatch.context() as patch:
        patch.setattr("functions.jobs.trigger.present", lambda: late)
        assert {d.status for d in cloud.deliver()} == {200}
    assert cloud.done == {"too late": 5}
    assert (cloud.sent, stored_posts(cloud.agency), outcomes(cloud)) == (0, {}, 0)
    cloud.tick(now + TICK)
    assert len(stored_posts(cloud.agency)) > 20


def test_a_read_is_filed_under_the_time_at_which_it_was_made(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under ``now``: that instant plus the time that has passed, on the queue's way too."""
    cloud.plan(now)
    late = datetime.now(UTC) + 10 * MINUTE
    monkeypatch.setattr("functions.jobs.trigger.present", lambda: late)
    cloud.deliver()
    assert cloud.done == {"now": 5}
    for post in stored_posts(cloud.agency).values():
        assert now + 9 * MINUTE < post.samples[0].taken_at < now + 11 * MINUTE


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[Installation]:
    """The same in a store that is no simulation."""
    with installed(monkeypatch, grown_world(LATELY), sqlite_url, KIPRAH_SIMULATION="") as built:
        register(built.agency, built.settings, UNITS, LATELY)
        yield built


def test_at_an_official_host_the_clock_alone_tells_the_time(
    real: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of another time must not forge evidence when it is worked off."""
    real.plan(LATELY)
    monkeypatch.setattr(batches, "official", lambda _: list(PLATFORMS))
    real.deliver()
    assert real.done == {"too late": 5}  # long ago: now it is another time
    assert real.sent == 0


def test_a_simulations_batch_is_never_worked_off_at_an_official_host(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.plan(now)
    monkeypatch.setattr(batches, "official", lambda _: list(PLATFORMS))
    cloud.deliver()
    assert cloud.done == {"a simulation reads no official host": 5}
    assert cloud.sent == 0


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=200)])
def test_no_batch_brings_a_real_store_the_future(
    real: Installation, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    """Whoever may call the function might write one by hand."""
    with monkeypatch.context() as patch:
        patch.setattr("functions.jobs.trigger.refuse_future", lambda now: None)
        real.plan(datetime.now(UTC) + ahead)
    real.deliver()
    assert real.done == {"ahead of the clock": 5}
    assert real.sent == 0


def test_batches_tell_until_when_they_read(real: Installation) -> None:
    """By what they leave, at the next plan: it was given a time, so by their own clocks."""
    real.tick(LATELY)
    assert real.agency.read_until() is None
    real.plan(LATELY + TICK)
    until = real.agency.read_until()
    assert until is not None
    assert LATELY <= until < LATELY + TICK


def test_the_last_read_before_a_mark_is_kept_where_ticks_are_rarer_than_configured(
    cloud: Installation, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """A batch comes some seconds after its planner, whose tick must not be taken for the last."""
    horizons: list[timedelta] = []

    carry_out = PlatformSync.carry_out

    async def watched(sync: PlatformSync, *how: Any, **more: Any) -> None:
        began = sync.tick.clock()
        horizons.append(next_tick(sync.state, began, sync.tick.every) - began)
        await carry_out(sync, *how, **more)

    monkeypatch.setattr(PlatformSync, "carry_out", watched)
    for at in (now, now + 2 * HOUR, now + 4 * HOUR):
        horizons.clear()
        cloud.platforms.set_clock(at)
        cloud.plan(at)
        with monkeypatch.context() as patch:
            moments_later = datetime.now(UTC) + timedelta(seconds=20)
            patch.setattr("functions.jobs.trigger.present", lambda late=moments_later: late)
            cloud.deliver()
    assert horizons
    assert min(horizons) == 2 * HOUR


# Triggers


def test_a_trigger_delivered_twice_puts_nothing_twice(cloud: Installation, now: datetime) -> None:
    """Some seconds later, as a scheduler delivers it; and once more when its batches are done."""
    put = 0
    for n in range(8):
        at = now + n * TICK
        cloud.platforms.set_clock(at)
        _, first = cloud.trigger(at, scheduled=at)
        waiting, spent = len(cloud.queue.tasks()), budgets(cloud, at, first["run_id"])
        _, second = cloud.trigger(at + timedelta(seconds=7), scheduled=at)
        assert second["run_id"] == first["run_id"]
        assert len(cloud.queue.tasks()) == waiting
        assert budgets(cloud, at, first["run_id"]) == spent
        put += waiting
        cloud.deliver()
        # Once they are done, it asks at most for what would bring a read nearer to a mark.
        cloud.trigger(at + timedelta(seconds=14), scheduled=at)
        for task in cloud.queue.tasks():
            plan = received(task).plan
            assert {s.purpose for s in plan.sweeps} <= {Purpose.NARROW}
            assert {r.purpose for r in plan.lookups} <= {Purpose.NARROW}
            assert not plan.profiles
        cloud.queue._waiting.clear()
    assert put > 10
    assert cloud.done == {"now": put}


def test_a_trigger_delivered_twice_at_once_puts_nothing_twice(
    cloud: Installation, now: datetime, still: None
) -> None:
    cloud.tick(now)
    at = now + 3 * HOUR
    cloud.platforms.set_clock(at)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: cloud.trigger(at, scheduled=at), range(2)))
    assert [status for status, _ in done] == [200, 200]
    asked = Counter[tuple[str, str]]()
    for task in cloud.queue.tasks():
        queue, plan = task.name.split("/")[5], received(task).plan
        asked.update((queue, sweep.handle) for sweep in plan.sweeps)
        asked.update((queue, post.key) for look in plan.lookups for post in look.posts)
    assert len(asked) >= len(UNITS) * len(PLATFORMS)
    assert set(asked.values()) == {1}
    assert outcomes(cloud) == 0


def test_at_present_reads_are_filed_under_the_clock(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    """Nothing simulated: a scheduler's empty call, and batches some moments later."""
    began = datetime.now(UTC).replace(microsecond=0)
    with installed(monkeypatch, grown_world(began), sqlite_url) as cloud:
        register(cloud.agency, cloud.settings, UNITS, began)
        status, report = cloud.trigger(scheduled=began)
        assert (status, report["problems"]) == (200, [])
        assert {d.status for d in cloud.deliver(parallel=2)} == {200}
        assert cloud.done == {"now": 5}
        taken = [s.taken_at for p in stored_posts(cloud.agency).values() for s in p.samples]
        assert taken
        assert began <= min(taken)
        assert max(taken) <= datetime.now(UTC)
        assert outcomes(cloud) == 5


def test_two_triggers_are_two_runs(cloud: Installation, now: datetime) -> None:
    cloud.plan(now)
    waiting = len(cloud.queue.tasks())
    cloud.plan(now + TICK)
    assert len(cloud.queue.tasks()) == 2 * waiting


# Dying


def dies_after(monkeypatch: pytest.MonkeyPatch, name: str, writes: int) -> list[str]:
    """The process dies at a write; afterwards it is alive again. Returns what was written."""
    from functions.store import sqlite

    honest, seen = sqlite.SqliteStore.write, list[str]()

    def write(self: Any, given: Any) -> None:
        todo = [*given]
        if any(name in one.path for one in todo):
            seen.append(todo[0].path)
            if len(seen) == writes:
                raise KilledError
        honest(self, todo)

    monkeypatch.setattr(sqlite.SqliteStore, "write", write)
    return seen


# The thread that serves the request ends with it.
DIES = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class KilledError(BaseException):
    """The process was killed: nothing may catch it."""


@DIES
@pytest.mark.parametrize("where", ["/posts/", "/followers/", "/satker/", "/outcomes/"])
def test_a_worker_that_dies_is_called_again(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    cloud.plan(now)
    dies_after(monkeypatch, where, 1)
    first = cloud.deliver()
    assert sum(d.status != 200 for d in first) == 1
    assert len(cloud.queue.tasks()) == 1
    cloud.deliver()
    assert cloud.queue.tasks() == []
    assert cloud.done == {"now": 5}
    posts = stored_posts(cloud.agency)
    assert {key[0] for key in posts} == set(PLATFORMS)
    assert all(1 <= len(post.samples) <= 2 for post in posts.values())
    assert outcomes(cloud) == 5


@DIES
@pytest.mark.parametrize("where", ["/budgets/", "/plans/", "/outcomes/", "put"])
def test_a_planner_that_dies_is_made_up_for_by_the_next_tick(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch, where: str, still: None
) -> None:
    """Before its state is saved, between that and forgetting outcomes, or before it puts."""
    cloud.tick(now)
    spent = budgets(cloud, now)
    with monkeypatch.context() as patch:
        if where == "put":
            patch.setattr(Queue, "put", raising(KilledError()))
        else:
            dies_after(patch, where, 1)
        with pytest.raises((HTTPError, OSError)):
            cloud.trigger(now + TICK)
    assert spent
    at = now + 2 * TICK
    report = cloud.tick(at)
    cloud.tick(at + TICK)
    assert report["problems"] == []
    # What the first tick's batches spent is entered once.
    calls = cloud.platforms.calls.report()["x"]
    assert sum(b.get("mills", 0) for b in budgets(cloud, at + TICK).values()) >= (
        5 * calls["post_reads"]
    )
    entries = [
        (name, run)
        for stored in cloud.agency.store.list(f"{cloud.agency.root}/budgets")
        for name, run in reservations.decode(stored.data, stored.id).runs.items()
        if run.settled and run.amounts and name.startswith(run_id("collect", now))
    ]
    kept = [name for name in spent if not name.startswith("tiktok")]  # a minute is soon forgotten
    assert len(entries) == len(kept)


def raising(error: BaseException) -> Any:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


# Budgets


def test_what_is_planned_is_reserved_and_what_was_spent_takes_its_place(
    cloud: Installation, now: datetime, still: None
) -> None:
    cloud.plan(now)
    reserved = budgets(cloud, now)
    assert all(sum(amounts.values()) > 0 for amounts in reserved.values())
    cloud.deliver()
    assert budgets(cloud, now) == reserved  # batches touch no budget
    at = now + TICK
    report = cloud.plan(at)
    calls = cloud.platforms.calls.report()
    [x] = [b for name, b in report["budgets"].items() if name.startswith("x:")]
    planned = budgets(cloud, at)[next(n for n in report["budgets"] if n.startswith("x:"))]
    assert x["mills"]["spent"] == planned["mills"]
    real = 5 * calls["x"]["post_reads"] + 10 * calls["x"]["user_reads"]
    runs = [
        (name, run)
        for stored in cloud.agency.store.list(f"{cloud.agency.root}/budgets")
        if stored.id.startswith("x:")
        for name, run in reservations.decode(stored.data, stored.id).runs.items()
        if name.startswith(run_id("collect", now))
    ]
    assert sum(run.amounts.get("mills", 0) for _, run in runs) == real
    assert all(run.settled for _, run in runs)


def test_what_was_never_worked_off_is_given_back_in_time(
    cloud: Installation, now: datetime, still: None
) -> None:
    """A reservation lapses when none of its batches can be running any more."""
    cloud.plan(now)
    reserved = budgets(cloud, now)
    cloud.queue._waiting.clear()
    lapse = now + TICK + 8 * MINUTE
    assert budgets(cloud, lapse - MINUTE) == reserved
    assert all(not amounts for amounts in budgets(cloud, lapse).values())


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("platform", ["instagram", "x", "youtube"])
def test_a_limit_that_a_batch_met_holds_for_the_plans_until_its_end(
    cloud: Installation, now: datetime, platform: Platform
) -> None:
    kind = "quota_exceeded" if platform == "youtube" else "rate_limited"
    # A minute less than two hours: the platform's clock goes on while it is asked.
    cloud.platforms.fault(kind, platform=platform, reset_in=7140)
    cloud.platforms.set_clock(now)
    cloud.plan(now)
    assert {d.status for d in cloud.deliver()} == {200}  # any other would slow the queue down
    cloud.platforms.app.faults.clear()
    report = cloud.tick(now + TICK)
    assert report["platforms"][platform]["brought"]["stopped"]
    assert report["platforms"][platform]["queued"] == 0
    put, at = 0, now + TICK
    while not put and at < now + 30 * HOUR:
        at += TICK
        put = cloud.tick(at)["platforms"][platform]["queued"]
    # An hour without a word of it; as long as it was told; until midnight in California.
    assert at == now + {"instagram": 1, "x": 2, "youtube": 4}[platform] * HOUR
    assert any(key[0] == platform for key in stored_posts(cloud.agency))


# What goes wrong


def test_a_queue_that_is_missing_costs_its_platform_and_is_told_in_one_line(
    cloud: Installation, now: datetime
) -> None:
    cloud.queue.queues.remove("kiprah-x")
    status, report = cloud.trigger(now)
    assert (status, report["failed"]) == (200, False)
    [problem] = report["problems"]
    assert "gcloud tasks queues create kiprah-x" in problem
    assert "\n" not in problem
    assert report["platforms"]["x"]["queued"] == 0
    cloud.deliver()
    cloud.queue.queues.add("kiprah-x")
    cloud.tick(now + TICK)
    assert {key[0] for key in stored_posts(cloud.agency)} == set(PLATFORMS)


@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "FAILED_PRECONDITION"])
def test_a_run_that_can_put_nothing_has_failed_and_is_made_good_when_it_is_called_again(
    cloud: Installation, now: datetime, code: str
) -> None:
    cloud.queue.fail(code, times=5)
    status, report = cloud.trigger(now, scheduled=now)
    assert (status, report["failed"]) == (500, True)
    assert len(report["problems"]) == 5
    assert not any("\n" in problem for problem in report["problems"])
    assert cloud.queue.tasks() == []
    again, _ = cloud.trigger(now + timedelta(seconds=20), scheduled=now)
    assert again == 200
    assert len(cloud.queue.tasks()) == 5


def test_a_tick_with_nothing_to_put_has_not_failed(
    cloud: Installation, now: datetime, still: None
) -> None:
    cloud.tick(now)
    cloud.queue.fail("PERMISSION_DENIED", times=100)
    status, report = cloud.trigger(now)
    assert (status, report["failed"], cloud.queue.calls) == (200, False, 5)


def test_no_credentials_for_the_queue_is_one_line(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KIPRAH_QUEUE_ADDRESS")
    monkeypatch.setenv("KIPRAH_QUEUE_ACCOUNT", "antrean@proyek.iam.gserviceaccount.com")
    status, report = cloud.trigger(now)
    assert (status, report["failed"]) == (500, True)
    [problem] = report["problems"]
    assert "no credentials" in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    "kind", ["server_error", "html", "token_revoked", "rate_limited", "cut", "empty_body"]
)
def test_whatever_platforms_do_ends_their_batches(
    cloud: Installation, now: datetime, kind: str
) -> None:
    cloud.platforms.fault(kind)
    cloud.plan(now)
    assert {d.status for d in cloud.deliver()} == {200}
    assert cloud.queue.tasks() == []
    assert stored_posts(cloud.agency) == {}
    cloud.platforms.app.faults.clear()
    status, report = cloud.trigger(now + TICK)
    assert (status, report["failed"]) == (200, False)
    assert report["problems"]  # of the batches that it has taken in


def test_a_bug_in_one_platforms_reading_ends_its_batch(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.plan(now)

    carry_out = PlatformSync.carry_out

    async def careless(sync: PlatformSync, *how: Any, **more: Any) -> None:
        if sync.platform == "x":
            raise KeyError("data")
        await carry_out(sync, *how, **more)

    monkeypatch.setattr(PlatformSync, "carry_out", careless)
    assert {d.status for d in cloud.deliver()} == {200}
    assert cloud.done == {"now": 4, "fallen over": 1}
    assert {key[0] for key in stored_posts(cloud.agency)} == set(PLATFORMS) - {"x"}


def test_a_store_that_refuses_brings_the_batch_back(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.plan(now)
    with monkeypatch.context() as patch:
        patch.setattr(AgencyStore, "save_posts", raising(StoreError("the store is full")))
        assert {d.status for d in cloud.deliver()} == {500}
    assert len(cloud.queue.tasks()) == 5
    assert {d.status for d in cloud.deliver()} == {200}
    assert {key[0] for key in stored_posts(cloud.agency)} == set(PLATFORMS)


def test_a_batch_of_a_credential_that_is_set_no_longer_is_dropped(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.plan(now)
    with monkeypatch.context() as patch:
        patch.setenv("KIPRAH_X_BEARER_TOKEN", "another-token")
        assert {d.status for d in cloud.deliver()} == {200}
        assert cloud.done == {"now": 4, "credentials changed": 1}


def test_what_an_old_credential_spent_does_not_stop_a_plan(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.tick(now)
    monkeypatch.setenv("KIPRAH_X_BEARER_TOKEN", "another-token")
    status, _ = cloud.trigger(now + TICK)
    assert status == 200


@pytest.mark.parametrize(
    "work", [{}, {"plan": {}}, {"now": "soon", "put_at": "", "simulated": 1, "of": 1, "plan": {}}]
)
def test_a_batch_of_another_version_is_dropped(
    cloud: Installation, now: datetime, work: dict[str, Any]
) -> None:
    stranger = Batch(name="a/b", platform="x", expires_at=now + HOUR, work=work)
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(cloud.url, stranger.body(), kind, method="POST")
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, json.load(answer)["done"]) == (200, "not understood")
    assert cloud.sent == 0


def test_an_outcome_that_cannot_be_read_costs_only_what_it_noted(
    cloud: Installation, now: datetime
) -> None:
    cloud.tick(now)
    for platform in PLATFORMS:
        for stored in cloud.agency.outcomes(platform):
            cloud.agency.store.write([Write(stored.path, {"platform": platform, "body": b"?"})])
    before = stored_posts(cloud.agency)
    cloud.tick(now + TICK)
    after = stored_posts(cloud.agency)
    assert before.keys() <= after.keys()
    assert all(len(post.samples) <= 2 for post in after.values())


def test_outcomes_stay_when_the_state_could_not_be_saved(
    cloud: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.tick(now)
    with monkeypatch.context() as patch:
        patch.setattr(PlatformSync, "save", lambda *_, **__: False)
        cloud.plan(now + TICK)
    assert outcomes(cloud) == 5


def test_no_secret_is_in_a_task(cloud: Installation, now: datetime) -> None:
    secrets = [*ENVIRONMENT.values(), TOKEN_KEY, FIRST_TOKEN, "page-token"]
    secrets.remove(ENVIRONMENT["KIPRAH_INSTAGRAM_USER_ID"])  # an account's number, public
    for at in (now, now + TICK, now + 3 * HOUR):
        cloud.platforms.set_clock(at)
        cloud.plan(at)
        for task in cloud.queue.tasks():
            text = task.http_request.body.decode() + str(dict(task.http_request.headers))
            assert not any(secret in text for secret in secrets)
        cloud.deliver()
    for path, (_, text) in documents(cloud.settings).items():
        if "/outcomes/" in path:
            assert not any(secret in text for secret in secrets)


def test_an_outcome_fits_a_document_however_much_a_batch_has_seen(now: datetime) -> None:
    """Posts too old for the state are left out of it; Firestore's documents end at 1 MiB."""

    def identity(*parts: object) -> str:
        return sha256(repr(parts).encode()).hexdigest()[:19]

    accounts = [identity(n) for n in range(batches.SWEEPS)]
    posts = [
        LivePost(
            account_id=account,
            post_id=identity(account, n),
            published_at=now - n * 15 * MINUTE,  # one every quarter of an hour, a month back
            url=f"https://www.example.com/{identity(account, n)}/posts/{identity(n, account)}",
            kept=(now,),
            read_at=now,
            counters=(n, 37 * n, 7 * n),
        )
        for account in accounts
        for n in range(30 * 96)
    ]
    noted = {
        account: AccountState(
            handle=account, settled=tuple(identity(account, n)[:11] for n in range(200))
        )
        for account in accounts
    }
    saved: list[bytes] = []

    class Outcomes:
        def save_outcome(self, platform: Platform, name: str, body: bytes) -> None:
            saved.append(body)

    tick = cast(
        "Tick",
        SimpleNamespace(agency=Outcomes(), now=now, clock=SimpleNamespace(heard={"http://x": now})),
    )
    none = SyncState()
    seen = PlatformSync(tick, "youtube", adapter("youtube"), none, StoredState(), [], (), none)
    seen.changed = SyncState(accounts=noted, posts={p.key: p for p in posts})

    batch = Batch(name="a/b", platform="youtube", expires_at=now, work={})
    piece = batches.Piece(now=now, put_at=now, simulated=False, of=1, plan=Plan())
    batches._leave(batch, piece, seen)
    [body] = saved
    assert len(body) < 1_000_000
    [outcome] = batches._outcomes([Stored("outcomes/a", {"body": body}, "1", now)])
    assert len(outcome.state.posts) == batches.SWEEPS * 2 * 96
    assert outcome.state.accounts == noted
    assert outcome.heard == {"http://x": now}


# Pieces


MARK = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)


def plan_of(accounts: int, posts: int, *, lookup_size: int, new: bool, size: int = 100) -> Plan:
    """A tick at which everything is due: every account, and every post by id."""
    handles = [f"kementerian.hukum.kanwil_{n:05}" for n in range(accounts)]
    live = [
        LivePost(
            account_id=f"1784140{n % accounts:010}",
            post_id=f"2112795598{n:09}",
            published_at=MARK,
            url=f"https://x.com/kementerian/status/2112795598{n:09}",
            versions=tuple(f"2112795598{n:09}" for _ in range(5)),
            kept=(MARK,) * 7,
            read_at=MARK,
        )
        for n in range(posts)
    ]
    return Plan(
        sweeps=tuple(SweepRequest(h, MARK, Purpose.DISCOVER, 1, "x:12345678") for h in handles),
        lookups=tuple(
            LookupRequest(tuple(live[n : n + lookup_size]), Purpose.MARK, 0, "x:12345678")
            for n in range(0, posts, lookup_size)
        ),
        profiles=tuple(
            ProfileRequest(tuple(handles[n : n + size]), not new, "x:12345678")
            for n in range(0, accounts, size)
        ),
    )


def put_together(*plans: Plan, run: str = "20261020T030000Z-collect") -> list[Batch]:
    agency = SimpleNamespace(id="kemenkum")
    tick = SimpleNamespace(agency=agency, now=MARK, every=TICK, simulated=False)
    named = dict(zip(PLATFORMS, plans, strict=False))
    return batches._batches(cast("Tick", tick), named, run)


@pytest.mark.parametrize("new", [False, True])
@pytest.mark.parametrize("size", [1, 50, 100])
def test_batches_of_five_thousand_accounts_are_far_below_a_tasks_limit(
    new: bool, size: int
) -> None:
    made = put_together(plan_of(5000, 25_000, lookup_size=100, new=new, size=size))
    largest = max(len(batch.body()) for batch in made)
    assert largest < TASK_BYTES / 10
    assert len(made) <= 5000 / 60 + 1 + 250 / 4 + 5000 / size / 25 + 1


@pytest.mark.parametrize("new", [False, True])
@pytest.mark.parametrize(("accounts", "posts"), [(1, 0), (0, 1), (59, 3), (61, 1200), (300, 7)])
def test_pieces_ask_for_the_whole_plan_once(accounts: int, posts: int, new: bool) -> None:
    whole = plan_of(accounts or 1, posts, lookup_size=100, new=new)
    if not accounts:
        whole = Plan(lookups=whole.lookups)
    made = [msgspec.convert(batch.work, batches.Piece).plan for batch in put_together(whole)]
    assert Counter(s for piece in made for s in piece.sweeps) == Counter(whole.sweeps)
    asked = Counter(post.key for piece in made for r in piece.lookups for post in r.posts)
    assert asked == Counter(post.key for r in whole.lookups for post in r.posts)
    profiles = Counter(h for piece in made for r in piece.profiles for h in r.handles)
    assert profiles == Counter(h for r in whole.profiles for h in r.handles)
    assert all(not piece.empty for piece in made)
    if new:  # who an account is, is asked where its listing is read
        for piece in made:
            assert {s.handle for s in piece.sweeps} == {
                h for r in piece.profiles for h in r.handles
            }


def test_a_new_handle_whose_listing_was_not_granted_is_resolved_once() -> None:
    whole = plan_of(90, 0, lookup_size=100, new=True)
    short = Plan(sweeps=whole.sweeps[:65], profiles=whole.profiles)
    made = [msgspec.convert(batch.work, batches.Piece).plan for batch in put_together(short)]
    assert [(len(p.sweeps), sum(len(r.handles) for r in p.profiles)) for p in made] == [
        (60, 60),
        (5, 5),
        (0, 25),
    ]


def test_the_same_plan_has_the_same_names_a_little_later_and_other_plans_others() -> None:
    one = plan_of(100, 300, lookup_size=100, new=False)
    later = Plan(
        sweeps=tuple(
            SweepRequest(s.handle, s.since + MINUTE, s.purpose, s.depth, s.credential)
            for s in one.sweeps
        ),
        lookups=one.lookups,
        profiles=one.profiles,
    )
    names = [batch.name for batch in put_together(one)]
    assert [batch.name for batch in put_together(later)] == names
    assert len(set(names)) == len(names)
    other = {batch.name for batch in put_together(one, run="20261020T031500Z-collect")}
    assert other.isdisjoint(names)


def test_several_hundred_accounts_are_handed_on_in_some_batches(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, now: datetime, still: None
) -> None:
    """130 units on each platform; their first look resolves and reads every account once."""
    units = tuple(f"unit-{n:03}" for n in range(130))
    world = World.generate(
        5, rows(units), now - timedelta(days=1), 3, posts_per_day=1, special_cases=False,
        history_days=1,
    )  # fmt: skip
    world.set_clock(now)
    world.limits = Limits(meta_calls_per_hour=10**6, tiktok_calls_per_minute=10**6)
    more = {
        "KIPRAH_META_CALLS_PER_HOUR": "100000",
        "KIPRAH_TIKTOK_CALLS_PER_MINUTE": "100000",
        "KIPRAH_X_DOLLARS_PER_DAY": "1000",
    }
    with installed(monkeypatch, world, sqlite_url, **more) as cloud:
        register(cloud.agency, cloud.settings, units, now)
        report = cloud.tick(now, parallel=4)
        assert report["problems"] == []
        assert {s["queued"] for s in report["platforms"].values()} == {3}  # 60, 60 and 10 accounts
        asked = cloud.platforms.calls.report()["requests"]
        assert sum(asked["x"].values()) == 130 + 4  # handles are asked for by the hundred
        assert sum(asked["instagram"].values()) >= 130
        report = cloud.plan(now + TICK)
        brought = [summary["brought"] for summary in report["platforms"].values()]
        assert [one["batches"] for one in brought] == [3] * 5
        assert [one["accounts_read"] for one in brought] == [130] * 5
        assert outcomes(cloud) == 0


# Several agencies


AGENCIES = "kemenkum=Kementerian Hukum; kemenham=Kementerian HAM@Asia/Makassar"


@pytest.fixture
def two(
    small: tuple[Installation, list[AgencyStore]], monkeypatch: pytest.MonkeyPatch
) -> tuple[Installation, list[AgencyStore]]:
    """Two agencies that are too large to be read by one invocation."""
    monkeypatch.setattr(job, "FEW", 0)
    return small


@pytest.fixture
def small(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, now: datetime
) -> Iterator[tuple[Installation, list[AgencyStore]]]:
    """Two agencies of one unit each."""
    with installed(monkeypatch, grown_world(now), sqlite_url, KIPRAH_AGENCIES=AGENCIES) as cloud:
        agencies = open_agencies(cloud.settings)
        for agency, unit in zip(agencies, UNITS, strict=True):
            register(agency, cloud.settings, [unit], now)
        yield cloud, agencies
        agencies[0].store.close()


def runs(done: list[Delivery]) -> dict[str, dict[str, Any]]:
    """The reports of the agencies' runs, by agency."""
    reports = [json.loads(delivery.answer) for delivery in done]
    return {report["agency"]: report for report in reports}


def test_each_agency_is_planned_for_by_itself_and_its_batches_are_worked_off_for_it(
    two: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, agencies = two
    reports = []
    for n in range(3):
        cloud.platforms.set_clock(now + n * TICK)
        handed = cloud.plan(now + n * TICK)
        assert (handed["queued"], handed["lost"]) == (2, [])
        reports.append(runs(cloud.queue.deliver(queue="kiprah-jobs")))
        assert {d.status for d in cloud.deliver()} <= {200}
    assert {*cloud.done} == {"now"}
    for agency, unit in zip(agencies, UNITS, strict=True):
        queued = [r[agency.agency.id]["platforms"] for r in reports]
        assert all(queued[0][platform]["queued"] for platform in PLATFORMS)
        assert queued[1]["x"]["brought"]["batches"] == queued[0]["x"]["queued"]
        own = {a.id for a in cloud.platforms.world.accounts if a.satker == unit}
        accounts = {account for _, account, _ in stored_posts(agency)}
        assert accounts
        assert accounts <= own
        # Each has its own budgets, by the runs of its own alone.
        [spent] = [s for s in agency.store.list(f"{agency.root}/budgets") if s.id[:2] == "x:"]
        names = reservations.decode(spent.data, spent.id).runs
        assert names
        assert all(f"@{agency.agency.id}" in name for name in names)


def test_a_small_agency_among_several_is_read_by_its_own_run(
    small: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, agencies = small
    for n in range(3):
        cloud.platforms.set_clock(now + n * TICK)
        assert cloud.plan(now + n * TICK)["queued"] == 2
        # A task may come more than once, also at the same time.
        done = cloud.queue.deliver(queue="kiprah-jobs", copies=2, parallel=2)
        assert {d.status for d in done} == {200}
        assert not cloud.queue.tasks()
    for agency, unit in zip(agencies, UNITS, strict=True):
        own = {a.id for a in cloud.platforms.world.accounts if a.satker == unit}
        found = {(platform, account) for platform, account, _ in stored_posts(agency)}
        assert len({platform for platform, _ in found}) >= len(PLATFORMS) - 1
        assert {account for _, account in found} <= own
        assert not list(agency.store.list(f"{agency.root}/outcomes"))
        for stored in agency.store.list(f"{agency.root}/budgets"):
            names = reservations.decode(stored.data, stored.id).runs
            assert all(f"@{agency.agency.id}." in name for name in names)


def test_a_small_agencys_run_that_fails_is_tried_again_and_disturbs_nobody(
    small: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, agencies = small
    at = iso(now - HOUR)
    spoilt = Write(f"{agencies[0].root}/rosters/{at}", {"as_of": at, "body": b"{}"})
    agencies[0].store.write([spoilt])
    cloud.plan(now)
    done = cloud.queue.deliver(queue="kiprah-jobs", attempts=2)
    assert sorted(d.status or 0 for d in done) == [200, 500, 500]
    assert not stored_posts(agencies[0])
    assert stored_posts(agencies[1])
    agencies[0].store.write([Write(spoilt.path, mode="delete")])
    assert [d.status for d in cloud.queue.deliver(queue="kiprah-jobs")] == [200]
    assert stored_posts(agencies[0])


def test_a_trigger_that_comes_twice_hands_nothing_out_twice(
    two: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, _ = two
    assert cloud.plan(now)["queued"] == 2
    again = cloud.plan(now)
    assert (again["queued"], again["known"]) == (0, 2)
    cloud.queue.deliver(queue="kiprah-jobs")
    assert cloud.plan(now)["known"] == 2
    assert cloud.queue.tasks("kiprah-jobs") == []


def test_an_agency_whose_run_fails_is_tried_again_and_disturbs_nobody(
    two: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, agencies = two
    at = iso(now - HOUR)
    spoilt = Write(f"{agencies[0].root}/rosters/{at}", {"as_of": at, "body": b"{}"})
    agencies[0].store.write([spoilt])
    cloud.plan(now)
    done = cloud.queue.deliver(queue="kiprah-jobs", attempts=2)
    assert sorted(d.status or 0 for d in done) == [200, 500, 500]
    [waiting] = cloud.queue.tasks("kiprah-jobs")
    assert json.loads(waiting.http_request.body)["agency"] == "kemenkum"
    assert cloud.queue.tasks("kiprah-x"), "the other one's plan is made"
    # Once it is mended the same task does its work.
    agencies[0].store.write([Write(spoilt.path, mode="delete")])
    assert [d.status for d in cloud.queue.deliver(queue="kiprah-jobs")] == [200]


def test_a_run_tried_again_plans_and_reserves_once(
    two: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, agencies = two
    cloud.plan(now)
    cloud.queue.deliver(queue="kiprah-jobs", copies=3)
    tasks = cloud.queue.tasks()
    assert len({task.name for task in tasks}) == len(tasks)
    for agency in agencies:
        for stored in agency.store.list(f"{agency.root}/budgets"):
            assert len(reservations.decode(stored.data, stored.id).runs) <= 1


def test_a_run_that_comes_too_late_is_answered_and_does_nothing(
    two: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, _ = two
    long_ago = datetime.now(UTC) - timedelta(days=2)
    task = {"tick": iso(long_ago), "expires_at": iso(long_ago + TICK)}
    body = json.dumps({"agency": "kemenham", "task": task}).encode()
    before = documents(cloud.settings)
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(cloud.url, body, headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        said = json.load(answer)
    assert (said["done"], said["agency"], said["failed"]) == ("too late", "kemenham", False)
    assert documents(cloud.settings) == before


def test_an_agencys_task_reads_no_more_where_there_are_hundreds(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, now: datetime
) -> None:
    """Its own documents, and a few marks; the shared budgets are read once, by the trigger."""
    reads = {}
    for count in (3, 600):
        named = "; ".join([AGENCIES, *(f"a{n}=A{n}" for n in range(count - 2))])
        url = sqlite_url.replace("kiprah.db", f"{count}.db")
        with installed(monkeypatch, grown_world(now), url, KIPRAH_AGENCIES=named) as cloud:
            agency = open_agencies(cloud.settings, only="kemenham")[0]
            register(agency, cloud.settings, [UNITS[1]], now)
            handed = cloud.plan(now)
            assert (handed["queued"], handed["failed"]) == (count, False)
            [task] = [
                t
                for t in cloud.queue.tasks("kiprah-jobs")
                if json.loads(t.http_request.body)["agency"] == "kemenham"
            ]
            share = json.loads(task.http_request.body)["task"]["share"]
            assert len(json.dumps(share)) < 2_000
            opened = open_agencies(cloud.settings, only="kemenham")
            report = asyncio.run(
                collect_all(
                    opened,
                    cloud.settings,
                    CollectRun(
                        now=now,
                        run_id="run",
                        simulated=True,
                        share=sharing.received(share),
                    ),
                )
            )
            assert report["failed"] is False
            reads[count] = opened[0].store.meter.reads
            opened[0].store.close()
            agency.store.close()
    assert reads[600] <= reads[3] + 3


def test_a_queue_for_the_jobs_that_is_not_there_is_told(
    two: tuple[Installation, list[AgencyStore]], now: datetime
) -> None:
    cloud, _ = two
    cloud.queue.queues.discard("kiprah-jobs")
    status, report = cloud.trigger(now)
    assert (status, sorted(report["lost"])) == (500, ["kemenham", "kemenkum"])
    assert "gcloud tasks queues create kiprah-jobs" in report["problems"][0]
