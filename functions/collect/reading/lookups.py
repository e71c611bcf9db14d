"""Posts read by id, of any accounts at once."""

from __future__ import annotations

from collections.abc import Mapping

from functions.collect.contract import Lookup
from functions.collect.planning.marks import PROMISED
from functions.collect.planning.requests import LookupRequest
from functions.collect.reading.listings import Listings
from functions.collect.state import LivePost


class Lookups:
    """Reads posts by id; what that fails to read the listings of the same tick make up for."""

    def __init__(self, listings: Listings) -> None:
        self.listings = listings
        self.companion = listings.companion
        self.session = listings.session

    async def read(self, request: LookupRequest) -> None:
        """Read posts, but for those that a listing of this very tick has shown."""
        session = self.session
        known = session.state.posts
        asked = [known[post.key] for post in request.posts if post.key in known]
        live = {p.post_id: p for p in asked if p.read_at is None or p.read_at < session.began}
        if not live:
            return
        credential = session.credentials[request.credential]
        posts = [post.as_post(session.platform) for post in live.values()]
        found: Lookup | None = None
        async with session.attempt(credential, [], session.price.lookup[request.way]) as may_ask:
            if may_ask:
                found = await self.companion.lookup(credential, posts, request)
        if found is not None:
            self.companion.sightings.answered(found, live, credential)
        if found is None or found.failure is not None:
            self._owe(live)

    def _owe(self, asked: Mapping[str, LivePost]) -> None:
        """Let a listing of this tick make up for posts whose lookup failed: it reads back to them,
        and what it shows is kept as if the next tick's lookup failed as well."""
        session, owed = self.session, self.listings.owed
        for post in asked.values():
            known = session.state.posts.get(post.key, post)
            if known.read_at is None or known.read_at < session.began:
                earliest = owed.get(post.account_id, post.published_at)
                owed[post.account_id] = min(earliest, post.published_at)
        session.horizon = max(session.horizon, session.began + PROMISED)
