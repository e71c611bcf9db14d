"""Facebook: Pages that gave a token of their own, and what a ranked listing leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from functions import log
from functions.collect.client import ApiClient
from functions.collect.contract import AccountWrong, Lookup, Profile, Sweep
from functions.collect.credentials import Credential, fingerprint, page_access
from functions.collect.planning.requests import Plan, SweepRequest
from functions.collect.platforms import facebook
from functions.collect.platforms.facebook import PageHistory
from functions.collect.platforms.facebook_pages import OWNER_KNOWN
from functions.collect.reading.companions import AccountListing, Companion
from functions.collect.reading.session import Session
from functions.collect.state import LivePost
from functions.model import Post
from functions.tokens.vault import VaultError

RECENT = timedelta(days=30)  # of a Page's posts, to tell its pace by


class PageReader(Companion):
    """Speaks with a Page's own token where there is one, and asks for unlisted posts by id."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._own: dict[str, ApiClient] = {}  # by handle
        self._proofs: dict[str, str] = {}

    def prepare(self, plan: Plan) -> None:
        """Make clients for those Pages that gave a token of their own."""
        session = self.session
        serving = {sweep.handle: sweep.credential for sweep in plan.sweeps}
        serving |= {h: request.credential for request in plan.profiles for h in request.handles}
        for handle, token in session.consents.page_tokens(serving).items():
            if isinstance(token, VaultError):
                session.harvest.problems.append(f"facebook {handle}: {token}")
                continue
            log.hide([token])
            app = session.credentials[serving[handle]]
            own = app.client.speaking(**page_access(token, app.secret))
            proof = f"{session.began.date().isoformat()} {fingerprint(token)}"
            # Whose token it is need not be asked at every tick.
            if session.account(handle).proven == proof:
                own.learned.add(OWNER_KNOWN)
            self._own[handle], self._proofs[handle] = own, proof

    @property
    def clients(self) -> list[ApiClient]:
        """The credentials' and the Pages' own."""
        return [*super().clients, *self._own.values()]

    async def resolve(
        self, credential: Credential, handles: Sequence[str]
    ) -> dict[str, Profile | AccountWrong]:
        """The Pages behind names or ids, each with its own token if there is one."""
        own = {handle: self._own[handle] for handle in handles if handle in self._own}
        return await facebook.resolve(credential.client, handles, own=own)

    async def recheck(
        self, credential: Credential, known: Sequence[Profile]
    ) -> dict[str, Profile | AccountWrong]:
        """Known Pages, each with its own token if there is one."""
        own = {one.account_id: self._own[one.handle] for one in known if one.handle in self._own}
        return await facebook.recheck(credential.client, known, own=own)

    async def sweep(
        self,
        credential: Credential,
        request: SweepRequest,
        since: datetime,
        live: Sequence[LivePost],
    ) -> Sweep:
        """The Page's listing, with its own token if there is one."""
        handle = request.handle
        return await facebook.sweep(
            credential.client,
            self.session.profile(handle),
            since=since,
            depth=request.depth,
            manner=self.session.manner(handle),
            own=self._own.get(handle),
            history=PageHistory(
                recent=sum(self.session.account(handle).daily.values()),
                uploads={post.post_id for post in live},
            ),
        )

    def took(self, listed: AccountListing) -> None:
        """Remember the Page's pace, and that its token was found to be its own."""
        handle = listed.handle
        self._count_days(handle, listed.found.posts)
        own = self._own.get(handle)
        if own and OWNER_KNOWN in own.learned:
            self.session.change_account(handle, proven=self._proofs[handle])

    async def confirm(self, listed: AccountListing, live: Mapping[str, Sequence[LivePost]]) -> None:
        """Ask by id for what a ranked listing left out, which proves no absence."""
        if listed.found.covered_since is not None or not listed.is_whole:
            return
        session, request = self.session, listed.request
        profile = session.profile(listed.handle)
        shown = {post.post_id for post in listed.found.posts}
        left_out = {
            post.post_id: post
            for post in sorted(live.get(profile.account_id, ()), key=lambda p: p.mark)
            if post.post_id not in shown
            and post.published_at >= request.since
            and len(post.missing) < 2
            and not post.closed(session.began)
        }
        if not left_out:
            return
        credential = session.credentials[request.credential]
        posts = [post.as_post(session.platform) for post in left_out.values()]
        answer: Lookup | None = None
        async with session.attempt(credential, []) as may_ask:
            if may_ask:
                answer = await facebook.confirm(credential.client, profile, posts)
        if answer is not None:
            self.sightings.answered(answer, left_out, credential)

    def _count_days(self, handle: str, posts: Iterable[Post]) -> None:
        """Remember how many posts of each of the last days a Page has shown."""
        shown = Counter(post.published_at.date().isoformat() for post in posts)
        first = (self.session.began - RECENT).date()
        daily = self.session.account(handle).daily
        self.session.change_account(
            handle,
            daily={
                day: max(daily.get(day, 0), shown[day])
                for day in sorted({*daily, *shown})
                if date.fromisoformat(day) >= first
            },
        )
