"""The collect job: registry, plan, reads, and what they brought into the store.

Every step may be repeated: documents have deterministic keys, samples are merged, and the note that
steers the next tick is written last, so that a run that dies half-way is simply read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from functions import log
from functions.collect import note as notes
from functions.collect.access import NEEDS, address, configured, credentials, official
from functions.collect.answers import Profile
from functions.collect.client import Clock, Connection
from functions.collect.note import Note
from functions.collect.plan import Plan, Purpose, next_tick, plan, stale_profiles, unresolved
from functions.collect.platforms import adapter
from functions.collect.reading import Harvest, Reading
from functions.connect.consents import Consents
from functions.connect.vault import open_vault
from functions.model import (
    PLATFORMS,
    SETTLED,
    Account,
    Platform,
    Roster,
    iso,
    month_bounds,
    month_of,
)
from functions.registry.roster import build, with_account_ids
from functions.settings import Settings, SettingsError
from functions.store.agency import AgencyStore
from functions.store.port import Conflict, StoreError

PRESENT = timedelta(minutes=2)


@dataclass(slots=True)
class Report:
    """What a run did, per platform; ``failed``: nothing at all could be read."""

    run_id: str
    now: datetime
    platforms: dict[str, dict[str, Any]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    failed: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "job": "collect",
            "run_id": self.run_id,
            "now": iso(self.now),
            "platforms": self.platforms,
            "skipped": self.skipped,
            "problems": self.problems,
            "failed": self.failed,
        }


class Connections:
    """Open connections by base URL, kept between ticks by whoever runs many."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._open: dict[tuple[Platform, str], Connection] = {}

    async def __aenter__(self) -> Connections:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def to(self, settings: Settings, platform: Platform) -> Connection:
        """The connection to a platform, opened on first use."""
        place = (platform, address(settings, platform))
        if place not in self._open:
            self._open[place] = await self._stack.enter_async_context(Connection(place[1]))
        return self._open[place]


async def collect(
    book: AgencyStore,
    settings: Settings,
    *,
    now: datetime,
    run_id: str,
    simulated: bool = False,
    platforms: Sequence[Platform] = PLATFORMS,
    connections: Connections | None = None,
) -> Report:
    """Read what is due on every platform and store it.

    Args:
        now: this tick. ``simulated``: it was given by hand; the clock runs on from there.
        connections: open connections to use and leave open.

    Raises:
        SettingsError: a simulated tick would read an official host at another time than now.
        StoreError: the store cannot be used.
    """
    if simulated:
        _refuse_forgery(settings, platforms, now)
    report = Report(run_id, now)
    clock = Clock(now if simulated else None)
    roster = _roster(book, now, report)
    ready = [platform for platform in platforms if _is_ready(settings, platform, roster, report)]
    async with AsyncExitStack() as stack:
        opened = connections
        if opened is None:
            opened = await stack.enter_async_context(Connections())
        outcomes = await asyncio.gather(
            *(_platform(book, settings, p, roster, clock, opened) for p in ready),
            return_exceptions=True,
        )
    _account_for(report, ready, outcomes)
    if any(summary["served"] for summary in report.platforms.values()):
        _note_beginning(book, now)
    _save_ids(book, roster, ready, outcomes, now)
    _save_report(book, report, settings)
    return report


