"""Whether an installation works: its jobs, the age of its data, its consents, its months.

Each look reads a few small documents: what the jobs noted of their runs, what is remembered of each
platform, the consents, the rankings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.collect import state as states
from functions.collect.credentials import configured, is_keyless
from functions.collect.state import AccountState, SyncState
from functions.collect.watching import signs
from functions.commands.doctor.finding import Finding, age, grouped, looked
from functions.jobs import turns
from functions.model import PLATFORMS, Platform, Roster, iso
from functions.score.rules.closing import closing_begins
from functions.settings import Settings, cadence
from functions.store.agency import AgencyStore
from functions.store.agency.months import MonthRecord
from functions.store.keys import key
from functions.store.listening_settings import NAME as LISTENING
from functions.store.listening_settings import read_listening
from functions.times import time_of

CADENCES = 3  # missed, a job is late
AT_LEAST = timedelta(hours=1)
NAMED = 5  # accounts by their names; of others the number
NEAR = timedelta(days=30)  # before its end a consent is counted
RUN = "kiprah run does all of them at their cadence"


def vitals(agency: AgencyStore, settings: Settings, roster: Roster, now: datetime) -> list[Finding]:
    """Everything about one agency's life; nothing of one whose registry is still empty."""
    if not roster.satker:
        return []
    found: list[Finding] = []
    for job, every in _cadences(agency, settings).items():
        found += grouped("jobs", looked(job, _job, agency, job, every, now))
    found += grouped("data", looked("data", _data, agency, settings, roster, now))
    told = looked("tiktok consents", _consents, agency, roster, now)
    found += grouped("tokens", told)
    found += grouped("data", looked("months", _months, agency, now))
    if settings.notify:
        found += grouped("jobs", looked("notices", _notices, agency))
    return found


def _cadences(agency: AgencyStore, settings: Settings) -> dict[str, timedelta]:
    collect, score = (
        timedelta(minutes=every) for every in (settings.collect_every, settings.score_every)
    )
    documents, listen = (
        timedelta(minutes=cadence.CADENCES[job].every) for job in ("documents", "listen")
    )
    jobs = {"collect": collect, "score": score, "publish": score, "documents": documents}
    wanted = read_listening(agency.settings(LISTENING))[0]
    is_listening = bool(wanted.x_volume or wanted.comments)
    return {**jobs, "listen": listen} if is_listening else jobs


def _notices(agency: AgencyStore) -> list[Finding]:
    """The notices that never reached whom they were for."""
    kinds = Counter(str(held.data.get("kind")) for held in agency.given_up_notices())
    if not kinds:
        return []
    todo = "run: kiprah notify test ADDRESS"
    counts = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    said = f"{kinds.total()} could not be sent in a day and were given up ({counts}); {todo}"
    return [Finding("notices", said, ok=False, todo=todo)]


# Jobs


def _job(agency: AgencyStore, job: str, every: timedelta, now: datetime) -> Finding:
    """When a job last ended well, compared with its cadence; when it is late, nothing runs it."""
    noted = turns.standing(agency, job)
    limit = max(CADENCES * every, AT_LEAST)
    good, failing = time_of(noted.get("good_at")), time_of(noted.get("failing_since"))
    failure = f"it has failed since {iso(failing)}: {noted.get('said')}" if failing else ""
    todo = f"mend what it says: {noted.get('said')}" if failing else f"run: kiprah {job}; {RUN}"
    if good is None:
        began = time_of(agency.cursor("collect").get("began_at"))
        is_overdue = bool(failing) or (began is not None and now - began > limit)
        fatal = is_overdue and not agency.simulation
        words = failure or f"no run is noted yet; {todo}"
        return Finding(job, words, ok=False, fatal=fatal, todo=todo)
    said = [f"last good run {age(good, now)} ({iso(good)})"]
    if good > now + turns.AHEAD:
        said = [f"last good run at {iso(good)}, ahead of this computer's clock"]
    is_late = now - good > limit and not agency.simulation
    if is_late:
        said.append(f"late: it should run every {every // timedelta(minutes=1)} min")
    if failure:
        said.append(failure)
    until = time_of(noted.get("until"))
    if until is not None and now < until <= now + turns.LEASE + turns.AHEAD:
        said.append(f"one is at work since {noted.get('since')} ({noted.get('holder')})")
    if is_late and not failure:
        said.append(todo)
    is_well = not (is_late or failure)
    return Finding(job, "; ".join(said), ok=is_well, fatal=is_late, todo="" if is_well else todo)


# Data


def _data(agency: AgencyStore, settings: Settings, roster: Roster, now: datetime) -> list[Finding]:
    """How old the newest read is, of each platform and of all."""
    registered = {a.platform for a in roster.accounts}
    able = [p for p in PLATFORMS if configured(settings, p) or is_keyless(settings, p)]
    stale = signs.stale_after(timedelta(minutes=settings.discover_every))
    reads: dict[Platform, datetime] = {}
    found: list[Finding] = []
    for platform in (p for p in able if p in registered):
        found += looked(f"{platform} data", _platform_data, agency, platform, stale, reads, now)
    newest = max((at for at in reads.values() if at <= now + turns.AHEAD), default=None)
    if newest is not None and now - newest > stale and not agency.simulation:
        words = f"the newest read of any platform is of {iso(newest)}, {age(newest, now)}"
        todo = "run kiprah collect and see what it says"
        found.append(Finding("data", f"{words}; {todo}", ok=False, fatal=True, todo=todo))
    return found


