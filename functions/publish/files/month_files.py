"""A month's open data files; every number on a page can be downloaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import get_args

import msgspec
from msgspec import UNSET, UnsetType

from functions.model import (
    COUNTERS,
    FORMATS,
    PLATFORMS,
    Agency,
    Change,
    Entry,
    FlagCode,
    MovementKind,
    Platform,
    PostFormat,
    Ranking,
    RankingName,
    Reason,
    Sample,
    State,
    iso,
)
from functions.publish.files.data_package import PackagedTable, data_package
from functions.publish.files.names import PACKAGE
from functions.publish.files.tables import (
    COMMA,
    SEMICOLON,
    Cell,
    Column,
    Kind,
    write_csv,
    write_xlsx,
)
from functions.publish.imprint import Imprint
from functions.publish.text import flags
from functions.registry.addresses.public import public_address
from functions.store import evidence as ev
from functions.store import rankings
from functions.store.agency.months import MonthRecord
from functions.store.ledgers import Ledger
from functions.thresholds import THIN_PERCENT, USUAL_FEWEST

RANKING_COLUMNS = (
    Column(
        "ranking",
        "most_active (Akun Teraktif) atau most_popular (Akun Terpopuler)",
        14,
        values=get_args(RankingName),
    ),
    Column(
        "platform",
        "Platform yang diperingkat; kosong pada peringkat resmi gabungan",
        11,
        values=PLATFORMS,
    ),
    Column("kind", "Jenis satuan kerja yang diperingkat; kosong bila semua jenis", 12),
    Column("band", "Kelompok pengikut; kosong bila semua", 7, kind="integer"),
    Column("rank", "Peringkat; kosong bila tidak diperingkat", 7, kind="integer"),
    Column("satker", "Kode satuan kerja", 20),
    Column("name", "Nama satuan kerja", 28),
    Column("posts", "Unggahan yang dihitung", 9, kind="integer"),
    Column("measured", "Unggahan yang Interaksi 24 Jam-nya terukur", 10, kind="integer"),
    Column(
        "i24", "Jumlah Interaksi 24 Jam; kosong bila tidak ada yang terukur", 10, kind="integer"
    ),
    Column("engagement_rate", "Tingkat keterlibatan: median per 1.000 pengikut", 16, kind="number"),
    Column(
        "movement_kind",
        "Dibanding bulan final sebelumnya: up naik, down turun, same tetap, new baru, "
        "back kembali, none tanpa pembanding",
        14,
        values=get_args(MovementKind),
    ),
    Column("movement", "Banyaknya tempat naik atau turun", 10, kind="integer"),
    Column(
        "thin", f"Ada akun yang unggahannya terukur kurang dari {THIN_PERCENT} %", 8, kind="boolean"
    ),
    Column("flags", "Penanda, dipisahkan spasi", 12),
)
# Behind the others, in months ranked since formula 2 alone: the bytes of others never change.
CERTAINTY_COLUMNS = (
    Column(
        "rank_best",
        "Peringkat terbaik yang mungkin menurut batas semua nilai; kosong bila tidak diperingkat",
        9,
        kind="integer",
    ),
    Column(
        "rank_worst",
        "Peringkat terendah yang mungkin menurut batas semua nilai; kosong bila tidak diperingkat",
        10,
        kind="integer",
    ),
    Column(
        "largest_share",
        "Bagian unggahan terbesar dari jumlah Interaksi 24 Jam, dalam persen; kosong bila "
        "jumlahnya nol atau tidak diketahui",
        13,
        kind="number",
    ),
)

_COUNTS: tuple[tuple[str, str, int, Kind], ...] = (
    ("taken_at", "Waktu baca (UTC)", 21, "datetime"),
    ("likes", "Suka atau reaksi", 12, "integer"),
    ("comments", "Komentar atau balasan", 15, "integer"),
    ("shares", "Bagikan, repost, dan kutipan", 13, "integer"),
    ("views", "Tayangan (tidak ikut dihitung)", 12, "integer"),
)
POST_COLUMNS = (
    Column("platform", "Platform", 11, values=PLATFORMS),
    Column("post_id", "Kode unggahan pada platform", 24, is_id=True),
    Column("account", "Akun: platform dan kode tetapnya, misalnya x:123", 26),
    Column("satker", "Satuan kerja pemegang akun saat diunggah; kosong bila tidak ada", 20),
    Column("url", "Alamat unggahan", 44),
    Column("published_at", "Waktu unggah (UTC)", 21, kind="datetime"),
    Column("counted", "Dihitung dalam Akun Teraktif", 9, kind="boolean"),
    Column("reason", "Alasan dihitung atau tidak", 22, values=get_args(Reason)),
    Column(
        "state",
        "running berjalan, observed teramati, interpolated interpolasi, estimated perkiraan, "
        "unmeasured tidak terukur, removed dihapus",
        13,
        values=get_args(State),
    ),
    Column("i24", "Interaksi 24 Jam; kosong bila tidak terukur (bukan nol)", 9, kind="integer"),
    Column("lower", "Batas bawah; kosong bila tidak diketahui", 9, kind="integer"),
    Column("upper", "Batas atas; kosong bila tidak diketahui", 9, kind="integer"),
    Column("partial", "Sebagian angka tidak diberikan platform", 9, kind="boolean"),
    Column("shared", "Unggahan kolaborasi yang dihitung untuk beberapa akun", 9, kind="boolean"),
    *(
        Column(f"{side}_{name}", f"{meaning} pada cuplikan {where} tanda 24 jam", width, kind=kind)
        for side, where in (("before", "sebelum"), ("after", "sesudah"))
        for name, meaning, width, kind in _COUNTS
    ),
    Column(
        "parts",
        "Lanjutan utas yang interaksinya ikut dijumlahkan; kosong bila tidak ada",
        7,
        kind="integer",
    ),
    Column(
        "over_usual",
        f"Kelipatan dari yang biasa pada akunnya; kosong di bawah {USUAL_FEWEST} unggahan terukur "
        "sebelumnya, dan bila yang biasa terlalu sedikit",
        11,
        kind="number",
    ),
    Column("flags", "Penanda, dipisahkan spasi; angkanya ada di ranking.json", 12),
    Column(
        "duplicate_of",
        "Kode unggahan sebelumnya yang hampir sama; kosong bila tidak ada",
        24,
        is_id=True,
    ),
    Column("duplicate_percent", "Kemiripan dengan unggahan itu, dalam persen", 9, kind="integer"),
    Column("decided", "Nilainya ditetapkan dengan keputusan admin", 9, kind="boolean"),
    Column("decisions", "Kode keputusan admin yang berlaku, dipisahkan spasi", 20),
)
# Behind the others, in months with a post whose format is known: the bytes of others never change.
FORMAT_COLUMNS = (
    Column(
        "format",
        "photo foto, album beberapa foto, video, short video pendek atau reel, live siaran "
        "langsung atau tayangan perdana, text teks saja, link tautan; kosong bila platform tidak "
        "memberi tahu",
        9,
        values=FORMATS,
    ),
)


# No account has two posts of the same code.
_POST_KEY = ("account", "post_id")

LOG_COLUMNS = (
    Column(
        "type",
        "decision keputusan admin, objection sanggahan",
        10,
        values=("decision", "objection"),
    ),
    Column("id", "Kode keputusan atau sanggahan", 20, is_id=True),
    Column("at", "Waktu dibuat (UTC)", 21, kind="datetime"),
    Column("by", "Nama yang memutuskan atau menyanggah", 20),
    Column("why", "Alasan", 44),
    Column("link", "Tautan yang disertakan; kosong bila tidak ada", 30),
    Column(
        "platform",
        "Platform unggahannya; kosong bila bukan tentang satu unggahan",
        11,
        values=PLATFORMS,
    ),
    Column("post_id", "Kode unggahan pada platform", 24, is_id=True),
    Column("account_id", "Kode akunnya; kosong bila berlaku untuk setiap akun", 20, is_id=True),
    Column("satker", "Satuan kerja penerima unggahan, atau yang menyanggah", 20),
    Column(
        "action",
        "exclude dikeluarkan, include dimasukkan, reassign dipindahkan ke satuan kerja lain, "
        "set_value nilainya ditetapkan; kosong pada sanggahan",
        10,
        values=get_args(ev.Action),
    ),
    Column("value", "Interaksi 24 Jam yang ditetapkan", 9, kind="integer"),
    Column("objection", "Kode sanggahan yang dijawab keputusan ini", 20, is_id=True),
    Column("accepted", "Sanggahan dikabulkan; kosong bila belum diputuskan", 9, kind="boolean"),
    Column("answer", "Jawaban atas sanggahan", 44),
    Column("answered_by", "Nama yang menjawab", 20),
    Column("answered_at", "Waktu dijawab (UTC)", 21, kind="datetime"),
)
# Behind the others, in months with a confirmed decision alone: the bytes of others never change.
CONFIRMED_COLUMNS = (
    Column("confirmed_by", "Orang kedua yang menyetujui keputusan", 20),
    Column("confirmed_at", "Waktu disetujui (UTC)", 21, kind="datetime"),
)


class PostLine(msgspec.Struct, frozen=True, kw_only=True):
    """A post as ``unggahan.json`` tells it.

    ``format`` is unset, and not in the files, in months of which no post's format is known.
    """

    platform: Platform
    post_id: str
    account: str
    satker: str | None
    url: str
    published_at: datetime
    counted: bool
    reason: Reason
    state: State
    i24: int | None
    lower: int | None
    upper: int | None
    partial: bool
    shared: bool
    before: Sample | None
    after: Sample | None
    parts: int | None = None
    over_usual: float | None = None
    flags: tuple[FlagCode, ...] = ()
    duplicate_of: str | None = None
    duplicate_percent: int | None = None
    decided: bool = False
    decisions: tuple[str, ...] = ()
    format: PostFormat | UnsetType | None = UNSET


class PostFile(msgspec.Struct, frozen=True, kw_only=True):
    """``unggahan.json``: every scored post of a month, counted or not."""

    month: str
    as_of: datetime
    posts: tuple[PostLine, ...]


class NamedPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post that the log or a flag names; it keeps the post's address without the ledgers."""

    platform: Platform
    post_id: str
    account: str
    url: str
    published_at: datetime


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """``keputusan.json``: a month's public log, and what its revision changed.

    ``reason``: why the revision was made; None in the first. ``changes``: the lines of the ranking
    that differ from the revision before, each with rank, posts and I24 before and after. ``posts``:
    the posts that decisions, objections and flags name.
    """

    month: str
    revision: int
    reason: str | None
    decisions: tuple[ev.Decision, ...]
    objections: tuple[ev.Objection, ...]
    changes: tuple[Change, ...]
    posts: tuple[NamedPost, ...]


