"""The registrar: makes the registry in force from what admins typed, and answers them.

Collecting and importing share it. The documents are the truth: the registry is always made from
what is stored, so two writers at the same time never make it from half of the documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from functions.model import Roster, iso
from functions.registry.changes import Amendment, Happens, compare, line
from functions.registry.check import check
from functions.registry.doubles import beside, doubled, sentences
from functions.registry.roster import build, remarks, remarks_on, told_doubles
from functions.registry.units import SYSTEM_FIELDS, read_unit
from functions.store.agency import AgencyStore
from functions.store.documents import check_size
from functions.store.port import Stored, StoreError, until_written
from functions.times import time_of

# At writing what others write as well.
ATTEMPTS = 20
OK = "ok"
KEPT = "Isi sebelumnya tetap berlaku"
LEFT_OUT = "Satker ini belum ikut diukur"
LONGEST = 2_000  # characters of an answer
READ = "registry"  # the cursor that tells when the documents were read

Documents = dict[str, dict[str, Any]]
Rows = Sequence[tuple[int, Mapping[str, str]]]


class Enrolled(NamedTuple):
    """The registry in force, and everything that is wrong with it."""

    roster: Roster
    problems: list[str]


class ImportRefused(ValueError):
    """A file that cannot be imported: nothing was written. ``problems`` are Indonesian lines."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems[0])
        self.problems = problems


class ImportPlan(msgspec.Struct, frozen=True):
    """What a file would do to one agency's registry at ``now``.

    ``documents`` are the file's units as they would be stored, laid over those ``held``.
    """

    agency: AgencyStore
    now: datetime
    held: dict[str, Stored]
    documents: Documents
    amendments: tuple[Amendment, ...] = ()

    @property
    def changed(self) -> Documents:
        """The documents that would be written."""
        return {
            satker_id: document
            for satker_id, document in self.documents.items()
            if satker_id not in self.held or self.held[satker_id].data != document
        }

    def write(self) -> None:
        """Store them; ``Conflict`` when a document was changed since it was read."""
        self.agency.edit_satker(
            (self.held.get(satker_id), satker_id, _written(self.held.get(satker_id), document))
            for satker_id, document in self.changed.items()
        )

    @property
    def kept(self) -> list[str]:
        """Units that the file does not name."""
        return sorted(self.held.keys() - self.documents.keys())

    def lines(self, happens: Happens) -> list[str]:
        """What begins, ends or changes, in Indonesian."""
        zone = self.agency.zone
        return [line(a, zone, self.now) for a in self.amendments if a.happens == happens]


class Imported(msgspec.Struct):
    """What became of a file in one agency, over all attempts at writing it.

    ``plans`` has of each attempt what no earlier attempt would have amended.
    """

    satker: int = 0
    kept: list[str] = msgspec.field(default_factory=list)
    changed: set[str] = msgspec.field(default_factory=set)
    plans: list[ImportPlan] = msgspec.field(default_factory=list)
    enrolled: Enrolled | None = None

    @property
    def amendments(self) -> list[Amendment]:
        """What began, ended and changed."""
        return [amendment for planned in self.plans for amendment in planned.amendments]

    def lines(self, happens: Happens) -> list[str]:
        """What began, ended or changed, in Indonesian."""
        return [said for planned in self.plans for said in planned.lines(happens)]

    def add(self, planned: ImportPlan) -> ImportPlan:
        """Take in this attempt; returns it with what no earlier attempt would have amended."""
        self.satker, self.kept = len(planned.documents), planned.kept
        self.changed |= planned.changed.keys()
        known = {_timeless(amendment) for amendment in self.amendments}
        new = tuple(a for a in planned.amendments if _timeless(a) not in known)
        self.plans.append(msgspec.structs.replace(planned, amendments=new))
        return self.plans[-1]

    def report(self) -> dict[str, Any]:
        """What the command line prints as JSON."""
        assert self.enrolled is not None
        return {
            "job": "registry import",
            "satker": self.satker,
            "changed": len(self.changed),
            "kept": self.kept,
            "accounts": len(self.enrolled.roster.accounts),
            "begins": self.lines("begins"),
            "ends": self.lines("ends"),
            "changes": self.lines("changes"),
            "problems": self.enrolled.problems,
        }


