"""What posts of X are to an account: threads begun by others, and what answers them.

A thread is a reply to the account's post, or a post that names the account and is no reply. What
replies to the account's reply belongs to that reply's thread, and so on up the chain of replies.
People are told apart by their ids; a handle serves only where X gives a mention no id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Annotated

import msgspec

from functions.collect.platforms.decoding import Id, plausible
from functions.collect.platforms.x_posts import EPOCH
from functions.listen.contract import Asked, Comment

FIELDS = (
    "author_id,created_at,conversation_id,referenced_tweets,in_reply_to_user_id,entities,"
    "note_tweet,edit_history_tweet_ids,withheld"
)
DEEPEST = 50  # replies to replies that are followed up to where they began

_Unsure = msgspec.UnsetType  # UNSET: it was told, and cannot be understood


class _Reference(msgspec.Struct):
    type: str
    id: Id


class _Mention(msgspec.Struct):
    id: Id | None = None
    username: str = ""


class _Entities(msgspec.Struct):
    mentions: list[_Mention] | None = []


class _Note(msgspec.Struct):
    text: str | None = None
    entities: _Entities | None = None

    def __repr__(self) -> str:
        """Without a word of it."""
        return "_Note(…)"


class _Withheld(msgspec.Struct):
    country_codes: list[str] | None = []


class FoundPost(msgspec.Struct):
    """A post as X gives it."""

    id: Id
    created_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    author_id: Id | None = None
    text: str | None = None
    conversation_id: Id | None = None
    in_reply_to_user_id: Id | _Unsure | None = None
    referenced_tweets: list[_Reference] | _Unsure | None = None
    entities: _Entities | None = None
    note_tweet: _Note | None = None
    edit_history_tweet_ids: list[Id] | None = None
    withheld: _Withheld | None = None

    def __repr__(self) -> str:
        """Without a word of it and without its author."""
        return "FoundPost(…)"


@dataclass(frozen=True, slots=True, repr=False)
class XPost:
    """A post, known by its first version; ``versions``: all of its ids.

    ``author`` None: X does not say it in a form that can be understood. ``parent``: what it replies
    to, None: it is no reply; ``answered``: whose post that is. ``mentioned``: ids, and handles in
    lower case behind an @.
    """

    id: str
    versions: tuple[str, ...]
    at: datetime
    author: str | None
    parent: str | None
    answered: str | None
    mentioned: frozenset[str]
    conversation: str
    text: str


def time_of(name: str) -> datetime | None:
    """When a post was made, by its id; None for one that tells no time."""
    if not (name.isascii() and name.isdecimal() and len(name) < 20):
        return None
    return (EPOCH + timedelta(milliseconds=int(name) >> 22)).replace(microsecond=0)


def said(taken_at: datetime, post: FoundPost) -> XPost:
    """The post; ValueError where it cannot be told when it was made or whether it is a reply."""
    history = post.edit_history_tweet_ids or []
    versions = tuple(history) if post.id in history else (post.id,)
    first = versions[0]
    at = post.created_at if first == post.id and post.created_at else time_of(first)
    if at is None:
        raise ValueError("no time")
    texts = [post.note_tweet.text if post.note_tweet else None, post.text, ""]
    return XPost(
        id=first,
        versions=versions,
        at=plausible(at, taken_at).astimezone(UTC).replace(microsecond=0),
        author=post.author_id,
        parent=_parent(post),
        answered=post.in_reply_to_user_id or None,
        mentioned=frozenset(_mentioned(post)),
        conversation=post.conversation_id or first,
        text=unescape(next(text for text in texts if text is not None)),
    )


def is_withheld(post: FoundPost) -> bool:
    """Whether it is not shown in Indonesia, or nowhere (X's XX and XY)."""
    codes = post.withheld.country_codes if post.withheld else None
    return not {"ID", "XX", "XY"}.isdisjoint(codes or ())


def _parent(post: FoundPost) -> str | None:
    references = post.referenced_tweets
    if references:
        if any(one.type == "retweeted" for one in references):
            raise ValueError("a repost")
        replied = [one.id for one in references if one.type == "replied_to"]
        if replied:
            return replied[0]
    if not post.in_reply_to_user_id and msgspec.UNSET not in (references, post.in_reply_to_user_id):
        return None
    # Of a reply to a post that is gone, and of one that is told oddly, there is the conversation.
    if post.conversation_id is None:
        raise ValueError("it is not told whether it is a reply")
    return None if post.conversation_id == post.id else post.conversation_id


def _mentioned(post: FoundPost) -> Iterator[str]:
    note = post.note_tweet.entities if post.note_tweet else None
    for entities in (post.entities, note):
        for mention in (entities and entities.mentions) or ():
            yield mention.id or f"@{mention.username.lower()}"


class AccountThreads:
    """An account's threads among the posts that were found.

    Args:
        found: by id, every version of an edited post included.
        context: read besides, to know what others reply to; none of them is told.
    """

    def __init__(
        self, asked: Asked, found: Mapping[str, XPost], context: Mapping[str, XPost]
    ) -> None:
        self._asked = asked
        self._known = {**context, **found}
        self._open = {one.id for one in asked.open}
        self._names = {asked.account_id, f"@{asked.handle.lower() or asked.account_id}"}
        # The oldest first: what answers a post is looked at after it.
        every = sorted(set(found.values()), key=lambda one: (one.at, one.id))
        self._own: dict[str, XPost] = {}
        for one in every:
            if self._is_of_account(one):
                self._own[one.id] = one

    def comments(self) -> tuple[Comment, ...]:
        """What was said in the account's threads, the oldest first."""
        return tuple(self._comment(one) for one in self._own.values() if one.author is not None)

    def unsure(self) -> frozenset[str]:
        """Threads with a reply of which it cannot be told who wrote it."""
        return frozenset(
            root
            for one in self._own.values()
            if one.author is None and (root := self._root(one)) is not None
        )

    def unknown(self) -> Iterator[str]:
        """Posts that have to be known to tell where a reply belongs: what the account's own replies
        answer in the end, and which of its posts others reply to."""
        for one in self._own.values():
            if one.conversation in self._open:
                continue
            if one.author != self._asked.account_id:
                _, above = self._climb(one)
            else:  # worth its money only where an answer is waited for
                above = self._above(one) if self._open else None
            is_known = above in self._known or above in self._open
            if above is not None and above != one.conversation and not is_known:
                yield above

    def _is_of_account(self, one: XPost) -> bool:
        if one.author == self._asked.account_id:
            return one.parent is not None
        spoken_to = not self._names.isdisjoint({*one.mentioned, one.answered})
        parent = self._known.get(one.parent or "")
        joins = one.parent in self._open or (parent is not None and parent.id in self._own)
        return spoken_to or joins or one.conversation in self._open

    def _comment(self, one: XPost) -> Comment:
        begins = self._begins(one)
        return Comment(
            id=one.id,
            parent=None if begins else self._answers(one),
            post_id=None if one.conversation == one.id else one.conversation,
            at=one.at,
            author=one.author,
            text=one.text,
            url=f"https://x.com/i/status/{one.id}",
        )

    def _begins(self, one: XPost) -> bool:
        """Whether it begins a thread: it is no reply, or one to what the account itself posted."""
        return one.author != self._asked.account_id and self._climb(one)[0]

    def _climb(self, one: XPost) -> tuple[bool, str | None]:
        """Whether it leads up to the account's own post, over nothing but the account's own; or
        else the post that would have to be known to tell."""
        above, answered = one.parent, one.answered
        for _ in range(DEEPEST):
            if above is None or (answered == self._asked.account_id and above == one.conversation):
                return True, None
            if answered != self._asked.account_id:
                return False, None
            held = self._known.get(above)
            if held is None:
                return False, above
            above, answered = held.parent, held.answered
        return False, None

    def _answers(self, one: XPost) -> str | None:
        """The nearest post above it that is told or followed; else the one it replies to."""
        for above in self._chain(one):
            held = self._known.get(above)
            name = held.id if held else above
            if name in self._open or (name in self._own and self._own[name].author is not None):
                return name
        return one.conversation if one.conversation in self._open else one.parent

    def _root(self, one: XPost) -> str | None:
        """The thread that it belongs to, as far as that is known."""
        for above in self._chain(one):
            held = self._own.get(above)
            if above in self._open or (held is not None and self._begins(held)):
                return above
        return one.conversation if one.conversation in self._open else None

    def _above(self, one: XPost) -> str | None:
        """The last post up the chain."""
        last = None
        for last in self._chain(one):  # noqa: B007
            pass
        return last

    def _chain(self, one: XPost) -> Iterator[str]:
        """What it replies to, what that replies to, and so on, as far as it is known."""
        above = one.parent
        for _ in range(DEEPEST):
            if above is None:
                return
            yield above
            held = self._known.get(above)
            above = held.parent if held else None


def by_version(posts: Iterable[XPost]) -> dict[str, XPost]:
    """Posts by each of their ids."""
    return {name: one for one in posts for name in one.versions}
