"""Making documents, from top to bottom: which months need them, setting them, putting them.

It runs beside publishing and never holds it up: documents follow what the site shows. A month's
documents are made when its evidence or its revision is another than that they were made from; those
of a running month once a day. A final month's are made once. A run that has to end goes on at the
unit where it stopped. A second run puts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from functions import log
from functions.jobs import rounds
from functions.jobs.deadline import NEVER, Deadline
from functions.jobs.tally import NOTHING, Tally
from functions.model import Agency, iso, previous_month
from functions.publish.documents import made as notes
from functions.publish.documents import paths, press
from functions.publish.documents.approval import approval
from functions.publish.documents.deck import deck
from functions.publish.documents.made import CURSOR, DocumentsNote, made_documents
from functions.publish.documents.previews import month_preview, unit_preview
from functions.publish.documents.source import HISTORY, Source
from functions.publish.documents.summary import summary
from functions.publish.documents.unit_report import unit_report
from functions.publish.files.month_files import sort_entries
from functions.publish.targets import stamp
from functions.publish.targets.port import Objects, ObjectsError
from functions.publish.targets.sites import folder_of, open_site
from functions.publish.targets.upload import file_of
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.months import IndexedMonth, MonthRecord
from functions.times import present

UNPUBLISHED = "no month is published yet; run: kiprah publish"
_AT_ONCE = 8  # units whose documents are set before they are put together
_PROBLEMS = 20  # that a report tells one by one

# A document's path in the site, and how its bytes are made.
_Task = tuple[str, Callable[[], bytes]]


def documents_all(
    agencies: Sequence[AgencyStore],
    *,
    now: datetime,
    settings: Settings,
    run_id: str,
    everybody: Sequence[Agency] = (),
    month: str | None = None,
    deadline: Deadline = NEVER,
) -> dict[str, Any]:
    """Make every agency's documents; returns the run's report.

    Args:
        everybody: all agencies of the installation, from which each site's folder follows; the
            agencies of ``agencies`` when left out.
        month: the only month to look at, whose documents are made again even if nothing changed;
            None: every month that needs it.

    Raises:
        StoreError: the store cannot be used.
        ObjectsError, OutdatedError: the site of the only agency cannot be written; with several
            agencies the report tells it.
    """
    everybody = everybody or [agency.agency for agency in agencies]

    def run(agency: AgencyStore) -> dict[str, Any]:
        try:
            objects = open_site(settings.site, agency.agency, everybody)
            return documents(
                agency,
                objects,
                now=now,
                settings=settings,
                run_id=run_id,
                everybody=everybody,
                month=month,
                deadline=deadline,
            )
        except (ObjectsError, stamp.OutdatedError) as error:
            if len(agencies) == 1:
                raise
            facts = {"job": CURSOR, "run_id": run_id, "now": iso(now)}
            return {**facts, "failed": True, "problems": [str(error)]}

    return rounds.each(agencies, run, job=CURSOR, run_id=run_id, now=now, deadline=deadline)


def documents(
    agency: AgencyStore,
    objects: Objects,
    *,
    now: datetime,
    settings: Settings,
    run_id: str,
    everybody: Sequence[Agency] = (),
    month: str | None = None,
    deadline: Deadline = NEVER,
) -> dict[str, Any]:
    """Make an agency's documents that are due; returns the run's report.

    A document that cannot be set is told in ``problems``, and costs no other one.

    Raises:
        OutdatedError: the site is another store's or a later instant's; nothing was put.
        StoreError, ObjectsError: what was put until then stays and is right.
    """
    tally = Tally(agency.store.meter)
    index = agency.month_index().months
    ranked = {month: indexed for month, indexed in index.items() if indexed.as_of <= now}
    shown = agency.published()
    ours = stamp.Stamp(agency=agency.id, published_at=now, simulation=agency.simulation)
    stamp.check(objects, objects.get(stamp.PATH), "", ours, ranked, present())
    made = _still_there(objects, made_documents(agency.cursor(CURSOR)))
    put = _Put(objects)
    done: list[str] = []
    left: list[str] = []
    due = _due(ranked, shown, made, now, agency, month)
    records = _records(agency, due, now)
    for name in due:
        if done and deadline.is_over:
            left.append(name)
            continue
        if name not in records or records[name].digest != ranked[name].digest:
            continue  # it was ranked anew meanwhile: another turn's
        source = _source(agency, records, name, settings, everybody)
        begin = _begin(source, made.get(name), now, again=month is not None)
        outcome = _month(source, begin, put, deadline)
        agency.save_cursor(CURSOR, **notes.noted(name, outcome))
        done.append(name)
        if outcome.left:
            left.append(name)
    report: dict[str, Any] = {
        "job": CURSOR,
        "run_id": run_id,
        "now": iso(now),
        "months": done,
        "left": left,
        "postponed": len(left),
        **NOTHING,
        **put.counts(),
        **tally.so_far(),
        "failed": bool(put.problems),
        "problems": put.told(),
    }
    if not shown:
        report["todo"] = _todo(agency, now, has_months=bool(ranked))
    if done:
        agency.save_run(run_id, report)
    return report


def _still_there(objects: Objects, made: dict[str, DocumentsNote]) -> dict[str, DocumentsNote]:
    """What is made; nothing where the newest month's documents are gone, as from a new site."""
    for month in sorted(made, reverse=True):
        for path in made[month].of_month(month)[:1]:
            return made if objects.get(path) is not None else {}
    return made


