"""Signs that somebody is needed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.collect import signs
from functions.model import iso
from functions.settings import Settings

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("version", "days", "is_told"),
    [("v21.0", -61, False), ("v21.0", -60, True), ("v21.0", 1, True), ("v99.0", 0, False)],
)
def test_a_version_is_told_sixty_days_before_its_end_and_after_it(
    version: str, days: int, is_told: bool
) -> None:
    now = signs.GRAPH_ENDS["v21.0"] + days * DAY
    assert (signs.version_end(version, now) is not None) is is_told


def test_the_version_that_is_asked_for_by_default_has_no_known_end_or_a_far_one() -> None:
    assert signs.version_end(Settings().graph_version, NOW) is None


def test_versions_end_in_their_order() -> None:
    assert list(signs.GRAPH_ENDS.values()) == sorted(signs.GRAPH_ENDS.values())


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
