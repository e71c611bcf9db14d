"""A month's dialog, from generated threads whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.model import PLATFORMS, Agency, Platform, month_of
from functions.score.listening.dialog import EVERY, note
from functions.score.rules.calendar import indonesian_holidays
from functions.score.rules.listening.response import closes_at, dues
from functions.score.run import Run, ScoreReport
from functions.store import open_store
from functions.store.agency import AgencyStore
from functions.store.dialog import Dialog, ThreadState, UnitDialog
from functions.store.listening_settings import Listening
from functions.store.port import Store
from functions.store.threads import CommentThread, Followed, Inbox, ThreadDay
from tests.factories import BEGIN, END, MONTH, WIB, account, roster, satker
from tests.score.rules.listening.asking import Reader, Truth, asked

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SINCE = BEGIN - 100 * DAY
PAPUA = ZoneInfo("Asia/Jayapura")
ZONES = {"aceh": WIB, "papua": PAPUA, "bali": WIB}
ACCOUNTS = {"x:1": "aceh", "youtube:2": "aceh", "instagram:3": "papua", "x:4": "bali"}
DUES = {zone: dues((1, 3), zone, indonesian_holidays()) for zone in (WIB, PAPUA)}
CLOSES = closes_at(MONTH, WIB, (WIB, PAPUA), (1, 3), indonesian_holidays())
_NUMBERS = count()
AGREED = Listening(
    dpia="D-1",
    dpo="dpo@example.go.id",
    notice_url="https://example.go.id/privasi",
    comments=frozenset(PLATFORMS),
    consents={unit: "S-1" for unit in ZONES},
)


class ThreadedAgency(AgencyStore):
    """An agency whose threads are made by hand, of any month whichever is asked for. ``asked``: the
    months that were."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.kept: dict[tuple[str, str], dict[str, CommentThread]] = {}
        self.open: dict[str, dict[str, Followed]] = {}
        self.asked: list[str] = []

    def thread_days(self, month: str) -> Iterator[ThreadDay]:
        self.asked.append(month)
        for (name, day), threads in sorted(self.kept.items()):
            yield ThreadDay(account=name, day=day, threads=threads)

    def inboxes(self, platforms: Iterable[Platform]) -> dict[Platform, dict[str, Inbox]]:
        return {
            platform: {
                account: Inbox(satker=ACCOUNTS[account], open=threads)
                for account, threads in self.open.items()
                if account.startswith(f"{platform}:")
            }
            for platform in platforms
        }

    def put(self, account: str, thread: CommentThread, name: str | None = None) -> str:
        """Keep a thread in the document of its day."""
        day = thread.asked_at.astimezone(self.zone).date().isoformat()
        threads = self.kept.setdefault((account, day), {})
        name = name or f"{len(threads):016x}"
        threads[name] = thread
        return name

    def expire(self, before: datetime, platform: str = "youtube") -> None:
        """What a platform's terms leave for a time is gone."""
        day = before.astimezone(self.zone).date().isoformat()
        gone = [key for key in self.kept if key[0].startswith(platform) and key[1] < day]
        for key in gone:
            del self.kept[key]


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """Of one kind alone: a dialog is kept as it is in any."""
    with closing(open_store(sqlite_url)) as opened:
        yield opened


@pytest.fixture
def agency(store: Store) -> ThreadedAgency:
    return ministry(store)


def ministry(store: Store) -> ThreadedAgency:
    """Three units with four accounts; another agency at each call."""
    agency = ThreadedAgency(store, Agency(id=f"kemenkum-{next(_NUMBERS)}"), simulation=True)
    agency.save_roster(
        roster(
            *(satker(unit, timezone=zone.key) for unit, zone in ZONES.items()),
            accounts=[account(unit, key, since=SINCE) for key, unit in ACCOUNTS.items()],
            as_of=SINCE,
        )
    )
    return agency


def look(
    agency: AgencyStore, now: datetime, listening: Listening = AGREED, month: str = MONTH
) -> Dialog | None:
    """A look at ``now``; the month's dialog after it."""
    run = Run(agency, now, ScoreReport("run", now), {}, now)
    run.listening = listening
    note(run)
    assert run.report.problems == []
    return agency.dialog(month)


