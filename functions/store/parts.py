"""Values that may outgrow a document: compressed, and split if even that is too large.

There are two ways to split. A *mapping* whose entries change one by one is split into *parts* by a
hash of its keys, so that a change rewrites one part (``pack``, ``unpack``). A *body* that is
replaced as a whole is cut into *pieces* named by their content (``split``, ``join``).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from functions.store.port import Store, Stored, StoreError, Write

SMALL, QUICK = 6, 1  # zlib's levels: a fifth smaller, or in a fifth of the time
PART_SIZE = 500_000  # bytes, compressed; Firestore's documents end at 1 MiB
MOST_PARTS = 256  # that a mapping of which nothing may cost another is believed to have

T = TypeVar("T")

# What JSON of any content may raise; the last of values within values without an end.
UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)


class LostPieceError(StoreError):
    """A document names a piece that is not there."""


def compress(value: Any, level: int = SMALL) -> bytes:
    """Canonical JSON, compressed: equal values are equal bytes."""
    return zlib.compress(msgspec.json.encode(value, order="sorted"), level)


def expand(body: bytes, type: type[T]) -> T:
    """What was compressed, as a value of the type it was.

    Raises:
        zlib.error: it was not compressed, or is cut short.
        msgspec.DecodeError: it is of another type.
    """
    return msgspec.json.decode(zlib.decompress(body), type=type)


def pack(entries: Mapping[str, Any], level: int = SMALL) -> list[bytes]:
    """The parts of a mapping: the same entries give the same bytes, whatever their order.

    The number of parts is a power of two, so each part of a finer split lies within one part of the
    coarser. Write a split last part first: if the writer dies, the entries of an overwritten part
    are in the later parts, which are written already.
    """
    count = 1
    packed = [compress(entries, level)]
    while max(map(len, packed)) > PART_SIZE and count < len(entries):
        count *= 2
        parts: list[dict[str, Any]] = [{} for _ in range(count)]
        for name, entry in entries.items():
            parts[part_of(name, count)][name] = entry
        packed = [compress(part, level) for part in parts]
    return packed


def part_of(name: str, count: int) -> int:
    """Which of ``count`` parts of a mapping holds an entry."""
    return zlib.crc32(name.encode()) % count


def count_parts(document: Stored) -> int:
    """In how many parts a mapping lies, as one of its parts says; the first one is its head."""
    return int(document.data.get("parts", 1))


def sound_parts(document: Stored) -> int:
    """As ``count_parts``; a document that says something odd is taken for the only part."""
    said = document.data.get("parts")
    return said if type(said) is int and 0 < said <= MOST_PARTS else 1


def read_entries(documents: Iterable[Stored], read: Callable[[bytes], T]) -> dict[str, T]:
    """The entries that a mapping's parts hold together; what cannot be read is left out.

    Args:
        documents: the parts, in any order.
        read: an entry from its JSON; raises msgspec.DecodeError, which costs that entry alone.
    """
    found: dict[str, T] = {}
    # A writer may have died and left parts of an older, coarser split: the finer parts are newer.
    for stored in sorted(documents, key=sound_parts):
        for name, entry in _raw_entries(stored.data.get("body")).items():
            with suppress(*UNREADABLE):
                found[name] = read(bytes(entry))
    return found


def _raw_entries(body: Any) -> dict[str, msgspec.Raw]:
    try:
        return expand(body, dict[str, msgspec.Raw])
    except (zlib.error, TypeError, *UNREADABLE):
        return {}


def held_parts(
    store: Store, heads: Iterable[str], count: Callable[[Stored], int] = count_parts
) -> dict[str, dict[str, Stored]]:
    """The stored parts of mappings by path, for each head that is there.

    ``count``: in how many parts a mapping lies, from its head.
    """
    held = store.get([*heads])
    further = {
        head: [f"{head}:{n}" for n in range(1, count(stored))] for head, stored in held.items()
    }
    found = store.get([path for paths in further.values() for path in paths])
    return {
        head: {head: held[head]} | {path: found[path] for path in paths if path in found}
        for head, paths in further.items()
    }


def part_writes(
    head: str,
    held: Mapping[str, Stored],
    facts: Mapping[str, Any],
    entries: Mapping[str, Any],
    *,
    expires_at: datetime | None = None,
    level: int = SMALL,
) -> Iterator[Write]:
    """The parts that differ from what was read, conditional on nobody having written since.

    Parts that a smaller mapping needs no more are deleted, last of all.

    Args:
        head: path of the first part.
        held: the stored parts by path.
        facts: what each part says beside its entries.
        entries: all entries of the mapping.
        expires_at: when the parts expire; None: never.
        level: how they are compressed.
    """
    bodies = pack(entries, level)
    # Last part first: see `pack`. The head, which is in every split, decides who was first.
    for n, body in reversed(list(enumerate(bodies))):
        path = f"{head}:{n}" if n else head
        document = {**facts, "parts": len(bodies), "body": body}
        if path not in held:
            yield Write(path, document, "set" if n else "create", expires_at=expires_at)
        elif held[path].data != document:
            yield Write(path, document, "set", held[path].version, expires_at)
    kept = {head, *(f"{head}:{n}" for n in range(1, len(bodies)))}
    yield from (Write(path, mode="delete") for path in held if path not in kept)


def digest(body: bytes) -> str:
    """The first 16 hexadecimal digits of a body's SHA-256, to tell bodies apart."""
    return hashlib.sha256(body).hexdigest()[:16]


def split(path: str, body: bytes, field: str = "body") -> tuple[dict[str, Any], list[Write]]:
    """What the document at ``path`` says of its body, and the pieces to write before it.

    ``field`` names the body where a document has several.
    """
    if len(body) <= PART_SIZE:
        return {field: body}, []
    pieces = [(digest(piece), piece) for piece in cut(body)]
    # Pieces that are alike are one document.
    writes = [Write(f"{path}:{name}", {"body": piece}) for name, piece in dict(pieces).items()]
    return {_pieces(field): [name for name, _ in pieces]}, writes


def cut(body: bytes) -> list[bytes]:
    """The body in pieces that each fit a document; none of an empty one."""
    return [body[n : n + PART_SIZE] for n in range(0, len(body), PART_SIZE)]


def join(store: Store, documents: Iterable[Stored], field: str = "body") -> list[bytes]:
    """The bodies of documents, in their order; LostPieceError when a piece of one is gone."""
    held = list(documents)
    paths = {
        doc.path: [f"{doc.path}:{name}" for name in doc.data.get(_pieces(field), ())]
        for doc in held
    }
    found = store.get([path for pieces in paths.values() for path in pieces])
    lost = [path for pieces in paths.values() for path in pieces if path not in found]
    if lost:
        raise LostPieceError(f"{lost[0]} is gone: a part of the document that names it; try again")
    return [
        b"".join(found[path].data["body"] for path in paths[doc.path])
        if paths[doc.path]
        else doc.data[field]
        for doc in held
    ]


def named_pieces(document: Mapping[str, Any]) -> list[str]:
    """The names of all pieces of a document's bodies."""
    return [
        name
        for field, names in document.items()
        if field == "pieces" or field.endswith("_pieces")
        for name in names
    ]


def _pieces(field: str) -> str:
    return "pieces" if field == "body" else f"{field}_pieces"
