"""How the measuring stands: what was read when, which accounts need somebody, how the jobs ran.

Facts alone; the status page says them in words, and ``status/keadaan.json`` as data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from functions.jobs import turns
from functions.model import PLATFORMS, Account, Platform, Roster, month_bounds
from functions.publish.site import Material
from functions.registry.remarks import remarks, remarks_on
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.diary import HOURS, Diary, DiaryDay
from functions.times import time_of

SHOWN = 90  # days
SILENT = timedelta(days=14)  # without a post, an account is named
MEASURED = 90  # percent of an account's posts; with fewer measured it is named, as in the rankings
NEW = timedelta(days=1)  # so long a handle may take to be looked up
MISSED = 3  # runs, after which a job is late
LATE = timedelta(hours=1)  # at least

DayState = Literal["good", "partial", "missing", "unknown"]
TroubleKind = Literal["unread", "unknown", "hidden", "thin", "incomplete", "silent"]


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What the store tells of the collecting.

    Attributes:
        diary: Of the last days.
        jobs: What is noted of each job's runs (jobs/turns.py), by its name.
        every: Minutes from one run of a job to the next, by its name.
        gap: Hours without an answer of a platform from which on its reading has a gap.
        simulation: Whether time is simulated, so that nothing is late by the clock.
    """

    diary: Diary = Diary()
    jobs: Mapping[str, Mapping[str, Any]] = {}
    every: Mapping[str, int] = {}
    gap: int = 4
    simulation: bool = False


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


class AccountTrouble(msgspec.Struct, frozen=True, kw_only=True):
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


class MeasuredFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from the registry and the scored posts, and so only changes when pages do.

    Attributes:
        month: the shown month; None while there is no ranking. ``as_of``: of its numbers.
        posts: posts and measured posts of the month by platform.
        faults: units whose document is wrong.
        troubles: of accounts, all but those that cannot be read.
    """

    month: str | None = None
    as_of: datetime | None = None
    posts: Mapping[Platform, tuple[int, int]] = {}
    faults: int = 0
    troubles: tuple[AccountTrouble, ...] = ()


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """How the measuring stands at ``at``.

    ``changed_at``: when publishing last put anything new beside this; None: never yet. ``unread``:
    the accounts that cannot be read.
    """

    at: datetime
    read_at: datetime | None
    changed_at: datetime | None
    platforms: tuple[PlatformCondition, ...]
    unread: tuple[AccountTrouble, ...]
    jobs: tuple[JobCondition, ...]
    measured: MeasuredFacts

    @property
    def troubles(self) -> tuple[AccountTrouble, ...]:
        """All that accounts need somebody for; what cannot be read is not said to be silent."""
        gone = {(each.platform, each.handle) for each in self.unread}
        others = (
            each
            for each in self.measured.troubles
            if each.kind not in ("silent", "unknown") or (each.platform, each.handle) not in gone
        )
        return (*self.unread, *others)


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


def measured_of(m: Material) -> MeasuredFacts:
    """What the registry and the posts at hand tell."""
    current = m.current
    told = [*m.roster.problems, *remarks(m.roster, m.now, m.zone)]
    ids = {problem.partition(": ")[0] for problem in told} | {unit.id for unit in m.units}
    return MeasuredFacts(
        month=current.ranking.month if current else None,
        as_of=current.ranking.as_of if current else None,
        posts={p: _sums(current, p) for p in PLATFORMS} if current else {},
        faults=sum(bool(said) for said in remarks_on(told, ids).values()),
        troubles=tuple(_troubles(m)),
    )


def condition_of(
    measured: MeasuredFacts,
    watch: Watch,
    roster: Roster,
    *,
    zone: ZoneInfo,
    now: datetime,
    changed_at: datetime | None = None,
) -> Condition:
    """How the measuring stands."""
    at = _as_of(measured, watch, now, changed_at)
    accounts = [account for account in roster.accounts if account.holds(now)]
    return Condition(
        at=at,
        read_at=watch.diary.read_at,
        changed_at=changed_at,
        platforms=tuple(_platforms(measured, watch, accounts, at, zone)),
        unread=tuple(_unread(watch, accounts)),
        jobs=tuple(_job(watch, job, at) for job in watch.jobs),
        measured=measured,
    )


def _as_of(
    measured: MeasuredFacts, watch: Watch, now: datetime, changed_at: datetime | None
) -> datetime:
    """The newest instant of which anything is known.

    So a run that finds nothing new says nothing new. Once that is long ago, the hours go on: then
    it is news that nothing happens.
    """
    told = [watch.diary.read_at, changed_at, measured.as_of]
    told += [time_of(noted.get("good_at")) for noted in watch.jobs.values()]
    newest = max((at for at in told if at is not None and at <= now), default=now)
    if now - newest <= LATE:
        return newest
    return now.replace(minute=0, second=0, microsecond=0)


# Platforms


def _platforms(
    measured: MeasuredFacts,
    watch: Watch,
    accounts: Sequence[Account],
    at: datetime,
    zone: ZoneInfo,
) -> Iterator[PlatformCondition]:
    count = Counter(account.platform for account in accounts)
    today = at.astimezone(zone).date()
    for platform in PLATFORMS:
        noted = {day: told[platform] for day, told in watch.diary.days.items() if platform in told}
        if not count[platform] and not noted:
            continue
        now = watch.diary.now.get(platform)
        month = [entry for day, entry in noted.items() if day[:7] == f"{today:%Y-%m}"]
        read_at = now.read_at if now else None
        stale = read_at is not None and at - read_at > timedelta(hours=watch.gap)
        of_today = noted.get(today.isoformat())
        posts, covered = measured.posts.get(platform, (None, None))
        yield PlatformCondition(
            platform=platform,
            accounts=count[platform],
            ready=now.ready if now else True,
            stopped=bool(now and now.stopped),
            read_at=read_at,
            stale=stale and not watch.simulation,
            posts=posts,
            measured=covered,
            requests=sum(entry.requests for entry in month),
            failed=sum(entry.failed for entry in month),
            mills=sum(entry.mills for entry in month),
            quota=of_today.quota if of_today else None,
            days=tuple(_days(noted, at, zone, watch.gap)),
        )


def _sums(record: MonthRecord, platform: Platform) -> tuple[int, int]:
    """Posts and measured posts of a month."""
    rows = record.ranking.find("most_active", platform=platform).rows
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


def _unread(watch: Watch, accounts: Iterable[Account]) -> Iterator[AccountTrouble]:
    """The registered accounts that cannot be read."""
    held = {(account.platform, account.handle): account for account in accounts}
    for platform in PLATFORMS:
        now = watch.diary.now.get(platform)
        for unread in now.unread if now else ():
            if account := held.get((platform, unread.handle)):
                yield _trouble(account, "unread", said=unread.said)


def _troubles(m: Material) -> Iterator[AccountTrouble]:
    """What the posts tell of the accounts that are registered now, by satker and platform."""
    counts = _counts(m)
    last, known_from = _last_posts(m)
    held = (account for account in m.roster.accounts if account.holds(m.now))
    for account in sorted(held, key=lambda a: (a.satker, PLATFORMS.index(a.platform), a.handle)):
        if account.key is None:
            if m.now - account.valid_from > NEW:
                yield _trouble(account, "unknown")
            continue
        yield from _of_posts(account, counts.get(account.key, (0, 0, 0)))
        if incomplete := m.incomplete.get(account.key):
            yield _trouble(account, "incomplete", said=incomplete)
        if known_from is not None:
            since = last.get(account.key)
            quiet = m.now - max(since or known_from, account.valid_from)
            if quiet >= SILENT:
                yield _trouble(account, "silent", since=since, days=quiet.days)


def _of_posts(account: Account, counts: tuple[int, int, int]) -> Iterator[AccountTrouble]:
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


def _trouble(account: Account, kind: TroubleKind, **facts: Any) -> AccountTrouble:
    return AccountTrouble(
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


def by_satker(troubles: Iterable[AccountTrouble]) -> dict[str, list[AccountTrouble]]:
    """Troubles by satker, in the order of their ids."""
    found: dict[str, list[AccountTrouble]] = {}
    for trouble in troubles:
        found.setdefault(trouble.satker, []).append(trouble)
    return dict(sorted(found.items()))
