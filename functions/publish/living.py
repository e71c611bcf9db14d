"""The site as it goes on living: the months that still change, and what follows the running one.

It is made from the latest months alone, so that it costs the same however many lie behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from functions.model import previous_month
from functions.publish.files.names import NAMES
from functions.publish.heard import Heard, read_heard
from functions.publish.measured import measured_of
from functions.publish.months import ProvedMonth, prove
from functions.publish.open_data import living_items, month_items, series_items
from functions.publish.pages.context import Page
from functions.publish.pages.site_map import living, of_month, of_year
from functions.publish.site import Material, current_month
from functions.publish.targets.upload import SiteFile, by_reach
from functions.publish.weeks import across_pages, listening_data, published, week_pages
from functions.publish.work import Work
from functions.registry.history import history
from functions.store.agency.months import MonthRecord, indexed
from functions.store.ledgers import Ledger

LATEST = 13  # months: a year, and the month that it is compared with


class Latest(NamedTuple):
    """The latest months and those that still change, the oldest first; and those of them, proved.

    ``proved``: months whose evidence gives their digest. All others that change stay as published.
    """

    records: dict[str, MonthRecord]
    proved: dict[str, ProvedMonth]


def read_latest(work: Work) -> Latest:
    """Read the months that the living site is made from; what was ranked later than now stays."""
    latest = [*work.index][-LATEST:]
    records = dict(work.agency.months_since(latest[0])) if latest else {}
    for month, told in work.index.items():
        if not told.is_settled and month not in records and (record := work.agency.month(month)):
            records[month] = record
    for month, record in records.items():
        if record.ranking.as_of > work.run.now:
            work.stays(month)
    proved = _proved(work, records)
    return Latest(
        {month: records[month] for month in sorted(records) if month in work.index}, proved
    )


def _proved(work: Work, records: Mapping[str, MonthRecord]) -> dict[str, ProvedMonth]:
    """The months that still change, as far as they can be proved; all others stay."""
    found = {}
    for month, told in [*work.index.items()]:
        if told.is_settled or month in work.pending:
            continue
        record = records.get(month)
        if record is not None and indexed(record).is_settled:  # since the index was read
            work.index[month] = indexed(record)
        elif record is not None and (proved := prove(work.agency, record)) is not None:
            work.index[month] = proved.told
            work.held.open(month)
            found[month] = proved
        else:
            work.stays(month)
    return found


def make_living(work: Work, latest: Latest, left: str) -> None:
    """Make what goes on living. ``left``: the first path that the run before left."""
    records, proved = latest
    data = [item for each in proved.values() for item in _data(work, each)]
    heard = read_heard(work.agency, work.listening, work.wanted)
    weeks, spoken = week_pages(work, heard), listening_data(work)
    heard = published(work, heard, [*weeks, *spoken])
    material = _material(work, records, _ledgers(work, latest), proved, data, heard)
    work.measured = measured_of(material)
    models = living(material) | _years(work, material)
    beside = [*weeks, *across_pages(work)]
    items = work.page_items(models) + beside
    for month, each in proved.items():
        pages = of_month(material, month)
        items += work.page_items(pages, month)
        data += month_items(material, month, pages, work.held, work.data_source(each.told))
    plain = [SiteFile(path, body) for path, body in work.assets[1].items()]
    plain += living_items(material, {*models, *work.held.files(), *(page.path for page in beside)})
    plain += series_items(material, work.held, work.objects, work.agency.month)
    items += [page for pages in work.deferred.values() for page in pages]
    work.upload.put([plain + spoken + data, *by_reach(items)], left)
    for each in proved.values():
        work.close_month(each.told, whole=not work.upload.left)


def _ledgers(work: Work, latest: Latest) -> dict[str, Mapping[str, Ledger]]:
    """The posts of the months that still change, and of those that units' pages show."""
    records, proved = latest
    found = {month: each.ledgers for month, each in proved.items()}
    current = current_month(records, work.run.now, work.agency.zone)
    for month in (current, previous_month(current)) if current else ():
        if month in records and month not in found and month not in work.pending:
            found[month] = work.agency.ledgers(month)
    return found


def _data(work: Work, month: ProvedMonth) -> list[SiteFile]:
    """A month's data files, if they are not there as they are to be; making them takes long."""
    told = month.told
    source = work.data_source(told)
    held = work.held.files(told.month)
    are_there = sum(
        path.startswith(f"data/{told.month}/") and path.count("/") == 2 and made.source == source
        for path, made in held.items()
    )
    return [] if are_there == len(NAMES) else work.data_items(month)


def _material(
    work: Work,
    records: Mapping[str, MonthRecord],
    ledgers: Mapping[str, Mapping[str, Ledger]],
    proved: Mapping[str, ProvedMonth],
    data: list[SiteFile],
    heard: Heard,
) -> Material:
    sizes = {month: work.sizes(month) for month in work.index}
    for month in proved:
        held = work.held.files(month)
        sizes[month] |= {
            name: made.size for name in NAMES if (made := held.get(f"data/{month}/{name}"))
        }
    for item in data:
        sizes[item.month][item.path.rpartition("/")[2]] = len(item.body)
    return work.material(
        now=work.run.now,
        roster=work.roster,
        records=records,
        ledgers=ledgers,
        named={month: each.named for month, each in proved.items()},
        pending=frozenset(work.pending),
        files={month: files for month, files in sizes.items() if files},
        frozen={month: work.revisions(month) for month in work.index},
        published={month: work.held.paths(month) for month in proved},
        incomplete=work.incomplete,
        history=history(work.agency, work.run.now),
        heard=heard,
    )


def _years(work: Work, material: Material) -> dict[str, Page]:
    """The pages of years that lie further back, of which this run has made a month."""
    found: dict[str, Page] = {}
    for year in sorted({month[:4] for month in work.made}):
        months = material.months_of(year)
        if not material.records.keys() >= {*months}:
            records = {month: work.agency.month(month) for month in reversed(months)}
            known = {month: record for month, record in records.items() if record is not None}
            if known.keys() == records.keys():
                found |= of_year(replace(material, records=known), year)
    return found
