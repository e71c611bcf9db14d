"""What a collection notes in the diary that everybody can read (store/diary.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.collect.credentials import names
from functions.collect.report import CollectReport
from functions.collect.state import SyncState
from functions.collect.watching import signs
from functions.model import PLATFORMS, Platform, Roster
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.diary import DiaryDay, PlatformNow, UnreadAccount, named


def note(agency: AgencyStore, settings: Settings, report: CollectReport) -> None:
    """Note what the run did; a run that did nothing notes nothing.

    A diary that cannot be written costs no collection: the report says so, and the next run writes
    what it did itself.
    """
    if not report.did_anything or report.roster is None:
        return
    local = report.now.astimezone(agency.zone)
    try:
        agency.note_in_diary(
            local.date(),
            {p: _day(settings, report, p, local) for p in report.platforms},
            {p: now for p in PLATFORMS if (now := _now(report, report.roster, p)) is not None},
        )
    except Exception as error:
        report.problems.append(f"diary: {type(error).__name__}: {error}")


def _day(
    settings: Settings, report: CollectReport, platform: Platform, local: datetime
) -> DiaryDay:
    """What the run adds to the platform's day. ``local``: the run's instant in the agency's zone.

    An hour counts as answered by its last read: at every tick the newest one is looked at.
    """
    summary = report.platforms[platform]
    did = summary.get("brought") or summary
    state = report.states.get(platform)
    read_at = signs.last_read(state) if state is not None else None
    read = read_at.astimezone(local.tzinfo) if read_at is not None else None
    return DiaryDay(
        hours=1 << read.hour if read is not None and read.date() == local.date() else 0,
        requests=did.get("requests", 0),
        failed=did.get("requests_failed", 0),
        mills=sum(did.get("mills", {}).values()),
        quota=_quota(report.budgets.get(name, {}) for name in names(settings, platform)),
    )


def _quota(standings: Any) -> int | None:
    """The largest share of a limit that any of some credentials has used, in percent."""
    used = [
        100 * bucket["spent"] // bucket["limit"]
        for standing in standings
        for bucket in standing.values()
        if isinstance(bucket, Mapping) and bucket.get("limit")
    ]
    return max(used, default=None)


def _now(report: CollectReport, roster: Roster, platform: Platform) -> PlatformNow | None:
    """How the platform stands; None where this run was not to read it."""
    if platform in report.skipped:
        return PlatformNow(ready=False)
    state = report.states.get(platform)
    if state is None:
        return None
    unread, more = named(_unread(state, roster, platform, report.now))
    summary = report.platforms.get(platform, {})
    return PlatformNow(
        read_at=signs.last_read(state),
        unread=unread,
        more=more,
        stopped=bool(summary.get("stopped")),
    )


def _unread(
    state: SyncState, roster: Roster, platform: Platform, now: datetime
) -> list[UnreadAccount]:
    """The registered accounts that cannot be read, and why."""
    registered = {a.handle for a in roster.accounts if a.platform == platform and a.holds(now)}
    return [
        UnreadAccount(handle=handle, said=account.wrong)
        for handle, account in state.accounts.items()
        if account.wrong and handle in registered
    ]
