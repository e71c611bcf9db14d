"""How a month's questions were answered, from what is kept of their threads.

The running month is looked at every six hours, and so are months before it until they are closed: a
day after the last due day of what was asked last, so that the last read has told what it can. A
closed month is never changed again.

A day's threads are counted anew at each look until none of them can change any more; then their
counts are kept (``Dialog.settled``), and the threads are not looked at again. So a platform's
threads may expire before their month is closed.

A unit is told of while it agrees to its comments being read. What was kept of one that agreed once
and withdrew goes at the next look; where its consent is merely missing it is not told of, and the
month is not closed by the look that first misses it: one slip of a hand ends nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from itertools import chain

from functions.model import PLATFORMS, iso, month_of, previous_month
from functions.score.listening.counted import ThreadLook
from functions.score.rules.listening.response import SETTLES
from functions.score.rules.listening.tallies import ThreadTally, kept, marked, tally_of, told
from functions.score.run import Run
from functions.store.dialog import DayTally, Dialog
from functions.times import time_of

# A little less than six hours: triggers come some seconds early or late.
EVERY = timedelta(hours=5, minutes=55)
CAUGHT_UP = 3  # months that are looked at, at most, where nobody has scored for long
CURSOR = "listening"
_AT, _OPEN = "dialog_at", "dialog_open"


def note(run: Run) -> None:
    """Bring the agency's dialog up to the run's ``now``; StoreError when the store is unusable.

    Nothing is read where no comments are and no month is unfinished.
    """
    is_on = any(run.listening.reads_comments(platform) for platform in PLATFORMS)
    looked_at, noted = time_of(run.listened.get(_AT)), run.listened.get(_OPEN)
    since = noted if isinstance(noted, str) else ""
    if not (is_on or since) or (looked_at is not None and abs(run.now - looked_at) < EVERY):
        return
    if not run.listening.consents_known:
        return
    look = ThreadLook(run)
    left = [month for month in _months(run, since) if not _is_done(look, month, is_on=is_on)]
    # Last: a run that dies before it looks again.
    run.agency.save_cursor(CURSOR, **{_AT: iso(run.now), _OPEN: left[0] if left else None})


def _months(run: Run, since: str) -> list[str]:
    """The months to look at, the oldest first: this one, the one before, and what is unfinished."""
    recent = [month_of(run.now, run.agency.zone)]
    while len(recent) < CAUGHT_UP:
        recent.append(previous_month(recent[-1]))
    first = min(since or recent[0], recent[1])
    return [month for month in reversed(recent) if month >= first]


def _is_done(look: ThreadLook, month: str, *, is_on: bool) -> bool:
    """Bring a month's dialog up to now; whether nothing more is to come of it."""
    held = look.run.agency.dialog(month)
    if held is not None and held.closed:
        return True
    made = _dialog(look, month, held)
    if held is None and not made.units:
        return not is_on or look.is_over(month, made.due_days)
    look.run.agency.save_dialog(made)
    return made.closed


def _dialog(look: ThreadLook, month: str, held: Dialog | None) -> Dialog:
    """A month's dialog. ``held``: as the last look left it.

    Due days that an admin changes are those of the month as long as no day of it is settled.
    """
    listening = look.run.listening
    days = held.due_days if held is not None and held.settled else listening.due_days
    closed = look.is_over(month, days) and _is_steady(look, held)
    settled = _settled(look, held, closed=closed)
    by_unit = _told(look, settled)
    for unit, fresh in look.days(month, days, settled).items():
        for day, counts in zip(fresh, marked([each.tally for each in fresh]), strict=True):
            by_unit[unit].append(counts)
            if counts.is_final and look.run.certain >= day.end + SETTLES:
                settled.setdefault(day.account, {})[day.day] = kept(counts)
    return Dialog(
        month=month,
        as_of=look.run.now,
        closed=closed,
        due_days=days,
        least_n=listening.least_n,
        units={unit: told(by_unit[unit], listening.least_n) for unit in sorted(by_unit)},
        ministry=told([*chain.from_iterable(by_unit.values())], listening.least_n),
        settled=settled,
    )


def _settled(
    look: ThreadLook, held: Dialog | None, *, closed: bool
) -> dict[str, dict[str, DayTally]]:
    """The counts that are kept, by account and day.

    Those of a unit that withdrew are no more; a closed month keeps those alone that it tells of.
    """

    def stays(account: str, day: str) -> bool:
        if closed:
            return look.telling(account, day) is not None
        return look.unit(account, day) not in look.run.listening.withdrawn

    found = {
        account: {day: counts for day, counts in days.items() if stays(account, day)}
        for account, days in (held.settled if held is not None else {}).items()
    }
    return {account: days for account, days in found.items() if days}


def _told(
    look: ThreadLook, settled: Mapping[str, Mapping[str, DayTally]]
) -> dict[str, list[ThreadTally]]:
    """The kept counts of the units that agree, by unit."""
    found: dict[str, list[ThreadTally]] = defaultdict(list)
    for account, days in settled.items():
        for day, counts in days.items():
            unit = look.telling(account, day)
            if unit is not None:
                found[unit].append(tally_of(counts))
    return found


def _is_steady(look: ThreadLook, held: Dialog | None) -> bool:
    """Whether no unit's consent is missing that was there at the last look."""
    known = look.run.listening.consents.keys() | look.run.listening.withdrawn
    return held is None or held.units.keys() <= known
