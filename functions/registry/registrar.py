"""The registrar: makes the registry in force from what admins typed, and answers them.

Collecting and importing share it. The documents are the truth: the registry is always made from
what is stored, so two writers at the same time never make it from half of the documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from functions.model import Roster, iso
from functions.registry.doubles import beside, doubled, sentences
from functions.registry.roster import build, remarks, remarks_on, told_doubles
from functions.registry.units import read_unit
from functions.store.agency import AgencyStore
from functions.store.documents import check_size
from functions.store.port import Stored, StoreError
from functions.times import time_of

OK = "ok"
KEPT = "Isi sebelumnya tetap berlaku"
LEFT_OUT = "Satker ini belum ikut diukur"
LONGEST = 2_000  # characters of an answer
READ = "registry"  # the cursor that tells when the documents were read


class Enrolled(NamedTuple):
    """The registry in force, and everything that is wrong with it."""

    roster: Roster
    problems: list[str]


def enrol(agency: AgencyStore, now: datetime) -> Enrolled:
    """Make the registry from the documents, store it when it is new, and answer the admins."""
    documents = agency.satker_documents()
    previous = agency.roster(now)
    typed = {stored.id: stored.data for stored in documents}
    roster, problems = build(typed, previous, now, agency.zone)
    if roster != previous:
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
    known, told = told_doubles(before, now), told_doubles(resolved, now)
    if told != known:
        answer(agency, agency.satker_documents(), resolved, now)
    return [problem for problem in told if problem not in known]


def answer(agency: AgencyStore, documents: Iterable[Stored], roster: Roster, now: datetime) -> None:
    """Write into each document's ``status`` how it was understood, where that is new."""
    found = list(documents)
    known = {unit.id for unit in roster.satker}
    broken = remarks_on(roster.problems, (stored.id for stored in found))
    twice = remarks_on(told_doubles(roster, now), (stored.id for stored in found))
    told: list[tuple[Stored, str]] = []
    for stored in found:
        remarks = [*broken[stored.id], *twice[stored.id]]
        if broken[stored.id] and read_unit(stored.id, stored.data, agency.zone).satker is None:
            remarks.append(KEPT if stored.id in known else LEFT_OUT)
        status = sentences(remarks)[:LONGEST] or OK
        if stored.data.get("status") != status and _has_room(stored, status):
            told.append((stored, status))
    agency.tell_admin((stored, {"status": status}) for stored, status in told)
    # A document that never had a remark has none beside its accounts to take back.
    anew = [s.id for s, status in told if (s.data.get("status"), status) != (None, OK)]
    _tell_doubles(agency, anew, roster, now)


def _tell_doubles(
    agency: AgencyStore, satker: Sequence[str], roster: Roster, now: datetime
) -> None:
    """Write beside these units' accounts who else holds them, or remove what was written."""
    twice = doubled(roster.accounts, now) if satker else {}
    for satker_id in satker:
        known = agency.feedback(satker_id)
        names = {(a.platform, a.handle) for a in roster.accounts if a.satker == satker_id}
        told = []
        for platform, handle in sorted(names):
            earlier = known.get(f"{platform}:{handle}", {})
            found = beside(earlier, twice.get((satker_id, platform, handle), []))
            if any(earlier.get(name) != value for name, value in found.items()):
                told.append((satker_id, platform, handle, found))
        agency.save_feedback(told)


def _has_room(stored: Stored, status: str) -> bool:
    """Whether the answer fits into the document; a full document gets no answer."""
    try:
        check_size(stored.path, {**stored.data, "status": status})
    except (StoreError, ValueError, RecursionError):
        return False
    return True


def _typed(roster: Roster) -> set[tuple[str, Any, str]]:
    """Every account as it was typed: satker, platform, handle."""
    return {(unit.id, h.platform, h.handle) for unit in roster.satker for h in unit.handles}
