"""The collect job in a storm: whatever fails, costs its own and nothing else, and is made up for.

    Per platform and mixed, in tests against the stand-in: 429 in each platform's own shape (with
    and without reset headers), 5xx, time-outs, connections cut in the middle of a body, HTML or
    broken JSON instead of JSON, wrong types, missing keys, repeated cursors, an endless page
    chain, expired and revoked tokens, quota and credit exhaustion (X 402/403, YouTube
    quotaExceeded, Meta 4/17/32/613/80002), one dead id in a batch, partial errors in a 200. And
    of ours: the process killed between any two writes; the same trigger delivered twice at once;
    two instances overlapping; the clock jumping; the store refusing for a minute. Required: one
    bad item costs one item, one bad account one account, one bad platform one platform; nothing
    stored is lost or doubled; after recovery the results equal those of an undisturbed run
    wherever the reads around 24 h could still be taken, and are honestly `estimated` or
    `unmeasured` where not; a run always ends within its time limit with a report.

More examples than a short run has: ``KIPRAH_STORMS=200 pytest tests/collect/test_storms.py``, which
draws new ones every time; ``--hypothesis-show-statistics`` tells what was compared.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import HealthCheck, Phase, event
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from functions.collect.job import collect
from functions.collect.report import CollectReport
from functions.collect.tick import CollectRun
from functions.model import PLATFORMS, Entry, Platform, Post, Sample, parse_time, run_id
from functions.score.job import score
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import StoreError, Write
from functions.tokens.consents import ConsentRow, Consents
from functions.tokens.vault import open_vault
from tests.collect.api import settings_for
from tests.collect.ministry import handle_of, register, rows, stored_posts, tick
from tests.collect.storms import PLACES, FrailStore, Gust, Killed, gusts_of
from tests.platforms.server import serve
from tests.platforms.truth import truth
from tests.platforms.world import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEGIN = datetime(2026, 10, 20, 3, 0, tzinfo=UTC)
UNITS = ("kanwil-ntt", "kanwil-bali")
RESTS = timedelta(hours=6)  # how long an account that seemed wrong is left alone
MOST_WRITES = 8
LONGEST_PAUSE = 180  # minutes between two ticks
NARROW = ("observed", "interpolated")

EXPLORING = int(os.environ.get("KIPRAH_STORMS", "0"))
STEPS = int(os.environ.get("KIPRAH_STORM_STEPS", "14"))

Name = tuple[str, str, str]


@dataclass(slots=True)
class Tick:
    """One tick as it went: the platforms that nothing disturbed at it."""

    at: datetime
    clean: set[str] = field(default_factory=set)


class Ministry:
    """A world, its stand-ins, a store that can fail, and the job between them."""

    def __init__(self, seed: int) -> None:
        self._patch = pytest.MonkeyPatch()
        # No time passes within a tick, so that every sample can be held against the world.
        self._patch.setattr("functions.collect.client.monotonic", lambda: 0.0)
        self._patch.setattr("functions.tokens.consents.PAUSES", (0.0,) * 7)
        stamina.set_testing(True, attempts=3, cap=True)
        self._folder = tempfile.TemporaryDirectory()
        self.world = World.generate(
            seed, rows(UNITS), BEGIN - timedelta(days=1), 5, posts_per_day=3, history_days=2
        )
        self._serving = serve(self.world)
        self.server = self._serving.__enter__()
        # The longest pause there is. Else the next tick is guessed from the last ones that sent
        # anything, which are others than the undisturbed run's.
        self.settings: Settings = settings_for(
            self.server.url,
            f"sqlite:///{Path(self._folder.name)}/kiprah.db",
            collect_every=LONGEST_PAUSE,
        )
        self.written: Counter[str] = Counter()
        self.agency = self.open()
        register(self.agency, self.settings, UNITS, BEGIN)

    def open(self) -> AgencyStore:
        agency = open_agency(self.settings)
        agency.store = FrailStore(agency.store, self.written)
        return agency

    @property
    def frail(self) -> FrailStore:
        assert isinstance(self.agency.store, FrailStore)
        return self.agency.store

    def reopen(self) -> None:
        self.agency.store.close()
        self.agency = self.open()

    def tick(self, at: datetime) -> CollectReport:
        self.server.set_clock(at)
        return tick(self.agency, self.settings, at)

    def close(self) -> None:
        self.agency.store.close()
        self._serving.__exit__(None, None, None)
        self._folder.cleanup()
        self._patch.undo()
        stamina.set_testing(False)

    def measured(self, at: datetime) -> dict[Name, Entry]:
        """Every post of the ledgers after scoring at ``at``."""
        score(self.agency, now=at, run_id=run_id("score", at))
        return {
            (entry.post.platform, entry.post.account_id, entry.post.post_id): entry
            for month in self.agency.months()
            for ledger in self.agency.ledgers(month).values()
            for entry in ledger.entries.values()
        }

    def used(self) -> Counter[str]:
        """How often faults struck, by platform."""
        return Counter(
            {
                platform: sum(
                    f.used for f in self.server.app.faults.report() if f.platform == platform
                )
                for platform in PLATFORMS
            }
        )


def undisturbed(seed: int, ticks: list[datetime]) -> tuple[Ministry, dict[Name, Entry]]:
    """The same world, read at the same instants, with nothing in the way."""
    twin = Ministry(seed)
    for at in ticks:
        report = twin.tick(at)
        assert (report.failed, report.problems) == (False, [])
    return twin, twin.measured(ticks[-1])


class Storm(RuleBasedStateMachine):
    """Random schedules of faults, kills, refusals, doubles and jumps, then calm."""

    def __init__(self) -> None:
        super().__init__()
        self.ministry: Ministry | None = None
        self.now = BEGIN
        self.ticks: list[Tick] = []
        self.held: dict[Name, Post] = {}
        self.jumps: list[tuple[datetime, datetime]] = []
        self.unwell: dict[str, datetime] = {}
        self.limited = BEGIN  # until when a limit holds
        self.excuses = 0  # how many ticks may have stored a post that the state does not know
        self.consents = 0
        self.thinned: set[str] = set()  # platforms whose answers left items out

    @initialize(seed=st.integers(1, 6))
    def found(self, seed: int) -> None:
        self.seed = seed
        self.ministry = Ministry(seed)
        self._tick(BEGIN)

    # What happens

    PAUSES = st.sampled_from([15, 15, 15, 30, 30, 60, 90, LONGEST_PAUSE])

    @rule(pause=PAUSES, again=st.integers(1, 3))
    def calm(self, pause: int, again: int) -> None:
        for _ in range(again):
            self._later(pause)
            self._tick(self.now)

    @rule(
        data=st.data(),
        platform=st.sampled_from(PLATFORMS),
        times=st.sampled_from([1, 2, 3, 5, 8, None]),
        skip=st.integers(0, 4),
        one=st.sampled_from(["", "", *UNITS]),
        pause=PAUSES,
    )
    def blow(
        self,
        data: st.DataObject,
        platform: Platform,
        times: int | None,
        skip: int,
        one: str,
        pause: int,
    ) -> None:
        gust: Gust = data.draw(st.sampled_from(gusts_of(platform)), label="gust")
        place = data.draw(st.sampled_from(PLACES[platform]), label="place")
        self.it.server.fault(
            gust.kind,
            platform=platform,
            path=place,
            times=times,
            skip=skip,
            account=handle_of(one) if one else "",
            **gust.options,
        )
        if gust.kind == "partial":
            self.thinned.add(platform)
        self._later(pause)
        self._tick(self.now)

    @rule()
    def lull(self) -> None:
        self.it.server.app.faults.clear()

    @rule(after=st.integers(0, 60), pause=PAUSES)
    def kill(self, after: int, pause: int) -> None:
        self._later(pause)
        self.it.frail.kill_after = after
        self._tick(self.now)
        self.it.reopen()
        self._renew_lost_consents()

    @rule(refusals=st.sampled_from([1, 2, 3, 5, 10, 1000]), skip_reads=st.booleans(), pause=PAUSES)
    def refuse(self, refusals: int, skip_reads: bool, pause: int) -> None:
        self._later(pause)
        self.it.frail.refusals = refusals
        self.it.frail.refuse_writes_only = skip_reads
        self._tick(self.now)
        self.it.frail.refusals = 0
        self._renew_lost_consents()

    @rule(pause=PAUSES, apart=st.sampled_from([0, 0, 1, 7]))
    def twice(self, pause: int, apart: int) -> None:
        """The same trigger twice at once, or a second instance a little later."""
        self._later(pause)
        other = self.it.open()

        async def both() -> list[Any]:
            return await asyncio.gather(
                *(
                    collect(
                        agency,
                        self.it.settings,
                        CollectRun(
                            now=self.now,
                            run_id=run_id("collect", self.now + n * apart * MINUTE),
                            simulated=True,
                        ),
                    )
                    for n, agency in enumerate((self.it.agency, other))
                ),
                return_exceptions=True,
            )

        self.it.server.set_clock(self.now)
        struck = self.it.used()
        try:
            reports = asyncio.run(both())
        finally:
            other.store.close()
        quiet = self._undisturbed_since(struck, self.now)
        for report in reports:
            assert isinstance(report, CollectReport), repr(report)
            assert not [p for p in report.problems if unforeseen(p)], report.problems
            for platform in quiet & set(report.platforms):
                told = report.platforms[platform]
                # Being two is nobody's fault, and costs no request and no consent.
                assert (told["accounts_wrong"], told["requests_failed"]) == (0, 0), report.problems
            self._note_health(report, self.now)
        self.ticks.append(Tick(self.now, quiet))
        self.excuses += 1

    @rule(minutes=st.sampled_from([-400, -200, -60, -20, -2, 2, 20, 60, 200, 400]))
    def jump(self, minutes: int) -> None:
        """One tick by a clock that is wrong, and the world with it; then it is set right."""
        at = self.now + minutes * MINUTE
        self._tick(at, clean=False)
        self.jumps.append((min(at, self.now), max(at, self.now)))
        self.excuses += 1
        self.it.server.set_clock(self.now)

    @rule(platform=st.sampled_from(PLATFORMS), body=st.sampled_from([None, b"", b"no state"]))
    def lose_the_plan(self, platform: Platform, body: bytes | None) -> None:
        path = f"{self.it.agency.root}/plans/{platform}"
        lost = Write(path, mode="delete") if body is None else Write(path, {"body": body})
        self.it.agency.store.write([lost])
        self.excuses += 1

    @rule(after=st.sampled_from([None, None, 0, 1, 3, 8]))
    def rate(self, after: int | None) -> None:
        """Scoring goes on in between, and may be killed as well."""
        self.it.frail.kill_after = after
        with suppress(Killed):
            score(self.it.agency, now=self.now, run_id=run_id("score", self.now))
        self.it.reopen()

    # What must hold at any time

    @invariant()
    def no_sample_disappears_or_changes(self) -> None:
        if self.ministry is None:
            return
        posts = stored_posts(self.it.agency)
        for name, before in self.held.items():
            assert name in posts, f"{name} is gone"
            assert set(before.samples) <= set(posts[name].samples), name
            assert set(before.absences) <= set(posts[name].absences), name
        self.held = posts

    @invariant()
    def every_sample_is_what_the_world_showed_of_a_post_of_this_account(self) -> None:
        for (platform, account_id, post_id), post in self.held.items():
            real = self.it.world.post(platform, post_id)
            assert real is not None, (platform, post_id)
            assert real.id == post_id, "a version of an edited post passes for a post"
            assert account_id in {real.account.id, *(a.id for a in real.collaborators)}
            assert post.published_at.timestamp() == real.start
            for sample in post.samples:
                # What came garbled is unknown; what is known is what was shown.
                truth = shown(self.it.world, real, sample.taken_at)
                read = zip(counted(sample), truth, strict=True)
                assert all(known in (None, true) for known, true in read), post

    @invariant()
    def a_post_is_written_a_few_times_at_most(self) -> None:
        for name, post in self.held.items():
            path = f"{self.it.agency.root}/posts/{':'.join(name)}"
            allowed = MOST_WRITES + 2 * len(post.absences) + self.excuses
            assert self.it.written[path] <= allowed, name

    # After the storm

    def teardown(self) -> None:
        if self.ministry is None:
            return
        try:
            if self.ticks and not self._failed():
                self._recover()
                self._compare()
        finally:
            self.ministry.close()

    def _failed(self) -> bool:
        return sys.exc_info()[0] is not None

    def _recover(self) -> None:
        self.it.server.app.faults.clear()
        self._renew_lost_consents()
        # An account rests for hours, a spent quota until midnight in California.
        until = max(self.now + RESTS + 6 * HOUR, self.limited + 3 * HOUR)
        while self.now < until:
            self._later(60)
            self._tick(self.now)
        self.no_sample_disappears_or_changes()
        self.every_sample_is_what_the_world_showed_of_a_post_of_this_account()
        self.a_post_is_written_a_few_times_at_most()
        last = self.ticks[-1]
        assert last.clean == set(PLATFORMS), "something is still wrong long after the storm"

    def _compare(self) -> None:
        ticks = sorted({one.at for one in self.ticks})
        end = ticks[-1]
        twin, expected = undisturbed(self.seed, ticks)
        twin.close()
        found = self.it.measured(end)
        rows = {
            (row["platform"], row["account_id"], row["post_id"]): row
            for row in truth(self.it.world, int(end.timestamp()))
        }
        for name, row in rows.items():
            # Discovery comes round every three hours.
            if parse_time(row["listed_at"]) > end - 4 * HOUR or not row["visible"]:
                continue
            assert (name in found) == (name in expected), name
        for name in expected.keys() & found.keys():
            self._hold_against(name, found[name], expected[name], rows[name])

    def _hold_against(self, name: Name, ours: Entry, twin: Entry, row: dict[str, Any]) -> None:
        assert ours.verdict is not None
        assert twin.verdict is not None
        assert ours.verdict.satker == twin.verdict.satker, name
        got, due = ours.verdict.measurement, twin.verdict.measurement
        if got.state == "removed":
            assert row["why"] == "removed" or name[0] in self.thinned, name
            return
        if due.state == "removed":
            return
        told = (name, got, due)
        event(f"{got.state} for {due.state}")
        true = row["i24"]
        real = self.it.world.post(name[0], name[2])
        assert real is not None
        steady = self._is_steady(real)
        if got.state in (*NARROW, "estimated") and steady and not got.partial and true is not None:
            assert got.lower is None or got.lower <= true, told
            assert got.upper is None or true <= got.upper, told
        if due.state not in NARROW or due.before is None or due.after is None:
            return
        if (got.before, got.after) == (due.before, due.after):
            event("equal")
            assert (got.i24, got.state) == (due.i24, due.state), told
        elif self._could_be_read(ours, due.before, due.after):
            event("could be read")
            assert got.state in NARROW, told

    def _could_be_read(self, post: Entry, before: Sample, after: Sample) -> bool:
        """Whether nothing was in the way of the two reads that an undisturbed run took."""
        clean = {tick.at for tick in self.ticks if post.post.platform in tick.clean}
        known = bool(post.post.samples) and post.post.samples[0].taken_at <= before.taken_at
        # While a clock that was ahead has not been caught up with, what it stamped is believed.
        jumped = any(
            early - 3 * HOUR <= after.taken_at and before.taken_at <= late + 3 * HOUR
            for early, late in self.jumps
        )
        # Runs that died, and clocks that were wrong, may have used up a post's few writes.
        stored = sum(sample.taken_at < before.taken_at for sample in post.post.samples)
        left = stored + len(post.post.absences) < MOST_WRITES - 2
        return known and left and not jumped and {before.taken_at, after.taken_at} <= clean

    def _is_steady(self, real: Any) -> bool:
        """Whether its counters never fall: then the truth lies between the two reads."""
        ages = range(real.start + 18 * 3600, real.start + 30 * 3600, 1200)
        counts = [self.it.world.interactions(real, at) or 0 for at in ages]
        return counts == sorted(counts)

    # How

    @property
    def it(self) -> Ministry:
        assert self.ministry is not None
        return self.ministry

    def _later(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    def _tick(self, at: datetime, *, clean: bool = True) -> None:
        struck = self.it.used()
        report: CollectReport | None = None
        try:
            report = self.it.tick(at)
        except Killed:
            assert self.it.frail.killed
        except StoreError:
            assert self.it.frail.refused
        done = Tick(at)
        self.ticks.append(done)
        if report is None:
            self.excuses += 1
        else:
            # One fault costs no platform: nothing but named troubles of single requests.
            assert not [p for p in report.problems if unforeseen(p)], report.problems
            assert set(report.platforms) == set(PLATFORMS), report.problems
            self._note_health(report, at)
        if report is not None and clean:
            done.clean = self._undisturbed_since(struck, at)

    def _undisturbed_since(self, struck: Counter[str], at: datetime) -> set[str]:
        """The platforms that no fault struck at this tick, nor an earlier one that lasts."""
        now_struck = self.it.used()
        return {
            platform
            for platform in PLATFORMS
            if now_struck[platform] == struck[platform]
            and self.unwell.get(platform, BEGIN - HOUR) < at
        }

    def _note_health(self, report: CollectReport, at: datetime) -> None:
        for standing in report.budgets.values():
            for wait in standing.get("waits", {}).values():
                self.limited = max(self.limited, parse_time(wait["until"]))
        for platform, told in report.platforms.items():
            troubled = ("requests_failed", "consents_busy", "given_up", "items_broken")
            if any(told[name] for name in troubled) or told["stopped"]:
                self._unwell(platform, at)
            if told["accounts_wrong"]:
                self._unwell(platform, at + RESTS)

    def _unwell(self, platform: str, until: datetime) -> None:
        self.unwell[platform] = max(self.unwell.get(platform, until), until)

    def _renew_lost_consents(self) -> None:
        """A process that dies between using a refresh token and storing the next one loses it."""
        consents = Consents(self.it.agency, lambda: open_vault(self.it.settings))
        tiktok = self.it.server.app._tiktok
        vault = open_vault(self.it.settings)
        for unit in UNITS:
            handle = handle_of(unit)
            path = f"{self.it.agency.root}/consents/tiktok:{handle}"
            token = vault.open(self.it.agency.store.get([path])[path].data["refresh"])
            if token not in tiktok._dead:
                continue
            self.consents += 1
            again = f"rft.again-{self.consents}-{unit}"
            owner = self.it.world.by_handle("tiktok", handle)
            assert owner is not None
            self.it.world.consent(owner, again)
            consents.add([ConsentRow(unit, "tiktok", handle, again)], self.now)


def unforeseen(problem: str) -> bool:
    """Whether a request or a platform fell over, which gives an exception's name."""
    return "Error:" in problem or "unforeseen" in problem


def counted(sample: Sample) -> tuple[int | None, ...]:
    return sample.likes, sample.comments, sample.shares


def shown(world: World, real: Any, at: datetime) -> tuple[int | None, ...]:
    """What the platform shows of a post's counted counters at an instant."""
    counters, now = world.counters(real, at), int(at.timestamp())
    likes = None if real.hides("likes", now) else counters.likes
    comments = None if real.hides("comments", now) else counters.comments
    shares: int | None = counters.shares
    if real.account.platform in ("instagram", "youtube"):
        shares = None
    if real.account.platform == "x":
        shares = counters.shares + counters.quotes
    return likes, comments, shares


TestStorm = Storm.TestCase
TestStorm.settings = effort(
    max_examples=EXPLORING or 4,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=not EXPLORING,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if EXPLORING else (Phase.generate,),
    report_multiple_bugs=False,
)
