"""Opaque paging cursors: a place in a feed, in a wrapping that nobody should look into."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

Key = tuple[int, str]

BEGINNING: Key = (2**62, "")
"""The place before the newest item: a cursor with this key starts over."""


def encode(key: Key, salt: int = 0) -> str:
    """A cursor for what comes after the key; the salt makes equal places look different."""
    return urlsafe_b64encode(f"{key[0]}|{key[1]}|{salt}".encode()).decode().rstrip("=")


def decode(cursor: str) -> Key:
    """The key within; `ValueError` for anything that `encode` did not make."""
    text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    instant, post_id, _salt = text.split("|")
    return int(instant), post_id
