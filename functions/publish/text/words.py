"""The words of the site: what platforms, kinds, states and reasons are called in Indonesian."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from functions.model import (
    Counter,
    Entry,
    MonthState,
    MovementKind,
    Platform,
    Row,
    Sample,
    State,
    Verdict,
    previous_month,
)
from functions.publish.text.formats import duration, month_name, number
from functions.store.evidence import Action
from functions.thresholds import INTERPOLATED_WITHIN, MARK, OBSERVED_WITHIN, SETTLED

_MARK = f"{MARK // timedelta(hours=1)} jam"

# On every page of a simulation.
SIMULATION = "Simulasi: angka dan unggahan di situs ini buatan, bukan kinerja yang sebenarnya."


# What is summed on each platform, and what is shown beside.
COUNTED: dict[Platform, str] = {
    "instagram": "suka + komentar",
    "facebook": "semua reaksi + komentar dan balasannya + bagikan",
    "x": "suka + balasan + repost + kutipan",
    "tiktok": "suka + komentar + bagikan",
    "youtube": "suka + komentar",
}
BESIDE: dict[Platform, str | None] = {
    "instagram": "tayangan",
    "facebook": None,
    "x": "tayangan dan markah",
    "tiktok": "tayangan",
    "youtube": "tayangan",
}

_COUNTERS: dict[Counter, str] = {
    "likes": "suka",
    "comments": "komentar",
    "shares": "bagikan",
    "views": "tayangan",
}
_OWN_COUNTERS: dict[tuple[Platform, Counter], str] = {
    ("facebook", "likes"): "reaksi",
    ("x", "comments"): "balasan",
    ("x", "shares"): "repost + kutipan",
}

_KINDS = {
    "unit-utama": "Unit utama",
    "kanwil": "Kantor wilayah",
    "upt": "Unit pelaksana teknis",
}

STATE: dict[State, str] = {
    "running": "berjalan",
    "observed": "teramati",
    "interpolated": "interpolasi",
    "estimated": "perkiraan",
    "unmeasured": "tidak terukur",
    "removed": "dihapus",
}

MONTH_STATE: dict[MonthState, str] = {
    "open": "Sementara",
    "closing": "Masa sanggah",
    "final": "Final",
}

_MOVEMENT: dict[MovementKind, str] = {
    "up": "naik {n} peringkat",
    "down": "turun {n} peringkat",
    "same": "peringkat tetap",
    "new": "baru",
    "back": "kembali",
    "none": "",
}

# What an admin did to a post.
DECIDED: dict[Action, str] = {
    "exclude": "Dikeluarkan",
    "include": "Dimasukkan",
    "reassign": "Dipindahkan ke satuan kerja lain",
    "set_value": "Nilainya ditetapkan",
}

_NOT_COUNTED = {
    "removed": f"unggahan dihapus sebelum genap {_MARK}",
    "duplicate": "isinya hampir sama dengan unggahan sebelumnya",
    "thread_part": "bagian lanjutan utas; utas dihitung sekali dari unggahan pertamanya",
    "outside_month": "waktu unggahnya di luar bulan ini",
    "account_not_registered": "akun belum atau tidak lagi terdaftar saat unggahan terbit",
    "excluded": "dikeluarkan dengan keputusan admin",
    "found_late": "baru ditemukan setelah bulannya berakhir",
}


def kind(code: str) -> str:
    """A kind of unit; one we do not know is shown as it is written."""
    return _KINDS.get(code, code.replace("-", " ").capitalize())


def kind_order(code: str) -> tuple[int, str]:
    """A kind's sort key: the kinds we know come first, in the order in which we name them."""
    known = list(_KINDS)
    return (known.index(code) if code in known else len(known), code)


def band(least: int | None, below: int | None) -> str:
    """A follower band: ``least <= followers < below``, None without an end."""
    if below is None:
        return f"{number(least)} pengikut ke atas" if least else "semua pengikut"
    if not least:
        return f"di bawah {number(below)} pengikut"
    return f"{number(least)} sampai {number(below - 1)} pengikut"


def counter(platform: Platform, name: Counter) -> str:
    """What a platform calls a counter."""
    return _OWN_COUNTERS.get((platform, name), _COUNTERS[name])


