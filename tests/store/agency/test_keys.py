"""An agency's own keys; each test runs against both stores."""

from __future__ import annotations

import pytest

from functions.store.agency import AgencyStore
from functions.store.port import Conflict


def test_a_key_is_made_once(agency: AgencyStore) -> None:
    assert (agency.thread_key(), agency.keys()) == (None, [])
    agency.add_thread_key(b"one")
    with pytest.raises(Conflict):
        agency.add_thread_key(b"two")
    stored = agency.thread_key()
    assert stored is not None
    assert (agency.keys(), stored.data, stored.expires_at) == ([stored], {"sealed": b"one"}, None)