def _timeless(amendment: Amendment) -> Amendment:
    """The same whenever it was planned: what ends now ends later at a later attempt."""
    return msgspec.structs.replace(amendment, since=None, until=None)


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


def plan(agencies: Sequence[AgencyStore], rows: Rows, now: datetime) -> list[ImportPlan]:
    """What a file's rows would do to each agency's registry; nothing is written.

    Raises:
        ImportRefused: a row is wrong, or the registry could not be made with it.
    """
    stored = {
        agency.id: {found.id: found for found in agency.satker_documents()} for agency in agencies
    }
    held = {
        agency_id: {satker_id: found.data for satker_id, found in known.items()}
        for agency_id, known in stored.items()
    }
    zones = {agency.id: agency.zone for agency in agencies}
    documents, problems = check(rows, held, zones)
    if problems:
        raise ImportRefused(problems)
    return [_planned(agency, stored[agency.id], documents[agency.id], now) for agency in agencies]


def import_rows(
    agencies: Sequence[AgencyStore],
    rows: Rows,
    at: Callable[[], datetime],
    say: Callable[[ImportPlan], None],
) -> dict[str, Imported]:
    """Import a file's rows; returns what became of each agency.

    Where somebody else writes at the same time it starts again from what is stored then.

    Args:
        at: the instant, asked for anew whenever it is needed.
        say: told what would begin, end and change, each thing once, before it is written.

    Raises:
        ImportRefused: as ``plan``; nothing was written.
        Conflict: others keep writing.
    """
    done = {agency.id: Imported() for agency in agencies}

    def write() -> None:
        plans = plan(agencies, rows, at())
        for planned in plans:
            say(done[planned.agency.id].add(planned))
        for planned in plans:
            planned.write()

    until_written(write, ATTEMPTS)
    for agency in agencies:
        done[agency.id].enrolled = _settled(agency, at)
    return done


def _settled(agency: AgencyStore, at: Callable[[], datetime]) -> Enrolled:
    """The registry of everything that is stored, also by another import at the same time."""
    enrolled = enrol(agency, at())
    for _ in range(ATTEMPTS):
        again = enrol(agency, at())
        if again.roster == enrolled.roster:
            break
        enrolled = again
    return enrolled


def _planned(
    agency: AgencyStore, held: dict[str, Stored], documents: Documents, now: datetime
) -> ImportPlan:
    zone = agency.zone
    before = {satker_id: stored.data for satker_id, stored in held.items()}
    previous, known = build(before, agency.roster(now), now, zone)
    follows, _ = build({**before, **documents}, previous, now, zone)
    remarks = remarks_on((p for p in follows.problems if p not in known), documents)
    if wrong := [f"{satker_id}: {said}" for satker_id, own in remarks.items() for said in own]:
        raise ImportRefused(wrong)
    return ImportPlan(agency, now, held, documents, compare(previous, follows, now, zone))


def _written(held: Stored | None, document: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a document that differs from the held one, to be merged into that."""
    if held is None:
        return {**document, "status": OK}
    changed = {
        name: value
        for name, value in document.items()
        if name not in SYSTEM_FIELDS and (name not in held.data or held.data[name] != value)
    }
    before, after = held.data.get("accounts"), changed.get("accounts")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        changed["accounts"] = {
            name: value
            for name, value in after.items()
            if name not in before or before[name] != value
        }
    return changed


def _typed(roster: Roster) -> set[tuple[str, Any, str]]:
    """Every account as it was typed: satker, platform, handle."""
    return {(unit.id, h.platform, h.handle) for unit in roster.satker for h in unit.handles}