def _todo(agency: AgencyStore, now: datetime, *, has_months: bool) -> str:
    """What is to be done before there can be documents."""
    if has_months:
        return UNPUBLISHED
    roster = agency.roster(now)
    return rounds.UNREAD if roster is not None and roster.satker else rounds.EMPTY


def _records(agency: AgencyStore, due: Sequence[str], now: datetime) -> dict[str, MonthRecord]:
    """The months that documents are made of, with those of the year before each."""
    if not due:
        return {}
    first = min(due)
    for _ in range(HISTORY - 1):
        first = previous_month(first)
    found = agency.months_since(first)
    return {month: record for month, record in found.items() if record.ranking.as_of <= now}


def _due(
    ranked: Mapping[str, IndexedMonth],
    shown: Mapping[str, str],
    made: Mapping[str, DocumentsNote],
    now: datetime,
    agency: AgencyStore,
    only: str | None,
) -> list[str]:
    """The months to make documents of: those that no longer change first, the newest first."""

    def is_due(month: str) -> bool:
        record, before = ranked[month], made.get(month)
        if shown.get(month) != record.digest:
            return False  # the site shows something else; after the next publishing
        if month == only or before is None or before.left:
            return True
        if (before.source, before.revision) == (record.digest, record.revision):
            return before.state != record.state
        if record.state != "open":
            return True
        return before.at.astimezone(agency.zone).date() < now.astimezone(agency.zone).date()

    due = [month for month in ranked if only in (None, month) and is_due(month)]
    return sorted(due, key=lambda m: (ranked[m].state != "open", m), reverse=True)


def _begin(
    source: Source, before: DocumentsNote | None, now: datetime, *, again: bool
) -> DocumentsNote:
    """Where a month's documents stand before this run works on them."""
    ranking, digest = source.ranking, source.record.digest
    fresh = DocumentsNote(
        source=digest,
        revision=ranking.revision,
        state=ranking.state,
        at=now,
        left=next(iter(source.units), ""),
        whole=before is not None and (before.whole or not before.left),
    )
    if before is None or not before.left or again:
        return fresh
    is_same = (before.source, before.revision) == (digest, ranking.revision)
    # The running month changes with every ranking: going on there reaches its end at last.
    if is_same or (before.state == ranking.state == "open"):
        return msgspec.structs.replace(fresh, left=before.left, at=before.at, failed=before.failed)
    return fresh


