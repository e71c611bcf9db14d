"""How accounts' counters grew by the hour: ``pulse/{YYYY-MM-DD}`` (store/pulse.py)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial

from functions.store import pulse as pulses
from functions.store.agency.root import AgencyDocuments
from functions.store.expiry import KEPT
from functions.store.parts import QUICK, held_parts, part_writes, sound_parts
from functions.store.port import until_written
from functions.store.pulse import Day, Growth, Pulse, days_between


class PulseDocuments(AgencyDocuments):
    """An agency's pulse."""

    def note_pulse(self, growths: Iterable[Growth]) -> None:
        """Add what grew, each day by itself; a day that says the same as before is not written.

        Adding twice counts twice: what is given must not have been given before.
        """
        for day, accounts in sorted(pulses.together(growths).items()):
            until_written(partial(self._add_to_day, day, accounts))

    def pulse(self, first: datetime, last: datetime) -> Pulse:
        """What is known from the hour ``first`` to the hour ``last``: whole hours of UTC."""
        heads = {self._pulse_path(day): day for day in days_between(first, last)}
        held = held_parts(self.store, heads, sound_parts)
        days = {heads[head]: pulses.read_day(parts.values()) for head, parts in held.items()}
        return Pulse(first=first, last=last, days=days)

    def _add_to_day(self, day: date, accounts: Day) -> None:
        head = self._pulse_path(day)
        held = held_parts(self.store, [head], sound_parts).get(head, {})
        known = pulses.added(pulses.read_day(held.values()), accounts)
        facts = {"day": day.isoformat()}
        expires_at = self._pulse_expiry(day)
        # Rewritten at every tick, which is to be quick.
        writes = part_writes(head, held, facts, known, expires_at=expires_at, level=QUICK)
        self.store.write(writes)

    def _pulse_expiry(self, day: date) -> datetime | None:
        """From the day's own start, whenever it is written: its numbers are as old as that."""
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return None if self.simulation else begin + KEPT["pulse"]

    def _pulse_path(self, day: date) -> str:
        return f"{self.root}/pulse/{day.isoformat()}"
