"""Threads of X where the agency has them summed: measured, paid for, explained, and switched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions import log
from functions.commands.why import Answer, why
from functions.model import DAY, Entry, iso, parse_time, run_id
from functions.publish.files.month_files import PostLine, post_lines
from functions.score.job import score
from functions.score.rules.formula import FORMULA
from functions.settings import Settings
from functions.store import open_agency
from functions.store.agency import AgencyStore
from functions.store.port import Write
from tests.collect.api import settings_for
from tests.collect.ministry import register, stored_posts, tick
from tests.platforms.server import Handle, serve
from tests.platforms.world import Account, Post, World

MONTH = "2026-10"
START = datetime(2026, 9, 30, 17, tzinfo=UTC)  # October begins in Jakarta
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICK = 15 * MINUTE
BORN = START + 2 * HOUR + 7 * MINUTE
LEVEL = {"likes": 400, "comments": 30, "shares": 50, "quotes": 5}
FLAT = {"likes": 10, "comments": 2, "shares": 3, "quotes": 1}
WORTH = sum(FLAT.values())


@dataclass
class Office:
    """One unit's account on X, collected by the quarter of an hour."""

    world: World
    server: Handle
    settings: Settings
    agency: AgencyStore
    account: Account
    spent: dict[str, int]
    now: datetime = START

    def set(self, **formula: Any) -> None:
        """What an admin types."""
        self.agency.store.write([Write(f"{self.agency.root}/settings/formula", formula)])

    def until(self, end: datetime, every: timedelta = TICK) -> None:
        """Tick until then, and add up by UTC day what the reports say was spent."""
        while self.now <= end:
            self.server.set_clock(self.now)
            report = tick(self.agency, self.settings, self.now)
            assert report.problems == []
            if report.platforms["x"]["requests"]:
                [budget] = report.budgets.values()
                self.spent[iso(self.now)[:10]] = budget["mills"]["spent"]
            self.now += every

    def score(self) -> dict[str, Entry]:
        """The ledger's entries by post id."""
        score(self.agency, now=self.now, run_id=run_id("score", self.now))
        [ledger] = self.agency.ledgers(MONTH).values()
        return ledger.entries

    def lines(self) -> dict[str, PostLine]:
        return {line.post_id: line for line in post_lines(self.agency.ledgers(MONTH))}

    def thread(self, at: datetime, parts: int, pause: timedelta, **facts: Any) -> list[Post]:
        told = [self.world.add_post(self.account, at, **facts)]
        for n in range(1, parts + 1):
            told.append(self.part(told, at + n * pause, **facts))
        return told

    def part(self, thread: list[Post], at: datetime, **facts: Any) -> Post:
        return self.world.add_post(
            self.account,
            at,
            kind="thread_part",
            refers_to=thread[-1].id,
            thread_of=thread[0].id,
            **facts,
        )

    def truth(self, thread: list[Post]) -> int:
        """What the posts have together at the first one's mark."""
        return sum(self.world.interactions(post, thread[0].mark) or 0 for post in thread)

    def billed(self) -> dict[str, int]:
        """What X charges, in thousandths of a dollar by UTC day."""
        found: dict[str, int] = {}
        for price, read in ((5, self.server.calls.x_posts), (10, self.server.calls.x_users)):
            for _, day in read:
                name = datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
                found[name] = found.get(name, 0) + price
        return found

    def why(self, post: Post) -> Answer:
        return why(self.agency, post.url, self.now)


@contextmanager
def opened_office(folder: Path) -> Iterator[Office]:
    world = World(now=START)
    account = world.add_account("x", "kanwilntt", satker="kanwil-ntt")
    log.quiet()
    with serve(world) as server:
        settings = settings_for(server.url, f"sqlite:///{folder}/kiprah.db")
        agency = open_agency(settings)
        register(agency, settings, ["kanwil-ntt"], START, ["x"])
        yield Office(world, server, settings, agency, account, {})
        agency.store.close()
    log.speak()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as found:
        yield found


# Measured


@dataclass
class Measured:
    """A thread of five parts beside what is none, after its mark."""

    office: Office
    thread: list[Post]
    plain: Post
    answer: Post
    entries: dict[str, Entry]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    with opened_office(tmp_path_factory.mktemp("threads")) as office:
        office.set(x_threads="sum")
        thread = office.thread(BORN, 5, 40 * timedelta(seconds=1), level=LEVEL)
        plain = office.world.add_post(office.account, BORN + HOUR, level=LEVEL)
        for n in range(40):
            answer = office.world.add_post(
                office.account,
                START + n * 47 * MINUTE,
                kind="reply",
                refers_to="123",
                level=LEVEL,
            )
        office.until(BORN + DAY + 2 * HOUR)
        yield Measured(office, thread, plain, answer, office.score())


def test_a_thread_of_five_parts_is_worth_what_they_have_together_at_the_mark(
    measured: Measured,
) -> None:
    first = measured.thread[0]
    found = measured.entries[first.id].verdict
    assert found is not None
    truth = measured.office.truth(measured.thread)
    assert truth > 2_000
    i24, lower, upper = (getattr(found.measurement, n) for n in ("i24", "lower", "upper"))
    assert found.measurement.state in ("observed", "interpolated")
    assert lower <= truth <= upper
    assert abs(i24 - truth) <= truth // 1_000 + 1


def test_only_the_first_post_of_a_thread_is_a_post(measured: Measured) -> None:
    """Neither parts nor replies to others are stored."""
    ids = {measured.thread[0].id, measured.plain.id}
    assert set(measured.entries) == ids
    assert {post_id for _, _, post_id in stored_posts(measured.office.agency)} == ids
    record = measured.office.agency.months()[MONTH]
    assert [row.posts for row in record.ranking.lists[0].rows] == [2]


