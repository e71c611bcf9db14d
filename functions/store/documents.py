"""The checks of documents that all adapters share: the stricter store decides.

A job that runs on a laptop must run in the cloud, so SQLite refuses what Firestore would refuse.
An error that only code can make is a ValueError; one that data can grow into is a StoreError.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from functions.store.port import QUERIED, Document, StoreError, Write

# Firestore's limit of a document, in bytes as Firestore counts them.
MAX_BYTES = 1024 * 1024
# Documents read by one query. A list is read page by page, each with its own deadline, since the
# reader may take its time between two documents.
PAGE = 300
# Of collections of many small documents, so many; Google's emulator takes the longer the further a
# page lies behind the first.
PAGES = {"satker": 3_000}
# What the store keeps inside a Firestore document itself; taken in the embedded store too.
STAMP, EXPIRY = "changed_at", "expires_at"

_RESERVED = re.compile(r"\.\.?|__.*__", re.DOTALL)
_INT64 = range(-(2**63), 2**63)


def check(write: Write) -> None:
    """Refuse a write that not every adapter could take: ValueError, or StoreError on its size."""
    check_path(write.path)
    if write.version is not None and write.mode == "create":
        raise ValueError(f"{write.path}: a document to create has no version yet")
    if write.mode == "delete":
        return
    for name in (STAMP, EXPIRY):
        if name in write.data:
            raise ValueError(f"{write.path}: {name} is written by the store itself")
    if write.expires_at is not None and write.expires_at.tzinfo is None:
        raise ValueError(f"{write.path}: {EXPIRY} needs a UTC offset")
    check_size(write.path, write.data, expires=write.expires_at is not None)


def check_path(path: str) -> None:
    """ValueError for what is not collection/id, or an id that Firestore reserves."""
    parts = path.split("/")
    if len(parts) % 2 or not all(parts) or any(_RESERVED.fullmatch(part) for part in parts):
        raise ValueError(f"{path!r} is no document's path: collection/id, see functions/store/keys")


def check_size(path: str, data: Document, *, expires: bool = False) -> None:
    """StoreError for a document over 1 MiB, ValueError for values that are no JSON."""
    path_size = sum(len(part.encode()) + 1 for part in path.split("/")) + 16
    size = path_size + 32 + sum(len(name) + 1 + 8 for name in (STAMP, EXPIRY)[: 1 + expires])
    for name, value in data.items():
        plain = len(value) if isinstance(value, bytes) else _size(path, value, in_list=False)
        size += _name_size(path, name) + plain
    if size > MAX_BYTES:
        raise StoreError(
            f"{path} would take {size:,} bytes, and a document may take {MAX_BYTES:,}: split it"
        )


def queried_field(collection: str) -> str:
    """The field by which a collection may be bounded; ValueError when it has none."""
    name = collection.rpartition("/")[2]
    if name not in QUERIED:
        raise ValueError(f"{name} has no field to be queried by: name one in store/port.QUERIED")
    return QUERIED[name]


def merged(old: Document, new: Mapping[str, object]) -> Document:
    """``old`` with ``new`` merged in: mappings key by key, everything else replaced.

    An empty mapping has no key to merge by and replaces, as it does in Firestore.
    """
    result = dict(old)
    for name, value in new.items():
        before = result.get(name)
        if isinstance(value, Mapping) and value:
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result


def _name_size(path: str, name: object) -> int:
    if not isinstance(name, str) or not name or (name[:2] == "__" == name[-2:] and len(name) > 3):
        raise ValueError(f"{path}: {name!r} cannot be a field's name")
    return _text_size(name)


def _text_size(text: str) -> int:
    return (len(text) if text.isascii() else len(text.encode())) + 1


def _size(path: str, value: object, *, in_list: bool) -> int:
    """Bytes of a value, by Firestore's published rules; ValueError when it is no JSON."""
    if isinstance(value, str):
        return _text_size(value)
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, int) and value in _INT64:
        return 8
    if isinstance(value, float) and math.isfinite(value):
        return 8
    if isinstance(value, Mapping):
        return sum(
            _name_size(path, name) + _size(path, item, in_list=False)
            for name, item in value.items()
        )
    # Firestore has no list directly inside a list.
    if isinstance(value, list | tuple) and not in_list:
        return sum(_size(path, item, in_list=True) for item in value)
    raise ValueError(f"{path}: {value!r:.60} cannot be stored (a list in a list, or no JSON value)")
