"""A month's threads, counted: a day of an account after the other, each for its unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from functions.model import PLATFORMS
from functions.score.listening.units import holder_of, zones_of
from functions.score.rules.listening.response import (
    Dues,
    Judged,
    closes_at,
    day_bounds,
    dues,
    is_possible,
    judge,
)
from functions.score.rules.listening.tallies import ThreadTally, tally
from functions.score.run import Run
from functions.store.dialog import DayTally
from functions.store.threads import Followed, ThreadDay


class TalliedDay(NamedTuple):
    """A day's threads of an account, counted. ``end``: the day's last instant."""

    account: str
    day: str
    end: datetime
    tally: ThreadTally


class ThreadLook:
    """What all months of a look at threads share, read once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        roster = run.agency.roster(run.now)
        self._zones, self._holder = zones_of(roster), holder_of(roster)
        self._followed: dict[str, Mapping[str, Followed]] = {
            account: inbox.open
            for inboxes in run.agency.inboxes(PLATFORMS).values()
            for account, inbox in inboxes.items()
        }
        self._dues: dict[tuple[str, tuple[int, int]], Dues] = {}

    def is_over(self, month: str, days: tuple[int, int]) -> bool:
        """Whether nothing of a month can change any more, by every clock."""
        zone, holidays = self.run.agency.zone, self.run.agreed.holidays
        return self.run.certain >= closes_at(month, zone, self._zones.values(), days, holidays)

    def unit(self, account: str, day: str) -> str | None:
        """The unit that had the account on a day; None: none did, or it is no day."""
        bounds = day_bounds(day, self.run.agency.zone)
        return None if bounds is None else self._holder(account, *bounds)

    def telling(self, account: str, day: str) -> str | None:
        """The unit, where it agrees to its comments being read."""
        unit = self.unit(account, day)
        return unit if unit in self.run.listening.consents else None

    def days(
        self,
        month: str,
        due_days: tuple[int, int],
        settled: Mapping[str, Mapping[str, DayTally]],
    ) -> dict[str, list[TalliedDay]]:
        """The month's days that are not settled, by unit, of those units that agree."""
        found: dict[str, list[TalliedDay]] = defaultdict(list)
        for held in self.run.agency.thread_days(month):
            unit, bounds = self.telling(held.account, held.day), self._bounds(held, month)
            if unit is None or bounds is None or held.day in settled.get(held.account, ()):
                continue
            counts = tally(self._judged(held, bounds, self._due(unit, due_days)))
            if counts.threads.states:
                found[unit].append(TalliedDay(held.account, held.day, bounds[1], counts))
        return found

    def _bounds(self, held: ThreadDay, month: str) -> tuple[datetime, datetime] | None:
        """First instant of a day and of the next; None for what is no day of the month."""
        if not held.day.startswith(f"{month}-"):
            return None
        return day_bounds(held.day, self.run.agency.zone)

    def _judged(
        self, held: ThreadDay, bounds: tuple[datetime, datetime], due: Dues
    ) -> Iterator[Judged]:
        """A day's threads; one whose instants cannot be true is left out."""
        followed, now = self._followed.get(held.account, {}), self.run.now
        for name, thread in held.threads.items():
            if is_possible(thread, *bounds, now):
                seen = followed.get(name)
                reads = (thread.checked_at, None if seen is None else seen.checked_at)
                yield judge(thread, reads, due(thread.asked_at), now)

    def _due(self, unit: str, days: tuple[int, int]) -> Dues:
        zone = self._zones.get(unit, self.run.agency.zone)
        if (zone.key, days) not in self._dues:
            self._dues[zone.key, days] = dues(days, zone, self.run.agreed.holidays)
        return self._dues[zone.key, days]
