"""The collector's note about a platform: accounts, live posts, and when each was read.

One small document (``plans/{platform}``), so that a tick need not read accounts and posts one by
one. It can be lost: accounts are then resolved again and live posts come back from the store.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from functions.model import DAY, SETTLED, Post

# Posts stay in the note until no listing window can bring them up again.
REMEMBERED = timedelta(hours=48)
TICKS = 32  # a quiet platform seldom has two in a row


class LivePost(msgspec.Struct, frozen=True, kw_only=True):
    """A post that may have to be read again.

    ``kept``: when its stored samples were taken; ``read_at``: the last time it was seen, stored or
    not; ``missing``: reads since then that covered it and did not show it.
    """

    account_id: str
    post_id: str
    published_at: datetime
    url: str
    versions: tuple[str, ...] = ()
    kept: tuple[datetime, ...] = ()
    read_at: datetime | None = None
    missing: tuple[datetime, ...] = ()

    @property
    def mark(self) -> datetime:
        return self.published_at + DAY

    @property
    def key(self) -> str:
        return f"{self.account_id}:{self.post_id}"

    def closed(self, now: datetime) -> bool:
        """Whether no further read can change its measurement."""
        passed = bool(self.kept) and self.kept[-1] >= self.mark
        return passed or now > self.published_at + SETTLED

    def as_post(self, platform: str) -> Post:
        """The post's facts, without samples."""
        return msgspec.convert(
            {
                "platform": platform,
                "account_id": self.account_id,
                "post_id": self.post_id,
                "published_at": self.published_at,
                "url": self.url,
                "versions": self.versions,
            },
            Post,
        )


class AccountNote(msgspec.Struct, frozen=True, kw_only=True):
    """An account by its handle. ``account_id`` None: not resolved yet, or ``wrong``.

    ``wrong`` is the Indonesian sentence its admin sees; it is looked at again at ``retry_at``.
    ``settled``: ids in its listing that need no further look (YouTube).
    """

    handle: str
    account_id: str | None = None
    title: str | None = None
    place: str | None = None
    checked_at: datetime | None = None
    followers_at: datetime | None = None
    swept_at: datetime | None = None
    wrong: str | None = None
    retry_at: datetime | None = None
    settled: tuple[str, ...] = ()


class Note(msgspec.Struct, kw_only=True):
    """What the collector knows about a platform.

    ``ticks``: the last ticks that sent anything. ``waits``: a credential's number to its end.
    """

    ticks: tuple[datetime, ...] = ()
    accounts: dict[str, AccountNote] = {}
    posts: dict[str, LivePost] = {}
    waits: dict[str, datetime] = {}

    def tick(self, now: datetime) -> None:
        """Remember this tick among the last few."""
        self.ticks = (*self.ticks[1 - TICKS :], now)

    def prune(self, now: datetime) -> None:
        """Forget posts that no listing window can bring up again, and waits that are over."""
        self.posts = {
            name: post for name, post in self.posts.items() if post.published_at > now - REMEMBERED
        }
        self.waits = {name: until for name, until in self.waits.items() if until > now}


def encode(note: Note) -> bytes:
    """Compressed canonical JSON."""
    return zlib.compress(msgspec.json.encode(note, order="sorted"), 6)


def decode(body: bytes) -> Note | None:
    """The note; None when it cannot be read, so that it is rebuilt."""
    try:
        return msgspec.json.decode(zlib.decompress(body), type=Note)
    except (zlib.error, msgspec.DecodeError):
        return None


def rebuild(posts: Iterable[Post]) -> Note:
    """A note from the posts that the store holds."""
    live = (
        LivePost(
            account_id=post.account_id,
            post_id=post.post_id,
            published_at=post.published_at,
            url=post.url,
            versions=post.versions,
            kept=tuple(sample.taken_at for sample in post.samples),
            read_at=post.samples[-1].taken_at if post.samples else None,
            missing=tuple(
                at for at in post.absences if not post.samples or at > post.samples[-1].taken_at
            ),
        )
        for post in posts
    )
    return Note(posts={post.key: post for post in live})
