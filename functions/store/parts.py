"""Values that may outgrow a document: compressed, and split if even that is too large.

There are two ways to split. A *mapping* whose entries change one by one is split into *parts* by a
hash of its keys, so that a change rewrites one part (``pack``, ``unpack``). A *body* that is
replaced as a whole is cut into *pieces* named by their content (``split``, ``join``).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from functions.store.port import Store, Stored, StoreError, Write

PART_SIZE = 500_000  # bytes, compressed; Firestore's documents end at 1 MiB

T = TypeVar("T")


class LostPieceError(StoreError):
    """A document names a piece that is not there."""


def compress(value: Any) -> bytes:
    """Canonical JSON, compressed: equal values are equal bytes."""
    return zlib.compress(msgspec.json.encode(value, order="sorted"), 6)


def expand(body: bytes, type: type[T]) -> T:
    """What was compressed, as a value of the type it was.

    Raises:
        zlib.error: it was not compressed, or is cut short.
        msgspec.DecodeError: it is of another type.
    """
    return msgspec.json.decode(zlib.decompress(body), type=type)


def pack(entries: Mapping[str, Any]) -> list[bytes]:
    """The parts of a mapping: the same entries give the same bytes, whatever their order.

    The number of parts is a power of two, so each part of a finer split lies within one part of the
    coarser. Write a split last part first: if the writer dies, the entries of an overwritten part
    are in the later parts, which are written already.
    """
    count = 1
    packed = [compress(entries)]
    while max(map(len, packed)) > PART_SIZE and count < len(entries):
        count *= 2
        parts: list[dict[str, Any]] = [{} for _ in range(count)]
        for name, entry in entries.items():
            parts[part_of(name, count)][name] = entry
        packed = [compress(part) for part in parts]
    return packed


def part_of(name: str, count: int) -> int:
    """Which of ``count`` parts of a mapping holds an entry."""
    return zlib.crc32(name.encode()) % count


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
