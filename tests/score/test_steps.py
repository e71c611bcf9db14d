"""A month that is scored again and again, as posts come in, is the month scored once at the end.

More examples than a short run has: ``KIPRAH_STEPS=2000 pytest tests/score/test_steps.py``, which
draws new ones every time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.model import Agency, Post, Ranking
from functions.score.job import score
from functions.score.run import ScoreReport
from functions.store import evidence as ev
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.port import StoreError, Write
from functions.store.sqlite import SqliteStore
from tests.clock import store_clock
from tests.factories import BEGIN, END, account, read, roster, satker, x_post

HOUR = timedelta(hours=1)
# Neighbours are 91 % alike, the first and the last 83 %: what repeats what hangs on who stands.
WORDS = "penyuluhan hukum serentak di seluruh kelurahan kota dan desa"
TEXTS = [WORDS, "12345" + WORDS[5:], "12345" + WORDS[5:-5] + "67890"]
# Around the edge of two months, so close that everything hangs together.
PUBLISHED = [END + hours * HOUR for hours in (-20, -14, -7, -1, 4, 11, 18)]
STEPS = 6

EXPLORING = int(os.environ.get("KIPRAH_STEPS", "0"))


@dataclass(frozen=True)
class Step:
    """What becomes of each post until the next scoring, so many hours after the last one.

    A fate is the text with which a post is read, "gone" (missed twice), "late" (a read is stored
    that was taken long ago), or "" for nothing. ``dies`` is how many writes a first try survives
    (None: no such try), ``replayed`` how many hours ago an instant lies that is scored in between
    (None: none).
    """

    hours: int
    fates: tuple[str, ...]
    dies: int | None = None
    replayed: int | None = None

    def posts(self, now: datetime) -> Iterator[Post]:
        """The posts as this step reads them."""
        for number, fate in enumerate(self.fates):
            at = PUBLISHED[number]
            facts = {"post_id": f"{number}", "published_at": at}
            if fate == "gone":
                yield x_post(**facts, absences=(now - HOUR / 2, now - HOUR / 4))
            elif fate == "late":
                yield x_post(read(at + HOUR / 60, 1), **facts)
            elif fate:
                yield x_post(read(now - HOUR / 2, number), **facts, text=TEXTS[int(fate)])


def fates(first: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Nothing new of the posts before the first."""
    some = [st.sampled_from(FATES)] * (len(PUBLISHED) - first)
    return st.tuples(*[st.just("")] * first, *some)


FATES = ("", "0", "1", "2", "0", "1", "2", "gone", "late")
steps = st.builds(
    Step,
    hours=st.integers(1, 15),
    fates=st.integers(0, len(PUBLISHED)).flatmap(fates),
    dies=st.sampled_from((None, None, 1, 2, 3)),
    replayed=st.sampled_from((None, None, 1, 3, 12)),
)


class Dying(SqliteStore):
    """Goes away after so many writes."""

    left: int | None = None

    def write(self, writes: Iterable[Write]) -> None:
        for one in writes:
            if self.left == 0:
                raise StoreError("the store went away")
            self.left = None if self.left is None else self.left - 1
            super().write([one])


class World:
    """An agency with one account, in a store whose stamps are of its own time."""

    def __init__(self, folder: str, name: str) -> None:
        self.now = END - 6 * HOUR
        self._stack = ExitStack()
        self._stack.enter_context(store_clock(lambda: self.now))
        self.store = Dying(Path(folder) / name)
        self._stack.callback(self.store.close)
        self.agency = AgencyStore(self.store, Agency(), simulation=True)
        self.agency.save_roster(roster(satker("aceh"), accounts=[account("aceh", "x:1")]))
        self.agency.save_cursor("collect", began_at=BEGIN.isoformat())

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def take(self, step: Step) -> None:
        """Let the step's time pass and its reads come in; never one after a month's end."""
        self.now += step.hours * HOUR
        # Stamped a while ago, so that only what is new will be read again.
        self.now -= HOUR / 4
        self.agency.save_posts(p for p in step.posts(self.now) if p.published_at < self.now - HOUR)
        self.now += HOUR / 4

    def score(self, at: datetime | None = None) -> ScoreReport:
        return score(self.agency, now=at or self.now, run_id="run", clock=lambda: self.now)

    def months(self) -> dict[str, tuple[ev.Evidence, Ranking]]:
        """Each month's evidence, which has its digest, and ranking; not when they were last new."""
        return {month: self._month(record) for month, record in self.agency.months().items()}

    def _month(self, record: MonthRecord) -> tuple[ev.Evidence, Ranking]:
        evidence = self.agency.evidence_of(record, self.agency.ledgers(record.ranking.month))
        assert evidence is not None
        assert ev.digest(ev.encode(evidence)) == record.digest
        header = msgspec.structs.replace(evidence.month, as_of=END)
        return (
            msgspec.structs.replace(evidence, month=header),
            msgspec.structs.replace(record.ranking, as_of=END),
        )


@settings(max_examples=EXPLORING or 40, derandomize=not EXPLORING)
@given(st.lists(steps, min_size=2, max_size=STEPS))
def test_scoring_step_by_step_gives_the_same_bytes_as_scoring_once(taken):
    with tempfile.TemporaryDirectory() as folder:
        with World(folder, "steps.db") as world:
            for step in taken:
                world.take(step)
                if step.dies is not None:
                    world.store.left = step.dies
                    with suppress(StoreError):
                        world.score()
                    world.store.left = None
                if step.replayed is not None:
                    world.score(world.now - step.replayed * HOUR)
                world.score()
            found = world.months()
        with World(folder, "once.db") as world:
            for step in taken:
                world.take(step)
            world.score()
            assert found == world.months()
