"""Until when collections have ended by the platforms' own clocks: what lets a month close.

Closing and freezing cannot be undone, so the computer's clock alone does not decide: a run that
read after the instant must have ended, by the dates of the answers it got. Of one host the earliest
date of a run counts, so that one that is far ahead closes nothing; of several hosts what most of
them say has passed, so that one that is wrong neither closes nor holds a month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from functions.model import iso
from functions.store.agency import AgencyStore
from functions.times import CLOCKS_AGREE, present


def agreed(heard: Mapping[str, datetime]) -> datetime | None:
    """The newest instant that more than half of the hosts say has passed; None without any."""
    said = sorted(heard.values())
    return said[(len(said) - 1) // 2] if said else None


def united(several: Iterable[Mapping[str, datetime]]) -> dict[str, datetime]:
    """What batches of a run heard, the earliest of each host."""
    found: dict[str, datetime] = {}
    for heard in several:
        for host, at in heard.items():
            found[host] = min(at, found.get(host, at))
    return found


def remember(
    agency: AgencyStore, until: datetime | None, clock: Callable[[], datetime] = present
) -> None:
    """Keep until when a run that ended has read (``read_until``).

    It is written once an hour of the agency's, since months close at whole hours. What is ahead of
    the computer's clock was kept by one that was wrong.
    """
    if until is None:
        return
    held = agency.read_until()
    if held is not None and held <= clock() + CLOCKS_AGREE:
        zone = agency.zone
        hours = [f"{at.astimezone(zone):%Y-%m-%dT%H}" for at in (held, until)]
        if until <= held or hours[0] == hours[1]:
            return
    agency.save_cursor("collect", read_until=iso(until))
