"""Replies and mentions on X, by recent search with an app's own Bearer token.

One query asks for what is said to some accounts, and for their own replies, of the last seven days
and up to 30 seconds ago. Each post that is returned is billed, also when the answer is lost on its
way; a request that returns none costs nothing. So pages are small: a day's money is passed by one
of them at most, and how much of it is left nobody here knows.
https://docs.x.com/x-api/posts/search/integrate/operators (prices: docs.x.com, "Pricing", 2026-08)

Whether a post is still there is told only by asking for it, which costs as much: of the threads
that are ``due`` alone. What is deleted, protected, suspended or withheld in Indonesia is gone.

``whole`` rests on earlier looks: an open thread's answers before ``since`` were read by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from functions.collect.client import ApiClient, HttpAnswer
from functions.collect.contract import (
    UNDECODABLE,
    AccountWrong,
    Limited,
    PlatformError,
    Refused,
    Unreadable,
)
from functions.collect.platforms.decoding import Count, Cursor, each
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.collect.platforms.x_posts import (
    NOT_FOUND,
    PROTECTED,
    SUSPENDED,
    Trouble,
    TweetPage,
)
from functions.listen.contract import Asked, Glance
from functions.listen.platforms.x_threads import (
    FIELDS,
    AccountThreads,
    FoundPost,
    XPost,
    by_version,
    is_withheld,
    said,
    time_of,
)
from functions.model import iso

AT_ONCE: Final = 6  # what fits into a query with the longest ids and handles
BY_POST: Final = False
UNTRIED: Final = (
    "That search finds by numeric ids in to: and from:, that it gives mentions their ids, and what "
    "it says of withheld posts could not be tried with a live app."
)

SEARCH, LOOKUP = "/2/tweets/search/recent", "/2/tweets"
MILLS = 5  # thousandths of a dollar for a post that is read
PAGE_SIZE, LEAST_SIZE = 20, 10  # posts of one answer, so ten cents at most
MAX_PAGES = 50
ROUNDS = 3  # of asking for what replies answer
MOST_PARENTS = 60  # that are asked for in one look
LONGEST_QUERY = 512
BACK = timedelta(days=7) - timedelta(minutes=5)  # what is older fails the whole call
LATEST = timedelta(minutes=1)  # a search ends 30 seconds ago and has to begin before
TOGETHER = timedelta(hours=1)  # accounts of one query are read from about the same time on
SECOND = timedelta(seconds=1)
_NUMBER = re.compile(r"[0-9]{1,19}")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
_GONE = (NOT_FOUND, SUSPENDED, PROTECTED)


class _Data(msgspec.Struct):
    data: list[msgspec.Raw] = []


class _Meta(msgspec.Struct):
    result_count: Count | None = None
    next_token: Cursor | None = None


class _Page(msgspec.Struct):
    """One answer of a search; what else X complains of in it is about nothing that was asked."""

    data: list[msgspec.Raw] = []
    meta: _Meta | None = None


async def look(client: ApiClient, asked: Sequence[Asked]) -> dict[str, Glance]:
    """What was said to the accounts since then, and their own replies; by account id.

    Raises:
        Limited, Refused: nothing could be read with this token.
    """
    found: dict[str, Glance] = {}
    stop: Limited | Refused | None = None
    for group in _groups(asked):
        try:
            if stop is None:
                found |= await _Look(client, group).glances()
        except (Limited, Refused) as error:
            if not found:
                raise
            stop = error
        for one in group:
            found.setdefault(one.account_id, Glance(failure=stop or _no_account()))
    return found


def price(path: str, params: Mapping[str, str | int]) -> int:
    """Thousandths of a dollar for as many posts as may be returned."""
    if path == SEARCH:
        return MILLS * int(params.get("max_results", PAGE_SIZE))
    return MILLS * len(str(params.get("ids", "")).split(",")) if path == LOOKUP else 0


def billed(path: str, answer: HttpAnswer) -> int:
    """Thousandths of a dollar for the posts that were returned; of an answer that cannot be read,
    for a whole page."""
    if path not in (SEARCH, LOOKUP) or answer.status != 200:
        return 0
    try:
        return MILLS * len(msgspec.json.decode(answer.body, type=_Data).data)
    except UNDECODABLE:
        return MILLS * PAGE_SIZE


def _groups(asked: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Accounts that fit into one query, and are read from about the same time on."""
    group: list[Asked] = []
    for one in sorted(asked, key=lambda one: one.since):
        whole = [*group, one]
        if group and (len(_query(whole)) > LONGEST_QUERY or one.since - group[0].since > TOGETHER):
            yield group
            whole = [one]
        group = whole
    if group:
        yield group


