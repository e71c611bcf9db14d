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
from functions.model import PLATFORMS, Account, Platform, Roster
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.diary import HOURS, Diary, DiaryDay
from functions.store.terms import NAME, youtube_amendment
from functions.times import time_of

SHOWN = 90  # days
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
        is_amended: Whether YouTube's acceptance of its amendment is noted (store/terms.py).
    """

    diary: Diary = Diary()
    jobs: Mapping[str, Mapping[str, Any]] = {}
    every: Mapping[str, int] = {}
    gap: int = 4
    simulation: bool = False
    is_amended: bool = False


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
        lacks_terms: whether its terms ask for an acceptance that nobody has noted yet.
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
    lacks_terms: bool = False


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

    @classmethod
    def of_account(cls, account: Account, kind: TroubleKind, **facts: Any) -> AccountTrouble:
        """An account's; ``facts``: further fields."""
        return cls(
            satker=account.satker,
            platform=account.platform,
            handle=account.handle,
            kind=kind,
            **facts,
        )


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
        is_amended=youtube_amendment(agency.settings(NAME)) is not None,
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
            lacks_terms=platform == "youtube" and bool(count[platform]) and not watch.is_amended,
        )


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
                yield AccountTrouble.of_account(account, "unread", said=unread.said)


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
