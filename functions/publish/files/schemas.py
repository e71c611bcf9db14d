"""The form of every published JSON file as JSON Schema (2020-12), in ``data/skema/``.

The schemas are made from the very structs that the files are written from, with the words of the
tables' columns. A field that is always written is required; one that earlier months lack is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from functions.model import Ranking
from functions.publish.condition import Condition
from functions.publish.files.comparison import Comparison
from functions.publish.files.freshness import Freshness
from functions.publish.files.month_files import (
    CERTAINTY_COLUMNS,
    CONFIRMED_COLUMNS,
    FORMAT_COLUMNS,
    LOG_COLUMNS,
    POST_COLUMNS,
    RANKING_COLUMNS,
    Log,
    PostFile,
)
from functions.publish.files.tables import Column
from functions.publish.manifest import Manifest, MonthManifest
from functions.publish.targets.stamp import Stamp
from functions.store import evidence as ev
from functions.store.insights import Effect, FormatShare, Insights, Looked
from functions.store.issues import Carried, Issues, Narrative, PostRef, Term
from functions.store.shares import Shares

FOLDER = "data/skema/"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Described(NamedTuple):
    """A kind of file: what it is called, where it lies, what it is made of.

    ``{bulan}`` stands for a month, ``{pekan}`` for a week.

    ``is_partial``: fields that have their usual value are not written.
    """

    title: str
    path: str
    type: Any
    is_partial: bool = False


SCHEMAS: Mapping[str, Described] = {
    "ranking": Described("Peringkat sebuah bulan", "data/{bulan}/ranking.json", Ranking),
    "unggahan": Described("Setiap unggahan sebuah bulan", "data/{bulan}/unggahan.json", PostFile),
    "keputusan": Described(
        "Keputusan, sanggahan, dan yang diubah sebuah revisi", "data/{bulan}/keputusan.json", Log
    ),
    "bukti": Described("Satu baris bukti sebuah bulan", "data/{bulan}/bukti.jsonl.gz", ev.Line),
    "terbit": Described(
        "Kapan situs terakhir diterbitkan", "data/terbit.json", Stamp, is_partial=True
    ),
    "berkas": Described("Isi situs", "data/berkas.json", Manifest),
    "segar": Described("Kapan platform terakhir dibaca", "data/segar.json", Freshness),
    "keadaan": Described("Keadaan pengukuran", "status/keadaan.json", Condition),
    "banding": Described("Satuan kerja untuk dibandingkan", "data/banding.json", Comparison),
    "berkas-bulan": Described("Berkas sebuah bulan", "data/{bulan}/berkas.json", MonthManifest),
    "isu": Described("Isu sebuah pekan", "data/isu/{pekan}.json", Issues),
    "wawasan": Described("Wawasan sebuah bulan", "data/wawasan/{bulan}.json", Insights),
    "suara": Described("Suara publik sebuah bulan (uji coba)", "data/suara/{bulan}.json", Shares),
}

# What fields mean, where no column says it. By struct and field, else by field.
_SAID: dict[str, str] = {
    "agency": "Kode instansi",
    "month": "Bulan, YYYY-MM",
    "incomplete": "Bulan berjalan lebih dulu daripada pengumpulannya; tidak akan menjadi final",
    "revision": "Revisi, mulai dari 1",
    "formula": "Versi rumus peringkat",
    "as_of": "Waktu angka-angkanya (UTC)",
    "run_id": "Kode proses yang menghitungnya",
    "reason": "Alasan revisi; null pada revisi pertama",
    "lists": "Semua daftar bulan ini",
    "rows": "Baris daftar menurut peringkat",
    "band_from": "Pengikut paling sedikit dalam kelompok",
    "band_below": "Pengikut kelompok selalu di bawah ini; null bila tanpa batas",
    "flags": "Penanda",
    "code": "Jenis penanda",
    "post_ids": "Kode unggahan-unggahannya, dari yang terlama",
    "most": "Unggahan terbanyak dalam 60 menit",
    "begin": "Awalnya (UTC)",
    "end": "Akhirnya (UTC)",
    "duplicates": "Unggahan yang hampir sama dengan unggahan sebelumnya",
    "percent": "Bagiannya, dalam sepersepuluh persen",
    "counter": "Hitungan yang turun",
    "before_at": "Waktu baca sebelumnya (UTC)",
    "after_at": "Waktu baca sesudahnya (UTC)",
    "before": "Sebelumnya",
    "after": "Sesudahnya",
    "talk": "Komentar dan bagikan di dalam Interaksi 24 Jam-nya",
    "earlier": "Unggahan sebelumnya yang menjadi pembanding",
    "usual_i24": "Jumlah Interaksi 24 Jam unggahan pembanding",
    "usual_talk": "Jumlah komentar dan bagikan unggahan pembanding",
    "usual_percent": "Bagian pembanding, dalam sepersepuluh persen",
    "decisions": "Keputusan admin, menurut waktunya",
    "objections": "Sanggahan, menurut waktunya",
    "changes": "Baris peringkat yang berbeda dari revisi sebelumnya",
    "account": "Akun: platform dan kode tetapnya, misalnya x:123",
    "account_id": "Kode tetap akun pada platform; null bila belum ditemukan",
    "name": "Namanya",
    "timezone": "Zona waktu yang membatasi bulan",
    "closes_at": "Akhir masa sanggah (UTC); null selama bulan berjalan",
    "previous_digest": "Sidik jari bukti bulan sebelumnya; null pada bulan pertama",
    "revises": "Sidik jari revisi sebelumnya; null pada revisi pertama",
    "rules": "Aturan yang dapat disetel, seperti yang dipakai bulan ini",
    "duplicate_percent": "Kemiripan dengan unggahan itu, dalam persen",
    "objection_days": "Lama masa sanggah dalam hari kerja",
    "band_edges": "Batas-batas kelompok pengikut",
    "band_least": "Anggota paling sedikit sebuah kelompok",
    "band_fewest": "Di bawah sekian satuan kerja hanya ada satu kelompok",
    "x_threads": "Nilai utas di X: first unggahan pertamanya, sum jumlah semua bagiannya",
    "library": "Pustaka yang menghitung kemiripan teks",
    "usual_least": "Di bawah sekian Interaksi 24 Jam tidak disebut kelipatan dari yang biasa",
    "id": "Kodenya",
    "handle": "Nama akun",
    "valid_from": "Awal masa berlaku (UTC)",
    "valid_to": "Akhir masa berlaku (UTC); null bila tanpa batas",
    "followers": "Pengikut sebagai pasangan waktu baca dan jumlah",
    "past": "Unggahan terukur terakhir sebelum bulan ini: Interaksi 24 Jam, dan komentar serta "
    "bagikan di dalamnya",
    "ranks": "Peringkat menurut kode satuan kerja",
    "samples": "Semua cuplikan yang disimpan, menurut waktunya",
    "absences": "Waktu baca yang meliput unggahan ini dan tidak menemukannya (UTC)",
    "taken_at": "Waktu baca (UTC)",
    "likes": "Suka atau reaksi; null bila platform tidak memberi tahu",
    "comments": "Komentar atau balasan; null bila platform tidak memberi tahu",
    "shares": "Bagikan, repost, dan kutipan; null bila platform tidak memberi tahu",
    "views": "Tayangan (tidak ikut dihitung); null bila platform tidak memberi tahu",
    "published_at": "Waktu unggah, atau waktu situs diterbitkan (UTC)",
    "simulation": "Situs ini memuat angka simulasi",
    "stamp": "Sidik jari MD5 data/terbit.json sewaktu daftar ini ditulis",
    "source": "Sidik jari dari apa situs ini dibuat; kosong selama belum semuanya",
    "files": "Berkas menurut letaknya: sidik jari MD5, ukuran, dan sidik jari dari apa ia dibuat",
    "months": "Bulan-bulan, masing-masing dengan ringkasan berkasnya",
    "whole": "Semua berkas bulan itu sudah ada",
    "papers": "Sidik jari dari apa yang disebut halaman bulan itu tentang dokumennya; kosong bila "
    "belum ada",
    "manifest": "Sidik jari MD5 daftar berkas bulan itu",
    "pages": "Banyaknya halaman",
    "others": "Banyaknya berkas lain",
    "data": "Ukuran berkas data menurut namanya",
    "frozen": "Ukuran berkas beku menurut revisi dan namanya",
    "digest": "Sidik jari SHA-256 buktinya",
    "md5": "Sidik jari MD5",
    "size": "Ukuran dalam bita",
    "read_at": "Pembacaan terakhir (UTC); null bila tidak diketahui",
    "stale_after_minutes": "Data disebut basi sekian menit sesudah pembacaan terakhir; null dalam "
    "simulasi",
    "Freshness.platforms": "Pembacaan terakhir tiap platform (UTC)",
    "at": "Waktunya (UTC)",
    "changed_at": "Kapan sesuatu yang lain terakhir diterbitkan (UTC); null bila belum pernah",
    "unread": "Akun yang tidak dapat dibaca",
    "jobs": "Pekerjaan: pengumpulan, penilaian, penerbitan",
    "Condition.platforms": "Tiap platform",
    "Condition.measured": "Apa yang terukur pada bulan berjalan",
    "accounts": "Banyaknya akun terdaftar",
    "ready": "Sudah disiapkan untuk dibaca",
    "stopped": "Berhenti pada pengumpulan terakhir: kredensialnya ditolak atau jatahnya habis",
    "lacks_terms": "Ketentuannya meminta persetujuan yang belum dicatat",
    "stale": "Pembacaan terakhirnya lebih lama daripada yang seharusnya",
    "PlatformCondition.posts": "Unggahan bulan berjalan; null selama belum ada peringkat",
    "PlatformCondition.measured": "Di antaranya yang terukur; null selama belum ada peringkat",
    "requests": "Permintaan ke platform bulan ini",
    "failed": "Di antaranya yang gagal",
    "mills": "Tagihan platform bulan ini, dalam seperseribu dolar AS",
    "quota": "Bagian terbesar sebuah jatah yang terpakai hari ini, dalam persen",
    "PlatformCondition.days": "Hari-hari terakhir, dari yang terlama",
    "day": "Tanggalnya",
    "DayCondition.state": "good utuh, partial ada jeda panjang, missing tanpa pembacaan, unknown "
    "tidak tercatat",
    "gap": "Jeda terpanjang dalam jam; null bila tidak tercatat",
    "kind": "Macamnya",
    "said": "Kalimatnya; kosong bila angkanya sudah mengatakan semuanya",
    "count": "Unggahan yang angkanya disembunyikan, atau yang terukur",
    "of": "Dari sekian unggahan yang dihitung",
    "since": "Unggahan terakhir yang diketahui (UTC); null bila tidak ada",
    "days": "Sudah berapa hari",
    "job": "Pekerjaannya",
    "good_at": "Terakhir selesai dengan baik (UTC); null bila belum pernah",
    "seconds": "Lamanya dalam detik; null bila tidak tercatat",
    "failing_since": "Sejak kapan gagal (UTC); null bila tidak gagal",
    "late": "Seharusnya sudah berjalan lagi",
    "faults": "Satuan kerja yang isiannya salah",
    "troubles": "Akun yang perlu dilihat, kecuali yang tidak dapat dibaca",
    "MeasuredFacts.posts": "Unggahan dan unggahan terukur tiap platform",
    "MeasuredFacts.month": "Bulan yang ditampilkan; null selama belum ada peringkat",
    "Comparison.months": "Bulan-bulannya, dari yang terlama",
    "labels": "Nama bulan-bulannya",
    "provisional": "Apakah angkanya masih sementara",
    "Comparison.platforms": "Nama platform, menurut urutannya",
    "units": "Satuan kerja menurut kodenya; setiap daftar sepanjang daftar bulan",
    "path": "Letak halamannya",
    "popular": "Peringkat Akun Terpopuler tiap bulan; null tanpa peringkat",
    "active": "Peringkat Akun Teraktif tiap bulan; null tanpa peringkat",
    "rate": "Tingkat keterlibatan tiap bulan; null bila tidak diketahui",
    "now": "Tiap platform pada bulan berjalan: unggahan, yang terukur, dan interaksinya",
    "Ranking.state": "open berjalan, closing masa sanggah, final",
    "Ranking.flags": "Penanda dengan angka-angkanya",
    "Month.state": "open berjalan, closing masa sanggah, final",
    "Month.name": "Nama instansi",
    "Month.type": "Baris tentang bulannya",
    "Unit.type": "Baris satuan kerja",
    "Presence.type": "Baris akun",
    "Previous.type": "Baris daftar final yang menjadi pembanding",
    "Item.type": "Baris unggahan",
    "PostFile.posts": "Setiap unggahan yang dinilai, menurut waktunya",
    "SameText.posts": "Unggahan akun itu dalam bulan ini",
    "PostLine.before": "Cuplikan sebelum tanda 24 jam",
    "PostLine.after": "Cuplikan sesudah tanda 24 jam",
    "Log.posts": "Unggahan yang disebut keputusan, sanggahan, atau penanda",
    "Change.before": "Peringkat, unggahan, dan Interaksi 24 Jam sebelumnya; null bila belum ada",
    "Change.after": "Peringkat, unggahan, dan Interaksi 24 Jam sesudahnya; null bila tidak ada",
    "Stamp.published_at": "Waktu situs terakhir diterbitkan (UTC)",
    "week": "Pekan, Senin sampai Minggu, menurut ISO 8601: 2026-W41",
    "is_over": "Tidak ada lagi di dalamnya yang berubah",
    "Issues.posts": "Unggahan pekan itu",
    "Issues.units": "Satuan kerja yang mengunggahnya",
    "Issues.before": "Unggahan dalam delapan pekan sebelumnya",
    "terms": "Istilah yang menonjol",
    "narratives": "Unggahan beberapa satuan kerja yang isinya hampir sama",
    "campaigns": "Kampanye yang berlaku pekan itu",
    "clarifications": "Klarifikasi yang berlaku pekan itu",
    "term": "Kata, atau dua kata yang berdampingan",
    "Term.posts": "Unggahan pekan itu yang memuatnya",
    "Term.units": "Satuan kerja yang mengunggahnya",
    "Term.before": "Unggahan yang memuatnya dalam delapan pekan sebelumnya",
    "z": "Seberapa jauh di atas biasanya, dalam seperseratus simpangan baku",
    "tag": "Kebanyakan ditulis sebagai tagar",
    "words": "Kata-kata yang dipakai kebanyakan unggahannya dan jarang dipakai yang lain",
    "Narrative.posts": "Unggahannya, menurut waktunya",
    "Narrative.units": "Satuan kerja menurut urutan membawanya",
    "title": "Namanya",
    "begins": "Hari pertama berlakunya",
    "ends": "Hari terakhir berlakunya; null bila tanpa batas",
    "tags": "Tagar yang mengenalinya",
    "phrases": "Frasa yang mengenalinya",
    "Carried.units": "Unggahan pertama tiap satuan kerja yang membawanya dalam pekan itu",
    "Carried.posts": "Unggahan yang membawanya dalam pekan itu",
    "within_24": "Satuan kerja yang membawanya dalam 24 jam sejak berlaku; null bagi kampanye",
    "within_48": "Satuan kerja yang membawanya dalam 48 jam sejak berlaku; null bagi kampanye",
    "claim": "Klaim yang diluruskan; null bagi kampanye",
    "fact": "Yang sebenarnya, menurut instansi; null bagi kampanye",
    "Carried.link": "Alamat sumber resminya; null bila tidak ada",
    "PostRef.account_id": "Kode tetap akun pada platform",
    "PostRef.satker": "Kode satuan kerja yang mengunggahnya",
    "PostRef.published_at": "Waktu unggah (UTC)",
    "Insights.posts": "Unggahan terukur yang punya pembanding",
    "looked": "Kelompok yang cukup besar untuk dilihat",
    "effects": "Kelompok yang berkaitan dengan interaksi lain daripada biasanya",
    "formats": "Unggahan dan interaksi tiap bentuk",
    "Looked.kind": "Yang membedakan kelompoknya: format bentuk, hour jam, weekday hari, tag tagar, "
    "campaign kampanye",
    "groups": "Banyaknya kelompok",
    "Looked.posts": "Unggahan di dalamnya",
    "Effect.kind": "Yang membedakan kelompoknya: format bentuk, hour jam, weekday hari, tag tagar, "
    "campaign kampanye",
    "group": "Kelompoknya: nama bentuk, jam pertama, hari (1 Senin), tagar, atau kode kampanye",
    "Effect.posts": "Unggahan di dalamnya",
    "Effect.units": "Satuan kerja yang mengunggahnya",
    "Effect.percent": "Interaksi dibandingkan dengan yang biasa, dalam persen",
    "low": "Batas bawah selang 90 %, dalam persen",
    "high": "Batas atas selang 90 %, dalam persen",
    "format": "Bentuknya; null bila platform tidak menyebutnya",
    "FormatShare.posts": "Unggahan yang dihitung",
    "FormatShare.i24": "Jumlah Interaksi 24 Jam-nya; null bila tidak ada yang terukur",
    "Narrative.i24": "Jumlah Interaksi 24 Jam-nya; null bila tidak ada yang terukur",
    "Narrative.measured": "Unggahan yang terukur",
    "Carried.i24": "Jumlah Interaksi 24 Jam-nya; null bila tidak ada yang terukur",
    "Carried.measured": "Unggahan yang terukur",
    "Shares.since": "Sejak kapan contoh diambil (UTC)",
    "population": "Utas yang menjadi sumber contoh; null bila tidak diketahui",
    "drawn": "Utas dalam contoh",
    "n": "Di antaranya yang dilabeli dua orang",
    "kappa": "Kesepakatan kedua pelabel di luar kebetulan (Cohen), dalam seperseribu",
    "seed": "Benih yang menentukan utas mana yang terpilih",
    "Shares.platforms": "Platform tempat contoh diambil",
    "Shares.shares": "Bagian tiap label",
    "Shares.model": "Sidik jari model kementerian sendiri yang membantu; null bila tidak ada",
    "correlation": "Korelasi model dengan label, dalam seperseribu; null bila tidak ada model",
    "label": "Labelnya",
    "both": "Utas yang diberi label ini oleh keduanya",
    "one": "Utas yang diberi label ini oleh satu orang saja; dihitung setengah",
    "wilson": "Dari label saja, dengan selang Wilson",
    "difference": "Dari label dan model (penaksir selisih); null bila tidak ada model",
    "method": "Yang disebut: wilson atau difference",
    "trend": "Terhadap bulan sebelumnya: up naik, down turun; null bila tidak dapat dibedakan",
    "share": "Bagiannya, dalam seperseribu",
    "lower": "Batas bawah selang 95 %, dalam seperseribu",
    "upper": "Batas atas selang 95 %, dalam seperseribu",
}
# What of these files the page of the data explains, by where it lies in them.
_ISSUES: Mapping[str, type[msgspec.Struct]] = {
    "": Issues,
    "terms[].": Term,
    "narratives[].": Narrative,
    "campaigns[].": Carried,
    "narratives[].posts[].": PostRef,
}
_INSIGHTS: Mapping[str, type[msgspec.Struct]] = {
    "": Insights,
    "effects[].": Effect,
    "looked[].": Looked,
    "formats[].": FormatShare,
}
# Fields that hold an instant, which a struct does not tell from any other text.
INSTANTS = frozenset(
    {
        "after_at",
        "answered_at",
        "as_of",
        "at",
        "before_at",
        "begin",
        "closes_at",
        "confirmed_at",
        "end",
        "failing_since",
        "good_at",
        "changed_at",
        "published_at",
        "read_at",
        "since",
        "taken_at",
        "valid_from",
        "valid_to",
    }
)
_TABLES: Mapping[str, Sequence[Column]] = {
    "RankedList": RANKING_COLUMNS,
    "Row": (*RANKING_COLUMNS, *CERTAINTY_COLUMNS),
    "PostLine": (*POST_COLUMNS, *FORMAT_COLUMNS),
    "Decision": (*LOG_COLUMNS, *CONFIRMED_COLUMNS),
    "Objection": LOG_COLUMNS,
}
_COLUMNS: dict[str, str] = {
    column.name: column.meaning for column in (*LOG_COLUMNS, *POST_COLUMNS, *RANKING_COLUMNS)
}


def schema_files(absolute: str | None = None) -> dict[str, bytes]:
    """Every schema by its path.

    ``absolute``: the public address of the agency's site, with its slash; None without one.
    """
    return {
        schema_path(name): json.dumps(
            _schema(name, described, absolute), ensure_ascii=False, indent=1
        ).encode()
        + b"\n"
        for name, described in SCHEMAS.items()
    }


def issue_fields() -> tuple[tuple[str, str], ...]:
    """The fields of a week's issues by their place, and what they mean."""
    return tuple(_explained(_ISSUES))


