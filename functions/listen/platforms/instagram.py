"""Comments below an Instagram account's own media: the Graph API with Facebook Login.

One call lists the newest media with their newest comments and the replies to these. Comments come
newest first, 50 a query at most, and cannot be asked for by time; replies hang below the comment
that begins a thread, one level deep. The account must be our business's own or managed by it:
comments of others are told to nobody. Nobody's name is asked for.

Source: Meta's references of IG User media, IG Media comments and IG Comment, v26.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import msgspec

from functions.collect.client import ApiClient
from functions.collect.contract import AccountWrong, Limited, PlatformError, Refused, Transient
from functions.collect.platforms import meta
from functions.collect.platforms.decoding import Id, Url
from functions.collect.platforms.walks import AnswerPage, Walk
from functions.listen.contract import Asked, Comment, Glance
from functions.listen.platforms import graph
from functions.listen.platforms.glances import POSTS_BACK, Notes, look_at
from functions.listen.platforms.graph import Edge, Node, billed, price

__all__ = ["AT_ONCE", "BY_POST", "UNTRIED", "billed", "look", "price"]

NAME: Final = "instagram"
AT_ONCE = 1
BY_POST = False
UNTRIED = (
    "No live account has shown yet that an account's own replies carry its id in from, nor what "
    "ids= answers for comments that are gone."
)

MEDIA_SIZE = 25
MOST_MEDIA_PAGES = 8
COMMENTS_SIZE = 50  # the most there are in one answer
MOST_COMMENT_PAGES = 10  # of one medium, or of one thread's replies
BY_ID_SIZE = 50
MOST_FOLLOWED = 100  # threads that one look asks for by id

REPLY = "id,text,timestamp,from,hidden"
THREAD = f"{REPLY},parent_id,replies.limit({COMMENTS_SIZE}){{{REPLY}}}"
MEDIA = f"id,timestamp,permalink,comments.limit({COMMENTS_SIZE}){{{THREAD}}}"
FOLLOWED = f"{THREAD},media{{id,permalink}}"

SOMEWHERE = "https://www.instagram.com/"
NOT_OURS = (
    "Komentar @{} di Instagram tidak dapat dibaca: akun ini belum berada dalam portofolio bisnis "
    "instansi, atau tokennya belum berizin instagram_manage_comments."
)


class _Comment(msgspec.Struct, rename={"author": "from"}):
    id: Id
    timestamp: str
    text: str | None = None
    author: Node | None = None
    hidden: bool | None = None


class _Medium(msgspec.Struct):
    id: Id
    timestamp: str | None = None
    permalink: Url | None = None
    # None: something is there and cannot be understood.
    comments: Edge | None = msgspec.field(default_factory=graph.nothing)


class _Thread(_Comment):
    parent_id: Id | None = None
    replies: Edge | None = msgspec.field(default_factory=graph.nothing)
    media: _Medium | None = None


class _Look:
    """One account's."""

    def __init__(self, client: ApiClient, asked: Asked) -> None:
        self.client = client
        self.asked = asked
        self.notes = Notes()
        self.open = {pointer.id: pointer.post_id for pointer in asked.open}

    async def listing(self) -> None:
        """The newest media with their comments."""
        since = self.client.clock() - POSTS_BACK
        walk = Walk(NAME, self._media, MOST_MEDIA_PAGES, MEDIA_SIZE)
        walk.broken, walk.lost = self.notes.missed, self.notes.lost
        is_reached = False
        async for page in walk:
            floor: datetime | None = None
            for medium in list(walk.read(page, _Medium, _itself)):
                floor = _when(medium, page.taken_at) or floor
                await self._medium(medium, page.taken_at)
            if page.following is None or (floor is not None and floor < since):
                is_reached = True
                break
        self.notes.failure = walk.failure
        if not is_reached:
            self.notes.miss("instagram listing: not read to its end")

    async def _media(self, walk: Walk) -> AnswerPage:
        after = {"after": walk.cursor} if isinstance(walk.cursor, str) else {}
        try:
            page, taken_at = await graph.edge_of(
                self.client,
                f"/{self.asked.account_id}/media",
                walk.broken,
                fields=MEDIA,
                limit=walk.size,
                **after,
            )
        except (meta.MissingObject, meta.EndpointRefused) as error:
            # Refused of one account, this may be the app's fault; then it is said of every one.
            raise AccountWrong(str(error), NOT_OURS.format(self.asked.handle)) from None
        told = graph.following(page, walk.size)
        if told.is_more and told.cursor is None:
            walk.broken.append("instagram listing: there is more, and no cursor that leads there")
        return AnswerPage(page.data, taken_at, told.cursor)

    async def _medium(self, medium: _Medium, taken_at: datetime) -> None:
        """The comments of one medium, back to the time that is asked for."""
        edge = medium.comments
        for _ in range(MOST_COMMENT_PAGES):
            if edge is None:
                break
            oldest = await self._threads(medium, edge.data, taken_at)
            told = graph.following(edge, COMMENTS_SIZE)
            if not told.is_more or (oldest is not None and oldest < self.asked.since):
                return
            if told.cursor is None:
                break
            try:
                edge, taken_at = await graph.edge_of(
                    self.client,
                    f"/{medium.id}/comments",
                    self.notes.lost,
                    fields=THREAD,
                    limit=COMMENTS_SIZE,
                    after=told.cursor,
                )
            except (Limited, Refused, Transient):
                raise
            except PlatformError as error:
                self.notes.miss(str(error))
                return
        self.notes.miss("instagram comments: not read back to the time that was asked for")

    async def _threads(
        self, medium: _Medium, items: Sequence[msgspec.Raw], taken_at: datetime
    ) -> datetime | None:
        """Take in a page of threads; returns when the last of them was begun."""
        oldest: datetime | None = None
        reading = partial(self._begun, medium, taken_at)
        for thread, begun in list(self.notes.read(items, _Thread, reading)):
            oldest = begun.at
            await self._replies(thread, begun, taken_at)
        return oldest

    def _begun(
        self, medium: _Medium, taken_at: datetime, thread: _Thread
    ) -> tuple[_Thread, Comment]:
        begun = _comment(thread, thread.parent_id, medium, taken_at)
        self.notes.take(begun)
        return thread, begun

    async def _replies(self, thread: _Thread, begun: Comment, taken_at: datetime) -> None:
        """Take in a thread's replies; it is whole when all of them were there and understood."""
        edge = thread.replies
        is_sound = True
        for _ in range(MOST_COMMENT_PAGES):
            if edge is None:
                return
            is_sound &= self._answers(edge, begun, taken_at)
            told = graph.following(edge, COMMENTS_SIZE)
            if not told.is_more:
                if is_sound:
                    self.notes.whole.add(begun.id)
                return
            if told.cursor is None or not self._is_wanted(begun):
                return
            try:
                edge, taken_at = await graph.edge_of(
                    self.client,
                    f"/{begun.id}/replies",
                    self.notes.lost,
                    fields=REPLY,
                    limit=COMMENTS_SIZE,
                    after=told.cursor,
                )
            except (Limited, Refused, Transient):
                raise
            except PlatformError as error:
                self.notes.broken.append(str(error))
                return

    def _is_wanted(self, begun: Comment) -> bool:
        return begun.id in self.open or begun.at >= self.asked.since

    def _answers(self, edge: Edge, begun: Comment, taken_at: datetime) -> bool:
        """Take in a page of replies; whether each was understood and says who wrote it."""
        medium = _Medium(begun.post_id or "", permalink=begun.url)
        read = list(
            self.notes.read(
                edge.data, _Comment, lambda item: _comment(item, begun.id, medium, taken_at)
            )
        )
        for reply in read:
            self.notes.take(reply)
        return len(read) == len(edge.data) and all(reply.author for reply in read)

    async def followed(self) -> None:
        """The threads that are followed and were not among the newest, by their ids."""
        left = [id for id in self.open if id not in self.notes.whole][:MOST_FOLLOWED]
        if not left:
            return
        proof = next((c.id for c in self.notes.comments.values() if c.id not in left), None)
        held = await graph.by_ids(
            self.client, left, _Thread, self.notes, size=BY_ID_SIZE, fields=FOLLOWED, proof=proof
        )
        self.notes.gone.update(held.missing)
        for id, (thread, taken_at) in held.found.items():
            medium = thread.media or _Medium(self.open[id] or "")
            try:
                _, begun = self._begun(medium, taken_at, thread)
            except ValueError as error:
                self.notes.broken.append(f"instagram comment: {error}")
            else:
                await self._replies(thread, begun, taken_at)


async def look(client: ApiClient, asked: Sequence[Asked]) -> Mapping[str, Glance]:
    """The accounts' threads: those begun since, below media of the last days, and those followed.

    ``client`` speaks with the app's own token. One call for a quiet account.

    Raises:
        Limited, Refused: nothing more can be read with this credential.
    """
    found: dict[str, Glance] = {}
    for one in asked:
        looking = _Look(client, one)
        await look_at(looking.notes, looking.listing, looking.followed)
        found[one.account_id] = looking.notes.glance(one.since)
    return found


def _comment(item: _Comment, parent: str | None, medium: _Medium, taken_at: datetime) -> Comment:
    return Comment(
        id=item.id,
        parent=parent,
        post_id=medium.id or None,
        at=graph.at_second(item.timestamp, taken_at),
        author=item.author.id if item.author else None,
        text=item.text or "",
        url=medium.permalink or SOMEWHERE,
        is_hidden=bool(item.hidden),
    )


def _when(medium: _Medium, taken_at: datetime) -> datetime | None:
    try:
        return graph.at_second(medium.timestamp, taken_at)
    except ValueError:
        return None


def _itself(medium: _Medium) -> _Medium:
    return medium
