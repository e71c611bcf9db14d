"""What takes more than one answer: a listing's pages, and a batch that was refused as a whole.

What has been read stays read: only the first request's failure is raised, a later one ends the walk
and is handed on beside what came before it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from functions.collect.contract import USUAL, Denied, Manner, PlatformError, TooMuch, Unreadable
from functions.collect.platforms.decoding import each

MOST_ITEMS = 1_000  # taken from one page, which was asked for a hundred at most
ODD = 3  # elements of a batch, with which nothing else was answered: the request itself is wrong
MOST_ODD = 10  # elements of a batch that are looked for

R = TypeVar("R")
S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")


class AnswerPage(NamedTuple):
    """One answer of a listing; ``following`` asks for the next page, None: this is the last."""

    items: Sequence[msgspec.Raw]
    taken_at: datetime
    following: Hashable | None


class Walk:
    """A listing's pages, first to last, for ``async for``; leave off where it goes back far enough.

    Args:
        name: the platform's.
        ask: reads the page at ``cursor``, of ``size`` items, from the walk's ``way`` on.
        most: pages read at most.
        size: items on a page; ``least``: the fewest that can be asked for.
        manner: how this listing had to be asked for before.

    ``broken`` and ``lost``: as a ``Sweep`` has them. ``failure``: what ended it before its end.
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[Walk], Awaitable[AnswerPage]],
        most: int,
        size: int,
        *,
        least: int = 1,
        manner: Manner = USUAL,
    ) -> None:
        self.cursor: Hashable | None = None
        self.size = min(size, max(least, manner.size or size))
        self.way = manner.way
        self.pages = 0
        self.broken: list[str] = []
        self.lost: list[str] = []
        self.failure: PlatformError | None = None
        self._name = name
        self._ask = ask
        self._most = most
        self._usual = size
        self._least = least
        self._seen: set[Hashable] = set()
        self._is_over = False

    def __aiter__(self) -> Walk:
        return self

    async def __anext__(self) -> AnswerPage:
        while not self._is_over and self.pages < self._most:
            try:
                return self._take(await self._ask(self))
            except PlatformError as error:
                if isinstance(error, TooMuch) and self.size > self._least:
                    self.size = max(self._least, self.size // 2)  # and asked for once more
                    continue
                if not self.pages:
                    raise
                self.failure, self._is_over = error, True
        raise StopAsyncIteration

    def _take(self, page: AnswerPage) -> AnswerPage:
        self.pages += 1
        self.cursor = page.following
        self._is_over = page.following is None
        if page.following in self._seen:
            self.failure = Unreadable(f"{self._name}: the listing repeats a page")
            self._is_over = True
        self._seen.add(page.following)
        if len(page.items) > MOST_ITEMS:
            self.broken.append(f"{self._name} listing: more items on a page than were asked for")
        return page._replace(items=page.items[:MOST_ITEMS])

    def read(
        self, page: AnswerPage, type: type[S], of: Callable[[S], T], *, strict: bool = True
    ) -> Iterator[T]:
        """What ``of`` makes of each item that can be understood."""
        return each(
            page.items,
            type,
            of,
            named=f"{self._name} item",
            broken=self.broken,
            lost=self.lost,
            strict=strict,
        )

    def covering(self, reached: datetime | None, since: datetime) -> datetime | None:
        """From when on nothing is left out, where the walk reached so far back; None: nobody knows.

        An item that could not be read might be any post of that time, and so may be those behind a
        cursor that could not.
        """
        return None if self.broken or reached is None else max(reached, since)

    @property
    def manner(self) -> Manner:
        """How the listing had to be asked for."""
        return Manner(self.size if self.size < self._usual else None, self.way)


@dataclass(slots=True)
class Halves(Generic[T, R]):
    """A batch's answers: ``odd`` are the elements that are refused by themselves, ``failure`` what
    left the others unread."""

    answers: list[R] = field(default_factory=list)
    odd: list[tuple[T, Denied]] = field(default_factory=list)
    failure: PlatformError | None = None


async def in_halves(batch: Sequence[T], ask: Callable[[Sequence[T]], Awaitable[R]]) -> Halves[T, R]:
    """Ask for a batch; where it is refused or too much, for its halves, down to single elements.

    A failure is raised where nothing at all could be read: then it is the request that is wrong.
    """
    found: Halves[T, R] = Halves()
    waiting = [batch]
    while waiting:
        part = waiting.pop()
        try:
            found.answers.append(await ask(part))
        except Denied as denied:
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
                continue
            found.odd.append((part[0], denied))
            if len(found.odd) == ODD and not found.answers:
                raise
            if len(found.odd) == MOST_ODD:
                found.failure = denied
                break
        except PlatformError as error:
            if not found.answers:
                raise
            found.failure = error
            break
    if not found.answers and found.odd:
        raise found.odd[-1][1]
    return found
