"""The tables of docs/biaya.md and docs/skala.md, in Indonesian, from counted figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from functions.publish.text import formats
from functions.settings import Settings
from functions.settings.cadence import CADENCES
from tests.bench.prices import ASSUMED, DAYS, PRICES, X_PRICES, bill, total
from tests.bench.reckoning import (
    ACCOUNTS,
    Shape,
    busiest_hour,
    kept_bytes,
    month_of,
    seconds_a_run,
    usage,
    worst_day,
)

CEILING = 100.0  # dollars a month at 5,000 units, without X
PLATFORMS = ("instagram", "facebook", "x", "tiktok", "youtube")
LABELS = ("Instagram", "Facebook", "X", "TikTok", "YouTube")
# What one credential is taken to allow: what the settings ask for by default.
_DEFAULTS = Settings()
META_AN_HOUR = _DEFAULTS.meta_calls_per_hour
TIKTOK_A_MINUTE = _DEFAULTS.tiktok_calls_per_minute
YOUTUBE_A_DAY = _DEFAULTS.youtube_units_per_day
X_POSTS_A_MONTH = 3_000_000
# Firestore: 10,000 writes a second is a soft ceiling; a new collection begins with 500 a second and
# grows by half every five minutes (docs of Firestore, Best practices, 2026-11).
FIRESTORE_A_SECOND = 500
TASKS_A_SECOND = 500


def tables(figures: Mapping[str, Any]) -> dict[str, str]:
    """Every table by its name."""
    return {
        "ringkas": _summary(figures),
        "rincian": _details(figures),
        "gratis": _free(figures),
        "irama": _cadence(figures),
        "unggahan": _posts(figures),
        "harga": _prices(),
        "anggapan": _assumptions(),
        "skala": _scale(figures),
        "platform": _platforms(figures),
        "batas": _ceilings(figures),
        "besar": _large(figures),
    }


def _real(figures: Mapping[str, Any]) -> float:
    return float(figures["real"]["posts"])


def _shapes(figures: Mapping[str, Any]) -> list[tuple[str, Shape]]:
    real, busy = _real(figures), float(figures["busy"]["posts"])
    return [
        ("50 satker", Shape(1, 50, real)),
        ("50 satker, 5 unggahan sehari tiap akun", Shape(1, 50, busy)),
        ("5.000 satker dalam 100 instansi", Shape(100, 50, real)),
        ("5.000 satker dalam satu instansi", Shape(1, 5_000, real)),
    ]


def _summary(figures: Mapping[str, Any]) -> str:
    rows = []
    for name, shape in _shapes(figures):
        used = usage(figures, shape)
        dollars = total(used)
        posts = shape.posts_a_month * shape.agencies
        rows.append(
            [
                name,
                formats.number(round(posts)),
                _dollars(dollars),
                _dollars(total(used, X_PRICES)),
            ]
        )
    heads = ("Pemasangan", "Unggahan sebulan", "Google Cloud sebulan", "X sebulan, terpisah")
    return _table(heads, rows)


def _details(figures: Mapping[str, Any]) -> str:
    shapes = [shape for name, shape in _shapes(figures) if "5 unggahan" not in name]
    bills = [bill(usage(figures, shape)) for shape in shapes]
    rows = []
    for name, price in PRICES.items():
        cells = [price.name]
        for lines in bills:
            cells += [_amount(lines[name].used), _dollars(lines[name].dollars)]
        rows.append(cells)
    sums = ["**Jumlah**"]
    for lines in bills:
        sums += ["", f"**{_dollars(sum(line.dollars for line in lines.values()))}**"]
    heads = ("Yang dipakai sebulan", "50 satker", "USD", "100 × 50", "USD", "1 × 5.000", "USD")
    return _table(heads, [*rows, sums])


def _free(figures: Mapping[str, Any]) -> str:
    busy = month_of(figures, Shape(1, 50, float(figures["busy"]["posts"])))
    real = usage(figures, Shape(1, 50, _real(figures)))
    loud = usage(figures, Shape(1, 50, float(figures["busy"]["posts"])))
    rows = []
    for name in ("reads", "writes", "deletes"):
        price = PRICES[name]
        mean = sum(counted.get(name, 0) for counted in busy.values()) / DAYS
        rows.append(
            [
                f"{price.name}, hari terberat",
                formats.number(round(worst_day(figures, name))),
                formats.number(round(mean)),
                f"{formats.number(round(price.free))} sehari",
            ]
        )
    for name in ("stored_gib", "requests", "vcpu_s", "gib_s"):
        price = PRICES[name]
        free = f"{_amount(price.free)} sebulan"
        rows.append([price.name, _amount(getattr(real, name)), _amount(getattr(loud, name)), free])
    heads = ("Jatah gratis", "50 satker", "50 satker, 5 unggahan sehari (rata-rata)", "Jatah")
    return _table(heads, rows)


def _cadence(figures: Mapping[str, Any]) -> str:
    rows = []
    every = CADENCES["publish"].every
    for slower in (1, 2, 4, 8):
        cells = [f"tiap {every * slower} menit" + (" (bawaan)" if slower == 1 else "")]
        for agencies, satker in ((1, 50), (100, 50), (1, 5_000)):
            shape = Shape(agencies, satker, _real(figures), slower)
            cells.append(_dollars(total(usage(figures, shape))))
        rows.append(cells)
    return _table(("Nilai dan terbit", "50 satker", "100 × 50", "1 × 5.000"), rows)


def _posts(figures: Mapping[str, Any]) -> str:
    rows = []
    for times in (0.5, 1, 2, 5, 15):
        cells = [f"{formats.decimal(_real(figures) * ACCOUNTS * times * DAYS)}"]
        for agencies, satker in ((1, 50), (100, 50), (1, 5_000)):
            used = usage(figures, Shape(agencies, satker, _real(figures) * times))
            cells += [_dollars(total(used)), _dollars(total(used, X_PRICES))]
        rows.append(cells)
    heads = ("Unggahan satker sebulan", "50", "X", "100 × 50", "X", "1 × 5.000", "X")
    return _table(heads, rows)


def _prices() -> str:
    rows = [
        [
            price.name,
            f"{price.dollars:.8f}".rstrip("0").replace(".", ","),
            formats.number(price.unit),
            f"{_amount(price.free)} per {price.per}" if price.free else "–",
            price.source,
            price.read,
        ]
        for price in (*PRICES.values(), *X_PRICES.values())
    ]
    return _table(("Harga", "USD", "untuk", "Gratis", "Sumber", "Dibaca"), rows)


def _assumptions() -> str:
    rows = [[each.name, _amount(each.value), each.why] for each in ASSUMED.values()]
    return _table(("Anggapan", "Nilai", "Alasan"), rows)


def _scale(figures: Mapping[str, Any]) -> str:
    shapes = [Shape(n, 50, _real(figures)) for n in (1, 50, 600)]
    used = [usage(figures, shape) for shape in shapes]
    rows = [
        ["Satuan kerja", *(_count(s.agencies * s.satker) for s in shapes)],
        ["Akun", *(_count(s.agencies * s.satker * ACCOUNTS) for s in shapes)],
        ["Unggahan sebulan", *(_count(s.agencies * s.posts_a_month) for s in shapes)],
    ]
    for label, platform in zip(LABELS, PLATFORMS, strict=True):
        asked = [
            sum(c.get(f"calls_{platform}", 0) for c in month_of(figures, s).values()) * s.agencies
            for s in shapes
        ]
        rows.append([f"Panggilan {label} sebulan", *map(_count, asked)])
    for name in (
        "requests",
        "vcpu_s",
        "reads",
        "writes",
        "deletes",
        "ttl_deletes",
        "stored_gib",
        "puts",
        "site_gb",
        "tasks",
        "log_gib",
    ):
        rows.append([PRICES[name].name, *(_amount(getattr(each, name)) for each in used)])
    rows.append(["**Google Cloud, USD sebulan**", *(_dollars(total(each)) for each in used)])
    rows.append(["**X, USD sebulan**", *(_dollars(total(each, X_PRICES)) for each in used)])
    return _table(("Sebulan", "1 instansi", "50 instansi", "600 instansi"), rows)


def _platforms(figures: Mapping[str, Any]) -> str:
    shapes = [Shape(n, 50, _real(figures)) for n in (1, 50, 600)]
    meta = [
        sum(busiest_hour(figures, name, shape) for name in ("instagram", "facebook"))
        for shape in shapes
    ]
    tiktok = [busiest_hour(figures, "tiktok", shape) / 60 for shape in shapes]
    units = [_units_a_day(figures, shape) for shape in shapes]
    used = [usage(figures, shape) for shape in shapes]
    posts = [each.x_posts for each in used]
    rows = [
        ["Meta: panggilan pada jam tersibuk", *map(_count, meta)],
        [
            f"– kredensial, bila satu memberi {META_AN_HOUR} sejam",
            *(_needed(n, META_AN_HOUR) for n in meta),
        ],
        ["TikTok: panggilan semenit pada jam tersibuk", *(formats.decimal(n) for n in tiktok)],
        [
            f"– aplikasi, bila satu memberi {TIKTOK_A_MINUTE} semenit",
            *(_needed(n, TIKTOK_A_MINUTE) for n in tiktok),
        ],
        ["YouTube: unit sehari (ember umum)", *map(_count, units)],
        [
            f"– kunci, bila satu memberi {formats.number(YOUTUBE_A_DAY)} sehari",
            *(_needed(n, YOUTUBE_A_DAY) for n in units),
        ],
        ["X: unggahan dibaca sebulan", *map(_count, posts)],
        [
            f"– bagian dari batas {formats.number(X_POSTS_A_MONTH)} sebulan",
            *(formats.percent(round(1000 * n / X_POSTS_A_MONTH)) for n in posts),
        ],
        ["– USD sebulan", *(_dollars(total(each, X_PRICES)) for each in used)],
    ]
    return _table(("Batas platform", "1 instansi", "50 instansi", "600 instansi"), rows)


def _ceilings(figures: Mapping[str, Any]) -> str:
    shapes = [Shape(n, 50, _real(figures)) for n in (1, 50, 600)]
    used = [usage(figures, shape) for shape in shapes]
    # The ticks of all agencies begin together: what a quarter of an hour writes, in its first
    # minute.
    writes = [each.writes / DAYS / 96 / 60 for each in used]
    tasks = [each.tasks / 2 / DAYS / 96 / 60 for each in used]
    at_once = [_at_once(figures, shape) for shape in shapes]
    rows = [
        [
            "Firestore: tulis sedetik pada menit pertama tiap tik",
            *(formats.decimal(n) for n in writes),
            f"{FIRESTORE_A_SECOND} untuk koleksi baru, naik separuh tiap 5 menit; 10.000 lunak",
        ],
        [
            "Cloud Tasks: tugas sedetik pada menit pertama tiap tik",
            *(formats.decimal(n) for n in tasks),
            f"{TASKS_A_SECOND} tiap antrean",
        ],
        [
            "Fungsi: instans bersamaan agar penerbitan selesai sebelum yang berikut",
            *(formats.number(n) for n in at_once),
            "1.000 tiap region (dapat dinaikkan)",
        ],
        ["Cloud Scheduler: jadwal", *(["3"] * len(shapes)), "5.000 tiap region"],
        [
            "Firestore: tersimpan satu instansi setelah setahun",
            *([formats.size(round(kept_bytes(figures, shapes[0])))] * len(shapes)),
            "tanpa batas; satu dokumen 1 MiB",
        ],
    ]
    return _table(("Batas Google", "1", "50", "600 instansi", "Batasnya"), rows)


def _large(figures: Mapping[str, Any]) -> str:
    shape = Shape(1, 5_000, _real(figures))
    jobs = month_of(figures, shape)
    rows = []
    for job, name in (("collect", "kumpul"), ("score", "nilai"), ("publish", "terbit")):
        runs = jobs[job]["runs"]
        rows.append(
            [
                name,
                *(_count(jobs[job].get(n, 0) / runs) for n in ("reads", "writes", "puts")),
                formats.decimal(jobs[job]["cpu_ms"] / 1000 / runs),
                formats.decimal(seconds_a_run(figures, job, shape)),
                _count(CADENCES[job].timeout),
            ]
        )
    heads = (
        "Satu putaran, 5.000 satker",
        "Dibaca",
        "Ditulis",
        "Diunggah",
        "CPU (detik)",
        "Seluruhnya (detik)",
        "Batas waktu (detik)",
    )
    return _table(heads, rows)


def _units_a_day(figures: Mapping[str, Any], shape: Shape) -> float:
    jobs = month_of(figures, shape)
    units = sum(counted.get("units_general", 0) for counted in jobs.values())
    return units / DAYS * shape.agencies


def _at_once(figures: Mapping[str, Any], shape: Shape) -> int:
    """Publishing instances that have to be at work together."""
    seconds = seconds_a_run(figures, "publish", shape) * shape.agencies
    return int(-(-seconds // (CADENCES["publish"].every * 60)))


def _needed(amount: float, each: int) -> str:
    return formats.number(-(-round(amount) // each))


def _count(value: float) -> str:
    return formats.number(round(value))


def _amount(value: float) -> str:
    """A number with as many digits as tell something."""
    if value >= 100 or value == round(value):
        return formats.number(round(value))
    return f"{value:.4g}".replace(".", ",")


def _dollars(value: float) -> str:
    if 0 < value < 0.005:
        return "< 0,01"
    return f"{formats.number(int(value * 100 + 0.5) // 100)},{int(value * 100 + 0.5) % 100:02}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; every column but the first to the right."""
    lines = [heads, ["---", *(["---:"] * (len(heads) - 1))], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
