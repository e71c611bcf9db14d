"""What the tests of every adapter start from."""

from __future__ import annotations

import pytest

from tests.collect.api import Api
from tests.platforms.world import Account


@pytest.fixture
def account(api: Api) -> Account:
    """An account of the module's ``PLATFORM``."""
    return api.account()
