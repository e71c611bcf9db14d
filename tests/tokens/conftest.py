"""The consents of an agency, sealed with the tests' key."""

from __future__ import annotations

import pytest

from functions.store.agency import AgencyStore
from functions.tokens.consents import Consents
from functions.tokens.vault import Vault

KEY = "a2lwcmFoLXVuaXQtdGVzdHMtdG9rZW4ta2V5LTAwMDE="


@pytest.fixture
def consents(agency: AgencyStore) -> Consents:
    """An agency's consents, none yet."""
    return Consents(agency, lambda: Vault(KEY))
