"""Where an agency's documents lie, and when those expire that are written now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from functions.model import Agency
from functions.store.expiry import SWEPT, expiry
from functions.store.port import Store
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

    def expiry(self, collection: str, needed_until: datetime | None = None) -> datetime | None:
        """When a document that is written now expires; None: never, as in a simulation.

        ``needed_until``: from then on its time counts; None: from now on.
        """
        if self.simulation:
            return None
        clock = self._clock()
        return expiry(collection, needed_until or clock, clock)

    def sweep(self, until: datetime) -> int:
        """Delete some of what has expired, in a store that does not do so by itself."""
        return 0 if self.simulation else self.store.sweep(until, most=SWEPT)
