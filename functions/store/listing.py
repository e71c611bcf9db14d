"""Who stands in a month's lists: every satker that was registered at any time of it.

Pure: no I/O, no clock. A unit's name and kind come from the registry at the month's last instant
(in a running month: now); for a unit that ended before, from when it ended. Accounts come from the
registry as it is now, so that corrections made while objections are heard still count. A unit that
held an account in the month by that registry is listed too.
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
    # Of two entries of one unit the later in this order stays: the month's own registry after
    # today's, and in each the registered units after the former ones.
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
