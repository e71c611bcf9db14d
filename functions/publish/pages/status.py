"""The status page: how the measuring stands. It is made at every run, from few facts."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import ClassVar

import msgspec
from markupsafe import Markup

from functions.model import PLATFORM_NAMES, Platform, iso, month_of
from functions.publish.condition import (
    AccountTrouble,
    Condition,
    DayCondition,
    JobCondition,
    PlatformCondition,
    by_satker,
)
from functions.publish.files import condition_file
from functions.publish.pages import charts
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.paths import satker_path
from functions.publish.pages.posts import shown_handle
from functions.publish.site import Material
from functions.publish.text import formats, words

REGISTRY = "status/daftar/"  # the page of the registry's faults and changes
MOST_TROUBLED = 200  # units with accounts that need somebody
_AMENDMENT = (
    "Ketentuan API YouTube mengizinkan peringkat antarkanal, dan angka yang disimpan lebih dari "
    "30 hari, hanya kepada proyek yang amandemen metrik turunannya diterima. Penerimaan itu belum "
    "dicatat di sini."
)
_JOBS = {"collect": "Pengumpulan", "score": "Penilaian"}


class ShownPlatform(msgspec.Struct, frozen=True):
    """A platform's line. ``read`` and ``ago`` are empty while no read is known; ``moment`` is
    ``read`` for machines. ``covered``: the share measured, in words. ``strip`` shows the last days,
    ``found`` says them in a sentence, and ``gaps`` names those that are not whole."""

    platform: Platform
    label: str
    href: str
    accounts: int
    state: str
    tone: str
    read: str
    ago: str
    moment: str
    covered: str
    share: str
    requests: str
    quota: str
    paid: str
    strip: Markup
    found: str
    gaps: tuple[tuple[str, str], ...]


class ShownTrouble(msgspec.Struct, frozen=True):
    """A satker with accounts that need somebody, each in a sentence."""

    unit: Link
    lines: tuple[tuple[Platform, str, str, str], ...]


class ShownJob(msgspec.Struct, frozen=True):
    """A job's last runs in words. ``tone`` is that of its state."""

    label: str
    state: str
    tone: str
    when: str
    ago: str
    moment: str
    took: str
    failed: str


class StatusPage(msgspec.Struct, frozen=True):
    """How the measuring stands. ``faults``: units whose document is wrong, as ``registry`` says.
    ``terms``: what a platform's terms still ask of the agency; empty where nothing is open, and
    ``privacy`` is where the site says what is kept."""

    template: ClassVar[str] = "pages/status.html"
    shell: Shell
    at: str
    moment: str
    said: str
    month: str
    platforms: tuple[ShownPlatform, ...]
    paid: str
    troubles: tuple[ShownTrouble, ...]
    more_troubles: int
    jobs: tuple[ShownJob, ...]
    data: str
    method: str
    units: int
    accounts: int
    faults: int
    registry: str
    terms: str
    privacy: str


def status_page(context: Context, condition: Condition) -> Page:
    """How the measuring stands."""
    m = context.material
    troubles = by_satker(condition.troubles)
    at = formats.time(condition.at, m.zone)
    return StatusPage(
        shell=context.shell(
            "Status",
            f"Kesegaran data {m.agency.name}, akun yang bermasalah, dan daftar yang diukur.",
            section="status",
            as_of=at,
        ),
        at=at,
        moment=iso(condition.at),
        said=_said(condition),
        month=formats.month(condition.measured.month) if condition.measured.month else "",
        platforms=tuple(_platform(context, each, condition.at) for each in condition.platforms),
        paid=_paid(m, condition),
        troubles=tuple(
            ShownTrouble(_unit(context, satker), tuple(_trouble(m, each) for each in found))
            for satker, found in [*troubles.items()][:MOST_TROUBLED]
        ),
        more_troubles=max(0, len(troubles) - MOST_TROUBLED),
        jobs=(*(_job(m, job, condition.at) for job in condition.jobs), _published(m, condition)),
        data=context.href(condition_file.PATH),
        method=context.href("metode/#keadaan"),
        units=sum(unit.valid_to is None or unit.valid_to > m.now for unit in m.roster.satker),
        accounts=sum(account.holds(m.now) for account in m.roster.accounts),
        faults=condition.measured.faults,
        registry=context.href(REGISTRY),
        terms=_terms(condition),
        privacy=context.href("metode/#privasi"),
    )


# How the measuring stands


def _said(condition: Condition) -> str:
    """The finding: whether everything is read, and how many accounts need somebody."""
    if condition.read_at is None:
        return "Belum ada yang terbaca."
    late = [PLATFORM_NAMES[each.platform] for each in condition.platforms if each.stale]
    read = (
        f"{words.listed(late)} sudah lama tidak terbaca"
        if late
        else "Semua platform terbaca menurut jadwal"
    )
    accounts = len({(each.platform, each.handle) for each in condition.troubles})
    need = f"{formats.number(accounts)} akun perlu dilihat" if accounts else "semua akun terukur"
    return f"{read}; {need}."


