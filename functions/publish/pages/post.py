"""The page of a post that stands out: its curve with every read, its value, its reason.

Posts have a page of their own when they are among a month's best, among a satker's largest, or
flagged, decided or contested. Every other post has a row with its evidence on the page of its
satker's month. A post that had a page keeps it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from functions.model import PLATFORM_NAMES, Entry, Platform, Sample, State, iso
from functions.publish.pages import charts
from functions.publish.pages.best import most_above_usual, most_interactions
from functions.publish.pages.context import Context, Link, Page, Shell
from functions.publish.pages.month_head import HOW, MonthHead, head
from functions.publish.pages.paths import month_path, post_anchor, post_path, unit_month_path
from functions.publish.pages.posts import bounds_of, caption_of, shown_handle
from functions.publish.site import Material
from functions.publish.text import causes, flags, formats, reasons, words
from functions.registry.addresses.public import public_address
from functions.store.agency.months import MonthRecord
from functions.store.evidence import Decision, Objection

MINISTRY = 10  # posts of each list of a month's best
UNIT = 3  # posts with the most interactions of every satker


class PostRead(msgspec.Struct, frozen=True):
    """A read of the post; ``used`` says for what, empty for the others."""

    when: str
    moment: str
    age: str
    total: int | None
    breakdown: str
    used: str


class AccountPost(msgspec.Struct, frozen=True):
    """The post as one account's: a collaboration counts for each of its accounts.

    ``curve`` None: fewer than two reads. ``usual``: what it is compared with; ``objecting``: where
    to contest it, empty once the month is final.
    """

    unit: Link | None
    account: str
    month: Link
    row: str
    state: State
    state_label: str
    counted: bool
    i24: int | None
    bounds: str
    why: tuple[str, ...]
    curve: Markup | None
    finding: str
    reads: tuple[PostRead, ...]
    usual: str
    mark: str
    objecting: str


class PostPage(msgspec.Struct, frozen=True):
    """A post's page. ``gone``: it is no longer on the platform, and its text is not shown."""

    template: ClassVar[str] = "pages/post.html"
    shell: Shell
    head: MonthHead
    platform: Platform
    label: str
    when: str
    published: str
    href: str | None
    caption: str
    gone: bool
    accounts: tuple[AccountPost, ...]
    method: str


def posts_with_page(m: Material, month: str) -> dict[str, list[Entry]]:
    """The posts of a month that have a page: their paths, with the entry of each account."""
    if month not in m.pages_of_posts:
        m.pages_of_posts[month] = dict(_posts_with_page(m, month))
    return m.pages_of_posts[month]


def post_page_of(context: Context, entry: Entry, month: str) -> str:
    """The address of a post's own page; empty where it has none."""
    path = post_path(entry.post.platform, entry.post.post_id)
    return context.href(path) if path in posts_with_page(context.material, month) else ""


def post_page(context: Context, entries: Sequence[Entry], month: str) -> Page:
    """The page of a post. ``entries``: that of each account which shows it."""
    m = context.material
    record = m.records[month]
    told = head(record, m.zone, context.href, of_unit=True)
    post = entries[0].post
    label = PLATFORM_NAMES[post.platform]
    when = formats.time(post.published_at, m.zone)
    is_final = record.ranking.state == "final"
    gone = any(entry.is_gone for entry in entries)
    return PostPage(
        shell=context.shell(
            f"Unggahan {label} {when} ({post.post_id[-24:]})",
            f"Interaksi 24 Jam sebuah unggahan {label}, setiap cuplikannya, dan mengapa ia "
            "dihitung atau tidak.",
            section="units",
            as_of=told.as_of,
            sheet=f"Unggahan {label} {when} · {told.sheet}",
        ),
        head=told,
        platform=post.platform,
        label=label,
        when=when,
        published=iso(post.published_at),
        href=public_address(post.platform, post.post_id, post.url),
        caption="" if gone or is_final else caption_of(entries[0]),
        gone=gone,
        accounts=tuple(_account(context, entry, record) for entry in entries),
        method=context.href("metode/"),
    )


def _posts_with_page(m: Material, month: str) -> Iterator[tuple[str, list[Entry]]]:
    entries = m.posts_of(month) or []
    by_path: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_path[post_path(entry.post.platform, entry.post.post_id)].append(entry)
    wanted = {post_path(e.post.platform, e.post.post_id) for e in _wanted(m, month, entries)}
    held = {path.removesuffix("index.html") for path in m.published.get(month, ())}
    for path in sorted(by_path):
        if path in wanted or path in held:
            yield path, by_path[path]


def _wanted(m: Material, month: str, entries: Sequence[Entry]) -> Iterator[Entry]:
    yield from most_interactions(entries, MINISTRY)
    yield from most_above_usual(entries, MINISTRY)
    for posts in m.entries[month].values():
        yield from most_interactions(posts, UNIT)
    record = m.records[month]
    told = {(f.account, post_id) for f in record.ranking.flags for post_id in flags.post_ids(f)}
    contested: list[Decision | Objection] = [*record.decisions, *record.objections]
    about = {(str(each.platform), each.post_id) for each in contested}
    for entry in entries:
        post = entry.post
        if (post.account, post.post_id) in told or (post.platform, post.post_id) in about:
            yield entry


