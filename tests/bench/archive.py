"""A month's evidence, and stores that hold a year of months, without collecting anything.

The jobs themselves make the first final month and score the running one. The other final months
are its copies under their names: their documents are never read, which is what is to be shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec

from functions.model import (
    Agency,
    Entry,
    Post,
    Sample,
    iso,
    month_bounds,
    month_of,
    run_id,
)
from functions.score.job import score
from functions.score.rules.formula import DEFAULT, FORMULA
from functions.score.rules.month_edge import find_twins
from functions.settings import Settings
from functions.store import evidence as ev
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.agency.proofs import items
from functions.store.ledgers import Ledgers
from functions.store.port import Write
from functions.store.sqlite import SqliteStore
from functions.store.tails import Tail
from tests.bench.months import posts, register
from tests.clock import store_clock

MONTH = "2026-10"
NOON = datetime(2026, 10, 20, 5, tzinfo=UTC)  # in Jakarta
TURN = timedelta(minutes=30)
BATCH = 5_000
# A copy's keys lie together, so that it is written from one end of the file to the other.
COPY = """
INSERT INTO documents (path, collection, queried, body, changed_at, version)
SELECT replace(path, :posts || '/', :posts || '/' || :month || ':'), collection,
    strftime('%Y-%m-%dT%H:%M:%SZ', queried, :days), body, :stamp, 1
FROM documents WHERE collection = :posts AND path >= :posts || '/a' AND queried < :end
ORDER BY path
"""


def write_evidence(path: Path, count: int) -> None:
    """The evidence of a month of so many posts, ten hours after its end: the last still run."""
    agency = AgencyStore(SqliteStore(path.with_suffix(".db")), Agency())
    begin, end = month_bounds(MONTH, agency.zone)
    register(agency, begin - timedelta(days=40), MONTH)
    ledgers = Ledgers(MONTH, agency.zone)
    for post in posts(begin, end, count, texts=True):
        ledgers.put(Entry(post=post))
    header = agency.header(
        MONTH,
        formula=FORMULA,
        state="open",
        incomplete=False,
        revision=1,
        as_of=end + timedelta(hours=10),
        run_id="bench",
        rules=DEFAULT,
    )
    twins = find_twins(ledgers, Tail(), as_of=header.as_of, begin=begin)
    evidence = msgspec.structs.replace(
        agency.frame(header, past={}), items=items(ledgers, header.as_of, twins)
    )
    path.write_bytes(ev.encode(evidence))
    agency.store.close()


class Archive:
    """A SQLite store with a registry, a year of months, and posts that changed since it was scored.

    ``stored`` posts in all, ``running`` of them in the running month. ``now`` is when it is next to
    be scored.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stored = 0
        self.running = 0
        self.now = NOON
        self.agency = open_agency(Settings(store=f"sqlite:///{path}", simulation=True))

    def add_final_months(self, count: int, each: int) -> None:
        """So many months before the running one, with so many posts each."""
        agency, zone = self.agency, self.agency.zone
        months = [MONTH]
        for _ in range(count):
            months.append(month_of(month_bounds(months[-1], zone)[0] - timedelta(days=1), zone))
        first, *others = reversed(months[1:])
        begin, end = month_bounds(first, zone)
        register(agency, begin, MONTH)
        agency.save_cursor("collect", began_at=iso(begin))
        self._save(posts(begin, end, each, texts=True), end)
        self._score(end + timedelta(days=15))
        for month in others:
            self._copy_posts(first, month)
            self._copy_month(first, month)
        self.stored += each * count

    def fill_running_month(self, count: int) -> None:
        """Bring the running month to so many posts, all of them scored."""
        begin, _ = month_bounds(MONTH, self.agency.zone)
        days = timedelta(days=(self.now - begin).days)
        found = posts(begin, begin + days, count - self.running, texts=True)
        known = (post.as_known(self.now) for post in found)
        self._save((post for post in known if post.samples), self.now - TURN)
        self.stored += count - self.running
        self.running = count
        self._score(self.now)
        self.now += TURN

    def change(self, count: int) -> int:
        """Read so many posts of the last days once more since then; returns how many."""
        read_at = self.now - TURN / 2
        recent = list(self.agency.posts_published(self.now - timedelta(days=3)))
        chosen = recent[:: max(1, len(recent) // count)][:count]
        again = Sample(taken_at=read_at, likes=9999, comments=99, shares=9, views=99999)
        self._save((msgspec.structs.replace(post, samples=(again,)) for post in chosen), read_at)
        return len(chosen)

    def close(self) -> None:
        self.agency.store.close()

    def _save(self, found: Iterable[Post], at: datetime) -> None:
        """Save posts as if at an instant."""
        with store_clock(lambda: at):
            rest = iter(found)
            while batch := list(islice(rest, BATCH)):
                self.agency.save_posts(batch)

    def _score(self, at: datetime) -> None:
        with store_clock(lambda: at):
            score(self.agency, now=at, run_id=run_id("score", at), clock=lambda: at)

    def _copy_posts(self, model: str, month: str) -> None:
        """A final month's posts once more in another, below the store's own verbs: in seconds.

        Only what a query sees of them is another's, their key and times. Whoever read one of them
        would take it for news.
        """
        zone = self.agency.zone
        (begin, end), (first, over) = (month_bounds(each, zone) for each in (model, month))
        values = {
            "posts": f"{self.agency.root}/posts",
            "month": month,
            "days": f"+{(first - begin).days} days",
            "end": iso(end),
            "stamp": f"{over:%Y-%m-%dT%H:%M:%S}.000000Z",
        }
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(COPY, values)
        connection.close()

    def _copy_month(self, model: str, month: str) -> None:
        """A final month's ledgers, lists and tail under another month's name."""
        agency = self.agency
        listed = agency.store.list(f"{agency.root}/ledgers", at_least=model, below=model + "~")
        agency.store.write(
            Write(stored.path.replace(f"/{model}", f"/{month}"), {**stored.data, "month": month})
            for stored in listed
        )
        record = agency.months()[model]
        frame = agency.evidence_of(record, {})
        if frame is None or record.ranking.state != "final":
            raise RuntimeError(f"{model} did not become final")
        agency.save_month(
            msgspec.structs.replace(
                record, ranking=msgspec.structs.replace(record.ranking, month=month)
            ),
            frame,
        )
        agency.save_tail(month, agency.tail(model))
