"""Reading the comments of one platform's accounts, as far as permission, time and money go.

An account is looked at once an hour at most, the longest not looked at first, a few at once. What
goes wrong costs its own account, credential or platform.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from functions.collect.client import Clock
from functions.collect.contract import Limited, PlatformError, Refused, TokenDied, Unreadable
from functions.collect.credentials import Credential
from functions.jobs.deadline import NEVER, Deadline
from functions.listen.allowance import (
    META_PERCENT,
    Book,
    Pocket,
    PricedConnection,
    SpentError,
    cap_of,
)
from functions.listen.comments import asking
from functions.listen.comments.gate import missing, readable, registered_ids
from functions.listen.comments.keeping import Keeper, Keeping
from functions.listen.comments.speaking import Speakers, Speaking, lacking
from functions.listen.contract import Asked, Glance, Listener
from functions.listen.report import CommentsReport
from functions.listen.run import address_of
from functions.model import Account, Platform, Post, Roster, month_of
from functions.settings import Settings
from functions.store.agency import AgencyStore
from functions.store.listening_settings import Listening
from functions.store.port import StoreError
from functions.tokens.absent import Busy, NoConsent
from functions.tokens.consents import Consents
from functions.tokens.vault import VaultError

AT_A_TIME = 4  # looks at one platform
MOST_BROKEN = 3  # lines on what of one account could not be understood
_UNTOLD = Glance(failure=Unreadable("nothing was told of it"))


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What a run reads by.

    Attributes:
        listening: the settings, which say what may be read, and what it may cost.
        adapter: a platform's.
        clock: the present, or the instant that is replayed.
    """

    agency: AgencyStore
    settings: Settings
    listening: Listening
    roster: Roster
    consents: Consents
    adapter: Callable[[Platform], Listener]
    keeping: Callable[[], Keeping]
    now: datetime
    clock: Clock
    deadline: Deadline = NEVER


async def read_platform(platform: Platform, means: Means) -> CommentsReport:
    """Read the comments of a platform's accounts that are due. While the gate is closed nothing is
    read, of the store neither.

    Raises:
        StoreError: the store cannot be used.
    """
    report = CommentsReport()
    accounts = readable(platform, means.roster, means.listening, means.now)
    report.todo = (
        missing(means.listening, accounts)
        or lacking(means.settings, platform)
        or _unpaid(means.settings, platform, means.listening)
    )
    if report.todo:
        return report
    ids = registered_ids(platform, means.roster, means.now)
    keeper = Keeper(platform, means.agency, means.keeping(), ids, report)
    waiting = asking.due(accounts, keeper.inboxes, means.now)
    try:
        if waiting:
            await _Reading(platform, means, keeper, report).look_at(waiting)
        keeper.end_following({account.key or "" for account in accounts}, means.now)
    finally:
        keeper.save()
    return report


def _unpaid(settings: Settings, platform: Platform, listening: Listening) -> str:
    """What must be set before anything can be paid for; empty: nothing."""
    cap = cap_of(platform, settings, listening)
    if cap is None or cap.most:
        return ""
    return f"nothing may be spent; {cap.said}"