def insight_fields() -> tuple[tuple[str, str], ...]:
    """The fields of a month's insights by their place, and what they mean."""
    return tuple(_explained(_INSIGHTS))


def _explained(structs: Mapping[str, type[msgspec.Struct]]) -> Iterator[tuple[str, str]]:
    for place, struct in structs.items():
        for field in struct.__struct_fields__:
            yield f"{place}{field}", meaning(struct.__name__, field)


def schema_path(name: str) -> str:
    """Where the schema of a kind of file lies; no other file ends like it."""
    return f"{FOLDER}{name}.schema.json"


def _schema(name: str, described: Described, absolute: str | None) -> dict[str, Any]:
    made = msgspec.json.schema(described.type)
    for struct, definition in _structs(made):
        definition.pop("title", None)
        definition.pop("description", None)
        if "properties" in definition:  # a struct that is written as an array has none
            _describe(struct, definition, described.is_partial)
    head: dict[str, Any] = {"$schema": _DIALECT}
    if absolute:
        head["$id"] = f"{absolute}{schema_path(name)}"
    return head | {"title": described.title, "description": f"Bentuk {described.path}"} | made


def _structs(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas of structs by the struct's name."""
    yield from schema.get("$defs", {}).items()


def _describe(struct: str, definition: dict[str, Any], is_partial: bool) -> None:
    """Say what the fields mean, and which are always written."""
    required = set(definition.get("required", ()))
    for name, field in definition["properties"].items():
        if "default" in field:
            if not is_partial:
                required.add(name)
            del field["default"]
        if name in INSTANTS:
            for text in (field, *field.get("anyOf", ())):
                if text.get("type") == "string":
                    text["format"] = "date-time"
        if said := meaning(struct, name):
            field["description"] = said
    definition["required"] = [name for name in definition["properties"] if name in required]


def meaning(struct: str, field: str) -> str:
    """What a field of a struct means, in Indonesian; empty when nobody said."""
    for column in _TABLES.get(struct, ()):
        if column.name == field:
            return column.meaning
    return _SAID.get(f"{struct}.{field}") or _SAID.get(field) or _COLUMNS.get(field, "")
