"""Counts of named queries on X: ``volumes/{query}:{fingerprint}:{YYYY-MM}``, a month of hours each.

They hold numbers alone, and nothing of them is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from functions.model import month_bounds
from functions.store.agency.root import AgencyDocuments
from functions.store.keys import key
from functions.store.port import Write
from functions.store.volumes import ZONE, Series, by_month, months_of, read_hours


class VolumeDocuments(AgencyDocuments):
    """An agency's counts."""

    def volumes(
        self, series: Iterable[Series], begin: datetime, end: datetime
    ) -> dict[Series, dict[datetime, int]]:
        """The known hours from ``begin`` on, ``end`` not among them, by their beginning (UTC)."""
        months = [*months_of(begin, end)]
        found: dict[Series, dict[datetime, int]] = {one: {} for one in series}
        paths = {self._path(one, month): (one, month) for one in found for month in months}
        for path, held in self.store.get([*paths]).items():
            one, month = paths[path]
            hours = read_hours(month, held.data)
            found[one] |= {at: count for at, count in hours if begin <= at < end}
        return found

    def add_volumes(self, series: Series, hours: Mapping[datetime, int]) -> None:
        """Add counted hours to a series; adding them twice changes nothing."""
        self.store.write(
            Write(
                self._path(series, month),
                {"query": series.name, "fingerprint": series.fingerprint, "hours": counts},
                "merge",
                expires_at=self.expiry("volumes", month_bounds(month, ZONE)[1]),
            )
            for month, counts in by_month(hours).items()
        )

    def _path(self, series: Series, month: str) -> str:
        return f"{self.root}/volumes/{key(*series, month)}"