def _platform(context: Context, it: PlatformCondition, at: datetime) -> ShownPlatform:
    m = context.material
    label = PLATFORM_NAMES[it.platform]
    state, tone = _state(it)
    share = formats.share(it.measured, it.posts)
    days = [(day.state, f"{_day(day.day)}: {_day_words(day)}") for day in it.days]
    found = _strip_words(label, it)
    return ShownPlatform(
        platform=it.platform,
        label=label,
        href=context.href(f"platform/{it.platform}/"),
        accounts=it.accounts,
        state=state,
        tone=tone,
        read=formats.time_short(it.read_at, m.zone) if it.read_at else "",
        ago=formats.ago(it.read_at, at) if it.read_at else "",
        moment=iso(it.read_at) if it.read_at else "",
        covered=""
        if it.posts is None
        else f"{formats.number(it.measured or 0)} dari {formats.number(it.posts)}",
        share=formats.percent(share) if share is not None else "",
        requests=formats.number(it.requests)
        + (f", {formats.number(it.failed)} gagal" if it.failed else ""),
        quota="" if it.quota is None else f"{it.quota}\N{NO-BREAK SPACE}%",
        paid=formats.dollars(it.mills) if it.mills else "",
        strip=charts.strip(days, found),
        found=found,
        gaps=tuple(
            (_day(day.day), _day_words(day))
            for day in reversed(it.days)
            if day.state in ("partial", "missing")
        ),
    )


def _state(it: PlatformCondition) -> tuple[str, str]:
    if not it.ready:
        return "belum disiapkan", "open"
    if it.read_at is None:
        return "belum terbaca", "open"
    if it.stale:
        return "tidak terbaca", "rejected"
    return ("sebagian tertahan", "open") if it.stopped else ("terbaca", "accepted")


def _strip_words(label: str, it: PlatformCondition) -> str:
    """The strip in a sentence: how many of the days were read without a gap."""
    counts = Counter(day.state for day in it.days)
    known = len(it.days) - counts["unknown"]
    if not known:
        return f"{label}: belum ada catatan"
    said = f"{label} terbaca tanpa jeda panjang pada {counts['good']} dari {known} hari"
    return f"{said} yang tercatat" if counts["unknown"] else said


def _day(day: date) -> str:
    return f"{day.day} {formats.month_short(day.isoformat()[:7])}"


def _day_words(it: DayCondition) -> str:
    if it.state == "unknown":
        return "tidak tercatat"
    if it.state == "missing":
        return "tanpa pembacaan"
    if it.state == "partial":
        return f"jeda terpanjang {it.gap} jam"
    return "terbaca"


def _paid(m: Material, condition: Condition) -> str:
    """What the platforms charge for the running month, and for which share of it."""
    month = formats.month(month_of(condition.at, m.zone))
    mills = sum(each.mills for each in condition.platforms)
    if not mills:
        return f"Belum ada yang ditagih platform untuk {month}."
    return f"Ditagih platform untuk {month} sampai sekarang: {formats.dollars(mills)}."


def _terms(condition: Condition) -> str:
    return _AMENDMENT if any(each.lacks_terms for each in condition.platforms) else ""


def _trouble(m: Material, it: AccountTrouble) -> tuple[Platform, str, str, str]:
    return it.platform, PLATFORM_NAMES[it.platform], shown_handle(it.handle), _why(m, it)


def _why(m: Material, it: AccountTrouble) -> str:
    count, of = formats.number(it.count), formats.number(it.of)
    match it.kind:
        case "unknown":
            return "nama akunnya belum dikenali platform"
        case "hidden":
            return f"angka disembunyikan pada {count} dari {of} unggahan"
        case "thin":
            return f"baru {count} dari {of} unggahan terukur"
        case "silent":
            since = f"sejak {formats.date(it.since, m.zone)}" if it.since else "yang terbaca"
            return f"tidak ada unggahan {since} ({formats.number(it.days)} hari)"
        case "incomplete":
            return f"kelengkapan: {it.said.rstrip('.')}"
    return it.said.rstrip(".")


def _job(m: Material, it: JobCondition, at: datetime) -> ShownJob:
    label = _JOBS[it.job]
    failed = ""
    if it.failing_since is not None:
        failed = f"gagal sejak {formats.time_short(it.failing_since, m.zone)}"
        state, tone = "gagal", "rejected"
    elif it.good_at is None:
        state, tone = "belum pernah", "open"
    else:
        state, tone = ("terlambat", "open") if it.late else ("berjalan", "accepted")
    return ShownJob(
        label=label,
        state=state,
        tone=tone,
        when=formats.time_short(it.good_at, m.zone) if it.good_at else "",
        ago=formats.ago(it.good_at, at) if it.good_at else "",
        moment=iso(it.good_at) if it.good_at else "",
        took=_took(it.seconds),
        failed=failed,
    )


def _published(m: Material, condition: Condition) -> ShownJob:
    """Publishing tells when it last had anything new; that it runs, this page itself shows."""
    at = condition.changed_at
    return ShownJob(
        label="Penerbitan",
        state="berjalan",
        tone="accepted",
        when=formats.time_short(at, m.zone) if at else "",
        ago=formats.ago(at, condition.at) if at else "",
        moment=iso(at) if at else "",
        took="",
        failed="",
    )


def _took(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return "kurang dari semenit"
    return formats.duration(timedelta(seconds=seconds))


def _unit(context: Context, satker: str) -> Link:
    m = context.material
    known = satker in m.names
    path = satker_path(satker)
    return Link(m.names.get(satker, satker), context.href(path) if known else "")
