"""When the platforms were read last, as a small file that every page asks for by itself.

A page is put when its content changes. Whether its numbers still follow the platforms it cannot
know by itself: so it asks for this file, and says so when the last read is older than ``STALE``.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from functions.model import iso
from functions.publish.condition import Watch

PATH = "data/segar.json"
STALE = timedelta(hours=3)


def freshness_json(watch: Watch) -> bytes:
    """``read_at`` of all platforms and of each, UTC; null: none is known.

    ``stale_after_minutes`` is null in a simulation, whose time is not the reader's.
    """
    diary = watch.diary
    told = {
        "read_at": iso(diary.read_at) if diary.read_at else None,
        "platforms": {
            platform: iso(now.read_at) for platform, now in diary.now.items() if now.read_at
        },
        "stale_after_minutes": None if watch.simulation else STALE // timedelta(minutes=1),
    }
    return msgspec.json.encode(told, order="deterministic") + b"\n"
