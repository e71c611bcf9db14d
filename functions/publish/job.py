"""Publishing, from top to bottom: read, prove, compose, render, and put what changed.

Running twice puts nothing the second time. A run that dies half-way leaves the old index pages in
front of files that are at worst newer; the next run finishes the work. Nothing is ever deleted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from functions import agencies
from functions.deadline import NEVER, Deadline
from functions.model import Agency, Roster, iso, previous_month
from functions.publish import remembered, stamp, words
from functions.publish.boards import month_path
from functions.publish.compose import pages
from functions.publish.data import (
    ADDED,
    NAMES,
    NamedPost,
    month_files,
    named_posts,
    read_named_posts,
)
from functions.publish.frozen import Kept, keep
from functions.publish.material import Material, current_month
from functions.publish.objects import Listed, Objects, ObjectsError, md5_of
from functions.publish.putting import Put, by_reach, files_of, going_on_at
from functions.publish.render import assets, render
from functions.publish.sites import open_site
from functions.settings import Settings
from functions.store import evidence as ev
from functions.store.agency import AgencyStore, MonthRecord
from functions.store.ledgers import Ledger, Ledgers
from functions.tally import NOTHING, Tally
from functions.times import present

_REVISION = re.compile(r"r[1-9][0-9]*")

MonthFiles = dict[str, bytes]
# A month's frozen files by revision and name.
_Revisions = dict[int, dict[str, Listed]]


@dataclass
class _Months:
    """What was found out about the months."""

    records: dict[str, MonthRecord] = field(default_factory=dict)
    ledgers: dict[str, Ledgers] = field(default_factory=dict)
    files: dict[str, MonthFiles] = field(default_factory=dict)
    named: dict[str, tuple[NamedPost, ...]] = field(default_factory=dict)
    settled: dict[str, dict[str, Listed]] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)


def publish_all(
    books: Sequence[AgencyStore],
    *,
    now: datetime,
    settings: Settings,
    run_id: str,
    everybody: Sequence[Agency] = (),
    deadline: Deadline = NEVER,
) -> dict[str, Any]:
    """Bring every agency's site up to date; returns the run's report.

    ``everybody``: all agencies of the installation, by which each knows its folder; those of
    ``books`` when left out.
    ``StoreError``, and an only agency's ``ObjectsError`` and ``OutdatedError``, come through.
    """
    everybody = everybody or [book.agency for book in books]

    def run(book: AgencyStore) -> dict[str, Any]:
        try:
            objects = open_site(settings.site, book.agency, everybody)
            return publish(
                book,
                objects,
                now=now,
                settings=settings,
                run_id=run_id,
                everybody=everybody,
                deadline=deadline,
                frozen=_place_of_frozen(settings, book, everybody),
            )
        except (ObjectsError, stamp.OutdatedError) as error:
            if len(books) == 1:
                raise
            facts = {"job": "publish", "run_id": run_id, "now": iso(now)}
            return {**facts, "failed": True, "problems": [str(error)]}

    return agencies.each(books, run, job="publish", run_id=run_id, now=now, deadline=deadline)


def publish(
    book: AgencyStore,
    objects: Objects,
    *,
    now: datetime,
    settings: Settings,
    run_id: str,
    everybody: Sequence[Agency] = (),
    frozen: Objects | None = None,
    clock: Callable[[], datetime] = present,
    deadline: Deadline = NEVER,
) -> dict[str, Any]:
    """Bring one agency's site up to date with the store; returns the run's report.

    ``everybody``: the agencies of the installation in their order; none when there is only one.
    ``frozen``: where what is frozen is kept besides. ``clock``: the computer's. Once the deadline
    is over no upload is begun; the next run begins with those that were left (``postponed``: how
    many files).

    Raises:
        OutdatedError: the site holds what this must not replace; nothing was put.
        StoreError, ObjectsError: what was put until then stays and is right.
    """
    tally = Tally(book.store.meter)
    held, ranked = objects.list(), book.months()
    stamped = stamp.Stamp(agency=book.agency.id, published_at=now, simulation=book.simulation)
    stamp.check(objects, held, stamped, ranked, clock())
    noted = book.cursor("publish")
    months = _read_months(book, objects, held, ranked, now, _noted_months(noted))
    places, asset_files = assets()
    data_files = _data_paths(months.files)
    frozen_files = _frozen_paths(months)
    material = _material(book, months, held, places, now, settings, everybody)
    models = pages(material)
    is_known = remembered.of_site(models, held) == remembered.Remembered.of(noted)
    html = {} if is_known else render(models)

    [first] = files_of({stamp.PATH: stamped.encode()})
    put = Put(objects, held, first, deadline)
    put.once(files_of(frozen_files))
    left = str(noted.get("left") or "")
    for batch in going_on_at([asset_files | data_files, *by_reach(html)], held, left):
        put.all(files_of(batch))
    made = None if is_known else remembered.of_files(models, html)
    _note(book, noted, put.left, made, _made_months(months))
    kept = Kept() if frozen is None else keep(frozen, objects, held, frozen_files)

    report = {
        "job": "publish",
        "run_id": run_id,
        "now": iso(now),
        "months": list(months.records),
        "published": {
            month: record.digest
            for month, record in months.records.items()
            if month not in months.pending
        },
        "left": sorted(months.pending),
        "pages": len(models),
        "data_files": len(data_files) + len(frozen_files),
        **NOTHING,
        **put.counts(),
        "unchanged": put.unchanged + (len(models) if is_known else 0),
        **tally.so_far(),
        "kept": kept.put,
        "failed": kept.failed,
        "problems": put.problems
        + kept.problems
        + [f"{month} is being scored; it stays as published" for month in sorted(months.pending)],
    }
    if not months.records:
        report["todo"] = agencies.UNREAD if material.roster.satker else agencies.EMPTY
    if put.uploaded:
        book.save_run(run_id, {**report, "started_at": iso(now)})
    return report


def _note(
    book: AgencyStore,
    noted: Mapping[str, Any],
    left: Sequence[str],
    made: remembered.Remembered | None,
    months: Mapping[str, str],
) -> None:
    """Note where the next run goes on, and what it need not make again, where that is new."""
    values: dict[str, Any] = {"left": next(iter(left), "")}
    if made is not None and not left:
        values |= made._asdict()
    if not left:
        values["months"] = " ".join(f"{month}:{digest}" for month, digest in months.items())
    if any(noted.get(name, "") != value for name, value in values.items()):
        book.save_cursor("publish", **values)


def _place_of_frozen(
    settings: Settings, book: AgencyStore, everybody: Sequence[Agency]
) -> Objects | None:
    """Where what is frozen is kept; None: nowhere, as by a simulation, which must not last."""
    if not settings.frozen or book.simulation:
        return None
    return open_site(settings.frozen, book.agency, everybody, "KIPRAH_FROZEN")


def _read_months(
    book: AgencyStore,
    objects: Objects,
    held: Mapping[str, Listed],
    ranked: Mapping[str, MonthRecord],
    now: datetime,
    made: Mapping[str, str],
) -> _Months:
    """The months as of ``now``, each proved by its evidence or left as it was published."""
    found = _Months()
    later = {month for month, record in ranked.items() if record.ranking.as_of > now}
    for month in later:
        # What readers see already stays; what they do not is not told yet.
        if f"{month_path(month)}index.html" in held:
            found.pending.add(month)
            found.records[month] = ranked[month]
    records = {month: record for month, record in ranked.items() if month not in later}
    current = current_month(records, now, book.agency.zone)
    recent = (current, previous_month(current)) if current else ()
    for month, record in records.items():
        settled = _settled(record, held)
        named = _named(objects, month) if settled else None
        if settled and named is not None:
            # Written once and frozen: nothing to prove again, and no post to read but those that
            # pages still show.
            found.settled[month] = settled
            found.records[month] = record
            found.named[month] = named
            if month in recent:
                found.ledgers[month] = book.ledgers(month)
            continue
        ledgers = book.ledgers(month)
        evidence = _evidence(book, record, ledgers)
        if evidence is not None and ev.digest(evidence) == record.digest:
            found.ledgers[month] = ledgers
            if (as_made := _as_made(record, held, made)) is not None:
                found.settled[month] = as_made
            else:
                found.files[month] = month_files(record, ledgers, evidence)
            found.named[month] = named_posts(record, ledgers)
            found.records[month] = record
        else:
            found.pending.add(month)
            if f"{month_path(month)}index.html" in held:
                found.records[month] = record
    return found


def _as_made(
    record: MonthRecord, held: Mapping[str, Listed], made: Mapping[str, str]
) -> dict[str, Listed] | None:
    """The files of a month that is not final, when they lie there as they were made of what it is
    ranked from now; else None. Making them takes longer than all the rest."""
    month = record.ranking.month
    files = {name: held[path] for name in NAMES if (path := f"data/{month}/{name}") in held}
    told = remembered.of_month(record.digest, {name: file.md5 for name, file in files.items()})
    return files if record.ranking.state != "final" and told == made.get(month) else None


def _made_months(months: _Months) -> dict[str, str]:
    """What is noted of the files of the months that are not final: those of this run, and those
    that a run before has made."""
    found = {}
    for month, record in sorted(months.records.items()):
        if record.ranking.state == "final" or month in months.pending:
            continue
        files = {name: md5_of(body) for name, body in months.files.get(month, {}).items()}
        files = files or {name: file.md5 for name, file in months.settled[month].items()}
        found[month] = remembered.of_month(record.digest, files)
    return found


def _noted_months(noted: Mapping[str, Any]) -> dict[str, str]:
    """What the run before noted of the months' files; empty where that is nothing of ours."""
    words = str(noted.get("months") or "").split()
    return dict(word.split(":", 1) for word in words if ":" in word)


