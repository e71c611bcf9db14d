"""The page of the open data: the newest month's files, all months in a table, what fields mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec
from markupsafe import Markup

from functions.model import MonthState
from functions.publish.files import feed, registry_history, series
from functions.publish.files.month_files import (
    CERTAINTY_COLUMNS,
    CONFIRMED_COLUMNS,
    FORMAT_COLUMNS,
    LOG_COLUMNS,
    POST_COLUMNS,
    RANKING_COLUMNS,
)
from functions.publish.files.names import NAMES, PACKAGE
from functions.publish.files.registry_now import PATH
from functions.publish.files.schemas import (
    SCHEMAS,
    dialog_fields,
    insight_fields,
    issue_fields,
    schema_path,
)
from functions.publish.pages.context import Context, Link, Shell
from functions.publish.pages.dataset import series_dataset
from functions.publish.pages.paths import (
    ISSUES,
    dialog_data,
    insights_data,
    month_path,
    week_data,
)
from functions.publish.text import formats, words

# What the data page lists of a month: label, meaning, and the files by what their links say.
_SETS = (
    (
        "Peringkat",
        "Semua daftar bulan ini",
        {
            "JSON": "ranking.json",
            "CSV": "ranking.csv",
            "CSV titik koma": "ranking.titik-koma.csv",
            "XLSX": "ranking.xlsx",
        },
    ),
    (
        "Unggahan",
        "Setiap unggahan dengan nilai, batas, dan dua cuplikannya",
        {
            "JSON": "unggahan.json",
            "CSV": "unggahan.csv",
            "CSV titik koma": "unggahan.titik-koma.csv",
            "XLSX": "unggahan.xlsx",
        },
    ),
    (
        "Keputusan",
        "Keputusan admin, sanggahan, dan yang diubah sebuah revisi",
        {
            "JSON": "keputusan.json",
            "CSV": "keputusan.csv",
            "CSV titik koma": "keputusan.titik-koma.csv",
            "XLSX": "keputusan.xlsx",
        },
    ),
    (
        "Bukti",
        "Semua cuplikan yang menjadi dasar peringkat, dan sidik jarinya",
        {"JSONL.GZ": "bukti.jsonl.gz", "SHA-256": "bukti.sha256"},
    ),
    (
        "Paket data",
        "Kolom, jenis, dan sidik jari ketiga tabel, untuk program (Frictionless)",
        {"JSON": PACKAGE},
    ),
)


# What the table of all months links to.
_IN_TABLE = {
    "ranking.csv": "peringkat",
    "unggahan.csv": "unggahan",
    "keputusan.csv": "keputusan",
    "bukti.jsonl.gz": "bukti",
}


class DataFile(msgspec.Struct, frozen=True):
    """A file to download."""

    name: str
    label: str
    href: str
    size: str


class DataSet(msgspec.Struct, frozen=True):
    """The same content in several formats."""

    label: str
    meaning: str
    files: tuple[DataFile, ...]


class DataMonth(msgspec.Struct, frozen=True):
    """A month's files and the digest of its evidence. ``check``: where a reader checks it."""

    anchor: str
    label: str
    state: MonthState
    state_label: str
    as_of: str
    digest: str
    check: str
    sets: tuple[DataSet, ...]


class DataLine(msgspec.Struct, frozen=True):
    """A month in the table of all: its state, and where its files lie. ``digest`` is shortened.

    ``files``: its main files by what their links say; ``page``: all its files, with each revision.
    """

    anchor: str
    label: str
    page: str
    state: MonthState
    state_label: str
    revision: int
    digest: str
    check: str
    files: tuple[Link, ...]


class Recompute(msgspec.Struct, frozen=True):
    """The command that makes a month anew from this site, and the line that it answers with."""

    command: str
    answer: str


class DataPage(msgspec.Struct, frozen=True):
    """The newest month's files, and where those of all months lie.

    ``anchor`` of the table's lines is a month, so that links to a month find it; the newest one's
    stands at its files. ``recompute`` None: no month is there.
    """

    template: ClassVar[str] = "pages/data.html"
    shell: Shell
    newest: DataMonth | None
    months: tuple[DataLine, ...]
    recompute: Recompute | None
    ranking_fields: tuple[tuple[str, str], ...]
    post_fields: tuple[tuple[str, str], ...]
    log_fields: tuple[tuple[str, str], ...]
    issue_fields: tuple[tuple[str, str], ...]
    insight_fields: tuple[tuple[str, str], ...]
    dialog_fields: tuple[tuple[str, str], ...]
    method: str
    dataset: Markup | None
    others: tuple[Link, ...]
    check: str


