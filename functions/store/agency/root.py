"""Where an agency's documents lie, and when a document that is written now expires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.model import Agency, Platform
from functions.store.expiry import SWEPT, expiry
from functions.store.port import Store, Stored, Write
from functions.times import present


class AgencyDocuments:
    """What every subject's documents share: the store, the agency, and its root there.

    ``simulation``: whether the store is one. ``clock``: the computer's, by which documents expire.
    """

    def __init__(
        self,
        store: Store,
        agency: Agency,
        *,
        simulation: bool = False,
        clock: Callable[[], datetime] = present,
    ) -> None:
        self.store = store
        self.agency = agency
        self.simulation = simulation
        self._clock = clock
        self.root = f"agencies/{agency.id}"

    @property
    def id(self) -> str:
        """The agency's id."""
        return self.agency.id

    @property
    def name(self) -> str:
        """The agency's name."""
        return self.agency.name

    @property
    def zone(self) -> ZoneInfo:
        """The agency's time zone, in which its months are bounded."""
        return self.agency.zone

    def clock(self) -> datetime:
        """What the computer's clock says, whatever instant a run acts at."""
        return self._clock()

    def expiry(
        self,
        collection: str,
        needed_until: datetime | None = None,
        platform: Platform | None = None,
    ) -> datetime | None:
        """When a document that is written now expires; None: never, as in a simulation.

        ``needed_until``: the time to its expiry counts from then; None: from now. ``platform``: of
        which a post is.
        """
        if self.simulation:
            return None
        clock = self._clock()
        return expiry(collection, needed_until or clock, clock, platform)

    def reread(self, held: Stored) -> Stored | None:
        """A document as it stands now; None when it is gone."""
        return self.store.get([held.path]).get(held.path)

    def amend(self, held: Stored, fields: Mapping[str, Any]) -> None:
        """Merge fields into a document as it was read; ``Conflict`` when it was changed since."""
        self.store.write([Write(held.path, dict(fields), "merge", held.version)])

    def replace(self, held: Stored, document: Mapping[str, Any]) -> None:
        """Replace a document as it was read; ``Conflict`` when it was changed since."""
        self.store.write([Write(held.path, dict(document), version=held.version)])

    def sweep(self, until: datetime) -> int:
        """Delete some expired documents, in a store that does not do so by itself."""
        return 0 if self.simulation else self.store.sweep(until, most=SWEPT)
