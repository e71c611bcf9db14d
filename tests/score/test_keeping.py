"""When posts go: never while their month needs them, and within a bound after it does no more.

These stores are real; the computer's clock is an argument.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.reading.witness import remember
from functions.model import Agency
from functions.publish.job import publish_all
from functions.score import keeping
from functions.score.job import score
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.expiry import NOTICE, POSTS
from functions.store.port import Store, Stored, Write
from functions.store.sqlite import SqliteStore
from tests.factories import BEGIN, CLOSES, END, MONTH, measured_post, read
from tests.score.scoring import ONE_UNIT

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MIDDLE = datetime(2050, 1, 1, tzinfo=UTC)
DUE = END + POSTS["x"] - NOTICE
OBJECTION = {"post": "x:100", "by": "Ani", "why": "Uji.", "at": "2026-10-12T00:00:00Z"}
ANSWER = {"answer": "Tidak.", "accepted": False, "answered_by": "Budi"}


@dataclass
class Life:
    """A real store with posts of October, and the instant by its computer's clock."""

    store: Store
    at: datetime = BEGIN + 9 * DAY

    def __post_init__(self) -> None:
        self.agency = AgencyStore(self.store, Agency(), clock=lambda: self.at)
        self.agency.save_roster(ONE_UNIT)
        self.agency.save_cursor("collect", began_at=BEGIN.isoformat())
        self.agency.save_posts(
            measured_post(5, post_id=f"{100 + n}", at=BEGIN + (n + 8) * DAY) for n in range(3)
        )

    def score(self, at: datetime) -> None:
        """What a collection and a scoring do then."""
        self.at = at
        remember(self.agency, at, lambda: at)
        score(self.agency, now=at, run_id="run", clock=lambda: at)

    def cost(self, at: datetime) -> tuple[int, int]:
        """Documents read and written by a scoring."""
        meter = self.store.meter
        reads, writes = meter.reads, meter.writes
        self.at = at
        score(self.agency, now=at, run_id="run", clock=lambda: at)
        return meter.reads - reads, meter.writes - writes

    def show(self) -> None:
        """What a publishing leaves behind: the months as they are now."""
        published = {month: record.digest for month, record in self.agency.months().items()}
        path = f"{self.agency.root}/jobs/publish"
        self.store.write([Write(path, {"published": published}, "merge")])

    def object(self) -> None:
        self.agency.add_objection("a", OBJECTION)

    def answer(self) -> None:
        [objection] = self.agency.objections()
        self.agency.amend(objection, {**ANSWER, "answered_at": self.at.isoformat()})

    @property
    def posts(self) -> list[Stored]:
        return list(self.store.list(f"{self.agency.root}/posts"))

    @property
    def is_settled(self) -> bool:
        """Whether October is final, and the site shows it so."""
        record = self.agency.month(MONTH)
        return (
            record is not None
            and record.ranking.state == "final"
            and self.agency.published().get(MONTH) == record.digest
        )

    def standing(self) -> Any:
        return self.agency.cursor("score").get("posts", {}).get(MONTH)


@pytest.fixture
def life(store: Store) -> Life:
    return Life(store)


