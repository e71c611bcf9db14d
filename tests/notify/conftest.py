"""Servers that take notices, and a process that has not sent any yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.notify import delivery
from tests.notify.post import Hook, Mailbox, mail_server, webhook


@pytest.fixture(autouse=True)
def _no_server_rests() -> Iterator[None]:
    delivery._rests.clear()
    delivery._failures.clear()
    yield
    delivery._rests.clear()
    delivery._failures.clear()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as found:
        yield found
