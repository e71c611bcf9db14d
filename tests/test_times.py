"""The present, and how far from it a given ``now`` may lie."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.model import iso
from functions.times import CLOCKS_AGREE, NowError, parse_now, present, refuse_future

AT = datetime(2026, 10, 20, 3, tzinfo=UTC)


def test_the_present_is_the_computers_clock_in_whole_seconds():
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= present() <= datetime.now(UTC)
    assert (present().microsecond, present().tzinfo) == (0, UTC)


@pytest.mark.parametrize("seconds", [-(10**9), -1, 0, 119, 120])
def test_what_is_past_or_as_good_as_now_raises_nothing(seconds):
    refuse_future(AT + timedelta(seconds=seconds), lambda: AT)


@pytest.mark.parametrize("ahead", [CLOCKS_AGREE + timedelta(seconds=1), timedelta(days=26_000)])
def test_the_future_is_refused_in_one_line_that_says_what_to_do(ahead):
    with pytest.raises(NowError) as caught:
        refuse_future(AT + ahead, lambda: AT)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(f"now = {iso(AT + ahead)} is ahead of this computer's clock ({iso(AT)})")
    assert "KIPRAH_SIMULATION=1 with a new KIPRAH_STORE" in said


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "1999-12-31T00:00:00Z",
        "0001-01-02T00:00:00Z",
    ],
)
def test_an_instant_that_no_month_can_be_named_for_is_refused(text):
    with pytest.raises(NowError, match="outside the years 2000 to 2099"):
        parse_now(text)


@given(st.text() | st.datetimes().map(str) | st.datetimes(timezones=st.just(UTC)).map(str))
def test_whatever_is_given_is_an_instant_of_these_years_or_a_value_error(text):
    try:
        now = parse_now(text)
    except ValueError:
        return
    assert now.tzinfo is UTC
    assert 2000 <= now.year <= 2099
