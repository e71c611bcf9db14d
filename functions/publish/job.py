"""Publishing, from top to bottom: read, prove, compose, render, and put what changed.

A second run puts nothing. A run that dies half-way leaves old index pages with links to files that
are at worst newer; the next run finishes the work. Nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from functions.jobs import rounds
from functions.jobs.deadline import NEVER, Deadline
from functions.jobs.tally import NOTHING, Tally
from functions.model import Agency, Roster, iso, previous_month
from functions.publish import remembered
from functions.publish.files import registry_history
from functions.publish.files.month_files import NAMES
from functions.publish.imprint import Imprint, imprint_of
from functions.publish.months import (
    Months,
    data_paths,
    frozen_paths,
    frozen_revisions,
    made_months,
    noted_months,
    read_months,
)
from functions.publish.pages.context import Page
from functions.publish.pages.site_map import living, of_month
from functions.publish.remembered import Remembered
from functions.publish.render import assets, render
from functions.publish.site import Material
from functions.publish.targets import stamp
from functions.publish.targets.frozen import Kept, keep
from functions.publish.targets.port import Listed, Objects, ObjectsError
from functions.publish.targets.sites import open_site
from functions.publish.targets.upload import Upload, by_reach, files_of, going_on_at
from functions.publish.text import words
from functions.registry.history import history
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.months import index_of
from functions.times import present


class PublishRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of publish was asked for.

    ``everybody``: the agencies of the installation in their order; none when there is only one.
    """

    now: datetime
    settings: Settings
    run_id: str
    everybody: Sequence[Agency] = ()


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """A site as it is to be: each page's model, and the bytes of each file by path.

    Attributes:
        html: empty when the site holds these pages already.
        frozen: files that are written once.
        rendered: the digests of the rendered pages; None when nothing was rendered.
        has_satker: whether the registry names a satker.
    """

    models: Mapping[str, Page]
    html: dict[str, bytes]
    assets: dict[str, bytes]
    data: dict[str, bytes]
    frozen: dict[str, bytes]
    rendered: Remembered | None
    has_satker: bool


def publish_all(
    agencies: Sequence[AgencyStore],
    *,
    now: datetime,
    settings: Settings,
    run_id: str,
    everybody: Sequence[Agency] = (),
    deadline: Deadline = NEVER,
) -> dict[str, Any]:
    """Bring every agency's site up to date; returns the run's report.

    ``everybody``: all agencies of the installation, from which each site's folder follows; the
    agencies of ``agencies`` when left out.

    Raises:
        StoreError: the store cannot be used.
        ObjectsError, OutdatedError: the site of the only agency cannot be published; with several
            agencies the report tells it.
    """
    everybody = everybody or [agency.agency for agency in agencies]

    def run(agency: AgencyStore) -> dict[str, Any]:
        try:
            objects = open_site(settings.site, agency.agency, everybody)
            return publish(
                agency,
                objects,
                now=now,
                settings=settings,
                run_id=run_id,
                everybody=everybody,
                deadline=deadline,
            )
        except (ObjectsError, stamp.OutdatedError) as error:
            if len(agencies) == 1:
                raise
            facts = {"job": "publish", "run_id": run_id, "now": iso(now)}
            return {**facts, "failed": True, "problems": [str(error)]}

    return rounds.each(agencies, run, job="publish", run_id=run_id, now=now, deadline=deadline)


def publish(
    agency: AgencyStore,
    objects: Objects,
    *,
    now: datetime,
    settings: Settings,
    run_id: str,
    everybody: Sequence[Agency] = (),
    deadline: Deadline = NEVER,
) -> dict[str, Any]:
    """Bring one agency's site up to date with the store; returns the run's report.

    ``everybody``: the agencies of the installation in their order; none when there is only one.
    After the deadline the run begins no upload; the next run begins with the files that this one
    left (``postponed``: how many).

    Raises:
        OutdatedError: the site holds what this must not replace; nothing was put.
        StoreError, ObjectsError: what was put until then stays and is right.
    """
    run = PublishRun(now=now, settings=settings, run_id=run_id, everybody=everybody)
    frozen = _frozen_target(agency, run)
    tally = Tally(agency.store.meter)
    held, ranked = objects.list(), agency.months()
    stamped = stamp.Stamp(agency=agency.id, published_at=now, simulation=agency.simulation)
    stamp.check(objects, held, stamped, ranked, present())
    noted = agency.cursor("publish")
    imprint = imprint_of(agency)
    months = read_months(agency, objects, held, ranked, now, noted_months(noted), imprint)
    made = _made(agency, months, held, run, noted, imprint)

    [first] = files_of({stamp.PATH: stamped.encode()})
    put = Upload(objects, held, first, deadline)
    _put(put, made, held, str(noted.get("left") or ""))
    _note(agency, noted, put.left, made.rendered, made_months(months, imprint))
    kept = Kept() if frozen is None else keep(frozen, objects, held, made.frozen)

    report = _report(run, months, made, put, kept, tally)
    if not months.records:
        report["todo"] = rounds.UNREAD if made.has_satker else rounds.EMPTY
    if put.uploaded:
        agency.save_run(run_id, {**report, "started_at": iso(now)})
    return report