def _evidence(
    book: AgencyStore, record: MonthRecord, ledgers: Mapping[str, Ledger]
) -> bytes | None:
    """What the month was ranked from: as it was frozen, else as the store tells it."""
    ranking = record.ranking
    if ranking.state == "final":
        frozen = book.frozen_evidence(ranking.month, ranking.revision)
        if frozen is not None:
            return frozen
    evidence = book.evidence_of(record, ledgers)
    return None if evidence is None else ev.encode(evidence)


def _settled(record: MonthRecord, held: Mapping[str, Listed]) -> dict[str, Listed] | None:
    """The files of a final month when they lie at both places, the same; else None."""
    ranking = record.ranking
    if ranking.state != "final":
        return None
    found = {name: held.get(f"data/{ranking.month}/{name}") for name in NAMES}
    frozen = {name: held.get(f"data/{ranking.month}/r{ranking.revision}/{name}") for name in NAMES}
    if found != frozen:
        return None
    files = {name: listed for name, listed in found.items() if listed is not None}
    return files if files.keys() | ADDED == {*NAMES} else None


def _named(objects: Objects, month: str) -> tuple[NamedPost, ...] | None:
    """The posts that a frozen month's log and flags name; None when its file cannot be read."""
    body = objects.get(f"data/{month}/keputusan.json")
    try:
        return None if body is None else read_named_posts(body)
    except msgspec.DecodeError:
        return None


