"""What one platform needs at a tick that the others do not: a file for each platform that does.

``reading`` says in which order requests are made, and names no platform. Where a platform differs,
its companion says how: TikTok asks with an account's own token, Facebook with a Page's own, X sums
threads and counts posts, YouTube's listings carry no counters.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from functions.collect.client import ApiClient
from functions.collect.contract import (
    AccountWrong,
    Lookup,
    PostCount,
    Profile,
    Sweep,
    Unreadable,
)
from functions.collect.credentials import Credential
from functions.collect.planning.requests import LookupRequest, Plan, SweepRequest
from functions.collect.reading.accounts import Accounts
from functions.collect.reading.session import Session
from functions.collect.reading.sightings import Sightings
from functions.collect.state import REMEMBERED, AccountState, LivePost
from functions.model import Post


class AccountListing(NamedTuple):
    """An account's listing as it was asked for and answered."""

    request: SweepRequest
    found: Sweep

    @property
    def handle(self) -> str:
        """The account's."""
        return self.request.handle

    @property
    def is_whole(self) -> bool:
        """Whether everything that was shown was understood, to the end."""
        return not self.found.broken and self.found.failure is None


class Companion:
    """A platform that needs nothing of its own; a companion changes what its platform does.

    Some posts show themselves late: they are older than the state remembers, and the store does not
    hold them. ``late`` are their names (``account_id:post_id``); they count all the same.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.adapter = session.adapter
        self.sightings = Sightings(session)
        self.accounts = Accounts(self.sightings)

    # Asking

    def prepare(self, plan: Plan) -> None:
        """Before a plan's first request."""

    @property
    def clients(self) -> list[ApiClient]:
        """Every client that asks in this reading."""
        return [credential.client for credential in self.session.credentials.values()]

    async def resolve(
        self, credential: Credential, handles: Sequence[str]
    ) -> dict[str, Profile | AccountWrong]:
        """As the adapter resolves handles."""
        return await self.adapter.resolve(credential.client, handles)

    async def recheck(
        self, credential: Credential, known: Sequence[Profile]
    ) -> dict[str, Profile | AccountWrong]:
        """As the adapter looks at known accounts again."""
        return await self.adapter.recheck(credential.client, known)

    def sweep(
        self,
        credential: Credential,
        request: SweepRequest,
        since: datetime,
        live: Sequence[LivePost],
    ) -> Awaitable[Sweep]:
        """As the adapter reads a listing. ``live``: the account's posts that are known."""
        return self.listing(credential.client, request, since)

    def listing(
        self, client: ApiClient, request: SweepRequest, since: datetime
    ) -> Awaitable[Sweep]:
        """A listing with what every adapter takes."""
        return self.adapter.sweep(
            client,
            self.session.profile(request.handle),
            since=since,
            depth=request.depth,
            manner=self.session.manner(request.handle),
        )

    async def lookup(
        self, credential: Credential, posts: Sequence[Post], request: LookupRequest
    ) -> Lookup:
        """Posts by id. Nothing is planned where a platform has no such call."""
        raise Unreadable(f"{self.session.platform} reads no posts by id")

    async def count(
        self, credential: Credential, handle: str, since: datetime, until: datetime
    ) -> list[PostCount]:
        """How many posts there are by the day. Nothing is planned where a platform cannot say."""
        raise Unreadable(f"{self.session.platform} counts no posts")

    # Taking in

    async def complete(
        self, listings: Sequence[AccountListing], late: Collection[str]
    ) -> Collection[str]:
        """Read what listings show without counters; returns the handles for which that failed."""
        return ()

    def shown_before(self, account: AccountState) -> Collection[str]:
        """The ids of an account that need no further look."""
        return account.known.keys() | {*account.settled}

    def remember(self, listed: AccountListing, live: Sequence[LivePost]) -> None:
        """Remember which ids a listing showed, so that none of them is new at the next one."""
        if not listed.found.posts:
            return  # and of ids without details, those say which are settled
        account = self.session.account(listed.handle)
        first = self.taken_since(listed.request)
        shown = [post.post_id for post in listed.found.posts if post.published_at >= first]
        if listed.found.broken:  # it may have shown less than it could
            shown += [post_id for post_id in account.settled if post_id not in {*shown}]
        self.session.settle(listed.handle, shown)

    def took(self, listed: AccountListing) -> None:
        """After a listing's posts and profile were taken in."""

    async def confirm(self, listed: AccountListing, live: Mapping[str, Sequence[LivePost]]) -> None:
        """After all listings, where one proves no absence: ask for what it left out."""

    def taken_since(self, request: SweepRequest) -> datetime:
        """From when on what a listing shows is taken."""
        return min(request.since, request.taken_since or self.session.month.begin)

    def taken_above_memory(self, request: SweepRequest, at: datetime | None) -> bool:
        """Whether a listed post is older than the state remembers, and young enough to count."""
        last = self.session.began - REMEMBERED
        return at is not None and self.taken_since(request) <= at <= last
