"""When a document expires: never sooner for being written again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.store.expiry import KEPT, expiry

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


MIDDLE = datetime(2050, 1, 1, tzinfo=UTC)


@given(
    st.sampled_from(sorted(KEPT)),
    st.integers(-20_000, 17_000).map(lambda days: MIDDLE + days * DAY),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=900)), min_size=1, max_size=4),
)
def test_an_expiry_never_falls(name: str, needed: datetime, waits: list[timedelta]) -> None:
    clock = last = MIDDLE
    for wait in waits:
        clock += wait
        now = expiry(name, needed, clock)
        assert now >= max(last, clock + KEPT[name], needed + KEPT[name])
        last = now
