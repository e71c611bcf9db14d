"""Listings: accounts' recent posts, and what follows from what they show and leave out."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from functions.collect.contract import USUAL, Sweep
from functions.collect.credentials import STOPS
from functions.collect.planning.requests import SweepRequest
from functions.collect.reading.companions import AccountListing, Companion
from functions.collect.state import REMEMBERED, LivePost
from functions.model import Post


class Listings:
    """Reads accounts' listings and takes in what they show.

    ``owed``: by account's id, how far back its listing has to go at least.
    """

    def __init__(self, companion: Companion) -> None:
        self.companion = companion
        self.session = companion.session
        self.sightings = companion.sightings
        self.owed: dict[str, datetime] = {}

    async def read(
        self, request: SweepRequest, live: Sequence[LivePost] = ()
    ) -> AccountListing | None:
        """One account's listing, not taken in yet; None when the request failed.

        ``live``: the account's posts that are known.
        """
        session = self.session
        credential = session.credentials[request.credential]
        found: Sweep | None = None
        async with session.attempt(credential, [request.handle], session.price.page) as may_ask:
            if may_ask:
                account_id = session.account(request.handle).account_id or ""
                since = min(request.since, self.owed.get(account_id, request.since))
                found = await self.companion.sweep(credential, request, since, live)
        if found is None:
            return None
        session.harvest.counts["accounts_read"] += 1
        session.harvest.broken((*found.broken, *found.lost))
        if isinstance(found.failure, STOPS):  # at once, for those that wait for their turn
            session.stop(credential, found.failure)
        return AccountListing(request, found)

    async def take(self, listings: Sequence[AccountListing]) -> None:
        """Take in what listings showed, and what they left out."""
        if not listings:
            return
        late = await self.late_of(listings)
        # Across accounts: the details of many fit into one call.
        failed = await self.companion.complete(listings, late)
        live = self.session.live_by_account()
        for listed in listings:
            if listed.handle not in failed:  # what could not be looked at stays new
                self._take(listed, live, late)
            failure = listed.found.failure
            if failure is not None and not isinstance(failure, STOPS):
                credential = self.session.credentials[listed.request.credential]
                self.session.draw(credential, [listed.handle], failure)
        await asyncio.gather(*(self.companion.confirm(listed, live) for listed in listings))

    def _take(
        self, listed: AccountListing, live: Mapping[str, Sequence[LivePost]], late: Collection[str]
    ) -> None:
        """Take in what one listing showed, and what it covered without showing."""
        session, request, found = self.session, listed.request, listed.found
        handle = listed.handle
        session.advise(handle, found.advice)
        credential = session.credentials[request.credential]
        for post in found.posts:
            if self.is_new_or_live(request, post, late):
                self.sightings.see(post, credential, garbled=bool(found.lost))
        self.companion.remember(listed, live.get(session.account(handle).account_id or "", ()))
        if found.profile:  # behind its posts, which it counts
            self.companion.accounts.take(handle, found.profile)
        account = session.account(handle)
        self.sightings.missing_of(found, live.get(account.account_id or "", ()))
        self.companion.took(listed)
        now = session.clock()
        reached = found.covered_since is not None or not session.adapter.LISTING_PROVES
        looked_back = request.looks_back or account.swept_at is None
        session.change_account(
            handle,
            swept_at=now,
            deep_at=now if request.depth > 1 else account.deep_at,
            looked_back_at=(
                now if looked_back and listed.is_whole and reached else account.looked_back_at
            ),
            unlooked=request.unlooked,
        )
        if found.manner != session.manner(handle):
            manner = None if found.manner == USUAL else found.manner
            session.change_account(handle, manner=manner, manner_at=now)
        self.sightings.tell(handle)

    def is_new_or_live(self, request: SweepRequest, post: Post, late: Collection[str]) -> bool:
        """Whether a listed post is to be read: not one that was done with days ago.

        Whatever is shown of a month that has not begun closing is taken, however late it appears.
        """
        name = f"{post.account_id}:{post.post_id}"
        began = self.session.began
        if (known := self.session.state.posts.get(name)) is not None:
            # Older ones are measured; but where a lookup failed, this read makes up for it.
            return post.published_at >= request.since or not known.closed(began)
        return post.published_at > began - REMEMBERED or name in late

    async def late_of(self, listings: Sequence[AccountListing]) -> Collection[str]:
        """The posts (``account_id:post_id``) that show themselves too late for the state's memory.

        The store is asked which it holds of them; nothing where accounts remember what their last
        listing showed.
        """
        unheard = {name for listed in listings for name in self._unheard_of(listed)}
        if not unheard:
            return unheard
        return unheard.difference(await self.session.stored(sorted(unheard)))

    def _unheard_of(self, listed: AccountListing) -> Iterator[str]:
        """The listed posts that are too old for the state, young enough to count, and unknown."""
        old = [
            post_id
            for post_id, at in _shown(listed.found)
            if self.companion.taken_above_memory(listed.request, at)
        ]
        account = self.session.account(listed.handle)
        if not old or account.account_id is None:
            return
        before = self.companion.shown_before(account)
        for post_id in old:
            name = f"{account.account_id}:{post_id}"
            if post_id not in before and name not in self.session.state.posts:
                yield name


def _shown(found: Sweep) -> Iterator[tuple[str, datetime | None]]:
    """The ids that a listing shows, and when they were published, as far as it says so."""
    yield from ((post.post_id, post.published_at) for post in found.posts)
    yield from ((post_id, found.dated.get(post_id)) for post_id in found.unread)
