"""YouTube: listings carry ids alone, so what is new in them is looked at by id."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from functions.collect.contract import Lookup
from functions.collect.credentials import Credential
from functions.collect.planning.requests import LookupRequest, SweepRequest
from functions.collect.platforms import youtube
from functions.collect.reading.companions import AccountListing, Companion
from functions.collect.state import REMEMBERED
from functions.model import Post
from functions.thresholds import END_UNTOLD


class _New(NamedTuple):
    """An id that a listing showed for the first time; ``published_at`` None: it did not say."""

    post_id: str
    request: SweepRequest
    published_at: datetime | None


class _Details(msgspec.Struct, frozen=True):
    """What came of looking at new ids: those that are no posts yet, of which some are waited for
    since a time, and the accounts that failed."""

    pending: Sequence[str] = ()
    waits: Mapping[str, datetime] = msgspec.field(default_factory=dict)
    failed: Sequence[str] = ()


class VideoReader(Companion):
    """Reads the details of listed videos, and chooses the bucket that known ones are read from."""

    async def lookup(
        self, credential: Credential, posts: Sequence[Post], request: LookupRequest
    ) -> Lookup:
        """Known videos, from the statistics' bucket or from the details'."""
        return await youtube.lookup(
            credential.client,
            posts,
            stats=request.way == 0,
            details=credential.serves(youtube.UNITS),
        )

    async def complete(
        self, listings: Sequence[AccountListing], late: Collection[str]
    ) -> Collection[str]:
        """Look at listed ids that are new; returns the handles for which that failed."""
        if not any(listed.found.unread for listed in listings):
            return ()
        fresh = self._fresh(listings, late)
        outcomes = await asyncio.gather(
            *(
                self._detail_batch(self.session.credentials[name], wanted[n : n + size])
                for name, wanted in fresh.items()
                for size in (youtube.LOOKUP_SIZE,)
                for n in range(0, len(wanted), size)
            )
        )
        failed = {handle for outcome in outcomes for handle in outcome.failed}
        pending = {post_id for outcome in outcomes for post_id in outcome.pending}
        waits = {post_id: at for outcome in outcomes for post_id, at in outcome.waits.items()}
        for listed in listings:
            if listed.found.unread and listed.handle not in failed:
                self._settle(listed, pending, waits)
        return failed

    def _fresh(
        self, listings: Sequence[AccountListing], late: Collection[str]
    ) -> Mapping[str, Sequence[_New]]:
        """The listed ids that are to be looked at, by the credential that serves their account."""
        live = self.session.live_by_account()
        fresh: dict[str, list[_New]] = defaultdict(list)
        for listed in listings:
            account = self.session.account(listed.handle)
            known = {
                *self.shown_before(account),
                *(p.post_id for p in live.get(account.account_id or "", ())),
            }
            for post_id in self._worth_a_look(listed):
                at = listed.found.dated.get(post_id)
                is_old = self.taken_above_memory(listed.request, at)
                is_held = is_old and f"{account.account_id}:{post_id}" not in late
                if post_id not in known and not is_held:
                    new = _New(post_id, listed.request, at)
                    fresh[listed.request.credential].append(new)
        return fresh

    def _worth_a_look(self, listed: AccountListing) -> list[str]:
        """The listed ids that may be posts of a month that has not begun closing.

        All of the first page, since a stream that airs today was announced long ago.
        """
        first = min(self.taken_since(listed.request), self.session.began - REMEMBERED)
        return [
            post_id
            for number, post_id in enumerate(listed.found.unread)
            if number < youtube.PAGE_SIZE
            or ((at := listed.found.dated.get(post_id)) is not None and at >= first)
        ]

    async def _detail_batch(self, credential: Credential, batch: Sequence[_New]) -> _Details:
        session = self.session
        ids = [new.post_id for new in batch]
        handles = sorted({new.request.handle for new in batch})
        found: Lookup | None = None
        async with session.attempt(
            credential, handles, session.price.page, of_account=False
        ) as may_ask:
            if may_ask:
                found = await youtube.details(credential.client, ids)
        if found is None:
            return _Details(failed=handles)
        session.harvest.broken((*found.broken, *found.lost))
        if found.failure is not None:
            session.draw(credential, [], found.failure)
        return self._take(credential, batch, found)

    def _take(self, credential: Credential, batch: Sequence[_New], found: Lookup) -> _Details:
        new = {one.post_id: one.request for one in batch}
        # An id may stay unread for hours (a stream, one that the details left out), while the
        # listing's ``since`` moves on: that must not drop it.
        young = self.session.began - REMEMBERED
        waits = self._waits(found.waiting, new)
        ripe = [p for p in found.waiting if self._is_ripe(waits.get(p.post_id))]
        since = {name: min(self.taken_since(request), young) for name, request in new.items()}
        since |= {p.post_id: since[p.post_id] - END_UNTOLD for p in ripe}
        for post in (*found.posts, *ripe):
            if post.post_id in new and post.published_at >= since[post.post_id]:
                handle = new[post.post_id].handle
                account_id = self.session.account(handle).account_id or handle
                self.sightings.see(msgspec.structs.replace(post, account_id=account_id), credential)
        waits = {name: at for name, at in waits.items() if not self._is_ripe(at)}
        shown = {post.post_id for post in (*found.posts, *ripe)}
        # What the details leave out may come late; in time it is settled, so that no id is looked
        # at for ever. What could not be asked for stays new.
        late = [
            post_id
            for post_id, _, published_at in batch
            if post_id not in shown
            and (
                found.failure is not None
                or (post_id not in found.absent if published_at is None else published_at >= young)
            )
        ]
        return _Details(pending=[*found.pending, *waits, *late], waits=waits)

    def _settle(
        self, listed: AccountListing, pending: Collection[str], waits: Mapping[str, datetime]
    ) -> None:
        """Remember what of a listing needs no further look, and what is waited for."""
        session, handle = self.session, listed.handle
        shown = self._worth_a_look(listed)
        settled = [post_id for post_id in shown if post_id not in pending]
        if listed.request.depth < youtube.DEPTH:  # what lies deeper was not looked for
            known = session.account(handle).settled
            settled += [post_id for post_id in known if post_id not in {*shown}]
        session.settle(handle, settled)
        still = {post_id: waits[post_id] for post_id in listed.found.unread if post_id in waits}
        session.change_account(handle, waits=still)
        self.sightings.pending[handle] = len({*pending} & {*shown})

    def _waits(
        self, waiting: Iterable[Post], new: Mapping[str, SweepRequest]
    ) -> dict[str, datetime]:
        """Since when each of these is waited for, until its end is told or it counts without."""
        began = self.session.began
        return {
            post.post_id: self.session.account(new[post.post_id].handle).waits.get(
                post.post_id, began
            )
            for post in waiting
            if post.post_id in new
        }

    def _is_ripe(self, since: datetime | None) -> bool:
        """Whether what is waited for since then has been for long enough."""
        return since is not None and self.session.began - since >= END_UNTOLD
