"""The end of an API's version is known before it comes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.watching.versions import ENDS, NEWEST, SOON, ending, remark
from functions.settings import Settings


@pytest.mark.parametrize(
    ("version", "end"),
    [
        ("v21.0", date(2027, 1, 21)),
        ("v25.0", date(2028, 7, 29)),
        ("v2.12", date(2026, 9, 24)),
        ("v19.1", date(2026, 9, 24)),
        ("v20.1", date(2027, 1, 21)),
        ("v26.0", None),
        ("v300.0", None),
    ],
)
def test_a_version_has_its_end(version: str, end: date | None) -> None:
    assert ending(version) == end


@given(st.text(max_size=20).filter(lambda words: not words.strip("v")[:1].isdigit()))
def test_what_is_no_version_has_no_end_and_costs_nothing(words: str) -> None:
    assert ending(words) is None or words.partition(".")[0].strip("v+-_ ").isdigit()


def test_the_table_goes_from_the_oldest_to_the_newest_and_its_ends_follow() -> None:
    assert sorted(ENDS) == [*ENDS]
    assert sorted(ENDS.values()) == [*ENDS.values()]
    assert ending(NEWEST) is None


def test_the_default_is_the_newest() -> None:
    assert Settings().graph_version == NEWEST


def test_it_is_told_in_time_and_again_when_it_is_over() -> None:
    end = date(2027, 1, 21)
    assert remark("v21.0", end - SOON - timedelta(days=1)) is None
    assert remark("v21.0", end - SOON) == (
        "Graph API v21.0 ends on 2027-01-21; set KIPRAH_GRAPH_VERSION=v26.0"
    )
    assert "is no more since 2027-01-21" in (remark("v21.0", end) or "")
    assert remark(NEWEST, date(2040, 1, 1)) is None
