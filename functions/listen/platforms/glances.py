"""What a look at an account brings together on its way to a ``Glance``, whatever the platform.

A look covers the threads below the account's posts of the last ``POSTS_BACK``: a platform that
lists comments by the post could be asked for every old post each time, and nobody would pay that.
What becomes of a thread that is followed is asked for however old its post is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from functions.collect.contract import Limited, PlatformError, Refused
from functions.collect.platforms.decoding import each, plausible
from functions.listen.contract import Comment, Glance

POSTS_BACK = timedelta(days=7)

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")


@dataclass(slots=True)
class Notes:
    """What has been seen so far.

    ``missed``: what may hold threads that were begun since the time that is asked for, and could
    not be read. ``broken``: a comment that was there and could not be understood costs itself
    alone, and a thread that it may answer is not ``whole``. ``lost``: fields that could not.
    """

    comments: dict[str, Comment] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    failure: PlatformError | None = None

    def take(self, comment: Comment) -> None:
        """Add a comment; a second time it changes nothing."""
        self.comments.setdefault(comment.id, comment)

    def read(
        self, items: Iterable[msgspec.Raw], type: type[S], of: Callable[[S], T]
    ) -> Iterator[T]:
        """What ``of`` makes of each comment that can be understood."""
        return each(items, type, of, named="comment", broken=self.broken, lost=self.lost)

    def miss(self, why: str) -> None:
        """Something that may hold new threads could not be read; the look goes on."""
        self.missed.append(why)

    def glance(self, since: datetime) -> Glance:
        """All of it. Nothing that was seen is gone, whatever was said of it by its id."""
        return Glance(
            comments=tuple(self.comments.values()),
            covered_since=None if self.missed else since,
            whole=frozenset(self.whole),
            gone=frozenset(self.gone - self.comments.keys()),
            broken=(*self.missed, *self.broken, *self.lost),
            failure=self.failure,
        )


async def look_at(
    notes: Notes,
    listing: Callable[[], Awaitable[None]],
    followed: Callable[[], Awaitable[None]],
) -> None:
    """Read what is new, then what is followed; what had been read before a failure stays.

    Raises:
        Limited, Refused: nothing at all could be read, and nothing can be with this credential.
    """
    try:
        await listing()
    except PlatformError as error:
        if isinstance(error, Limited | Refused) and not notes.comments:
            raise
        notes.failure = error
    if notes.failure is not None:
        notes.miss("not all that may be new was read")
        return
    try:
        await followed()
    except PlatformError as error:
        notes.failure = error


def second_of(at: datetime, taken_at: datetime) -> datetime:
    """When something was published, in whole seconds of UTC; ValueError for an impossible time."""
    return plausible(at.astimezone(UTC).replace(microsecond=0), taken_at)
