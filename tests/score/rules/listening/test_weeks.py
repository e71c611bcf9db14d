"""Weeks begin on Monday at 00:00 of the agency's clock, and years by their first Thursday."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.score.rules.listening.weeks import (
    months_of,
    shifted,
    week_bounds,
    week_of,
    weeks_between,
)

WIB = ZoneInfo("Asia/Jakarta")
SECOND = timedelta(seconds=1)
TIMES = st.datetimes(datetime(2000, 1, 3), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("at", "week"),
    [
        ("2026-10-04T23:59:59+07:00", "2026-W40"),
        ("2026-10-05T00:00:00+07:00", "2026-W41"),
        ("2026-10-04T17:00:00+00:00", "2026-W41"),
        ("2027-01-03T23:59:00+07:00", "2026-W53"),
        ("2027-01-04T00:00:00+07:00", "2027-W01"),
        ("2025-12-29T00:00:00+07:00", "2026-W01"),
    ],
)
def test_an_instant_is_of_a_week(at, week):
    assert week_of(datetime.fromisoformat(at), WIB) == week


@given(TIMES)
def test_a_week_holds_its_instants(at):
    week = week_of(at, WIB)
    begin, end = week_bounds(week, WIB)
    assert begin <= at < end
    assert end - begin == timedelta(weeks=1)
    assert (week_of(begin, WIB), week_of(end - SECOND, WIB)) == (week, week)
    assert week_of(end, WIB) == shifted(week, 1)


@given(TIMES, st.integers(-20, 20))
def test_weeks_are_counted_across_years(at, by):
    week = week_of(at, WIB)
    assert shifted(shifted(week, by), -by) == week
    assert len(weeks_between(week, shifted(week, by))) == max(0, by + 1)


def test_the_53rd_week_leads_to_the_next_year():
    assert weeks_between("2026-W52", "2027-W02") == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]


@given(TIMES, st.integers(1, 100))
def test_the_months_of_a_time_are_all_that_it_touches(at, days):
    end = at + timedelta(days=days)
    each_day = {(at + timedelta(days=n)).astimezone(WIB).strftime("%Y-%m") for n in range(days)}
    last = (end - SECOND).astimezone(WIB).strftime("%Y-%m")
    assert months_of(at, end, WIB) == sorted({*each_day, last})
