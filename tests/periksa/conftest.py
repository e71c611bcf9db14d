"""What runs the page's program outside a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import tools


@pytest.fixture(scope="session")
def node() -> Path:
    """The JavaScript engine that Playwright brings."""
    return tools.node()
