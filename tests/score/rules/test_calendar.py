"""Working days and the dates on which objections end; the quoted lines stand in RULES.md."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.calendar import after_working_days, amended, indonesian_holidays
from functions.score.rules.closing import closing_ends
from tests.factories import WIB

START = datetime(2024, 1, 1, tzinfo=UTC)


def midnight(text, zone=WIB):
    """24:00 of a local day, in UTC."""
    day = date.fromisoformat(text) + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",  # New Year
        "2026-03-19",  # Nyepi
        "2026-03-20",  # cuti bersama before Idul Fitri
        "2026-03-21",  # Idul Fitri
        "2026-03-23",  # cuti bersama after it
        "2026-08-17",  # independence
        "2026-12-24",  # cuti bersama before Christmas
        "2026-12-25",
    ],
)
def test_national_holidays_and_cuti_bersama_are_no_working_days(day):
    """ "Monday–Friday without national holidays and cuti bersama" """
    assert date.fromisoformat(day) in indonesian_holidays()


@pytest.mark.parametrize("day", ["2026-01-02", "2026-03-17", "2026-03-25", "2026-12-23"])
def test_the_days_around_them_are_working_days(day):
    assert date.fromisoformat(day) not in indonesian_holidays()


@pytest.mark.parametrize(
    ("month", "last_day"),
    [
        # Closing starts on Monday 2 November: Tuesday, Wednesday, Thursday.
        ("2026-10", "2026-11-05"),
        # Friday 2 October: the weekend does not count.
        ("2026-09", "2026-10-07"),
        # Wednesday 2 April 2025, in the middle of Lebaran: cuti bersama until Monday 7.
        ("2025-03", "2025-04-10"),
        # Monday 2 March 2026: Lebaran comes later and does not matter.
        ("2026-02", "2026-03-05"),
        # Friday 2 January 2026, after New Year.
        ("2025-12", "2026-01-07"),
        # Saturday 2 January 2027; Isra Mikraj on Tuesday 5.
        ("2026-12", "2027-01-07"),
        # Tuesday 2 June 2026; the holiday on Monday is over.
        ("2026-05", "2026-06-05"),
    ],
)
def test_objections_end_after_3_full_working_days_at_24_00(month, last_day):
    """ "3 full working days after the day closing starts, ending 24:00 agency time" """
    assert closing_ends(month, WIB, indonesian_holidays()) == midnight(last_day)


def test_days_are_those_of_the_agency_and_not_of_utc():
    """18:30 UTC on Thursday is Friday in Jakarta, so Monday is the first full day."""
    start = datetime(2026, 10, 8, 18, 30, tzinfo=UTC)
    assert after_working_days(start, 1, WIB, ()) == midnight("2026-10-12")
    jayapura = ZoneInfo("Asia/Jayapura")
    assert after_working_days(start, 1, jayapura, ()) == midnight("2026-10-12", jayapura)


def test_the_day_on_which_it_starts_is_no_full_day():
    begin = datetime(2026, 10, 5, 0, 0, tzinfo=WIB)
    end = begin + timedelta(hours=23, minutes=59)
    assert after_working_days(begin, 1, WIB, ()) == midnight("2026-10-06")
    assert after_working_days(end, 1, WIB, ()) == midnight("2026-10-06")


# As the agency corrects it


CHRISTMAS, PLAIN = date(2026, 12, 25), date(2026, 12, 22)


def read_days(holidays, document):
    return amended(lambda: holidays, document, WIB)


def test_without_settings_the_calendar_is_the_librarys():
    holidays, problems = read_days({CHRISTMAS}, {})
    assert problems == []
    assert CHRISTMAS in holidays
    assert PLAIN not in holidays


@pytest.mark.parametrize("written", ["2026-12-22", PLAIN, "2026-12-22T00:00:00+07:00"])
def test_a_day_can_be_made_a_holiday_and_a_holiday_a_working_day(written):
    holidays, problems = read_days({CHRISTMAS}, {"holidays": [written]})
    assert (PLAIN in holidays, CHRISTMAS in holidays, problems) == (True, True, [])
    holidays, problems = read_days({CHRISTMAS, PLAIN}, {"working_days": [written]})
    assert (PLAIN in holidays, CHRISTMAS in holidays, problems) == (False, True, [])


def test_a_day_that_is_named_as_both_is_a_holiday():
    both = {"holidays": ["2026-12-22"], "working_days": ["2026-12-22"]}
    assert PLAIN in read_days(set(), both)[0]


def test_what_is_no_date_is_told_and_the_rest_holds():
    document = {"holidays": ["besok", "2026-12-22"], "working_days": "2026-12-25"}
    document |= {name: [] for name in ("libur", "cuti", "masuk", "hari")}
    holidays, problems = read_days({CHRISTMAS}, document)
    assert (PLAIN in holidays, CHRISTMAS in holidays) == (True, False)
    assert problems == [
        "holidays 'besok' bukan tanggal; isi misalnya 2026-12-24",
        *(
            f"{name} tidak dikenal; ada holidays dan working_days"
            for name in ("cuti", "hari", "libur", "masuk")
        ),
    ]


@given(
    st.integers(0, 6 * 365 * 86_400).map(lambda n: START + timedelta(seconds=n)),
    st.integers(1, 6),
    st.sets(st.dates(date(2024, 1, 1), date(2030, 2, 1)), max_size=30),
)
def test_exactly_so_many_working_days_lie_between(start, count, holidays):
    end = after_working_days(start, count, WIB, holidays)
    first = start.astimezone(WIB).date() + timedelta(days=1)
    days = (end.astimezone(WIB).date() - first).days
    working = [
        day
        for day in (first + timedelta(days=n) for n in range(days))
        if day.weekday() < 5 and day not in holidays
    ]
    assert len(working) == count
    assert working[-1] == first + timedelta(days=days - 1)
    assert end.astimezone(WIB).time() == time()


def test_an_instant_that_was_picked_in_the_console_is_the_day_it_is_here():
    """Midnight in Jakarta is the day before in UTC."""
    picked = datetime(2026, 12, 21, 17, tzinfo=UTC)
    days, problems = read_days(set(), {"holidays": [picked]})
    assert (PLAIN in days, problems) == (True, [])


@pytest.mark.parametrize(
    "given", ["2026-W10-1", "20261222", "2026-12-22x", 20261222, True, {"a": 1}, "", "9999-99-99"]
)
def test_what_only_looks_like_a_date_is_told(given):
    days, [problem] = read_days({CHRISTMAS}, {"holidays": [given, "2026-12-22"]})
    assert (PLAIN in days, CHRISTMAS in days) == (True, True)
    assert "bukan tanggal" in problem


def test_a_day_that_is_both_is_told():
    both = {"holidays": ["2026-12-22"], "working_days": ["2026-12-22"]}
    [problem] = read_days(set(), both)[1]
    assert problem.startswith("2026-12-22 ada di holidays dan di working_days")