def _month(source: Source, begin: DocumentsNote, put: _Put, deadline: Deadline) -> DocumentsNote:
    """Make a month's documents from where they stand; returns where they stand then."""
    failed = list(begin.failed)
    units = iter([unit for unit in source.units if unit >= begin.left])
    if begin.left <= next(iter(source.units), ""):
        failed += put.all(_of_month(source), once=_of_revision(source))
    left = ""
    while batch := [*islice(units, _AT_ONCE)]:
        failed += put.all(task for unit in batch for task in _of_unit(source, unit))
        if deadline.is_over:
            left = next(units, "")
            break
    return msgspec.structs.replace(
        begin,
        left=left,
        whole=begin.whole or not left,
        failed=tuple(sorted({*failed})),
    )


def _of_month(source: Source) -> Iterator[_Task]:
    month = source.month
    yield paths.preview_path(month), lambda: press.png(month_preview(source))
    yield paths.summary_path(month), lambda: press.pdf(summary(source))
    yield paths.deck_path(month), lambda: press.pdf(deck(source))
    if source.ranking.state == "final":
        yield paths.approval_path(month), lambda: press.pdf(approval(source))


def _of_revision(source: Source) -> Mapping[str, str]:
    """What is kept of each revision of a final month: where a document's own copy goes."""
    if source.ranking.state != "final":
        return {}
    kept = (paths.approval_path(source.month), paths.summary_path(source.month))
    return {path: paths.frozen_path(path, source.ranking.revision) for path in kept}


def _of_unit(source: Source, unit: str) -> Iterator[_Task]:
    month = source.month
    yield paths.unit_preview_path(unit, month), lambda: press.png(unit_preview(source, unit))
    yield paths.report_path(unit, month), lambda: press.pdf(unit_report(source, unit))


class _Put:
    """Sets documents and puts them, several at a time; counts what was put and what failed."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.uploaded = 0
        self.bytes = 0
        self.problems: list[str] = []

    def all(self, tasks: Iterator[_Task], *, once: Mapping[str, str] = {}) -> list[str]:
        """Put documents; returns the paths of those that could not be set.

        ``once``: by path, where a copy goes that is written once. What that copy holds already is
        what is put.
        """
        bodies: dict[str, bytes] = {}
        failed = []
        for path, make in tasks:
            try:
                bodies[path] = make()
            # Whatever one unit's odd figures or names do, the others' documents are made.
            except Exception as error:
                log.crash("documents.failed", error, path=path)
                self.problems.append(f"{path}: {type(error).__name__}: {_line(error)}")
                failed.append(path)
        for path, copy in once.items():
            if path in bodies:
                bodies[path] = self._kept(copy, bodies[path])
        with ThreadPoolExecutor(self._objects.parallel) as pool:
            for _ in pool.map(lambda each: self._objects.put(file_of(*each)), bodies.items()):
                pass
        self.uploaded += len(bodies)
        self.bytes += sum(map(len, bodies.values()))
        return failed

    def counts(self) -> dict[str, int]:
        """What was put, for the run's report."""
        return {"uploaded": self.uploaded, "objects": self.uploaded, "bytes": self.bytes}

    def told(self) -> list[str]:
        """The first problems, and how many more there are."""
        more = len(self.problems) - _PROBLEMS
        return [*self.problems[:_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]

    def _kept(self, path: str, body: bytes) -> bytes:
        """Write a revision's own copy; what it holds then: an earlier run's, if that was first."""
        if self._objects.put(file_of(path, body), if_absent=True):
            self.uploaded += 1
            self.bytes += len(body)
            return body
        return self._objects.get(path) or body


def _source(
    agency: AgencyStore,
    records: Mapping[str, MonthRecord],
    month: str,
    settings: Settings,
    everybody: Sequence[Agency],
) -> Source:
    record = records[month]
    address = settings.site_url.rstrip("/")
    return Source(
        agency=agency.agency,
        record=record,
        records=records,
        entries=tuple(sort_entries(agency.ledgers(month))),
        roster=agency.roster(record.ranking.as_of),
        site=f"{address}/{folder_of(agency.agency, everybody)}" if address else "",
        simulation=agency.simulation,
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