async def _platform(
    book: AgencyStore,
    settings: Settings,
    platform: Platform,
    roster: Roster,
    clock: Clock,
    opened: Connections,
) -> tuple[Note, Harvest, dict[str, Any]]:
    """One platform's tick: plan, read, write, and note."""
    module = adapter(platform)
    connection = await opened.to(settings, platform)
    sent = connection.requests
    note, version = _note(book, platform, clock())
    now = clock()
    cadence = timedelta(minutes=int(settings.collect_every))
    following = next_tick(note, now, cadence)
    reading = Reading(
        platform,
        module,
        credentials(settings, platform, module, connection, clock),
        Consents(book, lambda: open_vault(settings)),
        note,
        clock,
        following,
    )
    handles = _handles(roster, platform, now)
    _forget_strangers(note, handles)

    reading.wake()
    await reading.resolve(unresolved(note, handles, now))
    planned = plan(
        note,
        handles,
        now=now,
        following=following,
        look_back=month_bounds(month_of(now, book.agency.zone), book.agency.zone)[0],
        lookup_size=module.LOOKUP_SIZE,
        discover_every=timedelta(minutes=int(settings.discover_every)),
    )
    # A limit met on the way must cost the least valuable: marks come before listings.
    await reading.lookup(r for r in planned.lookups if r.purpose is Purpose.MARK)
    await reading.sweep(planned.sweeps)
    await reading.lookup(r for r in planned.lookups if r.purpose is not Purpose.MARK)
    await reading.recheck(stale_profiles(note, handles, now, module.FOLLOWERS_EVERY))

    harvest = reading.harvest
    requests = connection.requests - sent
    if not requests and not harvest.checked:  # a tick with nothing due writes nothing
        return note, harvest, _summary(reading, planned, 0)
    note.tick(now)
    note.waits = {c.number: c.until for c in reading.credentials if c.until}
    note.prune(now)
    work = (book, platform, roster, harvest, note, version)
    if book.store.remote:  # an embedded store answers before a thread is even awake
        await asyncio.to_thread(_save, *work)
    else:
        _save(*work)
    return note, harvest, _summary(reading, planned, requests)


def _save(
    book: AgencyStore,
    platform: Platform,
    roster: Roster,
    harvest: Harvest,
    note: Note,
    version: str | None,
) -> None:
    """Write what a tick brought; the note last, and not at all when another instance was faster."""
    book.save_posts(harvest.posts)
    if harvest.followers:
        book.save_followers(harvest.followers)
    holders = {(a.platform, a.handle): a for a in roster.accounts}
    book.save_feedback(
        (holders[platform, handle].satker, platform, holders[platform, handle].handle, finding)
        for handle, checked in harvest.checked.items()
        if (finding := _feedback(checked, note, handle)) and (platform, handle) in holders
    )
    try:
        book.save_plan(platform, notes.encode(note), version)
    except Conflict:
        log.warning("collect.overlap", platform=platform)


def _feedback(checked: Profile | str, note: Note, handle: str) -> dict[str, Any]:
    """What is shown beside the handle that an admin typed."""
    at = note.accounts[handle].checked_at
    stamp = {"checked_at": iso(at)} if at else {}
    if isinstance(checked, str):
        return {**stamp, "status": checked}
    return {
        **stamp,
        "status": "ok",
        "account_id": checked.account_id,
        "title": checked.title,
        "followers": checked.followers,
    }


def _note(book: AgencyStore, platform: Platform, now: datetime) -> tuple[Note, str | None]:
    body, version = book.plan(platform)
    note = notes.decode(body) if body else None
    if note is None:
        posts = book.posts_published(now - notes.REMEMBERED)
        note = notes.rebuild(post for post in posts if post.platform == platform)
    return note, version


def _forget_strangers(note: Note, handles: Sequence[str]) -> None:
    """Drop accounts that are no longer registered, so that a return is resolved afresh."""
    note.accounts = {name: a for name, a in note.accounts.items() if name in set(handles)}


def _handles(roster: Roster, platform: Platform, now: datetime) -> list[str]:
    """The handles to read: registered now, or until so lately that a mark is still to come."""
    return sorted(
        {
            account.handle
            for account in roster.accounts
            if account.platform == platform and _is_read(account, now)
        }
    )


def _is_read(account: Account, now: datetime) -> bool:
    ended = account.valid_to is not None and account.valid_to + SETTLED < now
    return account.valid_from <= now and not ended


def _roster(book: AgencyStore, now: datetime, report: Report) -> Roster:
    """The registry as it stands, checked; a new version is stored when something changed."""
    documents = {stored.id: stored.data for stored in book.satker_documents()}
    previous = book.roster(now)
    roster, problems = build(documents, previous, now, book.agency.zone)
    report.problems += problems
    if roster != previous:
        book.save_roster(roster)
    if not roster.satker:
        report.problems.append("the registry is empty; run: kiprah registry import FILE")
    return roster


