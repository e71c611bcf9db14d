"""An alarm's document: what it says, and what staff marked in it, by command or by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.store.alarms import (
    LEVELS,
    MARKED,
    OUTCOMES,
    Alarm,
    Record,
    marked,
    read_alarm,
    record,
    told_of_mark,
)
from tests.factories import NOW, alarm

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
MARK_FIELDS = ("outcome", "hasil", "marked_by", "Ditandai Oleh", "marked_at", "note", "catatan")


def test_a_document_says_what_it_was_made_of() -> None:
    given = alarm()
    assert read_alarm(given.document()) == given
    assert "outcome" not in given.document()


@pytest.mark.parametrize(
    "typed",
    [
        {"outcome": "benar", "marked_by": "Ani"},
        {"Hasil": " BENAR ", "ditandai oleh": "Ani "},
        {"outcome": "Benar", "oleh": "Ani", "note": "", "status": "apa pun"},
    ],
)
def test_a_mark_is_read_as_people_type_it(typed: dict[str, Any]) -> None:
    found = read_alarm(alarm().document() | typed)
    assert found == alarm(outcome="benar", marked_by="Ani")
    assert told_of_mark(alarm().document() | typed) == {"status": MARKED}


def test_when_it_was_marked_may_be_any_instant_of_a_console() -> None:
    at = NOW + timedelta(hours=1)
    for typed in (at, at.isoformat(), "2026-10-20T11:00:00+07:00"):
        found = read_alarm(alarm().document() | {"outcome": "keliru", "marked_at": typed})
        assert found is not None
        assert found.marked_at == at


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"outcome": "bener"}, "outcome 'bener' tidak dikenal; maksudnya 'benar'?"),
        ({"hasil": 3}, "hasil 3 tidak dikenal; isi benar atau keliru"),
        ({"outcom": "benar"}, "outcom tidak dikenal; maksudnya outcome?"),
        ({"outcome": "benar", "marked_at": "kemarin"}, "marked_at 'kemarin' bukan waktu"),
        ({"marked_by": "Ani"}, "belum ditandai; isi outcome"),
    ],
)
def test_what_is_wrong_with_a_mark_is_one_line(typed: dict[str, Any], said: str) -> None:
    told = told_of_mark(alarm().document() | typed)["status"]
    assert said in told
    assert "\n" not in told


def test_nothing_is_told_where_nobody_marked() -> None:
    assert told_of_mark(alarm().document()) == {}


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(MARK_FIELDS), ODD))
def test_an_odd_mark_costs_the_alarm_nothing(typed: dict[str, Any]) -> None:
    document = alarm().document() | typed
    found = read_alarm(document)
    assert found is not None
    assert (
        msgspec.structs.replace(found, outcome=None, marked_by=None, marked_at=None, note=None)
        == alarm()
    )
    assert all("\n" not in said for said in told_of_mark(document).values())


@settings(max_examples=30)
@given(st.sampled_from(MARK_FIELDS), ODD, st.sampled_from(OUTCOMES))
def test_a_mark_by_command_replaces_what_was_typed(name: str, value: Any, outcome: Any) -> None:
    """Whatever the field is called that it was typed in."""
    document = alarm().document() | {name: value}
    mark = {
        "outcome": outcome,
        "marked_by": "Ani",
        "marked_at": "2026-10-20T04:00:00Z",
        "note": None,
    }
    found = read_alarm(document | marked(document, mark))
    assert found is not None
    assert (found.outcome, found.marked_by, found.note) == (outcome, "Ani", None)


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(Alarm.__struct_fields__), ODD, min_size=1))
def test_a_document_that_is_no_alarm_is_none(odd: dict[str, Any]) -> None:
    found = read_alarm(odd)
    assert found is None or isinstance(found, Alarm)


def test_the_record_counts_what_is_marked_apart_from_what_is_not() -> None:
    given = [
        *[alarm(outcome="benar")] * 7,
        *[alarm(outcome="keliru")] * 2,
        *[alarm()] * 3,
        alarm(level="lonjakan"),
        alarm(outcome="benar", made_at=NOW - timedelta(days=91)),
    ]
    found = record(given, NOW - timedelta(days=90))
    assert found["siaga"] == Record(right=7, wrong=2, open=3)
    assert found["siaga"].precision == 7 / 9
    assert found["lonjakan"].precision is None


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from([None, *OUTCOMES]))))
def test_every_alarm_stands_in_the_record_once(made: list[tuple[Any, Any]]) -> None:
    given = [alarm(level=level, outcome=outcome) for level, outcome in made]
    found = record(given, datetime(2026, 1, 1, tzinfo=UTC))
    assert sum(own.right + own.wrong + own.open for own in found.values()) == len(made)
