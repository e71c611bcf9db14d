"""What is published agrees with itself, whatever becomes of the registry meanwhile.

A ministry whose admins add, end, rename, move, break and mend units while posts come in, over two
months that close and freeze. After every scoring and publishing the lists, the open data, the unit
pages and ``why`` tell the same; and what was frozen stays.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.collect import job as collecting
from functions.collect.client import Clock
from functions.collect.report import CollectReport
from functions.collect.state import AccountState
from functions.collect.sync import PlatformSync
from functions.collect.tick import CollectRun, Tick
from functions.commands.audit import audit
from functions.commands.why import why
from functions.model import PLATFORMS, Agency, Platform, Post, RankedList, Verdict, iso, month_of
from functions.publish import job as publishing
from functions.publish import living as making
from functions.publish.heard import read_heard
from functions.publish.pages.paths import satker_path
from functions.publish.pages.site_map import living, of_month
from functions.publish.pages.unit_month import UnitMonthPage
from functions.publish.pages.units import UnitPage
from functions.publish.targets.metered import Metered
from functions.registry.addresses.posts import link_keys
from functions.registry.registrar import enrol
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.port import Write
from functions.store.sqlite import SqliteStore
from tests.clock import store_clock
from tests.factories import BEGIN, END, WIB, measured_post
from tests.publish.test_job import Memory

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNITS = ("aceh", "bali", "riau", "zona")
HEIRS = ("aaa", "mmm", "zzz")  # ids that come before, between and behind the others
KINDS = ("kanwil", "upt")
ACCOUNTS: tuple[tuple[Platform, str], ...] = (
    ("x", "satu"),
    ("x", "dua"),
    ("instagram", "tiga"),
    ("instagram", "empat"),
)
DATES = ("2026-10-05", "2026-10-28", "2026-11-01", "2026-11-04", "2026-12-01")


@dataclass(frozen=True)
class Step:
    """So many hours pass, the admins do this, and these accounts post so many hours ago."""

    hours: int
    edits: tuple[tuple[Any, ...], ...]
    posts: tuple[tuple[int, int], ...]
    publishes: bool


@dataclass
class World:
    """A real store, and the jobs over it; ``there`` are the documents that stand in it."""

    folder: Path
    now: datetime = END - 10 * DAY
    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dated: set[str] = field(default_factory=set)
    frozen: dict[str, bytes] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    said: int = 0

    def __enter__(self) -> World:
        with ExitStack() as stack:
            stack.enter_context(store_clock(lambda: self.now))
            self._fill(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _fill(self, stack: ExitStack) -> None:
        self.store = SqliteStore(self.folder / "kiprah.db")
        stack.callback(self.store.close)
        self.agency = AgencyStore(self.store, Agency(), simulation=True)
        self.agency.save_cursor("collect", began_at=BEGIN.isoformat())
        self.objects = Memory()
        for number, unit in enumerate(UNITS):
            platform, handle = ACCOUNTS[number]
            self.type(unit, {"name": unit, "kind": "kanwil", "accounts": {platform: [handle]}})
        self.register()

    # What admins do

    def type(self, unit: str, document: dict[str, Any]) -> None:
        self.there[unit] = document
        self.store.write([Write(f"{self.agency.root}/satker/{unit}", document)])
        if {"active_from", "active_to"} & document.keys():
            self.dated.add(unit)

    def take_out(self, unit: str) -> dict[str, Any]:
        self.store.write([Write(f"{self.agency.root}/satker/{unit}", mode="delete")])
        return self.there.pop(unit)

    def edit(self, action: str, number: int, other: int) -> None:
        """One edit; the numbers choose among what is there, so that every edit means something."""
        units = sorted(self.there)
        free = [unit for unit in (*UNITS, *HEIRS) if unit not in self.there]
        if action == "add" and free:
            platform, handle = ACCOUNTS[other % len(ACCOUNTS)]
            unit = free[number % len(free)]
            self.type(unit, {"name": unit, "kind": "upt", "accounts": {platform: [handle]}})
        elif action == "decide" and self.posts:
            self.decide(number, other)
        elif action == "object" and self.posts:
            self.contest(number, other)
        elif units:
            self._change(action, units[number % len(units)], units, free, other)

    def _change(
        self, action: str, unit: str, units: list[str], free: list[str], other: int
    ) -> None:
        document = self.there[unit]
        accounts = document.get("accounts", {})
        match action:
            case "delete":
                self.take_out(unit)
            case "rename id" if free:
                self.type(free[other % len(free)], self.take_out(unit))
            case "rename handle" if isinstance(accounts, dict):
                renamed = {
                    platform: [handle.removesuffix(".b") + ".b" * (handle[-2:] != ".b")]
                    for platform, [handle, *_] in accounts.items()
                }
                self.type(unit, document | {"accounts": renamed})
            case "move" | "share" if isinstance(accounts, dict):
                heir = units[other % len(units)]
                if heir != unit and isinstance(self.there[heir].get("accounts"), dict):
                    if action == "move":
                        self.type(unit, document | {"accounts": {}})
                    mine = self.there[heir]["accounts"]
                    both = {p: [*mine.get(p, []), *accounts.get(p, [])] for p in PLATFORMS}
                    self.type(
                        heir, self.there[heir] | {"accounts": {p: h for p, h in both.items() if h}}
                    )
            case "kind":
                self.type(unit, document | {"kind": KINDS[other % 2]})
            case "name":
                self.type(unit, document | {"name": f"Nama {other}", "short_name": f"N{other}"})
            case "parent":
                self.type(unit, document | {"parent": units[other % len(units)]})
            case "break":
                self.type(unit, document | {"name": ["rusak"]})
            case "mend":
                self.type(unit, document | {"name": unit})
            case "date":
                name = ("active_from", "active_to")[other % 2]
                self.type(unit, document | {name: DATES[other % len(DATES)]})

    def decide(self, number: int, other: int) -> None:
        post = self.posts[number % len(self.posts)]
        action = ("exclude", "include", "reassign", "reassign", "set_value")[other % 5]
        targets = (*UNITS, *HEIRS, "acheh")
        self.said += 1
        document = {
            "action": action,
            "post": f"{post.platform}:{post.post_id}",
            "by": "Ani",
            "why": "Uji coba.",
            "at": iso(self.now - HOUR),
            "satker": targets[other % len(targets)],
            "value": other,
            "month": month_of(post.published_at, WIB),
            "revise": True,
        }
        self.agency.add_decision(f"k{self.said}", document)

    def contest(self, number: int, other: int) -> None:
        post = self.posts[number % len(self.posts)]
        self.said += 1
        document = {
            "post": f"{post.platform}:{post.post_id}",
            "by": "Budi",
            "why": "Salah.",
            "at": iso(self.now - HOUR),
            "satker": (*UNITS, "acheh")[other % 5],
        }
        if other % 2:
            document |= {"answer": "Sudah benar.", "accepted": False, "answered_by": "Ani"}
            document |= {"answered_at": iso(self.now - HOUR / 2)}
        self.agency.add_objection(f"s{self.said}", document)

    # What the jobs do

    def register(self) -> None:
        """Read the registry as collect does, and find the accounts' ids."""
        roster = enrol(self.agency, self.now).roster
        run = CollectRun(now=self.now, run_id="run", simulated=True)
        report = CollectReport(run.run_id, run.now)
        tick = Tick(self.agency, Settings(), run, roster, Clock(run.now), True, report)
        syncs = {platform: PlatformSync.open(tick, platform) for platform, _ in ACCOUNTS}
        for number, (platform, handle) in enumerate(ACCOUNTS):
            for name in (handle, f"{handle}.b"):
                found = AccountState(handle=name, account_id=str(number))
                syncs[platform].state.accounts[name] = found
        collecting.save_ids(tick, syncs)
        # A unit that was taken away with posts in its month is there to the end of that month.
        there = (u for u in roster.satker if not (u.removed and u.valid_to <= self.now))
        self.seen[month_of(self.now, WIB)] |= {unit.id for unit in there}

    def post(self, number: int, ago: int) -> None:
        at, name = self.now - ago * HOUR, str(1000 + len(self.posts))
        platform = ACCOUNTS[number][0]
        url = f"https://x.com/i/status/{name}"
        if platform == "instagram":
            url = f"https://www.instagram.com/p/A{name}/"
        found = measured_post(number * 7 + ago, account=f"{platform}:{number}", post_id=name, at=at)
        self.posts.append(msgspec.structs.replace(found, url=url))
        self.agency.save_posts(self.posts[-1:])
        self.agency.save_urls([(self.posts[-1], link_keys(platform, name, url))])

    def take(self, step: Step) -> None:
        self.now += step.hours * HOUR
        for edit in step.edits:
            self.edit(*edit)
        self.register()
        for number, ago in step.posts:
            self.post(number, ago)
        score(self.agency, now=self.now, run_id="run")
        self.check()
        if step.publishes:
            self.publish()

    # What must be the same

    def check(self) -> None:
        """The lists sum to what counts, and ``why`` says the same of every post."""
        records = self.agency.months()
        for month, record in records.items():
            verdicts = self.verdicts(month)
            lists = record.ranking.lists
            everybody = {row.satker for row in official(record).rows}
            for ranked in lists:
                assert sums(ranked) == counted(verdicts, ranked, everybody)
                assert {row.satker for row in ranked.rows} <= everybody
            for name in ("platform", "kind", "band"):
                parts = [x for x in lists if getattr(x, name) is not None]
                assert_same_sums(official(record), [x for x in parts if x.ranking == "most_active"])
            assert {row.satker for row in official(record).rows} >= self.seen[month] - self.dated
            for (platform, post_id), verdict in verdicts.items():
                self.check_why(platform, post_id, verdict)

    def check_why(self, platform: str, post_id: str, verdict: Verdict) -> None:
        [post] = [p for p in self.posts if (p.platform, p.post_id) == (platform, post_id)]
        facts = why(self.agency, post.url, self.now).facts
        assert (facts["counted"], facts["satker"]) == (verdict.counted, verdict.satker)
        assert facts["i24"] == verdict.measurement.i24

    def verdicts(self, month: str) -> dict[tuple[str, str], Verdict]:
        return {
            (entry.post.platform, entry.post.post_id): entry.verdict
            for ledger in self.agency.ledgers(month).values()
            for entry in ledger.entries.values()
            if entry.verdict is not None
        }

    def publish(self) -> None:
        """Publish, and hold files, pages and frozen bytes against the store."""
        report = publishing.publish(
            self.agency, self.objects, now=self.now, settings=Settings(), run_id="run"
        )
        assert report["problems"] == []
        files = self.objects.files
        for month, record in self.agency.months().items():
            told = json.loads(files[f"data/{month}/unggahan.json"])["posts"]
            assert {(p["platform"], p["post_id"]): p["counted"] for p in told} == {
                name: verdict.counted for name, verdict in self.verdicts(month).items()
            }
            by_satker = Counter(p["satker"] for p in told if p["counted"])
            rows = official(record).rows
            assert {row.satker: row.posts for row in rows if row.posts} == by_satker
            assert audit(files.get, month).differences == []
        self.check_pages()
        for path, body in files.items():
            if re.match(r"data/[0-9-]+/r[0-9]+/", path):
                assert self.frozen.setdefault(path, body) == body

    def check_pages(self) -> None:
        """Every unit's page has the posts and figures of the lists, and no link leads nowhere."""
        files = self.objects.files
        run = publishing.PublishRun(now=self.now, settings=Settings(), run_id="p")
        work = publishing._begin(self.agency, Metered(self.objects), run, {})
        latest = making.read_latest(work)
        ledgers = making._ledgers(work, latest)
        heard = read_heard(work.agency, work.listening, work.wanted)
        material = making._material(work, latest.records, ledgers, latest.proved, [], heard)
        models = living(material)
        for month in material.recent:
            of_units: dict[str, list[UnitMonthPage]] = defaultdict(list)
            for path, each in of_month(material, month).items():
                if isinstance(each, UnitMonthPage):
                    of_units["/".join(path.split("/")[:2])].append(each)
            for row in official(material.records[month]).rows:
                posts = [
                    item
                    for each in of_units[satker_path(row.satker).rstrip("/")]
                    for item in each.group.posts
                ]
                assert sum(item.counted for item in posts) == row.posts
                page = models[f"{satker_path(row.satker)}index.html"]
                assert isinstance(page, UnitPage)
                if page.history:
                    past = page.history[sorted(material.records, reverse=True).index(month)]
                    assert (past.posts, past.i24) == (row.posts, row.i24)
                else:
                    assert (row.posts, row.rank) == (0, None)
                assert bool(page.ended) is (row.satker in material.ended)
        for path, body in files.items():
            if path.endswith(".html"):
                for target in re.findall(rb'href="[./]*(satker/[^"#]+/)[#"]', body):
                    assert f"{target.decode()}index.html" in files, path


