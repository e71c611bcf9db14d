"""How the measuring stands, as data: ``status/keadaan.json``."""

from __future__ import annotations

import msgspec

from functions.publish.condition import Condition, MeasuredFacts

PATH = "status/keadaan.json"


def condition_json(condition: Condition) -> bytes:
    """Everything that the status page says of the measuring. Instants are UTC, unknowns null."""
    return (
        msgspec.json.format(msgspec.json.encode(condition, order="deterministic"), indent=1) + b"\n"
    )


def read_measured(body: bytes | None) -> MeasuredFacts | None:
    """What an earlier file says of the registry and the posts; None where it cannot be read."""
    try:
        return None if body is None else msgspec.json.decode(body, type=Condition).measured
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
