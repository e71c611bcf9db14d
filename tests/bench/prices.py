"""What Google Cloud and X ask for, in one table with sources and dates, and a month's bill from it.

Prices are dollars before tax, as published; asia-southeast2 is Jakarta. Where a published copy of a
price for Jakarta could not be read, the highest published one stands in its place and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

GIB = 2**30
DAYS = 30


class Price(NamedTuple):
    """A price per ``unit`` (so many), and how much is free in a day or a month.

    ``name`` is what a budget's reader calls it.
    """

    name: str
    dollars: float
    unit: int
    free: float
    per: str
    source: str
    read: str


# nam5's, the dearest that Firestore's page tells; Tokyo's are 0.038, 0.115, 0.013 and 0.115.
_FIRESTORE = "cloud.google.com/firestore/pricing; tarif nam5; tarif Jakarta belum terbaca"
_RUN = "cloud.google.com/run/pricing; Jakarta = Tier 2 (cloud.google.com/run/docs/locations)"
_STORAGE = "cloud.google.com/storage/pricing"
_LOGS = "cloud.google.com/products/observability/pricing"
_NOW = "2026-11"

PRICES: Mapping[str, Price] = {
    "reads": Price("Firestore: dokumen dibaca", 0.06, 100_000, 50_000, "hari", _FIRESTORE, _NOW),
    "writes": Price("Firestore: dokumen ditulis", 0.18, 100_000, 20_000, "hari", _FIRESTORE, _NOW),
    "deletes": Price("Firestore: dokumen dihapus", 0.02, 100_000, 20_000, "hari", _FIRESTORE, _NOW),
    "ttl_deletes": Price("Firestore: dihapus TTL", 0.02, 100_000, 0, "bulan", _FIRESTORE, _NOW),
    "stored_gib": Price("Firestore: tersimpan (GiB)", 0.18, 1, 1, "bulan", _FIRESTORE, _NOW),
    "backup_gib": Price("Firestore: cadangan (GiB)", 0.038, 1, 0, "bulan", _FIRESTORE, _NOW),
    "pitr_gib": Price("Firestore: pemulihan 7 hari (GiB)", 0.18, 1, 0, "bulan", _FIRESTORE, _NOW),
    # Free amounts are given back as money at Tier 1's price (0.000024 and 0.0000025).
    "vcpu_s": Price("Fungsi: vCPU-detik", 0.0000336, 1, 180_000 / 1.4, "bulan", _RUN, _NOW),
    "gib_s": Price("Fungsi: GiB-detik", 0.0000035, 1, 360_000 / 1.4, "bulan", _RUN, _NOW),
    "requests": Price("Fungsi: pemanggilan", 0.40, 1_000_000, 2_000_000, "bulan", _RUN, _NOW),
    "puts": Price("Bucket: operasi kelas A", 0.005, 1_000, 0, "bulan", _STORAGE, _NOW),
    "gets": Price("Bucket: operasi kelas B", 0.0004, 1_000, 0, "bulan", _STORAGE, _NOW),
    "site_gb": Price("Bucket: tersimpan (GB)", 0.023, 1, 0, "bulan", _STORAGE, _NOW),
    "egress_gb": Price("Bucket: dikirim ke pembaca (GB)", 0.12, 1, 0, "bulan", _STORAGE, _NOW),
    "tasks": Price(
        "Cloud Tasks: operasi",
        0.40,
        1_000_000,
        1_000_000,
        "bulan",
        "cloud.google.com/tasks/pricing",
        _NOW,
    ),
    "scheduler": Price(
        "Cloud Scheduler: jadwal", 0.10, 1, 3, "bulan", "cloud.google.com/scheduler/pricing", _NOW
    ),
    "secrets": Price(
        "Secret Manager: versi aktif",
        0.06,
        1,
        6,
        "bulan",
        "cloud.google.com/secret-manager/pricing",
        _NOW,
    ),
    "secret_reads": Price(
        "Secret Manager: pembacaan",
        0.03,
        10_000,
        10_000,
        "bulan",
        "cloud.google.com/secret-manager/pricing",
        _NOW,
    ),
    "log_gib": Price("Cloud Logging: log (GiB)", 0.50, 1, 50, "bulan", _LOGS, _NOW),
    "alerts": Price("Cloud Monitoring: syarat peringatan", 0.10, 1, 0, "bulan", _LOGS, _NOW),
    "alert_points": Price("Cloud Monitoring: titik", 0.35, 1_000_000, 0, "bulan", _LOGS, _NOW),
    "image_gb": Price(
        "Artifact Registry: citra (GB)",
        0.10,
        1,
        0.5,
        "bulan",
        "cloud.google.com/artifact-registry/pricing",
        _NOW,
    ),
}
# X bills each post and user once a UTC day, and each call that counts (docs.x.com, 2026-11).
X_PRICES: Mapping[str, Price] = {
    "x_posts": Price("X: unggahan dibaca", 0.005, 1, 0, "bulan", "docs.x.com pay-per-use", _NOW),
    "x_users": Price("X: akun dibaca", 0.010, 1, 0, "bulan", "docs.x.com pay-per-use", _NOW),
    "x_counts": Price("X: hitungan", 0.005, 1, 0, "bulan", "docs.x.com pay-per-use", _NOW),
}


class Assumed(NamedTuple):
    """What cannot be counted here, with its reason; ``name`` as a budget's reader calls it."""

    name: str
    value: float
    why: str


