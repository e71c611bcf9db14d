"""Publishing, from top to bottom: what has changed, its months, the living site, what is noted.

A second run reads what the site says of itself, and does nothing. A run that dies half-way leaves
old index pages with links to files that are at worst newer; the next run finishes the work. Nothing
is ever deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from functions.jobs import rounds
from functions.jobs.deadline import NEVER, Deadline
from functions.jobs.tally import NOTHING, Tally
from functions.model import Agency, Roster, iso
from functions.publish import manifest, sources
from functions.publish.documents.made import CURSOR
from functions.publish.documents.papers import papers_of
from functions.publish.files import condition_file
from functions.publish.fresh import make_fresh
from functions.publish.imprint import imprint_of
from functions.publish.manifest import Held, hold
from functions.publish.private.place import Done, PrivatePlace
from functions.publish.private.step import keep_private
from functions.publish.targets import stamp
from functions.publish.targets.frozen import keep_all
from functions.publish.targets.metered import Metered
from functions.publish.targets.port import File, Objects, ObjectsError, md5_of
from functions.publish.targets.sites import folder_of, open_site
from functions.publish.targets.upload import Upload, file_of
from functions.publish.work import PublishRun, Work
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.listening import ListeningIndex, listening_indexes
from functions.store.listening_settings import NAME as LISTENING
from functions.store.listening_settings import Listening, read_listening
from functions.times import present, time_of

LOOKED_AT_EVERY = timedelta(days=1)  # the site's listing, beside what the site says of itself
_PRIVATE = "private"  # what the run did with the files for staff, in its report and its notes


def publish_all(
    agencies: Sequence[AgencyStore],
    *,
    now: datetime,
    settings: Settings,
    run_id: str,
    everybody: Sequence[Agency] = (),
    deadline: Deadline = NEVER,
    look: bool = False,
    again: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Bring every agency's site up to date; returns the run's report.

    ``everybody``: all agencies of the installation, from which each site's folder follows; the
    agencies of ``agencies`` when left out. ``look`` and ``again``: as in ``PublishRun``.

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
                look=look,
                again=again,
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
    look: bool = False,
    again: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Bring one agency's site up to date with the store; returns the run's report.

    ``everybody``: the agencies of the installation in their order; none when there is only one.
    ``look`` and ``again``: as in ``PublishRun``. After the deadline the run begins no upload; the
    next run begins with the files that this one left (``postponed``: how many).

    Raises:
        OutdatedError: the site holds what this must not replace; nothing was put.
        StoreError, ObjectsError: what was put until then stays and is right.
    """
    run = PublishRun(
        now=now,
        settings=settings,
        run_id=run_id,
        everybody=everybody,
        look=look,
        again=again,
        deadline=deadline,
    )
    tally = Tally(agency.store.meter)
    noted = agency.cursor("publish")
    work = _begin(agency, Metered(objects), run, noted)
    source = _source(work)
    before = objects.get(condition_file.PATH)
    work.measured = condition_file.read_measured(before)
    is_known = work.held.listed is None and work.held.root.source == source
    is_known = is_known and work.measured is not None
    if before is None:
        make_fresh(work, before, None)  # every page leads to the status page: it has to be there
    begun = work.objects.objects
    if not is_known or again:
        _make(work, str(noted.get("left") or ""))
        work.close_site(source)
    is_new = work.objects.objects > begun
    changed_at = now if is_new else time_of(noted.get("put_at"))
    make_fresh(work, before, changed_at)
    _keep_copies(work, noted)
    place = PrivatePlace(agency, settings, everybody, now, work.wanted, work.roster)
    private = keep_private(place, noted.get(_PRIVATE), deadline)
    _note(work, noted, changed_at, private)
    report = _report(work, tally, private)
    if not work.index:
        report["todo"] = rounds.UNREAD if work.roster.satker else rounds.EMPTY
    if is_new or private.put:
        agency.save_run(run_id, {**report, "started_at": iso(now)})
    return report


def _make(work: Work, left: str) -> None:
    """Make what is not there as it is to be. ``left``: the first path that the run before left."""
    # Imported here: a run with nothing new, as most are, has no use for the pages.
    from functions.publish.living import make_living, read_latest
    from functions.publish.settled import make_settled

    for told in [*work.index.values()]:
        if told.as_of > work.run.now:
            work.stays(told.month)
    latest = read_latest(work)
    make_settled(work)
    if not work.is_cut_short:
        make_living(work, latest, left)
    work.close_deferred()


def _begin(
    agency: AgencyStore, objects: Metered, run: PublishRun, noted: Mapping[str, Any]
) -> Work:
    """What is shown, what is there, and whether the one may follow the other."""
    frozen = _frozen_target(agency, run)
    ranked, stamped = agency.month_index(), objects.get(stamp.PATH)
    listening = agency.listening_index()
    held = hold(objects, stamped, look=run.look or _is_due(noted, run.now))
    new = stamp.Stamp(agency=agency.id, published_at=run.now, simulation=agency.simulation)
    stamp.check(objects, stamped, held.newest, new, ranked.months, present())
    encoded = new.encode()
    return Work(
        agency=agency,
        objects=objects,
        run=run,
        held=held,
        upload=Upload(objects, held, _first(held, stamped, encoded), run.deadline),
        index=dict(ranked.months),
        ranked=ranked,
        roster=agency.roster(run.now) or Roster(as_of=run.now),
        incomplete=agency.completeness(),
        imprint=imprint_of(agency),
        papers=papers_of(agency.cursor(CURSOR)),
        stamp="" if stamped is None else md5_of(stamped),
        new_stamp=md5_of(encoded),
        frozen=frozen,
        listening=listening,
        wanted=_wanted(agency, run, listening),
        neighbours=_neighbours(agency, run),
    )


