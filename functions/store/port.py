"""The port: the few verbs that every store offers.

A document is a mapping of JSON values, with bytes allowed as a top-level value. It lies at
``collection/id``; collections nest (``agencies/kemenkum/posts``). Each write stamps the document
with the store's own clock (``changed_at``, a name no document may use itself) and gives it a new
version. What one store cannot hold none takes (documents.py): a list directly inside a list, an
integer beyond 64 bits, a document over 1 MiB.

A document may carry the instant from which it is no longer needed (``expires_at``, which is a
reserved name too). Until it is deleted it is read like any other. Firestore deletes it by itself,
"typically within 24 hours after its expiration date", and "expired documents continue to appear in
queries and lookup requests" meanwhile (docs.cloud.google.com/firestore, "Manage data retention with
TTL policies", read in 2026-11); in other stores ``sweep`` does. A reader that must not use outdated
documents checks a time in the document itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

import msgspec

Document = dict[str, Any]

T = TypeVar("T")

ATTEMPTS = 10  # at writing what others write at the same moment

# The one field a collection may be queried by, besides ``changed_at``, by the collection's last
# name. Firestore needs no composite index for these; everything else may go unindexed.
QUERIED = {
    "posts": "published_at",
    "ledgers": "month",
    "followers": "month",
    "rankings": "month",
    "evidence": "month",
    "outcomes": "platform",
    "rosters": "as_of",
    "runs": "started_at",
    "notices": "due",
    "threads": "month",
}


class StoreError(Exception):
    """The store could not be reached or used; the message says what to do."""


class Conflict(StoreError):
    """A write's precondition did not hold: somebody else wrote first. Read again and decide."""


class Stored(msgspec.Struct, frozen=True):
    """A document as read. ``version`` goes into a later ``Write`` as its precondition."""

    path: str
    data: Document
    version: str
    changed_at: datetime
    expires_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]


class Write(msgspec.Struct, frozen=True):
    """One document to write.

    ``set`` replaces the document, ``merge`` adds to it (nested mappings are merged key by key,
    other values replaced, an empty mapping too; a missing document is created), ``create`` wants
    it absent, ``delete`` removes it, if it is there. ``version`` makes ``set``, ``merge`` and
    ``delete`` conditional on what was read. ``expires_at`` (aware) is the document's from then on;
    None: it never expires, or with ``merge`` as it was said before.
    """

    path: str
    data: Document = msgspec.field(default_factory=dict)
    mode: Literal["set", "merge", "create", "delete"] = "set"
    version: str | None = None
    expires_at: datetime | None = None


class Meter(msgspec.Struct):
    """Documents read, written and deleted since the store was opened, as Firestore would bill them.

    Without swept documents: no caller hears of Firestore's own deletions either.
    """

    reads: int = 0
    writes: int = 0
    deletes: int = 0


class Store(Protocol):
    """What the adapters implement; one contract suite runs against all of them.

    Every verb raises ``StoreError`` when the store cannot be reached or used.
    """

    meter: Meter
    remote: bool  # whether every call waits for a network

    def get(self, paths: Sequence[str]) -> dict[str, Stored]:
        """The documents that exist among ``paths``."""

    def list(
        self,
        collection: str,
        *,
        at_least: str | None = None,
        below: str | None = None,
        changed_since: datetime | None = None,
        newest: int | None = None,
    ) -> Iterator[Stored]:
        """The documents of a collection (not of nested ones).

        ``at_least`` and ``below`` bound the collection's ``QUERIED`` field (half-open) and order by
        it; ``newest`` gives only that many with its largest values, largest first.
        ``changed_since`` bounds and orders by the store's stamp. Without any, order by id.
        """

    def everything(self, *, most: int | None = None) -> Iterator[Stored]:
        """Every document at any depth, or at most so many, as the store was at one instant.

        In the store's own order. StoreError when the store can no longer read that instant.
        """

    def sweep(self, until: datetime, *, most: int) -> int:
        """Delete up to ``most`` documents that expired by ``until``, the longest expired first.

        Returns how many were deleted. A store that deletes them by itself does nothing.
        """

    def write(self, writes: Iterable[Write]) -> None:
        """Write in order. Each document is atomic; many are sent in batches that are not.

        Batches without preconditions may overtake each other, except the last: what is written last
        never appears before the rest. A write whose precondition does not hold raises ``Conflict``;
        its batch is not written, earlier batches may be. ValueError for a document that no store
        takes, StoreError for one over the size limit: both before anything is sent.
        """

    def close(self) -> None:
        """Give connections back."""


def until_written(step: Callable[[], T], attempts: int = ATTEMPTS) -> T:
    """What ``step`` returns; it is called again while other writers are faster.

    Args:
        step: reads, decides and writes; raises ``Conflict`` when another writer was faster.

    Raises:
        Conflict: others were faster every time.
    """
    for _ in range(attempts - 1):
        with suppress(Conflict):
            return step()
    try:
        return step()
    except Conflict as error:
        raise Conflict(f"others keep writing at the same moment ({error}); try again") from error
