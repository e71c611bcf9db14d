"""Months that only a revision can change: each is made once, by itself, and not looked at again.

However many there are, one is held in memory at a time. What is shown of them follows from what was
frozen: the registry of that time, the ranking, the posts without their captions.
"""

from __future__ import annotations

from functions.model import Roster, previous_month
from functions.publish.months import ProvedMonth, prove, without_captions
from functions.publish.open_data import month_items
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
    is_wanted = told.month in work.run.again or not work.held.has_made(told)
    return is_wanted and told.month not in work.pending


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
        and (before.revision, before.digest) == (told.revision, told.digest)
        and month not in work.run.again
    )
    data = work.data_items(proved)
    material = _material(work, proved, data)
    models = of_month(material, month)
    beside = month_items(material, month, models, held, work.data_source(told))
    if is_repair:
        models = {path: model for path, model in models.items() if not held.source(path, month)}
        beside = [item for item in beside if not held.source(item.path, month)]
    frozen = [item for item in data if item.once]
    latest = [item for item in data if not item.once] + beside
    upload.put([frozen, latest, *by_reach(work.page_items(models, month))])
    work.close_month(told)
    work.made.append(month)
    if work.frozen is not None and not upload.left:
        work.kept.take_in(keep(work.frozen, {item.path: item.body for item in frozen}))


def _material(work: Work, proved: ProvedMonth, data: list[SiteFile]) -> Material:
    """What the month's pages are made from: as it was known when the month was ranked."""
    agency, ranking = work.agency, proved.record.ranking
    month = ranking.month
    own = f"data/{month}/"
    return work.material(
        now=ranking.as_of,
        roster=agency.roster(ranking.as_of) or Roster(as_of=ranking.as_of),
        records=_records(work, proved.record),
        ledgers={month: without_captions(proved.ledgers)},
        named={month: proved.named},
        pending=frozenset(),
        files={month: {i.path.removeprefix(own): len(i.body) for i in data if not i.once}},
        frozen={month: work.revisions(month)},
        published={month: work.held.paths(month)},
        is_frozen=True,
    )


def _records(work: Work, record: MonthRecord) -> dict[str, MonthRecord]:
    """The month, and the one before it, with which its totals are compared."""
    month = record.ranking.month
    before = previous_month(month)
    earlier = work.agency.month(before) if before in work.index else None
    return {before: earlier, month: record} if earlier else {month: record}
