"""The bytes that a store's documents take in Firestore, by its published rules, index entries too.

"Storage size calculations" (docs of Firestore, read in 2026-11): a document is its name, its fields
and 32 bytes; a name is every collection and document id with one byte each, and 16 bytes. An entry
of a single field's index with collection scope is the document's name, its parent document's name,
the field's name and value, and 32 bytes; every field that is not exempted has two of them, one
for each direction. Values count 1,500 bytes at most in an index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from functions.store.documents import STAMP
from functions.store.port import QUERIED, Stored

ENTRY = 32
DIRECTIONS = 2
LONGEST_INDEXED = 1_500
# Listed by the store's own stamp (``changed_since``).
STAMPED = frozenset({"posts"})


def document_bytes(path: str, data: Mapping[str, Any]) -> int:
    """A document without its index entries; ``data`` as the port gives it, without the stamp."""
    return name_bytes(path) + 32 + _fields(data) + len(STAMP) + 1 + 8


def index_bytes(path: str, data: Mapping[str, Any], *, exempted: bool = True) -> int:
    """Its index entries. ``exempted``: only fields that a query needs are indexed."""
    collection = path.rpartition("/")[0]
    parent = collection.rpartition("/")[0]
    fixed = name_bytes(path) + (name_bytes(parent) if parent else 0) + ENTRY
    kind = collection.rpartition("/")[2]
    if exempted:
        wanted = {QUERIED[kind]} & data.keys() if kind in QUERIED else set()
        fields = [(name, _value(data[name])) for name in wanted]
        if kind in STAMPED:
            fields.append((STAMP, 8))
    else:
        fields = [(STAMP, 8), *_leaves(data)]
    return sum(
        DIRECTIONS * (fixed + len(name.encode()) + 1 + min(size, LONGEST_INDEXED))
        for name, size in fields
    )


def by_collection(documents: Iterator[Stored], *, exempted: bool = True) -> Counter[str]:
    """Bytes with index entries by a collection's last name; ``NAME:documents`` is how many."""
    found: Counter[str] = Counter()
    for stored in documents:
        kind = stored.path.rpartition("/")[0].rpartition("/")[2]
        found[kind] += document_bytes(stored.path, stored.data)
        found[kind] += index_bytes(stored.path, stored.data, exempted=exempted)
        found[f"{kind}:documents"] += 1
    return found


def name_bytes(path: str) -> int:
    """A document's name."""
    return sum(len(part.encode()) + 1 for part in path.split("/")) + 16


def _fields(data: Mapping[str, Any]) -> int:
    return sum(len(name.encode()) + 1 + _value(value) for name, value in data.items())


def _value(value: Any) -> int:
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, str):
        return len(value.encode()) + 1
    if isinstance(value, bool) or value is None:
        return 1
    if isinstance(value, int | float):
        return 8
    if isinstance(value, Mapping):
        return _fields(value)
    return sum(map(_value, value))


def _leaves(data: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, int]]:
    """Every field that Firestore indexes by itself: those of maps, and each element of lists."""
    for name, value in data.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}.")
        elif isinstance(value, list | tuple):
            yield from ((path, _value(item)) for item in value)
        else:
            yield path, _value(value)
