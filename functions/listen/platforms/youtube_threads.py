"""YouTube's threads of comments as its API gives them, and what of them is told.

A thread comes with some of its replies; nobody says which, so the account's earliest answer may be
among those that are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import msgspec

from functions.collect.platforms.decoding import Count, Cursor, Id, each, plausible
from functions.listen.contract import Comment

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


class _Reply(msgspec.Struct):
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


class _PageInfo(msgspec.Struct):
    totalResults: Count | None = None


class CommentPage(msgspec.Struct):
    """One answer with threads or replies. ``items`` UNSET: it came without them."""

    items: list[msgspec.Raw] | _Unsure = msgspec.UNSET
    kind: str = ""
    nextPageToken: Cursor | None = None
    pageInfo: _PageInfo | None = None

    def listed(self, torn: list[str]) -> list[msgspec.Raw]:
        """The items. An answer may come without any key for them where there are none; where it
        does not say so, it is ``torn``."""
        if self.items is not msgspec.UNSET:
            return self.items
        if self.pageInfo is None or self.pageInfo.totalResults != 0:
            torn.append("youtube comments: an answer without its items")
        return []


@dataclass(slots=True)
class ReadThread:
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

    @property
    def latest(self) -> datetime:
        """When it was last written in, as far as it shows: by that it may be ordered as well."""
        return max(one.at for one in (self.begun, *self.replies.values()))

    def has_all(self, *, unless_told: bool = False) -> bool:
        """Whether as many replies were read as the thread is said to have.

        Where that is not said: ``unless_told``. Fewer may mean that YouTube holds some back, or
        that the account's answer is one that it does not list.
        """
        told = self.begun.replies
        return unless_told if told is None else len(self.replies) >= told


class ChannelThreads:
    """Makes threads of answers about one channel; what cannot be understood is kept apart.

    ``broken``: threads and replies, one message each; ``lost``: fields of others.
    """

    def __init__(self, channel: str) -> None:
        self.broken: list[str] = []
        self.lost: list[str] = []
        self._channel = channel

    def threads(self, items: Sequence[msgspec.Raw], taken_at: datetime) -> list[ReadThread]:
        """The threads that can be understood."""
        return list(
            each(
                items,
                _Thread,
                partial(self._thread, taken_at),
                named="youtube thread",
                broken=self.broken,
                lost=self.lost,
                strict=False,
            )
        )

    def add(self, read: ReadThread, items: Sequence[msgspec.Raw], taken_at: datetime) -> bool:
        """Add replies to a thread; whether all of them, and who wrote them, could be understood."""
        broken: list[str] = []
        found = each(
            items,
            _Reply,
            lambda reply: (reply.snippet, self._reply(read.begun, taken_at, reply)),
            named="youtube reply",
            broken=broken,
            lost=self.lost,
            strict=False,
        )
        is_sure = True
        for words, reply in found:
            read.replies[reply.id] = reply
            is_sure = is_sure and _tells_author(words)
        self.broken += broken
        return is_sure and not broken

    def _thread(self, taken_at: datetime, thread: _Thread) -> ReadThread:
        about = thread.snippet
        begun = self._comment(taken_at, about.videoId, thread.id, about.topLevelComment.snippet)
        read = ReadThread(msgspec.structs.replace(begun, replies=about.totalReplyCount))
        is_sure = thread.replies is not msgspec.UNSET
        if thread.replies:
            is_sure = self.add(read, thread.replies.comments, taken_at)
        read.whole = is_sure and read.has_all()
        return read

    def _reply(self, begun: Comment, taken_at: datetime, reply: _Reply) -> Comment:
        comment = self._comment(taken_at, begun.post_id, reply.id, reply.snippet)
        return msgspec.structs.replace(comment, parent=begun.id)

    def _comment(self, taken_at: datetime, video: str | None, name: str, words: _Words) -> Comment:
        at = plausible(words.publishedAt, taken_at).astimezone(UTC).replace(microsecond=0)
        author = words.authorChannelId
        where = f"watch?v={video}&lc={name}" if video else f"channel/{self._channel}"
        return Comment(
            id=name,
            post_id=video,
            at=at,
            author=(author.value or None) if author else None,
            text=words.textDisplay or "",
            url=f"https://www.youtube.com/{where}",
        )


def named(items: Sequence[msgspec.Raw]) -> set[str] | None:
    """The ids of threads, whatever else of them cannot be understood; None: not all have one."""
    odd: list[str] = []
    found = set(each(items, _Named, lambda one: one.id, named="", broken=odd, lost=odd))
    return None if odd else found


def _tells_author(words: _Words) -> bool:
    author = words.authorChannelId
    return author is not msgspec.UNSET and (not author or author.value is not msgspec.UNSET)