def _query(group: Sequence[Asked]) -> str:
    """What is said to the accounts, and their own replies. By ids, which outlive their handles; a
    mention can be looked for by the handle alone."""
    known = [one for one in group if _NUMBER.fullmatch(one.account_id)]
    spoken = [f"to:{one.account_id}" for one in known]
    spoken += [f"@{one.handle}" for one in known if _HANDLE.fullmatch(one.handle)]
    own = " OR ".join(f"from:{one.account_id}" for one in known)
    return f"({' OR '.join(spoken)} OR ({own}) is:reply) -is:retweet" if known else ""


def _no_account() -> Unreadable:
    return Unreadable("x: an account without an id that X could know")


class _Look:
    """One look at the accounts of a query; what is read stays read when a later call fails."""

    def __init__(self, client: ApiClient, group: Sequence[Asked]) -> None:
        self._client = client
        self._group = [one for one in group if _NUMBER.fullmatch(one.account_id)]
        self._found: dict[str, XPost] = {}
        self._context: dict[str, XPost] = {}
        self._tried: set[str] = set()
        self._gone: set[str] = set()
        self._covered: datetime | None = None
        self._broken: list[str] = []
        self._lost: list[str] = []
        self._has_read = False

    async def glances(self) -> dict[str, Glance]:
        """What could be read, with what ended it before its time."""
        failure: PlatformError | None = None
        try:
            if self._group:
                failure = await self._search()
            if failure is None:
                await self._know_parents()
                await self._look_up_due()
        except (Limited, Refused) as error:
            if not self._has_read:
                raise
            failure = error
        except PlatformError as error:
            failure = error
        self._client.tally.lost += self._lost
        found = {one.account_id: self._glance(one, failure) for one in self._group}
        # What cannot be understood is nobody's that is known: it is said once.
        for name in list(found)[:1]:
            found[name] = msgspec.structs.replace(found[name], broken=tuple(self._broken))
        return found

    def _glance(self, one: Asked, failure: PlatformError | None) -> Glance:
        threads = AccountThreads(one, self._found, self._context)
        comments = threads.comments()
        covered = None if self._covered is None else max(self._covered, one.since)
        begun = {c.id: c.at for c in comments if c.parent is None}
        begun |= {pointer.id: at for pointer in one.open if (at := time_of(pointer.id))}
        gone = self._gone & {pointer.id for pointer in one.open + one.due}
        # A reply of which it is not known where it belongs may be any thread's answer.
        is_sure = covered is not None and not self._unknown(one)
        is_whole = {
            name
            for name, at in begun.items()
            if covered is not None and is_sure and (covered <= one.since or at >= covered)
        }
        return Glance(
            comments=comments,
            covered_since=covered,
            whole=frozenset(is_whole - gone - threads.unsure()),
            gone=frozenset(gone),
            failure=failure,
        )

    # What is said

    async def _search(self) -> PlatformError | None:
        now = self._client.clock()
        since = min(one.since for one in self._group)
        begin = min(max(since, now - BACK), now - LATEST)
        torn: list[str] = []
        walk = Walk(
            "x search",
            partial(self._page, torn, begin),
            MAX_PAGES,
            PAGE_SIZE,
            least=LEAST_SIZE,
        )
        reached: datetime | None = None
        async for page in walk:
            self._has_read = True
            posts = self._read(page.items, page.taken_at)
            self._found |= by_version(posts)
            oldest = min((one.at for one in posts), default=None)
            # Where there are more pages than are read, what came before them is covered.
            reached = begin if page.following is None else oldest and oldest + SECOND
        self._broken += [*walk.broken, *torn]
        if not torn and walk.failure is None and reached is not None:
            self._covered = since if reached <= since else reached
        return walk.failure

    async def _page(self, torn: list[str], begin: datetime, walk: Walk) -> AnswerPage:
        asked: dict[str, str | int] = {
            "query": _query(self._group),
            "start_time": iso(begin),
            "tweet.fields": FIELDS,
            "max_results": walk.size,
        }
        if walk.cursor:
            asked["next_token"] = str(walk.cursor)
        page, taken_at = await self._client.get(SEARCH, _Page, lost=torn, **asked)
        # The meta is always there, even without any post, and then counts none.
        if page.meta is None or (page.meta.result_count and not page.data):
            torn.append("x search: it came without its meta, or without its posts")
        return AnswerPage(page.data, taken_at, (page.meta and page.meta.next_token) or None)

    def _read(self, items: Sequence[msgspec.Raw], taken_at: datetime) -> list[XPost]:
        return list(
            each(
                items,
                FoundPost,
                partial(said, taken_at),
                named="x post",
                broken=self._broken,
                lost=self._lost,
            )
        )

    # What has to be asked for by id

    async def _know_parents(self) -> None:
        """Ask for what replies answer, where that decides to which thread they belong."""
        for _ in range(ROUNDS):
            wanted = dict.fromkeys(name for one in self._group for name in self._unknown(one))
            names = [name for name in wanted if _NUMBER.fullmatch(name)]
            names = names[: MOST_PARENTS - len(self._tried)]
            for start in range(0, len(names), PAGE_SIZE):
                part = names[start : start + PAGE_SIZE]
                page, taken_at = await self._by_id(part)
                self._tried |= set(part)
                self._context |= by_version(self._read(page.data, taken_at))

    def _unknown(self, one: Asked) -> list[str]:
        """What would have to be known, and was not asked for yet."""
        threads = AccountThreads(one, self._found, self._context)
        return [name for name in threads.unknown() if name not in self._tried]

    async def _look_up_due(self) -> None:
        due = dict.fromkeys(pointer.id for one in self._group for pointer in one.due)
        names = [name for name in due if _NUMBER.fullmatch(name) and name not in self._found]
        for start in range(0, len(names), PAGE_SIZE):
            part = names[start : start + PAGE_SIZE]
            try:
                page, _ = await self._by_id(part)
            except (Unreadable, AccountWrong) as refused:  # of these posts alone
                self._broken.append(f"x posts by id: {refused}")
                continue
            told = each(
                page.data,
                FoundPost,
                _standing,
                named="x post",
                broken=self._broken,
                lost=self._lost,
            )
            shown = dict(told)
            self._gone |= {name for name in part if shown.get(name)}
            self._gone |= {name for name in _missing(page.errors) if name in part} - shown.keys()

    async def _by_id(self, names: Sequence[str]) -> tuple[TweetPage, datetime]:
        asked: dict[str, str | int] = {"ids": ",".join(names), "tweet.fields": FIELDS}
        return await self._client.get(LOOKUP, TweetPage, lost=self._lost, **asked)


def _standing(post: FoundPost) -> tuple[str, bool]:
    """A post's id, and whether it is withheld."""
    return post.id, is_withheld(post)


def _missing(errors: Sequence[Trouble]) -> set[str]:
    """The ids of posts that X says it cannot show; of what else is amiss nothing follows."""
    return {
        trouble.resource_id or trouble.value or "" for trouble in errors if trouble.title in _GONE
    }
