"""Comments below a channel's videos, by YouTube Data API v3 with an API key.

One call lists up to 100 threads of all of a channel's videos, the newest first, each with some of
its replies: nobody says which, so the earliest answer may be missing. All replies are one call more
a thread, the open threads that are not listed one for 50 of them. A call is one unit of the day's
quota, refused or not, so a quiet channel costs one or two an hour.
https://developers.google.com/youtube/v3/docs/commentThreads/list (and …/comments/list)

A thread that the API leaves out when it is named, in an answer that is sound besides, or that it
says not to exist, is gone. Comments that are turned off are not: their threads are merely unread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

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
from functions.collect.platforms.decoding import Count, Cursor, Id, each, plausible
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.listen.contract import Asked, Comment, Glance

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
MOST_SPLITS = 16  # batches that are halved in one look
THREADS, REPLIES = "/youtube/v3/commentThreads", "/youtube/v3/comments"
SECOND = timedelta(seconds=1)
LISTED = "youtube#commentThreadListResponse"  # what an answer has to be to prove an absence
MISSING = ("commentThreadNotFound", "commentNotFound")

# UNSET: it was told, and cannot be understood; None: it was not told.
_Unsure = msgspec.UnsetType


class _Author(msgspec.Struct):
    value: Id | _Unsure | None = None


class _Words(msgspec.Struct):
    publishedAt: Annotated[datetime, msgspec.Meta(tz=True)]
    textDisplay: str | None = None
    authorChannelId: _Author | _Unsure | None = None  # None: the author's channel is gone

    def __repr__(self) -> str:
        """Without a word of it and without its author."""
        return "_Words(…)"


class _Remark(msgspec.Struct):
    id: Id
    snippet: _Words


class _Beginning(msgspec.Struct):
    snippet: _Words


class _About(msgspec.Struct):
    topLevelComment: _Beginning
    videoId: Id | None = None
    totalReplyCount: Count | None = None


class _Beside(msgspec.Struct):
    comments: list[msgspec.Raw] = []


class _Thread(msgspec.Struct):
    id: Id
    snippet: _About
    replies: _Beside | _Unsure | None = None


class _Named(msgspec.Struct):
    id: Id


class _Page(msgspec.Struct):
    items: list[msgspec.Raw]
    kind: str = ""
    nextPageToken: Cursor | None = None


@dataclass(slots=True)
class _Read:
    """A thread as it was listed, and its replies that were.

    ``whole``: those are all. ``listed``: those are all that YouTube lists, be it fewer than it
    counts. Of a thread that is neither no reply is told: the earliest answer might be missing.
    """

    begun: Comment
    replies: dict[str, Comment] = field(default_factory=dict)
    whole: bool = False
    listed: bool = False

    @property
    def comments(self) -> list[Comment]:
        """What is told of it."""
        return [self.begun, *(self.replies.values() if self.whole or self.listed else ())]


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
        self._read: dict[str, _Read] = {}
        self._gone: set[str] = set()
        self._broken: list[str] = []
        self._lost: list[str] = []
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
            if not self._read:
                raise
            failure = error
        except PlatformError as error:
            failure = error
        self._client.tally.lost += self._lost
        read = self._read.values()
        return Glance(
            comments=tuple(comment for one in read for comment in one.comments),
            covered_since=self._covered_since,
            whole=frozenset(one.begun.id for one in read if one.whole),
            gone=frozenset(self._gone),
            broken=tuple(self._broken),
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
            latest = [_latest(one) for one in self._take(page.items, page.taken_at)]
            if page.following is None or (latest and max(latest) < self._asked.since):
                covered = self._asked.since
                break
            covered = max(self._asked.since, min(latest) + SECOND) if latest else None
        self._covered_since = None if torn or walk.failure else covered
        self._broken += [*walk.broken, *torn]
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
        page, taken_at = await self._client.get(THREADS, _Page, lost=torn, **asked)
        return AnswerPage(page.items, taken_at, page.nextPageToken or None)

    def _take(self, items: Sequence[msgspec.Raw], taken_at: datetime) -> list[_Read]:
        found = list(
            each(
                items,
                _Thread,
                partial(self._thread, taken_at),
                named="youtube thread",
                broken=self._broken,
                lost=self._lost,
                strict=False,
            )
        )
        self._read |= {one.begun.id: one for one in found}
        return found

    def _thread(self, taken_at: datetime, thread: _Thread) -> _Read:
        about = thread.snippet
        begun = self._comment(taken_at, about.videoId, thread.id, about.topLevelComment.snippet)
        begun = msgspec.structs.replace(begun, replies=about.totalReplyCount)
        read = _Read(begun)
        is_sure = thread.replies is not msgspec.UNSET
        if thread.replies and is_sure:
            is_sure = self._add(read, thread.replies.comments, taken_at)
        read.whole = is_sure and _has_all(read)
        return read

    def _add(self, read: _Read, items: Sequence[msgspec.Raw], taken_at: datetime) -> bool:
        """Add replies to a thread; whether all of them, and who wrote them, could be understood."""
        broken: list[str] = []
        found = each(
            items,
            _Remark,
            lambda remark: (remark, self._reply(read.begun, taken_at, remark)),
            named="youtube reply",
            broken=broken,
            lost=self._lost,
            strict=False,
        )
        is_sure = True
        for remark, reply in found:
            read.replies[reply.id] = reply
            is_sure = is_sure and _tells_author(remark.snippet)
        self._broken += broken
        return is_sure and not broken

    def _reply(self, begun: Comment, taken_at: datetime, remark: _Remark) -> Comment:
        reply = self._comment(taken_at, begun.post_id, remark.id, remark.snippet)
        return msgspec.structs.replace(reply, parent=begun.id)

    def _comment(self, taken_at: datetime, video: str | None, name: str, words: _Words) -> Comment:
        at = plausible(words.publishedAt, taken_at).astimezone(UTC).replace(microsecond=0)
        author = words.authorChannelId
        where = f"watch?v={video}&lc={name}" if video else f"channel/{self._asked.account_id}"
        return Comment(
            id=name,
            post_id=video,
            at=at,
            author=(author.value or None) if author else None,
            text=words.textDisplay or "",
            url=f"https://www.youtube.com/{where}",
        )

    # Open threads that are not listed

    async def _find_open(self) -> None:
        """Read them by their ids. What is refused is looked for in halves, down to single ones,
        for of fifty the API does not say which it does not know."""
        names = [one.id for one in self._asked.open if one.id not in self._read]
        names = [name for name in names if "," not in name]
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
                    self._broken.append(f"youtube threads by id: {refused}")

    async def _by_id(self, names: Sequence[str]) -> None:
        torn: list[str] = []
        page, taken_at = await self._client.get(
            THREADS, _Page, lost=torn, **_WANTED, id=",".join(names)
        )
        self._take(page.items, taken_at)
        self._broken += torn
        told = _named(page.items)
        if page.kind == LISTED and not page.nextPageToken and not torn and told is not None:
            self._gone |= {name for name in names if name not in told}

    # Replies that were not beside their thread

    async def _complete(self) -> None:
        """Read the replies of threads that lack some, as far as one look may.

        New ones first. The others have their turn by the hour, so that none waits for ever.
        """
        open_ = {one.id for one in self._asked.open}
        lacking = [one for one in self._read.values() if not one.whole]
        fresh = [one for one in lacking if one.begun.at >= self._asked.since]
        older = [one for one in lacking if one not in fresh and one.begun.id in open_]
        older.sort(key=lambda one: one.begun.id)
        turn = int(self._client.clock().timestamp()) // 3600 * MOST_REPLY_READS
        start = turn % len(older) if older else 0
        for one in (*fresh, *older[start:], *older[:start])[:MOST_REPLY_READS]:
            try:
                await self._replies(one)
            except (Unreadable, AccountWrong) as error:  # of this thread alone
                self._broken.append(f"youtube replies: {error}")

    async def _replies(self, read: _Read) -> None:
        torn: list[str] = []
        ask = partial(self._reply_page, torn, read.begun.id)
        walk = Walk("youtube replies", ask, MAX_REPLY_PAGES, PAGE_SIZE)
        is_sure, is_over = True, False
        async for page in walk:
            is_sure = self._add(read, page.items, page.taken_at) and is_sure
            is_over = page.following is None
        self._broken += [*walk.broken, *torn]
        read.listed = is_over and is_sure and not torn
        read.whole = read.listed and _has_all(read, unless_told=True)
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
        page, taken_at = await self._client.get(REPLIES, _Page, lost=torn, **asked)
        return AnswerPage(page.items, taken_at, page.nextPageToken or None)


_WANTED: Mapping[str, Any] = {"part": "snippet,replies", "textFormat": "plainText"}


def _named(items: Sequence[msgspec.Raw]) -> set[str] | None:
    """The ids of threads, whatever else of them cannot be understood; None: not all have one."""
    odd: list[str] = []
    found = set(each(items, _Named, lambda one: one.id, named="", broken=odd, lost=odd))
    return None if odd else found


def _latest(read: _Read) -> datetime:
    """When a thread was last written in, as far as it shows: by that it may be ordered as well."""
    return max(one.at for one in (read.begun, *read.replies.values()))


def _has_all(read: _Read, *, unless_told: bool = False) -> bool:
    """Whether as many replies were read as the thread is said to have.

    Where that is not said: ``unless_told``. Fewer may mean that YouTube holds some back, or that
    the account's answer is one that it does not list.
    """
    told = read.begun.replies
    return unless_told if told is None else len(read.replies) >= told


def _tells_author(words: _Words) -> bool:
    author = words.authorChannelId
    return author is not msgspec.UNSET and (not author or author.value is not msgspec.UNSET)


def _says_missing(refused: PlatformError) -> bool:
    return any(reason in str(refused) for reason in MISSING)
