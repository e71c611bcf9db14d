"""How the measuring stands, as data: ``status/keadaan.json``."""

from __future__ import annotations

import msgspec

from functions.publish.condition import Condition

PATH = "status/keadaan.json"


def condition_json(condition: Condition) -> bytes:
    """Everything that the status page says of the measuring. Instants are UTC, unknowns null."""
    return (
        msgspec.json.format(msgspec.json.encode(condition, order="deterministic"), indent=1) + b"\n"
    )