def tell(
    agency: ThreadedAgency,
    account: str,
    *truths: Truth,
    now: datetime,
    reader: Reader,
    random: Random,
) -> dict[ThreadState, int]:
    """Keep what a reader saw of threads; how many there truly are of each state."""
    states: dict[ThreadState, int] = {}
    for number, truth in enumerate(truths):
        kept = reader.kept(random, truth, now)
        if kept is None:
            continue
        name = agency.put(account, msgspec.structs.replace(kept, checked_at=None), f"{number:016x}")
        if kept.answered_at is None and kept.gone_at is None:
            agency.open.setdefault(account, {})[name] = Followed(
                id="1", url="", asked_at=kept.asked_at, seen_at=now, checked_at=kept.checked_at
            )
        state = truth.state(DUES[ZONES[ACCOUNTS[account]]](truth.asked_at), now)
        states[state] = states.get(state, 0) + 1
    return states


def answered(n: int, day: int = 0, minutes: int = 30) -> list[CommentThread]:
    """Questions of one day, each answered so soon."""
    asked_at = [BEGIN + day * DAY + HOUR + k * timedelta(minutes=1) for k in range(n)]
    after = timedelta(minutes=minutes)
    return [CommentThread(asked_at=at, question=True, answered_at=at + after) for at in asked_at]


def plenty(agency: ThreadedAgency, account: str = "x:1", n: int = 20, day: int = 0) -> None:
    for each in answered(n, day):
        agency.put(account, each)


def of(dialog: Dialog | None, unit: str = "aceh") -> UnitDialog | None:
    assert dialog is not None
    return dialog.units.get(unit)


# The truth


def test_figures_are_the_truth_where_every_read_came_through(agency: ThreadedAgency) -> None:
    random, now = Random(1), CLOSES
    for key, unit in ACCOUNTS.items():
        due = DUES[ZONES[unit]]
        truths = [asked(random, BEGIN, END, due) for _ in range(120)]
        told = tell(agency, key, *truths, now=now, reader=Reader(), random=random)
        if key != "instagram:3":
            continue
        expected = told
    found = of(look(agency, now), "papua")
    assert found is not None
    threads = found.threads
    assert threads.by_last is not None
    assert threads.n is not None
    assert abs(threads.by_last.hits - expected["answered"]) <= 1
    # One who deletes in the last hour of the last due day is found gone too late to be sure.
    assert threads.unmeasured <= 2
    assert abs(threads.n - sum(expected[s] for s in ("answered", "late", "unanswered"))) <= 2
    assert threads.open == 0


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32),
    outages=st.lists(st.tuples(st.integers(0, 900), st.integers(20, 300)), min_size=1, max_size=3),
    partial=st.sampled_from((0.0, 0.9, 1.0)),
)
def test_what_was_not_read_is_unmeasured_and_never_unanswered(
    store: Store, seed: int, outages: list[tuple[int, int]], partial: float
) -> None:
    random, agency = Random(seed), ministry(store)
    down = tuple((BEGIN + n * HOUR, BEGIN + (n + long) * HOUR) for n, long in outages)
    truths = [asked(random, BEGIN, END, DUES[WIB]) for _ in range(60)]
    reader = Reader(3, down, partial)
    told = tell(agency, "x:1", *truths, now=CLOSES, reader=reader, random=random)
    found = of(look(agency, CLOSES))
    assert found is not None
    threads = found.threads
    if threads.n is None or threads.by_last is None:
        return
    answers = threads.by_last.hits
    late = told.get("late", 0)
    silent = threads.by_last.of - answers
    # Not answered by the last day: late ones that were seen, and silent ones that were proven.
    assert answers <= told.get("answered", 0)
    assert silent <= late + told.get("unanswered", 0)
    assert threads.n + threads.unmeasured <= sum(told.values())


def test_threads_of_a_real_store_are_told_until_they_are_erased(store: Store) -> None:
    agency = AgencyStore(store, Agency(), simulation=True)
    accounts = [account(unit, key, since=SINCE) for key, unit in ACCOUNTS.items()]
    agency.save_roster(roster(*map(satker, ZONES), accounts=accounts, as_of=SINCE))
    threads = {f"{n:016x}": each for n, each in enumerate(answered(20))}
    silent = CommentThread(asked_at=BEGIN + HOUR, question=True)
    agency.add_threads("x:1", {"2026-10-01": {**threads, "f" * 16: silent}})
    now = BEGIN + 8 * DAY
    followed = Followed(id="1", url="", asked_at=BEGIN, seen_at=now, checked_at=now - HOUR)
    agency.save_inbox("x", {"x:1": Inbox(satker="aceh", open={"f" * 16: followed})})
    found = of(look(agency, now))
    assert found is not None
    assert found.questions.by_last is not None
    assert (found.questions.by_last.hits, found.questions.by_last.of) == (20, 21)
    agency.erase_threads(["x:1"], now)
    after = look(agency, now + EVERY)
    assert after is not None
    assert after.units == {}


