"""A published folder served on this machine."""

from __future__ import annotations

import pytest

from tests.commands.running import (
    refused,
)

pytestmark = pytest.mark.usefixtures("folder")


def test_serving_a_site_that_is_not_there_says_what_to_do(monkeypatch):
    assert "kiprah publish" in refused(1, "serve")
    monkeypatch.setenv("KIPRAH_SITE", "gs://bucket/prefix")
    assert "open its public address" in refused(1, "serve")
