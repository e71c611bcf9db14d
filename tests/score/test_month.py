"""What cannot be undone in a month's life: by now, the computer's clock and the platforms' alike.

The quoted lines stand in RULES.md. These stores are real; the computer's clock is an argument.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.collect.reading.witness import remember
from functions.model import month_bounds
from functions.score.job import score
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.closing import certain, closing_begins, closing_ends, waiting
from functions.score.rules.formula import FORMULA
from functions.score.rules.judging import judge_month
from functions.score.rules.marks import with_marks
from functions.score.rules.ranking import rank
from functions.store import evidence as ev
from functions.store import rankings
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.port import Store
from functions.store.sqlite import SqliteStore
from tests.factories import BEGIN, CLOSES, CLOSING, MONTH, WIB, measured_post
from tests.score import earlier
from tests.score.scoring import LONG_AFTER, october, real_ministry, score_at, score_by

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
LONG_AGO = BEGIN - 3000 * DAY


@pytest.fixture
def real_book(store: Store) -> AgencyStore:
    return real_ministry(store)


def state(agency: AgencyStore, month: str = MONTH) -> str:
    return agency.months()[month].ranking.state


# What holds a month


@pytest.mark.parametrize(
    ("now", "clock", "read", "expected"),
    [
        (CLOSING, CLOSING, CLOSING, "closing"),
        (CLOSING - SECOND, LONG_AFTER, LONG_AFTER, "open"),
        (LONG_AFTER, CLOSING - SECOND, LONG_AFTER, "open"),
        (LONG_AFTER, LONG_AFTER, CLOSING - SECOND, "open"),
        (LONG_AFTER, LONG_AFTER, None, "open"),
        (CLOSES, CLOSES, CLOSES, "final"),
        (CLOSES - SECOND, LONG_AFTER, LONG_AFTER, "closing"),
        (LONG_AFTER, CLOSES - SECOND, LONG_AFTER, "closing"),
        (LONG_AFTER, LONG_AFTER, CLOSES - SECOND, "closing"),
    ],
)
def test_a_month_closes_and_is_frozen_when_all_three_are_past(
    real_book: AgencyStore, now: datetime, clock: datetime, read: datetime | None, expected: str
) -> None:
    """ "both need the computer's own clock to be past the instant, and a collect run" """
    score_by(real_book, min(now, CLOSES + 3 * DAY), clock=clock, read=read)
    assert state(real_book) == expected


def test_why_a_month_waits_is_told_in_one_line_and_no_longer_than_it_does(
    real_book: AgencyStore,
) -> None:
    assert score_by(real_book, CLOSING - SECOND).as_dict()["problems"] == []
    [said] = score_by(real_book, CLOSING, read=CLOSING - HOUR).as_dict()["problems"]
    assert said == (
        "2026-10 stays open: no collection has ended since 2026-11-01T23:00:00Z by the platforms' "
        "clocks; kiprah collect"
    )
    [said] = score_by(real_book, CLOSING, clock=CLOSING - SECOND, read=CLOSING).as_dict()[
        "problems"
    ]
    assert said == (
        "2026-10 stays open: this computer's clock has not reached 2026-11-01T23:00:00Z"
    )
    assert score_by(real_book, CLOSING, read=CLOSING).as_dict()["problems"] == []
    [said] = score_by(real_book, CLOSES).as_dict()["problems"]
    assert said.startswith("2026-10 stays closing: no collection has ended since 2026-11-0")
    assert score_by(real_book, CLOSES, read=CLOSES).as_dict()["problems"] == []
    assert state(real_book) == "final"


def test_a_slip_of_a_month_costs_nothing(real_book: AgencyStore) -> None:
    """Given, or by a clock that runs ahead, in mid-October; at the right time all is as ever."""
    middle = BEGIN + 15 * DAY
    score_by(real_book, middle, clock=middle, read=middle)
    for now, clock in [(CLOSES + 30 * DAY, middle), (CLOSES + 30 * DAY, CLOSES + 30 * DAY)]:
        score_by(real_book, now, clock=clock)
        assert {record.ranking.state for record in real_book.months().values()} == {"open"}
    late = measured_post(7, post_id="later", at=BEGIN + 20 * DAY)
    real_book.save_posts([late])
    score_by(real_book, CLOSES, clock=CLOSES, read=CLOSES)
    record = real_book.months()[MONTH]
    assert (record.ranking.state, record.closes_at) == ("final", CLOSES)
    [row] = record.ranking.lists[0].rows
    assert row.posts == 2


def test_a_month_that_is_closing_is_not_opened_by_a_replay_of_before(
    real_book: AgencyStore,
) -> None:
    score_by(real_book, CLOSING, read=CLOSING)
    score_by(real_book, BEGIN + 12 * DAY)
    record = real_book.months()[MONTH]
    assert (record.ranking.state, record.closes_at) == ("closing", CLOSES)


def test_a_revision_waits_as_its_month_does(real_book: AgencyStore) -> None:
    score_by(real_book, CLOSES, read=CLOSES)
    decision = {"action": "exclude", "post": "x:100", "month": MONTH, "by": "Ani", "why": "Uji."}
    at = (CLOSES + DAY).isoformat()
    real_book.add_decision("a", {**decision, "at": at, "revise": True})
    # A store of an earlier version, which did not write down until when it had collected.
    cursor = real_book.cursor("collect")
    real_book.save_cursor("collect", read_until=None)
    [said] = score_by(real_book, CLOSES + 2 * DAY).as_dict()["problems"]
    assert said.startswith("2026-10 stays final: no collection has ended")
    real_book.save_cursor("collect", **cursor)
    score_by(real_book, CLOSES + 2 * DAY, clock=CLOSES + DAY - SECOND)
    assert real_book.months()[MONTH].ranking.revision == 1  # decided tomorrow, by the clock
    score_by(real_book, CLOSES + 2 * DAY, clock=CLOSES + 2 * DAY)
    assert real_book.months()[MONTH].ranking.revision == 2


# Months that an earlier formula ranked


@pytest.mark.parametrize("settings", earlier.SETTINGS)
def test_what_formula_1_froze_still_follows_byte_for_byte(settings: str) -> None:
    evidence = ev.decode(earlier.lines(settings))
    assert ev.encode(evidence) == earlier.lines(settings)
    judgement = judge_month(evidence)
    assert rankings.encode(rank(evidence, judgement)) == earlier.ranking(settings)
    posts = with_marks(evidence, judgement).posts
    told = {post.post_id: verdict.over_usual for post, verdict in posts}
    assert told == earlier.over_usual(settings)
    assert any(told.values())  # of less than 10 that is usual


@pytest.mark.parametrize("settings", earlier.SETTINGS)
def test_what_formula_1_stored_is_read_and_written_as_it_was(settings: str) -> None:
    held = msgspec.json.decode(earlier.record(settings), type=MonthRecord)
    assert msgspec.json.encode(held) == earlier.record(settings)
    assert rankings.encode(held.ranking) == earlier.ranking(settings)


def test_a_final_month_of_formula_1_is_revised_by_formula_1(agency: AgencyStore) -> None:
    held = earlier.keep(agency)
    decision = {"action": "exclude", "post": "x:200", "month": MONTH, "by": "Ani", "why": "Uji."}
    agency.add_decision("a", {**decision, "at": (CLOSES + DAY).isoformat(), "revise": True})
    score_at(agency, CLOSES + 2 * DAY)
    revised = agency.months()[MONTH]
    assert (revised.ranking.revision, revised.ranking.formula) == (2, "1")
    assert revised.rules == held.rules
    assert b"rank_best" not in rankings.encode(revised.ranking)
    assert {change.satker for change in revised.changes} == {"aceh"}
    encoded = agency.frozen_evidence(MONTH, 2)
    assert encoded is not None
    assert b"usual_least" not in encoded
    evidence = ev.decode(encoded)
    assert rank(evidence, judge_month(evidence)) == revised.ranking
    assert agency.frozen_evidence(MONTH, 1) == earlier.lines("usual")


def test_what_formula_1_froze_before_its_run_died_is_ranked_by_formula_1(
    agency: AgencyStore,
) -> None:
    """ "ranking, evidence and their SHA-256 are written once and never again" """
    evidence = ev.decode(earlier.lines("usual"))
    agency.save_posts([item.post() for item in evidence.items])
    score_at(agency, CLOSING)
    agency.freeze_evidence(MONTH, 1, earlier.lines("usual"))
    score_at(agency, CLOSES)
    record = agency.months()[MONTH]
    assert rankings.encode(record.ranking) == earlier.ranking("usual")
    assert (record.digest, record.rules) == (
        ev.digest(earlier.lines("usual")),
        evidence.month.rules,
    )
    assert agency.ledgers(MONTH).formula == "1"


def test_a_month_that_no_known_formula_ranked_is_not_revised(agency: AgencyStore) -> None:
    evidence = ev.decode(earlier.lines("usual"))
    strange = ev.encode(
        msgspec.structs.replace(
            evidence, month=msgspec.structs.replace(evidence.month, formula="0")
        )
    )
    agency.freeze_evidence(MONTH, 1, strange)
    held = earlier.keep(agency)
    decision = {"action": "exclude", "post": "x:200", "month": MONTH, "by": "Ani", "why": "Uji."}
    agency.add_decision("a", {**decision, "at": (CLOSES + DAY).isoformat(), "revise": True})
    report = score_at(agency, CLOSES + 2 * DAY)
    assert agency.months()[MONTH] == held
    assert any("formula 0, which this version does not know" in said for said in report.problems)


@pytest.mark.parametrize("now", [BEGIN + 20 * DAY, CLOSING + HOUR])
def test_a_month_of_formula_1_that_is_not_final_is_ranked_by_this_one(
    agency: AgencyStore, now: datetime
) -> None:
    october(agency)
    score_at(agency, now)
    new = agency.months()[MONTH]
    wanted = agency.ledgers(MONTH).formula
    assert (wanted, new.ranking.formula) == (FORMULA, FORMULA)
    # As an earlier version left it: its formula, its rules, and rows without the newer fields.
    rules = msgspec.json.decode(earlier.record("usual"), type=MonthRecord).rules
    plain = msgspec.structs.replace(new.ranking, formula="1", lists=())
    old = msgspec.structs.replace(new, ranking=plain, rules=rules, digest="0" * 64)
    agency.save_month(
        old,
        agency.frame(
            agency.header(
                MONTH,
                formula="1",
                state=plain.state,
                incomplete=False,
                revision=1,
                as_of=plain.as_of,
                run_id="run",
                closes_at=new.closes_at,
                rules=rules,
            ),
            past={},
        ),
    )
    ledgers = agency.ledgers(MONTH)
    ledgers.formula = "1"
    agency.save_ledgers(ledgers)
    score_at(agency, now)
    assert agency.ledgers(MONTH).formula == FORMULA
    assert agency.months()[MONTH] == new


# Whatever happens


@dataclass(frozen=True, slots=True)
class Step:
    """The computer's clock moves, and something happens: a collection ends, or a scoring runs.

    Hours from the month's end; ``now`` None: what the clock says.
    """

    clock: int
    read: int | None = None
    scores: bool = True
    now: int | None = None


hours = st.sampled_from([-9000, -700, -24, 0, 29, 30, 31, 100, 142, 143, 144, 200, 790, 1100, 9000])
steps = st.builds(
    Step,
    clock=hours,
    read=st.none() | hours,
    scores=st.booleans(),
    now=st.none() | hours,
)


@dataclass
class Life:
    """What a month must keep to, as the steps go by."""

    agency: AgencyStore
    reached: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    def score(self, now: datetime, clock: datetime) -> None:
        until = self.agency.read_until()
        score(self.agency, now=now, run_id="run", clock=lambda: clock)
        for month, record in self.agency.months().items():
            found = ["open", "closing", "final"].index(record.ranking.state)
            before = self.reached.get(month, 0)
            assert found >= before, f"{month} went back"
            if found > before:
                due = self.due(month, found)
                assert until is not None
                assert due <= min(now, clock, until), f"{month} is {found} too early"
            self.reached[month] = found
        for month, held in self.frozen.items():
            assert self.bytes_of(month) == held, f"{month} was frozen and has changed"
        finals = [month for month, found in self.reached.items() if found == 2]
        self.frozen = {month: self.bytes_of(month) for month in finals}

    def due(self, month: str, found: int) -> datetime:
        if found == 1:
            return closing_begins(month, WIB)
        return closing_ends(month, WIB, indonesian_holidays())

    def bytes_of(self, month: str) -> tuple[bytes, bytes]:
        frozen = self.agency.frozen_evidence(month, 1)
        assert frozen is not None
        return frozen, msgspec.json.encode(self.agency.months()[month])


@contextmanager
def opened_ministry() -> Iterator[AgencyStore]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder, "kiprah.db"))
        yield real_ministry(store)
        store.close()


@settings(max_examples=80)
@given(st.lists(steps, max_size=8))
def test_whatever_clocks_and_people_say_a_month_closes_in_its_time_and_never_opens(
    taken: list[Step],
) -> None:
    end = month_bounds(MONTH, WIB)[1]
    with opened_ministry() as agency:
        life = Life(agency)
        for step in taken:
            clock = end + step.clock * HOUR
            if step.read is not None:
                # What a run has read cannot be later than its computer's clock allows.
                remember(agency, min(end + step.read * HOUR, clock), lambda at=clock: at)
            if step.scores:
                now = clock if step.now is None else end + step.now * HOUR
                life.score(now, clock)
                once = agency.months()
                life.score(now, clock)
                assert agency.months() == once


@given(st.integers(0, 99), st.integers(0, 99), st.none() | st.integers(0, 99), st.integers(0, 99))
def test_something_waits_exactly_when_it_is_due_and_not_certain(
    now: int, clock: int, read: int | None, due: int
) -> None:
    at = [BEGIN + n * HOUR for n in range(100)]
    passed = certain(at[now], at[clock], None if read is None else at[read])
    why = waiting(at[due], at[now], at[clock], passed)
    is_certain = due <= now and due <= clock and read is not None and due <= read
    assert (why is not None) == (due <= now and not is_certain)