# How much is told


@pytest.mark.parametrize("n", [0, 1, 19])
def test_under_the_least_number_nothing_is_told(agency: ThreadedAgency, n: int) -> None:
    plenty(agency, n=n)
    plenty(agency, "x:4")
    found = look(agency, BEGIN + 8 * DAY)
    assert found is not None
    assert of(found) == (UnitDialog() if n else None)
    assert found.ministry.threads.n == 20 + n
    bali = of(found, "bali")
    assert bali is not None
    assert bali.questions.median is not None
    assert (bali.questions.n, bali.questions.median.minutes) == (20, 30)


def test_the_setting_says_how_many_are_enough(agency: ThreadedAgency) -> None:
    plenty(agency, n=29)
    found = of(look(agency, BEGIN + 8 * DAY, msgspec.structs.replace(AGREED, least_n=30)))
    assert found == UnitDialog()


# When it is looked, and what it costs


def test_while_no_comment_is_read_and_nothing_is_kept_nothing_is_asked_for(
    agency: ThreadedAgency,
) -> None:
    plenty(agency)
    reads = agency.store.meter.reads
    assert look(agency, BEGIN + 8 * DAY, Listening()) is None
    lacking = msgspec.structs.replace(AGREED, dpia=None)
    assert look(agency, BEGIN + 8 * DAY, lacking) is None
    assert agency.asked == []
    assert agency.store.meter.reads - reads == 2 * 2  # the cursor, and this test's own look
    assert agency.cursor("listening") == {}


def test_a_month_that_was_begun_is_ended_though_comments_are_read_no_more(
    agency: ThreadedAgency,
) -> None:
    plenty(agency)
    look(agency, BEGIN + 8 * DAY)
    off = msgspec.structs.replace(AGREED, comments=frozenset())
    found = look(agency, CLOSES, off)
    assert found is not None
    assert found.closed
    agency.asked.clear()
    look(agency, CLOSES + DAY, off)
    assert agency.asked == []


def test_looks_are_six_hours_apart_and_write_only_what_changed(agency: ThreadedAgency) -> None:
    plenty(agency)
    now = BEGIN + 8 * DAY
    first = look(agency, now)
    plenty(agency, "x:4")
    assert look(agency, now + EVERY - HOUR) == first
    second = look(agency, now + EVERY)
    assert of(second, "bali") is not None
    index, writes = agency.listening_index(), agency.store.meter.writes
    assert index.dialogs.keys() == {MONTH}
    assert look(agency, now + 2 * EVERY) == second
    assert agency.store.meter.writes - writes == 1  # the cursor
    assert agency.listening_index() == index


def test_an_odd_cursor_is_as_if_there_were_none(agency: ThreadedAgency) -> None:
    plenty(agency)
    for n, odd in enumerate(({}, [], 5, "x", "0000-00", "9999-99", None)):
        agency.save_cursor("listening", dialog_at=odd, dialog_open=odd)
        found = look(agency, BEGIN + (8 + n) * DAY)
        assert of(found) is not None


# Closing


def test_a_month_is_closed_by_every_clock_and_then_never_changed(agency: ThreadedAgency) -> None:
    plenty(agency)
    early = look(agency, CLOSES - HOUR)
    assert early is not None
    assert not early.closed
    assert agency.cursor("listening")["dialog_open"] == MONTH
    closed = look(agency, CLOSES + EVERY)
    assert closed is not None
    assert closed.closed
    assert agency.cursor("listening")["dialog_open"] == month_of(END, WIB)
    plenty(agency, n=50)
    agency.asked.clear()
    assert look(agency, CLOSES + 2 * DAY) == closed
    agency.save_cursor("listening", dialog_at=None, dialog_open=None)
    assert look(agency, CLOSES + 3 * DAY) == closed
    assert {*agency.asked} == {month_of(END, WIB)}
    assert not agency.save_dialog(msgspec.structs.replace(closed, units={}))
    assert agency.dialog(MONTH) == closed


