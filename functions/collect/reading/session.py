"""One platform's reading at one tick: what its steps share, and how each request fails alone.

What comes back is folded into the sync state and gathered for the store; nothing is written here.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from functions import log
from functions.collect.client import CONNECTIONS, Clock
from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Denied,
    Limited,
    Manner,
    PlatformError,
    Profile,
    Refused,
)
from functions.collect.credentials import Credential
from functions.collect.planning.quota import EVERYTHING, PRICES, Price
from functions.collect.platforms import Adapter
from functions.collect.reading.completeness import OpenMonth, open_month
from functions.collect.reading.harvest import Harvest
from functions.collect.state import AccountState, LivePost, SyncState
from functions.model import DAY, PLATFORM_NAMES, Platform
from functions.settings import SettingsError
from functions.store.port import StoreError
from functions.tokens.absent import Busy, NoConsent, without_consent
from functions.tokens.consents import Consents
from functions.tokens.vault import VaultError

RETRY_WRONG = timedelta(hours=6)
RETRY_CONSENT = timedelta(minutes=15)
SAME = 3  # accounts in a row that are denied the same: it is their credential that is at fault
TIME_LIMIT = 8 * 60.0  # seconds after which a run begins no further request
MOST_SETTLED = 250  # ids that an account remembers
GRACE = 1.0  # seconds that a request which is under way then still gets


class _Accused(NamedTuple):
    """An account that was denied something, by whose fault is not known yet."""

    handle: str
    denied: Denied


@dataclass(slots=True, kw_only=True)
class Session:
    """One platform at one tick.

    Attributes:
        credentials: by name, at least one.
        state: changed in place as answers arrive; ``changed`` is the part of it that was.
        horizon: a read is kept as the last before a mark when the mark falls before then. That is
            the next tick, or later when budgets may not allow a read at that tick.
        ends: when no further request is begun, on ``monotonic``'s clock.
        zone: in which months are bounded.
        stored: which of some posts (``account_id:post_id``) the store holds.
        unusable: the store or the key that cannot be used; then nothing more is sent.
    """

    platform: Platform
    adapter: Adapter
    credentials: Mapping[str, Credential]
    consents: Consents
    state: SyncState
    clock: Clock
    horizon: datetime
    zone: ZoneInfo
    stored: Callable[[Sequence[str]], Awaitable[Collection[str]]]
    ends: float = field(default_factory=lambda: monotonic() + TIME_LIMIT)
    harvest: Harvest = field(default_factory=Harvest)
    unusable: StoreError | SettingsError | None = None
    began: datetime = field(init=False)
    month: OpenMonth = field(init=False)
    price: Price = field(init=False)
    _accounts_changed: set[str] = field(default_factory=set)
    _posts_changed: set[str] = field(default_factory=set)
    _accused: dict[str, list[_Accused]] = field(default_factory=lambda: defaultdict(list))
    _under_way: Counter[str] = field(default_factory=Counter)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS))

    def __post_init__(self) -> None:
        self.began = self.clock()
        self.month = open_month(self.began, self.zone)
        self.price = PRICES[self.platform]

    @property
    def changed(self) -> SyncState:
        """The part of the state that this reading changed."""
        return self.state.part(sorted(self._accounts_changed), sorted(self._posts_changed))

    # Accounts and posts as they are known

    def account(self, handle: str) -> AccountState:
        """What is known of an account; nothing but its handle where it is new."""
        return self.state.accounts.get(handle) or AccountState(handle=handle)

    def profile(self, handle: str) -> Profile:
        """An account as its adapter is asked for it; without ``account_id`` where it is new."""
        account = self.account(handle)
        return Profile(
            account_id=account.account_id or "", handle=handle, playlist_id=account.playlist_id
        )

    def change_account(self, handle: str, **facts: Any) -> None:
        """Remember facts of an account, by the names of ``AccountState``'s fields."""
        self.state.accounts[handle] = msgspec.structs.replace(self.account(handle), **facts)
        self._accounts_changed.add(handle)

    def change_post(self, live: LivePost) -> None:
        """Remember a post as it stands now."""
        self.state.posts[live.key] = live
        self._posts_changed.add(live.key)

    def settle(self, handle: str, shown: Sequence[str]) -> None:
        """Remember which ids of an account need no further look."""
        account, settled = self.account(handle), tuple(shown[:MOST_SETTLED])
        if settled != account.settled or account.known:
            self.change_account(handle, settled=settled, known={})

    def manner(self, handle: str) -> Manner:
        """How an account's listing is asked for; after a day as usual once more, to see."""
        account = self.account(handle)
        if account.manner is None or account.manner_at is None:
            return USUAL
        return account.manner if self.clock() - account.manner_at < DAY else USUAL

    def live_by_account(self) -> Mapping[str, Sequence[LivePost]]:
        """The posts that are still known, by their account's id."""
        grouped: dict[str, list[LivePost]] = defaultdict(list)
        for post in self.state.posts.values():
            grouped[post.account_id].append(post)
        return grouped

    # What the operator and the admins are told

    def wrong(self, handle: str, advice: str, pause: timedelta) -> None:
        """An account cannot be read: its admin is told, and it rests."""
        now = self.clock()
        if self.account(handle).wrong != advice:
            self.harvest.checked[handle] = None
        self.harvest.counts["accounts_wrong"] += 1
        self.harvest.problems.append(f"{self.platform} {handle}: {advice}")
        self.change_account(handle, wrong=advice, checked_at=now, retry_at=now + pause)

    def advise(self, handle: str, advice: str | None) -> None:
        """What a listing that went well lacks, for the account's admin; None when nothing."""
        if advice == self.account(handle).lacking:
            return
        self.change_account(handle, lacking=advice, checked_at=self.clock())
        self.harvest.checked.setdefault(handle, None)

    def failed(self, handles: Sequence[str], why: str) -> None:
        """A request failed; it is made again at the next tick."""
        self.harvest.counts["requests_failed"] += 1
        self.harvest.problems.append(f"{self.platform} {' '.join(handles)}: {why}")

    def charge(self, credential: Credential, price: Mapping[str, int], count: int) -> None:
        """Reckon what is billed by the piece: so many at one of the platform's prices."""
        kinds = {"posts": self.price.post, "users": self.price.user, "counts": self.price.count}
        for bucket, amount in price.items():
            credential.spent[bucket] += amount * count
            kind = next(kind for kind, of in kinds.items() if of is price)
            self.harvest.spent[kind] += amount * count

    # Failing alone

    @asynccontextmanager
    async def attempt(
        self,
        credential: Credential,
        handles: Sequence[str],
        cost: Mapping[str, int] | None = None,
        *,
        of_account: bool = True,
    ) -> AsyncIterator[bool]:
        """A request's turn: ``async with attempt(…) as may_ask``, and ask if so.

        Whatever fails inside is this request's alone, and its consequence is drawn here; but for a
        store or a key that cannot be used, which ``unusable`` then tells. ``of_account``: whether
        the request asks about the account itself, which a refusal is then laid to.
        """
        bucket = next(iter(cost or {}), EVERYTHING)
        try:
            # Whether the credential still serves is asked when the turn comes, not in advance: a
            # limit met by the first requests spares all those that wait behind them.
            async with self._turns:
                left = self.ends - monotonic()
                if not credential.serves(bucket) or left < 0 or self.unusable is not None:
                    credential.skipped += 1
                    yield False
                    return
                self._under_way[credential.name] += 1
                try:
                    async with asyncio.timeout(left + GRACE):
                        yield True
                finally:
                    self._under_way[credential.name] -= 1
        except Exception as error:
            self.draw(credential, handles, error, of_account=of_account)
        else:
            self._served(credential)

    def draw(
        self,
        credential: Credential,
        handles: Sequence[str],
        error: Exception,
        *,
        of_account: bool = True,
    ) -> None:
        """The consequence of a failure, by whose fault it is."""
        one = of_account and len(handles) == 1
        match error:
            case Limited() | Refused():
                self.stop(credential, error)
            case TimeoutError():
                self.failed(handles, "the run's time is over")
            case Denied() if one and not error.advice:
                self._accuse(credential, handles[0], error)
            case Denied() if one:
                self.draw(credential, handles, error.of_account(PLATFORM_NAMES[self.platform]))
            case AccountWrong() if one:
                self._served(credential)
                self.wrong(handles[0], error.advice or str(error), RETRY_WRONG)
            case NoConsent():
                for handle in handles:
                    self.wrong(handle, without_consent(handle, error), RETRY_CONSENT)
            case Busy():
                self.harvest.counts["consents_busy"] += 1
            case VaultError() | PlatformError():
                self.failed(handles, str(error))
            case StoreError() | SettingsError():
                self.unusable = self.unusable or error
            case _:  # nobody foresaw it, and its words may hold anything
                name, frame = type(error).__name__, extract_tb(error.__traceback__)[-1]
                where = f"{Path(frame.filename).name}:{frame.lineno}"
                log.error("collect.unforeseen", platform=self.platform, error=name, where=where)
                self.failed(handles, f"unforeseen {name}")

    def stop(self, credential: Credential, error: Limited | Refused) -> None:
        """Send nothing more with the credential of what hangs on the same limit."""
        bucket = error.bucket if isinstance(error, Limited) else ""
        if credential.serves(bucket):  # of those that were under way together the first tells it
            self.harvest.problems.append(f"{self.platform}: {error}")
        credential.stop(error)

    def conclude(self) -> None:
        """Say at last whose fault it was where that was left open."""
        for credential in self.credentials.values():
            self._judge(credential, is_over=True)

    def _served(self, credential: Credential) -> None:
        """The platform answered with this credential, which cannot be at fault then."""
        self.harvest.counts["answers"] += 1
        self._condemn(credential)

    def _accuse(self, credential: Credential, handle: str, denied: Denied) -> None:
        """Leave open for now whose fault it is that an account was denied something.

        Several in a row that are denied the same, with nothing answered in between, were asked
        for with a bad credential; then none of them is told that it is wrong.
        """
        accused = self._accused[credential.name]
        if accused and accused[0].denied.reason != denied.reason:
            self._condemn(credential)
        self._accused[credential.name].append(_Accused(handle, denied))
        self._judge(credential)

    def _judge(self, credential: Credential, *, is_over: bool = False) -> None:
        """Whose fault it was, as soon as that can be said.

        While requests are under way one of them may still be answered; but not for ever is the next
        one sent.
        """
        accused = self._accused[credential.name]
        crowd = len({one.handle for one in accused})
        is_last = not self._under_way[credential.name]
        if crowd >= SAME and (is_last or crowd >= SAME + CONNECTIONS):
            reason = accused[0].denied.reason
            self._accused[credential.name] = []
            self.stop(
                credential,
                Refused(
                    f"{crowd} accounts in a row are refused alike ({reason}); "
                    "check this credential and what it may read"
                ),
            )
        elif is_over:
            self._condemn(credential)

    def _condemn(self, credential: Credential) -> None:
        """It was the accounts themselves: tell each."""
        for handle, denied in self._accused.pop(credential.name, ()):
            self.harvest.counts["answers"] += 1
            wrong = denied.of_account(PLATFORM_NAMES[self.platform])
            self.wrong(handle, wrong.advice, RETRY_WRONG)
