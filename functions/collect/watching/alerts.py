"""What wakes somebody: lines ``alert.…`` in the log, at most once an hour for each agency.

A log-based alert in Cloud Monitoring counts them. They are told by the collector, which has nearly
all of it at hand: what it noted of each platform and the budgets cost no read. Consents cost one
for each TikTok account that rests, and once a day one for each that there is.

- ``alert.stale`` (platform, read_at): nothing of a platform was read for three looks;
- ``alert.consent_lost`` (accounts, named, why): units have to consent once more;
- ``alert.ending`` (what, until, …): consents within 14 days, the Graph API's version within 60;
- ``alert.credential_refused`` (credential, said): a platform refuses a token or a key;
- ``alert.budget`` (credential, bucket, spent, limit or until): what may be spent is used up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from functions import log
from functions.collect.credentials import ACCESS, configured
from functions.collect.planning.quota import SAFE
from functions.collect.report import CollectReport
from functions.collect.state import SyncState
from functions.collect.watching import signs, versions
from functions.jobs import turns
from functions.model import Platform, iso
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.keys import key
from functions.times import time_of

EVERY = timedelta(hours=1)
LONG = timedelta(hours=1)  # a wait of less is a platform's rhythm
NAMED = 5  # accounts by their handles; of others the number


class Alert(NamedTuple):
    """One line: its event, and what it says."""

    event: str
    fields: dict[str, Any]


def due(noted: Mapping[str, Any], clock: datetime) -> bool:
    """Whether an hour has gone by since alerts were told; what a clock that was ahead noted does
    not count."""
    told = time_of(noted.get("alerted_at"))
    return told is None or not clock - EVERY < told <= clock + turns.AHEAD


def tell(
    agency: AgencyStore,
    settings: Settings,
    report: CollectReport,
    noted: Mapping[str, Any],
    clock: datetime,
) -> dict[str, str]:
    """Log what wakes somebody; returns what is to be noted of it for the next time.

    ``noted``: what the last runs left. A simulation wakes nobody.
    """
    if agency.simulation or log.is_quiet() or not due(noted, clock):
        return {}
    whole = str(noted.get("consents_at", ""))[:10] != iso(clock)[:10]
    for alert in [*look(agency, settings, report, whole=whole)]:
        log.warning(alert.event, **alert.fields)
    return {"alerted_at": iso(clock), **({"consents_at": iso(clock)} if whole else {})}


def look(
    agency: AgencyStore, settings: Settings, report: CollectReport, *, whole: bool = True
) -> Iterator[Alert]:
    """Everything that needs somebody at the report's instant; ``whole``: of every consent."""
    now = report.now
    every = timedelta(minutes=settings.discover_every)
    for platform, state in report.states.items():
        yield from _stale(platform, state, now, signs.stale_after(every))
    for platform, state in report.states.items():
        if ACCESS[platform].by_consent:
            yield from _consents(agency, state, now, whole=whole)
    if configured(settings, "instagram") or configured(settings, "facebook"):
        yield from _version(settings.graph_version, now)
    for name, standing in report.budgets.items():
        yield from _credential(name, standing, now)


def _stale(
    platform: Platform, state: SyncState, now: datetime, after: timedelta
) -> Iterator[Alert]:
    read_at = signs.last_read(state)
    if read_at is not None and now - read_at > after:
        yield Alert("alert.stale", {"platform": platform, "read_at": iso(read_at)})


def _consents(
    agency: AgencyStore, state: SyncState, now: datetime, *, whole: bool
) -> Iterator[Alert]:
    if whole:
        known = {key("tiktok", handle.lower()): handle for handle in state.accounts}
        stored = {known[held.id]: held for held in agency.consents() if held.id in known}
    else:
        resting = [h for h, a in state.accounts.items() if a.retry_at and a.retry_at > now]
        stored = agency.consents_of(resting)
    found: dict[str, list[str]] = defaultdict(list)
    ends: list[datetime] = []
    for handle, one in stored.items():
        sign = signs.consent_state(one.data, now)
        found[sign].append(handle)
        if sign == signs.ENDING and (until := time_of(one.data.get("refresh_until"))):
            ends.append(until)
    for why in (signs.LOST, signs.REFUSED, signs.WITHDRAWN, signs.PAST, signs.UNREADABLE):
        if handles := found[why]:
            yield Alert("alert.consent_lost", {**_named(handles), "why": why})
    if handles := found[signs.ENDING]:
        told = {"what": "tiktok consents", **_named(handles), "until": iso(min(ends))}
        yield Alert("alert.ending", told)


def _named(handles: list[str]) -> dict[str, Any]:
    return {"accounts": len(handles), "named": [f"@{h}" for h in sorted(handles)[:NAMED]]}


def _version(version: str, now: datetime) -> Iterator[Alert]:
    if said := versions.remark(version, now.date()):
        until = str(versions.ending(version))
        told = {"what": f"Graph API {version}", "until": until, "said": said}
        yield Alert("alert.ending", told)


def _credential(name: str, standing: Mapping[str, Any], now: datetime) -> Iterator[Alert]:
    """A standing as ``reservations.standing`` puts it."""
    if said := standing.get("refused"):
        yield Alert("alert.credential_refused", {"credential": name, "said": said})
    for bucket, wait in standing.get("waits", {}).items():
        until = time_of(str(wait.get("until")).replace("Z", "+00:00"))
        if until is not None and until - now > LONG:
            told = {"bucket": bucket, "until": iso(until), "said": wait.get("message")}
            yield Alert("alert.budget", {"credential": name, **told})
    for bucket, facts in standing.items():
        if isinstance(facts, Mapping) and {"spent", "limit"} <= facts.keys():
            spent, limit = facts["spent"], facts["limit"]
            if limit and bucket != "calls" and spent * 100 >= limit * SAFE:
                told = {"bucket": bucket, "spent": spent, "limit": limit}
                yield Alert("alert.budget", {"credential": name, **told})