# Seconds that a function waits elsewhere; CPU seconds are those counted on the bench.
ASSUMED: Mapping[str, Assumed] = {
    "start": Assumed("mulai dingin (detik CPU)", 1.5, "tiap pemanggilan, pada satu instansi"),
    "warm": Assumed("mulai hangat (detik CPU)", 0.05, "tugas beruntun, pada banyak instansi"),
    "store_call": Assumed("satu panggilan Firestore (detik)", 0.02, "dalam satu region"),
    "document": Assumed("CPU per dokumen (detik)", 0.0004, "pustaka Firestore, di luar SQLite"),
    "platform_call": Assumed("satu panggilan platform (detik)", 0.10, "0,6 detik, enam sekaligus"),
    "put": Assumed("satu unggahan ke bucket (detik)", 0.01, "0,1 detik, sepuluh sekaligus"),
    "secrets": Assumed("rahasia yang dipasang", 10, "kunci dan token lima platform"),
    "scheduler": Assumed("jadwal", 3, "kumpul, nilai, terbit"),
    "alerts": Assumed("syarat peringatan", 10, "satu deret tiap syarat, dilihat tiap 30 detik"),
    "image_gb": Assumed("citra fungsi (GB)", 1.2, "empat fungsi, dua versi"),
    "request_log": Assumed("log permintaan Cloud Run (byte)", 1_200, "satu baris tiap pemanggilan"),
    "readers_gb": Assumed("dibaca pengunjung (GB)", 10, "sekitar 200.000 halaman sebulan"),
    "version": Assumed("satu versi dokumen untuk pemulihan (byte)", 4_000, "isi, dan 7 hari tulis"),
    "backups": Assumed("cadangan yang disimpan (kali isi)", 7, "harian, disimpan tujuh hari"),
}


class Machine(NamedTuple):
    """A function's memory in GiB, and the vCPUs that come with it."""

    gib: float
    vcpu: float


# What infra/terraform/functions.tf gives each; ``memory`` gives an agency of thousands more. With
# 512 MiB comes a third of a vCPU, with 1 GiB 0.583 ("Configure memory and vCPU limits", docs of
# Cloud Run functions, 2026-11).
WAITING, WAITING_MORE = Machine(0.5, 0.333), Machine(1, 0.583)
SMALL, LARGE = Machine(0.5, 1), Machine(4, 1)
MACHINES = {"collect": WAITING, "batch": WAITING, "score": SMALL, "publish": SMALL}
LARGE_MACHINES = {"collect": WAITING_MORE, "batch": WAITING, "score": LARGE, "publish": LARGE}


