"""Who stands in a month's lists: every satker that was registered at any time of it.

Pure: no I/O, no clock. A unit is told as it was registered then. What it is called and what kind it
is of, the registry of the month's last instant decides (of a running month, that of now), for one
that ended before, as it ended. Accounts are those of now, so that corrections made while objections
are heard still count; whoever they say held one in the month is listed too.
"""

from __future__ import annotations

from datetime import datetime

from functions.model import Roster, Satker


def listed(begin: datetime, end: datetime, then: Roster, now: Roster) -> tuple[Satker, ...]:
    """The satker of the month ``begin <= t < end``, by id.

    Args:
        then: the registry as it stood in the month's last instant, or stands in a running month.
        now: the registry as it stands.
    """
    holders = {account.satker for account in now.accounts if account.overlaps(begin, end)}
    found: dict[str, Satker] = {}
    # The later of two tellings stays: the month's own time before today, what is before what was.
    for unit in (*now.former, *now.satker):
        if unit.overlaps(begin, end) or unit.id in holders:
            found[unit.id] = unit
    for unit in then.former:
        if unit.overlaps(begin, end):
            found[unit.id] = unit
    for unit in then.satker:
        if unit.overlaps(begin, end) or unit.id in holders:
            found[unit.id] = unit
    return tuple(unit for _, unit in sorted(found.items()))
