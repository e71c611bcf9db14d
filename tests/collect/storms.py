"""What a collector has to live through: a store that dies or refuses, and storms of faults.

``FrailStore`` wraps any store. It can be killed between any two writes, as a process is: nothing
that runs afterwards can write, or even read, until somebody opens the store again. Or it refuses
for a while, as a database does whose machine is being replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from functions.store.documents import check
from functions.store.port import Meter, Store, Stored, StoreError, Write


class Killed(BaseException):
    """The process is gone. No ``Exception``, so that no code can tidy up after it."""


class FrailStore:
    """A store that fails when it is told to.

    ``kill_after``: so many more documents are written, and then nothing ever again. ``refusals``:
    so many more calls are refused; with ``refuse_writes_only`` reads pass. ``written`` counts the
    writes of each document over all instances that share it.
    """

    def __init__(self, inner: Store, written: Counter[str] | None = None) -> None:
        self.inner = inner
        self.meter: Meter = inner.meter
        self.remote = inner.remote
        self.written: Counter[str] = Counter() if written is None else written
        self.kill_after: int | None = None
        self.refusals = 0
        self.refuse_writes_only = False
        self.refused = 0
        self.killed = False

    def get(self, paths: Sequence[str]) -> dict[str, Stored]:
        self._answer(reading=True)
        return self.inner.get(paths)

    def list(self, collection: str, **bounds: Any) -> Iterator[Stored]:
        self._answer(reading=True)
        return self.inner.list(collection, **bounds)

    def write(self, writes: Iterable[Write]) -> None:
        """One after the other, as far as the port allows: so dying in between is possible."""
        todo = list(writes)
        for write in todo:
            check(write)
        self._answer(reading=False)
        for batch in _steps(todo):
            if self.kill_after is not None and self.kill_after < len(batch):
                self.killed = True
                raise Killed
            self.inner.write(batch)
            self.written.update(write.path for write in batch)
            if self.kill_after is not None:
                self.kill_after -= len(batch)

    def close(self) -> None:
        self.inner.close()

    def _answer(self, *, reading: bool) -> None:
        if self.killed:
            raise Killed
        if self.refusals > 0 and not (reading and self.refuse_writes_only):
            self.refusals -= 1
            self.refused += 1
            raise StoreError("the store refuses for a while; try again")


def _steps(writes: Sequence[Write]) -> list[list[Write]]:
    """What is written in one piece: all of it with preconditions, else each document alone."""
    if any(write.version is not None or write.mode == "create" for write in writes):
        return [list(writes)]
    return [[write] for write in writes]


class Gust(NamedTuple):
    """One kind of trouble: its name among the stand-ins' faults, where it can strike, and how."""

    kind: str
    platforms: tuple[str, ...]
    options: dict[str, Any]


_META = ("instagram", "facebook")
_ALL = (*_META, "x", "tiktok", "youtube")

GUSTS: tuple[Gust, ...] = (
    Gust("rate_limited", _ALL, {}),
    Gust("rate_limited", _ALL, {"reset_headers": False}),
    Gust("rate_limited", ("x",), {"remaining": 7}),
    Gust("rate_limited", ("youtube",), {"status": 429}),
    *(Gust("meta_error", _META, {"code": code}) for code in (1, 2, 4, 10, 17, 32, 613, 80002)),
    Gust("meta_error", ("facebook",), {"code": 80001, "reset_in": 3000}),
    Gust("server_error", _ALL, {}),
    Gust("server_error", _ALL, {"status": 502}),
    Gust("html", _ALL, {}),
    Gust("html", _ALL, {"status": 503}),
    Gust("html", _ALL, {"status": 403}),
    Gust("refuse", _ALL, {}),
    Gust("cut", _ALL, {}),
    Gust("broken_json", _ALL, {}),
    Gust("empty_body", _ALL, {}),
    Gust("wrong_types", _ALL, {}),
    Gust("wrong_types", _ALL, {"keys": ["id", "data", "media", "items", "videos", "meta"]}),
    Gust("missing_keys", _ALL, {}),
    Gust("missing_keys", _ALL, {"keys": ["id", "timestamp", "created_time", "create_time"]}),
    Gust("repeat_cursor", _ALL, {}),
    Gust("endless_pages", _ALL, {}),
    Gust("token_expired", _ALL, {}),
    Gust("token_revoked", _ALL, {}),
    Gust("credits_depleted", ("x",), {}),
    Gust("spend_cap", ("x",), {}),
    Gust("usage_capped", ("x",), {}),
    Gust("quota_exceeded", ("youtube",), {}),
    Gust("partial", _ALL, {}),
    Gust("partial", ("x",), {"how": "silent"}),
    Gust("partial", ("x",), {"how": "protected"}),
    Gust("partial", ("x",), {"how": "suspended"}),
    Gust("slow", _ALL, {"seconds": 0.05}),
)


def gusts_of(platform: str) -> list[Gust]:
    return [gust for gust in GUSTS if platform in gust.platforms]


# Parts of paths that a gust may be confined to; "" is everything.
PLACES: dict[str, tuple[str, ...]] = {
    "instagram": ("",),
    "facebook": ("", "/posts"),
    "x": ("", "/2/tweets", "/2/users/:id/tweets", "/2/users/by"),
    "tiktok": ("", "oauth", "video/list", "user/info"),
    "youtube": ("", "/videos", "playlistItems", "channels", "batchGetStats"),
}