def month_files(
    record: MonthRecord,
    ledgers: Mapping[str, Ledger],
    evidence: bytes,
    agency: Agency,
    imprint: Imprint,
) -> dict[str, bytes]:
    """The month's files by name. ``evidence`` is the uncompressed evidence of ``record``."""
    ranking = record.ranking
    posts = PostFile(month=ranking.month, as_of=ranking.as_of, posts=tuple(post_lines(ledgers)))
    columns, of_posts = _ranking_columns(ranking), post_columns(posts.posts)
    log_columns = _log_columns(record)
    found = {
        "ranking.json": rankings.encode(ranking),
        **_tables("ranking", columns, _ranking_rows(ranking, columns), ranking.as_of),
        "unggahan.json": msgspec.json.encode(posts) + b"\n",
        **_tables("unggahan", of_posts, post_rows(posts.posts, of_posts), ranking.as_of),
        "keputusan.json": msgspec.json.encode(_log(record, ledgers)) + b"\n",
        **_tables("keputusan", log_columns, _log_rows(record, log_columns), ranking.as_of),
        "bukti.jsonl.gz": ev.compress(evidence),
        # As sha256sum writes it, so that `sha256sum -c` checks it.
        "bukti.sha256": f"{record.digest}  bukti.jsonl\n".encode(),
    }
    described = [
        PackagedTable("ranking", "Semua daftar peringkat bulan ini", columns, ()),
        PackagedTable("unggahan", "Setiap unggahan, dihitung atau tidak", of_posts, _POST_KEY),
        PackagedTable("keputusan", "Keputusan admin dan sanggahan", log_columns, ()),
    ]
    found[PACKAGE] = data_package(ranking, record.digest, agency, imprint, described, found)
    return found


