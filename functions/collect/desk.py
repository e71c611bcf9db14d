"""One platform's matter at one tick: its note, what is worth reading, and what came of it.

Every step may be repeated: documents have deterministic keys, samples are merged, and the note that
steers the next tick is written last, so that a run that dies half-way is simply read again. Two
instances at once fold what they noted into each other's note.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from types import ModuleType

import msgspec
from msgspec.structs import replace

from functions import log
from functions.collect import state as notes
from functions.collect.credentials import choose, is_keyless, names
from functions.collect.planning.allocation import allocate, priced
from functions.collect.planning.candidates import candidates, expected
from functions.collect.planning.marks import PROMISED, next_tick, usual_pause
from functions.collect.planning.quota import Expected
from functions.collect.planning.requests import CountRequest, Plan, SweepRequest
from functions.collect.planning.reservations import Bill, Books, Demand
from functions.collect.planning.ways import Candidate, Closing, Span, Ways
from functions.collect.platforms import adapter
from functions.collect.reading.completeness import named_month, open_month
from functions.collect.state import AccountNote, Note
from functions.model import (
    SETTLED,
    Account,
    Platform,
    Roster,
    month_bounds,
    month_of,
    previous_month,
)
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.agency.collecting import StoredPlan
from functions.store.port import Conflict
from functions.tokens.consents import Consents

ATTEMPTS = 5


class Desk(msgspec.Struct):
    """A platform's note as this tick works on it, and where it came from.

    ``accounts``: everyone who ever held a handle on the platform.
    """

    book: AgencyStore
    platform: Platform
    module: ModuleType
    note: Note
    stored: StoredPlan
    handles: list[str]
    accounts: tuple[Account, ...] = ()
    _left: dict[str, AccountNote] = msgspec.field(default_factory=dict)

    @property
    def ways(self) -> Ways:
        """How the platform can be read."""
        return Ways.of(self.module)

    def following(self, now: datetime, settings: Settings) -> datetime:
        """When the next tick is to be expected."""
        return next_tick(self.note, now, timedelta(minutes=int(settings.collect_every)))

    def candidates(self, now: datetime, settings: Settings) -> list[Candidate]:
        """What is worth reading now; a first look at an account reaches back to the first of the
        running month."""
        zone = self.book.agency.zone

        def wanted(ways: Ways) -> list[Candidate]:
            return candidates(
                self.note,
                self.handles,
                ways,
                now=now,
                following=self.following(now, settings),
                look_back=month_bounds(month_of(now, zone), zone)[0],
                discover_every=timedelta(minutes=int(settings.discover_every)),
                closing=closing,
            )

        closing = self.closing(now, settings)
        if self.platform != "x":
            return wanted(self.ways)
        found = wanted(replace(self.ways, counts=True))
        # The settings are a document to read: only where something is due that they bear upon.
        if not any(isinstance(candidate.what, SweepRequest | CountRequest) for candidate in found):
            return found
        wanted_of_x = self.book.reading_of_x()
        ways = replace(self.ways, counts=wanted_of_x["counts"], replies=wanted_of_x["replies"])
        return found if ways.counts and not ways.replies else wanted(ways)

    def closing(self, now: datetime, settings: Settings) -> Closing:
        """What planning the last looks before closing needs to know; the note then holds the
        accounts that left in a month which is about to close."""
        zone = self.book.agency.zone
        month = open_month(now, zone)
        pause = usual_pause(self.note, now, timedelta(minutes=int(settings.collect_every)))
        closing = Closing(
            month, named_month(previous_month(month.name), zone), now + pause, self._spans()
        )
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
            self.note.accounts.setdefault(handle, AccountNote(handle=handle, account_id=account_id))
        return replace(closing, leaving=tuple(sorted(leaving)))

    def recall(self, handles: Iterable[str]) -> None:
        """Take back what was noted of accounts that have left: they are read once more."""
        known = self.note.accounts
        known |= {h: self._left[h] for h in handles if h in self._left and h not in known}

    def _spans(self) -> dict[str, Span]:
        """When each handle was registered, whoever held it."""
        spans: dict[str, Span] = {}
        for account in self.accounts:
            begin, end = account.valid_from, account.valid_to
            if (held := spans.get(account.handle)) is not None:
                begin = min(begin, held.begin)
                end = max(end, held.end) if end and held.end else None
            spans[account.handle] = Span(begin, end)
        return spans

    def forget_strangers(self) -> None:
        """Drop accounts that are no longer registered, so that a return is resolved afresh."""
        known = self.note.accounts
        self.note.accounts = {name: known[name] for name in self.handles if name in known}
        self._left |= {name: held for name, held in known.items() if name not in self.note.accounts}

    def wake(self, consents: Consents, now: datetime) -> None:
        """End the rest of accounts whose consent was given after they were found wrong."""
        if self.platform != "tiktok":
            return
        resting = {
            handle: account.checked_at
            for handle, account in self.note.accounts.items()
            if account.checked_at and account.retry_at and account.retry_at > now
        }
        for handle in consents.given_since(resting):
            self.note.rest(handle, None)

    def account_ids(self) -> dict[str, str]:
        """The durable ids of the handles that have been found."""
        return {name: a.account_id for name, a in self.note.accounts.items() if a.account_id}

    def save(self, changed: Note, now: datetime, *, sent: bool = True) -> bool:
        """Write the note; when another instance was faster, ``changed`` goes into its note.

        ``sent``: whether this tick asks the platform for anything. False when others were always
        faster.
        """
        note, stored = self.note, self.stored
        for _ in range(ATTEMPTS):
            if sent:
                note.tick(now)
            note.prune(now)
            try:
                self.book.save_plan(self.platform, notes.encode(note), stored)
            except Conflict:
                note, stored = read_note(self.book, self.platform, now, self.account_ids())
                note.fold(changed)
                continue
            self.note = note
            return True
        log.warning("collect.overlap", platform=self.platform)
        return False


def open_desk(
    book: AgencyStore, settings: Settings, platform: Platform, roster: Roster, now: datetime
) -> Desk:
    """A platform's note and the handles to read; StoreError when the store cannot be used."""
    known = {a.handle: a.account_id for a in roster.accounts if a.platform == platform}
    ids = {handle: name for handle, name in known.items() if name}
    note, stored = read_note(book, platform, now, ids)
    handles = _handles(roster, platform, now)
    accounts = tuple(account for account in roster.accounts if account.platform == platform)
    desk = Desk(book, platform, reader(settings, platform), note, stored, handles, accounts)
    desk.forget_strangers()
    return desk


