"""Carrying out a plan: within its time, and without remembering ever more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.collect import state as states
from functions.store.agency import AgencyStore
from tests.collect.api import HOUR
from tests.collect.ministry import Enter, Run
from tests.platforms.server import Handle

MINUTE = timedelta(minutes=1)


def test_a_states_size_does_not_grow_with_time(
    enter: Enter, run: Run, server: Handle, agency: AgencyStore, now: datetime
) -> None:
    account = enter("facebook")
    for hours in range(-48, 14 * 24, 6):
        server.world.add_post(account, now + hours * HOUR)
    sizes = []
    for day in range(14):
        run(now + day * 24 * HOUR)
        body = agency.sync_state("facebook").body
        assert body is not None
        state = states.decode(body)
        assert state is not None
        sizes.append(len(state.posts))
    assert max(sizes[3:]) <= 8


def test_past_its_time_limit_a_run_begins_nothing_and_says_what_it_gave_up(
    enter: Enter, run: Run, agency: AgencyStore, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("x")
    monkeypatch.setattr("functions.collect.sync.TIME_LIMIT", -1.0)
    report = run(now)
    assert report.platforms["x"]["skipped"] == 1
    assert report.platforms["x"]["requests"] == 0
    monkeypatch.undo()
    assert run(now + 15 * MINUTE).platforms["x"]["accounts_read"] == 1
