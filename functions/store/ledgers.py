"""The account-month book: every post of one account in one month, as compressed canonical JSON.

Rankings and pages are made from ledgers, so a month of posts is never read again one by one. One
bytes field keeps Firestore's index entries at nil; a ledger that outgrows ``PART_SIZE`` is split
into parts by a hash of the post id, so that the split depends on the content alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from functions.model import Entry

PART_SIZE = 500_000  # bytes, compressed; Firestore's documents end at 1 MiB

_decoder = msgspec.json.Decoder(dict[str, Entry])


@dataclass(slots=True)
class Ledger:
    """The entries of an account-month by post id, and the stored versions they were read from."""

    account: str
    month: str
    entries: dict[str, Entry] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def pack(entries: Mapping[str, Entry]) -> list[bytes]:
    """The parts of a ledger: the same entries give the same bytes, whatever their order."""
    whole = _compress(entries)
    count = -(-len(whole) // PART_SIZE)
    while count > 1:
        parts: list[dict[str, Entry]] = [{} for _ in range(count)]
        for post_id, entry in entries.items():
            parts[zlib.crc32(post_id.encode()) % count][post_id] = entry
        packed = [_compress(part) for part in parts]
        if max(map(len, packed)) <= PART_SIZE or len(entries) <= count:
            return packed
        count += 1
    return [whole]


def unpack(parts: Iterable[bytes]) -> dict[str, Entry]:
    """The entries of all parts together."""
    entries: dict[str, Entry] = {}
    for part in parts:
        entries.update(_decoder.decode(zlib.decompress(part)))
    return entries


def _compress(entries: Mapping[str, Entry]) -> bytes:
    return zlib.compress(msgspec.json.encode(entries, order="sorted"), 6)
