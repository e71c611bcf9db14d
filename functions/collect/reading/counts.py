"""Posts counted by the day, where listing them is paid by the post."""

from __future__ import annotations

from datetime import UTC, datetime

from functions.collect.contract import AccountWrong, Denied, PostCount, Refused
from functions.collect.planning.requests import CountRequest, SweepRequest
from functions.collect.reading.completeness import lacking
from functions.collect.reading.listings import Listings


class Counts:
    """Has a platform count posts, and lists the days that hold more than was found."""

    def __init__(self, listings: Listings) -> None:
        self.listings = listings
        self.companion = listings.companion
        self.session = listings.session

    async def read(self, request: CountRequest) -> None:
        """Count an account's posts, and list what is lacking."""
        session, handle = self.session, request.handle
        credential = session.credentials[request.credential]
        counted: list[PostCount] | AccountWrong | Denied | Refused | None = None
        async with session.attempt(credential, [handle], session.price.count) as may_ask:
            if may_ask:
                try:
                    counted = await self.companion.count(
                        credential, handle, request.since, request.until
                    )
                except (AccountWrong, Denied, Refused) as refusal:
                    counted = refusal
        if counted is None:
            return
        if not isinstance(counted, list):
            # It says nothing of the account, nor of what else the credential may do: counts may not
            # be part of what was bought. Asked again when the next is due.
            session.failed([handle], f"its posts are not counted: {counted}")
            session.change_account(handle, counted_at=session.clock())
            return
        session.charge(credential, session.price.count, 1)
        session.harvest.counts["counts_read"] += 1
        found = [datetime.fromtimestamp(at, UTC) for at in session.account(handle).known.values()]
        listed = True
        for days in lacking(counted, found):
            listed = await self._list(request, days) and listed
        if listed:
            session.change_account(handle, counted_at=session.clock())
            self.companion.sightings.tell(handle)

    async def _list(self, request: CountRequest, days: PostCount) -> bool:
        """List the days that hold more than was found. Every post of them is paid for."""
        session = self.session
        sweep = SweepRequest(
            request.handle,
            max(days.begin, request.since),
            request.purpose,
            until=min(days.end, request.until),
            credential=request.credential,
        )
        listed = await self.listings.read(sweep)
        if listed is None:
            return False
        late = await self.listings.late_of([listed])
        credential = session.credentials[request.credential]
        for post in listed.found.posts:
            if self.listings.is_new_or_live(sweep, post, late):
                self.companion.sightings.see(post, credential)
            else:
                session.charge(credential, session.price.post, 1)
        account_id = session.account(request.handle).account_id or ""
        self.companion.remember(listed, session.live_by_account().get(account_id, ()))
        return True
