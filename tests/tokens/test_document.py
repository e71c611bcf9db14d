"""What stays of a consent that has ended, and which are dead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from functions.model import iso
from functions.tokens.document import KEPT, carried, dead, ended, ending, is_ended, is_void

NOW = datetime.fromisoformat("2026-10-20T03:00:00+00:00")
LONG_AGO = iso(NOW - KEPT)

_values = (
    st.none() | st.text(max_size=8) | st.integers(-(2**63), 2**63 - 1) | st.just({"refused_at": 5})
)
_values |= st.just("2026-01-01T00:00:00Z") | st.just("9999-12-31T23:59:59Z") | st.binary(max_size=4)
ODD = st.dictionaries(
    st.sampled_from(
        [
            "renewal",
            "refresh_until",
            "unlisted_since",
            "ended_at",
            "spent",
            "origin",
            "refresh",
            "access",
            "why",
        ]
    ),
    _values,
)


@examples(max_examples=100)
@given(ODD)
def test_whatever_stands_in_it_nothing_stays_that_opens_anything(data: dict[str, Any]) -> None:
    dead(data, NOW)
    gone = ended(data | ending(data, "withdrawn", NOW))
    assert is_ended(gone)
    assert not {"refresh", "access", "renewal"} & gone.keys()
    assert ended(gone) == gone


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({}, None),
        ({"renewal": {"refused_at": LONG_AGO}}, "refused"),
        ({"renewal": {"refused_at": iso(NOW)}}, None),
        ({"refresh_until": LONG_AGO}, "expired"),
        ({"unlisted_since": LONG_AGO}, "unlisted"),
        ({"unlisted_since": LONG_AGO, "ended_at": iso(NOW)}, None),
        ({"renewal": "?", "refresh_until": 5, "unlisted_since": "kemarin"}, None),
    ],
)
def test_what_nobody_needs_is_dead(data: dict[str, Any], why: str | None) -> None:
    assert dead(data, NOW) == why


def test_it_ends_once_and_remembers_the_tokens_it_came_from() -> None:
    data = {"origin": "b", "spent": ["a"]}
    mark = ending(data, "withdrawn", NOW)
    assert mark == {"origin": "", "spent": ["a", "b"], "ended_at": iso(NOW), "why": "withdrawn"}
    assert ending(data | mark, "expired", NOW + KEPT) == {}


def test_links_up_to_a_withdrawal_are_void_and_stay_so_under_a_new_consent() -> None:
    void = {"void_until": iso(NOW)}
    assert is_void(void, NOW)
    assert is_void(void, NOW - KEPT)
    assert not is_void(void, NOW + timedelta(seconds=1))
    assert not is_void({}, NOW)
    assert not is_void(None, NOW)
    assert carried(void | {"refresh": b"x"}) == void
