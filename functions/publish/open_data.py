"""The open files beside each month's own data: those that go on living, and a month's.

As with pages (pages/site_map.py), what belongs to a month is made for the last time when the month
is frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from functions.model import month_bounds
from functions.publish import sources
from functions.publish.files import (
    comparison,
    feed,
    registry_history,
    registry_now,
    series,
    sitemap,
    unit_posts,
)
from functions.publish.files.month_files import post_lines
from functions.publish.files.schemas import schema_files
from functions.publish.manifest import Held
from functions.publish.pages import units
from functions.publish.pages.unit_month import unit_months
from functions.publish.site import Material
from functions.publish.targets.port import Objects
from functions.publish.targets.sites import folder_of
from functions.publish.targets.upload import SiteFile
from functions.store.agency.months import IndexedMonth, MonthRecord

# Reads a month's record.
RecordOf = Callable[[str], MonthRecord | None]


def living_items(m: Material, pages: Iterable[str]) -> list[SiteFile]:
    """The files that follow the registry, the months and the living pages.

    ``pages``: the paths of the living pages.
    """
    address = m.absolute("")
    found = {
        registry_now.PATH: registry_now.registry_csv(m.roster, m.now),
        registry_history.PATH: registry_history.history_csv(m.history),
        **schema_files(address),
    }
    if m.current is None or m.current.ranking.month not in m.pending:
        found[comparison.PATH] = comparison.comparison_json(m)
    if units.units_pages(m) > 1:
        found[units.INDEX] = units.units_index(m)
    if address is not None:
        found |= _feed(m, address) | _maps(m, pages, address)
    return [SiteFile(path, body) for path, body in found.items()]


def month_items(
    m: Material, month: str, pages: Iterable[str], held: Held, source: str
) -> list[SiteFile]:
    """A month's files beside those of ``data/``: each satker's posts, and the map of its pages.

    Args:
        pages: the paths of the month's pages.
        held: what the site holds; the month is open there. Of a satker whose posts are as they
            were, no file is made again: workbooks take long.
        source: of what the month's data files are made.
    """
    found = _unit_posts(m, month, held) if month in m.ledgers else []
    if (address := m.absolute("")) is not None:
        maps = sitemap.maps(month, pages, address, m.records[month].ranking.as_of)
        found += [SiteFile(path, body, source, month) for path, body in maps.items()]
    return found


def _unit_posts(m: Material, month: str, held: Held) -> list[SiteFile]:
    begin, _ = month_bounds(month, m.zone)
    lines = unit_posts.by_satker(post_lines(m.ledgers[month]))
    found = []
    for unit, _ in unit_months(m, month):
        own = lines.get(unit.id, [])
        source = sources.of_posts(own)
        paths = unit_posts.unit_post_paths(unit.id, month)
        if any(held.source(path, month) != source for path in paths):
            files = unit_posts.unit_post_files(unit.id, month, begin, own)
            found += [SiteFile(path, body, source, month) for path, body in files.items()]
    return found


def series_items(m: Material, held: Held, objects: Objects, record_of: RecordOf) -> list[SiteFile]:
    """The final months as one table, and each satker's; none before the first final month.

    They are made when another month is final, a revision is there, or somebody is new; not before.
    ``objects``: the site itself.
    """
    finals = _finals(m)
    satker = [unit.id for unit in m.units]
    source = series.made_of(finals, satker)
    paths = [series.PATH, *map(series.series_path, satker)]
    if not finals or all(held.source(path) == source for path in paths):
        return []
    lost = []

    def read(month: str) -> MonthRecord | None:
        record = m.records.get(month) or record_of(month)
        if record is None:
            lost.append(month)
        return record

    before = objects.get(series.PATH) if held.get(series.PATH) else None
    body = series.series(before, finals, read)
    files = {series.PATH: body, **series.by_satker(body, satker)}
    # What lacks a month is looked at again by the next run.
    return [SiteFile(path, body, "" if lost else source) for path, body in files.items()]


def _finals(m: Material) -> dict[str, IndexedMonth]:
    return {
        month: known
        for month, known in m.index.items()
        if known.state == "final" and month not in m.pending
    }


def _feed(m: Material, address: str) -> dict[str, bytes]:
    finals = [m.records[month] for month in _finals(m) if month in m.records]
    return {feed.PATH: feed.feed(finals, m.agency.name, m.imprint, address)} if finals else {}


def _maps(m: Material, pages: Iterable[str], address: str) -> dict[str, bytes]:
    """The maps of living pages, the index of all maps, and what leads robots to it."""
    changed = m.current.ranking.as_of if m.current else None
    # The page about the measuring is put by every run, and is no part of what was made here.
    listed = {*pages, "status/index.html"}
    found = sitemap.maps(sitemap.LIVING, listed, address, changed)
    named = [(path, changed) for path in found]
    named += [(sitemap.map_path(month), known.as_of) for month, known in m.index.items()]
    found[sitemap.INDEX] = sitemap.index(named, address)
    if not folder_of(m.agency, m.everybody):
        sites = [m.absolute("", of=agency) or "" for agency in m.everybody or (m.agency,)]
        found[sitemap.ROBOTS] = sitemap.robots(sites)
    return found
