"""Months that only a revision can change: each is made once, by itself, and not looked at again.

However many there are, one is held in memory at a time; only pages that change, because a month has
just been frozen or revised, wait for the living site. What is shown of them follows from what was
frozen: the registry of that time, the ranking, the posts without their captions.
"""

from __future__ import annotations

from functions.model import Roster, previous_month
from functions.publish.files.names import ADDED
from functions.publish.months import ProvedMonth, prove, without_captions
from functions.publish.open_data import month_items
from functions.publish.pages.paths import month_path
from functions.publish.pages.site_map import of_month
from functions.publish.site import Material
from functions.publish.targets.frozen import keep
from functions.publish.targets.upload import SiteFile, by_reach
from functions.publish.work import Work
from functions.store.agency.months import IndexedMonth, MonthRecord


def make_settled(work: Work) -> None:
    """Make every settled month that the site does not hold as it is ranked, the oldest first.

    After the deadline no further month is begun; at least one is, so that each run gets further.
    """
    todo = [told.month for told in work.index.values() if told.is_settled and _is_due(work, told)]
    for number, month in enumerate(todo):
        if work.upload.left or (number and work.run.deadline.is_over):
            work.left_months += todo[number:]
            return
        make_month(work, month)


def _is_due(work: Work, told: IndexedMonth) -> bool:
    month = told.month
    is_wanted = month in work.run.again or not work.held.has_made(told) or _has_papers(work, month)
    return is_wanted and month not in work.pending


def _has_papers(work: Work, month: str) -> bool:
    """Whether there are documents of the month, or a signature, of which its page says nothing."""
    return work.held.months[month].papers != work.papers_source(month)


def make_month(work: Work, month: str) -> None:
    """Make a settled month's files; it stays as published while it cannot be proved."""
    record = work.agency.month(month)
    proved = None if record is None else prove(work.agency, record)
    if proved is None:
        work.stays(month)
        return
    told = work.index[month] = proved.told
    held, upload = work.held, work.upload
    held.open(month)
    before = held.months.get(month)
    # What is there of the same revision stays as it was made, whatever made it.
    is_repair = (
        before is not None
        and before.whole
        and (before.revision, before.digest) == (told.revision, told.digest)
        and month not in work.run.again
    )
    data = work.data_items(proved)
    material = _material(work, proved, data)
    models = of_month(material, month)
    beside = month_items(material, month, models, held, work.data_source(told))
    if is_repair:
        own = f"{month_path(month)}index.html" if _has_papers(work, month) else ""
        models = {
            path: model
            for path, model in models.items()
            if path == own or not held.source(path, month)
        }
        beside = [item for item in beside if not held.source(item.path, month)]
    frozen = [item for item in data if item.once]
    # First what earlier versions did not freeze: a revision that lacks it is known to be theirs,
    # and not one that a run left half-way.
    added = [item for item in frozen if item.path.rpartition("/")[2] in ADDED]
    others = [item for item in frozen if item not in added]
    latest = [item for item in data if not item.once] + beside
    new: list[SiteFile] = []
    changed: list[SiteFile] = []
    for page in work.page_items(models, month):
        (new if held.get(page.path, month) is None else changed).append(page)
    upload.put([added, others, latest, *by_reach(new)])
    if changed:
        # Readers reach what is there: it may lead to a month, or a unit, that they do not see yet.
        work.deferred[month] = changed
        work.note_month(told, whole=False)
    else:
        work.close_month(told, whole=not upload.left)
    work.made.append(month)
    if work.frozen is not None and not upload.left:
        work.kept.take_in(keep(work.frozen, {item.path: item.body for item in frozen}))


def _material(work: Work, proved: ProvedMonth, data: list[SiteFile]) -> Material:
    """What the month's pages are made from: as it was known when the month was ranked."""
    agency, ranking = work.agency, proved.record.ranking
    month = ranking.month
    own = f"data/{month}/"
    # With the files that this run is about to freeze: whichever run makes the page, it is the same.
    now = {item.path.rpartition("/")[2]: len(item.body) for item in data if item.once}
    frozen = {ranking.revision: now} if now else {}
    made = {item.path.removeprefix(own): len(item.body) for item in data if not item.once}
    return work.material(
        now=ranking.as_of,
        roster=agency.roster(ranking.as_of) or Roster(as_of=ranking.as_of),
        records=_records(work, proved.record),
        ledgers={month: without_captions(proved.ledgers)},
        named={month: proved.named},
        pending=frozenset(),
        files={month: work.sizes(month) | made},
        frozen={month: work.revisions(month) | frozen},
        published={month: work.held.paths(month)},
        is_frozen=True,
    )


def _records(work: Work, record: MonthRecord) -> dict[str, MonthRecord]:
    """The month, and the one before it, with which its totals are compared."""
    month = record.ranking.month
    before = previous_month(month)
    earlier = work.agency.month(before) if before in work.index else None
    return {before: earlier, month: record} if earlier else {month: record}
