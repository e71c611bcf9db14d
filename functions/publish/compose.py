"""Every page of the site from what the store holds, as page models by path.

Pages are made from rankings and ledgers alone. A page that shows a month which is being scored
right now is left out: the reader keeps the one published before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from msgspec.structs import replace

from functions.model import PLATFORMS, Agency, Platform, month_bounds
from functions.publish import boards, charts, formats, words
from functions.publish.downloads import data_page
from functions.publish.flagged import flagged_units
from functions.publish.frame import Frame
from functions.publish.heads import head
from functions.publish.logbook import log_entries
from functions.publish.material import Material
from functions.publish.pages import (
    Chart,
    EmptyPage,
    HomePage,
    Link,
    MethodPage,
    MonthPage,
    NotFoundPage,
    Page,
    PlatformPage,
    YearMonth,
    YearPage,
)
from functions.publish.revisions import revision_of
from functions.publish.units import unit_page, units_page
from functions.store.agency import MonthRecord
from functions.store.evidence import Rules


def pages(material: Material) -> dict[str, Page]:
    """Every page by its path in the site (``satker/setjen/index.html``)."""
    return dict(_pages(material))


def _pages(m: Material) -> Iterator[tuple[str, Page]]:
    ready = [month for month in m.records if month not in m.pending]
    if m.current is None or m.current.ranking.month in ready:
        yield _at(m, "", _home)
        for platform in PLATFORMS:
            yield _at(m, f"platform/{platform}/", partial(_platform, platform=platform))
    if m.pending.isdisjoint(m.recent):
        yield _at(m, "satker/", units_page)
        for satker in m.units:
            yield _at(m, boards.satker_path(satker.id), partial(unit_page, satker=satker))
    for month in ready:
        yield _at(m, boards.month_path(month), partial(_month, month=month))
    for year in sorted({month[:4] for month in m.records}):
        yield _at(m, f"{year}/", partial(_year, year=year))
    yield _at(m, "metode/", _method)
    yield _at(m, "data/", data_page)
    yield "404.html", _not_found(Frame(m, "404.html"))


def _at(m: Material, path: str, make: Callable[[Frame], Page]) -> tuple[str, Page]:
    return f"{path}index.html", make(Frame(m, path))


def _home(frame: Frame) -> Page:
    m = frame.material
    record = m.current
    if record is None:
        return EmptyPage(
            shell=frame.shell("Kiprah", _about(m.agency), section="home"),
            method=frame.href("metode/"),
            units=frame.href("satker/"),
        )
    ranking = record.ranking
    platforms, kinds = boards.scopes(ranking, frame.href)
    month_page = frame.href(boards.month_path(ranking.month))
    return HomePage(
        shell=frame.shell(
            f"Kiprah {formats.month(ranking.month)}", _about(m.agency), section="home"
        ),
        head=head(record, m.zone, frame.href),
        facts=boards.facts(ranking, _accounts(m, record)),
        boards=boards.both(ranking, frame.href),
        chart=_days(m, record),
        platforms=platforms,
        kinds=tuple(replace(kind, href=f"{month_page}#{kind.anchor}") for kind in kinds),
        months=_months(m, frame),
        method=frame.href("metode/"),
        data=frame.href(f"data/#{ranking.month}"),
        units=frame.href("satker/"),
    )


def _month(frame: Frame, month: str) -> Page:
    m = frame.material
    record = m.records[month]
    known = list(m.records)
    at = known.index(month)
    platforms, kinds = boards.scopes(record.ranking, frame.href)
    label = formats.month(month)
    return MonthPage(
        shell=frame.shell(
            f"Peringkat {label}",
            f"Akun Terpopuler dan Akun Teraktif {m.agency.name}, {label}: "
            "gabungan, tiap platform, tiap jenis satuan kerja, dan menurut banyaknya pengikut.",
            section="archive",
        ),
        head=head(record, m.zone, frame.href),
        facts=boards.facts(record.ranking, _accounts(m, record)),
        boards=boards.both(record.ranking, frame.href),
        platforms=platforms,
        kinds=kinds,
        bands=boards.band_scopes(record.ranking, frame.href),
        revision=revision_of(frame, record),
        flagged=flagged_units(frame, record.ranking),
        log=log_entries(m, record),
        earlier=_month_link(frame, known[at - 1]) if at else None,
        later=_month_link(frame, known[at + 1]) if at + 1 < len(known) else None,
        data=frame.href(f"data/#{month}"),
        method=frame.href("metode/"),
    )


def _year(frame: Frame, year: str) -> Page:
    m = frame.material
    months = []
    for month in (month for month in m.newest_first if month[:4] == year):
        record = m.records[month]
        popular, active = boards.both(record.ranking, frame.href)
        whole = boards.scope("", (popular, active), "", None)
        months.append(
            YearMonth(
                head=head(record, m.zone, frame.href),
                posts=whole.posts,
                i24=whole.i24,
                popular=popular.podium,
                active=active.podium,
            )
        )
    return YearPage(
        shell=frame.shell(
            f"Arsip {year}",
            f"Peringkat bulanan media sosial {m.agency.name} sepanjang {year}.",
            section="archive",
        ),
        year=year,
        months=tuple(months),
        years=tuple(
            Link(other, frame.href(f"{other}/"), current=other == year)
            for other in sorted({month[:4] for month in m.records}, reverse=True)
        ),
    )


def _platform(frame: Frame, platform: Platform) -> Page:
    m = frame.material
    record = m.current
    label = words.PLATFORM[platform]
    scope = None
    if record and any(ranked.platform == platform for ranked in record.ranking.lists):
        pair = boards.both(record.ranking, frame.href, platform=platform)
        scope = boards.scope(label, pair, frame.href(f"platform/{platform}/"), platform)
    return PlatformPage(
        shell=frame.shell(
            label, f"Akun Terpopuler dan Akun Teraktif {m.agency.name} di {label}.", section=""
        ),
        platform=platform,
        label=label,
        counted=words.COUNTED[platform],
        beside=words.BESIDE[platform],
        head=head(record, m.zone, frame.href) if record else None,
        scope=scope,
        accounts=sum(a.platform == platform and a.holds(m.now) for a in m.roster.accounts),
        others=tuple(
            Link(words.PLATFORM[p], frame.href(f"platform/{p}/"), current=p == platform)
            for p in PLATFORMS
        ),
        months=tuple(
            Link(
                formats.month(month),
                frame.href(f"{boards.month_path(month)}#{platform}"),
            )
            for month in m.newest_first
            if any(ranked.platform == platform for ranked in m.records[month].ranking.lists)
        ),
        method=frame.href("metode/#interaksi"),
    )


def _method(frame: Frame) -> Page:
    m = frame.material
    newest = m.records[m.newest_first[0]] if m.records else None
    rules = (newest and newest.rules) or Rules()
    return MethodPage(
        shell=frame.shell(
            "Metode",
            "Apa yang diukur, bagaimana peringkat terjadi, dan cara memeriksanya sendiri.",
            section="method",
        ),
        zone=formats.clock(m.now, m.zone).split()[-1],
        data=frame.href("data/"),
        platforms=tuple(
            (p, words.PLATFORM[p], words.COUNTED[p], words.BESIDE[p]) for p in PLATFORMS
        ),
        duplicate_percent=rules.duplicate_percent,
        objection_days=rules.objection_days,
        sums_threads=rules.x_threads == "sum",
        bands=tuple(
            words.band(least, below)
            for least, below in zip(
                (None, *rules.band_edges), (*rules.band_edges, None), strict=True
            )
        ),
        band_least=rules.band_least,
        band_fewest=rules.band_fewest,
        library=rules.library,
        formula=newest.ranking.formula if newest else "",
    )


def _not_found(frame: Frame) -> Page:
    return NotFoundPage(
        shell=frame.shell("Halaman tidak ditemukan", "Halaman ini tidak ada."),
        units=frame.href("satker/"),
    )


def _about(agency: Agency) -> str:
    return (
        f"Peringkat bulanan media sosial satuan kerja {agency.name}: siapa paling aktif, siapa "
        "paling banyak ditanggapi dalam 24 jam, dengan bukti yang dapat dihitung ulang."
    )


def _accounts(m: Material, record: MonthRecord) -> int:
    """Accounts that were registered at some time of the month."""
    begin, end = month_bounds(record.ranking.month, m.zone)
    return sum(account.overlaps(begin, end) for account in m.roster.accounts)


def _months(m: Material, frame: Frame) -> tuple[Link, ...]:
    return tuple(_month_link(frame, month) for month in m.newest_first)


def _month_link(frame: Frame, month: str) -> Link:
    return Link(formats.month(month), frame.href(boards.month_path(month)))


def _days(m: Material, record: MonthRecord) -> Chart | None:
    """Counted posts per day of the month so far."""
    month = record.ranking.month
    if month not in m.ledgers:
        return None
    begin, end = month_bounds(month, m.zone)
    first, last = begin.astimezone(m.zone), (end - timedelta(seconds=1)).astimezone(m.zone)
    # At midnight exactly, the day that begins has nothing to show yet.
    seen = min(last, (record.ranking.as_of - timedelta(seconds=1)).astimezone(m.zone)).day
    counts = [0] * seen
    for entries in m.entries[month].values():
        for entry in entries:
            day = entry.post.published_at.astimezone(m.zone).day
            if entry.verdict and entry.verdict.counted and day <= seen:
                counts[day - 1] += 1
    if not any(counts):
        return None
    name = formats.month_name(month)
    most = max(counts)
    caption = (
        f"Unggahan per hari, 1–{seen} {name}: paling banyak {formats.number(most)} "
        f"pada {counts.index(most) + 1} {name}"
    )
    values = [
        (f"{day} {name}: {formats.number(count)} unggahan", count)
        for day, count in enumerate(counts, 1)
    ]
    return Chart(
        svg=charts.days(values, last.day, caption),
        caption=caption,
        first=f"{first.day} {formats.month_short(month)}",
        last=f"{last.day} {formats.month_short(month)}",
    )
