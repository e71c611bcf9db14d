"""Counted hours as they are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.store.volumes import HOUR, Series, by_month, months_of, read_hours

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
hours = st.dictionaries(
    st.integers(0, 24 * 400).map(lambda n: BEGIN + n * HOUR), st.integers(0, 2**53 - 1)
)


@given(hours)
def test_what_is_kept_is_read_again(counted):
    kept = by_month(counted)
    assert {at: n for month in kept for at, n in read_hours(month, {"hours": kept[month]})} == (
        counted
    )


odd = st.none() | st.booleans() | st.floats() | st.text() | st.integers(max_value=-1)


@given(st.dictionaries(st.text() | st.sampled_from(["3100", "0024", "3001", "010"]), odd))
def test_what_is_no_hour_or_no_count_costs_only_itself(strange):
    document = {"hours": {**strange, "0105": 7, "3002": 8, "0205": True}}
    found = dict(read_hours("2026-02", document))
    assert found == {datetime(2026, 2, 1, 5, tzinfo=UTC): 7}
    assert [*read_hours("2026-02", {"hours": strange.get("a")})] == []


def test_a_span_touches_its_months():
    assert [*months_of(BEGIN, BEGIN + HOUR)] == ["2026-01"]
    assert [*months_of(BEGIN - HOUR, BEGIN)] == ["2025-12"]
    assert [*months_of(BEGIN - HOUR, BEGIN + timedelta(days=40))] == [
        "2025-12",
        "2026-01",
        "2026-02",
    ]


def test_another_text_is_another_series_and_another_case_of_the_name_is_not():
    assert Series.of("AHU", "a") == Series.of("ahu", "a") != Series.of("AHU", "b")
