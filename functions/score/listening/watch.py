"""The watch over units: is any of them getting far more comments than it usually does?

All units are looked at in every scoring, by the hourly counters of the last 29 days
(store/pulse.py), so that what a read shows is told within half an hour. Nothing is noted of a look:
of a unit that was not read since, the next finds the same windows and says the same of them. That
alarm is there already, and is kept once; so a run that dies is made good by the next. A unit has at
most one of a level in 24 hours, and a siaga stands for its lonjakan too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from functions.model import COUNTED, DAY, Account, Platform, Roster, Satker
from functions.notify.notifier import Notifier
from functions.registry.addresses.public import built_address, public_address
from functions.score.listening import notices
from functions.score.rules.listening.alarm import HOURS, Series
from functions.score.rules.listening.pulse import LATE, Sign, Voice, heard, judge
from functions.score.run import Run
from functions.store.agency import AgencyStore
from functions.store.alarms import Alarm, AlarmPost, Level
from functions.store.pulse import Pulse

HOUR = timedelta(hours=1)
MOST_POSTS = 3


def watch(run: Run, notifier: Notifier | None) -> None:
    """Look at all units; keep and tell what is found.

    Raises:
        StoreError: the store cannot be used.
    """
    if not run.listening.alarm:
        return
    hour = run.now.replace(minute=0, second=0, microsecond=0)
    pulse = run.agency.pulse(hour - (HOURS + LATE - 1) * HOUR, hour)
    given = _given(run)
    for unit, accounts in _units(run.agency.roster(run.now), run.now):
        sign = judge(_voices(pulse, accounts))
        if sign is not None and not _is_given(unit, sign.raised.level, given):
            alarm = _alarm(run, unit, sign, pulse, hour)
            if run.agency.add_alarm(alarm):
                given.append(alarm)
    notices.put(run, notifier, given)


def _units(roster: Roster | None, now: datetime) -> list[tuple[Satker, list[Account]]]:
    """The units that are registered, by id, each with its accounts."""
    accounts = defaultdict(list)
    for account in () if roster is None else roster.accounts:
        if account.holds(now) and account.key is not None:
            accounts[account.satker].append(account)
    units = () if roster is None else roster.satker
    return [(unit, accounts[unit.id]) for unit in sorted(units, key=lambda unit: unit.id)]


def _voices(pulse: Pulse, accounts: Iterable[Account]) -> dict[str, Voice]:
    """A unit's accounts of which anything is known of late, by key."""
    found = {}
    for account in accounts:
        name = str(account.key)
        voice = heard(pulse.comments(name), partial(_interactions, pulse, account.platform, name))
        if voice is not None:
            found[name] = voice
    return found


def _interactions(pulse: Pulse, platform: Platform, name: str) -> Series:
    """Hourly interactions, as the platform's are counted; unknown where one of them is."""
    rows = [pulse.comments(name), pulse.likes(name)]
    if "shares" in COUNTED[platform]:
        rows.append(pulse.shares(name))
    return [_sum(hour) for hour in zip(*rows, strict=True)]


def _sum(values: tuple[int | None, ...]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _given(run: Run) -> list[Alarm]:
    """The alarms of the last 24 hours."""
    # The store stamps by the present, also where a simulation's time is another.
    since = None if run.agency.simulation else run.clock - DAY - HOUR
    alarms = (alarm for _, alarm in run.agency.alarms(since))
    return [alarm for alarm in alarms if run.now - DAY < alarm.made_at <= run.now]


def _is_given(unit: Satker, level: Level, given: Iterable[Alarm]) -> bool:
    """Whether the unit has an alarm of the level, or one that stands for it."""
    levels = {alarm.level for alarm in given if alarm.satker == unit.id}
    return level in levels or "siaga" in levels


def _alarm(run: Run, unit: Satker, sign: Sign, pulse: Pulse, hour: datetime) -> Alarm:
    raised = sign.raised
    ends = {name: hour - late * HOUR for name, late in sign.late.items()}
    return Alarm(
        satker=unit.id,
        name=unit.name,
        at=max(ends.values()),
        made_at=run.now,
        level=raised.level,
        hours=raised.window.hours,
        comments=raised.window.comments,
        usual=raised.window.usual,
        chance=raised.window.chance,
        share=raised.share,
        usual_share=raised.usual_share,
        accounts=tuple(sorted(ends)),
        posts=tuple(_posts(run.agency, pulse, ends, raised.window.hours)),
    )


def _posts(
    agency: AgencyStore, pulse: Pulse, ends: Mapping[str, datetime], hours: int
) -> Iterator[AlarmPost]:
    """The posts with most of a window's new comments, by the accounts' own windows."""
    counts = {
        (name, post): comments
        for name, end in ends.items()
        for post, comments in pulse.posts(name, end - (hours - 1) * HOUR, end).items()
    }
    most = sorted(counts, key=lambda found: (-counts[found], found))[:MOST_POSTS]
    for name, post_id in most:
        platform, _, account_id = name.partition(":")
        yield AlarmPost(
            platform=platform,  # type: ignore[arg-type]
            account_id=account_id,
            post_id=post_id,
            url=_address(agency, name, post_id),
            comments=counts[name, post_id],
        )


def _address(agency: AgencyStore, account: str, post_id: str) -> str:
    """Where a post can be seen; of one whose document is gone or spoilt, what its id makes."""
    post = agency.post(account, post_id)
    if post is None:
        return built_address(account.partition(":")[0], post_id)
    return public_address(post.platform, post_id, post.url)