def _account(context: Context, entry: Entry, record: MonthRecord) -> AccountPost:
    m, post, verdict = context.material, entry.post, entry.verdict
    if verdict is None:
        raise ValueError("only a scored post has a page")
    month = record.ranking.month
    measured = verdict.measurement
    satker = verdict.satker
    reads = causes.unmeasured(entry, m.reads(month), m.zone)
    return AccountPost(
        unit=Link(m.names.get(satker, satker), context.href(unit_month_path(satker, month)))
        if satker
        else None,
        account=shown_handle(m.handles.get(post.account, post.account_id)),
        month=Link(formats.month(month), context.href(month_path(month))),
        row=f"#{post_anchor(post.platform, post.post_id)}",
        state=measured.state,
        state_label="ditetapkan" if measured.decided else words.STATE[measured.state],
        counted=verdict.counted,
        i24=measured.i24,
        bounds=bounds_of(measured),
        why=tuple(filter(None, (*_why(context, entry, record), reads))),
        curve=charts.curve(post, measured) if len(post.samples) > 1 else None,
        finding=_finding(entry),
        reads=tuple(_reads(entry, m.zone)),
        usual=_usual(entry),
        mark=formats.time(post.mark, m.zone),
        objecting=_objecting(context, entry, record),
    )


def _why(context: Context, entry: Entry, record: MonthRecord) -> tuple[str, ...]:
    m, verdict = context.material, entry.verdict
    decided = verdict.decisions if verdict else ()
    original = None
    if verdict and verdict.duplicate_of is not None:
        earlier = m.posts.get((entry.post.account, verdict.duplicate_of))
        if earlier is not None:
            original = reasons.Original(
                url=public_address(earlier.platform, earlier.post_id, earlier.url),
                published_at=earlier.published_at,
                percent=verdict.duplicate_percent or 0,
            )
    satker = verdict.satker if verdict else None
    return reasons.told(
        reasons.Case(
            entry=entry,
            month=record.ranking.month,
            month_state=record.ranking.state,
            handle=m.handles.get(entry.post.account, ""),
            satker=m.names.get(satker, satker) if satker else None,
            original=original,
            decisions=tuple(each for each in record.decisions if each.id in decided),
        ),
        m.zone,
    )


def _finding(entry: Entry) -> str:
    verdict = entry.verdict
    if verdict is None or verdict.measurement.i24 is None:
        return "Tidak terukur pada tanda 24 jam"
    measured = verdict.measurement
    said = f"{formats.number(measured.i24 or 0)} interaksi"
    if measured.state == "running":
        return f"{said} sejauh ini"
    bounds = bounds_of(measured)
    return f"{said} pada tanda 24 jam" + (f", {bounds}" if bounds else "")


def _reads(entry: Entry, zone: ZoneInfo) -> Iterator[PostRead]:
    post, verdict = entry.post, entry.verdict
    used: dict[Sample, str] = {}
    if verdict is not None:
        if (after := verdict.measurement.after) is not None:
            used[after] = "sesudah tanda"
        if (before := verdict.measurement.before) is not None:
            used[before] = "tepat pada tanda" if before == after else "sebelum tanda"
    for sample in _all_samples(post.samples, used):
        yield PostRead(
            when=formats.time_short(sample.taken_at, zone),
            moment=iso(sample.taken_at),
            age=formats.duration(sample.taken_at - post.published_at),
            total=sample.total(post.platform),
            breakdown=words.breakdown(post.platform, sample),
            used=used.get(sample, ""),
        )


def _all_samples(kept: Iterable[Sample], used: Iterable[Sample]) -> list[Sample]:
    """Each read once, by time."""
    return sorted({*kept, *used}, key=lambda sample: sample.taken_at)


def _usual(entry: Entry) -> str:
    verdict = entry.verdict
    if verdict is None or not verdict.over_usual or verdict.measurement.i24 is None:
        return ""
    over, i24 = verdict.over_usual, verdict.measurement.i24
    expected = (20 * i24 + over) // (2 * over)
    return (
        f"{formats.tenths(over)} kali dari biasanya: rata-rata tengah unggahan lain dari akun ini "
        f"sekitar {formats.number(expected)}."
    )


def _objecting(context: Context, entry: Entry, record: MonthRecord) -> str:
    """A mail to whom objections go, with the post's address filled in; else how it is done."""
    if record.ranking.state == "final":
        return ""
    post = entry.post
    path = post_path(post.platform, post.post_id)
    where = context.absolute(path) or path
    subject = f"Sanggahan unggahan {PLATFORM_NAMES[post.platform]} {post.post_id}"
    body = (
        f"Unggahan: {public_address(post.platform, post.post_id, post.url)}\r\n"
        f"Halaman bukti: {where}\r\nBulan: {formats.month(record.ranking.month)}\r\n\r\n"
        "Yang disanggah dan alasannya:\r\n\r\nNama dan jabatan:\r\n"
    )
    return context.material.imprint.mail(subject, body) or context.href(f"metode/{HOW}")