def test_a_real_month_waits_for_the_platforms_clock(store: Store) -> None:
    agency = ministry(store)
    agency.simulation = False
    plenty(agency)
    found = look(agency, CLOSES + 2 * DAY)  # no collection has ended
    assert found is not None
    assert not found.closed
    assert found.settled == {}


def test_an_empty_month_is_left_behind_without_a_document(agency: ThreadedAgency) -> None:
    assert look(agency, CLOSES) is None
    assert agency.cursor("listening")["dialog_open"] == month_of(END, WIB)
    assert agency.listening_index().dialogs == {}


def test_a_month_that_nobody_scored_for_weeks_is_closed_late(agency: ThreadedAgency) -> None:
    plenty(agency)
    look(agency, BEGIN + 8 * DAY)
    found = look(agency, END + 45 * DAY)
    assert found is not None
    assert found.closed


# What is settled


def test_what_expires_stays_counted_and_is_counted_once(agency: ThreadedAgency) -> None:
    random = Random(3)
    truths = {
        key: [asked(random, BEGIN, END, DUES[WIB]) for _ in range(100)]
        for key in ("x:1", "youtube:2")
    }
    now, found = BEGIN + 2 * DAY, None
    while found is None or not found.closed:
        agency.kept, agency.open = {}, {}
        for key, each in truths.items():
            seen = [truth for truth in each if truth.asked_at < now - HOUR]
            tell(agency, key, *seen, now=now, reader=Reader(), random=Random(4))
        whole = dict(agency.kept), dict(agency.open)
        agency.expire(now - 30 * DAY)
        found = look(agency, now)
        now += 3 * DAY
    assert ("youtube:2", "2026-10-01") in whole[0].keys() - agency.kept.keys()
    assert any(day == "2026-10-01" for day in found.settled["youtube:2"])
    other = ministry(agency.store)  # of which nothing ever expired, looked at once
    other.kept, other.open = whole
    again = look(other, now)
    assert again is not None
    assert again.units == found.units
    assert again.ministry == found.ministry


def test_a_day_is_not_settled_while_a_thread_of_it_may_change(agency: ThreadedAgency) -> None:
    plenty(agency)
    before = look(agency, BEGIN + 23 * DAY - EVERY)
    after = look(agency, BEGIN + 23 * DAY)
    assert before is not None
    assert after is not None
    assert (before.settled, [*after.settled]) == ({}, ["x:1"])
    assert before.units == after.units


def test_a_day_is_not_settled_while_one_of_its_threads_is_open(agency: ThreadedAgency) -> None:
    plenty(agency)
    agency.put("x:1", CommentThread(asked_at=BEGIN + HOUR, question=True))
    slow = msgspec.structs.replace(AGREED, due_days=(1, 18))
    found = look(agency, BEGIN + 24 * DAY, slow)
    assert found is not None
    assert (found.settled, found.ministry.threads.open) == ({}, 21)


def test_due_days_are_those_of_the_first_settled_day(agency: ThreadedAgency) -> None:
    plenty(agency)
    other = msgspec.structs.replace(AGREED, due_days=(2, 5))
    look(agency, BEGIN + 8 * DAY)
    changed = look(agency, BEGIN + 9 * DAY, other)
    assert changed is not None
    assert changed.due_days == (2, 5)
    look(agency, BEGIN + 24 * DAY, other)
    kept = look(agency, BEGIN + 25 * DAY)
    assert kept is not None
    assert kept.due_days == (2, 5)


# Consent


def test_a_unit_that_withdraws_leaves_the_open_month_with_what_was_kept(
    agency: ThreadedAgency,
) -> None:
    plenty(agency)
    plenty(agency, "x:4")
    look(agency, BEGIN + 24 * DAY)
    left = {"bali": "S-1"}
    gone = msgspec.structs.replace(AGREED, consents=left, withdrawn=frozenset({"aceh"}))
    found = look(agency, BEGIN + 25 * DAY, gone)
    assert found is not None
    assert (found.units.keys(), found.settled.keys()) == ({"bali"}, {"x:4"})
    assert found.ministry.threads.n == 20