def possible_ranks(row: Row) -> str:
    """The ranks that are possible as far as is known: ``bisa 5–8``; empty where none but its own.

    It stands behind the rank: ``6 (bisa 5–8)``.
    """
    possible = row.possible_ranks
    if possible is None:
        return ""
    best, worst = possible
    return f"bisa {number(best)}" if best == worst else f"bisa {number(best)}–{number(worst)}"


def movement(code: MovementKind, places: int | None) -> str:
    """A movement in words; empty when there is nothing to compare with."""
    return _MOVEMENT[code].format(n=places)


def compared(month: str) -> str:
    """What the movement in a month's lists is measured against."""
    return f"dibanding {month_name(previous_month(month))} (final)"


def why(entry: Entry) -> str:
    """Whether and why a scored post counts, as one sentence."""
    verdict = entry.verdict
    if verdict is None:
        return "Belum dinilai."
    if not verdict.counted:
        return f"Tidak dihitung: {_NOT_COUNTED.get(verdict.reason, verdict.reason)}."
    extra = "; unggahan kolaborasi, dihitung untuk setiap akunnya" if verdict.shared else ""
    if verdict.duplicate_of is not None:
        # Only a decision lets a near-duplicate count.
        extra += "; hampir sama dengan unggahan sebelumnya, dimasukkan dengan keputusan admin"
    if verdict.measurement.partial and not verdict.measurement.decided:
        extra += "; sebagian angka tidak diberikan platform dan tidak ikut dijumlahkan"
    return f"{_counted(entry, verdict)}{extra}."


def _counted(entry: Entry, verdict: Verdict) -> str:
    measured, reason = verdict.measurement, verdict.reason
    state = measured.state
    if measured.decided:
        return "Dihitung: nilainya ditetapkan dengan keputusan admin"
    if state == "removed":
        return f"Dihitung di Teraktif saja, dengan keputusan admin: dihapus sebelum genap {_MARK}"
    if reason == "hidden":
        return "Dihitung di Teraktif saja: angka interaksinya disembunyikan di platform"
    if reason == "found_late":
        late = duration(SETTLED)
        return f"Dihitung di Teraktif saja: baru ditemukan setelah umurnya lewat {late}"
    if state == "unmeasured":
        where = f"cukup dekat dengan tanda {_MARK}"
        return f"Dihitung di Teraktif saja: tidak ada cuplikan yang {where}"
    if state == "running":
        return "Dihitung; interaksinya masih berjalan dan nilainya hasil baca terakhir"
    if state == "observed":
        return f"Dihitung: terbaca paling jauh {duration(OBSERVED_WITHIN)} dari tanda {_MARK}"
    before, after = measured.before, measured.after
    if before is None or after is None:
        return f"Dihitung sebagai perkiraan: {_one_side(entry, before or after)}"
    gap = duration(after.taken_at - before.taken_at)
    if state == "estimated":
        most = duration(INTERPOLATED_WITHIN)
        return f"Dihitung sebagai perkiraan: jarak kedua cuplikan {gap}, lebih dari {most}"
    value = f"nilai pada tanda {_MARK} ditarik lurus"
    return f"Dihitung: {value} di antara dua cuplikan berjarak {gap}"


def _one_side(entry: Entry, sample: Sample | None) -> str:
    if sample is None:
        return "cuplikannya tidak tersimpan"
    distance = sample.taken_at - entry.post.mark
    side = "sesudah" if distance.total_seconds() > 0 else "sebelum"
    return f"hanya ada cuplikan {side} tanda {_MARK}, selisih {duration(abs(distance))}"


def breakdown(platform: Platform, sample: Sample) -> str:
    """A sample's counters in words; a counter that the platform did not give is called unknown."""
    parts = []
    for name in ("likes", "comments", "shares", "views"):
        value = getattr(sample, name)
        if value is not None:
            parts.append(f"{number(value)} {counter(platform, name)}")
    return " · ".join(parts) or "angka tidak diberikan platform"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: ``A``, ``A dan B``, ``A, B, dan C``; empty without any."""
    if len(names) < 3:
        return " dan ".join(names)
    return f"{', '.join(names[:-1])}, dan {names[-1]}"
