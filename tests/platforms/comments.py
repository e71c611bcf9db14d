"""Comments below the posts of a world: who wrote what, when, in answer to what, and until when.

`World.comments` is one of these. It speaks no HTTP; how a platform shows them is told in the
platform's own module.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from tests.platforms import ids

if TYPE_CHECKING:
    from tests.platforms.world import Account, Post


@dataclass(slots=True, eq=False)
class Comment:
    """One comment. `author` is an `Account` of the world, or a citizen's id; `parent` what it
    answers (None: it begins a thread); `removed` and `hidden` are instants, None: never. `mention`:
    it stands by itself and names the account, in place of answering its post (X)."""

    id: str
    post: Post
    at: int
    text: str
    author: Account | str
    name: str
    parent: Comment | None = None
    removed: int | None = None
    hidden: int | None = None
    mention: bool = False
    answers: list[Comment] = field(default_factory=list)

    @property
    def author_id(self) -> str:
        return self.author if isinstance(self.author, str) else self.author.id

    @property
    def root(self) -> Comment:
        """The comment that began the thread."""
        return self if self.parent is None else self.parent.root

    def visible(self, now: int) -> bool:
        """Whether it can be read: not before it was written, nor when it or its thread is gone."""
        gone = self.removed is not None and self.removed <= now
        return self.at <= now and not gone and (self.parent is None or self.parent.visible(now))

    def is_hidden(self, now: int) -> bool:
        return self.hidden is not None and self.hidden <= now


class Comments:
    """All comments of a world."""

    def __init__(self) -> None:
        self.all: list[Comment] = []
        self._by_id: dict[tuple[str, str], Comment] = {}
        self._of_post: dict[tuple[str, str], list[Comment]] = {}

    def add(
        self,
        post: Post,
        at: datetime,
        text: str,
        *,
        author: Account | str | None = None,
        name: str | None = None,
        parent: Comment | None = None,
        id: str | None = None,
        removed_at: datetime | None = None,
        hidden_at: datetime | None = None,
        mention: bool = False,
    ) -> Comment:
        """A comment below a post; without `author` some citizen's. `name`: what the platform calls
        its author, where it does."""
        from tests.platforms.world import epoch

        platform, instant = post.account.platform, epoch(at)
        random = Random(f"{post.id}:{instant}:{len(self.all)}")
        named = author or ids.account_id(platform, random)
        comment = Comment(
            id=id or comment_id(platform, post, instant, parent, random),
            post=post,
            at=instant,
            text=text,
            author=named,
            name=name
            or (f"warga{random.randrange(10**6)}" if isinstance(named, str) else named.title),
            parent=parent,
            removed=None if removed_at is None else epoch(removed_at),
            hidden=None if hidden_at is None else epoch(hidden_at),
            mention=mention,
        )
        self.all.append(comment)
        self._by_id[platform, comment.id] = comment
        insort(
            self._of_post.setdefault((platform, post.id), []), comment, key=lambda c: (c.at, c.id)
        )
        if parent is not None:
            parent.answers.append(comment)
        return comment

    def get(self, platform: str, id: str) -> Comment | None:
        return self._by_id.get((platform, id))

    def below(self, post: Post, now: int) -> list[Comment]:
        """Every visible comment of a post, replies too, the oldest first."""
        held = self._of_post.get((post.account.platform, post.id), [])
        return [comment for comment in held if comment.visible(now)]

    def threads(self, account: Account, now: int) -> Iterator[Comment]:
        """What begins a thread below an account's visible posts, the newest first."""
        found = (
            comment
            for post in account.newest(now)
            for comment in self.below(post, now)
            if comment.parent is None
        )
        yield from sorted(found, key=lambda c: (c.at, c.id), reverse=True)


def comment_id(platform: str, post: Post, at: int, parent: Comment | None, random: Random) -> str:
    """An id of the platform's own form."""
    if platform == "x":
        return ids.snowflake(at, random)
    if platform == "youtube":
        own = "Ug" + "".join(random.choices("abcdefghijklmnopqrstuvwxyzABCDEF0123456789_-", k=22))
        return own + "AaABAg" if parent is None else f"{parent.root.id}.{own[2:]}"
    number = str(random.randrange(10**16, 10**17))
    if platform == "facebook":
        return f"{post.id.rpartition('_')[2]}_{number}"
    return number