def _platform_data(
    agency: AgencyStore,
    platform: Platform,
    stale: timedelta,
    reads: dict[Platform, datetime],
    now: datetime,
) -> Finding:
    """One platform's last read, noted in ``reads``, and which of its accounts rest."""
    stored = agency.sync_state(platform).body
    state = states.decode(stored) if stored else SyncState()
    if state is None:
        return Finding(f"{platform} data", "its note cannot be read; collecting makes it anew")
    last = signs.last_read(state)
    if last is not None:
        reads[platform] = last
    said = [f"last read {age(last, now)} ({iso(last)})" if last else "nothing was read yet"]
    resting = [a for a in state.accounts.values() if a.retry_at is not None and a.retry_at > now]
    if resting:
        reasons = Counter(_reason(account) for account in resting)
        named = "; ".join(f"{n} × {reason}" for reason, n in reasons.most_common(3))
        said.append(f"{len(resting)} of {len(state.accounts)} accounts rest: {named}")
    is_stale = last is not None and now - last > stale
    return Finding(f"{platform} data", "; ".join(said), ok=not (is_stale or resting))


def _reason(account: AccountState) -> str:
    """Why an account rests, without its name, so that the same reasons can be counted."""
    return re.sub(r"@[\w.·-]+", "@…", account.wrong or "no reason is noted")


# Consents


def _consents(agency: AgencyStore, roster: Roster, now: datetime) -> list[Finding]:
    """How many TikTok accounts have a consent, and which need somebody."""
    handles = [
        a.handle
        for a in roster.accounts
        if a.platform == "tiktok" and (a.valid_to is None or a.valid_to > now)
    ]
    if not handles:
        return []
    stored = {s.id: s.data for s in agency.consents()}
    held = {h: stored.get(key("tiktok", h.lower())) for h in handles}
    groups: dict[str, list[str]] = {
        "without one": [h for h, data in held.items() if data is None],
        signs.LOST: [],
        signs.REFUSED: [],
        signs.WITHDRAWN: [],
        signs.PAST: [],
        signs.ENDING: [],
        signs.UNREADABLE: [],
    }
    for handle, data in held.items():
        if data is not None and (state := signs.consent_state(data, now)):
            groups[state].append(handle)
    fit = len(handles) - sum(len(g) for name, g in groups.items() if name != signs.ENDING)
    said = [f"{fit} of {len(handles)} accounts have one"]
    said += [*_first_end(held, now)]
    said += [f"{len(some)} {name}: {_named(some)}" for name, some in groups.items() if some]
    needy = sum(map(len, groups.values()))
    todo = "kiprah connect link SATKER makes links for them" if needy else ""
    words = "; ".join([*said, todo] if todo else said)
    return [Finding("tiktok consents", words, ok=not needy, todo=todo)]


def _first_end(held: Mapping[str, Mapping[str, Any] | None], now: datetime) -> Iterator[str]:
    """When the first of the living consents ends, and how many more do so soon."""
    ends = {
        handle: until
        for handle, data in held.items()
        if data is not None
        and signs.consent_state(data, now) in ("", signs.ENDING)
        and (until := time_of(data.get("refresh_until")))
    }
    if not ends:
        return
    first = min(ends, key=lambda handle: (ends[handle], handle))
    yield f"the first ends {ends[first]:%Y-%m-%d} (@{first})"
    near = sum(until <= now + NEAR for until in ends.values())
    yield f"{near} end within {NEAR.days} days"


def _named(handles: list[str]) -> str:
    more = len(handles) - NAMED
    return ", ".join(f"@{h}" for h in handles[:NAMED]) + (f" and {more} more" if more > 0 else "")


# Months


def _months(agency: AgencyStore, now: datetime) -> list[Finding]:
    """Of each month that is not final, what it waits for."""
    return [
        finding
        for month, record in agency.months().items()
        if record.ranking.state != "final"
        for finding in looked(f"month {month}", _month, agency, month, record, now)
    ]


def _month(agency: AgencyStore, month: str, record: MonthRecord, now: datetime) -> Finding:
    subject, ranking = f"month {month}", record.ranking
    if ranking.incomplete:
        return Finding(subject, "incomplete: collecting began after its first day; never final")
    begins, closes = closing_begins(month, agency.zone), record.closes_at
    if closes is None or now < begins:
        return Finding(subject, f"open until {iso(begins)}, when the time for objections begins")
    if undecided := [o.id for o in record.objections if o.holds_open(closes)]:
        words = (
            f"held open by {len(undecided)} undecided objections: {', '.join(undecided[:NAMED])}"
        )
        todo = "decide them: kiprah decide --objection ID …"
        return Finding(
            subject, f"{words}; {todo}", ok=now < closes, todo="" if now < closes else todo
        )
    if now < closes:
        return Finding(subject, f"closing: objections are taken until {iso(closes)}")
    words = f"should be final since {iso(closes)}, and was last scored as of {iso(ranking.as_of)}"
    return Finding(subject, words, ok=False, todo="run: kiprah score")
