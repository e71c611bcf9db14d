"""Signs that somebody is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect.watching import signs
from functions.model import iso

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
DAY = timedelta(days=1)


_odd = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.integers())


@given(
    st.dictionaries(
        st.sampled_from(["refresh", "refresh_until", "renewal"]),
        _odd | st.dictionaries(st.sampled_from(["refused_at", "lost"]), _odd),
    )
)
def test_whatever_stands_in_a_consent_its_state_can_be_told(document: dict[str, object]) -> None:
    assert isinstance(signs.consent_state(document, NOW), str)


@pytest.mark.parametrize(
    ("days", "state"),
    [(15, ""), (14, signs.ENDING), (1, signs.ENDING), (0, signs.PAST), (-9, signs.PAST)],
)
def test_a_consent_is_told_two_weeks_before_its_end(days: int, state: str) -> None:
    held = {"refresh": b"x", "refresh_until": iso(NOW + days * DAY)}
    assert signs.consent_state(held, NOW) == state
