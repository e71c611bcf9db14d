"""How the measuring stands: what was read when, which accounts need somebody, how the jobs ran.

Facts alone; the status page says them in words, and ``status/keadaan.json`` as data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from functions.jobs import turns
from functions.model import PLATFORMS, Account, Platform, month_bounds
from functions.publish.site import Material, Watch
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.diary import HOURS, DiaryDay
from functions.times import time_of

SHOWN = 90  # days
SILENT = timedelta(days=14)  # without a post, an account is named
MEASURED = 90  # percent of an account's posts; with fewer measured it is named, as in the rankings
NEW = timedelta(days=1)  # so long a handle may take to be looked up
MISSED = 3  # runs, after which a job is late
LATE = timedelta(hours=1)  # at least

DayState = Literal["good", "partial", "missing", "unknown"]
TroubleKind = Literal["unread", "unknown", "hidden", "thin", "incomplete", "silent"]


class DayCondition(msgspec.Struct, frozen=True):
    """A platform's day. ``gap``: the longest time in a row without an answer, in whole hours of
    the clock; None where nothing is known of the day."""

    day: date
    state: DayState
    gap: int | None


class PlatformCondition(msgspec.Struct, frozen=True, kw_only=True):
    """A platform at an instant.

    Attributes:
        ready: whether it is set up to be read. ``stopped``: whether in the last run a credential
            was refused, or a limit reached.
        read_at: the last read; None: none is known. ``stale``: it is older than it should be.
        posts, measured: of the shown month; None while it has no ranking.
        requests, failed, mills: of the running month, and what the platform charges for it, in
            thousandths of a US dollar. ``quota``: percent of a limit that was used today at most.
        days: the last days, the oldest first.
    """

    platform: Platform
    accounts: int
    ready: bool
    stopped: bool
    read_at: datetime | None
    stale: bool
    posts: int | None
    measured: int | None
    requests: int
    failed: int
    mills: int
    quota: int | None
    days: tuple[DayCondition, ...]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What an account needs somebody for.

    Attributes:
        said: the Indonesian sentence of one that cannot be read or is incomplete; else empty.
        count, of: the posts whose counters are hidden, or that are measured, of all that count.
        since: the last post known; None: none is known in the months at hand. ``days``: for how
            long there was none.
    """

    satker: str
    platform: Platform
    handle: str
    kind: TroubleKind
    said: str = ""
    count: int = 0
    of: int = 0
    since: datetime | None = None
    days: int = 0


class JobCondition(msgspec.Struct, frozen=True, kw_only=True):
    """How a job's runs ended. ``good_at`` None: none is noted to have ended well."""

    job: str
    good_at: datetime | None
    seconds: int | None
    failing_since: datetime | None
    late: bool


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """How the measuring stands at ``at``. ``month``: of which posts and measured posts are told."""

    at: datetime
    month: str | None
    read_at: datetime | None
    changed_at: datetime | None
    platforms: tuple[PlatformCondition, ...]
    troubles: tuple[Trouble, ...]
    jobs: tuple[JobCondition, ...]


