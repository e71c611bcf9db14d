"""A file's rows imported into the registries: planned, told, written, and settled.

The documents are the truth: the registry in force is made from all that is stored, so two imports
at the same time lose nothing of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from functions.registry.changes import Amendment, Happens, compare, line
from functions.registry.check import CheckedRow, check
from functions.registry.partial import good_part
from functions.registry.refusals import RowRefusal
from functions.registry.registrar import Enrolled, enrol
from functions.registry.remarks import remarks_on
from functions.registry.roster import build
from functions.store.agency import AgencyStore
from functions.store.port import Stored, until_written

# At writing what others write as well.
ATTEMPTS = 20

Documents = dict[str, dict[str, Any]]
Rows = Sequence[tuple[int, Mapping[str, str]]]


class ImportRefused(ValueError):
    """A file that cannot be imported: nothing was written. ``refusals``: why, at least one."""

    def __init__(self, refusals: Sequence[RowRefusal]) -> None:
        super().__init__(refusals[0].words())
        self.refusals = refusals


class ImportPlan(msgspec.Struct, frozen=True):
    """What a file would do to one agency's registry at ``now``.

    ``documents`` are the file's units as they would be stored, laid over those ``held``;
    ``refused`` are units whose rows are left out.
    """

    agency: AgencyStore
    now: datetime
    held: dict[str, Stored]
    documents: Documents
    amendments: tuple[Amendment, ...] = ()
    refused: frozenset[str] = frozenset()

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
        return sorted(self.held.keys() - self.documents.keys() - self.refused)

    def lines(self, happens: Happens) -> list[str]:
        """What begins, ends or changes, in Indonesian."""
        zone = self.agency.zone
        return [line(a, zone, self.now) for a in self.amendments if a.happens == happens]

    def report(self) -> dict[str, Any]:
        """What the command line prints of a plan as JSON."""
        return {
            "satker": len(self.documents),
            "changed": len(self.changed),
            "kept": self.kept,
            "amendments": msgspec.to_builtins(self.amendments),
        }


class FilePlan(NamedTuple):
    """What a file would do to every agency's registry, and the rows that are left out."""

    agencies: list[ImportPlan]
    refusals: list[RowRefusal]


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


def plan(
    agencies: Sequence[AgencyStore], rows: Rows, now: datetime, *, partial: bool = False
) -> FilePlan:
    """What a file's rows would do to each agency's registry; nothing is written.

    Args:
        partial: go on with the rows that can be imported without the refused ones.

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
    checked, refusals = check(rows, held, {agency.id: agency.zone for agency in agencies})
    wrong = refusals
    while True:
        if wrong and not partial:
            raise ImportRefused(wrong)
        good, refusals = good_part(checked, refusals, held)
        refused = {(row.agency, row.satker) for row in checked} - {row.unit for row in good}
        plans, wrong = [], []
        for agency in agencies:
            own = [row for row in good if row.agency == agency.id]
            planned, found = _planned(agency, stored[agency.id], own, now)
            named = {satker_id for agency_id, satker_id in refused if agency_id == agency.id}
            plans.append(msgspec.structs.replace(planned, refused=frozenset(named)))
            wrong += found
        if not wrong:
            return FilePlan(plans, refusals)
        refusals = [*refusals, *wrong]


def import_rows(
    agencies: Sequence[AgencyStore],
    rows: Rows,
    at: Callable[[], datetime],
    say: Callable[[ImportPlan], None],
    *,
    partial: bool = False,
    by: str | None = None,
) -> tuple[dict[str, Imported], list[RowRefusal]]:
    """Import a file's rows; returns what became of each agency, and the refused rows.

    Where somebody else writes at the same time it starts again from what is stored then.

    Args:
        at: the instant, asked for anew whenever it is needed.
        say: told what would begin, end and change, each thing once, before it is written.
        partial: import the good rows, and refuse the others.
        by: whose changes they are, for the registry's history; None: nobody says.

    Raises:
        ImportRefused: as ``plan``; nothing was written.
        Conflict: others keep writing.
    """
    done = {agency.id: Imported() for agency in agencies}
    refusals: list[RowRefusal] = []

    def write() -> None:
        planned = plan(agencies, rows, at(), partial=partial)
        refusals[:] = planned.refusals
        for own in planned.agencies:
            say(done[own.agency.id].add(own))
        for own in planned.agencies:
            own.write()

    until_written(write, ATTEMPTS)
    for agency in agencies:
        authors = dict.fromkeys(done[agency.id].changed, by) if by else {}
        done[agency.id].enrolled = _settled(agency, at, authors)
    return done, refusals


def _settled(
    agency: AgencyStore, at: Callable[[], datetime], authors: Mapping[str, str]
) -> Enrolled:
    """The registry of everything that is stored, also by another import at the same time.

    What was stored anew is made once more: it may have taken the place of the other's.
    """
    known = agency.roster(at())
    for _ in range(ATTEMPTS):
        enrolled = enrol(agency, at(), authors)
        if enrolled.roster == known:
            break
        known = enrolled.roster
    return enrolled


def _planned(
    agency: AgencyStore, held: dict[str, Stored], rows: Sequence[CheckedRow], now: datetime
) -> tuple[ImportPlan, list[RowRefusal]]:
    """What the rows would do, and those with which the registry could not be made."""
    zone, documents = agency.zone, {row.satker: row.document for row in rows}
    before = {satker_id: stored.data for satker_id, stored in held.items()}
    previous, known = build(before, agency.roster(now), now, zone)
    follows, _ = build({**before, **documents}, previous, now, zone)
    earlier = set(known)
    remarks = remarks_on((p for p in follows.problems if p not in earlier), documents)
    number = {row.satker: row.number for row in rows}
    wrong = [RowRefusal(number[one], "", said) for one, own in remarks.items() for said in own]
    amendments = compare(previous, follows, now, zone)
    return ImportPlan(agency, now, held, documents, amendments), sorted(wrong)


def _written(held: Stored | None, document: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a document that differs from the held one, to be merged into that."""
    if held is None:
        return dict(document)
    return {
        name: _part(held.data.get(name), value)
        for name, value in document.items()
        if name not in held.data or held.data[name] != value
    }


def _part(before: Any, after: Any) -> Any:
    """The part of a map that differs: merging keeps the rest."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return after
    return {n: value for n, value in after.items() if n not in before or before[n] != value}