def test_a_consent_that_is_merely_missing_ends_nothing_at_once(agency: ThreadedAgency) -> None:
    plenty(agency)
    whole = look(agency, CLOSES - HOUR)
    slip = msgspec.structs.replace(AGREED, consents={})
    missed = look(agency, CLOSES + EVERY, slip)
    assert missed is not None
    assert (missed.closed, missed.units) == (False, {})
    back = look(agency, CLOSES + 2 * EVERY)
    assert back is not None
    assert whole is not None
    assert (back.closed, back.units) == (True, whole.units)


def test_a_consent_that_stays_missing_closes_the_month_without_the_unit(
    agency: ThreadedAgency,
) -> None:
    plenty(agency)
    look(agency, CLOSES - HOUR)
    slip = msgspec.structs.replace(AGREED, consents={})
    look(agency, CLOSES + EVERY, slip)
    found = look(agency, CLOSES + 2 * EVERY, slip)
    assert found is not None
    assert (found.closed, found.units, found.settled) == (True, {}, {})


def test_consents_that_cannot_be_read_leave_everything_as_it_is(agency: ThreadedAgency) -> None:
    plenty(agency)
    held = look(agency, BEGIN + 8 * DAY)
    broken = msgspec.structs.replace(AGREED, consents={}, consents_known=False)
    assert look(agency, BEGIN + 9 * DAY, broken) == held
    assert look(agency, CLOSES, broken) == held


# Odd things


ODD_THREADS = [
    CommentThread(asked_at=BEGIN.replace(tzinfo=None)),
    CommentThread(asked_at=BEGIN - HOUR),
    CommentThread(asked_at=END + 900 * DAY),
    CommentThread(asked_at=BEGIN + HOUR, answered_at=BEGIN),
    CommentThread(asked_at=BEGIN + HOUR, answered_at=END + 9_000 * DAY),
    CommentThread(asked_at=BEGIN + HOUR, gone_at=BEGIN),
    CommentThread(asked_at=BEGIN + HOUR, gone_at=BEGIN.replace(tzinfo=None)),
]
ODD_DAYS = ["", "2026-10", "2026-10-40", "x2026-10-01", "2026-10-01T00:00:00Z", "2026-10-2"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    threads=st.lists(st.sampled_from(ODD_THREADS), max_size=5),
    days=st.lists(
        st.tuples(st.sampled_from(["x:1", "x:99", ":", "", "ü"]), st.sampled_from(ODD_DAYS)),
        max_size=4,
    ),
    checked=st.sampled_from([None, CLOSES.replace(tzinfo=None), END + 900 * DAY]),
)
def test_odd_threads_and_documents_cost_only_themselves(
    store: Store,
    threads: list[CommentThread],
    days: list[tuple[str, str]],
    checked: datetime | None,
) -> None:
    agency = ministry(store)
    plenty(agency)
    silent = agency.put("x:1", CommentThread(asked_at=BEGIN + HOUR, question=True))
    agency.open["x:1"] = {
        silent: Followed(id="1", url="", asked_at=BEGIN, seen_at=BEGIN, checked_at=checked)
    }
    first = ("x:1", "2026-10-01")
    for n, thread in enumerate(threads):
        agency.kept[first][f"odd{n}"] = thread
    for name, day in days:
        agency.kept[name, day] = dict(agency.kept[first])
    agency.kept["x:99", "2026-10-01"] = dict(agency.kept[first])  # nobody's account
    found = look(agency, BEGIN + 8 * DAY)
    aceh = of(found)
    assert aceh is not None
    assert (aceh.threads.n, aceh.questions.n, aceh.threads.unmeasured) == (20, 20, 1)
    assert found is not None
    assert found.ministry == aceh


def test_an_account_counts_for_the_unit_that_had_it_on_the_day(agency: ThreadedAgency) -> None:
    moved = BEGIN + 5 * DAY
    first = msgspec.structs.replace(account("aceh", "x:1", since=SINCE), valid_to=moved)
    units = [satker(unit) for unit in ZONES]
    agency.save_roster(
        roster(*units, accounts=(first, account("bali", "x:1", since=moved)), as_of=moved)
    )
    plenty(agency, day=1)
    plenty(agency, day=7, n=25)
    found = look(agency, BEGIN + 12 * DAY)
    assert found is not None
    assert {unit: each.threads.n for unit, each in found.units.items()} == {"aceh": 20, "bali": 25}