def _tables(
    name: str, columns: Sequence[Column], rows: Iterable[list[Cell]], created: datetime
) -> dict[str, bytes]:
    """A table in each of its forms."""
    cells = list(rows)
    return {
        f"{name}.csv": write_csv(columns, cells, COMMA),
        f"{name}.titik-koma.csv": write_csv(columns, cells, SEMICOLON),
        f"{name}.xlsx": write_xlsx(name, columns, cells, created=created),
    }


def post_lines(ledgers: Mapping[str, Ledger]) -> Iterator[PostLine]:
    """Every scored post by time, then account, then id."""
    entries = sort_entries(ledgers)
    has_formats = any(entry.post.format for entry in entries if entry.verdict)
    for entry in entries:
        post, verdict = entry.post, entry.verdict
        if verdict is not None:
            measured = verdict.measurement
            yield PostLine(
                platform=post.platform,
                post_id=post.post_id,
                account=post.account,
                satker=verdict.satker,
                url=public_address(post.platform, post.post_id, post.url),
                published_at=post.published_at,
                counted=verdict.counted,
                reason=verdict.reason,
                state=measured.state,
                i24=measured.i24,
                lower=measured.lower,
                upper=measured.upper,
                partial=measured.partial,
                shared=verdict.shared,
                before=measured.before,
                after=measured.after,
                parts=len(post.parts) or None,
                over_usual=None if verdict.over_usual is None else verdict.over_usual / 10,
                flags=verdict.flags,
                duplicate_of=verdict.duplicate_of,
                duplicate_percent=verdict.duplicate_percent,
                decided=measured.decided,
                decisions=verdict.decisions,
                format=post.format if has_formats else UNSET,
            )


