"""Where the files for staff go, and what is known when they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from functions.model import Agency, Roster
from functions.publish import sources
from functions.publish.targets.port import Listed, md5_of
from functions.publish.targets.sites import open_site
from functions.publish.targets.upload import file_of
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.listening_settings import Listening

_NOT_CACHED = "private, no-store"


class Done(msgspec.Struct, kw_only=True):
    """What came of it: files put, what is wrong, and what the next run has to know of it."""

    put: int = 0
    problems: list[str] = []
    noted: Mapping[str, Any] = {}


class PrivatePlace(NamedTuple):
    """An agency's part of KIPRAH_PRIVATE.

    ``everybody``: the agencies of the installation in their order; none when there is only one.
    ``wanted``: what admins typed of listening; ``roster``: who is registered now.
    """

    agency: AgencyStore
    settings: Settings
    everybody: Sequence[Agency]
    now: datetime
    wanted: Listening
    roster: Roster

    @property
    def day(self) -> str:
        """The day of now, in the agency's zone."""
        return self.now.astimezone(self.agency.zone).date().isoformat()

    def source(self, day: str, made_of: object) -> str:
        """Of files: the place, the code, the day on which they are compared, what they tell."""
        return sources.of_private(self.agency.agency, self.settings.private, day, made_of)

    def put(self, folder: str, files: Mapping[str, bytes]) -> int:
        """Put the files that are not there as they are to be; returns how many.

        Raises:
            ObjectsError: the place cannot be used.
        """
        objects = open_site(
            self.settings.private, self.agency.agency, self.everybody, "KIPRAH_PRIVATE"
        )
        there = objects.list(folder)
        put = 0
        for path, body in files.items():
            if there.get(path) != Listed(md5_of(body), len(body)):
                put += objects.put(replace(file_of(path, body), cache_control=_NOT_CACHED))
        return put