def data_page(context: Context) -> DataPage:
    """Every file of every month, and what its columns mean."""
    m = context.material
    months = [month for month in m.newest_first if month in m.files and month not in m.pending]
    return DataPage(
        shell=context.shell(
            "Data terbuka",
            "Semua angka di situs ini sebagai berkas JSON, CSV, dan XLSX, beserta buktinya.",
            section="data",
        ),
        newest=_data_month(context, months[0]) if months else None,
        months=tuple(_data_line(context, month) for month in months),
        recompute=_recompute(context, months) if months else None,
        ranking_fields=tuple(
            (column.name, column.meaning) for column in (*RANKING_COLUMNS, *CERTAINTY_COLUMNS)
        ),
        post_fields=tuple(
            (column.name, column.meaning) for column in (*POST_COLUMNS, *FORMAT_COLUMNS)
        ),
        log_fields=tuple(
            (column.name, column.meaning) for column in (*LOG_COLUMNS, *CONFIRMED_COLUMNS)
        ),
        issue_fields=issue_fields(),
        insight_fields=insight_fields(),
        dialog_fields=dialog_fields(),
        method=context.href("metode/"),
        dataset=series_dataset(context),
        others=tuple(_others(context)),
        check=context.href("periksa/"),
    )


def _others(context: Context) -> Iterator[Link]:
    """The files that belong to no month."""
    m = context.material
    if m.has_finals:
        yield Link("Semua bulan final dalam satu tabel (CSV)", context.href(series.PATH))
    yield Link("Satuan kerja dan akun yang terdaftar sekarang (CSV)", context.href(PATH))
    yield Link("Riwayat perubahan daftar itu (CSV)", context.href(registry_history.PATH))
    for issues in m.heard.issues:
        said = f"Isu {formats.week(issues.week)} (JSON)"
        yield Link(said, context.href(week_data(issues.week)))
    if len(m.heard.weeks) > len(m.heard.issues):
        yield Link("Isu pekan lain: ada di halaman tiap pekan", context.href(f"{ISSUES}#arsip"))
    for month in m.heard.months:
        said = f"Wawasan {formats.month(month)} (JSON)"
        yield Link(said, context.href(insights_data(month)))
    for month in m.heard.dialog_months:
        yield Link(f"Dialog {formats.month(month)} (JSON)", context.href(dialog_data(month)))
    for name, described in SCHEMAS.items():
        said = f"Skema JSON: {described.title[0].lower()}{described.title[1:]}"
        yield Link(said, context.href(schema_path(name)))
    if context.has_feed:
        yield Link("Umpan Atom: peringkat final dan revisinya", context.href(feed.PATH))


def month_sets(context: Context, month: str) -> tuple[DataSet, ...]:
    """A month's files, as far as they are known; none while it is being scored."""
    m = context.material
    return () if month not in m.files or month in m.pending else tuple(_data_sets(context, month))


def frozen_files(context: Context, month: str, revision: int) -> tuple[DataFile, ...]:
    """The files of a frozen revision, as far as the site holds them."""
    held = context.material.frozen.get(month, {}).get(revision, {})
    folder = f"data/{month}/r{revision}"
    return tuple(
        DataFile(name, name, context.href(f"{folder}/{name}"), formats.size(held[name]))
        for name in NAMES
        if name in held
    )


def _data_month(context: Context, month: str) -> DataMonth:
    m = context.material
    told = m.index[month]
    return DataMonth(
        anchor=month,
        label=formats.month(month),
        state=told.state,
        state_label=words.MONTH_STATE[told.state],
        as_of=formats.time(told.as_of, m.zone),
        digest=told.digest,
        check=context.href(f"periksa/?bulan={month}"),
        sets=tuple(_data_sets(context, month)),
    )


def _data_line(context: Context, month: str) -> DataLine:
    m = context.material
    told = m.index[month]
    return DataLine(
        anchor=month,
        label=formats.month(month),
        page=f"{context.href(month_path(month))}#dokumen",
        state=told.state,
        state_label=words.MONTH_STATE[told.state],
        revision=told.revision,
        digest=f"{told.digest[:8]}…{told.digest[-4:]}",
        check=context.href(f"periksa/?bulan={month}"),
        files=tuple(
            Link(label, context.href(f"data/{month}/{name}"))
            for name, label in _IN_TABLE.items()
            if name in m.files[month]
        ),
    )


def _recompute(context: Context, months: Sequence[str]) -> Recompute:
    """For the newest final month; while none is final, for the newest."""
    m = context.material
    final = [month for month in months if m.index[month].state == "final"]
    month = (final or months)[0]
    where = context.absolute("") or "https://ALAMAT-SITUS-INI/"
    return Recompute(
        command=f"kiprah audit {month} --from {where}",
        answer=f"{month} {m.index[month].digest} identical",
    )


def _data_sets(context: Context, month: str) -> Iterator[DataSet]:
    files = context.material.files[month]
    for label, meaning, names in _SETS:
        yield DataSet(
            label,
            meaning,
            tuple(
                DataFile(
                    name,
                    form,
                    context.href(f"data/{month}/{name}"),
                    formats.size(files[name]),
                )
                for form, name in names.items()
                if name in files
            ),
        )
    for revision in sorted(context.material.frozen.get(month, ()), reverse=True):
        yield DataSet(
            f"Revisi {revision}",
            "Salinan beku yang tidak pernah berubah",
            frozen_files(context, month, revision),
        )