def test_the_data_say_how_many_parts_were_added(measured: Measured) -> None:
    lines = measured.office.lines()
    assert lines[measured.thread[0].id].parts == 5
    assert lines[measured.plain.id].parts is None


def test_the_months_formula_says_that_threads_are_summed(measured: Measured) -> None:
    record = measured.office.agency.months()[MONTH]
    assert record.rules is not None
    assert record.rules.x_threads == "sum"
    assert record.ranking.formula.startswith(f"{FORMULA}-")


def test_every_post_that_is_read_is_paid_once_a_utc_day_replies_as_well(
    measured: Measured,
) -> None:
    assert len(measured.office.spent) == 2
    assert measured.office.spent == measured.office.billed()


def test_a_part_is_answered_with_the_first_post_of_its_thread(measured: Measured) -> None:
    first, part, *_ = measured.thread
    answer = measured.office.why(part)
    assert (answer.facts["reason"], answer.facts["counted"]) == ("thread_part", False)
    assert answer.facts["post_id"] == part.id
    assert answer.facts["thread_url"] == first.url
    assert f"Unggahan pertama utasnya: {first.url}" in answer.told
    assert parse_time(answer.facts["published_at"]).timestamp() == part.published
    assert answer.facts["i24"] is None
    own = measured.office.why(first)
    assert (own.facts["reason"], own.facts["thread_url"]) == ("counted", None)


def test_a_reply_that_was_read_along_is_unknown(measured: Measured) -> None:
    answer = measured.office.why(measured.answer)
    assert answer.facts["reason"] == "unknown"
    assert "lanjutan utas dijumlahkan" in answer.told[-1]


# Found later


def test_a_part_that_is_written_hours_later_joins_from_the_next_read_on(office: Office) -> None:
    """Some before a listing shows the first post again, and one when none does any more."""
    office.set(x_threads="sum")
    thread = office.thread(BORN, 1, MINUTE, start_with=FLAT)
    for hours in (4, 15):
        thread.append(office.part(thread, BORN + hours * HOUR, start_with=FLAT))
    behind = office.part(thread, BORN + DAY + MINUTE, start_with=FLAT)
    office.until(BORN + DAY + 4 * HOUR)
    entry = office.score()[thread[0].id]
    assert entry.post.parts == tuple(post.id for post in thread[1:])
    assert entry.verdict is not None
    assert entry.verdict.measurement.i24 == 4 * WORTH
    counts = [sample.total("x") for sample in entry.post.samples]
    assert counts == sorted(counts, key=lambda count: count or 0)
    assert counts[0] == 2 * WORTH
    assert office.why(thread[-1]).facts["reason"] == "thread_part"
    assert office.why(behind).facts["reason"] == "unknown"  # it was not there at the mark


# Switched


@pytest.mark.parametrize("to", ["first", "sum"])
@pytest.mark.parametrize("age", [90 * MINUTE, 5 * HOUR, 13 * HOUR, DAY - TICK, DAY, DAY + TICK])
def test_switching_loses_no_thread_and_measures_none_half_and_half(
    office: Office, to: str, age: timedelta
) -> None:
    office.set(x_threads="first" if to == "sum" else "sum")
    known = office.thread(BORN, 3, MINUTE, start_with=FLAT)
    plain = office.world.add_post(office.account, BORN + HOUR, start_with=FLAT)
    office.until(BORN + age)
    office.set(x_threads=to)
    later = office.thread(office.now, 2, MINUTE, start_with=FLAT)
    office.until(office.now + DAY + HOUR)
    entries = office.score()
    assert set(entries) == {known[0].id, plain.id, later[0].id}
    found = {}
    for name, entry in entries.items():
        assert entry.verdict is not None
        assert entry.verdict.reason == "counted"
        assert entry.verdict.measurement.state in ("observed", "interpolated")
        found[name] = entry.verdict.measurement.i24
    assert found[plain.id] == WORTH
    assert found[later[0].id] == (3 * WORTH if to == "sum" else WORTH)
    # What was begun as a sum ends as one; else parts join while a listing still shows them.
    is_whole = age <= 5 * HOUR if to == "sum" else True
    assert found[known[0].id] == (4 * WORTH if is_whole else WORTH)
    assert office.spent == office.billed()


def test_a_listing_long_after_shows_parts_too_late_for_a_bracket(office: Office) -> None:
    """Reads and listings pause for a day, and threads are summed from their return on."""
    thread = office.thread(BORN, 3, MINUTE, start_with=FLAT)
    office.until(BORN + 5 * HOUR)
    assert len(stored_posts(office.agency)) == 1
    office.set(x_threads="sum")
    office.now = START + DAY + 2 * HOUR
    assert timedelta(0) < BORN + DAY - office.now < TICK  # the last tick before the mark
    office.until(BORN + DAY + HOUR)
    entry = office.score()[thread[0].id]
    assert entry.verdict is not None
    measurement = entry.verdict.measurement
    assert (measurement.lower, measurement.i24, measurement.upper) == (WORTH, WORTH, WORTH)


@pytest.mark.parametrize("value", ["", "all", None, ["sum"]])
def test_a_setting_that_makes_no_sense_leaves_threads_at_their_first_post(
    office: Office, value: Any
) -> None:
    office.set(x_threads=value)
    thread = office.thread(BORN, 2, MINUTE, start_with=FLAT)
    office.until(BORN + 4 * HOUR, every=HOUR)
    entry = office.score()[thread[0].id]
    assert entry.post.parts == ()
    assert [sample.total("x") for sample in entry.post.samples] == [WORTH] * len(entry.post.samples)
    assert {name for name, _ in office.server.calls.x_posts} == {thread[0].id}
    assert office.why(thread[1]).facts["reason"] == "unknown"