def _wanted(agency: AgencyStore, run: PublishRun, listening: ListeningIndex) -> Listening:
    """What admins typed of listening; not read where nothing is made of it."""
    if not (listening.dialogs or run.settings.private):
        return Listening()
    return read_listening(agency.settings(LISTENING))[0]


def _neighbours(agency: AgencyStore, run: PublishRun) -> Mapping[str, ListeningIndex]:
    """What the other agencies' weeks are, for the first one's site alone, which tells of all."""
    if folder_of(agency.agency, run.everybody):
        return {}
    others = [each.id for each in run.everybody if each.id != agency.id]
    return listening_indexes(agency.store, others)


def _is_due(noted: Mapping[str, Any], now: datetime) -> bool:
    """Whether the site is to be looked at: somebody may have changed it by hand."""
    looked_at = time_of(noted.get("looked_at"))
    return looked_at is None or now - looked_at >= LOOKED_AT_EVERY


def _first(held: Held, stamped: bytes | None, new: bytes) -> File:
    """What is put before anything else: the stamp, so that no manifest is believed meanwhile.

    Where the stamp stays the same, as at a run that is made again, the manifest says so itself.
    """
    if stamped == new and held.root.stamp:
        return file_of(manifest.ROOT, replace(held.root, stamp="").encode())
    return file_of(stamp.PATH, new)


def _source(work: Work) -> str:
    run = work.run
    return sources.of_site(
        work.agency.agency,
        work.ranked,
        work.roster,
        work.incomplete,
        work.imprint,
        {month: papers.source(month) for month, papers in work.papers.items()},
        run.settings,
        {work.agency.id: work.listening, **work.neighbours},
        _privacy(work),
        now=run.now,
        simulation=work.agency.simulation,
        everybody=run.everybody,
    )


def _privacy(work: Work) -> tuple[object, ...]:
    """What pages say of personal data, beside figures that rest on comments."""
    wanted = work.wanted
    is_said = bool(work.listening.dialogs)
    return (wanted.notice_url, wanted.dpo, wanted.sample_texts) if is_said else ()


def _keep_copies(work: Work, noted: Mapping[str, Any]) -> None:
    """Compare all copies of frozen files, when the site was listed or the place for them is new."""
    if work.frozen is None or work.is_cut_short:
        return
    listed = work.held.listed
    if listed is None and noted.get("kept") != work.run.settings.frozen:
        listed = work.objects.list("data/")
    if listed is not None:
        work.kept.take_in(keep_all(work.frozen, work.objects, listed))


def _note(work: Work, noted: Mapping[str, Any], changed_at: datetime | None, private: Done) -> None:
    """Note where the next run goes on, when the site was changed and looked at, if that is new."""
    values: dict[str, Any] = {"left": next(iter(work.upload.left), "")}
    if changed_at is not None:
        values["put_at"] = iso(changed_at)
    if work.held.listed is not None:
        values["looked_at"] = iso(work.run.now)
    if work.frozen is not None and not (work.kept.failed or work.is_cut_short):
        values["kept"] = work.run.settings.frozen
    if private.noted:
        values[_PRIVATE] = dict(private.noted)
    if any(noted.get(name, "") != value for name, value in values.items()):
        work.agency.save_cursor("publish", **values)


def _report(work: Work, tally: Tally, private: Done) -> dict[str, Any]:
    held, objects = work.held, work.objects
    own = held.files()
    pages = sum(path.endswith(".html") for path in own)
    pages += sum(month.pages for month in held.months.values())
    files = len(own) + sum(month.pages + month.others for month in held.months.values())
    return {
        "job": "publish",
        "run_id": work.run.run_id,
        "now": iso(work.run.now),
        "months": sorted(work.index),
        "published": {
            month: told.digest
            for month, told in sorted(work.index.items())
            if month not in work.pending and held.has_made(told)
        },
        "made": work.made,
        "left": sorted(work.pending),
        "pages": pages,
        "data_files": files - pages,
        **NOTHING,
        **objects.counts(),
        "uploaded": objects.objects,
        "unchanged": max(0, files - objects.objects),
        "postponed": len(work.upload.left) + len(work.left_months),
        **tally.so_far(),
        "kept": work.kept.put,
        _PRIVATE: {"put": private.put},
        "failed": work.kept.failed or bool(private.problems),
        "problems": [
            *work.upload.problems,
            *work.kept.problems,
            *private.problems,
            *(f"{month} is being scored; it stays as published" for month in sorted(work.pending)),
        ],
    }


def _frozen_target(agency: AgencyStore, run: PublishRun) -> Objects | None:
    """Where copies of frozen files go; None: nowhere, as in a simulation, which must not last."""
    if not run.settings.frozen or agency.simulation:
        return None
    return open_site(run.settings.frozen, agency.agency, run.everybody, "KIPRAH_FROZEN")
