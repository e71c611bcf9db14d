"""The open files beside each month's own, by path: those that go on living, and a month's.

As with pages (pages/site_map.py), what belongs to a month is made for the last time when the month
is frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from functions.model import month_bounds
from functions.publish.files import feed, registry_history, registry_now, series, sitemap
from functions.publish.files.month_files import post_lines
from functions.publish.files.schemas import schema_files
from functions.publish.files.unit_posts import unit_post_files
from functions.publish.pages.unit_month import unit_months
from functions.publish.site import Material
from functions.publish.targets.sites import folder_of
from functions.store.agency.months import IndexedMonth, MonthRecord


def living_files(m: Material, pages: Iterable[str]) -> dict[str, bytes]:
    """The files that follow the registry, the months and the living pages.

    ``pages``: the paths of the living pages.
    """
    address = m.absolute("")
    found = {
        registry_now.PATH: registry_now.registry_csv(m.roster, m.now),
        registry_history.PATH: registry_history.history_csv(m.history),
        **schema_files(address),
    }
    if address is None:
        return found
    finals = [record for record in m.records.values() if record.ranking.state == "final"]
    if finals:
        found[feed.PATH] = feed.feed(finals, m.agency.name, m.imprint, address)
    changed = m.current.ranking.as_of if m.current else None
    made = sitemap.maps(sitemap.LIVING, pages, address, changed)
    named = [(path, changed) for path in made]
    named += [(sitemap.map_path(month), known.as_of) for month, known in m.index.items()]
    found |= made | {sitemap.INDEX: sitemap.index(named, address)}
    if not folder_of(m.agency, m.everybody):
        sites = [m.absolute("", of=agency) or "" for agency in m.everybody or (m.agency,)]
        found[sitemap.ROBOTS] = sitemap.robots(sites)
    return found


def files_of_month(m: Material, month: str, pages: Iterable[str]) -> dict[str, bytes]:
    """A month's files beside those of ``data/``: each satker's posts, and the map of its pages.

    ``pages``: the paths of the month's pages.
    """
    found: dict[str, bytes] = {}
    if month in m.ledgers:
        begin, _ = month_bounds(month, m.zone)
        satker = [unit.id for unit, _ in unit_months(m, month)]
        found |= unit_post_files(month, begin, post_lines(m.ledgers[month]), satker)
    if (address := m.absolute("")) is not None:
        found |= sitemap.maps(month, pages, address, m.records[month].ranking.as_of)
    return found


def series_files(
    m: Material, held: bytes | None, record_of: Callable[[str], MonthRecord | None]
) -> dict[str, bytes]:
    """The final months as one table, and each satker's; none before the first final month.

    To be made anew when ``series_made_of`` changes, and not before.

    Args:
        held: the table as the site holds it; None when it does not.
        record_of: reads a final month's record, where the table lacks the month.
    """
    finals = final_months(m.index)
    if not finals:
        return {}
    body = series.series(held, finals, record_of)
    return {series.PATH: body, **series.by_satker(body, [unit.id for unit in m.units])}


def series_made_of(m: Material) -> str:
    """A digest of what the tables of final months are made from; empty before the first."""
    finals = final_months(m.index)
    return series.made_of(finals, [unit.id for unit in m.units]) if finals else ""


def final_months(index: Mapping[str, IndexedMonth]) -> dict[str, IndexedMonth]:
    """The final months of an index."""
    return {month: known for month, known in index.items() if known.state == "final"}
