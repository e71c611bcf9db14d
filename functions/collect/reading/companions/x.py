"""X: threads are summed over their parts, and posts are counted by the day."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from functions.collect.contract import Lookup, PostCount, Sweep, Thread
from functions.collect.credentials import Credential
from functions.collect.planning.candidates import OVERLAP
from functions.collect.planning.requests import LookupRequest, SweepRequest
from functions.collect.platforms import x
from functions.collect.platforms.decoding import EARLIEST
from functions.collect.platforms.x_threads import ThreadsAsked
from functions.collect.reading.companions import AccountListing, Companion
from functions.collect.reading.completeness import COUNTED_BACK
from functions.collect.state import REMEMBERED, AccountState, LivePost
from functions.model import DAY, Post


class ThreadReader(Companion):
    """Sums threads, remembers what is counted by the day, and pays for each post."""

    def sweep(
        self,
        credential: Credential,
        request: SweepRequest,
        since: datetime,
        live: Sequence[LivePost],
    ) -> Awaitable[Sweep]:
        """The account's timeline, with replies where threads are summed.

        What was begun is read to its end under another setting, too: the reads around a mark are
        to sum the same posts.
        """
        return x.sweep(
            credential.client,
            self.session.profile(request.handle),
            since=since,
            until=request.until,
            manner=self.session.manner(request.handle),
            threads=ThreadsAsked(
                {p.post_id: self._thread(p) for p in live if request.replies or p.parts},
                replies=request.replies,
            ),
        )

    def _thread(self, post: LivePost) -> Thread:
        is_last_before = bool(post.kept) and self.session.horizon >= post.mark
        return Thread(
            versions=post.versions,
            parts=post.parts,
            mark=post.mark,
            after=post.kept[-1] if is_last_before else None,
        )

    async def lookup(
        self, credential: Credential, posts: Sequence[Post], request: LookupRequest
    ) -> Lookup:
        """Posts by id, with the parts of their threads."""
        return await x.lookup(credential.client, posts)

    async def count(
        self, credential: Credential, handle: str, since: datetime, until: datetime
    ) -> list[PostCount]:
        """How many posts X counts of the account, by the UTC day."""
        return await x.counts(credential.client, handle, since=since, until=until)

    def shown_before(self, account: AccountState) -> Collection[str]:
        """The posts of the days that are counted; ``settled`` are replies here."""
        return account.known.keys()

    def remember(self, listed: AccountListing, live: Sequence[LivePost]) -> None:
        """Remember the posts of the days that are counted, and when they were published."""
        session = self.session
        account = session.account(listed.handle)
        first = int((session.began - COUNTED_BACK - DAY).timestamp())
        shown = {
            post.post_id: _second(post)
            for post in listed.found.posts
            if EARLIEST <= post.published_at <= session.began + DAY
        }
        gone = {post.post_id for post in live if len(post.missing) > 1}
        facts: dict[str, Any] = {}
        if account.known_from is None:
            is_first = account.swept_at is None
            facts["known_from"] = listed.request.since if is_first else session.began - REMEMBERED
            facts["counted_at"] = session.clock()  # a first listing leaves nothing to count
            shown |= {post.post_id: _second(post) for post in live}
        known = {
            post_id: at
            for post_id, at in (account.known | shown).items()
            if at >= first and post_id not in gone
        }
        if known != account.known:
            facts["known"] = known
        if facts:
            session.change_account(listed.handle, **facts)

    def took(self, listed: AccountListing) -> None:
        """Remember what a timeline brought besides its posts, and that it is paid for.

        New parts of known threads join: from the next read on they are summed.
        """
        session, found = self.session, listed.found
        account, now = session.account(listed.handle), session.clock()
        live = {
            name: session.state.posts.get(f"{account.account_id}:{name}") for name in found.joining
        }
        paid = {
            part
            for post in live.values()
            if post and post.read_at and post.read_at.date() == now.date()
            for part in post.parts
        }
        if account.swept_at is not None and account.swept_at.date() == now.date():
            paid |= {*account.settled}
        if unpaid := found.besides.keys() - paid:
            credential = session.credentials[listed.request.credential]
            session.charge(credential, session.price.post, len(unpaid))
        lately = tuple(name for name, at in found.besides.items() if at >= now - OVERLAP)
        if lately != account.settled:
            session.change_account(listed.handle, settled=lately)
        for name, known in live.items():
            if known is not None:
                joined = msgspec.structs.replace(known, parts=found.joining[name])
                session.change_post(joined)
                self.sightings.find(joined.as_post(session.platform), known, joined)


def _second(post: Post | LivePost) -> int:
    return int(post.published_at.timestamp())