def official(record: MonthRecord) -> RankedList:
    return record.ranking.lists[0]


def sums(ranked: RankedList) -> dict[str, tuple[int, int]]:
    """Posts and interactions by satker, of those that have any."""
    return {row.satker: (row.posts, row.i24 or 0) for row in ranked.rows if row.posts}


def counted(
    verdicts: dict[tuple[str, str], Verdict], ranked: RankedList, everybody: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """The same from the verdicts; everything that counts does so for one of everybody."""
    members = {row.satker for row in ranked.rows}
    found: dict[str, tuple[int, int]] = {}
    for (platform, _), verdict in verdicts.items():
        if verdict.counted and ranked.platform in (None, platform):
            satker = verdict.satker or ""
            assert satker in everybody
            if satker in members:
                posts, i24 = found.get(satker, (0, 0))
                found[satker] = posts + 1, i24 + (verdict.measurement.i24 or 0)
    return found


def assert_same_sums(whole: RankedList, parts: list[RankedList]) -> None:
    """Parts, of which there may be none, hold together what the whole does."""
    if parts:
        for figure in (lambda row: row.posts, lambda row: row.i24 or 0):
            each = sum(figure(row) for part in parts for row in part.rows)
            assert each == sum(figure(row) for row in whole.rows)


EDITS = (
    "add",
    "delete",
    "rename id",
    "rename handle",
    "move",
    "share",
    "kind",
    "name",
    "parent",
    "break",
    "mend",
    "date",
    "decide",
    "decide",
    "object",
)
numbers = st.integers(0, 40)
steps = st.builds(
    Step,
    hours=st.integers(1, 70),
    edits=st.lists(st.tuples(st.sampled_from(EDITS), numbers, numbers), max_size=3).map(tuple),
    posts=st.lists(
        st.tuples(st.integers(0, len(ACCOUNTS) - 1), st.integers(1, 40)), max_size=4
    ).map(tuple),
    publishes=st.sampled_from((False, False, True)),
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=3, max_size=9))
def test_lists_data_pages_and_why_tell_the_same_whatever_becomes_of_the_registry(
    taken: list[Step],
) -> None:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
        for step in taken:
            world.take(step)
        # Until October, and perhaps November, is final.
        last = Step(hours=24 * 20, edits=(), posts=(), publishes=True)
        for step in (last, last):
            world.take(step)