def plan_together(
    desks: Mapping[Platform, Desk],
    settings: Settings,
    books: Books,
    *,
    settled: Sequence[tuple[str, datetime, Bill]] = (),
    lapses_after: timedelta | None = None,
) -> dict[Platform, Plan]:
    """All platforms' plans within their budgets, which are reserved by it.

    Nothing is planned, and nothing reserved, when nothing is worth reading. ``settled`` and
    ``lapses_after``: as for ``Books.reserve``.
    """
    now = books.now
    wanted = [candidate for desk in desks.values() for candidate in desk.candidates(now, settings)]
    if not wanted and not settled:
        return {}
    tick = timedelta(minutes=int(settings.collect_every))
    serving = {platform: names(settings, platform) for platform in desks}
    needs: dict[str, list[Expected]] = defaultdict(list)
    for platform, desk in desks.items():
        for subject, need in expected(desk.note, desk.ways, now, tick):
            needs[choose(serving[platform], subject)].append(need)
    return books.reserve(
        now + tick,
        lambda allowances: allocate(
            wanted,
            {platform: desk.ways for platform, desk in desks.items()},
            {p: [(name, allowances[name]) for name in serving[p]] for p in desks},
        ),
        expected=needs,
        demands=_demands(wanted, serving) if books.share is not None else None,
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


def reader(settings: Settings, platform: Platform) -> ModuleType:
    """The adapter that reads a platform: YouTube's feed where there is no key."""
    return adapter("youtube_feed" if is_keyless(settings, platform) else platform)


def read_note(
    book: AgencyStore, platform: Platform, now: datetime, ids: Mapping[str, str] | None = None
) -> tuple[Note, StoredPlan]:
    """The stored note. What of it is lost is made anew from the month's posts and from ``ids``, the
    accounts found before by handle: what is in the store is not to be read and paid for again."""
    stored = book.plan(platform)
    note = notes.decode(stored.body) if stored.body else None
    if note is None or note.has_forgotten(now):
        held = note or Note()
        since = min(open_month(now, book.agency.zone).begin, now - notes.REMEMBERED)
        posts = book.posts_published(since)
        note = notes.rebuild((post for post in posts if post.platform == platform), ids, since)
        note.ticks = held.ticks
        note.fold(held)
    note.until(now)
    return note, stored


def note_wrong(
    book: AgencyStore, platform: Platform, wrong: Mapping[str, str], now: datetime
) -> None:
    """Have the note know what admins were told of accounts by somebody else (by handle), so that
    they are told when it is over. An account that is not noted yet has nothing to take back."""
    for _ in range(ATTEMPTS):
        note, stored = read_note(book, platform, now)
        known = {h: said for h, said in wrong.items() if h in note.accounts}
        if not known:
            return
        for handle, said in known.items():
            note.accounts[handle] = msgspec.structs.replace(
                note.accounts[handle], wrong=said, checked_at=now
            )
        with suppress(Conflict):
            book.save_plan(platform, notes.encode(note), stored)
            return
    log.warning("collect.overlap", platform=platform)


def horizon(plan: Plan, now: datetime, following: datetime) -> datetime:
    """Until when a mark may fall for a read to be kept as the last before it.

    Where budgets are short the read at the next tick may be refused.
    """
    return max(following, now + PROMISED) if plan.given_up else following


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
    ended = account.valid_to is not None and account.valid_to < now - SETTLED
    return account.valid_from <= now and not ended
