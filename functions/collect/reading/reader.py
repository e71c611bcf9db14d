"""Carries out one platform's plan: requests in flight together, each failing alone.

What comes back is folded into the note and gathered for the store; nothing is written here.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from types import ModuleType
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from functions import log
from functions.collect.client import CONNECTIONS, ApiClient, Clock
from functions.collect.contract import (
    USUAL,
    AccountWrong,
    Denied,
    Limited,
    Lookup,
    Manner,
    PlatformError,
    PostCount,
    Profile,
    Refused,
    Sweep,
    Thread,
    TokenDied,
)
from functions.collect.credentials import STOPS, Credential, fingerprint, page_access
from functions.collect.planning.candidates import OVERLAP
from functions.collect.planning.marks import PROMISED
from functions.collect.planning.quota import EVERYTHING, PRICES
from functions.collect.planning.requests import (
    CountRequest,
    LookupRequest,
    Plan,
    ProfileRequest,
    Purpose,
    SweepRequest,
)
from functions.collect.platforms.decoding import AHEAD, EARLIEST
from functions.collect.reading import retention
from functions.collect.reading.completeness import (
    COUNTED_BACK,
    lacking,
    open_month,
    shortfall,
    tallied,
    words,
)
from functions.collect.state import REMEMBERED, AccountNote, LivePost, Note
from functions.model import COUNTERS, DAY, PLATFORM_NAMES, Platform, Post, iso
from functions.registry.addresses.public import public_address
from functions.settings import SettingsError
from functions.store.port import StoreError
from functions.tokens.absent import Busy, Declined, NoConsent, PairLost, without_consent
from functions.tokens.consents import Consents
from functions.tokens.vault import VaultError

RETRY_WRONG = timedelta(hours=6)
RETRY_CONSENT = timedelta(minutes=15)
SAME = 3  # accounts in a row that are denied the same: it is their credential that is at fault
UNTOLD = timedelta(hours=6)  # then what has ended without its end being told is a post
TIME_LIMIT = 8 * 60.0  # seconds after which a run begins no further request
RENEWAL = 90.0  # seconds that a run must still have for a consent's renewal to begin
GRACE = 1.0  # seconds that a request which is under way then still gets
# What is longer than any platform's own is cut (a text, a title) or makes a broken item (the rest);
# a document of the store holds a megabyte.
LONGEST_TEXT = 20_000
LONGEST_TITLE = 500
LONGEST_NAME = 200  # of an id
MOST_SETTLED = 250  # ids that an account remembers
RECENT = timedelta(days=30)  # of a Page's posts, to tell its pace by

T = TypeVar("T")


class Harvest(msgspec.Struct):
    """What one tick brought from one platform, and what went wrong (one line each).

    ``found_under``: posts with the keys of their addresses that are new.
    ``checked``: the handles whose admins are to be told what the note says of them now, with the
    profile that was read, if any. ``incomplete``: what is said of missing posts where that has
    changed, by handle; None: nothing any more. ``spent``: what was paid for by the piece, by what
    it was, in thousandths of a dollar.
    """

    posts: list[Post] = msgspec.field(default_factory=list)
    found_under: list[tuple[Post, tuple[str, ...]]] = msgspec.field(default_factory=list)
    followers: list[tuple[Platform, str, datetime, int]] = msgspec.field(default_factory=list)
    checked: dict[str, Profile | None] = msgspec.field(default_factory=dict)
    incomplete: dict[str, str | None] = msgspec.field(default_factory=dict)
    counts: Counter[str] = msgspec.field(default_factory=Counter)
    spent: Counter[str] = msgspec.field(default_factory=Counter)
    problems: list[str] = msgspec.field(default_factory=list)


class _Details(msgspec.Struct, frozen=True):
    """What came of looking at new ids: those that are no posts yet, of which some are waited for
    since a time, and the accounts that failed."""

    pending: Sequence[str] = ()
    waits: Mapping[str, datetime] = msgspec.field(default_factory=dict)
    failed: Sequence[str] = ()


class _Accused(NamedTuple):
    """An account that was denied something, by whose fault is not known yet."""

    handle: str
    denied: Denied


class _New(NamedTuple):
    """An id that a listing showed for the first time; ``published_at`` None: it did not say."""

    post_id: str
    request: SweepRequest
    published_at: datetime | None


class Reader:
    """One platform at one tick.

    Args:
        credentials: at least one.
        note: changed in place as answers arrive; ``changed`` is the part of it that was.
        horizon: a read is kept as the last before a mark when the mark falls before then. That is
            the next tick, or later when budgets may not allow a read at that tick.
        ends: when no further request is begun, on ``monotonic``'s clock; None: after TIME_LIMIT.
        zone: in which months are bounded.
        stored: which of some posts (``account_id:post_id``) the store holds.
    """

    def __init__(
        self,
        platform: Platform,
        adapter: ModuleType,
        credentials: Sequence[Credential],
        consents: Consents,
        note: Note,
        clock: Clock,
        horizon: datetime,
        ends: float | None = None,
        *,
        zone: ZoneInfo,
        stored: Callable[[Sequence[str]], Awaitable[Collection[str]]],
    ) -> None:
        self.platform = platform
        self.adapter = adapter
        self.credentials = {credential.name: credential for credential in credentials}
        self.consents = consents
        self.note = note
        self.clock = clock
        self.horizon = horizon
        self.began = clock()
        self.zone = zone
        self.stored = stored
        self.month = open_month(self.began, zone)
        self.harvest = Harvest()
        self._price = PRICES[platform]
        self._accounts_changed: set[str] = set()
        self._posts_changed: set[str] = set()
        self._own: dict[str, ApiClient] = {}
        self._proofs: dict[str, str] = {}
        self._spoken: dict[str, str] = {}  # the access tokens used, by handle
        self._dead: dict[str, str] = {}  # those that TikTok refused
        self._accused: dict[str, list[_Accused]] = defaultdict(list)  # by credential
        self._under_way: Counter[str] = Counter()
        self._owed: dict[str, datetime] = {}  # by account, how far back its listing has to go
        self._handles: dict[str | None, list[str]] = defaultdict(list)
        for handle, account in note.accounts.items():
            self._handles[account.account_id].append(handle)
        self._pending: dict[str, int] = {}  # listed ids that are no posts yet, by handle
        self._unusable: StoreError | SettingsError | None = None
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._ends = monotonic() + TIME_LIMIT if ends is None else ends

    @property
    def changed(self) -> Note:
        """What this reading noted."""
        return self.note.part(sorted(self._accounts_changed), sorted(self._posts_changed))

    async def carry_out(self, plan: Plan) -> None:
        """Send the plan's requests, most valuable first.

        StoreError or SettingsError when no consent could be used for want of the store or the
        key; what was under way is over then.
        """
        self._find_page_tokens(plan)
        try:
            # A limit met on the way must cost the least valuable: marks come before listings.
            await self._lookups(r for r in plan.lookups if r.purpose is Purpose.MARK)
            await self._profiles(r for r in plan.profiles if not r.known)
            await self._sweeps(plan.sweeps)
            await self._counts(plan.counts)
            await self._lookups(r for r in plan.lookups if r.purpose is not Purpose.MARK)
            await self._profiles(r for r in plan.profiles if r.known)
        finally:
            await self.consents.settle()
        self._conclude()
        if self._unusable is not None:
            raise self._unusable

    # Accounts

    async def _profiles(self, requests: Iterable[ProfileRequest]) -> None:
        """Find out who handles are, or who known accounts are today, and their followers."""
        await asyncio.gather(*(self._profile_group(request) for request in requests))

    async def _profile_group(self, request: ProfileRequest) -> None:
        # Where a listing of this tick has told it all, there is nothing left to ask; and where it
        # was denied, that the account exists is no news.
        handles = [h for h in request.handles if not (request.known and self._was_just_read(h))]
        if not handles:
            return
        credential = self.credentials[request.credential]
        keys = {h: self._account_id(h) if request.known else h for h in handles}

        async def ask() -> dict[str, Profile | AccountWrong]:
            client = await self._client(credential, handles[0])
            own = {keys[h]: self._own[h] for h in handles if h in self._own}
            more = {"own": own} if own else {}
            found: dict[str, Profile | AccountWrong]
            if request.known:
                known = [Profile(account_id=keys[h], handle=h) for h in handles]
                found = await self.adapter.recheck(client, known, **more)
            else:
                found = await self.adapter.resolve(client, handles, **more)
            return found

        found = await self._attempt(credential, handles, ask, self._price.profile)
        self._charge(credential, self._price.user, len(found or {}))
        for handle in handles:
            match (found or {}).get(keys[handle]):
                case AccountWrong() as wrong:
                    self._wrong(handle, wrong.advice, RETRY_WRONG)
                case Profile() as profile:
                    self._known(handle, profile)
                case None if found is not None:
                    self.harvest.counts["requests_failed"] += 1
                    self.harvest.problems.append(
                        f"{self.platform} {handle}: its profile cannot be understood"
                    )

    def _account(self, handle: str) -> AccountNote:
        return self.note.accounts.get(handle) or AccountNote(handle=handle)

    def _account_id(self, handle: str) -> str:
        return self._account(handle).account_id or handle

    def _was_just_read(self, handle: str) -> bool:
        account = self._account(handle)
        looked_at = account.checked_at if account.wrong else account.followers_at
        return looked_at is not None and looked_at >= self.began

    def _note_account(self, handle: str, **facts: Any) -> None:
        self.note.accounts[handle] = msgspec.structs.replace(self._account(handle), **facts)
        self._accounts_changed.add(handle)

    def _known(self, handle: str, profile: Profile) -> None:
        now = self.clock()
        held = self._account(handle)
        due = held.followers_at is None or held.followers_at + DAY <= now
        profile = self._within_bounds(handle, profile)
        told = _remark(handle, profile)
        if due or held.wrong or told != held.told:
            self.harvest.checked[handle] = profile
        if due and profile.posts is not None and held.swept_at is not None:
            self._hold(handle, now, profile.posts)
        if due and profile.followers is not None:
            self.harvest.followers.append(
                (self.platform, profile.account_id, now, profile.followers)
            )
        self._note_account(
            handle,
            account_id=profile.account_id,
            title=profile.title or held.title,
            place=profile.place or held.place,
            checked_at=now,
            followers_at=now if due else held.followers_at,
            told=told,
            wrong=None,
            retry_at=None,
        )

    # Completeness

    def _hold(self, handle: str, now: datetime, posts: int) -> None:
        """Hold the platform's own count of an account's posts against what was found."""
        tally = tallied(
            self._account(handle).tally,
            now,
            posts,
            since=self.month.before,
            pending=self._pending.get(handle, 0),
        )
        self._note_account(handle, tally=tally)
        self._tell(handle)

    def _changed(self, account_id: str, post_id: str, by: int) -> None:
        """A post was found (1) or removed (-1): its account's count should have changed as well."""
        for handle in self._handles.get(account_id, ()):
            if (tally := self._account(handle).tally) is not None:
                self._note_account(handle, tally=tally.changed(post_id, by))

    def _tell(self, handle: str) -> None:
        """Have the admin told what of an account's posts is missing, when that has changed."""
        account = self._account(handle)
        said = words(self.platform, shortfall(account.tally), account.unlooked, self.zone)
        if said == account.incomplete:
            return
        self._note_account(handle, incomplete=said)
        self.harvest.checked.setdefault(handle, None)
        self.harvest.incomplete[handle] = said

    async def _counts(self, requests: Iterable[CountRequest]) -> None:
        """Have X count posts by the day, and list the days that hold more than was found."""
        await asyncio.gather(*(self._count(request) for request in requests))

    async def _count(self, request: CountRequest) -> None:
        credential, handle = self.credentials[request.credential], request.handle

        async def ask() -> list[PostCount] | AccountWrong | Denied | Refused:
            try:
                counted: list[PostCount] = await self.adapter.counts(
                    credential.client, handle, since=request.since, until=request.until
                )
            except (AccountWrong, Denied, Refused) as refusal:
                return refusal
            return counted

        counted = await self._attempt(credential, [handle], ask, self._price.count)
        if counted is None:
            return
        if not isinstance(counted, list):
            # It says nothing of the account, nor of what else the credential may do: counts may not
            # be part of what was bought. Asked again when the next is due.
            self._failed([handle], f"its posts are not counted: {counted}")
            self._note_account(handle, counted_at=self.clock())
            return
        self._charge(credential, self._price.count, 1)
        self.harvest.counts["counts_read"] += 1
        found = [datetime.fromtimestamp(at, UTC) for at in self._account(handle).known.values()]
        listed = True
        for days in lacking(counted, found):
            listed = await self._list_days(request, days) and listed
        if listed:
            self._note_account(handle, counted_at=self.clock())
            self._tell(handle)

    async def _list_days(self, request: CountRequest, days: PostCount) -> bool:
        """List the days that hold more than was found. Every post of them is paid for."""
        since, until = max(days.begin, request.since), min(days.end, request.until)
        sweep = SweepRequest(request.handle, since, request.purpose, credential=request.credential)
        answer = await self._listing(sweep, {}, until=until)
        if answer is None:
            return False
        _, found = answer
        late = await self._late_of([answer])
        credential = self.credentials[request.credential]
        for post in found.posts:
            if self._is_new_or_live(sweep, post, late):
                self._seen(post, credential)
            else:
                self._charge(credential, self._price.post, 1)
        account_id = self._account(request.handle).account_id or ""
        self._remember_days(sweep, found, self._live_by_account().get(account_id, ()))
        return True

    def _within_bounds(self, handle: str, profile: Profile) -> Profile:
        """The profile as a store can hold it."""
        followers = profile.followers
        if followers is not None and not _is_count(followers):
            self._broken([f"{self.platform} {handle}: an impossible number of followers"])
            followers = None
        return msgspec.structs.replace(
            profile,
            followers=followers,
            title=profile.title and profile.title[:LONGEST_TITLE],
            handle=profile.handle and profile.handle[:LONGEST_NAME],
        )

    def _advise(self, handle: str, advice: str | None) -> None:
        """What a listing that went well lacks, for the account's admin; None when nothing."""
        if advice == self._account(handle).lacking:
            return
        self._note_account(handle, lacking=advice, checked_at=self.clock())
        self.harvest.checked.setdefault(handle, None)

    def _wrong(self, handle: str, advice: str, pause: timedelta) -> None:
        now = self.clock()
        if self._account(handle).wrong != advice:
            self.harvest.checked[handle] = None
        self.harvest.counts["accounts_wrong"] += 1
        self.harvest.problems.append(f"{self.platform} {handle}: {advice}")
        self._note_account(handle, wrong=advice, checked_at=now, retry_at=now + pause)

    def _conclude(self) -> None:
        """Say at last whose fault it was where that was left open, and what profiles lacked."""
        for credential in self.credentials.values():
            self._judge(credential, is_over=True)
        clients = [*(c.client for c in self.credentials.values()), *self._own.values()]
        for client in clients:
            self._broken(client.tally.lost)

    # Listings

    async def _sweeps(self, requests: Iterable[SweepRequest]) -> None:
        """Read listings; then, across accounts, the details of what they show without counters."""
        known = [request for request in requests if self._account(request.handle).account_id]
        before = self._live_by_account() if self.platform in ("x", "facebook") else {}
        answers = await asyncio.gather(*(self._listing(request, before) for request in known))
        listings = [answer for answer in answers if answer is not None]
        late = await self._late_of(listings)
        failed = await self._details(listings, late)
        live = self._live_by_account()
        for request, found in listings:
            if request.handle not in failed:  # what could not be looked at stays new
                self._take(request, found, live, late)
            if found.failure is not None and not isinstance(found.failure, STOPS):
                self._draw(self.credentials[request.credential], [request.handle], found.failure)
        await asyncio.gather(*(self._confirm(request, found, live) for request, found in listings))

    async def _listing(
        self,
        request: SweepRequest,
        live: Mapping[str, Sequence[LivePost]],
        **more: Any,
    ) -> tuple[SweepRequest, Sweep] | None:
        credential = self.credentials[request.credential]
        handle = request.handle

        async def listing() -> Sweep:
            client = await self._client(credential, handle)
            account = self._account(handle)
            profile = Profile(
                account_id=account.account_id or "", handle=handle, place=account.place
            )
            found: Sweep = await self.adapter.sweep(
                client,
                profile,
                since=min(request.since, self._owed.get(profile.account_id, request.since)),
                depth=request.depth,
                manner=self._manner(account),
                **self._of_page(handle, live.get(profile.account_id, ())),
                **self._of_threads(request, live.get(profile.account_id, ())),
                **more,
            )
            return found

        found = await self._attempt(credential, [handle], listing, self._price.page)
        if found is None:
            return None
        self.harvest.counts["accounts_read"] += 1
        self._broken((*found.broken, *found.lost))
        if isinstance(found.failure, STOPS):  # at once, for those that wait for their turn
            self._stop(credential, found.failure)
        return request, found

    def _manner(self, account: AccountNote) -> Manner:
        """How the account's listing is asked for; after a day as usual once more, to see."""
        if account.manner is None or account.manner_at is None:
            return USUAL
        return account.manner if self.clock() - account.manner_at < DAY else USUAL

    def _take(
        self,
        request: SweepRequest,
        found: Sweep,
        live: Mapping[str, Sequence[LivePost]],
        late: Collection[str],
    ) -> None:
        """Note what a listing showed, and what it covered without showing."""
        handle = request.handle
        self._advise(handle, found.advice)
        for post in found.posts:
            if self._is_new_or_live(request, post, late):
                credential = self.credentials[request.credential]
                self._seen(post, credential, garbled=bool(found.lost))
        self._remember(request, found, live.get(self._account(handle).account_id or "", ()))
        if found.profile:  # behind its posts, which it counts
            self._known(handle, found.profile)
        account = self._account(handle)
        if found.covered_since is not None:
            listed = {post.post_id for post in found.posts}
            for known in live.get(account.account_id or "", ()):
                if known.post_id not in listed and known.published_at >= found.covered_since:
                    self._missed(known, self.clock())
        if self.platform == "x":
            self._take_replies(request, found)
        now = self.clock()
        deep = request.depth > 1
        proves = self.platform in ("instagram", "tiktok")  # how far back it reached
        is_whole = not found.broken and found.failure is None
        is_whole = is_whole and (found.covered_since is not None or not proves)
        looked_back = is_whole and (request.looks_back or account.swept_at is None)
        self._note_account(
            handle,
            swept_at=now,
            deep_at=now if deep else account.deep_at,
            looked_back_at=now if looked_back else account.looked_back_at,
            unlooked=request.unlooked,
        )
        if found.manner != self._manner(account):
            manner = None if found.manner == USUAL else found.manner
            self._note_account(handle, manner=manner, manner_at=now)
        self._tell(handle)
        if self.platform == "facebook":
            self._count_days(handle, found.posts)
            own = self._own.get(handle)
            if own and self.adapter.OWNER_KNOWN in own.learned:
                self._note_account(handle, proven=self._proofs[handle])

    async def _late_of(self, listings: Sequence[tuple[SweepRequest, Sweep]]) -> set[str]:
        """The posts (``account_id:post_id``) that show themselves too late for the note's memory.

        The store is asked which it holds of them; nothing where accounts remember what their last
        listing showed.
        """
        unheard = {name for request, found in listings for name in self._unheard_of(request, found)}
        return unheard.difference(await self.stored(sorted(unheard))) if unheard else unheard

    def _unheard_of(self, request: SweepRequest, found: Sweep) -> Iterator[str]:
        """The listed posts that are too old for the note, young enough to count, and unknown."""
        first, last = self._taken_since(request), self.began - REMEMBERED
        old = [post_id for post_id, at in _shown(found) if at is not None and first <= at <= last]
        account = self._account(request.handle)
        if not old or account.account_id is None:
            return
        before = self._shown_before(account)
        for post_id in old:
            name = f"{account.account_id}:{post_id}"
            if post_id not in before and name not in self.note.posts:
                yield name

    def _taken_since(self, request: SweepRequest) -> datetime:
        """From when on what a listing shows is taken."""
        return min(request.since, request.taken_since or self.month.begin)

    def _is_new_or_live(self, request: SweepRequest, post: Post, late: Collection[str]) -> bool:
        """Whether a listed post is to be read: not one that was done with days ago.

        Whatever is shown of a month that has not begun closing is taken, however late it appears.
        """
        name = f"{post.account_id}:{post.post_id}"
        if (held := self.note.posts.get(name)) is not None:
            # Older ones are measured; but where a lookup failed, this read makes up for it.
            return post.published_at >= request.since or not held.closed(self.began)
        return post.published_at > self.began - REMEMBERED or name in late

    def _shown_before(self, account: AccountNote) -> Collection[str]:
        """The ids of an account that need no further look."""
        ids = account.known.keys()
        return ids if self.platform == "x" else ids | {*account.settled}

    def _remember(self, request: SweepRequest, found: Sweep, live: Sequence[LivePost]) -> None:
        """Note which ids the listing showed, so that none of them is new at the next one."""
        if self.platform == "x":
            self._remember_days(request, found, live)
            return
        if not found.posts:
            return  # and of ids without details, those say which are settled
        account = self._account(request.handle)
        first = self._taken_since(request)
        shown = [post.post_id for post in found.posts if post.published_at >= first]
        if found.broken:  # it may have shown less than it could
            shown += [post_id for post_id in account.settled if post_id not in {*shown}]
        self._settle(account, shown)

    def _settle(self, account: AccountNote, shown: Sequence[str]) -> None:
        settled = tuple(shown[:MOST_SETTLED])
        if settled != account.settled or account.known:
            self._note_account(account.handle, settled=settled, known={})

    def _remember_days(self, request: SweepRequest, found: Sweep, live: Sequence[LivePost]) -> None:
        """Note the posts of the days that are counted, and when they were published (X)."""
        account = self._account(request.handle)
        first = int((self.began - COUNTED_BACK - DAY).timestamp())
        shown = {
            post.post_id: int(post.published_at.timestamp())
            for post in found.posts
            if EARLIEST <= post.published_at <= self.began + DAY
        }
        gone = {post.post_id for post in live if len(post.missing) > 1}
        facts: dict[str, Any] = {}
        if account.known_from is None:
            is_first = account.swept_at is None
            facts["known_from"] = request.since if is_first else self.began - REMEMBERED
            facts["counted_at"] = self.clock()  # a first listing leaves nothing to count
            shown |= {post.post_id: int(post.published_at.timestamp()) for post in live}
        known = {
            post_id: at
            for post_id, at in (account.known | shown).items()
            if at >= first and post_id not in gone
        }
        if known != account.known:
            facts["known"] = known
        if facts:
            self._note_account(request.handle, **facts)

    def _of_threads(self, request: SweepRequest, live: Sequence[LivePost]) -> dict[str, Any]:
        """What an X account's listing is read with where threads are summed.

        What was begun is read to its end under another setting, too: the reads around a mark are
        to sum the same posts.
        """
        threads = {
            post.post_id: Thread(
                versions=post.versions,
                parts=post.parts,
                mark=post.mark,
                after=post.kept[-1] if post.kept and self.horizon >= post.mark else None,
            )
            for post in live
            if request.replies or post.parts
        }
        return (
            {"replies": request.replies, "threads": threads} if request.replies or threads else {}
        )

    def _take_replies(self, request: SweepRequest, found: Sweep) -> None:
        """Note what an X account's listing brought besides its posts, and that it is paid for.

        New parts of known threads join: from the next read on they are summed.
        """
        account, now = self._account(request.handle), self.clock()
        live = {name: self.note.posts.get(f"{account.account_id}:{name}") for name in found.joining}
        paid = {
            part
            for post in live.values()
            if post and post.read_at and post.read_at.date() == now.date()
            for part in post.parts
        }
        if account.swept_at is not None and account.swept_at.date() == now.date():
            paid |= {*account.settled}
        credential = self.credentials[request.credential]
        if unpaid := found.besides.keys() - paid:
            self._charge(credential, self._price.post, len(unpaid))
        late = tuple(name for name, at in found.besides.items() if at >= now - OVERLAP)
        if late != account.settled:
            self._note_account(request.handle, settled=late)
        for name, held in live.items():
            if held is not None:
                joined = msgspec.structs.replace(held, parts=found.joining[name])
                self.note.posts[held.key] = joined
                self._posts_changed.add(held.key)
                if keys := retention.new_keys(self.platform, held, joined):
                    self.harvest.found_under.append((joined.as_post(self.platform), keys))

    async def _confirm(
        self, request: SweepRequest, found: Sweep, live: Mapping[str, Sequence[LivePost]]
    ) -> None:
        """Where a listing proves no absence (a ranked one), ask for what it left out by id."""
        is_whole = not found.broken and found.failure is None
        if found.covered_since is not None or self.platform != "facebook" or not is_whole:
            return
        account = self._account(request.handle)
        listed = {post.post_id for post in found.posts}
        left_out = {
            post.post_id: post
            for post in sorted(live.get(account.account_id or "", ()), key=lambda p: p.mark)
            if post.post_id not in listed
            and post.published_at >= request.since
            and len(post.missing) < 2
            and not post.closed(self.began)
        }
        if not left_out:
            return
        credential = self.credentials[request.credential]
        profile = Profile(account_id=account.account_id or "", handle=request.handle)
        posts = [post.as_post(self.platform) for post in left_out.values()]
        answer = await self._attempt(
            credential, [], lambda: self.adapter.confirm(credential.client, profile, posts)
        )
        if answer is not None:
            self._answered(answer, left_out, credential)

    async def _details(
        self, listings: Sequence[tuple[SweepRequest, Sweep]], late: Collection[str]
    ) -> set[str]:
        """Look at listed ids that are new; returns the handles for which that failed."""
        if not any(found.unread for _, found in listings):
            return set()
        live = self._live_by_account()
        fresh: dict[str, list[_New]] = defaultdict(list)
        for request, found in listings:
            account = self._account(request.handle)
            known = {
                *self._shown_before(account),
                *(p.post_id for p in live.get(account.account_id or "", ())),
            }
            first, last = self._taken_since(request), self.began - REMEMBERED
            for post_id in self._worth_a_look(request, found):
                at = found.dated.get(post_id)
                is_old = at is not None and first <= at <= last
                is_held = is_old and f"{account.account_id}:{post_id}" not in late
                if post_id not in known and not is_held:
                    fresh[request.credential].append(_New(post_id, request, at))
        size = self.adapter.LOOKUP_SIZE
        outcomes = await asyncio.gather(
            *(
                self._detail_batch(self.credentials[name], wanted[start : start + size])
                for name, wanted in fresh.items()
                for start in range(0, len(wanted), size)
            )
        )
        failed = {handle for outcome in outcomes for handle in outcome.failed}
        pending = {post_id for outcome in outcomes for post_id in outcome.pending}
        waits = {post_id: at for outcome in outcomes for post_id, at in outcome.waits.items()}
        for request, found in listings:
            if found.unread and request.handle not in failed:
                shown = self._worth_a_look(request, found)
                account = self._account(request.handle)
                settled = [post_id for post_id in shown if post_id not in pending]
                if request.depth < self.adapter.DEPTH:  # what lies deeper was not looked for
                    settled += [p for p in account.settled if p not in {*shown}]
                self._settle(account, settled)
                still = {post_id: waits[post_id] for post_id in found.unread if post_id in waits}
                self._note_account(request.handle, waits=still)
                self._pending[request.handle] = len(pending.intersection(shown))
        return failed

    def _worth_a_look(self, request: SweepRequest, found: Sweep) -> list[str]:
        """The listed ids that may be posts of a month that has not begun closing.

        All of the first page, since a stream that airs today was announced long ago.
        """
        first = min(self._taken_since(request), self.began - REMEMBERED)
        return [
            post_id
            for place, post_id in enumerate(found.unread)
            if place < self.adapter.PAGE_SIZE
            or ((at := found.dated.get(post_id)) is not None and at >= first)
        ]

    async def _detail_batch(self, credential: Credential, batch: Sequence[_New]) -> _Details:
        ids = [new.post_id for new in batch]
        handles = sorted({new.request.handle for new in batch})
        found = await self._attempt(
            credential,
            handles,
            lambda: self.adapter.details(credential.client, ids),
            self._price.page,
            of_account=False,
        )
        if found is None:
            return _Details(failed=handles)
        self._broken((*found.broken, *found.lost))
        if found.failure is not None:
            self._draw(credential, [], found.failure)
        new = {one.post_id: one.request for one in batch}
        # An id may stay unread for hours (a stream, one that the details left out), while the
        # listing's ``since`` moves on: that must not drop it.
        young = self.began - REMEMBERED
        waits = self._waits(found.waiting, new)
        ripe = [p for p in found.waiting if self._is_ripe(waits.get(p.post_id))]
        since = {name: min(self._taken_since(request), young) for name, request in new.items()}
        since |= {p.post_id: since[p.post_id] - UNTOLD for p in ripe}
        for post in (*found.posts, *ripe):
            if post.post_id in new and post.published_at >= since[post.post_id]:
                account_id = self._account_id(new[post.post_id].handle)
                self._seen(msgspec.structs.replace(post, account_id=account_id), credential)
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

    def _waits(
        self, waiting: Iterable[Post], new: Mapping[str, SweepRequest]
    ) -> dict[str, datetime]:
        """Since when each of these is waited for, until its end is told or it counts without."""
        return {
            post.post_id: self._account(new[post.post_id].handle).waits.get(
                post.post_id, self.began
            )
            for post in waiting
            if post.post_id in new
        }

    def _is_ripe(self, since: datetime | None) -> bool:
        """Whether what is waited for since then has been for long enough."""
        return since is not None and self.began - since >= UNTOLD

    def _live_by_account(self) -> Mapping[str, Sequence[LivePost]]:
        grouped: dict[str, list[LivePost]] = defaultdict(list)
        for post in self.note.posts.values():
            grouped[post.account_id].append(post)
        return grouped

    # Posts by id

    async def _lookups(self, requests: Iterable[LookupRequest]) -> None:
        """Read posts by id."""
        await asyncio.gather(*(self._lookup(request) for request in requests))

    async def _lookup(self, request: LookupRequest) -> None:
        # What a listing of this very tick has shown needs no second read.
        held = [self.note.posts[p.key] for p in request.posts if p.key in self.note.posts]
        live = {p.post_id: p for p in held if p.read_at is None or p.read_at < self.began}
        if not live:
            return
        credential = self.credentials[request.credential]
        posts = [post.as_post(self.platform) for post in live.values()]
        found = await self._attempt(
            credential,
            [],
            lambda: self.adapter.lookup(credential.client, posts, **self._buckets(request)),
            self._price.lookup[request.way],
        )
        if found is not None:
            self._answered(found, live, credential)
        if found is None or found.failure is not None:
            self._owe(live)

    def _owe(self, asked: Mapping[str, LivePost]) -> None:
        """Let a listing of this tick make up for posts whose lookup failed: it reads back to them,
        and what it shows is kept as if the next tick's lookup failed as well."""
        for post in asked.values():
            held = self.note.posts.get(post.key, post)
            if held.read_at is None or held.read_at < self.began:
                earliest = self._owed.get(post.account_id, post.published_at)
                self._owed[post.account_id] = min(earliest, post.published_at)
        self.horizon = max(self.horizon, self.began + PROMISED)

    def _buckets(self, request: LookupRequest) -> dict[str, bool]:
        """Which of YouTube's two buckets a lookup may draw on."""
        if len(self._price.lookup) < 2:
            return {}
        units = self.credentials[request.credential].serves("units")
        return {"stats": request.way == 0, "details": units}

    def _answered(
        self, found: Lookup, asked: Mapping[str, LivePost], credential: Credential
    ) -> None:
        """Note what was said of posts that were asked for by id."""
        self._broken((*found.broken, *found.lost))
        for post in found.posts:
            if known := asked.get(post.post_id):
                named = {"account_id": known.account_id, "url": known.url}
                named_post = msgspec.structs.replace(post, **named)
                self._seen(named_post, credential, garbled=bool(found.lost))
        for post_id, at in found.absent.items():
            self._missed(asked[post_id], at)
        if found.failure is not None:
            self._draw(credential, [], found.failure)

    def _seen(self, post: Post, credential: Credential, *, garbled: bool = False) -> None:
        """Note a post that was read. ``garbled``: fields were lost in the answer it came in."""
        if not self._is_plausible(post):
            self._broken([f"{self.platform} item: an impossible time or id"])
            return
        sound = self._with_sound_counters(post)
        garbled = garbled or sound is not post
        post = msgspec.structs.replace(
            sound,
            text=post.text and post.text[:LONGEST_TEXT],
            url=public_address(self.platform, post.post_id, post.url),
        )
        name = f"{post.account_id}:{post.post_id}"
        held = self.note.posts.get(name)
        (sample,) = post.samples
        live, kept = retention.seen(held, post, self.horizon, garbled=garbled)
        if held is None or held.read_at is None or held.read_at.date() != sample.taken_at.date():
            self._charge(credential, self._price.post, (len(post.versions) or 1) + len(post.parts))
        elif joined := {*post.parts} - {*held.parts}:
            self._charge(credential, self._price.post, len(joined))
        self.note.posts[name] = live
        self._posts_changed.add(name)
        if keys := retention.new_keys(self.platform, held, live):
            self.harvest.found_under.append((post, keys))
        self.harvest.counts["posts_read"] += 1
        self.harvest.counts["posts_found"] += held is None
        if held is None or len(held.missing) > 1:
            self._changed(post.account_id, post.post_id, 1)
        if kept:
            self.harvest.counts["samples_kept"] += 1
            self.harvest.posts.append(post)

    def _is_plausible(self, post: Post) -> bool:
        """Whether a store can hold the post and a plan can wait for it; else it costs one item."""
        names = (post.post_id, post.account_id, *post.versions, *post.parts)
        return EARLIEST <= post.published_at <= self.clock() + AHEAD and all(
            0 < len(name) <= LONGEST_NAME for name in names
        )

    def _with_sound_counters(self, post: Post) -> Post:
        """The post without the counters that cannot be: they are unknown."""
        (sample,) = post.samples
        odd = [
            name
            for name in COUNTERS
            if (count := getattr(sample, name)) is not None and not _is_count(count)
        ]
        if not odd:
            return post
        self._broken([f"{self.platform} item: an impossible number of {name}" for name in odd])
        sound = msgspec.structs.replace(sample, **dict.fromkeys(odd))
        return msgspec.structs.replace(post, samples=(sound,))

    def _missed(self, live: LivePost, at: datetime) -> None:
        self.note.posts[live.key], kept = retention.missed(live, at)
        self._posts_changed.add(live.key)
        if len(live.missing) < 2 <= len(self.note.posts[live.key].missing):
            self._changed(live.account_id, live.post_id, -1)
        if kept:
            self.harvest.counts["absences"] += 1
            post = live.as_post(self.platform)
            self.harvest.posts.append(msgspec.structs.replace(post, absences=(at,)))

    # Failing alone

    async def _attempt(
        self,
        credential: Credential,
        handles: Sequence[str],
        request: Callable[[], Awaitable[T]],
        cost: Mapping[str, int] | None = None,
        *,
        of_account: bool = True,
    ) -> T | None:
        """The request's answer; None when it failed, with the consequence drawn.

        Whatever the failure, it is this request's alone, but for a store or a key that cannot be
        used: then nothing more is sent, and ``carry_out`` raises that in the end. ``of_account``:
        whether it asks about the account itself, which a refusal is then laid to.
        """
        bucket = next(iter(cost or {}), EVERYTHING)
        try:
            # Whether the credential still serves is asked when the turn comes, not in advance: a
            # limit met by the first requests spares all those that wait behind them.
            async with self._turns:
                left = self._ends - monotonic()
                if not credential.serves(bucket) or left < 0 or self._unusable is not None:
                    credential.skipped += 1
                    return None
                self._under_way[credential.name] += 1
                try:
                    async with asyncio.timeout(left + GRACE):
                        answer = await self._with_living_token(handles, request)
                finally:
                    self._under_way[credential.name] -= 1
        except Exception as error:
            self._draw(credential, handles, error, of_account=of_account)
            return None
        self._served(credential)
        return answer

    def _draw(
        self,
        credential: Credential,
        handles: Sequence[str],
        error: Exception,
        *,
        of_account: bool = True,
    ) -> None:
        """The consequence of a failure, by whose fault it is."""
        one = of_account and len(handles) == 1
        match error:
            case Limited() | Refused():
                self._stop(credential, error)
            case TimeoutError():
                self._failed(handles, "the run's time is over")
            case Denied() if one and not error.advice:
                self._accuse(credential, handles[0], error)
            case Denied() if one:
                self._draw(credential, handles, error.of_account(PLATFORM_NAMES[self.platform]))
            case AccountWrong() if one:
                self._served(credential)
                self._wrong(handles[0], error.advice or str(error), RETRY_WRONG)
            case NoConsent():
                for handle in handles:
                    self._wrong(handle, without_consent(handle, error), RETRY_CONSENT)
            case Busy():
                self.harvest.counts["consents_busy"] += 1
            case VaultError() | PlatformError():
                self._failed(handles, str(error))
            case StoreError() | SettingsError():
                self._unusable = self._unusable or error
            case _:  # nobody foresaw it, and its words may hold anything
                name, place = type(error).__name__, extract_tb(error.__traceback__)[-1]
                where = f"{Path(place.filename).name}:{place.lineno}"
                log.error("collect.unforeseen", platform=self.platform, error=name, where=where)
                self._failed(handles, f"unforeseen {name}")

    def _served(self, credential: Credential) -> None:
        """The platform answered with this credential, which cannot be at fault then."""
        self.harvest.counts["answers"] += 1
        self._condemn(credential)

    def _accuse(self, credential: Credential, handle: str, denied: Denied) -> None:
        """Leave open for now whose fault it is that an account was denied something.

        Several in a row that are denied the same, with nothing answered in between, were asked
        for with a bad credential; then none of them is told that it is wrong.
        """
        accused = self._accused[credential.name]
        if accused and accused[0].denied.reason != denied.reason:
            self._condemn(credential)
        self._accused[credential.name].append(_Accused(handle, denied))
        self._judge(credential)

    def _judge(self, credential: Credential, *, is_over: bool = False) -> None:
        """Whose fault it was, as soon as that can be said.

        While requests are under way one of them may still be answered; but not for ever is the next
        one sent.
        """
        accused = self._accused[credential.name]
        crowd = len({one.handle for one in accused})
        is_last = not self._under_way[credential.name]
        if crowd >= SAME and (is_last or crowd >= SAME + CONNECTIONS):
            reason = accused[0].denied.reason
            self._accused[credential.name] = []
            self._stop(
                credential,
                Refused(
                    f"{crowd} accounts in a row are refused alike ({reason}); "
                    "check this credential and what it may read"
                ),
            )
        elif is_over:
            self._condemn(credential)

    def _condemn(self, credential: Credential) -> None:
        """It was the accounts themselves: tell each."""
        for handle, denied in self._accused.pop(credential.name, ()):
            self.harvest.counts["answers"] += 1
            wrong = denied.of_account(PLATFORM_NAMES[self.platform])
            self._wrong(handle, wrong.advice, RETRY_WRONG)

    async def _with_living_token(
        self, handles: Sequence[str], request: Callable[[], Awaitable[T]]
    ) -> T:
        """The request's answer; with a renewed access token where the first was refused."""
        try:
            return await request()
        except TokenDied:
            self._dead |= {h: self._spoken[h] for h in handles if h in self._spoken}
            return await request()  # refused once more, it is the consent that is wrong

    def _failed(self, handles: Sequence[str], why: str) -> None:
        self.harvest.counts["requests_failed"] += 1
        self.harvest.problems.append(f"{self.platform} {' '.join(handles)}: {why}")

    def _stop(self, credential: Credential, error: Any) -> None:
        bucket = error.bucket if isinstance(error, Limited) else ""
        if credential.serves(bucket):  # of those that were under way together the first tells it
            self.harvest.problems.append(f"{self.platform}: {error}")
        credential.stop(error)

    def _charge(self, credential: Credential, price: Mapping[str, int], count: int) -> None:
        for bucket, amount in price.items():
            credential.spent[bucket] += amount * count
            self.harvest.spent[self._kind(price)] += amount * count

    def _kind(self, price: Mapping[str, int]) -> str:
        """What is paid for at that price."""
        kinds = {"posts": self._price.post, "users": self._price.user, "counts": self._price.count}
        return next(kind for kind, of in kinds.items() if of is price)

    # Who speaks

    async def _client(self, credential: Credential, handle: str) -> ApiClient:
        """The credential's client; for TikTok one that speaks for the account."""
        if self.platform != "tiktok":
            return credential.client

        async def renew(refresh_token: str) -> Any:
            try:
                return await self.adapter.refresh(
                    credential.client, credential.key, credential.secret, refresh_token
                )
            except AccountWrong as wrong:
                raise Declined(self.adapter.named(wrong, handle)) from None

        try:
            access = await self.consents.access(
                handle,
                self.clock(),
                renew,
                dead=self._dead.get(handle),
                in_time=self._ends - monotonic() >= min(RENEWAL, TIME_LIMIT / 4),
            )
        except Declined as declined:
            raise declined.why from None
        except PairLost as lost:
            raise AccountWrong(
                str(lost),
                f"Izin TikTok @{handle} hilang karena pembaruannya terputus pada "
                f"{iso(lost.begun_at)}, bukan karena dicabut; minta satker memberi izin lagi.",
            ) from None
        self._spoken[handle] = access.token
        client = credential.client.authorised(access.token)
        await self._check_owner(client, handle, access.owner)
        return client

    async def _check_owner(self, client: ApiClient, handle: str, owner: str) -> None:
        """A consent given anew may be another account's: nothing is filed before that is known."""
        held = self._account(handle)
        if not owner or held.account_id in (None, owner):
            return
        known = Profile(account_id=held.account_id or "", handle=handle)
        match (await self.adapter.recheck(client, [known]))[known.account_id]:
            case AccountWrong() as wrong:
                raise wrong
            case Profile() as profile:  # the handle's new owner, or the same in a new app's eyes
                self._known(handle, profile)

    def _find_page_tokens(self, plan: Plan) -> None:
        """Clients for those Facebook Pages that gave a token of their own."""
        if self.platform != "facebook":
            return
        serving = {sweep.handle: sweep.credential for sweep in plan.sweeps}
        serving |= {h: request.credential for request in plan.profiles for h in request.handles}
        for handle, token in self.consents.page_tokens(serving).items():
            if isinstance(token, VaultError):
                self.harvest.problems.append(f"facebook {handle}: {token}")
                continue
            log.hide([token])
            app = self.credentials[serving[handle]]
            own = app.client.speaking(**page_access(token, app.secret))
            # Whose token it is need not be asked at every tick.
            if self._account(handle).proven == self._proof(token):
                own.learned.add(self.adapter.OWNER_KNOWN)
            self._own[handle] = own
            self._proofs[handle] = self._proof(token)

    def _proof(self, token: str) -> str:
        return f"{self.began.date().isoformat()} {fingerprint(token)}"

    def _of_page(self, handle: str, live: Sequence[LivePost]) -> dict[str, Any]:
        """What a Facebook Page's listing is read with besides."""
        if self.platform != "facebook":
            return {}
        return {
            "own": self._own.get(handle),
            "recent": sum(self._account(handle).daily.values()),
            "known": {post.post_id for post in live},
        }

    def _count_days(self, handle: str, posts: Iterable[Post]) -> None:
        """Remember how many posts of each of the last days a Page has shown."""
        shown = Counter(post.published_at.date().isoformat() for post in posts)
        first = (self.began - RECENT).date()
        daily = self._account(handle).daily
        self._note_account(
            handle,
            daily={
                day: max(daily.get(day, 0), shown[day])
                for day in sorted({*daily, *shown})
                if date.fromisoformat(day) >= first
            },
        )

    def _broken(self, messages: Sequence[str]) -> None:
        """Count what could not be understood, and tell each kind of it once."""
        self.harvest.counts["items_broken"] += len(messages)
        told = {*self.harvest.problems}
        self.harvest.problems += [m for m in dict.fromkeys(messages) if m not in told]


def _shown(found: Sweep) -> Iterator[tuple[str, datetime | None]]:
    """The ids that a listing shows, and when they were published, as far as it says so."""
    yield from ((post.post_id, post.published_at) for post in found.posts)
    yield from ((post_id, found.dated.get(post_id)) for post_id in found.unread)


def _is_count(number: int) -> bool:
    """Whether it can be a counter, and every store and file can hold it."""
    return 0 <= number < 2**53


def _remark(handle: str, profile: Profile) -> str | None:
    """What the admin of an account that is read all the same should know of it."""
    named = profile.handle
    # An id and a YouTube user's name of before 2014 stay beside whatever handle an account takes.
    by_id = handle.isdecimal() or handle == profile.account_id or "/" in handle
    if named and not by_id and named.casefold() != handle.casefold():
        return (
            f"Akun ini kini bernama @{named}; perbarui nama akun di daftar. "
            "Riwayatnya tetap tersimpan."
        )
    if profile.posts == 0:
        return "Akun ini belum memiliki unggahan publik."
    return None
