"""The steps of listening fail alone."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from functions.score.listening import dialog, insights, issues, shares, watch
from functions.store import open_store
from functions.store.port import StoreError, Write
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
        (dialog, "note", "dialog"),
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

    agreed = {"dpia": "D-1", "dpo": "dpo@example.go.id", "notice_url": "https://example.go.id/p"}
    typed = {**agreed, "comments": {"x": True}, "sample_texts": 10}
    ours.store.write([Write(f"{ours.root}/settings/listening", typed)])
    ours.storm("x:1")
    monkeypatch.setattr(module, step, broken)
    report = scored(ours)
    why = f"{name}: {type(error).__name__}; they are tried again at the next scoring"
    assert report.problems == [why]
    assert ours.months().keys() == {"2026-10"}
    cursor = ours.cursor("listening")
    done = {"issues": "issues_at", "insights": "insights_day", "dialog": "dialog_at"}
    done["shares"] = "shares_day"
    found = {each: field in cursor for each, field in done.items()}
    found["alarms"] = any(ours.alarms())
    assert {each for each, is_done in found.items() if not is_done} == {name}


def test_where_nothing_was_collected_nothing_is_looked_at(ours: BeatingAgency) -> None:
    ours.save_cursor("collect", began_at=None)
    scored(ours)
    assert ours.pulses == 0