def sort_entries(ledgers: Mapping[str, Ledger]) -> list[Entry]:
    """The entries of all ledgers in the order in which posts are told everywhere."""
    entries = (entry for ledger in ledgers.values() for entry in ledger.entries.values())
    return sorted(entries, key=lambda e: (e.post.published_at, e.post.account, e.post.post_id))


def named_posts(record: MonthRecord, ledgers: Mapping[str, Ledger]) -> tuple[NamedPost, ...]:
    """The posts that the month's log and flags name, in the order of posts everywhere."""
    about: list[ev.Decision | ev.Objection] = [*record.decisions, *record.objections]
    wanted = {(str(each.platform), each.post_id) for each in about}
    wanted |= {(f.account, post_id) for f in record.ranking.flags for post_id in flags.post_ids(f)}
    return tuple(
        NamedPost(
            platform=post.platform,
            post_id=post.post_id,
            account=post.account,
            url=public_address(post.platform, post.post_id, post.url),
            published_at=post.published_at,
        )
        for post in (entry.post for entry in sort_entries(ledgers))
        if not wanted.isdisjoint({(post.platform, post.post_id), (post.account, post.post_id)})
    )


def read_named_posts(log: bytes) -> tuple[NamedPost, ...]:
    """The named posts of a ``keputusan.json``; ``msgspec.DecodeError`` when it is none."""
    return msgspec.json.decode(log, type=_NamedPosts).posts