@dataclass(slots=True)
class Usage:
    """What a month uses; the names are those of ``PRICES`` and ``X_PRICES``."""

    reads: float = 0
    writes: float = 0
    deletes: float = 0
    ttl_deletes: float = 0
    stored_gib: float = 0
    backup_gib: float = 0
    pitr_gib: float = 0
    vcpu_s: float = 0
    gib_s: float = 0
    requests: float = 0
    puts: float = 0
    gets: float = 0
    site_gb: float = 0
    egress_gb: float = 0
    tasks: float = 0
    scheduler: float = 0
    secrets: float = 0
    secret_reads: float = 0
    log_gib: float = 0
    alerts: float = 0
    alert_points: float = 0
    image_gb: float = 0
    x_posts: float = 0
    x_users: float = 0
    x_counts: float = 0

    def times(self, factor: float) -> Usage:
        """So many times as much of everything."""
        return Usage(**{f.name: getattr(self, f.name) * factor for f in fields(self)})

    def plus(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )


class Line(NamedTuple):
    """A line of a bill: how much was used and is free in a month, and what the rest costs."""

    name: str
    used: float
    free: float
    dollars: float


def bill(usage: Usage, prices: Mapping[str, Price] = PRICES) -> dict[str, Line]:
    """The bill of a month, a line for each price; nothing is rounded."""
    lines = {}
    for name, price in prices.items():
        used = float(getattr(usage, name))
        free = price.free * (DAYS if price.per == "hari" else 1)
        lines[name] = Line(
            price.name, used, free, max(0.0, used - free) * price.dollars / price.unit
        )
    return lines


def total(usage: Usage, prices: Mapping[str, Price] = PRICES) -> float:
    """The bill's sum in dollars."""
    return sum(line.dollars for line in bill(usage, prices).values())


def usage_of(
    jobs: Mapping[str, Mapping[str, float]],
    machines: Mapping[str, Machine] = MACHINES,
    *,
    warm: bool = False,
) -> Usage:
    """What counted jobs use; without what an installation has once (``fixed``) and keeps.

    ``warm``: calls follow one another so closely that instances stay.
    """
    found = Usage()
    for job, counted in jobs.items():
        machine = machines[job]
        seconds = seconds_of(counted, machine, warm=warm)
        found.reads += counted.get("reads", 0)
        found.writes += counted.get("writes", 0)
        found.deletes += counted.get("deletes", 0)
        found.requests += counted.get("runs", 0)
        found.vcpu_s += seconds * machine.vcpu
        found.gib_s += seconds * machine.gib
        found.puts += counted.get("puts", 0) + counted.get("lists", 0)
        found.gets += counted.get("gets", 0)
        found.log_gib += counted.get("log_bytes", 0) / GIB
        found.log_gib += counted.get("runs", 0) * ASSUMED["request_log"].value / GIB
        if job == "batch":
            found.tasks += 2 * counted.get("runs", 0)
        if not warm:
            found.secret_reads += counted.get("runs", 0) * ASSUMED["secrets"].value / 3
        for name in X_PRICES:
            setattr(found, name, getattr(found, name) + counted.get(name, 0))
    return found


def seconds_of(counted: Mapping[str, float], machine: Machine, *, warm: bool = False) -> float:
    """How long a function is at work for what was counted: its CPU's share, and waiting."""
    documents = counted.get("reads", 0) + counted.get("writes", 0) + counted.get("deletes", 0)
    cpu = (
        counted.get("cpu_ms", 0) / 1000
        + counted.get("runs", 0) * ASSUMED["warm" if warm else "start"].value
        + documents * ASSUMED["document"].value
    )
    waits = (
        counted.get("store_calls", 0) * ASSUMED["store_call"].value
        + counted.get("platform_calls", 0) * ASSUMED["platform_call"].value
        + counted.get("puts", 0) * ASSUMED["put"].value
    )
    return cpu / machine.vcpu + waits


def fixed() -> Usage:
    """What an installation has once, however many agencies it holds."""
    return Usage(
        scheduler=ASSUMED["scheduler"].value,
        secrets=ASSUMED["secrets"].value,
        alerts=ASSUMED["alerts"].value,
        alert_points=ASSUMED["alerts"].value * DAYS * 86_400 / 30,
        image_gb=ASSUMED["image_gb"].value,
        egress_gb=ASSUMED["readers_gb"].value,
    )
