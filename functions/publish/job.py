"""Publishing, from top to bottom: read, prove, compose, render, and put what changed.

Running twice puts nothing the second time. A run that dies half-way leaves the old index pages in
front of files that are at worst newer; the next run finishes the work. Nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions.jobs import agencies
from functions.jobs.deadline import NEVER, Deadline
from functions.jobs.tally import NOTHING, Tally
from functions.model import Agency, Roster, iso
from functions.publish import remembered
from functions.publish.files.month_files import (
    NAMES,
)
from functions.publish.months import (
    Months,
    data_paths,
    frozen_paths,
    frozen_revisions,
    made_months,
    noted_months,
    read_months,
)
from functions.publish.pages.site_map import pages
from functions.publish.render import assets, render
from functions.publish.site import Material
from functions.publish.targets import stamp
from functions.publish.targets.frozen import Kept, keep
from functions.publish.targets.port import Listed, Objects, ObjectsError
from functions.publish.targets.sites import open_site
from functions.publish.targets.upload import Upload, by_reach, files_of, going_on_at
from functions.publish.text import words
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.times import present


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
    months = read_months(book, objects, held, ranked, now, noted_months(noted))
    places, asset_files = assets()
    data_files = data_paths(months.files)
    frozen_files = frozen_paths(months)
    material = _material(book, months, held, places, now, settings, everybody)
    models = pages(material)
    is_known = remembered.of_site(models, held) == remembered.Remembered.of(noted)
    html = {} if is_known else render(models)

    [first] = files_of({stamp.PATH: stamped.encode()})
    put = Upload(objects, held, first, deadline)
    put.once(files_of(frozen_files))
    left = str(noted.get("left") or "")
    for batch in going_on_at([asset_files | data_files, *by_reach(html)], held, left):
        put.all(files_of(batch))
    made = None if is_known else remembered.of_files(models, html)
    _note(book, noted, put.left, made, made_months(months))
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


def _material(
    book: AgencyStore,
    months: Months,
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
        frozen=frozen_revisions(months, held),
        named=months.named,
        notice=f"{words.SIMULATION} {settings.notice}".strip()
        if book.simulation
        else settings.notice,
        site_url=settings.site_url,
        everybody=tuple(everybody),
        incomplete=book.completeness(),
    )
