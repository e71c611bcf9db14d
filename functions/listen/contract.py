"""What an adapter tells of comments. It lives only as long as a run reads it.

Nothing here is ever written down as it is: of an author is kept whether it was the account itself,
another registered one or somebody else, of a text whether it asks something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from functions.collect.client import ApiClient, HttpAnswer
from functions.collect.contract import PlatformError


class Comment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One comment, reply or mention.

    Attributes:
        id: the platform's, which tells it apart among all of the platform's.
        parent: what it answers: the comment that begins its thread, or one below it. None: it
            begins a thread itself.
        post_id: the post under which it stands; None where the platform does not say.
        at: when it was published.
        author: the platform's id of who wrote it; None: the platform does not say who it was.
        is_own: the platform says itself that the account wrote it (Facebook, TikTok).
        url: where it is seen.
        replies: how many answers the platform counts below one that begins a thread; None: unsaid.
    """

    id: str
    parent: str | None = None
    post_id: str | None = None
    at: datetime
    author: str | None = None
    is_own: bool = False
    text: str = ""
    url: str
    is_hidden: bool = False
    replies: int | None = None

    def __repr__(self) -> str:
        """Without a word of it and without its author: it might get into a log."""
        return "Comment(…)"


class Pointer(msgspec.Struct, frozen=True):
    """A thread whose answer is waited for, by the platform's ids."""

    id: str
    post_id: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An account whose comments are asked for.

    Attributes:
        since: what was published from then on is wanted.
        open: threads that were read before and are not answered: their answers are wanted, and
            whether they are still there.
        due: those of ``open`` of which it must be known now whether they are there, where asking
            for each costs money (X).
        posts: its latest posts, the newest first; only where the adapter is ``BY_POST``.
    """

    account_id: str
    handle: str
    since: datetime
    open: tuple[Pointer, ...] = ()
    due: tuple[Pointer, ...] = ()
    posts: tuple[str, ...] = ()


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at an account showed.

    Attributes:
        comments: in any order; more than was asked for is welcome.
        covered_since: every thread begun from then on, up to now, is among ``comments``; None when
            that cannot be said (a page was lost, the listing ends earlier).
        whole: threads (by id) all of whose replies are among ``comments``: one of them without an
            answer is not answered.
        gone: threads that were asked for and that the platform says are not there (any more).
        broken: items that could not be understood, one message each, without a word of the text.
        failure: what ended the look half-way; what had been read by then is here.
    """

    comments: tuple[Comment, ...] = ()
    covered_since: datetime | None = None
    whole: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    broken: tuple[str, ...] = ()
    failure: PlatformError | None = None


class Listener(Protocol):
    """A platform's adapter: a module with these names.

    ``AT_ONCE``: how many accounts one look may ask for. ``BY_POST``: whether it has to be told the
    account's latest posts. ``UNTRIED``: an English sentence on what nobody could try with a live
    account yet.
    """

    AT_ONCE: int
    BY_POST: bool
    UNTRIED: str

    async def look(self, client: ApiClient, asked: Sequence[Asked]) -> Mapping[str, Glance]:
        """Look at the accounts; by account id.

        Raises:
            Limited, Refused: nothing more can be read with this credential.
        """
        ...

    def price(self, path: str, params: Mapping[str, str | int]) -> int:
        """What an attempt costs at most, in the unit that its platform is paid in: thousandths of a
        dollar (X), units (YouTube), calls."""
        ...

    def billed(self, path: str, answer: HttpAnswer) -> int:
        """What an attempt cost after all, as its answer shows."""
        ...
