"""Whose an account was on a day, and in which zone a unit lives, as the registry says it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from functions.model import Account, Roster
from functions.score.rules.counting import holder

# The unit that had an account ("platform:id") in ``begin <= t < end``; None: none did.
Holder = Callable[[str, datetime, datetime], str | None]
_SECOND = timedelta(seconds=1)


def zones_of(roster: Roster | None) -> Mapping[str, ZoneInfo]:
    """The zone that each unit's document names, also of one that is registered no more."""
    units = () if roster is None else (*roster.former, *roster.satker)
    return {unit.id: ZoneInfo(unit.timezone) for unit in units}


def holder_of(roster: Roster | None) -> Holder:
    """Says whose an account was on a day: its unit at the day's end, else at its beginning."""
    spells: dict[str, list[Account]] = defaultdict(list)
    for account in () if roster is None else roster.accounts:
        if account.key is not None:
            spells[account.key].append(account)

    def of(account: str, begin: datetime, end: datetime) -> str | None:
        held = spells.get(account, ())
        return holder(held, end - _SECOND) or holder(held, begin)

    return of