def test_a_post_says_at_once_when_it_goes_and_is_not_written_again(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not at the very instant at which another month begins.
    monkeypatch.setattr(keeping, "NOTICE", NOTICE - DAY)
    due_at = DUE + DAY
    assert [post.expires_at for post in life.posts] == [END + POSTS["x"]] * 3
    versions = [post.version for post in life.posts]
    life.score(CLOSES)
    life.show()
    life.score(due_at - 2 * SECOND)
    assert life.standing() is None
    before, due, after = (life.cost(due_at + n * SECOND) for n in (-1, 0, 1))
    assert life.standing() == {"until": None, "following": None, "since": None, "may_go": True}
    # What is published; the cursor, and the run.
    assert due == (before[0] + 1, before[1] + 2)
    assert after == before
    assert [post.version for post in life.posts] == versions


def test_the_posts_of_a_contested_month_are_kept_and_go_when_it_is_decided(life: Life) -> None:
    life.object()
    life.score(CLOSES)
    life.score(DUE)
    assert [post.expires_at for post in life.posts] == [DUE + POSTS["x"]] * 3
    life.score(DUE + 5 * DAY)
    assert [post.expires_at for post in life.posts] == [DUE + POSTS["x"]] * 3
    life.answer()
    life.score(DUE + 6 * DAY)
    life.show()
    life.score(DUE + POSTS["x"] - NOTICE)
    assert life.standing()["may_go"]
    assert [post.expires_at for post in life.posts] == [DUE + POSTS["x"]] * 3


def test_a_final_month_that_nobody_can_see_keeps_its_posts(life: Life) -> None:
    life.score(CLOSES)
    life.score(DUE)
    assert [post.expires_at for post in life.posts] == [DUE + POSTS["x"]] * 3
    # Nor does it help that the site shows it as it was before.
    path = f"{life.agency.root}/jobs/publish"
    life.store.write([Write(path, {"published": {MONTH: "of before"}}, "merge")])
    at = DUE + POSTS["x"] - NOTICE
    life.score(at)
    assert [post.expires_at for post in life.posts] == [at + POSTS["x"]] * 3


def test_many_posts_are_kept_some_in_each_run(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 1)
    life.object()
    kept = []
    for minute in range(4):
        life.score(DUE + timedelta(minutes=30 * minute))
        kept.append(sum(post.expires_at == DUE + POSTS["x"] for post in life.posts))
    assert kept == [1, 2, 3, 3]
    assert life.standing()["until"] == (DUE + POSTS["x"]).isoformat().replace("+00:00", "Z")


def test_what_a_hand_left_in_the_cursor_costs_one_more_look(life: Life) -> None:
    life.score(CLOSES)
    life.show()
    for odd in ("", 5, [], {MONTH: "ya"}, {MONTH: {"until": "kapan?"}}, {MONTH: {"may_go": 1}}):
        life.agency.save_cursor("score", posts=odd)
        life.score(DUE)
        assert life.standing()["may_go"] is True


def test_a_simulation_keeps_everything(store: Store) -> None:
    agency = AgencyStore(store, Agency(), simulation=True)
    agency.save_posts([measured_post(5, at=BEGIN)])
    agency.save_run("r", {"job": "score"})
    assert {stored.expires_at for stored in store.everything()} == {None}
    assert agency.sweep(END + 3000 * DAY) == 0


def test_a_replay_of_the_past_writes_nothing_that_goes_at_once(store: Store) -> None:
    clock = BEGIN + 2000 * DAY
    agency = AgencyStore(store, Agency(), clock=lambda: clock)
    agency.save_posts([measured_post(5, at=BEGIN)])
    [post] = store.list(f"{agency.root}/posts")
    assert post.expires_at == clock + POSTS["x"]


gaps = st.lists(st.integers(1, NOTICE.days - 1), min_size=1, max_size=8)


@settings(max_examples=10, print_blob=True)
@given(gaps, st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_no_post_goes_before_its_month_is_seen_final_and_each_within_a_bound_after(
    waits: list[int], answered: int, shown: int, is_contested: bool
) -> None:
    """Scorings at any instants, less than ten days apart; an objection that may be answered at
    last; a site that is published from some time on."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "kiprah.db")
        life, settled_at = Life(store), None
        if is_contested:
            life.object()
        for n, wait in enumerate([7, *waits, *[NOTICE.days - 1] * 10]):
            if is_contested and n == answered + 2:
                life.answer()
            life.score(max(life.at, CLOSES - 7 * DAY) + wait * DAY)
            if settled_at is None:
                assert len(life.posts) == 3
                assert all(p.expires_at is not None and p.expires_at > life.at for p in life.posts)
            if n > shown:
                life.show()
            if life.is_settled and settled_at is None:
                settled_at = life.at
        assert settled_at is not None
        bound = max(settled_at, END) + POSTS["x"]
        assert all(p.expires_at is not None and p.expires_at <= bound for p in life.posts)
        life.score(bound + DAY)
        assert life.posts == []
        # What counts is in the ledgers, and frozen.
        entry = life.agency.entry("x:1", "100", BEGIN + 8 * DAY)
        assert entry is not None
        assert len(entry.post.samples) == 1
        assert life.agency.frozen_evidence(MONTH, 1) is not None
        store.close()


def test_a_publishing_says_which_months_the_site_shows(life: Life, tmp_path: Path) -> None:
    life.score(CLOSES)
    loaded = Settings(site=f"file://{tmp_path}/site")
    publish_all([life.agency], now=CLOSES, settings=loaded, run_id="terbit")
    record = life.agency.month(MONTH)
    assert record is not None
    assert life.agency.published()[MONTH] == record.digest
    assert life.is_settled


def test_a_lost_post_that_is_read_again_adds_to_its_ledger(life: Life) -> None:
    """A document that was deleted is made anew by the next read; nothing read before is lost."""
    life.score(BEGIN + 12 * DAY)
    [first, *_] = life.posts
    life.store.write([Write(first.path, mode="delete")])
    post = measured_post(5, post_id="100", at=BEGIN + 8 * DAY)
    later = read(BEGIN + 9 * DAY + timedelta(hours=2), likes=6)
    life.agency.save_posts([msgspec.structs.replace(post, samples=(later,))])
    life.score(BEGIN + 13 * DAY)
    entry = life.agency.entry("x:1", "100", BEGIN + 8 * DAY)
    assert entry is not None
    assert len(entry.post.samples) == 2
