"""The ministry whose months the score job brings up to date."""

from __future__ import annotations

import pytest

from functions.score import job
from functions.store.agency import AgencyStore
from functions.store.port import Store
from tests.score.scoring import ministry


@pytest.fixture
def agency(store: Store) -> AgencyStore:
    """The ministry in an empty store, of either kind in turn."""
    return ministry(store)


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scoring without what it finds beside the ranking; tests/score/listening tells of that."""
    monkeypatch.setattr(job, "listen", lambda run, notifier: None)
