"""The steps of listening fail alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.score.listening import watch
from functions.store import open_store
from tests.score.listening.beating import BeatingAgency, beating, scored


@pytest.fixture
def ours(sqlite_url: str) -> Iterator[BeatingAgency]:
    store = open_store(sqlite_url)
    yield beating(store)
    store.close()


def test_a_step_that_fails_costs_no_rank_and_is_a_problem(
    ours: BeatingAgency, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("rahasia")

    monkeypatch.setattr(watch, "watch", broken)
    report = scored(ours)
    assert report.problems == [
        "alarms: ZeroDivisionError; they are tried again at the next scoring"
    ]
    assert ours.months().keys() == {"2026-10"}


def test_where_nothing_was_collected_nothing_is_looked_at(ours: BeatingAgency) -> None:
    ours.save_cursor("collect", began_at=None)
    scored(ours)
    assert ours.pulses == 0
