"""``ranking.json``: a month's ranking as bytes.

Fields in the order of the struct, times in UTC, no spaces, a newline at the end. The bytes depend
on the ranking alone: recomputing the ranking from the evidence gives the same bytes.
"""

from __future__ import annotations

import msgspec

from functions.model import Ranking


def encode(ranking: Ranking) -> bytes:
    """``ranking.json``, byte for byte."""
    return msgspec.json.encode(ranking) + b"\n"


def decode(data: bytes) -> Ranking:
    """A ranking from its file; ``msgspec.DecodeError`` when it is none."""
    return msgspec.json.decode(data, type=Ranking)