def _made(
    agency: AgencyStore,
    months: Months,
    held: Mapping[str, Listed],
    run: PublishRun,
    noted: Mapping[str, Any],
    imprint: Imprint,
) -> _Made:
    """Everything that the site shows; pages that the site holds already are not rendered."""
    assets_at, asset_files = assets()
    material = _material(agency, months, held, assets_at, run, imprint)
    models = living(material)
    for month in months.records.keys() - months.pending:
        models |= of_month(material, month)
    is_known = remembered.of_site(models, held) == Remembered.of(noted)
    html = {} if is_known else render(models)
    return _Made(
        models=models,
        html=html,
        assets=asset_files,
        data=data_paths(months.files)
        | {registry_history.PATH: registry_history.history_csv(material.history)},
        frozen=frozen_paths(months),
        rendered=None if is_known else remembered.of_files(models, html),
        has_satker=bool(material.roster.satker),
    )


def _put(put: Upload, made: _Made, held: Mapping[str, Listed], left: str) -> None:
    """Put the files in an order in which each file comes after those that it links to.

    ``left``: the first path that the run before left; empty when it left none.
    """
    put.once(files_of(made.frozen))
    for batch in going_on_at([made.assets | made.data, *by_reach(made.html)], held, left):
        put.all(files_of(batch))


def _report(
    run: PublishRun, months: Months, made: _Made, put: Upload, kept: Kept, tally: Tally
) -> dict[str, Any]:
    return {
        "job": "publish",
        "run_id": run.run_id,
        "now": iso(run.now),
        "months": list(months.records),
        "published": {
            month: record.digest
            for month, record in months.records.items()
            if month not in months.pending
        },
        "left": sorted(months.pending),
        "pages": len(made.models),
        "data_files": len(made.data) + len(made.frozen),
        **NOTHING,
        **put.counts(),
        "unchanged": put.unchanged + (len(made.models) if made.rendered is None else 0),
        **tally.so_far(),
        "kept": kept.put,
        "failed": kept.failed,
        "problems": put.problems
        + kept.problems
        + [f"{month} is being scored; it stays as published" for month in sorted(months.pending)],
    }


def _note(
    agency: AgencyStore,
    noted: Mapping[str, Any],
    left: Sequence[str],
    made: Remembered | None,
    months: Mapping[str, str],
) -> None:
    """Note where the next run goes on and what it need not make again, if that is new."""
    values: dict[str, Any] = {"left": next(iter(left), "")}
    if made is not None and not left:
        values |= made._asdict()
    if not left:
        values["months"] = " ".join(f"{month}:{digest}" for month, digest in months.items())
    if any(noted.get(name, "") != value for name, value in values.items()):
        agency.save_cursor("publish", **values)


def _frozen_target(agency: AgencyStore, run: PublishRun) -> Objects | None:
    """Where copies of frozen files go; None: nowhere, as in a simulation, which must not last."""
    if not run.settings.frozen or agency.simulation:
        return None
    return open_site(run.settings.frozen, agency.agency, run.everybody, "KIPRAH_FROZEN")


def _material(
    agency: AgencyStore,
    months: Months,
    held: Mapping[str, Listed],
    assets_at: Mapping[str, str],
    run: PublishRun,
    imprint: Imprint,
) -> Material:
    """What the pages are made from. ``assets_at``: the path of each asset by its name."""
    notice = run.settings.notice
    listed = {
        month: {name: Listed("", len(body)) for name, body in named.items()}
        for month, named in months.files.items()
    }
    for month in months.pending & months.records.keys():
        listed[month] = {
            name: held[path] for name in NAMES if (path := f"data/{month}/{name}") in held
        }
    return Material(
        agency=agency.agency,
        now=run.now,
        roster=agency.roster(run.now) or Roster(as_of=run.now),
        index=index_of(months.records).months,
        ranked=index_of(months.records).units,
        records=dict(sorted(months.records.items())),
        ledgers=months.ledgers,
        pending=frozenset(months.pending),
        files=listed | months.settled,
        assets=assets_at,
        frozen=frozen_revisions(months, held),
        named=months.named,
        notice=f"{words.SIMULATION} {notice}".strip() if agency.simulation else notice,
        site_url=run.settings.site_url,
        everybody=tuple(run.everybody),
        incomplete=agency.completeness(),
        history=history(agency, run.now),
        imprint=imprint,
        followers=agency.followers(
            previous_month(min(months.ledgers)), max(months.ledgers), run.now
        )
        if months.ledgers
        else {},
    )
