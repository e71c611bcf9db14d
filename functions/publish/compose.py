"""Every page of the site from what the store holds, as page models by path.

Pages are made from rankings and ledgers alone. A page that shows a month which is being scored
right now is left out: the reader keeps the one published before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from functions.model import PLATFORMS, Agency, Platform, month_bounds
from functions.publish import boards, charts, formats, words
from functions.publish.data import NAMES, POST_COLUMNS, RANKING_COLUMNS
from functions.publish.frame import Frame
from functions.publish.material import Material
from functions.publish.pages import (
    Chart,
    DataFile,
    DataMonth,
    DataPage,
    DataSet,
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
from functions.publish.units import unit_page, units_page
from functions.store.agency import MonthRecord

# What the data page lists of a month: label, meaning, and the files by what their links say.
_SETS = (
    (
        "Peringkat",
        "Semua daftar bulan ini",
        {"JSON": "ranking.json", "CSV": "ranking.csv", "XLSX": "ranking.xlsx"},
    ),
    (
        "Unggahan",
        "Setiap unggahan dengan nilai, batas, dan dua cuplikannya",
        {"JSON": "unggahan.json", "CSV": "unggahan.csv", "XLSX": "unggahan.xlsx"},
    ),
    (
        "Bukti",
        "Semua cuplikan yang menjadi dasar peringkat, dan sidik jarinya",
        {"JSONL.GZ": "bukti.jsonl.gz", "SHA-256": "bukti.sha256"},
    ),
)


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
    yield _at(m, "data/", _data)
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
        head=boards.head(record, m.zone, frame.href),
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
            "gabungan, tiap platform, dan tiap jenis satuan kerja.",
            section="archive",
        ),
        head=boards.head(record, m.zone, frame.href),
        facts=boards.facts(record.ranking, _accounts(m, record)),
        boards=boards.both(record.ranking, frame.href),
        platforms=platforms,
        kinds=kinds,
        earlier=_month_link(frame, known[at - 1]) if at else None,
        later=_month_link(frame, known[at + 1]) if at + 1 < len(known) else None,
        data=frame.href(f"data/#{month}"),
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
                head=boards.head(record, m.zone, frame.href),
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
        head=boards.head(record, m.zone, frame.href) if record else None,
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
    return MethodPage(
        shell=frame.shell(
            "Metode",
            "Apa yang diukur, bagaimana peringkat terjadi, dan cara memeriksanya sendiri.",
            section="method",
        ),
        zone=formats.clock(frame.material.now, frame.material.zone).split()[-1],
        data=frame.href("data/"),
        platforms=tuple(
            (p, words.PLATFORM[p], words.COUNTED[p], words.BESIDE[p]) for p in PLATFORMS
        ),
    )


def _data(frame: Frame) -> Page:
    m = frame.material
    return DataPage(
        shell=frame.shell(
            "Data terbuka",
            "Semua angka di situs ini sebagai berkas JSON, CSV, dan XLSX, beserta buktinya.",
            section="data",
        ),
        months=tuple(
            _data_month(frame, month)
            for month in m.newest_first
            if month in m.files and month not in m.pending
        ),
        ranking_fields=tuple((column.name, column.meaning) for column in RANKING_COLUMNS),
        post_fields=tuple((column.name, column.meaning) for column in POST_COLUMNS),
        method=frame.href("metode/"),
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
    return sum(
        a.valid_from < end and (a.valid_to is None or a.valid_to > begin) for a in m.roster.accounts
    )


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


def _data_month(frame: Frame, month: str) -> DataMonth:
    m = frame.material
    record = m.records[month]
    ranking = record.ranking
    return DataMonth(
        anchor=month,
        label=formats.month(month),
        state=ranking.state,
        state_label=words.MONTH_STATE[ranking.state],
        as_of=formats.time(ranking.as_of, m.zone),
        digest=record.digest,
        sets=tuple(_data_sets(frame, record)),
    )


def _data_sets(frame: Frame, record: MonthRecord) -> Iterator[DataSet]:
    ranking = record.ranking
    files = frame.material.files[ranking.month]
    for label, meaning, names in _SETS:
        yield DataSet(
            label,
            meaning,
            tuple(
                DataFile(
                    name,
                    form,
                    frame.href(f"data/{ranking.month}/{name}"),
                    formats.size(files[name].size),
                )
                for form, name in names.items()
                if name in files
            ),
        )
    if ranking.state == "final":
        place = f"data/{ranking.month}/r{ranking.revision}"
        yield DataSet(
            f"Revisi {ranking.revision}",
            "Salinan beku yang tidak pernah berubah",
            tuple(
                DataFile(name, name, frame.href(f"{place}/{name}"), formats.size(files[name].size))
                for name in NAMES
                if name in files
            ),
        )
