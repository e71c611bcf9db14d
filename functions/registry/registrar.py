"""The registrar: makes the registry in force from what admins typed, and answers them.

Collecting, checking and importing share it. The documents are the truth: the registry is always
made from what is stored, so two writers at the same time never make it from half of the documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from functions.model import Roster, Satker, iso, month_bounds, month_of
from functions.registry.answers import answer
from functions.registry.history import record
from functions.registry.remarks import remarks
from functions.registry.roster import build, taken_away
from functions.store.agency import AgencyStore
from functions.times import time_of

READ = "registry"  # the cursor that tells when the documents were read


class Enrolled(NamedTuple):
    """The registry in force, and everything that is wrong with it."""

    roster: Roster
    problems: list[str]


def enrol(
    agency: AgencyStore,
    now: datetime,
    authors: Mapping[str, str] | None = None,
) -> Enrolled:
    """Make the registry from the documents, store it when it is new, and answer the admins.

    ``authors``: by satker, who typed what is new in its document, where that is known.
    """
    documents = agency.satker_documents()
    previous = agency.roster(now)
    typed = {stored.id: stored.data for stored in documents}
    gone = taken_away(typed, previous, now) if previous else []
    roster, problems = build(typed, previous, now, agency.zone, _posting(agency, gone, now))
    if roster != previous:
        # First what changed: a run that dies in between records it once all the same.
        record(agency, previous, roster, now, authors)
        agency.save_roster(roster)
        if previous is not None:
            agency.forget_feedback(_typed(previous) - _typed(roster))
    answer(agency, documents, roster, now)
    return Enrolled(roster, problems)


def in_force(agency: AgencyStore, now: datetime, every: timedelta, tick: timedelta) -> Enrolled:
    """The registry to collect by: made anew from the documents once in ``every``, as by ``enrol``.

    In between it is the last registry, and no document is read. ``tick``: the time from one
    collection to the next. The collection nearest to the end of ``every`` makes the registry anew.
    """
    if every > tick:
        read_at = time_of(agency.cursor(READ).get("read_at"))
        roster = agency.roster(now)
        if roster is not None and read_at is not None and now - every + tick / 2 < read_at <= now:
            return Enrolled(roster, [*roster.problems, *remarks(roster, now, agency.zone)])
    enrolled = enrol(agency, now)
    if every > tick:
        agency.save_cursor(READ, read_at=iso(now))
    return enrolled


def know(agency: AgencyStore, before: Roster, resolved: Roster, now: datetime) -> list[str]:
    """Store a registry with new durable ids; returns the problems that they reveal.

    Two names may turn out to be one account: then both units are told.
    """
    agency.save_roster(resolved)
    known, told = (remarks(roster, now, agency.zone) for roster in (before, resolved))
    if told != known:
        answer(agency, agency.satker_documents(), resolved, now)
    return [problem for problem in told if problem not in known]


def _posting(agency: AgencyStore, units: Sequence[Satker], now: datetime) -> set[str]:
    """Which of some units have posts in the month of ``now``.

    Read only for units whose document was taken away: first what the ranking of the month says, and
    the posts themselves where that knows of none.
    """
    wanted = {unit.id for unit in units if not unit.removed}
    if not wanted:
        return set()
    month = month_of(now, agency.zone)
    record = agency.month(month)
    rows = record.ranking.find("most_active").rows if record else ()
    found = {row.satker for row in rows if row.posts and row.satker in wanted}
    if wanted == found:
        return found
    holders: dict[str, str] = {}
    roster = agency.roster(now)
    for account in roster.accounts if roster else ():
        if account.satker in wanted and account.key:
            holders[account.key] = account.satker
    begin = month_bounds(month, agency.zone)[0]
    for post in agency.posts_published(begin):
        if holder := holders.get(f"{post.platform}:{post.account_id}"):
            found.add(holder)
            if wanted == found:
                break
    return found


def _typed(roster: Roster) -> set[tuple[str, Any, str]]:
    """Every account as it was typed: satker, platform, handle."""
    return {(unit.id, h.platform, h.handle) for unit in roster.satker for h in unit.handles}
