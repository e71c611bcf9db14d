"""What a month's documents are made from: stored rankings and ledgers, and nothing younger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from functions.model import Agency, Entry, Ranking, Roster, Row, Satker, previous_month
from functions.publish.lookup import MonthLookup
from functions.store.agency.months import MonthRecord

HISTORY = 12  # months of a rank line


@dataclass(frozen=True)
class Source:
    """A month, with what its documents say beside it.

    Args:
        agency: whose month it is.
        record: the month.
        records: the newest revision of every month, by month; later months are never looked at.
        entries: the month's scored posts, by time.
        roster: the registry as of the ranking.
        site: the public address of the agency's own site with its slash; empty when nobody said,
            and then documents carry no address and no code.
        simulation: whether the store is one.
    """

    agency: Agency
    record: MonthRecord
    records: Mapping[str, MonthRecord]
    entries: tuple[Entry, ...] = ()
    roster: Roster | None = None
    site: str = ""
    simulation: bool = False

    @property
    def ranking(self) -> Ranking:
        return self.record.ranking

    @property
    def month(self) -> str:
        return self.ranking.month

    @property
    def zone(self) -> ZoneInfo:
        return self.agency.zone

    @property
    def previous(self) -> MonthRecord | None:
        """The month before; None when it is not ranked."""
        return self.records.get(previous_month(self.month))

    @cached_property
    def lookup(self) -> MonthLookup:
        """The month's lists by unit."""
        return MonthLookup(self.ranking)

    @cached_property
    def past(self) -> tuple[MonthLookup, ...]:
        """The lists of up to twelve months that end with this one, oldest first."""
        earlier = [self.records[month] for month in sorted(self.records) if month < self.month]
        return (*(MonthLookup(each.ranking) for each in earlier[-(HISTORY - 1) :]), self.lookup)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The ids of the units in the month's lists, in order."""
        rows = (*self.ranking.find("most_active").rows, *self.ranking.find("most_popular").rows)
        return tuple(sorted({row.satker for row in rows}))

    @cached_property
    def known(self) -> Mapping[str, Satker]:
        """The registry's units by id, as they were last."""
        if self.roster is None:
            return {}
        return {unit.id: unit for unit in (*self.roster.former, *self.roster.satker)}

    @cached_property
    def of_unit(self) -> Mapping[str, tuple[Entry, ...]]:
        """The month's scored posts by the unit that held the account."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.verdict is not None and entry.verdict.satker is not None:
                found[entry.verdict.satker].append(entry)
        return {satker: tuple(entries) for satker, entries in found.items()}

    def row(self, satker: str) -> Row:
        """A unit's row of an official list. KeyError when the month has none."""
        row = self.lookup.row("most_active", satker) or self.lookup.row("most_popular", satker)
        if row is None:
            raise KeyError(satker)
        return row
