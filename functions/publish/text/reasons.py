"""Why a post counts or not, with its facts: the sentence of its page, then what it rests on.

Pure. The site and the command line say the same: the first sentence is ``words.why``, each further
sentence a fact. An unknown fact is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from functions.model import (
    PLATFORM_NAMES,
    Entry,
    MonthState,
    Platform,
    Post,
    Reason,
    Sample,
    Spell,
    month_of,
)
from functions.publish.text import formats, words
from functions.publish.text.plain import plain
from functions.store.evidence import Decision
from functions.thresholds import MARK, SETTLED

# The posts that collect never reads on each platform: for such a post the answer is "unknown".
NEVER_READ: dict[Platform, str] = {
    "instagram": "Di Instagram, cerita dan siaran langsung tidak dibaca.",
    "facebook": (
        "Di Facebook, bagikan ulang tanpa teks sendiri, pergantian foto profil atau sampul, acara, "
        "dan unggahan di grup tidak dibaca."
    ),
    "x": "Di X, balasan, lanjutan utas, dan repost tidak dibaca.",
    "tiktok": "Di TikTok, hanya unggahan publik dari akun yang memberi izin yang dibaca.",
    "youtube": (
        "Di YouTube, unggahan komunitas, video yang tidak publik, dan siaran yang belum selesai "
        "tidak dibaca."
    ),
}
_THREADS_SUMMED = (
    "Di X, balasan dan repost tidak dihitung; lanjutan utas dijumlahkan ke unggahan pertamanya "
    "begitu terbaca."
)
_MASKED = (
    "Alamat ini memakai nomor tersamar (pfbid), yang dari waktu ke waktu diganti oleh Facebook, "
    "jadi unggahannya bisa saja tercatat dengan alamat lain; cari menurut waktunya di halaman "
    "satuan kerjanya."
)


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """The earlier post that a duplicate repeats, and how alike they are in whole percents."""

    url: str
    published_at: datetime
    percent: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A post that was read, and what its reason rests on.

    ``month``: the month it was asked about; ``month_state``: None when that month has no ranking
    yet. ``satker``: the name of the unit that held the account; None when no unit did. ``thread``:
    the address of the thread's first post.
    """

    entry: Entry
    month: str
    month_state: MonthState | None = None
    handle: str = ""
    satker: str | None = None
    spells: tuple[Spell, ...] = ()
    original: Original | None = None
    thread: str | None = None
    decisions: tuple[Decision, ...] = ()


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A post that was never read, and what is known all the same.

    ``handle``: the account that its address names. ``spells``: that account's registrations; None:
    the address names no account. ``published_at``: the time in its id. ``looked_at``: when the
    account's list of posts was last read. ``sums_threads``: whether parts of X's threads are read.
    """

    platform: Platform
    handle: str | None = None
    spells: tuple[Spell, ...] | None = None
    published_at: datetime | None = None
    looked_at: datetime | None = None
    is_masked: bool = False
    sums_threads: bool = False


def told(case: Case, zone: ZoneInfo) -> tuple[str, ...]:
    """The reason of a post that was read, then its facts, in a sentence each.

    Args:
        zone: the agency's: months are bounded in it, and times are told in it.
    """
    return (words.why(case.entry), *_facts(case, zone))


def told_unknown(unread: Unread, zone: ZoneInfo) -> tuple[str, ...]:
    """The sentence that a post is unknown, then a sentence for each possible explanation."""
    return (
        f"Tidak dikenal: unggahan {PLATFORM_NAMES[unread.platform]} ini belum pernah terbaca.",
        *_explanations(unread, zone),
    )


def _facts(case: Case, zone: ZoneInfo) -> Iterator[str]:
    post, verdict = case.entry.post, case.entry.verdict
    account = _shown(case.handle)
    yield (
        f"Unggahan {PLATFORM_NAMES[post.platform]}{account} terbit "
        f"{formats.time(post.published_at, zone)}; tanda {formats.duration(MARK)}nya "
        f"{formats.time(post.mark, zone)}."
    )
    if verdict is None:
        return
    if case.satker:
        state = f" ({words.MONTH_STATE[case.month_state]})" if case.month_state else ""
        month = formats.month(case.month)
        yield (
            f"Dihitung untuk {plain(case.satker)}, {month}{state}."
            if verdict.counted
            else f"Akunnya milik {plain(case.satker)} saat unggahan terbit."
        )
    yield from _value(case.entry, zone)
    if verdict.reason in _GROUNDS:
        yield from _GROUNDS[verdict.reason](case, zone)
    for decision in case.decisions:
        yield _decided(decision, zone)


def _value(entry: Entry, zone: ZoneInfo) -> Iterator[str]:
    verdict = entry.verdict
    if verdict is None or not verdict.counted:
        return
    measured = verdict.measurement
    i24, lower, upper = measured.i24, measured.lower, measured.upper
    if i24 is None:
        return
    if measured.decided:
        yield f"Interaksi 24 Jam: {formats.number(i24)}, ditetapkan dengan keputusan admin."
    elif measured.state == "running":
        yield f"Interaksi sementara: {formats.number(i24)}."
    elif lower is None or upper is None:
        side = "paling banyak" if lower is None else "paling sedikit"
        yield f"Interaksi 24 Jam: {side} {formats.number(i24)}."
    elif lower == upper:
        yield f"Interaksi 24 Jam: {formats.number(i24)}."
    else:
        bounds = f"antara {formats.number(lower)} dan {formats.number(upper)}"
        yield f"Interaksi 24 Jam: {formats.number(i24)}, {bounds}."
    for side, sample in (("sebelum", measured.before), ("sesudah", measured.after)):
        if sample is not None:
            yield _sample(
                f"Cuplikan {side} tanda {formats.duration(MARK)}", entry.post, sample, zone
            )


def _running(case: Case, zone: ZoneInfo) -> Iterator[str]:
    post = case.entry.post
    if post.samples:
        yield _sample("Terakhir terbaca", post, post.samples[-1], zone)
    yield f"Nilainya tetap paling lambat {formats.time(post.published_at + SETTLED, zone)}."


def _hidden(case: Case, zone: ZoneInfo) -> Iterator[str]:
    if samples := case.entry.post.samples:
        last = formats.time(samples[-1].taken_at, zone)
        yield f"Terakhir terbaca {last}, tanpa angka yang dihitung."


def _found_late(case: Case, zone: ZoneInfo) -> Iterator[str]:
    post, verdict = case.entry.post, case.entry.verdict
    if not post.samples:
        return
    age = formats.duration(post.samples[0].taken_at - post.published_at)
    first = formats.time(post.samples[0].taken_at, zone)
    yield f"Pertama kali terbaca {first}, pada umur {age}; batasnya {formats.duration(SETTLED)}."
    if verdict is not None and not verdict.counted:
        yield f"Saat itu {formats.month(case.month)} sudah ditutup bagi temuan baru."


def _removed(case: Case, zone: ZoneInfo) -> Iterator[str]:
    post = case.entry.post
    if post.absences:
        times = " dan ".join(formats.time(at, zone) for at in post.absences[:2])
        yield f"Tidak tampil lagi saat dibaca {times}."
    if post.samples:
        yield f"Terakhir terlihat {formats.time(post.samples[-1].taken_at, zone)}."


def _duplicate(case: Case, zone: ZoneInfo) -> Iterator[str]:
    if (original := case.original) is not None:
        at = formats.time(original.published_at, zone)
        yield f"Kemiripannya {original.percent} persen dengan unggahan {at}: {original.url}"


def _thread_part(case: Case, zone: ZoneInfo) -> Iterator[str]:
    if case.thread:
        yield f"Unggahan pertama utasnya: {case.thread}"


def _outside_month(case: Case, zone: ZoneInfo) -> Iterator[str]:
    own = formats.month(month_of(case.entry.post.published_at, zone))
    yield f"Unggahan ini masuk {own}, bukan {formats.month(case.month)}."


def _account_not_registered(case: Case, zone: ZoneInfo) -> Iterator[str]:
    yield f"{_registered(case.spells, zone)}."


# What a reason itself rests on; a reason that is not here says it all.
_GROUNDS: dict[Reason, Callable[[Case, ZoneInfo], Iterator[str]]] = {
    "running": _running,
    "hidden": _hidden,
    "found_late": _found_late,
    "removed": _removed,
    "duplicate": _duplicate,
    "thread_part": _thread_part,
    "outside_month": _outside_month,
    "account_not_registered": _account_not_registered,
}


def _decided(decision: Decision, zone: ZoneInfo) -> str:
    link = f" {decision.link}" if decision.link else ""
    why = plain(decision.why).rstrip(".")
    when = formats.time(decision.at, zone)
    seconded = f", disetujui {plain(str(decision.confirmed_by))}" if decision.is_confirmed else ""
    by = f"{plain(decision.by)}{seconded}"
    return f"{words.DECIDED[decision.action]} oleh {by} pada {when}: {why}.{link}"


def _explanations(unread: Unread, zone: ZoneInfo) -> Iterator[str]:
    spells, published_at = unread.spells, unread.published_at
    if published_at is not None:
        yield f"Menurut nomornya, unggahan ini terbit {formats.time(published_at, zone)}."
    if spells is not None:
        account = _shown(unread.handle or "").strip() or "ini"
        told_of = _registered(spells, zone).removeprefix("Akun ini ")
        late = (
            spells
            and published_at is not None
            and not any(spell.holds(published_at) for spell in spells)
        )
        yield f"Akun {account} {told_of}{', jadi belum atau tidak lagi saat itu' if late else ''}."
        if spells and unread.looked_at is not None:
            at = formats.time(unread.looked_at, zone)
            yield f"Daftar unggahannya terakhir dibaca {at}; yang lebih baru menunggu giliran."
    if unread.is_masked:
        yield _MASKED
    is_summed = unread.platform == "x" and unread.sums_threads
    yield _THREADS_SUMMED if is_summed else NEVER_READ[unread.platform]


def _registered(spells: tuple[Spell, ...], zone: ZoneInfo) -> str:
    if not spells:
        return "Akun ini tidak ada dalam daftar akun, jadi unggahannya tidak dibaca"
    spans = [
        f"sejak {formats.time(spell.valid_from, zone)}"
        + (f" sampai {formats.deadline(spell.valid_to, zone)}" if spell.valid_to else "")
        for spell in spells
    ]
    return f"Akun ini terdaftar {', lalu '.join(spans)}"


def _sample(what: str, post: Post, sample: Sample, zone: ZoneInfo) -> str:
    at = formats.time(sample.taken_at, zone)
    age = formats.duration(sample.taken_at - post.published_at)
    return f"{what} {at} (umur {age}): {words.breakdown(post.platform, sample)}."


def _shown(handle: str) -> str:
    """A handle as people write it, after a space; a Page known by its number has no ``@``."""
    name = plain(handle).lstrip("@")
    if not name:
        return ""
    return f" {name}" if name.isdecimal() or "/" in name else f" @{name}"
