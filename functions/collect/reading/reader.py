"""Carries out one platform's plan: requests in flight together, the most valuable first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from functions.collect.planning.requests import LookupRequest, Plan, ProfileRequest, Purpose
from functions.collect.reading.companions import Companion
from functions.collect.reading.counts import Counts
from functions.collect.reading.listings import Listings
from functions.collect.reading.lookups import Lookups
from functions.collect.reading.profiles import Profiles
from functions.collect.reading.session import Session


class Reader:
    """The order in which one platform is read at one tick."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.companion = companion_of(session)
        self.profiles = Profiles(self.companion)
        self.listings = Listings(self.companion)
        self.lookups = Lookups(self.listings)
        self.counts = Counts(self.listings)

    async def carry_out(self, plan: Plan) -> None:
        """Send the plan's requests.

        Raises:
            StoreError, SettingsError: no consent could be used for want of the store or the key;
                what was under way is over then.
        """
        session = self.session
        self.companion.prepare(plan)
        try:
            # A limit met on the way must cost the least valuable: marks come before listings.
            await self._lookups(r for r in plan.lookups if r.purpose is Purpose.MARK)
            await self._profiles(r for r in plan.profiles if not r.known)
            live = session.live_by_account() if plan.sweeps else {}
            listings = await asyncio.gather(
                *(
                    self.listings.read(request, live.get(account_id, ()))
                    for request in plan.sweeps
                    if (account_id := session.account(request.handle).account_id)
                )
            )
            await self.listings.take([listed for listed in listings if listed is not None])
            await asyncio.gather(*map(self.counts.read, plan.counts))
            await self._lookups(r for r in plan.lookups if r.purpose is not Purpose.MARK)
            await self._profiles(r for r in plan.profiles if r.known)
        finally:
            await session.consents.settle()
        session.conclude()
        for client in self.companion.clients:
            session.harvest.broken(client.tally.lost)
        if session.unusable is not None:
            raise session.unusable

    async def _profiles(self, requests: Iterable[ProfileRequest]) -> None:
        await asyncio.gather(*map(self.profiles.read, requests))

    async def _lookups(self, requests: Iterable[LookupRequest]) -> None:
        await asyncio.gather(*map(self.lookups.read, requests))


def companion_of(session: Session) -> Companion:
    """The companion of the adapter that reads a platform, loaded when it is needed.

    Instagram and YouTube's feed need nothing of their own.
    """
    match session.adapter.__name__.rpartition(".")[2]:
        case "facebook":
            from functions.collect.reading.companions.facebook import PageReader

            return PageReader(session)
        case "x":
            from functions.collect.reading.companions.x import ThreadReader

            return ThreadReader(session)
        case "tiktok":
            from functions.collect.reading.companions.tiktok import ConsentReader

            return ConsentReader(session)
        case "youtube":
            from functions.collect.reading.companions.youtube import VideoReader

            return VideoReader(session)
    return Companion(session)
