"""Comments below a Facebook Page's posts: with the Page's own token, or by Page Public Content
Access (PPCA).

One call lists the Page's posts of the last days with their newest comments, replies among them
(``filter(stream)``), newest first. By PPCA no comment has an ``id``, and nobody's ``from`` is told
but the Page's own; ``permalink_url`` names the thread (``comment_id``) and the reply
(``reply_comment_id``), from which the ids are put together as the Page's own token tells them. What
is hidden the Page's own token alone shows; by PPCA it is as if it had been deleted. Nobody's name
is asked for.

A thread is gone when a full and sound listing of its post does not show it, or when its post is not
there any more.

Source: Meta's reference of object comments, v26.0; the permalinks of recorded answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec

from functions.collect.client import ApiClient
from functions.collect.contract import AccountWrong, Limited, PlatformError, Refused, Transient
from functions.collect.platforms import meta
from functions.collect.platforms.decoding import Count, Id, Url
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.listen.contract import Asked, Comment, Glance, Pointer
from functions.listen.platforms import graph
from functions.listen.platforms.glances import POSTS_BACK, Notes, look_at
from functions.listen.platforms.graph import Edge, Node, billed, price

__all__ = ["AT_ONCE", "BY_POST", "UNTRIED", "billed", "look", "price"]

NAME: Final = "facebook"
AT_ONCE = 1
BY_POST = False
UNTRIED = (
    "No live Page has shown yet that its own comments carry from under Page Public Content Access, "
    "nor that permalinks lead to the same ids as its own token tells."
)

POSTS_SIZE = 25
MOST_POST_PAGES = 8
COMMENTS_SIZE = 50
MOST_COMMENT_PAGES = 10  # of one post
MOST_FOLLOWED = 50  # older posts that one look asks for

# What is told of comments, and what is left when some of it may not be seen.
FULL = "id,message,created_time,parent{id},from{id},is_hidden,permalink_url,comment_count"
PLAIN = "id,message,created_time,from{id},permalink_url"
REFUSED = "not all that is told of comments"

NOT_READ = (
    "Komentar Halaman Facebook {} tidak dapat dibaca; periksa apakah Halaman masih diterbitkan."
)
SOMEWHERE = "https://www.facebook.com/"
ANY = ""  # stands for whichever thread it may be

_NUMBER = re.compile(r"[\w=+/-]{1,100}", re.ASCII)


class _Comment(msgspec.Struct, rename={"author": "from"}):
    """UNSET: it is there and cannot be understood."""

    id: Id | None = None
    message: str | None = None
    created_time: str | None = None
    parent: Node | msgspec.UnsetType | None = None
    author: Node | msgspec.UnsetType | None = None
    is_hidden: bool | None = None
    permalink_url: Url | None = None
    comment_count: Count | None = None


class _Post(msgspec.Struct):
    id: Id
    # None: something is there and cannot be understood.
    comments: Edge | None = msgspec.field(default_factory=graph.nothing)


class _Link(NamedTuple):
    """What a comment's address says: ``post``, the thread's number, and a reply's."""

    post: str | None
    thread: str | None
    reply: str | None


@dataclass(slots=True)
class _Stream:
    """A post's comments, the newest first.

    ``hurt``: the threads of which something could not be understood, and such comments themselves.
    """

    post_id: str
    seen: list[Comment] = field(default_factory=list)
    hurt: set[str] = field(default_factory=set)
    is_ordered: bool = True

    def add(self, comment: Comment) -> None:
        self.is_ordered &= not self.seen or comment.at <= self.seen[-1].at
        self.seen.append(comment)

    def reaches(self, since: datetime) -> bool:
        """Whether everything since then is among what was seen."""
        return self.is_ordered and bool(self.seen) and self.seen[-1].at < since

    def whole(self, *, is_complete: bool) -> set[str]:
        """The threads all of whose replies were seen: what follows one is newer than it."""
        if ANY in self.hurt or not (is_complete or self.is_ordered):
            return set()
        return {one.id for one in self.seen if one.parent is None} - self.hurt