def watch_of(agency: AgencyStore, settings: Settings, now: datetime) -> Watch:
    """What the store tells of the collecting, in a few reads."""
    looks = settings.discover_every + settings.collect_every
    return Watch(
        diary=agency.diary(now.astimezone(agency.zone).date(), SHOWN),
        jobs={job: dict(turns.standing(agency, job)) for job in ("collect", "score")},
        every={"collect": settings.collect_every, "score": settings.score_every},
        gap=max(4, -(-looks // 60)),
        simulation=agency.simulation,
    )


def condition_of(m: Material, changed_at: datetime | None = None) -> Condition:
    """How the measuring stands at the instant of publishing.

    ``changed_at``: when publishing last put anything new beside this; None: never yet.
    """
    at = _as_of(m, changed_at)
    return Condition(
        at=at,
        month=m.current.ranking.month if m.current else None,
        read_at=m.watch.diary.read_at,
        changed_at=changed_at,
        platforms=tuple(_platforms(m, at)),
        troubles=tuple(_troubles(m)),
        jobs=tuple(_job(m.watch, job, at) for job in m.watch.jobs),
    )


def _as_of(m: Material, changed_at: datetime | None) -> datetime:
    """The newest instant of which anything is known.

    So a run that finds nothing new says nothing new. Once that is long ago, the hours go on: then
    it is news that nothing happens.
    """
    told = [m.watch.diary.read_at, changed_at, m.current.ranking.as_of if m.current else None]
    told += [time_of(noted.get("good_at")) for noted in m.watch.jobs.values()]
    newest = max((at for at in told if at is not None and at <= m.now), default=m.now)
    if m.now - newest <= LATE:
        return newest
    return m.now.replace(minute=0, second=0, microsecond=0)


# Platforms


def _platforms(m: Material, at: datetime) -> Iterator[PlatformCondition]:
    accounts = Counter(a.platform for a in m.roster.accounts if a.holds(at))
    today = at.astimezone(m.zone).date()
    for platform in PLATFORMS:
        diary = m.watch.diary
        noted = {day: told[platform] for day, told in diary.days.items() if platform in told}
        if not accounts[platform] and not noted:
            continue
        now = diary.now.get(platform)
        posts, measured = _measured(m, platform)
        month = [entry for day, entry in noted.items() if day[:7] == f"{today:%Y-%m}"]
        read_at = now.read_at if now else None
        stale = read_at is not None and at - read_at > timedelta(hours=m.watch.gap)
        of_today = noted.get(today.isoformat())
        yield PlatformCondition(
            platform=platform,
            accounts=accounts[platform],
            ready=now.ready if now else True,
            stopped=bool(now and now.stopped),
            read_at=read_at,
            stale=stale and not m.watch.simulation,
            posts=posts,
            measured=measured,
            requests=sum(entry.requests for entry in month),
            failed=sum(entry.failed for entry in month),
            mills=sum(entry.mills for entry in month),
            quota=of_today.quota if of_today else None,
            days=tuple(_days(noted, at, m.zone, m.watch.gap)),
        )


def _measured(m: Material, platform: Platform) -> tuple[int | None, int | None]:
    """Posts and measured posts of the shown month; None while nothing is ranked."""
    if m.current is None:
        return None, None
    rows = m.current.ranking.find("most_active", platform=platform).rows
    return sum(row.posts for row in rows), sum(row.measured for row in rows)


def _days(
    noted: Mapping[str, DiaryDay], now: datetime, zone: ZoneInfo, limit: int
) -> Iterator[DayCondition]:
    """The last days. Before the first that is noted nothing is known; after it, no note means that
    nothing was read."""
    local = now.astimezone(zone)
    first = min(noted, default="9999")
    for back in range(SHOWN - 1, -1, -1):
        day = local.date() - timedelta(days=back)
        name = day.isoformat()
        hours = noted[name].hours if name in noted else 0
        end = HOURS if back else local.hour
        # Of the diary's first day, what was before its first note is unknown.
        begin = _first(hours) if name == first else 0
        if name < first or (not hours and end - begin < limit):
            yield DayCondition(day, "unknown", None)
            continue
        gap = longest_gap(hours, begin, end)
        state: DayState = "missing" if not hours else "good" if gap < limit else "partial"
        yield DayCondition(day, state, gap)


def longest_gap(hours: int, begin: int, end: int) -> int:
    """The longest run of hours without a bit among ``begin`` .. ``end`` (half-open)."""
    longest = here = 0
    for hour in range(begin, end):
        here = 0 if hours >> hour & 1 else here + 1
        longest = max(longest, here)
    return longest


def _first(hours: int) -> int:
    return (hours & -hours).bit_length() - 1 if hours else 0


# Accounts


def _troubles(m: Material) -> Iterator[Trouble]:
    """What is to be told of the accounts that are registered now, by satker and platform."""
    unread = {
        (platform, account.handle): account.said
        for platform, now in m.watch.diary.now.items()
        for account in now.unread
    }
    counts = _counts(m)
    last, known_from = _last_posts(m)
    order = {satker.id: number for number, satker in enumerate(m.units)}
    held = [a for a in m.roster.accounts if a.holds(m.now) and a.satker in order]
    for account in sorted(
        held, key=lambda a: (order[a.satker], PLATFORMS.index(a.platform), a.handle)
    ):
        said = unread.get((account.platform, account.handle))
        if said is not None:
            yield _trouble(account, "unread", said=said)
        elif account.key is None and m.now - account.valid_from > NEW:
            yield _trouble(account, "unknown")
        yield from _of_posts(account, counts.get(account.key or "", (0, 0, 0)))
        if incomplete := m.incomplete.get(account.key or ""):
            yield _trouble(account, "incomplete", said=incomplete)
        if said is None and known_from is not None and account.key is not None:
            since = last.get(account.key)
            quiet = m.now - max(since or known_from, account.valid_from)
            if quiet >= SILENT:
                yield _trouble(account, "silent", since=since, days=quiet.days)


def _of_posts(account: Account, counts: tuple[int, int, int]) -> Iterator[Trouble]:
    posts, measured, hidden = counts
    if hidden:
        yield _trouble(account, "hidden", count=hidden, of=posts)
    elif 100 * measured < MEASURED * posts:
        yield _trouble(account, "thin", count=measured, of=posts)


def _counts(m: Material) -> dict[str, tuple[int, int, int]]:
    """Counted, measured and hidden posts of the shown month, by account key."""
    found: dict[str, list[int]] = {}
    entries = m.posts_of(m.current.ranking.month) if m.current else None
    for entry in entries or ():
        verdict = entry.verdict
        if verdict is not None and verdict.counted:
            counts = found.setdefault(entry.post.account, [0, 0, 0])
            counts[0] += 1
            counts[1] += verdict.measurement.i24 is not None
            counts[2] += verdict.reason == "hidden"
    return {key: (posts, measured, hidden) for key, (posts, measured, hidden) in found.items()}


def _last_posts(m: Material) -> tuple[dict[str, datetime], datetime | None]:
    """Each account's last post in the months at hand, and since when those are known without a
    gap; None where none is at hand, or where collecting began within the only one."""
    found: dict[str, datetime] = {}
    for ledgers in m.ledgers.values():
        for account, ledger in ledgers.items():
            times = [entry.post.published_at for entry in ledger.entries.values()]
            if times:
                found[account] = max(*times, found.get(account, times[0]))
    whole = [month for month in _in_a_row(m) if not m.records[month].ranking.incomplete]
    return found, month_bounds(whole[0], m.zone)[0] if whole else None


def _in_a_row(m: Material) -> list[str]:
    """The months at hand up to the shown one, as far back as none is missing."""
    if m.current is None:
        return []
    known = sorted((month for month in m.ledgers if month in m.records), reverse=True)
    found: list[str] = []
    for month in known:
        if month > m.current.ranking.month:
            continue
        if found and month_bounds(month, m.zone)[1] != month_bounds(found[0], m.zone)[0]:
            break
        found.insert(0, month)
    return found


def _trouble(account: Account, kind: TroubleKind, **facts: Any) -> Trouble:
    return Trouble(
        satker=account.satker,
        platform=account.platform,
        handle=account.handle,
        kind=kind,
        **facts,
    )


# Jobs


def _job(watch: Watch, job: str, now: datetime) -> JobCondition:
    noted = watch.jobs[job]
    good, failing = time_of(noted.get("good_at")), time_of(noted.get("failing_since"))
    seconds = noted.get("seconds")
    limit = max(MISSED * timedelta(minutes=watch.every[job]), LATE)
    return JobCondition(
        job=job,
        good_at=good,
        seconds=seconds if type(seconds) is int and seconds >= 0 else None,
        failing_since=failing,
        late=good is not None and now - good > limit and not watch.simulation,
    )


def by_satker(troubles: Iterable[Trouble]) -> dict[str, list[Trouble]]:
    """Troubles by satker, in their order."""
    found: dict[str, list[Trouble]] = {}
    for trouble in troubles:
        found.setdefault(trouble.satker, []).append(trouble)
    return found
