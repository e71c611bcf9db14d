"""The step of a publishing that keeps the private place up to date; it fails alone.

While nothing is new it reads one listing of what changed lately, and that is all. Once a day it
compares what lies there, since old alarms leave the files and somebody may have deleted one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from functions.jobs.deadline import NEVER, Deadline
from functions.model import Agency, iso
from functions.publish import sources
from functions.publish.private.files import DAYS, FOLDER, files_of
from functions.publish.targets.port import Listed, Objects, ObjectsError, md5_of
from functions.publish.targets.sites import open_site
from functions.publish.targets.upload import file_of
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.alarms import Alarm, record, told_of_mark
from functions.store.port import Stored
from functions.times import time_of

# What is stamped by several writers may become visible in another order.
_OVERLAP = timedelta(minutes=10)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_CACHED = "private, no-store"


class Done(msgspec.Struct, kw_only=True):
    """What the step came to: files put, what is wrong, and what the next run has to know of it."""

    put: int = 0
    problems: list[str] = []
    noted: Mapping[str, str] = {}


def keep_private(
    agency: AgencyStore,
    settings: Settings,
    everybody: Sequence[Agency],
    now: datetime,
    noted: object,
    deadline: Deadline = NEVER,
) -> Done:
    """Put the alarms of the last 90 days where KIPRAH_PRIVATE says, as far as they changed.

    ``noted``: of the run before, as ``Done.noted``; anything else is as if there were nothing.
    StoreError when the store cannot be used.
    """
    if not settings.private or deadline.is_over:
        return Done()
    before = noted if isinstance(noted, Mapping) else {}
    if until := time_of(before.get("until")):
        lately = agency.alarms(until - _OVERLAP)
        if before.get("source") == _source(agency, settings, now, lately):
            return Done()
    try:
        return _make(agency, settings, everybody, now)
    except ObjectsError as error:
        return Done(problems=[f"the private files are not up to date: {error}"])


def _make(
    agency: AgencyStore, settings: Settings, everybody: Sequence[Agency], now: datetime
) -> Done:
    objects = open_site(settings.private, agency.agency, everybody, "KIPRAH_PRIVATE")
    held = [*agency.alarms()]
    agency.tell_admin((stored, told_of_mark(stored.data)) for stored, _ in held)
    since = now - timedelta(days=DAYS)
    shown = sorted(
        (alarm for _, alarm in held if since <= alarm.made_at <= now),
        key=lambda alarm: (alarm.at, alarm.id),
        reverse=True,
    )
    put = _put(objects, files_of(agency.agency, shown, record(shown, since)))
    until = max((stored.changed_at for stored, _ in held), default=_EVER).replace(microsecond=0)
    lately = [each for each in held if each[0].changed_at >= until - _OVERLAP]
    source = _source(agency, settings, now, lately)
    return Done(put=put, noted={"until": iso(until), "source": source})


def _put(objects: Objects, files: Mapping[str, bytes]) -> int:
    """Put the files that are not there as they are to be; returns how many."""
    there = objects.list(FOLDER)
    put = 0
    for path, body in files.items():
        if there.get(path) != Listed(md5_of(body), len(body)):
            put += objects.put(replace(file_of(path, body), cache_control=_NOT_CACHED))
    return put


def _source(
    agency: AgencyStore,
    settings: Settings,
    now: datetime,
    lately: Iterable[tuple[Stored, Alarm]],
) -> str:
    """Of what the files are made: the place, the code, the day, and what changed last."""
    changes = sorted((stored.path, stored.version) for stored, _ in lately)
    day = now.astimezone(agency.zone).date().isoformat()
    return sources.of_private(agency.agency, settings.private, day, changes)