class _Look:
    """One Page's."""

    def __init__(self, client: ApiClient, asked: Asked) -> None:
        self.client = client
        self.asked = asked
        self.notes = Notes()
        self.read: set[str] = set()  # posts
        # A thread keeps the id by which it is followed, however it was put together.
        self.known = {_number(pointer.id): pointer.id for pointer in asked.open}

    async def listing(self) -> None:
        """The posts of the last days with their comments."""
        walk = Walk(NAME, self._posts, MOST_POST_PAGES, POSTS_SIZE)
        walk.broken, walk.lost = self.notes.missed, self.notes.lost
        is_reached = False
        async for page in walk:
            for post in list(walk.read(page, _Post, _itself)):
                if not await self._comments(post, page.taken_at):
                    self.notes.miss("facebook comments: not read back to the time asked for")
            is_reached = page.following is None
        self.notes.failure = walk.failure
        if not is_reached:
            self.notes.miss("facebook listing: not read to its end")

    async def _posts(self, walk: Walk) -> AnswerPage:
        since = int((self.client.clock() - POSTS_BACK).timestamp())
        after = {"after": walk.cursor} if isinstance(walk.cursor, str) else {}
        path = f"/{self.asked.account_id}/posts"
        ask = partial(
            graph.edge_of, self.client, path, walk.broken, since=since, limit=walk.size, **after
        )
        try:
            try:
                page, taken_at = await ask(fields=self._fields())
            except meta.FieldRefused:
                if REFUSED in self.client.learned:
                    raise
                self.client.learned.add(REFUSED)
                page, taken_at = await ask(fields=self._fields())
        except meta.MissingObject as missing:
            raise AccountWrong(str(missing), NOT_READ.format(self.asked.handle)) from None
        told = graph.following(page, walk.size)
        if told.is_more and told.cursor is None:
            walk.broken.append("facebook listing: there is more, and no cursor that leads there")
        return AnswerPage(page.data, taken_at, told.cursor)

    def _of_comment(self) -> str:
        return PLAIN if REFUSED in self.client.learned else FULL

    def _fields(self) -> str:
        how = f"comments.filter(stream).order(reverse_chronological).limit({COMMENTS_SIZE})"
        return f"id,{how}{{{self._of_comment()}}}"

    async def _comments(self, post: _Post, taken_at: datetime) -> bool:
        """A post's comments back to the time that is asked for and to each thread that is followed;
        whether that time was reached."""
        self.read.add(post.id)
        stream = _Stream(post.id)
        edge = post.comments
        for _ in range(MOST_COMMENT_PAGES):
            if edge is None:
                break
            self._take(stream, edge.data, taken_at)
            told = graph.following(edge, COMMENTS_SIZE)
            if not told.is_more:
                self._settle(stream, is_complete=True)
                return True
            if told.cursor is None or self._is_read(stream):
                break
            try:
                edge, taken_at = await graph.edge_of(
                    self.client,
                    f"/{post.id}/comments",
                    self.notes.lost,
                    fields=self._of_comment(),
                    filter="stream",
                    order="reverse_chronological",
                    limit=COMMENTS_SIZE,
                    after=told.cursor,
                )
            except (Limited, Refused, Transient):
                self._settle(stream, is_complete=False)
                raise
            except PlatformError as error:
                self.notes.broken.append(str(error))
                break
        self._settle(stream, is_complete=False)
        return stream.reaches(self.asked.since)

    def _is_read(self, stream: _Stream) -> bool:
        seen = {one.id for one in stream.seen}
        return stream.reaches(self.asked.since) and all(
            pointer.id in seen for pointer in self._followed_at(stream.post_id)
        )

    def _followed_at(self, post_id: str) -> list[Pointer]:
        return [pointer for pointer in self.asked.open if pointer.post_id == post_id]

    def _take(self, stream: _Stream, items: Sequence[msgspec.Raw], taken_at: datetime) -> None:
        """Take in a page of comments; what cannot be understood hurts its thread, or any."""
        told_of: list[str] = []

        def read(item: _Comment) -> Comment:
            link = _link(item.permalink_url)
            thread = self._id(link.thread, link.post, stream) if link.thread else ANY
            told_of.append(thread)
            comment = self._comment(item, link, stream, taken_at)
            told_of.pop()
            if item.author is msgspec.UNSET:
                stream.hurt.add(thread or comment.parent or comment.id)
            return comment

        found = list(self.notes.read(items, _Comment, read))
        for comment in found:
            stream.add(comment)
            self.notes.take(comment)
        odd = len(items) - len(found)
        stream.hurt.update(told_of if len(told_of) == odd else [*told_of, ANY])

    def _comment(self, item: _Comment, link: _Link, stream: _Stream, taken_at: datetime) -> Comment:
        """Raises ValueError for a comment of which it cannot be told where it belongs."""
        number = link.reply or link.thread
        id = item.id or (number and self._id(number, link.post, stream))
        if not id:
            raise ValueError("neither an id nor an address that tells it")
        author = item.author.id if isinstance(item.author, Node) else None
        return Comment(
            id=self.known.get(_number(id), id),
            parent=self._parent(item, link, stream),
            post_id=stream.post_id,
            at=graph.at_second(item.created_time, taken_at),
            author=author,
            is_own=author == self.asked.account_id,
            text=item.message or "",
            url=item.permalink_url or f"{SOMEWHERE}{stream.post_id}",
            is_hidden=bool(item.is_hidden),
            replies=item.comment_count,
        )

    def _parent(self, item: _Comment, link: _Link, stream: _Stream) -> str | None:
        if isinstance(item.parent, Node):
            return self.known.get(_number(item.parent.id), item.parent.id)
        if link.reply and link.thread:
            return self._id(link.thread, link.post, stream)
        if item.parent is msgspec.UNSET or (item.id is None and link.thread is None):
            raise ValueError("what it answers cannot be told")
        return None

    def _id(self, number: str, post: str | None, stream: _Stream) -> str:
        """A comment's id from its address; the one by which it is followed, where it is."""
        return self.known.get(number, f"{post or _number(stream.post_id)}_{number}")

    def _settle(self, stream: _Stream, *, is_complete: bool) -> None:
        """Note which threads are whole, and which are gone."""
        self.notes.whole |= stream.whole(is_complete=is_complete)
        # An empty listing proves nothing: comments may have been turned off.
        if is_complete and stream.seen and ANY not in stream.hurt:
            there = {one.id for one in stream.seen} | stream.hurt
            followed = {pointer.id for pointer in self._followed_at(stream.post_id)}
            self.notes.gone |= followed - there

    async def followed(self) -> None:
        """The threads that are followed below older posts."""
        posts = dict.fromkeys(
            pointer.post_id
            for pointer in self.asked.open
            if pointer.post_id and pointer.post_id not in self.read
        )
        if not posts:
            return
        held = await graph.by_ids(
            self.client,
            [*posts][:MOST_FOLLOWED],
            _Post,
            self.notes,
            size=POSTS_SIZE,
            fields=self._fields(),
            proof=next(iter(self.read), None),
        )
        for post_id, (post, taken_at) in held.found.items():
            post.id = post_id  # by which it was asked for
            await self._comments(post, taken_at)
        for post_id in held.missing:
            self.notes.gone.update(pointer.id for pointer in self._followed_at(post_id))


