"""The steps of listening fail alone."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from functions.score.listening import insights, issues, shares, watch
from functions.store import open_store
from functions.store.port import StoreError
from tests.score.listening.beating import BeatingAgency, beating, scored


@pytest.fixture
def ours(sqlite_url: str) -> Iterator[BeatingAgency]:
    store = open_store(sqlite_url)
    yield beating(store)
    store.close()


@pytest.mark.parametrize(
    ("module", "step", "name"),
    [
        (watch, "watch", "alarms"),
        (issues, "note", "issues"),
        (insights, "note", "insights"),
        (shares, "note", "shares"),
    ],
)
@pytest.mark.parametrize("error", [ZeroDivisionError("rahasia"), StoreError("rahasia")])
def test_a_step_that_fails_costs_no_rank_no_other_step_and_is_a_problem(
    ours: BeatingAgency,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str,
    name: str,
    error: Exception,
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(module, step, broken)
    report = scored(ours)
    why = f"{name}: {type(error).__name__}; they are tried again at the next scoring"
    assert report.problems == [why]
    assert ours.months().keys() == {"2026-10"}
    cursor = ours.cursor("listening")
    done = {
        "alarms": "looked_at",
        "issues": "issues_at",
        "insights": "insights_day",
        "shares": "shares_day",
    }
    assert {each for each, field in done.items() if field not in cursor} == {name}


def test_where_nothing_was_collected_nothing_is_looked_at(ours: BeatingAgency) -> None:
    ours.save_cursor("collect", began_at=None)
    scored(ours)
    assert ours.pulses == 0
