"""One platform at one tick: open, plan, read, store, save.

Every step may be repeated: documents have deterministic keys, samples are merged, and the state
that steers the next tick is saved last, so that a run that dies half-way is simply read again. Two
instances at once fold what they learned into each other's state.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar

import msgspec

from functions import log
from functions.collect import state as states
from functions.collect.client import Connections
from functions.collect.credentials import (
    ACCESS,
    adapter_for,
    address,
    choose,
    credentials,
    names,
)
from functions.collect.planning.allocation import allocate, priced
from functions.collect.planning.candidates import Timing, candidates, expected
from functions.collect.planning.marks import PROMISED, next_tick, usual_pause
from functions.collect.planning.quota import Expected
from functions.collect.planning.requests import CountRequest, Plan, SweepRequest
from functions.collect.planning.reservations import Bill, Demand, Reservations, bill_of
from functions.collect.planning.ways import Candidate, Closing, Span, Ways
from functions.collect.platforms import Adapter
from functions.collect.reading.completeness import named_month, open_month
from functions.collect.reading.harvest import Harvest
from functions.collect.reading.reader import Reader
from functions.collect.reading.session import TIME_LIMIT, Session
from functions.collect.report import summary_of
from functions.collect.state import AccountState, SyncState
from functions.collect.tick import Tick
from functions.collect.watching import pulse
from functions.model import Account, Platform, iso, month_bounds, month_of, previous_month
from functions.registry.doubles import Name, beside, doubled
from functions.store.agency import AgencyStore
from functions.store.agency.collecting import StoredState
from functions.store.port import Conflict, until_written
from functions.store.pulse import Growth
from functions.thresholds import SETTLED

ATTEMPTS = 5

T = TypeVar("T")


@dataclass(slots=True)
class PlatformSync:
    """One platform at one tick.

    Attributes:
        state: what is remembered of the platform, changed in place while it is read.
        stored: the document that the state came from.
        handles: the accounts to read. ``accounts``: everyone who ever held one on the platform.
        changed: the part of the state that reading changed.
        before: the state as it was stored when it was read or saved last.
        grown: what the state that was saved says to have grown since the one it replaced.
        harvest: what reading brought. ``bills``: what each credential spent on it.
        summary: the platform's part of the run's report.
    """

    tick: Tick
    platform: Platform
    adapter: Adapter
    state: SyncState
    stored: StoredState
    handles: list[str]
    accounts: tuple[Account, ...]
    before: SyncState
    changed: SyncState = field(default_factory=SyncState)
    grown: Growth = field(default_factory=dict)
    harvest: Harvest = field(default_factory=Harvest)
    bills: list[Bill] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=lambda: summary_of(Plan(), Harvest()))
    _left: dict[str, AccountState] = field(default_factory=dict)

    # Open

    @classmethod
    def open(cls, tick: Tick, platform: Platform) -> PlatformSync:
        """Its state and the accounts to read; StoreError when the store cannot be used."""
        accounts = tuple(a for a in tick.roster.accounts if a.platform == platform)
        ids = {account.handle: account.account_id for account in accounts if account.account_id}
        now = tick.clock()
        state, stored = read_state(tick.agency, platform, now, ids)
        handles = sorted({account.handle for account in accounts if _is_read(account, now)})
        adapter = adapter_for(tick.settings, platform)
        sync = cls(tick, platform, adapter, state, stored, handles, accounts, state.copy())
        sync.forget_strangers()
        return sync

    def forget_strangers(self) -> None:
        """Drop accounts that are no longer registered, so that a return is resolved afresh."""
        known = self.state.accounts
        self.state.accounts = {name: known[name] for name in self.handles if name in known}
        self._left |= {name: a for name, a in known.items() if name not in self.state.accounts}

    def recall(self, handles: Iterable[str]) -> None:
        """Take back what was known of accounts that have left: they are read once more."""
        known = self.state.accounts
        known |= {h: self._left[h] for h in handles if h in self._left and h not in known}

    def wake(self) -> None:
        """End the rest of accounts whose consent was given after they were found wrong."""
        if not ACCESS[self.platform].by_consent:
            return
        now = self.tick.clock()
        resting = {
            handle: account.checked_at
            for handle, account in self.state.accounts.items()
            if account.checked_at and account.retry_at and account.retry_at > now
        }
        for handle in self.tick.consents().given_since(resting):
            self.state.rest(handle, None)

    def account_ids(self) -> dict[str, str]:
        """The durable ids of the handles that have been found."""
        return {name: a.account_id for name, a in self.state.accounts.items() if a.account_id}

    # Plan

    @property
    def ways(self) -> Ways:
        """How the platform can be read."""
        return Ways.of(self.adapter)

    @property
    def following(self) -> datetime:
        """When the next tick is to be expected."""
        return next_tick(self.state, self.tick.now, self.tick.every)

    def candidates(self) -> list[Candidate]:
        """What is worth reading now; a first look at an account reaches back to the first of the
        running month."""
        closing = self.closing()
        if not self.adapter.HAS_CHOICES:
            return self._candidates(self.ways, closing)
        found = self._candidates(msgspec.structs.replace(self.ways, counts=True), closing)
        # The settings are a document to read: only where something is due that they bear upon.
        if not any(isinstance(candidate.what, SweepRequest | CountRequest) for candidate in found):
            return found
        chosen = self.tick.agency.reading_of_x()
        ways = msgspec.structs.replace(
            self.ways, counts=chosen["counts"], replies=chosen["replies"]
        )
        return found if ways.counts and not ways.replies else self._candidates(ways, closing)

    def _candidates(self, ways: Ways, closing: Closing) -> list[Candidate]:
        now, zone = self.tick.now, self.tick.agency.zone
        timing = Timing(
            now=now,
            following=self.following,
            look_back=month_bounds(month_of(now, zone), zone)[0],
            discover_every=timedelta(minutes=self.tick.settings.discover_every),
        )
        return candidates(self.state, self.handles, ways, timing, closing)

    def closing(self) -> Closing:
        """What planning the last looks before closing needs to know; the state then holds the
        accounts that left in a month which is about to close."""
        now, zone = self.tick.now, self.tick.agency.zone
        month = open_month(now, zone)
        pause = usual_pause(self.state, now, self.tick.every)
        before = named_month(previous_month(month.name), zone)
        closing = Closing(month, before, now + pause, self._spans())
        if now < closing.opens_at and closing.following < month.closes_at:
            return closing
        reading = {*self.handles}
        leaving = {
            account.handle: account.account_id
            for account in self.accounts
            if account.account_id
            and account.handle not in reading
            and closing.concerns(account.handle)
        }
        self.recall(leaving)
        for handle, account_id in leaving.items():
            known = AccountState(handle=handle, account_id=account_id)
            self.state.accounts.setdefault(handle, known)
        return msgspec.structs.replace(closing, leaving=tuple(sorted(leaving)))

    def _spans(self) -> dict[str, Span]:
        """When each handle was registered, whoever held it."""
        spans: dict[str, Span] = {}
        for account in self.accounts:
            begin, end = account.valid_from, account.valid_to
            if (known := spans.get(account.handle)) is not None:
                begin = min(begin, known.begin)
                end = max(end, known.end) if end and known.end else None
            spans[account.handle] = Span(begin, end)
        return spans

    # Read, store, save

    async def carry_out(self, plan: Plan, connections: Connections, *, saves: bool = True) -> None:
        """Read what the plan says, store what came, and last of all save.

        Whatever the platform does is in the harvest and the summary; StoreError when the store
        cannot be used. ``saves``: whether the state is this run's to save; not a batch's.
        """
        tick = self.tick
        connection = await connections.to(self.platform, address(tick.settings, self.platform))
        began, sent = tick.clock(), connection.requests
        served = credentials(tick.settings, self.platform, self.adapter, connection, tick.clock)
        following = next_tick(self.state, began, tick.every)
        session = Session(
            platform=self.platform,
            adapter=self.adapter,
            credentials={credential.name: credential for credential in served},
            consents=tick.consents(),
            state=self.state,
            clock=tick.clock,
            horizon=horizon(plan, began, following),
            zone=tick.agency.zone,
            stored=self._stored,
            ends=monotonic() + TIME_LIMIT if tick.run.ends is None else tick.run.ends,
        )
        try:
            await Reader(session).carry_out(plan)
        finally:  # what was spent is spent, whatever became of it
            bills = [bill_of(credential, tick.clock()) for credential in served]
            self.bills = [bill for bill in bills if bill.is_of_note]
        self.harvest, self.changed = session.harvest, session.changed
        self.summary = summary_of(
            plan,
            self.harvest,
            stopped={c.name: str(error) for c in served for error in c.stops.values()},
            requests=connection.requests - sent,
            skipped=sum(credential.skipped for credential in served),
        )
        await self._off_the_loop(self.store, began)
        if saves and (self.summary["requests"] or self.harvest.checked):  # else nothing was due
            await self._off_the_loop(self.save, self.changed, tick.clock())

    async def _stored(self, posts: Sequence[str]) -> Collection[str]:
        """Which of some posts (``account_id:post_id``) the store holds."""
        return await self._off_the_loop(self.tick.agency.held_posts, self.platform, posts)

    async def _off_the_loop(self, work: Callable[..., T], *args: Any) -> T:
        """Have a thread talk to a remote store; an embedded one answers before it is awake."""
        if self.tick.agency.store.remote:
            return await asyncio.to_thread(work, *args)
        return work(*args)

    def store(self, now: datetime) -> None:
        """Write what reading brought: posts, how they are found, followers, what admins are told.

        ``now``: when reading began, at which the registry says whose accounts they are.
        """
        agency, harvest = self.tick.agency, self.harvest
        # First, since a state that is rebuilt takes a stored post for one that can be found.
        agency.save_urls(harvest.found_under)
        agency.save_posts(harvest.posts)
        if harvest.followers:
            agency.save_followers(harvest.followers)
        if harvest.incomplete:
            accounts = self.state.accounts
            told = {
                account_id: said
                for handle, said in harvest.incomplete.items()
                if (account_id := accounts[handle].account_id)
            }
            agency.save_completeness(self.platform, told)
        if harvest.checked:
            self._answer_admins(now)
        if self.summary["served"]:
            self.note_beginning(now)

    def note_beginning(self, now: datetime) -> None:
        """Note when collection began: a month that it did not cover whole is incomplete."""
        if "began_at" not in self.tick.agency.cursor("collect"):
            self.tick.agency.save_cursor("collect", began_at=iso(now))

    def _answer_admins(self, now: datetime) -> None:
        """Write beside each handle that was checked what was found."""
        twice = doubled(self.tick.roster.accounts, now)
        # One that has ended is still read for a while, and past.
        held = [(a.satker, a.handle) for a in self.accounts if a.holds(now)]
        asked = dict.fromkeys(one for one in held if one[1] in self.harvest.checked)
        found = (
            (satker, self.platform, handle, self._feedback(handle, twice, satker))
            for satker, handle in asked
        )
        self.tick.agency.save_feedback(feedback for feedback in found if feedback[3])

    def _feedback(
        self, handle: str, twice: Mapping[Name, list[str]], satker: str
    ) -> dict[str, Any]:
        """What is shown beside the handle that an admin typed; empty for one that is not known."""
        account, profile = self.state.accounts.get(handle), self.harvest.checked[handle]
        if account is None:
            return {}
        remarks = [account.wrong] if account.wrong else [account.told, account.lacking]
        feedback: dict[str, Any] = {"status": " ".join(r for r in remarks if r) or "ok"}
        feedback |= beside(feedback, twice.get((satker, self.platform, handle), []))
        if handle in self.harvest.incomplete:
            feedback["completeness"] = self.harvest.incomplete[handle]
        if account.checked_at:
            feedback["checked_at"] = iso(account.checked_at)
        if profile is not None:
            feedback |= {
                "account_id": profile.account_id,
                "title": profile.title,
                "followers": profile.followers,
            }
        return feedback

    def save(self, changed: SyncState, now: datetime, *, sent: bool = True) -> bool:
        """Save the state; when another instance was faster, ``changed`` goes into its state.

        ``sent``: whether this tick asks the platform for anything. False when others were always
        faster.
        """
        agency, state, stored, before = self.tick.agency, self.state, self.stored, self.before
        grown: Growth = {}

        def write() -> None:
            nonlocal state, stored, before, grown
            if sent:
                state.tick(now)
            grown = self.growth(before, state, now)
            state.prune(now)
            try:
                agency.save_sync_state(self.platform, states.encode(state), stored)
            except Conflict:
                state, stored = read_state(agency, self.platform, now, self.account_ids())
                before = state.copy()
                state.fold(changed)
                raise

        try:
            until_written(write, ATTEMPTS)
        except Conflict:
            log.warning("collect.overlap", platform=self.platform)
            return False
        # Only now: what is in no stored state is read, and grows, once more.
        self.state, self.before, self.grown = state, state.copy(), grown
        return True

    def growth(self, before: SyncState, after: SyncState, now: datetime) -> Growth:
        """What grew between two states; in the later one it is noted until when that is known."""
        pulse.cover(before, after, now)
        return pulse.growth(self.platform, before, after)


def plan_together(
    tick: Tick,
    syncs: Mapping[Platform, PlatformSync],
    reservations: Reservations,
    *,
    settled: Sequence[tuple[str, datetime, Bill]] = (),
    lapses_after: timedelta | None = None,
) -> dict[Platform, Plan]:
    """All platforms' plans within their budgets, which are reserved by it.

    Nothing is planned, and nothing reserved, when nothing is worth reading. ``settled`` and
    ``lapses_after``: as for ``Reservations.reserve``.
    """
    wanted = [candidate for sync in syncs.values() for candidate in sync.candidates()]
    if not wanted and not settled:
        return {}
    serving = {platform: names(tick.settings, platform) for platform in syncs}
    needs: dict[str, list[Expected]] = defaultdict(list)
    for platform, sync in syncs.items():
        for subject, need in expected(sync.state, sync.ways, tick.now, tick.every):
            needs[choose(serving[platform], subject)].append(need)
    # Planned again with what is left, whenever another instance reserved meanwhile.
    return reservations.reserve(
        tick.now + tick.every,
        lambda allowances: allocate(
            wanted,
            {platform: sync.ways for platform, sync in syncs.items()},
            {p: [(name, allowances[name]) for name in serving[p]] for p in syncs},
        ),
        expected=needs,
        demands=_demands(wanted, serving) if reservations.share is not None else None,
        settled=settled,
        lapses_after=lapses_after,
    )


def _demands(
    wanted: Iterable[Candidate], serving: Mapping[Platform, Sequence[str]]
) -> dict[str, Demand]:
    """What all candidates would cost, by credential."""
    amounts: dict[str, Counter[str]] = defaultdict(Counter)
    pieces: dict[str, dict[str, int]] = defaultdict(dict)
    for name, cost in priced(wanted, serving):
        amounts[name].update(cost)
        for bucket, amount in cost.items():
            pieces[name][bucket] = max(amount, pieces[name].get(bucket, 0))
    return {
        name: Demand(amounts=dict(wished), pieces=pieces[name]) for name, wished in amounts.items()
    }


def read_state(
    agency: AgencyStore, platform: Platform, now: datetime, ids: Mapping[str, str] | None = None
) -> tuple[SyncState, StoredState]:
    """The stored state. What of it is lost is made anew from the month's posts and from ``ids``,
    the accounts found before by handle: what is in the store is not to be read and paid for again.
    """
    stored = agency.sync_state(platform)
    state = states.decode(stored.body) if stored.body else None
    if state is None or state.has_forgotten(now):
        left = state or SyncState()
        since = min(open_month(now, agency.zone).begin, now - states.REMEMBERED)
        posts = agency.posts_published(since)
        state = states.rebuild((post for post in posts if post.platform == platform), ids, since)
        state.ticks = left.ticks
        state.fold(left)
    state.until(now)
    return state, stored


def note_wrong(
    agency: AgencyStore, platform: Platform, wrong: Mapping[str, str], now: datetime
) -> None:
    """Have the state know what admins were told of accounts by somebody else (by handle), so that
    they are told when it is over. An account that is not known yet has nothing to take back."""

    def write() -> None:
        state, stored = read_state(agency, platform, now)
        known = {h: said for h, said in wrong.items() if h in state.accounts}
        for handle, said in known.items():
            state.accounts[handle] = msgspec.structs.replace(
                state.accounts[handle], wrong=said, checked_at=now
            )
        if known:
            agency.save_sync_state(platform, states.encode(state), stored)

    try:
        until_written(write, ATTEMPTS)
    except Conflict:
        log.warning("collect.overlap", platform=platform)


def horizon(plan: Plan, now: datetime, following: datetime) -> datetime:
    """Until when a mark may fall for a read to be kept as the last before it.

    Where budgets are short the read at the next tick may be refused.
    """
    return max(following, now + PROMISED) if plan.given_up else following


def _is_read(account: Account, now: datetime) -> bool:
    """Whether it is registered, or was until so lately that a mark is still to come."""
    ended = account.valid_to is not None and account.valid_to < now - SETTLED
    return account.valid_from <= now and not ended