def _note_beginning(book: AgencyStore, now: datetime) -> None:
    """Remember when collection began: a month it did not cover whole is incomplete."""
    if "began_at" not in book.cursor("collect"):
        book.save_cursor("collect", began_at=iso(now))


def _is_ready(settings: Settings, platform: Platform, roster: Roster, report: Report) -> bool:
    if not any(account.platform == platform for account in roster.accounts):
        return False
    if not configured(settings, platform):
        report.skipped[platform] = f"no credentials; set {NEEDS[platform]}"
        return False
    return True


def _refuse_forgery(settings: Settings, platforms: Sequence[Platform], now: datetime) -> None:
    """A read at one time must not be filed under another."""
    if abs(now - Clock()()) <= PRESENT:
        return
    for platform in official(settings):
        if platform in platforms:
            raise SettingsError(
                f"--now is not the present, and {platform} would be read at its official host: "
                f"that would forge evidence. Set KIPRAH_{platform.upper()}_URL to a stand-in, "
                "or leave --now out"
            )


def _account_for(report: Report, ready: Sequence[Platform], outcomes: Sequence[Any]) -> None:
    """Gather the platforms' summaries; a platform that fell over costs only itself."""
    fallen = 0
    for platform, outcome in zip(ready, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            if not isinstance(outcome, Exception) or isinstance(outcome, StoreError):
                raise outcome
            fallen += 1
            report.problems.append(f"{platform}: {type(outcome).__name__}: {outcome}")
            log.error("collect.platform_failed", platform=platform, error=repr(outcome))
            continue
        _, harvest, summary = outcome
        report.platforms[platform] = summary
        report.problems += harvest.problems
    tried = sum(s["requests"] > 0 for s in report.platforms.values())
    served = sum(s["served"] for s in report.platforms.values())
    report.failed = (not ready) or fallen == len(ready) or (tried > 0 and served == 0)


def _summary(reading: Reading, planned: Plan, requests: int) -> dict[str, Any]:
    counts = reading.harvest.counts
    stopped = {c.number: str(c.stopped) for c in reading.credentials if c.stopped}
    return {
        "requests": requests,
        "planned": {
            "sweeps": len(planned.sweeps),
            "lookups": len(planned.lookups),
        },
        **{
            name: counts[name]
            for name in (
                "accounts_read",
                "accounts_wrong",
                "posts_read",
                "posts_found",
                "samples_kept",
                "absences",
                "items_broken",
                "requests_failed",
                "consents_busy",
            )
        },
        "given_up": sum(credential.skipped for credential in reading.credentials),
        "stopped": stopped,
        # To be told that an account is wrong is an answer, too.
        "served": any(counts[name] for name in ("accounts_read", "accounts_wrong", "posts_read"))
        or bool(reading.harvest.checked),
    }


def _save_ids(
    book: AgencyStore,
    roster: Roster,
    ready: Sequence[Platform],
    outcomes: Sequence[Any],
    now: datetime,
) -> None:
    """Let the registry know the durable ids that were found."""
    ids = {
        (platform, handle): account.account_id
        for platform, outcome in zip(ready, outcomes, strict=True)
        if not isinstance(outcome, BaseException)
        for handle, account in outcome[0].accounts.items()
        if account.account_id
    }
    resolved = with_account_ids(roster, ids)
    if resolved != roster:
        book.save_roster(msgspec.structs.replace(resolved, as_of=now))


def _save_report(book: AgencyStore, report: Report, settings: Settings) -> None:
    """Keep the run, unless nothing was due: such a tick writes nothing."""
    if any(summary["requests"] for summary in report.platforms.values()) or report.failed:
        document: Mapping[str, Any] = report.as_dict()
        text = log.clean(msgspec.json.encode(document).decode())
        book.save_run(report.run_id, {**msgspec.json.decode(text), "started_at": iso(report.now)})