async def look(client: ApiClient, asked: Sequence[Asked]) -> Mapping[str, Glance]:
    """The Pages' threads: those begun since, below posts of the last days, and those followed.

    ``client`` speaks with the Page's own token, or with the app's. One call for a quiet Page. By
    PPCA a listing may leave posts out ("approximately 600 ranked, published posts per year"): what
    is said of is the threads below those that it shows.

    Raises:
        Limited, Refused: nothing more can be read with this credential.
    """
    found: dict[str, Glance] = {}
    for one in asked:
        looking = _Look(client, one)
        await look_at(looking.notes, looking.listing, looking.followed)
        found[one.account_id] = looking.notes.glance(one.since)
    return found


def _link(address: str | None) -> _Link:
    """The numbers in a comment's address, as far as it has them."""
    try:
        parts = urlsplit(address or "")
        query = parse_qs(parts.query)
    except ValueError:
        return _Link(None, None, None)
    post = next((p for p in reversed(parts.path.split("/")) if p.isdecimal() and p.isascii()), None)
    return _Link(post, _only(query, "comment_id"), _only(query, "reply_comment_id"))


def _only(query: Mapping[str, Sequence[str]], name: str) -> str | None:
    value = query.get(name, [""])[0]
    return value if _NUMBER.fullmatch(value) else None


def _number(id: str) -> str:
    """A comment's own number, without its post's."""
    return id.rpartition("_")[2]


def _itself(post: _Post) -> _Post:
    return post
