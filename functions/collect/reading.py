"""Carries out one platform's plan: requests in flight together, each failing alone.

What comes back is folded into the note and gathered for the store; nothing is written here.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from types import ModuleType
from typing import Any, TypeVar

import msgspec

from functions.collect import keep
from functions.collect.access import STOPS, Credential, choose
from functions.collect.answers import AccountWrong, PlatformError, Profile, Sweep
from functions.collect.client import CONNECTIONS, ApiClient, Clock
from functions.collect.note import AccountNote, LivePost, Note
from functions.collect.plan import LookupRequest, SweepRequest
from functions.connect.consents import Busy, Consents, NoConsent
from functions.connect.vault import VaultError
from functions.model import COUNTERS, DAY, Platform, Post

RETRY_WRONG = timedelta(hours=6)
RETRY_CONSENT = timedelta(minutes=15)
TIME_LIMIT = 8 * 60.0  # seconds after which a run begins no further request

T = TypeVar("T")


@dataclass(slots=True)
class Harvest:
    """What one tick brought from one platform, and what went wrong (one line each)."""

    posts: list[Post] = field(default_factory=list)
    followers: list[tuple[Platform, str, datetime, int]] = field(default_factory=list)
    checked: dict[str, Profile | str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Details:
    """What came of looking at new ids: those that are no posts yet, the accounts that failed."""

    pending: Sequence[str] = ()
    failed: Sequence[str] = ()


class Reading:
    """One platform at one tick.

    Args:
        credentials: at least one; accounts are spread over them.
        note: changed in place as answers arrive.
        following: when the next tick is expected.
    """

    def __init__(
        self,
        platform: Platform,
        adapter: ModuleType,
        credentials: Sequence[Credential],
        consents: Consents,
        note: Note,
        clock: Clock,
        following: datetime,
    ) -> None:
        self.platform = platform
        self.adapter = adapter
        self.credentials = credentials
        self.consents = consents
        self.note = note
        self.clock = clock
        self.following = following
        self.began = clock()
        self.harvest = Harvest()
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._ends = monotonic() + TIME_LIMIT
        for credential in credentials:
            until = note.waits.get(credential.number)
            # One that is over may still stand there: a tick that sends nothing writes nothing.
            if until and until > self.began:
                credential.until, credential.stopped = until, PlatformError("a limit still holds")

    # Accounts

    def wake(self) -> None:
        """End the rest of accounts whose consent was given after they were found wrong."""
        if self.platform != "tiktok":
            return
        resting = {
            handle: account.checked_at
            for handle, account in self.note.accounts.items()
            if account.checked_at and account.retry_at and account.retry_at > self.began
        }
        for handle in self.consents.given_since(resting):
            self.note.accounts[handle] = msgspec.structs.replace(
                self.note.accounts[handle], retry_at=None
            )

    async def resolve(self, handles: Sequence[str]) -> None:
        """Find the durable ids of handles that are new."""
        names = {handle: handle for handle in handles}
        await self._profiles(names, self.adapter.RESOLVE_SIZE)

    async def recheck(self, handles: Sequence[str]) -> None:
        """Read profiles and followers of known accounts again."""
        by_id = self.adapter.KNOWN_BY == "id"
        names = {h: (self.note.accounts[h].account_id or h) if by_id else h for h in handles}
        await self._profiles(names, self.adapter.RECHECK_SIZE)

    async def _profiles(self, names: dict[str, str], size: int) -> None:
        """Read the profiles of handles, asked for under their names, so many in one call."""
        served: dict[str, list[str]] = defaultdict(list)
        for handle in names:
            served[choose(self.credentials, handle).number].append(handle)
        await asyncio.gather(
            *(
                self._profile_group(credential, handles[start : start + size], names)
                for credential in self.credentials
                for handles in [served[credential.number]]
                for start in range(0, len(handles), size)
            )
        )

    async def _profile_group(
        self, credential: Credential, handles: list[str], names: dict[str, str]
    ) -> None:
        async def request() -> dict[str, Profile | AccountWrong]:
            client = await self._client(credential, handles[0])
            asked = [names[handle] for handle in handles]
            found: dict[str, Profile | AccountWrong] = await self.adapter.resolve(client, asked)
            return found

        found = await self._attempt(credential, handles, request)
        for handle in handles:
            match (found or {}).get(names[handle]):
                case AccountWrong() as wrong:
                    self._wrong(handle, wrong.advice, RETRY_WRONG)
                case Profile() as profile:
                    self._known(handle, profile)
                case None if found is not None:
                    self.harvest.counts["requests_failed"] += 1
                    self.harvest.problems.append(
                        f"{self.platform} {handle}: its profile cannot be understood"
                    )

    def _known(self, handle: str, profile: Profile) -> None:
        now = self.clock()
        held = self.note.accounts.get(handle, AccountNote(handle=handle))
        due = held.followers_at is None or held.followers_at + DAY <= now
        if due or held.wrong:
            self.harvest.checked[handle] = profile
        if due and profile.followers is not None:
            self.harvest.followers.append(
                (self.platform, profile.account_id, now, profile.followers)
            )
        self.note.accounts[handle] = msgspec.structs.replace(
            held,
            account_id=profile.account_id,
            title=profile.title or held.title,
            place=profile.place or held.place,
            checked_at=now,
            followers_at=now if due else held.followers_at,
            wrong=None,
            retry_at=None,
        )

    def _wrong(self, handle: str, advice: str, pause: timedelta) -> None:
        held = self.note.accounts.get(handle, AccountNote(handle=handle))
        now = self.clock()
        if held.wrong != advice:
            self.harvest.checked[handle] = advice
        self.harvest.counts["accounts_wrong"] += 1
        self.harvest.problems.append(f"{self.platform} {handle}: {advice}")
        self.note.accounts[handle] = msgspec.structs.replace(
            held, wrong=advice, checked_at=now, retry_at=now + pause
        )

    # Posts

    async def sweep(self, requests: Iterable[SweepRequest]) -> None:
        """Read listings; then, across accounts, the details of what they show without counters."""
        answers = await asyncio.gather(*(self._listing(request) for request in requests))
        listings = [answer for answer in answers if answer is not None]
        failed = await self._details(listings)
        live = self._live_by_account()
        for request, found in listings:
            if request.handle not in failed:  # what could not be looked at stays new
                self._take(request, found, live)

    async def _listing(self, request: SweepRequest) -> tuple[SweepRequest, Sweep] | None:
        credential = choose(self.credentials, request.handle)

        async def listing() -> Sweep:
            client = await self._client(credential, request.handle)
            account = self.note.accounts[request.handle]
            profile = Profile(
                account_id=account.account_id or "", handle=account.handle, place=account.place
            )
            found: Sweep = await self.adapter.sweep(client, profile, since=request.since)
            return found

        found = await self._attempt(credential, [request.handle], listing)
        if found is None:
            return None
        self.harvest.counts["accounts_read"] += 1
        self._broken(found.broken)
        return request, found

    def _take(
        self, request: SweepRequest, found: Sweep, live: Mapping[str, Sequence[LivePost]]
    ) -> None:
        """Note what a listing showed, and what it covered without showing."""
        if found.profile:
            self._known(request.handle, found.profile)
        for post in found.posts:
            self._seen(post)
        account = self.note.accounts[request.handle]
        if found.covered_since is not None:
            listed = {post.post_id for post in found.posts}
            for known in live.get(account.account_id or "", ()):
                if known.post_id not in listed and known.published_at >= found.covered_since:
                    self._missed(known, self.clock())
        self.note.accounts[request.handle] = msgspec.structs.replace(account, swept_at=self.clock())

    async def _details(self, listings: Sequence[tuple[SweepRequest, Sweep]]) -> set[str]:
        """Look at listed ids that are new; returns the handles for which that failed."""
        if not any(found.unread for _, found in listings):
            return set()
        live = self._live_by_account()
        fresh: dict[str, list[tuple[str, SweepRequest]]] = defaultdict(list)
        for request, found in listings:
            account = self.note.accounts[request.handle]
            known = {*account.settled, *(p.post_id for p in live.get(account.account_id or "", ()))}
            serving = choose(self.credentials, request.handle).number
            fresh[serving] += [
                (post_id, request) for post_id in found.unread if post_id not in known
            ]
        size = self.adapter.LOOKUP_SIZE
        outcomes = await asyncio.gather(
            *(
                self._detail_batch(credential, fresh[credential.number][start : start + size])
                for credential in self.credentials
                for start in range(0, len(fresh[credential.number]), size)
            )
        )
        failed = {handle for outcome in outcomes for handle in outcome.failed}
        pending = {post_id for outcome in outcomes for post_id in outcome.pending}
        for request, found in listings:
            if found.unread and request.handle not in failed:
                self.note.accounts[request.handle] = msgspec.structs.replace(
                    self.note.accounts[request.handle],
                    settled=tuple(p for p in found.unread if p not in pending),
                )
        return failed

    async def _detail_batch(
        self, credential: Credential, batch: Sequence[tuple[str, SweepRequest]]
    ) -> _Details:
        ids = [post_id for post_id, _ in batch]
        handles = sorted({request.handle for _, request in batch})
        found = await self._attempt(
            credential, handles, lambda: self.adapter.details(credential.client, ids)
        )
        if found is None:
            return _Details(failed=handles)
        self._broken(found.broken)
        since = {post_id: request.since for post_id, request in batch}
        for post in found.posts:
            if post.post_id in since and post.published_at >= since[post.post_id]:
                self._seen(post)
        told = {post.post_id for post in found.posts} | set(found.absent)
        return _Details(pending=[*found.pending, *(i for i in ids if i not in told)])

    def _live_by_account(self) -> Mapping[str, Sequence[LivePost]]:
        grouped: dict[str, list[LivePost]] = defaultdict(list)
        for post in self.note.posts.values():
            grouped[post.account_id].append(post)
        return grouped

    async def lookup(self, requests: Iterable[LookupRequest]) -> None:
        """Read posts by id."""
        await asyncio.gather(*(self._lookup(request) for request in requests))

    async def _lookup(self, request: LookupRequest) -> None:
        # What a listing of this very tick has shown needs no second read.
        held = [self.note.posts[wanted.key] for wanted in request.posts]
        live = [post for post in held if post.read_at is None or post.read_at < self.began]
        if not live:
            return
        credential = choose(self.credentials, live[0].key)
        found = await self._attempt(
            credential,
            [],
            lambda: self.adapter.lookup(
                credential.client, [post.as_post(self.platform) for post in live]
            ),
        )
        if found is None:
            return
        self._broken(found.broken)
        by_id = {post.post_id: post for post in live}
        for post in found.posts:
            if asked := by_id.get(post.post_id):
                self._seen(
                    msgspec.structs.replace(post, account_id=asked.account_id, url=asked.url)
                )
        for post_id, at in found.absent.items():
            self._missed(by_id[post_id], at)

    def _seen(self, post: Post) -> None:
        if not self._is_plausible(post):
            self._broken([f"{self.platform} item: an impossible time or counter"])
            return
        name = f"{post.account_id}:{post.post_id}"
        held = self.note.posts.get(name)
        self.note.posts[name], kept = keep.seen(held, post, self.following)
        self.harvest.counts["posts_read"] += 1
        self.harvest.counts["posts_found"] += held is None
        if kept:
            self.harvest.counts["samples_kept"] += 1
            self.harvest.posts.append(post)

    def _is_plausible(self, post: Post) -> bool:
        """Whether a store can hold the post and a plan can wait for it; else it costs one item."""
        (sample,) = post.samples
        counts = [count for name in COUNTERS if (count := getattr(sample, name)) is not None]
        return post.published_at <= self.clock() + DAY and all(0 <= n < 2**53 for n in counts)

    def _missed(self, live: LivePost, at: datetime) -> None:
        self.note.posts[live.key], kept = keep.missed(live, at)
        if kept:
            self.harvest.counts["absences"] += 1
            post = live.as_post(self.platform)
            self.harvest.posts.append(msgspec.structs.replace(post, absences=(at,)))

    # Failing alone

    async def _attempt(
        self, credential: Credential, handles: Sequence[str], request: Callable[[], Awaitable[T]]
    ) -> T | None:
        """The request's answer; None when it failed, with the consequence drawn."""
        try:
            # Whether the credential still serves is asked when the turn comes, not in advance: a
            # limit met by the first requests spares all those that wait behind them.
            async with self._turns:
                if credential.stopped or monotonic() > self._ends:
                    credential.skipped += 1
                    return None
                return await request()
        except STOPS as error:
            credential.stop(error)
            self.harvest.problems.append(f"{self.platform}: {error}")
        except AccountWrong as wrong:
            for handle in handles:
                self._wrong(handle, wrong.advice or str(wrong), RETRY_WRONG)
        except NoConsent:
            for handle in handles:
                self._wrong(
                    handle,
                    f"Belum ada izin TikTok untuk @{handle}; minta satker memberi izin.",
                    RETRY_CONSENT,
                )
        except VaultError as error:
            self.harvest.counts["requests_failed"] += 1
            self.harvest.problems.append(f"{self.platform} {' '.join(handles)}: {error}")
        except Busy:
            self.harvest.counts["consents_busy"] += 1
        except PlatformError as error:
            self.harvest.counts["requests_failed"] += 1
            self.harvest.problems.append(f"{self.platform} {' '.join(handles)}: {error}")
        return None

    async def _client(self, credential: Credential, handle: str) -> ApiClient:
        """The credential's client; for TikTok one that speaks for the account."""
        if self.platform != "tiktok":
            return credential.client

        def renew(refresh_token: str) -> Awaitable[Any]:
            renewal: Awaitable[Any] = self.adapter.refresh(
                credential.client, credential.key, credential.secret, refresh_token
            )
            return renewal

        access = await self.consents.access(handle, self.clock(), renew)
        client = credential.client.authorised(access.token)
        await self._check_owner(client, handle, access.owner)
        return client

    async def _check_owner(self, client: ApiClient, handle: str, owner: str) -> None:
        """A consent given anew may be another account's: nothing is filed before that is known."""
        held = self.note.accounts.get(handle)
        if not owner or held is None or held.account_id in (None, owner):
            return
        match (await self.adapter.resolve(client, [handle]))[handle]:
            case AccountWrong() as wrong:
                raise wrong
            case Profile() as profile:  # the handle's new owner, or the same in a new app's eyes
                self._known(handle, profile)

    def _broken(self, messages: Sequence[str]) -> None:
        self.harvest.counts["items_broken"] += len(messages)
        self.harvest.problems += messages