class _NamedPosts(msgspec.Struct, frozen=True):
    posts: tuple[NamedPost, ...]


def _log(record: MonthRecord, ledgers: Mapping[str, Ledger]) -> Log:
    return Log(
        month=record.ranking.month,
        revision=record.ranking.revision,
        reason=record.ranking.reason,
        decisions=record.decisions,
        objections=record.objections,
        changes=record.changes,
        posts=named_posts(record, ledgers),
    )


def _log_columns(record: MonthRecord) -> tuple[Column, ...]:
    confirmed = any(decision.is_confirmed for decision in record.decisions)
    return (*LOG_COLUMNS, *CONFIRMED_COLUMNS) if confirmed else LOG_COLUMNS


def _log_rows(record: MonthRecord, columns: Sequence[Column]) -> Iterator[list[Cell]]:
    """Decisions and objections in order of time."""
    entries: list[ev.Decision | ev.Objection] = [*record.decisions, *record.objections]
    for entry in sorted(entries, key=lambda e: (e.at, e.id)):
        # The file's columns are the fields of both; what one of them lacks stays empty.
        told = msgspec.to_builtins(entry)
        yield [told.get(column.name) for column in columns]


def _ranking_columns(ranking: Ranking) -> tuple[Column, ...]:
    told = any(row.rank_best is not UNSET for ranked in ranking.lists for row in ranked.rows)
    return (*RANKING_COLUMNS, *CERTAINTY_COLUMNS) if told else RANKING_COLUMNS


def _ranking_rows(ranking: Ranking, columns: Sequence[Column]) -> Iterable[list[Cell]]:
    for ranked in ranking.lists:
        for row in ranked.rows:
            cells = [
                ranked.ranking,
                ranked.platform,
                ranked.kind,
                ranked.band,
                row.rank,
                row.satker,
                row.name,
                row.posts,
                row.measured,
                row.i24,
                row.engagement_rate,
                row.movement_kind,
                row.movement,
                row.thin,
                " ".join(row.flags),
                *(told(getattr(row, column.name)) for column in CERTAINTY_COLUMNS),
            ]
            yield cells[: len(columns)]


def told(value: Cell | UnsetType) -> Cell:
    """A field's cell; empty where the row does not say it."""
    return None if value is UNSET else value


def post_columns(lines: Iterable[PostLine]) -> tuple[Column, ...]:
    """The columns of a table of these posts."""
    has_formats = any(line.format is not UNSET for line in lines)
    return (*POST_COLUMNS, *FORMAT_COLUMNS) if has_formats else POST_COLUMNS


def post_rows(lines: Iterable[PostLine], columns: Sequence[Column]) -> Iterator[list[Cell]]:
    """The posts' cells, as far as there are columns."""
    return (post_row(line)[: len(columns)] for line in lines)


def post_row(line: PostLine) -> list[Cell]:
    """A post's cells, under ``POST_COLUMNS`` and ``FORMAT_COLUMNS``."""
    return [
        line.platform,
        line.post_id,
        line.account,
        line.satker,
        line.url,
        iso(line.published_at),
        line.counted,
        line.reason,
        line.state,
        line.i24,
        line.lower,
        line.upper,
        line.partial,
        line.shared,
        *_sample_cells(line.before),
        *_sample_cells(line.after),
        line.parts,
        line.over_usual,
        " ".join(line.flags),
        line.duplicate_of,
        line.duplicate_percent,
        line.decided,
        " ".join(line.decisions),
        told(line.format),
    ]


def _sample_cells(sample: Sample | None) -> list[Cell]:
    if sample is None:
        return [None] * (1 + len(COUNTERS))
    return [iso(sample.taken_at), *(getattr(sample, name) for name in COUNTERS)]
