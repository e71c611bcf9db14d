"""Where the site's files go: a port of a few verbs; one contract suite holds for every target.

Paths are relative, with slashes (``satker/setjen/index.html``). A destination says what it holds
by MD5, so that unchanged files need not travel. Nothing is ever deleted through this port.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

import msgspec


class ObjectsError(Exception):
    """The destination cannot be used; the message says what to do."""


class Listed(msgspec.Struct, frozen=True):
    """What a destination holds at a path. ``md5`` is hex, empty where it cannot say."""

    md5: str
    size: int


class File(msgspec.Struct, frozen=True):
    """One file to be put, with what a reader's browser is told about it."""

    path: str
    body: bytes
    content_type: str
    cache_control: str


class Objects(Protocol):
    """What the adapters implement; one contract suite runs against all of them.

    Every verb raises ``ObjectsError`` when the destination cannot be used.
    """

    parallel: int
    """Files that may usefully be put at the same time."""

    def list(self, folder: str = "") -> dict[str, Listed]:
        """Everything the destination holds, by path; empty when it does not exist yet.

        ``folder``: only what lies in it; written with its slash (``kemenham/``).
        """

    def get(self, path: str) -> bytes | None:
        """A file's bytes; None when there is none."""

    def put(self, file: File, *, if_absent: bool = False) -> bool:
        """Write a file whole or not at all. False: it was there and ``if_absent`` left it alone."""


def md5_of(body: bytes) -> str:
    """The digest that destinations compare by; it guards against accidents, not against people."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
