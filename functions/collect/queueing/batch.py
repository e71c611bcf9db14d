"""A batch: a part of one tick's work on one platform, as it goes through the platform's queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from functions.model import Platform


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of one tick's work on one platform.

    Attributes:
        name: the same whenever the same part is planned again; a platform's queue takes it once.
        agency: whose work it is; empty: the first one's.
        work: what to do, as JSON. Numbers beyond 64 bits (some post ids) must be text.
        expires_at: aware; from then on the work is worth nothing, and the next tick plans anew.
    """

    name: str
    platform: Platform
    expires_at: datetime
    work: dict[str, Any]
    agency: str = ""

    def __post_init__(self) -> None:
        if self.expires_at.tzinfo is None:
            raise ValueError("expires_at needs a UTC offset")

    @property
    def queue(self) -> str:
        """Each platform has its own."""
        return self.platform

    def expired(self, now: datetime) -> bool:
        """Whether it is too late for the work."""
        return now >= self.expires_at

    def body(self) -> bytes:
        """The JSON that the function is called with; ``received`` reads it."""
        return msgspec.json.encode({"batch": self}, order="deterministic")


def received(body: Mapping[str, Any]) -> Batch | None:
    """The batch that a request's JSON carries; None when it is no batch, but a trigger.

    Raises:
        ValueError: there is something under ``batch``, and it is none; trying again is no use.
    """
    if "batch" not in body:
        return None
    try:
        return msgspec.convert(body["batch"], Batch)
    except msgspec.ValidationError as error:
        raise ValueError(f"this is no batch of ours: {error}") from None
