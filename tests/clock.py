"""Stamps of the embedded store at simulated times, for benches and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import sleep
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from functions.store import sqlite


@contextmanager
def store_clock(now: Callable[[], datetime]) -> Iterator[None]:
    """SQLite's stamps at simulated times.

    Scoring reads again what was stamped in the ten minutes before its last run. In a simulation
    whose day passes in minutes that would be the whole day, which no real run would read.
    """
    clock: Any = SimpleNamespace(
        time_ns=lambda: int(now().timestamp()) * 1_000_000_000, sleep=sleep
    )
    with patch.object(sqlite, "time", clock):
        yield