class _Reading:
    """One platform in one run."""

    def __init__(
        self, platform: Platform, means: Means, keeper: Keeper, report: CommentsReport
    ) -> None:
        self._platform = platform
        self._means = means
        self._keeper = keeper
        self._report = report
        self._adapter = means.adapter(platform)
        self._posts: Mapping[str, tuple[str, ...]] = {}
        self._spent: SpentError | None = None
        self._without_consent = 0
        self._looked_at = 0
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def look_at(self, waiting: Sequence[Account]) -> None:
        """Look at the accounts, as far as it goes."""
        means, platform = self._means, self._platform
        if self._adapter.BY_POST:
            self._posts = _latest_posts(means.agency, means.now)
        cap = cap_of(platform, means.settings, means.listening)
        self._report.unit = "calls" if cap is None else cap.unit
        pocket = Pocket(None if cap is None else Book(means.agency, platform, cap, means.now))
        place = address_of(means.settings, platform)
        connection = PricedConnection(place, self._adapter, pocket)
        speakers = Speakers(means.settings, platform, connection, means.clock, means.consents)
        try:
            async with connection:
                speakers.prepare(waiting)
                await self._in_groups(waiting, speakers)
        finally:
            self._report.left = len(waiting) - self._looked_at
            await means.consents.settle()
            pocket.close()
            self._report.calls = connection.requests
            self._report.cost = pocket.spent
            self._tell_of(speakers)

    async def _in_groups(self, waiting: Sequence[Account], speakers: Speakers) -> None:
        """Look at some accounts at once where the platform allows it, a few groups at a time."""
        groups = _groups(waiting, speakers, self._adapter.AT_ONCE)
        ended = await asyncio.gather(
            *(self._look(group, speakers) for group in groups), return_exceptions=True
        )
        for error in ended:
            if error is not None:
                raise error

    async def _look(self, group: Sequence[Account], speakers: Speakers) -> None:
        async with self._turns:
            credential = speakers.credential(group[0])
            if credential is None or self._spent or self._means.deadline.is_over:
                return
            at = self._means.clock()
            asked = [self._asked(account, at) for account in group]
            try:
                by, glances = await self._glances(speakers, group[0], credential, asked, at)
            except NoConsent:
                self._without_consent += 1
                return
            for account, one in zip(group, asked, strict=True) if glances is not None else ():
                glance = (glances or {}).get(one.account_id, _UNTOLD)
                self._looked_at += 1
                self._tell(account, glance, self._stop(by, glance.failure))
                self._keeper.take_in(account, one, glance, at)

    async def _glances(
        self,
        speakers: Speakers,
        first: Account,
        credential: Credential,
        asked: Sequence[Asked],
        at: datetime,
    ) -> tuple[Credential | None, Mapping[str, Glance] | None]:
        """What the adapter saw, and by which credential; None where that or the money is to blame.

        Of what nobody foresaw only its kind is told: its message might hold a word of a text.
        """
        by: Credential | None = credential
        try:
            speaking = await speakers.speaking(first, credential, at)
            by = speaking.credential
            glances = await self._adapter.look(speaking.client, asked)
            if token := _dead_token(speaking, glances):
                speaking = await speakers.speaking(first, credential, at, token)
                glances = await self._adapter.look(speaking.client, asked)
            self._spare(speaking)
            return by, glances
        except (StoreError, NoConsent):
            raise
        except PlatformError as error:
            if self._stop(by, error):
                return by, None
            failure = error
        except (VaultError, Busy) as error:
            failure = Unreadable(f"its consent cannot be used now ({error})")
        except Exception as error:
            failure = Unreadable(f"an unexpected {type(error).__name__}")
        return by, {one.account_id: Glance(failure=failure) for one in asked}

    def _spare(self, speaking: Speaking) -> None:
        """Leave the rest of a limit to the ranking, once most of it is used."""
        used = speaking.client.tally.usage
        if speaking.credential is not None and used is not None and used >= META_PERCENT:
            error = Limited(f"{META_PERCENT} % of its limit is used already")
            speaking.credential.stop(error)

    def _stop(self, credential: Credential | None, error: PlatformError | None) -> bool:
        """Ask no more where an error is about the money or the credential; whether it is."""
        if isinstance(error, SpentError):
            self._spent = error
            return True
        if credential is None or not isinstance(error, Limited | Refused):
            return False
        credential.stop(error)
        return True

    def _tell(self, account: Account, glance: Glance, is_told: bool) -> None:
        """What went wrong with an account alone."""
        failed = [str(glance.failure)] if glance.failure is not None and not is_told else []
        for said in [*failed, *glance.broken[:MOST_BROKEN]]:
            self._report.say(f"{account.key}: {said}")

    def _tell_of(self, speakers: Speakers) -> None:
        """What went wrong with the platform as a whole."""
        stopped = [error for one in speakers.credentials for error in one.stops.values()]
        for error in [*stopped, self._spent]:
            if error is not None:
                self._report.say(f"{self._platform}: {error}")
        for said in speakers.problems:
            self._report.say(said)
        if self._without_consent:
            said = f"{self._without_consent} accounts did not consent to their comments being read"
            self._report.say(f"{self._platform}: {said}")
        refused = any(isinstance(error, Refused) for error in stopped)
        self._report.failed = refused and not self._report.accounts

    def _asked(self, account: Account, at: datetime) -> Asked:
        posts = self._posts.get(account.key or "", ())
        return asking.asked(account, self._keeper.inbox(account), at, posts)


def _dead_token(speaking: Speaking, glances: Mapping[str, Glance]) -> str | None:
    """An account's own access token that was refused: a renewal may mend that."""
    has_died = any(isinstance(glance.failure, TokenDied) for glance in glances.values())
    return speaking.client.options.headers.get("Access-Token") if has_died else None


def _groups(waiting: Sequence[Account], speakers: Speakers, at_once: int) -> list[list[Account]]:
    """Who is looked at together: accounts of one credential, the longest not looked at first."""
    filling: dict[str, list[Account]] = {}
    groups: list[list[Account]] = []
    for account in waiting:
        credential = speakers.credential(account)
        assert credential is not None  # nothing was asked yet that could stop it
        group = filling.get(credential.name, [])
        if not group or len(group) >= at_once:
            group = filling[credential.name] = []
            groups.append(group)
        group.append(account)
    return groups


def _latest_posts(agency: AgencyStore, now: datetime) -> dict[str, tuple[str, ...]]:
    """The ids of each account's posts of a week, by its key, as the months' ledgers know them."""
    posts: dict[str, list[Post]] = {}
    for month in sorted({month_of(at, agency.zone) for at in (now - asking.BACK, now)}):
        for account, ledger in agency.ledgers(month).items():
            posts.setdefault(account, []).extend(e.post for e in ledger.entries.values())
    return {account: asking.latest(held, now) for account, held in posts.items()}