def _data_paths(files: Mapping[str, MonthFiles]) -> dict[str, bytes]:
    return {
        f"data/{month}/{name}": body
        for month, named in files.items()
        for name, body in named.items()
    }


def _frozen_paths(months: _Months) -> dict[str, bytes]:
    """The revisions of final months, which are written once."""
    return {
        f"data/{month}/r{months.records[month].ranking.revision}/{name}": body
        for month, named in months.files.items()
        if months.records[month].ranking.state == "final"
        for name, body in named.items()
    }


def _material(
    book: AgencyStore,
    months: _Months,
    held: Mapping[str, Listed],
    places: Mapping[str, str],
    now: datetime,
    settings: Settings,
    everybody: Sequence[Agency],
) -> Material:
    listed = {
        month: {name: Listed("", len(body)) for name, body in named.items()}
        for month, named in months.files.items()
    }
    for month in months.pending & months.records.keys():
        listed[month] = {
            name: held[path] for name in NAMES if (path := f"data/{month}/{name}") in held
        }
    return Material(
        agency=book.agency,
        now=now,
        roster=book.roster(now) or Roster(as_of=now),
        records=months.records,
        ledgers=months.ledgers,
        pending=frozenset(months.pending),
        files=listed | months.settled,
        assets=places,
        frozen=_frozen(months, held),
        named=months.named,
        notice=f"{words.SIMULATION} {settings.notice}".strip()
        if book.simulation
        else settings.notice,
        site_url=settings.site_url,
        everybody=tuple(everybody),
        incomplete=book.completeness(),
    )


def _frozen(months: _Months, held: Mapping[str, Listed]) -> dict[str, _Revisions]:
    """The frozen revisions of the months: those that the site holds and those of this run."""
    found: dict[str, _Revisions] = defaultdict(lambda: defaultdict(dict))
    written = {path: Listed("", len(body)) for path, body in _frozen_paths(months).items()}
    for path, listed in (written | dict(held)).items():
        match path.split("/"):
            case ["data", month, place, name] if _REVISION.fullmatch(place) and name in NAMES:
                found[month][int(place[1:])][name] = listed
    return found
