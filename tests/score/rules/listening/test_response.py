"""Due days and states: as sentences, against a second implementation, and against the truth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.score.rules.calendar import amended, indonesian_holidays
from functions.score.rules.listening.response import (
    TELLS,
    closes_at,
    day_bounds,
    due,
    dues,
    is_possible,
    judge,
    state,
)
from functions.store.dialog import ThreadState
from functions.store.threads import CommentThread
from tests.factories import BEGIN, END, WIB
from tests.score.rules.listening.asking import DAY, HOUR, Reader, asked

WITA, WIT = ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura")
ZONES = (WIB, WITA, WIT)
HOLIDAYS = indonesian_holidays()
DAYS = (1, 3)


def local(text: str, zone: ZoneInfo = WIB) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def end_of(text: str, zone: ZoneInfo = WIB) -> datetime:
    """24:00 of a local day."""
    return local(text, zone) + DAY


@pytest.mark.parametrize(
    ("asked_at", "first", "last"),
    [
        ("2026-10-06T09:00", "2026-10-07", "2026-10-09"),  # a Tuesday
        ("2026-10-06T00:00:00", "2026-10-07", "2026-10-09"),  # its first second
        ("2026-10-06T23:59:59", "2026-10-07", "2026-10-09"),  # and its last
        ("2026-10-09T15:00", "2026-10-12", "2026-10-14"),  # a Friday: over the weekend
        ("2026-10-10T15:00", "2026-10-12", "2026-10-14"),  # a Saturday
        ("2026-08-14T10:00", "2026-08-18", "2026-08-20"),  # over Independence Day, a Monday
        ("2026-12-23T10:00", "2026-12-28", "2026-12-30"),  # cuti bersama and Christmas
        ("2026-12-30T10:00", "2026-12-31", "2027-01-06"),  # over New Year and Isra Mikraj
        # Ramadan 1447 began on 19 February 2026: hours are fewer, days are not.
        ("2026-02-23T14:00", "2026-02-24", "2026-02-26"),
        (
            "2026-03-16T14:00",
            "2026-03-17",
            "2026-03-26",
        ),  # its end: Nyepi, Idul Fitri, cuti bersama
    ],
)
@pytest.mark.parametrize("zone", ZONES)
def test_due_days_are_working_days_of_the_units_zone(
    asked_at: str, first: str, last: str, zone: ZoneInfo
) -> None:
    found = due(local(asked_at, zone), DAYS, zone, HOLIDAYS)
    assert found == (end_of(first, zone), end_of(last, zone))


def test_one_instant_is_of_two_days_in_two_zones() -> None:
    at = local("2026-10-06T23:30", WIB)  # 01:30 of the 7th in Jayapura
    assert due(at, DAYS, WIB, HOLIDAYS)[0] == end_of("2026-10-07", WIB)
    assert due(at, DAYS, WIT, HOLIDAYS)[0] == end_of("2026-10-08", WIT)


def test_a_corrected_calendar_moves_due_days() -> None:
    typed = {"holidays": ["2026-10-07"], "working_days": ["2026-12-24"]}
    calendar, problems = amended(indonesian_holidays, typed, WIB)
    assert problems == []
    assert due(local("2026-10-06T09:00"), DAYS, WIB, calendar)[0] == end_of("2026-10-08")
    assert due(local("2026-12-23T10:00"), DAYS, WIB, calendar)[0] == end_of("2026-12-24")


def slowly(at: datetime, count: int, zone: ZoneInfo, closed: frozenset[date]) -> datetime:
    """The first midnight of the zone by which so many working days have passed whole."""
    today, midnight = (
        at.astimezone(zone).date(),
        at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0),
    )
    worked: list[date] = []
    while len(worked) < count:
        midnight += DAY
        day = midnight.date()
        if day > today and day.isoweekday() <= 5 and day not in closed:
            worked.append(day)
    return (midnight + DAY).astimezone(UTC)


YEAR = 366 * 24 * 60 * 60
instants = st.integers(0, YEAR).map(lambda n: BEGIN - 270 * DAY + n * timedelta(seconds=1))


@settings(max_examples=60)
@given(
    at=instants,
    zone=st.sampled_from(ZONES),
    days=st.tuples(st.integers(1, 5), st.integers(0, 5)).map(lambda d: (d[0], d[0] + d[1])),
    closed=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 3, 20)), max_size=80),
)
def test_due_days_are_those_of_the_second_implementation(
    at: datetime, zone: ZoneInfo, days: tuple[int, int], closed: frozenset[date]
) -> None:
    expected = tuple(slowly(at, count, zone, closed) for count in days)
    assert due(at, days, zone, closed) == dues(days, zone, closed)(at) == expected


# States

DUE = (BEGIN + 2 * DAY, BEGIN + 4 * DAY)
NOW = BEGIN + 10 * DAY


def thread(at: datetime = BEGIN, **facts: object) -> CommentThread:
    return CommentThread(asked_at=at, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kept", "checked_at", "now", "expected"),
    [
        (thread(answered_at=DUE[1]), None, NOW, "answered"),  # on the last second
        (thread(answered_at=DUE[1] + timedelta(seconds=1)), None, NOW, "late"),
        (thread(answered_at=DUE[0], answered_by="other"), None, NOW, "answered"),
        (thread(answered_at=DUE[0], gone_at=DUE[0] + HOUR), None, NOW, "answered"),
        (thread(gone_at=DUE[1] - HOUR), DUE[0], NOW, "gone"),
        (thread(gone_at=DUE[1] + HOUR), DUE[0], NOW, "unmeasured"),  # answered before? who knows
        (thread(gone_at=DUE[1] + HOUR), DUE[1], NOW, "unanswered"),
        (thread(), DUE[0], DUE[1] - HOUR, "open"),
        (thread(), DUE[1] - HOUR, DUE[1] + HOUR, "open"),  # the next read tells
        (thread(), DUE[1] - HOUR, DUE[1] + TELLS, "unmeasured"),
        (thread(), None, NOW, "unmeasured"),
        (thread(), DUE[1], DUE[1], "unanswered"),
        (thread(hidden=True), DUE[1], NOW, "unanswered"),
    ],
)
def test_a_state_needs_its_proof(
    kept: CommentThread, checked_at: datetime | None, now: datetime, expected: ThreadState
) -> None:
    assert state(kept, checked_at, DUE[1], now) == expected


def test_a_first_day_is_missed_only_where_a_read_shows_it() -> None:
    now = DUE[0] + HOUR
    assert judge(thread(), [DUE[0] - HOUR], DUE, now).by_first is None
    assert judge(thread(), [None, DUE[0], DUE[0] - HOUR], DUE, now).by_first is False
    assert judge(thread(answered_at=DUE[0]), [], DUE, now).by_first is True
    assert judge(thread(answered_at=now), [], DUE, now).by_first is False
    assert judge(thread(gone_at=now), [DUE[0]], DUE, now).by_first is None


@given(st.lists(st.sampled_from([NOW + HOUR, NOW + 900 * DAY, DUE[1].replace(tzinfo=None), None])))
def test_a_read_of_a_wrong_clock_proves_nothing(reads: list[datetime | None]) -> None:
    assert judge(thread(), reads, DUE, NOW).state == "unmeasured"


near = st.integers(-30, 300).map(lambda hours: BEGIN + hours * HOUR)


def by_the_words(
    kept: CommentThread, checked_at: datetime | None, last: datetime, now: datetime
) -> set[str]:
    """Each state with its own words; exactly one may hold."""
    told = kept.answered_at is not None
    deleted = not told and kept.gone_at is not None and kept.gone_at < last
    over = now >= last and not told and not deleted
    proven = over and checked_at is not None and checked_at >= last
    waits = over and not proven and kept.gone_at is None and now - last < timedelta(hours=24)
    holds = {
        "answered": kept.answered_at is not None and kept.answered_at <= last,
        "late": kept.answered_at is not None and kept.answered_at > last,
        "gone": deleted,
        "unanswered": proven,
        "open": waits or not (over or told or deleted),
        "unmeasured": over and not proven and not waits,
    }
    return {name for name, is_so in holds.items() if is_so}


@given(
    answered_at=st.none() | near,
    gone_at=st.none() | near,
    hidden=st.booleans(),
    checked_at=st.none() | near,
    last=near,
    now=near,
)
def test_states_are_those_of_the_words(
    answered_at: datetime | None,
    gone_at: datetime | None,
    hidden: bool,
    checked_at: datetime | None,
    last: datetime,
    now: datetime,
) -> None:
    kept = thread(answered_at=answered_at, gone_at=gone_at, hidden=hidden)
    assert by_the_words(kept, checked_at, last, now) == {state(kept, checked_at, last, now)}


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32),
    zone=st.sampled_from(ZONES),
    outages=st.lists(st.tuples(st.integers(0, 800), st.integers(1, 200)), max_size=3),
    partial=st.sampled_from((0.0, 0.5, 1.0)),
    hours=st.integers(1, 1_000),
)
def test_nobody_is_called_silent_who_answered(
    seed: int, zone: ZoneInfo, outages: list[tuple[int, int]], partial: float, hours: int
) -> None:
    """Whatever reads are lost: a state is the true one, or says that it is not known."""
    random, of = Random(seed), dues(DAYS, zone, HOLIDAYS)
    down = tuple((BEGIN + n * HOUR, BEGIN + (n + long) * HOUR) for n, long in outages)
    reader = Reader(random.randrange(60), down, partial)
    now = BEGIN + hours * HOUR
    for _ in range(10):
        truth = asked(random, BEGIN, END, of)
        kept = reader.kept(random, truth, now)
        if kept is not None:
            due = of(truth.asked_at)
            found = judge(kept, [kept.checked_at], due, now).state
            # What was deleted late had been there, unanswered, when the day was over.
            true = truth.state(due, now)
            assert found in (true, "open", "unmeasured"), (truth, kept)
            if found == "open":
                assert now < due[1] + TELLS


def test_with_every_read_states_are_right() -> None:
    random, of = Random(7), dues(DAYS, WIT, HOLIDAYS)
    now, right, wrong = END + 15 * DAY, 0, []
    for _ in range(1_500):
        truth = asked(random, BEGIN, END, of)
        kept = Reader().kept(random, truth, now)
        if kept is not None:
            expected = truth.state(of(truth.asked_at), now)
            found = judge(kept, [kept.checked_at], of(truth.asked_at), now).state
            right += found == expected
            wrong += [(expected, found)] * (found != expected)
    assert right >= 0.99 * (right + len(wrong))
    assert {found for _, found in wrong} <= {"unmeasured", "gone"}


# Odd instants, bounds


@given(
    asked_at=near | st.sampled_from([BEGIN.replace(tzinfo=None), datetime.max.replace(tzinfo=UTC)]),
    answered_at=st.none() | near | st.just(datetime.min.replace(tzinfo=UTC)),
    gone_at=st.none() | near | st.just(datetime.max.replace(tzinfo=UTC)),
)
def test_a_thread_of_impossible_instants_is_none(
    asked_at: datetime, answered_at: datetime | None, gone_at: datetime | None
) -> None:
    now, end = BEGIN + 100 * HOUR, BEGIN + DAY
    is_true = asked_at.tzinfo is not None and BEGIN <= asked_at < end
    for at in (answered_at, gone_at):
        is_true = is_true and (at is None or asked_at <= at <= now)
    kept = thread(asked_at, answered_at=answered_at, gone_at=gone_at)
    assert is_possible(kept, BEGIN, end, now) == is_true


@pytest.mark.parametrize(
    "day", ["", "2026-10", "2026-10-32", "20261001", "2026-W40-1", "9999-12-31"]
)
def test_what_is_no_day_has_no_bounds(day: str) -> None:
    assert day_bounds(day, WIB) is None


def test_a_day_is_bounded_by_local_midnights() -> None:
    assert day_bounds("2026-10-01", WIB) == (BEGIN, BEGIN + DAY)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("days", [(1, 3), (1, 2), (2, 9)])
@pytest.mark.parametrize("month", ["2026-02", "2026-10", "2026-12"])
def test_a_month_closes_when_nothing_of_it_is_open_any_more(
    zone: ZoneInfo, days: tuple[int, int], month: str
) -> None:
    closes = closes_at(month, zone, ZONES, days, HOLIDAYS)
    year, number = int(month[:4]), int(month[5:])
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
    lasts = [due(end - timedelta(seconds=1), days, each, HOLIDAYS)[1] for each in ZONES]
    assert closes >= max(lasts) + TELLS
    assert closes >= slowly(end - HOUR, 3, zone, frozenset()) + TELLS
    kept = thread(end - timedelta(seconds=1))
    assert {judge(kept, [], (last, last), closes).state for last in lasts} == {"unmeasured"}
