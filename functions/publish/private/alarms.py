"""The alarms of the last 90 days, kept for staff.

While nothing is new this reads one listing of what changed lately, and that is all. Once a day it
compares what lies there, since old alarms leave the files and somebody may have deleted one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.model import iso
from functions.publish.private.alarm_files import DAYS, FOLDER, files_of
from functions.publish.private.place import Done, PrivatePlace
from functions.store.alarms import Alarm, record, told_of_mark
from functions.store.port import Stored
from functions.times import time_of

# What is stamped by several writers may become visible in another order.
_OVERLAP = timedelta(minutes=10)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def keep_alarms(place: PrivatePlace, before: Mapping[str, Any]) -> Done:
    """Put them as far as they changed. ``before``: what the last run noted."""
    if until := time_of(before.get("until")):
        lately = place.agency.alarms(until - _OVERLAP)
        if before.get("source") == _source(place, lately):
            return Done()
    held = [*place.agency.alarms()]
    place.agency.tell_admin((stored, told_of_mark(stored.data)) for stored, _ in held)
    since = place.now - timedelta(days=DAYS)
    shown = sorted(
        (alarm for _, alarm in held if since <= alarm.made_at <= place.now),
        key=lambda alarm: (alarm.at, alarm.id),
        reverse=True,
    )
    put = place.put(FOLDER, files_of(place.agency.agency, shown, record(shown, since)))
    until = max((stored.changed_at for stored, _ in held), default=_EVER).replace(microsecond=0)
    newest = [each for each in held if each[0].changed_at >= until - _OVERLAP]
    return Done(put=put, noted={"until": iso(until), "source": _source(place, newest)})


def _source(place: PrivatePlace, lately: Iterable[tuple[Stored, Alarm]]) -> str:
    """Of what the files are made, by what changed last."""
    changes = sorted((stored.path, stored.version) for stored, _ in lately)
    return place.source(place.day, changes)
