"""A finding is one line, also of a look that falls over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.commands.doctor.finding import LONGEST, Finding, age, looked
from functions.store.port import StoreError
from tests.factories import LATER


def test_a_look_gives_one_finding_or_several() -> None:
    one = Finding("store", "is there")
    assert looked("store", lambda: one) == [one]
    assert looked("store", lambda: iter([one, one])) == [one, one]


def test_a_look_that_falls_over_is_a_finding_itself() -> None:
    def falls(words: str) -> Finding:
        raise KeyError(words)

    [found] = looked("budgets", falls, "x\n" * LONGEST)
    assert (found.subject, found.ok, found.fatal) == ("budgets", False, False)
    assert found.words.startswith("cannot be told (KeyError:")
    assert "\n" not in found.words
    assert len(found.words) == LONGEST


def test_a_store_that_cannot_be_read_ends_every_look() -> None:
    def falls() -> Finding:
        raise StoreError("gone")

    with pytest.raises(StoreError):
        looked("budgets", falls)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-5), "0 s ago"),
        (timedelta(seconds=119), "119 s ago"),
        (timedelta(minutes=2), "2 min ago"),
        (timedelta(minutes=119), "119 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=1234), "1,234 days ago"),
    ],
)
def test_an_age_is_told_in_the_unit_that_says_enough(ago: timedelta, said: str) -> None:
    assert age(LATER - ago, LATER) == said
