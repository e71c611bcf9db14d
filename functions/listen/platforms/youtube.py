"""Comments below a channel's videos, by YouTube Data API v3 with an API key.

One call lists up to 100 threads of all of a channel's videos, the newest first, each with some of
its replies: nobody says which, so the earliest answer may be missing. All replies are one call more
a thread, the open threads that are not listed one for 50 of them. A call is one unit of the day's
quota, refused or not, so a quiet channel costs one or two an hour: what has been open for long is
asked for in a third of them.
https://developers.google.com/youtube/v3/docs/commentThreads/list (and …/comments/list)

A thread that the API leaves out when it is named, in an answer that is sound besides, or that it
says not to exist, is gone. Comments that are turned off are not: their threads are merely unread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zlib import crc32

import msgspec

from functions.collect.client import ApiClient, HttpAnswer
from functions.collect.contract import (
    AccountWrong,
    Denied,
    Limited,
    PlatformError,
    Refused,
    Unreadable,
)
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.listen.contract import Asked, Glance
from functions.listen.platforms.youtube_threads import (
    ChannelThreads,
    CommentPage,
    ReadThread,
    named,
)

AT_ONCE: Final = 1
BY_POST: Final = False
UNTRIED: Final = (
    "Which replies YouTube shows beside a thread, how it orders threads with new replies, and "
    "whether replies to replies are listed could not be tried with a live channel."
)

PAGE_SIZE = 100
MAX_PAGES = 10  # of a channel's threads in one look: 1,000 of them since the last one
MAX_REPLY_PAGES = 5
MOST_REPLY_READS = 4  # threads of a look whose replies are read apart; the others wait their turn
BY_ID = 50
ONE_OF = 3  # hours in which what is open and not listed, or busy, is asked for
MOST_SPLITS = 16  # batches that are halved in one look
THREADS, REPLIES = "/youtube/v3/commentThreads", "/youtube/v3/comments"
SECOND = timedelta(seconds=1)
LISTED = "youtube#commentThreadListResponse"  # what an answer has to be to prove an absence
MISSING = ("commentThreadNotFound", "commentNotFound")

_WANTED: Mapping[str, Any] = {"part": "snippet,replies", "textFormat": "plainText"}


async def look(client: ApiClient, asked: Sequence[Asked]) -> dict[str, Glance]:
    """The channels' threads since then and those that are open; by channel id.

    Raises:
        Limited, Refused: nothing could be read with this key.
    """
    return {one.account_id: await _Look(client, one).glance() for one in asked}


def price(path: str, params: Mapping[str, str | int]) -> int:
    """One unit, whatever is asked."""
    return 1


def billed(path: str, answer: HttpAnswer) -> int:
    """One unit, whatever was answered."""
    return 1


class _Look:
    """One look at one channel; what is read stays read when a later call fails."""

    def __init__(self, client: ApiClient, asked: Asked) -> None:
        self._client = client
        self._asked = asked
        self._read: dict[str, ReadThread] = {}
        self._gone: set[str] = set()
        self._reader = ChannelThreads(asked.account_id)
        self._covered_since: datetime | None = None

    async def glance(self) -> Glance:
        """What could be read, with what ended it before its time."""
        failure: PlatformError | None = None
        try:
            failure = await self._list()
            if failure is None:
                await self._find_open()
                await self._complete()
        except (Limited, Refused) as error:
            if not self._read and self._covered_since is None:
                raise
            failure = error
        except PlatformError as error:
            failure = error
        self._client.tally.lost += self._reader.lost
        read = self._read.values()
        return Glance(
            comments=tuple(comment for one in read for comment in one.comments),
            covered_since=self._covered_since,
            whole=frozenset(one.begun.id for one in read if one.whole),
            gone=frozenset(self._gone),
            broken=tuple(self._reader.broken),
            failure=failure,
        )

    # The listing

    async def _list(self) -> PlatformError | None:
        """Read the channel's threads until a page has nothing newer than is asked for.

        A thread that cannot be understood is missing for itself alone; a page that is not whole
        leaves open what was on it. Where there are more pages than are read, what was written in
        last before them is covered.
        """
        torn: list[str] = []
        walk = Walk("youtube comments", partial(self._listing, torn), MAX_PAGES, PAGE_SIZE)
        covered: datetime | None = None
        async for page in walk:
            latest = [one.latest for one in self._take(page.items, page.taken_at)]
            if page.following is None or (latest and max(latest) < self._asked.since):
                covered = self._asked.since
                break
            covered = max(self._asked.since, min(latest) + SECOND) if latest else None
        self._covered_since = None if torn or walk.failure else covered
        self._reader.broken += [*walk.broken, *torn]
        return walk.failure

    async def _listing(self, torn: list[str], walk: Walk) -> AnswerPage:
        asked: dict[str, str | int] = {
            **_WANTED,
            "allThreadsRelatedToChannelId": self._asked.account_id,
            "order": "time",
            "maxResults": walk.size,
        }
        if walk.cursor:
            asked["pageToken"] = str(walk.cursor)
        page, taken_at = await self._client.get(THREADS, CommentPage, lost=torn, **asked)
        return AnswerPage(page.listed(torn), taken_at, page.nextPageToken or None)

    def _take(self, items: Sequence[msgspec.Raw], taken_at: datetime) -> list[ReadThread]:
        found = self._reader.threads(items, taken_at)
        self._read |= {one.begun.id: one for one in found}
        return found

    # Open threads that are not listed

    async def _find_open(self) -> None:
        """Read them by their ids, when it is their turn or one of them is due.

        What is refused is looked for in halves, down to single ones, for of fifty the API does not
        say which it does not know.
        """
        names = [one.id for one in self._asked.open if one.id not in self._read]
        names = [name for name in names if "," not in name]
        is_due = not {one.id for one in self._asked.due}.isdisjoint(names)
        if not is_due and not self._has_turn(self._asked.account_id):
            return
        waiting = [names[start : start + BY_ID] for start in range(0, len(names), BY_ID)]
        splits = 0
        while waiting:
            part = waiting.pop()
            try:
                await self._by_id(part)
            except (Denied, AccountWrong) as refused:
                if len(part) > 1 and splits < MOST_SPLITS:
                    splits += 1
                    middle = len(part) // 2
                    waiting += [part[middle:], part[:middle]]
                elif len(part) == 1 and _says_missing(refused):
                    self._gone.add(part[0])
                else:
                    self._reader.broken.append(f"youtube threads by id: {refused}")

    async def _by_id(self, names: Sequence[str]) -> None:
        torn: list[str] = []
        page, taken_at = await self._client.get(
            THREADS, CommentPage, lost=torn, **_WANTED, id=",".join(names)
        )
        items = page.listed(torn)
        self._take(items, taken_at)
        self._reader.broken += torn
        told = named(items)
        if page.kind == LISTED and not page.nextPageToken and not torn and told is not None:
            self._gone |= {name for name in names if name not in told}

    # Replies that were not beside their thread

    async def _complete(self) -> None:
        """Read the replies of threads that lack some, as far as one look may.

        New ones first, but for one; the others when it is their turn.
        """
        open_ = {one.id for one in self._asked.open}
        lacking = [one for one in self._read.values() if not one.whole]
        fresh = [one for one in lacking if one.begun.at >= self._asked.since]
        older = [one for one in lacking if one.begun.at < self._asked.since]
        older = [one for one in older if one.begun.id in open_ and self._has_turn(one.begun.id)]
        older.sort(key=lambda one: self._lot(one.begun.id))
        first = MOST_REPLY_READS - 1
        for one in [*fresh[:first], *older, *fresh[first:]][:MOST_REPLY_READS]:
            try:
                await self._replies(one)
            except (Unreadable, AccountWrong) as error:  # of this thread alone
                self._reader.broken.append(f"youtube replies: {error}")

    def _has_turn(self, name: str) -> bool:
        """Whether it is among a third of all things this hour, drawn anew every hour: an answer's
        time is as exact when it is found later, and no cadence misses one for ever."""
        return self._lot(name) % ONE_OF == 0

    def _lot(self, name: str) -> int:
        hour = int(self._client.clock().timestamp()) // 3600
        return crc32(f"{hour}:{name}".encode())

    async def _replies(self, read: ReadThread) -> None:
        torn: list[str] = []
        ask = partial(self._reply_page, torn, read.begun.id)
        walk = Walk("youtube replies", ask, MAX_REPLY_PAGES, PAGE_SIZE)
        is_sure, is_over = True, False
        async for page in walk:
            is_sure = self._reader.add(read, page.items, page.taken_at) and is_sure
            is_over = page.following is None
        self._reader.broken += [*walk.broken, *torn]
        read.listed = is_over and is_sure and not torn
        read.whole = read.listed and read.has_all(unless_told=True)
        if walk.failure is not None:
            raise walk.failure

    async def _reply_page(self, torn: list[str], parent: str, walk: Walk) -> AnswerPage:
        asked: dict[str, str | int] = {
            "part": "snippet",
            "textFormat": "plainText",
            "parentId": parent,
            "maxResults": walk.size,
        }
        if walk.cursor:
            asked["pageToken"] = str(walk.cursor)
        page, taken_at = await self._client.get(REPLIES, CommentPage, lost=torn, **asked)
        return AnswerPage(page.listed(torn), taken_at, page.nextPageToken or None)


def _says_missing(refused: PlatformError) -> bool:
    return any(reason in str(refused) for reason in MISSING)
