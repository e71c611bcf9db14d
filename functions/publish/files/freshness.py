"""When the platforms were read last, as a small file that every page asks for by itself.

A page is put when its content changes. Whether its numbers still follow the platforms it cannot
know by itself: so it asks for this file, and says so when the last read is older than ``STALE``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from functions.model import Platform
from functions.publish.condition import Watch

PATH = "data/segar.json"
STALE = timedelta(hours=3)


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """``data/segar.json``: the last read of all platforms and of each, UTC; None: none is known.

    ``stale_after_minutes`` is None in a simulation, whose time is not the reader's.
    """

    read_at: datetime | None
    platforms: dict[Platform, datetime]
    stale_after_minutes: int | None


def freshness_json(watch: Watch) -> bytes:
    """The file, from what is known of the platforms' reads."""
    diary = watch.diary
    told = Freshness(
        read_at=diary.read_at,
        platforms={platform: now.read_at for platform, now in diary.now.items() if now.read_at},
        stale_after_minutes=None if watch.simulation else STALE // timedelta(minutes=1),
    )
    return msgspec.json.encode(told, order="deterministic") + b"\n"