def posts_of(world: World, month: str) -> dict[str, int]:
    return {row.satker: row.posts for row in official(world.agency.months()[month]).rows}


def test_a_unit_deleted_one_renamed_and_one_moved_in_mid_month_keep_what_they_posted() -> None:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
        quiet = Step(hours=48, edits=(), posts=(), publishes=True)
        everybody = tuple((number, 3) for number in range(len(ACCOUNTS)))
        world.take(Step(hours=40, edits=(), posts=everybody, publishes=True))
        world.take(quiet)
        renamed = world.take_out("bali")
        world.type("aaa", renamed)
        world.take_out("aceh")
        world.type("zona", world.there["zona"] | {"accounts": {"instagram": ["empat", "tiga"]}})
        world.type("riau", world.there["riau"] | {"accounts": {}, "kind": "upt"})
        world.take(Step(hours=2, edits=(), posts=((1, 0), (2, 0)), publishes=True))
        world.take(quiet)
        october = {"aaa": 1, "aceh": 1, "bali": 1, "riau": 1, "zona": 2}
        assert posts_of(world, "2026-10") == october
        [upt] = [
            [row.satker for row in ranked.rows]
            for ranked in world.agency.months()["2026-10"].ranking.lists
            if ranked.kind == "upt" and ranked.ranking == "most_active"
        ]
        assert upt == ["riau"]
        world.type("zona", world.there["zona"] | {"name": "Nama Baru", "kind": "upt"})
        last = Step(hours=24 * 8, edits=(), posts=(), publishes=True)
        world.take(last)
        assert posts_of(world, "2026-10") == october
        assert posts_of(world, "2026-11") == {"aaa": 0, "riau": 0, "zona": 0}
        page = world.objects.files["satker/aceh/index.html"].decode()
        assert "Tidak lagi terdaftar sejak" in page
        assert world.objects.files["satker/index.html"].count(b"satker/aceh/") == 1
