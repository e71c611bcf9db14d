"""Who accounts are: handles that are new, and known accounts as they are today."""

from __future__ import annotations

from functions.collect.contract import AccountWrong, Profile
from functions.collect.planning.requests import ProfileRequest
from functions.collect.reading.companions import Companion
from functions.collect.reading.session import RETRY_WRONG


class Profiles:
    """Reads the profiles that a plan asks for."""

    def __init__(self, companion: Companion) -> None:
        self.companion = companion
        self.session = companion.session

    async def read(self, request: ProfileRequest) -> None:
        """Find out who handles are, or who known accounts are today, and their followers."""
        # Where a listing of this tick has told it all, there is nothing left to ask; and where it
        # was denied, that the account exists is no news.
        handles = [h for h in request.handles if not (request.known and self._was_just_read(h))]
        if not handles:
            return
        session = self.session
        credential = session.credentials[request.credential]
        keys = {h: (session.account(h).account_id or h) if request.known else h for h in handles}
        found: dict[str, Profile | AccountWrong] | None = None
        async with session.attempt(credential, handles, session.price.profile) as may_ask:
            if may_ask:
                if request.known:
                    known = [Profile(account_id=keys[h], handle=h) for h in handles]
                    found = await self.companion.recheck(credential, known)
                else:
                    found = await self.companion.resolve(credential, handles)
        if found is None:
            return
        session.charge(credential, session.price.user, len(found))
        for handle in handles:
            match found.get(keys[handle]):
                case AccountWrong() as wrong:
                    session.wrong(handle, wrong.advice, RETRY_WRONG)
                case Profile() as profile:
                    self.companion.accounts.take(handle, profile)
                case None:
                    session.failed([handle], "its profile cannot be understood")

    def _was_just_read(self, handle: str) -> bool:
        account = self.session.account(handle)
        looked_at = account.checked_at if account.wrong else account.followers_at
        return looked_at is not None and looked_at >= self.session.began
