"""What a unit's consent covered goes when the consent does.

A withdrawal in clear words is carried out at once. An entry that is merely missing, or a settings'
document that is gone, may be a slip of the hand: it is noted, and carried out when it has been
missing for six hours and at three looks, by the computer's clock: a run that acts at another
instant counts no hours. An entry, or a whole field, that cannot be read erases nothing.

``cursors/listen`` remembers, beside what the job itself notes there: ``heard``, of which units'
accounts anything may be kept, written before any of them is read; ``missing``, whose entry was
missed since when; ``erased``, whose withdrawal was carried out. A job for which everything is off
asks ``is_wanted`` first:

    if erasing.is_wanted(agency, listening, now):
        report.problems += erasing.erase_withdrawn(agency, listening, now)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from functions.listen.comments.sampling import erase_threads
from functions.model import PLATFORMS, Roster, iso
from functions.store.agency import AgencyStore
from functions.store.agency.labels import OddSampleError
from functions.store.listening_settings import NAME, Listening
from functions.times import time_of

CURSOR = "listen"
WAIT = timedelta(hours=6)
LOOKS = 3
_APART = timedelta(minutes=30)  # looks closer together are one; a run is no later than that
_EVERY = 6  # hours, at which an agency that is off is looked at although it names no unit

_Heard = dict[str, frozenset[str]]


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A unit whose consent is written no more.

    ``since``: when it was first missed; ``looks``: at how many looks, ``at`` the last of them.
    """

    since: datetime
    looks: int = 1
    at: datetime

    def looked_again(self, now: datetime) -> Missing:
        """After a further look. A clock that was put back begins anew."""
        if now < self.at:
            return Missing(since=now, at=now)
        if now - self.at < _APART:
            return self
        return Missing(since=self.since, looks=self.looks + 1, at=now)

    def is_over(self, now: datetime) -> bool:
        """Whether it is no slip of the hand any more."""
        return self.looks >= LOOKS and now - self.since >= WAIT


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cursors/listen`` says of erasing, by unit id."""

    heard: _Heard = {}
    missing: Mapping[str, Missing] = {}
    erased: frozenset[str] = frozenset()


def is_wanted(agency: AgencyStore, listening: Listening, now: datetime) -> bool:
    """Whether there may be something to erase in an agency for which nothing is read.

    One read where units are named; where none is, that read is made every sixth hour alone.
    """
    names_any = bool(listening.consents or listening.withdrawn or listening.unclear)
    if not names_any and listening.consents_known and now.hour % _EVERY:
        return False
    known = remembered(agency)
    return bool(known.heard or listening.withdrawn - known.erased)


def erase_withdrawn(agency: AgencyStore, listening: Listening, now: datetime) -> list[str]:
    """Erase what is kept of units that withdrew; call it before anything is read.

    Args:
        listening: the settings as they are; ``Listening()`` where there is no document.

    Returns:
        English lines for the run's report: what was erased, and what will be.
    """
    before = remembered(agency)
    heard = _with_heard(agency, listening, before.heard, now)
    if not listening.consents_known:
        return [
            f"settings/{NAME}: consents cannot be read; nothing is read or erased because of it"
        ]
    is_replay = not agency.simulation and abs(now - agency.clock()) > _APART
    missing = before.missing if is_replay else _missed(listening, heard, before.missing, now)
    noted = Remembered(heard=heard, missing=missing, erased=before.erased)
    # Before anything is erased or read: a run that dies is made good by the next.
    _note(agency, before, noted)
    gone, lines = set[str](), list[str]()
    for unit, why in _due(listening, noted, None if is_replay else now):
        try:
            count = erase_unit(agency, unit, now)
        except OddSampleError as error:  # it is tried again, and costs no other unit
            lines.append(f"{unit}: {error}")
            continue
        gone.add(unit)
        lines.append(f"{unit}: its consent {why}; what was kept of its threads is erased ({count})")
    after = Remembered(
        heard={unit: accounts for unit, accounts in heard.items() if unit not in gone},
        missing={unit: one for unit, one in missing.items() if unit not in gone},
        erased=(before.erased | gone) & listening.withdrawn,
    )
    _note(agency, noted, after)
    return [*lines, *(f"{unit}: {_waits(one)}" for unit, one in after.missing.items())]


def erase_unit(agency: AgencyStore, satker: str, now: datetime) -> int:
    """Erase all that is kept of a unit's threads; how many documents, inboxes and texts that were.

    Raises:
        OddSampleError: a month's sample cannot be read; all else is erased.
    """
    accounts = accounts_of(agency, satker, now)
    return agency.erase_threads(accounts, now) + erase_threads(agency, now, accounts=accounts)


def accounts_of(agency: AgencyStore, satker: str, now: datetime) -> frozenset[str]:
    """Every account (``x:123``) of which something may be kept that a unit's consent covered.

    Also those that are registered no more, or for another unit by now.
    """
    roster = agency.roster(now) or Roster(as_of=now)
    registered = {one.key for one in roster.accounts if one.satker == satker and one.key}
    followed = {
        account
        for inboxes in agency.inboxes(PLATFORMS).values()
        for account, inbox in inboxes.items()
        if inbox.satker == satker
    }
    return remembered(agency).heard.get(satker, frozenset()) | registered | followed


def remembered(agency: AgencyStore) -> Remembered:
    """What is remembered; an odd entry is as if it were not there."""
    cursor = agency.cursor(CURSOR)
    heard: dict[str, set[str]] = {}
    for line in _listed(cursor, "heard"):
        unit, _, account = line.partition(" ") if isinstance(line, str) else ("", "", "")
        if unit and account:
            heard.setdefault(unit, set()).add(account)
    return Remembered(
        heard={unit: frozenset(accounts) for unit, accounts in heard.items()},
        missing=dict(_missing(cursor)),
        erased=frozenset(one for one in _listed(cursor, "erased") if isinstance(one, str)),
    )


def _with_heard(agency: AgencyStore, listening: Listening, heard: _Heard, now: datetime) -> _Heard:
    """With the accounts that are about to be read."""
    read = {platform for platform in PLATFORMS if listening.reads_comments(platform)}
    roster = agency.roster(now) if read and listening.consents else None
    known = {unit: set(accounts) for unit, accounts in heard.items()}
    for account in roster.accounts if roster else ():
        if account.platform in read and listening.agreed(account.satker) and account.key:
            known.setdefault(account.satker, set()).add(account.key)
    return {unit: frozenset(accounts) for unit, accounts in known.items()}


def _missed(
    listening: Listening, heard: _Heard, before: Mapping[str, Missing], now: datetime
) -> dict[str, Missing]:
    """The units of which something may be kept and that are named no more."""
    named = {*listening.consents, *listening.withdrawn, *listening.unclear}
    return {
        unit: before[unit].looked_again(now) if unit in before else Missing(since=now, at=now)
        for unit in sorted(heard.keys() - named)
    }


def _due(
    listening: Listening, noted: Remembered, now: datetime | None
) -> Iterator[tuple[str, str]]:
    """Whose threads are erased, and why. ``now`` None: those who withdrew in words alone."""
    for unit in sorted(listening.withdrawn):
        if unit in noted.heard or unit not in noted.erased:
            yield unit, "was withdrawn"
    for unit, missing in noted.missing.items():
        if now is not None and missing.is_over(now):
            yield unit, f"is missing since {iso(missing.since)}"


def _waits(missing: Missing) -> str:
    return (
        f"its consent is missing from settings/{NAME} since {iso(missing.since)}; what is kept of "
        f"its threads is erased {WAIT // timedelta(hours=1)} hours after that"
    )


def _note(agency: AgencyStore, before: Remembered, after: Remembered) -> None:
    """Lists, since they are replaced whole where a cursor is merged; nothing where none is new."""
    if before == after:
        return
    heard = [f"{unit} {account}" for unit in after.heard for account in after.heard[unit]]
    missing = [
        {"satker": unit, "since": iso(one.since), "looks": one.looks, "at": iso(one.at)}
        for unit, one in sorted(after.missing.items())
    ]
    agency.save_cursor(CURSOR, heard=sorted(heard), missing=missing, erased=sorted(after.erased))


def _missing(cursor: Mapping[str, Any]) -> Iterator[tuple[str, Missing]]:
    for one in _listed(cursor, "missing"):
        if not isinstance(one, Mapping):
            continue
        unit, looks = one.get("satker"), one.get("looks")
        since, at = time_of(one.get("since")), time_of(one.get("at"))
        if isinstance(unit, str) and type(looks) is int and since and at:
            yield unit, Missing(since=since, looks=looks, at=at)


def _listed(cursor: Mapping[str, Any], field: str) -> list[Any]:
    held = cursor.get(field)
    return held if isinstance(held, list) else []
